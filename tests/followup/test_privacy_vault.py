"""The vault: what is sealed opens for those who hold the key file, where it was written, and for nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.errors import StoreError
from closeloop.followup.loop.opening import open_loop
from closeloop.followup.privacy.keyring import KeyRing
from closeloop.followup.privacy.vault import ERASED, NO_KEY, NO_KEY_FILE, PURGED, READABLE, SealedKey, Vault
from closeloop.text import set_language

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
WORDS = {"words": "没有人给我回电话。", "contact": "lily@example.com"}


@pytest.fixture
def vault() -> Iterator[Vault]:
    with KeyRing.open(":memory:") as ring:
        yield Vault(ring, key_file="loop.sqlite.keys")


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(st.characters(exclude_categories=["Cs"]))))
def test_whatever_is_sealed_comes_back(texts: dict[str, str]) -> None:
    with KeyRing.open(":memory:") as ring:
        vault = Vault(ring)
        key_id, sealed = vault.seal("S-1", texts)
        assert vault.open(key_id, sealed) == texts


def test_half_a_character_is_no_reason_to_lose_a_text(vault: Vault) -> None:
    key_id, sealed = vault.seal("S-1", {"words": "a\ud83d b\x00"})
    assert vault.open(key_id, sealed)["words"].startswith("a")


def test_the_same_text_sealed_twice_does_not_look_the_same(vault: Vault) -> None:
    first, second = vault.seal("S-1", WORDS), vault.seal("S-1", WORDS)
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert b"example" not in first[1]


def test_a_person_has_one_key_and_two_persons_have_two(vault: Vault) -> None:
    assert vault.seal("S-1", WORDS)[0] != vault.seal("S-2", WORDS)[0]


def test_a_text_opens_only_where_it_was_written(vault: Vault) -> None:
    key_id, sealed = vault.seal("S-1", WORDS, bound_to="C-1/3")
    assert vault.open(key_id, sealed, bound_to="C-1/3") == WORDS
    for place in ("C-1/4", "C-2/3", ""):
        with pytest.raises(StoreError, match="not where it was written"):
            vault.open(key_id, sealed, bound_to=place)


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_an_altered_text_is_not_shown(vault: Vault, place: int) -> None:
    key_id, sealed = vault.seal("S-1", WORDS)
    altered = bytearray(sealed)
    altered[place] ^= 1
    with pytest.raises(StoreError, match="was altered"):
        vault.open(key_id, bytes(altered))


@pytest.mark.parametrize("length", [1, 5, 12, 13, 20])
def test_a_cut_off_text_is_not_shown(vault: Vault, length: int) -> None:
    key_id, sealed = vault.seal("S-1", WORDS)
    with pytest.raises(StoreError, match="was altered"):
        vault.open(key_id, sealed[:length])


def test_private_text_must_be_about_somebody(vault: Vault) -> None:
    with pytest.raises(ValueError, match="subject_id is empty"):
        vault.seal("", WORDS)


def test_each_reason_why_a_text_cannot_be_read_has_its_own_words(vault: Vault) -> None:
    key_id, sealed = vault.seal("S-1", WORDS)
    masked = Vault(None, vault.public_key, "loop.sqlite.keys")
    assert vault.state(key_id, sealed) == READABLE
    assert masked.state(key_id, sealed) == NO_KEY_FILE
    assert vault.state(key_id, None) == PURGED
    assert vault.state("K-other", sealed) == NO_KEY
    with pytest.raises(StoreError, match=r"loop\.sqlite\.keys is not there"):
        masked.open(key_id, sealed)
    with pytest.raises(StoreError, match="taken out of the register"):
        vault.open(key_id, None)
    with pytest.raises(StoreError, match="older copy"):
        vault.open("K-other", sealed)
    vault.forget("S-1", at=NOON)
    assert vault.state(key_id, sealed) == ERASED
    with pytest.raises(StoreError, match="Erased on 2026-07-01") as caught:
        vault.open(key_id, sealed)
    set_language("zh-CN")
    assert str(caught.value).startswith("已于 2026-07-01 删除")


def test_without_the_key_file_new_text_waits_for_it_and_opens_afterwards(vault: Vault) -> None:
    masked = Vault(None, vault.public_key)
    key_id, sealed = masked.seal("S-1", WORDS, bound_to="C-1/1")
    (waiting,) = masked.new_keys()
    assert masked.new_keys() == ()
    assert (waiting.key_id, waiting.subject_id) == (key_id, "S-1")
    assert vault.state(key_id, sealed) == NO_KEY
    assert vault.take_in([waiting]) == 1
    assert vault.take_in([waiting]) == 0
    assert vault.open(key_id, sealed, bound_to="C-1/1") == WORDS


def test_a_waiting_key_opens_with_the_key_of_its_own_loop_only_and_unaltered(vault: Vault) -> None:
    masked = Vault(None, vault.public_key)
    masked.seal("S-1", WORDS)
    (waiting,) = masked.new_keys()
    with KeyRing.open(":memory:") as ring, pytest.raises(StoreError, match="sealed for another loop"):
        Vault(ring).take_in([waiting])
    for altered in (
        SealedKey(key_id=waiting.key_id, subject_id="S-2", sealed=waiting.sealed),
        SealedKey(key_id="K-2", subject_id="S-1", sealed=waiting.sealed),
        SealedKey(key_id=waiting.key_id, subject_id="S-1", sealed=waiting.sealed[:-1]),
        SealedKey(key_id=waiting.key_id, subject_id="S-1", sealed=b""),
    ):
        with pytest.raises(StoreError, match="was altered"):
            vault.take_in([altered])


def test_without_the_key_file_nobody_can_be_forgotten(vault: Vault) -> None:
    with pytest.raises(StoreError, match="needs the key file"):
        Vault(None, vault.public_key, "loop.keys").forget("S-1", at=NOON)


def test_a_vault_needs_a_key_of_some_kind() -> None:
    with pytest.raises(ValueError, match="needs the loop’s public key"):
        Vault(None)


def test_a_loop_without_its_key_file_works_masked_and_loses_nothing(tmp_path: Path) -> None:
    file, keys, away = (tmp_path / name for name in ("loop.sqlite", "loop.sqlite.keys", "away.keys"))
    now = "2026-07-01T09:00+08:00"
    said = {"channel": "phone", "received_at": "2026-07-01T08:30+08:00", "subject": "4711"}
    with open_loop(file, actor="li", now=now) as loop:
        first = loop.open_case(words="The parcel came late.", **said).case_id
    keys.rename(away)
    with open_loop(file, actor="wang", now=now) as loop:
        assert "masked" in repr(loop)
        second = loop.open_case(words="Still no parcel.", **said)
        second.assign(owner="wang")
        for case in (first, second.case_id):
            with pytest.raises(StoreError, match="is not there"):
                loop.reveal(case, "curious")
        assert loop.verify().is_intact
        assert loop.cases()["subject_id"].nunique() == 1
    assert not keys.exists()
    with pytest.raises(StoreError, match="is not there"):
        open_loop(file, key_file=keys)
    away.rename(keys)
    with open_loop(file, actor="li", now=now) as loop:
        assert loop.reveal(first, "calling back")["words"] == "The parcel came late."
        assert loop.reveal(second, "calling back")["words"] == "Still no parcel."
        with loop._desk.store.reading() as tx:
            assert tx.sealed_keys() == []
        assert loop.verify().is_intact


def test_a_read_only_key_file_reads_and_what_is_new_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, now = tmp_path / "loop.sqlite", "2026-07-01T09:00+08:00"
    said = {"channel": "phone", "received_at": "2026-07-01T08:30+08:00", "subject": "4711"}
    with open_loop(file, actor="li", now=now) as loop:
        first = loop.open_case(words="The parcel came late.", **said).case_id
    with monkeypatch.context() as patched:
        patched.setattr("closeloop.followup.privacy.keyring.os.access", lambda *_: False)
        with open_loop(file, actor="wang", now=now) as loop:
            assert loop.reveal(first, "calling back")["words"] == "The parcel came late."
            second = loop.open_case(words="Still no parcel.", **said).case_id
            with pytest.raises(StoreError, match="can only be read"):
                loop.erase(loop.case(first).state.value("subject_id"), "asked for it")
        with open_loop(file, actor="wang", now=now) as loop:
            assert len(loop.cases()) == 2
    with open_loop(file, actor="li", now=now) as loop:
        assert loop.reveal(second, "calling back")["words"] == "Still no parcel."
