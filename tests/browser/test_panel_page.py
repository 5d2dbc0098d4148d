"""The panel of a case in a page: keys and focus, forms that keep what was typed, words that come and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import closeloop as cl
from closeloop.widgets.board.case_panel import CasePanel

pytestmark = pytest.mark.browser
NOW = "2026-07-01T15:50+08:00"
WORDS = "You promised next day. I waited four days."
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'


def opened(language: str = "en") -> CasePanel:
    """Give a case with a promise, a task and options, owned by nobody."""
    loop = cl.open_loop(":memory:", actor="li", now=NOW, timezone="Asia/Shanghai")
    case = loop.open_case(
        words=WORDS, channel="phone", received_at="2026-06-30T22:30+08:00", subject="4711", score=1, severity="major",
        code="service_delivery",
    )  # fmt: skip
    case.record_contact(direction="inbound", channel="phone", reached=False)
    case.add_task(what=HOSTILE, owner="wu", due_on="2026-07-02")
    case.promise(what="Call back", due_at="2026-07-01T18:00+08:00")
    case.add_option(text="Refund the fee", owner="li", due_on="2026-07-03", lawful="yes", interim=True)
    panel: CasePanel = case.edit(language=language)
    panel.do("unfold", part=panel.view["panel"]["blocks"][0]["key"])
    return panel


def field(page: Any, name: str) -> Any:
    """Give a field of the form that is open."""
    return page.locator(f".cp-form [name={name}]")


def wait_focus(page: Any, name: str) -> None:
    page.wait_for_function(
        """name => { const e = document.activeElement;
        return (e.name || e.getAttribute('aria-label') || e.textContent.trim()) === name; }""",
        arg=name,
    )


@pytest.mark.parametrize(("language", "dark"), [("en", True), ("zh-CN", False)])
def test_axe_finds_nothing_with_menu_form_and_errors_open(bare: Callable[..., Any], dark: bool, language: str) -> None:
    panel = opened(language)
    shown = bare(panel, dark=dark, width=1000 if dark else 360)
    shown.picture(f"panel-{language}-{'dark' if dark else 'light'}")
    assert shown.violations() == []
    record = "Record" if language == "en" else "登记"
    shown.page.get_by_role("button", name=record, exact=True).click()
    shown.page.get_by_role("button", name="Add an option" if language == "en" else "添加方案", exact=True).first.click()
    shown.page.locator(".cp-form .main").click()
    shown.page.locator(".cp-form [aria-invalid]").first.wait_for()
    shown.page.get_by_role("button", name=record, exact=True).first.click()
    assert shown.violations() == []
    shown.picture(f"panel-form-{language}-{'dark' if dark else 'light'}")


def test_by_keyboard_alone_what_is_missing_is_mended_and_the_step_taken(bare: Callable[..., Any]) -> None:
    panel = opened()
    shown = bare(panel)
    page = shown.page
    main = page.get_by_role("button", name="Acknowledge", exact=True)
    assert main.get_attribute("aria-disabled") == "true"
    main.press("Enter")
    page.get_by_role("status").filter(has_text="First: owner").wait_for()
    assert panel.view["panel"]["form"] is None
    page.get_by_role("button", name="Assign", exact=True).press("Enter")
    wait_focus(page, "owner")
    page.keyboard.type("li")
    page.keyboard.press("Enter")
    wait_focus(page, "Acknowledge")
    page.get_by_role("status").filter(has_text="Assign: recorded.").wait_for()
    page.keyboard.press("Enter")
    wait_focus(page, "sent")
    field(page, "sent").select_option("true")
    field(page, "channel").select_option("phone")
    page.keyboard.press("Tab")
    page.locator(".cp-form .main").press("Enter")
    wait_focus(page, "Confirm the nature")
    assert panel.loop.case(1).stage == "acknowledged"
    assert [key for key in shown.leaked() if key not in {"Tab"}] == []


def test_what_is_typed_stays_when_a_command_is_refused_or_put_away(bare: Callable[..., Any]) -> None:
    panel = opened()
    page = bare(panel).page
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Add a fact", exact=True).click()
    wait_focus(page, "text")
    field(page, "text").fill(HOSTILE)
    page.locator(".cp-form .main").click()
    page.get_by_text("This is needed.").wait_for()
    wait_focus(page, "source")
    assert field(page, "text").input_value() == HOSTILE
    assert HOSTILE not in str(panel.view["panel"]["form"])
    page.keyboard.press("Escape")
    wait_focus(page, "Record")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Add a fact", exact=True).click()
    wait_focus(page, "text")
    assert field(page, "text").input_value() == HOSTILE
    field(page, "source").fill("the carrier")
    page.locator(".cp-form .main").click()
    page.get_by_role("heading", name="Facts").wait_for()
    assert page.evaluate("window.hit") is None
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Add a fact", exact=True).first.click()
    wait_focus(page, "text")
    assert field(page, "text").input_value() == ""


def test_a_conflict_shows_the_new_state_and_keeps_what_was_typed(bare: Callable[..., Any]) -> None:
    panel = opened()
    page = bare(panel).page
    page.get_by_role("button", name="Assign", exact=True).click()
    wait_focus(page, "owner")
    field(page, "owner").fill("li")
    panel.loop.case(1).assign(owner="wu", actor="wu")
    page.locator(".cp-form .main").click()
    page.locator(".cp-refused").filter(has_text="wu").wait_for()
    page.get_by_text("owner wu").wait_for()
    assert field(page, "owner").input_value() == "li"
    field(page, "handover").fill("I know the customer")
    page.locator(".cp-form .main").click()
    page.get_by_text("owner li").wait_for()


def test_words_are_shown_for_a_reason_and_gone_when_the_panel_is_closed(bare: Callable[..., Any]) -> None:
    panel = opened()
    page = bare(panel).page
    assert page.get_by_text(WORDS).count() == 0
    page.get_by_role("button", name="Reveal, logged").press("Enter")
    wait_focus(page, "reason")
    page.keyboard.press("Enter")
    page.get_by_text("Say why you need to see it").first.wait_for()
    page.get_by_label("Why do you need to see it?").fill("calling back")
    page.keyboard.press("Enter")
    page.get_by_text(WORDS).wait_for()
    wait_focus(page, "Hide again")
    assert WORDS not in str(panel.view)
    assert panel.loop.case(1).events[-1].payload["reason"] == "calling back"
    page.get_by_role("button", name="Close this case's panel").click()
    page.wait_for_function("words => !document.body.textContent.includes(words)", arg=WORDS)


def test_a_task_is_done_where_it_stands(bare: Callable[..., Any]) -> None:
    panel = opened()
    page = bare(panel).page
    page.get_by_role("button", name="Task done", exact=True).first.click()
    wait_focus(page, "task")
    assert field(page, "task").input_value() != ""
    field(page, "evidence").fill("photograph")
    page.locator(".cp-form .main").click()
    page.get_by_text("0 open, 1 done").wait_for()
    page.get_by_text("done today 15:50").wait_for()
    assert page.evaluate("window.hit") is None


def test_an_answer_that_changes_the_form_asks_for_more(bare: Callable[..., Any]) -> None:
    page = bare(opened()).page
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Correct", exact=True).click()
    wait_focus(page, "event")
    field(page, "event").select_option(label="5 · Promise")
    page.locator("select[name=field] option[value=due_at]").wait_for(state="attached")
    field(page, "field").select_option("due_at")
    page.locator("input[type=datetime-local][name=is]").wait_for()


def test_folds_open_and_close_and_pages_of_the_history_turn(bare: Callable[..., Any]) -> None:
    panel = opened()
    case = panel.loop.case(1)
    for _ in range(60):
        case.record_contact(direction="outbound", channel="phone", reached=False)
    panel.refresh()
    page = bare(panel).page
    fold = page.get_by_role("button", name="Show all 66")
    fold.press("Enter")
    page.get_by_text("page 1 of 2").wait_for()
    assert fold.get_attribute("aria-expanded") == "true"
    page.get_by_role("button", name="Older").press("Enter")
    page.get_by_text("page 2 of 2").wait_for()
    page.get_by_text("Open a case").first.wait_for()
    fold.press("Enter")
    page.wait_for_function("!document.body.textContent.includes('page 2 of 2')")


def test_keys_stay_in_the_panel_and_a_word_of_an_input_method_is_not_sent(bare: Callable[..., Any]) -> None:
    panel = opened("zh-CN")
    shown = bare(panel)
    page = shown.page
    page.get_by_role("button", name="指派", exact=True).click()
    wait_focus(page, "owner")
    page.keyboard.type("dd")
    field(page, "owner").evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', isComposing: true, bubbles: true}))"
    )
    assert panel.view["panel"]["form"] is not None
    for key in ("d", "d", "Escape"):
        page.keyboard.press(key)
    wait_focus(page, "指派")
    assert shown.leaked() == []
