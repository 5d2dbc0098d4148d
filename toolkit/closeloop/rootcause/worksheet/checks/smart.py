"""SMART: whether an action says what is done, how it is measured, who has accepted it, which cause it treats, by when.

A machine sees what is missing and what is empty talk. Whether the figure is the right one and whether the owner has
the time, it cannot see: that is asked of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from closeloop.rootcause.findings import Finding, Level
from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text, can_be_read, content_words, word_list
from closeloop.text import message
from closeloop.written import told_list

_SLOTS = ("what", "metric", "baseline", "target", "unit", "owner", "accepted", "cause", "due")


def smart_findings(
    *,
    what: str | None,
    metric: str | None,
    baseline: float | None,
    target: float | None,
    unit: str | None,
    owner: str | None,
    accepted: bool | None,
    cause: str | None,
    due: date | str | None,
) -> list[Finding]:
    """Return what an action lacks to be specific, measurable, accepted, relevant and timed.

    Parameters
    ----------
    what : str
        What is done to what.
    metric, baseline, target, unit
        The figure that shows it, where it stands and where it shall go.
    owner, accepted
        The person who answers for it, and whether they have accepted it and have the time.
    cause : str
        What it treats.
    due : date or str
        Its last day.

    Returns
    -------
    list of Finding
        Rules ``smart-S``, ``smart-M``, ``smart-A``, ``smart-R``, ``smart-T``; those that only a person can answer are
        ``smart-M-ask`` and ``smart-A-ask`` at the level info.

    Examples
    --------
    >>> found = smart_findings(what="improve the service", metric="NPS", baseline=12, target=12, unit="points",
    ...                        owner="Wang Li", accepted=True, cause="no back-up for the courier", due="2026-10-31")
    >>> [(each.rule, each.level) for each in found if not each.rule.endswith("ask")]
    [('smart-S', 'warn'), ('smart-M', 'error')]
    """
    given = {
        "what": what, "metric": metric, "baseline": baseline, "target": target, "unit": unit,
        "owner": owner, "accepted": accepted, "cause": cause, "due": due,
    }  # fmt: skip
    return [
        Finding(
            rule=note.rule,
            level=note.level,
            at=note.slot,
            subject=as_text(what),
            message=note.message,
            suggestion=note.suggestion,
        )
        for note in smart_notes(given, frozenset(_SLOTS))
    ]


def check(scope: Scope) -> Iterator[Note]:
    """Judge each entry (or the sheet itself) that says anything of an action."""
    for number, entry in enumerate(scope.entries, 1):
        if any(entry.get(slot) is not None for slot in _SLOTS):
            for note in smart_notes(entry, scope.asked):
                yield replace(note, entry=number)


def smart_notes(answers: Mapping[str, Any], asked: frozenset[str]) -> Iterator[Note]:
    """Give what an action lacks, of the slots that are asked for."""
    yield from _specific(as_text(answers.get("what")))
    yield from _measurable(answers, asked)
    yield from _accepted(answers, asked)
    for slot, letter in (("cause", "R"), ("due", "T")):
        if slot in asked and not as_text(answers.get(slot)):
            yield _note(f"smart-{letter}", "error", f"smart_no_{slot}", slot)


def _note(rule: str, level: Level, key: str, slot: str, **fields: object) -> Note:
    text, hint = message(f"worksheet.{key}", **fields), message(f"worksheet.{key}_do", **fields)
    return Note(rule=rule, level=level, message=text, suggestion=hint, slot=slot)


def _specific(what: str) -> Iterator[Note]:
    if not what:
        yield _note("smart-S", "error", "smart_no_what", "what")
        return
    if not can_be_read(what):
        yield _note("smart-S", "info", "smart_unreadable", "what")
        return
    empty = word_list("empty").find(what)
    verb = word_list("action").find(what)
    if empty:
        yield _note("smart-S", "warn", "smart_empty_word", "what", word=empty)
    elif not verb:
        yield _note("smart-S", "warn", "smart_no_verb", "what")
    elif not content_words(what, verb):
        yield _note("smart-S", "warn", "smart_no_object", "what", verb=verb)


def _measurable(answers: Mapping[str, Any], asked: frozenset[str]) -> Iterator[Note]:
    slots = [slot for slot in ("metric", "baseline", "target", "unit") if slot in asked]
    lacking = [slot for slot in slots if not as_text(answers.get(slot))]
    if lacking:
        names = [message(f"worksheet.smart_{slot}") for slot in lacking]
        yield _note("smart-M", "error", "smart_unmeasured", lacking[0], parts=told_list(names))
    elif {"baseline", "target"} <= asked and answers.get("baseline") == answers.get("target"):
        yield _note("smart-M", "error", "smart_no_change", "target", value=answers.get("target"))
    if slots and len(lacking) < len(slots):
        yield _note("smart-M-ask", "info", "smart_ask_metric", "metric" if "metric" in asked else slots[0])


def _accepted(answers: Mapping[str, Any], asked: frozenset[str]) -> Iterator[Note]:
    owner = as_text(answers.get("owner"))
    if "owner" in asked:
        if not owner:
            yield _note("smart-A", "error", "smart_no_owner", "owner")
            return
        group = word_list("collective").find(owner)
        if group:
            yield _note("smart-A", "warn", "owner_group", "owner", owner=owner)
    if "accepted" in asked and answers.get("accepted") is not True:
        key = "smart_not_accepted" if answers.get("accepted") is False else "smart_accepted_open"
        yield _note("smart-A", "error" if key == "smart_not_accepted" else "warn", key, "accepted")
    if owner:
        yield _note("smart-A-ask", "info", "smart_ask_capacity", "owner", owner=owner)
