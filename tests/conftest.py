"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from closeloop.text import language, set_language

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Give the path of a real export that lies outside the project; skip, and say so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/{name} is absent: this test reads real exports that the project does not ship")
        return path

    return find


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the tests of a file share a process, and all that look at a JupyterLab another: it is loaded only once.

    Says something only with ``--dist loadgroup``. JupyterLab, the browser that loads it and its first kernel take as
    long as several of those tests.
    """
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        needs_lab = "lab" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("JupyterLab" if needs_lab else item.location[0]))


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
