"""The notebooks in a real JupyterLab: every cell runs, tables can be read in both themes and both languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = {"en": "notebooks/00_quickstart.ipynb", "zh": "notebooks/zh/00_快速上手.ipynb"}
OTHERS = [  # both themes and both languages; the twins run under nbval, and the quick start in all four
    ("notebooks/03_score_and_compare.ipynb", "dark"),
    ("notebooks/zh/04_驱动因素.ipynb", "light"),
    ("notebooks/zh/05_早期预警.ipynb", "dark"),
    ("notebooks/06_retrospective.ipynb", "dark"),
]

# Contrast (WCAG 2.2) of every piece of text inside an element against what is painted behind it.
CONTRASTS = """root => {
  const pen = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const layer = rgba(getComputedStyle(e).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || element.closest('svg, style, script') || !element.getClientRects().length) continue;
    const paper = behind(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), paper)), light(paper)].sort((x, y) => y - x);
    found.push([Math.round((a + 0.05) / (b + 0.05) * 100) / 100, text.slice(0, 40)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, lab: Callable[[Path], Any]) -> Any:
    """Give a JupyterLab on copies of the notebooks and of what they read: nothing in the project is written to."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("notebooks", "sample_data", "surveys"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    cells = [
        nbformat.v4.new_markdown_cell("# Small"),
        nbformat.v4.new_code_cell("answer = 6 * 7\nanswer"),
        nbformat.v4.new_code_cell(
            "from IPython.display import HTML\nHTML('<p id=faint style=\"color:#777\">faint</p>')"
        ),
        nbformat.v4.new_code_cell("raise ValueError('planted')"),
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "small.ipynb")
    return lab(folder)


def test_the_driver_runs_cells_reads_the_kernel_and_notices_an_error(page: Page, project: Any) -> None:
    with project.notebook(page, "small.ipynb", dark=True) as notebook:
        notebook.run_all()
        notebook.picture("driver_dark")
        assert notebook.evaluate("answer") == 42
        assert notebook.outputs.first.inner_text().strip() == "42"
        assert notebook.errors() == ["planted"]
        ((contrast, text),) = notebook.panel.locator("#faint").evaluate(CONTRASTS)
        assert text == "faint"
        assert 3 < contrast < 4.5, "grey on the dark theme is too faint: the measurement says so"


@pytest.mark.parametrize("language", QUICKSTART)
def test_the_quick_start_runs_and_its_table_is_readable_in_both_themes(page: Page, project: Any, language: str) -> None:
    with project.notebook(page, QUICKSTART[language]) as notebook:
        notebook.run_all()
        assert notebook.errors() == []
        for theme in ("light", "dark"):
            notebook.use_theme(dark=theme == "dark")
            notebook.picture(f"quickstart_{language}_{theme}")
            tables = notebook.outputs.locator("table").filter(has_text="NPS" if language == "en" else "净推荐值")
            tables.first.scroll_into_view_if_needed()
            assert tables.first.is_visible()
            contrasts = [pair for table in tables.all() for pair in table.evaluate(CONTRASTS)]
            assert contrasts
            assert [pair for pair in contrasts if pair[0] < 4.5] == []

        pictures = notebook.outputs.locator("img")
        assert pictures.count() > 0
        assert all((picture.get_attribute("alt") or "").strip() for picture in pictures.all())

        shown = "".join(notebook.outputs.all_inner_texts())
        words = ("Detractors", "interval") if language == "en" else ("贬损者", "区间")
        assert [word for word in words if word not in shown] == []


@pytest.mark.journeys  # that they run and say what they said is tested with their outputs, each time
@pytest.mark.parametrize(("name", "theme"), OTHERS)
def test_the_other_notebooks_run_and_their_results_are_readable(
    page: Page, project: Any, name: str, theme: str
) -> None:
    with project.notebook(page, name, dark=theme == "dark") as notebook:
        notebook.run_all()
        notebook.picture(f"{Path(name).stem[:2]}_{'zh' if '/zh/' in name else 'en'}_{theme}")
        assert notebook.errors() == []
        contrasts = [pair for table in notebook.outputs.locator("table").all() for pair in table.evaluate(CONTRASTS)]
        assert contrasts
        assert [pair for pair in contrasts if pair[0] < 4.5] == []
        pictures = notebook.outputs.locator("img")
        assert pictures.count() > 0
        assert all((picture.get_attribute("alt") or "").strip() for picture in pictures.all())
