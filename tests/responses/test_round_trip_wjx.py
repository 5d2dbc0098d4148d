"""Random answers written as 问卷星 exports them, by text, by score and by place, are read back as they were."""

from __future__ import annotations

from pathlib import Path

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from exports import wjx
from exports.spelled import ROUND_TRIPS, assert_told, surveys, told


def test_answers_come_back(tmp_path: Path) -> None:
    for seed, survey, answers in surveys(27):
        mapped = survey_from_dict({**survey.to_dict(), "sources": {"wjx": wjx.sources(survey)}})
        for mode in range(3) if ROUND_TRIPS else (seed % 3,):
            path = tmp_path / f"31415926_{mode}_问卷{seed}_6_6{'.xlsx' if seed % 4 == 0 else '.csv'}"
            held = wjx.write(mapped, answers, path, mode=mode, encoding="gb18030" if seed % 2 else "utf-8-sig")
            assert_told(mapped, held, cl.read_responses(path, mapped), "wjx")


def test_the_three_ways_of_exporting_give_one_data_set(tmp_path: Path) -> None:
    for seed, survey, answers in surveys(3):
        mapped = survey_from_dict({**survey.to_dict(), "sources": {"wjx": wjx.sources(survey)}})
        found = []
        for mode in range(3):
            path = tmp_path / f"31415926_{mode}_问卷{seed}_6_6.csv"
            wjx.write(mapped, answers, path, mode=mode)
            back = told(mapped, cl.read_responses(path, mapped))
            found.append([{k: v for k, v in each.items() if not k.endswith("__other_text")} for each in back])
        assert found[0] == found[1] == found[2]
