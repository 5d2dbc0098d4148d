"""`mece`: whether categories cover what was said and keep apart, measured on coded mentions."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.stats.limits import normal_quantile
from closeloop.stats.set_agreement import set_alpha
from closeloop.stats.unseen import unseen
from closeloop.text import LocalText, message
from closeloop.themes.mece.agreement import confusions
from closeloop.themes.mece.mece_categories import categories_of
from closeloop.themes.mece.mece_checks import checks_of
from closeloop.themes.mece.mece_node import Node, node_of
from closeloop.themes.mece.mece_pairs import pairs_of
from closeloop.themes.mece.mece_report import CoderEvidence, MeceReport
from closeloop.themes.mece.mece_shares import FloatArray, Judgements, division, judgements
from closeloop.themes.mece.mece_thresholds import MeceThresholds
from closeloop.themes.theme_groups import of_responses

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

__all__ = ["MeceReport", "MeceThresholds", "mece"]

_DRAWS = 1000


def mece(
    coding: Coding,
    parent: str | None = None,
    *,
    weight: Any = None,
    coder: str | None = None,
    other: Collection[str] = (),
    groups: Mapping[str, str | Collection[str]] | None = None,
    thresholds: MeceThresholds | None = None,
    confidence_level: float = 0.95,
    seed: int = 0,
) -> MeceReport:
    """Return whether categories side by side are exhaustive and exclusive on the mentions coded with them.

    Parameters
    ----------
    coding : Coding
        Per mention. Codes per response give coverage and co-occurrence, and the verdict is “cannot tell”.
    parent : str, optional
        The code whose children are judged, on the mentions coded with it or below; by default the codes at the top, on
        all substantive mentions.
    weight : sequence, column or mapping, optional
        What a mention weighs (value of the customer, severity): one for each mention or response, or by id. Coverage
        and overlap are then judged by weight, too. By default the weights of the coding, if it has some.
    coder : str, optional
        Judge by one coder. By default by all who coded: each mention counts once, as the mean over its coders, and two
        coders who differ make no overlap but a disagreement.
    other : collection of str
        Codes that stand for “Other”, beside those that the codebook marks.
    groups : mapping, optional
        Categories of your own: name → code, or codes (each with all below it).
    thresholds : MeceThresholds, optional
        What is allowed.
    confidence_level : float
        Of all intervals.
    seed : int
        Start of the generator that resamples for α.

    Returns
    -------
    MeceReport
        ``report.verdict``, ``.reasons``, ``.coverage``, ``.residual``, ``.overlap``, ``.pairs``, ``.unseen``,
        ``.balance``, ``.evidence``, ``.thresholds``; ``.plot()``.

    Raises
    ------
    ValueError
        If a code or coder is not known, the code has no children, or the weights are none.

    Notes
    -----
    Coverage: mentions with at least one category that is not “Other” / all substantive mentions of the node. What is
    left divides into other, parent only and uncoded. Overlap: mentions with two or more categories. Shares have
    Wilson's interval at the effective number of mentions, see `closeloop.themes.shares.clustered_shares`.

    The verdict goes by intervals. A share fails if its whole interval lies beyond the threshold, and that of
    Clopper and Pearson, too (for few mentions Wilson's lower limit is too high), and passes if the
    estimate keeps to it and the interval rules out twice as much; between the two it is “cannot tell”. “Fail” if any
    check fails; “pass” if all pass, on at least 100 mentions. Without several coders a pass says nothing about whether
    others would code alike; a note says so. Where coders disagree (lower limit of α below 0.667), or codes are per
    response, it is “cannot tell”, whatever the shares.

    References
    ----------
    Minto B. (2009), The Pyramid Principle. Wilson E. B. (1927), JASA 22:209–212. Good I. J. (1953), Biometrika
    40:237–264. Chao A. (1984), Scandinavian Journal of Statistics 11:265–270. Krippendorff K. (2004), Human
    Communication Research 30:411–433.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(200)), "code": ["late"] * 90 + ["rude"] * 70 + [None] * 40}
    >>> report = mece(Coding.from_table(table, unit="mention"))
    >>> report.verdict, report.coverage.estimate, report.residual.uncoded.estimate
    ('fail', 0.8, 0.2)
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    limits = MeceThresholds() if thresholds is None else thresholds
    if coder is not None:
        coding.coder_number(coder)
    node = node_of(coding, parent, (other,) if isinstance(other, str) else other, groups)
    judged = judgements(coding, node, coder)
    n, unit = judged.n, str(coding.unit)
    of_mention = _weights(coding, weight)
    split = division(judged, node, judged.weight, confidence_level)
    weighted = None
    if of_mention is not None:
        weighted = division(judged, node, judged.weight * of_mention[judged.mention], confidence_level)
    pairs = pairs_of(judged, node, judged.weight, n, unit, limits, confidence_level)
    found = unseen(judged.codes, n, confidence_level)
    evidence = _evidence(coding, node, judged, confidence_level, seed)
    return MeceReport(
        node=parent, label=node.label, unit=unit, codebook=None if coding.codebook is None else coding.codebook.id,
        version=None if coding.codebook is None else coding.codebook.version,
        coders=coding.coders if coder is None else (coder,), n=n, n_responses=judged.n_responses,
        split=split, weighted=weighted, pairs=pairs,
        categories=categories_of(
            judged, node, judged.weight, pairs, _labels(coding), unit, n, limits, confidence_level
        ),
        unseen=found, code_counts=tuple(int(count) for count in judged.codes if count), evidence=evidence,
        checks=checks_of(
            split, weighted, pairs, found, evidence.alpha if evidence else None, n, limits, confidence_level
        ),
        thresholds=limits, confidence_level=confidence_level, declared=_declared(coding, node),
    )  # fmt: skip


