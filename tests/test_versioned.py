"""Documents: undo, files that are complete or not there, older and newer formats."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.errors import StoreError
from closeloop.survey.whole_file import whole_file
from closeloop.text import set_language
from closeloop.versioned import Document, State, check_target, read_content, write_content


class NoteState(State):
    text: str = ""
    tags: tuple[str, ...] = ()


class Note(Document[NoteState]):
    kind: ClassVar[str] = "note"
    format: ClassVar[int] = 2
    model = NoteState
    upcasts: ClassVar[Any] = {1: lambda said: {"text": said["body"]}}

    def write(self, text: str) -> None:
        self._change(self.state.model_copy(update={"text": text}))


def test_a_change_can_be_taken_back_and_made_again() -> None:
    note = Note(NoteState())
    note.write("late")
    note.write("later")
    assert note.undo()
    assert note.state.text == "late"
    assert note.redo()
    assert note.state.text == "later"
    assert not note.redo()


@given(st.lists(st.text(max_size=3), max_size=8))
def test_undo_after_any_changes_leads_back_to_the_start(texts: list[str]) -> None:
    note = Note(NoteState())
    for text in texts:
        note.write(text)
    while note.undo():
        pass
    assert note == Note(NoteState())


def test_a_new_change_forgets_what_could_have_been_made_again() -> None:
    note = Note(NoteState())
    note.write("a")
    note.undo()
    note.write("b")
    assert not note.redo()
    assert note.state.text == "b"


def test_a_change_to_the_same_is_none() -> None:
    note = Note(NoteState(text="a"))
    note.write("a")
    assert not note.undo()


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_file_holds_all_of_a_document(tmp_path_factory: pytest.TempPathFactory, text: str, tags: list[str]) -> None:
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text + "".join(tags)):
        return  # half a character is no text that a file could hold
    path = tmp_path_factory.mktemp("notes") / "note.json"
    note = Note(NoteState(text=text, tags=tuple(tags)))
    assert Note.from_document(read_content(note.save(path)), str(path)) == note


def test_a_copy_is_changed_on_its_own() -> None:
    note = Note(NoteState(text="a"))
    other = note.copy()
    other.write("b")
    assert note.state.text == "a"
    assert note != other


def test_a_file_of_an_older_format_is_brought_up_to_date() -> None:
    assert Note.from_document({"closeloop": "note", "format": 1, "body": "late"}).state.text == "late"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"closeloop": "note", "format": 3, "text": ""}, r"here\.json.*format 3.*up to format 2.*Upgrade"),
        ({"closeloop": "tree", "format": 2}, "kind “note” was expected, this is “tree”"),
        ({"closeloop": "note", "format": True}, "whole number from 1"),
        ({"closeloop": "note", "format": 2, "text": 3}, "at text"),
        ({"closeloop": "note", "format": 2, "colour": "red"}, "at colour"),
    ],
)
def test_what_cannot_be_read_says_why(content: dict[str, Any], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        Note.from_document(content, "here.json")


def test_the_message_of_a_newer_format_exists_in_chinese() -> None:
    set_language("zh-CN")
    try:
        with pytest.raises(StoreError, match="请升级 closeloop"):
            Note.from_document({"closeloop": "note", "format": 9})
    finally:
        set_language("en")


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "[1]", "\ufeff{}"])
def test_a_file_that_is_none_of_ours_or_cut_off_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=r"x\.json"):
        read_content(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.json could not be read"):
        read_content(tmp_path / "gone.json")


def test_a_write_that_fails_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_content({"closeloop": "note", "text": "first"}, tmp_path / "note.json")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write_content({"closeloop": "note", "text": "second"}, path)
    assert json.loads(path.read_text(encoding="utf-8"))["text"] == "first"
    assert [each.name for each in tmp_path.iterdir()] == ["note.json"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        write_content({"closeloop": "note"}, tmp_path / "no" / "note.json")


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_what_is_no_plain_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target, words in ((pipe, "device or a pipe"), (tmp_path, "it is a folder")):
        with pytest.raises(StoreError, match=words) as refused:
            write_content({"closeloop": "note"}, target)
        assert "无法写入" in refused.value.text.in_language("zh-CN")
        with pytest.raises(StoreError, match=words), whole_file(target) as beside:
            beside.write_text("all of it", encoding="utf-8")
        with pytest.raises(StoreError, match=words):
            check_target(target)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_saved_file_has_the_permissions_of_any_other_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("", encoding="utf-8")
    saved = write_content({"closeloop": "note"}, tmp_path / "note.json")
    assert stat.S_IMODE(saved.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    note = Note(NoteState(text="客户", tags=("b", "a")))
    one, two = note.save(tmp_path / "1"), note.save(tmp_path / "2")
    assert one.read_bytes() == two.read_bytes()
    assert "客户" in one.read_text(encoding="utf-8")
