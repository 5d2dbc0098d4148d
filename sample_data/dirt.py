"""Put the usual dirt of real exports into the laid-out rows, and remember every cell that was touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import instrument
import layouts
from draws import Draws
from layouts import Row

REQUIRED_REGION = "quarantined" if "region" in instrument.REQUIRED else "blanked"

# kind -> (item, what a careful import does, in words). "accepted": the row counts as if it were clean; "blanked": the
# row counts, without this one answer; "quarantined" and "superseded": the row is put aside.
KINDS: dict[str, tuple[str, str, str]] = {
    "recommend_11": ("recommend", "quarantined", "a score above the scale"),
    "recommend_7_5": ("recommend", "quarantined", "half a point: never rounded"),
    "recommend_na": (
        "recommend",
        "quarantined",
        "N/A typed into a required question: no score, and not silently empty",
    ),
    "recommend_word": ("recommend", "quarantined", "a score written as a word"),
    "recommend_minus_1": ("recommend", "quarantined", "a score below the scale"),
    "overall_6": ("overall", "quarantined", "6 on a scale of 1 to 5, in an item that a metric uses"),
    "region_unknown_option": ("region", REQUIRED_REGION, "an option that the survey does not have"),
    "too_many_pains": ("pains", "blanked", "four ticks where three are allowed"),
    "answered_while_hidden": ("pains", "blanked", "a complaint ticked though the score hides the question: reported"),
    "group_disagrees": ("recommend", "accepted", "the group column contradicts the score: the score counts"),
    "option_wrong_case": ("region", "accepted", "an option typed in another case"),
    "option_space": ("touchpoint", "accepted", "spaces after an option"),
    "score_space": ("recommend", "accepted", "spaces around a score"),
    "score_full_width": ("recommend", "accepted", "a full-width digit"),
    "comment_formula": ("why", "accepted", "a comment that a spreadsheet would run as a formula (harmless ones)"),
    "comment_html": ("why", "accepted", "markup in a comment"),
    "comment_newline": ("why", "accepted", "line breaks in a comment: records are not lines"),
    "comment_quotes": ("why", "accepted", "quotation marks in a comment"),
    "comment_emoji": ("why", "accepted", "emoji in a comment"),
    "duplicate_exact": ("response_id", "superseded", "the same row twice; the later one is kept"),
    "duplicate_updated": (
        "response_id",
        "superseded",
        "a half-filled and a finished row under one key; the later is kept",
    ),
    "partial_without_score": ("status", "accepted", "left before the score: partial, counts in no score"),
    "partial_with_score": ("status", "accepted", "left after the score: partial, counts in the scores"),
    "preview": ("status", "accepted", "the author's own tests: kept under their status, count in no score"),
}
OVERWRITTEN = {"comment_formula", "comment_html"}

FORMULAS = ('=HYPERLINK("https://example.com/","open")', "=1+1", "+1 for free delivery", "-5 stars", "@team read this")
MARKUP = (
    "<b>Good</b> advice, <i>slow</i> delivery",
    'Fine &amp; friendly, but <a href="https://example.com/">this page</a> is empty',
    "<script>alert('hello')</script>",
    "价格 <br/> 还可以",
)
EMOJI = ("👍", "😡", "🙏", "😊👍🏻", "👨‍👩‍👧")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One touched cell; `other` is the row that replaces a superseded one."""

    kind: str
    row: Row
    column: str
    by_order: bool = False
    other: Row | None = None


def always(text: str) -> Callable[[Row], str]:
    """Give a writer that puts the same text into any row."""
    return lambda _: text


class Dirt:
    """Damages rows of one export; panel members and rows that are dirty already are left alone."""

    def __init__(self, rows: list[Row], draws: Draws) -> None:
        self.rows = rows
        self.marks: list[Mark] = []
        self._draws = draws

    def pick(self, n: int, allowed: Callable[[Row], bool] | None = None) -> list[Row]:
        """Pick clean rows at random, whatever their score, so that the clean rest stays a fair sample."""
        free = [
            row
            for row in self.rows
            if not row.marks
            and not row.answer.panel
            and row.answer.status == "complete"
            and (not allowed or allowed(row))
        ]
        return [free[index] for index in self._draws.sample(len(free), n)]

    def note(self, kind: str, row: Row, column: str, *, by_order: bool = False, other: Row | None = None) -> None:
        """Remember a touched cell."""
        self.marks.append(Mark(kind=kind, row=row, column=column, by_order=by_order, other=other))
        row.marks.append(kind)

    def write(self, kind: str, row: Row, columns: dict[str, str], *, main: str, by_order: bool = False) -> None:
        """Overwrite cells of a row; the first named column is the one that is reported."""
        (row.order if by_order else row.cells).update(columns)
        self.note(kind, row, main, by_order=by_order)

    def everywhere(self, kind: str, rows: Iterable[Row], column: str, value: Callable[[Row], str], **also: str) -> None:
        """Write the same text into one column of each row, in both 问卷星 twins where there are two."""
        for row in rows:
            new = value(row)
            self.write(kind, row, {column: new, **also}, main=column)
            if row.order:
                self.write(kind, row, {column: new}, main=column, by_order=True)

    def repeat(self, n: int) -> list[Row]:
        """Append exact copies of some rows, as when two downloads are pasted together."""
        copies = []
        for row in self.pick(n):
            again = Row(row.answer, dict(row.cells), dict(row.order), ["copy"])
            copies.append(again)
            for by_order in (False, True) if row.order else (False,):
                self.note("duplicate_exact", row, "", by_order=by_order, other=again)
        self.rows.extend(copies)
        return copies


