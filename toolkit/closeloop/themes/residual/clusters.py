"""Groups of texts that say the same, and the rest that says all sorts of things: never every text has a group."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MEMBER = 0.22
"""A text belongs to a group if its cosine with the group's centre is at least so large; ours."""

LOOSE = 0.30
"""A group whose texts lie farther than this from their centre, on average, is none; ours."""

SAME = 0.60
"""Two groups whose centres are as close as this are one; ours."""

SHARED, ELSEWHERE = 0.60, 0.02
"""So are two groups of which this share of texts has the same word, which at most so many others have; ours."""

_SEEDS, _CANDIDATES, _ROUNDS = 40, 400, 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """Groups of texts.

    Attributes
    ----------
    member : ndarray of int
        The group of each text; −1 for none.
    centre : ndarray, groups × n-grams
        Of length 1.
    similarity : ndarray
        Cosine of each text with its group's centre; 0 without a group.
    """

    member: IntArray
    centre: FloatArray
    similarity: FloatArray


def clusters(rows: Any, telling: FloatArray, weight: FloatArray, fewest: int) -> Clusters:
    """Return groups of texts, found without chance: the same texts give the same groups.

    Parameters
    ----------
    rows : sparse array
        Texts × n-grams, see `closeloop.themes.residual.ngrams.vectors`.
    telling : ndarray
        How much of a word each n-gram is.
    weight : ndarray
        How often each text occurs.
    fewest : int
        Smaller groups are none.

    Notes
    -----
    Spherical k-means (Dhillon and Modha) whose first centres are the texts with an n-gram in common, taken greedily:
    the n-gram whose texts gain most over the mean of all, then the next among the texts that are left. Texts far from
    every centre stay without a group; small and loose groups are dropped, and groups that are alike put together: those
    with close centres, and those whose texts have a word in common that is rare elsewhere.

    References
    ----------
    Dhillon I. S., Modha D. S. (2001), Machine Learning 42:143–175.

    Examples
    --------
    >>> from closeloop.themes.residual.ngrams import vectors
    >>> texts = ["no parking lot", "parking lot full", "where is the parking lot", "nice colour", "too far from home"]
    >>> found = vectors(texts)
    >>> clusters(found.rows, found.telling, np.ones(5), 3).member.tolist()
    [0, 0, 0, -1, -1]
    """
    n = rows.shape[0]
    nothing = Clusters(member=np.full(n, -1), centre=np.zeros((0, rows.shape[1])), similarity=np.zeros(n))
    if not n or not rows.nnz:
        return nothing
    centre = _seeds(rows, weight, fewest)
    for _ in range(_ROUNDS):
        if not len(centre):
            return nothing
        member, similarity = _assign(rows, centre)
        centre = _centres(rows, weight, member, similarity, len(centre), fewest)
    member, _ = _assign(rows, centre)
    member, centre = _joined(rows, telling, weight, member, centre)
    at = np.flatnonzero(member >= 0)
    similarity = np.zeros(n)
    similarity[at] = np.asarray(rows[at].multiply(centre[member[at]]).sum(axis=1)).reshape(-1)
    sizes = np.bincount(member[member >= 0], weight[member >= 0], len(centre))
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] >= fewest]
    place = np.full(len(centre) + 1, -1)
    place[order] = np.arange(len(order))
    member = place[member]
    return Clusters(member=member, centre=centre[order], similarity=np.where(member >= 0, similarity, 0.0))


