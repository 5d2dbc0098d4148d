"""The tree editors in a page: everything by keyboard, focus stays where one works, text is text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.themes.codings.coding import Coding

pytestmark = pytest.mark.browser

WORDS = {
    "en": ("Parcels arrive late", "Parcels stay overnight", "The last pick-up moved to 16:00", "Scanners are slow"),
    "zh-CN": ("包裹晚到", "16:00 以后打包的包裹在仓里过夜", "8 月 1 日起末班揽收提前", "扫描枪太慢"),
}


def five_whys(tag: str = "en") -> FiveWhys:
    """Return a five-whys of three causes, one of them below another."""
    title, *causes = WORDS[tag]
    gap = Gap(
        metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148),
        unit="percent", higher_is_better=False,
    )  # fmt: skip
    whys = FiveWhys(gap, title=title, author="Li Mei")
    one = whys.ask(whys.top, causes[0])
    whys.ask(one.cause, causes[1])
    whys.ask(whys.top, causes[2])
    whys.evidence(one, "document", source="scans")
    whys.contrast(one, ((58, 80), (120, 400)))
    return whys


def focused(page: Any) -> str:
    found: str = page.evaluate("document.activeElement.textContent")
    return found


def chosen(page: Any, text: str) -> None:
    """Wait until the node that is chosen and has the focus begins with a text (its number apart)."""
    page.wait_for_function(
        """text => { const e = document.activeElement;
          return e.getAttribute('aria-selected') === 'true'
            && (e.querySelector('bdi, b')?.textContent ?? '').startsWith(text); }""",
        arg=text,
    )


def settled(page: Any) -> None:
    page.wait_for_function("() => !document.querySelector('.side[aria-busy]')")


def test_the_tree_is_walked_folded_and_searched_by_keys(bare: Callable[..., Any]) -> None:
    page = bare(five_whys().edit()).page
    page.get_by_role("treeitem", name="Parcels arrive late").focus()
    page.keyboard.press("ArrowDown")
    chosen(page, "Parcels stay overnight")
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("treeitem", name="The last pick-up").count() == 0
    assert page.get_by_role("treeitem", name="Parcels stay").get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    chosen(page, "The last pick-up")
    page.keyboard.press("ArrowLeft")
    chosen(page, "Parcels stay overnight")
    page.keyboard.press("End")
    chosen(page, "Scanners are slow")
    page.keyboard.press("Home")
    chosen(page, "Parcels arrive late")
    page.keyboard.type("1.1")
    chosen(page, "The last pick-up")
    settled(page)
    page.wait_for_timeout(750)  # the next letter begins a new word
    page.keyboard.press("Shift+S")
    chosen(page, "Scanners are slow")
    assert page.locator(".side h2").inner_text() in {"Scanners are slow", "The last pick-up moved to 16:00"}
    settled(page)
    assert page.locator(".side h2").inner_text() == "Scanners are slow"


def test_asking_rewording_and_removing_by_keys_with_the_focus_where_one_works(bare: Callable[..., Any]) -> None:
    whys = five_whys()
    shown = bare(whys.edit())
    page = shown.page
    page.get_by_role("treeitem", name="Scanners").click()
    page.keyboard.press("Insert")
    page.keyboard.type("They are ten years old")
    page.keyboard.press("Enter")
    chosen(page, "They are ten years old")
    assert whys.cause("2.1").text == "They are ten years old"
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="Other words").fill("They are twelve years old")
    page.keyboard.press("Escape")
    chosen(page, "They are ten years old")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Other words").fill("They are twelve years old")
    page.keyboard.press("Enter")
    chosen(page, "They are twelve years old")
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_text("cannot go further").first.wait_for()
    page.keyboard.press("Delete")
    chosen(page, "Scanners are slow")
    page.keyboard.press("Control+z")
    page.get_by_role("treeitem", name="They are twelve").wait_for()
    page.keyboard.press("Delete")
    chosen(page, "Parcels stay overnight")
    assert len(whys.causes) == 2
    page.keyboard.press("Control+z")
    page.get_by_role("treeitem", name="They are twelve").wait_for()
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert {key for key in shown.leaked() if len(key) == 1} <= {"z"}


def test_moving_by_keys_says_why_not_and_keeps_the_tree(bare: Callable[..., Any]) -> None:
    whys = five_whys()
    page = bare(whys.edit()).page
    page.get_by_role("treeitem", name="Parcels stay").click()
    page.keyboard.press("m")
    page.get_by_text("Moving “Parcels stay overnight”").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="both cause and effect").wait_for()
    page.keyboard.press("ArrowDown")
    chosen(page, "Scanners are slow")
    page.keyboard.press("Enter")
    page.locator(".banner").wait_for(state="detached")
    chosen(page, "Parcels stay overnight")
    assert whys.cause("1.1.1").text == "The last pick-up moved to 16:00"
    assert page.get_by_role("treeitem", name="The last pick-up").get_attribute("aria-level") == "4"
    page.keyboard.press("m")
    page.keyboard.press("Escape")
    page.locator(".banner").wait_for(state="detached")
    # The rows are there with their words, also those that were not drawn anew.
    assert all(page.locator("[role=treeitem]").evaluate_all("all => all.map(e => e.textContent.length > 10)"))
    # What another editor, or a cell, has changed is there when the focus comes back.
    whys.ask(whys.top, "The dock is full at noon")
    page.evaluate("document.activeElement.blur()")
    page.get_by_role("treeitem", name="Parcels stay").focus()
    page.get_by_role("treeitem", name="The dock is full at noon").wait_for()


def test_a_tool_that_does_not_apply_says_why(bare: Callable[..., Any]) -> None:
    page = bare(five_whys().edit()).page
    page.get_by_role("treeitem", name="Parcels arrive late").focus()
    move = page.get_by_role("button", name="Move", exact=True)
    assert move.get_attribute("aria-disabled") == "true"
    assert "what is to be explained" in (move.get_attribute("title") or "")
    page.keyboard.press("x")
    page.locator(".why", has_text="Choose one of its causes first").wait_for()
    page.keyboard.press("g")
    page.locator(".pill", has_text="AND").wait_for()
    page.get_by_role("button", name="Add why").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page).startswith("Rename")
    page.get_by_role("button", name="errors: go to the next").click()
    chosen(page, "Parcels stay overnight")


def test_evidence_and_stop_are_forms_that_a_key_opens(bare: Callable[..., Any]) -> None:
    whys = five_whys()
    shown = bare(whys.edit())
    page = shown.page
    page.get_by_role("treeitem", name="The last pick-up").click()
    page.keyboard.press("e")
    page.get_by_label("Kind").select_option("interview")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("alert").filter(has_text="source needs words").wait_for()
    page.get_by_label("Source").fill("Warehouse lead")
    page.get_by_label("What it says").fill('<img src=x onerror="window.hit=1">')
    page.get_by_role("button", name="Add", exact=True).click()
    chosen(page, "The last pick-up")
    page.locator(".ev", has_text="<img src=x").wait_for()
    assert page.evaluate("window.hit") is None
    assert whys.cause("1.1").links[0].state.evidence[0].kind == "interview"
    page.keyboard.press("s")
    page.wait_for_function("document.activeElement.type === 'radio'")
    page.get_by_role("radio", name="We can act on it").check()
    page.get_by_label("A word why").fill("the contract is ours")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('.side .err')")
    page.locator(".why", has_text="On record").wait_for()
    assert whys.cause("1.1").state.stop.note == "the contract is ours"  # type: ignore[union-attr]
    assert shown.leaked() == []


def test_a_second_person_reads_back_by_keys(bare: Callable[..., Any]) -> None:
    whys = five_whys()
    shown = bare(whys.edit())
    page = shown.page
    page.get_by_role("treeitem", name="Scanners").click()
    page.keyboard.press("r")
    page.get_by_label("Who reads back").fill("Chen Yu")
    page.keyboard.press("Enter")
    for key, sentence in (("1", "Because the last pick-up"), ("2", "Because Parcels stay"), ("3", "Because Scanners")):
        page.locator(".because", has_text=sentence).wait_for()
        page.wait_for_function("() => document.activeElement.value === 'holds'")
        page.keyboard.press(key)
    page.get_by_role("heading", name="What came of it").wait_for()
    assert page.locator(".side .ev").inner_text().split("\n") == [
        "1 holds.",
        "1 does not hold.",
        "Of 1 the reader is not sure.",
    ]
    assert [whys.graph.answer(link.state) for link in whys.links] == ["does_not", "holds", "not_sure"]
    page.keyboard.press("Enter")
    chosen(page, "Scanners are slow")
    assert shown.leaked() == []


def test_what_is_written_survives_a_change_from_the_kernel(bare: Callable[..., Any]) -> None:
    whys = five_whys()
    shown = bare(whys.edit())
    page = shown.page
    page.get_by_role("treeitem", name="Scanners").click()
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="Other words").fill("half a wo")
    whys.rename(whys.cause("2"), "The scanners of hall 2 are slow")
    whys.ask(whys.top, "From another cell")
    shown.widget.refresh()
    shown.sync()
    page.get_by_role("treeitem", name="From another cell").wait_for()
    assert page.get_by_role("textbox", name="Other words").input_value() == "half a wo"
    assert page.evaluate("document.activeElement.localName") == "textarea"
    whys.remove(whys.cause("2"))
    shown.widget.refresh()
    shown.sync()
    page.get_by_role("alert").filter(has_text="Your words were: half a wo").wait_for()
    chosen(page, "From another cell")


def test_chinese_words_are_not_sent_half_written_and_other_scripts_stay_apart(bare: Callable[..., Any]) -> None:
    whys = five_whys("zh-CN")
    page = bare(whys.edit(language="zh-CN")).page
    page.get_by_role("treeitem", name="包裹晚到").focus()
    page.keyboard.press("Insert")
    field = page.get_by_role("textbox", name="为什么")
    field.fill("jiaofu")
    field.evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert len(whys.causes) == 3
    field.fill("تأخر التسليم")
    field.press("Enter")
    chosen(page, "تأخر")
    assert page.locator("bdi", has_text="تأخر").first.evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"
    page.keyboard.press("Insert")
    page.get_by_role("textbox", name="为什么").fill("长" * 10_000)
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="10000 个字符").wait_for()
    assert len(page.get_by_role("textbox", name="为什么").input_value()) == 10_000


def test_an_issue_tree_is_split_and_merged_by_keys(bare: Callable[..., Any]) -> None:
    tree = IssueTree("What do they complain about?")
    coding = Coding.from_table({"id": range(90), "code": ["price", "late", None] * 30}, unit="mention")
    shown = bare(tree.edit(coding=coding))
    page = shown.page
    page.get_by_role("treeitem").focus()
    page.keyboard.press("s")
    page.get_by_label("The one question").fill("About what?")
    page.get_by_label("Its answers").fill("Price\nDelivery\nSpeed")
    page.get_by_role("button", name="Split", exact=True).last.click()
    chosen(page, "Price")
    page.keyboard.press("c")
    page.wait_for_function("document.activeElement.localName === 'select'")
    page.get_by_label("Code").fill("price")
    page.keyboard.press("Enter")
    page.locator(".node .chips", has_text="30 (33").wait_for()
    page.get_by_role("treeitem", name="Speed").click()
    page.keyboard.press("j")
    page.get_by_label("With").select_option(label="Delivery")
    page.get_by_label("In which words").fill("Slow delivery")
    page.get_by_role("button", name="Merge", exact=True).last.click()
    chosen(page, "Slow delivery")
    assert [child.text for child in tree.root.children] == ["Price", "Slow delivery"]
    assert shown.violations() == []


@pytest.mark.parametrize(("tag", "dark"), [("en", False), ("zh-CN", True)])
def test_axe_finds_nothing(bare: Callable[..., Any], tag: str, dark: bool) -> None:
    shown = bare(five_whys(tag).edit(language=tag), dark=dark, width=1000 if dark else 1280)
    page = shown.page
    page.get_by_role("treeitem").nth(1).click()
    settled(page)
    shown.picture(f"tree_{tag}_{'dark' if dark else 'light'}")
    assert shown.violations() == []
    page.keyboard.press("Insert")
    page.keyboard.press("e")
    assert shown.violations() == []
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.locator("select[name=kind]").wait_for()
    page.keyboard.press("m")
    assert shown.violations() == []
