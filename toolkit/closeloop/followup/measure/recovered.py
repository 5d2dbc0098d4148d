"""Recovery: what became of detractors who were followed up, beside what doing nothing would have given."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from closeloop.analysis.effect.recovery import recovery
from closeloop.analysis.effect.recovery_result import LEAST_PAIRS, Recovery
from closeloop.followup.measure.answers import Answers, groups, transitions
from closeloop.followup.measure.capture import eligible
from closeloop.followup.measure.columns import BoolArray, FloatArray, IntArray, first_of, lookup
from closeloop.followup.measure.figure import Figure, missing, share
from closeloop.followup.measure.followed_recovery import FollowedRecovery, at_their_scores, untreated
from closeloop.followup.measure.scope import Scope, earliest
from closeloop.followup.measure.section import LoopSection
from closeloop.followup.measure.waiting_list import NOW, WAIT, WaitingListEffect, waiting_list_effect
from closeloop.rootcause.findings import Finding
from closeloop.stats.intervals import nps_interval
from closeloop.stats.paired import transition_contrast
from closeloop.text import LocalText, message
from closeloop.written import told

LIKELY = (0.5, 0.8)
"""Between which test–retest correlations a likelihood to recommend lies, where nobody has measured it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The detractors who were followed up, and everybody else who answered.

    Attributes
    ----------
    case : numpy.ndarray
        Which cases: of each customer the first one in the period.
    first, second : numpy.ndarray
        Their opening score, and what they answered afterwards (NaN: silent).
    others : numpy.ndarray
        The first answers of all other customers of the period: the marginals of the whole survey need them.
    control : tuple of numpy.ndarray
        First and second answer of customers whom nobody contacted in between.
    """

    case: IntArray
    first: FloatArray
    second: FloatArray
    others: FloatArray
    control: tuple[FloatArray, FloatArray]


def followed(scope: Scope) -> Followed:
    """Return who was followed up and what they said afterwards, and who was left alone."""
    answers, contacted = scope.answers, scope.contacted_at
    cases, subject = scope.table.cases, scope.table.cases["subject_id"]
    second = second_score(scope, answers, contacted)
    to_come = np.isnan(second) & (cases["remeasure_on"] > scope.now)  # not silent: nobody has asked yet
    who = np.flatnonzero(eligible(scope) & ~np.isnan(contacted) & ~to_come)
    nameless = subject[who] == ""
    named = who[~nameless]
    named = named[np.argsort(cases["received_at"][named], kind="stable")]
    who = np.sort(np.concatenate([who[nameless], named[first_of([subject[named]])]]))
    return Followed(
        case=who,
        first=scope.opening_score[who],
        second=second[who],
        others=_others(scope, answers, subject[who]),
        control=_untouched(scope, answers),
    )


def second_score(scope: Scope, answers: Answers, after: FloatArray) -> FloatArray:
    """Return what the customer of each case answered after a moment: when measured again for it, or elsewhere."""
    cases = scope.table.cases
    place = answers.after(cases["subject_id"], after)
    found = np.full(scope.table.n, np.nan)
    found[place >= 0] = answers.value[place[place >= 0]]
    own = cases["remeasure_score"]
    return np.where(np.isnan(own) | ~(cases["remeasured_at"] >= after), found, own)


def _others(scope: Scope, answers: Answers, treated: np.ndarray[tuple[int], np.dtype[np.str_]]) -> FloatArray:
    inside = answers.at >= scope.since
    _, first = np.unique(answers.code[inside], return_index=True)
    place = np.flatnonzero(inside)[first]
    return answers.value[place[lookup(treated, answers.people[answers.code[place]]) < 0]]


def _untouched(scope: Scope, answers: Answers) -> tuple[FloatArray, FloatArray]:
    """Return the first two answers of everybody who had not been contacted by the second."""
    first, second = answers.first_two()
    contact = np.full(len(answers.people), np.inf)
    times, place = earliest(scope.every), lookup(answers.people, scope.every.cases["subject_id"])
    known = (place >= 0) & ~np.isnan(times)
    np.minimum.at(contact, place[known], times[known])
    alone = answers.at[second] <= contact[answers.code[first]]
    return answers.value[first[alone]], answers.value[second[alone]]


def benchmarked(
    who: Followed, reliability: float | tuple[float, float] | None, confidence_level: float
) -> FollowedRecovery:
    """Return the recovery beside its benchmark: of untouched customers, of a known reliability, or of none.

    Examples
    --------
    >>> nobody = np.zeros(0)
    >>> who = Followed(case=np.arange(40), first=np.full(40, 3.0), second=np.repeat([5.0, 8.0], 20),
    ...                others=np.repeat([8.0, 10.0], 80), control=(nobody, nobody))
    >>> round(benchmarked(who, 0.6, 0.95).expected)
    -40
    """
    before = np.concatenate([who.first, who.others])
    after = np.concatenate([who.second, np.full(len(who.others), np.nan)])
    control = who.control if len(who.control[0]) >= LEAST_PAIRS and reliability is None else None
    found = recovery(before, after, reliability=reliability, control=control, confidence_level=confidence_level)
    return at_their_scores(found, before, who.first[~np.isnan(who.second)], len(who.first))


def silence_bounds(recovered: int, answered: int, asked: int) -> tuple[float, float]:
    """Return the share that has recovered if all of the silent have not, and if all of them have.

    Examples
    --------
    >>> silence_bounds(175, 305, 1000)
    (0.175, 0.87)
    """
    if not asked:
        return math.nan, math.nan
    return recovered / asked, (recovered + asked - answered) / asked


def recovery_section(
    scope: Scope, reliability: float | tuple[float, float] | None = None
) -> tuple[LoopSection, list[Finding]]:
    """Return the recovery, honest and naive side by side, the paired change and the effect of a waiting list."""
    who = followed(scope)
    found = benchmarked(who, reliability, scope.confidence_level)
    waiting = _waiting(scope)
    figures = [*_shares(scope, who, found), *_points(found), _paired(scope), _period_nps(scope), _effect(waiting)]
    asked, answered = len(who.first), int((~np.isnan(who.second)).sum())
    findings = []
    if answered and math.isnan(found.net):
        findings.append(_finding("LM2", "no_benchmark"))
    if asked and answered * 2 < asked:
        findings.append(_finding("LM3", "silence", answered=told(answered, "count"), asked=told(asked, "count")))
    section = LoopSection(
        name="recovery", figures=tuple(figures), said=found.sentence if answered else _nobody(asked),
        cautions=tuple(found.notes) if answered else (), details={"recovery": found, "waiting": waiting},
        confidence_level=scope.confidence_level,
    )  # fmt: skip
    return section, findings


def _nobody(asked: int) -> LocalText:
    return message("measure.said_recovery_silent", asked=told(asked, "count")) if asked else message(
        "measure.said_recovery_none"
    )  # fmt: skip


def _shares(scope: Scope, who: Followed, found: Recovery) -> list[Figure]:
    answered: BoolArray = ~np.isnan(who.second)
    n, recovered = int(answered.sum()), int((groups(who.second[answered]) > 0).sum())
    asked = len(who.first)
    low, high = silence_bounds(recovered, n, asked)
    base = message("measure.base_followed")
    naive = share(
        "recovery", "recovered_naive", recovered, n, message("measure.recovered_naive"),
        message("measure.base_remeasured"), scope.confidence_level, message("measure.note_naive_recovery"),
    )  # fmt: skip
    bounds = Figure(
        section="recovery", name="recovered_bounds", label=message("measure.recovered_bounds"), base=base, n=asked,
        estimate=low if n == asked and n else math.nan, ci_low=low, ci_high=high, method="bounds" if asked else "",
        note=message("measure.note_bounds", silent=told(asked - n, "count")) if asked else None,
    )  # fmt: skip
    label, whole, first = message("measure.recovered_anyway"), found.first, message("measure.base_first")
    everybody = np.concatenate([who.first, who.others])
    if not (asked and sum(whole[1:])):
        anyway = missing("recovery", "recovered_anyway", label, base, message("measure.why_no_scores"))
    elif math.isnan(found.rho):
        limits = [1 - float(untreated(everybody, who.first, rho)[0]) for rho in reversed(LIKELY)]
        anyway = Figure(
            section="recovery", name="recovered_anyway", label=label, base=first, n=sum(whole), estimate=math.nan,
            ci_low=limits[0], ci_high=limits[1], method="r = 0.8 … 0.5",
            note=message("measure.note_anyway_range"),
        )  # fmt: skip
    else:
        anyway = Figure(
            section="recovery", name="recovered_anyway", label=label, base=first, n=sum(whole),
            estimate=1 - float(untreated(everybody, who.first, min(max(found.rho, 0.001), 0.999))[0]),
            method=f"r = {found.rho:.2f}", note=message("measure.note_anyway"),
        )  # fmt: skip
    return [naive, bounds, anyway]


def _points(found: Recovery) -> list[Figure]:
    base = message("measure.base_remeasured")
    observed, expected, net = found.observed_interval, found.expected_interval, found.net_interval
    n = found.n
    why = message("measure.why_no_benchmark") if n else None
    return [
        Figure(
            section="recovery", name="observed_nps", label=message("measure.observed_nps"), base=base, n=n,
            estimate=found.observed, ci_low=observed.low if n else math.nan, ci_high=observed.high if n else math.nan,
            form="points", method="score" if n else "", note=message("measure.note_naive_nps") if n else None,
        ),
        Figure(
            section="recovery", name="expected_nps", label=message("measure.expected_nps"),
            base=message("measure.base_untouched" if found.control_pairs else "measure.base_first"),
            n=found.control_pairs or (sum(found.first) if found.source == "reliability" else n), form="points",
            estimate=found.expected, ci_low=expected.low, ci_high=expected.high, cannot=why,
            method="" if math.isnan(found.expected) else found.source,
        ),
        Figure(
            section="recovery", name="net_effect", label=message("measure.net_effect"), base=base, n=n, form="points",
            estimate=found.net, ci_low=net.low, ci_high=net.high, method="" if math.isnan(found.net) else "MOVER",
            cannot=why,
        ),
    ]  # fmt: skip


def _paired(scope: Scope) -> Figure:
    """Return the change of the NPS of everybody who answered twice, contacted or not."""
    answers = scope.answers.since(scope.since)
    first, second = answers.first_two()
    change = transition_contrast(transitions(answers.value[first], answers.value[second]), scope.confidence_level)
    low, high = change.interval
    return Figure(
        section="recovery", name="paired_nps", label=message("measure.paired_nps"), base=message("measure.base_twice"),
        n=len(first), estimate=100 * change.estimate, ci_low=100 * low, ci_high=100 * high, form="points",
        method="t" if len(first) > 1 else "", cannot=message("measure.why_nobody_twice"),
    )  # fmt: skip


def _period_nps(scope: Scope) -> Figure:
    scores = scope.responses.score(scope.items.recommend)
    d, passives, p = (int(k) for k in np.bincount(groups(scores[~np.isnan(scores)]), minlength=3))
    n = d + passives + p
    low, high = nps_interval(d, passives, p, scope.confidence_level)
    return Figure(
        section="recovery", name="nps", label=message("measure.nps"), base=message("measure.base_answers"), n=n,
        estimate=100 * (p - d) / n if n else math.nan, ci_low=100 * float(low) if n else math.nan,
        ci_high=100 * float(high) if n else math.nan, form="points", method="adjusted Wald" if n else "",
        cannot=message("measure.why_no_scores"),
    )  # fmt: skip


def _waiting(scope: Scope) -> WaitingListEffect | None:
    """Return the comparison by lot, where a lot was drawn; else that of contacted and not contacted, observational."""
    cases = scope.table.cases
    arm = np.where(cases["safety"], "exempt", cases["arm"])
    by_lot = bool((arm == NOW).any() and (arm == WAIT).any())
    answers, contacted = scope.answers, scope.contacted_at
    opened = scope.opening_score
    if not by_lot:
        arm = np.where(eligible(scope), np.where(np.isnan(contacted), WAIT, NOW), "")
    if not ((arm == NOW).any() and (arm == WAIT).any()):
        return None
    # Who waits is compared as long as he waits: an answer after his own turn came is no comparison.
    start = np.where((arm == NOW) & ~np.isnan(contacted), contacted, cases["received_at"])
    place = answers.after(cases["subject_id"], start)
    at = np.full(scope.table.n, np.nan)
    at[place >= 0] = answers.at[place[place >= 0]]
    second = second_score(scope, answers, start)
    own = cases["remeasured_at"] >= start
    at = np.where(own, cases["remeasured_at"], at)
    second = np.where((arm == WAIT) & (at > contacted), np.nan, second)
    return waiting_list_effect(opened, second, arm, by_lot=by_lot, confidence_level=scope.confidence_level)


def _effect(waiting: WaitingListEffect | None) -> Figure:
    base = message("measure.base_waiting")
    if waiting is None:
        label = message("measure.waiting_effect")
        return missing("recovery", "waiting_list_effect", label, base, message("measure.why_no_lot"))
    effect = waiting.adjusted
    return Figure(
        section="recovery", name="waiting_list_effect" if waiting.by_lot else "observational_effect",
        label=message("measure.waiting_effect" if waiting.by_lot else "measure.observed_effect"), base=base,
        n=effect.n, estimate=effect.estimate, ci_low=effect.low, ci_high=effect.high, form="points", digits=2,
        method="ANCOVA" if not math.isnan(effect.estimate) else "",
        note=message("measure.note_waiting", naive=told(waiting.naive, "points", 2)) if not math.isnan(waiting.naive)
        else None,
        cannot=message("measure.why_few_arms"),
    )  # fmt: skip


def _finding(rule: str, key: str, **said: LocalText) -> Finding:
    return Finding(
        rule=rule, level="warn", message=message(f"measure.{key}", **said), suggestion=message(f"measure.{key}_do")
    )
