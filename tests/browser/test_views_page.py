"""Tables and reports in a real Chromium: no request, no overflow, readable in the dark, and A4 on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.text import set_language
from closeloop.views.tables import responses_html, result_html, score_table_html, survey_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).resolve().parents[2] / "out" / "browser"
LANGUAGES = ("en", "zh-CN")
WIDTHS = (360, 900, 1400)

# Contrast of every piece of text against the first ground behind it that is not transparent.
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const blend = (...layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of layers) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  };
  const light = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('style, svg') || !element.getClientRects().length) continue;
    const grounds = [];
    for (let e = element; e; e = e.parentElement) grounds.unshift(getComputedStyle(e).backgroundColor);
    const ground = light(blend('#fff', ...grounds));
    const ink = light(blend('#fff', ...grounds, getComputedStyle(element).color));
    const ratio = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
    found.push([ratio, walker.currentNode.data.trim().slice(0, 40)]);
  }
  return found.sort((a, b) => a[0] - b[0]);
}"""


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Invent answers: six regions, one of them small, six months, some dirt."""
    sizes = {"east": 130, "south": 110, "north": 90, "central": 40, "southwest": 20, "northeast": 5}
    regions = [region for region, size in sizes.items() for _ in range(size)]
    scores = [(i * 7 + i // 3) % 11 for i in range(len(regions))]
    frame = pd.DataFrame({"recommend": [str(s) for s in scores], "region": regions})
    frame.insert(0, "response_id", [f"R{i}" for i in range(len(frame))])
    frame["answered_at"] = [f"2026-{1 + i % 6:02d}-{1 + i % 28:02d} 09:00" for i in range(len(frame))]
    frame["overall"] = [str(1 + i % 5) for i in range(len(frame))]
    frame.loc[[3, 50, 99], "recommend"] = ["11", "7.5", "十"]
    return frame


@pytest.fixture(scope="module")
def responses(answers: pd.DataFrame) -> cl.Responses:
    return cl.read_responses(answers, cl.load_survey("relationship-nps"))


@pytest.fixture(scope="module")
def tables(responses: cl.Responses) -> list[cl.ScoreTable]:
    month = cl.Period("answered_at", "month")
    keys: list[Any] = ["region", month, ["region", month]]
    return [responses.score(by=keys[0]), *(responses.score("nps", by=key) for key in keys[1:])]


@pytest.fixture(scope="module")
def pages(
    responses: cl.Responses, tables: list[cl.ScoreTable], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, Path]]:
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def write(tag: str) -> dict[str, Path]:
        set_language(tag)
        outputs = [*map(score_table_html, tables), responses_html(responses), survey_html(responses.survey)]
        outputs.append(result_html(cl.NpsResult(17, 12, 7, n_missing=2)))
        cell = folder / f"cell.{tag}.html"
        frame = "<!doctype html><meta charset=utf-8><title>cell</title><link rel=icon href=data:,>"
        frame += "<style>:root{color-scheme:light dark}body{background:light-dark(#fff,#111)}</style>"
        cell.write_text(frame + "".join(f"<div>{output}</div>" for output in outputs), encoding="utf-8")
        parts = ["# A", tables[0], tables[0].plot(), tables[1].plot(), "# B", responses, responses.survey, "text"]
        report = cl.report("NPS", parts, language=tag).to_html(folder / f"report.{tag}.html")
        return {"cell": cell, "report": report}

    return write


@contextmanager
def opened(browser: Browser, path: Path, width: int, **how: Any) -> Iterator[Page]:
    """Open a file and fail if it asks for anything else or complains."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **how)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda entry: said.append(entry.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert [url for url in asked if url != path.as_uri() and not url.startswith("data:")] == []
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("tag", LANGUAGES)
def test_nothing_is_asked_for_and_nothing_overflows(
    browser: Browser, pages: Callable[[str], dict[str, Path]], tag: str, width: int
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, path in pages(tag).items():
        with opened(browser, path, width, color_scheme="light") as page:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            wide = page.evaluate(
                """() => [...document.querySelectorAll('table, p, dl, h1, h2, .ledger, .card')]
                    .filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 0.5)
                    .map(e => e.outerHTML.slice(0, 80))"""
            )
            assert wide == []
            page.screenshot(path=PICTURES / f"{name}.{tag}.{width}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_text_can_be_read(
    browser: Browser, pages: Callable[[str], dict[str, Path]], tag: str, scheme: str
) -> None:
    for name, path in pages(tag).items():
        with opened(browser, path, 1000, color_scheme=scheme) as page:
            found = page.evaluate(CONTRAST)
            assert len(found) > 100
            assert [entry for entry in found if entry[0] < 4.5] == []
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == ("rgb(17, 17, 17)" if scheme == "dark" else "rgb(255, 255, 255)")
            page.screenshot(path=PICTURES / f"{name}.{tag}.{scheme}.png", full_page=True)


def test_jupyterlab_decides_the_theme_of_an_output(browser: Browser, pages: Callable[[str], dict[str, Path]]) -> None:
    with opened(browser, pages("en")["cell"], 900, color_scheme="light") as page:
        page.evaluate("document.body.dataset.jpThemeLight = 'false'")
        assert page.evaluate("getComputedStyle(document.querySelector('.cl')).color") == "rgb(235, 235, 235)"
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('.cl')).color") == "rgb(26, 26, 26)"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_on_paper_it_is_a4_with_page_numbers(
    browser: Browser, pages: Callable[[str], dict[str, Path]], tag: str
) -> None:
    path = pages(tag)["report"]
    with opened(browser, path, 900, color_scheme="dark") as page:
        pdf = page.pdf(prefer_css_page_size=True)
        (PICTURES / f"report.{tag}.pdf").write_bytes(pdf)
        sizes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)}
        assert len(sizes) == 1
        _, _, width, height = sizes.pop()
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)
        assert 2 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 12
        page.emulate_media(media="print")
        ink, ground = page.evaluate(
            "['color', 'backgroundColor'].map(name => getComputedStyle(document.querySelector('.sheet'))[name])"
        )
        assert (ink, ground) == ("rgb(26, 26, 26)", "rgb(255, 255, 255)")
        assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
