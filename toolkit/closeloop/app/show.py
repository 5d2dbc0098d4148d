"""What a page shows, made in its kernel."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.app.settings import BOARD, FORM, RETROSPECTIVE, Settings, language_of
from closeloop.text import set_language

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop


def show(page: str) -> Any:
    """Return what a page shows; what is wrong is told in the terminal, for it may name files.

    The kernel starts in the app's private folder and reads there what the app serves; the address tells the language.
    """
    logging.getLogger("Comm").setLevel(logging.ERROR)  # Voila's page takes leave of a channel that it never opened
    settings = Settings.load(Path.cwd())
    set_language(language_of(os.environ.get("QUERY_STRING", ""), settings))
    try:
        return _PAGES[page](settings)
    except Exception as fault:  # any at all: Voila's page hides it, so the terminal says it, and it is raised again
        print(f"closeloop app, {page}: {type(fault).__name__}: {fault}", file=sys.stderr, flush=True)
        raise


def _loop(settings: Settings) -> Loop:
    from closeloop.followup.loop.opening import open_loop

    return open_loop(
        settings.loop,
        actor=settings.actor or None,
        key_file=settings.key_file or None,
        timezone=settings.timezone,
        create=False,
    )


def _board(settings: Settings) -> Any:
    board = _loop(settings).board()
    board.alone = True
    return board


def _retrospective(settings: Settings) -> Any:
    with _loop(settings) as loop:
        return loop.retrospective(settings.since or None)


def _form(settings: Settings) -> Any:
    from closeloop.survey.load import load_survey

    to = settings.to or (_loop(settings) if settings.loop else None)
    form = load_survey(settings.survey).form(to=to, mode=settings.mode)
    form.alone = True
    return form


_PAGES: dict[str, Callable[[Settings], Any]] = {FORM: _form, BOARD: _board, RETROSPECTIVE: _retrospective}
