"""Forgetting a person: nothing of their words nor of their keys is left anywhere, and the figures stay as they were."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from closeloop.errors import StoreError
from closeloop.followup.loop.loop import Loop
from closeloop.followup.loop.opening import open_loop
from closeloop.followup.privacy.profile import Profile
from closeloop.followup.privacy.reveal import ERASED
from closeloop.followup.store.store import Store
from closeloop.text import set_language

NOW = "2026-07-01T09:00+08:00"
WORDS = "Quokka parcel never arrived, zebra desk hung up"
CONTACT = "王小明，quokka@example.com"
TOLD = "Xylophone refund was promised"
NEEDLES = ("Quokka", "quokka@", "zebra desk", "Xylophone", "王小明", "13800138000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "team"
    made.mkdir()
    return made


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "loop.sqlite"


def opened(file: Path, **more: Any) -> Loop:
    return open_loop(file, actor="li", now=NOW, **more)


def subject_of(loop: Loop, case_id: str) -> str:
    return str(loop.case(case_id).state.value("subject_id"))


def open_case(loop: Loop, words: str = WORDS, subject: str | None = "4711", **more: Any) -> str:
    said = {"channel": "phone", "received_at": "2026-07-01T08:30+08:00", "subject": subject, **more}
    return loop.open_case(words=words, **said).case_id


def lively_case(loop: Loop) -> str:
    """Open a case with private texts of several kinds, some typed where none belong."""
    case_id = open_case(loop, contact=CONTACT)
    case = loop.case(case_id)
    case.assign(owner="li")
    case.customer_message(channel="phone", words=TOLD, at="2026-07-01T08:45+08:00")
    case.add_task(what="王小明 13800138000 回电", owner="li", due_on="2026-07-03")
    return case_id


def crowd(loop: Loop, n: int = 12) -> list[str]:
    """Open cases of other people, so that there is something to count."""
    return [open_case(loop, f"Other person number {i}", f"c{i}") for i in range(n)]


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def found(folder: Path, needles: tuple[bytes, ...]) -> list[tuple[str, bytes]]:
    return [(name, n) for name, content in bytes_below(folder).items() for n in needles if n in content]


def figures(loop: Loop) -> str:
    return json.dumps(loop.measure(now="2026-07-02T09:00+08:00").to_dict(), ensure_ascii=False, sort_keys=True)


def keys_of(loop: Loop, subject_id: str) -> tuple[bytes, ...]:
    ring = loop._desk.vault.keyring
    assert ring is not None
    keys = [ring.key(key_id) for key_id in ring.key_ids(subject_id)]
    return tuple(key.secret for key in keys if key is not None)


def test_after_erasure_nothing_is_left_of_the_person_and_the_figures_stay(file: Path, folder: Path) -> None:
    needles = tuple(text.encode() for text in NEEDLES)
    with opened(file) as loop:
        others = crowd(loop)
        case_id = lively_case(loop)
        subject_id = subject_of(loop, case_id)
        profile = Profile(subject_id=subject_id).noting(
            "nickname", "Quokka", purposes=("service",), ground="contract", source="desk", at=loop._desk.clock.now()
        )
        loop.keep_profile(profile)
        secrets = keys_of(loop, subject_id)
        assert len(secrets) == 1
        assert {name for name, _ in found(folder, secrets)} == {"loop.sqlite.keys"}
        revealed = loop.reveal(case_id, "calling back")
        data, metadata = revealed._repr_mimebundle_()
        shown = {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": metadata}
        cells = [{"cell_type": "code", "metadata": {}, "source": "loop.reveal(1, 'why')", "outputs": [shown]}]
        notebook = folder / "morning.ipynb"
        notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        loop.export(folder / "before")
        before = figures(loop)

        erasure = loop.erase(subject_id, "王先生 13800138000 asked to be forgotten")

        assert (erasure.case_ids, erasure.n_keys, erasure.n_texts) == ((case_id,), 1, 3)
        assert erasure.log_emptied
        loop.clean_notebook(notebook)
        loop.export(folder / "after")
        assert found(folder, (*needles, *secrets)) == []
        assert [n for n in secrets if n.hex().encode() in b"".join(bytes_below(folder).values())] == []
        assert figures(loop) == before
        assert loop.verify().is_intact
        texts = list(loop.reveal(case_id, "was asked"))
        assert texts
        assert all(each.gone is not None and "Erased on 2026-07-01" in each.gone.en for each in texts)
        assert loop.profile(subject_id).fields == ()
        assert loop.reveal(others[0], "calling back")["words"] == "Other person number 0"
    assert found(folder, (*needles, *secrets)) == []
    with opened(file) as loop:
        assert loop.verify().is_intact
        assert loop.rebuild() == 13
        assert figures(loop) == before


def test_the_record_says_who_when_and_why_without_the_person(file: Path) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
        loop.erase(subject_of(loop, case_id), "Mr Smith asked for it", actor="dpo")
        last = loop.case(case_id).events[-1]
    assert (last.type, last.actor, dict(last.payload)) == (ERASED, "dpo", {"reason": "[name] asked for it"})


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed_and_nothing_is_done_without(file: Path, reason: str) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
        with pytest.raises(ValueError, match="Say why"):
            loop.erase(subject_of(loop, case_id), reason)
        assert loop.reveal(case_id, "still there")["words"] == TOLD


def test_all_cases_of_a_person_and_of_nobody_else(file: Path) -> None:
    with opened(file) as loop:
        first, second, other = open_case(loop), open_case(loop, "Quokka again"), open_case(loop, "Other", "4712")
        erasure = loop.erase(subject_of(loop, first), "asked for it")
        assert set(erasure.case_ids) == {first, second}
        assert loop.reveal(other, "calling back")["words"] == "Other"


def test_what_another_person_said_in_the_same_case_stays_theirs(file: Path) -> None:
    with opened(file) as loop:
        case_id, other = open_case(loop), open_case(loop, "Other", "4712")
        desk, theirs = loop._desk, subject_of(loop, other)
        with desk.store.writing() as tx:
            before = tx.events(case_id)
            place = f"{case_id}/{len(before) + 1}"
            key_id, sealed = desk.vault.seal(theirs, {"words": "A witness"}, bound_to=place)
            said = {"channel": "phone", "words": {"private": 9}}
            new = replace(
                before[-1], seq=len(before) + 1, type="CustomerMessage", payload=said, key_id=key_id, sealed=sealed
            )
            tx.append(case_id, len(before), [new])
        loop.erase(subject_of(loop, case_id), "asked for it", purge=True)
        assert loop.reveal(other, "calling back")["words"] == "Other"
        assert loop.reveal(case_id, "calling back")["words"] == "A witness"


def test_a_key_that_this_copy_of_the_key_file_lacks_is_gone_in_every_other(file: Path, folder: Path) -> None:
    keys, whole = folder / "loop.sqlite.keys", folder / "whole.keys"
    with opened(file) as loop:
        open_case(loop, "Other", "4712")
        shutil.copy(keys, folder / "older.keys")
        case_id = lively_case(loop)
        subject_id = subject_of(loop, case_id)
        secrets = keys_of(loop, subject_id)
    shutil.move(keys, whole)
    shutil.move(folder / "older.keys", keys)
    with opened(file) as loop:
        assert loop.erase(subject_id, "asked for it").case_ids == (case_id,)
    shutil.move(whole, keys)
    with opened(file) as loop:
        assert all(each.gone is not None for each in loop.reveal(case_id, "was asked"))
    assert found(folder, secrets) == []


def test_a_case_of_an_unknown_customer_is_forgotten_by_its_own_pseudonym(file: Path, folder: Path) -> None:
    with opened(file) as loop:
        case_id = open_case(loop, subject=None)
        subject_id = subject_of(loop, case_id)
        secrets = keys_of(loop, subject_id)
        assert loop.erase(subject_id, "asked for it").case_ids == (case_id,)
        assert found(folder, secrets) == []


def test_erasing_twice_is_erasing_once(file: Path) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
        subject_id = subject_of(loop, case_id)
        loop.erase(subject_id, "asked for it")
        again = loop.erase(subject_id, "asked again")
        assert (again.case_ids, again.n_keys) == ((), 0)
        assert "had been forgotten before" in str(again)
        assert [event.type for event in loop.case(case_id).events].count(ERASED) == 1


def test_who_was_never_known_cannot_be_forgotten_and_nothing_is_written(file: Path) -> None:
    with opened(file) as loop:
        erasure = loop.erase("S-NOBODY", "asked for it")
        assert (erasure.case_ids, erasure.n_keys, erasure.n_texts) == ((), 0, 0)


def test_a_person_who_comes_back_is_somebody_new_and_can_be_forgotten_again(file: Path, folder: Path) -> None:
    with opened(file) as loop:
        first = open_case(loop)
        subject_id = subject_of(loop, first)
        loop.erase(subject_id, "asked for it")
        second = open_case(loop, TOLD)
        assert subject_of(loop, second) == subject_id
        assert loop.reveal(second, "calling back")["words"] == TOLD
        secrets = keys_of(loop, subject_id)
        assert loop.erase(subject_id, "asked again").case_ids == (second,)
        assert found(folder, secrets) == []


def test_without_the_key_file_erasing_is_refused_and_nothing_is_changed(file: Path, folder: Path) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
        subject_id = subject_of(loop, case_id)
    away = folder / "away.keys"
    (folder / "loop.sqlite.keys").rename(away)
    with opened(file) as loop:
        n = len(loop.case(case_id).events)
        with pytest.raises(StoreError, match=r"needs the key file.*Nothing was changed"):
            loop.erase(subject_id, "asked for it")
        assert len(loop.case(case_id).events) == n
        set_language("zh-CN")
        with pytest.raises(StoreError, match="需要密钥文件"):
            loop.erase(subject_id, "客户要求")
    away.rename(folder / "loop.sqlite.keys")
    with opened(file) as loop:
        assert loop.reveal(case_id, "calling back")["words"] == TOLD


def test_keys_that_wait_for_the_key_file_are_forgotten_with_the_person(file: Path, folder: Path) -> None:
    with opened(file) as loop:
        first = open_case(loop)
        subject_id = subject_of(loop, first)
    with opened(file) as loop, Store.open(file) as store:
        masked = loop._desk.vault.__class__(None, loop._desk.vault.public_key)
        masked.seal(subject_id, {"words": "Quokka once more"})
        (waiting,) = masked.new_keys()
        with store.writing() as tx:
            tx.put_sealed_key(waiting.key_id, waiting.subject_id, waiting.sealed)
        loop.erase(subject_id, "asked for it")
        assert found(folder, (waiting.sealed,)) == []
        assert loop._desk.vault.take_in([waiting]) == 0


def test_an_older_copy_of_the_key_file_does_not_bring_anybody_back(file: Path, folder: Path) -> None:
    keys, copy = folder / "loop.sqlite.keys", folder / "backup.keys"
    with opened(file) as loop:
        case_id = lively_case(loop)
        subject_id, other = subject_of(loop, case_id), open_case(loop, "Other", "4712")
        secrets = keys_of(loop, subject_id)
    shutil.copy(keys, copy)
    with opened(file) as loop:
        loop.erase(subject_id, "asked for it")
    shutil.move(copy, keys)
    with opened(file) as loop:
        (text, *_) = loop.reveal(case_id, "was asked")
        assert text.gone is not None
        assert "Erased on 2026-07-01" in text.gone.en
        assert loop.reveal(other, "calling back")["words"] == "Other"
    assert found(folder, secrets) == []


def test_another_connection_that_is_open_does_not_keep_what_was_erased(file: Path, folder: Path) -> None:
    with opened(file) as loop, opened(file) as colleague:
        case_id = lively_case(colleague)
        secrets = keys_of(loop, subject_of(loop, case_id))
        erasure = loop.erase(subject_of(loop, case_id), "asked for it")
        assert erasure.log_emptied
        assert found(folder, (*(text.encode() for text in NEEDLES), *secrets)) == []
        (text, *_) = colleague.reveal(case_id, "was asked")
        assert text.gone is not None


def test_while_somebody_reads_the_log_cannot_be_emptied_and_it_says_so(file: Path) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
    with Store.open(file, timeout_s=0.1) as store, opened(file) as loop:
        loop._desk.store = store
        reader = sqlite3.connect(file, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        first = loop.erase(subject_of(loop, case_id), "asked for it")
        assert not first.log_emptied
        assert "Erase again when they have finished" in str(first)
        with pytest.raises(StoreError):
            loop.erase(subject_of(loop, case_id), "asked for it", purge=True)
        reader.execute("COMMIT")
        reader.close()
        assert loop.erase(subject_of(loop, case_id), "asked again").log_emptied


def test_a_failure_half_way_is_completed_by_erasing_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
        subject_id = subject_of(loop, case_id)
        with monkeypatch.context() as patched:

            def full(*_: object) -> None:
                raise OSError(28, "No space left on device")

            patched.setattr("closeloop.followup.privacy.erase.note", full)
            with pytest.raises(OSError, match="No space left"):
                loop.erase(subject_id, "asked for it")
        (text, *_) = loop.reveal(case_id, "was asked")
        assert text.gone is not None  # never less is done than the record says
        assert loop.erase(subject_id, "asked for it").case_ids == (case_id,)
        assert loop.verify().is_intact


KILLED = """
import os, sys
from closeloop.followup.loop.opening import open_loop
from closeloop.followup.privacy import erase
erase.note = lambda *_: os._exit(9)
with open_loop(sys.argv[1], actor="li") as loop:
    loop.erase(sys.argv[2], "asked for it")
