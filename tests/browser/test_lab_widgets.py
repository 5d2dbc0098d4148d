"""Every widget in one notebook of a real JupyterLab: it can be read, and no key typed in it reaches the notebook.

JupyterLab's shortcuts without Ctrl (d d deletes a cell) fire wherever the focus is not in a text field, so also on the
buttons of a widget. A stock button stands at the end of the notebook and proves it: there the same keys delete a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

STOCK = "import ipywidgets\nipywidgets.Button(description='Stock')"
LAST = "'the last cell'"
# What a command of JupyterLab hangs on, and what moves about in a widget.
KEYS = (
    *("d", "d", "a", "b", "x", "m", "y", "z", "c", "v", "Shift+Enter", "Ctrl+Enter", "Alt+Enter", "Shift+M"),
    *("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Escape", "d", "d"),
)
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]"
# Give the focus to each element within an output in turn and type there; a key may redraw the widget, so that what can
# have the focus is looked for again each time. Give back how many there were.
TYPE_EVERYWHERE = """async ([output, focusable, keys]) => {
  const press = (at, name) => {
    const key = name.split('+').at(-1), code = key.length === 1 ? 'Key' + key.toUpperCase() : key;
    const number = {Enter: 13, Escape: 27, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40}[key];
    const how = {key, code, keyCode: number ?? key.toUpperCase().charCodeAt(0), bubbles: true, cancelable: true,
      composed: true, shiftKey: name.startsWith('Shift'), ctrlKey: name.startsWith('Ctrl'),
      altKey: name.startsWith('Alt')};
    at.dispatchEvent(new KeyboardEvent('keydown', how));
    at.dispatchEvent(new KeyboardEvent('keyup', how));
  };
  const all = () => [...output.querySelectorAll(focusable)].filter(e => e.getClientRects().length && !e.disabled);
  let typed = 0;
  for (let at = 0; at < all().length && at < 200; at++) {
    all()[at].focus();
    if (!output.contains(document.activeElement)) continue;
    typed++;
    for (const key of keys) {
      if (!output.contains(document.activeElement)) all()[Math.min(at, all().length - 1)].focus();
      press(document.activeElement, key);
    }
    await new Promise(done => setTimeout(done, 0));
  }
  return typed;
}"""
# All that one of those shortcuts would change.
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell =>
  [cell.model.type, cell.model.sharedModel.getSource(), cell.model.executionCount ?? null])"""
IN_COMMAND_MODE = """at => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = at;
  notebook.mode = 'command';
  notebook.activeCell.node.focus();
}"""
INSIDE = "output => output.contains(document.activeElement)"


@pytest.fixture(scope="module")
def notebook(
    page: Page,
    tmp_path_factory: pytest.TempPathFactory,
    lab: Callable[[Path], Any],
    write_notebook: Callable[..., Path],
    widget_cells: dict[str, str],
) -> Iterator[Any]:
    """Give a notebook in which every widget stands, run."""
    folder = tmp_path_factory.mktemp("widgets")
    write_notebook(folder / "widgets.ipynb", [*widget_cells.values(), STOCK, LAST])
    with lab(folder).notebook(page, "widgets.ipynb") as opened:
        opened.run_all()
        assert opened.errors() == []
        opened.panel.locator(".cl-w").nth(len(widget_cells) - 1).wait_for()
        assert opened.panel.locator(".cl-w").count() == len(widget_cells)
        yield opened


def outputs_of(notebook: Any, widget_cells: dict[str, str]) -> dict[str, Locator]:
    """Give the output of each widget, by the name of the widget."""
    return {name: notebook.outputs.nth(at) for at, name in enumerate(widget_cells)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_widget(
    notebook: Any, widget_cells: dict[str, str], violations: Callable[..., list[str]], theme: str
) -> None:
    notebook.use_theme(dark=theme == "dark")
    for name, output in outputs_of(notebook, widget_cells).items():
        notebook.keep_picture(f"lab_{name}_{theme}", output)
    assert violations(notebook.page, ".jp-NotebookPanel:not(.lm-mod-hidden) .cl-w") == []


def test_by_keyboard_alone_one_gets_into_each_widget_and_out_again(notebook: Any, widget_cells: dict[str, str]) -> None:
    keyboard = notebook.page.keyboard

    def tab(output: Locator, *, inside: bool, key: str = "Tab") -> bool:
        """Press a key until the focus is inside, or outside, of an output."""
        for _ in range(120):
            if output.evaluate(INSIDE) is inside:
                return True
            keyboard.press(key)
        return False

    for at, (name, output) in enumerate(outputs_of(notebook, widget_cells).items()):
        notebook.page.evaluate(IN_COMMAND_MODE, at)
        assert tab(output, inside=True), f"Tab does not lead into {name}"
        assert tab(output, inside=False), f"Tab does not lead out of {name}"
        assert tab(output, inside=True, key="Shift+Tab"), f"Shift+Tab does not lead back into {name}"
        assert tab(output, inside=False, key="Shift+Tab"), f"Shift+Tab does not lead out of {name}"


def test_no_key_typed_anywhere_in_a_widget_reaches_the_notebook(notebook: Any, widget_cells: dict[str, str]) -> None:
    before = notebook.page.evaluate(CELLS)
    notebook.evaluate("globals().update(same_kernel=True)")
    for name, output in outputs_of(notebook, widget_cells).items():
        typed = output.evaluate(f"(output, given) => ({TYPE_EVERYWHERE})([output, ...given])", [FOCUSABLE, KEYS])
        assert typed > 3, f"{name} had the focus {typed} times"
        # The same on one element with real keys: what the browser itself does with them comes on top.
        output.locator(FOCUSABLE).and_(output.locator(":visible")).first.focus()
        for key in KEYS:
            notebook.page.keyboard.press(key.replace("Ctrl", "Control"))
        assert notebook.evaluate("same_kernel") is True
        assert notebook.page.evaluate(CELLS) == before, f"a key typed in {name} reached the notebook"
    stock = notebook.outputs.nth(len(widget_cells))
    stock.evaluate(f"(output, given) => ({TYPE_EVERYWHERE})([output, ...given])", ["button", ["d", "d"]])
    assert len(notebook.page.evaluate(CELLS)) == len(before) - 1, "the keys would not have deleted a cell anyway"
