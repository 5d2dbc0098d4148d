"""The repository that docs/ci.md offers for copying: it passes as it is, and whatever breaks it is named by its place.

What the pages quote is what the checks print.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from closeloop.cli import app

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "ci-example"
SURVEY = Path("surveys", "store-visit.survey.yaml")
NOTEBOOK = Path("notebooks", "stores.ipynb")
PAGES = {"en": "ci.md", "zh-CN": "ci.zh-CN.md"}
BROKEN = ("{recommend} <= 8", "{recomend} <= 8")
RECODED = ("value: river", "value: north"), ("store: river", "store: north")
NARROWED = ("{recommend} <= 8", "{recommend} <= 7")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """Give a copy of the example, as somebody who has taken it over has it."""
    left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "ours", ignore=left_out))


def change(file: Path, *edits: tuple[str, str]) -> None:
    """Edit a file; what is to be replaced must be there."""
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def check(folder: Path, *part: str, commands: Path = Path(sys.executable).parent) -> tuple[int, str]:
    """Run the example's own check with the Python of these tests; give its exit code and what it said, uncoloured."""
    told = os.environ | {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    told.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [str(folder / "check.sh"), *part],
        cwd=folder.parent,
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, re.sub(r"\x1b\[[\d;]*m", "", done.stdout)


def quoted(language: str, place: str) -> list[str]:
    """Give the lines of a page's blocks of output that begin with `place`, an ellipsis cut off."""
    text = (ROOT / "docs" / PAGES[language]).read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"^```text\n(.*?)^```$", text, re.M | re.S) for line in block.splitlines()]
    return [line.removesuffix("...") for line in lines if line.startswith(place)]


def test_the_example_passes_as_it_is(example: Path) -> None:
    code, said = check(example)
    assert (code, said.splitlines()[-1]) == (0, "All well."), said
    assert re.search(r"^=+ 3 passed", said, re.M)


def test_a_changed_number_and_a_cell_without_result_are_named_by_their_place(example: Path) -> None:
    notebook = example / NOTEBOOK
    change(notebook, ("0    8.3", "0    9.3"))
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace('"execution_count": 1', '"execution_count": null', 1), encoding="utf-8")
    code, said = check(example, "notebooks")
    assert code == 1
    for page in PAGES:
        lines = [line for start in ("notebooks/", "Cell ", "- Station ", "+ Station ") for line in quoted(page, start)]
        assert len(lines) == 5
        assert [line for line in lines if line not in said] == []


@pytest.mark.parametrize("failing", ["closeloop lint", "closeloop test", "closeloop diff", "python -m"])
def test_one_check_that_fails_fails_the_whole_and_the_others_are_still_run(failing: str, example: Path) -> None:
    """With commands in their place that take no time, one of which fails."""
    for name in ("closeloop", "python"):
        stub = example.parent / name
        stub.write_text(f'#!/bin/sh\necho "run: {name} $1"\n[ "{name} $1" != "{failing}" ]\n', encoding="utf-8")
        stub.chmod(0o755)
    code, said = check(example, commands=example.parent)
    assert code == 1
    assert re.findall("run: (.+)", said) == ["closeloop lint", "closeloop test", "closeloop diff", "python -m"]


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize(
    ("edits", "command", "line"),
    [
        ([BROKEN], "lint --strict surveys", 31),
        ([NARROWED], "test surveys", 44),
        ([NARROWED], "diff --released surveys", 31),
        (RECODED, "diff --released surveys", 18),
    ],
)
def test_each_fault_of_a_survey_fails_its_command_as_the_page_quotes_it(
    language: str,
    edits: list[tuple[str, str]],
    command: str,
    line: int,
    example: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert f"closeloop {command} ||" in recipe() or f" closeloop {command}\n" in recipe()
    change(example / SURVEY, *edits)
    monkeypatch.chdir(example)
    done = CliRunner().invoke(app, ["--language", language, *command.split()])
    assert done.exit_code == 1
    lines = quoted(language, f"{SURVEY}:{line}: ")
    assert [each for each in lines if each in done.output] != []


def recipe() -> str:
    """Give the text of the check."""
    return (EXAMPLE / "check.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES.values())
def test_the_page_names_every_file_of_the_example(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (tree,) = re.findall(r"^```text\nci-example/\n(.*?)^```$", text, re.M | re.S)
    named = {line.split()[0] for line in tree.splitlines()}
    there = {path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*") if path.is_file()}
    there = {re.sub(r"^surveys/released/.*", "surveys/released/", name) for name in there if "__pycache__" not in name}
    assert named == there - {"README.md"}


def test_the_workflow_runs_the_check_and_nothing_of_its_own() -> None:
    workflow = (EXAMPLE / ".github" / "workflows" / "feedback.yml").read_text(encoding="utf-8")
    assert re.findall(r"run: (.+)", workflow) == [
        "pip install -r requirements.txt",
        "./check.sh surveys",
        "./check.sh notebooks",
    ]
