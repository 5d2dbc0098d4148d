"""What `Precision` derives from its fields."""

from __future__ import annotations

import math

import pytest

from closeloop.stats.weighting import Precision


def test_weights_alone_leave_n_star_at_the_effective_size() -> None:
    assert Precision(n=200, variance=0.004, n_eff=168.25, df=199, deff=1.2).n_star == 168.25


def test_n_star_falls_with_the_degrees_of_freedom() -> None:
    sizes = [Precision(n=80, variance=0.01, n_eff=50, df=df, deff=1.58).n_star for df in (79, 30, 7, 1)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == pytest.approx(50 * (1.9904502 / 12.7062047) ** 2)


def test_without_a_degree_of_freedom_there_is_no_effective_size() -> None:
    assert math.isnan(Precision(n=20, variance=math.nan, n_eff=math.nan, df=0, deff=math.nan).n_star)


def test_design_effect_against_a_sample_without_replacement_equals_r_survey() -> None:
    # R survey 4.1-1, svymean(deff=TRUE) of apistrat: 1.20406813; with replacement 1.16519
    variance = 0.0652832249**2
    deff = 199 / 170.78766
    assert Precision(n=200, variance=variance, n_eff=170.78766, df=197, deff=deff).deff_against(6194) == pytest.approx(
        1.20406813, rel=1e-6
    )