def _comments(dirt: Dirt, column: str, sizes: dict[str, int]) -> None:
    """Make some comments awkward: a formula, markup, line breaks, quotation marks, emoji."""

    def has_comment(row: Row) -> bool:
        return bool(row.answer.comment)

    def in_turn(values: tuple[str, ...], n: int) -> list[str]:
        return [values[k % len(values)] for k in range(n)]

    def two_lines(row: Row) -> str:
        more = {"en": "Thanks for reading.\n\nA customer", "zh-CN": "谢谢。\n\n一位老客户"}[row.answer.language]
        return f"{row.answer.comment}\n{more}"

    def quoted(row: Row) -> str:
        said = {"en": 'They told me "soon". ', "zh-CN": '客服说"马上处理"，'}[row.answer.language]
        return said + row.answer.comment

    for kind, values in (("comment_formula", FORMULAS), ("comment_html", MARKUP)):
        n = sizes[kind]
        for row, text in zip(dirt.pick(n, has_comment), in_turn(values, n), strict=True):
            dirt.everywhere(kind, [row], column, always(text))
    dirt.everywhere("comment_newline", dirt.pick(sizes["comment_newline"], has_comment), column, two_lines)
    dirt.everywhere("comment_quotes", dirt.pick(sizes["comment_quotes"], has_comment), column, quoted)
    n = sizes["comment_emoji"]
    for row, face in zip(dirt.pick(n, has_comment), in_turn(EMOJI, n), strict=True):
        dirt.everywhere("comment_emoji", [row], column, always(f"{row.answer.comment} {face}"))


def soil_qualtrics(rows: list[Row], draws: Draws) -> Dirt:
    """Put dirt into the Qualtrics export; the rows come in their order in the file."""
    dirt = Dirt(rows, draws)
    score, group = layouts.TAG["recommend"], layouts.GROUP_TAG
    for row in rows:
        if row.answer.status == "test":
            dirt.note("preview", row, "Status")
        elif row.answer.status == "partial":
            dirt.note("partial_with_score" if row.cells[score] else "partial_without_score", row, "Finished")
    for kind, n, text in (
        ("recommend_11", 9, "11"),
        ("recommend_7_5", 7, "7.5"),
        ("recommend_na", 6, "N/A"),
        ("recommend_word", 4, "ten"),
    ):
        dirt.everywhere(kind, dirt.pick(n), score, always(text), **{group: ""})
    dirt.everywhere("overall_6", dirt.pick(3), layouts.TAG["overall"], always("6"))
    dirt.everywhere("region_unknown_option", dirt.pick(12), layouts.TAG["region"], always("Far East"))
    for row in dirt.pick(4, lambda row: row.answer.recommend <= 8 and "other" not in row.answer.pains):
        ticked = list(dict.fromkeys((*row.answer.pains, *layouts.PAINS)))[:4]
        cells = {layouts.PAIN_TAG[pain]: instrument.text("pains", pain, "en") for pain in ticked}
        dirt.write("too_many_pains", row, cells, main=layouts.PAIN_TAG[ticked[0]])
    for row in dirt.pick(4, lambda row: row.answer.recommend >= 9):
        column = layouts.PAIN_TAG["delivery"]
        dirt.write("answered_while_hidden", row, {column: instrument.text("pains", "delivery", "en")}, main=column)
    wrong = {"Detractor": "Passive", "Passive": "Promoter", "Promoter": "Passive"}
    dirt.everywhere("group_disagrees", dirt.pick(5), group, lambda row: wrong[row.cells[group]])
    dirt.everywhere(
        "option_wrong_case", dirt.pick(8), layouts.TAG["region"], lambda row: row.cells[layouts.TAG["region"]].upper()
    )
    column = layouts.TAG["touchpoint"]
    dirt.everywhere("option_space", dirt.pick(6), column, lambda row: f"{row.cells[column]}  ")
    dirt.everywhere("score_space", dirt.pick(4), score, lambda row: f" {row.cells[score]} ")
    sizes = {"comment_formula": 5, "comment_html": 4, "comment_newline": 12, "comment_quotes": 12, "comment_emoji": 10}
    _comments(dirt, layouts.TAG["why"], sizes)
    for row in dirt.pick(4):
        half = layouts.qualtrics_row(replace(row.answer, status="partial", progress=50, tags=dict(row.answer.tags)))
        rows.insert(rows.index(row), half)
        dirt.note("duplicate_updated", half, "ResponseId", other=row)
        row.marks.append("kept")
    dirt.repeat(12)
    return dirt


