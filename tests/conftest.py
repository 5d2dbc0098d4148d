"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from closeloop.text import language, set_language

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
LAB_FILES = frozenset({"test_journey.py", "test_lab_notebook.py", "test_lab_widgets.py", "test_reopened.py"})
"""Tests that drive a JupyterLab."""


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Give the path of a real export that lies outside the project; skip, and say so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/{name} is absent: this test reads real exports that the project does not ship")
        return path

    return find


@pytest.fixture
def heights(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many rows leave each lazy frame of Polars from now on."""
    import polars as pl

    found: list[int] = []
    collect = pl.LazyFrame.collect

    def watched(self: pl.LazyFrame, *args: Any, **kwargs: Any) -> Any:
        result = collect(self, *args, **kwargs)
        found.append(result.height)
        return result

    monkeypatch.setattr(pl.LazyFrame, "collect", watched)
    return found


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let the tests of a file share a process, and those of all files that look at a JupyterLab: it starts only once.

    JupyterLab, the browser that loads it and its first kernel take as long as several of those tests.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class OneLab(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist is untyped
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "JupyterLab" if file.rpartition("/")[2] in LAB_FILES else file

    return OneLab(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end on how much ours and the real survey-core agree, or why they were not compared.

    The counts come with the reports of the tests, so that they also arrive from the processes of pytest-xdist.
    """
    counts: dict[str, list[int]] = {}
    reasons: set[str] = set()
    for kind in ("passed", "failed", "skipped"):
        for report in terminalreporter.getreports(kind):
            if kind == "skipped" and "test_conformance.py" in report.nodeid:
                reasons.add(str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr))
            for name, value in getattr(report, "user_properties", ()):
                if name == "survey-core" and getattr(report, "when", "") == "call":
                    what, agreed, total = value
                    counts[what] = [agreed, total]
    if counts:
        shown = ", ".join(f"{agreed:,} of {total:,} {what}" for what, (agreed, total) in sorted(counts.items()))
        terminalreporter.write_line("conformance with survey-core 3.1.1: " + shown)
    for reason in sorted(reasons):
        terminalreporter.write_line(f"conformance with survey-core 3.1.1 was not checked: {reason}")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Start each test in English, whatever the one before chose."""
    set_language("en")
    assert language() == "en"
    yield
    set_language("en")
