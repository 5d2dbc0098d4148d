"""Responses as HTML: the ledger, the facts of the file, what was set aside and why, and how columns were matched."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.numbers import days, number
from closeloop.text import catalogue
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

EFFECTS = ("quarantined", "superseded", "blanked", "noted")
_EXAMPLES, _ROWS, _NAMES, _LENGTH = 3, 6, 12, 40


def responses_block(responses: Responses, tag: str, *, brief: bool = False) -> Html:
    """Return what became of every row and every column of the import; `brief`: how many rows of which files, alone."""
    counted = [_head(responses, tag), _ledger(responses.ledger, tag), _facts(responses, tag)]
    if brief:
        return element("div", *counted, class_="wrap block")
    return element("div", *counted, _set_aside(responses, tag), _matched(responses.columns, tag), class_="wrap block")


def mask(text: str, kept: int = 4) -> str:
    """Return the beginning of a text that must not be read: at most `kept` characters and never more than half.

    Examples
    --------
    >>> mask("C-20817"), mask("王小明", kept=1), mask("L")
    ('C-2•••', '王•••', '•••')
    """
    return text[: min(kept, len(text) // 2)] + "•••"


def _head(responses: Responses, tag: str) -> Html:
    survey = responses.survey
    name = f"{survey.id} {say('version', tag, version=survey.version)}" if survey else say("no_survey", tag)
    names = " · ".join([name, *(source.name for source in responses.sources)])
    return element("p", element("b", say("responses", tag)), " ", element("span", names, class_="soft"), class_="head")


def _ledger(ledger: dict[str, int], tag: str) -> Html:
    parts = (("a", "accepted"), ("q", "quarantined"), ("s", "superseded"))
    lost = ledger["rows_in"] - sum(ledger[name] for _, name in parts)
    entries = [_entry("", "rows_in", ledger, "", tag)]
    entries += [_entry(sign, name, ledger, css, tag) for sign, (css, name) in zip("=++", parts, strict=True)]
    verdict = say("not_accounted", tag, count=number(lost)) if lost else "✓ " + say("accounted", tag)
    entries.append(element("span", verdict, class_="ok bad" if lost else "ok"))
    shown = [(css, ledger[name]) for css, name in parts if ledger[name]]
    strip = [element("span", class_="" if css == "a" else css, style=f"--v:{count}") for css, count in shown]
    return join(
        [
            element("div", join(entries, " "), class_="ledger", role="group", aria_label=say("ledger", tag)),
            element("div", *strip, class_="strip", aria_hidden="true"),
        ]
    )


def _entry(sign: str, name: str, ledger: dict[str, int], css: str, tag: str) -> Html:
    label = element("span", say(name, tag), class_=css)
    parts = [element("b", number(ledger[name])), label]
    return element("div", join([element("i", sign), *parts] if sign else parts, " "))


def _facts(responses: Responses, tag: str) -> Html:
    sources = responses.sources
    facts = [
        ("platform", [(s.platform_label.in_language(tag), s.platform_reason.in_language(tag)) for s in sources]),
        ("read_as", [_read_as(source, tag) for source in sources]),
        ("times", [_times(responses, tag)]),
        ("file", [(source.name, _fingerprint(source.sha256)) for source in sources]),
    ]
    lines = []
    for name, entries in facts:
        for number_, (said, why) in enumerate(dict.fromkeys(entries)):
            reason = element("span", "– ", why, class_="soft") if why else ""
            lines.append(element("dt", say(name, tag) if number_ == 0 else ""))
            lines.append(element("dd", join([said, reason], " ")))
    return element("dl", *lines, class_="facts")


def _read_as(source: Any, tag: str) -> tuple[str, str]:
    separators = {",": "comma_separated", "\t": "tab_separated", ";": "semicolon_separated"}
    said = [source.encoding.upper()] if source.encoding else []
    if source.sheet:
        said.append(say("sheet", tag, sheet=source.sheet))
    if source.delimiter:
        key = separators.get(source.delimiter, "other_separated")
        said.append(say(key, tag, mark=source.delimiter))
    rows = say("read_rows", tag, header=number(source.header_rows), rows=number(source.rows))
    return marks(tag).clause.join(said), _sentences([source.encoding_reason.in_language(tag), rows], tag)


def _times(responses: Responses, tag: str) -> tuple[str, str]:
    why = [responses.timezone_reason.in_language(tag)]
    if responses.period:
        first, last = responses.period
        why.append(days(first, last, tag))
    return responses.timezone, _sentences(why, tag)


def _sentences(texts: Sequence[str], tag: str) -> str:
    return marks(tag).gap.join(marks(tag).ended(text) for text in texts if text)


def _fingerprint(sha256: str) -> str:
    return f"sha256 {sha256[:4]}…{sha256[-4:]}" if sha256 else ""


def _set_aside(responses: Responses, tag: str) -> Html:
    issues = responses.issues
    if issues.empty:
        return element("p", say("nothing_set_aside", tag), class_="note")
    private = _private_items(responses)
    several = len(responses.sources) > 1
    sections = []
    for effect in EFFECTS:
        part = issues[issues["effect"] == effect]
        if part.empty:
            continue
        count = len(_places(part))
        title = say(f"effect_{effect}", tag)
        if count:
            rows_said = say("row_one" if count == 1 else "row_many", tag, count=number(count))
            title = marks(tag).clause.join((title, rows_said))
        what = element("span", "– ", say(f"effect_{effect}_what", tag), class_="soft")
        in_rows = part[part["source_row"] > 0].groupby(["code", "item"], observed=True, sort=False)
        of_file = part[part["source_row"] <= 0].groupby("code", observed=True, sort=False)
        kinds = [group for _, group in sorted(in_rows, key=lambda kind: -len(kind[1]))]
        kinds += [group for _, group in of_file]
        cells = tuple(_issue_cells(group, private, several, tag) for group in kinds)
        sections.append(Section(rows=cells, heading=join([title, " ", what])))
    heads = {"rows": "num rows", "issue": "main", "item": "item", "found": "found", "source_rows": "where soft"}
    return table(
        tuple(Column(head=say(key, tag), css=css) for key, css in heads.items()),
        sections,
        caption=_caption(say("set_aside", tag), say("set_aside_rows", tag)),
        css="t",
    )


def _caption(title: str, more: str) -> Html:
    return join([title, " ", element("span", "– ", more)])


def _private_items(responses: Responses) -> frozenset[str]:
    items = responses.survey.items if responses.survey else ()
    return frozenset({"respondent_id", *(item.name for item in items if item.pii)})


def _places(issues: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the files that some issues are about."""
    return issues.loc[issues["source_row"] > 0, ["source_file", "source_row"]].drop_duplicates()


