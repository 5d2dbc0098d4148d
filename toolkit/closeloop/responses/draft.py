"""A survey drafted from an export: types and options guessed from the answers, each guess with its reason.

A draft is for a person to confirm. It never declares a net promoter score: that a scale runs from 0 to 10 does not say
what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import InsufficientDataError
from closeloop.responses.dialects import find_layout
from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.draft_choices import choice_of, labels_of, options_of
from closeloop.responses.draft_spread import points_of, spread_kind
from closeloop.responses.long import laid_wide, long_columns
from closeloop.responses.match import unique_headers
from closeloop.responses.opened import Opened
from closeloop.responses.read import open_source
from closeloop.responses.source import Cells
from closeloop.responses.spelling import LETTERED, is_date, is_number, is_whole, is_yes_no
from closeloop.survey.structures import STRUCTURES, draft_from_structure
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_HANZI = re.compile(r"[\u4e00-\u9fff]")
_ENOUGH = 20  # answers before a stray may be called one
_MOST = 0.95
_MOST_POINTS = 10
_MOST_NAME = 32


@dataclass(slots=True)
class _Question:
    """The columns of one question and what they hold."""

    columns: list[SourceColumn]
    texts: list[str] = field(default_factory=list)  # answers, with repetition, without the empty ones
    kind: str = ""  # multi, ranking or matrix where it is spread over columns
    beside: SourceColumn | None = None  # where it is written what "other" is


def draft_survey(
    path: Any,
    *,
    dialect: str = "auto",
    encoding: str = "auto",
    sheet: str | int | None = None,
    id: str | None = None,
) -> Survey:
    """Return a survey drafted from an export.

    Parameters
    ----------
    path : path or frame
        The export; or the structure itself, which says what was asked: a ``.lss`` of LimeSurvey, a ``.qsf`` of
        Qualtrics.
    dialect, encoding, sheet
        As in `closeloop.read_responses`.
    id : str, optional
        The survey's id; made from the file's name if left out.

    Returns
    -------
    Survey
        One item a question, with ``to_confirm`` saying why it was guessed so, and ``sources`` so that the export can be
        read with it at once. `Survey.confirm`, or deleting the key, confirms. Scales are ``rating``, never ``nps``.

    Raises
    ------
    InsufficientDataError
        If there is no answer to guess from.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = draft_survey(pd.DataFrame({"score": [9, 10, 3], "branch": ["East", "West", "East"]}), id="visit")
    >>> [(item.name, item.type) for item in survey.items]
    [('score', 'rating'), ('branch', 'single')]
    >>> survey.unconfirmed
    ('score', 'branch')
    """
    from closeloop.survey.load import survey_from_dict

    if isinstance(path, str | Path) and Path(path).suffix.lower() in STRUCTURES and Path(path).is_file():
        return draft_from_structure(Path(path), id or _id(Path(path).stem))
    source = open_source(Path(path) if isinstance(path, str) else path, encoding, sheet)
    layout = find_layout(source.head, dialect, source.facts.name)
    cells = source.cells(layout.header_rows)
    if not len(cells.source_rows):
        raise InsufficientDataError(message("responses.header_only", file=source.facts.name))
    long = long_columns(layout, source.head)
    if long:
        wide = laid_wide(Opened(source=source.facts, cells=cells, layout=layout), long)
        layout, cells = wide.layout, wide.cells
    questions = _questions(layout, cells)
    if not questions:
        raise InsufficientDataError(message("responses.draft_no_question", file=source.facts.name))
    headers = unique_headers(layout)
    words = " ".join(text for q in questions for text in (q.columns[0].question, *q.texts[:5]))
    tag = "zh-CN" if _HANZI.search(words) else "en"
    items: list[dict[str, Any]] = []
    sources: dict[str, Any] = {}
    for number, question in enumerate(questions, start=1):
        name = _name(question.columns[0], number, {item["name"] for item in items})
        items.append({"name": name, **_guess(question, layout, tag)})
        sources |= _source_map(name, question, headers)
    title = Path(source.facts.name).stem
    return survey_from_dict(
        {
            "format": 1,
            "id": id or _id(title),
            "version": 1,
            "stage": "draft",
            "languages": [tag],
            "title": {tag: title},
            "pages": [{"name": "main", "items": items}],
            "sources": {layout.platform: sources},
        }
    )


def _questions(layout: Layout, cells: Cells) -> list[_Question]:
    asked = [
        c
        for c in layout.columns
        if c.role in ("answer", "option", "row", "mention") and (c.header.strip() or c.question)
    ]
    texts = {c.position: _texts(cells, c, layout) for c in asked}
    grouped: dict[str, list[SourceColumn]] = {}
    for column in asked:
        if column.role == "option":
            grouped.setdefault(column.group, []).append(column)
    spread = {
        group: spread_kind(
            cells,
            [c.position for c in parts],
            [texts[c.position] for c in parts],
            [c.option or c.header for c in parts],
        )
        for group, parts in grouped.items()
    }
    questions: list[_Question] = []
    by_group: dict[str, _Question] = {}
    for column in asked:
        if column.role == "mention":
            if column.group not in by_group:
                questions.append(_Question(columns=[]))
                by_group[column.group] = questions[-1]
            by_group[column.group].columns.append(column)
        elif column.role == "option" and spread[column.group]:
            if column.group not in by_group:
                questions.append(_Question(columns=[], kind=spread[column.group]))
                by_group[column.group] = questions[-1]
            question = by_group[column.group]
            ticked = next((text for text in texts[column.position] if text not in ("0", "1")), None)
            label = column.option or (ticked if question.kind == "multi" else None) or column.header
            question.columns.append(replace(column, option=ticked or label if question.kind == "multi" else label))
            question.texts += texts[column.position]
        else:
            alone = replace(column, role="answer", question=column.option or column.question)
            questions.append(_Question(columns=[alone], texts=texts[column.position]))
    _lay_beside(layout, questions)
    return questions


def _lay_beside(layout: Layout, questions: Sequence[_Question]) -> None:
    """Put each column of write-ins to the question before it, where that is one of choices."""
    for column in layout.columns:
        before = [q for q in questions if q.columns[-1].position < column.position]
        if column.role == "other_text" and before:
            question = max(before, key=lambda q: q.columns[-1].position)
            if not column.group or question.columns[-1].group in ("", column.group):
                question.beside = question.beside or column


def _texts(cells: Cells, column: SourceColumn, layout: Layout) -> list[str]:
    counts = cells.columns[column.position].value_counts().to_pylist()
    stripped = ((entry["values"].strip(), entry["counts"]) for entry in counts)
    texts = [text for text, n in stripped if text and text not in {*layout.missing, *column.missing} for _ in range(n)]
    return [LETTERED.sub(r"\g<text>", text) for text in texts] if layout.lettered else texts


def _name(column: SourceColumn, number: int, taken: set[str]) -> str:
    slug = re.sub(r"\W+", "_", column.header.strip(), flags=re.ASCII).strip("_")
    slug = re.sub(r"__+", "_", slug)
    wjx = re.fullmatch(r"第(\d+)题", column.key)
    if wjx:
        slug = f"q{wjx[1]}"
    elif column.role == "option":
        slug = re.sub(r"_x?\d+$", "", slug)
    if not re.fullmatch(r"[A-Za-z]\w*", slug, flags=re.ASCII) or len(slug) > _MOST_NAME or slug in _NOT_NAMES:
        slug = f"q{number}"
    name = slug
    again = 2
    while name in taken:
        name = f"{slug}_{again}"
        again += 1
    return name


_NOT_NAMES = {
    "answered_at",
    "answered_at_utc",
    "status",
    "source_file",
    "source_row",
    "response_id",
    "respondent_id",
    "language",
    "wave",
    "channel_source",
}


def _id(title: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return slug if re.match(r"[a-z]", slug) else f"draft-{slug}".strip("-")


def _source_map(name: str, question: _Question, headers: Sequence[str]) -> dict[str, Any]:
    """Return where the question stands: one entry, or one an option where each has a column of its own name."""
    first = question.columns[0]
    if first.group and first.key == first.group:
        return {name: {"column": first.group}}
    entries = {name if c.role == "answer" else f"{name}.{c.option}": c for c in question.columns}
    if question.beside is not None:
        entries[f"{name}.other_text"] = question.beside
    return {target: {"import_id": c.key} if c.key else {"column": headers[c.position]} for target, c in entries.items()}


def _guess(question: _Question, layout: Layout, tag: str) -> dict[str, Any]:
    column = question.columns[0]
    labels = list(dict.fromkeys(str(c.option) for c in question.columns))
    shown = ", ".join(labels[:3]) + " …" * (len(labels) > 3) if question.kind else column.header.strip()
    ask = {tag: column.question or shown}
    called = {code: label for code, label in column.labels.items() if code not in column.missing}
    if called and column.role in ("answer", "mention") and set(question.texts) <= called.keys():
        options = [{"value": code, "text": {tag: label}} for code, label in called.items()]
        named = "multi" if column.role == "mention" else "single"
        return _with({"type": named, "ask": ask, "options": options}, message("platforms.draft_labels", n=len(called)))
    other = {"other": True} if question.beside is not None else {}
    if question.kind == "multi":
        item = {"type": "multi", "ask": ask, "options": options_of(labels, tag), **other}
        return _with(item, message("responses.draft_columns", n=len(labels)))
    if question.kind:
        question.beside = None
    if question.kind == "ranking":
        item = {"type": "ranking", "ask": ask, "options": options_of(labels, tag)}
        return _with(item, message("responses.draft_ranks", n=len(labels)))
    if question.kind == "matrix":
        points = points_of(question.texts)
        scale = {"columns": options_of(labels_of(question.texts)[0], tag)} if points is None else {"points": points}
        item = {"type": "matrix", "ask": ask, "rows": options_of(labels, tag), **scale}
        return _with(item, message("responses.draft_grid", n=len(labels), columns=len(set(question.texts))))
    kind = _kind(question.texts, layout, tag)
    if other and kind["type"] == "single":
        kind |= other
    elif other:
        question.beside = None
    return _with({"type": kind.pop("type"), "ask": ask, **kind}, kind.pop("why"))


def _with(item: dict[str, Any], why: LocalText) -> dict[str, Any]:
    item.pop("why", None)
    return {**item, "to_confirm": dict(why)}


def _kind(texts: Sequence[str], layout: Layout, tag: str) -> dict[str, Any]:
    """Return the type of a question, its limits and options, and why: from all its answers.

    A few strays (up to one in twenty) do not hide what the rest is: they are what the import will set aside.
    """
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return {"type": "text", "why": message("responses.draft_nothing")}
    if set(distinct) <= {"0", "1"} and "0" in distinct:
        return {"type": "yesno", "why": message("responses.draft_zero_one")}
    points = [int(float(text)) for text in texts if is_whole(text) and 0 <= float(text) <= _MOST_POINTS]
    if _mostly(points, texts):
        low, high = min(points), max(points)
        top = next(point for point in (5, 7, _MOST_POINTS) if point >= high)
        why = message("responses.draft_rating", low=low, high=high)
        return {"type": "rating", "min": min(low, 1), "max": top, "why": _and_strays(why, texts, points)}
    whole = [text for text in texts if is_whole(text)]
    if _mostly(whole, texts):
        numbers = [int(float(text)) for text in whole]
        why = message("responses.draft_whole", low=min(numbers), high=max(numbers))
        return {"type": "number", "integer": True, "why": _and_strays(why, texts, whole)}
    for test, kind, reason in (
        (is_number, "number", "number"),
        (is_date, "date", "date"),
        (is_yes_no, "yesno", "yes_no"),
    ):
        fitting = [text for text in texts if test(text)]
        if _mostly(fitting, texts):
            return {"type": kind, "why": _and_strays(message(f"responses.draft_{reason}"), texts, fitting)}
    return choice_of(texts, distinct, layout, tag)


def _mostly(fitting: Sequence[object], texts: Sequence[str]) -> bool:
    return len(fitting) == len(texts) or (len(texts) >= _ENOUGH and len(fitting) >= _MOST * len(texts))


def _and_strays(why: LocalText, texts: Sequence[str], fitting: Sequence[object]) -> LocalText:
    strays = len(texts) - len(fitting)
    return message("responses.draft_strays", why=why, n=strays) if strays else why
