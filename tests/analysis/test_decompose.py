"""Rate and mix: the identity, its intervals, groups that come and go, Simpson's paradox, small groups."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.analysis.change.decompose import decompose
from closeloop.analysis.weighting.rake import rake
from closeloop.errors import ColumnNotFoundError, InsufficientDataError
from closeloop.metrics.design import Design
from closeloop.metrics.score import score
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.stats.kitagawa import rate_and_mix
from closeloop.text import set_language

ANSWERS = (3, 8, 10)


def period(**groups: tuple[int, int, int]) -> pd.DataFrame:
    """Rows of groups given as detractors, passives, promoters."""
    rows = [
        (answer, name)
        for name, counts in groups.items()
        for answer, n in zip(ANSWERS, counts, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["recommend", "plan"])


# Shares .5 .3 .2 and .4 .3 .3, NPS 40 20 −10 and 42 25 −5: every group better, the whole worse.
BEFORE = period(a=(100, 100, 300), b=(90, 60, 150), c=(90, 40, 70))
AFTER = period(a=(96, 40, 264), b=(75, 75, 150), c=(120, 75, 105))


def test_reference_of_kitagawa() -> None:
    # Reference: rate .9 1.5 1.25, mix −1.7675 0 −3.0825, total −1.2
    found = decompose(BEFORE, AFTER, Nps("recommend"), "plan")
    assert [found.before, found.after] == pytest.approx([24, 22.8])
    by = {segment.key[0]: segment for segment in found.segments if segment.key}
    assert [by[k].rate.value for k in "abc"] == pytest.approx([0.9, 1.5, 1.25])
    assert [by[k].mix.value for k in "abc"] == pytest.approx([-1.7675, 0, -3.0825], abs=1e-12)
    assert (found.rate.value, found.mix.value, found.change.value) == pytest.approx((3.65, -4.85, -1.2))


def test_whole_reference_block(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]["kitagawa"]
    parts = rate_and_mix(block["s0"], block["s1"], block["nps0"], block["nps1"])
    assert parts.rate == pytest.approx(block["rate"])
    assert parts.mix == pytest.approx(block["mix"], abs=1e-12)
    assert (parts.rate + parts.mix).sum() == pytest.approx(block["total"])


def test_every_group_better_and_the_whole_worse_is_said_in_plain_words() -> None:
    found = decompose(BEFORE, AFTER, Nps("recommend"), "plan")
    assert found.simpson
    text = str(found.sentence).replace(chr(0xA0), " ")
    assert text.startswith("In these answers every group improved, and yet the whole fell")
    assert "“c” above all went from 20 % to 30 %" in text
    assert "went from +24.0 to +22.8" in text
    turned = decompose(AFTER, BEFORE, Nps("recommend"), "plan")
    assert turned.simpson
    assert str(turned.sentence).startswith("In these answers every group got worse, and yet the whole rose")
    set_language("zh-CN")
    assert str(found.sentence).startswith("从这些答卷看，每一组都有改善，整体却下降了")


def test_groups_that_move_with_the_whole_are_no_paradox() -> None:
    found = decompose(period(a=(10, 10, 30)), period(a=(20, 10, 20)), Nps("recommend"), "plan")
    assert not found.simpson
    assert found.mix.value == 0
    assert found.change.value == pytest.approx(found.rate.value)


counts = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=80, deadline=None)
@given(st.lists(counts, min_size=1, max_size=5), st.lists(counts, min_size=1, max_size=5))
def test_parts_always_add_up_to_the_change(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]
) -> None:
    if not sum(map(sum, first)) or not sum(map(sum, second)):
        return
    before, after = (period(**{f"g{i}": c for i, c in enumerate(table)}) for table in (first, second))
    found = decompose(before, after, Nps("recommend"), "plan", min_n=0)
    change = score(after, Nps("recommend"), min_n=0).blocks[0].total.result.score
    change -= score(before, Nps("recommend"), min_n=0).blocks[0].total.result.score
    assert found.change.value == pytest.approx(change, abs=1e-9)
    assert found.rate.value + found.mix.value == pytest.approx(change, abs=1e-9)
    assert sum(s.rate.value + s.mix.value for s in found.segments) == pytest.approx(change, abs=1e-9)


def bootstrap(before: pd.DataFrame, after: pd.DataFrame, times: int) -> npt.NDArray[np.float64]:
    """Standard deviations of rate, mix and change, and of each group's two parts, over resampled periods."""
    draw = np.random.default_rng(20)
    names = sorted({*before["plan"], *after["plan"]})
    value = {3: -1, 8: 0, 10: 1}
    tables = [(f["recommend"].map(value).to_numpy(), f["plan"].map(names.index).to_numpy()) for f in (before, after)]
    found = []
    for _ in range(times):
        shares, means = [], []
        for y, k in tables:
            i = draw.integers(0, len(y), len(y))
            n = np.bincount(k[i], minlength=len(names))
            shares.append(n / n.sum())
            with np.errstate(invalid="ignore"):
                means.append(np.bincount(k[i], y[i], len(names)) / n)
        p = rate_and_mix(*shares, *means)
        found.append([*p.rate, *p.mix, p.rate.sum(), p.mix.sum(), p.rate.sum() + p.mix.sum()])
    return np.std(found, axis=0)


