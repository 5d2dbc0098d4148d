"""Nothing loads that was not asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_by(code: str) -> set[str]:
    """Run `code` in a fresh interpreter; give the top-level names of the modules that it loaded."""
    watch = "import sys; before = set(sys.modules)\n"
    tell = "\nprint('\\n'.join(sorted({m.partition('.')[0] for m in set(sys.modules) - before})))"
    done = subprocess.run([sys.executable, "-I", "-c", watch + code + tell], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_closeloop_loads_the_standard_library_only() -> None:
    assert loaded_by("import closeloop") - set(sys.stdlib_module_names) == {"closeloop"}


def test_looking_at_the_public_names_loads_nothing_more() -> None:
    names = loaded_by("import closeloop; dir(closeloop); closeloop.__all__; closeloop.__version__")
    assert names - set(sys.stdlib_module_names) == {"closeloop"}


@pytest.mark.parametrize(
    "call", ["cl.nps([9, 10, 6]).confidence_interval()", "cl.set_language('zh-CN')", "cl.CloseloopError"]
)
def test_a_small_question_loads_no_big_library(call: str) -> None:
    names = loaded_by(f"import closeloop as cl; {call}")
    assert not names & {
        "matplotlib",
        "statsmodels",
        "ipywidgets",
        "anywidget",
        "typer",
        "sqlalchemy",
        "polars",
        "duckdb",
    }
