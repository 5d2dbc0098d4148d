"""Sources written on the spot."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

SMALL: dict[str, Any] = {
    "format": 1,
    "id": "small",
    "version": 1,
    "languages": ["en", "zh-CN"],
    "timezone": "Asia/Shanghai",
    "title": {"en": "Small", "zh-CN": "小"},
    "pages": [
        {
            "name": "main",
            "items": [
                {
                    "name": "recommend",
                    "type": "nps",
                    "required": True,
                    "ask": {"en": "Recommend us?", "zh-CN": "推荐我们？"},
                },
                {"name": "why", "type": "comment", "ask": {"en": "Why?", "zh-CN": "为什么？"}},
                {
                    "name": "branch",
                    "type": "single",
                    "ask": {"en": "Which branch?", "zh-CN": "哪家门店？"},
                    "options": [
                        {"value": "east", "text": {"en": "East", "zh-CN": "东店"}},
                        {"value": "west", "text": {"en": "West", "zh-CN": "西店"}},
                    ],
                },
                {
                    "name": "pains",
                    "type": "multi",
                    "show_if": "{recommend} <= 8",
                    "other": True,
                    "max": 2,
                    "ask": {"en": "What hurts?", "zh-CN": "哪里不好？"},
                    "options": [
                        {"value": "price", "text": {"en": "Price, fees", "zh-CN": "价格"}},
                        {"value": "wait", "text": {"en": "Waiting", "zh-CN": "等待"}},
                        {"value": "staff", "text": {"en": "Staff", "zh-CN": "员工"}},
                    ],
                },
                {
                    "name": "visits",
                    "type": "number",
                    "integer": True,
                    "min": 0,
                    "ask": {"en": "Visits?", "zh-CN": "次数？"},
                },
                {"name": "call", "type": "yesno", "ask": {"en": "Call you?", "zh-CN": "回电？"}},
                {"name": "day", "type": "date", "ask": {"en": "Day?", "zh-CN": "日期？"}},
                {
                    "name": "rank",
                    "type": "ranking",
                    "ask": {"en": "Order?", "zh-CN": "排序？"},
                    "options": [
                        {"value": "a", "text": {"en": "Aa", "zh-CN": "甲"}},
                        {"value": "b", "text": {"en": "Bb", "zh-CN": "乙"}},
                    ],
                },
                {
                    "name": "grid",
                    "type": "matrix",
                    "points": 5,
                    "ask": {"en": "Rate", "zh-CN": "评分"},
                    "rows": [
                        {"value": "speed", "text": {"en": "Speed", "zh-CN": "速度"}},
                        {"value": "care", "text": {"en": "Care", "zh-CN": "关怀"}},
                    ],
                },
            ],
        }
    ],
    "metrics": {"nps": {"kind": "nps", "item": "recommend"}},
}


@pytest.fixture
def small_file() -> dict[str, Any]:
    """The content of that survey's file, to change."""
    return copy.deepcopy(SMALL)


@pytest.fixture(scope="session")
def small() -> Survey:
    """A survey with every kind of answer."""
    return survey_from_dict(SMALL)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text into a file."""

    def put(text: str | bytes, name: str = "answers.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return put
