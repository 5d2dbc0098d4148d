"""The editor of a worksheet in a page: typing, entries, matrices by keyboard and pointer; the kernel's state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.rootcause.worksheet.worksheet import Worksheet

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
Bare = Callable[..., Any]


def example(name: str, tag: str = "en") -> Worksheet:
    """Give a shipped worksheet, filled with its example."""
    sheet: Worksheet = cl.worksheet(name)
    return sheet.fill(**sheet.template.examples[0].answers[tag])


def until(shown: Any, held: Callable[[], Any]) -> None:
    """Wait until the kernel's state is so; the page does the waiting."""
    for _ in range(400):
        if held():
            return
        shown.page.evaluate("() => new Promise(done => setTimeout(done, 25))")
    pytest.fail(f"the sheet says {shown.widget.sheet.answers}")


def said(shown: Any, text: str) -> None:
    """Wait until a screen reader is told something."""
    shown.page.locator("[role=status].sr").filter(has_text=text).wait_for(state="attached")


def entry(shown: Any, name: str) -> Any:
    """Give the button beside a matrix that takes an entry in hand."""
    return shown.page.locator(".picks").get_by_role("button", name=name).first


def test_what_is_typed_is_in_the_sheet_and_hostile_text_is_text(bare: Bare) -> None:
    sheet = cl.worksheet("5w2h")
    shown = bare(sheet.edit())
    field = shown.page.get_by_label("What (required)", exact=True)
    field.fill(HOSTILE)
    until(shown, lambda: sheet.answers.get("what") == HOSTILE)
    shown.page.get_by_role("button", name="5 missing", exact=True).wait_for()
    assert field.evaluate("e => e === document.activeElement")
    assert shown.page.evaluate("window.hit") is None
    long = "长" * 10_000
    shown.page.get_by_label("Why it matters").first.fill(long)
    until(shown, lambda: sheet.answers.get("why") == long)
    shown.page.get_by_label("How much", exact=True).press_sequentially("ddxabmz")
    until(shown, lambda: sheet.answers.get("how_many") == "ddxabmz")
    assert shown.leaked() == []


def test_a_wrong_value_is_said_in_its_place_stays_and_can_be_taken_back(bare: Bare) -> None:
    sheet = cl.worksheet("ideas").fill(asked_n=12)
    shown = bare(sheet.edit())
    field = shown.page.get_by_label("How many people were asked?")
    field.fill("a dozen")
    shown.page.get_by_text("“a dozen” cannot be read as a number").first.wait_for()
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == "a dozen"
    assert sheet.answers == {"asked_n": 12}
    shown.page.get_by_role("button", name="The ideas").click()
    shown.page.get_by_role("button", name="1 not taken over", exact=True).click()
    shown.page.wait_for_function("() => document.activeElement?.value === 'a dozen'")
    shown.page.get_by_role("button", name="Undo").click()
    shown.page.wait_for_function("() => document.querySelector('[inputmode=numeric]').value === '12'")


def test_the_summary_jumps_to_what_is_missing_and_the_focus_follows(bare: Bare) -> None:
    shown = bare(cl.worksheet("risk-matrix").edit())
    jump = shown.page.get_by_role("button", name="4 missing", exact=True)
    for label in ("what", "assessed_by"):
        jump.press("Enter")
        shown.page.wait_for_function("id => document.activeElement?.id.endsWith(`option-${id}-in`)", arg=label)
    jump.press("Enter")
    shown.page.wait_for_function("() => document.activeElement?.localName === 'h3'")
    shown.page.locator(".rems").get_by_text("at least 3 × risk").wait_for()


def test_entries_by_keyboard_keep_the_focus(bare: Bare) -> None:
    sheet = example("swot")
    shown = bare(sheet.edit())
    shown.page.get_by_role("button", name="Strengths").press("Enter")
    shown.page.get_by_role("button", name="Add strength").press("Enter")
    shown.page.wait_for_function("() => document.activeElement?.id.includes('strengths-e3-point')")
    shown.page.keyboard.type("Own couriers")
    up = shown.page.get_by_role("button", name="Move strength 3 up")
    up.press("Enter")
    until(shown, lambda: [each["point"] for each in sheet.answers["strengths"]][1] == "Own couriers")
    shown.page.get_by_role("button", name="Move strength 2 up").and_(shown.page.locator(":focus")).wait_for()
    shown.page.keyboard.press("Enter")
    until(shown, lambda: sheet.answers["strengths"][0]["point"] == "Own couriers")
    shown.page.get_by_role("button", name="Remove strength 1").press("Enter")
    until(shown, lambda: len(sheet.answers["strengths"]) == 2)
    said(shown, "Removed: strength 1.")
    shown.page.get_by_role("button", name="Remove strength 1").press("Control+z")
    until(shown, lambda: sheet.answers["strengths"][0]["point"] == "Own couriers")
    assert not [key for key in shown.leaked() if key not in {"Control"}]


