"""`coverage`: the result, its recommendation, its texts and its figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from closeloop.analysis.planning.coverage import Coverage, coverage
from closeloop.metrics.nps import NpsResult
from closeloop.stats.intervals import METHODS
from closeloop.text import set_language


@pytest.fixture(scope="module")
def twenty() -> Coverage:
    return coverage(20, (50, 30, 20))


def test_every_method_has_a_row_in_public_units(twenty: Coverage) -> None:
    rows = twenty.rows()
    assert [row["method"] for row in rows] == list(METHODS["nps"])
    for row in rows:
        assert 0.8 < row["lowest_coverage"] <= row["coverage"] < 1
        assert 50 < row["mean_width"] < 90  # points
    assert [row["method"] for row in rows if row["recommended"]] == ["adjusted-wald"]
    assert json.loads(json.dumps(twenty.to_dict()))["promoters"] == 0.5
    assert list(twenty.to_frame()["method"]) == list(METHODS["nps"])


def test_the_default_covers_and_wald_does_not(twenty: Coverage) -> None:
    assert twenty.of("adjusted-wald").coverage > 0.94
    assert twenty.of("wald").coverage < 0.93
    assert twenty.of("adjusted-wald").mean_width < twenty.of("wald").mean_width


@pytest.mark.parametrize(
    "mix", [(0.5, 0.3, 0.2), (5, 3, 2), [500, 300, 200], NpsResult(promoters=10, passives=6, detractors=4)]
)
def test_shares_percentages_counts_and_results_are_the_same_mix(twenty: Coverage, mix: object) -> None:
    found = coverage(20, mix, method="score")  # type: ignore[arg-type]
    assert found.of("score").coverage == pytest.approx(twenty.of("score").coverage, abs=1e-12)
    assert (found.promoters, found.passives, found.detractors) == pytest.approx((0.5, 0.3, 0.2))


def test_the_first_number_is_the_promoters() -> None:
    good, bad = coverage(15, (70, 20, 10), "wald"), coverage(15, (10, 20, 70), "wald")
    assert (good.promoters, bad.promoters) == (0.7, 0.1)
    assert good.of("wald").coverage == pytest.approx(bad.of("wald").coverage, abs=1e-12)  # mirrored


def test_wald_and_the_bootstrap_are_never_recommended() -> None:
    for n, mix in ((3, (40, 30, 30)), (10, (90, 5, 5)), (40, (50, 30, 20)), (5, (0, 1, 0)), (1, (1, 0, 0))):
        assert coverage(n, mix).recommended not in ("wald", "bootstrap")


def test_another_method_is_recommended_where_the_default_fails() -> None:
    found = coverage(5, (1, 0, 0))
    default, chosen = found.of("adjusted-wald"), found.of(found.recommended)
    assert default.lowest_coverage < 0.935 <= chosen.lowest_coverage
    assert f'take "{found.recommended}": the default "adjusted-wald" falls to' in str(found.sentence)


def test_where_nothing_keeps_the_level_the_best_is_named_as_such() -> None:
    found = coverage(5, (90, 5, 5), confidence_level=0.5)
    assert "no method keeps 50" in str(found.sentence).replace("\u00a0", " ")
    sound = [row for row in found.methods if row.method not in ("wald", "bootstrap")]
    assert found.of(found.recommended).lowest_coverage == max(row.lowest_coverage for row in sound)


def test_sentence_in_both_languages(twenty: Coverage) -> None:
    english = str(twenty.sentence).replace("\u00a0", " ")
    assert english.startswith(
        'With 20 answers and 50 % promoters, 30 % passives, 20 % detractors, take the default "adjusted-wald": '
        "its 95 % interval contains the true NPS in 94.8 % of samples"
    )
    set_language("zh-CN")
    assert str(twenty.sentence).startswith(
        "有效答卷 20 份、推荐者 50%、中立者 30%、贬损者 20%时，用默认的“adjusted-wald”法即可："
    )
    assert "邻近最低覆盖率" in str(twenty)


def test_one_method_is_described_without_advice() -> None:
    found = coverage(20, (50, 30, 20), method="goodman")
    assert len(found.rows()) == 1
    assert "take" not in str(found)


def test_large_samples_leave_out_the_slow_methods_and_say_so() -> None:
    found = coverage(500, (50, 30, 20))
    assert [row.method for row in found.methods] == [m for m in METHODS["nps"] if m not in ("dirichlet", "bootstrap")]
    assert 'Above 300 answers "dirichlet" and "bootstrap" are left out' in str(found)
    assert "略去 “dirichlet”和“bootstrap”" in found.notes[-1].zh
    assert found.of("adjusted-wald").coverage == pytest.approx(0.95, abs=1e-3)


def test_figure_names_every_method_and_draws_into_given_axes(twenty: Coverage, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    chart = twenty.plot()
    assert [t.get_text() for t in chart.figure.axes[0].get_yticklabels()] == [
        row.method for row in sorted(twenty.methods, key=lambda row: row.mean_width)
    ]
    assert chart.save(tmp_path / "coverage.png").stat().st_size > 10_000
    own = Figure().subplots()
    assert twenty.plot(ax=own).figure is own.get_figure()


def test_displays_as_html(twenty: Coverage) -> None:
    html = twenty._repr_html_()
    assert "adjusted-wald" in html
    assert "lowest nearby" in html


@pytest.mark.parametrize("n", [0, -3, 2001, 20.0, 2.5, True, "20", None])
def test_impossible_numbers_of_answers_are_refused(n: object) -> None:
    with pytest.raises(ValueError, match="1 to 2,000 answers, a whole number"):
        coverage(n, (50, 30, 20))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "mix", [(50, 50), (0, 0, 0), (50, -1, 20), (float("nan"), 1, 1), (float("inf"), 1, 1), ("a", "b", "c"), (), 0.3]
)
def test_impossible_mixes_are_refused(mix: Any) -> None:
    with pytest.raises(ValueError, match="promoters, passives and detractors in this order"):
        coverage(20, mix)


def test_impossible_method_and_level_are_refused() -> None:
    with pytest.raises(ValueError, match="Choose one of"):
        coverage(20, (50, 30, 20), method="tango")
    with pytest.raises(ValueError, match="between 0 and 1"):
        coverage(20, (50, 30, 20), confidence_level=95)
    with pytest.raises(ValueError, match="Choose one of"):
        coverage(20, (50, 30, 20), method="score").of("wald")


def test_an_empty_result_is_no_mix() -> None:
    with pytest.raises(ValueError, match="A mix is"):
        coverage(20, NpsResult(promoters=0, passives=0, detractors=0))
