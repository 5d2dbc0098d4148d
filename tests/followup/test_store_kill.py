"""Two processes write to one register and are killed again and again: nothing that was confirmed is lost or doubled."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from closeloop.followup.store.store import Store

WRITERS, COMMANDS, KILLS = 2, 500, 6


def test_what_was_confirmed_is_there_once_whoever_is_killed(lasting_url: str, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    program = [sys.executable, str(Path(__file__).with_name("store_writers.py"))]
    run = subprocess.run(
        [*program, lasting_url, str(tmp_path), str(WRITERS), str(COMMANDS), str(KILLS), str(seed)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, f"seed {seed}: {run.stderr}"
    assert int(run.stdout) >= WRITERS, f"seed {seed}: hardly anybody was killed, so nothing was tried"
    logged = {
        (writer, int(line))
        for writer in range(WRITERS)
        for line in (tmp_path / f"{writer}.log").read_text(encoding="ascii").splitlines()
    }
    with Store.open(lasting_url, create=False) as store:
        with store.reading() as tx:
            written = Counter((e.payload["writer"], e.payload["command"]) for e in tx.all_events())
        assert logged <= set(written)
        assert set(written) == {(w, c) for w in range(WRITERS) for c in range(1, COMMANDS + 1)}
        assert set(written.values()) == {1}
        found = store.verify()
        assert found.is_intact, str(found)
        assert found.n_events == WRITERS * COMMANDS
