"""``closeloop diff``: two files, a folder against its snapshots, and keeping snapshots."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from closeloop.cli.terminal import app
from closeloop.survey.load import shipped_folder

NAME = "relationship-nps.survey.yaml"


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


SMALL = """\
format: 1
id: visit
version: 1
languages: [en, zh-CN]
title: {en: Visit, zh-CN: 到店}
pages:
  - name: main
    items:
      - name: pains
        type: multi
        ask: {en: "What should we improve?", zh-CN: 我们应改进什么？}
        options:
          - {value: price, text: {en: Price, zh-CN: 价格}}
          - {value: wait, text: {en: Waiting, zh-CN: 等待}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "visit.survey.yaml"
    path.write_text(SMALL, "utf-8")
    return path


def changed(file: Path, before: str, after: str, name: str = "new.survey.yaml") -> Path:
    path = file.with_name(name)
    path.write_text(file.read_text("utf-8").replace(before, after, 1), "utf-8")
    return path


def test_two_files_are_compared_and_a_breaking_change_ends_with_1(small: Path) -> None:
    done = run("diff", small, small)
    assert (done.exit_code, "ask the same" in done.output) == (0, True)
    done = run("diff", small, changed(small, "What should we improve", "What ought we to improve"))
    assert (done.exit_code, "wording: pains" in done.output) == (0, True)
    new = changed(small, "value: price", "value: cost")
    line = next(n for n, text in enumerate(new.read_text("utf-8").splitlines(), 1) if "value: cost" in text)
    done = run("diff", small, new)
    assert done.exit_code == 1
    assert f"{new}:{line}: breaking: pains: The option price is stored as cost now." in done.output
    done = run("--language", "zh", "diff", small, new)
    assert "破坏性: pains: 选项的编码由 price 改为 cost。" in done.output


def test_a_folder_without_snapshots_is_said_to_be_compared_with_nothing(small: Path) -> None:
    done = run("diff", "--released", small.parent)
    assert done.exit_code == 0
    assert "Nothing was compared: 1 survey has no snapshot yet" in done.output
    assert "nothing breaks" not in done.output
    assert "1 份问卷还没有快照" in run("--language", "zh", "diff", "--released", small.parent).output


def test_snapshots_are_kept_and_a_breaking_edit_of_a_shipped_survey_fails_with_its_line(tmp_path: Path) -> None:
    old = Path(shutil.copy(shipped_folder() / NAME, tmp_path / NAME))
    done = run("diff", "--release", old)
    assert (done.exit_code, "released as version 1" in done.output) == (0, True)
    assert (old.parent / "released" / "relationship-nps@1.survey.yaml").is_file()
    done = run("diff", "--released", old.parent)
    assert (done.exit_code, "1 survey compared" in done.output) == (0, True)
    broken = changed(old, "value: price", "value: cost", NAME)
    line = next(n for n, text in enumerate(broken.read_text("utf-8").splitlines(), 1) if "value: cost" in text)
    done = run("diff", "--released", old.parent)
    assert done.exit_code == 1
    assert f"{broken}:{line}: pains: The option price is stored as cost now." in done.output
    done = run("diff", "--release", old)
    assert (done.exit_code, "Nothing was written" in done.output) == (1, True)


@pytest.mark.parametrize("args", [[], ["a"], ["a", "b", "c"], ["--release"], ["--release", "--released", ".", "a"]])
def test_anything_else_is_explained_with_2(args: list[str]) -> None:
    done = run("diff", *args)
    assert (done.exit_code, "OLD NEW" in done.output) == (2, True)


def test_a_missing_file_ends_with_2(small: Path) -> None:
    done = run("diff", small, small.with_name("nothing.survey.yaml"))
    assert done.exit_code == 2
    assert "Traceback" not in done.output
