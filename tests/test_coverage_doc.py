"""docs/coverage.md cannot drift: it lists every requirement, and each test that it names is collected."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (L\d{3}) \| (.+) \| ([MCWTPRGD](?: [MCWTPRGD])*) \| ([01]) \| (.+) \|$")
LINES = [x for x in (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines() if x.startswith("| L")]


def rows() -> list[tuple[str, str, str, str, str]]:
    """Give (id, label, kind, priority, proof) of every row of the table."""
    return [m.groups() for line in LINES if (m := ROW.match(line))]  # type: ignore[misc]


def named_tests() -> list[str]:
    """Give every test that the table names."""
    return sorted({name for *_, proof in rows() for name in re.findall(r"`([^`]+)`", proof)})


def collected(names: list[str]) -> set[str]:
    """Give the tests that a pytest of its own collects from the files of `names`, with and without their parameters."""
    files = sorted({name.partition("::")[0] for name in names})
    if not files:  # this run has collected them all
        return set()
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--no-header", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return with_and_without_parameters(line for line in done.stdout.splitlines() if "::" in line)


def with_and_without_parameters(tests: Iterable[str]) -> set[str]:
    return {name for test in tests for name in (test, test.partition("[")[0])}


def test_every_row_of_the_table_is_well_formed() -> None:
    assert [line for line in LINES if not ROW.match(line)] == []
    assert LINES


def test_every_requirement_stands_once_and_in_order() -> None:
    ids = [row[0] for row in rows()]
    assert ids == sorted(set(ids))


def test_a_row_is_planned_or_names_its_tests() -> None:
    proof = re.compile(r"planned|`[^`]+::test_[^`]+`(, `[^`]+::test_[^`]+`)*")
    assert [row[0] for row in rows() if not proof.fullmatch(row[4])] == []


def test_every_named_test_is_collected(request: pytest.FixtureRequest) -> None:
    names = set(named_tests())
    if not names:
        pytest.skip("every row is still planned")
    others = names - with_and_without_parameters(item.nodeid for item in request.session.items)
    assert sorted(others - collected(sorted(others))) == []


def test_a_test_that_does_not_exist_is_noticed() -> None:
    here = "tests/test_coverage_doc.py::test_every_row_of_the_table_is_well_formed"
    nowhere = "tests/test_coverage_doc.py::test_nothing"
    assert collected([here, nowhere]) & {here, nowhere} == {here}


@pytest.mark.shared
def test_every_requirement_of_priority_0_and_1_is_listed(shared: Callable[[str], Path]) -> None:
    text = shared("design/41-requirements.md").read_text(encoding="utf-8")
    asked = re.findall(r"^\| (L\d{3}) \|.*\| ([MCWTPRGD](?: [MCWTPRGD])*) \| ([01]) \|$", text, re.M)
    assert [(i, kind, priority) for i, _, kind, priority, _ in rows()] == sorted(asked)
