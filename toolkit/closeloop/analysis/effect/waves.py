"""Two surveys of the same people, joined: who was a detractor, passive or promoter at the first and at the second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import as_column
from closeloop.metrics.encode import encode_answers
from closeloop.metrics.score_input import answer_rows, chosen_metric, score_input
from closeloop.metrics.spec import Nps
from closeloop.text import message

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One survey: a group per respondent.

    Attributes
    ----------
    groups : pandas.Series
        0 detractor, 1 passive, 2 promoter; the index holds the respondents, or positions.
    named : bool
        Whether the index holds respondents.
    repeated, nameless : int
        Answers left out because the respondent has another one, or has no id.

    Examples
    --------
    >>> read_wave([9, 3, None], None, "respondent_id", keep="last").groups.tolist()
    [2, 0]
    """

    groups: pd.Series[Any]
    named: bool
    repeated: int
    nameless: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Two surveys joined.

    Attributes
    ----------
    table : numpy.ndarray
        3 × 3 counts of those who answered both: first × second, in the order detractors, passives, promoters.
    first : numpy.ndarray
        Detractors, passives and promoters of the whole first survey.
    respondents : pandas.Index or None
        Who answered both; None where they are known by position only.
    repeated, nameless : int
        See `Wave`; both surveys together.

    Examples
    --------
    >>> joined([3, 3, 9], [8, None, 9]).table.tolist()
    [[0, 1, 0], [0, 0, 0], [0, 0, 1]]
    """

    table: IntArray
    first: IntArray
    respondents: pd.Index[Any] | None
    repeated: int
    nameless: int


def joined(before: Any, after: Any, metric: Nps | str | None = None, on: str = "respondent_id") -> Pairs:
    """Return two surveys joined by respondent, or by position if both are plain sequences of scores.

    Of several answers of one respondent the last of the first survey and the first of the second count, in the order
    of the rows.

    Raises
    ------
    ValueError
        If one is a table and the other a sequence, or two sequences differ in length.
    """
    one, other = read_wave(before, metric, on, keep="last"), read_wave(after, metric, on, keep="first")
    if one.named != other.named:
        raise ValueError(message("recovery.mixed_inputs"))
    if not one.named and (a := _length(before)) != (b := _length(after)):
        raise ValueError(message("recovery.unequal_lengths", before=a, after=b))
    both = pd.concat([one.groups, other.groups], axis=1, join="inner", keys=["first", "second"])
    code = both["first"].to_numpy() * 3 + both["second"].to_numpy()
    return Pairs(
        table=np.bincount(code, minlength=9).reshape(3, 3),
        first=np.bincount(one.groups.to_numpy(), minlength=3),
        respondents=both.index if one.named else None,
        repeated=one.repeated + other.repeated,
        nameless=one.nameless + other.nameless,
    )


def control_pairs(control: Any, metric: Nps | str | None, on: str) -> Pairs:
    """Return the two surveys of untouched respondents: a pair (before, after), or a table with these two columns.

    Raises
    ------
    ColumnNotFoundError
        If a table lacks one of the columns.
    """
    if isinstance(control, tuple) and len(control) == 2:
        return joined(control[0], control[1], metric, on)
    given = score_input(control)
    rows = answer_rows(given, ["before", "after"], message("recovery.what"))
    return joined(rows["before"].tolist(), rows["after"].tolist())


def read_wave(data: Any, metric: Nps | str | None, on: str, *, keep: str) -> Wave:
    """Return one survey; of a table the NPS item is read and the column of respondents.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If an answer is no whole number from 0 to 10.
    ValueError
        If no NPS is declared or given.
    """
    if _is_sequence(data):
        groups = _groups(as_column(data).reset_index(drop=True).rename("score"), Nps("score"))
        return Wave(groups=groups, named=False, repeated=0, nameless=0)
    given = score_input(data)
    spec = _nps(metric, given)
    rows = answer_rows(given, [spec.item, on], message("recovery.what"))
    nameless = rows[on].isna()
    rows = rows[~nameless.to_numpy()]
    groups = _groups(rows[spec.item].set_axis(pd.Index(rows[on].to_numpy())), spec)
    again = groups.index.duplicated(keep=keep)  # type: ignore[arg-type]
    return Wave(groups=groups[~again], named=True, repeated=int(again.sum()), nameless=int(nameless.sum()))


def _is_sequence(data: Any) -> bool:
    if isinstance(data, pd.DataFrame | Mapping) or hasattr(data, "__closeloop_scores__"):
        return False
    return isinstance(data, pd.Series | np.ndarray | list | tuple | range) or nw.dependencies.is_into_series(data)


def _length(data: Any) -> int:
    return len(as_column(data))


def _groups(answers: pd.Series[Any], spec: Nps) -> pd.Series[Any]:
    codes = encode_answers(answers, spec.levels)
    position = codes.values.astype(np.int64) + codes.offset
    group = np.append(np.array(spec.values) + 1, -1)[position]
    return pd.Series(group, index=answers.index)[group >= 0]


def _nps(metric: Nps | str | None, given: Any) -> Nps:
    if metric is None:
        declared = [spec for spec in given.specs.values() if isinstance(spec, Nps)]
        if len(declared) != 1:
            raise ValueError(message("recovery.which_nps"))
        return declared[0]
    spec = chosen_metric(metric, given)
    if not isinstance(spec, Nps):
        raise ValueError(message("recovery.not_nps", name=spec.name))  # noqa: TRY004
    return spec
