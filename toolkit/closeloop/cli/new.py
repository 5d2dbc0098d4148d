"""``closeloop new``: a notebook to work in, or a survey of one's own, as a copy of what is shipped."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from closeloop.cli.terminal import app, guarded
from closeloop.errors import CloseloopError, closest
from closeloop.text import language, message, set_language

NOTEBOOKS = ("retrospective", "monthly_report", "case_review", "survey_ci")
"""The notebooks to copy; ``templates.yaml`` says what each is for."""


def notebook_file(name: str, tag: str, package: Path | None = None) -> Path:
    """Return the file of a notebook to copy.

    In an installed wheel they are in ``closeloop/_templates``; in a checkout, in ``notebooks`` beside ``toolkit``.

    Parameters
    ----------
    name : str
        One of `NOTEBOOKS`.
    tag : {"en", "zh-CN"}
        Its language.
    package : Path, optional
        The folder of the package; that of the running one, if left out.
    """
    home = Path(__file__).resolve().parents[1] if package is None else package
    wheel = home / "_templates"
    if wheel.is_dir():
        return wheel / tag / f"{name}.ipynb"
    return home.parents[1].joinpath("notebooks", *(() if tag == "en" else ("zh",)), "templates", f"{name}.ipynb")


@app.command()
@guarded
def new(
    template: Annotated[
        str | None, typer.Argument(help="A notebook or a survey to start from. 作为起点的笔记本或问卷。")
    ] = None,
    folder: Annotated[Path | None, typer.Argument(help="Where to put it: here if left out. 放入的文件夹。")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write, if not TEMPLATE or ID. 输出文件。")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="The id of the new survey. 新问卷的 id。")] = None,
    tongue: Annotated[str | None, typer.Option("--language", help="Of a notebook: en or zh-CN. 笔记本的语言。")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there. 覆盖已有文件。")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List what there is. 列出全部模板。")] = False,
) -> None:
    """Copy a notebook to work in, or a survey, into one's own folder. 把笔记本或问卷模板复制到自己的文件夹。"""  # noqa: D400
    if tongue is not None:
        set_language(tongue)
    if listed or template is None:
        typer.echo(_list())
        return
    if folder is not None and out is not None:
        raise CloseloopError(message("templates.folder_or_out"))
    place = Path() if folder is None else folder
    name = template.removesuffix(".ipynb")
    if name in NOTEBOOKS:
        if id_ is not None:
            raise CloseloopError(message("templates.no_id", name=name))
        target = _free(out or place / f"{name}.ipynb", force=force)
        _write(target, _without_results(notebook_file(name, language()).read_text(encoding="utf-8")))
        typer.echo(str(message("templates.copied", file=target)))
        return
    source = _survey_file(template)
    target, text = _survey(source, out, place, id_)
    _write(_free(target, force=force), text)
    typer.echo(str(message("cli.started", file=target, template=_id_of(source))))


def _free(target: Path, *, force: bool) -> Path:
    if target.is_dir() or (target.exists() and not force):
        raise CloseloopError(message("cli.exists", file=target))
    return target


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")


def _without_results(text: str) -> str:
    """Return a notebook as one that was never run: figures of the sample must not pass for one's own."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _survey_file(template: str) -> Path:
    from closeloop.survey.load import SUFFIX, shipped_folder, shipped_names
    from closeloop.survey.shipped import definition_file

    if not Path(template).is_file() and template not in shipped_names():
        names = (*NOTEBOOKS, *shipped_names())
        near = dict.fromkeys((*closest(template.replace("-", "_"), NOTEBOOKS), *closest(template, names), *names))
        raise CloseloopError(message("templates.unknown", name=template, names=", ".join(near)))
    return definition_file(template, shipped_folder(), SUFFIX, "survey")


def _survey(source: Path, out: Path | None, place: Path, id_: str | None) -> tuple[Path, str]:
    """Return where a survey of one's own is to be, and its text: the comments stay, the id is its own."""
    from closeloop.survey.load import SUFFIX, load_survey
    from closeloop.survey.validate import build
    from closeloop.survey.yaml_text import parsed_document

    name = id_ or (out.name.removesuffix(SUFFIX) if out is not None else load_survey(source).id)
    target = place / f"{name}{SUFFIX}" if out is None else out
    lines = source.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("# yaml-language-server:")]
    text = "\n".join(re.sub(r"^id:.*$", f"id: {name}", line) for line in kept) + "\n"
    build(parsed_document(text, str(target)))
    return target, text


def _id_of(source: Path) -> str:
    from closeloop.survey.load import SUFFIX

    return source.name.removesuffix(SUFFIX)


def _list() -> str:
    """Return what there is to start from, and how."""
    from closeloop.survey.load import load_survey, shipped_names

    notebooks = {name: message(f"templates.{name}") for name in NOTEBOOKS}
    surveys = {name: load_survey(name).title for name in shipped_names()}
    width = max(map(len, (*notebooks, *surveys)))
    blocks = [
        "\n".join([str(head), *(f"  {name.ljust(width)}  {about}" for name, about in entries.items())])
        for head, entries in (
            (message("templates.notebooks"), notebooks),
            (message("templates.surveys"), surveys),
        )
    ]
    return "\n\n".join([*blocks, str(message("templates.usage"))])