def _seeds(rows: Any, weight: FloatArray, fewest: int) -> FloatArray:
    """Return first centres: greedily, the texts that share an n-gram and gain most over the mean of all."""
    columns = rows.tocsc()
    df = np.bincount(rows.indices, np.repeat(weight, np.diff(rows.indptr)), rows.shape[1])
    energy = np.asarray(rows.multiply(rows).T @ weight).reshape(-1)
    candidates = np.argsort(-np.where(df >= fewest, energy, 0.0), kind="stable")[:_CANDIDATES]
    candidates = candidates[df[candidates] >= fewest]
    everybody = np.asarray(rows.T @ weight).reshape(-1) / weight.sum()
    usual = float(everybody @ everybody)
    free = np.ones(rows.shape[0], bool)

    def gain(feature: int) -> tuple[float, FloatArray]:
        mine = columns.indices[columns.indptr[feature] : columns.indptr[feature + 1]]
        mine = mine[free[mine]]
        size = float(weight[mine].sum())
        if size < fewest:
            return 0.0, everybody
        mean = np.asarray(rows[mine].T @ weight[mine]).reshape(-1) / size
        return size * (float(mean @ mean) - usual), mean

    queue = [(-gain(int(one))[0], int(one)) for one in candidates]
    heapq.heapify(queue)
    found: list[FloatArray] = []
    while queue and len(found) < _SEEDS:
        _, feature = heapq.heappop(queue)
        now, mean = gain(feature)
        if now <= 0:
            continue
        if queue and now < -queue[0][0] - 1e-9:  # others have become better since it was last looked at
            heapq.heappush(queue, (-now, feature))
            continue
        length = float(np.sqrt(mean @ mean))
        if length < LOOSE:
            continue
        centre = mean / length
        found.append(centre)
        free &= np.asarray(rows @ centre).reshape(-1) < MEMBER
        if weight[free].sum() < fewest:
            break
    length = float(np.sqrt(usual))
    if not found and length >= LOOSE and weight.sum() >= fewest:
        found.append(everybody / length)  # nothing stands out because all say the same
    return np.array(found).reshape(len(found), rows.shape[1])


def _assign(rows: Any, centre: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the nearest centre of each text, −1 where none is near, and the cosine with it."""
    near = np.asarray(rows @ centre.T)
    if not near.shape[1]:
        return np.full(rows.shape[0], -1), np.zeros(rows.shape[0])
    best = near.argmax(axis=1)
    similarity = near[np.arange(len(best)), best]
    return np.where(similarity >= MEMBER, best, -1), similarity


def _centres(
    rows: Any, weight: FloatArray, member: IntArray, similarity: FloatArray, size: int, fewest: int
) -> FloatArray:
    """Return the centres of the groups that are large and close enough, those with close centres put together."""
    at = np.flatnonzero(member >= 0)
    sums = _sums(rows, weight, member, size)
    sizes = np.bincount(member[at], weight[at], size)
    length = np.sqrt((sums**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        close = np.bincount(member[at], weight[at] * similarity[at], size) / sizes
    good = (sizes >= fewest) & (close >= LOOSE)
    kept = sums[good] / np.maximum(length[good], 1e-300)[:, None]
    of = sizes[good]
    merged: list[FloatArray] = []
    for i in np.argsort(-of, kind="stable").tolist():
        alike = next((k for k, one in enumerate(merged) if one @ kept[i] / np.sqrt(one @ one) >= SAME), None)
        if alike is None:
            merged.append(kept[i] * of[i])
        else:
            merged[alike] = merged[alike] + kept[i] * of[i]
    return np.array([one / np.sqrt(one @ one) for one in merged]).reshape(len(merged), rows.shape[1])


def _sums(rows: Any, weight: FloatArray, member: IntArray, size: int) -> FloatArray:
    """Return the weighted sum of the texts of each group."""
    from scipy.sparse import csr_array

    at = np.flatnonzero(member >= 0)
    which: Any = csr_array((weight[at], (member[at], at)), shape=(size, rows.shape[0]))
    return np.asarray((which @ rows).todense())


def _joined(
    rows: Any, telling: FloatArray, weight: FloatArray, member: IntArray, centre: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Put groups together whose texts have a word in common that is rare elsewhere: the largest first."""
    from scipy.sparse import csr_array

    size = len(centre)
    has = csr_array((np.ones(rows.nnz), rows.indices, rows.indptr), shape=rows.shape)
    hits = _sums(has, weight, member, size)
    sizes = np.bincount(member[member >= 0], weight[member >= 0], size)
    common = (hits >= SHARED * sizes[:, None]) & (sizes[:, None] > 0)
    inside, many = (common * hits).sum(axis=0), (common * sizes[:, None]).sum(axis=0)
    outside = (np.asarray(has.T @ weight).reshape(-1) - inside) / np.maximum(weight.sum() - many, 1.0)
    rare = np.flatnonzero((outside <= ELSEWHERE) & (common.sum(axis=0) > 1))
    shared = common[:, rare].astype(float)
    alike = (shared * telling[rare]) @ shared.T >= 1
    group = np.arange(size)
    for one, two in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
        group[group == group[two]] = group[one]
    _, group = np.unique(group, return_inverse=True)
    member = np.where(member >= 0, group[member], -1)
    sums = _sums(rows, weight, member, int(group.max(initial=-1)) + 1)
    return member, sums / np.maximum(np.sqrt((sums**2).sum(axis=1)), 1e-300)[:, None]
