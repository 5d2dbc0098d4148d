"""Codebooks from files and back: ``<id>.codebook.yaml``, codes nested below their parents.

::

    format: 1
    id: emotions
    version: 1
    languages: [en, zh-CN]
    title: {en: Emotions, zh-CN: 情绪}
    split: {en: What does the customer feel?, zh-CN: 客户是什么感受？}   # the question that the codes answer
    source: {en: Our own.}                                              # a remark, in whatever language
    codes:
      - id: anger                       # small letters, digits, - and _
        label: {en: Anger, zh-CN: 愤怒}
        definition: {en: …, zh-CN: …}
        include: [{en: …, zh-CN: …}]    # what just belongs to it
        exclude: [{en: …, zh-CN: …}]    # what just does not, and where it goes
        examples: [{en: …, zh-CN: …}]
        rules:
          terms: {en: [angry, furious, outrag*], zh-CN: [愤怒, 气死]}  # whole words; * = any ending; Chinese: anywhere
          phrases: {en: [fed up]}       # any white space or hyphens between the words
          patterns: ['太[^，]{0,4}气人']  # RE2, within one clause, case ignored
          unless: {terms: {zh-CN: [不生气]}, phrases: {en: [not angry]}}   # takes the match of a clause back
        maps_to: {plutchik: anger}      # other schemes
        also_under: hostility           # a second parent
        tags: {valence: negative}
        split: {en: …, zh-CN: …}        # needed if it has children
        children: [ … ]                 # codes again
      - {id: other, other: true, …}     # at most one among siblings
    changes: [ … ]                      # the log that `accept` writes
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from closeloop.forms.fields import Model, Remark, Text
from closeloop.survey.defined import defined
from closeloop.survey.document import Document, path_text, read_document
from closeloop.survey.findings import Finding
from closeloop.survey.shipped import data_folder, definition_file, shipped_in
from closeloop.themes.codebooks.changes import CodebookChange
from closeloop.themes.codebooks.codebook import BookId, Code, Codebook, CodebookState, CodeText, Languages, Version
from closeloop.themes.codebooks.codebook_check import codebook_faults, file_entries
from closeloop.themes.codebooks.rules import Matchers, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

SUFFIX = ".codebook.yaml"
"""How the name of a codebook file ends."""


class FileCode(CodeText):
    """A code as it stands in a file: its children below it."""

    children: tuple[FileCode, ...] = ()


class CodebookFile(Model):
    """A codebook file of format 1."""

    format: Literal[1]
    id: BookId
    version: Version
    languages: Languages
    title: Text
    split: Text
    source: Remark | None = None
    codes: Annotated[tuple[FileCode, ...], Field(min_length=1)]
    changes: tuple[CodebookChange, ...] = ()


_ENTRIES: dict[str, type[Model]] = {"codes": FileCode, "children": FileCode, "rules": Rules, "unless": Matchers}


def load_codebook(name_or_path: str | Path) -> Codebook:
    """Return a codebook, checked from its first key to its last rule.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped codebook (see `list_codebooks`), or a file.

    Returns
    -------
    Codebook

    Raises
    ------
    SurveyDefinitionError
        If there is no such codebook, or the file has faults: all of them are collected in ``.findings``, each with
        file and line, and what to write instead.

    Examples
    --------
    >>> load_codebook("emotions")
    Codebook(emotions@1, ... codes, en zh-CN)
    """
    path = definition_file(name_or_path, data_folder("codebooks"), SUFFIX, "codebook")
    file = path.stat()
    return Codebook(_read(str(path), file.st_mtime_ns, file.st_size))


def list_codebooks() -> pd.DataFrame:
    """Return the shipped codebooks: id, version, languages, title (in the language in use), number of codes.

    Examples
    --------
    >>> "emotions" in list_codebooks()["id"].tolist()
    True
    """
    import pandas as pd

    books = [load_codebook(name) for name in shipped_codebooks()]
    return pd.DataFrame(
        {
            "id": [book.id for book in books],
            "version": [book.version for book in books],
            "languages": [" ".join(book.languages) for book in books],
            "title": [str(book.title) for book in books],
            "codes": [len(book.codes) for book in books],
        }
    )


def shipped_codebooks() -> tuple[str, ...]:
    """Return the names of the shipped codebooks, sorted."""
    return shipped_in(data_folder("codebooks"), SUFFIX)


def write_codebook(codebook: Codebook, path: str | Path) -> Path:
    """Write a codebook as a file that `load_codebook` reads."""
    from closeloop.survey.yaml_text import write_document

    state = codebook.state
    head = state.model_dump(mode="json", exclude={"codes", "source", "changes"})
    source = {} if state.source is None else {"source": dict(state.source)}
    target = Path(path)
    log = [change.model_dump(mode="json", exclude_defaults=True) for change in state.changes]
    changes = {"changes": log} if log else {}
    write_document({"format": 1, **head, **source, "codes": _nested(codebook, None), **changes}, target)
    return target


def _nested(codebook: Codebook, parent: str | None) -> list[dict[str, Any]]:
    entries = []
    for code in codebook.codes:
        if code.parent == parent:
            entry = code.model_dump(mode="json", exclude={"parent"}, exclude_defaults=True)
            children = _nested(codebook, code.id)
            entries.append(entry | ({"children": children} if children else {}))
    return entries


@lru_cache(maxsize=32)
def _read(path: str, _changed: int, _size: int) -> CodebookState:
    """Return what a file says; one that has not changed since is not read again."""
    return _build(read_document(path))


def _build(document: Document) -> CodebookState:
    def check(_: CodebookFile | None) -> Iterator[Finding]:
        for found in codebook_faults(list(file_entries(document.data.get("codes")))):
            yield Finding(
                code=found.code, file=document.file, line=document.line(found.path), item=found.code_id,
                field=path_text(found.path), message=found.text, suggestion=found.suggestion,
            )  # fmt: skip

    book = defined(document, CodebookFile, _ENTRIES, check)
    said = {name: getattr(book, name) for name in ("id", "version", "languages", "title", "split", "source", "changes")}
    # All that its model would check has just been checked, with the lines of the file.
    return CodebookState.model_construct(**said, codes=tuple(_flat(book.codes, None)))


def _flat(codes: tuple[FileCode, ...], parent: str | None) -> Iterator[Code]:
    for code in codes:
        said = {name: getattr(code, name) for name in CodeText.model_fields}
        yield Code(**said, parent=parent)
        yield from _flat(code.children, code.id)
