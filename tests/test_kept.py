"""What was parsed is kept, is the same as what is parsed, and is left alone as soon as the text is another."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import pytest

from closeloop.kept import parsed_once
from closeloop.survey.document import read_document
from closeloop.survey.load import shipped_folder
from closeloop.survey.shipped import data_folder
from closeloop.survey.yaml_text import parsed_document


class Parser:
    """Counts how often it was needed."""

    def __init__(self, value: Any) -> None:
        self.value, self.calls = value, 0

    def __call__(self) -> Any:
        self.calls += 1
        return self.value


@pytest.fixture(autouse=True)
def written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


def kept_in(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").glob("*"))


def test_the_same_text_is_parsed_once_and_another_again(tmp_path: Path) -> None:
    source = tmp_path / "a.yaml"
    first, second = Parser({"价": [1, 2.5, None, True, "x"]}), Parser({"b": 2})
    for _ in range(3):
        assert parsed_once(source, "one", first) == first.value
    assert parsed_once(source, "two", second) == {"b": 2}
    assert parsed_once(source, "two", second) == {"b": 2}
    assert (first.calls, second.calls) == (1, 1)
    assert len(kept_in(tmp_path)) == 1  # no draft is left behind


def test_each_caller_has_a_value_of_its_own(tmp_path: Path) -> None:
    parsed_once(tmp_path / "a.yaml", "one", Parser({"a": [1]}))
    got = parsed_once(tmp_path / "a.yaml", "one", Parser(None))
    got["a"].append(2)
    assert parsed_once(tmp_path / "a.yaml", "one", Parser(None)) == {"a": [1]}


@pytest.mark.parametrize(
    "value",
    [
        {"labels": {1: "poor", 5: "good"}, "more": [{None: 1, True: 2, "1": 3, 2.5: {}}]},
        {"on": datetime.date(2026, 1, 1), datetime.date(2026, 2, 28): "end"},
        {"at": datetime.datetime.fromisoformat("2026-01-05T09:30Z"), 1: datetime.datetime.fromisoformat("2026-01-05")},
        {"\x00": "date", "of": "2026-01-01"},
        {"text": "\x00", "limit": float("inf")},
    ],
)
def test_what_json_has_no_form_for_comes_back_the_same(tmp_path: Path, value: dict[Any, Any]) -> None:
    parsed_once(tmp_path / "a.yaml", "one", Parser(value))
    again = Parser(None)
    assert repr(parsed_once(tmp_path / "a.yaml", "one", again)) == repr(value)
    assert again.calls == 0


@pytest.mark.parametrize("value", [{"a": (1, 2)}, {"a": {1, 2}}, {"a": float("nan")}])
def test_what_would_come_back_as_something_else_is_not_kept(tmp_path: Path, value: dict[Any, Any]) -> None:
    parse = Parser(value)
    assert parsed_once(tmp_path / "a.yaml", "one", parse) is value
    assert parsed_once(tmp_path / "a.yaml", "one", parse) is value
    assert kept_in(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b'["', b"\xff", b"{}", b"[1]", b"null", b'["0", {"a": 9}]'])
def test_a_damaged_entry_is_parsed_and_written_anew(tmp_path: Path, damage: bytes) -> None:
    source, parse = tmp_path / "a.yaml", Parser({"a": 1})
    parsed_once(source, "one", parse)
    (entry,) = kept_in(tmp_path)
    whole = entry.read_bytes()
    entry.write_bytes(damage)
    assert parsed_once(source, "one", parse) == {"a": 1}
    assert parse.calls == 2
    assert entry.read_bytes() == whole


def test_nothing_is_written_where_it_cannot_or_should_not_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "__pycache__").write_text("in the way")
    assert parsed_once(tmp_path / "a.yaml", "one", Parser({"a": 1})) == {"a": 1}
    (tmp_path / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert parsed_once(tmp_path / "a.yaml", "one", Parser({"a": 1})) == {"a": 1}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["worksheets/8d.worksheet.yaml", "followup/stages.yaml"])
def test_a_shipped_definition_is_what_its_text_says_the_first_time_and_the_next(name: str) -> None:
    path = data_folder(name)
    fresh = parsed_document(path.read_text(encoding="utf-8"), str(path))
    assert repr(read_document(path)) == repr(fresh)
    assert repr(read_document(path)) == repr(fresh)


def test_beside_a_file_of_ones_own_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("a: 1\n", encoding="utf-8")
    assert read_document(tmp_path / "own.yaml").data == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["own.yaml"]


def test_a_shipped_survey_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    path = shipped_folder() / "relationship-nps.survey.yaml"
    first = read_document(path)
    monkeypatch.setattr("closeloop.survey.yaml_text.parsed_document", Parser(None))
    assert repr(read_document(path)) == repr(first)
