"""IS and IS NOT: what the affected have that the others have not, trait by trait, with the doubt that goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.analysis.is_is_not_result import IsIsNot, IsIsNotRow
from closeloop.analysis.metric_values import metric_values
from closeloop.frames import as_column
from closeloop.metrics.encode import encode_key, sort_key
from closeloop.metrics.labels import value_label
from closeloop.metrics.period import Period
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import ScoreInput, answer_rows, score_input
from closeloop.metrics.spec import Nps, TopBox
from closeloop.stats.multiplicity import holm
from closeloop.stats.share_contrast import share_contrast
from closeloop.stats.suppression import SHOWN, Sum, suppress
from closeloop.text import LocalText, message

MOST_VALUES = 200
"""A trait with more values than these is an id or a time, not a trait."""
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Trait:
    dimension: str
    column: str
    period: Period | None

    @property
    def name(self) -> str:
        return self.column if self.period is None else self.period.key


def is_is_not(
    data: Any,
    affected: Any,
    traits: Sequence[str | Period] | Mapping[str, Any],
    *,
    confidence_level: float = 0.95,
    min_n: int = 10,
) -> IsIsNot:
    """Return for each value of each trait how often it occurs among the affected, and how often among the others.

    A cause must be there where the problem is, and not where it is not. What is as frequent among the others does not
    set the affected apart.

    Parameters
    ----------
    data : frame or Responses
        A row per response, order, case.
    affected : str, tuple, sequence of bool, Nps or TopBox
        Who is affected: a column of true and false (or 1 and 0); ``(column, value)`` or ``(column, [values])``; one
        true or false per row; a metric: its detractors, or those outside its top boxes.
    traits : sequence of str or Period, or mapping
        Columns to compare; as a mapping by question: ``{"where": "region", "when": Period("ordered_at", "week")}``
        (what, where, when, who; one column or a list of them).
    confidence_level : float
        Between 0 and 1.
    min_n : int
        A value that fewer rows have is hidden, and another with it where it could be worked out; so is everything where
        fewer are affected, or not; 0 hides nothing.

    Returns
    -------
    IsIsNot
        A row per value; what tells most first, hidden ones last. A row can be put on record as evidence:
        ``whys.contrast(cause, result["region", "East"])``.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If nobody can be told to be affected, or a trait has too many values.

    Notes
    -----
    Shares are P(value | affected) and P(value | not affected) among the rows that have the trait. Intervals of their
    difference are Newcombe's, each by itself; the word beside them goes by the p of the score test, adjusted by Holm
    for all values compared. A value with two possibilities (yes, no) is tested twice, which only makes Holm stricter.

    A trait that sets the affected apart need not be a cause; one that does not is none.

    References
    ----------
    Kepner C. H., Tregoe B. B. (1981), The New Rational Manager. Newcombe R. G. (1998), Statistics in Medicine
    17:873–890.

    Examples
    --------
    >>> data = {"late": [1] * 40 + [0] * 60, "region": ["East"] * 30 + ["West"] * 10 + ["East"] * 15 + ["West"] * 45}
    >>> found = is_is_not(data, "late", ["region"])
    >>> row = found["region", "East"]
    >>> row.affected, row.unaffected, row.word
    ((30, 40), (15, 60), 'more')
    """
    checked_min_n(min_n)
    given = score_input(data)
    asked = _asked(traits)
    condition, columns = _condition(affected)
    frame = answer_rows(given, [*columns, *(trait.column for trait in asked)], message("is_is_not.name"))
    hit, known = condition(frame)
    n_affected, n_unaffected = int(hit.sum()), int((known & ~hit).sum())
    if not n_affected or not n_unaffected:
        key = "is_is_not.nobody" if not n_affected else "is_is_not.everybody"
        raise ValueError(message(key, n=int(known.sum())))
    small = min(n_affected, n_unaffected) < min_n
    rows: list[IsIsNotRow] = []
    for trait in asked:
        rows += _rows(given, trait, frame[trait.column], hit, known, min_n, confidence_level, hide=small)
    adjusted = holm([row.p_value for row in rows]).tolist() if rows else []
    return IsIsNot(
        comparisons=tuple(sorted((row.with_adjusted(p) for row, p in zip(rows, adjusted, strict=True)), key=_order)),
        affected_is=_told(affected),
        n_affected=n_affected,
        n_unaffected=n_unaffected,
        n_unknown=int((~known).sum()),
        confidence_level=confidence_level,
        min_n=min_n,
        by_dimension=isinstance(traits, Mapping),
    )


def _asked(traits: Any) -> list[_Trait]:
    """Return the traits by question, each column once."""
    by_question = traits if isinstance(traits, Mapping) else {"": traits}
    found: list[_Trait] = []
    for question, columns in by_question.items():
        for one in [columns] if isinstance(columns, str | Period) else list(columns):
            period = one if isinstance(one, Period) else None
            trait = _Trait(str(question), one.column if isinstance(one, Period) else str(one), period)
            if any((each.column, each.period) == (trait.column, trait.period) for each in found):
                raise ValueError(message("is_is_not.trait_twice", trait=trait.name))
            found.append(trait)
    if not found:
        raise ValueError(message("is_is_not.no_traits"))
    return found


def _condition(affected: Any) -> tuple[Any, list[str]]:
    """Return what tells the affected rows (hit, known) of a frame, and the columns that needs."""
    if isinstance(affected, Nps | TopBox):
        least = 0.0 if isinstance(affected, Nps) else 0.5  # below: a detractor; outside the top boxes
        return lambda frame: _from_metric(metric_values(frame, affected), least), list(affected.items)
    if isinstance(affected, str):
        return lambda frame: _from_truth(frame[affected], affected), [affected]
    if isinstance(affected, tuple) and len(affected) == 2 and isinstance(affected[0], str):
        column, wanted = affected
        values = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        return lambda frame: _from_values(frame[column], values), [column]
    return lambda frame: _from_mask(affected, len(frame)), []


def _from_metric(values: npt.NDArray[np.float64], least: float) -> tuple[BoolArray, BoolArray]:
    known = ~np.isnan(values)
    return known & (np.where(known, values, 0.0) < least), known


def _from_truth(column: Any, name: object) -> tuple[BoolArray, BoolArray]:
    codes = encode_key(column)
    at = codes.values.astype(np.int64) + codes.offset
    truth: list[bool | None] = [None] * len(codes.labels)
    for place in np.unique(at).tolist():
        label = codes.labels[place]
        if label is not None and label not in (0, 1):
            raise ValueError(message("is_is_not.not_true_false", column=name, found=repr(label)))
        truth[place] = None if label is None else bool(label)
    return np.array([value is True for value in truth])[at], np.array([value is not None for value in truth])[at]


def _from_values(column: Any, values: list[object]) -> tuple[BoolArray, BoolArray]:
    codes = encode_key(column)
    at = codes.values.astype(np.int64) + codes.offset
    return np.array([label in values for label in codes.labels])[at], np.array(
        [label is not None for label in codes.labels]
    )[at]


def _from_mask(mask: Any, n: int) -> tuple[BoolArray, BoolArray]:
    column = as_column(mask)
    if len(column) != n:
        raise ValueError(message("is_is_not.mask_length", found=len(column), n=n))
    return _from_truth(column.reset_index(drop=True), message("is_is_not.the_mask"))


def _rows(
    given: ScoreInput,
    trait: _Trait,
    column: Any,
    hit: BoolArray,
    known: BoolArray,
    min_n: int,
    level: float,
    *,
    hide: bool,
) -> list[IsIsNotRow]:
    codes = encode_key(column, trait.period)
    at = codes.values.astype(np.int64) + codes.offset
    present = known & np.array([label is not None for label in codes.labels])[at]
    size = len(codes.labels)
    of_affected = np.bincount(at[present & hit], minlength=size)
    of_others = np.bincount(at[present & ~hit], minlength=size)
    n, m = int(of_affected.sum()), int(of_others.sum())
    places = [i for i, label in enumerate(codes.labels) if label is not None and of_affected[i] + of_others[i]]
    if len(places) > MOST_VALUES:
        raise ValueError(message("is_is_not.too_many_values", trait=trait.name, n=len(places), most=MOST_VALUES))
    places.sort(key=lambda i: sort_key(codes.labels[i]))
    sizes = [n + m, *(int(of_affected[i] + of_others[i]) for i in places)]
    verdicts = suppress(sizes, [Sum(0, tuple(range(1, len(sizes))))], min_n)[1:].tolist()
    rows = []
    for i, verdict in zip(places, verdicts, strict=True):
        label = codes.labels[i]
        shown = LocalText(str(label)) if trait.period else value_label(given.labels, trait.column, label)
        names: dict[str, Any] = {
            "dimension": trait.dimension, "trait": trait.name, "value": label, "label": shown,
            "title": trait.period.title if trait.period else given.titles.get(trait.column, LocalText(trait.column)),
            "alpha": 1 - level,
        }  # fmt: skip
        if hide or verdict != SHOWN:
            rows.append(IsIsNotRow(**names, affected=None, unaffected=None, contrast=None))
            continue
        inside, outside = (int(of_affected[i]), n), (int(of_others[i]), m)
        rows.append(
            IsIsNotRow(**names, affected=inside, unaffected=outside, contrast=share_contrast(outside, inside, level))
        )
    return rows


def _order(row: IsIsNotRow) -> tuple[bool, float, float, str, str]:
    """Return the place of a row: what is surest first, then the largest difference, hidden ones last."""
    hidden = row.contrast is None
    p = 1.0 if np.isnan(row.p_adjusted) else row.p_adjusted
    return hidden, p, 0.0 if hidden else -abs(row.difference), row.trait, str(row.value)


def _told(affected: Any) -> LocalText:
    """Return who the affected are, in words."""
    if isinstance(affected, Nps):
        return message("is_is_not.detractors", metric=affected.label)
    if isinstance(affected, TopBox):
        return message("is_is_not.outside_top", metric=affected.label)
    if isinstance(affected, str):
        return LocalText(affected)
    if isinstance(affected, tuple) and len(affected) == 2 and isinstance(affected[0], str):
        wanted = affected[1]
        many = isinstance(wanted, list | tuple | set | frozenset)
        return LocalText(f"{affected[0]} = {', '.join(sorted(map(str, wanted))) if many else wanted}")
    return message("is_is_not.the_chosen")
