"""Several at once, and a step that is cut off: nothing twice, nothing lost, and no key without its text."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.followup.loop.desk import Desk
from closeloop.followup.privacy.keyring import KeyRing
from closeloop.followup.privacy.vault import Vault

NOW = "2026-07-01T09:00+08:00"
RECEIVED = "2026-07-01T08:30+08:00"


def opened(place: str | Path, **how: Any) -> cl.Loop:
    return cl.open_loop(place, **({"actor": "li", "now": NOW} | how))


def answers(n: int) -> pd.DataFrame:
    return pd.DataFrame({
        "response_id": [f"r{i}" for i in range(n)], "respondent_id": [f"c{i}" for i in range(n)],
        "answered_at": ["2026-06-01T00:00:00Z"] * n, "recommend": ["0"] * n, "why": ["bad"] * n,
    })  # fmt: skip


def test_keys_made_without_the_key_file_stay_with_the_thread_that_made_them() -> None:
    with KeyRing.open(":memory:") as ring:
        vault = Vault(None, ring.public_key)
        key_id, _ = vault.seal("S-1", {"words": "mine"})
        others: list[object] = []
        thread = threading.Thread(target=lambda: others.extend(vault.new_keys()))
        thread.start()
        thread.join()
        assert others == []
        assert [key.key_id for key in vault.new_keys()] == [key_id]
        assert vault.new_keys() == ()


@pytest.mark.parametrize("masked", [False, True])
def test_a_triage_that_is_broken_off_leaves_nothing_and_can_be_done_again(
    masked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, keys = tmp_path / "loop.sqlite", tmp_path / "loop.sqlite.keys"
    opened(place).close()
    if masked:
        keys.rename(tmp_path / "elsewhere")
    made, calls = Desk.rows, 0

    def broken_off(self: Desk, *more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 7:
            raise KeyboardInterrupt
        return made(self, *more)

    with opened(place) as loop:
        with monkeypatch.context() as patched:
            patched.setattr(Desk, "rows", broken_off)
            with pytest.raises(KeyboardInterrupt):
                loop.triage(cl.read_responses(answers(12), "relationship-nps"))
        assert loop.cases().empty
        assert loop.triage(cl.read_responses(answers(12), "relationship-nps")).n_opened == 12
        assert loop.cases()["number"].tolist() == list(range(1, 13))
        assert loop.verify().is_intact
    if masked:
        (tmp_path / "elsewhere").rename(keys)
    with opened(place) as loop:
        for number in range(1, 13):
            assert "bad" in [str.__str__(each.text) for each in loop.reveal(number, "call back").texts if each.text]


def test_two_loops_and_four_threads_write_every_case_once(lasting_url: str, tmp_path: Path) -> None:
    keys = tmp_path / "loop.keys"
    with opened(lasting_url, key_file=keys) as one, opened(lasting_url, key_file=keys) as other:
        faults: list[Exception] = []

        def work(loop: cl.Loop, who: str) -> None:
            try:
                for _ in range(4):
                    case = loop.open_case("It broke.", "phone", RECEIVED, actor=who)
                    case.assign(owner=who)
                    loop.case(case.number).add_fact(text="seen", source=who, actor=who)
            except cl.CloseloopError as error:
                faults.append(error)

        threads = [
            threading.Thread(target=work, args=(loop, who))
            for loop, who in ((one, "an"), (one, "bo"), (other, "chen"), (other, "du"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        cases = other.cases()
        assert sorted(cases["number"]) == list(range(1, 17))
        assert cases["owner"].value_counts().to_dict() == {"an": 4, "bo": 4, "chen": 4, "du": 4}
        assert one.verify().is_intact


def test_an_alert_that_opens_a_case_does_so_within_its_own_transaction(lasting_url: str, tmp_path: Path) -> None:
    with opened(lasting_url, key_file=tmp_path / "loop.keys", now="2026-07-01T20:00+08:00") as loop:
        for day in range(1, 29, 3):
            loop.open_case("x", "phone", f"2026-06-{day:02d}T09:00+08:00")
        for hour in range(8, 18):
            loop.open_case("x", "phone", f"2026-06-30T{hour:02d}:00+08:00", code="price")
        before = len(loop.cases())
        found = loop.watch()
        opened_now = found.loc[found["outcome"] == "case", "case_id"]
        assert len(opened_now) >= 1
        assert len(loop.cases()) == before + len(opened_now)
        assert set(opened_now) <= set(loop.cases()["case_id"])
        assert loop.watch().empty
        assert loop.verify().is_intact