def _declared(coding: Coding, node: Node) -> tuple[tuple[LocalText | str, LocalText | str, LocalText | str], ...]:
    """Return the codes that the codebook puts under two categories of the node, each with the two."""
    if coding.codebook is None:
        return ()
    found = []
    for one, two in combinations(node.categories, 2):
        both = one.codes & two.codes
        upper = [code for code in coding.codebook.codes if code.id in both and code.parent not in both]
        found += [(code.label, one.label, two.label) for code in upper]
    return tuple(found)


def _labels(coding: Coding) -> dict[str, LocalText | str]:
    return {} if coding.codebook is None else {code.id: code.label for code in coding.codebook.codes}


def _weights(coding: Coding, weight: Any) -> FloatArray | None:
    """Return the weight of each mention; None if all weigh alike."""
    if weight is None and coding.weights is None:
        return None
    given: Any = coding.weights if weight is None else weight
    response = np.asarray(coding.response, dtype=np.int64)
    plain = not isinstance(given, str | Mapping) and np.ndim(given) == 1
    if plain and len(given) == coding.n_mentions != coding.n_responses:
        values = np.empty(len(given), dtype=object)
        values[:] = list(given)
    else:
        values = of_responses(given, coding, "weight")[response]
    try:
        found = np.array([math.nan if value is None else float(value) for value in values], dtype=float)
    except (TypeError, ValueError):
        odd = next(v for v in values if v is not None and not isinstance(v, int | float | np.number))
        raise ValueError(message("mece.not_a_weight", found=repr(odd))) from None
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        raise ValueError(message("mece.not_a_weight", found=repr(values[wrong.argmax()])))
    if found.size and not found.any():
        raise ValueError(message("mece.no_weight"))
    return found


def _evidence(
    coding: Coding, node: Node, judged: Judgements, confidence_level: float, seed: int
) -> CoderEvidence | None:
    """Return how far the coders agree on the categories of the node; None if there is only one."""
    coders, who = np.unique(judged.coder, return_inverse=True)
    if len(coding.coders) < 2 or coders.size < 2:
        return None
    mentions, at = np.unique(judged.mention, return_inverse=True)
    sets = np.zeros((mentions.size, coders.size, len(node.categories)), dtype=bool)
    seen = np.zeros((mentions.size, coders.size), dtype=bool)
    sets[at, who], seen[at, who] = judged.hits, True
    twice = seen.sum(axis=1) > 1
    if not twice.any():
        return None  # they shared the work: nobody saw what another had coded
    sets, seen = sets[twice], seen[twice]
    how: dict[str, Any] = {"confidence_level": confidence_level, "draws": _DRAWS, "seed": seed}
    return CoderEvidence(
        coders=tuple(coding.coders[k] for k in coders), alpha=set_alpha(sets, seen, **how),
        nominal=set_alpha(sets, seen, distance="nominal", **how),
        confusions=confusions(sets, seen, [category.label for category in node.categories]),
    )  # fmt: skip
