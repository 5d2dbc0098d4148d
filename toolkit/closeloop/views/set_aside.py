"""What an import set aside, and why: each kind of issue once, with how many rows, examples and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.numbers import number
from closeloop.text import catalogue
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

EFFECTS = ("quarantined", "superseded", "blanked", "noted")
_EXAMPLES, _ROWS, _LENGTH = 3, 6, 40


def set_aside(responses: Responses, tag: str) -> Html:
    """Return the table of what was set aside, one section for each effect."""
    issues = responses.issues
    if issues.empty:
        return element("p", say("nothing_set_aside", tag), class_="note")
    private = _private_items(responses)
    several = len(responses.sources) > 1
    sections = []
    for effect in EFFECTS:
        all_of_them = _of_effect(issues, effect)
        if not all_of_them.where.size:
            continue
        count = len(all_of_them.places())
        title = say(f"effect_{effect}", tag)
        if count:
            rows_said = say("row_one" if count == 1 else "row_many", tag, count=number(count))
            title = marks(tag).clause.join((title, rows_said))
        what = element("span", "– ", say(f"effect_{effect}_what", tag), class_="soft")
        cells = tuple(_issue_cells(kind, private, several, tag) for kind in _kinds(all_of_them))
        sections.append(Section(rows=cells, heading=join([title, " ", what])))
    heads = {"rows": "num rows", "issue": "main", "item": "item", "found": "found", "source_rows": "where soft"}
    return table(
        tuple(Column(head=say(key, tag), css=css) for key, css in heads.items()),
        sections,
        caption=caption(say("set_aside", tag), say("set_aside_rows", tag)),
        css="t",
    )


def caption(title: str, more: str) -> Html:
    """Return the caption of a table: what it is, and more softly what it tells."""
    return join([title, " ", element("span", "– ", more)])


def _private_items(responses: Responses) -> frozenset[str]:
    items = responses.survey.items if responses.survey else ()
    return frozenset({"respondent_id", *(item.name for item in items if item.pii)})


@dataclass(frozen=True, slots=True)
class _Issues:
    """Some issues of an import, by their places in the whole table; millions are never taken out of it."""

    table: pd.DataFrame
    where: NDArray[np.intp]

    def codes(self, name: str) -> NDArray[np.integer[Any]]:
        """Return a column of texts as the numbers of its texts."""
        codes: NDArray[np.integer[Any]] = self.table[name].cat.codes.to_numpy()[self.where]
        return codes

    def texts(self, name: str) -> list[str]:
        """Return the distinct texts of a column, in the order in which they come."""
        import pandas as pd

        return [str(text) for text in self.table[name].cat.categories.take(pd.unique(self.codes(name)))]

    def places(self) -> NDArray[np.intp]:
        """Return where the first issue of each row of the files stands; the issues of a row follow each other."""
        rows = self.table["source_row"].to_numpy()[self.where]
        files = self.codes("source_file")
        fresh = rows > 0
        fresh[1:] &= (rows[1:] != rows[:-1]) | (files[1:] != files[:-1])
        return self.where[fresh]


def _of_effect(issues: pd.DataFrame, effect: str) -> _Issues:
    known = issues["effect"].cat
    names = known.categories.tolist()
    wanted = names.index(effect) if effect in names else len(names)
    return _Issues(issues, np.flatnonzero(known.codes.to_numpy() == wanted))


def _kinds(issues: _Issues) -> list[_Issues]:
    """Return the kinds of issue: in rows, the most frequent first, by code and item; then those of files, by code."""
    in_row = issues.table["source_row"].to_numpy()[issues.where] > 0
    code = issues.codes("code").astype(np.int64)
    item = issues.codes("item")
    found = _split(issues, in_row, code * len(issues.table["item"].cat.categories) + item)
    return [*sorted(found, key=lambda kind: -kind.where.size), *_split(issues, ~in_row, code)]


def _split(issues: _Issues, among: NDArray[np.bool_], key: NDArray[np.int64]) -> list[_Issues]:
    """Return some of the issues by a key, in the order in which its values come."""
    import pandas as pd

    where, key = issues.where[among], key[among]
    return [_Issues(issues.table, where[key == value]) for value in pd.unique(key)]


def _issue_cells(kind: _Issues, private: frozenset[str], several: bool, tag: str) -> tuple[object, ...]:
    code = kind.texts("code")[0]
    items = [item for item in kind.texts("item") if item]
    hidden = not private.isdisjoint(items)
    language = "zh" if tag == "zh-CN" else "en"
    messages, suggestions = kind.texts(f"message_{language}"), kind.texts(f"suggestion_{language}")
    if f"issue_{code}" in catalogue("views"):
        said = say(f"issue_{code}", tag)
    else:
        said = code if hidden or not messages else messages[0]
    if not hidden and len(suggestions) == 1 and suggestions[0]:
        what = join([said, " ", element("span", "– ", suggestions[0], class_="soft")])
    else:
        what = join([said])
    places = kind.places()
    values = kind.texts("raw_value")
    kept = 0 if not hidden else 4 if items == ["respondent_id"] else 1
    return (
        number(len(places)) if len(places) else "–",
        what,
        join([element("code", item) for item in items], marks(tag).comma) if items else "–",
        _examples(values, kept, tag) if len(places) or any(values) else "–",
        _source_rows(kind.table, places, several, tag),
    )


def mask(text: str, kept: int = 4) -> str:
    """Return the beginning of a text that must not be read: at most `kept` characters and never more than half.

    Examples
    --------
    >>> mask("C-20817"), mask("王小明", kept=1), mask("L")
    ('C-2•••', '王•••', '•••')
    """
    return text[: min(kept, len(text) // 2)] + "•••"


def _examples(values: list[str], kept: int, tag: str) -> Html:
    """Return the first few raw values; `kept` characters of each where they must not be read (0: they may)."""
    if kept:
        values = list(dict.fromkeys(mask(value, kept) if value.strip() else value for value in values))
    shown = [value if len(value) <= _LENGTH else value[: _LENGTH - 1] + "…" for value in values[:_EXAMPLES]]
    return join(
        [
            element("samp", value) if value.strip() else element("span", say("empty", tag), class_="soft")
            for value in shown
        ],
        " ",
    )


def _source_rows(issues: pd.DataFrame, places: NDArray[np.intp], several: bool, tag: str) -> str:
    if not places.size:
        return say("whole_file", tag)
    shown: dict[str, list[str]] = {}
    for file, row in issues[["source_file", "source_row"]].iloc[places[:_ROWS]].itertuples(index=False):
        shown.setdefault(str(file), []).append(str(row))
    texts = [(f"{file}: " if several else "") + ", ".join(numbers) for file, numbers in shown.items()]
    if places.size > _ROWS:
        texts.append(say("more_rows", tag, count=number(places.size - _ROWS)))
    return ", ".join(texts) if not several else "; ".join(texts)
