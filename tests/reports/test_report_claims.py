"""What a report claims leads to what was computed, and a figure that nothing computed is named."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pandas as pd
import pytest

import closeloop as cl
from closeloop.html import escape
from closeloop.reports.figures import figures_in
from closeloop.text import LocalText, set_language

EAST, WEST = cl.NpsResult(75, 45, 30), cl.NpsResult(20, 40, 40)


@pytest.fixture
def difference() -> cl.Difference:
    return cl.compare(EAST, WEST, names=("East", "West"))


def page(report: cl.Report, folder: Path) -> str:
    return report.to_html(folder / "r.html").read_text(encoding="utf-8")


# -- from a sentence to its result -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tag", "said"), [("en", "(see Result 1)"), ("zh-CN", "（见结果 1）")])
def test_a_claim_links_to_the_result_that_the_report_shows(
    difference: cl.Difference, tag: str, said: str, tmp_path: Path
) -> None:
    report = cl.report("R", [cl.claim("The East leads.", difference), difference], language=tag)
    html = page(report, tmp_path)
    (target,) = re.findall(rf'The East leads\. ?<a href="#([^"]+)">{re.escape(said)}</a>', html)
    section = html.partition(f'id="{target}"')[2]
    assert section.startswith(f'><p class="soft">{said.strip("()（）").removeprefix("see ").removeprefix("见")}</p>')
    assert difference.title.in_language(tag) in section
    assert html.count(f'id="{target}"') == 1


def test_results_are_numbered_in_the_order_in_which_they_stand(difference: cl.Difference, tmp_path: Path) -> None:
    claims = [cl.claim("About the West.", WEST), cl.claim("About both.", difference), cl.claim("Again.", WEST)]
    html = page(cl.report("R", [*claims, difference, EAST, WEST, difference]), tmp_path)
    said = re.findall(r"<p>(About the West\.|About both\.|Again\.) <a [^>]+>\(see (Result \d)\)", html)
    assert said == [("About the West.", "Result 2"), ("About both.", "Result 1"), ("Again.", "Result 2")]
    assert html.count("Result 1</p>") == 1, "a result that stands twice is named once"


def test_two_reports_on_one_page_do_not_share_anchors(difference: cl.Difference) -> None:
    parts = [cl.claim("The East leads.", difference), difference]
    anchors = [set(re.findall(r'id="([^"]+)"', cl.report(title, parts)._repr_html_())) for title in ("A", "B")]
    assert all(anchors)
    assert not anchors[0] & anchors[1]


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_without_the_result_its_own_sentence_is_the_proof(difference: cl.Difference, tag: str, tmp_path: Path) -> None:
    html = page(cl.report("R", [cl.claim("The East leads.", difference)], language=tag), tmp_path)
    assert escape(difference.sentence.in_language(tag)) in html
    assert "<a " not in html


def test_a_single_score_proves_with_its_own_line(tmp_path: Path) -> None:
    html = page(cl.report("R", [cl.claim("They recommend us.", EAST)]), tmp_path)
    assert "n = 150" in html.replace("\u00a0", " ")


def test_a_score_table_proves_with_its_sentence(tmp_path: Path) -> None:
    table = cl.score({"recommend": [9, 10, 3, 8] * 20, "region": ["E", "W"] * 40}, cl.Nps("recommend"), by="region")
    html = page(cl.report("R", [cl.claim("We are liked.", table)]), tmp_path)
    assert "80 answered." in html


def test_in_word_the_reference_is_plain(difference: cl.Difference, tmp_path: Path) -> None:
    report = cl.report("R", [cl.claim("The East leads.", difference), difference])
    said = [paragraph.text for paragraph in docx.Document(str(report.to_docx(tmp_path / "r.docx"))).paragraphs]
    assert "The East leads. (see Result 1)" in said
    assert said.index("Result 1") + 1 == said.index("East against West")


def test_hostile_claims_stay_words(difference: cl.Difference, tmp_path: Path) -> None:
    html = page(cl.report("R", [cl.claim('<script>"x', difference), difference]), tmp_path)
    assert "<script" not in html
    assert "&lt;script&gt;&quot;x" in html


@pytest.mark.parametrize("result", ["text", None, 3, pd.DataFrame({"a": [1]})])
def test_a_claim_needs_a_computed_result(result: object) -> None:
    with pytest.raises(TypeError, match="stands on a computed result"):
        cl.claim("So it is.", result)  # type: ignore[arg-type]


def test_a_claim_needs_words() -> None:
    with pytest.raises(ValueError, match="needs a sentence"):
        cl.claim(" ", EAST)


# -- figures nobody computed -------------------------------------------------------------------------------------------


def named(report: cl.Report) -> list[tuple[str, str, str]]:
    """Give rule, part and figure of each finding."""
    return [(f.rule, f.at, re.sub(r".*?figure (.*?) is .*", r"\1", f.message.en)) for f in report.findings()]


def test_a_figure_of_no_result_is_named_with_its_part(difference: cl.Difference) -> None:
    report = cl.report("R", ["The East is 50 ahead; we expected 47.", difference, "# 12 more", "No figure."])
    assert named(report) == [("R02", "1", "47"), ("R02", "3", "12")]
    assert {finding.level for finding in report.findings()} == {"warn"}


def test_a_claim_is_held_against_its_own_result_only(difference: cl.Difference) -> None:
    report = cl.report(
        "R", [cl.claim("The East leads by 50 of 150 answers, not by 36.", difference), cl.NpsResult(17, 12, 7)]
    )
    assert named(report) == [("R01", "1", "36")]
    assert report.findings()[0].level == "error"
    assert not cl.report("R", ["36 answered.", cl.NpsResult(17, 12, 7)]).findings()


@pytest.mark.parametrize(
    "said",
    [
        "27.8",
        "28",
        "27.78",
        "+27.8",
        "47 %",
        "47％",
        "17 of 36",
        "第 3 组有 17 份",
        "2 March 2026",
        "In 2026",
    ],
)
def test_a_figure_counts_as_computed_as_it_is_rounded(said: str) -> None:
    assert not cl.report("R", [said, cl.NpsResult(17, 12, 7)]).findings()


@pytest.mark.parametrize("said", ["27.7", "29", "46.2 %", "有 18 份", "36,000", "1.7 万"])
def test_a_figure_that_rounds_otherwise_does_not(said: str) -> None:
    assert len(cl.report("R", [said, cl.NpsResult(17, 12, 7)]).findings()) == 1


def test_tables_charts_and_responses_are_computed_documents_are_not(responses: cl.Responses) -> None:
    frame = pd.DataFrame({"region": ["East"], "share": [0.41666]})
    tree = cl.IssueTree("Why 77?")
    tree.add(None, "Because of 78")
    parts = ["0.42, 0.417", frame, f"{responses.ledger['rows_in']} rows", responses, "77 and 78", tree]
    assert [figure for _, _, figure in named(cl.report("R", parts))] == ["77", "78"]


def test_the_gap_of_a_problem_is_computed() -> None:
    gap = cl.Gap(metric="NPS", standard=30, actual=12, n=400, as_of="2025-06-30")
    assert not cl.report("R", ["NPS is 12, 18 below 30.", cl.Problem(gap)]).findings()


def test_findings_read_the_language_of_the_report() -> None:
    said = LocalText({"en": "It is 3.", "zh-CN": "共 4 件。"})
    set_language("en")
    (finding,) = cl.report("R", [said], language="zh-CN").findings()
    assert finding.message.zh == "数字 4 在本报告的计算结果中找不到。"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,180 of 12,000", ["1,180", "12,000"]),
        ("2026-10-01, 10:30, 1/3", ["1", "3"]),
        ("3 March 2026 and March 3, 2026 and March 2026", []),
        ("Q3, CM-1, L010, 5W2H, v1.2", []),
        ("1. First\n2. Second 3", ["3"]),
        ("2026 年 3 月 5 日有 12 件，第 3 季度 1.2 万元", ["12", "1.2 万"]),
        ("3 个月内 95% 的 24 小时", ["3", "95", "24"]),
        ("NPS为25，比上月低3.5分", ["25", "3.5"]),
        ("1.5 million and 2 thousand", ["1.5 million", "2 thousand"]),
        ("in 2019, of 2,019 and 2019 %", ["2,019", "2019"]),
        ("−12 to +16", ["12", "16"]),
        ("", []),
    ],
)
def test_what_is_a_figure(text: str, found: list[str]) -> None:
    assert [figure.words for figure in figures_in(text)] == found
