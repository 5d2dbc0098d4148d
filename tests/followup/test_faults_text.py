"""Text that means harm, or was cut in two: it is shown as it is, runs nowhere, and stops nobody's work."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

import closeloop as cl

NOW = "2026-07-01T09:00+08:00"
TAG = "<img src=x onerror=alert(1)>\"'&"
FORMULA = '=HYPERLINK("http://x")'
ODD = "a\x00b\x07\u202e\u2028😀"
SURVEY = "relationship-nps"


def answers(**columns: list[str]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    said = {
        "response_id": [f"r{i}" for i in range(n)], "respondent_id": [f"c{i}" for i in range(n)],
        "answered_at": ["2026-06-01T00:00:00Z"] * n, "recommend": ["0"] * n, "why": ["bad"] * n,
    }  # fmt: skip
    return pd.DataFrame(said | columns)


@pytest.fixture(scope="module")
def loop() -> cl.Loop:
    loop = cl.open_loop(":memory:", actor=TAG[:40], now=NOW)
    case = loop.open_case(TAG + FORMULA + ODD, "phone", "2026-07-01T08:30+08:00", subject=TAG)
    case.assign(owner=TAG)
    case.add_task(what=FORMULA + TAG + ODD, owner="@SUM(1)", due_on="2026-07-03")
    case.promise(what="+1" + TAG + ODD, due_at="2026-07-03T00:00Z", to="-2" + TAG)
    case.add_fact(text=TAG + ODD, source=FORMULA + TAG + ODD, date="2026-06-30")
    case.escalate(level=1, reason=TAG + FORMULA + ODD)
    case.lesson(root=TAG + FORMULA, trigger=TAG, gains=FORMULA, losses=TAG, worked_communication=TAG, tags=[TAG])
    case.customer_message(channel="phone", words=TAG + ODD)
    loop.triage(cl.read_responses(answers(why=[TAG, FORMULA], respondent_id=[TAG, FORMULA]), SURVEY))
    return loop


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_tag_of_others_stands_in_html(loop: cl.Loop, language: str, tmp_path: Path) -> None:
    cl.set_language(language)
    case, later = loop.case(1), "2026-07-09T00:00Z"
    shown = {
        "case": case, "history": case.history(), "board": loop.glance(later), "clocks": case.clocks(),
        "findings": case.findings(later), "allowed": case.allowed(), "playbook": case.playbook(),
        "sheet": case.negotiation(), "letter": case.letter("progress"), "measure": loop.measure(later),
        "lessons": loop.lessons(),
    }  # fmt: skip
    pages = {name: each._repr_html_() for name, each in shown.items()}
    pages["report"] = loop.retrospective(now=later).to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    for name, html in pages.items():
        assert "<img src=x" not in html, name
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", html), name
    assert any("&lt;img" in html for html in pages.values()), "it is shown as text"
    assert "<img" not in case.letter("progress").to_markdown()


def test_no_cell_of_the_tables_for_people_runs(loop: cl.Loop, tmp_path: Path) -> None:
    for table in loop.export(tmp_path / "out").glob("*.csv"):
        with table.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if cell[:1] in {"=", "+", "@", "\t", "\r"} or re.match(r"-\D", cell)]


def test_odd_ids_of_responses_do_not_stop_the_others() -> None:
    odd = ["a\x00b", "x" * 300, "\u200bzero", "two\nlines", "‏rtl", "' OR 1=1 --", "ok"]
    with cl.open_loop(":memory:", actor="li", now=NOW) as loop:
        found = loop.triage(cl.read_responses(answers(response_id=odd), SURVEY))
        assert found.n_opened == len(odd)
        assert loop.verify().is_intact
        again = loop.triage(cl.read_responses(answers(response_id=odd), SURVEY))
        assert (again.n_opened, again.n_known) == (0, len(odd))


def test_a_comment_of_a_million_characters_is_kept_whole() -> None:
    long = "慢😀" * 500_000
    with cl.open_loop(":memory:", actor="li", now=NOW) as loop:
        case = loop.open_case(long, "phone", "2026-07-01T08:30+08:00")
        assert str.__str__(loop.reveal(case, "call back").texts[0].text) == long
        assert len(case._repr_html_()) < 100_000


def test_figures_are_the_same_in_both_languages(loop: cl.Loop) -> None:
    figures = []
    for language in ("en", "zh-CN"):
        cl.set_language(language)
        figures.append(loop.measure("2026-07-09T00:00Z").to_frame().select_dtypes("number"))
    pd.testing.assert_frame_equal(*figures)
