"""Nothing that people write becomes markup, and tables can be followed without seeing them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.html import Cell, Column, Html, Section, element, escape, harmless, join, table


class Reader(HTMLParser):
    """Collects what a browser would make of some HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text())
def test_any_text_is_shown_and_never_read_as_markup(text: str) -> None:
    found = read(element("td", text))
    assert found.tags == ["td"]
    assert found.text == harmless(text)


@given(st.text())
def test_any_text_stays_inside_its_attribute(text: str) -> None:
    found = read(element("img", alt="x" + text))
    assert found.tags == ["img"]
    assert found.attributes == [("alt", harmless("x" + text))]


@given(st.text())
def test_escaped_text_can_always_be_written_as_utf8(text: str) -> None:
    assert escape(text + "\ud800").encode("utf-8").endswith("\ufffd".encode())


@pytest.mark.parametrize("character", [*"\x00\x08\x1b\x7f\x85\u202a\u202d\u202e\u2066\u2069\ufffe", "\udfff"])
def test_what_hides_or_turns_text_round_is_made_visible(character: str) -> None:
    assert escape(f"a{character}b") == "a\ufffdb"


@pytest.mark.parametrize("text", ["净推荐值", "Ünïcödé", "שלום", "مرحبا", "a\tb\nc", "👍🏽", "\u00a0"])
def test_writing_of_every_language_is_left_alone(text: str) -> None:
    assert escape(text) == text


def test_html_is_not_escaped_twice() -> None:
    assert join([element("b", "<"), "<"]) == "<b>&lt;</b>&lt;"
    assert escape(Html("&amp;")) == "&amp;"


def test_an_attribute_without_value_is_left_out() -> None:
    assert element("td", "x", class_="", colspan=None, aria_label="n") == '<td aria-label="n">x</td>'


def test_a_table_names_its_rows_columns_and_sections() -> None:
    written = table(
        (Column(head="Region", css="who"), Column(head="n", css="num")),
        [Section(heading="South", rows=(("East", 3), ("West", Cell(content="–", css="hid"))))],
        caption="By region",
        foot=[("All", 3)],
    )
    assert "<caption>By region</caption>" in written
    assert '<th scope="col" class="num">n</th>' in written
    assert '<tr class="grp"><th colspan="2" scope="rowgroup">South</th></tr>' in written
    assert '<tr><th scope="row" class="who">West</th><td class="num hid">–</td></tr>' in written
    assert '<tfoot><tr><th scope="row" class="who">All</th><td class="num">3</td></tr></tfoot>' in written


def test_a_cell_over_several_columns_takes_their_place() -> None:
    written = table(
        tuple(Column(head=name) for name in "abc"), [Section(rows=(("x", Cell(content="hidden", span=2)),))]
    )
    assert '<th scope="row">x</th><td colspan="2">hidden</td></tr>' in written


def test_every_opened_element_is_closed() -> None:
    written = table((Column(head="a"),), [Section(rows=(("x",),))], caption=element("b", "c"))
    void = {"col"}
    opened = [tag for tag in re.findall(r"<(\w+)", written) if tag not in void]
    assert sorted(opened) == sorted(re.findall(r"</(\w+)", written))
