"""Jaccard index, containment and lift against their definitions, and the limits of the lift against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.intervals import share_interval
from closeloop.stats.overlap import overlap


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_measures_are_their_definitions(things: list[tuple[bool, bool]]) -> None:
    one = {i for i, (a, _) in enumerate(things) if a}
    two = {i for i, (_, b) in enumerate(things) if b}
    found = overlap(len(one & two), len(one), len(two), len(things))
    if one and two:
        assert found.jaccard == pytest.approx(len(one & two) / len(one | two))
        assert found.containment == pytest.approx(len(one & two) / min(len(one), len(two)))
        assert found.lift == pytest.approx(len(one & two) * len(things) / (len(one) * len(two)))
        assert float(found.lift_limits.low) <= float(found.lift) <= float(found.lift_limits.high)
    else:
        assert np.isnan(found.containment)
        assert np.isnan(found.lift)
        assert np.isnan(found.lift_limits.low)


def test_jaccard_and_containment_have_wilsons_limits() -> None:
    found = overlap(17, 20, 90, 200)
    assert tuple(found.containment_limits) == tuple(share_interval(17, 20))
    assert tuple(found.jaccard_limits) == tuple(share_interval(17, 93))


def test_the_limits_of_the_lift_keep_their_coverage() -> None:
    rng = np.random.default_rng(5)
    p = np.array([0.12, 0.18, 0.13, 0.57])  # both, one only, the other only, neither: lift .12 / (.30 · .25) = 1.6
    drawn = rng.multinomial(200, p, size=2000)
    both = drawn[:, 0]
    low, high = overlap(both, both + drawn[:, 1], both + drawn[:, 2], 200).lift_limits
    assert 0.93 < ((low <= 1.6) & (high >= 1.6)).mean() < 0.97


def test_without_a_thing_in_both_the_lift_may_still_be_above_nothing() -> None:
    found = overlap(0, 10, 10, 100)
    assert found.lift == 0
    assert found.lift_limits.low == 0
    assert float(found.lift_limits.high) == pytest.approx(float(share_interval(0, 100).high) / 0.01)
