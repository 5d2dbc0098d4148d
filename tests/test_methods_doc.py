"""docs/methods.md cannot drift: it names every method there is, in both languages, and every formula has a source."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import closeloop.stats
from closeloop.analysis.drivers import result as driver_result
from closeloop.analysis.effect import effect
from closeloop.analysis.trend import trend
from closeloop.metrics import compare
from closeloop.responses import quality
from closeloop.stats import (
    control_chart,
    control_rules,
    design,
    importance_performance,
    intervals,
    kano,
    paired,
    replicates,
)

DOCS = Path(__file__).resolve().parents[1] / "docs"
NAMES = ("methods.md", "methods.zh-CN.md")
SPAN = re.compile(r"`([^`\n]+)`")
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.M)

CHOICES: dict[str, Iterable[str]] = {
    "intervals": [name for names in intervals.METHODS.values() for name in names],
    "compare": [name for names in compare.METHODS.values() for name in names],
    "paired": paired.METHODS,
    "drivers": driver_result.METHODS,
    "effect": effect.METHODS,
    "charts": trend.CHARTS,
    "rules": control_rules.RULES,
    "rule sets": control_rules.RULE_SETS,
    "sigma": control_chart.SIGMA_METHODS,
    "lonely": design.LONELY,
    "replicates": replicates.KINDS,
    "kano tables": kano.TABLES,
    "lines": importance_performance.LINES,
    "quadrants": importance_performance.QUADRANTS,
    "careless flags": quality.FLAGS,
}


def spans(name: str) -> list[str]:
    """Give what stands in back-ticks, in order."""
    return SPAN.findall((DOCS / name).read_text(encoding="utf-8"))


def mentioned(found: Iterable[str]) -> set[str]:
    """Give the names that back-ticked pieces mention: the piece itself, its last part, and the strings in a call."""
    names: set[str] = set()
    for span in found:
        names |= {span, span.partition("(")[0].rpartition(".")[2], *re.findall(r'"([^"]+)"', span)}
    return names


def sections(doc: str | None) -> dict[str, str]:
    """Give the sections of a numpydoc docstring by name."""
    parts = SECTION.split(inspect.cleandoc(doc or ""))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def public_things() -> list[tuple[str, Any]]:
    """Give the public functions and classes of `closeloop.stats`, with the name of their module."""
    things = []
    for info in pkgutil.iter_modules(closeloop.stats.__path__):
        module = importlib.import_module(f"closeloop.stats.{info.name}")
        for name, thing in vars(module).items():
            defined = (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__ == module.__name__
            if defined and not name.startswith("_"):
                things.append((f"{info.name}.{name}", thing))
    return things


def unmentioned(found: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Give the wanted names that no back-ticked piece mentions."""
    return sorted(set(wanted) - mentioned(found))


def without_source(things: Iterable[tuple[str, Any]]) -> list[str]:
    """Give the things whose Notes hold a formula and whose docstring has no References."""
    parts = [(name, sections(thing.__doc__)) for name, thing in things]
    return [name for name, found in parts if "=" in found.get("Notes", "") and "References" not in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", CHOICES)
def test_every_choice_of_a_method_is_listed(kind: str, name: str) -> None:
    assert unmentioned(spans(name), CHOICES[kind]) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_function_with_a_source_is_listed(name: str) -> None:
    sourced = [thing.rpartition(".")[2] for thing, what in public_things() if "References" in sections(what.__doc__)]
    assert len(sourced) > 50
    assert unmentioned(spans(name), sourced) == []


def test_both_languages_name_the_same_things() -> None:
    """Calls may carry translated strings, but there are none here: what stands in back-ticks is code."""
    english, chinese = (set(spans(name)) for name in NAMES)
    assert english ^ chinese == set()


def test_both_languages_have_the_same_entries_in_the_same_order() -> None:
    """Headings by level, and tables by their number of columns, line by line."""
    shapes = []
    for name in NAMES:
        lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
        marks = [re.match(r"#+ |\|", line) for line in lines]
        shapes.append([m[0] if m[0] != "|" else line.count("|") for m, line in zip(marks, lines, strict=True) if m])
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_a_table_has_as_many_columns_as_its_head(name: str) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", (DOCS / name).read_text(encoding="utf-8"), re.M)
    widths = [{line.count("|") for line in table.splitlines()} for table in tables]
    assert len(widths) > 10
    assert [w for w in widths if len(w) > 1] == []


def test_every_formula_of_the_statistics_has_a_source() -> None:
    assert without_source(public_things()) == []


def test_what_is_missing_is_noticed() -> None:
    def formula() -> None:
        """Return it.

        Notes
        -----
        y = x.
        """

    assert unmentioned(['`cl.x(method="a")`', "b.c"], ["a", "b.c", "c", "d"]) == ["d"]
    assert without_source([("formula", formula)]) == ["formula"]
