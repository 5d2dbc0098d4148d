"""Random answers written as LimeSurvey exports them, in codes or in full, are read back as they were."""

from __future__ import annotations

from pathlib import Path

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from exports import limesurvey
from exports.spelled import ROUND_TRIPS, assert_told, surveys

_WAYS = (("code", False), ("code", True), ("full", True), ("both", True))


def test_answers_come_back(tmp_path: Path) -> None:
    for seed, survey, answers in surveys(28):
        mapped = survey_from_dict({**survey.to_dict(), "sources": {"limesurvey": limesurvey.sources(survey)}})
        for headings, labels in _WAYS if ROUND_TRIPS else (_WAYS[seed % 4],):
            read_by = mapped if headings == "code" else survey
            path = tmp_path / f"{seed}{headings}{labels}{'.xlsx' if seed % 5 == 0 else '.csv'}"
            held = limesurvey.write(survey, answers, path, labels=labels, headings=headings, numbers=seed % 3 == 0)
            assert_told(read_by, held, cl.read_responses(path, read_by), "limesurvey")
