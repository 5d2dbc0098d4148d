"""Masked by default; revealed for a reason that is on record first; and taken out of notebooks again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from closeloop.errors import StoreError
from closeloop.followup.loop.loop import Loop
from closeloop.followup.loop.opening import open_loop
from closeloop.followup.privacy.masking import mask, mask_id
from closeloop.followup.privacy.notebook import clean_notebook, revealed_outputs
from closeloop.followup.privacy.revealed import MARK, PrivateText
from closeloop.text import set_language

WORDS = "Nobody called me back <script>alert(1)</script>"
SAID = {"channel": "phone", "received_at": "2026-07-01T08:30+08:00", "subject": "4711", "contact": "13800138000"}


@pytest.fixture
def loop(store_url: str, tmp_path: Path) -> Iterator[Loop]:
    key_file = None if store_url == ":memory:" else tmp_path / "loop.keys"
    with open_loop(store_url, actor="li", now="2026-07-01T09:00+08:00", key_file=key_file) as opened:
        yield opened


@pytest.fixture
def in_memory() -> Iterator[Loop]:
    with open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as opened:
        yield opened


# --- masking ---


@pytest.mark.parametrize(
    ("given", "shown"),
    [("S-7K2M9QPA", "S-…9QPA"), ("4711", "…"), ("", ""), ("customer-0815-xyz", "…-xyz"), ("S-1", "S-…")],
)
def test_of_an_id_the_end_is_shown(given: str, shown: str) -> None:
    assert mask_id(given) == shown


def test_a_payload_is_shown_without_what_is_private() -> None:
    payload = {"words": {"private": 3}, "subject_id": "S-7K2M9QPA", "score": 2, "into": {"response_id": "abcdefgh12"}}
    assert mask(payload) == {
        "words": "▒▒▒ (3 characters, sealed)", "subject_id": "S-…9QPA", "score": 2, "into": {"response_id": "…gh12"},
    }  # fmt: skip
    set_language("zh-CN")
    assert mask(payload)["words"] == "▒▒▒（3 个字符，已封存）"


def test_nothing_that_a_loop_shows_by_itself_is_private(in_memory: Loop) -> None:
    case = in_memory.open_case(words=WORDS, **SAID)
    for shown in (repr(case), str(case.history()), repr(in_memory), in_memory.cases().to_string(), str(case.events)):
        assert "Nobody called" not in shown
        assert "13800138000" not in shown
        assert "4711" not in shown


# --- revealing ---


def test_revealing_is_on_record_before_anything_is_shown(loop: Loop) -> None:
    case = loop.open_case(words=WORDS, **SAID)
    revealed = loop.reveal(case.case_id, "calling 王先生 back", actor="wang")
    assert revealed["words"] == WORDS
    assert revealed["contact"] == "13800138000"
    last = case.refresh().events[-1]
    assert (last.type, last.actor, last.payload) == ("PiiRevealed", "wang", {"reason": "calling [姓名] back"})
    assert loop.case(case.case_id).state.version == last.seq
    assert loop.verify().is_intact


def test_by_number_and_by_handle_too(in_memory: Loop) -> None:
    case = in_memory.open_case(words=WORDS, **SAID)
    number = int(in_memory.cases()["number"].iloc[0])
    assert in_memory.reveal(case, "a")["words"] == in_memory.reveal(number, "b")["words"] == WORDS


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_reason_is_needed(in_memory: Loop, reason: str) -> None:
    case = in_memory.open_case(words=WORDS, **SAID)
    with pytest.raises(ValueError, match="Say why"):
        in_memory.reveal(case, reason)
    assert case.refresh().events[-1].type != "PiiRevealed"


def test_a_case_that_is_not_there_is_named(in_memory: Loop) -> None:
    for wanted in ("C-NOWHERE", 99):
        with pytest.raises(StoreError, match=f"no case {wanted}"):
            in_memory.reveal(wanted, "why not")


def test_what_was_moved_to_another_event_is_not_shown_as_its_own(in_memory: Loop) -> None:
    case = in_memory.open_case(words=WORDS, **SAID)
    event = case.events[0]
    with pytest.raises(StoreError, match="not where it was written"):
        in_memory._desk.vault.open(event.key_id, event.sealed, bound_to=f"{case.case_id}/2")


# --- how it is shown ---


@pytest.fixture
def shown(in_memory: Loop) -> tuple[dict[str, Any], dict[str, Any]]:
    revealed = in_memory.reveal(in_memory.open_case(words=WORDS, **SAID), "calling back")
    assert "Nobody" not in repr(revealed)
    data, metadata = InteractiveShell.instance().display_formatter.format(revealed)
    return data, metadata


def test_a_notebook_output_is_marked_in_text_html_and_metadata(shown: tuple[dict[str, Any], dict[str, Any]]) -> None:
    data, metadata = shown
    assert metadata["closeloop"] == {"revealed": True, "no_save": True}
    for text in (data["text/plain"], data["text/html"]):
        assert MARK in text
        assert "Nobody called me back" in text
    assert "<script>" not in data["text/html"]
    assert "calling back" in data["text/plain"]


def test_every_way_of_printing_a_single_text_carries_the_mark() -> None:
    text = PrivateText("Nobody called")
    for printed in (str(text), repr(text), f"{text}", f"{text:>60}", "{}".format(text), "%s" % text, repr([text])):  # noqa: UP031, UP032
        assert MARK in printed
    assert text.plain == "Nobody called"
    assert type(text.plain) is str


# --- notebooks ---


def notebook(*outputs: dict[str, Any], source: str = "loop.reveal(1, 'why')", **metadata: Any) -> dict[str, Any]:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Morning"]},
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": [source], "outputs": list(outputs)},
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": [line + "\n" for line in text.split("\n")]}


@pytest.fixture
def save(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def written(content: dict[str, Any]) -> Path:
        path = tmp_path / "morning.ipynb"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        return path

    return written


def test_a_displayed_reveal_is_found_and_taken_out(
    shown: tuple[dict[str, Any], dict[str, Any]], save: Callable[[dict[str, Any]], Path]
) -> None:
    result = {"output_type": "execute_result", "execution_count": 1, "data": shown[0], "metadata": shown[1]}
    path = save(notebook(stream("before"), result))
    path.chmod(0o640)
    assert [str(place) for place in revealed_outputs(path)] == [f"{path}, cell 2: an output shows revealed texts"]
    assert len(clean_notebook(path)) == 1
    text = path.read_text(encoding="utf-8")
    assert "Nobody" not in text
    assert "before" in text
    assert "private texts stood here" in text
    assert path.stat().st_mode & 0o777 == 0o640
    assert revealed_outputs(path) == ()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "output",
    [
        stream(f"{MARK} Nobody called"),
        {"output_type": "display_data", "data": {"text/html": ["<b>", f"{MARK}", "</b>"]}, "metadata": {}},
        {"output_type": "error", "ename": "KeyError", "evalue": f"{MARK} x", "traceback": []},
        {"output_type": "display_data", "data": {"application/json": {"a": [{"b": MARK}]}}, "metadata": {}},
        {"output_type": "display_data", "data": {"image/png": "AA"}, "metadata": {"closeloop": {"revealed": True}}},
    ],
    ids=["print", "html in lines", "error", "json", "picture"],
)
def test_every_kind_of_output_is_looked_at(output: dict[str, Any], save: Callable[[dict[str, Any]], Path]) -> None:
    path = save(notebook(output))
    assert [place.where for place in revealed_outputs(path)] == ["output"]
    clean_notebook(path)
    assert revealed_outputs(path) == ()


def test_what_was_revealed_in_this_session_is_found_without_its_mark(
    in_memory: Loop, save: Callable[[dict[str, Any]], Path]
) -> None:
    revealed = in_memory.reveal(in_memory.open_case(words=WORDS, **SAID), "calling back")
    path = save(notebook(stream(f"she said: {revealed['words'].plain}"), source="note = '13800138000'"))
    assert [place.where for place in revealed_outputs(path)] == []
    found = in_memory.clean_notebook(path)
    assert [place.where for place in found] == ["output", "source"]
    assert "take it out by hand" in str(found[1])
    text = path.read_text(encoding="utf-8")
    assert "Nobody" not in text
    assert "13800138000" in text  # what somebody typed is theirs to take out, and is named again
    assert [place.where for place in in_memory.clean_notebook(path)] == ["source"]


def test_the_checkpoint_and_the_state_of_widgets_are_cleaned_too(save: Callable[[dict[str, Any]], Path]) -> None:
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"1": {"state": {"value": f"{MARK} Nobody"}}}}}
    path = save(notebook(stream("fine"), widgets=widgets, kernelspec={"name": "python3"}))
    checkpoint = path.parent / ".ipynb_checkpoints" / "morning-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text(json.dumps(notebook(stream(f"{MARK} Nobody"))), encoding="utf-8")
    assert [(place.where, Path(place.file).name) for place in clean_notebook(path)] == [
        ("widget", "morning.ipynb"), ("output", "morning-checkpoint.ipynb"),
    ]  # fmt: skip
    for file in (path, checkpoint):
        assert "Nobody" not in file.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))["metadata"] == {"kernelspec": {"name": "python3"}}


def test_a_notebook_without_private_texts_is_not_touched(save: Callable[[dict[str, Any]], Path]) -> None:
    path = save(notebook(stream("NPS 28")))
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    assert clean_notebook(path, texts=["", "ab", "Nobody"]) == ()
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_crash_while_writing_leaves_the_notebook_as_it_was(
    save: Callable[[dict[str, Any]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(notebook(stream(MARK)))
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("closeloop.followup.privacy.notebook.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        clean_notebook(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"cells": 3}', "not json"])
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="is not a notebook"):
        revealed_outputs(path)


def test_a_notebook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere\.ipynb could not be read: No such file"):
        clean_notebook(tmp_path / "nowhere.ipynb")
