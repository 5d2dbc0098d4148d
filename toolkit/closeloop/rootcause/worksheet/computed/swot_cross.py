"""The cross of a SWOT: what follows from an inner and an outer point together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.worksheet.computed.reading import named, rows_of, short
from closeloop.text import LocalText, message

FIELDS = ("SO", "WO", "ST", "WT")
"""Use a strength for an opportunity; mend a weakness to take one; meet a threat with a strength; get out of the way."""
_PAGES = {"S": "strengths", "W": "weaknesses", "O": "opportunities", "T": "threats"}
_NAME = re.compile(r"([SWOTswot])\s*([0-9]{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One strategy and its two parents.

    Attributes
    ----------
    field : str
        One of `FIELDS`; empty where a parent is missing.
    internal, external : str
        The parents' names such as S1 and O2, as far as they exist.
    strategy : str
    broken : tuple of str
        What was named as a parent and does not exist; ``internal`` or ``external`` where none was named.
    """

    field: str
    internal: str
    external: str
    strategy: str
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwotCross(TableResult):
    """Strategies out of pairs of points.

    Attributes
    ----------
    points : mapping
        S1, W2, O1 … → the point's text.
    pairs : tuple of Pair
        By field, in the order given; broken ones last.
    """

    kind: ClassVar[str] = "swot_cross"

    points: Mapping[str, str]
    pairs: tuple[Pair, ...]

    @property
    def empty(self) -> tuple[str, ...]:
        """The fields without a strategy."""
        return tuple(field for field in FIELDS if not any(pair.field == field for pair in self.pairs))

    @property
    def unused(self) -> tuple[str, ...]:
        """The points from which nothing follows."""
        used = {name for pair in self.pairs for name in (pair.internal, pair.external)}
        return tuple(name for name in self.points if name not in used)

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("matrices.swot_title", n=len(self.pairs))

    @property
    def sentence(self) -> LocalText:
        """Which fields are empty."""
        if not self.empty:
            return message("matrices.swot_full")
        return message("matrices.swot_empty", fields=named([field_title(field) for field in self.empty]))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Strategies without both parents, points that nothing follows from."""
        found = []
        broken = [pair for pair in self.pairs if pair.broken]
        for pair in broken:
            parents = [
                message(f"matrices.swot_no_{name}") if name in ("internal", "external") else LocalText(short(name))
                for name in pair.broken
            ]
            found.append(message("matrices.swot_broken", strategy=short(pair.strategy), names=named(parents)))
        if self.unused:
            names = [f"{name} {self.points[name]}" for name in self.unused]
            found.append(message("matrices.swot_unused", names=named(names)))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Field, parents, strategy."""
        return tuple(Shown(n, message(f"matrices.swot_{n}")) for n in ("field", "internal", "external", "strategy"))

    def rows(self) -> list[dict[str, Any]]:
        """One row per strategy, and one for each field without any."""
        found = []
        for field in (*FIELDS, ""):
            pairs = [pair for pair in self.pairs if pair.field == field]
            title = field_title(field) if field else message("matrices.swot_no_field")
            found += [
                {
                    "field": title,
                    "internal": self._named(pair.internal),
                    "external": self._named(pair.external),
                    "strategy": pair.strategy,
                }
                for pair in pairs
            ]
            if field and not pairs:
                nothing = message("matrices.swot_nothing")
                found.append({"field": title, "internal": None, "external": None, "strategy": nothing})
        return found

    def _named(self, name: str) -> str | None:
        return f"{name} {self.points[name]}" if name else None

    def facts(self) -> Mapping[str, Any]:
        """Return the fields without a strategy and the points without one."""
        return {"empty": self.empty, "unused": self.unused}

    def plot(self, ax: Any = None) -> Any:
        """Draw inner against outer points and how many strategies stand on each pair."""
        from closeloop.views.swot_chart import plot_swot

        return plot_swot(self, ax)


def field_title(field: str) -> LocalText:
    """Return what a field is called."""
    return message(f"matrices.swot_{field}")


def swot_cross(
    strengths: Sequence[str],
    weaknesses: Sequence[str],
    opportunities: Sequence[str],
    threats: Sequence[str],
    pairs: Sequence[Mapping[str, Any]],
) -> SwotCross:
    """Check that each strategy has an inner and an outer parent, and which fields are empty.

    Parameters
    ----------
    strengths, weaknesses, opportunities, threats : sequence of str
        The points; the first strength is S1, the second opportunity O2.
    pairs : sequence of mapping
        ``internal`` (S1, W2 …), ``external`` (O1, T2 …), ``strategy``.

    Returns
    -------
    SwotCross

    Raises
    ------
    ValueError
        If there are no points at all.

    Examples
    --------
    >>> found = swot_cross(["own couriers"], ["no portal"], ["e-invoices become law"], [],
    ...                    [{"internal": "W1", "external": "O1", "strategy": "portal with e-invoices"}])
    >>> found.pairs[0].field, found.empty, found.unused
    ('WO', ('SO', 'ST', 'WT'), ('S1',))
    """
    given = {"S": strengths, "W": weaknesses, "O": opportunities, "T": threats}
    points = {
        f"{letter}{number}": " ".join(str(text).split())
        for letter, texts in given.items()
        for number, text in enumerate(texts, 1)
    }
    if not points:
        raise ValueError(message("matrices.none", what="strengths, weaknesses, opportunities, threats"))
    found = [_pair(row, points) for row in rows_of(pairs, "cross")] if pairs else []
    ordered = sorted(found, key=lambda pair: FIELDS.index(pair.field) if pair.field else len(FIELDS))
    return SwotCross(points=points, pairs=tuple(ordered))


def _pair(row: Mapping[str, Any], points: Mapping[str, str]) -> Pair:
    parents, broken = {}, []
    for slot, letters in (("internal", "SW"), ("external", "OT")):
        written = str(row.get(slot) or "").strip()
        match = _NAME.match(written)
        name = f"{match[1].upper()}{int(match[2])}" if match else ""
        fits = name in points and name[0] in letters
        parents[slot] = name if fits else ""
        if not fits:
            broken.append(written or slot)
    field = f"{parents['internal'][:1]}{parents['external'][:1]}" if not broken else ""
    return Pair(field=field, strategy=str(row.get("strategy") or "").strip(), broken=tuple(broken), **parents)


def compute(given: Mapping[str, Any]) -> SwotCross:
    """Return the cross of a worksheet's four lists."""
    # An entry without a text keeps its number: S2 stays S2.
    lists = {page: [str(entry.get("point", "")) for entry in given[page]] for page in _PAGES.values()}
    return swot_cross(**lists, pairs=given["cross"])
