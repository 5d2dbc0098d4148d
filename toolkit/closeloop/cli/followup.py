"""``closeloop triage``, ``due``, ``report``, ``verify``: the follow-up loop from a terminal or a nightly job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from closeloop.cli.answers import Dialect, Encoding, Files, Sheet
from closeloop.cli.terminal import FINDINGS, app, guarded, working
from closeloop.text import message

LoopUrl = Annotated[
    str, typer.Option("--loop", help="The loop: a file, or a PostgreSQL URL. 闭环台账：文件或 PostgreSQL 地址。")
]
KeyFile = Annotated[str | None, typer.Option("--key-file", help="Its key file, where it lies elsewhere. 密钥文件。")]
Actor = Annotated[str, typer.Option(help="Who does it. 操作人。")]
Now = Annotated[str | None, typer.Option(help="As of when; now. 截至何时。")]


@app.command()
@guarded
def triage(
    files: Files,
    survey: Annotated[str, typer.Option(help="A shipped survey's name, or a path. 问卷名称或路径。")],
    loop: LoopUrl,
    key_file: KeyFile = None,
    actor: Actor = "closeloop",
    now: Now = None,
    dialect: Dialect = "auto",
    encoding: Encoding = "auto",
    sheet: Sheet = None,
) -> None:
    """Open the cases that responses call for; the same file twice opens nothing twice. 分流答卷，建立个案。"""  # noqa: D400
    from closeloop.followup.loop.opening import open_loop
    from closeloop.responses.read import read_responses

    responses = read_responses(files, survey, dialect=dialect, encoding=encoding, sheet=sheet)
    with working(str(message("cli.triaging"))), open_loop(loop, actor=actor, key_file=key_file, now=now) as opened:
        found = opened.triage(responses)
    typer.echo(str(found))


@app.command()
@guarded
def due(
    loop: LoopUrl,
    key_file: KeyFile = None,
    owner: Annotated[str | None, typer.Option(help="Only of this owner. 只看此负责人。")] = None,
    now: Now = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")] = False,
) -> None:
    """Print what needs somebody now, the first to fall due first. 列出当前待办。"""  # noqa: D400
    from closeloop.followup.loop.opening import open_loop

    with open_loop(loop, key_file=key_file, now=now, create=False) as opened:
        found = opened.due() if owner is None else opened.due(owner=owner)
    if as_json:
        typer.echo(json.dumps(json.loads(found.to_json(orient="records")), ensure_ascii=False, indent=1))
        return
    shown = found[["number", "case_id", "what", "due", "is_late", "owner", "severity"]]
    typer.echo(str(message("cli.nothing_due")) if shown.empty else shown.fillna("").to_string(index=False))


@app.command()
@guarded
def report(
    loop: LoopUrl,
    out: Annotated[
        Path,
        typer.Option(
            help="File to write: .html, .docx, .xlsx, .md, or .ics for what is due. 输出文件，格式由后缀决定。"
        ),
    ],
    key_file: KeyFile = None,
    since: Annotated[str | None, typer.Option(help="From when on. 起始时间。")] = None,
    now: Now = None,
    template: Annotated[
        Path | None, typer.Option(help="A .docx whose styles, header and footer are kept. 公司的 Word 模板。")
    ] = None,
    tongue: Annotated[str | None, typer.Option("--language", help="Its language: en or zh-CN. 报告的语言。")] = None,
) -> None:
    """Write the minutes of a retrospective, or a calendar file of what is due. 生成复盘会纪要或日历文件。"""  # noqa: D400
    from closeloop.followup.loop.opening import open_loop

    suffix = out.suffix.lower()
    if suffix not in _WRITTEN:
        raise ValueError(message("cli.report_suffix", suffix=suffix or out.name, known=", ".join(_WRITTEN)))
    with open_loop(loop, key_file=key_file, now=now, create=False) as opened:
        if suffix == ".ics":
            opened.to_ics(out, tongue)
        else:
            minutes = opened.retrospective(since, language=tongue)
            if suffix == ".docx":
                minutes.to_docx(out, template)
            else:
                getattr(minutes, _WRITTEN[suffix])(out)
    typer.echo(str(message("cli.report_written", path=out)))


_WRITTEN = {".html": "to_html", ".docx": "to_docx", ".xlsx": "to_xlsx", ".md": "to_markdown", ".ics": "to_ics"}


@app.command()
@guarded
def verify(loop: LoopUrl, key_file: KeyFile = None) -> None:
    """Check that nothing in a register was changed or lost; exit 1 if something was. 校验台账是否完整。"""  # noqa: D400
    from closeloop.followup.loop.opening import open_loop

    with open_loop(loop, key_file=key_file, create=False) as opened:
        found = opened.verify()
    typer.echo(str(found))
    for each in found.breaks:
        typer.echo(f"  {each}")
    if not found.is_intact:
        raise typer.Exit(FINDINGS)
