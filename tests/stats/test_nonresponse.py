"""What the silent could do to a score."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.nonresponse import bounds, mean_of_invited


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 100))
def test_bounds_are_what_counting_the_silent_as_detractors_or_promoters_gives(
    d: int, m: int, p: int, silent: int
) -> None:
    n = d + m + p
    mean = (p - d) / n if n else math.nan
    low, high = bounds(mean, n, n + silent, -1, 1)
    if not n + silent:
        assert math.isnan(low)
        return
    assert low == pytest.approx((p - d - silent) / (n + silent))
    assert high == pytest.approx((p - d + silent) / (n + silent))


def test_everybody_answered_leaves_no_doubt() -> None:
    assert bounds(0.3, 40, 40, -1, 1) == (pytest.approx(0.3), pytest.approx(0.3))


def test_more_answers_than_invitations_are_refused() -> None:
    with pytest.raises(ValueError, match="12 answered, but only 10 were invited"):
        mean_of_invited(0.1, 12, 10, 0)
