"""A report is one file that needs nothing else, says the finding first, and comes out the same each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

import closeloop as cl
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.parts import Heading
from closeloop.text import LocalText, set_language

Bare = Callable[[str], str]
TITLE = LocalText({"en": 'East </style>"\\ & others', "zh-CN": "华东"})


@pytest.fixture
def whole(scores: ScoreTable, responses: cl.Responses) -> Callable[[str], cl.Report]:
    def build(tag: str) -> cl.Report:
        set_language(tag)
        figure = Figure()
        figure.add_subplot().set_title("own figure")
        frame = pd.DataFrame({"region": ["<b>East</b>", None], "n": [1234, 5], "share": [0.4, None]})
        heading = {"en": "# Regions", "zh-CN": "# 地区"}[tag]
        parts = [heading, scores, "One <b>.\n\nTwo.", scores.plot(), Heading("D"), responses, responses.survey]
        return cl.report(TITLE, [*parts, cl.NpsResult(17, 12, 7), figure, frame], language=tag)

    return build


def page(report: cl.Report, path: Path) -> str:
    return report.to_html(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_nothing_in_it_asks_the_network(whole: Callable[[str], cl.Report], tag: str, tmp_path: Path) -> None:
    html = page(whole(tag), tmp_path / "r.html")
    for word in ("http:", "https:", "url(", "@import", "<script", "<link", 'src="/', "javascript:", " onload"):
        assert word not in html
    assert set(re.findall(r'src="([^;"]{1,30})', html)) == {"data:image/png"}
    assert "default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;; img-src data:" in html


def test_it_names_its_language_and_title(whole: Callable[[str], cl.Report], tmp_path: Path) -> None:
    html = page(whole("zh-CN"), tmp_path / "r.html")
    assert html.startswith('<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">')
    assert "<title>华东</title>" in html


def test_a_hostile_title_stays_text_in_markup_and_in_style(whole: Callable[[str], cl.Report], tmp_path: Path) -> None:
    html = page(whole("en"), tmp_path / "r.html")
    assert html.count("</style>") == 1
    assert "<h1>East &lt;/style&gt;&quot;\\ &amp; others</h1>" in html
    assert r'content:"East\20 \3c \2f style\3e \22 \5c \20 \26 \20 others"' in html


def test_the_conclusion_comes_first(whole: Callable[[str], cl.Report], tmp_path: Path, bare: Bare) -> None:
    text = bare(page(whole("en"), tmp_path / "r.html"))
    lead = text.index("1,162 answered. Out of 100, 47 are promoters and 21 detractors, so NPS is +26")
    assert lead < text.index("Regions")


def test_every_part_is_there(whole: Callable[[str], cl.Report], tmp_path: Path, bare: Bare) -> None:
    html = page(whole("en"), tmp_path / "r.html")
    text = bare(html)
    for said in ("Regions", "One <b>.", "Two.", "every row accounted for", "Items – 9", "+28", "<b>East</b>", "1,234"):
        assert said in text
    assert 'alt="own figure"' in html
    assert html.count("<img ") == 2
    assert "✓ Nothing lost: 40 rows = " in text


def test_it_says_what_made_it_and_from_what(whole: Callable[[str], cl.Report], responses: cl.Responses, tmp_path: Path,
                                            bare: Bare) -> None:  # fmt: skip
    text = bare(page(whole("en"), tmp_path / "r.html"))
    assert f"Made by closeloop {cl.__version__} from answers.csv {responses.sources[0].sha256[:16]}" in text


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_the_same_parts_give_the_same_bytes(whole: Callable[[str], cl.Report], tag: str, tmp_path: Path) -> None:
    first, second = (whole(tag).to_html(tmp_path / f"{i}.html").read_bytes() for i in range(2))
    assert first == second


def test_the_language_of_the_report_is_its_own(scores: ScoreTable, tmp_path: Path) -> None:
    html = page(cl.report("R", [scores], language="zh"), tmp_path / "r.html")
    assert "份作答" in html
    assert " answered" not in html


def test_in_a_notebook_it_is_framed(scores: ScoreTable) -> None:
    html = cl.report("R", ["text", scores])._repr_html_()
    assert html.startswith("<style>")
    assert "<html" not in html
    assert "@page" not in html


@pytest.mark.parametrize("part", [print, 7, None, object()])
def test_what_is_no_part_is_refused_with_its_place(part: object) -> None:
    with pytest.raises(TypeError, match="Part 2 of the report is a "):
        cl.report("R", ["text", part])


def test_a_long_frame_is_cut_and_the_rest_counted(tmp_path: Path, bare: Bare) -> None:
    frame = pd.DataFrame({"n": range(205)}, index=pd.Index([f"row{i}" for i in range(205)], name="name"))
    text = bare(page(cl.report("R", [frame]), tmp_path / "r.html"))
    assert "row199" in text
    assert "row200" not in text
    assert "5 more rows are not shown." in text


def test_other_frames_are_parts_too(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    assert '<td class="num">2.50</td>' in page(
        cl.report("R", [polars.DataFrame({"a": ["x"], "b": [2.5]})]), tmp_path / "r.html"
    )
