"""Random answers written into an SPSS file, as labelled codes or as texts, are read back as they were."""

from __future__ import annotations

from pathlib import Path

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from exports import spss
from exports.spelled import ROUND_TRIPS, assert_told, surveys


def test_answers_come_back(tmp_path: Path) -> None:
    for seed, survey, answers in surveys(26):
        mapped = survey_from_dict({**survey.to_dict(), "sources": {"spss": spss.sources(survey)}})
        for labels in (True, False) if ROUND_TRIPS else (seed % 2 == 0,):
            path = tmp_path / f"{seed}{labels}.sav"
            held = spss.write(mapped, answers, path, labels=labels)
            assert_told(mapped, held, cl.read_responses(path, mapped), "spss")
