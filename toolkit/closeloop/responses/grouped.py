"""Columns that hold one option each and do not say whose: known by the labels of the whole group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.responses.labels import OTHER_TEXT, parts_by_text
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.responses.match import Match

_LIKELY = 0.9
Finder = Callable[[str], str | None]


def by_option_labels(matches: Sequence[Match], items: Mapping[str, Any]) -> list[Match]:
    """Return the matches with columns of options matched to items of several choices by the labels of their group.

    Where an export puts all options of one question after another without saying where the next begins, neighbours
    that have the options of an item in its order are that item's. Else a group whose labels nearly all are an item's
    is that item's.
    """
    result = list(matches)
    taken = {match.item for match in matches}
    groups: dict[str, list[int]] = {}
    for i, match in enumerate(matches):
        unmatched = match.item is None and match.system is None and match.verdict == "unused"
        if unmatched and match.column.role in ("option", OTHER_TEXT) and match.column.group:
            groups.setdefault(match.column.group, []).append(i)
    if not groups:
        return result
    finders = {name: parts_by_text(item) for name, item in items.items() if item.type in ("multi", "single")}
    for places in groups.values():
        free = {name: item for name, item in items.items() if name in finders and name not in taken}
        _in_order(result, places, free, finders)
        left = [i for i in places if result[i].item is None and result[i].column.role == "option"]
        _nearly_all(result, left, places, items, finders)
        taken |= {result[i].item for i in places}
    return result


def _in_order(
    result: list[Match], places: Sequence[int], items: Mapping[str, Any], finders: Mapping[str, Finder]
) -> None:
    labels = [result[i].column.option or "" for i in places]
    for name, item in items.items():
        wanted = [option.value for option in item.options]
        if len(wanted) < 2 or len(wanted) > len(places):
            continue
        parts = [finders[name](label) if label else None for label in labels]
        for start in range(len(places) - len(wanted) + 1):
            run = places[start : start + len(wanted)]
            if parts[start : start + len(wanted)] != wanted or any(result[i].item for i in run):
                continue
            end = start + len(wanted)
            while end < len(places) and parts[end] in ("other", "none") and parts[end] not in wanted:
                wanted.append(str(parts[end]))
                end += 1
            for i, part in zip(places[start:end], wanted, strict=True):
                reason = message("responses.reason_labels", hits=len(wanted), of=len(wanted))
                result[i] = replace(result[i], item=name, part=part, confidence=0.98, verdict="likely", reason=reason)
            if end < len(places) and result[places[end]].column.role == OTHER_TEXT and item.other:
                _beside(result, places[end], name)
            break


def _nearly_all(
    result: list[Match],
    places: Sequence[int],
    group: Sequence[int],
    items: Mapping[str, Any],
    finders: Mapping[str, Finder],
) -> None:
    labels = [result[i].column.option or "" for i in places]
    best: tuple[float, str] = (0.0, "")
    for name, item in items.items():
        if item.type == "multi" and labels:
            part_of = finders[name]
            best = max(best, (sum(part_of(label) is not None for label in labels) / len(labels), name))
    if best[0] < _LIKELY:
        return
    part_of = finders[best[1]]
    reason = message("responses.reason_labels", hits=round(best[0] * len(labels)), of=len(labels))
    for i, label in zip(places, labels, strict=True):
        part = part_of(label)
        if part:
            result[i] = replace(result[i], item=best[1], part=part, confidence=0.97, verdict="likely", reason=reason)
    for i in group:
        if result[i].column.role == OTHER_TEXT and result[i].item is None:
            _beside(result, i, best[1])


def _beside(result: list[Match], place: int, item: str) -> None:
    reason = message("responses.reason_beside", item=item)
    result[place] = replace(result[place], item=item, part=OTHER_TEXT, confidence=0.97, verdict="likely", reason=reason)
