"""What comparing options gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.worksheet.computed.reading import named, short
from closeloop.rootcause.worksheet.registry import CRITERIA
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_level


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One option.

    Attributes
    ----------
    name : str
    scores : tuple of float
        In the order of the criteria; NaN where there is none.
    total, low, high : float
        The weighted mean of the scores, 1…5; NaN with limits where scores are missing.
    rank_best, rank_worst : int
        The ranks that are possible; the same where the scores decide.
    win_share, win_low, win_high : float
        The share of all possible weights under which no other is better, with its interval if it was drawn.
    dominated_by : tuple of str
        Options that are nowhere worse and somewhere better.
    """

    name: str
    scores: tuple[float, ...]
    total: float
    low: float
    high: float
    rank_best: int
    rank_worst: int
    win_share: float
    win_low: float
    win_high: float
    dominated_by: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether no score is missing."""
        return not any(math.isnan(score) for score in self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """At which weight of one criterion another option wins, the other weights keeping their proportion.

    Attributes
    ----------
    criterion : str
    weight : float
        As it is, a share of all weights.
    below, above : float
        Under and over this weight others win; NaN where no weight changes it.
    below_winners, above_winners : tuple of str
        Which.
    """

    criterion: str
    weight: float
    below: float
    below_winners: tuple[str, ...]
    above: float
    above_winners: tuple[str, ...]


def criterion_title(name: str) -> LocalText:
    """Return what a criterion is called; its own name if it is not one of the five."""
    return message(f"matrices.criterion_{name}") if name in CRITERIA else LocalText(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionMatrix(TableResult):
    """Options compared, see `closeloop.rootcause.worksheet.computed.option_matrix.option_matrix`.

    Attributes
    ----------
    options : tuple of Scored
        The best first.
    criteria : tuple of str
    weights : tuple of float
        As shares of their sum.
    turns : tuple of Turn
        Per criterion; empty where scores are missing or there is one option.
    exact : bool or None
        Whether the shares of the weights are exact; None where there are none.
    seed : int
    confidence_level : float
    """

    kind: ClassVar[str] = "option_matrix"

    options: tuple[Scored, ...]
    criteria: tuple[str, ...]
    weights: tuple[float, ...]
    turns: tuple[Turn, ...]
    exact: bool | None
    seed: int
    confidence_level: float

    @property
    def winners(self) -> tuple[str, ...]:
        """The option that is first whatever the missing scores are; several where they are level; else none."""
        return tuple(one.name for one in self.options if one.rank_worst == 1)

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("matrices.options_title", n=len(self.options))

    @property
    def sentence(self) -> LocalText:
        """Which option is first, by how much, and under how many of all weights."""
        first = self.options[0]
        if len(self.options) == 1:
            return message("matrices.one_option", name=short(first.name), total=_written_total(first))
        winners = self.winners
        if not winners:
            open_ones = [one.name for one in self.options if one.rank_best == 1]
            return message("matrices.undecided", names=named(open_ones))
        if len(winners) > 1:
            return message("matrices.level", names=named(winners), total=told(first.total, "decimal", 2))
        second = self.options[1]
        fields = {"name": short(first.name), "second": short(second.name), "total": _written_total(first)}
        if math.isnan(first.win_share):
            return message("matrices.first_incomplete", **fields)
        lead = told(first.total - second.total, "decimal", 2)
        return message("matrices.first", lead=lead, share=self._written_share(first), **fields)

    def _written_share(self, one: Scored) -> LocalText:
        share = told(one.win_share, "percent", 0)
        if self.exact:
            return share
        interval = told_interval(one.win_low, one.win_high, "percent", 1)
        level = told_level(self.confidence_level)
        return message("matrices.drawn_share", share=share, interval=interval, level=level)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The weights, at which weight the first place changes, what is dominated, how shares were found."""
        shares = [
            message("matrices.weight", criterion=criterion_title(name), share=told(weight, "percent", 0))
            for name, weight in zip(self.criteria, self.weights, strict=True)
        ]
        found = [message("matrices.weights", weights=told_joined(shares, ", ", "、"))]
        found += self._turn_notes()
        for one in self.options:
            if one.dominated_by:
                found.append(message("matrices.dominated", name=short(one.name), others=named(one.dominated_by)))
        missing = [one.name for one in self.options if not one.complete]
        if missing:
            found.append(message("matrices.missing_scores", names=named(missing)))
        if self.exact is not None:
            found.append(message("matrices.shares_exact" if self.exact else "matrices.shares_drawn", seed=self.seed))
        return tuple(found)

    def _turn_notes(self) -> list[LocalText]:
        if len(self.winners) != 1:
            return []
        found, steady = [], []
        for turn in self.turns:
            title = criterion_title(turn.criterion)
            for key, at, winners in (
                ("below", turn.below, turn.below_winners), ("above", turn.above, turn.above_winners)
            ):  # fmt: skip
                if not math.isnan(at):
                    fields = {"at": told(at, "percent", 1), "now": told(turn.weight, "percent", 0)}
                    found.append(message(f"matrices.turn_{key}", criterion=title, names=named(winners), **fields))
            if math.isnan(turn.below) and math.isnan(turn.above):
                steady.append(title)
        if steady and len(steady) == len(self.turns):
            return [message("matrices.never_turns", name=short(self.winners[0]))]
        if steady:
            found.append(message("matrices.steady", criteria=named(steady), name=short(self.winners[0])))
        return found

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Rank, option, one column per criterion, total, share of the weights."""
        scores = (
            Shown(f"score_{name}", criterion_title(name), "decimal", digits=self._digits()) for name in self.criteria
        )
        shown = (
            Shown("rank", message("matrices.rank")),
            Shown("option", message("matrices.option")),
            *scores,
            Shown("total", message("matrices.total"), "decimal", digits=2)
            if all(one.complete for one in self.options)
            else Shown("total_shown", message("matrices.total")),
        )
        if self.exact is None:
            return shown
        wins = Shown("win_share", message("matrices.win_share"), "percent", digits=0)
        limits = () if self.exact else (Shown("win_low", message("matrices.win_ci"), "percent", "win_high", 1),)
        return (*shown, wins, *limits)

    def _digits(self) -> int:
        whole = all(score == int(score) for one in self.options for score in one.scores if not math.isnan(score))
        return 0 if whole else 1

    def rows(self) -> list[dict[str, Any]]:
        """One row per option, the best first."""
        return [
            {
                "rank": str(one.rank_best) if one.rank_best == one.rank_worst else f"{one.rank_best}–{one.rank_worst}",
                "option": one.name,
                **{f"score_{name}": score for name, score in zip(self.criteria, one.scores, strict=True)},
                "total": one.total,
                "total_low": one.low,
                "total_high": one.high,
                "total_shown": _written_total(one),
                "win_share": one.win_share,
                "win_low": one.win_low,
                "win_high": one.win_high,
                "dominated_by": one.dominated_by,
            }
            for one in self.options
        ]

    def facts(self) -> Mapping[str, Any]:
        """Winners, weights, and the weights at which they change."""
        turns = [
            {
                "criterion": turn.criterion, "weight": turn.weight,
                "below": None if math.isnan(turn.below) else turn.below, "below_winners": turn.below_winners,
                "above": None if math.isnan(turn.above) else turn.above, "above_winners": turn.above_winners,
            }
            for turn in self.turns
        ]  # fmt: skip
        weights = dict(zip(self.criteria, self.weights, strict=True))
        return {"winners": self.winners, "weights": weights, "turns": turns, "exact": self.exact, "seed": self.seed}

    def plot(self, ax: Any = None) -> Any:
        """Draw the totals as bars made of what each criterion adds."""
        from closeloop.views.option_chart import plot_options

        return plot_options(self, ax)


def _written_total(one: Scored) -> LocalText:
    if math.isnan(one.total):
        return told_interval(one.low, one.high, "decimal", 2)
    return told(one.total, "decimal", 2)
