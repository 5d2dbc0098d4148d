"""What two versions of a survey say beside their items: languages, times, pages, the plan, maps and rules."""

from __future__ import annotations

from typing import Any

from closeloop.survey.diff.compare import Comparison, by_key, differing, dumped, same_in_common


def compare_whole(it: Comparison) -> None:
    """Note what is different about everything but the items."""
    old, new = it.old, it.new
    if old.id != new.id:
        it.note("id_changed", ("id",), ("id",), old=old.id, new=new.id)
    if new.version < old.version:
        it.note("version_lowered", ("version",), ("version",), old=old.version, new=new.version)
    if old.stage != new.stage:
        it.note("stage_changed", ("stage",), ("stage",), old=old.stage, new=new.stage)
    _languages(it)
    if not same_in_common(old.title, new.title):
        shown = differing(old.title, new.title)
        it.note("title_changed", ("title",), ("title",), old=shown[0], new=shown[1])
    if old.timezone != new.timezone:
        kind = "timezone_added" if old.timezone is None else "timezone_changed"
        it.note(kind, ("timezone",), ("timezone",), old=old.timezone, new=new.timezone)
    for key in ("status", "duplicates"):
        one, other = _plain(getattr(old, key)), _plain(getattr(new, key))
        if one != other:
            it.note(f"{key}_changed", (key,), (key,), old=one, new=other)
    if old.definition.extra != new.definition.extra:
        it.note("extra_changed", ("extra",), ("extra",))
    _pages(it)
    _ends(it)
    _thanks(it)
    _metrics(it)
    _sources(it)
    _follow_up(it)


def _plain(value: Any) -> Any:
    return [dumped(entry) for entry in value] if isinstance(value, tuple) else value


def _languages(it: Comparison) -> None:
    old, new = it.old.languages, it.new.languages
    for number, tag in enumerate(old):
        if tag not in new:
            it.note("language_removed", ("languages", number), ("languages",), old=tag)
    for number, tag in enumerate(new):
        if tag not in old:
            it.note("language_added", ("languages",), ("languages", number), new=tag)
    common = [tag for tag in old if tag in new], [tag for tag in new if tag in old]
    if common[0] != common[1]:
        it.note("language_order", ("languages",), ("languages",), old=common[0], new=common[1])


def _pages(it: Comparison) -> None:
    pages = it.old.definition.pages, it.new.definition.pages
    old, new = by_key(pages[0], "name"), by_key(pages[1], "name")
    if len(old) == len(new):
        for number, (one, other) in enumerate(zip(*pages, strict=True)):
            if one.name != other.name and one.name not in new and other.name not in old:
                path = ("pages", number, "name")
                it.note("page_renamed", path, path, old=one.name, new=other.name)
    for name, (place, page) in old.items():
        if name in new and not same_in_common(page.title, new[name][1].title):
            shown = differing(page.title, new[name][1].title)
            paths = ("pages", place, "title"), ("pages", new[name][0], "title")
            it.note("page_title", *paths, old=shown[0], new=shown[1])
        if name in new and it.in_new_names(page.show_if) != new[name][1].show_if:
            paths = ("pages", place, "show_if"), ("pages", new[name][0], "show_if")
            it.note("page_condition", *paths, old=page.show_if, new=new[name][1].show_if)
        if name in new and page.extra != new[name][1].extra:
            it.note("extra_changed", ("pages", place), ("pages", new[name][0]))


def _ends(it: Comparison) -> None:
    old, new = [it.in_new_names(text) for text in it.old.definition.end_if], list(it.new.definition.end_if)
    if old != new:
        it.note("end_condition", ("end_if",), ("end_if",), old=old or None, new=new or None)


def _thanks(it: Comparison) -> None:
    old, new = it.old.thanks, it.new.thanks
    if [it.in_new_names(each.condition) for each in old] != [each.condition for each in new]:
        it.note("thanks_changed", ("thanks",), ("thanks",))
        return
    for number, (one, other) in enumerate(zip(old, new, strict=True)):
        if not same_in_common(one.text, other.text):
            shown = differing(one.text, other.text)
            it.note("thanks_wording", ("thanks", number), ("thanks", number), old=shown[0], new=shown[1])


def _metrics(it: Comparison) -> None:
    old, new = it.old.metrics, it.new.metrics
    for name, plan in old.items():
        path = ("metrics", name)
        if name not in new:
            it.note("metric_removed", path, None, item=name, old=plan.kind)
            continue
        one = {key: value for key, value in dumped(plan).items() if key != "label"}
        other = {key: value for key, value in dumped(new[name]).items() if key != "label"}
        as_now = _renamed(one, it.pairs)
        if as_now != other:
            one = as_now if one == other else one  # the name it refers to was given to another question
            key = next((k for k in {**one, **other} if one.get(k) != other.get(k)), "")
            it.note("metric_changed", (*path, key), (*path, key), item=name, old=one, new=other)
        elif not same_in_common(plan.label, new[name].label):
            shown = differing(plan.label, new[name].label)
            it.note("metric_label", (*path, "label"), (*path, "label"), item=name, old=shown[0], new=shown[1])
    for name, plan in new.items():
        if name not in old:
            it.note("metric_added", None, ("metrics", name), item=name, new=plan.kind)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return a plan with the items under their later names: a renamed item is the same metric."""
    if isinstance(value, dict):
        return {key: entry if key in ("kind", "table") else _renamed(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [_renamed(entry, names) for entry in value]
    if isinstance(value, str):
        head, dot, row = value.partition(".")
        return f"{names.get(head, head)}{dot}{row}"
    return value


def _sources(it: Comparison) -> None:
    old, new = it.old.sources, it.new.sources
    for platform in dict.fromkeys((*old, *new)):
        before = {_renamed(name, it.pairs): name for name in old.get(platform, {})}
        after = new.get(platform, {})
        for name in dict.fromkeys((*before, *after)):
            if name not in before or name not in after or old[platform][before[name]] != after[name]:
                places = [("sources", platform, key) if key else None for key in (before.get(name), name)]
                here = places[1] if name in after else None
                it.note("sources_changed", places[0], here, item=name, old=platform)


def _follow_up(it: Comparison) -> None:
    old, new = by_key(it.old.follow_up, "id"), by_key(it.new.follow_up, "id")
    for name, (place, rule) in old.items():
        if name not in new:
            it.note("follow_up_removed", ("follow_up", place), None, item=name, old=rule.when)
        elif (as_now := rule.model_copy(update={"when": it.in_new_names(rule.when)})) != new[name][1]:
            paths = ("follow_up", place), ("follow_up", new[name][0])
            shown = [dumped(each) for each in (as_now, new[name][1])]
            keys = [key for key in {**shown[0], **shown[1]} if shown[0].get(key) != shown[1].get(key)]
            told = [{key: part[key] for key in keys if key in part} for part in shown]
            places = [(*path, keys[0]) for path in paths]
            it.note("follow_up_changed", places[0], places[1], item=name, old=told[0], new=told[1])
    for name, (place, rule) in new.items():
        if name not in old:
            it.note("follow_up_added", None, ("follow_up", place), item=name, new=rule.when)
