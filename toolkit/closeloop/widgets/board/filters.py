"""Which cases a board shows: pills, choices and a search over columns of all open cases, each choice with its count."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.followup.board import GROUPS, group_of
from closeloop.followup.board_rows import OpenCase
from closeloop.followup.projection import NO_OWNER
from closeloop.followup.store.column_types import stamp
from closeloop.text import message

Mask = npt.NDArray[np.bool_]

PILLS = ("open", "late", "today", "nobody", "hold")
"""Of these one is always chosen; ``open`` is every open case."""
CHOICES = ("owner", "type", "problem", "score", "severity", "channel", "department")
"""What can be chosen from lists; lists in which there is nothing to choose are left out."""
_MOST_OPTIONS = 100
_COLUMNS = {"problem": "problem_id"}
"""Of what is chosen from lists, the columns that have another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a person has chosen to see.

    Attributes
    ----------
    pill : str
        One of `PILLS`.
    search : str
        A number, an id, or words of the type, the stage or the owner.
    chosen : mapping of str to str
        One of `CHOICES` → a value; those that are not there choose nothing.
    """

    pill: str = "open"
    search: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return self.pill != "open" or bool(self.search) or bool(self.chosen)

    def choosing(self, name: str, value: str) -> Filters:
        """Return the filters with one of them set; an empty value clears it.

        Raises
        ------
        ValueError
            If there is no such filter or pill.
        """
        if name == "pill" and (value or "open") in PILLS:
            return replace(self, pill=value or "open")
        if name == "search":
            return replace(self, search=value.strip())
        if name not in CHOICES:
            known = ", ".join(("pill", *CHOICES, "search"))
            raise ValueError(message("case_board.no_filter", name=name, value=value, known=known))
        others = {key: chosen for key, chosen in self.chosen.items() if key != name}
        return replace(self, chosen=others | ({name: value} if value else {}))


class CaseColumns:
    """All open cases as columns, the most urgent case first.

    Parameters
    ----------
    cases : sequence of OpenCase
        In this order.
    words : callable
        Case → what can be searched for in it, in small letters.
    """

    def __init__(self, cases: Sequence[OpenCase], words: Callable[[OpenCase], str]) -> None:
        self.cases = cases
        self._words = words

    @cached_property
    def due(self) -> npt.NDArray[Any]:
        """When the next thing falls due, as the register writes moments; empty where nothing does."""
        return self._column("next_due_at")

    @cached_property
    def is_timed(self) -> Mask:
        """Whether that is a clock, and not that nobody has taken the case on."""
        what = self._column("next_due")
        timed: Mask = (what != "") & (what != NO_OWNER) & (self.due != "")
        return timed

    @cached_property
    def groups(self) -> npt.NDArray[Any]:
        """In which column of the board each stands."""
        return np.array(list(map(group_of, self._list("stage"))), dtype=object)

    @cached_property
    def values(self) -> dict[str, npt.NDArray[Any]]:
        """The columns that can be chosen from."""
        found = {name: self._column(_COLUMNS.get(name, name)) for name in CHOICES if name != "score"}
        return found | {"score": np.array(list(map(score_words, self._list("score"))), dtype=object)}

    @cached_property
    def holds(self) -> Mask:
        """Whether a case waits for somebody else."""
        waiting: Mask = self._column("hold") != ""
        return waiting

    @cached_property
    def searched(self) -> list[str]:
        """What can be searched for."""
        return [self._words(case) for case in self.cases]

    def pills(self, now: dt.datetime, midnight: dt.datetime) -> dict[str, Mask]:
        """Return what each pill shows; `midnight` is the end of today."""
        late = self.is_timed & (self.due < stamp(now))
        return {
            "open": np.ones(len(self.cases), dtype=bool), "late": late,
            "today": self.is_timed & ~late & (self.due < stamp(midnight)),
            "nobody": self.values["owner"] == "", "hold": self.holds,
        }  # fmt: skip

    def _column(self, name: str) -> npt.NDArray[Any]:
        return np.array(self._list(name), dtype=object)

    def _list(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.cases))

    def found(self, search: str) -> Mask:
        """Return the cases in which all words of a search occur."""
        words = search.casefold().split()
        hits = (all(word in text for word in words) for text in self.searched)
        return np.fromiter(hits, dtype=bool, count=len(self.cases))


@dataclass(frozen=True, slots=True)
class Picked:
    """Some of the cases, without having been listed yet."""

    _cases: Sequence[OpenCase]
    _places: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self._places)

    def page(self, start: int, size: int) -> list[OpenCase]:
        """Return so many of them."""
        return [self._cases[place] for place in self._places[start : start + size]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What filters leave over.

    Attributes
    ----------
    n : int
        How many cases.
    groups : mapping of str to Picked
        Column of the board → its cases, the most urgent first.
    pills : mapping of str to int
        Pill → how many cases it would show, with all other filters as they are.
    options : mapping of str to list of (str, int)
        List → its values, each with how many cases it would show; a value that is chosen is always among them.
    """

    n: int
    groups: Mapping[str, Picked]
    pills: Mapping[str, int]
    options: Mapping[str, list[tuple[str, int]]]


def choose(columns: CaseColumns, filters: Filters, now: dt.datetime, midnight: dt.datetime) -> Chosen:
    """Return the cases that filters leave over, with the counts of all filters."""
    pills = columns.pills(now, midnight)
    every = pills["open"]
    found = columns.found(filters.search) if filters.search else every
    chosen = {name: columns.values[name] == value for name, value in filters.chosen.items()}
    lists = np.logical_and.reduce([found, *chosen.values()])
    left = lists & pills[filters.pill]
    options = {}
    for name in CHOICES:
        others = [mask for key, mask in chosen.items() if key != name]
        mask = left if name not in chosen else np.logical_and.reduce([found, pills[filters.pill], *others])
        options[name] = _options(columns.values[name][mask].tolist(), filters.chosen.get(name, ""))
    return Chosen(
        n=int(left.sum()),
        groups={group: Picked(columns.cases, np.flatnonzero(left & (columns.groups == group))) for group in GROUPS},
        pills={name: int((lists & mask).sum()) for name, mask in pills.items()},
        options=options,
    )


def _options(values: list[str], chosen: str) -> list[tuple[str, int]]:
    counted = Counter(values)
    counted.pop("", None)
    most = dict(counted.most_common(_MOST_OPTIONS))
    if chosen:
        most.setdefault(chosen, counted[chosen])
    return sorted(most.items())


@cache
def score_words(score: float | None) -> str:
    """Return a score as it is written; empty where nobody has asked.

    Examples
    --------
    >>> score_words(3.0), score_words(4.5), score_words(None)
    ('3', '4.5', '')
    """
    return "" if score is None else f"{score:g}"
