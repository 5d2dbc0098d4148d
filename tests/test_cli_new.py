"""``closeloop new``: what can be copied, where it goes, what it says next, and that nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import closeloop
from closeloop.cli import app
from closeloop.cli.new import NOTEBOOKS, notebook_file
from closeloop.survey.load import load_survey, shipped_names
from closeloop.text import LANGUAGES, set_language


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person types it in a folder of their own; what one command spoke is not what the next one speaks."""
    monkeypatch.chdir(tmp_path)
    set_language("en")


def run(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [*map(str, arguments)])


def cells(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return found


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_copied_without_the_figures_of_the_sample(name: str, tag: str) -> None:
    result = run("new", name, "--language", tag)
    set_language("en")
    assert result.exit_code == 0, result.output
    copy, original = cells(Path(f"{name}.ipynb")), cells(notebook_file(name, tag))
    assert [cell["source"] for cell in copy] == [cell["source"] for cell in original]
    assert [cell["metadata"] for cell in copy] == [cell["metadata"] for cell in original]
    code = [cell for cell in copy if cell["cell_type"] == "code"]
    assert {(cell["execution_count"], len(cell["outputs"])) for cell in code} == {(None, 0)}


def test_it_goes_into_the_folder_that_is_named_and_says_what_to_open() -> None:
    result = run("new", "retrospective", "quality/july")
    assert result.exit_code == 0
    assert Path("quality/july/retrospective.ipynb").is_file()
    assert "jupyter lab quality/july/retrospective.ipynb" in result.output
    assert run("new", "retrospective.ipynb", "--out", "first.ipynb").exit_code == 0
    assert Path("first.ipynb").is_file()


@pytest.mark.parametrize(("template", "file"), [("retrospective", "retrospective.ipynb"),
                                                ("effort-ces", "effort-ces.survey.yaml")])  # fmt: skip
def test_what_is_there_stays_as_it_is_unless_forced(template: str, file: str) -> None:
    Path(file).write_text("mine", encoding="utf-8")
    result = run("new", template)
    assert (result.exit_code, Path(file).read_text(encoding="utf-8")) == (2, "mine")
    assert f"{file} is there already" in result.stderr
    assert "--force" in result.stderr
    assert run("new", template, "--force").exit_code == 0
    assert Path(file).read_text(encoding="utf-8") != "mine"


def test_a_survey_goes_into_a_folder_under_its_own_id() -> None:
    result = run("new", "effort-ces", "surveys", "--id", "repair-effort")
    assert result.exit_code == 0
    assert load_survey("surveys/repair-effort.survey.yaml").id == "repair-effort"
    assert "a copy of effort-ces" in result.output


@pytest.mark.parametrize("arguments", [("--list",), ()])
def test_the_list_has_every_notebook_and_every_survey(arguments: tuple[str, ...]) -> None:
    result = run("new", *arguments)
    named = {line.split()[0] for line in result.output.splitlines() if line.startswith("  ")}
    assert result.exit_code == 0
    assert named == {*NOTEBOOKS, *shipped_names()}


@pytest.mark.parametrize("arguments", [("--language", "zh-CN", "new", "--list"), ("new", "--list", "--language", "zh")])
def test_the_list_is_told_in_chinese(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    set_language("en")
    assert "第一次复盘，九十分钟" in result.output
    assert "客户关系调查" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("retrospektive",), "To start from: retrospective, "),
        (("monthly-report",), "To start from: monthly_report, "),
        (("relationship",), "relationship-nps"),
        (("retrospective", "--id", "july"), "--id is for surveys"),
        (("retrospective", "here", "--out", "there.ipynb"), "not both"),
        (("retrospective", "--language", "fr"), "fr"),
    ],
)
def test_wrong_use_is_a_message_and_writes_nothing(arguments: tuple[str, ...], said: str) -> None:
    result = run("new", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert list(Path().iterdir()) == []


def test_of_a_wheel_the_notebooks_of_the_wheel_are_taken(tmp_path: Path) -> None:
    home = tmp_path / "site" / "closeloop"
    (home / "_templates").mkdir(parents=True)
    assert notebook_file("retrospective", "zh-CN", home) == home / "_templates" / "zh-CN" / "retrospective.ipynb"


def test_sample_data_that_is_not_there_is_named() -> None:
    assert closeloop.sample_data("quickstart.csv").is_file()
    assert (closeloop.sample_data("loop") / "manifest.json").is_file()
    with pytest.raises(closeloop.CloseloopError, match=r"The sample data nothing\.csv is not here"):
        closeloop.sample_data("nothing.csv")
