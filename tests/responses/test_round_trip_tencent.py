"""Random answers written as 腾讯问卷 exports them are read back as they were."""

from __future__ import annotations

from pathlib import Path

import closeloop as cl
from exports import tencent
from exports.spelled import assert_told, surveys


def test_answers_come_back(tmp_path: Path) -> None:
    for seed, survey, answers in surveys(25):
        path = tmp_path / f"{seed}{'.xlsx' if seed % 3 == 0 else '.csv'}"
        encoding = "gb18030" if seed % 2 else "utf-8-sig"
        held = tencent.write(survey, answers, path, encoding=encoding, lettered=seed % 5 != 0)
        assert_told(survey, held, cl.read_responses(path, survey), "tencent")
