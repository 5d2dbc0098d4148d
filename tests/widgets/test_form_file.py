"""The file of responses: every value comes back equal, no row is lost, two writers wait for each other."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import math
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.errors import StoreError
from closeloop.survey.load import survey_from_dict
from closeloop.widgets.form.response_file import ResponseFile
from closeloop.widgets.form.row import header, row

SURVEY = cl.load_survey(Path(__file__).with_name("all_types.survey.yaml"))
AT = dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))

WORDS = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        "=1+1",
        "-5",
        "+1",
        "@x",
        'a "b", c',
        "one\ntwo",
        "\n",
        "NA",
        "N/A",
        "null",
        "None",
        "5",
        "😀, 😀",
        "١٢",
        "'",
        '"',
        ";",
        "\t",
    ]
)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


ANSWERS = st.fixed_dictionaries(
    {
        "respondent_id": some(WORDS),
        "order_no": some(WORDS),
        "recommend": st.integers(0, 9),
        "overall": some(st.integers(1, 5)),
        "effort": some(st.integers(1, 7)),
        "stars": some(st.integers(1, 5)),
        "change": some(st.integers(-2, 2)),
        "channel": some(st.sampled_from(["shop", "web", "other"])),
        "channel__other_text": some(WORDS),
        "city": some(st.sampled_from(["1", "2", "3"])),
        "pains": st.lists(st.sampled_from(["price", "late", "a;b", "other"]), min_size=1, max_size=2, unique=True)
        | st.sampled_from([["none"], ["unsure"]]),
        "pains__other_text": some(WORDS),
        "service": some(st.dictionaries(st.sampled_from(["speed", "kind"]), st.integers(1, 5))),
        "often": st.fixed_dictionaries(dict.fromkeys(["app", "site"], st.sampled_from(["never", "daily"]))),
        "rank": some(st.lists(st.sampled_from(["price", "speed", "care"]), unique=True)),
        "contact": some(st.booleans()),
        "story": WORDS.map("because {}".format),
        "name": some(WORDS),
        "email": st.just("a@b.cn"),
        "visits": some(st.integers(0, 2**53 - 1)),
        "spent": some(st.floats(0, 1e15, allow_nan=False)),
        "day": some(st.dates(dt.date(2020, 1, 1), dt.date(9999, 12, 31))),
    }
)


def read_back(frame: pd.DataFrame, at: int) -> dict[str, Any]:
    """Give the answers that a row of the accepted frame holds, as the form has them."""
    line = frame.iloc[at]
    found: dict[str, Any] = {}
    for item in SURVEY.items:
        if item.type == "note":
            continue
        if item.type == "matrix":
            rows = {r.value: line[f"{item.name}__{r.value}"] for r in item.rows}
            value: Any = {k: v if isinstance(v, str) else int(v) for k, v in rows.items() if not pd.isna(v)} or None
        elif item.type == "multi":
            ticks = {v: line[f"{item.name}__{v}"] for v in item.values}
            value = tuple(v for v, t in ticks.items() if not pd.isna(t) and t) or None
        elif item.type == "ranking":
            ranks = {v: line[f"{item.name}__{v}"] for v in item.values}
            value = tuple(sorted((v for v in ranks if not pd.isna(ranks[v])), key=lambda v: int(ranks[v]))) or None
        else:
            value = line[item.name]
            value = None if pd.isna(value) else value
        if value is not None:
            found[item.name] = value
        other = line.get(f"{item.name}__other_text")
        if isinstance(other, str):
            found[f"{item.name}__other_text"] = other
    return found


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(ANSWERS, min_size=1, max_size=6))
def test_every_answer_comes_back_equal(tmp_path_factory: pytest.TempPathFactory, people: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("file") / "responses.csv"
    counted = []
    for answers in people:
        form = SURVEY.form({k: v for k, v in answers.items() if v is not None}, to=path, now=AT)
        if "pains" not in form.value:  # the one option was not offered: nothing is chosen
            form.do("answer", item="pains", value=["late"])
        form.submit()
        counted.append(form.value)
    responses = cl.read_responses(path, SURVEY)
    assert responses.ledger == {"rows_in": len(counted), "accepted": len(counted), "quarantined": 0, "superseded": 0}
    assert not (responses.issues["severity"] == "error").any()
    for at, value in enumerate(counted):
        assert read_back(responses.accepted, at) == value
    assert set(responses.accepted["status"]) == {"complete"}
    assert set(responses.accepted["language"].astype(str)) == {"en"}
    assert responses.accepted["answered_at"].iloc[0] == pd.Timestamp("2026-07-01 09:30")


def written(n: str, **answers: Any) -> dict[str, str]:
    return row(SURVEY, {"recommend": 9, **answers}, response_id=n, answered_at=AT, language="en")


def test_rows_follow_each_other_under_one_header(tmp_path: Path) -> None:
    file = ResponseFile(tmp_path / "r.csv", SURVEY)
    assert [file.append(written(n)) for n in ("a", "b", "a")] == [True, True, False]
    with file.path.open(encoding="utf-8-sig", newline="") as stream:
        records = list(csv.reader(stream))
    assert records[0] == list(header(SURVEY))
    assert [record[2] for record in records[1:]] == ["a", "b"]


def test_a_file_whose_last_line_has_no_end_loses_nothing(tmp_path: Path) -> None:
    file = ResponseFile(tmp_path / "r.csv", SURVEY)
    file.append(written("a"))
    file.path.write_bytes(file.path.read_bytes().rstrip(b"\n"))
    file.append(written("b"))
    assert cl.read_responses(file.path, SURVEY).ledger["accepted"] == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("recommend", "score"), "missing recommend; unknown score"),
        (lambda text: text.replace("all-types,3", "all-types,2"), "responses to all-types v2"),
        (lambda text: text[:-30], "row 2 has"),
        (lambda text: text + '"cut', "cut off"),
        (lambda text: "just some words\n", "other columns"),
    ],
)
def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path, change: Any, words: str) -> None:
    path = tmp_path / "r.csv"
    ResponseFile(path, SURVEY).append(written("a"))
    path.write_text(change(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words):
        SURVEY.form(to=path)
    assert path.read_bytes() == before


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes("姓名".encode("gbk"))
    with pytest.raises(ValueError, match="UTF-8"):
        ResponseFile(tmp_path / "r.csv", SURVEY)


def test_what_is_no_place_for_a_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends in \.csv"):
        SURVEY.form(to=tmp_path / "r.xlsx")
    with pytest.raises(StoreError, match="not there"):
        SURVEY.form(to=tmp_path / "no" / "r.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(StoreError, match="a folder"):
        SURVEY.form(to=tmp_path / "d.csv")
    with pytest.raises(ValueError, match="expected the path"):
        SURVEY.form(to=7)


def test_on_a_full_disk_the_file_is_as_before_and_the_answers_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.csv"
    ResponseFile(path, SURVEY).append(written("a"))
    before = path.read_bytes()
    form = SURVEY.form({"recommend": 10}, to=path)
    room = [11]
    real = os.write

    def tight(descriptor: int, content: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken, room[0] = content[: room[0]], 0
        return real(descriptor, taken)

    monkeypatch.setattr(os, "write", tight)
    with pytest.raises(StoreError, match="No space left on device"):
        form.submit()
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert (form.value, form.response) == ({"recommend": 10}, None)
    assert form.submit() == "Your answers have been sent."
    assert cl.read_responses(path, SURVEY).ledger["accepted"] == 2


def test_where_nobody_may_write_the_answers_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = SURVEY.form({"recommend": 10}, to=tmp_path / "r.csv")

    def refused(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(StoreError, match="Permission denied"):
        form.submit()
    monkeypatch.undo()
    assert (form.value, form.response, list(tmp_path.iterdir())) == ({"recommend": 10}, None, [])


def test_two_forms_write_one_file_though_one_of_them_saw_another_before(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    one, two = (SURVEY.form({"recommend": 10, "order_no": n}, to=path) for n in "12")
    one.submit()
    two.submit()
    assert cl.read_responses(path, SURVEY).accepted["order_no"].tolist() == ["1", "2"]
    three = SURVEY.form({"recommend": 10}, to=path)
    path.write_text("id;score\n1;9\n", encoding="utf-8")
    with pytest.raises(ValueError, match="other columns"):
        three.submit()
    assert path.read_text(encoding="utf-8") == "id;score\n1;9\n"
    assert three.response is None


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"

    def write(who: str) -> None:
        file = ResponseFile(path, SURVEY)
        for n in range(15):
            assert file.append(written(f"{who}-{n}", recommend=2, story="one,\n two"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, "abcd"))
    responses = cl.read_responses(path, SURVEY)
    assert responses.ledger["accepted"] == 60
    assert responses.accepted["response_id"].is_unique


def test_a_number_is_written_so_that_it_comes_back() -> None:
    for number in (1e-7, 0.1 + 0.2, 1e22, math.pi):
        assert float(written("a", spent=number)["spent"]) == number


def test_values_that_swap_their_texts_come_back_as_they_are(tmp_path: Path) -> None:
    options = [{"value": "yes", "text": {"en": "no"}}, {"value": "no", "text": {"en": "yes"}}]
    items = [
        {"name": "q", "type": "single", "ask": {"en": "Q"}, "options": options},
        {"name": "finished", "type": "text", "ask": {"en": "F"}},
        {"name": "m", "type": "matrix", "ask": {"en": "M"}, "columns": options, "rows": ["r"]},
    ]
    survey = survey_from_dict(
        {
            "format": 1,
            "id": "s",
            "version": 1,
            "languages": ["en"],
            "title": {"en": "S"},
            "pages": [{"name": "p", "items": items}],
        }
    )
    form = survey.form({"q": "yes", "finished": "no", "m": {"r": "no"}}, to=tmp_path / "r.csv")
    form.submit()
    accepted = cl.read_responses(tmp_path / "r.csv", survey).accepted
    assert accepted[["q", "finished", "m__r"]].astype(str).values.tolist() == [["yes", "no", "no"]]
