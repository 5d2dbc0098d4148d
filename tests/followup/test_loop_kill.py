"""Two people at work on one loop whose kernels are killed: whatever was recorded is there once, and can be read."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import closeloop as cl

WRITERS, COMMANDS, KILLS = 2, 40, 3


@pytest.mark.parametrize("database", ["file", "postgresql"])
def test_nothing_that_was_recorded_is_lost_doubled_or_unreadable(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = str(tmp_path / "loop.sqlite") if database == "file" else request.getfixturevalue("postgres_url")
    keys = tmp_path / "loop.keys"
    with cl.open_loop(url, actor="li", key_file=keys) as loop:
        for _ in range(3):
            loop.open_case(words="Late again.", channel="phone", received_at="2026-06-30T09:00+08:00")
    program = [sys.executable, str(Path(__file__).with_name("loop_writer.py")), url, str(keys), str(tmp_path)]
    seed = random.randrange(10**6)
    numbers = [str(number) for number in (WRITERS, COMMANDS, KILLS, seed)]
    run = subprocess.run([*program, *numbers], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, f"seed {seed}: {run.stderr}"
    assert int(run.stdout) >= WRITERS, f"seed {seed}: hardly anybody was killed, so nothing was tried"
    logged = [line for writer in range(WRITERS) for line in (tmp_path / f"{writer}.log").read_text().splitlines()]
    with cl.open_loop(url, actor="li", key_file=keys) as loop:
        said = Counter(fact.get("source") for number in (1, 2, 3) for fact in loop.case(number).state.added("facts"))
        assert set(logged) <= set(said)
        assert said == Counter(f"{writer}/{number}" for writer in range(WRITERS) for number in range(1, COMMANDS + 1))
        assert loop.verify().is_intact
        for number in (1, 2, 3):
            texts = loop.reveal(loop.case(number).case_id, reason="test").texts
            assert {str.__str__(each.text) for each in texts if each.type == "FactAdded"} == {
                f"said by {fact.get('source')}" for fact in loop.case(number).state.added("facts")
            }
