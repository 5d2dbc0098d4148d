"""Adjusted p values against R's p.adjust."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from closeloop.stats.multiplicity import benjamini_hochberg, holm

# The 25 p values of J. H. McDonald's handbook example; R 4.2.2: p.adjust(p, "BH"), p.adjust(p, "holm")
P = [
    0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34, 0.341,
    0.384, 0.569, 0.594, 0.696, 0.762, 0.94, 0.942, 0.975, 0.986,
]  # fmt: skip
BH = [0.025, 0.1, 0.21, 0.21, 0.21, 0.25, 0.264286]
HOLM = [0.025, 0.192, 0.897, 0.902, 0.902]


def test_twenty_five_p_values_are_adjusted_as_in_r() -> None:
    assert benjamini_hochberg(P)[:7] == pytest.approx(BH, abs=5e-7)
    assert holm(P)[:5] == pytest.approx(HOLM, abs=5e-7)
    assert holm([0.015949, 0.459717, 0.074560]) == pytest.approx([0.047848, 0.459717, 0.149121], abs=2e-6)
    assert benjamini_hochberg([0.015949, 0.459717, 0.074560]) == pytest.approx([0.047848, 0.459717, 0.11184], abs=2e-6)


def test_the_reference_block_is_the_one_tested(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]["holm_bh_25"]
    assert (block["p"], block["bh_first7"], block["holm_first5"]) == (P, BH, HOLM)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_missing_values_are_no_tests_and_impossible_ones_are_refused(adjust: Callable[..., np.ndarray]) -> None:
    assert adjust([]).size == 0
    assert np.isnan(adjust([np.nan, np.nan])).all()
    found = adjust([0.01, np.nan, 0.5])
    assert found[[0, 2]] == pytest.approx([0.02, 0.5])
    assert np.isnan(found[1])
    with pytest.raises(ValueError, match=r"between 0 and 1; found 1\.2"):
        adjust([0.1, 1.2])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_holm_is_never_milder_than_benjamini_hochberg_nor_either_than_p(p: list[float]) -> None:
    strict, mild = holm(p), benjamini_hochberg(p)
    assert (strict >= mild - 1e-12).all()
    assert (mild >= np.array(p) - 1e-12).all()
    assert (strict <= 1).all()


@pytest.mark.parametrize(("ours", "theirs"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_ties_and_many_are_adjusted_as_in_statsmodels(ours: Callable[[np.ndarray], np.ndarray], theirs: str) -> None:
    random = np.random.default_rng(1)
    for p in (np.array([0.2]), np.array([0.01, 0.04, 0.01, 1.0, 0.0, 0.04]), random.random(500) ** 4):
        np.testing.assert_array_equal(ours(p), multipletests(p, method=theirs)[1])
