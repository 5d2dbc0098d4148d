"""SPSS files: labels and codes, declared missing values, multiple-response sets, dates."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.dialects.spss import DescribedHead, ResponseSet, Variable, recognise
from closeloop.survey.survey import Survey

pyreadstat = pytest.importorskip("pyreadstat")
Write = Callable[..., Path]


def save(path: Path, columns: dict[str, Any], **told: Any) -> Path:
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), **told)
    return path


def test_labels_and_codes_give_the_same_answers(tmp_path: Path, small: Survey) -> None:
    shared = {"recommend": [9.0, 3.0], "why": ["快", ""], "pains__price": [float("nan"), 1.0]}
    names = {1.0: "East", 2.0: "West"}
    coded = save(
        tmp_path / "codes.sav",
        {**shared, "branch": [2.0, 1.0], "call": [1.0, 2.0]},
        variable_value_labels={"branch": names, "call": {1.0: "Yes", 2.0: "No"}},
    )
    worded = save(tmp_path / "words.sav", {**shared, "branch": ["west", "east"], "call": ["yes", "no"]})
    left, right = (cl.read_responses(path, small).accepted for path in (coded, worded))
    assert left["branch"].astype(str).tolist() == ["west", "east"]
    assert left["call"].tolist() == [True, False]
    own = ["source_file", "response_id"]  # the ids are made of the cells, which differ
    assert left.drop(columns=own).equals(right.drop(columns=own))


def test_a_declared_missing_value_is_missing_with_its_reason(tmp_path: Path, small: Survey) -> None:
    path = save(
        tmp_path / "m.sav",
        {"recommend": [9.0, -9.0, 99.0], "branch": [1.0, 2.0, 8.0]},
        variable_value_labels={"branch": {1.0: "East", 2.0: "West", 8.0: "refused"}},
        missing_ranges={"recommend": [-9, 99], "branch": [8]},
    )
    responses = cl.read_responses(path, small)
    assert responses.accepted["recommend"].fillna(-1).tolist() == [9, -1, -1]
    issues = responses.issues.query("code == 'missing_token'")
    assert [issue.rsplit(": ", 1)[1] for issue in issues["message_en"]] == [
        "declared as missing in the file",
        "declared as missing in the file",
        "refused",
    ]
    assert responses.raw["recommend"].tolist() == ["9", "-9", "99"]  # nothing is lost


def test_variable_labels_are_questions(tmp_path: Path, small: Survey) -> None:
    path = save(tmp_path / "q.sav", {"v1": [9.0], "v2": ["快"]}, column_labels=["Recommend us?", "为什么？"])
    responses = cl.read_responses(path, small)
    assert responses.columns["item"].tolist() == ["recommend", "why"]
    assert set(responses.columns["verdict"]) == {"certain"}
    assert "2 variables" in responses.sources[0].platform_reason.en


def test_dates_and_times_are_read(tmp_path: Path, small: Survey) -> None:
    when = pd.Timestamp("2026-05-03 07:05:00")
    path = save(tmp_path / "d.sav", {"answered_at": [when], "day": [when.date()], "recommend": [9.0]})
    accepted = cl.read_responses(path, small).accepted
    assert str(accepted["answered_at"].iloc[0]) == "2026-05-03 07:05:00"
    assert str(accepted["day"].iloc[0]) == "2026-05-03"


def test_multiple_response_sets_are_one_question() -> None:
    variables = [
        Variable(name="m1", label="Price, fees", codes=("1", "2")),
        Variable(name="m2", label="Waiting", codes=("2", "")),
        Variable(name="c1", labels={"1": "Price, fees", "2": "Waiting"}),
        Variable(name="c2", labels={"1": "Price, fees", "2": "Waiting"}, missing=frozenset({"9"})),
    ]
    sets = [
        ResponseSet(name="$ticks", label="What hurts?", variables=("m1", "m2"), counted="1"),
        ResponseSet(name="$mentions", label="What hurts?", variables=("c1", "c2")),
    ]
    layout = recognise(DescribedHead([["m1", "m2", "c1", "c2"]], variables, sets))
    assert isinstance(layout, Layout)
    assert [(c.role, c.question, c.option) for c in layout.columns] == [
        ("option", "What hurts?", "Price, fees"),
        ("option", "What hurts?", "Waiting"),
        ("mention", "What hurts?", "1"),
        ("mention", "What hurts?", "2"),
    ]
    assert layout.columns[0].labels == {"1": "1", "2": "0"}
    assert set(layout.columns[3].missing) == {"9"}


def test_without_the_reader_the_command_to_install_it_is_said(
    tmp_path: Path, small: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "x.sav", {"recommend": [9.0]})
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(cl.ResponseValidationError, match=r"pip install .closeloop\[spss\]"):
        cl.read_responses(path, small)


@pytest.mark.parametrize("data", [b"PK\x03\x04 not one", b"$FL2 cut", b"a,b\n1,2\n"])
def test_a_file_that_is_none_is_an_error_that_names_it(write: Write, small: Survey, data: bytes) -> None:
    with pytest.raises(cl.ResponseValidationError, match=r"x\.sav cannot be read as an SPSS file"):
        cl.read_responses(write(data, "x.sav"), small)


def test_a_draft_takes_its_options_from_the_labels(tmp_path: Path) -> None:
    path = save(
        tmp_path / "d.sav", {"b": [1.0, 2.0, 1.0]}, variable_value_labels={"b": {1.0: "East", 2.0: "West", 3.0: "No"}}
    )
    item = cl.draft_survey(path).item("b")
    assert (item.type, item.values) == ("single", ("1", "2", "3"))
    assert cl.read_responses(path, cl.draft_survey(path)).accepted["b"].astype(str).tolist() == ["1", "2", "1"]
