"""Long tables, one row an answer, laid out as wide ones, one row a response.

A long table names the response, the question and the answer in each line, and perhaps the option (or matrix row) that
the answer is about. Several lines of one response to one question are choices of a question of several, or a conflict
where the survey takes one answer only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from closeloop.errors import ResponseValidationError
from closeloop.responses.conflicts import JOIN
from closeloop.responses.dialects import plain
from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.issues import IssueLog
from closeloop.responses.labels import plain_text
from closeloop.responses.opened import Opened
from closeloop.responses.source import Cells, codes_of
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEADERS = {
    "response": ("response_id", "response", "responseid", "submission_id", "答卷编号", "答卷ID", "答卷"),
    "question": ("question", "question_name", "item", "variable", "题目", "问题", "题干"),
    "option": ("option", "choice", "row", "subquestion", "选项", "子题", "行"),
    "answer": ("answer", "value", "答案", "回答", "值"),
}
_NAMES = {role: frozenset(map(plain_text, names)) for role, names in _HEADERS.items()}
_NEEDED = ("response", "question", "answer")


def long_columns(layout: Layout, head: Sequence[Sequence[str]], asked: str = "auto") -> dict[str, int] | None:
    """Return which columns of a long table hold the response, question, option and answer; None for a wide one.

    Raises
    ------
    ResponseValidationError
        If `asked` is no layout, or the table is to be long and has no such columns.

    Examples
    --------
    >>> from closeloop.responses.dialects import find_layout
    >>> head = [["response_id", "question", "answer"], ["a", "score", "9"], ["a", "why", "fast"]]
    >>> long_columns(find_layout(head), head)
    {'response': 0, 'question': 1, 'answer': 2}
    """
    if asked not in ("auto", "wide", "long"):
        raise ResponseValidationError(message("responses.layout_unknown", asked=asked))
    if asked == "wide":
        return None
    found: dict[str, int] = {}
    for role, names in _NAMES.items():
        for column in layout.columns:
            if plain_text(column.header) in names and column.position not in found.values():
                found.setdefault(role, column.position)
    missing = [role for role in _NEEDED if role not in found]
    if asked == "long":
        if missing or layout.platform != plain.NAME:
            needed = ", ".join(_HEADERS[role][0] for role in _NEEDED)
            raise ResponseValidationError(message("responses.not_long", columns=needed, platform=layout.label))
        return found
    if missing or layout.platform != plain.NAME:
        return None
    ids = [row[found["response"]] for row in head[layout.header_rows :] if len(row) > found["response"]]
    return found if len(set(ids)) < len(ids) else None


def laid_wide(lines: Opened, columns: Mapping[str, int]) -> Opened:
    """Return a long source as a wide one: a row for each response, where its first line stands.

    The lines themselves are kept (`Opened.lines`), so that every cell of the source is in ``raw``.
    """
    cells = lines.cells
    first, of_line = _responses(cells.columns[columns["response"]])
    log = IssueLog(file=lines.source.name)
    log.file_level("info", "long_table", message("responses.long_table", lines=len(of_line), n=len(first)))
    taken: list[SourceColumn] = []
    arrays: list[pa.DictionaryArray] = []
    for column in lines.layout.columns:
        if column.position not in (columns["question"], columns["answer"], columns.get("option")):
            is_id = column.position == columns["response"]
            as_id = {"role": "system", "target": "response_id", "reason": message("responses.long_id")} if is_id else {}
            taken.append(replace(column, position=len(taken), **as_id))  # type: ignore[arg-type]
            arrays.append(_once(cells.columns[column.position], of_line, len(first), column, log))
    joined: dict[int, frozenset[str]] = {}
    for column, array, several in _questions(cells, columns, of_line, len(first), len(taken), log):
        taken.append(column)
        arrays.append(array)
        if several:
            joined[column.position] = several
    faults = tuple(replace(fault, row=int(of_line[fault.row])) for fault in cells.faults)
    notes = tuple(replace(note, rows=np.where(note.rows >= 0, of_line[note.rows], -1)) for note in lines.notes)
    wide = Cells(
        columns=tuple(arrays), source_rows=cells.source_rows[first], faults=faults, blank_lines=cells.blank_lines
    )
    reason = message("responses.reason_and", first=lines.layout.reason, second=message("responses.long_reason"))
    return replace(
        lines,
        source=replace(lines.source, rows=len(first), platform_reason=reason),
        cells=wide,
        layout=replace(lines.layout, columns=tuple(taken), reason=reason),
        notes=(*notes, *log.batches),
        lines=lines,
        of_line=of_line,
        joined=joined,
    )


def relaid(opened: Opened, lines: Opened) -> Opened:
    """Return a source laid out anew from lines in which something was corrected."""
    if opened.lines is None:
        return lines
    columns = long_columns(lines.layout, (), "long")
    return laid_wide(lines, columns or {})


def _responses(ids: pa.DictionaryArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first line of each response, and the response of each line; one without an id stands alone."""
    texts = np.array([text.strip() for text in ids.dictionary.to_pylist()] or [""], dtype=object)
    _, same = np.unique(texts.astype(str), return_inverse=True)
    codes = codes_of(ids)
    keys = same.reshape(-1)[codes].astype(np.int64)
    blank = (texts == "")[codes] if len(codes) else np.zeros(0, dtype=bool)
    keys[blank] = len(texts) + np.arange(int(blank.sum()))
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return first[order], place[inverse.reshape(-1)]


