"""What a MECE check asks one by one, and the verdict that follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from closeloop.stats.agreement import Agreement
from closeloop.stats.intervals import share_interval
from closeloop.stats.unseen import Unseen
from closeloop.themes.mece.mece_pairs import MecePairs
from closeloop.themes.mece.mece_shares import Division, Share
from closeloop.themes.mece.mece_thresholds import MeceThresholds

Verdict = Literal["pass", "fail", "cannot tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question of a MECE check with its answer.

    Attributes
    ----------
    name : str
        ``"residual"``, ``"overlap"``, ``"pairs"``, ``"new"``, ``"alpha"``, ``"n"``; ``"residual_weighted"`` ….
    estimate, ci_low, ci_high : float
        What was measured.
    limit : float
        What is allowed, or needed.
    outcome : {"pass", "fail", "cannot tell"}
        How it answers the question.

    Examples
    --------
    >>> Check(name="n", estimate=40, ci_low=40, ci_high=40, limit=100, outcome="cannot tell").outcome
    'cannot tell'
    """

    name: str
    estimate: float
    ci_low: float
    ci_high: float
    limit: float
    outcome: Verdict


def checks_of(
    split: Division, weighted: Division | None, pairs: MecePairs, found: Unseen, alpha: Agreement | None, n: int,
    thresholds: MeceThresholds, confidence_level: float,
) -> tuple[Check, ...]:  # fmt: skip
    """Return the questions with their answers, in the order in which they decide."""
    checks = [
        Check(
            name="n", estimate=n, ci_low=n, ci_high=n, limit=thresholds.n,
            outcome="pass" if n >= thresholds.n else "cannot tell",
        )
    ]  # fmt: skip
    if alpha is not None:
        # An α that is not there (all in one category) proves nothing either way.
        reached = alpha.ci_low >= thresholds.alpha
        checks.append(
            Check(
                name="alpha", estimate=alpha.kappa, ci_low=alpha.ci_low, ci_high=alpha.ci_high,
                limit=thresholds.alpha, outcome="pass" if reached else "cannot tell",
            )
        )  # fmt: skip
    for suffix, division in (("", split), ("_weighted", weighted)):
        if division is not None:
            for name, share, limit in (
                ("residual", division.residual, thresholds.residual),
                ("overlap", division.overlap, thresholds.overlap),
            ):
                checks.append(_of_share(f"{name}{suffix}", share, limit, thresholds, confidence_level))
    checks.append(_of_pairs(pairs))
    checks.append(_of_new(found, thresholds))
    return tuple(checks)


def verdict_of(checks: Sequence[Check], unit: str, n: int) -> Verdict:
    """Return the verdict: what makes the measurement worthless first, then what fails, then what is left open.

    Per response nobody can tell whether two codes overlap or a person said two things. Where coders disagree it is they
    who were measured, not the categories.
    """
    outcomes = {check.name: check.outcome for check in checks}
    if unit == "response" or not n or outcomes.get("alpha", "pass") != "pass":
        return "cannot tell"
    if "fail" in outcomes.values():
        return "fail"
    return "pass" if set(outcomes.values()) == {"pass"} else "cannot tell"


def _of_share(name: str, share: Share, limit: float, thresholds: MeceThresholds, confidence_level: float) -> Check:
    """Judge a share by its interval: it fails if the whole interval lies beyond the limit.

    The lower limit is then the exact one of Clopper and Pearson, too: of few mentions Wilson's lies too high, and a
    single miscoded one of three would fail.

    It passes if the estimate keeps to the limit and the interval rules out a share that is `tolerance` times as large:
    to ask that the whole interval keep to 5 % would let nothing pass below some 400 mentions, even at 3 %.
    """
    within = share.estimate <= limit and share.ci_high <= thresholds.tolerance * limit
    count, size = share.estimate * share.n_effective, share.n_effective
    exact = share_interval(count, size, confidence_level, method="clopper-pearson").low
    beyond = share.ci_low > limit and float(exact) > limit
    outcome: Verdict = "fail" if beyond else "pass" if within else "cannot tell"
    return Check(
        name=name, estimate=share.estimate, ci_low=share.ci_low, ci_high=share.ci_high, limit=limit, outcome=outcome
    )


def _of_pairs(pairs: MecePairs) -> Check:
    """Judge the pairs: a sure hint fails, one that is not sure leaves the question open."""
    hints = pairs.hints
    outcome: Verdict = "fail" if any(pair.sure for pair in hints) else "cannot tell" if hints else "pass"
    count = float(len(hints))
    return Check(name="pairs", estimate=count, ci_low=math.nan, ci_high=math.nan, limit=0.0, outcome=outcome)


def _of_new(found: Unseen, thresholds: MeceThresholds) -> Check:
    """Judge what is to come: a list that is still growing is no fault yet, but it cannot be called complete."""
    limit = thresholds.new
    within = found.next_new <= limit and found.next_high <= thresholds.tolerance * limit
    return Check(
        name="new", estimate=found.next_new, ci_low=found.next_low, ci_high=found.next_high, limit=limit,
        outcome="pass" if within else "cannot tell",
    )  # fmt: skip
