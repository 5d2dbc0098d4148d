"""Run as a program: one person at work on a loop, logging to the disk each thing that was recorded.

``python loop_writer.py URL KEY_FILE LOG WRITER COMMANDS``
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from closeloop.followup.loop.opening import open_loop


def work(url: str, key_file: str, log: str, writer: str, n_commands: str) -> None:
    """Go on behind the last that is in the log; what was recorded but not logged is not said again."""
    done = len(Path(log).read_bytes().splitlines()) if Path(log).exists() else 0
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_loop(url, actor=f"writer {writer}", key_file=key_file) as loop:
        for number in range(done + 1, int(n_commands) + 1):
            case = loop.case(1 + number % 3)
            source = f"{writer}/{number}"
            if source not in [fact.get("source") for fact in case.state.added("facts")]:
                case.add_fact(text=f"said by {source}", source=source, date="2026-06-30")
            os.write(stream, f"{source}\n".encode())
            os.fsync(stream)


if __name__ == "__main__":
    work(*sys.argv[1:])
