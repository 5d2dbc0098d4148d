"""``closeloop app``: board, form and retrospective as pages on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from closeloop.app.settings import TOKEN_VARIABLE, Settings, pages_of
from closeloop.cli.followup import KeyFile
from closeloop.cli.terminal import app, guarded
from closeloop.errors import CloseloopError
from closeloop.text import language as language_in_use
from closeloop.text import message, set_language

LEAST = 16
"""So many characters a token has at least: one that people make up is guessed."""


@app.command("app")
@guarded
def serve_app(
    loop: Annotated[
        str | None,
        typer.Option("--loop", help="The loop: a file, or a PostgreSQL URL. 闭环台账：文件或 PostgreSQL 地址。"),
    ] = None,
    key_file: KeyFile = None,
    survey: Annotated[str | None, typer.Option(help="A shipped survey's name, or a path. 问卷名称或路径。")] = None,
    to: Annotated[
        Path | None, typer.Option(help="Response file of the form; the loop, if left out. 答卷文件，默认写入台账。")
    ] = None,
    board: Annotated[bool, typer.Option("--board", help="Serve the board. 提供看板。")] = False,
    form: Annotated[bool, typer.Option("--form", help="Serve the form. 提供问卷。")] = False,
    retrospective: Annotated[bool, typer.Option("--retrospective", help="Serve the retrospective. 提供复盘。")] = False,
    since: Annotated[str | None, typer.Option(help="The retrospective's start. 复盘的起始时间。")] = None,
    mode: Annotated[
        str | None,
        typer.Option(help="Who fills in the form: self, kiosk (the form alone) or interview. 填写方式。"),
    ] = None,
    actor: Annotated[str, typer.Option(help="Who works with the board. 操作人。")] = "",
    timezone: Annotated[
        str, typer.Option(help="In which times without a zone are read, such as Asia/Shanghai. 时区。")
    ] = "",
    language: Annotated[str | None, typer.Option(help="en or zh-CN. 语言。")] = None,
    theme: Annotated[str, typer.Option(help="light or dark; the system's, if left out. 浅色或深色。")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free. 端口，0 为自动。")] = 8866,
    token: Annotated[
        str | None, typer.Option(envvar=TOKEN_VARIABLE, help="A random one, if left out. 令牌，默认随机。")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser. 不打开浏览器。")] = False,
) -> None:
    """Serve board, form and retrospective as pages on this machine, behind a token. 在本机以网页方式使用。"""  # noqa: D400
    if language:
        set_language(language)
    if find_spec("voila") is None:
        raise CloseloopError(message("app.not_installed"))
    if theme not in {"", "light", "dark"}:
        raise ValueError(message("app.unknown_theme", theme=theme))
    if token is not None and len(token) < LEAST:
        raise ValueError(message("app.weak_token", n=len(token), least=LEAST))
    asked = {name for name, wanted in (("board", board), ("form", form), ("retrospective", retrospective)) if wanted}
    pages, chosen = pages_of(asked, mode, loop=loop or "", survey=survey or "")
    settings = Settings(
        pages=pages, mode=chosen, language=language_in_use(), theme=theme, actor=actor,
        since=since or "", timezone=timezone,
        loop=_absolute(loop), key_file=_absolute(key_file), survey=_survey(survey), to=_absolute(to),
    )  # fmt: skip
    _check(settings)
    from closeloop.app.server import serve

    serve(settings, port=port, token=token, browser=not no_browser, tell=typer.echo)


def _check(settings: Settings) -> None:
    """Open once what the pages will open, so that what is wrong is said here and not to a customer."""
    from closeloop.followup.loop.moments import Clockwork
    from closeloop.followup.loop.opening import open_loop
    from closeloop.survey.load import load_survey

    if settings.since:
        Clockwork(timezone=settings.timezone).read(settings.since)
    if settings.loop:
        open_loop(settings.loop, key_file=settings.key_file or None, timezone=settings.timezone, create=False).close()
    if settings.survey:
        load_survey(settings.survey)


def _absolute(place: str | Path | None) -> str:
    """Return a path that means the same from the folder of the kernels; a URL stays as it is."""
    if place is None or "://" in str(place):
        return str(place or "")
    return str(Path(place).absolute())


def _survey(name_or_path: str | None) -> str:
    """Return a survey's file as a path that means the same everywhere; a shipped survey's name stays as it is."""
    return _absolute(name_or_path) if name_or_path and Path(name_or_path).is_file() else name_or_path or ""