def _issue_cells(group: pd.DataFrame, private: frozenset[str], several: bool, tag: str) -> tuple[object, ...]:
    code = str(group["code"].iloc[0])
    items = [str(item) for item in group["item"].unique() if item]
    hidden = not private.isdisjoint(items)
    language = "zh" if tag == "zh-CN" else "en"
    messages = group[f"message_{language}"].unique().tolist()
    suggestions = group[f"suggestion_{language}"].unique().tolist()
    if f"issue_{code}" in catalogue("views"):
        said = say(f"issue_{code}", tag)
    else:
        said = code if hidden or not messages else str(messages[0])
    if not hidden and len(suggestions) == 1 and suggestions[0]:
        what = join([said, " ", element("span", "– ", str(suggestions[0]), class_="soft")])
    else:
        what = join([said])
    rows = _places(group)
    values = [str(value) for value in group["raw_value"].unique()]
    kept = 0 if not hidden else 4 if items == ["respondent_id"] else 1
    return (
        number(len(rows)) if len(rows) else "–",
        what,
        join([element("code", item) for item in items], marks(tag).comma) if items else "–",
        _examples(values, kept, tag) if len(rows) or any(values) else "–",
        _source_rows(rows, several, tag),
    )


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


def _source_rows(rows: pd.DataFrame, several: bool, tag: str) -> str:
    if rows.empty:
        return say("whole_file", tag)
    shown: dict[str, list[str]] = {}
    for file, row in rows.head(_ROWS).itertuples(index=False):
        shown.setdefault(str(file), []).append(str(row))
    texts = [(f"{file}: " if several else "") + ", ".join(numbers) for file, numbers in shown.items()]
    if len(rows) > _ROWS:
        texts.append(say("more_rows", tag, count=number(len(rows) - _ROWS)))
    return ", ".join(texts) if not several else "; ".join(texts)


