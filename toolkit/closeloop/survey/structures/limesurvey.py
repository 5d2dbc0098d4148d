"""LimeSurvey's structure (``.lss``): tables of groups, questions, subquestions and answers, and their texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.survey.structures.draft import Draft, Item, Words, language_tag, no_counterpart
from closeloop.survey.structures.tables import Row, tables
from closeloop.text import LocalText, message

_ALWAYS = ("", "1")


@dataclass(frozen=True, slots=True)
class _Question:
    """One question: its row, its texts, its subquestions by scale, its answers."""

    row: Row
    parts: Sequence[tuple[str, Words]]
    answers: Sequence[tuple[str, Words]]
    draft: Draft

    @property
    def columns(self) -> list[Item]:
        return self.draft.options(self.answers)


def limesurvey_draft(content: bytes, file: str) -> Draft:
    """Return what a ``.lss`` file says."""
    found = tables(content, file)
    base, *others = _languages(found)
    draft = Draft("limesurvey", _title(found, base) or file.rpartition(".")[0], tuple(dict.fromkeys((base, *others))))
    texts = _texts(found, "questions", "question_l10ns", "qid", "question")
    helps = _texts(found, "questions", "question_l10ns", "qid", "help")
    subtexts = _texts(found, "subquestions", "question_l10ns", "qid", "question")
    groups = _texts(found, "groups", "group_l10ns", "gid", "group_name")
    answers = _answers(found)
    questions = _once([row for row in found.get("questions", ()) if row.get("parent_qid", "0") == "0"], "qid")
    parts = _once([*found.get("subquestions", ()), *_below(found)], "qid")
    for group in sorted(_once(found.get("groups", ()), "gid"), key=lambda row: _place(row, "group_order")):
        names = draft.text(groups.get(group["gid"], {}))
        draft.page(names[base])
        of_group = [row for row in questions if row.get("gid") == group["gid"]]
        for row in sorted(of_group, key=lambda row: _place(row, "question_order")):
            own = sorted((p for p in parts if p.get("parent_qid") == row["qid"]), key=lambda p: _place(p))
            rows = [(p.get("title", ""), subtexts.get(p["qid"], {})) for p in own if p.get("scale_id", "0") == "0"]
            question = _Question(row, rows, answers.get(row["qid"], ()), draft)
            _add(question, texts.get(row["qid"], {}), helps.get(row["qid"], {}), group.get("grelevance", ""))
    return draft


def _add(question: _Question, ask: Words, help_: Words, group_condition: str) -> None:
    draft, row = question.draft, question.row
    kind = row.get("type", "")
    code = row.get("title", "") or f"q{row['qid']}"
    said = draft.text(ask)
    asked = {"ask": {tag: text or code for tag, text in said.items()}}
    below = draft.text(help_)
    more = ({"help": below} if all(below.values()) else {}) | (
        {"required": True} if row.get("mandatory") in ("Y", "S") and kind != "X" else {}
    )
    conditions = [one for one in (group_condition, row.get("relevance", "")) if one not in _ALWAYS]
    reasons: list[LocalText] = [message("structures.condition", condition=one) for one in conditions]
    if kind in ("Q", "K"):  # a text or a number a line: each is an item of its own
        for part, words in question.parts:
            texts = draft.text(words)
            line = {"ask": {tag: f"{asked['ask'][tag]} – {text or part}" for tag, text in texts.items()}}
            draft.add(f"{code}[{part}]", {"type": "text" if kind == "Q" else "number", **line, **more}, reasons)
        return
    item = _KINDS.get(kind, _unknown)(question)
    if item is None:
        item, reasons = {"type": "text"}, [*reasons, no_counterpart(kind)]
    draft.add(code, {"type": item.pop("type"), **asked, **more, **item}, reasons)
    if kind == "O":
        draft.add(f"{code}[comment]", {"type": "comment", "ask": asked["ask"]})


def _unknown(question: _Question) -> Item | None:
    del question
    return None


def _other(question: _Question) -> Item:
    return {"other": True} if question.row.get("other") == "Y" else {}


def _single(question: _Question) -> Item | None:
    if not question.answers:
        return None
    look = {"look": "dropdown"} if question.row.get("type") == "!" else {}
    return {"type": "single", "options": question.columns, **_other(question), **look}


def _multi(question: _Question) -> Item | None:
    if not question.parts:
        return None
    return {"type": "multi", "options": question.draft.options(question.parts), **_other(question)}


def _ranking(question: _Question) -> Item | None:
    return {"type": "ranking", "options": question.columns} if question.answers else None


def _matrix(question: _Question) -> Item | None:
    rows = question.draft.options(question.parts)
    fixed = {"C": ("Y", "U", "N"), "E": ("I", "S", "D")}.get(question.row.get("type", ""))
    columns = question.draft.options([(code, {}) for code in fixed]) if fixed else question.columns
    return {"type": "matrix", "rows": rows, "columns": columns} if rows and len(columns) > 1 else None


def _points(most: int) -> Callable[[_Question], Item | None]:
    def matrix(question: _Question) -> Item | None:
        rows = question.draft.options(question.parts)
        return {"type": "matrix", "rows": rows, "points": most} if rows else None

    return matrix


def _plain(kind: str, **more: Any) -> Callable[[_Question], Item]:
    def item(question: _Question) -> Item:
        del question
        return {"type": kind, **more}

    return item


_KINDS: Mapping[str, Callable[[_Question], Item | None]] = {
    "5": _plain("rating", min=1, max=5),
    "L": _single,
    "!": _single,
    "O": _single,
    "M": _multi,
    "P": _multi,
    "R": _ranking,
    "F": _matrix,
    "H": _matrix,
    "C": _matrix,
    "E": _matrix,
    "A": _points(5),
    "B": _points(10),
    "S": _plain("text"),
    "T": _plain("comment"),
    "U": _plain("comment"),
    "N": _plain("number"),
    "D": _plain("date"),
    "Y": _plain("yesno"),
    "X": _plain("note"),
    "*": _plain("hidden"),
}
"""LimeSurvey's letter of a type → how it is asked here; the others (file upload, arrays of texts …) are texts."""


