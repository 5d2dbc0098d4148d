"""Similar cases that pile up: more different customers within some days than their own history lets expect."""

from __future__ import annotations

import bisect
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from closeloop.followup.rules.alert_rule import AlertRule
from closeloop.followup.rules.found import Found
from closeloop.followup.rules.observed import ObservedCase
from closeloop.stats.poisson import poisson_limit, poisson_tail
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.written import told

PRIOR = 0.5
"""So many cases are added to the history: a kind of case that never came before is rare, not impossible."""


def clusters(rule: AlertRule, cases: Sequence[ObservedCase], began_at: dt.datetime | None = None) -> Iterator[Found]:
    """Give the moments at which a series of similar cases becomes a cluster, series by series.

    Within the last `window_days` there are at least `min_n` different customers, and so many that the Poisson
    distribution gives them a probability below `alpha`, with what is expected taken from the `history_days` before.

    Parameters
    ----------
    rule : AlertRule
    cases : sequence of ObservedCase
    began_at : datetime, optional
        Since when cases are recorded; by default since the first one. Until there is a history of at least twice the
        window, nothing is known of what is usual, and there is no alert.
    """
    chosen = sorted((case for case in cases if case.kind in rule.kinds), key=lambda case: (case.at, case.case_id))
    if not chosen:
        return
    since = began_at or chosen[0].at
    series: dict[str, list[ObservedCase]] = {}
    for case in chosen:
        segment = case.segment(rule.by)
        if segment:
            series.setdefault(segment, []).append(case)
    for segment in sorted(series):
        yield from _of_one(rule, segment, series[segment], since)


def _of_one(rule: AlertRule, segment: str, cases: Sequence[ObservedCase], since: dt.datetime) -> Iterator[Found]:
    window, history = dt.timedelta(days=rule.window_days), dt.timedelta(days=rule.history_days)
    times = [case.at for case in cases]
    was_one = False
    for place, case in enumerate(cases):
        start = case.at - window
        past = min(history, start - since)
        if past < 2 * window:
            continue
        first = bisect.bisect_right(times, start)
        customers = {each.subject_id or each.case_id for each in cases[first : place + 1]}
        before = first - bisect.bisect_left(times, start - past)
        expected = (before + PRIOR) * (window / past)
        is_one = len(customers) >= rule.min_n and poisson_tail(len(customers), expected) < rule.alpha
        if is_one and not was_one:
            yield _found(rule, segment, case, len(customers), expected, before, past)
        was_one = is_one


def _found(
    rule: AlertRule, segment: str, case: ObservedCase, n: int, expected: float, before: int, past: dt.timedelta
) -> Found:
    limit = poisson_limit(expected, rule.alpha)
    sentence = message(
        "rules.cluster", what=rule.title or LocalText(rule.id), segment=_called(rule, segment), n=told(n, "count"),
        days=rule.window_days, expected=told(expected, "decimal", 2), limit=told(limit, "count"),
        before=told(before, "count"), past=told(past.days, "count"),
    )  # fmt: skip
    return Found(
        segment=segment, window_id=f"{case.at:%Y-%m-%dT%H:%M}", at=case.at, observed=float(n), expected=expected,
        low=math.nan, high=float(limit), n=n, exposure=float(rule.window_days), sentence=sentence,
    )  # fmt: skip


def _called(rule: AlertRule, segment: str) -> LocalText:
    """Return what a series is called: of codes the label in the shipped codebook, of all else its value."""
    if rule.by != "code":
        return LocalText(segment)
    return _labels().get(segment, LocalText(segment))


@cache
def _labels() -> Mapping[str, LocalText]:
    return {code.id: code.label for code in load_codebook("conflict-types").codes}
