"""Agreement of coders: κ against its published example, α against the definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from closeloop.stats.agreement import cohen_kappa, krippendorff_alpha, weighted_alpha
from closeloop.stats.intervals import share_interval
from closeloop.stats.set_agreement import masi_distance, numbered_sets, set_alpha


def test_kappa_of_a_two_by_two_table() -> None:
    # 45 both yes, 15 and 25 apart, 15 both no: p_o .6, p_e .54, κ = .06 / .46
    first = [0] * 60 + [1] * 40
    second = [0] * 45 + [1] * 15 + [0] * 25 + [1] * 15
    found = cohen_kappa(first, second)
    assert found.observed == pytest.approx(0.6)
    assert found.kappa == pytest.approx(0.06 / 0.46)
    assert found.ci_low < found.kappa < found.ci_high


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_kappa_is_that_of_statsmodels(cells: list[int]) -> None:
    table = np.array(cells).reshape(3, 3)
    rows, columns = np.indices((3, 3))
    found = cohen_kappa(np.repeat(rows.ravel(), cells), np.repeat(columns.ravel(), cells))
    if min((table.sum(axis=0) > 0).sum(), (table.sum(axis=1) > 0).sum()) < 2 or np.trace(table) == table.sum():
        return  # statsmodels divides by zero
    used = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
    theirs = cohens_kappa(table[np.ix_(used, used)])
    assert found.kappa == pytest.approx(float(theirs.kappa), abs=1e-12)
    margin = 1.959963984540054 * float(theirs.std_kappa)
    assert found.ci_high == pytest.approx(min(float(theirs.kappa) + margin, 1), abs=1e-9)
    assert found.ci_low == pytest.approx(max(float(theirs.kappa) - margin, -1), abs=1e-9)


def test_a_coder_who_gives_one_category_has_no_interval() -> None:
    found = cohen_kappa([1, 1, 1, 1], [1, 1, 0, 1])
    assert (found.kappa, found.observed) == (0, 0.75)
    assert np.isnan(found.ci_low)


def test_things_one_of_them_did_not_code_are_left_out() -> None:
    assert cohen_kappa([0, 1, -1, 1, 0], [0, 1, 1, -1, 0]).n == 3


def test_one_category_and_nothing_at_all_have_no_kappa() -> None:
    found = cohen_kappa([2, 2, 2], [2, 2, 2])
    assert found.observed == 1
    assert np.isnan(found.kappa)
    assert cohen_kappa([], []).n == 0
    assert np.isnan(krippendorff_alpha([[1, 1], [1, 1]]).kappa)
    assert krippendorff_alpha([[1, -1], [-1, 2]]).n == 0


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one list has 2, the other 3"):
        cohen_kappa([1, 2], [1, 2, 3])


def test_alpha_of_krippendorffs_example_with_gaps() -> None:
    # Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", nominal data with missing values: α = 0.743
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3]
    c = [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0]
    codes = np.array([a, b, c, d]).T - 1
    found = krippendorff_alpha(codes)
    assert found.kappa == pytest.approx(0.743, abs=5e-4)
    assert found.n == 11


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=2, max_size=15))
def test_alpha_is_one_minus_observed_over_expected_disagreement(rows: list[list[int]]) -> None:
    units = [[v for v in row if v >= 0] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    values = [v for unit in units for v in unit]
    found = krippendorff_alpha(rows, draws=10)
    if len(set(values)) < 2:
        assert np.isnan(found.kappa)
        return
    n = len(values)
    observed = sum(sum(x != y for x, y in itertools.permutations(u, 2)) / (len(u) - 1) for u in units) / n
    expected = sum(x != y for x, y in itertools.permutations(values, 2)) / (n * (n - 1))
    assert found.kappa == pytest.approx(1 - observed / expected, abs=1e-12)


def test_alpha_of_krippendorffs_examples_of_two_observers() -> None:
    # Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", A: binary data, two observers, α = 0.095;
    # B: nominal data, two observers, α = 0.692. The package krippendorff prints 0.09523809523809534 and
    # 0.6919642857142858, and 0.743421052631579 for C, the example with gaps above.
    binary = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
    assert krippendorff_alpha(binary).kappa == pytest.approx(0.09523809523809534, abs=1e-12)
    letters = [["abcde".index(x) for x in row] for row in ("aabbdcccedda", "babbbccceddd")]
    assert krippendorff_alpha(np.array(letters).T).kappa == pytest.approx(0.6919642857142858, abs=1e-12)


def test_alpha_with_gaps_to_the_last_digit() -> None:
    rows = ["123321412***", "1233224125*3", "*3332342251*", "12332441251*"]
    codes = [[-1 if x == "*" else int(x) for x in row] for row in rows]
    assert krippendorff_alpha(np.array(codes).T).kappa == pytest.approx(0.743421052631579, abs=1e-12)


def test_masi_is_one_minus_jaccard_times_monotonicity() -> None:
    # NLTK documents masi_distance({1, 2}, {1, 2, 3, 4}) = 0.665, with 0.67 for two thirds: 1 − 0.5 · 2/3 = 0.6667.
    sets = [[1, 1, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]]
    d = masi_distance(sets)
    assert d[0, 1] == pytest.approx(1 - 1 / 2 * 2 / 3)  # one within the other
    assert d[0, 2] == pytest.approx(1 - 1 / 3 * 1 / 3)  # they cross
    assert d[0, 3] == 1  # nothing in common
    assert d[4, 0] == 1  # nothing against something
    assert np.diag(d).tolist() == [0] * 5  # nothing against nothing agrees
    assert (d == d.T).all()


def test_set_alpha_by_hand() -> None:
    # {a}{a} · {a,b}{a} · {b}{b} · {}{}: within 2 · ⅔ = 4/3. Eight judgements: {a} 3, {a,b} 1, {b} 2, {} 2.
    # By chance, over ordered pairs: 2 (3·1·⅔ + 3·2·1 + 3·2·1 + 1·2·⅔ + 1·2·1 + 2·2·1) = 128/3.
    # α = 1 − (8 − 1) (4/3) / (128/3) = 0.78125; with whole sets 1 − 7 · 2 / (2 (3 + 6 + 6 + 2 + 2 + 4)) = 0.695652….
    sets = np.array([[[1, 0], [1, 0]], [[1, 1], [1, 0]], [[0, 1], [0, 1]], [[0, 0], [0, 0]]])
    assert set_alpha(sets).kappa == pytest.approx(0.78125, abs=1e-12)
    assert set_alpha(sets, distance="nominal").kappa == pytest.approx(1 - 14 / 46, abs=1e-12)
    assert set_alpha(sets, distance="nominal").observed == 0.75


def test_nothing_said_is_no_label() -> None:
    # NLTK takes None for one more label (its issue 2732). Here a coder who did not look said nothing: whatever stands
    # in the row changes nothing, whereas to look and give no code is a judgement.
    sets = np.array([[[1, 0], [1, 0]], [[0, 1], [0, 1]], [[1, 0], [0, 1]], [[1, 0], [0, 0]]])
    absent = np.array([[True, True]] * 3 + [[True, False]])
    assert set_alpha(sets, absent) == set_alpha(sets[:3])
    assert set_alpha(sets).n == 4
    assert set_alpha(sets).kappa != set_alpha(sets[:3]).kappa


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-1, 4), min_size=2, max_size=2), min_size=2, max_size=12))
def test_sets_of_one_have_the_alpha_of_categories(rows: list[list[int]]) -> None:
    given = np.array(rows)
    sets = given[:, :, None] == np.arange(5)
    plain, masi = krippendorff_alpha(given, draws=20), set_alpha(sets, given >= 0, draws=20)
    assert masi.n == plain.n
    assert masi.kappa == pytest.approx(plain.kappa, nan_ok=True)
    assert masi.observed == pytest.approx(plain.observed, nan_ok=True)


def test_without_a_code_or_a_judgement_there_is_no_alpha() -> None:
    values, distinct = numbered_sets(np.zeros((3, 2, 0)))
    assert values.tolist() == [[0, 0]] * 3
    assert len(distinct) == 1
    assert np.isnan(set_alpha(np.zeros((3, 2, 0))).kappa)
    assert set_alpha(np.zeros((0, 2, 3))).n == 0
    with pytest.raises(ValueError, match="jaccard"):
        set_alpha(np.zeros((3, 2, 1)), distance="jaccard")


def test_agreement_without_an_exception_is_still_not_certain() -> None:
    # 12 things, two categories, no disagreement: Wilson leaves 24.2 % for one, and chance would disagree in 12/23.
    found = krippendorff_alpha([[0, 0]] * 6 + [[1, 1]] * 6)
    assert found.kappa == 1
    assert found.ci_high == 1
    assert found.ci_low == pytest.approx(1 - float(share_interval(0, 12).high) * 23 / 12)


def test_many_things_have_the_limits_that_resampling_gives() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, 9_000)
    codes = np.stack([np.where(rng.random(9_000) < 0.8, truth, rng.integers(0, 4, 9_000)) for _ in range(3)], axis=1)
    drawn = krippendorff_alpha(codes, draws=4000)
    computed = krippendorff_alpha(np.concatenate([codes, codes]))  # twice as many things: √2 as sure
    assert computed.kappa == pytest.approx(drawn.kappa, abs=1e-4)
    half = (drawn.ci_high - drawn.ci_low) / 2
    assert computed.ci_high - computed.kappa == pytest.approx(half / np.sqrt(2), rel=0.05)
    assert computed.kappa - computed.ci_low == pytest.approx(half / np.sqrt(2), rel=0.05)


def test_a_distance_that_is_smaller_counts_for_less() -> None:
    codes = [[0, 1], [0, 0], [2, 2], [1, 1], [2, 0]]
    near = weighted_alpha(codes, [[0, 0.2, 1], [0.2, 0, 1], [1, 1, 0]])
    assert near.kappa > krippendorff_alpha(codes).kappa
    assert near.observed == pytest.approx(1 - (0.2 + 1) / 5)
