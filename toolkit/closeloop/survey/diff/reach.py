"""Who is shown what: the conditions of two versions, decided by going through all answers that matter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from closeloop.forms.coded import Coded
from closeloop.forms.form import Form, last_page
from closeloop.forms.items import BaseItem, Matrix
from closeloop.forms.logic import parse
from closeloop.forms.nodes import Array, Binary, Choice, Node, Reference, Unary
from closeloop.forms.nodes import Literal as Constant
from closeloop.forms.values import check_value
from closeloop.survey.route import Route

Reach = Literal["same", "fewer", "more", "unclear"]
_MOST = 1 << 17
_MOST_TICKS = 6
ENDS = "ends: "
"""In front of a condition that ends the survey."""
_COMPARED = frozenset({"=", "!=", "<", "<=", ">", ">="})


@dataclass(slots=True)
class _Use:
    """How conditions use an answer: the constants it is compared with, by order, and whether in any other way."""

    constants: list[object] = field(default_factory=list)
    ordered: bool = False
    otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Reaches:
    """Whether conditions of two versions hold for the same people.

    Parameters
    ----------
    old, new : Form
    names : mapping
        Item of the old form → what it is called in the new one.
    route : Route
        What old answers have become.
    """

    old: Form
    new: Form
    names: Mapping[str, str]
    route: Route

    def of_item(self, name: str) -> Reach:
        """Say who sees the item `name` of the old form in the new one: of all old answers, more people or fewer."""
        before = _conditions(self.old, name)
        after = _conditions(self.new, self.names[name])
        if before == after == frozenset() or self._says_the_same(name):
            return "same"
        return self._compare(
            {*_texts(self.old, name)},
            {*_texts(self.new, self.names[name])},
            lambda columns, n: self.old.visible(columns, n)[name],
            lambda columns, n: self.new.visible(columns, n)[self.names[name]],
        )

    def differing(self, name: str) -> tuple[set[str], set[str]]:
        """Return in what the conditions of an item, its page and those before it differ; all of them, if in nothing."""
        old = {self.renamed(text) for each in _closure(self.old, name) for text in _conditions(self.old, each)}
        new = {text for each in _closure(self.new, self.names[name]) for text in _conditions(self.new, each)}
        return (old, new) if old == new else (old - new, new - old)

    def of_condition(self, before: str | None, after: str | None, *, without: bool) -> Reach:
        """Say for whom a condition of the old form holds in the new one; `without` is what no condition means."""

        def held(text: str | None, columns: Mapping[str, Any], n: int) -> NDArray[np.bool_]:
            return np.full(n, without) if text is None else parse(text).holds_many(columns, n)

        return self._compare(
            {before} - {None},
            {after} - {None},
            lambda columns, n: held(before, columns, n),
            lambda columns, n: held(after, columns, n),
        )

    def _says_the_same(self, name: str) -> bool:
        """Say whether the conditions are the same but for names, down to the first question, over the same answers."""
        chain = _closure(self.old, name)
        if any(each not in self.names for each in chain):
            return False
        for each in chain:
            told = frozenset(self.renamed(text) for text in _conditions(self.old, each))
            if told != _conditions(self.new, self.names[each]):
                return False
        referred = {n for text in _texts(self.old, name) for n in parse(text).names}
        return not any(self._moves(each) for each in referred)

    def _moves(self, name: str) -> bool:
        item = self.old.item(name.partition(".")[0])
        return any(self.route.value(name, value) != value for value in (*item.values, *(item.scale or ())))

    def renamed(self, text: str) -> str:
        """Return a condition of the old form with the items under their later names."""
        for name in parse(text.removeprefix(ENDS)).names:
            text = text.replace("{" + name + "}", "{" + str(self._later(name)) + "\0}")
        return text.replace("\0}", "}")

    def _later(self, name: str) -> str | None:
        head, dot, row = name.partition(".")
        if not dot:
            return self.names.get(head)
        moved = self.route.name(name)
        return f"{self.names[head]}.{row}" if moved is None and head in self.names else moved

    def _compare(self, before: set[Any], after: set[Any], old_holds: Any, new_holds: Any) -> Reach:
        uses: dict[str, _Use] = {}
        back = {self._later(n): n for item in self.old.items for n in _answers_of(item)}
        for text in sorted(before):
            _collect(parse(text).tree, uses, {})
        for text in sorted(after):
            _collect(parse(text).tree, uses, back)
        axes: dict[str, Sequence[object]] = {}
        for name, use in uses.items():
            try_item = next((i for i in self.old.items if i.name == name.partition(".")[0]), None)
            if try_item is None:
                continue  # new: nobody who answered before was asked
            values = _axis(try_item, name, use)
            if values is None:
                return "unclear"
            axes[name] = values
        n = math.prod(len(values) + 1 for values in axes.values())
        if n > _MOST:
            return "unclear"
        old_columns, new_columns = self._columns(axes, n)
        held, holds = old_holds(old_columns, n), new_holds(new_columns, n)
        if (held & ~holds).any():
            return "fewer"
        return "more" if (holds & ~held).any() else "same"

    def _columns(self, axes: Mapping[str, Sequence[object]], n: int) -> tuple[dict[str, Coded], dict[str, Coded]]:
        """Return every combination of answers (unanswered included), as the old form has it and as the new one has."""
        old: dict[str, Coded] = {}
        new: dict[str, Coded] = {}
        repeat = n
        for name, values in axes.items():
            width = len(values) + 1
            repeat //= width
            codes = np.tile(np.repeat(np.arange(-1, width - 1), repeat), n // (repeat * width))
            old[name] = Coded(codes, tuple(values))
            later = self._later(name)
            if later is not None:
                moved = [self._moved(name, value) for value in values]
                distinct = list(dict.fromkeys(value for value in moved if value not in (None, ())))
                places = np.array([*(distinct.index(v) if v in distinct else -1 for v in moved), -1])
                new[later] = Coded(places[codes], tuple(distinct))
        return old, new

    def _moved(self, name: str, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(m for v in value if (m := self.route.value(name, v)) is not None)
        later = self.names.get(name.partition(".")[0])
        return self.route.value(name, value, self.new.item(later).scale if later else None)


def _conditions(form: Form, name: str) -> frozenset[str]:
    """Return the conditions on which an item is shown; one that ends the survey before it with ``ends:`` in front."""
    number = next(i for i, page in enumerate(form.pages) if any(item.name == name for item in page.items))
    names = [[item.name for item in page.items] for page in form.pages]
    own = {text for text in (form.pages[number].show_if, form.item(name).show_if) if text is not None}
    return frozenset(own | {f"{ENDS}{text}" for text in form.end_if if last_page(text, names) < number})


def _closure(form: Form, name: str) -> set[str]:
    """Return an item and all items on whose answers it depends whether it is shown."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            for text in _conditions(form, each):
                waiting += [n.partition(".")[0] for n in parse(text.removeprefix(ENDS)).names]
    return found


