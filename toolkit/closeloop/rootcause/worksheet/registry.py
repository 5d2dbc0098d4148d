"""Which checks and computed views a worksheet template may name, and the items that each of them looks at.

A slot stands for an item; where the template does not say which (``items: {slot: item}``), it is the item of the
slot's own name. What the items of views hold:

- scores of options, effort, effect, likelihood and impact: ``rating`` 1 to 5 (high customer acceptance is good, and so
  is high feasibility in resources, time, people and market: 5 is always the best); weights: ``number`` from 0;
- ``risks.source``: ``single`` with the values side_effects, legal, customer, market;
  ``risks.response``: ``single`` with avoid, reduce, transfer, accept;
- ``entries.x`` and ``entries.y`` of `two_by_two`: ``rating`` 1 to 5; the titles of its scales and fields: ``text``;
- ``stakeholders.attitude``: ``rating`` -2 to 2, ``influence`` 1 to 5;
- ``cross.internal`` and ``cross.external``: ``text`` such as S1 or W2, and O1 or T2 (the entry's number on its page);
- severity, occurrence, detection of `fmea`: ``rating`` 1 to 10 (detection 10: cannot be detected);
- ``ideas.votes``: ``number``; ``ideas.merged_into``: ``number`` of the idea that it went into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check: its slots.

    Attributes
    ----------
    needs : tuple of str
        Slots that must be items of the template.
    takes : tuple of str
        Slots that may be.
    page : str
        The repeated page that is looked at if `each` names none; "" looks at the sheet's own items.
    """

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSpec:
    """A computed view: its slots, ``page.item`` or, for the sheet's own items, ``item``."""

    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()

    @property
    def pages(self) -> tuple[str, ...]:
        """The repeated pages that it reads."""
        return tuple(dict.fromkeys(slot.partition(".")[0] for slot in (*self.needs, *self.takes) if "." in slot))


CRITERIA = ("resources", "time", "people", "customer", "market")
"""The five criteria of feasibility."""

CHECKS: Mapping[str, CheckSpec] = {
    # S verb + object, M metric + baseline + target + unit, A owner accepts, R linked to a cause, T due
    "smart": CheckSpec(
        needs=("what",), takes=("metric", "baseline", "target", "unit", "owner", "accepted", "cause", "due")
    ),
    # what somebody demands against why they want it
    "interest_not_position": CheckSpec(needs=("position", "interest")),
    # every entry says what it rests on
    "evidence_needed": CheckSpec(needs=("evidence",), takes=("text",)),
    # two entries that say the same
    "similar_entries": CheckSpec(needs=("text",)),
    # one question at a time
    "one_question": CheckSpec(needs=("question",)),
    # words without content: soon, better, as far as possible
    "vague_words": CheckSpec(needs=("text",)),
    # at least two options, or the reason for one (`reason` is an item of the sheet itself)
    "two_options_or_reason": CheckSpec(takes=("reason",), page="options"),
    # a person answers for it, not a department
    "owner_is_a_person": CheckSpec(needs=("owner",)),
    # only where findings(today=...) is given a day
    "due_in_future": CheckSpec(needs=("due",)),
    # because ... therefore ... recommend: one sentence, all three parts
    "one_sentence": CheckSpec(needs=("sentence",)),
}

VIEWS: Mapping[str, ViewSpec] = {
    "option_matrix": ViewSpec(
        needs=("options.name", *(f"options.{name}" for name in CRITERIA)),
        takes=tuple(f"weight_{name}" for name in CRITERIA),
    ),
    "risk_matrix": ViewSpec(
        needs=("risks.risk", "risks.source", "risks.likelihood", "risks.impact"),
        takes=(
            "risks.response", "risks.owner", "risks.trigger", "risks.likelihood_after", "risks.impact_after",
            "risks.cost_low", "risks.cost_high",
        ),
    ),
    "effort_effect": ViewSpec(needs=("options.name", "options.effort", "options.effect")),
    "two_by_two": ViewSpec(
        needs=("entries.name", "entries.x", "entries.y"),
        takes=("x_title", "y_title", "upper_left", "upper_right", "lower_left", "lower_right"),
    ),
    "stakeholders": ViewSpec(needs=("stakeholders.name", "stakeholders.attitude", "stakeholders.influence")),
    "swot_cross": ViewSpec(
        needs=(
            "strengths.point", "weaknesses.point", "opportunities.point", "threats.point",
            "cross.internal", "cross.external", "cross.strategy",
        ),
    ),
    "fmea": ViewSpec(
        needs=("failures.mode", "failures.severity", "failures.occurrence", "failures.detection"),
        takes=("failures.effect", "failures.cause", "failures.action", "failures.owner"),
    ),
    "affinity": ViewSpec(needs=("notes.text",), takes=("notes.group",)),
    "ideas": ViewSpec(needs=("ideas.text",), takes=("ideas.votes", "ideas.merged_into")),
}  # fmt: skip


def check_function(name: str) -> Callable[..., Any]:
    """Return the code of a check."""
    function: Callable[..., Any] = import_module(f"closeloop.rootcause.worksheet.checks.{name}").check
    return function


def view_function(name: str) -> Callable[..., Any]:
    """Return the code that computes a view from a sheet's answers."""
    function: Callable[..., Any] = import_module(f"closeloop.rootcause.worksheet.computed.{name}").compute
    return function
