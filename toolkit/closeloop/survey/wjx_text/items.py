"""The questions of 问卷星's text as items of a survey file, each guess with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from closeloop.survey.wjx_text import marks
from closeloop.text import LocalText, message

Item = dict[str, Any]

_MOST_POINTS = 20


@dataclass(slots=True)
class Block:
    """Lines that belong together: a question and what stands below it, or a paragraph."""

    line: int
    lines: list[str] = field(default_factory=list)
    question: re.Match[str] | None = None
    guessed: bool = False  # numbered like a question, and without a type


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it stands in the text."""

    ask: str
    label: str
    required: bool
    body: Sequence[str]
    tag: str

    def text(self, words: str) -> dict[str, str]:
        """Return words as a text in the survey's language."""
        return {self.tag: words}


def items_of(block: Block, tag: str, taken: set[str]) -> Iterator[Item]:
    """Give the items that a block stands for: one, or one a row where a survey file has no such matrix.

    Parameters
    ----------
    block : Block
    tag : str
        The language of the text.
    taken : set of str
        Names that are given away; the new ones are put there.
    """
    question = _question(block, tag)
    if question is None or question.label == "段落说明":
        lines = block.lines if question is None else [question.ask, *question.body]
        yield {"name": _name("note1", taken), "type": "note", "ask": {tag: "\n".join(lines)}}
        return
    number = block.question["number"] if block.question else block.lines[0].split(".")[0].split("、")[0].split("．")[0]
    kind = marks.TYPES.get(question.label, "")
    items = list(_WRITERS.get(kind, _unknown)(question))
    for place, item in enumerate(items, start=1):
        name = f"q{int(number)}" if len(items) == 1 else f"q{int(number)}_{place}"
        why = item.pop("to_confirm", None)
        if block.guessed:
            why = message("wjx_text.guessed_type")
        head = {"name": _name(name, taken), "type": item.pop("type"), "ask": {tag: item.pop("ask", question.ask)}}
        required = {"required": True} if question.required else {}
        yield {**head, **required, **item, **({} if why is None else {"to_confirm": dict(why)})}


def _question(block: Block, tag: str) -> Question | None:
    if block.question is not None:
        found = block.question
        optional = (found["mark"] or "") not in {"", "必填", "必答"}
        return Question(found["ask"], found["label"].strip(), not optional, block.lines[1:], tag)
    if not block.guessed:
        return None
    numbered = marks.NUMBERED.fullmatch(block.lines[0])
    ask = numbered["ask"] if numbered else block.lines[0]
    return Question(ask, "单选题" if len(block.lines) > 2 else "填空题", True, block.lines[1:], tag)


def _name(wanted: str, taken: set[str]) -> str:
    stem = "note" if wanted.startswith("note") else f"{wanted}_"
    name, number = wanted, 2
    while name in taken:
        name, number = f"{stem}{number}", number + 1
    taken.add(name)
    return name


def _options(question: Question) -> Item:
    """Return the options; letters that count them are taken away, “other” and “none” are known by their names."""
    lines = [line.removeprefix("- ") for line in question.body]
    letters = [marks.LETTER.match(line) for line in lines]
    if lines and all(found and found["letter"].upper() == chr(65 + n) for n, found in enumerate(letters)):
        lines = [line[found.end() :] for line, found in zip(lines, letters, strict=True) if found]
    item: Item = {}
    if lines and marks.NONES.fullmatch(lines[-1]):
        item["none"] = True
        lines.pop()
    if lines and marks.OTHERS.fullmatch(lines[-1]):
        item |= {"other": True, "other_text": question.text(lines.pop())}
    values: dict[str, str] = {}
    for line in lines:
        value, number = line, 2
        while value.casefold() in values or value.casefold() in {"other", "none", "other_text"}:
            value, number = f"{line}#{number}", number + 1
        values[value.casefold()] = value
    texts = [{"value": v, "text": question.text(line)} for v, line in zip(values.values(), lines, strict=True)]
    return item | {"options": texts}


