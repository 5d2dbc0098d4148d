"""Time until something happens, from a frame to a sentence."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from closeloop.analysis.effect.time_to import time_to
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.text import set_language

HOURS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
DONE = [True] * 9 + [False] * 12
CASES = pd.DataFrame(
    {
        "hours": [*HOURS, 1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
        "replied": DONE + [True] * 21,
        "channel": ["store"] * 21 + ["hotline"] * 21,
    }
)


def test_groups_have_share_median_and_a_test() -> None:
    # Freireich et al. (1963): see tests/stats/test_survival.py
    result = time_to(CASES, duration="hours", event="replied", by="channel", within=[10, 24])
    hotline, store = result.rows()
    assert (hotline["group"].en, store["group"].en) == ("hotline", "store")
    assert store["within_10"] == pytest.approx(1 - 0.7529, abs=1e-4)
    assert store["within_10_low"] < store["within_10"] < store["within_10_high"]
    assert (store["median"], store["n"], store["n_open"]) == (23, 21, 12)
    assert (hotline["median"], hotline["n_open"], hotline["within_24"]) == (8, 0, 1)
    assert result.chi2 == pytest.approx(16.793, abs=5e-4)
    said = str(result.sentence).replace("\u00a0", " ")
    assert said.startswith("The groups differ (p < 0.001): within 10 hours it is 62 % in hotline")


def test_one_group_is_told_with_its_open_cases() -> None:
    result = time_to(CASES[:21], duration="hours", event="replied")
    assert "21 cases, 12 of them open" in str(result.sentence)
    assert math.isnan(result.p_value)
    assert len(result.rows()) == 1


def test_alike_groups_are_not_called_different() -> None:
    frame = CASES[:21].assign(channel=["a", "b", "c"] * 7)
    assert "No difference between the groups" in str(
        time_to(frame, duration="hours", event="replied", by="channel", within=20, min_n=0).sentence
    )


@pytest.mark.parametrize(("unit", "factor"), [("min", 60), ("h", 1), ("d", 1 / 24)])
def test_durations_are_turned_into_the_unit(unit: str, factor: float) -> None:
    frame = CASES.assign(took=pd.to_timedelta(CASES["hours"], unit="h"))
    result = time_to(frame, duration="took", event="replied", unit=unit, within=24 * factor)
    plain = time_to(CASES, duration="hours", event="replied")
    assert result.rows()[0]["median"] == pytest.approx(plain.rows()[0]["median"] * factor)
    assert result.rows()[0][f"within_{24 * factor:g}"] == pytest.approx(plain.rows()[0]["within_24"])


def test_nothing_happened_nothing_there_and_too_early() -> None:
    nothing = time_to(CASES.assign(replied=0, hours=30.0), duration="hours", event="replied")
    assert nothing.rows()[0]["within_24"] == 0
    assert nothing.rows()[0]["within_24_high"] > 0.05
    empty = time_to(CASES[:0], duration="hours", event="replied")
    assert "There is no case" in str(empty.sentence)
    early = time_to(CASES.assign(replied=False, hours=2.0), duration="hours", event="replied")
    assert "No case has been watched for 24 hours yet" in str(early.sentence)
    for result in (nothing, empty, early):
        assert result.plot().alt
        assert "<table" in result._repr_html_()
        json.dumps(result.to_dict(), allow_nan=False)


def test_missing_durations_and_groups_are_left_out_and_counted() -> None:
    frame = CASES.astype({"hours": float, "channel": object})
    frame.loc[0, "hours"] = np.nan
    frame.loc[1, "channel"] = None
    result = time_to(frame, duration="hours", event="replied", by="channel")
    assert result.dropped == 2
    assert "duration or group is missing: 2" in " ".join(map(str, result.notes))
    assert sum(row["n"] for row in result.rows()) == 40


def test_event_must_be_said() -> None:
    for bad in ("yes", None, 2):
        replied = pd.Series([bad, *DONE[1:]], dtype=object)
        with pytest.raises(ValueError, match="true or false"):
            time_to(CASES[:21].assign(replied=replied), duration="hours", event="replied")


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="not below 0"):
        time_to(CASES.assign(hours=-1.0), duration="hours", event="replied")
    with pytest.raises(ValueError, match="no unit 'week'"):
        time_to(CASES, duration="hours", event="replied", unit="week")
    with pytest.raises(ValueError, match="within holds times"):
        time_to(CASES, duration="hours", event="replied", within=[])
    with pytest.raises(ColumnNotFoundError):
        time_to(CASES, duration="hour", event="replied")
    with pytest.raises(ResponseValidationError):
        time_to(CASES.assign(hours="6"), duration="hours", event="replied")


def test_shows_itself_in_both_languages() -> None:
    for by in (None, "channel"):
        result = time_to(CASES, duration="hours", event="replied", by=by)
        for tag in ("en", "zh"):
            set_language(tag)
            assert str(result.sentence).replace("\u00a0", " ") in str(result)
            assert result.plot().title == str(result.title)
