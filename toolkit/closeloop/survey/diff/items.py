"""The items of two versions: which became which, and what is different about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import BaseItem
from closeloop.survey.diff.choices import compare_choices
from closeloop.survey.diff.compare import Comparison, differing, dumped, item_paths, same_in_common
from closeloop.survey.diff.reach import ENDS, Reach
from closeloop.survey.document import KeyPath
from closeloop.survey.route import Route
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

SCALES = frozenset({"nps", "csat", "ces", "rating"})
"""Types whose answers are points of a scale: one may become another where the points are the same or rescaled."""
TEXTS = frozenset({"text", "comment", "hidden"})
"""Types whose answers are free text."""
_READ = (("ask", "wording_changed"), ("help", "wording_changed"), ("low", "wording_changed"),
         ("high", "wording_changed"), ("other_text", "wording_changed"), ("label", "label_changed"),
         ("required_message", "message_changed"))  # fmt: skip
_LOWER, _UPPER = ("min", "min_length"), ("max", "max_length")
_AS_FAR_AS_IT_GOES = {"look": "look_changed", "extra": "extra_changed", "to_confirm": "confirmed",
                      "dimension": "analysis_changed", "weight": "analysis_changed"}  # fmt: skip


def same_family(old: str, new: str) -> bool:
    """Say whether answers of one type can be answers of another.

    Examples
    --------
    >>> same_family("csat", "rating"), same_family("text", "number")
    (True, False)
    """
    return old == new or {old, new} <= SCALES or {old, new} <= TEXTS


def paired(old: Survey, new: Survey, steps: Route) -> dict[str, str]:
    """Return which item became which: as the migrations say, by the name, else by what the item asks.

    Where a name was given to another question, and the question stands under another name, the question counts: answers
    to it are stored under the old name.
    """
    later = {item.name: item for item in new.items}
    pairs = _elsewhere(old, later, steps)
    for item in old.items:
        moved = steps.name(item.name)
        if item.name in pairs or moved in pairs.values():
            continue
        if moved is not None and moved in later and (item.type == "note") == (later[moved].type == "note"):
            pairs[item.name] = moved
    for item in old.items:
        if item.name in pairs or item.type == "note" or steps.name(item.name) is None:
            continue
        free = [each for each in new.items if each.name not in pairs.values()]
        alike = [each for each in free if _alike(item, each)]
        if len(alike) == 1:
            pairs[item.name] = alike[0].name
    return pairs


def _elsewhere(old: Survey, later: Mapping[str, BaseItem], steps: Route) -> dict[str, str]:
    """Return the questions whose names ask something else now, while they stand word for word under other names."""
    before = {item.name: item for item in old.items}
    found: dict[str, str] = {}
    for item in old.items:
        here = later.get(item.name)
        if here is None or steps.name(item.name) != item.name or _asks_the_same(item, here):
            continue
        same = [each for each in later.values() if each.type == item.type and _asks_the_same(item, each)]
        asked_before = [each for each in same if each.name in before and _asks_the_same(before[each.name], each)]
        if len(same) == 1 and not asked_before and same[0].name not in found.values():
            found[item.name] = same[0].name
    return found


def _asks_the_same(one: BaseItem, other: BaseItem) -> bool:
    return one.ask is not None and other.ask is not None and same_in_common(one.ask, other.ask)


def _alike(old: BaseItem, new: BaseItem) -> bool:
    if old.type != new.type:
        return False
    if old.ask is not None and new.ask is not None:
        return same_in_common(old.ask, new.ask)
    return bool(dumped(old.model_copy(update={"name": ""})) == dumped(new.model_copy(update={"name": ""})))


def compare_items(it: Comparison) -> None:
    """Note what is different about the items."""
    before, after = item_paths(it.old), item_paths(it.new)
    for item in it.old.items:
        if item.name not in it.pairs:
            told = it.route.name(item.name) is None
            kind = "note_removed" if item.type == "note" else "item_removed"
            it.note(kind, before[item.name], None, item=item.name, old=item.name, told=told)
    for new in it.new.items:
        if new.name not in it.pairs.values():
            kind = "note_added" if new.type == "note" else "required_item_added" if new.required else "item_added"
            it.note(kind, None, after[new.name], item=new.name, new=new.name)
    for name, later in it.pairs.items():
        _compare(it, it.old.item(name), it.new.item(later), before[name], after[later])
    _order(it, before, after)


def _order(it: Comparison, before: dict[str, KeyPath], after: dict[str, KeyPath]) -> None:
    pages = [page.name for page in it.old.definition.pages], [page.name for page in it.new.definition.pages]
    renamed = dict(zip(*pages, strict=False)) if len(pages[0]) == len(pages[1]) else {}
    for name, later in it.pairs.items():
        old, new = pages[0][int(before[name][1])], pages[1][int(after[later][1])]
        if old != new and (new in pages[0] or renamed.get(old) != new):
            it.note("page_moved", before[name], after[later], item=later, old=old, new=new)
    kept = [later for name in before if (later := it.pairs.get(name, ""))]
    now = [name for name in after if name in kept]
    if kept != now:
        first = next(b for a, b in zip(kept, now, strict=True) if a != b)
        it.note("order_changed", None, after[first], old=kept, new=now)


def _compare(it: Comparison, old: BaseItem, new: BaseItem, before: KeyPath, after: KeyPath) -> None:
    name = new.name

    def note(kind: str, key: str = "", **fields: Any) -> None:
        places: Sequence[KeyPath] = [(*path, key) if key else path for path in (before, after)]
        it.note(kind, places[0], places[1], item=name, **fields)

    if old.name != name:
        told = it.route.name(old.name) == name
        note("item_renamed", "name", old=old.name, new=name, told=told)
    if old.type != new.type and not (same_family(old.type, new.type) and old.scale == new.scale):
        if same_family(old.type, new.type):
            note("scale_changed", "type", old=old.scale, new=new.scale, told=_rescaled(it, old, new))
        else:
            note("type_changed", "type", old=old.type, new=new.type, told=False)
            return
    elif old.type != new.type:
        seen = {old.type, new.type} == {"text", "comment"}  # one line or several: the answers are the same texts
        note("look_changed" if seen else "type_changed", "type", old=old.type, new=new.type)
    elif old.scale != new.scale:
        note("scale_changed", _scale_key(old, new), old=old.scale, new=new.scale, told=_rescaled(it, old, new))
    _texts(old, new, note)
    compare_choices(it, old, new, before, after)
    _required(it, old, new, note)
    _shown(it, old, new, note)
    _limits(old, new, note)
    _checks(it, old, new, note)
    _marks(old, new, note)


def _rescaled(it: Comparison, old: BaseItem, new: BaseItem) -> bool:
    """Say whether every point of the old scale has a place on the new one, and the file says how."""
    points = [it.route.value(old.name, point, new.scale) for point in old.scale or ()]
    told = it.route.rescales(old.name) or any(new.name in step.recode for step in it.route.steps)
    return bool(told) and all(point in (new.scale or ()) for point in points)


def _scale_key(old: BaseItem, new: BaseItem) -> str:
    for key in ("points", "max", "min", "step", "columns"):
        if getattr(old, key, None) != getattr(new, key, None):
            return key
    return "type"


def _texts(old: BaseItem, new: BaseItem, note: Any) -> None:
    labels = [getattr(item, "labels", None) or {} for item in (old, new)]
    ends = [_end(item, key) for item in (old, new) for key in ("low", "high")]
    if _swapped(*ends) or _reversed(labels[0], labels[1]):
        note("ends_swapped", "labels" if labels[1] else "low", old=ends[0], new=ends[2])
        return
    for key, kind in _READ:
        one, other = getattr(old, key, None), getattr(new, key, None)
        if not same_in_common(one, other):
            shown = differing(one, other)
            note(kind, key, old=shown[0], new=shown[1])
    if labels[0].keys() != labels[1].keys() or not all(same_in_common(t, labels[1][k]) for k, t in labels[0].items()):
        parts = [k for k in {*labels[0], *labels[1]} if not same_in_common(labels[0].get(k), labels[1].get(k))]
        point = sorted(parts, key=str)[0]
        shown = differing(labels[0].get(point), labels[1].get(point))
        note("wording_changed", "labels", old=shown[0], new=shown[1])


def _end(item: BaseItem, key: str) -> LocalText | None:
    """Return what an end of a scale is called, be it written as an end or as the label of its point."""
    text: LocalText | None = getattr(item, key, None)
    labels: Mapping[int, LocalText] = getattr(item, "labels", None) or {}
    if text is None and item.scale is not None:
        text = labels.get(item.scale[0] if key == "low" else item.scale[-1])
    return text


def _swapped(low: LocalText | None, high: LocalText | None, new_low: LocalText | None,
             new_high: LocalText | None) -> bool:  # fmt: skip
    """Say whether the ends of a scale are called what the opposite ones were, in the languages of both versions."""
    if low is None or high is None or new_low is None or new_high is None or same_in_common(low, high):
        return False
    both = set(low) & set(new_low)
    return bool(both) and same_in_common(low, new_high) and same_in_common(high, new_low)


def _reversed(old: Any, new: Any) -> bool:
    """Say whether the labels of a scale's points stand the other way round."""
    before, after = ([labels[key] for key in sorted(labels)] for labels in (old, new))
    if not 1 < len(before) == len(after) or all(map(same_in_common, before, after)):
        return False
    return bool(set(before[0]) & set(after[0])) and all(map(same_in_common, before, reversed(after)))