def _single(question: Question) -> Iterator[Item]:
    options = _options(question)
    if not options["options"]:
        yield from _unknown(question)
        return
    look = {"look": "dropdown"} if marks.TYPES[question.label] == "dropdown" else {}
    yield {"type": "single", **options, **look}


def _multi(question: Question) -> Iterator[Item]:
    options = _options(question)
    if not options["options"]:
        yield from _unknown(question)
        return
    ask, limits = _limits(question.ask)
    most = len(options["options"]) + len(options.keys() & {"other", "none"})
    told = {key: n for key, n in limits.items() if 0 < n <= most}
    if told.get("min", 0) > told.get("max", most):
        told = {}
    item: Item = {"type": "multi", **options, **told}
    if told == limits:
        item["ask"] = ask
    if marks.TYPES[question.label] == "multi_scored":
        item["to_confirm"] = message("wjx_text.scores_unknown")
    elif told and ask == question.ask:
        item["to_confirm"] = message("wjx_text.guessed_limits")
    yield item


def _limits(ask: str) -> tuple[str, dict[str, int]]:
    """Return a question without the limits behind it, and the limits; those in the midst of it stay where they are."""
    found: dict[str, int] = {}
    for key, pattern in (("min", marks.LEAST), ("max", marks.MOST)):
        said = pattern.search(ask)
        if said:
            found[key] = marks.number(said["n"])
    own = marks.limits_text(found.get("min"), found.get("max"))
    return (ask.removesuffix(own), found) if own and ask.endswith(own) else (ask, found)


def _ranking(question: Question) -> Iterator[Item]:
    plain = {**_options(question)}
    extra = [plain.pop(key, None) for key in ("other", "none")]
    words = plain.pop("other_text", None)
    options = [*plain["options"]]
    options += [{"value": words[question.tag], "text": words}] if extra[0] and words else []
    options += [{"value": question.body[-1], "text": question.text(question.body[-1])}] if extra[1] else []
    if options:
        yield {"type": "ranking", "options": options}
    else:
        yield from _unknown(question)


def _scale(question: Question) -> Iterator[Item]:
    """Give a rating; a net promoter score only where the text itself says so."""
    ends = marks.RANGE.fullmatch(question.body[0]) if len(question.body) == 1 else None
    if ends is not None:
        low, high = sorted((int(ends["low"]), int(ends["high"])))
        if high == low or high - low >= _MOST_POINTS or low < -128 or high > 127:
            yield from _slider(question)
            return
        if (low, high) == (0, 10):
            says = marks.NPS.search(question.ask) or marks.TYPES[question.label] == "nps"
            key = "says_nps" if says else "no_nps"
            item: Item = {"type": "nps"} if says else {"type": "rating", "min": 0, "max": 10}
            yield {**item, "to_confirm": message(f"wjx_text.{key}")}
            return
        why = message("wjx_text.guessed_scale", low=low, high=high)
        yield {"type": "rating", "min": low, "max": high, "to_confirm": why}
        return
    words = [line.removeprefix("- ") for line in question.body]
    if not 2 <= len(words) <= _MOST_POINTS:
        yield from _unknown(question)
        return
    labels = {n: question.text(word) for n, word in enumerate(words, start=1)}
    why = message("wjx_text.guessed_scale", low=1, high=len(words))
    yield {"type": "rating", "min": 1, "max": len(words), "labels": labels, "to_confirm": why}


def _slider(question: Question) -> Iterator[Item]:
    ends = marks.RANGE.fullmatch(question.body[0]) if question.body else None
    limits = dict(zip(("min", "max"), sorted((int(ends["low"]), int(ends["high"]))), strict=True)) if ends else {}
    yield {"type": "number", "integer": True, **limits, "to_confirm": message("wjx_text.slider")}


