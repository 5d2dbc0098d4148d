"""A trend of a tally is the trend of the rows that were counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 3_000
    return pd.DataFrame({
        "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 730, n)), unit="D"),
        "region": pd.Series(rng.choice(["East", "West"], n), dtype="str"),
        "branch": rng.integers(0, 20, n),
        "score": rng.choice([10, 9, 8, 5, 2], n),
        "amount": rng.normal(10, 2, n),
        "w": rng.gamma(4, 0.25, n),
    })  # fmt: skip


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert_same(found[name], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == (pytest.approx(expected, rel=1e-10, abs=1e-12) if isinstance(expected, float) else expected)


@pytest.mark.parametrize("design", [cl.Design(weight="w"), cl.Design(weight="w", cluster="branch"), None], ids=str)
def test_a_trend_of_added_tallies_is_the_trend_of_the_rows(frame: pd.DataFrame, design: cl.Design | None) -> None:
    """A trend knows weights and no other design, so clusters change nothing in it."""
    metrics = [cl.Nps("score"), cl.MeanScore("amount")]
    keys: list[Any] = [cl.Period("at"), "region"]
    halves = [frame.iloc[:1_400], frame.iloc[1_400:]]
    parts = [cl.tally(half, metrics, keys, design=design, part=str(i)) for i, half in enumerate(halves)]
    kept, weight = parts[0] + parts[1], None if design is None else "w"
    for spec, options in (
        (metrics[0], {"by": "region"}),
        (metrics[1], {"every": "month"}),
        (metrics[0], {"every": "quarter"}),
    ):
        found = cl.trend(kept, spec.name, date="at", **options)
        assert_same(found.to_dict(), cl.trend(frame, spec, date="at", weight=weight, **options).to_dict())
        assert found.notes == cl.trend(frame, spec, date="at", weight=weight, **options).notes


def test_periods_that_were_not_counted_are_refused(frame: pd.DataFrame) -> None:
    kept = cl.tally(frame, cl.Nps("score"), cl.Period("at"))
    with pytest.raises(cl.ColumnNotFoundError, match="week"):
        cl.trend(kept, "nps", "week", date="at")
    with pytest.raises(ValueError, match="those it was counted with"):
        cl.trend(kept, "nps", date="at", weight="w")
