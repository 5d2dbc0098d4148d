"""An export of labels and one of numbers, split or joined, give the same data set."""

from __future__ import annotations

import importlib
import random
from pathlib import Path

import pandas as pd
import pytest

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey
from random_surveys import random_answers, random_survey


@pytest.mark.parametrize(("platform", "other"), [("qualtrics", {"joined": True}), ("surveymonkey", {"expanded": True})])
def test_labels_and_numbers_of_one_survey_give_one_data_set(
    tmp_path: Path, platform: str, other: dict[str, bool]
) -> None:
    writer = importlib.import_module(f"exports.{platform}")
    for seed in (1, 2, 6):
        survey = survey_from_dict(random_survey(seed))
        rng = random.Random(seed)
        answers = [random_answers(survey, rng) for _ in range(8)]
        frames = []
        for number, variant in enumerate([{"labels": True}, {"labels": False}, {"labels": True} | other]):
            path = tmp_path / f"{seed}-{number}.csv"
            writer.write(survey, answers, path, tag=survey.languages[0], **variant)
            accepted = cl.read_responses(path, survey).accepted
            first = frames[0] if frames else _asked(survey, accepted)
            frames.append(accepted[[name for name in accepted if name in first]])
        pd.testing.assert_frame_equal(frames[0], frames[1])
        pd.testing.assert_frame_equal(frames[0], frames[2])


def _asked(survey: Survey, frame: pd.DataFrame) -> pd.DataFrame:
    names = {item.name for item in survey.items}
    return frame[["response_id", "answered_at", "status", *(c for c in frame if c.partition("__")[0] in names)]]
