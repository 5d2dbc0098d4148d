"""Definitions of this room from YAML files: every fault collected, each with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import ValidationError

from closeloop.forms.fields import Model
from closeloop.survey.document import Document, path_text, read_document
from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.validate import declared_languages, model_findings
from closeloop.text import message

if TYPE_CHECKING:
    from pathlib import Path

Definition = TypeVar("Definition", bound=Model)


class Fault(NamedTuple):
    """One fault that only the whole file shows: where, which text of the catalogue, and what to put in."""

    path: tuple[str | int, ...]
    key: str
    fields: Mapping[str, object]


def _sound(_definition: object) -> Iterable[Fault]:
    return ()


def read_definition(
    path: str | Path,
    model: type[Definition],
    entries: Mapping[str, type[Model]],
    check: Callable[[Definition], Iterable[Fault]] = _sound,
) -> Definition:
    """Return what a file defines.

    Parameters
    ----------
    path : str or Path
    model : type
        The model of the whole file.
    entries : mapping
        Key → model of what the list or mapping below it holds.
    check : callable, optional
        Gives what contradicts itself.

    Raises
    ------
    SurveyDefinitionError
        With every fault of the file, each with its line.
    """
    document = read_document(path)
    findings = list(document.findings)
    definition = None
    try:
        definition = model.model_validate(document.data, context={"languages": declared_languages(document.data)})
    except ValidationError as error:
        findings.extend(model_findings(error, document, model, entries))
    if definition is not None:
        findings.extend(_finding(each, document) for each in check(definition))
    if definition is None or findings:
        raise definition_error(document.file, list(dict.fromkeys(findings)))
    return definition


def _finding(found: Fault, document: Document) -> Finding:
    return Finding(
        code=found.key.partition(".")[2],
        file=document.file,
        line=document.line(found.path),
        field=path_text(found.path),
        message=message(found.key, **found.fields),
    )
