"""``closeloop lint``, ``test``, ``schema``, ``new``: what they print, what they exit with, and what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import closeloop as cl
from closeloop.cli import app
from closeloop.survey.load import shipped_folder, shipped_names, survey_from_dict
from closeloop.survey.schema import survey_schema
from lint_examples import NPS, item, shown, survey


def run(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [*map(str, arguments)])


def saved(data: dict[str, Any], file: Path) -> Path:
    """Write a survey that loads."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return survey_from_dict(data).save(file)


@pytest.fixture
def never(tmp_path: Path) -> Path:
    """Give a file with one error of lint."""
    return saved(survey(NPS, shown("{recommend} > 10")), tmp_path / "a" / "never.survey.yaml")


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """Give a file with one warning and one failing test."""
    tests = [{"name": "sees why", "steps": [{"set": {"recommend": 9}}, {"expect": {"why": {"visible": True}}}]}]
    data = survey(NPS, shown("{recommend} < 7"), item("call_name", "text"), tests=tests)
    return saved(data, tmp_path / "a" / "b" / "doubtful.survey.yaml")


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """Give a file that does not load, for three reasons."""
    file = tmp_path / "refused.survey.yaml"
    text = (shipped_folder() / "relationship-nps.survey.yaml").read_text(encoding="utf-8")
    text = text.replace("type: yesno", "type: yesnoo").replace("points: 7", "points: seven")
    file.write_text(text.replace("{recommend} <= 8", "{recomend} <= 8"), encoding="utf-8")
    return file


def test_a_shipped_survey_is_without_findings() -> None:
    result = run("lint", "relationship-nps")
    assert (result.exit_code, result.output) == (0, "1 survey: 0 errors, 0 warnings, 0 remarks\n")


def test_an_error_exits_with_1_and_can_be_clicked(never: Path) -> None:
    result = run("lint", never)
    first, last = result.output.splitlines()
    place = re.match(r"(?P<file>.*):(?P<line>\d+): error \[comparison_never\] why · show_if: ", first)
    assert result.exit_code == 1
    assert place is not None
    assert place["file"] == str(never)
    assert "> 10" in never.read_text(encoding="utf-8").splitlines()[int(place["line"]) - 1]
    assert last == "1 survey: 1 error, 0 warnings, 0 remarks"


def test_a_warning_exits_with_1_only_if_asked_to(doubtful: Path) -> None:
    assert "pii_unmarked" in run("lint", doubtful).output
    assert (run("lint", doubtful).exit_code, run("lint", "--strict", doubtful).exit_code) == (0, 1)


def test_of_a_folder_all_surveys_are_looked_at_but_the_released_ones(never: Path, doubtful: Path) -> None:
    saved(survey(NPS, shown("{recommend} > 10")), never.parent / "released" / "never@1.survey.yaml")
    result = run("lint", "--json", never.parent.parent)
    found = json.loads(result.output)
    assert result.exit_code == 1
    assert [Path(each["file"]) for each in found["surveys"]] == sorted([doubtful, never])
    assert (found["errors"], found["warnings"]) == (1, 1)
    finding = found["surveys"][1]["findings"][0]
    assert finding["level"] == "error"
    assert finding["message"].keys() == {"en", "zh-CN"}
    assert isinstance(finding["line"], int)


def test_of_a_file_that_does_not_load_all_faults_are_told(refused: Path) -> None:
    result = run("lint", refused)
    codes = re.findall(rf"{re.escape(str(refused))}:\d+: error \[(\w+)\]", result.output)
    assert result.exit_code == 1
    assert set(codes) == {"unknown_name", "not_a_choice"}
    assert len(codes) == 3
    assert "Did you mean “recommend”?" in result.output


def test_findings_are_told_in_chinese(never: Path) -> None:
    result = run("--language", "zh-CN", "lint", never)
    cl.set_language("en")
    assert "永远不成立" in result.output
    assert "1 份问卷：1 处错误，0 处警告，0 条提示" in result.output


@pytest.mark.parametrize("command", ["lint", "test"])
@pytest.mark.parametrize("name", ["no-such-survey", "no/such/file.survey.yaml"])
def test_what_is_not_there_exits_with_2(command: str, name: str) -> None:
    result = run(command, name)
    assert result.exit_code == 2
    assert "relationship-nps" in result.stderr


