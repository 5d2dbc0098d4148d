"""Imports point one way and the statistics stay pure: the order of the architecture, read off the source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "toolkit" / "closeloop"

# Each may import what stands to its left; those in one place may not import one another.
ORDER = (
    {"kept"}, {"text"}, {"errors"}, {"numbers"}, {"written"}, {"scan"}, {"frames", "html"}, {"drawing"}, {"stats"},
    {"forms"}, {"versioned"}, {"survey", "metrics"}, {"responses"}, {"analysis"}, {"themes"}, {"rootcause"},
    {"followup"}, {"views"}, {"reports"}, {"widgets"}, {"demo"}, {"app"}, {"cli"}, {"__main__"},
)  # fmt: skip
RANK = {layer: rank for rank, layers in enumerate(ORDER) for layer in layers}

# The upward doors: methods of these names may import the layer beside them, inside the method.
DOORS = {
    "_repr_html_": "views", "_repr_mimebundle_": "views", "__str__": "views",
    "plot": "views", "to_svg": "views", "report": "reports", "retrospective": "reports", "to_ics": "reports",
    "edit": "widgets", "form": "widgets", "board": "widgets",
}  # fmt: skip

# Pure code: numbers in, numbers out. Beside the harmless part of the standard library it may import only these.
PURE = {
    "stats": {"numpy", "scipy", "statsmodels"},
    "forms": {"numpy", "pydantic", "pydantic_core", "lark", "annotated_types", "typing_extensions"},
    "rootcause": {"numpy", "pydantic"},
    **{
        f"followup.{m}": {"numpy", "pydantic"}
        for m in (
            "event",
            "state",
            "stages",
            "commands",
            "case",
            "calendar",
            "clock",
            "rules",
            "measure",
            "playbook",
        )
    },
}
IMPURE_STDLIB = {
    "asyncio", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil",
    "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input", "now", "utcnow", "today"}  # builtins, and date.today(), datetime.now()
FRAME_DOOR = {"to_frame"}  # pure modules may build a frame for a person who asks for one
FRAMES = {"pandas", "narwhals"}


@cache
def modules() -> dict[str, ast.Module]:
    """Give every module of the package, by its name below ``closeloop`` ("" is the package itself)."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


def walk(tree: ast.AST) -> Iterator[tuple[ast.AST, str, bool]]:
    """Give each import and call with the function it stands in and whether only a type checker reads it."""
    waiting = [(tree, "", False)]
    while waiting:
        node, function, only = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call):
            yield node, function, only
        if isinstance(node, ast.If):
            guarded = only or any(isinstance(n, ast.Name) and n.id == "TYPE_CHECKING" for n in ast.walk(node.test))
            waiting += [(child, function, guarded) for child in node.body]
            waiting += [(child, function, only) for child in (node.test, *node.orelse)]
            continue
        name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        waiting += [(child, name, only) for child in ast.iter_child_nodes(node)]


