"""What people wrote: by theme, block by block, and page by page with what identifies somebody taken out."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.scorecard.margins import Ints, Mask
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message

A_PAGE = 20
"""So many comments stand on a page."""
LONGEST = 1200
"""A longer comment is cut on a page."""

ANY, NONE = "", "-"
"""In place of a code: every comment; those without a theme."""


@runtime_checkable
class CodedTexts(Protocol):
    """A coding, as far as a scorecard goes; that of `closeloop.themes` stands to the right of this package."""

    ids: Any
    texts: Any

    def under(self, parent: str | None = ..., *, unit: Any = ...) -> Any:
        """Return the codes at the top, and which response has which."""

    def label(self, code: str) -> LocalText:
        """Return what a code is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeBar:
    """One theme of a choice of filters.

    Attributes
    ----------
    code : str
        ``"-"`` for comments without a theme.
    label : LocalText
    count : int
        Comments.
    share, ci_low, ci_high : float
        Of the comments that are counted here, 0…1, with Wilson's interval.
    """

    code: str
    label: LocalText
    count: int
    share: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatims:
    """One page of comments, without keys, times and scores, and without what identifies a person by its form.

    Attributes
    ----------
    label : LocalText
        The theme.
    texts : tuple of str
    count : int
        Comments on all pages.
    page, pages : int
        From 1.
    """

    label: LocalText
    texts: tuple[str, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Words:
    """The comments of a scorecard; what they say comes out only through `page`.

    Attributes
    ----------
    codes, labels : tuple
        The themes.
    counts : ndarray, blocks × themes
        Comments; the last column is those without a theme.
    totals : ndarray
        Comments of each block.
    """

    codes: tuple[str, ...]
    labels: tuple[LocalText, ...]
    counts: Ints
    totals: Ints
    _texts: npt.NDArray[np.object_]
    _block: Ints
    _marks: Mask
    _screen: Callable[[str], str]

    @classmethod
    def of(
        cls, texts: Sequence[str], marks: Mask, codes: Sequence[str], labels: Sequence[LocalText], block: Ints,
        n_blocks: int, screen: Callable[[str], str],
    ) -> Words:  # fmt: skip
        """Return the comments that stand in a block; they are put into an order that tells nothing of their writers."""
        given = np.array([text.strip() for text in texts], dtype=object)
        kept = np.flatnonzero((block >= 0) & np.array([bool(text) for text in given], bool))
        said = given.tolist()
        order = sorted(kept.tolist(), key=lambda i: (zlib.crc32(said[i].encode("utf-8", "replace")), said[i]))
        at = np.array(order, np.int64)
        marks = np.column_stack([marks[at], ~marks[at].any(axis=1)])
        counts = np.zeros((n_blocks, marks.shape[1]), np.int64)
        np.add.at(counts, block[at], marks.astype(np.int64))
        return cls(
            codes=tuple(codes), labels=tuple(labels), counts=counts,
            totals=np.bincount(block[at], minlength=n_blocks).astype(np.int64), _texts=given[at], _block=block[at],
            _marks=marks, _screen=screen,
        )  # fmt: skip

    def bars(self, blocks: Mask, confidence_level: float) -> tuple[ThemeBar, ...]:
        """Return the themes of some blocks, the most frequent first; comments without a theme last."""
        total = int(self.totals[blocks].sum())
        if not total or not self.codes:
            return ()
        count = self.counts[blocks].sum(axis=0)
        low, high = share_interval(count, np.full(count.size, total), confidence_level)
        last = len(self.codes)
        order = sorted(range(last), key=lambda i: (-int(count[i]), i))
        names = [*zip(self.codes, self.labels, strict=True), (NONE, message("scorecard.no_theme"))]
        return tuple(
            ThemeBar(
                code=names[i][0], label=names[i][1], count=int(count[i]), share=float(count[i] / total),
                ci_low=float(low[i]), ci_high=float(high[i]),
            )
            for i in [*order, last]
            if count[i]
        )  # fmt: skip

    def page(self, blocks: Mask, code: str, page: int) -> Verbatims:
        """Return a page of what was written in some blocks about a theme.

        Raises
        ------
        ValueError
            If there is no such theme or page.
        """
        chosen = blocks[self._block] if len(blocks) else np.zeros(len(self._block), bool)
        if code == ANY:
            label = message("scorecard.any_theme")
        elif code == NONE:
            label, chosen = message("scorecard.no_theme"), chosen & self._marks[:, -1]
        elif code in self.codes:
            column = self.codes.index(code)
            label, chosen = self.labels[column], chosen & self._marks[:, column]
        else:
            raise ValueError(message("scorecard.unknown_theme", code=code, known=", ".join(self.codes) or "–"))
        at = np.flatnonzero(chosen)
        pages = max(-(-len(at) // A_PAGE), 1)
        if not isinstance(page, int) or isinstance(page, bool) or not 1 <= page <= pages:
            raise ValueError(message("scorecard.no_page", page=page, pages=pages))
        shown = at[A_PAGE * (page - 1) : A_PAGE * page]
        texts = tuple(_cut(self._screen(self._texts[i])) for i in shown.tolist())
        return Verbatims(label=label, texts=texts, count=len(at), page=page, pages=pages)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"


def coded_rows(coding: Any, ids: pd.Series) -> tuple[list[str], list[LocalText], Mask, npt.NDArray[np.object_] | None]:
    """Return the themes of a coding, and for each row of the data which of them it has and what was written.

    Raises
    ------
    TypeError
        If it is no coding.
    ValueError
        If none of its ids is among the data.
    """
    if not isinstance(coding, CodedTexts):
        raise TypeError(message("scorecard.not_a_coding", found=type(coding).__name__))
    codes, matrix = coding.under(None, unit="response")
    known = pd.Index(pd.Series(coding.ids).astype(object))
    at = known.get_indexer_for(pd.Index(ids.astype(object))) if known.is_unique else np.full(len(ids), -1)
    if len(ids) and len(known) and (at < 0).all():
        raise ValueError(message("scorecard.no_match", column=ids.name, coded=repr(known[0]), data=repr(ids.iloc[0])))
    marks = np.zeros((len(ids), len(codes)), bool)
    marks[at >= 0] = np.asarray(matrix)[at[at >= 0]] > 0
    texts = None
    if coding.texts is not None:
        texts = np.full(len(ids), "", object)
        texts[at >= 0] = coding.texts[at[at >= 0]]
    return list(codes), [coding.label(code) for code in codes], marks, texts
