"""The answers of one source, moved from the survey of their time to a later version of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from closeloop.forms.coded import UNANSWERED, Coded
from closeloop.forms.items import BaseItem
from closeloop.responses.answers import Answers
from closeloop.responses.issues import IssueLog
from closeloop.responses.labels import OTHER_TEXT
from closeloop.responses.match import Match
from closeloop.responses.migrate.check import SYSTEM_ITEMS, passage
from closeloop.survey.route import Route
from closeloop.survey.survey import Survey
from closeloop.text import message


def migrated(
    answers: Answers, matches: Sequence[Match], lineage: Sequence[Survey], log: IssueLog
) -> tuple[Answers, list[Match]]:
    """Return answers, and what the columns were taken for, as the last survey of a lineage has them.

    Parameters
    ----------
    answers : Answers
        Read with the first survey of the lineage.
    matches : sequence of Match
    lineage : sequence of Survey
        Versions of one survey, the earliest first.
    log : IssueLog
        Every kind of change to a column is noted once, with the number of answers that it changed.

    Raises
    ------
    SurveyDefinitionError
        If a step is missing.
    """
    found = list(matches)
    for old, new in pairwise(lineage):
        mover = _Mover(old, new, passage(old, new), log, found)
        answers = mover.moved(answers)
        found = [_as_now(match, mover.route, old) for match in found]
    return answers, found


def _as_now(match: Match, steps: Route, old: Survey) -> Match:
    """Return what a column was taken for, in the names of the later version."""
    if match.item is None:
        return match
    row = match.part if match.part is not None and old.item(match.item).type == "matrix" else None
    moved = steps.name(f"{match.item}.{row}" if row else match.item)
    if moved is None:
        reason = message("migrate.column_then", item=match.item, version=old.version, reason=match.reason)
        return Match(column=match.column, verdict="unused", confidence=match.confidence, reason=reason)
    name, _, part = moved.partition(".")
    option = match.part
    if row:
        option = part
    elif option not in (None, OTHER_TEXT):
        later = steps.value(match.item, option)
        option = None if later is None else str(later)
        if later is None:
            return Match(column=match.column, verdict="unused", confidence=match.confidence, reason=match.reason)
    reason = match.reason
    if (name, option) != (match.item, match.part):
        then = match.item if match.part is None else f"{match.item}.{match.part}"
        reason = message("migrate.column_then", item=then, version=old.version, reason=match.reason)
    return replace(match, item=name, part=option, reason=reason)


@dataclass(slots=True)
class _Mover:
    old: Survey
    new: Survey
    route: Route
    log: IssueLog
    matches: Sequence[Match]
    later: dict[str, BaseItem] = field(init=False)

    def __post_init__(self) -> None:
        self.later = {item.name: item for item in self.new.items}

    def moved(self, answers: Answers) -> Answers:
        result = Answers(rejected=answers.rejected)
        for key, column in answers.columns.items():
            head = key.partition(".")[0]
            if head in SYSTEM_ITEMS:
                result.columns[key] = column
                continue
            target = self.route.name(key)
            if target is None:
                self._note("dropped", key, key, _answered(column), item=key, version=self.new.version)
                continue
            item = self.later[target.partition(".")[0]]
            if target != key:
                self._note("renamed", target, key, _answered(column), old=key, new=target)
            result.columns[target] = self._column(key, target, item, column)
        for name, column in answers.others.items():
            target = self.route.name(name)
            if target is not None and getattr(self.later[target], "other", False):
                result.others[target] = column
            else:
                key = f"{name}__other_text"
                self._note("dropped", key, name, _answered(column), item=key, version=self.new.version)
        return result

    def _column(self, key: str, target: str, item: BaseItem, column: Coded) -> Coded:
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
        changes: dict[tuple[object, object], int] = {}
        values: list[Any] = []
        for value, n in zip(column.values, counts.tolist(), strict=True):
            parts = value if isinstance(value, tuple) else (value,)
            later = [self.route.value(key, part, item.scale) for part in parts]
            for part, now in zip(parts, later, strict=True):
                if now != part:
                    changes[part, now] = changes.get((part, now), 0) + n
            kept = [now for now in dict.fromkeys(later) if now is not None]
            if isinstance(value, tuple):
                values.append(_in_order(kept, item))
            else:
                values.append(self._fitting(target, item, kept[0], n) if kept else None)
        self._tell(key, target, item, changes)
        return _recoded(column, values)

    def _tell(self, key: str, target: str, item: BaseItem, changes: Mapping[tuple[object, object], int]) -> None:
        how = self.route.rescales(key.partition(".")[0])
        for (old, now), n in changes.items():
            if now is None:
                self._note("dropped_option", target, key, n, old, item=target, old=old, version=self.new.version)
            elif how and item.scale is not None:
                scale = f"{how[0].old[0]}–{how[0].old[1]} → {how[-1].new[0]}–{how[-1].new[1]}, {how[-1].rule}"
                self._note("rescaled", target, key, n, old, item=target, old=old, new=now, scale=scale)
            else:
                self._note("recoded", target, key, n, old, item=target, old=old, new=now)

    def _fitting(self, target: str, item: BaseItem, value: object, n: int) -> object:
        """Return an answer that the later item's column can hold; anything else is noted and left to `raw`."""
        if not (getattr(item, "integer", False) and isinstance(value, float) and not value.is_integer()):
            return value
        self._note("unfit", target, target, n, value, item=target, old=value, version=self.new.version)
        return None

    def _note(self, code: str, item: str, then: str, n: int, raw: object = "", /, **fields: object) -> None:
        if not n:
            return
        head, _, part = then.partition(".")
        match = next((m for m in self.matches if m.item == head and m.part in (None, part)), None)
        self.log.counted(
            "warning" if code == "unfit" else "info",
            f"migrated_{code}",
            f"migrate.{code}",
            n,
            fields,
            raw=str(raw),
            column=match.column.header if match else "",
            item=item,
            position=match.column.position if match else -1,
        )


def _answered(column: Coded) -> int:
    return int(np.count_nonzero(column.codes >= 0))


def _in_order(values: Sequence[Any], item: BaseItem) -> tuple[Any, ...]:
    """Return ticks in the order of the options; a ranking keeps its own."""
    if item.type != "multi":
        return tuple(values)
    order = {value: place for place, value in enumerate(item.values)}
    return tuple(sorted(values, key=lambda value: order.get(value, len(order))))


def _recoded(column: Coded, values: Sequence[Any]) -> Coded:
    """Return a column over other values; two that have become one are one."""
    place: dict[tuple[type, Any], int] = {}
    mapping = np.full(len(values) + 1, UNANSWERED, dtype=np.int32)
    for code, value in enumerate(values):
        if value is not None:
            mapping[code] = place.setdefault((type(value), value), len(place))
    return Coded(mapping[column.codes], tuple(value for _, value in place))
