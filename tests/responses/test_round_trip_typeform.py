"""Typeform: what is written in its layouts is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.spelled import assert_round_trips
from exports.typeform import write

VARIANTS: dict[str, dict[str, bool]] = {"new": {"new": True}, "old": {"new": False}}


@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_are_read_back_as_they_were_written(tmp_path: Path, variant: str) -> None:
    assert_round_trips(write, "typeform", VARIANTS, variant, tmp_path)