def _required(it: Comparison, old: BaseItem, new: BaseItem, note: Any) -> None:
    if old.required != new.required:
        note("required_added" if new.required else "required_removed", "required", old=old.required, new=new.required)
    if new.required or old.required or it.in_new_names(old.require_if) == new.require_if:
        return
    reach = it.reaches.of_condition(old.require_if, new.require_if, without=False)
    kinds: dict[Reach, str] = {
        "same": "condition_rewritten", "fewer": "required_of_fewer",
        "more": "required_of_more", "unclear": "required_of_more",
    }  # fmt: skip
    fewer_and_more = reach == "fewer" and it.reaches.of_condition(new.require_if, old.require_if, without=False)
    note("required_of_more" if fewer_and_more == "fewer" else kinds[reach], "require_if",
         old=old.require_if, new=new.require_if)  # fmt: skip


def _shown(it: Comparison, old: BaseItem, new: BaseItem, note: Any) -> None:
    reaches = it.reaches
    reach = reaches.of_item(old.name)
    written = it.in_new_names(old.show_if), new.show_if
    key = "show_if" if written[0] != written[1] else ""
    if not key and reach != "same":  # it is the page, the end of the survey or a question before it that has changed
        before, after = reaches.differing(old.name)
        written = _in_a_row(before), _in_a_row(after)
    if reach == "same":
        if written[0] != written[1]:
            note("condition_rewritten", key, old=written[0], new=written[1])
        return
    kind = {"fewer": "shown_to_fewer", "more": "shown_to_more", "unclear": "shown_unclear"}[reach]
    if new.type == "note":
        kind = "note_shown"
    elif kind == "shown_to_more" and (new.required or new.require_if):
        kind = "required_shown_to_more"
    note(kind, key, old=written[0], new=written[1])


