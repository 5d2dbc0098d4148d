"""The monthly report: what it says first, what it hides, where it cannot tell, and what it takes from the loop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.followup.measure.money import AccountValue
from closeloop.reports.month_answers import month_answers
from closeloop.reports.month_themes import month_themes
from closeloop.reports.report import Report
from closeloop.text import LocalText

METRIC = cl.Nps("recommend")


def month(label: str, promoters: int, passives: int, detractors: int, **columns: Any) -> pd.DataFrame:
    scores = [10] * promoters + [8] * passives + [3] * detractors
    days = pd.Timestamp(label) + pd.to_timedelta(np.arange(len(scores)) % 28, unit="D")
    return pd.DataFrame({"recommend": scores, "answered_at": days} | columns)


def answers() -> pd.DataFrame:
    """Give five quiet months, then one in which the score fell by far; one region has seven answers."""
    quiet = [month(f"2026-0{n}-01", 50, 30, 20) for n in range(1, 6)]
    frame = pd.concat([*quiet, month("2026-06-01", 25, 30, 45)], ignore_index=True)
    frame["region"] = ["east" if at % 100 < 60 else "west" if at % 100 < 93 else "tiny" for at in range(len(frame))]
    return frame


@pytest.fixture(scope="module")
def june() -> Report:
    made: Report = cl.monthly_report(answers(), month="2026-06", metric=METRIC, by="region")
    return made


@pytest.fixture(scope="module")
def page(june: Report) -> str:
    return plain(june.to_markdown())


def plain(text: Any) -> str:
    return str(text).replace("\xa0", " ")


def said(report: Report) -> str:
    """Give what a report says in sentences; what is drawn need not be drawn for that."""
    texts = (str(part) for part in report.parts if isinstance(part, str | LocalText))
    return plain("\n".join([*texts, *(str(part.sentence) for part in report.parts if hasattr(part, "sentence"))]))


def test_the_conclusion_has_score_interval_n_and_change_beyond_chance(june: Report) -> None:
    score, before = cl.NpsResult(25, 30, 45), cl.NpsResult(50, 30, 20)
    low, high = score.confidence_interval(0.95)
    change = cl.compare(score, before).ci
    assert change is not None
    sign = "+" if high > 0 else "−"
    assert plain(june.parts[0].text) == (
        f"In June 2026 the Net Promoter Score (NPS) was −20 (95 % interval −{abs(low):.0f} to {sign}{abs(high):.0f}, "
        f"n = 100): 50 points below May 2026, more than chance explains "
        f"(−{abs(change.low):.0f} to −{abs(change.high):.0f})."
    )
    assert june.leads
    assert not june.findings()


def test_a_change_within_chance_is_called_so() -> None:
    may = cl.monthly_report(answers(), month="2026-05", metric=METRIC)
    assert "0 points against April 2026, which chance alone can explain (" in plain(may.parts[0].text)


def test_a_first_month_has_nothing_to_be_held_against() -> None:
    january = cl.monthly_report(answers(), month="2026-01", metric=METRIC)
    assert plain(january.parts[0]).endswith("there are too few answers of December 2025 to say whether it moved.")
    assert "Cannot tell: there is no trend yet." in said(january)
    assert "Whether the score moved since December 2025" in said(january)


def test_a_month_with_few_answers_is_not_shown() -> None:
    few = pd.concat([answers(), month("2026-07-01", 4, 1, 1)], ignore_index=True)
    july = cl.monthly_report(few, month="2026-07", metric=METRIC)
    assert plain(july.parts[0]) == (
        "In July 2026 fewer than 10 customers answered: the Net Promoter Score (NPS) is not shown."
    )
    assert "+50" not in july.to_markdown()


def test_later_months_are_not_looked_at(june: Report) -> None:
    later = pd.concat([answers(), month("2026-07-01", 90, 5, 5, region="east")], ignore_index=True)
    again = cl.monthly_report(later, month="2026-06", metric=METRIC, by="region")
    assert said(again) == said(june)


def test_a_small_segment_is_hidden_and_the_report_says_so(page: str) -> None:
    row = next(line for line in page.splitlines() if line.startswith("| tiny"))
    assert row == "| tiny | \\< 10 | hidden: fewer than 10 answers |  |  |"
    assert re.search(r"\| (east|west) \| – \| hidden too", page)  # else it could be had by subtraction
    assert "those with n \\< 10, and whatever would give them away, are hidden" in page


def test_the_trend_alarms_in_the_month_that_fell(page: str) -> None:
    assert "left its baseline in Jun 2026: −20 against +30" in page.split("## Over the months")[1].split("##")[0]


def test_each_table_names_the_call_that_gave_it(page: str) -> None:
    for call in (
        'cl.score(month, cl.Nps("recommend"), by="region") # month: answered_at in 2026-06',
        'cl.score(data, cl.Nps("recommend"), by=cl.Period("answered_at")).compare("2026-06", "2026-05")',
    ):
        assert f"`{call}`" in page


def test_few_complete_answers_say_nothing_of_what_goes_along() -> None:
    frame = answers().assign(overall=4, effort=np.where(np.arange(600) % 2, 5, 6))
    survey = cl.load_survey("relationship-nps")
    few = cl.read_responses(frame.head(520).assign(response_id=range(520)).astype(str), survey)
    assert "Cannot tell: 20 complete answers; below 100 nothing is said" in said(
        cl.monthly_report(few, month="2026-06")
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("The bill was wrong and nobody called back", "“Service delivery” is the only theme"),
        ("Blue curtains in Wednesday", "leaves more than 50 % of what was said without a code. Choose another one"),
        ("", "Cannot tell: fewer than 10 comments"),
    ],
)
def test_themes_are_shown_as_far_as_the_codebook_fits(words: str, expected: str) -> None:
    found = month_answers(answers().assign(why=words), "2026-06").this
    themes = month_themes(found, METRIC, "why", "conflict-types", 10)
    assert expected in plain(themes if isinstance(themes, LocalText) else themes.sentence)
    assert isinstance(themes, LocalText) or themes.n == 75  # promoters are left out


def test_without_a_loop_nothing_is_said_of_following_up(page: str) -> None:
    assert "Not measured: no loop was given" in page
    assert "June 2026: not measured: experience, money at risk." in page
    assert "Whether anybody followed up." in page


def test_the_loop_is_looked_at_as_it_stood_at_the_end_of_the_month() -> None:
    clock = {"now": "2026-05-20 09:00"}
    with cl.open_loop(":memory:", actor="li", now=lambda: clock["now"], timezone="Asia/Shanghai") as loop:
        loop.open_case(words="Early.", channel="phone", received_at="2026-05-20 08:00", subject="K1")
        for day in ("2026-06-02", "2026-06-03"):
            clock["now"] = f"{day} 09:00"
            case = loop.open_case(words="Late.", channel="phone", received_at=f"{day} 08:00", subject="K2")
            case.assign(owner="wu", team="service")
            case.acknowledge(sent=True, channel="phone")
        subject = loop.case(case.case_id)._state.value("subject_id")
        clock["now"] = "2026-07-02 09:00"
        loop.open_case(words="July.", channel="phone", received_at="2026-07-02 08:00", subject="K3")
        values = {subject: AccountValue(amount=1200, currency="CNY", source="contract 2026")}
        june = cl.monthly_report(answers(), month="2026-06", metric=METRIC, loop=loop, values=values)
        without = cl.monthly_report(answers(), month="2026-06", metric=METRIC, loop=loop)
    figures = {figure.name: figure for part in june.parts if hasattr(part, "figures") for figure in part.figures}
    assert (figures["acknowledge_within"].n, figures["acknowledge_within"].estimate) == (2, 1.0)
    assert (figures["value_at_risk_CNY"].n, figures["value_at_risk_CNY"].estimate) == (1, 1200)
    assert 'loop.measure("2026-07-01 00:00", since="2026-06-01 00:00").section("speed")' in june.calls
    assert "nobody has said what the accounts are worth" in said(without)
    assert not june.findings()


def test_a_month_nobody_answered_in_names_those_with_answers() -> None:
    with pytest.raises(cl.InsufficientDataError, match=r"Nobody answered in 2027-01\. .*2026-05, 2026-06"):
        cl.monthly_report(answers(), month="2027-01", metric=METRIC)
    for wrong in ("June", "2026-13", 6, "2026-6"):
        with pytest.raises(ValueError, match="month is a month such as"):
            cl.monthly_report(answers(), month=wrong, metric=METRIC)


def test_a_day_or_a_period_stands_for_its_month(june: Report) -> None:
    for given in (pd.Period("2026-06", "M"), pd.Timestamp("2026-06-17"), "2026-06-17"):
        assert cl.monthly_report(answers(), month=given, metric=METRIC).title == june.title


def test_both_languages_say_it_with_the_same_figures_and_the_same_bytes(june: Report, tmp_path: Path) -> None:
    pages = [
        cl.monthly_report(answers(), month="2026-06", metric=METRIC, by="region", language="zh-CN") for _ in range(2)
    ]
    assert plain(pages[0].parts[0].text.zh).startswith("2026 年 6 月净推荐值（NPS）为 −20（95% 区间 ")
    assert plain(pages[0].parts[0].text.zh).find("比 2026 年 5 月低 50 分，超出偶然波动") > 0
    assert not pages[0].findings()
    written = [page.to_html(tmp_path / f"{at}.html").read_bytes() for at, page in enumerate(pages)]
    assert written[0] == written[1]
    assert len(pages[0].parts) == len(june.parts)
