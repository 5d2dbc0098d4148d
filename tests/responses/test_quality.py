"""Signs of careless answering in responses."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import ColumnNotFoundError

SURVEY = """
format: 1
id: grid-test
version: 1
languages: [en]
title: Grid
pages:
  - name: main
    items:
      - {name: recommend, type: nps, ask: Would you recommend us?}
      - {name: grid, type: matrix, ask: How far do you agree?, rows: [a, b, c, d, e, f], points: 7}
metrics:
  nps: {kind: nps, item: recommend}
"""


@pytest.fixture
def responses(tmp_path: Path) -> cl.Responses:
    """Sixty answers, the first of a detractor who ticked 4 in every row within twelve seconds."""
    file = tmp_path / "grid.survey.yaml"
    file.write_text(SURVEY, encoding="utf-8")
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(rng.integers(1, 8, (60, 6)), columns=[f"grid.{row}" for row in "abcdef"])
    frame.iloc[0] = 4
    frame.insert(0, "recommend", [0, *[10] * 59])
    frame["Duration (in seconds)"] = ["12", *["120"] * 59]
    return cl.read_responses(frame, cl.load_survey(file))


def read(frame: pd.DataFrame) -> cl.Responses:
    return cl.read_responses(frame, cl.load_survey("relationship-nps"))


def test_straight_and_fast_answers_are_flagged_and_the_score_is_told_without_them(responses: cl.Responses) -> None:
    found = responses.quality()
    rows = {row.flag: row for row in found.counts}
    assert (rows["straight_line"].judged, rows["straight_line"].flagged) == (60, 1)
    assert (rows["too_fast"].judged, rows["too_fast"].flagged) == (60, 1)
    assert rows["odd_pattern"].judged == 60
    assert found.score == pytest.approx(100 * 58 / 60)
    assert rows["any"].score_without == pytest.approx(100)
    assert "1 of 60 responses" in str(found.sentence)
    assert len(responses.accepted) == 60  # nothing is dropped
    assert found.flags.loc[found.flags["any"], "response_id"].tolist() == [responses.accepted["response_id"].iloc[0]]


def test_straight_lining_needs_five_answers_of_one_scale(responses: cl.Responses) -> None:
    few = responses.quality([f"grid__{row}" for row in "abcd"])
    assert few.counts[0].judged == 0
    assert few.flags["straight_line"].isna().all()
    assert any("at least 5 items" in str(note) for note in few.notes)


def test_export_without_anything_to_judge_says_so() -> None:
    found = read(pd.DataFrame({"recommend": ["9", "10"]})).quality()
    assert found.counts[-1].judged == 0
    assert "None of the 2 responses can be judged" in str(found.sentence)
    assert [row["flag"] for row in found.rows()] == ["any"]
    assert math.isnan(found.rows()[0]["share"])
    assert found.plot().alt.startswith("Signs of careless answering")


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(ColumnNotFoundError, match="durration"):
        read(pd.DataFrame({"recommend": ["9"]})).quality(duration="durration")


def test_every_platforms_own_seconds_are_read_where_files_of_two_are_read_together(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("recommend,Duration (in seconds)\n" + "9,60\n" * 4 + "9,5\n", encoding="utf-8")
    other.write_text("recommend,所用时间\n" + "9,64秒\n" * 4 + "8,6秒\n", encoding="utf-8")
    found = cl.read_responses([one, other], "relationship-nps").quality()
    assert [(row.judged, row.flagged) for row in found.counts if row.flag == "too_fast"] == [(10, 2)]
