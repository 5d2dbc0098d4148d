"""How far people agree who may sort a thing into several categories at once, or into none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from closeloop.stats.agreement import Agreement, krippendorff_alpha, weighted_alpha

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def masi_distance(sets: npt.ArrayLike) -> FloatArray:
    """Return how far sets lie apart, each from each: MASI, one minus Jaccard index times monotonicity.

    Parameters
    ----------
    sets : array_like of bool, sets × members
        Which member is in which set.

    Returns
    -------
    ndarray, sets × sets
        0: the same; 1: nothing in common. The empty set is at 0 from itself and at 1 from every other.

    Notes
    -----
    Monotonicity is 1 for equal sets, ⅔ where one lies within the other, ⅓ where they cross and 0 where they have
    nothing in common.

    References
    ----------
    Passonneau R. (2006), Measuring Agreement on Set-valued Items (MASI), LREC 2006:831–836.

    Examples
    --------
    >>> masi_distance([[1, 1, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]]).round(4)[0].tolist()
    [0.0, 0.6667, 0.8889]
    """
    members = np.asarray(sets, dtype=float)
    size = members.sum(axis=1)
    both = members @ members.T
    either = size[:, None] + size[None, :] - both
    smaller = np.minimum(size[:, None], size[None, :])
    same = either == both
    within = (both == smaller) & (both > 0)
    monotonic = np.where(same, 1.0, np.where(within, 2 / 3, np.where(both > 0, 1 / 3, 0.0)))
    with np.errstate(invalid="ignore"):
        jaccard = np.where(same, 1.0, both / np.where(either > 0, either, 1.0))
    return np.asarray(1 - jaccard * monotonic)


def set_alpha(
    sets: npt.ArrayLike,
    judged: npt.ArrayLike | None = None,
    confidence_level: float = 0.95,
    *,
    distance: str = "masi",
    draws: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Krippendorff's α of coders who give each thing a set of categories.

    Parameters
    ----------
    sets : array_like of bool, things × coders × categories
        Which coder put which thing into which category.
    judged : array_like of bool, things × coders, optional
        Which coder looked at which thing; by default everybody at everything. Whoever looked and gave no category gave
        the empty set, which is a judgement; whoever did not look gave nothing, which is none.
    confidence_level, draws, seed
        See `closeloop.stats.agreement.krippendorff_alpha`.
    distance : {"masi", "nominal"}
        ``"masi"``: sets that share a category agree in part; ``"nominal"``: two sets are the same or they are not.

    Returns
    -------
    Agreement
        Where no set has more than one category, both distances give the same α.

    Raises
    ------
    ValueError
        If the distance is not one of the two.

    References
    ----------
    Krippendorff K. (2004), Human Communication Research 30:411–433. Passonneau R. (2006), LREC 2006:831–836.

    Examples
    --------
    >>> first, second = [[1, 0], [1, 1], [0, 1], [0, 0]], [[1, 0], [1, 0], [0, 1], [0, 0]]
    >>> both = np.stack([first, second], axis=1)
    >>> [round(set_alpha(both, distance=how).kappa, 4) for how in ("masi", "nominal")]
    [0.7812, 0.6957]
    """
    from closeloop.stats.limits import known_method

    how = known_method(("masi", "nominal"), distance, "set distance")
    values, distinct = numbered_sets(sets, judged)
    if how == "nominal":
        return krippendorff_alpha(values, confidence_level, draws=draws, seed=seed)
    return weighted_alpha(values, masi_distance(distinct), confidence_level, draws=draws, seed=seed)


def numbered_sets(sets: npt.ArrayLike, judged: npt.ArrayLike | None = None) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return each judgement as the number of its set (−1: not judged), and the distinct sets.

    Examples
    --------
    >>> values, distinct = numbered_sets([[[1, 0], [1, 1]], [[1, 1], [0, 0]]], [[1, 1], [1, 0]])
    >>> values.tolist(), distinct.astype(int).tolist()
    ([[0, 1], [1, -1]], [[1, 0], [1, 1]])
    """
    given = np.asarray(sets).astype(bool)
    seen = np.ones(given.shape[:2], dtype=bool) if judged is None else np.asarray(judged).astype(bool)
    values = np.full(given.shape[:2], -1, dtype=np.int64)
    packed = np.packbits(given[seen], axis=-1)
    if not packed.size:  # nothing judged, or no category: every judgement is the empty set
        values[seen] = 0
        return values, np.zeros((1, given.shape[2]), dtype=bool)
    as_one = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1])))
    _, first, values[seen] = np.unique(as_one.ravel(), return_index=True, return_inverse=True)
    return values, given[seen][first]
