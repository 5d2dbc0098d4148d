"""A scorecard with a bad month, a small region and hostile comments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import closeloop as cl
from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.followup.scorecard import scorecard as build

HOSTILE = (
    "<script>window.hurt = 1</script><b>late</b>",
    '<img src=x onerror="window.hurt = 1"> "quoted" & cheap',
    "\u202eright to left\u202c وصل الطرد متأخرا",
    "long " * 400,
    "Ask Mr Smith, ann@example.org or +86 138 0013 8000",
    "等了三天才有人回电，请联系张伟 13800138000",
)
NAMES = ("张伟", "Smith")


def answered(n: int = 900) -> pd.DataFrame:
    """Give the answers of three regions, nine months and two languages; the Isle is small, the eighth month bad."""
    draw = np.random.default_rng(7)
    month = draw.integers(1, 10, n)
    low = draw.random(n) < np.where(month == 8, 0.65, 0.18)
    return pd.DataFrame(
        {
            "response_id": range(n),
            "recommend": np.where(low, draw.integers(0, 7, n), draw.integers(7, 11, n)),
            "region": draw.choice(["East", "North", "Isle"], n, p=[0.6, 0.392, 0.008]),
            "month": [f"2026-{m:02d}" for m in month],
            "language": draw.choice(["en", "zh-CN"], n),
            "words": [f"{HOSTILE[i // 3 % len(HOSTILE)]} ({i})" if i % 3 else "" for i in range(n)],
            "theme": draw.choice(["late delivery", "staff", "price", ""], n, p=[0.3, 0.15, 0.05, 0.5]),
        }
    )


def scorecard(**how: Any) -> Scorecard:
    """Give the scorecard of these answers."""
    frame = answered()
    said = frame[frame["words"] != ""].assign(theme=lambda said: said["theme"].replace("", None))
    coding = cl.Coding.from_table(said, unit="response", id="response_id", code="theme")
    given = {"by": "region", "period": "month", "coding": coding, "verbatims": "words", "names": NAMES} | how
    return build(frame, cl.Nps("recommend"), **given)
