"""In which languages a SurveyJS JSON is, and which of them it calls ``default``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.surveyjs.guard import WHAT
from closeloop.survey.surveyjs.locales import DEFAULT, Texts, codes_of, default_language, tag_of
from closeloop.survey.surveyjs.pairs import FEEDBACK
from closeloop.text import message

_ENGLISH = "en"
# The properties that hold a text; a mapping below any other is none.
_TEXTS = frozenset(
    {
        "title", "description", "html", "text", "requiredErrorText", "labelTrue", "labelFalse", "otherText",
        "minRateDescription", "maxRateDescription", "mininumRateDescription", "maximumRateDescription",
        "completedHtml",
    }
)  # fmt: skip


def read_languages(data: Mapping[str, Any]) -> Texts:
    """Return the languages of a survey in the order in which they are shown, and the one called ``default``.

    Parameters
    ----------
    data : mapping
        SurveyJS JSON.

    Raises
    ------
    SurveyDefinitionError
        If a text is in what is no language, or if English is there beside a ``default`` that says something else.

    Examples
    --------
    >>> read_languages({"locale": "zh-cn", "title": {"default": "Survey", "zh-cn": "问卷"}})
    Texts(languages=('zh-CN', 'en'), default='en')
    >>> read_languages({"locale": "zh-cn", "title": "问卷"})
    Texts(languages=('zh-CN',), default='zh-CN')
    """
    texts = list(_texts(data))
    used = {code: path for path, text in reversed(texts) for code in reversed(text) if code != DEFAULT}
    codes = dict(reversed(used.items()))
    unknown = {code: path for code, path in codes.items() if tag_of(code) is None}
    if unknown:
        raise definition_error(WHAT, [_finding("locale", path, code=code[:60]) for code, path in unknown.items()])
    given = data.get("locale") or ""
    first = tag_of(given) if isinstance(given, str) else None
    if given and first is None:
        raise definition_error(WHAT, [_finding("locale", "locale", code=str(given)[:60])])
    declared = _declared(data)
    usual = _default(declared, first, codes, texts)
    tags = dict.fromkeys(declared or [usual]) | dict.fromkeys(filter(None, map(tag_of, codes)))
    known = codes_of(declared)
    languages = [tag for tag in tags if tag in declared or codes_of([tag])[tag] not in known.values()]
    start = next((tag for tag in languages if codes_of(languages)[tag] == given), None) if first else usual
    if start is None:
        return Texts((str(first), *languages), usual)  # a language of which no text is there yet
    return Texts((start, *(tag for tag in languages if tag != start)), usual)


def _texts(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every text in several languages with its JSON path, in the order of the JSON."""
    waiting: list[tuple[str, object]] = [("", data)]
    while waiting:
        path, value = waiting.pop()
        below: list[tuple[str, object]] = []
        if isinstance(value, Mapping):
            for key, entry in value.items():
                where = f"{path}.{key}".lstrip(".")
                if key in _TEXTS and isinstance(entry, Mapping):
                    yield where, entry
                elif key != FEEDBACK and isinstance(entry, (Mapping, list)):
                    below.append((where, entry))
        elif isinstance(value, list):
            below = [(f"{path}[{place}]", entry) for place, entry in enumerate(value)]
        waiting.extend(reversed(below))


def _declared(data: Mapping[str, Any]) -> list[str]:
    """Return the languages that were kept for us; none where there are none or they are not as they should be."""
    feedback = data.get(FEEDBACK)
    languages = feedback.get("languages") if isinstance(feedback, Mapping) else None
    if not isinstance(languages, list) or not all(isinstance(tag, str) for tag in languages):
        return []
    return list(dict.fromkeys(languages))


def _default(
    declared: list[str], first: str | None, codes: Mapping[str, str], texts: list[tuple[str, Mapping[str, Any]]]
) -> str:
    """Return the language called ``default``: English, if the JSON does not say otherwise."""
    usual = default_language(declared) if declared else _ENGLISH
    if _ENGLISH in codes and codes_of([usual])[usual] == _ENGLISH:
        clash = next(
            (
                path
                for path, text in texts
                if text.get(DEFAULT, text.get(_ENGLISH)) != text.get(_ENGLISH, text.get(DEFAULT))
            ),
            None,
        )
        if clash is not None:
            if first is None or first == _ENGLISH:
                raise definition_error(WHAT, [_finding("default_clash", clash)])
            return first
        return usual
    if declared or first is None or codes_of([first])[first] in codes:
        return usual
    return first


def _finding(key: str, path: str, /, **fields: object) -> Finding:
    return Finding(code=f"surveyjs_{key}", field=path, message=message(f"surveyjs.{key}", **fields))
