"""Counts of cases by this and that, so that no small group can be read or worked out from them.

The thresholds and the complementary suppression are those of the score tables. Style and emotion are a person's, not a
group's: they are never counted beside what tells one customer, case or member of staff from another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.commands.table import Field, command_table
from closeloop.followup.stages.table import stage_table
from closeloop.metrics.protect import checked_min_n, protect
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined

CUSTOMERS = frozenset({"subject_id", "respondent_id", "response_id", "case_id", "number"})
"""Columns that tell one customer from another: never a group."""
PEOPLE = CUSTOMERS | {"owner", "actor", "tagged_by", "approver"}
"""Those, and what tells one member of staff from another."""
TAGS = frozenset({"style", "emotion", "attitude"})
"""What was noted of how a person behaved."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CaseCounts(TableResult):
    """How many cases, by one or two columns, with their margins.

    Attributes
    ----------
    by : tuple of str
    cells : tuple of (tuple, int, str or None)
        Key, count, and why it is hidden (``small``, ``complementary``).
    min_n : int
    """

    kind: ClassVar[str] = "case_counts"

    by: tuple[str, ...]
    cells: tuple[tuple[tuple[str, ...], int, str | None], ...]
    min_n: int

    @property
    def title(self) -> LocalText:
        """What is counted by what."""
        return message("privacy.counts_title", by=told_joined([_column(name) for name in self.by], ", ", "、"))

    @property
    def sentence(self) -> LocalText:
        """How many in all, and how many groups are hidden."""
        hidden = sum(why is not None for _, _, why in self.cells)
        n = next((n for key, n, why in self.cells if not key and why is None), None)
        total = (
            LocalText({"en": f"under {self.min_n}", "zh-CN": f"不足 {self.min_n}"}) if n is None else told(n, "count")
        )
        return message("privacy.counts_sentence", n=total, groups=len(self.cells) - 1, hidden=hidden)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Why groups are hidden."""
        if not any(why for _, _, why in self.cells):
            return ()
        return (message("privacy.counts_hidden", min_n=self.min_n),)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """The keys, the count, why it is hidden."""
        keys = (Shown(name, _column(name)) for name in self.by)
        return (*keys, Shown("n", message("privacy.cases"), "count"), Shown("hidden", message("privacy.hidden")))

    def rows(self) -> list[dict[str, Any]]:
        """Return the groups, all cases first; a hidden count is not there at all."""
        every = message("privacy.all")
        return [
            {name: _value(name, key[place]) if key and key[place] else every for place, name in enumerate(self.by)}
            | {"n": n if why is None else None, "hidden": None if why is None else message(f"privacy.hidden_{why}")}
            for key, n, why in self.cells
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return by what it is counted, and the threshold."""
        return {"by": self.by, "min_n": self.min_n}

    def plot(self, ax: Any = None) -> Any:
        """Draw the groups that are shown."""
        from closeloop.views.count_chart import plot_counts

        shown = [
            (
                told_joined(
                    [_value(name, part) for name, part in zip(self.by, key, strict=True) if part], " · ", " · "
                ),
                n,
            )
            for key, n, why in self.cells
            if key and why is None
        ]
        return plot_counts(self, shown, ax)


def case_counts(rows: Iterable[Mapping[str, Any]], by: str | Sequence[str], *, min_n: int = 10) -> CaseCounts:
    """Count cases by one or two columns.

    Parameters
    ----------
    rows : iterable of mappings
    by : str or sequence of str
        One column or two; never one that tells customers apart, and none that tells people apart beside a tag of
        style or emotion.
    min_n : int
        Smaller groups are hidden, and as many others as it takes that they cannot be worked out.

    Raises
    ------
    ValueError
        If the columns would show persons.

    Examples
    --------
    >>> rows = [{"stage": s} for s, n in (("received", 40), ("agreed", 13), ("rejected", 7)) for _ in range(n)]
    >>> [(str(row["stage"]), row["n"]) for row in case_counts(rows, "stage").rows()[1:]]
    [('Received', 40), ('Agreed with the customer', None), ('Not upheld', None)]
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    _check(names)
    keys = [tuple(_label(row.get(name)) for name in names) for row in rows]
    cuts: list[tuple[str, ...]] = [(name,) for name in names] + ([names] if len(names) == 2 else [])
    blocks = []
    for cut in cuts:
        places = [names.index(name) for name in cut]
        counted = Counter(tuple(key[place] for place in places) for key in keys)
        ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        blocks.append(([len(keys), *(n for _, n in ordered)], [(), *(key for key, _ in ordered)]))
    verdicts = protect(cuts, blocks, checked_min_n(min_n))
    cells: list[tuple[tuple[str, ...], int, str | None]] = [((), len(keys), verdicts[0][0])]
    for cut, (n, found), why in zip(cuts, blocks, verdicts, strict=True):
        for key, count, reason in zip(found[1:], n[1:], why[1:], strict=True):
            placed = dict(zip(cut, key, strict=True))
            cells.append((tuple(str(placed.get(name, "")) for name in names), count, reason))
    return CaseCounts(by=names, cells=tuple(cells), min_n=min_n)


def _check(names: tuple[str, ...]) -> None:
    if not 1 <= len(names) <= 2 or len(set(names)) != len(names):
        raise ValueError(message("privacy.counts_columns", found=", ".join(names) or "–"))
    if persons := sorted(CUSTOMERS & set(names)):
        raise ValueError(message("privacy.counts_persons", found=", ".join(persons)))
    if (TAGS & set(names)) and (persons := sorted(PEOPLE & set(names))):
        raise ValueError(message("privacy.counts_tags", found=", ".join(persons)))


def _field(name: str) -> Field | None:
    found = (command.fields[name] for command in command_table().commands.values() if name in command.fields)
    return next(found, None)


def _column(name: str) -> LocalText:
    """Return what a column is called: as in the table of commands."""
    if name == "stage":
        return message("privacy.stage")
    field = _field(name)
    return LocalText(name) if field is None else field.label


def _value(name: str, value: str) -> LocalText:
    """Return a value in words."""
    if name == "stage" and (stage := stage_table().stage(value)) is not None:
        return stage.label
    field = _field(name)
    return LocalText(value) if field is None else command_table().told(field, value)


def _label(value: object) -> str:
    return "–" if value is None or value == "" else str(value)
