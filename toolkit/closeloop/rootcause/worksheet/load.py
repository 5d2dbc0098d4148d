"""Worksheet templates from the shipped files and from one's own, every fault with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from closeloop.forms.base import Check
from closeloop.forms.fields import Model
from closeloop.forms.options import Option
from closeloop.rootcause.worksheet.semantics import check_template
from closeloop.rootcause.worksheet.template import (
    CheckUse,
    Example,
    FindingRule,
    Repeat,
    SheetPage,
    Step,
    Template,
    ViewUse,
)
from closeloop.survey.defined import defined
from closeloop.survey.document import Document, read_document
from closeloop.survey.shipped import data_folder, definition_file, shipped_in
from closeloop.survey.validate import declared_languages
from closeloop.text import LocalText

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

SUFFIX = ".worksheet.yaml"
"""How the name of a template file ends."""

# Where the pages of a shipped file begin and end, and how their items begin: a page lies two blanks in, an item six.
_PAGES = re.compile(r"^pages:.*\n", re.MULTILINE)
_AFTER_PAGES = re.compile(r"^[a-z]", re.MULTILINE)
_ITEM = re.compile(r"^ {6}- ", re.MULTILINE)

_ENTRIES: Mapping[str, type[Model]] = {
    "pages": SheetPage, "repeat": Repeat, "checks": Check, "options": Option, "rows": Option, "columns": Option,
    "/findings": FindingRule, "/checks": CheckUse, "/computed": ViewUse, "/guide": Step, "/examples": Example,
}  # fmt: skip


def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped templates, sorted.

    Examples
    --------
    >>> "5w2h" in shipped_names()
    True
    """
    return shipped_in(data_folder("worksheets"), SUFFIX)


@cache
def shipped_template(name: str) -> Template:
    """Return a shipped template."""
    return build(read_document(data_folder("worksheets") / f"{name}{SUFFIX}"))


def load_template(name_or_path: str | Path) -> Template:
    """Return a template, checked from its first key to its last.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped template (see `list_worksheets`), or a file.

    Raises
    ------
    SurveyDefinitionError
        If there is no such template, or the file has faults: all of them are in ``.findings``, each with file and line.

    Examples
    --------
    >>> load_template("5w2h").id
    '5w2h'
    """
    if str(name_or_path) in shipped_names():
        return shipped_template(str(name_or_path))
    return build(read_document(definition_file(name_or_path, data_folder("worksheets"), SUFFIX, "worksheet")))


def build(document: Document) -> Template:
    """Return the template that a document defines.

    Raises
    ------
    SurveyDefinitionError
        With one finding for every fault: of single keys, and of what the keys say together.
    """
    declared = declared_languages(document.data)
    return defined(document, Template, _ENTRIES, lambda template: check_template(document, declared, template))


def template_from_dict(data: Mapping[str, Any]) -> Template:
    """Return the template that plain data describes, as `Template.to_dict` gives it."""
    return build(Document(file="", data=dict(data), lines={}))


def list_worksheets() -> pd.DataFrame:
    """Return the shipped templates: id, version, title and purpose (in the language in use), items, serves.

    Examples
    --------
    >>> frame = list_worksheets()
    >>> "5w2h" in frame["id"].tolist()
    True
    """
    return to_frame()


def to_frame() -> pd.DataFrame:
    """Build the frame of `list_worksheets`."""
    import pandas as pd

    heads = [_shipped_head(name) for name in shipped_names()]
    return pd.DataFrame(
        {
            "id": [each["id"] for each in heads],
            "version": [each["version"] for each in heads],
            "title": [str(LocalText(each["title"])) for each in heads],
            "purpose": [str(LocalText(each["purpose"])) for each in heads],
            "items": [each["items"] for each in heads],
            "serves": [" ".join(each["serves"]) for each in heads],
        }
    )


@cache
def _shipped_head(name: str) -> dict[str, Any]:
    """Return what a shipped file says above its pages, and how many items follow: a list need not read forty forms."""
    from closeloop.survey.yaml_text import parsed_document

    file = data_folder("worksheets") / f"{name}{SUFFIX}"
    head, pages = _PAGES.split(file.read_text(encoding="utf-8"), maxsplit=1)
    said = parsed_document(head, str(file)).data
    return {"serves": [], **said, "items": len(_ITEM.findall(_AFTER_PAGES.split(pages, maxsplit=1)[0]))}
