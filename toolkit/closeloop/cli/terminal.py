"""The terminal: the one application, how faults are told, how work is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any

import typer

from closeloop.errors import CloseloopError
from closeloop.text import set_language

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Customer feedback from a survey file to a closed loop. 从问卷到闭环的客户反馈。",
)

FINDINGS, WRONG = 1, 2
"""Exit codes: something was found; wrong use or unreadable input."""


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what is wrong with the input into a message and exit code 2."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except (CloseloopError, OSError, ValueError) as error:
            typer.echo(f"closeloop: {error}", err=True)
            raise typer.Exit(WRONG) from error

    return run


@contextmanager
def working(text: str) -> Iterator[None]:
    """Show that something is going on, where somebody is looking."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


@app.callback()
def _language(
    language: Annotated[str | None, typer.Option(help="en or zh-CN. 语言。", envvar="CLOSELOOP_LANGUAGE")] = None,
) -> None:
    if language:
        try:
            set_language(language)
        except ValueError as error:
            typer.echo(f"closeloop: {error}", err=True)
            raise typer.Exit(WRONG) from error
