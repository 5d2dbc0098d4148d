"""What a file defines, as an object of its model: every fault collected, each with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from closeloop.forms.fields import Model
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.validate import declared_languages, model_findings
from closeloop.text import LocalText

Definition = TypeVar("Definition", bound=Model)


def _sound(_definition: object) -> Iterable[Finding]:
    return ()


def defined(
    document: Document,
    model: type[Definition],
    entries: Mapping[str, type[Model]],
    check: Callable[[Definition | None], Iterable[Finding]] = _sound,
    **context: Any,
) -> Definition:
    """Return what a document defines.

    Parameters
    ----------
    document : Document
    model : type
        The model of the whole file.
    entries : mapping
        Key → model of what the list or mapping below it holds.
    check : callable, optional
        Gives what contradicts itself; it gets None where the model refused the document.
    **context
        What the validators of the model need to know beside the languages.

    Raises
    ------
    SurveyDefinitionError
        With every fault of the file, each with its line.
    """
    findings = list(document.findings)
    definition = None
    try:
        known = {"languages": declared_languages(document.data), **context}
        definition = model.model_validate(document.data, context=known)
    except ValidationError as error:
        findings.extend(model_findings(error, document, model, entries))
    findings.extend(check(definition))
    if definition is None or findings:
        raise definition_error(document.file, list(dict.fromkeys(findings)))
    return definition


def finding_at(document: Document, path: KeyPath, key: str, text: LocalText) -> Finding:
    """Return a fault that only the whole file shows: where it is, the catalogue's key, and the text."""
    code, place = key.partition(".")[2], path_text(path)
    return Finding(code=code, file=document.file, line=document.line(path), field=place, message=text)
