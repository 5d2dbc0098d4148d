"""What a worksheet says, and what becomes of it when its template has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from closeloop.errors import ColumnNotFoundError
from closeloop.rootcause.findings import Finding
from closeloop.rootcause.worksheet.answers import Answers, accept
from closeloop.rootcause.worksheet.load import load_template, template_from_dict
from closeloop.rootcause.worksheet.template import Template
from closeloop.text import message
from closeloop.versioned import State


class SheetState(State):
    """What a worksheet says: which template in which version, the answers, and what it belongs to."""

    template: str
    version: int
    earlier_version: int | None = None  # the version under which it was filled, if the template has changed since
    definition: dict[str, Any] | None = None  # the template itself, if it is not a shipped one
    answers: dict[str, Any] = Field(default={})
    kept: dict[str, Any] = Field(default={})  # answers that the template on hand has no place for
    links: tuple[str, ...] = ()


def template_of(state: SheetState) -> Template:
    """Return the template of a sheet: its own one, or the shipped one of that name."""
    if state.definition is not None:
        return template_from_dict(state.definition)
    return load_template(state.template)


def fitted_state(state: SheetState, template: Template) -> SheetState:
    """Return the state in terms of the template on hand: what does not fit is kept aside."""
    if state.version == template.version:
        return state
    answers, aside = fitted(template, state.answers)
    earlier = state.version if state.earlier_version is None else state.earlier_version
    update: Mapping[str, Any] = {
        "version": template.version, "earlier_version": earlier, "answers": answers, "kept": {**state.kept, **aside}
    }  # fmt: skip
    return state.model_copy(update=update)


def fitted(template: Template, answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers that a template has a place for, and the others; of entries, answer by answer.

    What is kept aside of the entries of a page is a list of as many parts, so that one sees what belonged together.
    """
    fitting: dict[str, Any] = {}
    aside: dict[str, Any] = {}
    for name, value in answers.items():
        page = template.page(name)
        if page is None or page.repeat is None or not isinstance(value, list):
            _fit(template, {name: value}, fitting, aside)
            continue
        entries: list[dict[str, Any]] = []
        left: list[dict[str, Any]] = []
        for entry in value:
            taken: dict[str, Any] = {}
            spare: dict[str, Any] = {}
            for item, answer in entry.items():
                try:
                    accept(template, {}, {name: [{item: answer}]})
                    taken[item] = answer
                except (ColumnNotFoundError, ValueError):
                    spare[item] = answer
            entries.append(taken)
            left.append(spare)
        most = page.repeat.max
        if most is not None and len(entries) > most:
            left = [spare if number < most else {**entries[number], **spare} for number, spare in enumerate(left)]
            entries = entries[:most]
        fitting[name] = entries
        if any(left):
            aside[name] = left
    return fitting, aside


def _fit(template: Template, given: Mapping[str, Any], fitting: dict[str, Any], aside: dict[str, Any]) -> None:
    try:
        accept(template, {}, given)
        fitting.update(given)
    except (ColumnNotFoundError, ValueError):
        aside.update(given)


def version_findings(state: SheetState, template: Template) -> tuple[Finding, ...]:
    """Return what there is to say of a sheet that was filled under another version of its template."""
    if state.earlier_version is None:
        return ()
    key = "worksheet.version_kept" if state.kept else "worksheet.version_changed"
    versions = {"earlier": state.earlier_version, "version": template.version}
    text = message(key, names=", ".join(state.kept), **versions)
    return (Finding(rule="template_version", level="warn" if state.kept else "info", message=text),)
