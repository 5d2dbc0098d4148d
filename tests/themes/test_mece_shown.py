"""A MECE report says everything in text, HTML and pictures, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from closeloop.reports.report import report as put_together
from closeloop.text import set_language
from closeloop.themes.codings.coding import Coding
from closeloop.themes.mece.mece import mece
from closeloop.themes.mece.mece_report import MeceReport
from closeloop.views.saturation_chart import plot_saturation


def planted(
    names: tuple[str, str, str, str] = ("delivery", "late", "price", "staff"), unit: str = "mention"
) -> MeceReport:
    """Return the report of a division with a subset, an “Other” and a gap."""
    delivery, late, price, staff = names
    rows = [(i, delivery) for i in range(120)] + [(i, late) for i in range(40)]
    rows += [(i, price) for i in range(120, 200)] + [(i, staff) for i in range(200, 260)]
    rows += [(i, "misc") for i in range(260, 270)] + [(i, None) for i in range(270, 300)]
    frame = pd.DataFrame(rows, columns=["id", "code"])
    return mece(Coding.from_table(frame, unit=unit), other=["misc"])


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", ["left over", "without a code", "in two or more categories", "Good–Turing", "Chao1", "most of it with",
                "containment", "make it a child", "✗ fails", "closeloop’s own"]),
        ("zh", ["剩余", "未编码", "重叠", "古德–图灵", "Chao1", "主要与谁共有", "包含度", "改为下级", "✗ 不符合",
                "自定"]),
    ],
)  # fmt: skip
def test_text_and_html_say_the_same(tag: str, words: list[str]) -> None:
    set_language(tag)
    report = planted()
    plain = re.sub(r"<style.*?</style>|<[^>]+>", " ", report._repr_html_(), flags=re.DOTALL)
    for shown in (str(report), plain):
        assert [word for word in words if word not in shown] == []


def test_the_rows_hold_the_figures() -> None:
    report = planted()
    rows = report.to_frame().set_index("name")
    assert rows.loc["coverage", "estimate"] == pytest.approx(260 / 300)
    assert rows.loc["other", "estimate"] == pytest.approx(10 / 300)
    assert rows.loc["uncoded", "estimate"] == pytest.approx(30 / 300)
    assert rows.loc["residual", "outcome"] == "fail"
    assert rows.loc["residual", "limit"] == 0.05
    content = report.to_dict()
    assert content["verdict"] == "fail"
    assert content["pairs"][0]["hint"] == "subset"
    assert [row["id"] for row in content["categories"]] == ["delivery", "late", "price", "staff", "misc"]
    assert set(content["reasons"][0]) == {"en", "zh-CN"}


@pytest.mark.parametrize("tag", ["en", "zh"])
@pytest.mark.parametrize("unit", ["mention", "response"])
def test_every_figure_is_drawn(tag: str, unit: str) -> None:
    set_language(tag)
    report = planted(unit=unit)
    for chart in (report.plot(), report.pairs.plot(), report.categories.plot(), plot_saturation(report)):
        assert chart.alt
        assert len(chart.figure.axes) in (1, 4)
    cover = report.plot().figure.axes[0]
    drawn = sum(bar.get_width() for bar in cover.patches)
    assert drawn == pytest.approx(1)  # covered, Other and uncoded make the whole


def test_the_bars_are_the_shares_and_the_square_is_the_containment() -> None:
    axes = planted().plot().figure.axes
    delivery = [bar for bar in axes[1].patches if bar.get_y() < 0.5]
    assert [bar.get_width() for bar in delivery] == pytest.approx([80 / 300, 40 / 300])
    texts = [text.get_text() for text in axes[2].texts]
    assert "100" in texts
    curve = axes[3].lines[0]
    assert curve.get_ydata()[-1] == pytest.approx(4)


def test_axes_of_the_callers_own_are_drawn_into() -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    chart = planted().plot(ax)
    assert chart.figure is ax.figure
    assert ax.patches


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    report = planted(("<script>alert(1)</script>", "$x^2$", "=cmd()", "a\nb"))
    html = report._repr_html_()
    assert "<script>" not in html
    assert report.plot().to_html()
    parts = [report, report.pairs, report.categories]
    page = put_together("t", parts).to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_many_categories_are_cut_and_nothing_is_drawn_off_the_paper() -> None:
    rng = np.random.default_rng(1)
    names = [f"a rather long name of category number {k}" for k in range(40)]
    rows = [(i, names[k]) for i in range(800) for k in set(rng.integers(0, 40, 2).tolist())]
    report = mece(Coding.from_table(pd.DataFrame(rows, columns=["id", "code"]), unit="mention"))
    figure = report.plot().figure
    assert len(figure.axes[1].get_yticks()) == 20
    assert len(figure.axes[2].get_yticks()) == 9
    assert figure.get_size_inches()[1] < 16
