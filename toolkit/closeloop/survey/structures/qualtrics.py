"""Qualtrics' structure (``.qsf``): JSON of blocks and questions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.structures.draft import Draft, Item, Words, language_tag, no_counterpart, spelt_out
from closeloop.text import LocalText, message

_NOT_ASKED = ("Timing", "Meta", "Captcha")
_DROPDOWN = ("DL", "SB")
_SEVERAL = ("MAVR", "MAHR", "MACOL", "MSB")
_LONG = ("ML", "ESTB")


@dataclass(frozen=True, slots=True)
class _Question:
    """One question as the file has it, and the languages it is in."""

    payload: Mapping[str, Any]
    base: str
    draft: Draft

    @property
    def kind(self) -> tuple[str, str, str]:
        """Type, selector and subselector."""
        told = [str(self.payload.get(key) or "") for key in ("QuestionType", "Selector", "SubSelector")]
        return told[0], told[1], told[2]

    @property
    def ask(self) -> dict[str, str]:
        said = self.draft.text(self.words("QuestionText"))
        short = str(self.payload.get("QuestionDescription") or self.payload.get("DataExportTag") or "")
        return {tag: text or short for tag, text in said.items()}

    def words(self, *path: str) -> Words:
        """Return a text of the question in the languages it is in."""
        versions = {self.base: self.payload}
        translated = self.payload.get("Language")
        if isinstance(translated, Mapping):
            versions |= {language_tag(str(name)): version for name, version in translated.items()}
        found = {tag: _at(version, path) for tag, version in versions.items()}
        return {tag: text for tag, text in found.items() if text}

    def entries(self, what: str, order: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return choices or answers in their order, by id."""
        entries = {key: entry for key, entry in spelt_out(self.payload.get(what)) if isinstance(entry, Mapping)}
        told = [str(key) for key in self.payload.get(order) or ()]
        return [(key, entries[key]) for key in [*told, *(k for k in entries if k not in told)] if key in entries]

    def options(self, what: str, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Item]:
        """Return choices as options: the value is what an export of numbers has, the text what one of labels has."""
        coded = what == ("Answers" if self.kind[0] == "Matrix" else "Choices")  # of a matrix, the columns are recoded
        recoded = dict(spelt_out(self.payload.get("RecodeValues"))) if coded else {}
        named = dict(spelt_out(self.payload.get("VariableNaming"))) if coded else {}
        choices = []
        for key, _ in entries:
            label = named.get(key)
            words = {self.base: str(label)} if label else self.words(what, key, "Display")
            choices.append((str(recoded.get(key, key)), words))
        return self.draft.options(choices)


def qualtrics_draft(content: bytes, file: str) -> Draft:
    """Return what a ``.qsf`` file says."""
    told, elements = _opened(content, file)
    base = language_tag(str(told.get("SurveyLanguage") or "EN"))
    payloads = [e["Payload"] for e in elements if e.get("Element") == "SQ" and isinstance(e.get("Payload"), Mapping)]
    others = [
        language_tag(str(name)) for p in payloads if isinstance(p.get("Language"), Mapping) for name in p["Language"]
    ]
    languages = tuple(dict.fromkeys((base, *others)))
    draft = Draft("qualtrics", str(told.get("SurveyName") or file.rpartition(".")[0]), languages)
    by_id = {str(p.get("QuestionID")): p for p in payloads}
    for title, ids in _pages(elements, by_id):
        draft.page(title)
        for key in ids:
            _add(_Question(by_id[key], base, draft))
    return draft


