"""A score table says everything in words and numbers, in both languages, with and without style."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.score import score
from closeloop.metrics.score_block import GroupScore
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import Nps
from closeloop.text import LocalText, language, set_language
from closeloop.views.score_panel import panels
from closeloop.views.score_table import Scale, round_steps
from closeloop.views.tables import result_html, score_table_html

Bare = Callable[[str], str]


def test_without_style_and_drawings_it_still_says_everything(scores: ScoreTable, bare: Bare) -> None:
    text = bare(score_table_html(scores))
    for said in (
        "Net Promoter Score (NPS) by Region, 1 Jul – 30 Sep 2026",
        "1,162 answered. Out of 100, 47 are promoters and 21 detractors, so NPS is +26 (95 % interval +21 to +30).",
        "2 groups are hidden.",
        "Detractors Passives Promoters",
        "33 28 40",
        "+7",
        "−2 to +16",
        "hidden: fewer than 10 answers",
        "hidden too: with the total shown, a hidden group could be worked out by subtraction",
        "80 % chose one of the top 2 of 5 answers (95 % interval 77 to 83 %)",
        "Jul 2026",
        "adjusted Wald (¾, 1½, ¾)",
        "18 of 1,180 accepted rows left the question blank",
        "relationship-nps v3, 1 Jul – 30 Sep 2026.",
    ):
        assert said in text


def test_a_row_reads_in_order_without_style(scores: ScoreTable, bare: Bare) -> None:
    text = re.sub(r"\s*\n\s*", " | ", bare(score_table_html(scores)))
    assert "East | 318 | 33 28 40 | +7 | −2 to +16" in text
    assert "All | 1,162 | 21 31 47 | +26 | +21 to +30" in text
    assert "Northwest | < 10 | hidden: fewer than 10 answers" in text
    assert "Northeast | – | hidden too" in text


def test_a_hidden_group_shows_no_figure(scores: ScoreTable) -> None:
    rows = panels(scores, "en")[0].rows
    assert [row.label for row in rows if row.suppressed] == ["Northeast", "Northwest"]
    assert all(row.estimate is None and row.shares is None and row.low is None for row in rows if row.suppressed)


def test_a_hidden_total_is_not_told_in_the_sentence(scores: ScoreTable) -> None:
    total = GroupScore(key=(), n=None, n_missing=None, result=None, ci=None, suppressed=True, reason="small")
    block = dataclasses.replace(scores.blocks[0], groups=(), total=total)
    panel = panels(dataclasses.replace(scores, blocks=(block,)), "en")[0]
    assert panel.sentence == "Fewer than 10 answered, so the result is hidden."
    assert panel.total.estimate is None


def test_nobody_answered_is_a_row_not_a_failure(scores: ScoreTable) -> None:
    empty = NpsResult(0, 0, 0)
    total = GroupScore(key=(), n=0, n_missing=3, result=empty, ci=empty.confidence_interval())
    table = dataclasses.replace(scores, blocks=(dataclasses.replace(scores.blocks[0], groups=(), total=total),))
    assert "nobody answered" in score_table_html(table)
    assert panels(table, "zh-CN")[0].sentence == "无人作答。"


def test_a_question_is_not_a_heading(scores: ScoreTable) -> None:
    titles = {"region": LocalText({"en": "Where do you live?", "zh-CN": "您住在哪里？"})}
    table = dataclasses.replace(scores, titles=titles)
    assert [panels(table, tag)[0].who for tag in ("en", "zh-CN")] == ["region", "region"]


def test_rounded_shares_are_not_said_to_explain_another_score(scores: ScoreTable) -> None:
    result = NpsResult(promoters=466, passives=321, detractors=214)
    total = GroupScore(key=(), n=1001, n_missing=0, result=result, ci=result.confidence_interval())
    table = dataclasses.replace(scores, blocks=(dataclasses.replace(scores.blocks[0], groups=(), total=total),))
    sentence = panels(table, "en")[0].sentence
    assert "about 47 are promoters and 21 detractors; worked out before rounding, NPS is +25" in sentence


def test_sections_keep_the_order_of_the_table(scores: ScoreTable) -> None:
    panel = panels(scores, "en")[3]
    assert [section.heading for section in panel.sections] == ["South", "East"]
    assert [row.label for row in panel.rows] == ["App", "App", "Store"]


def test_a_key_of_periods_runs_down_the_rows(scores: ScoreTable) -> None:
    block = scores.blocks[2]
    groups = tuple(
        dataclasses.replace(group, key=(str(group.key[0]), region)) for region in "ab" for group in block.groups
    )
    crossed = dataclasses.replace(block, keys=("month", "region"), groups=groups)
    panel = panels(dataclasses.replace(scores, blocks=(crossed,), labels={}), "en")[0]
    assert panel.chronological
    assert [(s.heading, [row.label for row in s.rows]) for s in panel.sections] == [
        ("a", ["Jul 2026", "Aug 2026", "Sep 2026"]),
        ("b", ["Jul 2026", "Aug 2026", "Sep 2026"]),
    ]


def test_hostile_names_stay_text(scores: ScoreTable) -> None:
    html = score_table_html(scores)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;\ufffd&quot;&amp;" in html


def test_chinese_has_no_english_left(scores: ScoreTable, bare: Bare) -> None:
    set_language("zh-CN")
    text = bare(score_table_html(scores))
    text = text.replace("<script>alert('x')</script>", "").replace("relationship-nps", "")
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"NPS", "CSAT", "Wald", "Wilson", "Tango"}
    assert "每 100 人中有 47 位推荐者、21 位贬损者，因此 NPS 为 +26（95% 区间 +21 至 +30）。" in text
    assert language() == "zh-CN"


def test_every_interval_lies_on_the_common_scale(scores: ScoreTable) -> None:
    for panel in panels(scores, "en"):
        scale = Scale.of(panel)
        for row in (*panel.rows, panel.total):
            for value in (row.low, row.estimate, row.high):
                if value is not None:
                    assert 0 <= float(scale.place(value).rstrip("%")) <= 100
        assert 2 <= len(scale.steps) <= 6


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (4.2, 4.2), (-100.0, 100.0), (-0.3, 0.0), (49.9, 50.1)])
def test_marks_are_round_and_lie_on_the_scale(low: float, high: float) -> None:
    steps = round_steps(low, high)
    assert len(steps) <= 6
    assert all(low - 1e-6 <= step <= high + 1e-6 for step in steps)


def test_a_panel_without_figures_has_no_marks(scores: ScoreTable) -> None:
    block = dataclasses.replace(scores.blocks[0], groups=(), total=scores.blocks[0].groups[-1])
    scale = Scale.of(panels(dataclasses.replace(scores, blocks=(block,)), "en")[0])
    assert scale.steps == ()
    assert scale.low < scale.high


def test_the_same_table_gives_the_same_html(scores: ScoreTable) -> None:
    assert score_table_html(scores) == score_table_html(scores)
    assert " id=" not in score_table_html(scores)


def test_many_groups_are_set_closer(scores: ScoreTable) -> None:
    block = scores.blocks[0]
    many = tuple(dataclasses.replace(block.groups[0], key=(f"Airline {i}",)) for i in range(99))
    html = score_table_html(dataclasses.replace(scores, blocks=(dataclasses.replace(block, groups=many),)))
    assert 'class="st three long"' in html
    assert all(f">Airline {i}<" in html for i in range(99))


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "+28 NPS, 95 % interval +2 to +50, n = 36, 4 left it blank."),
        ("zh-CN", "+28 NPS，95% 区间 +2 至 +50，n = 36，4 份未答。"),
    ],
)
def test_one_result_is_one_line(tag: str, said: str, bare: Bare) -> None:
    set_language(tag)
    assert said in bare(result_html(NpsResult(promoters=17, passives=12, detractors=7, n_missing=4)))


@pytest.mark.parametrize(("n", "width"), [(12, None), (99_999, None), (100_000, 72), (1_000_000_000, 120)])
def test_the_column_of_counts_is_as_wide_as_its_largest(n: int, width: int | None) -> None:
    counted = score({"recommend": [9, 3]}, Nps("recommend"), min_n=0)
    (block,) = counted.blocks
    total = dataclasses.replace(block.total, n=n)
    html = dataclasses.replace(counted, blocks=(dataclasses.replace(block, total=total),))._repr_html_()
    style = f' style="width: {width}px"' if width else ""
    assert f'<col class="num count"{style}>' in html
