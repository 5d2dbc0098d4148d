"""The key file: made once, shared by processes, never replaced in silence, and clear about what is wrong with it."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from closeloop.errors import StoreError
from closeloop.followup.privacy.data_key import fingerprint, new_data_key
from closeloop.followup.privacy.keyring import KeyRing
from closeloop.followup.privacy.vault import Vault, open_vault
from closeloop.text import set_language

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "loop.sqlite.keys"


def test_a_new_key_file_is_for_its_owner_only(path: Path) -> None:
    with KeyRing.open(path) as ring:
        ring.key_for("S-1")
        assert not ring.open_to_others
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
        assert ring.open_to_others


def test_one_file_is_all_there_is_after_writing(path: Path) -> None:
    with KeyRing.open(path) as ring:
        ring.key_for("S-1")
        assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_keys_stay_what_they_are(path: Path) -> None:
    with KeyRing.open(path, loop_id="L1") as ring:
        key, own, public = ring.key_for("S-1"), ring.fingerprint, ring.public_key
        assert len(key.secret) == 32
        assert ring.key_for("S-1") == key
        assert ring.key_for("S-2").secret != key.secret
    with KeyRing.open(path, create=False) as again:
        assert (again.key_for("S-1"), again.fingerprint, again.public_key) == (key, own, public)
        assert again.loop_id == "L1"
        assert again.key(key.key_id) == key
        assert len(again) == 2


def test_a_key_does_not_show_its_bytes() -> None:
    key = new_data_key("S-1")
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
    assert "S-1" not in repr(key)


def test_many_keys_are_made_in_one_go_and_the_known_ones_stay(path: Path) -> None:
    with KeyRing.open(path) as ring:
        first = ring.key_for("S-5")
        keys = ring.keys_for(f"S-{n}" for n in [*range(1200), 5])
        assert len(keys) == len(ring) == 1200
        assert keys["S-5"] == first
        assert len({key.secret for key in keys.values()}) == 1200


WRITER = """
import sys
from closeloop.followup.privacy.keyring import KeyRing
with KeyRing.open(sys.argv[1]) as ring:
    print(ring.fingerprint)
    for n in range(40):
        print(ring.key_for(f"S-{n}").secret.hex())
