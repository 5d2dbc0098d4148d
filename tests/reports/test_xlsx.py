"""A report as a workbook: numbers are numbers, texts stay texts, what is hidden says so."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import closeloop as cl
import made_scores
from closeloop.errors import StoreError
from closeloop.reports.calls import Called
from closeloop.reports.xlsx import sheet_names

FRAME = pd.DataFrame({
    "what": ["=1+1", "+SUM(A1)", "@x", "http://a.example"], "due": [dt.date(2026, 3, 1), None, None, None],
    "late": [True, False, False, False], "hours": [1234.5, float("nan"), 2.0, 3.0],
})  # fmt: skip
TREE = cl.IssueTree("为什么晚到？")
TREE.add(None, "包装慢")


def written(tag: str) -> cl.Report:
    cl.set_language(tag)
    heading = {"en": "# Actions", "zh-CN": "# 行动"}[tag]
    computed = (
        made_scores.scores_of_every_kind() if tag == "en" else cl.compare(cl.NpsResult(7, 1, 2), cl.NpsResult(1, 7, 2))
    )
    parts = [
        "Conclusion: =A1", "# Regions: [East]/West?", computed, TREE, "# Regions: [East]/West?",
        cl.NpsResult(17, 12, 7), heading, Called(FRAME, "loop.actions()", ahead=True),
    ]  # fmt: skip
    return cl.report("Q3 报告", parts, language=tag)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("xlsx")
    made = {tag: written(tag).to_xlsx(folder / f"{tag}.xlsx") for tag in ("en", "zh-CN")}
    cl.set_language("en")
    return made


@pytest.fixture(scope="module")
def book(paths: dict[str, Path]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(paths["en"])


def sheet(book: openpyxl.Workbook, word: str) -> openpyxl.worksheet.worksheet.Worksheet:
    return book[next(name for name in book.sheetnames if word in name)]


def line(of: openpyxl.worksheet.worksheet.Worksheet, first: str) -> list[openpyxl.cell.cell.Cell]:
    return next(list(row) for row in of.iter_rows() if row[0].value == first)


def test_contents_come_first_then_what_stands_ahead(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[:2] == ["Contents", "1 Actions"]
    words = [cell.value for cell in book["Contents"]["A"] if cell.value]
    assert words[:3] == ["Q3 报告", "Conclusion: =A1", "Regions: [East]/West?"]
    links = {cell.value: cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink}
    assert links["Actions"] == "'1 Actions'!A1"
    assert len(links) == len(set(links.values())) == len(book.sheetnames) - 1


def test_scores_are_numbers_in_their_units(book: openpyxl.Workbook) -> None:
    found = sheet(book, "2 Net Promoter")
    south = line(found, "South")
    assert [cell.value for cell in south[1:6]] == pytest.approx([262, 44 / 262, 82 / 262, 136 / 262, 100 * 92 / 262])
    assert [cell.number_format for cell in south[2:6]] == ["0.0%"] * 3 + ["+#,##0.0;−#,##0.0;0.0"]
    share = line(sheet(book, "CSAT"), "App")
    assert share[2].value == pytest.approx(425 / 500)
    assert share[2].number_format == "0.0%"


def test_what_is_hidden_says_so_and_tells_nothing(book: openpyxl.Workbook) -> None:
    hidden = line(sheet(book, "2 Net Promoter"), "Northwest")
    assert [cell.value for cell in hidden[1:]] == [
        "<\u00a010",
        "hidden: fewer than 10 answers",
        None,
        None,
        None,
        None,
        None,
    ]


def test_texts_stay_texts_and_gaps_are_dashes(book: openpyxl.Workbook) -> None:
    found = book["1 Actions"]
    for said in FRAME["what"]:
        row = line(found, said)
        assert (row[0].data_type, row[0].hyperlink) == ("s", None)
    assert [cell.value for cell in line(found, "=1+1")[1:]] == ["2026-03-01", "yes", 1234.5]
    assert [cell.value for cell in line(found, "+SUM(A1)")[1:]] == ["–", "no", "–"]
    for each in book.worksheets:
        assert not [cell for row in each.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_head_is_frozen_and_the_call_stands_below(book: openpyxl.Workbook) -> None:
    found = book["1 Actions"]
    assert found.freeze_panes == "B3"
    assert "loop.actions()" in [cell.value for cell in found["A"]]
    assert found.page_setup.paperSize == 9
    calls = [cell.value for each in book.worksheets for cell in each["A"]]
    assert {'cl.IssueTree("为什么晚到？")', "cl.NpsResult(17, 12, 7)"} <= set(calls)


def test_chinese_columns_are_wide_enough_and_documents_are_outlines(paths: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(paths["zh-CN"])
    assert book.sheetnames[0] == "目录"
    found = sheet(book, "行动")
    assert found.column_dimensions["A"].width >= len("http://a.example")
    tree = sheet(book, "为什么晚到")
    assert any("包装慢" in str(cell.value) for cell in tree["A"])


def test_the_same_parts_give_the_same_bytes(paths: dict[str, Path], tmp_path: Path) -> None:
    assert written("zh-CN").to_xlsx(tmp_path / "again.xlsx").read_bytes() == paths["zh-CN"].read_bytes()


def test_a_result_has_its_picture_with_its_words(paths: dict[str, Path]) -> None:
    with zipfile.ZipFile(paths["en"]) as archive:
        pictures = [name for name in archive.namelist() if name.startswith("xl/media/")]
        drawing = archive.read("xl/drawings/drawing1.xml").decode("utf-8")
    assert len(pictures) == 1
    assert 'descr="Net Promoter Score (NPS) by Region' in drawing


def test_names_of_sheets_are_unique_and_short_in_every_language() -> None:
    titles = ["A" * 40, "A" * 40, "a", "A", "", "'x'", "[a]:*?/\\b", "很" * 40, "😀" * 40, "History"]
    names = sheet_names(titles)
    assert len({name.lower() for name in names}) == len(titles)
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in names)
    assert not [name for name in names if set(name) & set("[]:*?/\\") or name[0] == "'" or name[-1] == "'"]


def test_a_text_too_long_for_a_cell_is_cut_with_a_sign(tmp_path: Path) -> None:
    path = cl.report("R", [pd.DataFrame({"a": ["x" * 40_000]})]).to_xlsx(tmp_path / "r.xlsx")
    values = [cell.value for cell in openpyxl.load_workbook(path).worksheets[1]["A"]]
    assert any(isinstance(value, str) and value.endswith("x…") for value in values)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        cl.report("R", ["x"]).to_xlsx(tmp_path / "nowhere" / "r.xlsx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_the_workbook_and_the_word_file(paths: dict[str, Path], tmp_path: Path) -> None:
    word = cl.report("报告", ["# 一", TREE, FRAME], language="zh-CN").to_docx(tmp_path / "r.docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(word), str(paths["zh-CN"])], check=True, capture_output=True, timeout=240)
    for name in ("r.pdf", "zh-CN.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF")
