"""Good–Turing, Chao1 and the saturation curve against published figures, enumeration and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.intervals import share_interval
from closeloop.stats.unseen import saturation, unseen

# iNEXT (Hsieh, Ma, Chao 2016, Methods in Ecology and Evolution 7:1451–1456), data set spider, site Girdled
SPIDERS = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4] + [2] * 4 + [1] * 12

# The counts that scikit-bio checks against EstimateS (Colwell), tests of skbio.diversity.alpha.chao1
ESTIMATES = [0, 1, 1, 4, 2, 5, 2, 4, 1, 2]


def test_the_example_of_the_specification() -> None:
    # 209 mentions, 21 codes, 9 of them met once: 4.3 % chance that the next is new. About 30 codes in all is what the
    # bias-corrected form of Chao1 gives with three codes met twice: 21 + 9·8 / (2·(3 + 1)) = 30.
    counts = [1] * 9 + [2] * 3 + [10] * 4 + [27, 29, 29, 34, 35]
    found = unseen(counts)
    assert (found.n, found.found, found.once, found.twice) == (209, 21, 9, 3)
    assert found.next_new == pytest.approx(9 / 209)
    assert round(100 * found.next_new, 1) == 4.3
    assert found.kinds == 30


def test_chao1_is_that_of_estimates() -> None:
    # EstimateS: 9.75, standard deviation 1.42, limits 9.07 and 17.45 (rounded there to two places)
    found = unseen(ESTIMATES)
    assert found.kinds == 9.75
    assert (found.kinds_low, found.kinds_high) == pytest.approx((9.07, 17.45), abs=0.005)


def test_chao1_without_a_kind_met_twice_is_that_of_estimates() -> None:
    # EstimateS: limits 4.08 and 17.27
    found = unseen([0, 1, 1, 4, 5])
    assert found.kinds == 5
    assert (found.kinds_low, found.kinds_high) == pytest.approx((4.08, 17.27), abs=0.005)


def test_chao1_adds_nothing_without_a_kind_met_once() -> None:
    # EstimateS: limits 4 and 4.95; scikit-bio agrees to 0.015
    found = unseen([2, 2, 4, 5])
    assert found.kinds == 4
    assert (found.kinds_low, found.kinds_high) == pytest.approx((4, 4.95), abs=0.015)


def test_saturation_is_that_of_inext() -> None:
    # iNEXT prints for Girdled, q = 0: 1.000 at m = 1, 6.479 at m = 10, 9.450 at m = 19, 26.000 at n = 168
    assert sum(SPIDERS) == 168
    assert saturation(SPIDERS, sizes=[1, 10, 19, 168]).round(3).tolist() == [1.0, 6.479, 9.45, 26.0]


@settings(deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_saturation_is_the_mean_over_all_samples(counts: list[int]) -> None:
    things = [kind for kind, count in enumerate(counts) for _ in range(count)]
    for m, expected in enumerate(saturation(counts)):
        samples = [len(set(sample)) for sample in itertools.combinations(things, m)]
        assert expected == pytest.approx(sum(samples) / len(samples))


def test_things_of_several_kinds_or_of_none_need_n() -> None:
    # two mentions: {a, b} and nothing. Of one mention drawn: 2 kinds or none.
    assert saturation([1, 1], n=2).tolist() == pytest.approx([0, 1, 2])
    assert unseen([1, 1], n=2).next_new == 1


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=20), st.integers(0, 50))
def test_limits_enclose_the_estimates(counts: list[int], more: int) -> None:
    found = unseen(counts, n=sum(counts) + more)
    if found.n:
        assert 0 <= found.next_low <= found.next_new <= found.next_high <= 1
    else:
        assert math.isnan(found.next_new)
        assert (found.next_low, found.next_high) == (0, 1)
    if found.found:
        assert found.found <= found.kinds_low <= found.kinds_high
        assert found.kinds >= found.found


def test_without_a_kind_met_once_or_twice_the_chance_has_wilsons_limits() -> None:
    found = unseen([50, 40, 10])
    assert found.next_new == 0
    assert (found.next_low, found.next_high) == pytest.approx([float(x) for x in share_interval(0, 100)])


def test_the_limits_of_the_chance_keep_their_coverage() -> None:
    # 60 kinds with chances as 1 / rank (Zipf): how often do the limits hold the true chance of a new kind?
    rng = np.random.default_rng(7)
    chances = 1 / np.arange(1, 61)
    chances /= chances.sum()
    for n in (100, 300):
        held = 0
        for _ in range(400):
            counts = rng.multinomial(n, chances)
            found = unseen(counts)
            held += found.next_low <= chances[counts == 0].sum() <= found.next_high
        assert held / 400 > 0.92


def test_what_cannot_be_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        unseen([1.5])
    with pytest.raises(ValueError, match="whole numbers"):
        saturation([-1])
    with pytest.raises(ValueError, match="5 times among 3 mentions"):
        unseen([5], n=3)
    with pytest.raises(ValueError, match="5 times among 3 mentions"):
        saturation([5], n=3)
    with pytest.raises(ValueError, match="between 0 and 2; found 0 to 7"):
        saturation([2], sizes=[0, 7])


def test_a_hundred_thousand_things_are_no_trouble() -> None:
    counts = np.random.default_rng(1).multinomial(100_000, np.full(30, 1 / 30))
    assert saturation(counts, sizes=[100_000])[0] == pytest.approx(30)
    assert unseen(counts).kinds == 30
