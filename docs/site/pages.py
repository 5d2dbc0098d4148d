"""What a page of the site has more than its Markdown file: contents, public names, ways into the other language.

The files in ``docs`` are plain Markdown that reads as well in any other viewer. Nothing here needs Sphinx.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path

ENGLISH, CHINESE = "en", "zh-CN"
CHAPTERS = {
    "surveys": ("survey",),
    "responses": ("responses", "demo"),
    "scores": ("metrics",),
    "analysis": ("analysis",),
    "themes": ("themes",),
    "rootcause": ("rootcause",),
    "loop": ("followup",),
    "reports": ("reports", "views"),
    "errors": ("errors", "text"),
}
"""Page of ``docs/api`` → the rooms of the package whose public names it holds."""
CONTENTS = ("index", "guides", "notebooks", "more", "api/index", "course", "course/index", "course/README")
"""The pages of ``docs`` whose lists are the contents of the site, in both languages."""
IN_BOTH = {"docs/glossary", "docs/ci-example/README"}
NAMES_HERE = "<!-- The site shows the public names here. -->"
SWITCH = re.compile(r"\A(# .+\n\n)\[(?:中文|English)\]\([^)\s]+\)\n")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]+)?\)")
ITEM = re.compile(r"^[-*] \[([^\]]+)\]\((?!\w+:)([^)#\s]+\.(?:md|ipynb))\)", re.M)
FILE_NAME = re.compile(r"[\w/.-]+\.md")
NOTEBOOK = re.compile(r"(?<![\[`])`(notebooks/[^`\s]+\.ipynb)`(?!\])")
FENCED = re.compile(r"(^`{3,}[^\n]*\n.*?^`{3,}$)", re.M | re.S)


def document(path: str) -> str:
    """Give the name that Sphinx has for a page: its path without the suffix."""
    return re.sub(r"\.(md|ipynb)$", "", path)


def target(page: str, link: str) -> str:
    """Give the path, from the root of the project, that a relative link on a page leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), link))


def is_chinese(page: str) -> bool:
    """Say whether a page is written in Chinese."""
    return document(page).endswith(f".{CHINESE}") or page.startswith("notebooks/zh/")


def is_in(page: str, language: str) -> bool:
    """Say whether a page belongs to that half of the site."""
    return document(page) in IN_BOTH or is_chinese(page) == (language == CHINESE)


def twin(page: str, root: Path) -> str | None:
    """Give the page that says the same in the other language, if there is one.

    Two notebooks are twins if they lie in the same folder and begin with the same number, or have the same name.
    """
    name = document(page)
    if name in IN_BOTH:
        return name
    folder, own = posixpath.split(name)
    if name.startswith("notebooks/"):
        other = folder.replace("notebooks/zh", "notebooks") if is_chinese(page) else f"notebooks/zh{folder[9:]}"
        number = re.match(r"\d+_", own)
        found = sorted((root / other).glob(f"{number.group() if number else own}*.ipynb"))
        return f"{other}/{found[0].stem}" if found else None
    other = name.removesuffix(f".{CHINESE}") if is_chinese(page) else f"{name}.{CHINESE}"
    return other if (root / f"{other}.md").is_file() else None


def address(page: str, to: str, language: str) -> str:
    """Give the link from a page of the site to a page of the half in `language`, which is another one."""
    return f"{'../' * (page.count('/') + 1)}{language}/{document(to)}.html"


def listed_pages(page: str, text: str) -> dict[str, str]:
    """Give page → what it is called there, for the link that begins an item of a list on a page of contents."""
    return {target(page, link): label for label, link in ITEM.findall(FENCED.sub("", text))}


def is_contents(page: str) -> bool:
    """Say whether the lists of a page are contents of the site."""
    return document(page).removesuffix(f".{CHINESE}") in {f"docs/{name}" for name in CONTENTS}


def with_contents(page: str, text: str, language: str) -> str:
    """Give `text` with its lists as a hidden table of contents, if it is a page of contents."""
    if not is_contents(page):
        return text
    listed = [(label, each) for each, label in listed_pages(page, text).items() if is_in(each, language)]
    entries = [f"{label} </{document(each)}>" for label, each in listed]
    return "\n".join([text, "", "```{toctree}", ":hidden:", "", *entries, "```", ""])


def with_public_names(text: str, names: Mapping[str, type | Callable[..., object]]) -> str:
    """Give `text` with every public object of `names` where it is marked: a table of all, then each one's docstring."""
    if NAMES_HERE not in text:
        return text
    lines = ["```{eval-rst}", ".. currentmodule:: closeloop", "", ".. autosummary::", "   :nosignatures:", ""]
    lines += [*(f"   {name}" for name in names), ""]
    for name, value in names.items():
        kind = "function"
        if isinstance(value, type):
            kind = "exception" if issubclass(value, BaseException) else "class"
        lines.append(f".. auto{kind}:: {name}")
        if kind == "class":
            lines += ["   :members:", "   :inherited-members: object, BaseModel, Mapping, tuple"]
        lines.append("")
    return text.replace(NAMES_HERE, "\n".join([*lines, "```"]))


def with_links_across(page: str, text: str, language: str, root: Path) -> str:
    """Give `text` with links into the other half of the site, and without its own line that switches the language.

    A link to a folder, which the site does not have, becomes its words.
    """

    def across(found: re.Match[str]) -> str:
        label, link, anchor = found.groups()
        to = target(page, link)
        if (root / to).is_dir():
            return label
        if not to.endswith((".md", ".ipynb")):
            return found.group()
        if is_in(to, language):  # a file's name says less than the title of the page, which an empty label gives
            return f"[{'' if FILE_NAME.fullmatch(label) else label}]({link}{anchor or ''})"
        other = ENGLISH if language == CHINESE else CHINESE
        return f'<a href="{address(page, to, other)}{anchor or ""}">{label}</a>'

    parts = FENCED.split(SWITCH.sub(r"\1", text, count=1))
    return "".join(part if part.startswith("```") else LINK.sub(across, part) for part in parts)


def with_links_to_notebooks(page: str, text: str, language: str, root: Path) -> str:
    """Give `text` with links where it names a notebook of its half of the site by its path."""

    def linked(found: re.Match[str]) -> str:
        path = found.group(1)
        if not (root / path).is_file() or not is_in(path, language):
            return found.group()
        return f"[{found.group()}]({posixpath.relpath(path, posixpath.dirname(page) or '.')})"

    return "".join(part if part.startswith("```") else NOTEBOOK.sub(linked, part) for part in FENCED.split(text))


def chapter_of(home: Mapping[str, str]) -> dict[str, str]:
    """Give the chapter of each public name from the module it lives in; a room of no chapter is a KeyError."""
    chapters = {room: chapter for chapter, rooms in CHAPTERS.items() for room in rooms}
    return {name: chapters[module.partition(".")[0]] for name, module in home.items()}
