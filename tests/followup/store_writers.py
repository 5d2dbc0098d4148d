"""Run as a program: two writers on one register, killed at random moments and started again until both are done.

``python store_writers.py URL FOLDER WRITERS COMMANDS KILLS SEED`` — each writer writes its commands 1, 2, 3 … to
cases that all share, and each number to ``FOLDER/<writer>.log``, down to the disk, once it is committed. What it prints
is how often a writer was killed.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import time
from pathlib import Path

from closeloop.followup.event import CaseEvent
from closeloop.followup.store.store import Store

N_CASES = 40


def write(url: str, log: Path, writer: int, n_commands: int) -> None:
    """Go on behind the last command that is in the log; one that was committed but not logged is not done again."""
    logged = len(log.read_bytes().splitlines()) if log.exists() else 0
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with Store.open(url) as store:
        for command in range(logged + 1, n_commands + 1):
            case_id = f"C-{command % N_CASES}"
            payload = {"writer": writer, "command": command}
            with store.writing() as tx:
                events = tx.events(case_id)
                if payload not in [event.payload for event in events]:
                    now = dt.datetime.now(dt.UTC)
                    seq = len(events) + 1
                    event = CaseEvent(
                        case_id=case_id, seq=seq, type="FactAdded", at=now, recorded_at=now, actor=f"writer {writer}",
                        payload=payload, sealed=os.urandom(40), key_id="k",
                    )  # fmt: skip
                    tx.append(case_id, seq - 1, [event])
                    tx.project({"case_id": case_id, "version": seq}, [])
            os.write(stream, f"{command}\n".encode())
            os.fsync(stream)


def main(url: str, folder: str, n_writers: str, n_commands: str, n_kills: str, seed: str) -> None:
    chance = random.Random(int(seed))
    running: dict[int, int] = {}
    when: dict[int, float] = {}
    killed = dict.fromkeys(range(int(n_writers)), 0)

    def start(writer: int) -> None:
        pid = os.fork()
        if pid == 0:
            write(url, Path(folder, f"{writer}.log"), writer, int(n_commands))
            sys.exit(0)
        running[pid] = writer
        when[pid] = time.monotonic() + chance.uniform(0.01, 0.4)

    for writer in killed:
        start(writer)
    while running:
        time.sleep(0.005)
        for pid, writer in list(running.items()):
            if time.monotonic() > when[pid] and killed[writer] < int(n_kills):
                os.kill(pid, signal.SIGKILL)
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del running[pid]
            if os.WIFSIGNALED(status):
                killed[writer] += 1
                start(writer)
            elif status:
                sys.exit(f"writer {writer} failed")
    print(sum(killed.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
