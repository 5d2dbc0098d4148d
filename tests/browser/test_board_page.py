"""The case board in a page: keys first, the panel beside it, what others do, nothing that leaks, both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from made_register import add, filled, opened

pytestmark = pytest.mark.browser
FOCUSED = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
Open = Callable[..., Any]


def focused(shown: Any) -> str:
    """Give what has the focus, by its name."""
    return str(shown.page.evaluate(FOCUSED))


def wait_focused(shown: Any, start: str) -> None:
    """Wait until what has the focus has a name that starts so."""
    shown.page.wait_for_function(f"start => ({FOCUSED})().startsWith(start)", arg=start)


def at_card(shown: Any, number: int) -> None:
    """Put the focus on a card."""
    shown.page.locator(f".card:has(.open:text-is('#{number}')) .open").focus()


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh-CN", True)])
def test_it_looks_right_and_axe_finds_nothing(bare: Open, dark: bool, language: str) -> None:
    board = filled().board(language=language)
    shown = bare(board, dark=dark, width=1280)
    assert shown.page.locator(".card").count() == 12
    look = f"board-{language}-{'dark' if dark else 'light'}"
    for width in (600, 360, 1000):  # nothing is cut off
        shown.page.set_viewport_size({"width": width, "height": 900})
        shown.page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        shown.picture(f"{look}-{width}")
    at_card(shown, 1)
    shown.page.keyboard.press("m")
    shown.page.get_by_role("menu").wait_for()
    assert shown.violations() == []
    shown.picture(f"{look}-menu")
    shown.page.set_viewport_size({"width": 1280, "height": 900})
    shown.page.keyboard.press("Enter")
    shown.page.locator(".cb-side .cp-form").wait_for()
    shown.picture(f"{look}-panel")
    assert shown.violations() == []


def test_a_walk_by_keyboard(bare: Open) -> None:
    shown = bare(filled().board(), width=1280)
    keys = shown.page.keyboard
    at_card(shown, 1)
    keys.press("ArrowDown")
    wait_focused(shown, "#2 ")
    keys.press("End")
    wait_focused(shown, "#3 ")
    keys.press("ArrowRight")
    wait_focused(shown, "#5 ")
    keys.press("Home")
    wait_focused(shown, "#4 ")
    keys.press("?")
    wait_focused(shown, "#4, First response")
    keys.press("Escape")
    wait_focused(shown, "#4 ")
    keys.press("m")
    wait_focused(shown, "Confirm the nature")
    keys.press("ArrowDown")
    wait_focused(shown, "Do not uphold")
    keys.press("Escape")
    wait_focused(shown, "#4 ")
    for key in ("d", "d", "x", "a"):
        keys.press(key)
    assert shown.leaked() == []
    assert shown.page.locator(".card button[tabindex='0']").count() == 3  # one card at a time is in the order of Tab


def with_step(bare: Open, number: int, key: str, step: str) -> tuple[Any, Any]:
    """Give a board where somebody has opened the menu of a card by a key and chosen its first step."""
    board = filled().board()
    shown = bare(board, width=1280)
    at_card(shown, number)
    shown.page.keyboard.press(key)
    wait_focused(shown, step)
    shown.page.keyboard.press("Enter")
    return board, shown


def test_a_step_by_keyboard_keeps_the_focus_on_the_card(bare: Open) -> None:
    board, shown = with_step(bare, 10, ".", "Review")
    shown.page.get_by_role("status").filter(has_text="#10 is now: Learning and preventing.").wait_for()
    wait_focused(shown, "#10 ")
    assert board.loop.case("C-0010").stage == "learning"
    assert shown.page.get_by_role("menu").count() == 0


def test_a_step_with_something_missing_opens_the_panel_and_back_again(bare: Open) -> None:
    board, shown = with_step(bare, 1, "m", "Acknowledge")
    shown.page.locator(".cb-side").wait_for()
    assert board.view["panel"]["form"]["command"] == "acknowledge"
    board.do("close_panel")
    shown.sync()
    wait_focused(shown, "#1 ")


def test_a_card_is_dragged(bare: Open) -> None:
    board = filled().board()
    shown = bare(board, width=1280)
    shown.page.locator(".card", has_text="#10").drag_to(shown.page.get_by_role("group", name="Learning"))
    shown.page.get_by_role("status").filter(has_text="#10 is now").wait_for()
    shown.page.locator(".card", has_text="#4").first.drag_to(shown.page.get_by_role("group", name="Closed"))
    shown.page.get_by_role("menuitem", name="Do not uphold").wait_for()


def test_filters_are_seen_and_cleared(bare: Open) -> None:
    shown = bare(filled().board(), width=1280)
    page = shown.page
    page.get_by_role("button", name="2 overdue").click()
    page.wait_for_function("document.querySelectorAll('.card').length === 2")
    assert page.get_by_role("button", name="2 overdue").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Owner", exact=True).select_option("Chen Yu")
    page.wait_for_function("document.querySelectorAll('.card').length === 4")
    page.get_by_label("Owner", exact=True).select_option("")
    page.get_by_label("Search cases").fill("attitude")
    page.wait_for_function("document.querySelectorAll('.card').length === 2")
    assert page.get_by_label("Search cases").evaluate("e => e === document.activeElement")
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("document.querySelectorAll('.card').length === 12")
    assert page.get_by_label("Search cases").input_value() == ""


def test_a_search_waits_for_the_end_of_a_chinese_word(bare: Open) -> None:
    board = filled().board(language="zh-CN")
    shown = bare(board, width=1280)
    shown.page.clock.install()
    find = shown.page.get_by_label("搜索个案")
    find.focus()
    session = shown.page.context.new_cdp_session(shown.page)
    session.send("Input.imeSetComposition", {"text": "chengnuo", "selectionStart": 8, "selectionEnd": 8})
    shown.page.clock.run_for(1000)
    assert board.view["search"] == ""
    session.send("Input.insertText", {"text": "承诺"})
    shown.page.clock.run_for(1000)
    shown.page.wait_for_function("document.querySelectorAll('.card').length === 3")
    assert board.view["search"] == "承诺"


def test_what_another_person_does_appears_without_disturbing(bare: Open, tmp_path: Path) -> None:
    filled(tmp_path / "loop.sqlite").close()
    with opened(tmp_path / "loop.sqlite") as one, opened(tmp_path / "loop.sqlite", actor="Chen Yu") as other:
        shown = bare(one.board(), width=1280)
        page = shown.page
        page.evaluate(
            "() => { window.sent = 0; const send = model.send; model.send = said => { sent++; return send(said); }; }"
        )
        page.clock.install()
        page.evaluate("html => { document.querySelector('#cell').innerHTML = html; }", shown.widget._repr_html_())
        at_card(shown, 5)
        other.case("C-0010").do("review")
        page.clock.run_for(5100)
        page.get_by_text("changed by Chen Yu just now").wait_for()
        page.get_by_role("status").filter(has_text="Chen Yu changed #10").wait_for()
        assert focused(shown).startswith("#5 ")
        page.clock.run_for(1000)
        before = page.evaluate("sent")
        page.evaluate("letGo()")
        page.clock.run_for(20_000)
        assert page.evaluate("sent") == before


def test_a_stale_card_says_what_changed(bare: Open, tmp_path: Path) -> None:
    filled(tmp_path / "loop.sqlite").close()
    with opened(tmp_path / "loop.sqlite") as one, opened(tmp_path / "loop.sqlite", actor="Chen Yu") as other:
        shown = bare(one.board(), width=1280)
        at_card(shown, 10)
        shown.page.keyboard.press("m")
        wait_focused(shown, "Review")
        other.case("C-0010").do("review")
        shown.page.keyboard.press("Enter")
        shown.page.get_by_role("alert").filter(has_text="Chen Yu").wait_for()
        assert "Learning and preventing" in shown.page.locator(".card", has_text="#10").inner_text()


def test_a_new_case_by_keyboard(bare: Open) -> None:
    board = filled().board()
    shown = bare(board, width=1280)
    page, keys = shown.page, shown.page.keyboard
    page.get_by_role("button", name="New case").press("Enter")
    wait_focused(shown, "New case")
    assert shown.violations() == []
    page.get_by_role("button", name="Open the case").press("Enter")
    page.locator(".entry .err").first.wait_for()
    page.wait_for_function("document.activeElement.localName === 'textarea'")
    keys.type("<script>window.hit=1</script> Nobody called, dd")
    page.get_by_role("dialog").get_by_label("Channel").select_option("phone")
    shown.picture("board-new")
    page.get_by_role("button", name="Open the case").press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    assert board.loop.case(16).state.value("channel") == "phone"
    assert board.view["selected"] == board.loop.case(16).case_id
    assert page.evaluate("window.hit") is None
    assert shown.leaked() == []


def test_the_list_of_ended_cases_opens_a_panel(bare: Open) -> None:
    shown = bare(filled().board(), width=1280)
    shown.page.get_by_role("button", name="see list").press("Enter")
    wait_focused(shown, "Cases that ended")
    assert shown.violations() == []
    shown.page.get_by_role("button", name="#13").press("Enter")
    shown.page.locator(".cb-side").wait_for()
    assert shown.page.get_by_role("dialog").count() == 0


def test_whatever_is_typed_or_pasted_stays_text(bare: Open) -> None:
    hostile = '<img src=x onerror="window.hit=1">\u202e\u0645\u0631\u062d\u0628\u0627'
    loop = opened()
    add(loop, owner=hostile, problem_id=hostile)
    loop.rebuild()
    board = loop.board(owner=hostile)
    shown = bare(board, width=1280)
    page = shown.page
    assert page.get_by_role("img", name=hostile).count() == 1
    page.get_by_role("button", name="New case").click()
    words = page.get_by_label("What the customer said")
    page.evaluate(
        """() => {
          const rich = Object.assign(document.createElement('div'), {contentEditable: true});
          rich.innerHTML = '<b>bold</b> <i>and</i> slanted';
          document.body.append(rich);
          rich.focus();
          getSelection().selectAllChildren(rich);
        }"""
    )
    page.keyboard.press("Control+c")
    words.press("Control+v")
    pasted = words.input_value()
    long = pasted + hostile + "ab" * 5000
    words.fill(long)
    page.get_by_role("dialog").get_by_label("Channel").select_option("phone")
    page.get_by_role("button", name="Open the case").dblclick()
    page.get_by_role("dialog").wait_for(state="detached")
    assert pasted == "bold and slanted"
    assert len(loop.cases()) == 2
    assert loop.reveal(2, "to see it").texts[0].text.plain == long
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_empty_register_says_how_cases_come_in(bare: Open) -> None:
    shown = bare(opened().board())
    assert shown.page.get_by_text("loop.triage(responses)").count() == 1
    assert shown.violations() == []
