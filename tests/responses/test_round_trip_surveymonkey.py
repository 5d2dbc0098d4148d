"""SurveyMonkey: what is written in its layouts is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.spelled import assert_round_trips
from exports.surveymonkey import write

VARIANTS = {
    "condensed": {"labels": True},
    "expanded": {"labels": True, "expanded": True},
    "numbers": {"labels": False},
    "numbers expanded": {"labels": False, "expanded": True},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_are_read_back_as_they_were_written(tmp_path: Path, variant: str) -> None:
    assert_round_trips(write, "surveymonkey", VARIANTS, variant, tmp_path)
