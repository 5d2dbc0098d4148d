"""`Difference`: how far a result lies above another one; what every comparison of two results returns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.compare_text import difference_interval, difference_size, method_name
from closeloop.metrics.estimate import Result
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.units import FORM, SCALE
from closeloop.stats.contrast import Contrast, wald_contrast
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told_level, told_p


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """The difference by one method, in public units (NPS in points, shares 0…1).

    Attributes
    ----------
    method : str
        How the interval was made: ``"adjusted-wald"``, ``"mover"``, ``"newcombe"``, ``"welch"``, ``"taylor"`` …;
        ``"…+n*"`` where a weighted sample entered with its effective size.
    test : str
        Where p comes from: ``"z"``, ``"t"``, ``"score"``, ``"permutation"`` (exact) or ``"permutation z"``.
    ci : Interval or None
        None where there are no limits.
    p_value : float
        Two-sided; NaN where there is none.
    df : float or None
        Degrees of freedom; None where the normal distribution serves.
    """

    method: str
    test: str
    ci: Interval[float] | None
    p_value: float
    df: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Difference(TableResult):
    """How far a result lies above another one: *a minus b*, with its interval; made by `compare` or `from_design`.

    Attributes
    ----------
    names : tuple of LocalText or str
        What a and b are called.
    a, b : NpsResult, ShareResult or MeanResult
        The two results, of one kind.
    std_error : float
        Standard error of the difference, in public units.
    by_method : tuple of DifferenceRow
        The difference by each method asked for; the first one speaks in the sentence.
    confidence_level : float
    cautions : tuple of LocalText
        What a reader should know.

    Examples
    --------
    >>> from closeloop.metrics.compare import compare
    >>> from closeloop.metrics.nps import NpsResult
    >>> d = compare(NpsResult(75, 45, 30), NpsResult(40, 40, 20), names=("East", "West"))
    >>> round(d.estimate, 4), round(d.ci.low, 4), round(d.ci.high, 4), round(d.p_value, 4)
    (10.0, -9.0235, 29.012, 0.303)
    """

    kind: ClassVar[str] = "difference"

    names: tuple[LocalText | str, LocalText | str]
    a: Result
    b: Result
    std_error: float
    by_method: tuple[DifferenceRow, ...]
    confidence_level: float = 0.95
    cautions: tuple[LocalText, ...] = ()

    @classmethod
    def from_design(
        cls,
        a: Result,
        b: Result,
        *,
        names: tuple[LocalText | str, LocalText | str],
        variance: float,
        df: float | None = None,
        method: str = "taylor",
        p_value: float | None = None,
        confidence_level: float = 0.95,
        notes: Sequence[LocalText] = (),
    ) -> Difference:
        """Return the difference of two results whose variance is known, covariance included.

        Parameters
        ----------
        a, b : NpsResult, ShareResult or MeanResult
            Two results of one kind. The estimate is ``a.score − b.score``.
        names : tuple of LocalText or str
            What they are called.
        variance : float
            Variance of the difference on the scale inside (an NPS on −1…1), like ``Precision.variance``.
        df : float, optional
            Degrees of freedom of Student's t; None for the normal distribution.
        method : str
            What the method column says.
        p_value : float, optional
            If not that of the t or z test of these numbers.
        confidence_level : float
            Between 0 and 1.
        notes : sequence of LocalText
            What a reader should know.

        Returns
        -------
        Difference

        Examples
        --------
        >>> from closeloop.metrics.nps import NpsResult
        >>> a, b = NpsResult(75, 45, 30), NpsResult(40, 40, 20)
        >>> d = Difference.from_design(a, b, names=("East", "West"), variance=0.0096666, df=196)
        >>> round(d.estimate, 4), round(d.p_value, 4)
        (10.0, 0.3104)
        """
        scale = SCALE[a.kind]
        freedom = math.inf if df is None else df
        found = wald_contrast((a.score - b.score) / scale, variance, freedom, confidence_level)
        row = difference_row(found, method, "z" if df is None else "t", scale)
        if p_value is not None:
            row = DifferenceRow(method=method, test=row.test, ci=row.ci, p_value=p_value, df=df)
        return cls(
            names=names, a=a, b=b, std_error=scale * found.std_error, by_method=(row,),
            confidence_level=confidence_level, cautions=tuple(notes),
        )  # fmt: skip

    @property
    def estimate(self) -> float:
        """How far a lies above b, in public units; NaN where either has no answer."""
        return self.a.score - self.b.score

    @property
    def ci(self) -> Interval[float] | None:
        """The interval of the difference by the first method; None where there is none."""
        return self.by_method[0].ci

    @property
    def p_value(self) -> float:
        """The two-sided p of "no difference" by the first method; NaN where there is none."""
        return self.by_method[0].p_value

    @property
    def unit(self) -> str:
        """The kind of the two results: ``"nps"``, ``"top_box"`` or ``"mean"``."""
        return self.a.kind

    @property
    def title(self) -> LocalText:
        """Who is compared with whom."""
        return message("compare.title", a=self.names[0], b=self.names[1])

    @property
    def sentence(self) -> LocalText:
        """Which of the two is higher, by how much, and whether that can be told at all."""
        a, b = self.names
        empty = [name for name, result in zip(self.names, (self.a, self.b), strict=True) if not result.n]
        if empty:
            return message("compare.nobody", name=empty[0])
        size = difference_size(self.estimate, self.unit)
        if self.ci is None:
            return message("compare.no_interval", a=a, b=b, size=size)
        interval = difference_interval(self.ci, self.unit)
        how = {"level": told_level(self.confidence_level), "interval": interval, "p": told_p(self.p_value)}
        if self.ci.low <= 0 <= self.ci.high:
            signed = difference_size(self.estimate, self.unit, signed=True)
            return message("compare.no_difference", a=a, b=b, size=signed, **how)
        return message("compare.above" if self.estimate > 0 else "compare.below", a=a, b=b, size=size, **how)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How the difference is signed and tested, and the cautions."""
        return (message("compare.note_sign", a=self.names[0], b=self.names[1]), *self.cautions)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Group, n, score, interval, p, method, test."""
        form = FORM[self.unit]
        return (
            Shown("name", message("analysis.group")),
            Shown("n", message("analysis.n"), "count"),
            Shown("estimate", message("analysis.score"), form),
            Shown("std_error", message("analysis.std_error"), "percent" if form == "percent" else "decimal"),
            Shown("ci_low", message("analysis.interval", level=told_level(self.confidence_level)), form, "ci_high"),
            Shown("p_value", message("analysis.p_value"), "p"),
            Shown("method_name", message("analysis.method")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return both groups, and the difference by each method, in public units."""
        rows = [self._group(name, result) for name, result in zip(self.names, (self.a, self.b), strict=True)]
        for found in self.by_method:
            low, high = found.ci or (math.nan, math.nan)
            rows.append({
                "row": "difference", "name": self._difference_name, "n": None, "estimate": self.estimate,
                "std_error": self.std_error, "ci_low": low, "ci_high": high, "p_value": found.p_value,
                "method": found.method, "test": found.test, "df": found.df,
                "method_name": message("compare.method_and_test", method=method_name(found.method),
                                       test=message(f"compare.test_{found.test.replace(' ', '_')}")),
            })  # fmt: skip
        return rows

    @property
    def _difference_name(self) -> LocalText:
        if self.unit != "top_box":
            return message("compare.difference")
        return message("compare.axis_difference", unit=message("compare.unit_top_box"))  # not per cent of a score

    def _group(self, name: LocalText | str, result: Result) -> dict[str, Any]:
        low, high = result.confidence_interval(self.confidence_level) if result.n else (math.nan, math.nan)
        method = {"nps": "adjusted-wald", "top_box": "wilson", "mean": "t"}[self.unit]
        method = method if result.design is None else f"{method}+n*"
        return {
            "row": "group", "name": name, "n": result.n, "estimate": result.score, "std_error": result.std_error,
            "ci_low": low, "ci_high": high, "p_value": None, "method": method, "test": None, "df": None,
            "method_name": method_name(method),
        }  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the difference by the first method."""
        first = self.by_method[0]
        return {
            "unit": self.unit, "names": list(self.names), "estimate": self.estimate, "std_error": self.std_error,
            "ci_low": math.nan if first.ci is None else first.ci.low,
            "ci_high": math.nan if first.ci is None else first.ci.high, "p_value": first.p_value,
            "method": first.method, "test": first.test, "df": first.df, "confidence_level": self.confidence_level,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw both results with their intervals, and the difference below."""
        from closeloop.views.compare_chart import plot_difference

        return plot_difference(self, ax)


def difference_row(found: Contrast, method: str, test: str, scale: float) -> DifferenceRow:
    """Return a contrast in public units, which are `scale` times those inside.

    Examples
    --------
    >>> difference_row(Contrast(0.1, 0.05, Interval(0.0, 0.2), 0.0455), "wald", "z", 100).ci
    Interval(low=0.0, high=20.0)
    """
    low, high = found.interval
    ci = None if math.isnan(low) or math.isnan(high) else Interval(scale * low, scale * high)
    df = found.df if math.isfinite(found.df) else None
    return DifferenceRow(method=method, test=test, ci=ci, p_value=found.p_value, df=df)
