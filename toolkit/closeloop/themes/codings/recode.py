"""`recode`: the same mentions by the next version of a codebook, and what that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from closeloop.frames import convert
from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.intervals import normal_quantile
from closeloop.text import LocalText, message
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.shares import clustered_shares
from closeloop.written import told, told_interval, told_level

if TYPE_CHECKING:
    from closeloop.themes.codebooks.codebook import Codebook
    from closeloop.themes.codings.coding import Coding

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecodedCode:
    """One code, or all together, before and after.

    Attributes
    ----------
    code : str
        Empty for what is no single code.
    label : LocalText
    role : str
        ``"covered"`` (some code other than “Other”), ``"code"``, ``"other"`` or ``"uncoded"``.
    before, after, gained, lost : int
        Mentions.

    Examples
    --------
    >>> RecodedCode(code="", label=LocalText("all"), role="covered", before=5, after=8, gained=3, lost=0).after
    8
    """

    code: str
    label: LocalText
    role: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Recode(TableResult):
    """Two codings of the same mentions.

    Attributes
    ----------
    before, after : Coding
    codes : tuple of RecodedCode
        All together first; codes that only one version has count 0 in the other.
    n, n_changed : int
        Mentions of substance, and those whose codes changed.
    coverage_before, coverage_after : tuple of float
        Share of mentions with a code other than “Other”, with its interval.
    confidence_level : float

    Examples
    --------
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> coding = code_mentions(["I am angry.", "no parking"], load_codebook("emotions"))
    >>> recode(coding, coding.codebook).n_changed
    0
    """

    kind: ClassVar[str] = "recode"

    before: Coding
    after: Coding
    codes: tuple[RecodedCode, ...]
    n: int
    n_changed: int
    coverage_before: tuple[float, float, float]
    coverage_after: tuple[float, float, float]
    confidence_level: float

    @property
    def title(self) -> LocalText:
        """Which versions are compared."""
        return message("recode.title", before=_named(self.before), after=_named(self.after))

    @property
    def sentence(self) -> LocalText:
        """How much more is covered, and how many mentions changed."""
        if not self.n:
            return message("recode.nothing")
        was, was_low, was_high = self.coverage_before
        now, now_low, now_high = self.coverage_after
        return message(
            "recode.found", was=told(was, "percent"), was_interval=told_interval(was_low, was_high, "percent"),
            now=told(now, "percent"), now_interval=told_interval(now_low, now_high, "percent"),
            n=told(self.n, "count"), changed=told(self.n_changed, "count"), level=told_level(self.confidence_level),
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """That nothing is lost; what coverage is."""
        return (message("recode.note_same", n=told(self.n, "count")), message("recode.note_coverage"))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Code, before, after, gained, lost."""
        names = ("before", "after", "gained", "lost")
        return (
            Shown("label", message("recode.code")),
            *(Shown(name, message(f"recode.{name}"), "count") for name in names),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per code, what is covered first, what has no code last."""
        return [
            {"code": one.code, "label": one.label, "role": one.role, "before": one.before, "after": one.after,
             "gained": one.gained, "lost": one.lost}
            for one in self.codes
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        return {
            "before": _named(self.before), "after": _named(self.after), "n": self.n, "n_changed": self.n_changed,
            "coverage_before": self.coverage_before[0], "coverage_after": self.coverage_after[0],
            "confidence_level": self.confidence_level,
        }  # fmt: skip

    def log(self, backend: str = "pandas") -> Any:
        """Return the mentions whose codes changed: id, mention, start, end, text, before, after (codes, by commas).

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}
            Which kind of frame.
        """
        import pandas as pd

        old, new = _sets(self.before), _sets(self.after)
        rows = [
            (
                self.after.ids[self.after.response[i]], i, int(self.after.start[i]), int(self.after.end[i]),
                self.after.mention_text(i), ", ".join(old.get(i, ())), ", ".join(new.get(i, ())),
            )
            for i in range(self.after.n_mentions)
            if old.get(i) != new.get(i)
        ]  # fmt: skip
        names = ["id", "mention", "start", "end", "text", "before", "after"]
        return convert(pd.DataFrame(rows, columns=names), backend)

    def plot(self, ax: Any = None) -> Any:
        """Draw the codes that changed, before and after."""
        from closeloop.views.recode_chart import plot_recode

        return plot_recode(self, ax)


def recode(coding: Coding, codebook: Codebook, *, confidence_level: float = 0.95) -> Recode:
    """Code the comments of a coding once more, by another version of its codebook, and say what changed.

    Parameters
    ----------
    coding : Coding
        Made by `code_mentions`.
    codebook : Codebook
        What `accept` returned.
    confidence_level : float
        Of the intervals of coverage.

    Returns
    -------
    Recode
        ``.after`` is the new coding, ``.log()`` the mentions that changed. Every mention is in both.

    Raises
    ------
    ValueError
        If people coded: their codes are theirs to change, and new rules say nothing about them.

    Examples
    --------
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> coding = code_mentions(["I am angry.", "no parking"], load_codebook("emotions"))
    >>> recode(coding, coding.codebook).n_changed
    0
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    if coding.codebook is None or coding.texts is None or coding.unit != "mention" or (coding.rule < 0).any():
        raise ValueError(message("recode.by_people"))
    after = code_mentions(coding.texts, codebook, ids=coding.ids)
    same = after.n_mentions == coding.n_mentions and all(
        np.array_equal(getattr(after, name), getattr(coding, name))
        for name in ("response", "start", "end", "substantive")
    )
    if not same:
        raise ValueError(message("recode.other_mentions"))
    about = np.asarray(coding.substantive, bool)
    codes = _compared(coding, after, about)
    old, new = _sets(coding), _sets(after)
    changed = sum(old.get(i) != new.get(i) for i in old.keys() | new.keys())
    return Recode(
        before=coding, after=after, codes=codes, n=int(about.sum()), n_changed=changed,
        coverage_before=_coverage(coding, about, confidence_level),
        coverage_after=_coverage(after, about, confidence_level), confidence_level=confidence_level,
    )  # fmt: skip


