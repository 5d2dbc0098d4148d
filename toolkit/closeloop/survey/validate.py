"""A survey's plain data against the models, every fault collected, with its line and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from closeloop.errors import closest
from closeloop.forms.fields import Model, shown
from closeloop.forms.items import ITEM_TYPES, Check, Page
from closeloop.forms.options import Option
from closeloop.survey.definition import (
    BranchTest,
    DuplicateRule,
    FollowUpRule,
    Migration,
    Rescale,
    SourceMap,
    SurveyFile,
    Thanks,
)
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.plan import (
    GapPlan,
    ImportancePlan,
    KanoPair,
    KanoPlan,
    MeanPlan,
    NpsPlan,
    ServqualPlan,
    TopBoxPlan,
)
from closeloop.survey.semantics import check_semantics
from closeloop.text import LocalText, catalogue, message

_PLANS: Mapping[str, type[Model]] = {
    "nps": NpsPlan, "csat": TopBoxPlan, "ces": TopBoxPlan, "top_box": TopBoxPlan, "mean": MeanPlan, "gap": GapPlan,
    "servqual": ServqualPlan, "kano": KanoPlan, "importance_performance": ImportancePlan,
}  # fmt: skip
# What the entries of a list or mapping are, by the key that holds it.
_ENTRIES: Mapping[str, type[Model]] = {
    "pages": Page, "checks": Check, "options": Option, "rows": Option, "columns": Option, "thanks": Thanks,
    "duplicates": DuplicateRule, "follow_up": FollowUpRule, "migrations": Migration, "rescale": Rescale,
    "tests": BranchTest, "sources": SourceMap, "pairs": KanoPair,
}  # fmt: skip
_KIND_OF_VALUE = {
    "int_type": "whole_number", "int_from_float": "whole_number", "int_parsing": "whole_number",
    "bool_type": "true_false", "string_type": "text", "list_type": "list", "tuple_type": "list",
    "dict_type": "mapping", "model_type": "mapping", "model_attributes_type": "mapping",
    "float_type": "number", "finite_number": "number", "date_type": "date", "date_parsing": "date",
    "date_from_datetime_parsing": "date", "date_from_datetime_inexact": "date",
}  # fmt: skip


def build(document: Document) -> SurveyFile:
    """Return the survey that a document defines.

    Raises
    ------
    SurveyDefinitionError
        With one finding for every fault: of single keys, and of what the keys say together.
    """
    findings = list(document.findings)
    declared = declared_languages(document.data)
    definition = None
    try:
        definition = SurveyFile.model_validate(document.data, context={"languages": declared})
    except ValidationError as error:
        findings.extend(model_findings(error, document, SurveyFile, _ENTRIES))
    findings.extend(check_semantics(document, declared, () if definition is None else definition.pages))
    if definition is None or findings:
        raise definition_error(document.file, _once(findings))
    return definition


def model_findings(
    error: ValidationError, document: Document, root: type[Model], entries: Mapping[str, type[Model]]
) -> list[Finding]:
    """Return what a model refused in a document, each fault with its line and what to write instead.

    Parameters
    ----------
    error : ValidationError
        What validating ``document.data`` gave.
    document : Document
    root : type
        The model of the whole file.
    entries : mapping
        Key → model of what the list or mapping below it holds; ``/key`` for a key at the top of the file alone.
    """
    found = (_finding(each, document, root, entries) for each in error.errors(include_url=False) if not _echo(each))
    return _once(list(found))


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def declared_languages(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages that a file declares; none where the key is missing or faulty."""
    declared = data.get("languages")
    if not isinstance(declared, list) or not all(isinstance(tag, str) for tag in declared):
        return ()
    return tuple(dict.fromkeys(declared))


def _echo(detail: ErrorDetails) -> bool:
    """Say whether a fault only repeats another one of the same place.

    A number is tried as a whole one first, and a list whose entries are all faulty counts as empty.
    """
    if detail["type"] == "int_type" and detail["loc"][-1:] == ("int",):
        return True
    return detail["type"] == "too_short" and bool(detail["input"])


def _finding(
    detail: ErrorDetails, document: Document, root: type[Model], entries: Mapping[str, type[Model]]
) -> Finding:
    kind = detail["type"]
    path, model = _locate(detail["loc"], document.data, root, entries)
    if kind == "missing":
        path = (*path, str(detail["loc"][-1]))
    elif kind == "union_tag_not_found":
        path = (*path, str(detail["ctx"]["discriminator"]).strip("'"))
    code, text, suggestion = _explain(detail, path, model)
    return Finding(
        code=code,
        file=document.file,
        line=document.line(path),
        item=_item_name(path, document.data),
        field=path_text(path),
        message=text,
        suggestion=suggestion,
    )


