"""Run as a program: people at work on one loop, killed in the middle of it and started again until all are done.

``python loop_writer.py URL KEY_FILE FOLDER WRITERS COMMANDS KILLS SEED``: each logs to ``FOLDER/<writer>.log``, down to
the disk, what was recorded. What the program prints is how many were killed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from closeloop.followup.loop.opening import open_loop


def work(url: str, key_file: str, log: Path, writer: int, n_commands: int) -> None:
    """Go on behind the last that is in the log; what was recorded but not logged is not said again."""
    done = n_logged(log)
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_loop(url, actor=f"writer {writer}", key_file=key_file) as loop:
        for number in range(done + 1, n_commands + 1):
            case = loop.case(1 + number % 3)
            source = f"{writer}/{number}"
            if source not in [fact.get("source") for fact in case.state.added("facts")]:
                case.add_fact(text=f"said by {source}", source=source, date="2026-06-30")
            os.write(stream, f"{source}\n".encode())
            os.fsync(stream)


def n_logged(log: Path) -> int:
    """Return how much a writer has logged."""
    return len(log.read_bytes().splitlines()) if log.exists() else 0


def main(url: str, key_file: str, folder: str, n_writers: str, n_commands: str, n_kills: str, seed: str) -> None:
    chance = random.Random(int(seed))
    logs = [Path(folder, f"{writer}.log") for writer in range(int(n_writers))]
    running: dict[int, int] = {}
    moments: dict[int, tuple[int, float]] = {}
    killed = 0

    def start(writer: int) -> None:
        pid = os.fork()
        if pid == 0:
            work(url, key_file, logs[writer], writer, int(n_commands))
            sys.exit(0)
        running[pid] = writer
        # So much behind its start it is killed, and a moment later: while it writes, as soon as between two commands.
        moments[pid] = n_logged(logs[writer]) + chance.randint(0, int(n_commands) // 5), chance.uniform(0, 0.05)

    for writer in range(int(n_writers)):
        start(writer)
    while running:
        time.sleep(0.005)
        for pid, writer in list(running.items()):
            behind, moment = moments[pid]
            how = os.WNOHANG
            if killed < int(n_kills) and n_logged(logs[writer]) > behind:
                time.sleep(moment)
                os.kill(pid, signal.SIGKILL)
                how = 0  # until it has ended: nobody is killed twice
            ended, status = os.waitpid(pid, how)
            if not ended:
                continue
            del running[pid]
            if os.WIFSIGNALED(status):
                killed += 1
                start(writer)
            elif status:
                sys.exit(f"writer {writer} failed")
    print(killed)


if __name__ == "__main__":
    main(*sys.argv[1:])
