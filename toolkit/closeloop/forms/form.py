"""A form: pages of items, and who gets to see which of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from closeloop.errors import ColumnNotFoundError, SurveyDefinitionError
from closeloop.forms.coded import Coded
from closeloop.forms.items import BaseItem, Page
from closeloop.forms.logic import Expression, parse
from closeloop.text import message


@dataclass(frozen=True, slots=True)
class Form:
    """Pages of items with their branching.

    Parameters
    ----------
    pages : sequence of Page
    end_if : sequence of str
        Conditions that end the survey: the pages after the last one a condition refers to are then not shown.

    Raises
    ------
    SurveyDefinitionError
        If the visibility of an item depends on itself.

    Examples
    --------
    >>> from closeloop.forms.items import Comment, Nps
    >>> items = (Nps(name="recommend", type="nps"), Comment(name="why", type="comment", show_if="{recommend} <= 8"))
    >>> form = Form((Page(name="main", items=items),))
    >>> {name: seen.tolist() for name, seen in form.visible({"recommend": np.array([9.0, 3.0])}, 2).items()}
    {'recommend': [True, True], 'why': [False, True]}
    """

    pages: tuple[Page, ...]
    end_if: tuple[str, ...] = ()
    _items: Mapping[str, BaseItem] = field(init=False, repr=False, compare=False)
    _pages: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _order: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        items = {item.name: item for page in self.pages for item in page.items}
        numbers = {item.name: number for number, page in enumerate(self.pages) for item in page.items}
        object.__setattr__(self, "_items", items)
        object.__setattr__(self, "_pages", numbers)
        depends = dependencies(
            [(page.show_if, [(item.name, item.show_if) for item in page.items]) for page in self.pages], self.end_if
        )
        cycle = find_cycle(depends)
        if cycle:
            raise SurveyDefinitionError(message("forms.cycle", cycle=" → ".join(cycle)))
        object.__setattr__(self, "_order", _sorted(depends))

    @property
    def items(self) -> tuple[BaseItem, ...]:
        """All items in the order of the file."""
        return tuple(self._items.values())

    @property
    def names(self) -> frozenset[str]:
        """Every name a condition may refer to: the items and, as ``matrix.row``, the rows of matrices."""
        return frozenset(name for item in self.items for name in answer_names(item))

    def has(self, name: str) -> bool:
        """Say whether there is an item called `name`."""
        return name in self._items

    def item(self, name: str) -> BaseItem:
        """Return the item called `name`.

        Raises
        ------
        ColumnNotFoundError
            If there is none; the message names the closest.
        """
        if name not in self._items:
            raise ColumnNotFoundError(name, self._items, message("forms.the_survey"))
        return self._items[name]

    def visible(self, columns: Mapping[str, Coded | NDArray[Any]], n: int) -> dict[str, NDArray[np.bool_]]:
        """Say for each item which of `n` respondents are shown it.

        An item is shown if its page is and its ``show_if`` holds. A condition sees an item that is not shown as
        unanswered, whatever was recorded for it.

        Parameters
        ----------
        columns : mapping
            Item (or ``matrix.row``) → answers, coded or as an array; what is not there is unanswered.
        n : int
            The number of respondents.

        Returns
        -------
        dict
            Item → bool array, in the order of the file.
        """
        referred = {name.partition(".")[0] for text in self._conditions() for name in parse(text).names}
        seen: dict[str, Coded | NDArray[Any]] = {
            key: column if isinstance(column, Coded) else Coded.of(column)
            for key, column in columns.items()
            if key.partition(".")[0] in referred
        }
        shown: dict[str, NDArray[np.bool_]] = {}
        for name in self._order:
            visible = np.ones(n, dtype=bool)
            for condition, wanted in self._conditions_of(name):
                held = condition.holds_many(seen, n)
                visible &= held if wanted else ~held
            shown[name] = visible
            for key, column in seen.items():
                if key.partition(".")[0] == name and isinstance(column, Coded):
                    seen[key] = column.where(visible)
        return {name: shown[name] for name in self._items}

    def _conditions(self) -> Iterator[str]:
        yield from self.end_if
        for page in self.pages:
            yield from (text for text in (page.show_if, *(item.show_if for item in page.items)) if text)

    def _conditions_of(self, name: str) -> Iterator[tuple[Expression, bool]]:
        """Give the conditions on which an item is shown, each with the outcome that it takes."""
        number = self._pages[name]
        for text in (self.pages[number].show_if, self._items[name].show_if):
            if text is not None:
                yield parse(text), True
        names = [[item.name for item in page.items] for page in self.pages]
        for text in self.end_if:
            if last_page(text, names) < number:
                yield parse(text), False


def answer_names(item: BaseItem) -> tuple[str, ...]:
    """Return the names under which conditions find an item's answer: none for a note, more for a matrix.

    Examples
    --------
    >>> from closeloop.forms.items import Nps
    >>> answer_names(Nps(name="recommend", type="nps"))
    ('recommend',)
    """
    if item.type == "note":
        return ()
    rows = getattr(item, "rows", ())
    return (item.name, *(f"{item.name}.{row.value}" for row in rows))


def last_page(condition: str, names: Sequence[Sequence[str]]) -> int:
    """Return the number of the last page to which a condition refers; -1 if it refers to none."""
    wanted = {name.partition(".")[0] for name in parse(condition).names}
    return max((number for number, page in enumerate(names) if wanted.intersection(page)), default=-1)


PageConditions = tuple[str | None, Sequence[tuple[str, str | None]]]
"""A page's condition and, for each of its items, the name and the condition."""


def dependencies(pages: Sequence[PageConditions], end_if: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return for each item the items on whose answers it depends whether it is shown."""
    names = [[name for name, _ in items] for _, items in pages]
    known = {name for page in names for name in page}
    depends: dict[str, tuple[str, ...]] = {}
    for number, (page_condition, items) in enumerate(pages):
        ending = [text for text in end_if if last_page(text, names) < number]
        for name, condition in items:
            texts = [text for text in (page_condition, condition, *ending) if text is not None]
            referred = sorted({each.partition(".")[0] for text in texts for each in parse(text).names})
            depends[name] = tuple(each for each in referred if each in known)
    return depends


def find_cycle(depends: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a chain of items that leads back to its start; empty if there is none.

    Examples
    --------
    >>> find_cycle({"a": ["b"], "b": ["c"], "c": ["b"]})
    ('b', 'c', 'b')
    """
    done: set[str] = set()
    for start in depends:
        chain = [start]
        waiting = [iter(depends[start])]
        while waiting and chain[0] not in done:
            follower = next(waiting[-1], None)
            if follower is None:
                waiting.pop()
                done.add(chain.pop())
                if not chain:
                    break
            elif follower in chain:
                return (*chain[chain.index(follower) :], follower)
            elif follower not in done:
                chain.append(follower)
                waiting.append(iter(depends.get(follower, ())))
    return ()


def _sorted(depends: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the items so that each comes after those it depends on; the order of the file where that is free."""
    placed: dict[str, None] = {}
    for start in depends:
        waiting = [start]
        while waiting:
            name = waiting[-1]
            earlier = [each for each in depends[name] if each not in placed]
            if name in placed or not earlier:
                placed[waiting.pop()] = None
            else:
                waiting.extend(reversed(earlier))
    return tuple(placed)
