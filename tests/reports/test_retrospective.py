"""The minutes say the conclusion first, what is open before what is new, and of what there is not that there is not."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

import closeloop as cl
import made_minutes
from closeloop.cli import app
from closeloop.errors import ColumnNotFoundError, InsufficientDataError
from closeloop.reports.agenda import read_agenda
from closeloop.reports.conclusion import conclusion
from closeloop.reports.minutes import Minutes, minutes_of


@pytest.fixture(scope="module")
def loop() -> cl.Loop:
    return made_minutes.loop()


@pytest.fixture(scope="module")
def minutes(loop: cl.Loop) -> Callable[[str], cl.Report]:
    made = {tag: loop.retrospective(made_minutes.SINCE, language=tag) for tag in ("en", "zh-CN")}
    return made.__getitem__


@pytest.fixture(scope="module")
def text(minutes: Callable[[str], cl.Report]) -> str:
    return minutes("en").to_markdown()


@pytest.fixture(scope="module")
def empty() -> cl.Loop:
    return cl.open_loop(":memory:", actor="li", now=made_minutes.MARCH)


def section(text: str, heading: str) -> str:
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_conclusion_comes_first_with_its_figures(text: str) -> None:
    lead = text.partition("# Retrospective, 2026-03-01\n\n")[2].partition("\n")[0]
    assert lead.startswith("24 answered. Out of 100, 67 are promoters and 0 detractors, so NPS is +67 (95 % interval ")
    assert "the difference is +30 points (95 % interval " in lead.replace("\u00a0", " ")
    assert "In this period 0 cases came in and 0 were closed; customers confirmed 0. Open now: 4, of which 4 " in lead
    assert lead.endswith("4 actions are open, 2 of them overdue.")


def test_cases_are_counted_in_the_period_in_which_they_came(loop: cl.Loop) -> None:
    cases, board, now = loop.cases(), loop.glance(), loop.moment()
    for since, said in ((None, "4 cases came in"), (loop.moment("2026-01-10T00:00+08:00"), "2 cases came in")):
        assert said in conclusion(cases, board, since, now, None, None, []).en
    assert "3 cases" in conclusion(cases, board, None, loop.moment("2026-01-18T00:00+08:00"), None, None, []).en


def test_open_actions_of_last_time_come_before_everything_else_late_ones_first(text: str) -> None:
    assert text.index("## Open actions of last time") < text.index("## Agenda") < text.index("## What happened")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (\S+) \| (\w+) \|", section(text, "Open actions of last time"), re.M)
    assert [(row[0], row[3]) for row in rows[1:3]] == [
        ("List the hours", "late"), ("Move the pick-up, back; to 18:00", "late"),
    ]  # fmt: skip
    assert "Ask the carrier" not in section(text, "Open actions of last time"), "it is done"
    assert "Tell packing" not in section(text, "Open actions of last time"), "it is of today"
    assert "| Tell packing | Wu Fan | 2026-03-20 | open |" in section(text, "Actions")


def test_votes_and_decisions_are_those_of_the_latest_sheet(text: str) -> None:
    votes = section(text, "Vote")
    assert votes.index("| 5 | Agents called back |") < votes.index("| 3 | Packing stops at 15:30 | Pick-up moved |")
    assert "=HYPERLINK(1,2) | Head of operations | 2026-03-15 |" in section(text, "Decisions")
    assert '`loop.load("retrospective")`' in votes


def test_problems_are_there_with_their_trees_and_whys(text: str) -> None:
    causes = section(text, "Causes")
    for said in ("P-1 Late parcels", '`loop.problem("P-1")`'):
        assert said in causes + text
    for said in ("Why are parcels late?", "Packing takes long", "Parcels stay overnight"):
        assert said in text
    assert "**T04**" in text or "T04" in section(text, "Are the categories MECE?")


def test_the_register_and_the_counts_are_checked_at_the_end(text: str) -> None:
    last = text.rpartition("\n## ")[2]
    assert last.startswith("Does it add up, and is the register whole?")
    assert "every chain is whole" in last


def test_figures_carry_the_calls_that_give_them_again(loop: cl.Loop, text: str) -> None:
    (call,) = re.findall(r"`(loop\.scores\([^`]*\))`\n", text.replace(".plot()`", ""))
    table = eval(call, {"loop": loop})  # noqa: S307
    assert (table.result().n, table.call) == (24, call)
    (compared,) = re.findall(r"`(cl\.compare\(.*\))`", text)
    assert eval(compared, {"loop": loop, "cl": cl}).estimate == pytest.approx(100 * 16 / 24 - 100 * 8 / 22)  # noqa: S307


NOTHING = {
    "en": (
        "There is no response and no case in the register yet.", "No action is open.", "No alarm", "No case has a code",
        "No problem has an issue tree.", "No problem is open.", "No vote was recorded.", "No decision was recorded.",
        "No action was recorded in this meeting.", "No lesson was recorded.", "There is no case.",
    ),
    "zh-CN": (
        "还没有答卷", "没有未完成的行动", "没有预警", "都没有编码", "画过问题树", "没有未了结的问题", "没有投票记录",
        "没有记录任何决定", "没有记录行动", "没有记录经验教训", "还没有个案",
    ),
}  # fmt: skip


def test_an_empty_register_says_so_section_by_section(empty: cl.Loop) -> None:
    for tag, said in NOTHING.items():
        shown = empty.retrospective(language=tag).to_markdown()
        for line in said:
            assert line in shown


def test_the_agenda_takes_ninety_minutes_and_may_be_another(empty: cl.Loop, tmp_path: Path) -> None:
    assert sum(item.minutes for item in read_agenda()) == 90
    (tmp_path / "a.yaml").write_text("- {minutes: 20, topic: {en: Walk, zh-CN: 走一圈}}\n", encoding="utf-8")
    for given in (tmp_path / "a.yaml", [{"minutes": 20, "topic": "走一圈"}]):
        assert "20 分钟" in empty.retrospective(language="zh", agenda=given).to_markdown()
    for wrong in ([], [{"minutes": 0, "topic": "x"}], [{"minutes": 5}], ["x"]):
        with pytest.raises(ValueError, match="agenda"):
            read_agenda(wrong)  # type: ignore[arg-type]


def test_with_coded_comments_it_says_where_the_categories_overlap(empty: cl.Loop) -> None:
    rows = {"id": [1, 1, 2, 3], "code": ["late", "rude", "late", "rude"]}
    shown = empty.retrospective(coding=cl.Coding.from_table(rows, unit="response")).to_markdown()
    assert "`coding.mece(…)`" in shown
    assert "`coding.pareto(…)`" in shown
    assert "No coded comments" not in shown


def test_minutes_of_another_period_are_not_taken_for_those_of_this_one(loop: cl.Loop) -> None:
    versions = loop.versions("retrospective")
    now = loop.moment()
    both, none = minutes_of(versions, None, now), minutes_of(versions, now.replace(year=2027), now)
    assert (both.held_on, both.before and both.before.answers["held_on"]) == ("2026-03-01", "2026-02-02")
    assert (none.sheet, none.before) == (None, versions[-1][1])
    assert minutes_of(versions, None, versions[0][0]) == Minutes(versions[0][1], None)


# -- scores of the slim rows -------------------------------------------------------------------------------------------


def test_slim_rows_score_all_responses_in_the_months_of_the_loop(loop: cl.Loop) -> None:
    frame = loop.scores().to_frame()
    assert frame[["month", "n"]].to_numpy().tolist() == [["2026-01", 24], ["2026-02", 24]]
    assert frame["estimate"].tolist() == pytest.approx([100 / 3, 200 / 3])
    assert loop.scores(by=None, until=made_minutes.SINCE).result().n == 24


def test_what_cannot_be_scored_says_why(loop: cl.Loop, empty: cl.Loop) -> None:
    with pytest.raises(InsufficientDataError, match="recommend"):
        empty.scores()
    with pytest.raises(InsufficientDataError, match="trust"):
        loop.scores(cl.Nps("trust"))
    with pytest.raises(ColumnNotFoundError, match="chanel"):
        loop.scores(by="chanel")


# -- as files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_the_page_asks_nobody_and_is_the_same_again(
    minutes: Callable[[str], cl.Report], loop: cl.Loop, tag: str, tmp_path: Path
) -> None:
    html = minutes(tag).to_html(tmp_path / "a.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']?(?!data:|#)[^"' >]+""", html)
    assert "default-src &#x27;none&#x27;" in html
    for word in ("http:", "https:", "url(", "@import", "<script"):
        assert word not in html
    if tag == "en":
        again = loop.retrospective(made_minutes.SINCE, language=tag).to_html(tmp_path / "b.html")
        assert again.read_text(encoding="utf-8") == html


