"""The customers' own view of how their complaint was handled, and their trust before and after."""

from __future__ import annotations

import numpy as np

from closeloop.followup.measure.answers import Answers
from closeloop.followup.measure.columns import BoolArray, first_of
from closeloop.followup.measure.figure import Figure, mean, share
from closeloop.followup.measure.scope import Scope
from closeloop.followup.measure.section import LoopSection
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

_SATISFIED = 4


def voice_section(scope: Scope) -> LoopSection:
    """Return satisfaction with the handling, the items about the process, and the paired change of trust.

    The score of a relationship (likelihood to recommend) and that of the handling are two measures and stay apart.
    """
    overall = scope.responses.score(scope.items.overall)
    known = overall[~np.isnan(overall) & _about_handling(scope)]
    figures = [
        share(
            "voice", "handling_satisfied", int((known >= _SATISFIED).sum()), len(known),
            message("measure.handling_satisfied"), message("measure.base_closing_survey"), scope.confidence_level,
        )
    ]  # fmt: skip
    figures += [
        mean(
            "voice", name, scope.responses.score(name), _label(name), message("measure.base_closing_survey"),
            confidence_level=scope.confidence_level,
        )
        for name in scope.items.process
    ]  # fmt: skip
    figures.append(_trust(scope))
    return LoopSection(
        name="voice", figures=tuple(figures), said=_sentence(scope, figures[0]),
        cautions=(message("measure.note_voice"),), confidence_level=scope.confidence_level,
    )  # fmt: skip


def _about_handling(scope: Scope) -> BoolArray:
    """Return which answers are about how a complaint was handled, not about the company at large."""
    about = np.isin(scope.responses.columns["survey_id"], scope.items.closing)
    for name in scope.items.process:
        about |= ~np.isnan(scope.responses.score(name))
    return np.asarray(about, dtype=np.bool_)


def _label(name: str) -> LocalText:
    known = {"felt_heard", "clear", "fair_procedure", "fair_treatment", "fair_outcome", "solution_reasonable"}
    return message(f"measure.{name}") if name in known else LocalText(name)


def _trust(scope: Scope) -> Figure:
    """Return how much the trust of each customer changed, from before the case was settled to after."""
    cases = scope.table.cases
    answers = Answers.to(scope.all_responses, scope.items.trust)
    settled = scope.table.first("resolved_at")
    before, after = (find(cases["subject_id"], settled) for find in (answers.before, answers.after))
    pair = np.flatnonzero((before >= 0) & (after >= 0))
    pair = pair[np.argsort(settled[pair], kind="stable")]
    first = pair[first_of([cases["subject_id"][pair]])]  # a customer counts once: the case that was settled first
    change = answers.value[after[first]] - answers.value[before[first]]
    return mean(
        "voice", "trust_change", change, message("measure.trust_change"), message("measure.base_trust"),
        confidence_level=scope.confidence_level, form="points",
        note=message("measure.note_trust") if len(first) else None,
    )  # fmt: skip


def _sentence(scope: Scope, satisfied: Figure) -> LocalText:
    if not satisfied.n:
        return message("measure.said_voice_none")
    return message(
        "measure.said_voice", share=told(satisfied.estimate, "percent", 0), n=told(satisfied.n, "count"),
        level=told_level(scope.confidence_level),
        interval=told_interval(satisfied.ci_low, satisfied.ci_high, "percent", 0),
    )  # fmt: skip
