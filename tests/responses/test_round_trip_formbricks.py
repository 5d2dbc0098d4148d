"""Random answers written as Formbricks exports them are read back as they were."""

from __future__ import annotations

from pathlib import Path

import closeloop as cl
from exports import formbricks
from exports.spelled import assert_told, surveys


def test_answers_come_back(tmp_path: Path) -> None:
    for seed, survey, answers in surveys(25):
        path = tmp_path / f"{seed}{'.xlsx' if seed % 4 == 0 else '.csv'}"
        held = formbricks.write(survey, answers, path, seed=seed)
        assert_told(survey, held, cl.read_responses(path, survey), "formbricks")
