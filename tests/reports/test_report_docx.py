"""A report as a Word file and as markdown says what its page says: headings, nested lists, tables, pictures."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

import closeloop as cl
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.docx import _widths
from closeloop.reports.page_blocks import Grid, Run, Slot, Words, page_blocks
from closeloop.text import LocalText, set_language

TITLE = LocalText({"en": "Why parcels arrive late", "zh-CN": "包裹为什么晚到"})


def tree() -> cl.IssueTree:
    made = cl.IssueTree("Why late?", split="On which part of the way?")
    packing = made.add(None, "Packing takes long")
    people = made.add(packing, "Too few people")
    made.add(people, "Nobody was hired")
    made.add(None, "The carrier waits")
    return made


def whys() -> cl.FiveWhys:
    gap = cl.Gap(metric="NPS", standard=30, actual=12, n=400, as_of="2025-06-30")
    made = cl.FiveWhys(gap)
    link = made.ask(made.top, "Parcels stay overnight")
    made.ask(link.cause, "The last pick-up moved to 16:00")
    return made


def problem() -> cl.Problem:
    made = cl.Problem(cl.Gap(metric="NPS", standard=30, actual=12, n=400, as_of="2025-06-30"))
    made.add(whys())
    return made


def sheet() -> cl.Worksheet:
    made = cl.worksheet("5w2h")
    made.fill(what="The <b>parcel</b> came late")
    return made


def read(report: cl.Report, folder: Path) -> Any:
    return docx.Document(str(report.to_docx(folder / "report.docx")))


def listed(document: Any) -> list[tuple[int, str]]:
    """Give level and words of each item of a list."""
    found = []
    for paragraph in document.paragraphs:
        if paragraph.style.name.startswith("List Bullet"):
            level = int(paragraph.style.name.removeprefix("List Bullet").strip() or 1)
            indent = paragraph.paragraph_format.left_indent
            found.append((level if indent is None else round(indent.inches / 0.25), paragraph.text))
    return found


# -- outlines ----------------------------------------------------------------------------------------------------------


def test_the_list_is_nested_as_the_tree_is(tmp_path: Path) -> None:
    document = read(cl.report(TITLE, [tree()]), tmp_path)
    assert [(p.style.name, p.text) for p in document.paragraphs if p.style.name in ("Title", "Heading 1")] == [
        ("Title", "Why parcels arrive late"), ("Heading 1", "Why late?"),
    ]  # fmt: skip
    assert listed(document) == [
        (1, "On which part of the way?"),
        (1, "1 Packing takes long (hypothesis)"), (2, "1.1 Too few people (hypothesis)"),
        (3, "1.1.1 Nobody was hired (hypothesis)"), (1, "2 The carrier waits (hypothesis)"),
    ]  # fmt: skip


def test_levels_below_the_styles_of_word_are_indented_further(tmp_path: Path) -> None:
    made = cl.IssueTree("Why?")
    node = made.add(None, "level 1")
    for level in range(2, 7):
        node = made.add(node, f"level {level}")
    levels = listed(read(cl.report("R", [made]), tmp_path))
    assert levels == [(level, f"{'.'.join('1' * level)} level {level} (hypothesis)") for level in range(1, 7)]


def test_the_remarks_of_a_statement_stand_under_it_without_a_bullet(tmp_path: Path) -> None:
    paragraphs = read(cl.report("R", [tree()]), tmp_path).paragraphs
    (at,) = (i for i, paragraph in enumerate(paragraphs) if "1.1 Too few" in paragraph.text)
    assert paragraphs[at + 1].style.name == "Normal"
    assert paragraphs[at + 1].text.startswith("Warning: T04 ")
    assert paragraphs[at + 1].paragraph_format.left_indent.inches == 0.5


@pytest.mark.parametrize(
    ("part", "heading", "said"),
    [
        (lambda: tree().pyramid(answer="Parcels wait"), "Question: Why late?", "1 Packing takes long"),
        (whys, "", "Parcels stay overnight"),
        (problem, "", "Parcels stay overnight"),
        (sheet, "5W2H", "The <b>parcel</b> came late"),
    ],
    ids=["pyramid", "five-whys", "problem", "worksheet"],
)
@pytest.mark.parametrize("form", ["docx", "markdown"])
def test_each_outline_can_be_exported(part: Any, heading: str, said: str, form: str, tmp_path: Path) -> None:
    report = cl.report("R", [part()])
    if form == "docx":
        document = read(report, tmp_path)
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
        headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    else:
        text = report.to_markdown().replace("\\", "")
        headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert said in text
    assert heading in ["", *headings]


def test_markdown_nests_as_the_tree_does_and_shows_what_people_wrote(tmp_path: Path) -> None:
    made = tree()
    made.add(None, "1. *cheap* <script>|")
    text = cl.report(TITLE, [made]).to_markdown(tmp_path / "r.md")
    lines = text.splitlines()
    assert (tmp_path / "r.md").read_text(encoding="utf-8") == text
    assert lines[2:3] == ["# Why parcels arrive late"]
    assert {"- 1 Packing takes long (hypothesis)", "  - 1.1 Too few people (hypothesis)"} <= set(lines)
    assert "    - 1.1.1 Nobody was hired (hypothesis)" in lines
    assert r"- 3 1. \*cheap\* \<script\>\| (hypothesis)" in lines


def test_a_caption_for_the_ear_is_left_out_and_one_for_the_eye_stays() -> None:
    cell = "<tbody><tr><td>x</td></tr></tbody>"
    page = "".join(
        f"<table><caption>{said}</caption>{cell}</table>"
        for said in ('<span class="sr">ear</span>', "<b>eye</b>", 'both <span class="sr">of them</span>')
    )
    assert [block.text for block in page_blocks(page) if isinstance(block, Words)] == ["eye", "both of them"]


# -- results -----------------------------------------------------------------------------------------------------------


def test_a_result_is_sentence_table_and_picture(scores: ScoreTable, tmp_path: Path) -> None:
    difference = cl.compare(cl.NpsResult(75, 45, 30), cl.NpsResult(20, 40, 40), names=("East", "West"))
    document = read(cl.report("R", [difference]), tmp_path)
    assert any(paragraph.text == str(difference.sentence) for paragraph in document.paragraphs)
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells][:3] == ["group", "n", "score"]
    assert [row.cells[0].text for row in table.rows[1:]] == ["East", "West", "difference"]
    assert [cell.text for cell in table.rows[1].cells][1:3] == ["150", "+30.0"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == difference.plot().alt
    assert shape.width.inches <= 6.3


def test_a_result_whose_chart_is_a_part_has_one_picture(scores: ScoreTable, tmp_path: Path) -> None:
    assert len(read(cl.report("R", [scores, scores.plot()]), tmp_path).inline_shapes) == 1
    assert len(read(cl.report("R", [scores]), tmp_path).inline_shapes) == 1


def test_section_rows_span_the_table_and_numbers_stand_right(tmp_path: Path) -> None:
    frame = pd.DataFrame({"region": ["East", "West"], "n": [1234, 5]})
    (table,) = read(cl.report("R", [frame]), tmp_path).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["region", "n"], ["East", "1,234"], ["West", "5"],
    ]  # fmt: skip
    assert table.cell(1, 1).paragraphs[0].alignment == 2
    assert table.cell(1, 0).paragraphs[0].alignment is None


# -- the file ----------------------------------------------------------------------------------------------------------


def test_figures_and_words_of_a_table_are_not_broken_where_there_is_room() -> None:
    said = ["Share of answers in time", "54.1\u00a0%", "1,204", "Minutes", "2026-06-30", "95.0\u00a0% CI"]
    grid = Grid(rows=(tuple(Slot((Words((Run(text),)),)) for text in [*said, "a long sentence " * 12]),))
    inches = _widths(grid, 7, 6.3)
    assert sum(inches) == pytest.approx(6.3)
    longest = [7, 6, 5, 7, 5, 5, 8]  # in letters: a date may break at its hyphens
    assert all(width >= 0.17 + 0.07 * letters for width, letters in zip(inches, longest, strict=True))
    assert max(inches) == inches[-1]
    narrow = _widths(Grid(rows=(grid.rows[0] * 4,)), 28, 6.3)
    assert sum(narrow) == pytest.approx(6.3)


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_the_report_speaks_its_language_whichever_is_in_use(scores: ScoreTable, tag: str, tmp_path: Path) -> None:
    set_language("zh-CN" if tag == "en" else "en")
    document = read(cl.report(TITLE, [tree(), scores], language=tag), tmp_path)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert ({"en": "(hypothesis)", "zh-CN": "（假设）"}[tag] in text, TITLE[tag] in text) == (True, True)
    assert ("份作答" in text) is (tag == "zh-CN")
    alt = document.inline_shapes[0]._inline.docPr.get("descr")
    assert ("95% 区间" in alt) is (tag == "zh-CN")
    assert document.core_properties.language == tag


def test_chinese_letters_have_a_font_of_their_own(tmp_path: Path) -> None:
    styles = read(cl.report(TITLE, ["# 一", "二"], language="zh-CN"), tmp_path).styles
    for name in ("Normal", "Title", "Heading 1", "List Bullet", "Table Grid"):
        fonts = styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_the_same_parts_give_the_same_bytes(scores: ScoreTable, tmp_path: Path) -> None:
    first, second = (
        cl.report("R", [scores, tree()]).to_docx(tmp_path / f"{i}.docx").read_bytes() for i in range(2)
    )  # fmt: skip
    assert first == second
    with zipfile.ZipFile(tmp_path / "0.docx") as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
    assert docx.Document(str(tmp_path / "0.docx")).core_properties.created.year == 2000


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    nasty = "a\x00\x01\ud800 </w:t> {field} \u202egnp <script>"
    document = read(cl.report(f"T {nasty}", [nasty, f"# {nasty}"]), tmp_path)
    said = "a\ufffd\ufffd\ufffd </w:t> {field} \ufffdgnp <script>"
    assert [paragraph.text for paragraph in document.paragraphs if "script" in paragraph.text] == [
        f"T {said}",
        said,
        said,
    ]
    assert document.core_properties.title == f"T {said}"


def test_without_python_docx_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ImportError, match=r'pip install "closeloop\[docx\]"'):
        cl.report("R", ["text"]).to_docx(tmp_path / "r.docx")
    assert not (tmp_path / "r.docx").exists()
