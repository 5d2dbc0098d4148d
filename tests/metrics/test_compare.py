"""The difference of two results in public units, and its words."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import pytest

from closeloop.metrics.compare import Difference, compare
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.stats.nps_contrast import nps_contrast
from closeloop.stats.share_contrast import share_contrast
from closeloop.stats.weighting import Precision
from closeloop.text import set_language

WEST, EAST = NpsResult(40, 40, 20), NpsResult(75, 45, 30)  # chapter 30 §1.4: A and B
NAMES = ("East", "West")


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


def test_a_difference_is_a_minus_b_in_points() -> None:
    found = compare(EAST, WEST, names=NAMES)
    assert found.estimate == pytest.approx(10)
    assert found.ci is not None
    assert tuple(found.ci) == pytest.approx((-9.0235, 29.0120), abs=1e-4)
    assert found.p_value == pytest.approx(0.303006, abs=1e-6)
    assert found.std_error == pytest.approx(9.8319, abs=1e-4)
    assert compare(WEST, EAST).estimate == pytest.approx(-10)


def test_mover_comes_with_the_exact_permutation_p() -> None:
    found = compare(EAST, WEST, method="mover")
    assert found.ci is not None
    assert tuple(found.ci) == pytest.approx((-9.1856, 29.1929), abs=1e-4)
    assert found.p_value == pytest.approx(0.357334063, abs=1e-9)
    assert found.by_method[0].test == "permutation"


def test_several_methods_make_several_rows_and_the_first_speaks() -> None:
    found = compare(EAST, WEST, names=NAMES, method=["wald", "adjusted-wald", "wald"])
    rows = found.rows()
    assert [(row["row"], row["method"]) for row in rows] == [
        ("group", "adjusted-wald"), ("group", "adjusted-wald"), ("difference", "wald"), ("difference", "adjusted-wald"),
    ]  # fmt: skip
    assert found.p_value == pytest.approx(0.309108, abs=1e-6)


def test_the_sentence_says_how_far_one_is_above_the_other() -> None:
    strong = NpsResult(75, 45, 10)
    said = plain(compare(strong, WEST, names=NAMES).sentence)
    assert said == "East is 30 points above West (95 % interval of the difference +11 to +48; p = 0.001)."
    said = plain(compare(WEST, strong, names=("West", "East")).sentence)
    assert said == "West is 30 points below East (95 % interval of the difference −48 to −11; p = 0.001)."


def test_an_interval_with_zero_cannot_tell_the_groups_apart() -> None:
    said = plain(compare(EAST, WEST, names=NAMES).sentence)
    assert said == (
        "These answers cannot tell East and West apart: "
        "the difference is +10 points (95 % interval −9 to +29; p = 0.303)."
    )
    set_language("zh")
    said = plain(compare(EAST, WEST, names=("华东", "华西")).sentence)
    assert said == "凭这些答卷还不能断定华东与华西有差别：差值为 +10 分（95% 置信区间 −9 至 +29；p = 0.303）。"


def test_shares_are_compared_in_percentage_points() -> None:
    found = compare(ShareResult(56, 14), ShareResult(48, 32), names=("Shop", "App"))
    assert found.ci is not None
    assert tuple(found.ci) == pytest.approx((0.052431, 0.333873), abs=1e-6)  # chapter 30 §3
    assert plain(found.sentence).startswith(
        "Shop is 20.0 percentage points above App (95 % interval of the difference +5.2"
    )
    score = compare(ShareResult(56, 14), ShareResult(48, 32), method="score")
    assert score.ci == tuple(share_contrast((48, 80), (56, 70), method="score").interval)


def test_means_are_compared_by_welch() -> None:
    from scipy.stats import ttest_ind_from_stats

    found = compare(MeanResult(5.0, 1.2, 60), MeanResult(5.5, 1.3, 50))
    wanted = ttest_ind_from_stats(5.0, 1.2, 60, 5.5, 1.3, 50, equal_var=False)
    assert found.p_value == pytest.approx(wanted.pvalue)
    assert found.estimate == -0.5
    assert plain(found.sentence) == "A is 0.50 below B (95 % interval of the difference −0.98 to −0.02; p = 0.040)."


def test_the_confidence_level_changes_the_interval() -> None:
    wide, narrow = (compare(EAST, WEST, confidence_level=level) for level in (0.99, 0.8))
    assert wide.ci is not None
    assert narrow.ci is not None
    assert wide.ci.low < narrow.ci.low
    assert "80 %" in plain(narrow.sentence)


def test_a_weighted_result_enters_with_its_effective_size() -> None:
    """Half the effective answers, and as many degrees of freedom as answers less one: the counts count half."""
    weighted = NpsResult(40, 40, 20, design=Precision(n=100, variance=0.0112, n_eff=50, df=99, deff=2))
    for method in ("adjusted-wald", "mover", "wald"):
        found = compare(EAST, weighted, method=method)
        wanted = nps_contrast((10, 20, 20), (30, 45, 75), method=method)
        assert found.ci is not None
        assert tuple(found.ci) == pytest.approx(tuple(100 * x for x in wanted.interval))
        assert found.by_method[0].method == f"{method}+n*"
        assert found.by_method[0].test == "z"
        assert found.p_value > 0
    assert any("n*" in str(note) for note in found.notes)


def test_weighted_shares_and_means_use_their_design() -> None:
    half = Precision(n=80, variance=0.006, n_eff=40, df=79, deff=2)
    found = compare(ShareResult(56, 14), ShareResult(48, 32, design=half))
    assert found.ci == tuple(share_contrast((24, 40), (56, 70)).interval)
    mean = MeanResult(5.5, 1.3, 50, design=Precision(n=50, variance=0.06, n_eff=28, df=7, deff=1.8))
    welch = compare(MeanResult(5.0, 1.2, 60), mean)
    df = (0.024 + 0.06) ** 2 / (0.024**2 / 59 + 0.06**2 / 7)
    assert welch.by_method[0].df == pytest.approx(df)
    assert welch.std_error == pytest.approx(math.sqrt(0.084))


def test_a_design_without_a_precision_gives_no_interval() -> None:
    lonely = NpsResult(40, 40, 20, design=Precision(n=100, variance=math.nan, n_eff=math.nan, df=0, deff=math.nan))
    found = compare(EAST, lonely, names=NAMES)
    assert found.ci is None
    assert found.estimate == pytest.approx(10)
    assert "cannot be told" in str(found.sentence)


def test_a_census_is_certain() -> None:
    census = NpsResult(40, 40, 20, design=Precision(n=100, variance=0.0, n_eff=math.inf, df=99, deff=0.0))
    found = compare(census, census)
    assert found.ci is not None
    assert tuple(found.ci) == pytest.approx((0, 0), abs=1e-3)


@pytest.mark.parametrize(
    ("empty", "other"),
    [
        (NpsResult(0, 0, 0), WEST), (ShareResult(0, 0), ShareResult(3, 4)),
        (MeanResult(math.nan, math.nan, 0), MeanResult(4.0, 1.0, 20)),
    ],
)  # fmt: skip
def test_nobody_in_a_group_is_a_sentence_not_an_exception(empty: Any, other: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare(empty, other, names=NAMES)
        assert str(found.sentence) == "Nobody answered in East: there is nothing to compare."
        assert math.isnan(found.estimate)
        assert math.isnan(found.p_value)
        assert found.ci is None
        assert json.loads(json.dumps(found.to_dict()))["estimate"] is None
        found.plot()
        assert "–" in str(found)


def test_a_single_answer_has_an_interval_of_an_nps_but_not_of_a_mean() -> None:
    one = compare(NpsResult(1, 0, 0), WEST)
    assert one.ci is not None
    assert one.ci.low < one.estimate
    mean = compare(MeanResult(4.0, math.nan, 1), MeanResult(4.5, 1.0, 20), names=NAMES)
    assert mean.ci is None
    assert str(mean.sentence).startswith("East and West differ by 0.50, but how sure that is cannot be told")
    mean.plot()


def test_equal_answers_everywhere_fall_back_from_wald_to_mover_and_say_so() -> None:
    found = compare(NpsResult(0, 10, 0), NpsResult(0, 20, 0), method=["wald", "mover"])
    assert [row.method for row in found.by_method] == ["mover"]
    assert found.ci is not None
    assert found.ci.low < 0 < found.ci.high
    assert any("Wald" in str(note) for note in found.notes)
    assert compare(MeanResult(4.0, 0.0, 9), MeanResult(4.0, 0.0, 9)).ci is None


def test_mixed_kinds_and_strangers_are_refused() -> None:
    with pytest.raises(ValueError, match="NpsResult and ShareResult"):
        compare(EAST, ShareResult(1, 2))
    with pytest.raises(ValueError, match="float and float"):
        compare(1.0, 2.0)


@pytest.mark.parametrize(("options", "match"), [
    ({"method": "newcombe"}, "adjusted-wald"), ({"method": []}, "empty list"),
    ({"confidence_level": 95}, "between 0 and 1"),
])  # fmt: skip
def test_impossible_options_are_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        compare(EAST, WEST, **options)


def test_few_answers_recommend_mover() -> None:
    small = NpsResult(5, 3, 2)
    assert any('method="mover"' in str(note) for note in compare(small, WEST).notes)
    assert not any('method="mover"' in str(note) for note in compare(small, WEST, method="mover").notes)
    assert len(compare(EAST, WEST).notes) == 1


def test_large_groups_name_the_permutation_z() -> None:
    found = compare(NpsResult(4000, 3000, 2000), NpsResult(4000, 2900, 2100), method="mover")
    assert found.by_method[0].test == "permutation z"
    assert any("normal approximation" in str(note) for note in found.notes)


def test_a_difference_with_a_designs_covariance() -> None:
    """Chapter 30 §2.1: apistrat, sch.wide Yes − No: 44.13154613, SE 14.99964721, df 196, p .003652."""
    yes, no = NpsResult(50, 20, 30), NpsResult(10, 46, 44)
    found = Difference.from_design(yes, no, names=("Yes", "No"), variance=0.1499964721**2, df=196)
    assert found.std_error == pytest.approx(14.99964721)
    moved = Difference.from_design(
        NpsResult(4413154613, 5586845387, 0), NpsResult(0, 1, 0), names=("Yes", "No"), variance=0.1499964721**2, df=196
    )
    assert moved.p_value == pytest.approx(0.003652, abs=1e-6)
    assert moved.ci is not None
    assert moved.ci.high - moved.estimate == pytest.approx(1.9721412 * 14.99964721, rel=1e-6)  # t of 196 df
    assert (moved.by_method[0].test, moved.by_method[0].df) == ("t", 196)
    assert Difference.from_design(yes, no, names=("Y", "N"), variance=0.01, p_value=0.5).p_value == 0.5


def test_to_dict_is_json_with_facts_and_rows() -> None:
    found = json.loads(json.dumps(compare(EAST, WEST, names=NAMES).to_dict()))
    assert (found["kind"], found["version"], found["unit"], found["method"]) == (
        "difference",
        1,
        "nps",
        "adjusted-wald",
    )
    assert found["ci_low"] == pytest.approx(-9.0235, abs=1e-4)
    assert [row["n"] for row in found["rows"]] == [150, 100, None]
    frame = compare(EAST, WEST, names=NAMES).to_frame()
    assert frame["name"].tolist() == ["East", "West", "difference"]


def test_the_figure_draws_names_as_they_are_and_takes_axes(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    found = compare(EAST, WEST, names=("$x_1$ & <b>", "a very long name of a region " * 5), method=["mover", "wald"])
    chart = found.plot()
    assert "$x_1$ & <b>" in chart.alt
    chart.save(tmp_path / "difference.png")
    axes = Figure().add_subplot()
    found.plot(axes)
    assert len(axes.get_yticklabels()) == 2
    upper, lower = chart.figure.axes
    spans = [high - low for low, high in (upper.get_xlim(), lower.get_xlim())]
    assert spans[0] == pytest.approx(spans[1])
