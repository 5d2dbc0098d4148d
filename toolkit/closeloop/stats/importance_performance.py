"""Importance against performance: in which quadrant an item lies, where the lines cross, and how sure that is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from closeloop.stats.correlation import FloatArray, Moments, correlation_of
from closeloop.stats.importance import johnson, lmg
from closeloop.text import message

QUADRANTS = ("keep", "concentrate", "low", "overkill")
"""Important and good; important and poor; unimportant and poor; unimportant and good."""
LINES = ("mean", "median", "midpoint")
"""Where the lines that part high from low may be drawn."""
MOST_LMG = 12
"""Up to so many items importance is derived by LMG; beyond, by Johnson's relative weights."""

_ROUNDING = 1e-12
_BLOCK = 1 << 22  # counts of resampled rows held at once


def crossing(
    importance: npt.ArrayLike,
    performance: npt.ArrayLike,
    lines: str,
    *,
    scale: tuple[float, float] | None = None,
    stated: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Return where the lines of importance and of performance are drawn.

    Parameters
    ----------
    importance, performance : array_like, (…, items)
        Leading axes are replicates.
    lines : {"mean", "median", "midpoint"}
        Mean or median over the items, or the middle of the scale.
    scale : tuple of float, optional
        Lowest and highest answer; needed for ``"midpoint"``.
    stated : bool
        Whether importance was asked for on the same scale. Derived importance has no scale; its midpoint is halfway
        between the least and the most important item.

    Returns
    -------
    tuple of ndarray
        (…) each.

    Raises
    ------
    ValueError
        If ``"midpoint"`` is asked for without a scale.

    Examples
    --------
    >>> [round(float(line), 3) for line in crossing([0.37, 0.05, 0.16, 0.12], [4.1, 4.5, 3.2, 3.9], "mean")]
    [0.175, 3.925]
    """
    i, p = np.asarray(importance, dtype=float), np.asarray(performance, dtype=float)
    if lines == "mean":
        return np.asarray(i.mean(axis=-1)), np.asarray(p.mean(axis=-1))
    if lines == "median":
        return np.asarray(np.median(i, axis=-1)), np.asarray(np.median(p, axis=-1))
    if scale is None:
        raise ValueError(message("ipa.no_scale"))
    middle = np.full(p.shape[:-1], (scale[0] + scale[1]) / 2)
    return (middle if stated else np.asarray((i.min(axis=-1) + i.max(axis=-1)) / 2)), middle


def quadrants_of(
    importance: npt.ArrayLike, performance: npt.ArrayLike, lines: tuple[npt.ArrayLike, npt.ArrayLike]
) -> npt.NDArray[np.int64]:
    """Return the position of each item's quadrant in `QUADRANTS`; what lies on a line counts as high.

    Parameters
    ----------
    importance, performance : array_like, (…, items)
        Leading axes are replicates.
    lines : tuple of array_like
        What `crossing` returned.

    Returns
    -------
    array of int, (…, items)

    References
    ----------
    Martilla J. A., James J. C. (1977), Journal of Marketing 41(1):77–79.

    Examples
    --------
    >>> at = quadrants_of([0.37, 0.05, 0.16, 0.12], [4.1, 4.5, 3.2, 3.9], (0.14, 4.0))
    >>> [QUADRANTS[i] for i in at]
    ['keep', 'overkill', 'concentrate', 'low']
    """
    important, good = (_high(v, line) for v, line in zip((importance, performance), lines, strict=True))
    return np.where(important, np.where(good, 0, 1), np.where(good, 3, 2))


def _high(values: npt.ArrayLike, line: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    level = np.asarray(line, dtype=float)[..., None]
    return np.asarray(np.asarray(values, dtype=float) >= level - _ROUNDING * np.maximum(np.abs(level), 1.0))


def resampled_moments(rows: FloatArray, replicates: int, seed: int) -> Moments:
    """Return the moments of samples of respondents drawn with replacement.

    Parameters
    ----------
    rows : ndarray, respondents × columns
        Complete answers.
    replicates : int
        How many samples.
    seed : int
        Of the drawing.

    Returns
    -------
    Moments
        ``mean`` (replicates, columns), ``gram`` (replicates, columns, columns).

    Notes
    -----
    The products of each row are formed once; a replicate is the product of how often each row was drawn with these, so
    that no sample is ever put together.

    Examples
    --------
    >>> resampled_moments(np.array([[1.0, 2.0], [3.0, 4.0]]), 5, seed=0).gram.shape
    (5, 2, 2)
    """
    n, k = rows.shape
    centre = rows.mean(axis=0)
    centred = rows - centre
    first, second = np.triu_indices(k)
    terms = np.column_stack([centred, centred[:, first] * centred[:, second]])
    rng = np.random.default_rng(seed)
    step = max(1, _BLOCK // n)
    sums = []
    for start in range(0, replicates, step):
        size = min(step, replicates - start)
        drawn = rng.integers(0, n, (size, n)) + np.arange(size)[:, None] * n
        counts = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        sums.append(counts.astype(float) @ terms)
    found = np.concatenate(sums) if sums else np.empty((0, terms.shape[1]))
    shift = found[:, :k] / n
    gram = np.empty((len(found), k, k))
    gram[:, first, second] = found[:, k:]
    gram[:, second, first] = found[:, k:]
    gram -= n * shift[:, :, None] * shift[:, None, :]
    gram[np.abs(gram) < _ROUNDING * max(float((centred**2).sum()), 1.0)] = 0.0
    return Moments(centre + shift, gram)


def derived_importance(gram: FloatArray) -> FloatArray:
    """Return how much of the outcome's variance each item accounts for (the outcome is the last column).

    LMG up to `MOST_LMG` items, Johnson's relative weights beyond; see `closeloop.stats.importance`.

    Examples
    --------
    >>> derived_importance(np.array([[1, 0.3, 0.6], [0.3, 1, 0.5], [0.6, 0.5, 1]])).round(4).tolist()
    [0.2913, 0.1813]
    """
    correlation = correlation_of(gram)
    return lmg(correlation) if gram.shape[-1] - 1 <= MOST_LMG else johnson(correlation)
