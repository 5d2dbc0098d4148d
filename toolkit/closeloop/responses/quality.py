"""How much the answers can be relied on: signs of careless answering, and what the score would be without them.

Flags are signs to look at. Nothing is dropped: whoever wants a row out says so, and the report shows both scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.encode import answer_numbers
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score import score
from closeloop.metrics.spec import MeanScore, Metric, TopBox
from closeloop.stats.careless import longest_run, mahalanobis, too_fast
from closeloop.text import LocalText, message
from closeloop.written import told

if TYPE_CHECKING:
    from closeloop.responses.responses import Responses

BoolArray = npt.NDArray[np.bool_]

FLAGS = ("straight_line", "odd_pattern", "too_fast")
_ENOUGH_ITEMS = 5
_ODD = 0.999
_DURATIONS = ("duration", "Duration (in seconds)", "所用时间", "答题时长", "interviewtime")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCount:
    """One sign: how many could be judged, how many bear it, and the score with and without them (public units).

    Attributes
    ----------
    flag : str
        One of `FLAGS`, or ``"any"``.
    judged, flagged : int
        Responses.
    score_without : float
        The score without the flagged ones; NaN where nobody is left.
    """

    flag: str
    judged: int
    flagged: int
    score_without: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Quality(TableResult):
    """Signs of careless answering; what `Responses.quality` returns.

    Attributes
    ----------
    metric : Metric or None
        The score that is looked at: the survey's first.
    score : float
        That of all.
    counts : tuple of FlagCount
        One per sign, and one for any of them.
    flags : pandas.DataFrame
        One row per scored response: ``response_id``, a column per sign (missing: could not be judged), ``any``.

    Examples
    --------
    >>> import closeloop as cl
    >>> answers = {"recommend": ["9"] * 4, "Duration (in seconds)": ["60", "70", "5", "80"]}
    >>> found = cl.read_responses(pd.DataFrame(answers), cl.load_survey("relationship-nps")).quality()
    >>> found.counts[-1].flagged
    1
    """

    kind = "quality"

    metric: Metric | None
    score: float
    counts: tuple[FlagCount, ...]
    flags: pd.DataFrame

    @property
    def title(self) -> LocalText:
        """What is looked at."""
        return message("quality.title")

    @property
    def sentence(self) -> LocalText:
        """How many bear a sign, and what that does to the score."""
        every = self.counts[-1]
        if not every.judged:
            return message("quality.nothing_to_judge", count=len(self.flags))
        share, n = told(every.flagged / len(self.flags), "percent"), told(len(self.flags), "count")
        if self.metric is None:
            return message("quality.sentence_plain", flagged=told(every.flagged, "count"), n=n, share=share)
        return message(
            "quality.sentence", flagged=told(every.flagged, "count"), n=n, share=share, metric=self.metric.label,
            all=told(self.score, self._form), without=told(every.score_without, self._form),
        )  # fmt: skip

    @property
    def _form(self) -> str:
        if isinstance(self.metric, TopBox):
            return "percent"
        return "decimal" if isinstance(self.metric, MeanScore) else "points"

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What the signs mean, and which could not be judged."""
        blind = [row for row in self.counts[:-1] if not row.judged]
        notes = [message("quality.note")]
        notes += [message(f"quality.blind_{row.flag}", least=_ENOUGH_ITEMS) for row in blind]
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Sign, judged, flagged, share, score without."""
        shown = (
            Shown("label", message("quality.sign")),
            Shown("judged", message("quality.judged"), "count"),
            Shown("flagged", message("quality.flagged"), "count"),
            Shown("share", message("quality.share"), "percent"),
        )
        if self.metric is None:
            return shown
        return (*shown, Shown("score_without", message("quality.score_without"), self._form))

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per sign that could be judged, and one for any of them."""
        return [
            {
                "flag": row.flag, "label": message(f"quality.sign_{row.flag}"), "judged": row.judged,
                "flagged": row.flagged, "share": row.flagged / row.judged if row.judged else np.nan,
                "score_all": self.score, "score_without": row.score_without,
            }
            for row in self.counts
            if row.judged or row.flag == "any"
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the metric and the score of all."""
        return {"metric": None if self.metric is None else self.metric.name, "score": self.score}

    def plot(self, ax: Any = None) -> Any:
        """Draw the share of responses that bear each sign."""
        from closeloop.views.quality_chart import plot_quality

        return plot_quality(self, ax=ax)


def assess(
    responses: Responses, items: Sequence[str] | None = None, duration: str | None = None, fast: float = 1 / 3
) -> Quality:
    """Look for signs of careless answering; see `Responses.quality`."""
    given = responses.__closeloop_scores__()
    frame = given.frame
    for name in [*(items or ()), *([duration] if duration else [])]:
        if name not in frame.columns:
            raise ColumnNotFoundError(name, list(map(str, frame.columns)), given.source)
    groups = [list(items)] if items is not None else _scales(responses)
    straight = np.zeros(len(frame), dtype=bool)
    odd, seen, complete = straight.copy(), straight.copy(), straight.copy()
    for group in groups:
        x = np.column_stack([answer_numbers(frame[name]) for name in group])
        answered = (~np.isnan(x)).sum(axis=1)
        enough = answered >= _ENOUGH_ITEMS
        seen |= enough
        straight |= enough & (longest_run(x) == answered)
        distance = mahalanobis(x)
        judged = np.isfinite(distance)
        complete |= judged
        odd |= judged & (np.where(judged, distance, 0.0) > _chi2(len(group)))
    seconds = _seconds(frame, duration)
    timed = np.isfinite(seconds)
    found: dict[str, tuple[BoolArray, BoolArray]] = {
        "straight_line": (seen, straight), "odd_pattern": (complete, odd), "too_fast": (timed, too_fast(seconds, fast)),
    }  # fmt: skip
    found["any"] = (
        np.logical_or.reduce([judged for judged, _ in found.values()]),
        np.logical_or.reduce([flagged for _, flagged in found.values()]),
    )
    metric = next(iter(given.specs.values()), None)
    flags = pd.DataFrame({"response_id": frame["response_id"].to_numpy()})
    for name, (judged, flagged) in found.items():
        flags[name] = pd.array(np.where(judged, flagged, False), dtype="boolean")
        flags.loc[~judged, name] = pd.NA

    def without(flagged: BoolArray) -> float:
        if metric is None:
            return float("nan")
        return float(score(frame.loc[~flagged], metric, min_n=0).result().score)

    counts = tuple(
        FlagCount(flag=name, judged=int(judged.sum()), flagged=int(flagged.sum()), score_without=without(flagged))
        for name, (judged, flagged) in found.items()
    )
    return Quality(metric=metric, score=without(np.zeros(len(frame), dtype=bool)), counts=counts, flags=flags)


def _scales(responses: Responses) -> list[list[str]]:
    """Return the columns that were asked as one scale: the rows of a matrix, and enough items with the same points."""
    if responses.survey is None:
        return []
    groups: list[list[str]] = []
    alike: dict[range, list[str]] = {}
    item: Any  # any of the item types; the matrix alone has rows
    for item in responses.survey.items:
        if item.type == "matrix" and item.scale is not None:
            groups.append([f"{item.name}__{row.value}" for row in item.rows])
        elif item.scale is not None:
            alike.setdefault(item.scale, []).append(item.name)
    return [group for group in (*groups, *alike.values()) if len(group) >= _ENOUGH_ITEMS]


def _seconds(frame: pd.DataFrame, duration: str | None) -> npt.NDArray[np.float64]:
    """Return how long each took, read from the platforms' columns ("65", "65秒"); NaN where it is not told."""
    seconds = np.full(len(frame), np.nan)
    for name in [duration] if duration else [name for name in _DURATIONS if name in frame.columns]:
        digits = frame[name].astype("string").str.extract(r"^\s*(\d+(?:\.\d+)?)", expand=False)
        told_here = pd.to_numeric(digits, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        seconds = np.where(np.isnan(seconds), told_here, seconds)  # files of two platforms have a column each
    return seconds


def _chi2(items: int) -> float:
    from scipy.special import chdtri

    return float(chdtri(items, 1 - _ODD))
