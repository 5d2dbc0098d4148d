"""``closeloop lint``, ``test``, ``schema``: surveys as code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from closeloop.cli.terminal import FINDINGS, WRONG, app, guarded
from closeloop.errors import CloseloopError, SurveyDefinitionError
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.branch_tests import BranchReport
    from closeloop.survey.lint import LintReport

Files = Annotated[
    list[str], typer.Argument(help="Survey files, folders, or names of shipped surveys. 问卷文件、文件夹或内置问卷名。")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")]
_NOT_THERE = frozenset({"not_found", "is_folder"})


@app.command()
@guarded
def lint(
    files: Files,
    strict: Annotated[bool, typer.Option(help="Exit with 1 for warnings too. 有警告也以 1 退出。")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong or doubtful in surveys, with file and line; exit with 1 for errors. 检查问卷。"""  # noqa: D400
    from closeloop.survey.lint.report import counts

    reports = [_linted(file) for file in _expanded(files)]
    findings = [finding for report in reports for finding in report.findings]
    total = counts(findings)
    if as_json:
        typer.echo(_json({"surveys": [report.to_dict() for report in reports], **total}))
    else:
        for finding in findings:
            typer.echo(finding.told(None))
        typer.echo(str(message("cli.linted", n=len(reports), **total)))
    if total["errors"] or (strict and total["warnings"]):
        raise typer.Exit(FINDINGS)


def _linted(file: str) -> LintReport:
    from closeloop.survey.lint.run import refused_report
    from closeloop.survey.load import load_survey

    try:
        return load_survey(file).lint()
    except SurveyDefinitionError as error:
        if any(finding.code in _NOT_THERE for finding in error.findings):
            raise
        return refused_report(file, error)


@app.command("test")
@guarded
def run_tests(files: Files, as_json: AsJson = False) -> None:
    """Run the tests: of surveys, step by step; exit with 1 where one fails. 运行问卷中的分支测试。"""  # noqa: D400
    from closeloop.survey.load import load_survey

    reports: list[BranchReport] = []
    refused: list[SurveyDefinitionError] = []
    for file in _expanded(files):
        try:
            reports.append(load_survey(file).run_tests())
        except SurveyDefinitionError as error:
            refused.append(error)
    failed = sum(len(report.failed) for report in reports)
    if as_json:
        faults = [str(finding) for each in refused for finding in each.findings]
        typer.echo(_json({"surveys": [report.to_dict() for report in reports], "failed": failed, "refused": faults}))
    else:
        for report in reports:
            typer.echo(str(report))
    for each in refused:
        typer.echo(f"closeloop: {each}", err=True)
    if refused:
        raise typer.Exit(WRONG)
    if failed:
        raise typer.Exit(FINDINGS)


@app.command()
@guarded
def schema(
    out: Annotated[Path | None, typer.Option(help="File to write; printed if left out. 输出文件。")] = None,
) -> None:
    """Give the JSON Schema of survey files, for completion and checks in editors. 输出供编辑器使用的 JSON Schema。"""  # noqa: D400
    from closeloop.survey.schema import survey_schema

    text = _json(survey_schema())
    if out is None:
        typer.echo(text)
    else:
        out.write_text(f"{text}\n", encoding="utf-8")
        typer.echo(str(message("cli.schema_written", file=out, name=out.name)))


def _expanded(files: list[str]) -> Iterator[str]:
    """Give the surveys that are named; of a folder, all in it but the released versions, which nobody edits."""
    from closeloop.survey.load import SUFFIX

    for file in files:
        folder = Path(file)
        if not folder.is_dir():
            yield file
            continue
        named = sorted(path for path in folder.rglob(f"*{SUFFIX}") if path.is_file())
        found = [str(path) for path in named if "released" not in path.relative_to(folder).parts[:-1]]
        if not found:
            raise CloseloopError(message("cli.no_surveys", folder=file, suffix=SUFFIX))
        yield from found


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str)
