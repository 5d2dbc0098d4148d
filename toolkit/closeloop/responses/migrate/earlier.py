"""An earlier version of a survey, worked out backwards from the migrations that lead away from it."""

from __future__ import annotations

from typing import Any

from closeloop.survey.definition import Migration
from closeloop.survey.load import survey_from_dict
from closeloop.survey.route import route
from closeloop.survey.survey import Survey

_MARK = "worked_out_from"
_FOR_READING = ("format", "id", "languages", "title", "timezone", "status", "duplicates")


def inferred_version(survey: Survey, version: int) -> Survey:
    """Return what an earlier version must have asked: enough to read stored answers by name, no branching, no rules.

    Answers to an item of a metric stay decisive; what was dropped since is not known and stays text.
    """
    data = survey.to_dict()
    kept: dict[str, Any] = {key: data[key] for key in _FOR_READING if key in data}
    steps = route(survey.migrations, version, survey.version)
    items = [
        {key: value for key, value in item.items() if key not in ("show_if", "require_if", "checks", "required")}
        for page in data["pages"]
        for item in page["items"]
        if item["type"] != "note"
    ]
    scored = {name.partition(".")[0] for plan in survey.metrics.values() for name in plan.items}
    decisive = [item for item in items if item["name"] in scored]
    for step in reversed(steps.steps):
        for item in items:
            _step_back(item, step)
    metrics = {f"of_{item['name']}": {"kind": "mean", "item": item["name"]} for item in decisive if _is_scale(item)}
    pages = [{"name": "main", "items": items}]
    return survey_from_dict(
        {**kept, "version": version, "pages": pages, "metrics": metrics, "extra": {_MARK: survey.version}}
    )


def is_inferred(survey: Survey) -> bool:
    """Say whether a version was worked out, so that its wording and branching are not known."""
    return _MARK in survey.definition.extra


def _is_scale(item: dict[str, Any]) -> bool:
    return item["type"] in ("nps", "csat", "ces", "rating")


def _step_back(item: dict[str, Any], step: Migration) -> None:
    name = item["name"]
    how = step.rescale.get(name)
    if how is not None:
        for key in ("labels", "look", "points", "columns", "step"):
            item.pop(key, None)
        if item["type"] == "matrix":
            item["columns"] = [str(point) for point in range(how.old[0], how.old[1] + 1)]
        else:
            item |= {"type": "rating", "min": how.old[0], "max": how.old[1]}
    before = {new: old for old, new in step.rename.items()}
    item["name"] = before.get(name, name)
    if "rows" in item:
        item["rows"] = [_row_before(row, name, item["name"], before) for row in item["rows"]]
    gone = [part.partition(".")[2] for part in step.drop if part.partition(".")[0] == item["name"]]
    for key in ("options", "columns"):
        if item.get(key) and how is None:
            item[key] = _options_before(item[key], step.recode.get(name, {}), gone)
    for key in ("min", "max", "exclusive"):
        if item["type"] == "multi":
            item.pop(key, None)


def _row_before(row: Any, name: str, old_name: str, before: dict[str, str]) -> Any:
    value = row["value"] if isinstance(row, dict) else row
    old = before.get(f"{name}.{value}", f"{old_name}.{value}").partition(".")[2]
    kept = {key: entry for key, entry in row.items() if key != "show_if"} if isinstance(row, dict) else {}
    return {**kept, "value": old}


def _options_before(options: list[Any], recode: dict[str, str], gone: list[str]) -> list[Any]:
    """Return options with those that became others, or were dropped, in their places."""
    plain = [option if isinstance(option, dict) else {"value": option} for option in options]
    found: list[Any] = []
    for option in plain:
        shown = {key: value for key, value in option.items() if key not in ("show_if", "exclusive", "code")}
        spelled = {str(old).casefold() for old, new in recode.items() if new == option["value"]}
        if str(option["value"]).casefold() not in spelled:
            found.append(shown)
        found += [{**shown, "value": old} for old, new in recode.items() if new == option["value"]]
    there = {option["value"].casefold() for option in found}
    orphans = [old for old in recode if old.casefold() not in there and recode[old] not in ("", None)]
    return [*found, *(value for value in dict.fromkeys((*orphans, *gone)) if value.casefold() not in there)]
