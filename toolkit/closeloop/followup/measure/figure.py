"""One figure of a loop report: what of what, how many, how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, mean_interval, share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its base.

    Attributes
    ----------
    section, name : str
        Where it stands, and what it is called in programs.
    label, base : LocalText
        What it says, and of whom: the denominator in words.
    n : int
        The denominator; 0 where nothing was measured.
    estimate, ci_low, ci_high : float
        In public units (a share 0…1); NaN where nothing can be said.
    form : str
        How it is written, see `closeloop.written.FORMS`.
    digits : int
    method : str
        How the limits were found, such as ``"Wilson"``; empty where a figure has none.
    note : LocalText or None
        What a reader must know beside it.
    cannot : LocalText or None
        Why nothing can be said.

    Examples
    --------
    >>> figure = share("capture", "contactable", 45, 50, LocalText("with a contact route"), LocalText("responses"))
    >>> figure.shown.zh, figure.interval.zh.replace(chr(0xA0), " ")
    ('90%', '79% 至 96%')
    """

    section: str
    name: str
    label: LocalText
    base: LocalText
    n: int
    estimate: float
    ci_low: float = math.nan
    ci_high: float = math.nan
    form: str = "percent"
    digits: int = 0
    method: str = ""
    note: LocalText | None = None
    cannot: LocalText | None = None

    @property
    def is_measured(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.estimate)

    @property
    def shown(self) -> LocalText:
        """The value as people read it, or that there is none."""
        if self.is_measured:
            return told(self.estimate, self.form, self.digits)
        return message("measure.cannot_tell" if self.n else "measure.not_measured")

    @property
    def interval(self) -> LocalText:
        """The limits as people read them; one that has not been reached yet is open."""
        if math.isinf(self.ci_high) and not math.isnan(self.ci_low):
            return message("measure.from", low=told(self.ci_low, self.form, self.digits))
        return told_interval(self.ci_low, self.ci_high, self.form, self.digits)

    @property
    def remark(self) -> LocalText:
        """The note, or why nothing can be said."""
        return self.note or (self.cannot if not self.is_measured else None) or LocalText("")

    def noted(self, note: LocalText | None) -> Figure:
        """Return the figure with another note."""
        return replace(self, note=note)

    def row(self) -> dict[str, Any]:
        """Return the figure as a row of a table."""
        return {
            "section": self.section, "figure": self.name, "label": self.label, "base": self.base, "n": self.n,
            "shown": self.shown, "interval": self.interval, "estimate": self.estimate, "ci_low": self.ci_low,
            "ci_high": self.ci_high, "form": self.form, "method": self.method, "note": self.remark,
        }  # fmt: skip


def share(
    section: str, name: str, hits: float, n: int, label: LocalText, base: LocalText,
    confidence_level: float = 0.95, note: LocalText | None = None,
) -> Figure:  # fmt: skip
    """Return a share with Wilson's interval.

    Examples
    --------
    >>> share("closing", "rejected", 0, 0, LocalText("rejected"), LocalText("cases")).is_measured
    False
    """
    low, high = share_interval(hits, n, confidence_level)
    return Figure(
        section=section, name=name, label=label, base=base, n=n, estimate=hits / n if n else math.nan,
        ci_low=float(low), ci_high=float(high), method="Wilson" if n else "", note=note,
    )  # fmt: skip


def mean(
    section: str, name: str, values: npt.ArrayLike, label: LocalText, base: LocalText, *,
    confidence_level: float = 0.95, digits: int = 2, form: str = "decimal", note: LocalText | None = None,
) -> Figure:  # fmt: skip
    """Return a mean with Student's interval; missing values are left out.

    Examples
    --------
    >>> mean("voice", "clear", [5, 6, 7, float("nan")], LocalText("clear"), LocalText("answers")).estimate
    6.0
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    n = len(known)
    centre = float(known.mean()) if n else math.nan
    limits = Interval(math.nan, math.nan)
    if n > 1:
        low, high = mean_interval(centre, known.std(ddof=1) / math.sqrt(n), n, confidence_level)
        limits = Interval(float(low), float(high))
    return Figure(
        section=section, name=name, label=label, base=base, n=n, estimate=centre, ci_low=limits.low,
        ci_high=limits.high, form=form, digits=digits, method="t" if n > 1 else "", note=note,
    )  # fmt: skip


def counted(section: str, name: str, n: int, label: LocalText, base: LocalText) -> Figure:
    """Return a plain count, which has no interval.

    Examples
    --------
    >>> str(counted("work", "promises_overdue", 12, LocalText("past their time"), LocalText("promises")).shown)
    '12'
    """
    return Figure(section=section, name=name, label=label, base=base, n=n, estimate=float(n), form="count")


def missing(section: str, name: str, label: LocalText, base: LocalText, why: LocalText, n: int = 0) -> Figure:
    """Return a figure that says why there is none.

    Examples
    --------
    >>> figure = missing("money", "retention", LocalText("stayed"), LocalText("customers"), LocalText("not given"))
    >>> str(figure.shown), str(figure.remark)
    ('not measured', 'not given')
    """
    return Figure(section=section, name=name, label=label, base=base, n=n, estimate=math.nan, cannot=why)
