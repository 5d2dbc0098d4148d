"""A chart says what it shows, carries its own font, and comes out the same each time."""

from __future__ import annotations

import base64
import dataclasses
import subprocess
import sys
import warnings
from importlib import resources
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.text import set_language
from closeloop.views import fonts
from closeloop.views.charts import plot_scores
from closeloop.views.fonts import Typeface


def texts(figure: Figure) -> list[str]:
    drawn = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        drawn += [text.get_text() for text in axes.texts]
        drawn += [label.get_text() for label in (*axes.get_xticklabels(), *axes.get_yticklabels())]
    return drawn


def test_the_sentence_is_made_of_the_data(scores: ScoreTable) -> None:
    alt = plot_scores(scores).alt
    assert alt.startswith("Net Promoter Score (NPS) by Region, 1 Jul – 30 Sep 2026, with 95 % intervals: All +26 (")
    assert "\u00a0" not in alt
    assert "East +7 (−2 to +16, n = 318; detractors/passives/promoters 33/28/40 %)" in alt
    assert "Hidden: Northeast, Northwest." in alt
    assert "Jul 2026 4.20 (3.98 to 4.42, n = 97)" in alt


def test_the_bundle_has_a_picture_with_alternative_text(scores: ScoreTable) -> None:
    chart = plot_scores(scores)
    bundle = chart._repr_mimebundle_()
    assert bundle["text/plain"] == chart.alt
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/html"].startswith('<figure style="margin:0"><img alt="Net Promoter Score (NPS) by Region')
    assert "<script" not in bundle["text/html"]
    assert set(chart._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert set(chart._repr_mimebundle_(exclude={"image/png"})) == {"text/plain", "text/html"}


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_table_gives_the_same_bytes(scores: ScoreTable, ending: str, tmp_path: Path) -> None:
    first, second = (plot_scores(scores).save(tmp_path / f"{i}.{ending}").read_bytes() for i in range(2))
    assert first == second
    assert b"Matplotlib" not in first


def test_numbers_stand_in_the_bars_and_hidden_groups_below(scores: ScoreTable) -> None:
    drawn = texts(plot_scores(scores).figure)
    assert {"33", "28", "40", "+7", "−2 to +16"} <= {text.replace("\u00a0", " ") for text in drawn}
    assert "Hidden: Northeast, Northwest." in drawn
    assert any("\ufffd" in text for text in drawn)
    assert not any("\u202e" in text for text in drawn)


def test_chinese_is_drawn_without_a_missing_glyph(scores: ScoreTable, tmp_path: Path) -> None:
    set_language("zh-CN")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        chart = plot_scores(scores)
        chart.save(tmp_path / "zh.png")
    assert [str(warning.message) for warning in caught] == []
    assert "按地区统计的净推荐值（NPS），2026-07-01 至 09-30" in texts(chart.figure)
    assert {text.get_fontfamily()[0] for text in chart.figure.texts} == {fonts.FAMILY}


def test_the_bundled_font_has_every_character_of_our_own_texts() -> None:
    data = Path(str(resources.files("closeloop"))) / "data"
    ours = {c for path in data.rglob("*.yaml") for c in path.read_text(encoding="utf-8") if not c.isspace()}
    assert sorted(ours - fonts._characters(fonts.FAMILY) - fonts._characters("DejaVu Sans")) == []
    rows = range(0xB0, 0xD8)  # GB 2312 level 1
    everyday = {bytes([row, i]).decode("gb2312", "ignore") for row in rows for i in range(0xA1, 0xFF)} - {""}
    assert len(everyday) == 3755
    assert everyday <= fonts._characters(fonts.FAMILY)


def test_a_character_that_no_font_has_gives_one_warning_and_a_square(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_first_installed", lambda: None)
    with pytest.warns(UserWarning, match="Install a Chinese font") as caught:
        typeface = Typeface(["龘靐齉", "东"])
    assert len(caught) == 1
    assert typeface.drawable("龘东\n\u202e") == "□东 \ufffd"


def test_an_installed_font_helps_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_first_installed", lambda: "Installed")
    own = fonts._characters
    monkeypatch.setattr(fonts, "_characters", lambda family: frozenset("龘") if family == "Installed" else own(family))
    assert Typeface(["龘"]).families == (fonts.FAMILY, "DejaVu Sans", "Installed")


def test_dollars_are_not_mathematics(scores: ScoreTable, tmp_path: Path) -> None:
    block = scores.blocks[0]
    groups = (dataclasses.replace(block.groups[0], key=("$5_{x}$ & $\\frac",)), *block.groups[1:])
    table = dataclasses.replace(scores, blocks=(dataclasses.replace(block, groups=groups),))
    plot_scores(table).save(tmp_path / "dollars.png")
    figure = Figure()
    plot_scores(table, ax=figure.add_subplot()).save(tmp_path / "axes.png")


def test_somebodys_axes_are_drawn_into(scores: ScoreTable) -> None:
    one = dataclasses.replace(scores, blocks=scores.blocks[:1])
    figure = Figure()
    axes = figure.add_subplot()
    chart = plot_scores(one, ax=axes)
    assert chart.figure is figure
    assert [label.get_text() for label in axes.get_yticklabels()] == ["East", "South", "(missing)", "All"]
    with pytest.raises(ValueError, match="this one has 4"):
        plot_scores(scores, ax=axes)


def test_a_table_in_which_all_is_hidden_is_still_drawn(scores: ScoreTable, tmp_path: Path) -> None:
    block = scores.blocks[0]
    total = dataclasses.replace(block.groups[-1], key=())
    empty = dataclasses.replace(block, groups=block.groups[-2:], total=total)
    table = dataclasses.replace(scores, blocks=(empty, dataclasses.replace(empty, keys=(), groups=())))
    chart = plot_scores(table)
    chart.save(tmp_path / "hidden.png")
    assert "Hidden: Northeast, Northwest." in chart.alt
    assert "Fewer than 10 answered, so the result is hidden. 2\u00a0groups are hidden." in texts(chart.figure)
    plot_scores(dataclasses.replace(scores, blocks=(empty,)), ax=Figure().add_subplot())


def test_a_group_without_answers_is_not_called_hidden(scores: ScoreTable) -> None:
    block = scores.blocks[0]
    nobody = dataclasses.replace(block.groups[0], key=("x",), n=0, result=NpsResult(0, 0, 0))
    table = dataclasses.replace(scores, blocks=(dataclasses.replace(block, groups=(nobody,), total=nobody),))
    assert "Hidden" not in plot_scores(table).alt


def test_a_hidden_period_is_a_gap_in_the_line(scores: ScoreTable, tmp_path: Path) -> None:
    block = scores.blocks[2]
    gap = dataclasses.replace(
        block.groups[1], n=None, n_missing=None, result=None, ci=None, suppressed=True, reason="small"
    )
    table = dataclasses.replace(
        scores, blocks=(dataclasses.replace(block, groups=(block.groups[0], gap, block.groups[2])),)
    )
    chart = plot_scores(table)
    line = next(line for line in chart.figure.axes[0].lines if line.get_marker() == "o")
    assert [value != value for value in line.get_ydata()] == [False, True, False]
    assert "Hidden: Aug 2026." in texts(chart.figure)
    chart.save(tmp_path / "gap.png")


def test_drawing_leaves_pyplot_and_the_settings_alone() -> None:
    program = """
import sys, matplotlib
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.score_block import GroupScore, ScoreBlock
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import Nps
before = dict(dict.items(matplotlib.rcParams))  # reading "backend" by its key would itself load pyplot
r = NpsResult(5, 3, 2)
total = GroupScore(key=(), n=10, n_missing=0, result=r, ci=r.confidence_interval())
block = ScoreBlock(metric=Nps("x"), keys=(), groups=(), total=total, method="adjusted-wald")
ScoreTable(blocks=(block,), confidence_level=.95, min_n=10, n_rows=10).plot()._repr_mimebundle_()
assert dict(dict.items(matplotlib.rcParams)) == before
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