def soil_wjx(rows: list[Row], draws: Draws) -> Dirt:
    """Put the same dirt into both 问卷星 exports, as if somebody had edited the sheets."""
    dirt = Dirt(rows, draws)
    header = layouts.WJX_HEADER
    score = header["recommend"]
    for kind, n, text in (
        ("recommend_11", 6, "11"),
        ("recommend_7_5", 5, "7.5"),
        ("recommend_na", 3, "N/A"),
        ("recommend_word", 3, "十"),
    ):
        dirt.everywhere(kind, dirt.pick(n), score, always(text))
    dirt.everywhere("overall_6", dirt.pick(2), header["overall"], always("6"))
    for row in dirt.pick(12):
        dirt.write("region_unknown_option", row, {header["region"]: "华东区"}, main=header["region"])
        dirt.write("region_unknown_option", row, {header["region"]: "9"}, main=header["region"], by_order=True)
    for row in dirt.pick(3, lambda row: row.answer.recommend <= 8 and "other" not in row.answer.pains):
        ticked = list(dict.fromkeys((*row.answer.pains, *layouts.PAINS)))[:4]
        text = "┋".join(instrument.text("pains", pain, "zh-CN") for pain in ticked)
        dirt.write("too_many_pains", row, {header["pains"]: text}, main=header["pains"])
        order = {column: str(int(pain in ticked)) for pain, column in layouts.WJX_PAIN_HEADER.items()}
        dirt.write("too_many_pains", row, order, main=layouts.WJX_PAIN_HEADER[ticked[0]], by_order=True)
    column = header["touchpoint"]
    for row in dirt.pick(6):
        dirt.write("option_space", row, {column: f"{row.cells[column]}  "}, main=column)
        dirt.write("option_space", row, {column: f"{row.order[column]} "}, main=column, by_order=True)
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    dirt.everywhere("score_full_width", dirt.pick(4), score, lambda row: row.cells[score].translate(full_width))
    sizes = {"comment_formula": 3, "comment_html": 4, "comment_newline": 6, "comment_quotes": 6, "comment_emoji": 6}
    _comments(dirt, header["why"], sizes)
    dirt.repeat(8)
    return dirt


def soil_quickstart(rows: list[Row], draws: Draws) -> Dirt:
    """Put the dirt into the plain table that leaves 1 180 rows accepted, 14 quarantined and 6 superseded."""
    dirt = Dirt(rows, draws)
    for kind, n, text in (
        ("recommend_11", 5, "11"),
        ("recommend_7_5", 4, "7.5"),
        ("recommend_word", 3, "ten"),
        ("recommend_minus_1", 2, "-1"),
    ):
        dirt.everywhere(kind, dirt.pick(n), "recommend", always(text))
    dirt.everywhere("option_wrong_case", dirt.pick(3), "region", lambda row: row.cells["region"].upper())
    dirt.everywhere("option_space", dirt.pick(3), "touchpoint", lambda row: f"{row.cells['touchpoint']}  ")
    dirt.repeat(6)
    return dirt


def describe(dirt: Dirt, header_rows: int, *, by_order: bool = False) -> dict[str, object]:
    """List each kind of dirt with the record number of every touched row (header rows counted, from 1)."""
    number = {id(row): index for index, row in enumerate(dirt.rows, start=header_rows + 1)}
    found: dict[str, object] = {}
    for kind, (item, expected, words) in KINDS.items():
        entries = []
        marks = [mark for mark in dirt.marks if mark.kind == kind and mark.by_order == by_order]
        for mark in sorted(marks, key=lambda mark: number[id(mark.row)]):
            entry: dict[str, object] = {"row": number[id(mark.row)]}
            if mark.other is not None:
                entry["kept"] = number[id(mark.other)]
            else:
                cells = mark.row.order if by_order else mark.row.cells
                entry |= {"column": mark.column, "value": cells[mark.column]}
            entries.append(entry)
        if entries:
            found[kind] = {"item": item, "expected": expected, "what": words, "count": len(entries), "cells": entries}
    return found


def fate(row: Row) -> str:
    """Tell what a careful import does with a row: accepted, quarantined or superseded."""
    outcomes = {KINDS[kind][1] for kind in row.marks if kind in KINDS}
    for outcome in ("superseded", "quarantined"):
        if outcome in outcomes:
            return outcome
    return "accepted"


def scored(row: Row) -> bool:
    """Tell whether the row counts in the scores: accepted, answered, and no preview."""
    return fate(row) == "accepted" and not {"preview", "partial_without_score"} & set(row.marks)


def ledger(rows: list[Row]) -> dict[str, int]:
    fates = [fate(row) for row in rows]
    return {"rows_in": len(rows), **{name: fates.count(name) for name in ("accepted", "quarantined", "superseded")}}
