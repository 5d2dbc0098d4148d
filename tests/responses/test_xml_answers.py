"""Answers in XML: one element a response, one a column; what is not that is refused, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import closeloop as cl

ONE = "<_recordId>R_1</_recordId><recordedDate>2026-03-01 10:00:00</recordedDate><finished>True</finished>"
TWO = ONE.replace("R_1", "R_2")
SURVEY = cl.load_survey("relationship-nps")

Kept = Callable[[str], Path]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    def keep(content: str) -> Path:
        path = tmp_path / "answers.xml"
        path.write_text(content, encoding="utf-8")
        return path

    return keep


def test_answers_are_read_with_markup_and_line_ends_as_text(kept: Kept) -> None:
    why = "<why>R&amp;D &lt;b&gt;\n<![CDATA[=1+1 <i>]]> 很好</why>"
    path = kept(f"<Responses><Response>{ONE}<recommend>9</recommend>{why}</Response></Responses>")
    responses = cl.read_responses(path, SURVEY)
    assert responses.sources[0].platform == "qualtrics"
    assert responses.accepted[["response_id", "recommend"]].values.tolist() == [["R_1", 9]]
    assert responses.raw["why"].tolist() == ["R&D <b>\n=1+1 <i> 很好"]


def test_a_column_that_a_response_lacks_is_empty_and_one_that_stands_twice_is_two(kept: Kept) -> None:
    answers = "<recommend>9</recommend><recommend>3</recommend>"
    path = kept(f"<Responses><Response>{ONE}</Response><Response>{TWO}{answers}</Response></Responses>")
    responses = cl.read_responses(path)
    assert responses.raw.iloc[:, -2:].values.tolist() == [["", ""], ["9", "3"]]
    assert responses.issues["code"].tolist() == ["duplicate_header"]


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", cl.InsufficientDataError, "empty"),
        ("<Responses></Responses>", cl.InsufficientDataError, "has no response"),
        (f"<Responses><Response>{ONE}", cl.ResponseValidationError, "cannot be read as XML: no element found"),
        ("<Responses>\x00</Responses>", cl.ResponseValidationError, "cannot be read as XML"),
        ('<?xml version="1.0" encoding="nowhere"?><R/>', cl.ResponseValidationError, "cannot be read as XML"),
        (
            f"<Responses>\n<Response>{ONE}<a><b>1</b></a></Response></Responses>",
            cl.ResponseValidationError,
            "line 2: <b> stands inside a column",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Responses><Response><q>&b;</q></Response></Responses>',
            cl.ResponseValidationError,
            "declares entities",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><R><S><q>&a;</q></S></R>',
            cl.ResponseValidationError,
            "declares entities",
        ),
    ],
)
def test_what_is_no_list_of_responses_is_refused(kept: Kept, content: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        cl.read_responses(kept(content), SURVEY)


@pytest.mark.shared
def test_the_xml_of_real_answers_holds_what_their_csv_holds(shared: Callable[[str], Path]) -> None:
    folder = shared("data/exports/qualtrics")
    xml = cl.read_responses(folder / "sp_test_responses.xml")
    csv = cl.read_responses(folder / "derived_sp_test_3header.csv")
    assert xml.raw.iloc[:, 4:].values.tolist() == csv.raw.iloc[:, 4:].values.tolist()
    told = ["source_key", "role", "item"]
    assert xml.columns[told].fillna("").values.tolist() == csv.columns[told].fillna("").values.tolist()
