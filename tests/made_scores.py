"""What views and reports are tested on: a score table with every kind of block, an export, names that mean harm."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.score_block import GroupScore, ScoreBlock
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.text import LocalText, message

HOSTILE = "<script>alert('x')</script>\u202e\"&"


def group(key: tuple[object, ...], result: NpsResult | ShareResult | MeanResult) -> GroupScore:
    return GroupScore(
        key=key, n=int(result.n), n_missing=result.n_missing, result=result, ci=result.confidence_interval()
    )


def hidden(key: tuple[object, ...], reason: str) -> GroupScore:
    return GroupScore(key=key, n=None, n_missing=None, result=None, ci=None, suppressed=True, reason=reason)


def two(en: str, zh: str) -> LocalText:
    return LocalText({"en": en, "zh-CN": zh})


def scores_of_every_kind() -> ScoreTable:
    """Give a table with every kind of block and a hidden group of each kind."""
    regions = (
        group(("east",), NpsResult(126, 88, 104)),
        group(("south",), NpsResult(136, 82, 44)),
        group((None,), NpsResult(10, 0, 0)),
        hidden(("ne",), "complementary"),
        hidden(("nw",), "small"),
    )
    channels = (group(("app",), ShareResult(425, 75)), group((HOSTILE,), ShareResult(74, 46)))
    months = tuple(group((f"2026-0{m}",), MeanResult(3.5 + m / 10, 1.1, 90 + m)) for m in (7, 8, 9))
    crossed = (
        group(("south", "app"), NpsResult(90, 60, 10)),
        group(("east", "app"), NpsResult(40, 30, 20)),
        group(("east", "store"), NpsResult(33, 0, 2)),
    )
    return ScoreTable(
        blocks=(
            ScoreBlock(metric=Nps("recommend"), keys=("region",), groups=regions, method="adjusted-wald",
                       total=group((), NpsResult(550, 364, 248, n_missing=18))),
            ScoreBlock(metric=TopBox("overall"), keys=("channel",), groups=channels, method="wilson",
                       total=group((), ShareResult(499, 121))),
            ScoreBlock(metric=MeanScore("effort"), keys=("month",), groups=months, method="t",
                       total=group((), MeanResult(4.3, 1.1, 294))),
            ScoreBlock(metric=Nps("recommend"), keys=("region", "channel"), groups=crossed, method="score",
                       total=group((), NpsResult(163, 90, 32))),
        ),
        confidence_level=0.95,
        min_n=10,
        n_rows=1180,
        notes=(message("scores.note_hidden", small=1, min_n=10, more=1),),
        source=two("relationship-nps v3", "relationship-nps 第 3 版"),
        period=(date(2026, 7, 1), date(2026, 9, 30)),
        labels={
            "region": {"east": two("East", "华东"), "south": two("South", "华南"), "ne": two("Northeast", "东北"),
                       "nw": two("Northwest", "西北")},
            "channel": {"app": two("App", "应用"), "store": two("Store", "门店")},
        },
        titles={"region": two("Region", "地区"), "channel": two("Channel", "渠道"), "month": message("scores.month")},
    )  # fmt: skip


def written_export(folder: Path) -> Path:
    """Write an export in which most things are right."""
    lines = ["response_id,respondent_id,answered_at,recommend,region,Lieblingsfarbe"]
    dirt = {3: "11", 4: "99", 5: "-1", 6: "101", 9: "7.5", 12: "十", 13: "<script>", 14: "\u202e9"}
    for i in range(40):
        who = 1 if i in (20, 21) else i
        lines.append(f"R{who},C-2081{i:02d},2026-07-{1 + i % 28:02d} 10:00,{dirt.get(i, '9')},east,{i}")
    path = folder / "answers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bare(html: str) -> str:
    """Give what is left of HTML where styles, drawings and attributes are taken away, as text."""
    html = re.sub(r"<(style|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(r"</(td|th|tr|p|dd|dt|caption|h1|h2)>", "\n", html)
    return unescape(re.sub(r"<[^>]*>", "", html)).replace("\u00a0", " ")