def _texts(form: Form, name: str) -> set[str]:
    return {text.removeprefix(ENDS) for each in _closure(form, name) for text in _conditions(form, each)}


def _answers_of(item: BaseItem) -> Iterator[str]:
    yield item.name
    yield from (f"{item.name}.{row.value}" for row in getattr(item, "rows", ()))


def _collect(node: Node, uses: dict[str, _Use], names: Mapping[str | None, str]) -> None:
    """Note how an expression uses answers; `names` turns its names into those of the old form."""
    if isinstance(node, Reference):
        uses.setdefault(names.get(node.name, node.name), _Use()).otherwise = True
    elif isinstance(node, Binary):
        sides = (node.left, node.right)
        for this, other in (sides, sides[::-1]):
            if isinstance(this, Reference) and _constants(other) is not None and node.operator not in ("and", "or"):
                use = uses.setdefault(names.get(this.name, this.name), _Use())
                use.constants += _constants(other) or []
                use.ordered |= node.operator not in ("=", "!=")
                use.otherwise |= node.operator not in _COMPARED
            elif _constants(this) is None:
                _collect(this, uses, names)
    elif isinstance(node, Unary):
        if isinstance(node.operand, Reference) and node.operator != "!":
            uses.setdefault(names.get(node.operand.name, node.operand.name), _Use())
        else:
            _collect(node.operand, uses, names)
    elif isinstance(node, Choice):
        for part in (node.condition, node.then, node.otherwise):
            _collect(part, uses, names)
    elif isinstance(node, Array):
        for part in node.entries:
            _collect(part, uses, names)


