"""The scripts of the widgets: small, self-contained, every text from the catalogue, nothing typed becomes markup."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import closeloop.widgets
from closeloop.text import catalogue
from closeloop.widgets.base import Widget

STATIC = Path(closeloop.widgets.__file__).parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
SHEETS = sorted(STATIC.glob("*.css"))
MOST_BYTES = 30_000


def kinds() -> list[type[Widget]]:
    """Give every kind of widget that the package has."""
    for module in pkgutil.walk_packages(closeloop.widgets.__path__, "closeloop.widgets."):
        importlib.import_module(module.name)
    found, waiting = [], [Widget]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.startswith("closeloop.") and kind not in found and "scripts" in kind.__dict__:
                found.append(kind)
            waiting.append(kind)
    return sorted(found, key=lambda kind: kind.__qualname__)


KINDS = kinds()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_script_is_under_30_kilobytes_and_names_its_parts(kind: type[Widget]) -> None:
    assert len(str(kind._esm).encode()) < MOST_BYTES
    assert str(kind._esm).count("export default") == 1
    for name in (*kind.scripts, *kind.sheets):
        assert any((STATIC / f"{name}{end}").is_file() for end in (".js", ".css")), name
    for area in kind.areas:
        assert catalogue(area)


@pytest.mark.parametrize("path", SCRIPTS + SHEETS, ids=lambda path: path.name)
def test_nothing_is_fetched_from_anywhere(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?:|\bfetch\(|XMLHttpRequest|\bimport\b[^.]|@import|url\(", source) == []


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.name != "base.js"], ids=lambda path: path.name)
def test_what_is_typed_never_becomes_markup(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_text_that_a_script_asks_for_is_in_a_catalogue(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    asked = re.findall(r"""T\(\s*["'`](\w+)\.(\w+)["'`]""", source)
    assert [f"{area}.{key}" for area, key in asked if key not in catalogue(area)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_words_of_its_own(path: Path) -> None:
    """Texts stand in the catalogues, in both languages: no Chinese, and no English sentence, in a script."""
    code = "\n".join(
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("//")
    )
    assert re.findall(r"[\u4e00-\u9fff]", code) == []
    assert re.findall(r"""["'`][A-Z][a-z]+(?: [a-z]+){2,}[.?!]?["'`]""", code) == []
