"""The scorecard in a page: filters by keyboard, comments as text, and nothing said in colour alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.text import LocalText
from closeloop.themes.codings.coding import Coding

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>window.hurt = 1</script><b>late</b>",
    '<img src=x onerror="window.hurt = 1"> "quoted" & cheap',
    "\u202eright to left\u202c",
    "وصل الطرد متأخرا جدا",
    "long " * 400,
    "Mr Smith, ann@example.org, +86 138 0013 8000, called twice",
    "等了三天才有人回电，请联系张伟 13800138000",
)
THEMES = {"late": ("Late parcels", "包裹晚到"), "staff": ("Staff", "客服态度"), "price": ("Price", "价格")}


def scorecard(n: int = 1600) -> Scorecard:
    """Return a scorecard of four regions, two channels, ten months, two languages; one month is bad, one region small."""
    rng = np.random.default_rng(7)
    month = rng.integers(1, 11, n)
    bad = month == 9
    recommend = np.where(rng.random(n) < np.where(bad, 0.55, 0.18), rng.integers(0, 7, n), rng.integers(7, 11, n))
    theme = rng.choice(["late", "staff", "price", ""], n, p=[0.3, 0.15, 0.05, 0.5])
    words = [f"{HOSTILE[i % len(HOSTILE)]} ({i})" if i % 3 else "" for i in range(n)]
    frame = pd.DataFrame(
        {
            "response_id": range(n),
            "recommend": recommend,
            "region": rng.choice(["East", "North", "South", "Isle"], n, p=[0.5, 0.3, 0.195, 0.005]),
            "channel": rng.choice(["App", "Shop"], n, p=[0.7, 0.3]),
            "month": [f"2026-{m:02d}" for m in month],
            "language": rng.choice(["en", "zh-CN"], n),
            "words": words,
        }
    )
    said = (theme != "") & (frame["words"] != "")
    coding = Coding.from_table(
        {"id": frame["response_id"][said], "code": theme[said]}, unit="response",
        codes={code: LocalText(en=en, zh_cn=zh) for code, (en, zh) in THEMES.items()} if False else None,
    )  # fmt: skip
    return cl.scorecard(
        frame, cl.Nps("recommend"), by=["region", "channel"], period="month", coding=coding, verbatims="words",
        names=["张伟"],
    )  # fmt: skip


def test_pictures(bare: Callable[..., Any]) -> None:
    card = scorecard()
    print(card, card.select())
    for tag in ("en", "zh-CN"):
        for dark in (False, True):
            for width in (1000, 600):
                board = card.board(tag)
                page = bare(board, dark=dark, width=width)
                page.page.locator(".sb").wait_for()
                if width == 600:
                    page.page.get_by_role("button", name="late").first.click()
                    page.page.locator(".said li").first.wait_for()
                print(tag, dark, width, page.violations())
                page.picture(f"score-{tag}-{dark}-{width}")
