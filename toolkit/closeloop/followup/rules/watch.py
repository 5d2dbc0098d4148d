"""`watch`: all alert rules over all that was observed; the same data always gives the same alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from closeloop.followup.rules.alert import SUPPRESSED, Alert, first_outcome
from closeloop.followup.rules.alert_rule import AlertRule
from closeloop.followup.rules.cluster import clusters
from closeloop.followup.rules.found import Found
from closeloop.followup.rules.observed import ObservedAnswer, ObservedCase
from closeloop.followup.rules.score_drop import score_drops
from closeloop.followup.rules.surge import surges


def watch(
    rules: Iterable[AlertRule],
    *,
    now: dt.datetime,
    answers: Sequence[ObservedAnswer] = (),
    cases: Sequence[ObservedCase] = (),
    exposure: Mapping[str, float] | None = None,
    fired: Iterable[Alert] = (),
    since: dt.datetime | None = None,
    began_at: dt.datetime | None = None,
    zone: str = "UTC",
) -> tuple[Alert, ...]:
    """Return the alerts that are new.

    Parameters
    ----------
    rules : iterable of AlertRule
    now : datetime
        Only windows that are over by then are judged.
    answers, cases : sequence
        All of them, the old ones included: what is usual comes from them.
    exposure : mapping of str to float
        Window → what cases are counted over, for rules ``per: exposure``.
    fired : iterable of Alert
        Alerts of earlier calls; none is given twice.
    since : datetime, optional
        Alerts of windows that ended before are left out.
    began_at : datetime, optional
        Since when cases are recorded; by default since the first one.
    zone : str
        In which days begin.

    Returns
    -------
    tuple of Alert
        In the order of time, each with its outcome: a case is to be opened, it is shown on the board, or it is
        suppressed for a reason.

    Examples
    --------
    >>> start = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    >>> hours = [*range(0, 90 * 24, 9 * 24), *range(92 * 24, 92 * 24 + 9)]
    >>> cases = [ObservedCase(at=start + dt.timedelta(hours=h), case_id=f"C-{h}", subject_id=f"S-{h}") for h in hours]
    >>> rule = AlertRule(id="surge", watch="surge", min_n=5)
    >>> found = watch([rule], cases=cases, now=start + dt.timedelta(days=110))
    >>> print(found[0].sentence.en)
    surge: 9 cases in 2026-W15 over 7 days, above the limit of 5.0 (0.8 expected from the 12 windows before).
    """
    before = list(fired)
    known = {(alert.rule_id, alert.ref) for alert in before}
    fresh: list[Alert] = []
    for rule in rules:
        found = sorted(_found(rule, answers, cases, exposure or {}, now, began_at, ZoneInfo(zone)), key=_order)
        for one in found:
            if one.at > now or (since is not None and one.at < since):
                continue
            if (rule.id, f"{one.segment}|{one.window_id}") in known:
                continue
            last = _last(before + fresh, (rule.id, one.segment), one.at)
            outcome, reason = first_outcome(rule, one.at, last)
            fresh.append(_alert(rule, one, outcome, reason))
    return tuple(sorted(fresh, key=lambda alert: (alert.fired_at, alert.rule_id, alert.ref)))


def _found(
    rule: AlertRule, answers: Sequence[ObservedAnswer], cases: Sequence[ObservedCase], exposure: Mapping[str, float],
    now: dt.datetime, began_at: dt.datetime | None, zone: ZoneInfo,
) -> Iterator[Found]:  # fmt: skip
    if rule.watch == "score_drop":
        return score_drops(rule, answers, now, zone)
    if rule.watch == "surge":
        return surges(rule, cases, answers, exposure, now, zone, began_at)
    return clusters(rule, cases, began_at)


def _order(found: Found) -> tuple[dt.datetime, str]:
    return (found.at, found.segment)


def _last(alerts: Iterable[Alert], series: tuple[str, str], at: dt.datetime) -> dt.datetime | None:
    """Return when a series last had an alert that was not suppressed."""
    times = [a.fired_at for a in alerts if a.series == series and a.outcome != SUPPRESSED and a.fired_at <= at]
    return max(times, default=None)


def _alert(rule: AlertRule, one: Found, outcome: str, reason: str) -> Alert:
    return Alert(
        rule_id=rule.id, rule_version=rule.version, segment=one.segment, window_id=one.window_id, fired_at=one.at,
        severity=rule.severity, observed=one.observed, expected=one.expected, low=one.low, high=one.high, n=one.n,
        exposure=one.exposure, sentence=one.sentence, outcome=outcome, reason=reason,
    )  # fmt: skip
