"""How Sphinx builds one half of the site: the English one, or with the tag ``zh`` the Chinese one.

The root of the project is the source folder, so that links between the files of ``docs``, the notebooks and the README
are the same here and in any other viewer. ``make docs`` builds both halves.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import han  # noqa: E402
import pages  # noqa: E402
from sphinx.search.en import SearchEnglish  # noqa: E402

import closeloop  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    tags: set[str] = set()

HALF = pages.CHINESE if "zh" in tags else pages.ENGLISH
OTHER = pages.ENGLISH if HALF == pages.CHINESE else pages.CHINESE
SUFFIX = f".{pages.CHINESE}" if HALF == pages.CHINESE else ""
FOLDERS = ("docs", "notebooks", "sample_data")

project = "closeloop"
author = "The closeloop developers"
copyright = author  # noqa: A001
version = release = closeloop.__version__
language = "zh_CN" if HALF == pages.CHINESE else "en"
root_doc = f"docs/index{SUFFIX}"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
files = [path for folder in FOLDERS for kind in ("*.md", "*.ipynb") for path in (ROOT / folder).rglob(kind)]
found = [path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *files]]
include_patterns = sorted(
    page for page in found if pages.is_in(page, HALF) and "/." not in page and not page.startswith("docs/ci-example/n")
)
default_role = "code"  # as numpydoc writes it: `data` is a parameter

myst_heading_anchors = 4
nb_execution_mode = "off"  # what is stored is shown; nbval sees to it that it is true
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js: dict[str, Any] = {}  # the default fetches scripts from a network
autodoc_typehints = "none"  # each parameter's section says what it takes
autodoc_member_order = "bysource"
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False

toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_context = {"default_mode": "auto"}
html_title = "closeloop"
html_search_language = "zh"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_copy_source = False
smartquotes = False  # texts stand as they were written
ALONE = (root_doc, f"README{SUFFIX}", f"docs/methods{SUFFIX}", "docs/glossary")
html_sidebars: dict[str, list[str]] = {"**": ["sidebar-nav-bs"]} | {page: [] for page in ALONE}
html_show_sourcelink = False
html_theme_options: dict[str, Any] = {
    "logo": {"text": "closeloop"},
    "navbar_align": "left",
    "navbar_end": ["other_language", "theme-switcher"],
    "header_links_before_dropdown": 8,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "back_to_top_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


class HanAndEnglish(SearchEnglish):
    """English words by their stem, Chinese characters by pairs, in both halves alike."""

    lang = "zh"
    js_splitter_code = han.IN_THE_BROWSER

    def split(self, input: str) -> list[str]:  # noqa: A002
        """Give the words and pairs of a text."""
        return han.words(input)


def complete(app: Sphinx, page: str, source: list[str]) -> None:
    """Give a page what it has on the site only."""
    path = str(app.env.doc2path(page, base=False))
    if path.endswith(".md"):
        text = pages.with_contents(path, source[0], HALF)
        text = pages.with_public_names(text, names_of(path))
        text = pages.with_links_across(path, text, HALF, ROOT)
        source[0] = pages.with_links_to_notebooks(path, text, HALF, ROOT)


def mend_docstring(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:  # noqa: ARG001
    """Undo what napoleon takes for a type, the words before a colon in a property's sentence; write a dash as one."""
    types = [line.removeprefix(":type: ") for line in lines if line.startswith(":type: ")]
    if what == "property" and types:
        lines[:] = [line for line in lines if not line.startswith(":type: ")]
        lines[0] = f"{types[0]}: {lines[0]}"
    lines[:] = [re.sub(r"^(\s*(?:\* |:\w+: )?\*\*.+?) -- ", r"\1 – ", line) for line in lines]


def names_of(path: str) -> dict[str, Any]:
    """Give the public objects of a chapter's page."""
    chapters = pages.chapter_of(closeloop._HOME)
    chapter = Path(path).name.partition(".")[0]
    return {name: getattr(closeloop, name) for name in closeloop.__all__ if chapters[name] == chapter}


def tell_twin(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:  # noqa: ARG001
    """Tell the template where the same is said in the other language."""
    path = str(app.env.doc2path(page, base=False)) if page in app.env.found_docs else page
    start = "docs/index" if OTHER == pages.ENGLISH else f"docs/index.{pages.CHINESE}"
    context["other_language"] = OTHER
    context["other_page"] = pages.address(page, pages.twin(path, ROOT) or start, OTHER)


def setup(app: Sphinx) -> None:
    """Connect the above."""
    app.add_search_language(HanAndEnglish)
    app.connect("source-read", complete)
    app.connect("autodoc-process-docstring", mend_docstring, priority=900)  # after napoleon
    app.connect("html-page-context", tell_twin)