def test_standard_errors_agree_with_a_bootstrap() -> None:
    found = decompose(BEFORE, AFTER, Nps("recommend"), "plan")
    expected = 100 * bootstrap(BEFORE, AFTER, 3000)
    by = {segment.key[0]: segment for segment in found.segments if segment.key}
    have = [by[k].rate.std_error for k in "abc"] + [by[k].mix.std_error for k in "abc"]
    have += [found.rate.std_error, found.mix.std_error, found.change.std_error]
    # Where Δs and m̄ − c are both about 0 (the mix of b) their product is all that varies, which the delta method omits.
    assert have == pytest.approx(expected.tolist(), rel=0.06, abs=0.05)


def test_standard_errors_with_a_new_and_a_vanished_group_agree_with_a_bootstrap() -> None:
    before, after = period(a=(80, 40, 120), b=(60, 60, 40)), period(a=(90, 40, 160), c=(30, 50, 90))
    found = decompose(before, after, Nps("recommend"), "plan")
    expected = 100 * bootstrap(before, after, 3000)
    by = {segment.key[0]: segment for segment in found.segments if segment.key}
    have = [by[k].rate.std_error for k in "abc"] + [by[k].mix.std_error for k in "abc"]
    have += [found.rate.std_error, found.mix.std_error, found.change.std_error]
    assert have == pytest.approx(expected.tolist(), rel=0.07, abs=0.05)


def test_error_of_the_change_is_that_of_two_independent_scores() -> None:
    found = decompose(BEFORE, AFTER, Nps("recommend"), "plan")
    errors = [score(f, Nps("recommend")).blocks[0].total.result.std_error for f in (BEFORE, AFTER)]
    expected = math.sqrt(errors[0] ** 2 * 1000 / 999 + errors[1] ** 2 * 1000 / 999)
    assert found.change.std_error == pytest.approx(expected)
    assert found.df == 1998


def test_group_of_one_period_is_all_mix() -> None:
    found = decompose(
        period(a=(20, 20, 60), b=(30, 10, 10)), period(a=(20, 20, 60), c=(5, 5, 40)), Nps("recommend"), "plan"
    )
    by = {segment.key[0]: segment for segment in found.segments if segment.key}
    for name in "bc":
        assert by[name].rate.value == 0
        assert math.isnan(by[name].change)
    assert by["b"].mix.value + by["c"].mix.value == pytest.approx(found.change.value)
    assert any("Only one period has: b and c" in str(note) for note in found.notes)
    assert not found.simpson


def test_small_groups_are_put_together_and_the_next_smallest_joins() -> None:
    before = period(a=(40, 40, 120), b=(30, 10, 40), c=(2, 1, 1), d=(5, 5, 10))
    after = period(a=(40, 40, 120), b=(30, 10, 40), c=(4, 8, 8), d=(5, 5, 10))
    found = decompose(before, after, Nps("recommend"), "plan")
    # c has 4 answers before: alone it could be had by subtraction, so d joins it.
    assert [s.key for s in found.segments] == [("a",), ("b",), None]
    assert (found.segments[-1].n_before, found.n_merged) == (24, 2)
    assert found.rate.value + found.mix.value == pytest.approx(found.change.value)
    assert found.to_dict()["rows"][2]["group"]["en"] == "other (small)"
    assert [s.key for s in decompose(before, after, Nps("recommend"), "plan", min_n=0).segments][-1] == ("c",)


def test_two_small_groups_that_are_large_together_need_no_third() -> None:
    before = after = period(a=(40, 40, 120), b=(2, 1, 3), c=(2, 2, 2))
    found = decompose(before, after, Nps("recommend"), "plan")
    assert [s.key for s in found.segments] == [("a",), None]


def test_nothing_left_after_the_small_ones_is_refused() -> None:
    small = period(a=(1, 1, 1), b=(20, 2, 2))
    with pytest.raises(InsufficientDataError, match="there is only one"):
        decompose(small, small, Nps("recommend"), "plan")
    with pytest.raises(InsufficientDataError, match="fewer than 10 answers"):
        decompose(BEFORE, period(a=(2, 3, 4)), Nps("recommend"), "plan")
    with pytest.raises(InsufficientDataError, match="before"):
        decompose(BEFORE.head(0), AFTER, Nps("recommend"), "plan")
    with pytest.raises(InsufficientDataError, match="after"):
        decompose(BEFORE, AFTER.assign(recommend=np.nan), Nps("recommend"), "plan")
    with pytest.raises(ColumnNotFoundError):
        decompose(BEFORE, AFTER, Nps("recommend"), "region")


