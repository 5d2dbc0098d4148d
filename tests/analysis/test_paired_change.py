"""The same respondents before and after; reference numbers: chapter 30 §1.5."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from closeloop.analysis.change.paired_change import PairedChange, paired_change
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.spec import GapScore, MeanScore, Nps, TopBox
from closeloop.text import set_language

NPS = Nps("recommend")
TABLE = ((12, 8, 4), (3, 20, 9), (1, 5, 38))


def waves(table: Any = TABLE, scores: tuple[int, ...] = (3, 7, 10)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two waves with the transitions, the second in another order of rows."""
    pairs = [(scores[i], scores[j]) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    ids = [f"r{k}" for k in range(len(pairs))]
    before = pd.DataFrame({"respondent_id": ids, "recommend": [a for a, _ in pairs]})
    after = pd.DataFrame({"respondent_id": ids, "recommend": [b for _, b in pairs]})
    return before, after.sample(frac=1, random_state=4)


def change(before: Any, after: Any, metric: Any = NPS, **options: Any) -> PairedChange:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return paired_change(before, after, metric=metric, **options)


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


def test_respondents_are_matched_by_id_not_by_row() -> None:
    found = change(*waves())
    assert found.transitions == TABLE
    assert (found.before.score, found.after.score) == (pytest.approx(20), pytest.approx(35))


def test_change_of_an_nps_in_points() -> None:
    found = change(*waves())
    assert found.estimate == pytest.approx(15)
    assert found.std_error == pytest.approx(6.5383484 * math.sqrt(100 / 99), abs=1e-6)  # divisor n − 1
    assert found.p_value == pytest.approx(0.0349578857, abs=1e-10)
    assert found.unpaired_std_error == pytest.approx(10.8972474, abs=1e-6)
    assert found.ci is not None
    assert found.ci.low == pytest.approx(15 - 1.9842169516 * found.std_error, abs=1e-6)  # t of 99 df
    assert found.homogeneity is not None
    assert found.homogeneity.p_value == pytest.approx(0.075725133, abs=1e-9)


def test_the_sentence_in_both_languages() -> None:
    found = change(*waves())
    assert plain(found.sentence) == (
        "Net Promoter Score (NPS) rose by 15 points, from +20.0 to +35.0, among the 100 respondents who answered "
        "both times (95 % interval of the change +2 to +28; p = 0.035)."
    )
    set_language("zh")
    assert plain(found.sentence) == (
        "在两次都作答的 100 位受访者中，净推荐值（NPS）由 +20.0 升至 +35.0，上升 15 分"
        "（变动的 95% 置信区间 +2 至 +28；p = 0.035）。"
    )


def test_the_other_way_round_it_fell_and_a_weak_change_cannot_be_told() -> None:
    before, after = waves()
    assert "fell by 15 points" in str(change(after, before).sentence)
    weak = waves([[5, 2, 0], [1, 5, 1], [0, 1, 5]])
    assert "cannot be told from chance" in str(change(*weak).sentence)


def test_unmatched_unanswered_and_nameless_rows_are_told_and_not_counted() -> None:
    before, after = waves()
    nameless = ["", None, "  ", np.nan, pd.NA]
    extra = pd.DataFrame({
        "respondent_id": ["gone1", "gone2", "silent", *nameless], "recommend": [0, 0, 10, 1, 1, 1, 1, np.nan],
    })  # fmt: skip
    more = pd.DataFrame({"respondent_id": ["silent", "new", None], "recommend": [np.nan, 10, 10]})
    found = change(pd.concat([before, extra]), pd.concat([after, more]))
    assert found.transitions == TABLE
    assert found.n == 100
    assert (found.lost.n, found.joined.n, found.without_id) == (3, 1, (4, 1))
    assert found.lost.score == pytest.approx(-100 / 3)
    notes = " ".join(plain(note) for note in found.notes)
    assert "3 answered only before; their score was −33.3, that of those who answered both times +20.0" in notes
    assert "4 before, 1 after" in notes


def test_an_id_that_comes_twice_is_refused_with_examples() -> None:
    before, after = waves()
    with pytest.raises(ResponseValidationError, match="'r7'") as caught:
        change(pd.concat([before, before[before["respondent_id"] == "r7"]]), after)
    assert caught.value.report is not None
    assert caught.value.report["rows"].tolist() == [2]
    with pytest.raises(ResponseValidationError, match="after"):
        change(before, pd.concat([after, after]))


def test_ids_of_another_type_match_nothing_and_the_sentence_shows_both() -> None:
    before = {"respondent_id": [1, 2], "recommend": [3, 9]}
    after = {"respondent_id": ["1", "2"], "recommend": [9, 9]}
    found = change(before, after)
    assert found.n == 0
    assert math.isnan(found.estimate)
    assert math.isnan(found.p_value)
    assert found.ci is None
    assert "look like 1 before and '1' after" in str(found.sentence)
    assert json.loads(json.dumps(found.to_dict()))["estimate"] is None
    found.plot()
    str(found)


def test_whole_numbers_match_floats() -> None:
    found = change({"respondent_id": [1, 2], "recommend": [3, 9]}, {"respondent_id": [2.0, 1.0], "recommend": [9, 3]})
    assert found.transitions == ((1, 0, 0), (0, 0, 0), (0, 0, 1))


@pytest.mark.parametrize("metric", [NPS, MeanScore("recommend")])
def test_identical_waves_have_no_interval_and_say_that_nobody_moved(metric: Any) -> None:
    before, _ = waves()
    found = change(before, before, metric)
    assert (found.estimate, found.std_error, found.ci) == (0, 0, None)
    assert "stayed where they were" in str(found.sentence)
    if metric is NPS:
        assert found.p_value == 1
    found.plot()


def test_identical_waves_of_a_share_still_have_an_interval() -> None:
    before, _ = waves(scores=(1, 3, 5))
    found = change(before, before, TopBox("recommend"))
    assert found.ci is not None
    assert found.ci.low < 0 < found.ci.high
    assert found.p_value == 1


def test_empty_waves_and_a_single_pair() -> None:
    empty = {"respondent_id": [], "recommend": []}
    assert change(empty, empty).n == 0
    one = change({"respondent_id": ["a"], "recommend": [3]}, {"respondent_id": ["a"], "recommend": [9]})
    assert (one.n, one.estimate, one.ci) == (1, 200, None)
    assert one.p_value == 1
    assert any("fewer than 10" in str(note) for note in one.notes)
    assert "how sure that is cannot be told" in str(one.sentence)


def test_a_share_has_mcnemars_exact_p_and_the_interval_of_ups_and_downs() -> None:
    before, after = waves([[60, 14], [4, 22]], scores=(2, 5))
    found = change(before, after, TopBox("recommend"))
    from scipy.stats import binomtest

    assert found.estimate == pytest.approx(0.10)
    assert found.p_value == pytest.approx(binomtest(14, 18).pvalue)
    plus, minus, n = 14.75, 4.75, 103
    theta = (plus - minus) / n
    margin = 1.959963984540054 * math.sqrt(((plus + minus) / n - theta**2) / n)
    assert found.ci is not None
    assert tuple(found.ci) == pytest.approx((theta - margin, theta + margin))
    assert "10.0 percentage points" in str(found.sentence)
    assert [row["total"] for row in found.rows()] == [74, 26, 100]


def test_a_mean_has_the_paired_t() -> None:
    from scipy.stats import ttest_rel

    before = pd.DataFrame({"respondent_id": list("abcdef"), "recommend": [1.0, 2, 3, 4, 5, 6]})
    after = pd.DataFrame({"respondent_id": list("fedcba"), "recommend": [6.5, 7, 4, 4, 2, 2]})
    found = change(before, after, MeanScore("recommend"))
    wanted = ttest_rel(after["recommend"].to_numpy()[::-1], before["recommend"])
    limits = wanted.confidence_interval(0.95)
    assert found.p_value == pytest.approx(wanted.pvalue)
    assert found.ci is not None
    assert tuple(found.ci) == pytest.approx((limits.low, limits.high))
    assert found.transitions == ()
    assert [str(row["wave"]) for row in found.rows()] == ["before", "after", "change"]
    assert len(found.plot().figure.axes) == 2


def test_a_gap_changes_like_a_mean() -> None:
    before = {"respondent_id": [1, 2, 3], "e": [5, 5, 5], "p": [4, 4, 5]}
    after = {"respondent_id": [3, 2, 1], "e": [5, 5, 5], "p": [5, 5, 5]}
    assert change(before, after, GapScore(["e"], ["p"])).estimate == pytest.approx(2 / 3)


def test_responses_bring_their_metric_and_their_ids() -> None:
    import closeloop as cl

    survey = cl.load_survey("relationship-nps")
    before, after = (
        cl.read_responses(pd.DataFrame({"respondent_id": list(ids), "recommend": scores}), survey)
        for ids, scores in (("abcd", [3, 8, 9, 6]), ("bcde", [9, 9, 9, 9]))
    )
    found = paired_change(before, after, metric="nps")
    assert found.transitions == ((0, 0, 1), (0, 0, 1), (0, 0, 1))


def test_what_cannot_be_matched_is_refused() -> None:
    before, after = waves()
    with pytest.raises(ColumnNotFoundError, match="customer"):
        change(before, after, on="customer")
    with pytest.raises(ResponseValidationError, match="11"):
        change(before, after.assign(recommend=11))
    with pytest.raises(ValueError, match="between 0 and 1"):
        change(before, after, confidence_level=1)
    with pytest.raises(ValueError, match="Which metric"):
        change(before, after, metric=[NPS, MeanScore("recommend")])
    with pytest.raises(ValueError, match="No metric"):
        change(before, after, metric=None)


def test_lazy_waves_are_refused_and_eager_ones_of_any_library_taken() -> None:
    import polars as pl

    before, after = (pl.DataFrame(wave.to_dict("list")) for wave in waves())
    assert paired_change(before, after, metric=NPS).transitions == TABLE
    with pytest.raises(ValueError, match="lazy"):
        paired_change(before.lazy(), after, metric=NPS)


def test_the_table_and_the_facts() -> None:
    found = change(*waves())
    assert found.to_frame()["promoters"].tolist() == [4, 9, 38, 51]
    facts = found.to_dict()
    assert facts["stuart_maxwell"] == pytest.approx(5.161290323, abs=1e-9)
    assert facts["bhapkar_p"] == pytest.approx(0.065803093, abs=1e-9)
    json.dumps(facts)
    assert "if the waves were taken for different people it would seem to be 10.9 points" in str(found)
    assert "Detractors" in found._repr_html_()


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_the_figure_has_every_count_with_its_share_of_the_row(tag: str, tmp_path: Path) -> None:
    set_language(tag)
    chart = change(*waves()).plot()
    texts = {text.get_text().replace("\u00a0", " ") for text in chart.figure.axes[0].texts}
    assert ("8 · 33 %" if tag == "en" else "8 · 33%") in texts
    assert "n = 24" in texts
    chart.save(tmp_path / "change.png")
