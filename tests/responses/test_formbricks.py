"""Formbricks: columns that come and go, labels in the language of the respondent, write-ins among the choices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
HEADER = (
    "No.,Response ID,Timestamp,Finished,Survey ID,Formbricks ID (internal),User ID,Tags,url,source,1. Recommend us?,"
    "2. Why?,3. Which branch?,3. Which branch? - Option ID,4. What hurts?,4. What hurts? - Option ID,5. Rate - Speed,"
    "5. Rate - Care,6. Order?,wave,person.plan"
)
ROWS = (
    '1,cm1,2026-01-01 20:00:00 UTC,Yes,srv,,u-1,"vip, eu",https://x.test/,mail,8,slow,East,id_e,'
    '"Price, fees; nowhere; to park","id_p, other",4,5,Bb; Aa,spring,pro\n'
    "2,cm2,2026-01-02 04:00:00 GMT+8,No,srv,,,,,,3,,西店,id_w,等待,id_w,,,,spring,"
)


def file(write: Write, text: str = f"{HEADER}\n{ROWS}\n") -> Path:
    return write(text)


def test_choices_are_read_in_the_language_of_the_respondent(write: Write, small: Survey) -> None:
    responses = cl.read_responses(file(write), small)
    first, second = responses.accepted.to_dict("records")
    assert (first["recommend"], first["branch"], second["branch"]) == (8, "east", "west")
    assert [first["pains__price"], first["pains__wait"], first["pains__other"]] == [True, False, True]
    assert first["pains__other_text"] == "nowhere; to park"
    assert second["pains__wait"] is True
    assert (first["grid__speed"], first["grid__care"], first["rank__b"], first["rank__a"]) == (4, 5, 1, 2)
    assert set(responses.issues["code"]) == {"write_in", "item_not_found"}


def test_times_with_their_offsets_states_and_people(write: Write, small: Survey) -> None:
    accepted = cl.read_responses(file(write), small).accepted
    assert accepted["answered_at_utc"].astype(str).unique().tolist() == ["2026-01-01 20:00:00+00:00"]
    assert accepted["status"].astype(str).tolist() == ["complete", "partial"]
    assert accepted["response_id"].tolist() == ["cm1", "cm2"]
    assert accepted["respondent_id"].fillna("").tolist() == ["u-1", ""]
    assert accepted["channel_source"].astype("str").fillna("").tolist() == ["mail", ""]


def test_a_person_agrees_with_the_report_on_columns(write: Write, small: Survey) -> None:
    columns = cl.read_responses(file(write), small).columns.set_index("source_column")
    assert "ids of the choices" in columns.loc["4. What hurts? - Option ID", "reason_en"]
    assert columns.loc["5. Rate - Speed", ["item", "option", "verdict"]].tolist() == ["grid", "speed", "certain"]
    assert columns.loc["person.plan", "role"] == "unused"


@pytest.mark.parametrize("gone", ["url", "source", "Tags", "User ID", "No.", "Survey ID", "Formbricks ID (internal)"])
def test_columns_that_vanish_are_not_missed(write: Write, small: Survey, gone: str) -> None:
    place = HEADER.split(",").index(gone)
    rows = [row.replace('"vip, eu"', "vip").replace('"Price, fees; nowhere; to park"', "Waiting").replace(
        '"id_p, other"', "id_p"
    ).split(",") for row in ROWS.split("\n")]  # fmt: skip
    text = "\n".join(",".join(cell for i, cell in enumerate(row) if i != place) for row in [HEADER.split(","), *rows])
    responses = cl.read_responses(file(write, text), small)
    assert responses.sources[0].platform == "formbricks"
    assert responses.ledger == {"rows_in": 2, "accepted": 2, "quarantined": 0, "superseded": 0}


def test_a_headline_may_hold_the_mark_between_question_and_row(write: Write) -> None:
    header = HEADER.replace("5. Rate -", "5. Service - today -").replace("2. Why?", "2. Why - in short?")
    columns = cl.read_responses(file(write, f"{header}\n{ROWS}\n"))._opened[0].layout.columns
    asked = {c.header: (c.question, c.option) for c in columns}
    assert asked["5. Service - today - Speed"] == ("Service - today", "Speed")
    assert asked["2. Why - in short?"] == ("Why - in short?", None)