"""


def test_a_process_killed_half_way_leaves_a_sound_register(file: Path, folder: Path) -> None:
    with opened(file) as loop:
        case_id = lively_case(loop)
        subject_id = subject_of(loop, case_id)
        secrets = keys_of(loop, subject_id)
    run = subprocess.run([sys.executable, "-c", KILLED, str(file), subject_id], check=False, timeout=120)
    assert run.returncode == 9
    with opened(file) as loop:
        assert loop.verify().is_intact
        assert loop.erase(subject_id, "asked for it").case_ids == (case_id,)
    assert found(folder, secrets) == []


# --- purge ---


def test_a_purge_takes_the_sealed_texts_out_and_the_chain_stays_whole(file: Path) -> None:
    with opened(file) as loop:
        others = crowd(loop)
        case_id = lively_case(loop)
        before = figures(loop)
        sealed = [event.sealed for event in loop.case(case_id).events if event.sealed]
        assert all(cipher in file.read_bytes() + file.with_name("loop.sqlite-wal").read_bytes() for cipher in sealed)
        erasure = loop.erase(subject_of(loop, case_id), "asked for it", purge=True)
        assert erasure.n_purged == len(sealed) >= 2
        content = b"".join(bytes_below(file.parent).values())
        assert [cipher for cipher in sealed if cipher in content] == []
        assert loop.verify().is_intact
        assert figures(loop) == before
        texts = list(loop.reveal(case_id, "was asked"))
        assert texts
        assert all(each.gone is not None and "taken out of the register" in each.gone.en for each in texts)
        assert loop.reveal(others[0], "calling back")["words"] == "Other person number 0"
        assert loop.erase(subject_of(loop, case_id), "again", purge=True).n_purged == 0


def test_nothing_but_purging_can_change_an_event(file: Path) -> None:
    with opened(file) as loop:
        lively_case(loop)
    with sqlite3.connect(file) as raw:
        for change in ("SET payload = '{}'", "SET sealed = x'00'", "SET sealed = NULL, actor = 'nobody'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(f"UPDATE event {change}")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("DELETE FROM event")
    raw.close()


# --- every database ---


@pytest.fixture
def loop(store_url: str, tmp_path: Path) -> Iterator[Loop]:
    key_file = None if store_url == ":memory:" else tmp_path / "loop.keys"
    with open_loop(store_url, actor="li", now=NOW, key_file=key_file) as made:
        yield made


@pytest.mark.parametrize("purge", [False, True])
def test_forgetting_is_the_same_on_every_database(loop: Loop, purge: bool) -> None:
    case_id, other = lively_case(loop), open_case(loop, "Other", "4712")
    erasure = loop.erase(subject_of(loop, case_id), "asked for it", purge=purge)
    assert (erasure.case_ids, erasure.n_keys) == ((case_id,), 1)
    assert bool(erasure.n_purged) == purge
    assert all(each.gone is not None for each in loop.reveal(case_id, "was asked"))
    assert loop.reveal(other, "calling back")["words"] == "Other"
    assert loop.verify().is_intact


def test_what_was_done_is_told_in_both_languages(loop: Loop) -> None:
    case_id = lively_case(loop)
    erasure = loop.erase(subject_of(loop, case_id), "asked for it")
    assert "a legal question" in str(erasure)
    assert subject_of(loop, case_id) not in str(erasure)
    set_language("zh-CN")
    assert "属于法律问题" in str(erasure)
