"""The result of `closeloop.themes.mece.mece.mece`: a verdict with its reasons, and the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.agreement import Agreement
from closeloop.stats.unseen import Unseen, saturation
from closeloop.text import LocalText, message
from closeloop.themes.mece.agreement_report import Confusion
from closeloop.themes.mece.mece_categories import Balance, MeceCategories
from closeloop.themes.mece.mece_checks import Check, Verdict, verdict_of
from closeloop.themes.mece.mece_pairs import MecePairs
from closeloop.themes.mece.mece_rows import report_rows
from closeloop.themes.mece.mece_shares import Division, FloatArray, Share
from closeloop.themes.mece.mece_text import notes_of, reasons_of, sentence_of, title_of
from closeloop.themes.mece.mece_thresholds import MeceThresholds
from closeloop.written import told_level


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderEvidence:
    """How far several coders agree on the categories of a node.

    Attributes
    ----------
    coders : tuple of str
        Who.
    alpha, nominal : Agreement
        Krippendorff's α of sets of categories (MASI), and with each set as one category.
    confusions : tuple of Confusion
        What they mix up, most often first.
    """

    coders: tuple[str, ...]
    alpha: Agreement
    nominal: Agreement
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """What no category covers; the three parts add up to `total`.

    Attributes
    ----------
    total : Share
        One minus the coverage.
    other, parent_only, uncoded : Share
        In “Other” only; coded with the parent and no child; without a code.
    """

    total: Share
    other: Share
    parent_only: Share
    uncoded: Share


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MeceReport(TableResult):
    """Whether categories side by side are exhaustive and exclusive, measured on coded mentions.

    Attributes
    ----------
    node : str or None
        The code whose children were judged; None: those at the top.
    label : LocalText or str or None
        As it is shown.
    unit : {"mention", "response"}
        What was coded.
    codebook, version : str and int, or None
        What it was coded by.
    coders : tuple of str
        Who coded.
    n, n_responses : int
        Mentions that belong to the node, and the responses they come from.
    split, weighted : Division
        Shares of the mentions, and by weight; `weighted` is None without weights.
    pairs : MecePairs
        Categories that share mentions, with hints.
    categories : MeceCategories
        Each category with its share.
    unseen : Unseen
        What more mentions may bring: Good–Turing and Chao1 on the codes below the node, as they were given.
    code_counts : tuple of int
        In how many mentions each of those codes was found.
    evidence : CoderEvidence or None
        Agreement of the coders; None if no two judged the same mentions.
    checks : tuple of Check
        The questions with their answers.
    thresholds : MeceThresholds
        What was allowed.
    confidence_level : float
        Of the intervals.
    declared : tuple
        Codes that the codebook itself puts under two of the categories: code, and the two; their overlap is meant.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(200)), "code": ["late"] * 90 + ["rude"] * 100 + [None] * 10}
    >>> report = Coding.from_table(table, unit="mention").mece()
    >>> report.verdict, report.check("residual").outcome, report.residual.uncoded.estimate
    ('pass', 'pass', 0.05)
    """

    kind = "mece"

    node: str | None
    label: LocalText | str | None
    unit: str
    codebook: str | None
    version: int | None
    coders: tuple[str, ...]
    n: int
    n_responses: int
    split: Division
    weighted: Division | None
    pairs: MecePairs
    categories: MeceCategories
    unseen: Unseen
    code_counts: tuple[int, ...]
    evidence: CoderEvidence | None
    checks: tuple[Check, ...]
    thresholds: MeceThresholds
    confidence_level: float
    declared: tuple[tuple[LocalText | str, LocalText | str, LocalText | str], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """``"pass"``, ``"fail"`` or ``"cannot tell"``."""
        return verdict_of(self.checks, self.unit, self.n)

    @property
    def reasons(self) -> tuple[LocalText, ...]:
        """Why, the decisive reason first."""
        return reasons_of(self)

    @property
    def coverage(self) -> Share:
        """Mentions in at least one category that is not “Other”."""
        return self.split.covered

    @property
    def residual(self) -> Residual:
        """What no category covers, in its parts."""
        return _residual(self.split)

    @property
    def overlap(self) -> Share:
        """Mentions in two or more categories."""
        return self.split.overlap

    @property
    def balance(self) -> Balance:
        """How the mentions spread over the categories."""
        return self.categories.balance

    @property
    def alpha(self) -> Agreement | None:
        """Agreement of the coders on the categories (α, sets with MASI); None if no two judged the same mentions."""
        return self.evidence.alpha if self.evidence else None

    def saturation(self, sizes: npt.ArrayLike) -> FloatArray:
        """Return how many codes are expected among so many of the mentions, see `closeloop.stats.unseen.saturation`."""
        return saturation(self.code_counts, self.n, sizes)

    def check(self, name: str) -> Check:
        """Return the answer to one question (``"residual"``, ``"overlap"``, ``"pairs"``, ``"new"``, ``"alpha"`` …).

        Raises
        ------
        KeyError
            If it was not asked.
        """
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    @property
    def title(self) -> LocalText:
        """What was judged."""
        return title_of(self)

    @property
    def sentence(self) -> LocalText:
        """The verdict with its decisive reason."""
        return sentence_of(self)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What it rests on, and what else was seen."""
        return notes_of(self)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        return (
            Shown("measure", message("mece.measure")),
            Shown("value", message("mece.value")),
            Shown("interval", message("analysis.interval", level=told_level(self.confidence_level))),
            Shown("allowed", message("mece.allowed")),
            Shown("judgement", message("mece.judgement")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per measure: its name, figures, limit and outcome, and each as it is shown."""
        return report_rows(self)

    def facts(self) -> Mapping[str, Any]:
        """Return the verdict, what it rests on, and the figures of the parts."""
        return {
            "verdict": self.verdict, "reasons": self.reasons, "node": self.node, "unit": self.unit,
            "codebook": self.codebook, "codebook_version": self.version, "coders": self.coders, "n": self.n,
            "n_responses": self.n_responses, "confidence_level": self.confidence_level,
            "thresholds": {name: getattr(self.thresholds, name) for name in type(self.thresholds).__slots__},
            "pairs": self.pairs.rows(), "categories": self.categories.rows(),
            "effective_categories": self.balance.effective, "empty": self.balance.empty,
            "codes_found": self.unseen.found, "codes_once": self.unseen.once, "codes_twice": self.unseen.twice,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw coverage and categories, the pairs that overlap, and the saturation curve."""
        from closeloop.views.mece_chart import plot_mece

        return plot_mece(self, ax)

    def _repr_html_(self) -> str:
        from closeloop.text import language
        from closeloop.views.mece_block import mece_block
        from closeloop.views.style import framed

        return framed(mece_block(self, language()), language())

    def __str__(self) -> str:
        from closeloop.views.mece_block import mece_text

        return mece_text(self)


def _residual(split: Division) -> Residual:
    return Residual(total=split.residual, other=split.other, parent_only=split.parent_only, uncoded=split.uncoded)