def _explain(detail: ErrorDetails, path: KeyPath, model: type[Model]) -> tuple[str, LocalText, LocalText | None]:
    """Return our code, message and suggestion for a fault that pydantic found."""
    kind, context = detail["type"], detail.get("ctx", {})
    area, dot, key = kind.partition(".")
    if dot and key in catalogue(area):
        return key, message(kind, **context["fields"]), None
    last, found = path[-1] if path else "", shown(detail["input"])
    if kind == "extra_forbidden":
        return "unknown_key", message("survey.unknown_key", key=last), _did_you_mean(str(last), _keys(model))
    if kind in {"missing", "union_tag_not_found"}:
        return "missing_key", message("survey.missing_key", key=last), None
    if kind in {"literal_error", "union_tag_invalid"}:
        allowed = str(context.get("expected", context.get("expected_tags", ""))).replace(" or ", ", ")
        choices = [choice.strip().strip("'") for choice in allowed.split(",")]
        chosen = str(context.get("tag", found))
        text = message("survey.not_a_choice", found=chosen, choices=", ".join(choices))
        return "not_a_choice", text, _did_you_mean(chosen, choices)
    if kind == "invalid_key":
        return "key_not_text", message("survey.key_not_text", key=found), None
    if kind == "string_pattern_mismatch":
        return "pattern", message(f"survey.pattern_{_pattern_name(path)}", found=found), None
    if kind == "too_short":
        return "too_few", message("survey.too_few_entries", key=last), None
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        return "limit", message(f"survey.{kind}", found=found, limit=limit), None
    if kind in _KIND_OF_VALUE:
        expected = message(f"survey.kind_{_KIND_OF_VALUE[kind]}")
        written = f'"{found}"' if isinstance(detail["input"], str) else found
        return "wrong_kind", message("survey.wrong_kind", expected=expected, found=written), None
    return "invalid", message("survey.invalid", found=found, reason=detail["msg"]), None


def _pattern_name(path: KeyPath) -> str:
    if path[:1] == ("languages",):
        return "language"
    return "id" if path[-1:] == ("id",) else "key"


def _did_you_mean(found: str, known: Sequence[str]) -> LocalText | None:
    similar = closest(found, known, n=1)
    if similar:
        return message("survey.did_you_mean", name=similar[0])
    return message("survey.known_keys", names=", ".join(sorted(known))) if known else None


def _keys(model: type[Model]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _locate(
    loc: Sequence[str | int], data: object, root: type[Model], entries: Mapping[str, type[Model]]
) -> tuple[KeyPath, type[Model]]:
    """Return the part of a pydantic location that exists in the data, and the model that its mapping belongs to.

    Pydantic's location also names the member of a union (``nps``) and internal steps; they are no keys of the file.
    """
    path: list[str | int] = []
    model: type[Model] = root
    here = data
    for position, step in enumerate(loc):
        if isinstance(here, Mapping) and step in here:
            path.append(step)
            model, here = _entry_model(path, model, entries), here[step]
        elif isinstance(here, Mapping) and str(step) in map(str, here) and position == len(loc) - 1:
            path.append(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            path.append(step)
            here = here[step]
        elif path[:1] == ["pages"] and step in ITEM_TYPES:
            model = ITEM_TYPES[str(step)]
        elif path[:1] == ["metrics"] and step in _PLANS:
            model = _PLANS[str(step)]
    # The last key of a location is the culprit; the mapping it stands in is the one before it.
    return tuple(path), model


def _entry_model(path: Sequence[str | int], model: type[Model], entries: Mapping[str, type[Model]]) -> type[Model]:
    key = str(path[-1])
    if path[0] == "sources":
        return SourceMap
    if len(path) == 1 and f"/{key}" in entries:
        return entries[f"/{key}"]
    return entries.get(key, model) if key in _keys(model) or len(path) == 1 else model


def _item_name(path: KeyPath, data: Mapping[str, Any]) -> str:
    here: Any = data
    for step in path[:4]:
        if not isinstance(here, (Mapping, list)):
            break
        try:
            here = here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return ""
    inside = len(path) >= 4 and path[0] == "pages" and path[2] == "items"
    return str(here.get("name", "")) if inside and isinstance(here, Mapping) else ""
