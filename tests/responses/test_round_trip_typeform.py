"""Typeform: what is written in its layouts is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

import closeloop as cl
from exports.spelled import assert_told, surveys
from exports.typeform import write

VARIANTS: dict[str, dict[str, bool]] = {"new": {"new": True}, "old": {"new": False}}


@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_are_read_back_as_they_were_written(tmp_path: Path, variant: str) -> None:
    place = list(VARIANTS).index(variant)
    for seed, survey, answers in surveys(25):
        if seed % len(VARIANTS) != place:  # every survey once, in turn
            continue
        suffix = (".csv", ".tsv", ".xlsx")[seed // len(VARIANTS) % 3]
        path = tmp_path / f"{seed}{suffix}"
        tag = survey.languages[-1]
        written = write(survey, answers, path, tag=tag, **VARIANTS[variant])
        assert_told(survey, written, cl.read_responses(path, survey), "typeform")
