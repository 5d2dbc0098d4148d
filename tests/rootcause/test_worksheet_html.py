"""A worksheet as HTML: what is answered, missing, weak and computed, in both languages, whatever people wrote."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from closeloop.rootcause.worksheet.load import shipped_names
from closeloop.rootcause.worksheet.worksheet import Worksheet, worksheet
from closeloop.text import set_language

HOSTILE = "<script>alert('1')</script> \u202e =cmd|' /C calc'!A0"
LANGUAGES = ("en", "zh-CN")


def words(html: str) -> str:
    """Give what a reader sees where the style is stripped."""
    plain = re.sub(r"<style>.*?</style>", "", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def example(name: str, language: str) -> Worksheet:
    """Give a shipped sheet, filled in with its first example."""
    blank = worksheet(name)
    return blank.fill(**blank.template.examples[0].answers[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", shipped_names())
def test_a_filled_sheet_says_every_answer(name: str, language: str) -> None:
    set_language(language)
    sheet = example(name, language)
    text = words(sheet._repr_html_())
    assert text.startswith(str(sheet.title))
    assert str(sheet.template.purpose) in text
    for answer in sheet.to_frame()["answer"]:
        assert all(" ".join(line.split()) in text for line in answer.splitlines())
    for name_of_view in sheet.results:
        assert str(sheet.result(name_of_view).sentence).replace("\u00a0", " ") in text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "word", "number"), [("en", "missing", "4 missing"), ("zh-CN", "尚缺", "尚缺 4 处")]
)
def test_what_is_missing_is_named_and_not_only_coloured(language: str, word: str, number: str) -> None:
    set_language(language)
    sheet = worksheet("smart").fill(what="Print on the 3rd", metric="late", baseline=31, target=0, owner="Li")
    assert len(sheet.missing()) == 4
    html = sheet._repr_html_()
    assert number in words(html)
    assert html.count(f'<span class="lack">{word}</span>') == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finding_stands_below_its_answer(language: str) -> None:
    set_language(language)
    sheet = worksheet("smart").fill(what="improve", target=5, baseline=5)
    text = words(sheet._repr_html_())
    for finding in sheet.findings():
        assert finding.in_language(language) in text
    said = sheet.findings().at("what")[0].in_language(language)
    assert text.index("improve") < text.index(said) < text.index(str(sheet.template.pages[0].items[1].ask))


@pytest.mark.parametrize("name", ["swot", "option-matrix", "5w2h", "retrospective"])
def test_hostile_answers_stay_text(name: str) -> None:
    sheet = worksheet(name)
    for page in sheet.template.pages:
        texts: dict[str, Any] = {item.name: HOSTILE for item in page.items if item.type in {"text", "comment"}}
        texts = {n: v for n, v in texts.items() if getattr(page.items[0], "pattern", None) is None}
        if page.repeat is not None and texts:
            sheet.add(page.name, **texts).add(page.name, **texts)
        elif texts:
            sheet.fill(**texts)
    sheet.link(HOSTILE)
    html = sheet._repr_html_()
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html
    assert "<script" not in sheet.to_markdown()
    assert "\u202e" not in sheet.to_markdown()


def test_a_sheet_with_a_view_that_cannot_be_computed_says_why() -> None:
    text = words(worksheet("option-matrix")._repr_html_())
    assert "There is nothing to compute from: options is empty." in text
    # Scores within the scale of the sheet, weights that all are zero.
    zero = dict.fromkeys(("weight_resources", "weight_time", "weight_people", "weight_customer", "weight_market"), 0)
    sheet = worksheet("option-matrix").fill(options=[{"name": "a", "time": 3}], **zero)
    assert "All weights are 0" in words(sheet._repr_html_())


def test_entries_with_few_answers_are_rows_and_with_many_are_columns() -> None:
    html = worksheet("swot").add("threats", point="postage", evidence="letter")._repr_html_()
    assert re.search(r'<tr><th scope="row" class="no">1</th><td>postage</td>', html)
    filled = example("option-matrix", "en")
    assert len(filled.answers["options"]) <= 4
    heads = re.findall(r'<th scope="col"><b>(option \d+)</b></th>', filled._repr_html_())
    assert heads == [f"option {n}" for n in range(1, len(filled.answers["options"]) + 1)]


def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = example("swot", "en"), example("swot", "en")
    assert first._repr_html_() == second._repr_html_()
    assert first.to_markdown() == second.to_markdown()
    assert first.save(tmp_path / "a.json").read_bytes() == second.save(tmp_path / "b.json").read_bytes()