def _once(
    column: pa.DictionaryArray, of_line: NDArray[np.intp], n: int, about: SourceColumn, log: IssueLog
) -> pa.DictionaryArray:
    """Return a column that says the same in every line of a response, once: its first text; say where it varies."""
    texts = column.dictionary.to_pylist()
    codes = codes_of(column)
    filled = np.flatnonzero(np.array([bool(text.strip()) for text in texts] or [False])[codes])
    responses, at = np.unique(of_line[filled], return_index=True)
    blank = len(texts)
    result = np.full(n, blank, dtype=np.int32)
    result[responses] = codes[filled[at]]
    differing = np.unique(of_line[filled[codes[filled] != result[of_line[filled]]]])
    if differing.size:
        text = message("responses.long_varies", column=about.header.strip(), n=len(differing))
        log.file_level("warning", "long_varies", text, column=about.header, position=about.position)
    return pa.DictionaryArray.from_arrays(pa.array(result), pa.array([*texts, ""], pa.string()))


def _questions(
    cells: Cells, columns: Mapping[str, int], of_line: NDArray[np.intp], n: int, start: int, log: IssueLog
) -> list[tuple[SourceColumn, pa.DictionaryArray, frozenset[str]]]:
    """Return a column for each question, or each option of one, in the order in which they first come."""
    question, answer = cells.columns[columns["question"]], cells.columns[columns["answer"]]
    option = cells.columns[columns["option"]] if "option" in columns else None
    asked, answers = _stripped(question), _stripped(answer)
    about = _stripped(option) if option is not None else [""]
    q = _merged(asked)[codes_of(question)]
    o = _merged(about)[codes_of(option)] if option is not None else np.zeros(len(q), dtype=np.int64)
    a = _merged(answers)[codes_of(answer)]
    written = np.array([bool(text) for text in answers] or [False])[a]
    named = np.array([bool(text) for text in asked] or [False])[q]
    lost = np.flatnonzero(written & ~named)
    if lost.size:
        said = message("responses.long_no_question", n=len(lost))
        log.file_level("warning", "long_no_question", said, raw=answers[int(a[lost[0]])])
    lines = np.flatnonzero(named)
    _, first, which = np.unique(q[lines] * (len(about) + 1) + o[lines], return_index=True, return_inverse=True)
    order = np.argsort(which.reshape(-1), kind="stable")
    bounds = np.searchsorted(which.reshape(-1)[order], np.arange(len(first) + 1))
    result = []
    for position, k in enumerate(np.argsort(first, kind="stable"), start=start):
        mine = lines[order[bounds[k] : bounds[k + 1]]]
        text, part = asked[int(q[mine[0]])], about[int(o[mine[0]])]
        column = SourceColumn(
            position=position,
            header=f"{text} – {part}" if part else text,
            group=text if part else "",
            question=text,
            option=part or None,
            role="option" if part else "answer",
        )
        mine = mine[written[mine]]
        array, several = _cells_of(of_line[mine], a[mine], answers, n)
        result.append((column, array, several))
    return result


def _stripped(column: pa.DictionaryArray) -> list[str]:
    return [text.strip() for text in column.dictionary.to_pylist()]


def _merged(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return for each text the place of the first that is equal to it."""
    place: dict[str, int] = {}
    return np.array([place.setdefault(text, i) for i, text in enumerate(texts)] or [0], dtype=np.int64)


def _cells_of(
    responses: NDArray[np.intp], codes: NDArray[np.int64], texts: Sequence[str], n: int
) -> tuple[pa.DictionaryArray, frozenset[str]]:
    """Return one cell a response, and the texts that were put together from several lines."""
    known, small = np.unique(codes, return_inverse=True)
    small = small.reshape(-1)
    _, once = np.unique(responses * (len(known) + 1) + small, return_index=True)
    once.sort()  # the same answer once more says nothing new
    responses, small = responses[once], small[once]
    names = [texts[code] for code in known.tolist()] + [""]
    result = np.full(n, len(names) - 1, dtype=np.int32)
    result[responses] = small
    counts = np.bincount(responses, minlength=n)
    several: dict[int, list[str]] = {}
    for response, code in zip(
        responses[counts[responses] > 1].tolist(), small[counts[responses] > 1].tolist(), strict=True
    ):
        several.setdefault(response, []).append(names[code])
    place: dict[str, int] = {}
    for response, parts in several.items():
        result[response] = len(names) + place.setdefault(JOIN.join(parts), len(place))
    dictionary = pa.array([*names, *place], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(result), dictionary), frozenset(place)