def _languages(found: Mapping[str, Sequence[Row]]) -> list[str]:
    survey = next(iter(found.get("surveys", ())), {})
    named = [survey.get("language", ""), *survey.get("additional_languages", "").split()]
    return [language_tag(name) for name in named if name] or ["en"]


def _title(found: Mapping[str, Sequence[Row]], base: str) -> str:
    titles = {
        language_tag(row.get("surveyls_language", "")): row.get("surveyls_title", "")
        for row in found.get("surveys_languagesettings", ())
    }
    return titles.get(base, "")


def _texts(found: Mapping[str, Sequence[Row]], old: str, new: str, key: str, what: str) -> dict[str, dict[str, str]]:
    """Return id → language → text: from the table of texts, or from the table itself, as before version 4."""
    texts: dict[str, dict[str, str]] = {}
    for row in (*found.get(old, ()), *found.get(new, ())):
        if row.get(key) and what in row and row.get("language"):
            texts.setdefault(row[key], {})[language_tag(row["language"])] = row[what]
    return texts


def _answers(found: Mapping[str, Sequence[Row]]) -> dict[str, list[tuple[str, Words]]]:
    """Return question → its answers in order: code and texts."""
    words = _texts(found, "answers", "answer_l10ns", "aid", "answer")
    old: dict[tuple[str, str], dict[str, str]] = {}
    rows: dict[tuple[str, str], Row] = {}
    for row in found.get("answers", ()):
        if row.get("scale_id", "0") == "0":
            place = (row["qid"], row.get("code", ""))
            rows.setdefault(place, row)
            old.setdefault(place, {}).update(words.get(row.get("aid", ""), {}))
            if "answer" in row:
                old[place][language_tag(row.get("language", ""))] = row["answer"]
    result: dict[str, list[tuple[str, Words]]] = {}
    for (qid, code), _ in sorted(rows.items(), key=lambda entry: _place(entry[1], "sortorder")):
        result.setdefault(qid, []).append((code, old[qid, code]))
    return result


def _below(found: Mapping[str, Sequence[Row]]) -> list[Row]:
    return [row for row in found.get("questions", ()) if row.get("parent_qid", "0") != "0"]


def _once(rows: Sequence[Row], key: str) -> list[Row]:
    """Return rows without the repetitions that older files have, one a language."""
    kept: dict[str, Row] = {}
    for row in rows:
        kept.setdefault(row.get(key, ""), row)
    return list(kept.values())


def _place(row: Row, key: str = "question_order") -> int:
    told = row.get(key, "")
    return int(told) if told.isdigit() else 0
