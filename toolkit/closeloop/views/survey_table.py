"""A survey as HTML: what it asks, of whom, what is measured, and what a person still has to confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.numbers import number
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_LANGUAGES = {"en": "English", "zh-CN": "简体中文", "zh-TW": "繁體中文"}


def survey_block(survey: Survey, tag: str) -> Html:
    """Return title, version, analysis plan and follow-up rules of a survey, and its items."""
    return element("div", _head(survey, tag), _facts(survey, tag), _items(survey, tag), class_="wrap block")


def _head(survey: Survey, tag: str) -> Html:
    languages = marks(tag).comma.join(_LANGUAGES.get(name, name) for name in survey.languages)
    parts = [survey.id, say("version", tag, version=survey.version), languages]
    about = element("span", " · ".join(parts), class_="soft")
    return element("p", element("b", in_tag(survey.title, tag)), " ", about, class_="head")


def _facts(survey: Survey, tag: str) -> Html:
    facts: list[tuple[str, list[Html]]] = [
        ("metrics", [_metric(name, plan, tag) for name, plan in survey.metrics.items()]),
        ("follow_up", [_rule(rule, tag) for rule in survey.follow_up]),
        ("times", [join([survey.timezone])] if survey.timezone else []),
    ]
    lines = []
    for key, entries in facts:
        for at, entry in enumerate(entries or [element("span", say("none_declared", tag), class_="soft")]):
            lines.append(element("dt", say(key, tag) if at == 0 else ""))
            lines.append(element("dd", entry))
    return element("dl", *lines, class_="facts")


def _metric(name: str, plan: Any, tag: str) -> Html:
    parts: list[object] = [element("code", name), " "]
    if plan.label:
        parts += [in_tag(plan.label, tag), " "]
    key = "metric_from" if plan.kind == name else "metric_of"  # “nps – nps of recommend” says it twice
    said = say(key, tag, kind=plan.kind, items=marks(tag).comma.join(plan.items))
    return join([*parts, element("span", "– ", said, class_="soft")])


def _rule(rule: Any, tag: str) -> Html:
    what = element("span", "– ", say(f"severity_{rule.severity}", tag), class_="soft")
    return join([element("code", rule.id), " ", element("code", rule.when), " ", what])


def _items(survey: Survey, tag: str) -> Html:
    measured: dict[str, list[str]] = {}
    for name, plan in survey.metrics.items():
        for item in plan.items:
            measured.setdefault(item.split(".")[0], []).append(name)
    rows = tuple(_item_cells(item, measured.get(item.name, []), tag) for item in survey.items)
    unconfirmed = sum(item.to_confirm is not None for item in survey.items)
    counts = say("items_counted", tag, count=number(len(rows)))
    if unconfirmed:
        counts += marks(tag).clause + say("items_to_confirm", tag, count=number(unconfirmed))
    heads = {"item": "item", "type": "type", "question": "main", "shown_when": "when", "metric": "metric"}
    return table(
        tuple(Column(head=say(key, tag), css=css) for key, css in heads.items()),
        [Section(rows=rows)],
        caption=join([say("items", tag), " ", element("span", "– ", counts)]),
        css="t",
    )


def _item_cells(item: Any, metrics: list[str], tag: str) -> tuple[object, ...]:
    question: list[object] = [in_tag(item.ask, tag), " "] if item.ask else []
    remarks = [say(key, tag) for key, there in (("required", item.required), ("personal", item.pii)) if there]
    if remarks or not item.ask:
        question.append(element("span", "– ", marks(tag).comma.join(remarks), class_="soft"))
    if item.to_confirm is not None:
        reason = say("to_confirm", tag, reason=in_tag(item.to_confirm, tag))
        question += [" ", element("span", reason, class_="caution")]
    return (
        element("code", item.name),
        join([element("code", item.type), _answers(item, tag)], " "),
        join(question),
        element("code", item.show_if) if item.show_if else Cell(content=say("always", tag), css="soft"),
        join([element("code", name) for name in metrics], " ") if metrics else "–",
    )


def _answers(item: Any, tag: str) -> Html:
    options = getattr(item, "options", ())
    if item.scale is not None and len(item.scale):
        return element("span", f"{item.scale[0]}–{item.scale[-1]}", class_="soft")
    if options:
        return element("span", say("options_counted", tag, count=number(len(options))), class_="soft")
    return Html("")