def targets(node: ast.AST, module: str, known: set[str]) -> list[str]:
    """Give the full names of the modules that an import statement (or a call of import_module) asks for."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = ["closeloop", *module.split(".")]
            base = ".".join([*above[: len(above) - node.level], *([base] if base else [])])
        if base != "closeloop":
            return [base]
        # `from closeloop import text` is a module; `from closeloop import nps` goes through the package's front door
        return [f"closeloop.{a.name}" if a.name in known else f"closeloop:{a.name}" for a in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in {"import_module", "__import__"}:
            return [str(node.args[0].value)]
    return []


def violations(module: str, tree: ast.Module, known: set[str]) -> list[str]:
    """Give what one module does against the rules, each with its line."""
    layer = module.partition(".")[0]
    found = []
    allowed = next((names for pure, names in PURE.items() if f"{module}.".startswith(f"{pure}.")), None)
    for node, function, typing_only in walk(tree):
        for target in targets(node, module, known):
            if layer in ("views", "reports") and target.startswith("closeloop.stats") and not typing_only:
                found.append(f"closeloop.{module}:{getattr(node, 'lineno', 0)} imports {target}: {layer} never compute")
            top, _, rest = target.replace(":", ".").partition(".")
            goal = rest.partition(".")[0]
            place = f"closeloop.{module or '__init__'}:{getattr(node, 'lineno', 0)} imports {target}"
            if top == "toolkit":
                found.append(f"{place}: that would load a second copy; import closeloop")
            elif top == "closeloop":
                if goal == "__version__" and ":" in target:
                    continue
                if goal not in RANK:
                    found.append(f"{place}: name the module that defines it")
                elif typing_only and goal in DOORS.values():
                    continue  # what a door gives back may be named
                elif goal != layer and RANK[goal] >= RANK.get(layer, -1) and DOORS.get(function) != goal:
                    found.append(f"{place}: {layer or 'the package'} stands to the left of it")
            elif allowed is not None and not typing_only and top not in allowed:
                frame = function in FRAME_DOOR and top in FRAMES
                if not frame and (top in IMPURE_STDLIB or top not in sys.stdlib_module_names):
                    found.append(f"{place}: {layer} is pure")
        if allowed is not None and isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in IMPURE_CALLS:
                found.append(f"closeloop.{module}:{node.lineno} calls {name}(): {layer} is pure")
    return found


def test_imports_point_one_way_and_pure_code_is_pure() -> None:
    trees = modules()
    found = [line for module, tree in trees.items() for line in violations(module, tree, set(trees))]
    assert not found, "\n" + "\n".join(found)


def test_every_module_has_its_place_in_the_order() -> None:
    assert {m.partition(".")[0] for m in modules()} - {""} <= set(RANK)


def test_nothing_imports_the_source_root_as_a_package() -> None:
    root = PACKAGE.parents[1]
    for folder in ("tests", "benchmarks", "sample_data", "scripts"):
        for path in sorted((root / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "toolkit" not in source:
                continue
            tree = ast.parse(source, str(path))
            names = [t for node, _, _ in walk(tree) for t in targets(node, "", set())]
            assert not [n for n in names if n.partition(".")[0] == "toolkit"], path


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("stats.nps", "import closeloop.metrics.nps", "stands to the left"),
        ("stats.nps", "from ..metrics import nps", "stands to the left"),
        ("stats.nps", "def f():\n    from closeloop.views import style", "stands to the left"),
        ("metrics.score", "from closeloop.survey.load import load_survey", "stands to the left"),
        ("survey.load", "from closeloop.metrics.spec import Nps", "stands to the left"),
        ("metrics.score", "from closeloop.views import charts", "stands to the left"),
        ("metrics.score", "class A:\n    def plot(self):\n        import closeloop.widgets.form", "stands to the left"),
        ("metrics.score", "import importlib\nimportlib.import_module('closeloop.views.charts')", "stands to the left"),
        ("responses.read", "from closeloop import nps", "name the module"),
        ("cli", "from toolkit.closeloop.text import message", "second copy"),
        ("stats.nps", "import pandas as pd", "is pure"),
        ("stats.nps", "def f():\n    import matplotlib.pyplot", "is pure"),
        ("stats.nps", "import os.path", "is pure"),
        ("forms.answers", "from datetime import date\n\ndef f():\n    return date.today()", "calls today"),
        ("forms.form", "def f():\n    return open('x').read()", "calls open"),
        ("followup.clock", "import time", "is pure"),
        ("views.charts", "from closeloop.stats.intervals import share_interval", "never compute"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str, words: str) -> None:
    found = violations(module, ast.parse(source), {"text", "views.charts"})
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("metrics.score", "class A:\n    def _repr_html_(self):\n        from closeloop.views.tables import f"),
        ("survey.survey", "class A:\n    def form(self):\n        from closeloop.widgets.form import F"),
        ("stats.nps", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas as pd"),
        (
            "survey.survey",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from closeloop.widgets.form import F",
        ),
        ("stats.nps", "class A:\n    def to_frame(self):\n        import pandas as pd"),
        ("forms.form", "import re\nimport datetime\nimport lark\nfrom closeloop.errors import closest"),
        ("followup.store", "import sqlite3"),
        ("reports.report", "from closeloop import __version__\nfrom closeloop import text"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    assert violations(module, ast.parse(source), {"text"}) == []
