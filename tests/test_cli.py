"""The command line: what it prints, its exit codes, and that a fault in the input is never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

import closeloop as cl
from closeloop.cli import app

Shared = Callable[[str], Path]
SURVEY = """\
format: 1
id: visit
version: 1
languages: [en, zh-CN]
title: {en: Visit, zh-CN: 到店}
timezone: Asia/Shanghai
pages:
  - name: main
    items:
      - name: score
        type: nps
        ask: {en: "Recommend us?", zh-CN: 推荐我们？}
      - name: branch
        type: single
        ask: {en: "Which branch?", zh-CN: 哪家门店？}
        options: [east, west]
metrics:
  nps: {kind: nps, item: score}
"""
GOOD = "score,branch\n" + "9,east\n3,west\n" * 10
ROW_KEYS = [
    "metric",
    "branch",
    "n",
    "n_missing",
    "promoters",
    "passives",
    "detractors",
    "estimate",
    "std_error",
    "ci_low",
    "ci_high",
    "method",
    "suppressed",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "visit.survey.yaml").write_text(SURVEY, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, [str(a) for a in arguments])


def real(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "closeloop.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


def refused(result: Result | subprocess.CompletedProcess[str], *words: str) -> None:
    """Check that a command ended with code 2, a message with these words, and nothing that looks like a traceback."""
    code = result.exit_code if isinstance(result, Result) else result.returncode
    output = result.stdout + result.stderr
    assert code == 2, output
    assert "Traceback" not in output
    assert 'File "' not in output
    for word in words:
        assert word in result.stderr


def test_json_has_the_documented_rows(folder: Path) -> None:
    result = run("score", folder / "answers.csv", "--nps", "score", "--by", "branch", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    east, west = found["rows"]
    assert [key for key in ROW_KEYS if key in east] == ROW_KEYS
    assert {
        key: east[key]
        for key in ("metric", "branch", "n", "promoters", "passives", "detractors", "estimate", "suppressed")
    } == {
        "metric": "nps",
        "branch": "east",
        "n": 10,
        "promoters": 10,
        "passives": 0,
        "detractors": 0,
        "estimate": 100.0,
        "suppressed": False,
    }
    assert (west["branch"], west["estimate"], west["method"]) == ("west", -100.0, "adjusted-wald")
    assert west["ci_low"] <= west["estimate"] <= west["ci_high"]
    assert found["ledger"] == {"rows_in": 20, "accepted": 20, "quarantined": 0, "superseded": 0}


def test_json_of_small_groups_keeps_the_key_and_hides_the_figures(folder: Path) -> None:
    path = folder / "few.csv"
    path.write_text(GOOD + "10,north\n", encoding="utf-8")
    rows = {
        row["branch"]: row
        for row in json.loads(run("score", path, "--nps", "score", "--by", "branch", "--json").stdout)["rows"]
    }
    assert rows["north"]["suppressed"] is True
    assert rows["north"]["estimate"] is None
    shown = json.loads(run("score", path, "--nps", "score", "--by", "branch", "--min-n", "1", "--json").stdout)["rows"]
    assert {row["branch"]: row["n"] for row in shown} == {"east": 10, "west": 10, "north": 1}


@pytest.mark.shared
def test_the_airlines_of_the_published_scenario(shared: Shared) -> None:
    # Published with the data: airlines with n >= 50 hold 1739/1770/1253; Prep Air 74/75/35, NPS 21.1957 unrounded.
    files = [shared(f"data/nps/airlines/input_0{n}.csv") for n in (1, 2)]
    result = real(
        "score", *files, "--nps", "How likely are you to recommend this airline?", "--by", "Airline", "--json"
    )
    assert result.returncode == 0, result.stderr
    rows = {row["Airline"]: row for row in json.loads(result.stdout)["rows"]}
    assert len(rows) == 99
    prep = rows["Prep Air"]
    assert [prep[key] for key in ("n", "promoters", "passives", "detractors")] == [184, 74, 75, 35]
    assert prep["estimate"] == pytest.approx(21.195652173913043, abs=1e-12)
    assert prep["ci_low"] < prep["estimate"] < prep["ci_high"]
    large = [row for row in rows.values() if row["n"] is not None and row["n"] >= 50]
    assert [sum(row[key] for row in large) for key in ("promoters", "passives", "detractors")] == [1739, 1770, 1253]


def test_the_column_asked_for_is_the_one_that_is_scored(folder: Path) -> None:
    path = folder / "both.csv"
    path.write_text("score,recommend,nps,Score\n" + "0,10,5,0\n" * 12, encoding="utf-8")
    for column, estimate in (("recommend", 100.0), ("score", -100.0), ("nps", -100.0), ("Score", -100.0)):
        (row,) = json.loads(run("score", path, "--nps", column, "--json").stdout)["rows"]
        assert (row["n"], row["estimate"]) == (12, estimate)
    (row,) = json.loads(run("score", path, "--nps", "recommend", "--by", "score", "--json").stdout)["rows"]
    assert (row["score"], row["estimate"]) == ("0", 100.0)


def test_a_survey_is_scored_by_its_own_plan(folder: Path) -> None:
    result = run("score", folder / "answers.csv", "--survey", folder / "visit.survey.yaml", "--by", "branch")
    assert result.exit_code == 0
    assert "east" in result.stdout
    assert "100" in result.stdout
    assert "20 rows in = 20 accepted" in result.stderr


def test_a_satisfaction_column_is_scored(folder: Path) -> None:
    path = folder / "csat.csv"
    path.write_text("happy\n" + "5\n4\n1\n" * 5, encoding="utf-8")
    (row,) = json.loads(run("score", path, "--csat", "happy", "--json").stdout)["rows"]
    assert (row["n"], row["metric"]) == (15, "csat")
    assert row["estimate"] == pytest.approx(2 / 3)
    (row,) = json.loads(run("score", path, "--csat", "happy", "--top", "1", "--json").stdout)["rows"]
    assert row["estimate"] == pytest.approx(1 / 3)


def test_several_keys_cross(folder: Path) -> None:
    path = folder / "two.csv"
    path.write_text("score,a,b\n" + "9,x,u\n3,y,v\n" * 10, encoding="utf-8")
    rows = json.loads(run("score", path, "--nps", "score", "--by", "a", "--by", "b", "--json").stdout)["rows"]
    assert {(row["a"], row["b"]) for row in rows} >= {("x", "u"), ("y", "v")}


@pytest.mark.parametrize(
    "options", [(), ("--nps", "score", "--csat", "score"), ("--nps", "score", "--survey", "relationship-nps")]
)
def test_exactly_one_thing_is_scored(folder: Path, options: tuple[str, ...]) -> None:
    result = run("score", folder / "answers.csv", *options)
    refused(result)
    assert "--survey" in result.stderr


def test_bad_scores_are_set_aside_and_said(folder: Path) -> None:
    path = folder / "dirty.csv"
    path.write_text(GOOD + "11,east\n7.5,west\n", encoding="utf-8")
    result = run("score", path, "--nps", "score")
    assert result.exit_code == 0
    assert "22 rows in = 20 accepted + 2 quarantined" in result.stderr
    assert "out_of_range" in result.stderr


def test_import_writes_all_tables_and_strict_ends_with_one(folder: Path) -> None:
    path = folder / "dirty.csv"
    path.write_text(GOOD + "11,east\n", encoding="utf-8")
    for strict, code in (((), 0), (("--strict",), 1)):
        out = folder / f"out{code}"
        result = run("import", path, "--survey", folder / "visit.survey.yaml", "--out", out, *strict)
        assert result.exit_code == code
        assert str(out) in result.stdout
        assert len(pd.read_csv(out / "quarantined.csv")) == 1
    clean = run(
        "import",
        folder / "answers.csv",
        "--survey",
        folder / "visit.survey.yaml",
        "--out",
        folder / "clean",
        "--strict",
    )
    assert clean.exit_code == 0


def test_a_draft_is_printed_or_written_and_can_be_used(folder: Path) -> None:
    printed = run("draft", folder / "answers.csv")
    assert printed.exit_code == 0
    out = folder / "draft.survey.yaml"
    written = run("draft", folder / "answers.csv", "--out", out)
    assert "2 guesses to confirm" in written.stdout
    assert out.read_text(encoding="utf-8").strip() == printed.stdout.strip()
    assert cl.load_survey(out).unconfirmed == ("score", "branch")
    assert run("import", folder / "answers.csv", "--survey", out, "--out", folder / "o").exit_code == 0


def test_the_demo_ends_with_the_path_of_a_report(tmp_path: Path) -> None:
    result = real("demo", "--out", tmp_path / "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    path = Path(result.stdout.strip().splitlines()[-1].split(": ", 1)[1])
    assert path == (tmp_path / "out" / "report.en.html").resolve()
    for tag, word in (("en", "Where the figures come from"), ("zh-CN", "数字从哪里来")):
        assert word in (tmp_path / "out" / f"report.{tag}.html").read_text(encoding="utf-8")
    assert "Traceback" not in result.stderr


def test_the_demo_in_chinese_ends_with_the_chinese_report(tmp_path: Path) -> None:
    result = run("--language", "zh-CN", "demo", "--out", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.strip().splitlines()[-1] == f"报告：{(tmp_path / 'report.zh-CN.html').resolve()}"


@pytest.mark.parametrize("way", ["option", "environment"])
def test_chinese_is_spoken_where_asked_for(folder: Path, way: str) -> None:
    arguments = ("score", folder / "answers.csv", "--nps", "score", "--by", "branch")
    spoken = run("--language", "zh", *arguments) if way == "option" else run(*arguments, CLOSELOOP_LANGUAGE="zh_CN")
    assert spoken.exit_code == 0
    assert "读入 20 行 = 接收 20" in spoken.stderr
    assert "净推荐值" in spoken.stdout


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_language_that_is_not_there_is_said(folder: Path, way: str) -> None:
    arguments = ("score", folder / "answers.csv", "--nps", "score")
    if way == "option":
        refused(real("--language", "tlh", *arguments), "tlh", "zh-CN")
    else:
        refused(real(*arguments, CLOSELOOP_LANGUAGE="tlh"), "tlh", "zh-CN")


def test_a_terminal_that_knows_no_chinese_is_no_error(folder: Path) -> None:
    arguments = ("--language", "zh-CN", "score", folder / "answers.csv", "--nps", "score")
    result = real(*arguments, PYTHONIOENCODING="ascii")
    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def broken(folder: Path, kind: str) -> tuple[list[object], list[str], list[str]]:
    """Make one fault; give the command, words of the English message and words of the Chinese one."""
    answers, survey = folder / "answers.csv", folder / "visit.survey.yaml"
    by_survey: list[object] = ["score", answers, "--survey", survey]
    by_column: list[object] = ["score", answers, "--nps", "score"]
    edits = {
        "item twice": ("- name: branch", "- name: score", ["score", "visit.survey.yaml"], ["score"]),
        "cycle": (
            '        ask: {en: "Recommend us?"',
            '        show_if: "{branch} = \'east\'"\n        ask: {en: "Recommend us?"',
            ["branch"],
            ["branch"],
        ),
        "tabs": ("    items:", "\titems:", ["visit.survey.yaml"], ["visit.survey.yaml"]),
        "language": ('{en: "Which branch?", zh-CN: 哪家门店？}', '{en: "Which branch?"}', ["zh-CN"], ["zh-CN"]),
        "metric": ("item: score}", "item: skore}", ["skore", "score"], ["skore"]),
    }
    if kind in edits:
        old, new, english, chinese = edits[kind]
        text = SURVEY.replace(old, new)
        if kind == "cycle":
            text = text.replace("        options: [east", '        show_if: "{score} > 3"\n        options: [east')
        assert text != SURVEY
        survey.write_text(text, encoding="utf-8")
        return by_survey, english, chinese
    if kind == "empty":
        answers.write_bytes(b"")
        return by_column, ["answers.csv is empty", "export it again"], ["空文件", "重新导出"]
    if kind == "header":
        answers.write_text("score,branch\n", encoding="utf-8")
        return by_column, ["header but no answer"], ["只有表头"]
    if kind == "column":
        return ["score", answers, "--nps", "scores"], ["no column “scores”", "“score”"], ["没有“scores”", "“score”"]
    if kind == "key":
        return [*by_column, "--by", "brnch"], ["brnch", "branch"], ["brnch", "branch"]
    if kind == "no match":
        answers.write_text("skore,brunch\n9,a\n", encoding="utf-8")
        return (
            by_survey,
            ["No column of answers.csv", "score ↔ “skore”", "sources:\n  plain:\n"],
            ["没有一列", "sources:"],
        )
    if kind == "sheet":
        with xlsxwriter.Workbook(str(folder / "book.xlsx")) as book:
            sheet = book.add_worksheet("Answers")
            sheet.write_column(0, 0, ["score", 9])
        return (
            ["score", folder / "book.xlsx", "--nps", "score", "--sheet", "Answer"],
            ["no sheet “Answer”", "“Answers”"],
            ["没有工作表", "“Answers”"],
        )
    if kind == "workbook":
        (folder / "book.xlsx").write_bytes(b"PK\x03\x04 no workbook at all")
        return ["score", folder / "book.xlsx", "--nps", "score"], ["cannot be read as a workbook"], ["无法按工作簿读取"]
    if kind == "missing":
        return (
            ["score", folder / "answer.csv", "--nps", "score"],
            ["no file", "answers.csv"],
            ["找不到文件", "answers.csv"],
        )
    if kind == "survey":
        return ["score", answers, "--survey", "relationship-npss"], ["relationship-nps"], ["relationship-nps"]
    if kind == "dialect":
        return [*by_column, "--dialect", "wxj"], ["no dialect", "wjx"], ["没有“wxj”", "wjx"]
    if kind == "encoding":
        return [*by_column, "--encoding", "klingon"], ["no encoding"], ["没有“klingon”这种编码"]
    if kind == "method":
        return [*by_column, "--method", "walt"], ["walt", "wald"], ["walt", "wald"]
    if kind == "draft":
        answers.write_text("status\ntest\n", encoding="utf-8")
        return ["draft", answers], ["no column that could be a question"], ["没有可作题目的列"]
    assert kind == "out"
    return ["import", answers, "--survey", survey, "--out", answers], ["answers.csv"], ["answers.csv"]


KINDS = [
    "item twice",
    "cycle",
    "tabs",
    "language",
    "metric",
    "empty",
    "header",
    "column",
    "key",
    "no match",
    "sheet",
    "workbook",
    "missing",
    "survey",
    "dialect",
    "encoding",
    "method",
    "draft",
    "out",
]


@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_a_message_with_a_remedy_in_both_languages(folder: Path, kind: str) -> None:
    arguments, english, chinese = broken(folder, kind)
    refused(run(*arguments), *english)
    refused(run("--language", "zh-CN", *arguments), *chinese)


@pytest.mark.parametrize("kind", ["tabs", "column", "workbook"])
def test_no_traceback_in_a_process_of_its_own(folder: Path, kind: str) -> None:
    arguments, english, _ = broken(folder, kind)
    refused(real(*arguments), *english)


def test_help_names_every_command() -> None:
    result = real("--help")
    assert result.returncode == 0
    for command in ("import", "score", "draft", "demo"):
        assert command in result.stdout
    assert real().returncode == 2
    assert real("scroe").returncode == 2
