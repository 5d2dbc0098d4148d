"""Progress of long reads: a bar at a terminal or in a notebook, for files that take a while; silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from closeloop.responses.source import Progress
from closeloop.text import message

_LARGE = 32 << 20
_PASSES = 2


@contextmanager
def shown_progress(source: Any, wanted: bool | None) -> Iterator[Progress | None]:
    """Give a function to report progress to, or None where nobody is looking or the file is small."""
    if wanted is None:
        watched = sys.stderr.isatty() or "ipykernel" in sys.modules
        wanted = watched and isinstance(source, Path) and source.is_file() and source.stat().st_size >= _LARGE
    if not wanted or not isinstance(source, Path):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    layout = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*layout, console=Console(stderr=True)) as bar:
        task = bar.add_task(str(message("responses.reading", file=source.name)), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class ImportBar:
    """How far files have come that are gone through twice: bytes, rows read, the time left; or silence."""

    def __init__(self, bar: Any = None, task: Any = None) -> None:
        self._bar, self._task = bar, task
        self._before = 0
        self._rows = 0

    @contextmanager
    def pass_of(self, path: Path) -> Iterator[None]:
        """Count one going through a file."""
        yield
        self._before += path.stat().st_size
        self.progress(0, 0)

    def progress(self, done: int, total: int) -> None:  # noqa: ARG002  (as `Progress` is called)
        """Take the bytes done of the present file."""
        if self._bar is not None:
            self._bar.update(self._task, completed=self._before + done)

    def read(self, rows: int) -> None:
        """Take the number of rows that were read since the last call."""
        self._rows += rows
        if self._bar is not None:
            self._bar.update(self._task, description=str(message("stored.rows_read", n=f"{self._rows:,}")))


@contextmanager
def shown_import(paths: Sequence[Path], wanted: bool | None) -> Iterator[ImportBar]:
    """Give a bar over all files, where somebody looks at a terminal or a notebook."""
    if wanted is None:
        wanted = sys.stderr.isatty() or "ipykernel" in sys.modules
    if not wanted:
        yield ImportBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    total = _PASSES * sum(path.stat().st_size for path in paths)
    layout = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*layout, console=Console(stderr=True)) as bar:
        looking = str(message("stored.looking", files=", ".join(path.name for path in paths)))
        yield ImportBar(bar, bar.add_task(looking, total=total))
