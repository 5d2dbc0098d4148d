"""LimeSurvey: headings of four kinds, answers as codes and in full, Y and N as 1 and 2, unfinished responses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
SOURCES = {
    "branch": {"column": "branch", "options": {"A1": "east", "A2": "west"}},
    "pains": {"column": "pains", "options": {"SQ001": "price", "SQ002": "wait", "SQ003": "staff"}},
    "grid": {"column": "grid", "options": {"SQ001": "speed", "SQ002": "care"}},
    "rank": {"column": "rank", "options": {"A1": "a", "A2": "b"}},
}
CODES = (
    "id;submitdate;lastpage;startlanguage;seed;token;startdate;datestamp;recommend;why;branch;pains[SQ001];pains[SQ002];"
    "pains[SQ003];pains[other];call;day;grid[SQ001];grid[SQ002];rank[1];rank[2];interviewtime;groupTime12"
)
IN_CODES = (
    "7;2026-05-03 07:05:00;2;en;99;k1;2026-05-03 07:00:00;2026-05-03 07:05:00;8;slow;A1;;Y;;no parking;Y;"
    "2026-05-01 00:00:00;4;5;A2;A1;61.5;10\n"
    "8;;1;zh-Hans;98;k2;2026-05-03 08:00:00;2026-05-03 08:01:00;3;;A2;Y;;;;N;;;;;;20;10"
)
TEXTS = (
    "Response ID;Date submitted;Last page;Start language;Seed;Access code;Date started;Date last action;Recommend us?;"
    "Why?;Which branch?;What hurts? [Price, fees];What hurts? [Waiting];What hurts? [Staff];What hurts? [Other];"
    "Call you?;Day?;Rate [Speed];Rate [Care];Order? [Rank 1];Order? [Rank 2];Total time;Group time: First"
)
IN_FULL = (
    "7;2026-05-03 07:05:00;2;en;99;k1;2026-05-03 07:00:00;2026-05-03 07:05:00;8;slow;East;No;Yes;No;no parking;Yes;"
    "2026-05-01 00:00:00;4;5;Bb;Aa;61.5;10\n"
    "8;;1;zh-Hans;98;k2;2026-05-03 08:00:00;2026-05-03 08:01:00;3;;West;Yes;No;No;;No;;;;;;20;10"
)


@pytest.fixture
def mapped(small_file: dict[str, Any]) -> Survey:
    return survey_from_dict({**small_file, "sources": {"limesurvey": SOURCES}})


def file(write: Write, header: str = CODES, rows: str = IN_CODES, name: str = "results-survey1.csv") -> Path:
    return write(f"{header}\r\n{rows}\r\n\r\n", name, "utf-8-sig")


def test_codes_and_texts_give_the_same_answers(write: Write, mapped: Survey) -> None:
    codes = cl.read_responses(file(write), mapped)
    texts = cl.read_responses(file(write, TEXTS, IN_FULL, "full.csv"), mapped)
    own = ["source_file", "seed", "lastpage", "Seed", "Last page"]
    shared = [c for c in codes.accepted if c in texts.accepted and c not in own]
    assert {"recommend", "branch", "pains__other_text", "grid__care", "rank__a", "day", "status"} <= set(shared)
    assert codes.accepted[shared].equals(texts.accepted[shared])
    assert codes.ledger == texts.ledger == {"rows_in": 2, "accepted": 2, "quarantined": 0, "superseded": 0}
    assert "codes" in codes.sources[0].platform_reason.en
    assert "texts" in texts.sources[0].platform_reason.en


def test_the_answers_are_what_was_ticked(write: Write, mapped: Survey) -> None:
    first, second = cl.read_responses(file(write), mapped).accepted.to_dict("records")
    assert (first["recommend"], first["branch"], first["call"], str(first["day"])) == (8, "east", True, "2026-05-01")
    assert [first[f"pains__{part}"] for part in ("price", "wait", "staff", "other")] == [False, True, False, True]
    assert first["pains__other_text"] == "no parking"
    assert (first["rank__b"], first["rank__a"], first["grid__speed"]) == (1, 2, 4)
    assert (second["branch"], second["pains__price"], second["call"]) == ("west", True, False)


def test_an_empty_submitdate_is_a_response_that_was_not_finished(write: Write, mapped: Survey) -> None:
    accepted = cl.read_responses(file(write), mapped).accepted
    assert accepted["status"].astype(str).tolist() == ["complete", "partial"]
    assert accepted["answered_at"].astype(str).tolist() == ["2026-05-03 07:05:00", "2026-05-03 08:01:00"]
    assert accepted["response_id"].tolist() == ["7", "8"]
    assert accepted["respondent_id"].tolist() == ["k1", "k2"]


def test_y_and_n_turned_into_1_and_2(write: Write, mapped: Survey) -> None:
    rows = IN_CODES.replace(";A1;;Y;;no parking;Y;", ";A1;2;1;2;no parking;1;").replace(";A2;Y;;;;N;", ";A2;1;2;2;;2;")
    left, right = (
        cl.read_responses(file(write), mapped),
        cl.read_responses(file(write, rows=rows, name="n.csv"), mapped),
    )
    assert left.accepted.drop(columns="source_file").equals(right.accepted.drop(columns="source_file"))


@pytest.mark.parametrize(
    "header",
    [
        CODES.replace("[", ".").replace("]", "."),
        CODES.replace("[", "_").replace("]", ""),
        CODES.replace("id;", "X.U.FEFF.id;", 1),
    ],
)
def test_headers_that_went_through_statistics_programs(write: Write, mapped: Survey, header: str) -> None:
    responses = cl.read_responses(file(write, header), mapped)
    assert responses.sources[0].platform == "limesurvey"
    assert responses.accepted["pains__wait"].tolist() == [True, False]
    assert responses.accepted["rank__b"].fillna(0).tolist() == [1, 0]


def test_a_survey_without_dates_has_no_time_of_answering() -> None:
    header = ["id", "submitdate", "lastpage", "recommend"]
    dateless = [header, ["1", "1980-01-01 00:00:00", "2", "9"], ["2", "", "1", "8"]]
    assert [c.target for c in find_layout(dateless).columns] == ["response_id", None, None, None]
    dated = [header, ["1", "2026-05-03 00:00:00", "2", "9"]]
    assert [c.target for c in find_layout(dated).columns] == ["response_id", "answered_at", None, None]


def test_german_headings_are_known_by_their_names() -> None:
    header = ["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Würden Sie uns empfehlen?"]
    layout = find_layout([header, ["1", "2026-05-03 07:00:00", "2", "de", "9"]])
    assert (layout.platform, layout.columns[0].target, layout.columns[3].target) == (
        "limesurvey",
        "response_id",
        "language",
    )


def test_codes_that_the_map_does_not_have_are_shown_for_a_person_to_decide(write: Write, small: Survey) -> None:
    columns = cl.read_responses(file(write), small).columns.set_index("source_column")
    assert columns.loc["recommend", "verdict"] == "certain"
    assert columns.loc["pains[SQ001]", "verdict"] == "check"
    assert "SQ001" in columns.loc["pains[SQ001]", "reason_en"]
    assert columns.loc["groupTime12", "role"] == "unused"


def test_an_ordinary_table_with_an_id_is_not_from_there() -> None:
    assert find_layout([["id", "score"], ["1", "9"]]).platform == "plain"


def test_the_structure_of_a_survey_is_no_export(write: Write, small: Survey) -> None:
    with pytest.raises(
        cl.ResponseValidationError, match=r"survey\.lss is the structure of a LimeSurvey survey"
    ) as error:
        cl.read_responses(write("<document/>", "survey.lss"), small)
    assert "没有答卷" in error.value.text.zh
