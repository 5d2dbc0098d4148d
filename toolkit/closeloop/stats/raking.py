"""Raking: weights that bring a sample to known totals, and what is left of an answer after the margins explain it.

Everything here works on cells, the distinct combinations of the margins: a million answers in four margins are some
dozens of cells. Post-stratification is raking on one margin, which may be a crossing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TOLERANCE = 1e-10
MOST_CYCLES = 1000
MOST_TRIMS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """One margin of the population.

    Attributes
    ----------
    name : str
        What it is called in messages.
    levels : tuple of str
        What its values are called in messages.
    codes : ndarray of int
        Position of each cell's value among the levels.
    target : ndarray
        Population total of each level; the margins add up to the same.

    Examples
    --------
    >>> Margin(name="sex", levels=("f", "m"), codes=np.array([0, 1]), target=np.array([52.0, 48.0])).name
    'sex'
    """

    name: str
    levels: tuple[str, ...]
    codes: IntArray
    target: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Raked:
    """Weights after raking.

    Attributes
    ----------
    weight : ndarray
        Of each cell: the sum of the weights of its answers.
    iterations : int
        Cycles through the margins, over all rounds.
    trimmed : ndarray of bool
        Cells that the cap held down; all False without one.
    """

    weight: FloatArray
    iterations: int
    trimmed: npt.NDArray[np.bool_]


def rake_cells(
    weight: npt.ArrayLike, margins: Sequence[Margin], *, tolerance: float = TOLERANCE, most: int = MOST_CYCLES
) -> Raked:
    """Return the weights of cells that meet every margin (iterative proportional fitting).

    Parameters
    ----------
    weight : array_like
        Sum of the base weights of each cell's answers, none below 0.
    margins : sequence of Margin
        What is to be met.
    tolerance : float
        Largest difference left, as a part of the total.
    most : int
        Cycles after which it gives up.

    Returns
    -------
    Raked

    Raises
    ------
    ValueError
        If a weight is negative or missing, if a level has a target above 0 and no answer with a weight, or if the
        margins cannot be met together.

    Notes
    -----
    Each cycle multiplies the weights by target / current, margin after margin, until max |current − target| / total is
    under the tolerance (Deming W. E. & Stephan F. F. 1940, Annals of Mathematical Statistics 11:427–444). The default
    is tight on purpose: at the 1e-7 of other software an NPS differs in the fifth digit.

    When not to use it: a margin whose target is a guess, or with more levels than the sample can carry. Raking moves
    the bias to whatever the margins do not know.

    Examples
    --------
    >>> sex = Margin(name="sex", levels=("f", "m"), codes=np.array([0, 0, 1]), target=np.array([50.0, 50.0]))
    >>> age = Margin(name="age", levels=("18–39", "40+"), codes=np.array([0, 1, 1]), target=np.array([30.0, 70.0]))
    >>> rake_cells([10, 10, 20], [sex, age]).weight.round(4).tolist()
    [30.0, 20.0, 50.0]
    """
    w = np.asarray(weight, dtype=float).copy()
    _refuse_negative(w)
    total = float(margins[0].target.sum())
    gap = np.inf
    for cycle in range(1, most + 1):
        for margin in margins:
            w *= _ratio(w, margin)[margin.codes]
        gap, where = max(_gap(w, margin, total) for margin in margins)
        if gap < tolerance:
            return Raked(weight=w, iterations=cycle, trimmed=np.zeros(w.size, dtype=bool))
    raise ValueError(message("rake.not_converged", cycles=most, gap=f"{gap:.2g}", where=where))


def rake_trimmed(
    weight: npt.ArrayLike, n: npt.ArrayLike, margins: Sequence[Margin], cap: float, *, most: int = MOST_TRIMS
) -> Raked:
    """Return weights that meet every margin with no answer above a multiple of the mean weight.

    Parameters
    ----------
    weight : array_like
        Sum of the base weights of each cell; within a cell all answers have the same base weight.
    n : array_like
        Answers of each cell.
    margins : sequence of Margin
        What is to be met.
    cap : float
        Largest weight as a multiple of the mean weight of the answers that have one; above 1.
    most : int
        Rounds after which it gives up.

    Returns
    -------
    Raked

    Raises
    ------
    ValueError
        As `rake_cells`; if `cap` is not above 1; if the targets cannot be met under the cap.

    Notes
    -----
    In turn: rake, cut what lies above the cap, and rake again from there, which spreads what was cut over the other
    answers of the same levels, until raking lifts nothing above the cap (by more than one millionth). Trimming trades
    bias for precision; here the margins stay met, so the bias lies within them.

    Examples
    --------
    >>> sex = Margin(name="sex", levels=("f", "m"), codes=np.array([0, 0, 1]), target=np.array([50.0, 50.0]))
    >>> rake_trimmed([30, 10, 20], [10, 10, 20], [sex], 1.2).weight.round(3).tolist()
    [30.0, 20.0, 50.0]
    """
    if not cap > 1:
        raise ValueError(message("rake.bad_trim", value=cap))
    answers = np.asarray(n, dtype=float)
    raked = rake_cells(weight, margins)
    limit = cap * raked.weight.sum() / answers[raked.weight > 0].sum() * answers
    cycles = raked.iterations
    trimmed = np.zeros(answers.size, dtype=bool)
    for _ in range(most):
        over = raked.weight > limit * (1 + 1e-6)
        if not over.any():
            return Raked(weight=raked.weight, iterations=cycles, trimmed=trimmed)
        trimmed |= over
        raked = rake_cells(np.minimum(raked.weight, limit), margins)
        cycles += raked.iterations
    raise ValueError(message("rake.cap_too_low", cap=f"{cap:g}"))


def residuals(
    values: npt.ArrayLike, margins: Sequence[IntArray], base_weight: npt.ArrayLike | None = None
) -> FloatArray:
    """Return what is left of values after the margins explain what they can: the values that a raked variance needs.

    Parameters
    ----------
    values : array_like, (rows,) or (rows, k)
        Linearised values without their weight, zeros outside the domain: for a mean ``(y − m) / Σw``.
    margins : sequence of ndarray of int
        Of each margin the code of each row's value.
    base_weight : array_like, optional
        Weights before raking; all equal if not given.

    Returns
    -------
    ndarray
        In the shape of `values`; times the final weights they go into `closeloop.stats.design.taylor`.

    Notes
    -----
    e = y − Xb with b from least squares on the dummies of all margins, weighted by the *base* weights (the same choice
    as R's survey package). The cross product of the dummies is counted, so no matrix of rows × levels is ever made.

    References
    ----------
    Deville J.-C., Särndal C.-E. (1992), Journal of the American Statistical Association 87:376–382.

    Examples
    --------
    >>> residuals([1.0, 3.0, 5.0], [np.array([0, 0, 1])]).tolist()
    [-1.0, 1.0, 0.0]
    """
    y = np.asarray(values, dtype=float)
    table = y.reshape(len(y), -1)
    w = np.ones(len(y)) if base_weight is None else np.asarray(base_weight, dtype=float)
    sizes = [int(codes.max()) + 1 if len(codes) else 0 for codes in margins]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    gram = np.zeros((start[-1], start[-1]))
    for i, rows in enumerate(margins):
        for j, columns in enumerate(margins):
            block = np.bincount(rows * sizes[j] + columns, weights=w, minlength=sizes[i] * sizes[j])
            gram[start[i] : start[i + 1], start[j] : start[j + 1]] = block.reshape(sizes[i], sizes[j])
    left = np.empty_like(table)
    for k in range(table.shape[1]):
        product = [
            np.bincount(codes, weights=w * table[:, k], minlength=s) for codes, s in zip(margins, sizes, strict=True)
        ]
        # The dummies of two margins both add up to one: least squares takes the shortest of the equal solutions.
        slope = np.linalg.lstsq(gram, np.concatenate(product), rcond=None)[0]
        left[:, k] = table[:, k] - sum(slope[begin + codes] for begin, codes in zip(start, margins, strict=False))
    return left.reshape(y.shape)


def _refuse_negative(w: FloatArray) -> None:
    bad = ~(w >= 0) | np.isinf(w)
    if bad.any():
        raise ValueError(message("rake.bad_weight", count=int(bad.sum()), value=f"{float(w[bad][0]):g}"))


def _ratio(w: FloatArray, margin: Margin) -> FloatArray:
    """Return target / current for each level, refusing one that no weight could bring to its target."""
    current = np.bincount(margin.codes, weights=w, minlength=margin.target.size)
    empty = (current <= 0) & (margin.target > 0)
    if empty.any():
        names = ", ".join(f"{margin.name} = {margin.levels[i]}" for i in np.flatnonzero(empty)[:5])
        raise ValueError(message("rake.empty_level", count=int(empty.sum()), levels=names))
    return np.divide(margin.target, current, out=np.zeros_like(current), where=current > 0)


def _gap(w: FloatArray, margin: Margin, total: float) -> tuple[float, str]:
    away = np.abs(np.bincount(margin.codes, weights=w, minlength=margin.target.size) - margin.target) / total
    worst = int(away.argmax())
    return float(away[worst]), f"{margin.name} = {margin.levels[worst]}"