def _named(coding: Coding) -> str:
    return "–" if coding.codebook is None else f"{coding.codebook.id}@{coding.codebook.version}"


def _sets(coding: Coding) -> dict[int, tuple[str, ...]]:
    """Return the codes of each mention that has some, sorted."""
    found: dict[int, set[str]] = {}
    for mention, code in zip(coding.mention.tolist(), coding.code.tolist(), strict=True):
        found.setdefault(mention, set()).add(coding.codes[code])
    return {mention: tuple(sorted(codes)) for mention, codes in found.items()}


def _flags(coding: Coding, codes: set[str]) -> Flags:
    """Return which mentions have one of some codes."""
    wanted = np.array([code in codes for code in coding.codes], bool)
    found = np.zeros(coding.n_mentions, bool)
    found[coding.mention[wanted[coding.code]]] = True
    return found


def _others(coding: Coding) -> set[str]:
    return set() if coding.codebook is None else {code.id for code in coding.codebook.codes if code.other}


def _compared(before: Coding, after: Coding, about: Flags) -> tuple[RecodedCode, ...]:
    others = _others(before) | _others(after)
    names = list(dict.fromkeys([*after.codes, *before.codes]))

    def one(code: str, label: LocalText, role: str, old: Flags, new: Flags) -> RecodedCode:
        old, new = old & about, new & about
        return RecodedCode(
            code=code, label=label, role=role, before=int(old.sum()), after=int(new.sum()),
            gained=int((new & ~old).sum()), lost=int((old & ~new).sum()),
        )  # fmt: skip

    covered = [_flags(coding, set(coding.codes) - others) for coding in (before, after)]
    uncoded = [~_flags(coding, set(coding.codes)) for coding in (before, after)]
    rows = [one("", message("recode.covered"), "covered", *covered)]
    for code in names:
        home = after if code in after.codes else before
        role = "other" if code in others else "code"
        rows.append(one(code, home.label(code), role, _flags(before, {code}), _flags(after, {code})))
    rows.append(one("", message("pareto.uncoded"), "uncoded", *uncoded))
    return tuple(rows)


def _coverage(coding: Coding, about: Flags, level: float) -> tuple[float, float, float]:
    at = np.flatnonzero(about)
    covered = _flags(coding, set(coding.codes) - _others(coding))[at]
    hit = np.flatnonzero(covered)
    found = clustered_shares(
        hit, np.zeros(len(hit), np.int64), 1, np.ones(len(at)), coding.response[at].astype(np.int64), level
    )
    return float(found.share[0]), float(found.low[0]), float(found.high[0])
