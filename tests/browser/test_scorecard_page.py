"""The scorecard in a page: filters and comments by keyboard, comments as text, both languages, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from closeloop.analysis.scorecard.scorecard import Scorecard
from made_scorecard import scorecard

pytestmark = pytest.mark.browser


@cache
def card() -> Scorecard:
    return scorecard()


def focused(page: Any, text: str) -> None:
    """Wait until what has the focus contains a text."""
    page.wait_for_function("text => document.activeElement.textContent.includes(text)", arg=text)


@pytest.mark.parametrize(("tag", "dark", "width"), [("en", False, 1000), ("zh-CN", True, 600)])
def test_it_looks_right_and_axe_finds_nothing(bare: Callable[..., Any], tag: str, dark: bool, width: int) -> None:
    shown = bare(card().board(tag), dark=dark, width=width)
    page = shown.page
    page.locator(".theme").first.wait_for()
    shown.picture(f"scorecard-{tag}-{width}")
    page.locator(".theme").first.click()
    page.locator(".said li").first.wait_for()
    page.locator("details summary").click()
    assert shown.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("window.hurt === undefined && !document.querySelector('.said li *')")
    assert page.locator(".said li", has_text="<script>window.hurt = 1</script><b>late</b>").count() > 0
    shown.picture(f"scorecard-{tag}-{width}-comments")
    page.locator("select").first.select_option("1")
    page.locator(".hide").wait_for()
    assert shown.violations() == []
    shown.picture(f"scorecard-{tag}-{width}-hidden")


def test_a_walk_by_keyboard(bare: Callable[..., Any]) -> None:
    board = card().board()
    shown = bare(board, width=1000)
    page, keys = shown.page, shown.page.keyboard
    region = page.get_by_role("combobox", name="region")
    keys.press("Tab")
    assert region.evaluate("e => e === document.activeElement")
    keys.press("ArrowDown")
    page.get_by_role("heading", name="Net Promoter Score (NPS): East").wait_for()
    assert region.evaluate("e => e === document.activeElement")
    page.locator("[role=status]", has_text="524 answered").wait_for(state="attached")
    for _ in range(3):
        keys.press("Tab")
    focused(page, "Clear filters")
    keys.press("Enter")
    page.get_by_role("heading", name="everybody").wait_for()
    focused(page, "Clear filters")
    keys.press("Enter")
    page.locator("[role=status]", has_text="No filter is chosen.").wait_for(state="attached")
    keys.press("Tab")
    assert page.get_by_role("combobox", name="Rows").evaluate("e => e === document.activeElement")
    keys.press("l")
    page.get_by_text("By Language").wait_for()
    keys.press("Tab")
    keys.press("Tab")
    focused(page, "late delivery")
    keys.press("Enter")
    focused(page, "What was written: late delivery")
    assert page.locator(".said li").count() == 20
    page.get_by_role("button", name="Previous page").focus()
    keys.press("Enter")
    page.locator("[role=status]", has_text="This is the first page.").wait_for(state="attached")
    keys.press("Tab")
    keys.press("Enter")
    page.get_by_text("Page 2 of 11, 215 comments").last.wait_for()
    focused(page, "What was written: late delivery")
    keys.press("Escape")
    focused(page, "late delivery")
    assert page.locator(".said").count() == 0
    keys.type("dd")
    assert shown.leaked() == ["Tab"]  # the first, from outside
    assert repr(board) == "<ScorecardBoard: all; n = 900>"
