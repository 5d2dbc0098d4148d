"""A coding as text and HTML: which code how often, found by which rules, with the customers' words."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.html import Column, Html, Section, element, harmless, join, table
from closeloop.numbers import number
from closeloop.themes.codings.coding import Coding
from closeloop.themes.codings.coding_shares import coding_shares
from closeloop.themes.shares import Shares
from closeloop.views.result_table import two_lines
from closeloop.views.words import in_tag, marks, say
from closeloop.written import write, write_interval

_MOST_CODES = 200
_MOST_RULES = 4
_MOST_EXAMPLES = 2
_LONGEST = 90  # characters of an example; what was found stays in sight


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What is shown of one code: its name, counts, and the assignments that it has."""

    code: str
    label: str
    mentions: int
    responses: int
    assignments: npt.NDArray[np.int64]


def coding_text(coding: Coding, tag: str) -> str:
    """Return a coding as readable plain text, one line per code."""
    shares = coding_shares(coding)
    lines = [harmless(_title(coding, tag)), _sentence(coding, shares, tag)]
    rows, absent = _present(coding, tag)
    for row in rows:
        counted = say(f"themes.counted_{coding.unit}", tag, mentions=number(row.mentions), n=number(row.responses))
        lines.append(
            harmless(f"{row.label}{marks(tag).colon}{counted}{marks(tag).clause}{_share(coding, shares, row, tag)}")
        )
    return "\n".join([*lines, *absent, *(in_tag(note, tag) for note in coding.notes)])


def coding_block(coding: Coding, tag: str) -> Html:
    """Return a coding as a piece of HTML in the language `tag`; it says everything without style, too."""
    shares = coding_shares(coding)
    rows, absent = _present(coding, tag)
    by_mention = coding.unit == "mention"
    heads = [
        Column(head=say("themes.code", tag)),
        *([_count_head("themes.mentions", tag)] if by_mention else []),
        _count_head("themes.responses", tag),
        Column(head=say(f"themes.share_{coding.unit}", tag), css="num"),
        Column(head=say("themes.found_by", tag)),
        *([Column(head=say("themes.examples", tag))] if coding.texts is not None and by_mention else []),
    ]
    cells = tuple(
        (
            join([row.label, element("span", row.code, class_="soft")] if row.label != row.code else [row.code], " "),
            *([number(row.mentions)] if by_mention else []),
            number(row.responses),
            _share(coding, shares, row, tag),
            _found_by(coding, row, tag),
            *([_examples(coding, row)] if coding.texts is not None and by_mention else []),
        )
        for row in rows[:_MOST_CODES]
    )
    caption = two_lines(_title(coding, tag), _sentence(coding, shares, tag))
    notes = [*absent, *(in_tag(note, tag) for note in coding.notes)]
    if len(rows) > _MOST_CODES:
        notes.insert(0, say("rows_left_out", tag, count=number(len(rows) - _MOST_CODES)))
    body = table(tuple(heads), [Section(rows=cells)], caption=caption, css="res")
    parts = [element("div", body, class_="scroll"), *(element("p", note, class_="note") for note in notes)]
    return element("div", *parts, class_="block")


def _title(coding: Coding, tag: str) -> str:
    if coding.codebook is None:
        return say("themes.coding_title", tag)
    book = f"{coding.codebook.id}@{coding.codebook.version}"
    return say("themes.coding_title_by", tag, title=in_tag(coding.codebook.title, tag), codebook=book)


def _sentence(coding: Coding, shares: Shares, tag: str) -> str:
    coded = coding.matrix().any(axis=1) & coding.substantive
    return say(
        f"themes.coding_sentence_{coding.unit}", tag, responses=number(coding.n_responses),
        mentions=number(coding.n_mentions), substantive=number(int(coding.substantive.sum())),
        coded=number(int(coded.sum())), share=_told_share(shares, -1, tag),
    )  # fmt: skip