def _in_a_row(conditions: set[str]) -> str | None:
    return " · ".join(text.replace(ENDS, "end_if ") for text in sorted(conditions)) or None


def _limits(old: BaseItem, new: BaseItem, note: Any) -> None:
    for key in (*_LOWER, *_UPPER):
        if old.type in SCALES or key not in type(new).model_fields:
            continue
        one, other = getattr(old, key, None), getattr(new, key, None)
        if one != other:
            tighter = other is not None and (one is None or (other > one) == (key in _LOWER))
            note("limit_narrowed" if tighter else "limit_widened", key, old=one, new=other)
    for key, loose in (("pattern", None), ("format", "text"), ("integer", False), ("every_row", False)):
        one, other = getattr(old, key, loose), getattr(new, key, loose)
        if one != other:
            note("limit_widened" if other == loose else "limit_narrowed", key, old=one, new=other)


def _checks(it: Comparison, old: BaseItem, new: BaseItem, note: Any) -> None:
    checks = [it.in_new_names(check.expr) for check in old.checks], [check.expr for check in new.checks]
    if checks[0] != checks[1]:
        added = [expr for expr in checks[1] if expr not in checks[0]]
        note("limit_narrowed" if added else "limit_widened", "checks", old=checks[0], new=checks[1])
    else:
        for one, other in zip(old.checks, new.checks, strict=True):
            if not same_in_common(one.message, other.message):
                shown = differing(one.message, other.message)
                note("message_changed", "checks", old=shown[0], new=shown[1])


def _marks(old: BaseItem, new: BaseItem, note: Any) -> None:
    if old.reverse != new.reverse:
        note("reverse_flipped", "reverse", old=old.reverse, new=new.reverse)
    if old.pii != new.pii:
        note("pii_added" if new.pii else "pii_removed", "pii", old=old.pii, new=new.pii)
    for key, kind in _AS_FAR_AS_IT_GOES.items():
        one, other = getattr(old, key, None), getattr(new, key, None)
        if one != other:
            note(kind, key, old=one, new=other)
