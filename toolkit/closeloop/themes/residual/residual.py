"""`suggest`: what the mentions without a code have in common; a person decides whether it is a code of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import normal_quantile
from closeloop.text import LocalText, message
from closeloop.themes.residual.clusters import Clusters, clusters
from closeloop.themes.residual.ngrams import vectors
from closeloop.themes.residual.residual_terms import HeldTexts, group_quotes, group_terms, mention_words
from closeloop.themes.residual.suggestion import NearCode, Suggestion, Suggestions, Term
from closeloop.themes.shares import clustered_shares

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST = 5
"""A group of fewer mentions is none, nor is one of less than a hundredth of the residual; ours."""

BELONGS = 1 / 3
"""From the residual to the code's own mentions, a group that belongs has come so far; ours."""

_CODED, _OUTSIDE = 20_000, 3_000
_RUNS, _RUN_TEXTS = 6, 2_000


def suggest(
    coding: Coding, k: int = 5, *, seed: int = 0, fewest: int | None = None, confidence_level: float = 0.95
) -> Suggestions:
    """Return groups among the mentions that have no code, or only “Other”, for a person to look at.

    Parameters
    ----------
    coding : Coding
        With texts.
    k : int
        At most so many suggestions, the largest first.
    seed : int
        Of the samples: of coded mentions beyond 20 000, and of the halves by which stability is judged. The groups
        themselves are found without chance.
    fewest : int, optional
        Groups of fewer mentions are none; by default 5, or 1 % of the residual where that is more.
    confidence_level : float

    Returns
    -------
    Suggestions
        k or fewer; what lies in no group is counted, not forced into one. Nothing changes until a person calls
        ``codebook.accept(suggestion, …)``.

    Raises
    ------
    ValueError
        If the coding has no texts, or k is below 1.

    Notes
    -----
    Texts are compared by character n-grams (TF–IDF over coded and uncoded mentions), without case and punctuation;
    those that are then the same count as one text, so that they always lie on the same side. Groups: see
    `closeloop.themes.residual.clusters.clusters`. A group whose words are no more frequent than among the coded
    mentions is filler and left out. Belongs to: seen from the centre of an existing code's mentions, its texts stand
    out from the residual at least a third as far, on average, as that code's own mentions do. Stability: mean Jaccard
    index of the group with what is found in random halves (Hennig); below 0.5 it falls apart.

    References
    ----------
    Hennig C. (2007), Computational Statistics & Data Analysis 52:258–271.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> said = [f"no parking {where}" for where in ("today", "again", "there", "anywhere", "at night")]
    >>> said += ["fine", "blue", "see you", "so so", "came by bus", "rain", "long ago", "who knows"]
    >>> coding = Coding.from_table({"id": range(13), "text": said, "code": [None] * 13}, unit="response", text="text")
    >>> suggest(coding)[0].terms[0].text
    'parking'
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    if k < 1:
        raise ValueError(message("residual.at_least_one", k=k))
    if coding.texts is None:
        raise ValueError(message("residual.no_texts"))
    about = np.flatnonzero(coding.substantive)
    named = _named(coding)
    left = about[~named[about]]
    held = HeldTexts.of([mention_words(coding, i) for i in left.tolist()], left)
    draw = np.random.default_rng(seed)
    coded = about[named[about]]
    if len(coded) > _CODED:
        coded = np.sort(draw.choice(coded, _CODED, replace=False))
    other = HeldTexts.of([mention_words(coding, i) for i in coded.tolist()], coded)
    least = max(FEWEST, math.ceil(0.01 * len(left))) if fewest is None else max(fewest, 2)
    found = vectors([*held.texts, *other.texts], (held.count >= least).tolist())
    rows, known = found.rows[: len(held.texts)], found.rows[len(held.texts) :]
    groups = clusters(rows, found.telling, held.count, least)
    outside = _sample(range(len(other.texts)), _OUTSIDE, draw)
    within = _sample(range(len(held.texts)), _OUTSIDE, draw)
    elsewhere = [other.texts[i] for i in outside]
    codes = _code_centres(coding, other, known, rows)
    kept, filler = [], 0
    for number in range(len(groups.centre)):
        others = [held.texts[i] for i in within if groups.member[i] != number]
        terms = group_terms(held, groups, number, [*others, *elsewhere])
        if terms:
            kept.append((number, terms))
        else:
            filler += int(held.count[groups.member == number].sum())
    chosen = kept[:k]
    stable = _stability(rows, found.telling, held.count, groups, [number for number, _ in chosen], least, draw)
    suggestions = tuple(
        _suggestion(place, number, terms, coding, about, held, groups, codes, stable[number], rows, confidence_level)
        for place, (number, terms) in enumerate(chosen, start=1)
    )
    grouped = sum(int(held.count[groups.member == number].sum()) for number, _ in kept)
    return Suggestions(
        suggestions=suggestions, n=len(about), n_residual=len(left), n_texts=len(held.texts),
        n_smaller=grouped - sum(one.n for one in suggestions), n_smaller_groups=len(kept) - len(chosen),
        n_rest=len(left) - grouped, fewest=least, confidence_level=confidence_level,
        codebook=None if coding.codebook is None else f"{coding.codebook.id}@{coding.codebook.version}",
    )  # fmt: skip


def _named(coding: Coding) -> npt.NDArray[np.bool_]:
    """Return which mentions have a code that is not an “Other”."""
    others = set() if coding.codebook is None else {code.id for code in coding.codebook.codes if code.other}
    real = np.array([code not in others for code in coding.codes], bool)
    found = np.zeros(coding.n_mentions, bool)
    if len(coding.code):
        found[coding.mention[real[coding.code]]] = True
    return found


def _sample(places: range, most: int, draw: np.random.Generator) -> list[int]:
    """Return some places, all if there are no more than that."""
    if len(places) <= most:
        return list(places)
    found: list[int] = np.sort(draw.choice(len(places), most, replace=False)).tolist()
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _CodeCentre:
    code: str
    label: LocalText
    centre: FloatArray
    own: float
    away: float


def _code_centres(coding: Coding, other: HeldTexts, known: Any, left: Any) -> list[_CodeCentre]:
    """Return the centre of the mentions of each code, and how close its own mentions and uncoded ones are to it."""
    if not len(other.mentions):
        return []
    place = np.full(coding.n_mentions, -1)
    place[other.mentions] = other.of_mention
    others = set() if coding.codebook is None else {code.id for code in coding.codebook.codes if code.other}
    found = []
    for number, code in enumerate(coding.codes):
        at = place[coding.mention[coding.code == number]]
        at = np.unique(at[at >= 0])
        if code in others or len(at) < 2:
            continue
        own = known[at]
        total = np.asarray(own.sum(axis=0)).reshape(-1)
        length = float(np.sqrt(total @ total))
        if not length:
            continue
        # a mention is compared with the others of its code: it would always be close to a centre that it is part of
        along, square = np.asarray(own @ total).reshape(-1), np.asarray(own.multiply(own).sum(axis=1)).reshape(-1)
        apart = np.sqrt(np.maximum(length**2 - 2 * along + square, 1e-12))
        close = (along - square) / apart
        centre = total / length
        away = float(np.asarray(left @ centre).mean()) if left.shape[0] else 0.0
        found.append(_CodeCentre(code, coding.label(code), centre, float(close.mean()), away))
    return found


def _near(codes: list[_CodeCentre], centre: FloatArray, members: Any, weight: FloatArray) -> NearCode | None:
    """Return the code whose mentions are closest to a group, and whether the group belongs to it."""
    if not codes:
        return None
    cosine = [float(centre @ code.centre) for code in codes]
    best = int(np.argmax(cosine))
    close = float(weight @ np.asarray(members @ codes[best].centre).reshape(-1)) / float(weight.sum())
    return NearCode(
        code=codes[best].code, label=codes[best].label, distance=1 - cosine[best],
        belongs=close - codes[best].away >= BELONGS * (codes[best].own - codes[best].away) > 0,
    )  # fmt: skip


def _stability(
    rows: Any, telling: FloatArray, count: FloatArray, groups: Clusters, numbers: list[int], least: int,
    draw: np.random.Generator,
) -> dict[int, float]:  # fmt: skip
    """Return how well each group comes back in random halves: the mean Jaccard index of the best match."""
    best: dict[int, list[float]] = {number: [] for number in numbers}
    n = rows.shape[0]
    if n < 4 or not numbers:
        return dict.fromkeys(numbers, math.nan)
    for _ in range(_RUNS):
        some = np.sort(draw.choice(n, min(n // 2, _RUN_TEXTS), replace=False))
        weight = count[some]
        again = clusters(rows[some], telling, weight, max(2, round(least * weight.sum() / count.sum())))
        for number in numbers:
            mine = groups.member[some] == number
            if not mine.any():
                continue
            found = 0.0
            for one in np.unique(again.member[mine & (again.member >= 0)]).tolist():
                theirs = again.member == one
                found = max(found, float(weight[mine & theirs].sum() / weight[mine | theirs].sum()))
            best[number].append(found)
    return {number: float(np.mean(values)) if values else math.nan for number, values in best.items()}


def _suggestion(
    place: int, number: int, terms: tuple[Term, ...], coding: Coding, about: IntArray, held: HeldTexts,
    groups: Clusters, codes: list[_CodeCentre], stability: float, rows: Any, level: float,
) -> Suggestion:  # fmt: skip
    texts = np.flatnonzero(groups.member == number)
    mine = groups.member[held.of_mention] == number
    mentions = held.mentions[mine]
    at = np.searchsorted(about, mentions)
    share = clustered_shares(
        at, np.zeros(len(at), np.int64), 1, np.ones(len(about)), coding.response[about].astype(np.int64), level
    )
    return Suggestion(
        number=place, n=len(mentions), n_responses=len(np.unique(coding.response[mentions])),
        share=float(share.share[0]), ci_low=float(share.low[0]), ci_high=float(share.high[0]), terms=terms,
        quotes=group_quotes(coding, held, groups, texts, rows), near=_near(codes, groups.centre[number], rows[texts],
        held.count[texts]), cohesion=float(np.average(groups.similarity[texts], weights=held.count[texts])),
        stability=stability, mentions=tuple(mentions.tolist()),
    )  # fmt: skip