def _yesno(question: Question) -> Iterator[Item]:
    if len(question.body) != 2:
        yield from _single(question) if question.body else iter([{"type": "yesno"}])
        return
    labels = dict(zip(("yes", "no"), map(question.text, question.body), strict=True))
    yield {"type": "yesno"} if list(question.body) == ["是", "否"] else {"type": "yesno", "labels": labels}


def _line(question: Question) -> Iterator[Item]:
    if marks.LONG.search(question.ask):
        yield {"type": "comment", "to_confirm": message("wjx_text.guessed_comment")}
    else:
        yield {"type": "text"}


def _comment(question: Question) -> Iterator[Item]:
    del question
    yield {"type": "comment"}


def _parts(question: Question) -> tuple[list[str], list[str]]:
    """Return rows and columns: under their marks, or the columns side by side on the first line."""
    body = list(question.body)
    heads = [line.rstrip("：:") for line in body]
    if "行" in heads:
        start = heads.index("行") + 1
        end = heads.index("列", start) if "列" in heads[start:] else len(body)
        rows, columns = body[start:end], body[end + 1 :]
    else:
        columns, rows = (body[0].split(), body[1:]) if body else ([], [])
    return [line.removeprefix("- ") for line in rows], [line.removeprefix("- ") for line in columns]


def _parted(question: Question, names: Sequence[str]) -> list[Item]:
    taken: dict[str, int] = {}
    options = []
    for name in names:
        taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
        times = taken[name.casefold()]
        options.append({"value": name if times == 1 else f"{name}#{times}", "text": question.text(name)})
    return options


def _matrix(question: Question) -> Iterator[Item]:
    rows, columns = _parts(question)
    if not rows or len(columns) < 2:
        yield from _unknown(question)
        return
    item: Item = {"type": "matrix", "rows": _parted(question, rows)}
    if marks.TYPES[question.label] == "matrix_scale" and len(columns) <= _MOST_POINTS:
        item["points"] = len(columns)
        if columns != [str(n) for n in range(1, len(columns) + 1)]:
            item["labels"] = {n: question.text(word) for n, word in enumerate(columns, start=1)}
    else:
        item["columns"] = _parted(question, columns)
    yield item


def _matrix_multi(question: Question) -> Iterator[Item]:
    rows, columns = _parts(question)
    for row in rows:
        item = {"type": "multi", "ask": f"{question.ask} – {row}", "options": _parted(question, columns)}
        yield item | {"to_confirm": message("wjx_text.row_by_row", type=question.label)}
    if not rows or not columns:
        yield from _unknown(question)


def _lines(question: Question) -> Iterator[Item]:
    """Give one line for each blank: those in the question, or those named below it."""
    named = _parts(question)[0] if "矩阵" in question.label or "简答" in question.label else question.body
    rows = [line.lstrip("_- ").strip() for line in named]
    rows = [row for row in rows if row] or [str(n) for n in range(1, question.ask.count("{_}") + 1)]
    for row in rows:
        why = message("wjx_text.row_by_row", type=question.label)
        yield {"type": "text", "ask": f"{question.ask} – {row}", "to_confirm": why}
    if not rows:
        yield from _unknown(question)


def _unknown(question: Question) -> Iterator[Item]:
    """Give an open question that keeps what stood in the text."""
    why: LocalText = message("wjx_text.unknown_type", type=question.label)
    yield {"type": "comment", "extra": {"wjx": {"type": question.label, "lines": [*question.body]}}, "to_confirm": why}


_WRITERS: Mapping[str, Callable[[Question], Iterator[Item]]] = {
    "single": _single, "dropdown": _single, "multi": _multi, "multi_scored": _multi, "line": _line,
    "comment": _comment, "lines": _lines, "scale": _scale, "nps": _scale, "slider": _slider, "ranking": _ranking,
    "yesno": _yesno, "matrix_scale": _matrix, "matrix": _matrix, "matrix_multi": _matrix_multi,
    "matrix_lines": _lines,
}  # fmt: skip
