"""``closeloop import``, ``score``, ``draft``: from an export to figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from closeloop.cli.terminal import FINDINGS, app, guarded, working
from closeloop.errors import CloseloopError
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.responses.responses import Responses
    from closeloop.responses.stored.stored_responses import StoredResponses
    from closeloop.survey.survey import Survey

Files = Annotated[list[Path], typer.Argument(help="CSV, TSV, XLSX, XLSM, XLS, XLSB, ODS, SAV or Parquet. 数据文件。")]
Scored = Annotated[
    list[Path], typer.Argument(help="Data files, or the folder of an import in parts. 数据文件，或分块导入的文件夹。")
]
SurveyName = Annotated[
    str | None, typer.Option("--survey", help="A shipped survey's name, or a path. 问卷名称或路径。")
]
Dialect = Annotated[
    str,
    typer.Option(
        help="auto, closeloop, spss, qualtrics, wjx, tencent, limesurvey, formbricks, typeform, surveymonkey, "
        "google_forms, plain. 平台格式。"
    ),
]
Encoding = Annotated[str, typer.Option(help="auto, or an encoding. 编码。")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook. 工作表。")]


_LARGE = 64 << 20


@app.command("import")
@guarded
def import_(
    files: Files,
    survey: Annotated[str, typer.Option(help="A shipped survey's name, or a path. 问卷名称或路径。")],
    out: Annotated[Path, typer.Option(help="Folder to write to. 输出文件夹。")],
    dialect: Dialect = "auto",
    encoding: Encoding = "auto",
    sheet: Sheet = None,
    strict: Annotated[
        bool, typer.Option(help="Exit with 1 if an answer was set aside. 有答案被搁置时以 1 退出。")
    ] = False,
    parts: Annotated[
        bool | None,
        typer.Option(
            "--parts/--whole",
            help="Read part by part into folders of Parquet; by default from 64 MB on. 分块读入；64 MB 起自动分块。",
        ),
    ] = None,
) -> None:
    """Check exports against a survey; write what was accepted, what was set aside, and why. 导入并校验答卷。"""  # noqa: D400
    if parts or (parts is None and sum(path.stat().st_size for path in files if path.is_file()) >= _LARGE):
        from closeloop.responses.stored.import_responses import import_responses

        stored = import_responses(files, survey, out, dialect=dialect, encoding=encoding, sheet=sheet)
        typer.echo(str(stored))
        typer.echo(str(message("cli.written", folder=out)))
        if strict and stored.has_errors:
            raise typer.Exit(FINDINGS)
        return
    from closeloop.responses.read import read_responses

    responses = read_responses(files, survey, dialect=dialect, encoding=encoding, sheet=sheet)
    typer.echo(str(responses))
    with working(str(message("cli.writing", folder=out))):
        responses.write(out)
    typer.echo(str(message("cli.written", folder=out)))
    if strict and (responses.issues["severity"] == "error").any():
        raise typer.Exit(FINDINGS)


@app.command()
@guarded
def score(
    files: Scored,
    survey: SurveyName = None,
    nps: Annotated[
        str | None, typer.Option(help="The 0–10 column, where there is no survey file. 0–10 分的列。")
    ] = None,
    csat: Annotated[str | None, typer.Option(help="The satisfaction column. 满意度列。")] = None,
    points: Annotated[int, typer.Option(help="Points of the satisfaction scale. 满意度分级数。")] = 5,
    top: Annotated[int, typer.Option(help="How many top points count. 计入的最高级数。")] = 2,
    by: Annotated[
        list[str] | None, typer.Option(help="Column to break down by; several cross. 分组列，可多次给出。")
    ] = None,
    method: Annotated[str | None, typer.Option(help="Interval method. 区间方法。")] = None,
    min_n: Annotated[int, typer.Option(help="Hide groups with fewer answers. 少于此数的小组隐藏。")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")] = False,
    dialect: Dialect = "auto",
    encoding: Encoding = "auto",
    sheet: Sheet = None,
) -> None:
    """Print scores with intervals: of a survey's metrics, or of one column of any export. 计算得分与区间。"""  # noqa: D400
    responses: Responses | StoredResponses
    if len(files) == 1 and files[0].is_dir() and survey is None:
        from closeloop.responses.stored.stored_responses import open_responses

        responses = open_responses(files[0])
        metric = _metric(nps, csat, points, top, str(nps if nps is not None else csat))
    else:
        if sum(choice is not None for choice in (survey, nps, csat)) != 1:
            raise CloseloopError(message("cli.one_metric"))
        responses = _responses(files, survey, nps, csat, points, dialect, encoding, sheet)
        metric = None if survey else _metric(nps, csat, points, top, _ITEM)
    keys: Sequence[str] | str | None = by[0] if by and len(by) == 1 else by or None
    table = responses.score(metric, keys, method=method, min_n=min_n)
    if as_json:
        found = table.to_dict()
        typer.echo(json.dumps({**found, "ledger": responses.ledger}, ensure_ascii=False, indent=1))
        return
    typer.echo(str(table))
    typer.echo(f"\n{responses}", err=True)


def _metric(nps: str | None, csat: str | None, points: int, top: int, item: str) -> Any:
    from closeloop.metrics.spec import Nps, TopBox

    return Nps(item) if nps is not None else TopBox(item, points=points, top=top) if csat is not None else None


_ITEM = "column_to_score"  # no header is called so: every other column keeps its own name


def _responses(
    files: list[Path],
    survey: str | None,
    nps: str | None,
    csat: str | None,
    points: int,
    dialect: str,
    encoding: str,
    sheet: str | None,
) -> Responses:
    from closeloop.responses.read import read_responses

    if survey is not None:
        return read_responses(files, survey, dialect=dialect, encoding=encoding, sheet=sheet)
    column = str(nps if nps is not None else csat)
    declared = _one_item(column, None if nps is not None else points)
    return read_responses(files, declared, columns={column: _ITEM}, dialect=dialect, encoding=encoding, sheet=sheet)


def _one_item(column: str, points: int | None) -> Survey:
    """Return a survey of one item, so that a bare export goes through the same checks as any other."""
    from closeloop.survey.load import survey_from_dict

    item = {"name": _ITEM, "type": "nps"} if points is None else {"name": _ITEM, "type": "csat", "points": points}
    kind = "nps" if points is None else "csat"
    return survey_from_dict(
        {
            "format": 1,
            "id": f"{kind}-of-one-column",
            "version": 1,
            "languages": ["en"],
            "title": column,
            "timezone": "UTC",
            "pages": [{"name": "main", "items": [{**item, "ask": column}]}],
            "metrics": {kind: {"kind": kind, "item": _ITEM}},
        }
    )


@app.command()
@guarded
def draft(
    file: Annotated[Path, typer.Argument(help="An export. 导出文件。")],
    out: Annotated[
        Path | None, typer.Option(help="Survey file to write; printed if left out. 输出的问卷文件。")
    ] = None,
    dialect: Dialect = "auto",
    encoding: Encoding = "auto",
    sheet: Sheet = None,
) -> None:
    """Draft a survey file from an export: types and options guessed, each guess with its reason. 由导出草拟问卷。"""  # noqa: D400
    import tempfile

    from closeloop.responses.draft import draft_survey

    survey = draft_survey(file, dialect=dialect, encoding=encoding, sheet=sheet)
    if out is None:
        with tempfile.TemporaryDirectory() as folder:
            typer.echo(survey.save(Path(folder) / "draft.survey.yaml").read_text(encoding="utf-8"))
    else:
        typer.echo(str(message("cli.drafted", file=survey.save(out), n=len(survey.unconfirmed))))