def _matched(columns: pd.DataFrame, tag: str) -> Html:
    same = ["source_column", "item", "option", "verdict", "reason_en"]  # files of one layout need to be told once
    records = columns.drop_duplicates(same).astype(object).fillna({"item": ""}).to_dict("records")
    used = [record for record in records if record["verdict"] != "unused"]
    unused = [str(record["source_column"]) for record in records if record["verdict"] == "unused"]
    checks = sum(record["verdict"] == "check" for record in used)
    counts = say(
        "matched_counts",
        tag,
        columns=number(len(records)),
        used=number(len(used) - checks),
        items=number(len({r["item"] for r in used if r["verdict"] != "check" and r["role"] != "system"})),
        check=number(checks),
        unused=number(len(unused)),
    )
    rows = [_match_cells(run, tag) for run in _runs(used)]
    if unused:
        names = ", ".join(unused[:_NAMES])
        if len(unused) > _NAMES:
            names += " " + say("and_more", tag, count=number(len(unused) - _NAMES))
        kept = Cell(content=say("unused_kept", tag, names=names), css="soft wide", span=3)
        rows.append((say("unused_count", tag, count=number(len(unused))), kept))
    heads = {"column": "column main", "item": "item", "how_sure": "sure", "reason": "wide"}
    return table(
        tuple(Column(head=say(key, tag), css=css) for key, css in heads.items()),
        [Section(rows=tuple(rows))],
        caption=_caption(say("matched", tag), counts),
        css="t",
    )


def _runs(records: Sequence[dict[Hashable, Any]]) -> list[list[dict[Hashable, Any]]]:
    """Put columns side by side that hold the options of one item into one run."""
    runs: list[list[dict[Hashable, Any]]] = []
    for record in records:
        last = runs[-1][-1] if runs else {}
        spread = record["role"] != "system" and record["verdict"] != "check"
        if spread and all(last.get(key) == record[key] for key in ("item", "verdict")):
            runs[-1].append(record)
        else:
            runs.append([record])
    return runs


def _match_cells(run: list[dict[Hashable, Any]], tag: str) -> tuple[object, ...]:
    first, last = run[0], run[-1]
    names = [str(record["source_column"]) for record in ([first] if len(run) == 1 else [first, last])]
    ask = first["verdict"] == "check"
    sureness = min(float(record["confidence"]) for record in run)
    verdict = element("span", say(f"verdict_{first['verdict']}", tag))
    known = [] if math.isnan(sureness) else [_meter(sureness), element("span", number(sureness, 2))]
    reason: list[object] = [str(first["reason_zh" if tag == "zh-CN" else "reason_en"])]
    if ask:
        told = f'columns={{"{names[0]}": "{first["item"]}"}}'
        reason += [marks(tag).gap, say("if_right", tag), " ", element("code", told)]
    return (
        join([element("code", name) for name in names], " … "),
        element("code", first["item"]) if first["item"] else "–",
        Cell(content=element("div", join([*known, verdict], " ")), css="ask" if ask else ""),
        join(reason),
    )


def _meter(sureness: float) -> Html:
    return element("span", element("i", style=f"--v:{100 * sureness:.0f}"), class_="meter", aria_hidden="true")
