"""``closeloop demo``: the main job on sample data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from closeloop.cli.terminal import app, guarded


@app.command()
@guarded
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write to. 输出文件夹。")] = Path("out"),
) -> None:
    """Run the main job on the invented sample data, to a report in both languages. 用示例数据走完全程。"""  # noqa: D400
    from closeloop.demo import run_demo

    for line in run_demo(out):
        typer.echo(line)