def test_a_matrix_by_keyboard(bare: Bare) -> None:
    sheet = example("risk-matrix")
    editor = sheet.edit()
    editor.do("open", page="risks")
    shown = bare(editor)
    pick = entry(shown, "1 Agents refund")
    pick.press("Enter")
    cell = shown.page.locator("[role=gridcell]:focus")
    cell.and_(shown.page.get_by_label("Likelihood 4 Likely, Impact 3")).wait_for()
    said(shown, "is in hand")
    for key in ("ArrowUp", "ArrowRight"):
        shown.page.keyboard.press(key)
    said(shown, "Likelihood 5 Almost certain, Impact 4 The region or the brand: very high")
    shown.picture("sheet-in-hand")
    shown.page.keyboard.press("Escape")
    pick.and_(shown.page.locator(":focus")).wait_for()
    assert sheet.answers["risks"][0]["likelihood"] == 4
    pick.press("Enter")
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft", "Enter"):  # the edge holds
        shown.page.keyboard.press(key)
    until(shown, lambda: (sheet.answers["risks"][0]["likelihood"], sheet.answers["risks"][0]["impact"]) == (3, 5))
    said(shown, "risk 1: Likelihood 3 Possible, Impact 5")
    assert "Agents refund" in cell.get_attribute("aria-label")
    shown.page.keyboard.press(" ")  # takes up what lies in the cell
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press(" ")
    until(shown, lambda: sheet.answers["risks"][0]["impact"] == 4)
    shown.page.keyboard.press("Control+z")
    until(shown, lambda: sheet.answers["risks"][0]["impact"] == 5)
    assert not [key for key in shown.leaked() if key not in {"Control"}]


def test_a_matrix_by_pointer(bare: Bare) -> None:
    sheet = example("effort-effect")
    editor = sheet.edit()
    editor.do("open", page="options")
    shown = bare(editor)
    grid = shown.page.get_by_role("grid")
    entry(shown, "1 Limit of 200 yuan").click()
    grid.get_by_label("Effort 5 A quarter or more, Effect 1").click()
    until(shown, lambda: (sheet.answers["options"][0]["effort"], sheet.answers["options"][0]["effect"]) == (5, 1))
    grid.locator(".chip").filter(has_text="List of ten").drag_to(grid.get_by_label("Effort 3, Effect 5"))
    until(shown, lambda: (sheet.answers["options"][1]["effort"], sheet.answers["options"][1]["effect"]) == (3, 5))
    shown.page.get_by_role("button", name="Take “List of ten clear cases on screen” out").click()
    until(shown, lambda: "effort" not in sheet.answers["options"][1])
    grid.get_by_label("Effort 1 A day, Effect 5").click()
    shown.page.get_by_role("button", name="Add idea in this cell").click()
    until(shown, lambda: sheet.answers["options"][-1] == {"effort": 1, "effect": 5})
    shown.page.wait_for_function("() => document.activeElement?.id.includes('-name')")


def test_a_cross_and_a_table_of_scores(bare: Bare) -> None:
    sheet = example("swot", "zh-CN")
    editor = sheet.edit(language="zh-CN")
    editor.do("open", page="cross")
    shown = bare(editor)
    entry(shown, "1 年检时在门店推荐第二台").press("Enter")
    shown.page.locator("[role=gridcell]:focus").wait_for()
    for key in ("ArrowLeft", "ArrowDown", "Enter"):
        shown.page.keyboard.press(key)
    until(shown, lambda: (sheet.answers["cross"][0]["internal"], sheet.answers["cross"][0]["external"]) == ("S2", "O1"))
    scored = example("fmea")
    editor = scored.edit()
    editor.do("open", page="failures")
    shown = bare(editor)
    first = shown.page.get_by_role("combobox").first
    first.select_option("10")
    until(shown, lambda: scored.answers["failures"][0]["severity"] == 10)


def test_saving_by_one_click_and_the_mark_of_what_is_not_saved(bare: Bare, tmp_path: Path) -> None:
    sheet = cl.worksheet("5w2h")
    shown = bare(sheet.edit(path=tmp_path / "sheet.json"))
    shown.page.get_by_text("All saved").wait_for()
    shown.page.get_by_label("What (required)", exact=True).press_sequentially("late")
    shown.page.get_by_role("button", name="Save").click()  # within the pause after typing: it is sent first
    said(shown, "Saved as sheet.json.")
    assert cl.load(tmp_path / "sheet.json").answers == {"what": "late"}
    shown.page.get_by_text("All saved").wait_for()


def test_the_language_changes_and_nothing_typed_is_lost(bare: Bare) -> None:
    sheet = cl.worksheet("5w2h")
    shown = bare(sheet.edit())
    shown.page.get_by_label("What (required)", exact=True).fill("late")
    shown.page.get_by_role("button", name="中文").click()
    shown.page.get_by_role("heading", name="5W2H 问题分析表").wait_for()
    assert shown.page.locator(".cl-w").get_attribute("lang") == "zh-CN"
    assert sheet.answers == {"what": "late"}
    shown.page.get_by_role("button", name="English").and_(shown.page.locator(":focus")).wait_for()


LOOKS = [
    ("5w2h", "problem", "en", False, 1000),
    ("5w2h", "problem", "zh-CN", True, 360),
    ("swot", "cross", "zh-CN", True, 1000),
    ("risk-matrix", "risks", "en", False, 1000),
    ("risk-matrix", "risks", "en", True, 360),
    ("option-matrix", "options", "zh-CN", False, 1000),
    ("ideas", "ideas", "en", True, 1000),
    ("stakeholders", "=results", "zh-CN", False, 1000),
]


@pytest.mark.parametrize(("name", "page", "tag", "dark", "width"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    bare: Bare, name: str, page: str, tag: str, dark: bool, width: int
) -> None:
    sheet = example(name, tag)
    if name == "5w2h":
        sheet.fill(what=None, how_many=None, who="as soon as possible")
    editor = sheet.edit(language=tag)
    editor.do("open", page=page)
    if page in {each.name for each in sheet.template.repeated}:
        editor.do("fold", page=page, entry="e1")
    shown = bare(editor, dark=dark, width=width)
    shown.page.locator(".secs").wait_for()
    shown.picture(f"sheet-{name}-{tag}-{'dark' if dark else 'light'}-{width}")
    assert shown.violations() == []
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
