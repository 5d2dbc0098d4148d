"""Speed: how long customers wait, with those who are still waiting (Kaplan–Meier)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from closeloop.followup.measure.columns import HOUR
from closeloop.followup.measure.figure import Figure
from closeloop.followup.measure.scope import Scope, is_merged
from closeloop.followup.measure.section import LoopSection
from closeloop.stats.survival import SurvivalCurve, kaplan_meier
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

CLOCKS = {"acknowledge": "acknowledged_at", "first_response": "first_response_at", "resolution": "resolved_at"}
"""What is timed → the time of a cycle at which it has happened."""


def speed_section(scope: Scope) -> LoopSection:
    """Return the three times of a case's first way through the stages."""
    curves = {name: waiting_curve(scope, ended) for name, ended in CLOCKS.items()}
    figures: list[Figure] = []
    for name, curve in curves.items():
        figures += _of_curve(scope, name, curve)
    first = curves["first_response"]
    cautions = [message("measure.note_km", hours=told(scope.within, "decimal", 0))]
    merged = int(is_merged(scope.table).sum())
    if merged:
        cautions.append(message("measure.note_merged", count=told(merged, "count")))
    return LoopSection(
        name="speed", figures=tuple(figures), said=_sentence(scope, first), cautions=tuple(cautions),
        details={"curves": curves, "within": scope.within}, confidence_level=scope.confidence_level,
    )  # fmt: skip


def waiting_curve(scope: Scope, ended: str) -> SurvivalCurve:
    """Return how long cases wait for a time of their first cycle, in hours since the customer's word reached us.

    A case that ended without it counts as one that is still waiting: it was never done.
    """
    kept = ~is_merged(scope.table) & ~np.isnan(scope.table.cases["received_at"])
    began = scope.table.cases["received_at"][kept]
    at = scope.table.first(ended)[kept]
    happened = at <= scope.now
    until = np.where(happened, at, scope.now)
    return kaplan_meier(np.maximum(until - began, 0.0) / HOUR, happened)


def _of_curve(scope: Scope, name: str, curve: SurvivalCurve) -> list[Figure]:
    level = scope.confidence_level
    common: dict[str, Any] = {"section": "speed", "n": curve.n}
    base = message("measure.base_cases_open", open=told(curve.n - curve.n_events, "count"))
    hours = told(scope.within, "decimal", 0)
    inside = curve.share_interval(scope.within, level)
    middle = curve.median_interval(level)
    answered = curve.durations[curve.events]
    figures = [
        Figure(
            **common, name=f"{name}_within", label=message(f"measure.{name}_within", hours=hours), base=base,
            estimate=curve.share_within(scope.within), ci_low=inside.low, ci_high=inside.high,
            method="Kaplan–Meier" if curve.n else "", cannot=_why(curve),
        ),
        Figure(
            **common, name=f"{name}_median", label=message(f"measure.{name}_median"), base=base,
            estimate=curve.median, ci_low=middle.low, ci_high=middle.high, form="decimal", digits=1,
            method="Brookmeyer–Crowley" if curve.n_events else "", cannot=_why_no_median(curve),
        ),
    ]  # fmt: skip
    if name == "first_response" and len(answered):
        figures.append(
            Figure(
                section="speed", name="first_response_naive", n=len(answered), estimate=float(answered.mean()),
                label=message("measure.first_response_naive"), base=message("measure.base_answered"), form="decimal",
                digits=1, note=message("measure.note_naive_mean"),
            )
        )  # fmt: skip
    return figures


def _why(curve: SurvivalCurve) -> LocalText:
    return message("measure.why_too_early" if curve.n else "measure.why_no_cases")


def _why_no_median(curve: SurvivalCurve) -> LocalText:
    return message("measure.why_not_half" if curve.n else "measure.why_no_cases")


def _sentence(scope: Scope, curve: SurvivalCurve) -> LocalText:
    if not curve.n:
        return message("measure.said_speed_none")
    inside = curve.share_within(scope.within)
    if math.isnan(inside):
        return message("measure.said_speed_early", n=told(curve.n, "count"))
    limits = curve.share_interval(scope.within, scope.confidence_level)
    median = (
        message("measure.said_not_half")
        if math.isnan(curve.median)
        else message("measure.said_half", hours=told(curve.median, "decimal", 1))
    )
    return message(
        "measure.said_speed", share=told(inside, "percent", 0), hours=told(scope.within, "decimal", 0),
        level=told_level(scope.confidence_level), interval=told_interval(limits.low, limits.high, "percent", 0),
        median=median, n=told(curve.n, "count"), open=told(curve.n - curve.n_events, "count"),
    )  # fmt: skip
