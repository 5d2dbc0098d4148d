"""``closeloop diff``: what a later version of a survey changes, and the snapshots of what was released."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from closeloop.cli.terminal import FINDINGS, app, guarded
from closeloop.errors import CloseloopError
from closeloop.text import message


@app.command()
@guarded
def diff(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="OLD NEW; with --release the files to keep. 旧文件 新文件；用 --release 时为要存快照的文件。"
        ),
    ] = None,
    released: Annotated[
        Path | None,
        typer.Option(
            "--released",
            help="Compare the surveys of a folder with their snapshots. 将文件夹中的问卷与已发布快照比较。",
        ),
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Keep snapshots of the files, beside them. 保存文件的快照。")
    ] = False,
) -> None:
    """Say what a later version of a survey changes; exit with 1 if it breaks unannounced. 比较问卷的两个版本。"""  # noqa: D400
    named = files or []
    if released is not None and not named and not release:
        _against_snapshots(released)
    elif release and named and released is None:
        _keep(named)
    elif len(named) == 2 and not release and released is None:
        _two(named[0], named[1])
    else:
        raise CloseloopError(message("diff.two_files"))


def _two(old: Path, new: Path) -> None:
    from closeloop.survey.load import load_survey

    found = load_survey(old).diff(load_survey(new))
    typer.echo(str(found))
    if not found.ok:
        raise typer.Exit(FINDINGS)


def _against_snapshots(folder: Path) -> None:
    from closeloop.survey.released import check_released

    found = check_released(folder)
    for note in found.notes:
        typer.echo(str(note))
    for fault in found.findings:
        typer.echo(str(fault))
    if not found.ok:
        raise typer.Exit(FINDINGS)
    key = "diff.all_well" if found.diffs else "diff.none_compared"
    without = sum(note.code == "not_released" for note in found.notes)
    typer.echo(str(message(key, n=len(found.diffs) or without)))


def _keep(files: list[Path]) -> None:
    from closeloop.survey.released import release

    well = True
    for file in files:
        done, text, faults = release(file)
        typer.echo(str(text))
        for fault in faults:
            typer.echo(str(fault))
        well = well and done
    if not well:
        raise typer.Exit(FINDINGS)