def _told_share(shares: Shares, at: int, tag: str) -> str:
    share, low, high = (float(one[at]) for one in (shares.share, shares.low, shares.high))
    told = write(share, "percent", tag)
    return told if math.isnan(low) else f"{told}{marks(tag).clause}{write_interval(low, high, 'percent', tag)}"


def _share(coding: Coding, shares: Shares, row: _Row, tag: str) -> str:
    return _told_share(shares, coding.codes.index(row.code), tag)


def _count_head(key: str, tag: str) -> Column:
    return Column(head=element("span", say(key, tag), style="white-space:nowrap"), css="num")


def _present(coding: Coding, tag: str) -> tuple[list[_Row], list[str]]:
    """Return the codes that somebody or some rule gave, and a note that names the others."""
    rows = _rows(coding, tag)
    absent = [row.label for row in rows if not row.assignments.size]
    note = say("themes.absent", tag, n=number(len(absent)), codes=marks(tag).comma.join(absent))
    return [row for row in rows if row.assignments.size], [note] if absent else []


def _rows(coding: Coding, tag: str) -> list[_Row]:
    """Return one row per code, in the order of the codebook; the mentions are substantive ones."""
    given = coding.matrix() & coding.substantive[:, None]
    mentions, responses = given.sum(axis=0), coding.matrix("response").sum(axis=0)
    labels = {} if coding.codebook is None else {code.id: code.label for code in coding.codebook.codes}
    by_code = np.argsort(coding.code, kind="stable")
    edges = np.searchsorted(coding.code[by_code], np.arange(len(coding.codes) + 1))
    return [
        _Row(
            code=code, label=in_tag(labels.get(code, code), tag), mentions=int(mentions[at]),
            responses=int(responses[at]),
            assignments=by_code[edges[at] : edges[at + 1]],
        )
        for at, code in enumerate(coding.codes)
    ]  # fmt: skip


def _found_by(coding: Coding, row: _Row, tag: str) -> Html:
    """Return the rules that matched most often, or who gave the code."""
    counted: Counter[str] = Counter(_sources(coding, row.assignments))
    if not counted:
        return Html("–")
    # The most frequent first; names decide between equals, so that the order is always the same.
    ordered = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    shown = [join([element("samp", name), f" {number(n)}"]) for name, n in ordered[:_MOST_RULES]]
    if len(ordered) > _MOST_RULES:
        shown.append(join([say("themes.more_rules", tag, n=number(len(ordered) - _MOST_RULES))]))
    return join(shown, marks(tag).comma)


def _sources(coding: Coding, assignments: npt.NDArray[np.int64]) -> list[str]:
    rules, coders = coding.rule[assignments].tolist(), coding.coder[assignments].tolist()
    return [coding.rules[rule] if rule >= 0 else coding.coders[by] for rule, by in zip(rules, coders, strict=True)]


def _examples(coding: Coding, row: _Row) -> Html:
    first: dict[int, int] = {}  # mention → its first assignment of the code; several coders may have given it
    for assignment, mention in zip(row.assignments.tolist(), coding.mention[row.assignments].tolist(), strict=True):
        first.setdefault(mention, assignment)
    return join([element("div", _marked(coding, at)) for at in list(first.values())[:_MOST_EXAMPLES]])


def _marked(coding: Coding, assignment: int) -> Html:
    """Return the words of a mention, with what the rule matched in bold."""
    mention = int(coding.mention[assignment])
    text = coding.mention_text(mention)
    begin = int(coding.found_start[assignment] - coding.start[mention])
    end = int(coding.found_end[assignment] - coding.start[mention])
    if coding.found_start[assignment] < 0:
        return join([_cut(text, 0)])
    room = max(0, _LONGEST - (end - begin))
    before, found, after = text[:begin], text[begin:end], text[end:]
    if len(before) + len(after) > room:
        before = before if len(before) <= room // 2 else f"…{before[len(before) - room // 2 :]}"
        after = _cut(after, len(before))
    return join([before, element("b", found), after])


def _cut(text: str, used: int) -> str:
    room = max(0, _LONGEST - used)
    return text if len(text) <= room else f"{text[:room]}…"
