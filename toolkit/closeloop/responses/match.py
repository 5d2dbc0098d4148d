"""Which column is which item, how sure that is, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError, ResponseValidationError, closest
from closeloop.forms.fields import RESERVED_FOR_HIDDEN
from closeloop.responses.dialects.layout import SYSTEM, Layout, SourceColumn
from closeloop.responses.grouped import by_option_labels
from closeloop.responses.labels import OTHER_TEXT, by_label, look_up, part_of, plain_text, said_by
from closeloop.responses.likeness import propose
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_SPREAD = ("option", "row", OTHER_TEXT, "place", "mention")
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One column and what it was taken for.

    `item` and `part` (an option, a matrix row, `OTHER_TEXT`) or `system` say what; both None: kept, not used.
    `verdict` is certain, likely, check (not applied: a person decides) or unused. `proposal` is what a column to check
    may be, as `read_responses` takes it in ``columns``; `belongs` the item of a column whose part of it is unknown.
    """

    column: SourceColumn
    item: str | None = None
    part: str | None = None
    system: str | None = None
    confidence: float = float("nan")
    verdict: str = "unused"
    reason: LocalText = field(default_factory=lambda: LocalText(""))
    proposal: str | None = None
    belongs: str | None = None

    @property
    def role(self) -> str:
        """What the column is to the analysis."""
        if self.system:
            return "system"
        if self.item is None:
            return "derived" if self.column.role == "derived" else "unused"
        return "answer" if self.part is None else OTHER_TEXT if self.part == OTHER_TEXT else "option"


def match_columns(layout: Layout, survey: Survey | None, asked: Mapping[str, str | None] | None = None) -> list[Match]:
    """Return one `Match` for each column of a layout, in order.

    What the user says (`asked`: header → ``item``, ``item.part``, a system column, or None to leave it alone) wins over
    the survey's ``sources`` map, which wins over the platform's own names, equal names, equal texts and likeness.

    Raises
    ------
    ColumnNotFoundError
        If `asked` names a column that is not there.
    ResponseValidationError
        If `asked` names an item that is not there.
    """
    known = _Known(survey, layout)
    told = {header.strip(): target for header, target in (asked or {}).items()}
    for header in told:
        if header not in known.unique:
            raise ColumnNotFoundError(header, known.unique, message("responses.the_file"))
    matches = [
        _told(column, told[header], known) if header in told else known.match(column)
        for header, column in zip(known.unique, layout.columns, strict=True)
    ]
    matches = by_option_labels(matches, known.items)
    matches = _one_column_each(matches, [header in told for header in known.unique])
    return propose(matches, known.items, known.unique, set(told)) if survey else matches


def _told(column: SourceColumn, target: str | None, known: _Known) -> Match:
    reason = message("responses.reason_told")
    if target is None:
        return Match(column=column, reason=reason)
    found = known.target(target)
    if found is None:
        near = ", ".join(closest(target, [*known.items, *SYSTEM])) or ", ".join(known.items)
        raise ResponseValidationError(message("responses.item_unknown", item=target, names=near))
    part = found.part
    if found.item and part is None and column.role in _SPREAD:  # the item of a column that holds a part of it
        part = known.part(known.items[found.item], column)
    return replace(found, column=column, part=part, confidence=1.0, verdict="certain", reason=reason)