"""


def test_two_processes_that_begin_at_once_agree_on_every_key(path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert len(said[0]) == 41
    assert said[0] == said[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_uses_the_file_by_itself(path: Path) -> None:
    script = (
        "import os, sys\n"
        "from closeloop.followup.privacy.keyring import KeyRing\n"
        "ring = KeyRing.open(sys.argv[1])\n"
        "key = ring.key_for('S-1')\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    same = ring.key_for('S-1') == key and bool(ring.key_for('S-2'))\n"
        "    os._exit(0 if same else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert len(ring) == 2\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", script, str(path)], check=True, timeout=120)


def test_memory_keeps_keys_as_long_as_it_is_open() -> None:
    with KeyRing.open(":memory:") as ring:
        assert ring.key_for("S-1") == ring.key_for("S-1")
        assert not ring.open_to_others
    with KeyRing.open(":memory:") as other:
        assert len(other) == 0


def test_a_missing_key_file_is_not_replaced_in_silence(path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"(?s)loop\.sqlite\.keys is not there.*everything works.*Put it back"
    ) as caught:
        KeyRing.open(path, create=False)
    assert not path.exists()
    set_language("zh-CN")
    assert "找不到密钥文件" in str(caught.value)


def test_an_empty_key_file_counts_as_damaged(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreError, match="it is empty"):
        KeyRing.open(path, create=False)


@pytest.mark.parametrize("damage", ["cut", "overwritten", "first page", "text"])
def test_a_damaged_key_file_says_so_and_is_left_alone(path: Path, damage: str) -> None:
    with KeyRing.open(path) as ring:
        ring.keys_for(f"S-{n}" for n in range(500))
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2 + 100]
    elif damage == "overwritten":
        content[4096 * 3 :] = os.urandom(len(content) - 4096 * 3)
    elif damage == "first page":
        content[100:4000] = bytes(3900)
    else:
        content = bytearray(b"not a database at all, " * 300)
    path.write_bytes(bytes(content))
    with pytest.raises(StoreError, match=r"is damaged.*last good copy"):
        KeyRing.open(path, create=False)
    assert path.read_bytes() == bytes(content)


def test_another_database_is_no_key_file(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE event (x)")
    other.close()
    for create in (True, False):
        with pytest.raises(StoreError, match="not a key file"):
            KeyRing.open(path, create=create)


def test_a_key_file_of_a_newer_version_is_not_touched(path: Path) -> None:
    KeyRing.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 7")
    raw.close()
    with pytest.raises(StoreError, match="format 7"):
        KeyRing.open(path)


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        KeyRing.open(tmp_path)


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"could not be made.*No such file"):
        KeyRing.open(tmp_path / "nowhere" / "loop.keys")


def test_a_read_only_key_file_reads_and_refuses_to_write(path: Path) -> None:
    with KeyRing.open(path) as ring:
        key = ring.key_for("S-1")
    with KeyRing.open(path, read_only=True) as ring:
        assert ring.key_for("S-1") == key
        with pytest.raises(StoreError, match="can only be read"):
            ring.key_for("S-2")
        with pytest.raises(StoreError, match="can only be read"):
            ring.forget("S-1", at=NOON)
        assert ring.key_for("S-1") == key


def test_what_the_system_does_not_let_us_write_is_opened_read_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    KeyRing.open(path).close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with KeyRing.open(path) as ring:
        assert ring.read_only


def test_a_locked_key_file_says_who_has_to_wait(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("closeloop.followup.privacy.keyring._BUSY_MS", 50)
    with KeyRing.open(path) as ring:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            with pytest.raises(StoreError, match="Another program has held"):
                ring.key_for("S-1")
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert ring.key_for("S-1")


def test_forgotten_keys_leave_no_byte_in_the_file(path: Path) -> None:
    with KeyRing.open(path) as ring:
        keys = ring.keys_for(f"S-{n}" for n in range(300))
        gone = keys["S-150"]
        assert gone.secret in path.read_bytes()
        assert ring.forget("S-150", at=NOON) == (gone.key_id,)
        for file in path.parent.iterdir():
            assert gone.secret not in file.read_bytes()
        assert keys["S-151"].secret in path.read_bytes()
        assert (ring.key(gone.key_id), ring.erased_at(gone.key_id)) == (None, NOON)
        assert ring.forget("S-150", at=NOON) == ()


def test_a_person_who_comes_back_gets_another_key_and_the_old_one_stays_gone(path: Path) -> None:
    with KeyRing.open(path) as ring:
        old = ring.key_for("S-1")
        ring.forget("S-1", at=NOON)
        new = ring.key_for("S-1")
        assert new.key_id != old.key_id
        assert new.secret != old.secret
        assert ring.put([old]) == 0
        assert ring.key(old.key_id) is None


def test_a_loop_that_has_its_key_opens_masked_without_the_file(path: Path) -> None:
    vault = open_vault(path, loop_id="L1")
    public = vault.public_key
    vault.close()
    path.rename(path.with_suffix(".moved"))
    masked = open_vault(path, public_key=public, loop_id="L1")  # opens nothing
    assert not masked.can_read
    assert not path.exists()
    with pytest.raises(StoreError, match="is not there"):
        open_vault(path, public_key=public, loop_id="L1", needed=True)


def test_the_key_file_of_another_loop_is_refused_by_its_fingerprint(path: Path, tmp_path: Path) -> None:
    with KeyRing.open(path) as ring:
        mine = ring.public_key
    with (
        KeyRing.open(tmp_path / "other.keys") as other,
        pytest.raises(StoreError, match=f"is not this loop’s.*{other.fingerprint}.*{fingerprint(mine)}"),
    ):
        Vault(other, mine)


def test_a_new_loop_takes_over_a_key_file_whose_first_opening_was_cut_off_but_not_one_with_keys(path: Path) -> None:
    KeyRing.open(path, loop_id="L1").close()
    open_vault(path, loop_id="L2").close()
    with KeyRing.open(path) as ring:
        ring.key_for("S-1")
    with pytest.raises(StoreError, match="belongs to the loop L1, not to L2"):
        open_vault(path, loop_id="L2")