def test_missing_key_is_a_group_and_missing_answer_is_none() -> None:
    before, after = BEFORE.copy(), AFTER.copy()
    before.loc[:49, "plan"] = None
    after.loc[:29, "plan"] = None
    after["recommend"] = after["recommend"].astype(float)
    after.loc[500:520, "recommend"] = np.nan
    found = decompose(before, after, Nps("recommend"), "plan")
    assert (None,) in [segment.key for segment in found.segments]
    assert sum(segment.n_after for segment in found.segments) == 979


def test_crossed_groups_weights_and_clusters() -> None:
    draw = np.random.default_rng(9)

    def one(shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "recommend": np.clip(draw.normal(7 + shift, 2, 600).round(), 0, 10),
                "plan": draw.choice(["pro", "free"], 600), "region": draw.choice(["N", "S"], 600),
                "branch": draw.integers(0, 30, 600), "w": draw.uniform(0.5, 2, 600),
            }
        )  # fmt: skip

    before, after = one(0), one(0.5)
    design = Design(weight="w", cluster="branch")
    found = decompose(before, after, Nps("recommend"), ["plan", "region"], design=design)
    assert len(found.segments) == 4
    assert found.df == 58
    totals = [score(f, Nps("recommend"), design=design).blocks[0].total.result for f in (before, after)]
    assert found.change.value == pytest.approx(totals[1].score - totals[0].score)
    assert found.change.std_error == pytest.approx(math.hypot(totals[0].std_error, totals[1].std_error))
    assert "pro × N" in str(found)
    eager = decompose(pl.DataFrame(before), pl.DataFrame(after), Nps("recommend"), ["plan", "region"], design=design)
    assert eager.change == found.change
    mixed = decompose(pl.LazyFrame(before), after, Nps("recommend"), ["plan", "region"], design=design)
    assert mixed.change.std_error == pytest.approx(found.change.std_error, rel=1e-12)


def test_raked_periods_have_the_standard_error_that_scores_have() -> None:
    before, after = (rake(f, {"plan": {"a": 0.5, "b": 0.3, "c": 0.2}}) for f in (BEFORE, AFTER))
    design = before.design()
    found = decompose(before, after, Nps("recommend"), "plan", design=design)
    totals = [score(f, Nps("recommend"), design=design).blocks[0].total.result for f in (before, after)]
    assert found.change.std_error == pytest.approx(math.hypot(totals[0].std_error, totals[1].std_error))
    # Shares that are held fixed leave nothing to the mix, and no uncertainty in it.
    assert found.mix.value == pytest.approx(0, abs=1e-9)
    assert found.mix.std_error == pytest.approx(0, abs=1e-9)


def test_weights_of_zero_stay_in_the_design_and_only_such_are_refused() -> None:
    before = BEFORE.assign(w=[0.0] * 20 + [1.0] * 980)
    found = decompose(before, AFTER.assign(w=1.0), Nps("recommend"), "plan", design=Design(weight="w"))
    assert found.df == 1998
    assert sum(segment.n_before for segment in found.segments) == 980
    with pytest.raises(InsufficientDataError, match="no answers"):
        decompose(before.assign(w=0.0), AFTER.assign(w=1.0), Nps("recommend"), "plan", design=Design(weight="w"))
    with pytest.raises(ValueError, match="1 weight"):
        decompose(before.assign(w=[-1.0] + [1.0] * 999), AFTER.assign(w=1.0), Nps("recommend"), "plan",
                  design=Design(weight="w"))  # fmt: skip


def test_shares_and_means_are_taken_apart_too() -> None:
    for metric in (TopBox("recommend", points=10, top=2), MeanScore("recommend")):
        found = decompose(BEFORE, AFTER, metric, "plan")
        assert found.rate.value + found.mix.value == pytest.approx(found.change.value)
        assert found.plot().alt
    assert decompose(BEFORE, AFTER, MeanScore("recommend"), "plan").after == pytest.approx(AFTER["recommend"].mean())


def test_result_has_a_row_per_group_and_a_sum() -> None:
    found = decompose(BEFORE, AFTER, Nps("recommend"), "plan")
    frame = found.to_frame()
    assert frame["group"].tolist() == ["a", "b", "c", "All"]
    assert frame["rate"].iloc[:3].sum() == pytest.approx(frame["rate"].iloc[3])
    assert found.to_dict()["simpson"] is True
    assert "rate" in found._repr_html_()
    assert found.plot().title == "Change of Net Promoter Score (NPS), by plan"


def test_more_groups_than_fit_are_counted() -> None:
    groups = {f"g{i}": (10 + i, 10, 20) for i in range(15)}
    chart = decompose(period(**groups), period(**groups), Nps("recommend"), "plan").plot()
    assert "3 groups with smaller parts" in chart.caption