def test_the_command_writes_each_form_by_its_suffix(tmp_path: Path) -> None:
    url = str(tmp_path / "l.sqlite")
    cl.open_loop(url, actor="li", now=made_minutes.MARCH).close()
    begin = {".html": b"<!doctype", ".docx": b"PK", ".xlsx": b"PK", ".md": b"closeloop", ".ics": b"BEGIN:VCAL"}
    for suffix, first in begin.items():
        out = tmp_path / f"r{suffix}"
        done = CliRunner().invoke(app, ["report", "--loop", url, "--out", str(out), "--language", "zh-CN"])
        assert done.exit_code == 0, done.output
        assert out.read_bytes().startswith(first)
    assert "复盘会纪要" in (tmp_path / "r.md").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(app, ["report", "--loop", url, "--out", str(tmp_path / "r.pdf")])
    assert wrong.exit_code == 2
    assert ".docx" in wrong.output


def test_word_has_the_tables_whole_and_no_row_over_two_pages(
    minutes: Callable[[str], cl.Report], tmp_path: Path
) -> None:
    path = minutes("zh-CN").to_docx(tmp_path / "r.docx")
    document = docx.Document(str(path))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert text.index("上次未完成的行动") < text.index("议程") < text.index("数目对得上吗？")
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    (shares,) = [
        [int(each) for each in re.findall(r'gridCol w:w="(\d+)"', grid)]
        for grid in re.findall(r"<w:tblGrid>.*?</w:tblGrid>", xml)[1:2]
    ]  # the agenda
    assert shares[0] < shares[1] < shares[2], "a column of sentences is wider than one of numbers"
    assert xml.count("<w:cantSplit/>") == xml.count("<w:tr>") > 20
