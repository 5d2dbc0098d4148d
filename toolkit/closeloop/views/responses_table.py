"""Responses as HTML: the ledger, the facts of the file, what was set aside and why, and how columns were matched."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.numbers import days, number
from closeloop.views.set_aside import caption, set_aside
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

_NAMES = 12


def responses_block(responses: Responses, tag: str, *, brief: bool = False) -> Html:
    """Return what became of every row and every column of the import; `brief`: how many rows of which files, alone."""
    counted = [_head(responses, tag), _ledger(responses.ledger, tag), _facts(responses, tag)]
    if brief:
        return element("div", *counted, class_="wrap block")
    return element("div", *counted, set_aside(responses, tag), _matched(responses.columns, tag), class_="wrap block")


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
        caption=caption(say("matched", tag), counts),
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
