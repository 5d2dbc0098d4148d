"""The counts behind a MECE check: which judgement falls into which categories, and shares that know their sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from closeloop.stats.effective_size import t_ratio
from closeloop.stats.intervals import share_interval
from closeloop.themes.mece.mece_node import Node, codes_below
from closeloop.themes.shares import clustered_shares

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the mentions of a node.

    Attributes
    ----------
    estimate, ci_low, ci_high : float
        0…1; NaN without a mention.
    count : float
        Mentions; not whole where several coders judged them differently, or by weight.
    n : int
        Mentions of the node.
    n_effective : float
        How many mentions of as many people, weighted alike, would be as precise: what Wilson's interval is made with.
    """

    estimate: float
    ci_low: float
    ci_high: float
    count: float
    n: int
    n_effective: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What every coder gave every mention that belongs to a node; a row per mention and coder.

    Attributes
    ----------
    hits : ndarray of bool, rows × categories
        Whether the coder gave the category, or a code below it.
    own : ndarray of bool, rows × categories
        The same of the codes that no other category has: what the codebook does not put under two of them itself.
    uncoded : ndarray of bool
        Whether the coder gave no code at all that belongs to the node.
    mention, coder, response : ndarray of int
        Which mention, who, and in which response.
    weight : ndarray of float
        One over the coders who judged the mention, so that each mention counts once.
    codes : ndarray of int
        Mentions in which each code below the node was found.
    code_names : tuple of str
        Those codes.
    """

    hits: BoolArray
    own: BoolArray
    uncoded: BoolArray
    mention: IntArray
    coder: IntArray
    response: IntArray
    weight: FloatArray
    codes: IntArray
    code_names: tuple[str, ...]

    @property
    def n(self) -> int:
        """Mentions that belong to the node."""
        return int(np.count_nonzero(np.bincount(self.mention)))

    @property
    def n_responses(self) -> int:
        """Responses that they come from."""
        return int(np.count_nonzero(np.bincount(self.response)))


def judgements(coding: Coding, node: Node, coder: str | None = None) -> Judgements:
    """Return who put which mention of the node into which of its categories.

    Of the whole, every substantive mention belongs to it; of a code, every mention coded with it or anything below.
    """
    place = {code: k for k, code in enumerate(coding.codes)}
    within = np.zeros((len(place), len(node.categories)), dtype=np.float32)
    for c, category in enumerate(node.categories):
        within[[place[code] for code in category.codes if code in place], c] = 1
    judged = np.asarray(coding.judged, dtype=bool)
    substantive = np.asarray(coding.substantive, dtype=bool)
    response = np.asarray(coding.response, dtype=np.int64)
    own = None if node.parent is None else [place[c] for c in codes_below(coding, node.parent) if c in place]
    finest = [
        place[code]
        for category in node.categories if not category.other
        for code in category.kinds if code in place
    ]  # fmt: skip
    finest = list(dict.fromkeys(finest))
    alone = within * (within.sum(axis=1, keepdims=True) == 1)
    hits: list[BoolArray] = []
    owned: list[BoolArray] = []
    uncoded: list[BoolArray] = []
    mention: list[IntArray] = []
    who: list[IntArray] = []
    seen = np.zeros((len(substantive), len(finest)), dtype=bool)
    for k, name in enumerate(coding.coders):
        if coder is not None and name != coder:
            continue
        given = np.asarray(coding.matrix("mention", name))
        any_code: BoolArray = np.asarray(given.any(axis=1))
        belongs = judged[:, k] & substantive
        if own is not None:
            belongs &= given[:, own].any(axis=1)
        rows = np.flatnonzero(belongs)
        numbers = given[rows].astype(np.float32)
        hits.append(np.asarray(numbers @ within > 0))
        owned.append(np.asarray(numbers @ alone > 0))
        uncoded.append(~any_code[rows])
        mention.append(rows)
        who.append(np.full(rows.size, k, dtype=np.int64))
        seen[rows] |= given[rows][:, finest].astype(bool)
    if not mention:
        hits, uncoded = [np.zeros((0, len(node.categories)), dtype=bool)], [np.zeros(0, dtype=bool)]
        owned = hits
        mention, who = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    of = np.concatenate(mention)
    asked = judged.sum(axis=1) if coder is None else np.ones(len(judged))
    return Judgements(
        hits=np.concatenate(hits), own=np.concatenate(owned), uncoded=np.concatenate(uncoded), mention=of,
        coder=np.concatenate(who),
        response=response[of], weight=1.0 / np.maximum(asked[of], 1), codes=seen.sum(axis=0).astype(np.int64),
        code_names=tuple(coding.codes[k] for k in finest),
    )  # fmt: skip


def shares(judged: Judgements, hits: BoolArray, weight: FloatArray, confidence_level: float) -> list[Share]:
    """Return the share of the mentions, by weight, that has each of some properties (columns of `hits`).

    Mentions of one response go together, and so do the judgements of one mention: Wilson's interval is made with the
    effective number of mentions, see `closeloop.themes.shares.clustered_shares`, never more than there are. Where every
    response has one mention and all weigh the same, it is Wilson's interval as it stands.
    """
    used = weight > 0
    n = int(np.count_nonzero(np.bincount(judged.mention[used])))
    row, column = np.nonzero(hits[used])
    found = clustered_shares(row, column, hits.shape[1], weight[used], judged.response[used], confidence_level)
    size = np.minimum(found.n_star, n * t_ratio(n, found.df, confidence_level))
    low, high = share_interval(found.share * size, size, confidence_level)
    count = weight @ hits
    return [
        Share(
            estimate=float(found.share[k]), ci_low=float(low[k]), ci_high=float(high[k]), count=float(count[k]), n=n,
            n_effective=float(size[k]),
        )
        for k in range(hits.shape[1])
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How the mentions of a node divide: covered, other, parent only and uncoded add up to one.

    Attributes
    ----------
    overlap : Share
        In two or more categories.
    residual : Share
        In none but “Other”: one minus `covered`.
    covered : Share
        In at least one category that is not “Other”.
    other : Share
        In “Other” only.
    parent_only : Share
        Coded with the parent, or with a code outside these categories, and nothing here.
    uncoded : Share
        Without any code.
    """

    covered: Share
    residual: Share
    other: Share
    parent_only: Share
    uncoded: Share
    overlap: Share


def division(judged: Judgements, node: Node, weight: FloatArray, confidence_level: float) -> Division:
    """Return the shares of a node's mentions that are covered, left over and shared by categories."""
    real = np.array([not category.other for category in node.categories], dtype=bool)
    covered = judged.hits[:, real].any(axis=1)
    other = ~covered & judged.hits[:, ~real].any(axis=1)
    uncoded = ~covered & ~other & judged.uncoded
    cases = {
        "covered": covered, "residual": ~covered, "other": other, "uncoded": uncoded,
        "parent_only": ~(covered | other | uncoded), "overlap": judged.hits.sum(axis=1) > 1,
    }  # fmt: skip
    found = shares(judged, np.stack([*cases.values()], axis=1), weight, confidence_level)
    return Division(**dict(zip(cases, found, strict=True)))