class _Known:
    """What a survey offers to match against, prepared once."""

    def __init__(self, survey: Survey | None, layout: Layout) -> None:
        self.layout = layout
        self.unique = unique_headers(layout)
        self.sizes = Counter(column.group for column in layout.columns)
        self.headers = Counter(column.header.strip() for column in layout.columns)
        self.items: dict[str, Any] = {item.name: item for item in survey.items if item.type != "note"} if survey else {}
        self.folded = {name.casefold(): name for name in self.items}
        self.sources = dict(survey.sources.get(layout.platform, {})) if survey else {}
        self.texts: dict[str, str] = {}
        for name, item in self.items.items():
            for text in (*(item.ask or {}).values(), *(item.label or {}).values()):
                self.texts.setdefault(said_by(text)[1], name)

    def target(self, name: str) -> Match | None:
        """Return what a written target means: ``item``, ``item.part``, ``item__part`` or a system column."""
        column = SourceColumn(position=-1, header="")
        if name in SYSTEM and name not in self.items:
            return Match(column=column, system=name)
        for mark in ("", ".", "__"):
            head, _, part = name.partition(mark) if mark else (name, "", "")
            item = self.folded.get(head.strip().casefold())
            if item is None:
                continue
            if item in RESERVED_FOR_HIDDEN:
                return Match(column=column, system=item)
            if not part:
                return Match(column=column, item=item)
            found = part_of(self.items[item], part)
            if found:
                return Match(column=column, item=item, part=found)
        return None

    def match(self, column: SourceColumn) -> Match:
        """Return what one column is, by itself."""
        told = self._by_map(column) or self._by_role(column)
        if told is None and self._says_more(column):
            text = self._by_text(column)
            return text if text.item or text.system else self._by_name(column) or text
        return told or self._by_name(column) or self._by_text(column)

    def _says_more(self, column: SourceColumn) -> bool:
        """Say whether a column's question tells more than its name: that stands twice, or is another item's."""
        if self.headers[column.header.strip()] > 1:
            return True
        return column.question not in ("", column.header) and plain_text(column.question) in self.texts

    def _by_map(self, column: SourceColumn) -> Match | None:
        unique = self.unique[column.position]
        own, shared = {unique, column.key} - {""}, {column.group} - {""}
        if unique == column.header.strip():  # the text of a repeated header names no column
            shared |= {column.question} - {""}
        return self._mapped(column, own, whole=False) or self._mapped(column, shared - own, whole=True)

    def _mapped(self, column: SourceColumn, names: set[str], *, whole: bool) -> Match | None:
        """Return what the survey's map says of a column under some names; `whole`: these are its question's names."""
        for target, source in self.sources.items():
            wanted = {source.column, source.import_id} - {None, ""}
            found = self.target(target) if wanted & names else None
            if found is None or (whole and found.part is not None):
                continue
            part = found.part
            several = found.item is not None and self.items[found.item].type in ("multi", "ranking", "matrix")
            spread = column.role == OTHER_TEXT or (several and column.role in _SPREAD)
            if found.item and part is None and spread:
                part = self.part(self.items[found.item], column, source.options)
                if part is None:
                    return _no_part(column, found.item)
            reason = message("responses.reason_map", name=min(wanted & names, key=lambda name: name != source.column))
            return replace(found, column=column, part=part, confidence=1.0, verdict="certain", reason=reason)
        return None

    def part(self, item: Any, column: SourceColumn, told: Mapping[str, str] = NO_OPTIONS) -> str | None:
        """Return which part of an item a column holds: an option or row, what was written beside, or a place."""
        if column.role == OTHER_TEXT:
            return OTHER_TEXT
        option = column.option or ""
        if column.role not in ("option", "row"):
            return f"#{option}"
        return part_of(item, look_up(by_label(told.items()), option) or option)

    def _whole(self, item: Any, column: SourceColumn) -> bool:
        """Say whether what looks like an option's column answers the item as a whole: nothing else belongs to it."""
        alone = self.sizes[column.group] == 1 and item.type not in ("single", "multi", "ranking", "matrix")
        return not column.question or alone

    def _by_role(self, column: SourceColumn) -> Match | None:
        if column.role == "system":
            return Match(
                column=column,
                system=column.target,
                confidence=1.0,
                verdict="certain",
                reason=column.reason or LocalText(""),
            )
        if column.role in ("unused", "derived"):
            return Match(column=column, reason=column.reason or message("responses.reason_kept_raw"))
        return None

    def _by_name(self, column: SourceColumn) -> Match | None:
        found = self.target(column.header.strip())
        if found is None:
            named = (self.target(column.key), self.target(column.question))  # an item: a question may be "status"
            found = next((each for each in named if each is not None and each.item), None)
            if found is not None and found.item and found.part is None and column.role in _SPREAD:
                part = self.part(self.items[found.item], column)
                if part is None:
                    return _no_part(column, found.item)
                found = replace(found, part=part)
        if found is None:
            return None
        return replace(found, column=column, confidence=1.0, verdict="certain", reason=message("responses.reason_name"))

    def _by_text(self, column: SourceColumn) -> Match:
        asked = plain_text(column.question or column.header)
        item = self.texts.get(asked)
        if item in RESERVED_FOR_HIDDEN and asked:
            return Match(
                column=column, system=item, confidence=1.0, verdict="certain", reason=message("responses.reason_text")
            )
        if item is not None and asked:
            part = None
            if column.role in _SPREAD:
                part = self.part(self.items[item], column)
                if part is None and not self._whole(self.items[item], column):
                    return _no_part(column, item)
            known = (*(self.items[item].ask or {}).values(), *(self.items[item].label or {}).values())
            same = (column.question or column.header).strip() in known
            reason = message("responses.reason_text" if same else "responses.reason_text_nearly")
            return Match(
                column=column,
                item=item,
                part=part,
                confidence=1.0 if same else 0.95,
                verdict="certain" if same else "likely",
                reason=reason,
            )
        return Match(column=column, reason=message("responses.reason_kept"))


def _no_part(column: SourceColumn, item: str) -> Match:
    reason = message("responses.reason_no_option", item=item, option=column.option or "")
    return Match(column=column, verdict="check", confidence=0.5, reason=reason, belongs=item)


def _one_column_each(matches: Sequence[Match], told: Sequence[bool]) -> list[Match]:
    """Keep one column of each target: the one the user named, else the first; any other is shown and not used."""
    taken: dict[tuple[str | None, str | None, str | None], Match] = {}
    order = sorted(range(len(matches)), key=lambda place: not told[place])
    for match in (matches[place] for place in order):
        taken.setdefault((match.system, match.item, match.part), match)
    result: list[Match] = []
    for match in matches:
        target = (match.system, match.item, match.part)
        if target != (None, None, None) and taken[target] is not match:
            header = taken[target].column.header.strip()
            reason = message("responses.reason_taken", item=match.system or match.item, header=header)
            match = Match(column=match.column, verdict="check", confidence=match.confidence, reason=reason)
        result.append(match)
    return result


def unique_headers(layout: Layout) -> list[str]:
    """Return the headers of a layout as they can be told apart: a repeated one gets ``#2``, an empty one its place."""
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for column in layout.columns:
        header = column.header.strip() or f"column {column.position + 1}"
        name = header
        while name in names:
            counts[header] = counts.get(header, 1) + 1
            name = f"{header}#{counts[header]}"
        names[name] = None
    return list(names)


def unique_name(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name that is not taken: itself, or with ``#2``, ``#3`` … behind it.

    Examples
    --------
    >>> unique_name("Other", {"Other": 1})
    'Other#2'
    """
    if name not in taken:
        return name
    number = 2
    while f"{name}#{number}" in taken:
        number += 1
    return f"{name}#{number}"
