"""What leaves with customers: one's own share with its source and limits, or a range; never one borrowed number."""

from __future__ import annotations

import pytest

from closeloop.followup.measure.revenue_at_risk import FOLK, SUPPOSED, revenue_at_risk
from closeloop.stats.intervals import share_interval
from closeloop.text import set_language


def test_without_an_own_share_there_is_a_range_and_never_one_number() -> None:
    found = revenue_at_risk(400, 250.0, currency="CNY")
    rows = found.rows()
    assert [row["p_leave"] for row in rows] == list(SUPPOSED)
    assert [row["origin"] for row in rows] == ["supposed"] * len(SUPPOSED)
    assert not found.is_measured
    assert "Nobody has measured" in found.sentence.en
    said = found.sentence.en.replace("\xa0", " ").replace("\u202f", ",")
    assert "5,000 to 50,000 CNY" in said


def test_the_seventy_percent_are_off_and_say_that_they_have_no_source() -> None:
    assert FOLK not in [row["p_leave"] for row in revenue_at_risk(400, 250.0).rows()]
    found = revenue_at_risk(400, 250.0, folk=True)
    row = found.rows()[-1]
    assert (row["p_leave"], row["estimate"]) == (0.7, 70_000)
    assert str(row["provenance"]) == "source 001, unsourced"
    assert row["provenance"].zh == "资料 001，无出处"
    assert any("buy again" in note.en and "Goodman" in note.en for note in found.notes)
    assert "70" not in found.sentence.en  # the sentence never leans on it


def test_an_own_share_has_the_interval_of_what_it_was_observed_on() -> None:
    found = revenue_at_risk(400, 250.0, 0.2, n=100, source="churn of 2025, finance")
    low, high = (float(limit) for limit in share_interval(20, 100))
    assert [row["p_leave"] for row in found.rows()] == [low, 0.2, high]
    assert found.rows()[1]["estimate"] == 20_000
    assert "churn of 2025, finance" in str(found)


def test_limits_can_be_given_and_then_no_middle_is_made_up() -> None:
    found = revenue_at_risk(10, 100.0, (0.1, 0.3), source="estimate, sales")
    assert [row["estimate"] for row in found.rows()] == [100.0, 300.0]


@pytest.mark.parametrize(
    ("p_leave", "how", "words"),
    [
        (0.2, {"n": 50}, "needs its source"),
        (0.2, {"source": "x"}, "needs n="),
        ((0.1, 0.3), {}, "needs its source"),
        ((0.3, 0.1), {"source": "x"}, "lower limit first"),
        (1.2, {"source": "x", "n": 9}, "between 0 and 1"),
    ],
)
def test_a_share_without_source_or_limits_is_refused(p_leave: object, how: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        revenue_at_risk(400, 250.0, p_leave, **how)  # type: ignore[arg-type]


def test_impossible_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        revenue_at_risk(-1, 250.0)
    with pytest.raises(ValueError, match="0 or more"):
        revenue_at_risk(1, float("nan"))


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_can_be_read_and_drawn(tag: str) -> None:
    set_language(tag)
    found = revenue_at_risk(400, 250.0, folk=True, currency="CNY")
    assert found.title.in_language(tag) in found._repr_html_()
    assert found.plot().title == found.title.in_language(tag)
    assert found.to_dict()["is_measured"] is False