def test_a_folder_without_surveys_exits_with_2(tmp_path: Path) -> None:
    result = run("lint", tmp_path)
    assert (result.exit_code, "There is no .survey.yaml file in" in result.stderr) == (2, True)


def test_branch_tests_that_hold_exit_with_0() -> None:
    result = run("test", *shipped_names()[:2])
    assert (result.exit_code, result.output.count(", 0 failed")) == (0, 2)


def test_a_branch_test_that_fails_exits_with_1_and_names_its_line(doubtful: Path) -> None:
    result = run("test", doubtful)
    assert result.exit_code == 1
    assert re.match(
        rf"{re.escape(str(doubtful))}:\d+: sees why, step 2: why.visible: expected true, found false", result.output
    )
    found = json.loads(run("test", "--json", doubtful).output)
    assert (found["failed"], found["surveys"][0]["tests"][0]["passed"]) == (1, False)


def test_a_survey_that_does_not_load_cannot_be_tested(refused: Path) -> None:
    result = run("test", refused, "relationship-nps")
    assert result.exit_code == 2
    assert "relationship-nps: 3 tests, 0 failed" in result.output
    assert "recomend" in result.stderr


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    assert json.loads(run("schema").output) == survey_schema()
    result = run("schema", "--out", tmp_path / "survey.json")
    assert "$schema=survey.json" in result.output
    assert json.loads((tmp_path / "survey.json").read_text(encoding="utf-8")) == survey_schema()


def test_a_new_survey_is_a_copy_with_its_comments_and_an_id_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "spring-pulse.survey.yaml"
    result = run("new", "relationship-nps", "--out", file)
    text = file.read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert text.startswith("# How customers feel about us")
    assert cl.load_survey(file).id == "spring-pulse"
    assert cl.load_survey(file).items == cl.load_survey("relationship-nps").items
    assert run("lint", "--strict", file).exit_code == 0


def test_a_new_survey_replaces_nothing_and_is_refused_a_bad_id(tmp_path: Path) -> None:
    file = tmp_path / "kept.survey.yaml"
    file.write_text("mine", encoding="utf-8")
    assert run("new", "relationship-nps", "--out", file).exit_code == 2
    assert file.read_text(encoding="utf-8") == "mine"
    other = tmp_path / "other.survey.yaml"
    assert run("new", "relationship-nps", "--out", other, "--id", "My Survey").exit_code == 2
    assert not other.exists()


# -- hostile files ---------------------------------------------------------------------------------------------------

_LAUGHS = "format: 1\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_LAUGHS, "repeated"),
        ("format: 1\ntitle: !!python/object/apply:os.system [echo]\n", "syntax"),
        ("format: 1\ntitle: &a [*a]\n", "anchor"),
        ("", "empty"),
        ("\x00", "syntax"),
    ],
)
@pytest.mark.parametrize("command", ["lint", "test"])
def test_a_hostile_file_is_refused_at_once(tmp_path: Path, command: str, text: str, code: str) -> None:
    file = tmp_path / "hostile.survey.yaml"
    file.write_text(text, encoding="utf-8")
    result = run(command, file)
    assert result.exit_code == (1 if command == "lint" else 2)
    assert str(file) in result.output
    assert "Traceback" not in result.output
    if command == "lint":
        assert f"[{code}]" in result.output


@pytest.mark.parametrize(
    "condition",
    [
        "{recommend} = 1 or " * 6000 + "{recommend} = 2",
        "(" * 5000 + "{recommend} = 1" + ")" * 5000,
        "!" * 5000 + "{recommend}",
    ],
)
def test_an_expression_without_end_is_refused(tmp_path: Path, condition: str) -> None:
    file = tmp_path / "hostile.survey.yaml"
    text = (shipped_folder() / "relationship-nps.survey.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("{recommend} <= 8", condition), encoding="utf-8")
    result = run("lint", file)
    assert result.exit_code == 1
    assert "[expression]" in result.output
    assert max(map(len, result.output.splitlines())) < 1000