def _constants(node: Node) -> list[object] | None:
    if isinstance(node, Constant):
        return [node.value]
    if isinstance(node, Array) and all(isinstance(part, Constant) for part in node.entries):
        return [part.value for part in node.entries if isinstance(part, Constant)]
    return None


def _axis(item: BaseItem, name: str, use: _Use) -> Sequence[object] | None:
    """Return answers that stand for all that conditions can tell apart; None where there are too many kinds."""
    if item.type == "yesno":
        return (False, True)
    if isinstance(item, Matrix):
        return None if "." not in name else (item.scale or item.values)
    if item.scale is not None:
        return item.scale
    if item.type == "single":
        return item.values
    if item.type == "multi":
        return _ticks(item, use)
    if use.otherwise:
        return None
    if item.type == "number":
        numbers = sorted({c for c in use.constants if isinstance(c, int | float) and not isinstance(c, bool)})
        if len(numbers) < len(set(map(str, use.constants))):
            return None
        return _tried(item, _around(numbers, whole=bool(getattr(item, "integer", False))))
    if item.type == "date":
        days = _days(use.constants)
        return None if days is None else _tried(item, days)
    plain = item.type in ("text", "comment", "hidden") and not use.ordered
    return _texts_around(use.constants) if plain else None


def _ticks(item: BaseItem, use: _Use) -> Sequence[object] | None:
    """Return the sets of ticks that differ in the options named, and one that stands for all others."""
    folded = {str(constant).casefold() for constant in use.constants}
    named = [value for value in item.values if value.casefold() in folded]
    other = [value for value in item.values if value not in named][:1]
    if len(named) > _MOST_TICKS:
        return None
    options = [*named, *other]
    return [ticks for size in range(1, len(options) + 1) for ticks in combinations(options, size)]


def _around(numbers: Sequence[float], *, whole: bool) -> list[float]:
    """Return numbers at, between and beyond the given ones."""
    step = 1 if whole else 0.5
    found = {float(n) for n in numbers} | {n - step for n in numbers} | {n + step for n in numbers}
    found |= {(a + b) / 2 for a, b in pairwise(numbers) if not whole}
    return sorted({float(math.floor(n)) for n in found} if whole else found) or [0.0]


def _tried(item: BaseItem, values: Sequence[Any]) -> list[Any]:
    ends = [end for end in (getattr(item, "min", None), getattr(item, "max", None)) if end is not None]
    return [value for value in sorted({*values, *ends}) if check_value(item, value) is None]


def _days(constants: Sequence[object]) -> list[date] | None:
    found: set[date] = set()
    for constant in constants:
        try:
            day = date.fromisoformat(str(constant))
        except ValueError:
            return None
        found |= {day - timedelta(days=1), day, day + timedelta(days=1)}
    return sorted(found) or [date(2000, 1, 1)]


def _texts_around(constants: Sequence[object]) -> list[str] | None:
    if not all(isinstance(constant, str) for constant in constants):
        return None
    texts = [str(constant) for constant in constants]
    return [*dict.fromkeys(texts), "".join(texts) + "~"]
