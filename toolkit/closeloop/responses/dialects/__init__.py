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
from closeloop.responses.dialects import closeloop, google_forms, plain, qualtrics, surveymonkey, typeform, wjx
from closeloop.responses.dialects.layout import Layout
from closeloop.text import LocalText, message

DIALECTS: tuple[ModuleType, ...] = (closeloop, qualtrics, wjx, typeform, surveymonkey, google_forms, plain)


def find_layout(head: Sequence[Sequence[str]], asked: str = "auto") -> Layout:
    """Return the layout of a source from its first records.

    Parameters
    ----------
    head : sequence of records
        The first records, header rows included.
    asked : str
        ``"auto"``, or the name of the dialect that the user wants.

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
        return found
    refused: list[LocalText] = []
    for dialect in DIALECTS:
        found = dialect.recognise(head)
        if isinstance(found, Layout):
            return found.with_ruled_out(refused)
        if dialect is not closeloop:  # its header cannot be mistaken: that another file is none of ours says nothing
            refused.append(message("responses.dialect_ruled_out", name=dialect.LABEL, why=found))
    raise ResponseValidationError(message("responses.no_header"))


def looks_chinese(text: str) -> bool:
    """Say whether the beginning of a text file is in the layout of a Chinese platform."""
    import csv
    import io

    for delimiter in (",", "\t", ";"):
        head = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 5))
        if isinstance(wjx.recognise(head), Layout):
            return True
    return False
