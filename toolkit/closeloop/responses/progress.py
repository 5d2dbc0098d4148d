"""Progress of long reads: a bar at a terminal or in a notebook, for files that take a while; silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from closeloop.responses.source import Progress
from closeloop.text import message

_LARGE = 32 << 20


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
