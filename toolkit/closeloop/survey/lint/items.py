"""Items and options that will make trouble: names, personal data, texts that cannot be told apart, sheer length."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from typing import Any

from closeloop.forms.items import NONE, OTHER, BaseItem, Matrix, Multi, TextItem
from closeloop.forms.options import Option
from closeloop.survey.document import KeyPath
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rule
from closeloop.survey.lint.subject import Subject

_SPSS = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})
_PERSON = re.compile(
    r"(^|_)(name|full_?name|first_?name|last_?name|surname|e?mail|phone|tel|telephone|mobile|wechat|weixin|openid|address|"
    r"birthday|birth_?date|passport|id_?card|id_?number|customer_?(id|no|number)|user_?(id|name)|member_?(id|no))($|_)"
)
_ASKS_WHO = re.compile(
    r"姓名|名字|手机号|联系电话|电话号码|邮箱|身份证|微信号|住址|"
    r"\b(your|full|last|first) name\b|e-?mail address|phone number|\b(home|postal) address\b",
    re.IGNORECASE,
)
_PERSON_ID = frozenset({"respondent_id"})
_PERSONAL_TYPES = frozenset({"text", "hidden"})
_MOST_ANSWERS = 60
_NOTHING = re.compile(
    r"\s*(?:none(?: (?:of|at) .*)?|nothing(?: at all| in particular)?|i do ?n[o']t know(?: yet)?|not applicable|"
    r"(?:以上|上述)?(?:都|均|全)?(?:没有|不是|无|不符合)|不知道|不清楚|不适用|没有特别的?)\s*[.。]?\s*",
    re.IGNORECASE,
)


@rule(names_differ_in_case="warning", name_reserved_elsewhere="warning")
def names(subject: Subject) -> Iterator[LintFinding]:
    """Give the names that other programs take for one another, or for something of their own."""
    seen: dict[str, str] = {}
    for item in subject.form.items:
        path: KeyPath = (*subject.paths[item.name], "name")
        earlier = seen.setdefault(item.name.casefold(), item.name)
        if earlier != item.name:
            yield subject.found("names_differ_in_case", path, item.name, name=item.name, other=earlier)
        if item.name.casefold() in _SPSS or keyword.iskeyword(item.name) or item.name == "survey":
            yield subject.found("name_reserved_elsewhere", path, item.name, name=item.name)


@rule(pii_unmarked="warning", pii_comment="info")
def personal(subject: Subject) -> Iterator[LintFinding]:
    """Give the answers that identify a person, or may, and are not marked as such."""
    for item in subject.form.items:
        path = subject.paths[item.name]
        if item.pii:
            continue
        named = item.type in _PERSONAL_TYPES and (item.name in _PERSON_ID or _PERSON.search(item.name.lower()))
        asked = isinstance(item, TextItem) and (
            item.format in {"email", "tel"} or any(map(_ASKS_WHO.search, (item.ask or {}).values()))
        )
        if named or asked:
            yield subject.found("pii_unmarked", path, item.name, name=item.name)
        elif item.type == "comment":
            yield subject.found("pii_comment", path, item.name, name=item.name)


@rule(
    values_differ_in_case="warning", option_text_twice="warning", min_unreachable="error", none_not_exclusive="warning"
)
def options(subject: Subject) -> Iterator[LintFinding]:
    """Give the options that cannot be told apart, and the numbers of them that nobody can choose."""
    for item in subject.form.items:
        path = subject.paths[item.name]
        for key in ("options", "rows", "columns"):
            parts: Sequence[Option] = getattr(item, key, ())
            yield from _same_texts(subject, item, (*path, key), parts)
        for at, option in enumerate(getattr(item, "options", ())):
            for value, on in ((OTHER, getattr(item, "other", False)), (NONE, getattr(item, "none", False))):
                if on and option.value != value and option.value.casefold() == value:
                    place: KeyPath = (*path, "options", at)
                    yield subject.found("values_differ_in_case", place, item.name, value=option.value, other=value)
        if isinstance(item, Multi):
            yield from _not_alone(subject, item, path)
        if isinstance(item, Multi) and item.min is not None:
            alone = sum(option.exclusive for option in item.options) + item.none
            together = len(item.values) - alone
            if item.min > together and item.min > 1:
                yield subject.found("min_unreachable", (*path, "min"), item.name, min=item.min, most=together)


def _not_alone(subject: Subject, item: Multi, path: KeyPath) -> Iterator[LintFinding]:
    """Give the options that say “none of these” and can be ticked together with one of these."""
    for at, option in enumerate(item.options):
        said = [text for text in option.text.values() if _NOTHING.fullmatch(text)]
        if said and not option.exclusive:
            place: KeyPath = (*path, "options", at)
            yield subject.found("none_not_exclusive", place, item.name, text=said[0], value=option.value)


def _same_texts(subject: Subject, item: BaseItem, path: KeyPath, parts: Sequence[Option]) -> Iterator[LintFinding]:
    for tag in subject.survey.languages:
        seen: dict[str, str] = {}
        for at, option in enumerate(parts):
            text = " ".join(option.text.get(tag, "").split()).casefold()
            earlier = seen.setdefault(text, option.value)
            if text and earlier != option.value:
                fields: dict[str, Any] = {"text": option.text[tag], "value": option.value, "other": earlier, "tag": tag}
                yield subject.found("option_text_twice", (*path, at), item.name, **fields)


@rule(ask_missing="warning", ask_twice="warning")
def questions(subject: Subject) -> Iterator[LintFinding]:
    """Give the questions without words, and those with the same."""
    seen: dict[tuple[str, str], str] = {}
    for item in subject.form.items:
        path = subject.paths[item.name]
        if item.ask is None:
            if item.type != "hidden":
                yield subject.found("ask_missing", path, item.name, name=item.name)
            continue
        if item.type == "note":
            continue
        for tag in subject.survey.languages:
            text = " ".join(item.ask.get(tag, "").split()).casefold()
            earlier = seen.setdefault((tag, text), item.name)
            if earlier != item.name:
                fields: dict[str, Any] = {"name": item.name, "other": earlier, "tag": tag}
                yield subject.found("ask_twice", (*path, "ask"), item.name, **fields)


@rule(long_survey="info", unconfirmed="warning", timezone_missing="info")
def whole(subject: Subject) -> Iterator[LintFinding]:
    """Say what concerns the survey as a whole."""
    answers = sum(len(item.rows) if isinstance(item, Matrix) else item.type not in {"note", "hidden"}
                  for item in subject.form.items)  # fmt: skip
    if answers > _MOST_ANSWERS:
        yield subject.found("long_survey", ("pages",), n=answers, most=_MOST_ANSWERS)
    for item in subject.form.items:
        if item.to_confirm is not None:
            path = (*subject.paths[item.name], "to_confirm")
            yield subject.found("unconfirmed", path, item.name, name=item.name)
    if subject.survey.timezone is None:
        yield subject.found("timezone_missing", ())
