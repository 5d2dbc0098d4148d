"""The result of `closeloop.themes.mece.agreement.agreement`: a row per code, a sentence, a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.agreement import Agreement
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_level

TENTATIVE, RELIABLE = 0.667, 0.8
"""Krippendorff's customary levels: below the first no conclusion, from the second on a reliable one."""

_DIGITS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What one coder coded `first` and another `second` instead; `second` None: instead of nothing.

    Attributes
    ----------
    first, second : LocalText or str or None
        The codes, as they are shown.
    count : int
        How often.

    Examples
    --------
    >>> str(Confusion(first="late", second="slow", count=12).sentence).replace(chr(160), " ")
    '“late” and “slow” (12×)'
    """

    first: LocalText | str
    second: LocalText | str | None
    count: int

    @property
    def sentence(self) -> LocalText:
        """The pair with how often, to be put into a sentence."""
        count = told(self.count, "count")
        if self.second is None:
            return message("agreement.alone", first=self.first, count=count)
        return message("agreement.mixed", first=self.first, second=self.second, count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAgreement:
    """How far coders agree on one code.

    Attributes
    ----------
    code : str
        The code.
    label : LocalText or str
        As it is shown.
    n_any, n_all : int
        Mentions that any coder gave the code, and that all who judged them did.
    alpha : Agreement
        Krippendorff's α of given or not given.
    kappa : Agreement or None
        Cohen's κ, of two coders.
    """

    code: str
    label: LocalText | str
    n_any: int
    n_all: int
    alpha: Agreement
    kappa: Agreement | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AgreementReport(TableResult):
    """How far coders agree beyond chance.

    ``report["late"]`` is the agreement on one code.

    Attributes
    ----------
    unit : {"mention", "response"}
        What was compared.
    coders : tuple of str
        Who.
    n, n_once : int
        Mentions (or responses) that at least two judged, and those left out because fewer did.
    alpha, nominal : Agreement
        Krippendorff's α with the codes of a mention as a set (MASI), and with the whole set as one category.
    codes : tuple of CodeAgreement
        Code by code.
    confusions : tuple of Confusion
        What is mixed up, most often first.
    by_response : bool
        Whether the two codings split the texts differently, so that responses were compared.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(40)) * 2, "code": ["late", "rude"] * 40, "coder": ["Ann"] * 40 + ["Bo"] * 40}
    >>> report = Coding.from_table(table, unit="mention", coder="coder").agreement()
    >>> report.alpha.kappa, report.worth, report["late"].n_all
    (1.0, 'reliable', 20)
    """

    kind = "agreement"

    unit: str
    coders: tuple[str, ...]
    n: int
    n_once: int
    alpha: Agreement
    nominal: Agreement
    codes: tuple[CodeAgreement, ...]
    confusions: tuple[Confusion, ...]
    by_response: bool
    confidence_level: float

    def __getitem__(self, code: str) -> CodeAgreement:
        """Return the agreement on one code.

        Raises
        ------
        ColumnNotFoundError
            If there is no such code.
        """
        for row in self.codes:
            if row.code == code:
                return row
        raise ColumnNotFoundError(code, [row.code for row in self.codes], message("agreement.the_codes"))

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("agreement.title")

    @property
    def _what(self) -> LocalText:
        return message(f"agreement.unit_{self.unit}")

    @property
    def sentence(self) -> LocalText:
        """How far they agree, what that is good for, and what they mix up most."""
        who = told(len(self.coders), "count")
        if not self.n:
            return message("agreement.nothing", what=self._what, coders=who)
        if math.isnan(self.alpha.kappa):
            return message("agreement.undefined", what=self._what, n=told(self.n, "count"), coders=who)
        told_alpha = {
            "alpha": told(self.alpha.kappa, "decimal", _DIGITS), "level": told_level(self.confidence_level),
            "interval": told_interval(self.alpha.ci_low, self.alpha.ci_high, "decimal", _DIGITS),
        }  # fmt: skip
        found = message(
            "agreement.found", coders=who, what=self._what, n=told(self.n, "count"),
            same=told(self.nominal.observed, "percent", 0), **told_alpha,
        )  # fmt: skip
        worth = message(f"agreement.{self.worth}", low=told(TENTATIVE, "decimal", 3), high=told(RELIABLE, "decimal", 1))
        said = [found, worth]
        if self.confusions:
            said.append(message("agreement.most", pair=self.confusions[0].sentence))
        return told_joined(said, " ", "")

    @property
    def worth(self) -> str:
        """``"reliable"``, ``"tentative"`` or ``"unreliable"``, by the lower limit of α."""
        low = self.alpha.ci_low
        return "reliable" if low >= RELIABLE else "tentative" if low >= TENTATIVE else "unreliable"

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what to be careful about."""
        found = [message("agreement.note_method", who=", ".join(self.coders))]
        if self.n:
            nominal = told(self.nominal.kappa, "decimal", _DIGITS)
            limits = told_interval(self.nominal.ci_low, self.nominal.ci_high, "decimal", _DIGITS)
            found.append(message("agreement.note_nominal", alpha=nominal, interval=limits))
        if self.n and self.nominal.observed == 1:
            found.append(message("agreement.note_always"))
        if self.by_response:
            found.append(message("agreement.note_by_response"))
        if self.n_once:
            found.append(message("agreement.note_once", what=self._what, count=told(self.n_once, "count")))
        if len(self.confusions) > 1:
            pairs = told_joined([pair.sentence for pair in self.confusions[:5]], "; ", "；")
            found.append(message("agreement.note_pairs", pairs=pairs))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        level = told_level(self.confidence_level)
        kappa = (Shown("kappa", message("agreement.kappa"), "decimal"),) if len(self.coders) == 2 else ()
        return (
            Shown("label", message("agreement.code")),
            Shown("n_any", message("agreement.n_any"), "count"),
            Shown("n_all", message("agreement.n_all"), "count"),
            Shown("alpha", message("agreement.alpha"), "decimal"),
            Shown("ci_low", message("analysis.interval", level=level), "decimal", high="ci_high"),
            *kappa,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per code."""
        return [
            {
                "code": row.code, "label": row.label, "n": self.n, "n_any": row.n_any, "n_all": row.n_all,
                "observed": row.alpha.observed, "alpha": row.alpha.kappa, "ci_low": row.alpha.ci_low,
                "ci_high": row.alpha.ci_high, "kappa": row.kappa.kappa if row.kappa else math.nan,
                "kappa_low": row.kappa.ci_low if row.kappa else math.nan,
                "kappa_high": row.kappa.ci_high if row.kappa else math.nan,
            }
            for row in self.codes
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        return {
            "unit": self.unit, "coders": self.coders, "n": self.n, "n_once": self.n_once,
            "alpha": self.alpha.kappa, "alpha_low": self.alpha.ci_low, "alpha_high": self.alpha.ci_high,
            "nominal": self.nominal.kappa, "nominal_low": self.nominal.ci_low, "nominal_high": self.nominal.ci_high,
            "observed": self.nominal.observed, "confidence_level": self.confidence_level,
            "confusions": [{"first": c.first, "second": c.second, "count": c.count} for c in self.confusions],
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw α of each code with its interval against the two customary levels."""
        from closeloop.views.agreement_chart import plot_agreement

        return plot_agreement(self, ax)
