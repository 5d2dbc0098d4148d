"""A company's Word file as the template: its styles, margins, header and footer stay, and what it lacks is added."""

from __future__ import annotations

from pathlib import Path

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

import closeloop as cl
from closeloop.errors import StoreError

TREE = cl.IssueTree("Why late?")
TREE.add(TREE.add(None, "Packing"), "People")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    document = docx.Document()
    document.styles["Heading 1"].font.color.rgb = RGBColor(0xAA, 0, 0x11)
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Georgia", Pt(13)
    section = document.sections[0]
    section.left_margin, section.right_margin = Mm(50), Mm(45)
    section.header.paragraphs[0].text, section.footer.paragraphs[0].text = "ACME 有限公司", "confidential"
    document.add_paragraph("Our cover page")
    for name in ("List Bullet", "List Bullet 2", "Table Grid"):
        element = document.styles[name].element
        element.getparent().remove(element)
    path = tmp_path / "acme.docx"
    document.save(str(path))
    return path


def test_styles_margins_header_and_footer_are_the_companys(template: Path, tmp_path: Path) -> None:
    report = cl.report("R", ["# Why", TREE, pd.DataFrame({"a": [1]})])
    document = docx.Document(str(report.to_docx(tmp_path / "r.docx", template=template)))
    section = document.sections[0]
    assert (section.header.paragraphs[0].text, section.footer.paragraphs[0].text) == ("ACME 有限公司", "confidential")
    assert (round(section.left_margin.mm), round(section.right_margin.mm)) == (50, 45)
    assert document.styles["Heading 1"].font.color.rgb == RGBColor(0xAA, 0, 0x11)
    assert document.styles["Normal"].font.name == "Georgia"
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[0] == "Our cover page"
    assert said.index("Our cover page") < said.index("R") < said.index("Why")
    assert next(each for each in document.paragraphs if each.text == "Why").style.name == "Heading 1"


def test_styles_that_it_lacks_are_added_with_a_bullet_that_shows(template: Path, tmp_path: Path) -> None:
    report = cl.report("R", [TREE, pd.DataFrame({"a": [1]})])
    document = docx.Document(str(report.to_docx(tmp_path / "r.docx", template=template)))
    (item,) = [each for each in document.paragraphs if "Packing" in each.text and each.style.name == "List Bullet"]
    assert item.text.startswith("• ")
    assert document.styles["List Bullet"].element.find(f".//{qn('w:numPr')}") is None
    assert document.tables[0].style.name == "Table Grid"


def test_a_picture_fits_between_its_margins(template: Path, tmp_path: Path) -> None:
    report = cl.report("R", [cl.compare(cl.NpsResult(7, 1, 2), cl.NpsResult(1, 7, 2)).plot()])
    document = docx.Document(str(report.to_docx(tmp_path / "r.docx", template=template)))
    assert document.inline_shapes[0].width <= Mm(210 - 95) + Mm(10)


def test_the_same_template_gives_the_same_bytes(template: Path, tmp_path: Path) -> None:
    report = cl.report("R", ["text"])
    first, second = (report.to_docx(tmp_path / f"{at}.docx", template).read_bytes() for at in range(2))
    assert first == second


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04broken", None])
def test_what_is_no_word_file_is_refused_in_words(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"t\.docx"):
        cl.report("R", ["text"]).to_docx(tmp_path / "r.docx", template=path)
    assert not (tmp_path / "r.docx").exists()


def test_a_workbook_is_no_template(tmp_path: Path) -> None:
    book = cl.report("R", ["text"]).to_xlsx(tmp_path / "t.xlsx")
    with pytest.raises(StoreError, match="as a Word file"):
        cl.report("R", ["text"]).to_docx(tmp_path / "r.docx", template=book)
