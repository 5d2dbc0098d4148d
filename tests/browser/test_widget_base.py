"""The base of all widgets in a page: patching keeps focus and words, no key leaks, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import traitlets as t

import closeloop.widgets.base as base

pytestmark = pytest.mark.browser

NOTES = """
const draw = ctx => [
  h("label", {}, "New ", h("input", {class: "in", key: "new", value: ctx.view.draft, on: {
    keydown: e => { if (e.key === "Enter" && !composing(e)) { ctx.do("add", {text: e.target.value}); } }}})),
  h("ul", {}, ctx.view.notes.map(n => h("li", {key: n.id}, n.text))),
  h("button", {class: "btn", key: "clear", on: {click: () => ctx.do("clear")}}, ctx.T("widgets.close")),
  h("label", {}, "on",
    h("input", {type: "checkbox", checked: ctx.view.on, key: "on", on: {change: () => ctx.do("refuse")}})),
];
export default widget(draw);
"""


class Notes(base.Widget):
    """A list of notes: the smallest widget that shows what the base does."""

    cleared = t.Int(0)

    def __init__(self) -> None:
        self.notes: list[str] = ["first"]
        super().__init__()

    def _shown(self) -> dict[str, Any]:
        notes = [{"id": str(i), "text": text} for i, text in enumerate(self.notes)]
        return {"notes": notes, "draft": "", "on": False, "can_undo": True}

    def _static(self) -> str:
        return f"<p>{len(self.notes)} notes</p>"

    def do_add(self, text: str) -> None:
        self.notes.append(text)

    def do_clear(self) -> None:
        self.cleared += 1
        self.notes.clear()

    def do_refuse(self) -> None:
        raise ValueError("It stays off.")

    def do_undo(self) -> None:
        self.notes = self.notes[:-1]


Notes._esm = base.esm() + NOTES


def test_the_live_widget_takes_the_place_of_its_static_form(bare: Callable[..., Any]) -> None:
    shown = bare(Notes())
    assert shown.page.get_by_role("listitem").all_inner_texts() == ["first"]
    assert shown.page.get_by_text("1 notes").count() == 0


def test_without_a_model_the_static_form_stays(bare: Callable[..., Any]) -> None:
    shown = bare(Notes(), html='<div data-cl-live="another"><p>2 notes</p></div>')
    assert shown.page.get_by_text("2 notes").count() == 1
    assert shown.page.get_by_role("listitem").count() == 0


def test_an_output_that_is_drawn_again_becomes_live_again(bare: Callable[..., Any]) -> None:
    notes = Notes()
    shown = bare(notes)
    shown.page.evaluate("html => { document.querySelector('#cell').innerHTML = html; }", notes._repr_html_())
    shown.page.get_by_role("listitem").wait_for()


def test_text_is_text_whatever_is_in_it(bare: Callable[..., Any]) -> None:
    shown = bare(Notes())
    hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    shown.page.get_by_label("New").fill(hostile)
    shown.page.get_by_label("New").press("Enter")
    shown.page.get_by_role("listitem").nth(1).wait_for()
    assert shown.page.get_by_role("listitem").nth(1).inner_text() == hostile
    assert shown.page.evaluate("window.hit") is None


def test_no_key_reaches_the_notebook_but_saving(bare: Callable[..., Any]) -> None:
    shown = bare(Notes())
    shown.page.get_by_role("button").focus()
    for key in ("d", "d", "x", "a", "b", "m", "z", "Shift+Enter", "Control+Enter", "Escape", "Control+s"):
        shown.page.keyboard.press(key)
    assert [key for key in shown.leaked() if key not in {"Control", "Shift"}] == ["s"]
    assert all(
        e.get_attribute("data-lm-suppress-shortcuts") == "true"
        for e in shown.page.locator("main button, main input").all()
    )


def test_what_is_typed_survives_a_change_from_the_kernel_and_keeps_the_focus(bare: Callable[..., Any]) -> None:
    notes = Notes()
    shown = bare(notes)
    field = shown.page.get_by_label("New")
    field.type("half a wo")
    notes.notes.insert(0, "from the kernel")
    notes.refresh()
    shown.sync()
    shown.page.get_by_text("from the kernel").wait_for()
    assert field.input_value() == "half a wo"
    assert field.evaluate("e => e === document.activeElement")


def test_enter_that_ends_a_chinese_word_is_not_ours(bare: Callable[..., Any]) -> None:
    notes = Notes()
    shown = bare(notes)
    field = shown.page.get_by_label("New")
    field.focus()
    session = shown.page.context.new_cdp_session(shown.page)
    session.send("Input.imeSetComposition", {"text": "jiaofu", "selectionStart": 6, "selectionEnd": 6})
    field.evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert notes.notes == ["first"]
    session.send("Input.insertText", {"text": "交付慢"})
    field.press("Enter")
    shown.page.get_by_text("交付慢").wait_for()
    assert notes.notes == ["first", "交付慢"]


def test_a_double_click_is_done_once(bare: Callable[..., Any]) -> None:
    notes = Notes()
    shown = bare(notes)
    shown.page.evaluate("() => { const b = document.querySelector('main button'); b.click(); b.click(); }")
    shown.page.wait_for_function("document.querySelectorAll('main li').length === 0")
    assert notes.cleared == 1


def test_what_is_wrong_is_said_and_the_page_shows_what_is_so(bare: Callable[..., Any]) -> None:
    shown = bare(Notes())
    shown.page.get_by_label("on").click()
    shown.page.get_by_role("alert").filter(has_text="It stays off.").wait_for()
    assert not shown.page.get_by_label("on").is_checked()
    assert shown.widget.error == "It stays off."
    shown.page.get_by_role("button").click()
    shown.page.wait_for_function("!document.querySelector('.cl-fault').textContent")


def test_undo_is_a_key_but_not_while_somebody_writes(bare: Callable[..., Any]) -> None:
    notes = Notes()
    shown = bare(notes)
    shown.page.get_by_label("New").press("Control+z")
    shown.page.get_by_role("button").press("Control+z")
    shown.page.wait_for_function("document.querySelectorAll('main li').length === 0")
    assert notes.notes == []


def test_a_lost_kernel_is_named_and_nothing_typed_is_lost(bare: Callable[..., Any]) -> None:
    shown = bare(Notes())
    shown.page.clock.install()
    shown.page.evaluate("() => { window.deaf = true; }")
    shown.page.get_by_label("New").fill("ten minutes of work")
    shown.page.get_by_label("New").press("Enter")
    shown.page.clock.run_for(11_000)
    shown.page.get_by_role("alert").filter(has_text="The kernel does not answer").wait_for()
    assert shown.page.get_by_label("New").input_value() == "ten minutes of work"


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(bare: Callable[..., Any], dark: bool) -> None:
    assert bare(Notes(), dark=dark).violations() == []