def _opened(content: bytes, file: str) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    try:
        found = json.loads(content)
        told, elements = found["SurveyEntry"], [e for e in found["SurveyElements"] if isinstance(e, Mapping)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        fault = Finding(code="structure", line=line, message=message("structures.not_qualtrics", file=file))
        raise definition_error(file, [fault]) from error
    return told if isinstance(told, Mapping) else {}, elements


def _pages(elements: Sequence[Mapping[str, Any]], by_id: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Give title and questions of each page: blocks in the order of the flow, cut at page breaks; the bin is left."""
    blocks: dict[str, Mapping[str, Any]] = {}
    for element in elements:
        if element.get("Element") == "BL":
            for _, block in spelt_out(element.get("Payload")):
                if isinstance(block, Mapping) and block.get("Type") != "Trash":
                    blocks[str(block.get("ID"))] = block
    flow = [name for e in elements if e.get("Element") == "FL" for name in _flow(e.get("Payload"))]
    seen: set[str] = set()
    for name in dict.fromkeys([*flow, *blocks]):
        block = blocks.get(name, {})
        page: list[str] = []
        for _, part in spelt_out(block.get("BlockElements")):
            key = str(part.get("QuestionID"))
            if part.get("Type") == "Page Break":
                yield str(block.get("Description") or ""), page
                page = []
            elif key in by_id and key not in seen:
                seen.add(key)
                page.append(key)
        yield str(block.get("Description") or ""), page
    if not blocks:
        yield "", list(by_id)


def _flow(node: Any) -> Iterator[str]:
    """Give the ids of blocks in the order in which the flow leads to them, however deep branches are nested."""
    waiting = [node]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Mapping):
            if part.get("Type") in ("Block", "Standard"):
                yield str(part.get("ID"))
            waiting = [inner for _, inner in spelt_out(part.get("Flow"))] + waiting


def _add(question: _Question) -> None:
    payload, draft = question.payload, question.draft
    kind, selector, _ = question.kind
    tag = str(payload.get("DataExportTag") or payload.get("QuestionID"))
    if kind in _NOT_ASKED:
        draft.left_out.append(f"{tag}: {kind}")
        return
    forced = _at(payload, ("Validation", "Settings", "ForceResponse")) == "ON"
    more: Item = {"required": True} if forced and kind != "DB" else {}
    reasons = [message("structures.conditions_there")] if _has_conditions(payload) else []
    if "DynamicChoices" in payload:
        reasons.append(message("structures.carried"))
    made = list(_items(question, tag))
    for name, item, why in made:
        draft.add(
            name, {"type": item.pop("type"), "ask": item.pop("ask", question.ask), **more, **item}, [*reasons, *why]
        )
    if not made:
        unknown = no_counterpart(f"{kind} {selector}".strip())
        draft.add(tag, {"type": "text", "ask": question.ask, **more}, [*reasons, unknown])


def _has_conditions(payload: Mapping[str, Any]) -> bool:
    return any(payload.get(key) for key in ("DisplayLogic", "InPageDisplayLogic", "SkipLogic"))


def _items(question: _Question, tag: str) -> Iterator[tuple[str, Item, list[LocalText]]]:
    """Give the items that a question stands for: name, item, and why it has to be confirmed; none if none fits."""
    kind, selector, sub = question.kind
    choices = question.entries("Choices", "ChoiceOrder")
    if kind == "DB":
        yield tag, {"type": "note"}, []
    elif kind == "MC" and selector == "NPS":
        yield tag, {"type": "nps"}, [message("structures.says_nps")]
    elif kind == "MC" and choices:
        yield tag, *_choice(question, choices)
    elif kind == "RO" and choices:
        yield tag, {"type": "ranking", "options": question.options("Choices", choices)}, []
    elif kind == "TE" and selector != "FORM":
        yield tag, {"type": "comment" if selector in _LONG else "text"}, []
    elif kind in ("TE", "CS", "Slider") and choices:
        for key, _ in choices:
            said = question.draft.text(question.words("Choices", key, "Display"))
            ask = {language: f"{text} – {said[language] or key}" for language, text in question.ask.items()}
            yield f"{tag}_{key}", {"type": "text" if kind == "TE" else "number", "ask": ask}, []
    elif kind == "Matrix" and selector in ("Likert", "Bipolar", "Profile") and sub != "MultipleAnswer":
        rows = question.options("Choices", choices)
        columns = question.options("Answers", question.entries("Answers", "AnswerOrder"))
        if rows and len(columns) > 1:
            yield tag, {"type": "matrix", "rows": rows, "columns": columns}, []
    elif kind == "Matrix" and sub == "MultipleAnswer":
        answers = question.entries("Answers", "AnswerOrder")
        for key, _ in choices if answers else ():
            said = question.draft.text(question.words("Choices", key, "Display"))
            ask = {language: f"{text} – {said[language] or key}" for language, text in question.ask.items()}
            options = question.options("Answers", answers)
            yield f"{tag}_{key}", {"type": "multi", "ask": ask, "options": options}, []


def _choice(question: _Question, choices: list[tuple[str, Mapping[str, Any]]]) -> tuple[Item, list[LocalText]]:
    """Return a question of one or several choices; the last with a line to write on is “other”."""
    selector = question.kind[1]
    written = [(key, entry) for key, entry in choices if entry.get("TextEntry") in (True, "true", 1)]
    other: Item = {}
    reasons: list[LocalText] = []
    if written:
        other = {"other": True, "other_text": question.draft.text(question.words("Choices", written[-1][0], "Display"))}
        reasons = [message("structures.several_written", n=len(written))] if len(written) > 1 else []
    if other and not all(other["other_text"].values()):
        other.pop("other_text")
    rest = [choice for choice in choices if not written or choice[0] != written[-1][0]]
    if not rest:
        return {"type": "text"}, [no_counterpart("MC")]
    item: Item = {"type": "multi" if selector in _SEVERAL else "single"}
    item |= {"options": question.options("Choices", rest), **other}
    return item | ({"look": "dropdown"} if selector in _DROPDOWN else {}), reasons


def _at(found: Any, path: Sequence[str]) -> str:
    """Return the text at a place of nested mappings and lists, the empty text where there is none."""
    for key in path:
        if isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""
