"""Qualtrics: what is written in its layouts is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.qualtrics import write
from exports.spelled import assert_round_trips

VARIANTS = {
    "labels": {"labels": True},
    "numbers": {"labels": False, "seen": True},
    "labels joined": {"labels": True, "joined": True},
    "numbers joined": {"labels": False, "joined": True},
    "two header rows": {"labels": False, "header_rows": 2},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_are_read_back_as_they_were_written(tmp_path: Path, variant: str) -> None:
    assert_round_trips(write, "qualtrics", VARIANTS, variant, tmp_path)
