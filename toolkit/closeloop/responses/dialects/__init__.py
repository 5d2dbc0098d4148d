"""One file a platform: what its exports look like, and what each column in them is.

A dialect has a ``NAME``, a ``LABEL`` and a function ``recognise(head) -> Layout | LocalText``: the layout it sees in a
source's first records, or the reason why the source is not its platform's. To add one, write the file and name it in
`DIALECTS`; the order is the order of trial, `plain` last.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from types import ModuleType

from closeloop.errors import ResponseValidationError, closest
from closeloop.responses.dialects import (
    closeloop,
    formbricks,
    google_forms,
    limesurvey,
    plain,
    qualtrics,
    spss,
    surveymonkey,
    tencent,
    typeform,
    wjx,
)
from closeloop.responses.dialects.layout import Layout
from closeloop.text import LocalText, message

DIALECTS: tuple[ModuleType, ...] = (
    closeloop,
    spss,
    qualtrics,
    wjx,
    tencent,
    limesurvey,
    formbricks,
    typeform,
    surveymonkey,
    google_forms,
    plain,
)

_UNMISTAKABLE = (closeloop, spss)


def find_layout(head: Sequence[Sequence[str]], asked: str = "auto", file: str = "") -> Layout:
    """Return the layout of a source from its first records.

    Parameters
    ----------
    head : sequence of records
        The first records, header rows included.
    asked : str
        ``"auto"``, or the name of the dialect that the user wants.
    file : str
        The source's name: 问卷星 writes into it how choices are exported.

    Raises
    ------
    ResponseValidationError
        If the dialect asked for does not exist or does not fit.
    """
    names = [dialect.NAME for dialect in DIALECTS]
    if asked != "auto":
        if asked not in names:
            near = closest(asked, names) or tuple(names)
            raise ResponseValidationError(message("responses.dialect_unknown", asked=asked, names=", ".join(near)))
        found: Layout | LocalText = DIALECTS[names.index(asked)].recognise(head)
        if isinstance(found, LocalText):
            raise ResponseValidationError(message("responses.dialect_unfit", asked=asked, why=found))
        return wjx.told_by_name(found, file)
    refused: list[LocalText] = []
    for dialect in DIALECTS:
        found = dialect.recognise(head)
        if isinstance(found, Layout):
            return wjx.told_by_name(found, file).with_ruled_out(refused)
        if dialect not in _UNMISTAKABLE:  # that another file is none of these says nothing
            refused.append(message("responses.dialect_ruled_out", name=dialect.LABEL, why=found))
    raise ResponseValidationError(message("responses.no_header"))


def looks_chinese(text: str) -> bool:
    """Say whether the beginning of a text file is in the layout of a Chinese platform."""
    import csv
    import io

    for delimiter in (",", "\t", ";"):
        head = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 5))
        if any(isinstance(platform.recognise(head), Layout) for platform in (wjx, tencent)):
            return True
    return False
