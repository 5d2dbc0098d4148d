"""Time until something happens (a first reply, a closed case), the open cases counted: Kaplan–Meier by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from closeloop.metrics.encode import answer_numbers, encode_key
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import answer_rows, score_input
from closeloop.stats.survival import SurvivalCurve, kaplan_meier, log_rank
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level, told_p

UNITS = {"min": "m", "h": "h", "d": "D"}
"""Units of time, with numpy's name of each."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TimeTo(TableResult):
    """How long it took, by group.

    Attributes
    ----------
    curves : dict
        Name of each group → its curve; without groups one of the name "All".
    within : tuple of float
        Times for which the share is given.
    unit : str
        ``"min"``, ``"h"`` or ``"d"``.
    chi2, p_value : float
        Log-rank test that the groups run alike; NaN with one group.
    dropped : int
        Cases left out because the duration or the group is missing.
    confidence_level : float
        Of the intervals.
    hidden : int
        Groups left out because they have too few cases.

    Examples
    --------
    >>> cases = {"hours": [2.0, 5.0, 9.0, 30.0], "replied": [True, True, False, True]}
    >>> round(time_to(cases, duration="hours", event="replied").rows()[0]["within_24"], 6)
    0.5
    """

    kind: ClassVar[str] = "time_to"

    curves: Mapping[LocalText, SurvivalCurve]
    within: tuple[float, ...]
    unit: str
    chi2: float
    p_value: float
    dropped: int
    confidence_level: float
    hidden: int = 0

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("survival.title")

    @property
    def sentence(self) -> LocalText:
        """How many within the first of the times, and the median; of several groups, best and worst."""
        rows = self.rows()
        time = self._time(self.within[0])
        key = f"within_{self.within[0]:g}"
        known = [row for row in rows if not math.isnan(row[key])]
        if not known:
            return message("survival.nothing" if not sum(row["n"] for row in rows) else "survival.too_early", time=time)
        if len(rows) == 1:
            return self._one(rows[0], key, time)
        best, worst = max(known, key=lambda row: row[key]), min(known, key=lambda row: row[key])
        words = {
            "time": time, "best": best["group"], "high": told(best[key], "percent", 0), "worst": worst["group"],
            "low": told(worst[key], "percent", 0), "p": told_p(self.p_value),
        }  # fmt: skip
        if math.isnan(self.p_value):
            return message("survival.groups_unknown", **words)
        if self.p_value < 1 - self.confidence_level:
            return message("survival.groups_differ", **words)
        return message("survival.groups_alike", **words)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method, open cases, what was left out."""
        open_cases = sum(curve.n - curve.n_events for curve in self.curves.values())
        notes = [message("survival.method", count=told(open_cases, "count"))]
        if self.dropped:
            notes.append(message("survival.note_dropped", count=told(self.dropped, "count")))
        if self.hidden:
            notes.append(message("survival.note_hidden", count=told(self.hidden, "count")))
        if not math.isnan(self.p_value):
            notes.append(message("survival.note_log_rank", chi2=told(self.chi2, "decimal", 2), p=told_p(self.p_value)))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Group, shares within each time, median, counts."""
        level = message("analysis.interval", level=told_level(self.confidence_level))
        shares: list[Shown] = []
        for time in self.within:
            name = f"within_{time:g}"
            shares.append(Shown(name, message("survival.within", time=self._time(time)), "percent", digits=0))
            shares.append(Shown(f"{name}_low", level, "percent", high=f"{name}_high", digits=0))
        return (
            *((Shown("group", message("analysis.group")),) if len(self.curves) > 1 else ()),
            *shares,
            Shown("median", message("survival.median", unit=self._unit), "decimal", digits=1),
            Shown("median_low", level, "decimal", high="median_high", digits=1),
            Shown("n", message("survival.cases"), "count"),
            Shown("n_open", message("survival.open"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the groups; an interval limit that is not reached yet is NaN."""
        rows = []
        for name, curve in self.curves.items():
            low, high = curve.median_interval(self.confidence_level)
            row: dict[str, Any] = {"group": name, "n": curve.n, "n_events": curve.n_events}
            row |= {"n_open": curve.n - curve.n_events, "median": curve.median}
            row |= {"median_low": low, "median_high": high if math.isfinite(high) else math.nan}
            for time in self.within:
                limits = curve.share_interval(time, self.confidence_level)
                key = f"within_{time:g}"
                row |= {key: curve.share_within(time), f"{key}_low": limits.low, f"{key}_high": limits.high}
            rows.append(row)
        return rows

    def facts(self) -> Mapping[str, Any]:
        """Return times, unit, log-rank test and level."""
        return {
            "within": self.within,
            "unit": self.unit,
            "log_rank_chi2": self.chi2,
            "log_rank_p": self.p_value,
            "dropped": self.dropped,
            "confidence_level": self.confidence_level,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw the share to whom it has happened, over time."""
        from closeloop.views.survival_chart import plot_time_to

        return plot_time_to(self, ax)

    @property
    def _unit(self) -> LocalText:
        return message(f"survival.unit_{self.unit}")

    def _time(self, time: float) -> LocalText:
        return message("survival.time", time=f"{time:g}", unit=self._unit)

    def _one(self, row: dict[str, Any], key: str, time: LocalText) -> LocalText:
        median = message("survival.median_open")
        if not math.isnan(row["median"]):
            median = message("survival.median_is", time=message(
                "survival.time", time=told(row["median"], "decimal", 1), unit=self._unit
            ))  # fmt: skip
        return message(
            "survival.one",
            share=told(row[key], "percent", 0),
            level=told_level(self.confidence_level),
            interval=told_interval(row[f"{key}_low"], row[f"{key}_high"], "percent", 0),
            time=time,
            median=median,
            n=told(row["n"], "count"),
            open=told(row["n_open"], "count"),
        )


def time_to(
    data: Any,
    *,
    duration: str,
    event: str,
    by: str | None = None,
    within: float | Sequence[float] = 24,
    unit: str = "h",
    confidence_level: float = 0.95,
    min_n: int = 10,
) -> TimeTo:
    """Return how long something took, with those to whom it has not happened yet (Kaplan–Meier).

    Parameters
    ----------
    data : frame or Responses
        One row per case.
    duration : str
        Column of the time until the event, or until now for an open case: numbers in `unit`, or durations.
    event : str
        Column that says whether it has happened: truth values, or 0 and 1.
    by : str, optional
        Column of groups, compared by the log-rank test.
    within : float or sequence of float
        Times, in `unit`, for which the share is given.
    unit : {"h", "min", "d"}
        Of the numbers and of the result.
    confidence_level : float
        Of the intervals.
    min_n : int
        Groups with fewer cases are left out; 0 leaves out none.

    Returns
    -------
    TimeTo

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If a duration is no number.
    ValueError
        If a duration is below 0, an event neither true nor false, or the unit unknown.

    Notes
    -----
    The share within a time has a log–log interval, the median that of Brookmeyer and Crowley; formulae and sources
    stand in `closeloop.stats.survival`. A share beyond the longest time observed is NaN. Cases without a duration or a
    group are left out and counted; without an event they are an error, because "not yet" must be said.

    Examples
    --------
    >>> cases = {"hours": [2.0, 5.0, 9.0, 30.0], "replied": [True, True, False, True]}
    >>> print(time_to(cases, duration="hours", event="replied").sentence.en.replace(chr(0xA0), " "))
    50 % within 24 hours (95 % 16 % to 94 %); half of the cases by 5.0 hours; 4 cases, 1 of them open.
    """
    if unit not in UNITS:
        raise ValueError(message("survival.unknown_unit", unit=unit, choices=", ".join(UNITS)))
    asked = [within] if isinstance(within, int | float | np.integer | str) else list(within)
    if not asked or not all(
        isinstance(time, int | float | np.integer) and math.isfinite(time) and time >= 0 for time in asked
    ):
        raise ValueError(message("survival.bad_within", within=repr(within)))
    times = tuple(map(float, asked))
    given = score_input(data)
    wanted = [duration, event, *([by] if by is not None else [])]
    rows = answer_rows(given, wanted, message("survival.what"))
    took = _durations(rows[duration], unit)
    known = ~np.isnan(took)
    happened = _events(rows[event], known)
    codes = np.zeros(len(rows), dtype=np.int64)
    names: list[LocalText] = [message("scores.total")]
    if by is not None:
        encoded = encode_key(rows[by])
        codes = encoded.values.astype(np.int64) + encoded.offset
        shown = given.labels.get(by, {})
        names = [shown.get(label, LocalText(str(label))) for label in encoded.labels]
        known &= np.array([label is not None for label in encoded.labels])[codes]
    took, happened, codes = took[known], happened[known], codes[known]
    order = sorted(np.unique(codes).tolist(), key=lambda code: str(names[code])) if by is not None else [0]
    few: list[int] = []
    if by is not None:
        few = [code for code in order if 0 < (codes == code).sum() < checked_min_n(min_n)]
        shown_rows = ~np.isin(codes, few)
        took, happened, codes = took[shown_rows], happened[shown_rows], codes[shown_rows]
        order = [code for code in order if code not in few]
    chi2, p = log_rank(took, happened, codes)
    return TimeTo(
        curves={names[code]: kaplan_meier(took[codes == code], happened[codes == code]) for code in order},
        within=times,
        unit=unit,
        chi2=chi2,
        p_value=p,
        dropped=int((~known).sum()),
        confidence_level=confidence_level,
        hidden=len(few),
    )


def _durations(series: pd.Series[Any], unit: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    if pd.api.types.is_timedelta64_dtype(series):
        return np.asarray(series.to_numpy() / np.timedelta64(1, UNITS[unit]), dtype=np.float64)  # type: ignore[call-overload]
    return answer_numbers(series)


def _events(series: pd.Series[Any], needed: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return truth values; a case with a duration must have one."""
    values = series.astype(object)
    fine = values.isin([True, False]).to_numpy()  # 0 and 1 are equal to these
    bad = needed & ~fine
    if bad.any():
        examples = ", ".join(sorted({repr(value) for value in values[bad]})[:5])
        raise ValueError(message("survival.bad_event", column=series.name, count=int(bad.sum()), examples=examples))
    return np.array([bool(value) if ok else False for value, ok in zip(values, fine, strict=True)], dtype=bool)
