"""Google Forms: what is written in its layouts is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.google_forms import write
from exports.spelled import assert_round_trips

VARIANTS: dict[str, dict[str, str]] = {
    "through a sheet": {},
    "downloaded": {"separator": ";", "stamp": "zone"},
    "in German": {"stamp": "de"},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_are_read_back_as_they_were_written(tmp_path: Path, variant: str) -> None:
    assert_round_trips(write, "google_forms", VARIANTS, variant, tmp_path)
