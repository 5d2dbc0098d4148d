"""What a notebook shows whose kernel is gone: the static form of every widget, never a hole, never a dead form.

Reopened with the kernel still running, a widget is live again. Reopened with a new kernel, with none, trusted or not,
converted to a file, or cut down to bare HTML, its static form says what there is to say.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
NOTES = "from notes_widget import Notes\nnotes = Notes()\nnotes"
ELSEWHERE = {"display_name": "Of another machine", "language": "cobol", "name": "elsewhere"}
BROKEN = re.compile(r"model not found|displaying widget|loading widget|IPY_MODEL|<\w+>", re.IGNORECASE)
TRUSTED = "() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell => cell.model.trusted)"
MOST_BYTES = 500_000


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory,
    lab: Callable[[Path], Any],
    write_notebook: Callable[..., Path],
    widget_cells: dict[str, str],
) -> Any:
    """Give a JupyterLab on a folder: the smallest widget, and every widget in a notebook that was run elsewhere."""
    folder = tmp_path_factory.mktemp("reopened")
    shutil.copy(HERE / "test_widget_base.py", folder / "notes_widget.py")
    for name in ("tab", "restart", "ended"):
        write_notebook(folder / f"{name}.ipynb", [NOTES])
    write_notebook(folder / "every.ipynb", [NOTES, *widget_cells.values()])
    run(folder / "every.ipynb")
    return lab(folder)


def run(path: Path) -> None:
    """Run a notebook as a nightly job does; such a job also saves the state of the widgets."""
    from nbclient import NotebookClient

    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}, timeout=120).execute()
    assert notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    nbformat.write(notebook, path)


def shown(path: Path) -> list[str]:
    """Give the HTML of each output of a notebook."""
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type != "execute_result"] == []
    return [output.data["text/html"] for output in outputs]


def add(notebook: Any, text: str) -> None:
    """Type a note, as a person does."""
    notebook.panel.get_by_label("New").fill(text)
    notebook.panel.get_by_label("New").press("Enter")


def test_a_tab_that_is_opened_again_is_live_again(page: Page, project: Any) -> None:
    with project.notebook(page, "tab.ipynb") as notebook:
        notebook.run_all()
        add(notebook, "before")
        notebook.until("notes.notes", ["first", "before"])
        notebook.save()
        notebook.close(kernel=True)
        project.open(page, "tab.ipynb")
        notebook.panel.get_by_role("listitem").filter(has_text="before").wait_for()
        add(notebook, "after")
        notebook.until("notes.notes", ["first", "before", "after"])
        notebook.panel.get_by_role("listitem").filter(has_text="after").wait_for()


def test_a_restarted_kernel_is_named_and_what_was_typed_stays(page: Page, project: Any) -> None:
    with project.notebook(page, "restart.ipynb") as notebook:
        notebook.run_all()
        notebook.panel.get_by_label("New").fill("ten minutes of work")
        notebook.restart_kernel()
        notice = notebook.panel.get_by_role("alert").filter(has_text="The kernel of this widget has ended")
        notice.wait_for()
        notebook.panel.get_by_label("New").press("Enter")
        assert notice.is_visible()
        assert notebook.panel.get_by_label("New").input_value() == "ten minutes of work"
        notebook.run_all()
        notice.wait_for(state="detached")
        add(notebook, "again")
        notebook.until("notes.notes", ["first", "again"])


def test_without_its_kernel_nothing_looks_live(page: Page, project: Any) -> None:
    with project.notebook(page, "ended.ipynb") as notebook:
        notebook.run_all()
        notebook.panel.get_by_label("New").fill("half a wo")
        notebook.save()
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        notebook.panel.get_by_role("button", name="Close").click()
        notebook.panel.get_by_role("alert").filter(has_text="The kernel of this widget has ended").wait_for()
        assert notebook.panel.get_by_label("New").input_value() == "half a wo"
        notebook.close(kernel=False)
        project.open(page, "ended.ipynb")
        notebook.panel.get_by_text("1 notes").wait_for()
        assert notebook.panel.get_by_label("New").count() == 0


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
@pytest.mark.parametrize("kernel", [True, False], ids=["new kernel", "no kernel"])
def test_a_saved_notebook_shows_static_forms(page: Page, project: Any, trusted: bool, kernel: bool) -> None:
    name = f"{'trusted' if trusted else 'not'}_{'new' if kernel else 'none'}.ipynb"
    saved = nbformat.read(project.folder / "every.ipynb", 4)
    if not kernel:
        saved.metadata |= nbformat.from_dict({"kernelspec": ELSEWHERE, "language_info": {"name": "cobol"}})
    saved.metadata["title"] = name  # trust goes by what is in a notebook: no two are the same
    nbformat.write(saved, project.folder / name)
    if trusted:
        from nbformat.sign import NotebookNotary

        NotebookNotary(data_dir=str(project.data)).sign(saved)
    project.load(page, anew=trusted and kernel)  # once: what the tests before have left in the page is away
    notebook = project.open(page, name) if kernel else project.open_without_kernel(page, name)
    try:
        assert page.evaluate(TRUSTED) is trusted
        notebook.panel.get_by_text("1 notes").wait_for()
        for output in notebook.outputs.all():
            assert len(output.inner_text().strip()) >= len("1 notes")
            assert not BROKEN.search(output.inner_text())
        assert notebook.panel.locator(".cl-w").count() == 0, "something looks live, and nobody would answer"
        notebook.picture(f"reopened_{Path(name).stem}")
    finally:
        notebook.close(kernel=not kernel)


def test_converted_to_a_file_and_opened_offline_it_says_everything(browser: Browser, project: Any) -> None:
    from nbconvert import HTMLExporter

    path = project.folder / "every.ipynb"
    body, _ = HTMLExporter().from_filename(str(path))
    (project.folder / "every.html").write_text(body, encoding="utf-8")
    with browser.new_context() as context:
        context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        offline = context.new_page()
        offline.goto((project.folder / "every.html").as_uri(), wait_until="domcontentloaded")
        outputs = offline.locator(".jp-OutputArea-output")
        assert outputs.count() == len(shown(path))
        assert [text for text in outputs.all_inner_texts() if len(text.strip()) < len("1 notes")] == []
        assert not BROKEN.search(" ".join(outputs.all_inner_texts()))


def test_cut_down_to_bare_html_nothing_is_said_by_style_alone(browser: Browser, project: Any) -> None:
    pages = shown(project.folder / "every.ipynb")
    with browser.new_context() as context:
        viewer = context.new_page()
        for html in pages:
            viewer.set_content(html)
            styled = viewer.locator("body").inner_text()
            viewer.set_content(re.sub(r"<style.*?</style>| (style|class)=\"[^\"]*\"", "", html, flags=re.DOTALL))
            bare = viewer.locator("body").inner_text()
            assert set(re.findall(r"\w+", styled)) - set(re.findall(r"\w+", bare)) == set()


def test_a_saved_notebook_is_small(project: Any) -> None:
    """Each widget alone, with its state, which a nightly job saves as well; a board of 10 000 cases is in the bench."""
    saved = nbformat.read(project.folder / "every.ipynb", 4)
    states = saved.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    for cell in saved.cells:
        html = cell.outputs[0].data["text/html"]
        key = re.search(r'data-cl-live="(\w+)"', html)
        assert key is not None
        size = len(json.dumps(cell)) + len(json.dumps(states[key[1]]))
        assert size < MOST_BYTES, f"{cell.source.splitlines()[-1]}: {size:,} bytes"
