"""Worlds whose truth is known: what is reported covers it as often as it says, and what is naive says that it is."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.columns import DAY, HOUR
from closeloop.followup.measure.figure import Figure
from closeloop.followup.measure.followed_recovery import untreated
from closeloop.followup.measure.measure import measure
from closeloop.followup.measure.recovered import benchmarked, followed, silence_bounds
from closeloop.followup.measure.response_table import ResponseTable
from closeloop.followup.measure.scope import Scope
from closeloop.followup.measure.waiting_list import waiting_list_effect

MEAN, SPREAD = 7.57, 2.594
"""Of the latent likelihood to recommend: 34 % detractors, 36 % promoters when rounded."""
NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
END = NOW.timestamp()
START = END - 100 * DAY


def answer(latent: np.ndarray) -> np.ndarray:
    """Round a latent likelihood to recommend to 0 … 10."""
    return np.clip(np.rint(MEAN + SPREAD * latent), 0, 10)


def again(rng: np.random.Generator, latent: np.ndarray, r: float, gain: float | np.ndarray = 0.0) -> np.ndarray:
    """Give the latent value at the second survey: test–retest correlation r, and what following up adds, in points."""
    fresh = rng.standard_normal(latent.shape)
    second: np.ndarray = r * latent + np.sqrt(1 - r * r) * fresh + np.asarray(gain) / SPREAD
    return second


def world(
    rng: np.random.Generator, n: int = 1500, *, r: float = 0.6, gain: float = 0.0, followed: float = 0.5,
    replies: float = 0.7, lot: bool = False,
) -> tuple[CaseTable, ResponseTable]:  # fmt: skip
    """Give the cases and responses of a world: every detractor has a case, some of them are followed up.

    Parameters
    ----------
    rng, n
    r : float
        Test–retest correlation.
    gain : float
        What following up adds, in points of the latent score.
    followed : float
        Share of detractors who are followed up, at random.
    replies : float
        Share who answer the second survey, at random.
    lot : bool
        Whether the cases know that it was by lot.
    """
    first = rng.standard_normal(n)
    score = answer(first)
    unhappy = np.flatnonzero(score <= 6)
    treated = np.zeros(n, dtype=bool)
    treated[unhappy[rng.random(len(unhappy)) < followed]] = True
    second = answer(again(rng, first, r, np.where(treated, gain, 0.0)))
    back = np.flatnonzero(rng.random(n) < replies)
    name = np.char.add("S-", np.arange(n).astype(str))
    key = np.char.add("r1-", np.arange(n).astype(str))
    responses = ResponseTable.made(
        {
            "survey_id": ["relationship"] * (n + len(back)),
            "response_id": np.concatenate([key, np.char.add("r2-", back.astype(str))]),
            "subject_id": np.concatenate([name, name[back]]),
            "answered_at": np.concatenate([np.full(n, START), np.full(len(back), START + 60 * DAY)]),
            "qualifies": np.concatenate([score <= 6, np.zeros(len(back), dtype=bool)]),
            "outcome": np.concatenate([np.where(score <= 6, "case", ""), np.full(len(back), "")]),
            "contactable": np.ones(n + len(back)),
        },
        {"recommend": np.concatenate([score, second[back]])},
    )
    contact = np.where(treated[unhappy], START + DAY / 2, np.nan)
    cases = CaseTable.of(
        cases={
            "case_id": np.char.add("C-", unhappy.astype(str)), "subject_id": name[unhappy],
            "stage": ["analysing"] * len(unhappy),
            "survey_id": ["relationship"] * len(unhappy), "response_id": key[unhappy], "is_open": [True] * len(unhappy),
            "received_at": np.full(len(unhappy), START),
            "arm": np.where(treated[unhappy], "now", "wait") if lot else np.full(len(unhappy), ""),
        },
        cycles={
            "case": np.arange(len(unhappy)), "began_at": np.full(len(unhappy), START), "first_response_at": contact,
        },
    )  # fmt: skip
    return cases, responses


WORLDS = 400
LEAST, MOST = 365, 393
"""Between these lies a Binomial(400, 0.95) with probability 0.9994."""


@cache
def true_net(gain: float) -> float:
    """Give by how many points following up moves the NPS of detractors, from two million of them."""
    rng = np.random.default_rng(20261122)
    first = rng.standard_normal(2_000_000)
    first = first[answer(first) <= 6]
    fresh = rng.standard_normal(first.shape)
    with_it, without = (answer(0.6 * first + 0.8 * fresh + extra / SPREAD) for extra in (gain, 0.0))
    return 100 * float(
        ((with_it >= 9).mean() - (with_it <= 6).mean()) - ((without >= 9).mean() - (without <= 6).mean())
    )


def covered(gain: float, seed: int) -> tuple[int, list[float]]:
    """Give in how many worlds the reported net effect covers the truth, and the naive shares of recovered."""
    rng = np.random.default_rng(seed)
    truth, hits, naive = true_net(gain), 0, []
    for _ in range(WORLDS):
        cases, responses = world(rng, 900, gain=gain)
        who = followed(Scope.of(cases, responses, now=END))
        low, high = benchmarked(who, None, 0.95).net_interval
        hits += low <= truth <= high
        naive.append(float((who.second[~np.isnan(who.second)] >= 7).mean()))
    return hits, naive


@pytest.mark.slow
def test_without_treatment_the_net_effect_covers_nothing_in_95_of_100_worlds() -> None:
    hits, naive = covered(0.0, 1)
    assert LEAST <= hits <= MOST
    # What a vendor would report of the same worlds: two in five “converted”, by doing nothing.
    assert 0.38 < float(np.mean(naive)) < 0.41


@pytest.mark.slow
def test_a_treatment_of_half_a_point_is_covered_in_95_of_100_worlds() -> None:
    assert 8 < true_net(0.5) < 16
    hits, naive = covered(0.5, 2)
    assert LEAST <= hits <= MOST
    assert float(np.mean(naive)) > 0.44


def test_what_is_counted_here_is_what_the_report_says() -> None:
    cases, responses = world(np.random.default_rng(3), 900)
    found = benchmarked(followed(Scope.of(cases, responses, now=END)), None, 0.95)
    report = measure(cases, responses, now=NOW)
    figure = report["net_effect"]
    assert (figure.estimate, figure.ci_low, figure.ci_high) == (found.net, *found.net_interval)
    assert report.section("recovery").details["recovery"].source == "control"


def test_the_naive_recovery_stands_beside_the_honest_one_and_says_that_it_is_naive() -> None:
    report = measure(*world(np.random.default_rng(4), 900), now=NOW)
    naive, net = report["recovered_naive"], report["net_effect"]
    assert naive.label.en.startswith("naive")
    assert naive.label.zh.startswith("朴素")
    assert "Naive" in naive.remark.en
    assert naive.ci_low > 0.25
    assert net.ci_low < 0 < net.ci_high
    names = [figure.name for figure in report.section("recovery").figures]
    assert names[:3] == ["recovered_naive", "recovered_bounds", "recovered_anyway"]


def test_following_up_the_lowest_scores_is_not_blamed_for_their_being_the_lowest() -> None:
    """The benchmark of all detractors would be too high for those who scored 0 to 3."""
    rng = np.random.default_rng(5)
    off, kind = [], []
    for _ in range(60):
        cases, responses = world(rng, 1500, followed=1.0)
        low = responses.score("recommend")[np.flatnonzero(responses.columns["qualifies"])] <= 3
        alone = cases.cycles["first_response_at"].copy()
        alone[~low] = np.nan
        cases = CaseTable.of(cases=cases.cases, cycles={**cases.cycles, "first_response_at": alone})
        found = benchmarked(followed(Scope.of(cases, responses, now=END)), 0.6, 0.95)
        off.append(found.net)
        kind.append(found.shift)
    assert abs(float(np.mean(off))) < 2.5
    assert float(np.mean(kind)) < -15


# --- chapter 40, B7: the numbers of its own simulations ---


@pytest.mark.parametrize(
    ("r", "recovered", "promoters", "nps"), [(0.6, 40, 12, -48), (0.8, 28, None, -68), (0.4, 50, None, -30)]
)
def test_regression_to_the_mean_alone_gives_the_table_of_the_design(
    r: float, recovered: int, promoters: int | None, nps: int
) -> None:
    rng = np.random.default_rng(6)
    first = rng.standard_normal(400_000)
    everybody = answer(first)
    assert round(100 * float((everybody <= 6).mean())) == 34
    unhappy = first[everybody <= 6]
    second = answer(again(rng, unhappy, r))
    simulated = np.array([(second <= 6).mean(), ((second > 6) & (second < 9)).mean(), (second >= 9).mean()])
    exact = untreated(everybody[:20_000], everybody[:20_000][everybody[:20_000] <= 6], r)
    for shares in (simulated, exact):
        assert abs(100 * (1 - shares[0]) - recovered) < 1.0
        assert abs(100 * (shares[2] - shares[0]) - nps) < 1.2
        if promoters is not None:
            assert abs(100 * shares[2] - promoters) < 0.6
    assert float(np.abs(simulated - exact).max()) < 0.01


def test_open_cases_count_in_waiting_times() -> None:
    """B7: window of 72 h, true mean 30 h. Naive 16.1 h and 76 %; Kaplan–Meier 20.8 h (true 20.8) and 55 %."""
    rng = np.random.default_rng(7)
    n = 20_000
    received = END - 72 * HOUR * rng.random(n)
    answered = received + rng.exponential(30 * HOUR, n)
    answered[answered > END] = np.nan
    table = CaseTable.of(
        cases={"received_at": received, "is_open": np.ones(n, dtype=bool)},
        cycles={"case": np.arange(n), "first_response_at": answered},
    )
    report = measure(table, [], now=NOW)
    waited = (answered - received)[~np.isnan(answered)] / HOUR
    assert float((waited <= 24).mean()) == pytest.approx(0.758, abs=0.012)
    assert report["first_response_naive"].estimate == pytest.approx(16.1, abs=0.25)
    assert report["first_response_median"].estimate == pytest.approx(20.8, abs=0.5)
    assert report["first_response_within"].estimate == pytest.approx(0.55, abs=0.01)
    assert report["first_response_within"].ci_low < 0.5507 < report["first_response_within"].ci_high


def test_silence_is_bounded_by_its_worst_and_best_case() -> None:
    """B7: true recovery 35 %, reply 50 % against 20 %: naive 57 %, honest 18–87 %."""
    recovered, replied = np.repeat([True, False], [350, 650]), np.zeros(1000, dtype=bool)
    replied[:175], replied[350:480] = True, True
    second = np.where(recovered, 9.0, 3.0)
    bounds, naive = reported(second, replied)
    assert (bounds.ci_low, bounds.ci_high) == silence_bounds(175, 305, 1000) == (0.175, 0.87)
    assert str(bounds.shown) == "cannot tell"
    assert str(bounds.interval).replace("\xa0", " ") == "18 % to 87 %"
    assert round(100 * naive.estimate) == 57


def reported(second: np.ndarray, replied: np.ndarray) -> tuple[Figure, Figure]:
    """Give bounds and naive share of detractors who were all followed up."""
    n = len(second)
    name = np.char.add("S-", np.arange(n).astype(str))
    key = np.char.add("r-", np.arange(n).astype(str))
    back = np.flatnonzero(replied)
    responses = ResponseTable.made(
        {
            "response_id": np.concatenate([key, np.char.add("b-", back.astype(str))]),
            "subject_id": np.concatenate([name, name[back]]),
            "answered_at": np.concatenate([np.full(n, END - 90 * DAY), np.full(len(back), END - 9 * DAY)]),
            "contactable": np.ones(n + len(back)),
        },
        {"recommend": np.concatenate([np.full(n, 3.0), second[back]])},
    )
    cases = CaseTable.of(
        cases={"subject_id": name, "response_id": key, "received_at": np.full(n, END - 90 * DAY)},
        cycles={"case": np.arange(n), "first_response_at": np.full(n, END - 89 * DAY)},
    )
    report = measure(cases, responses, now=NOW)
    return report["recovered_bounds"], report["recovered_naive"]


def test_the_waiting_list_finds_the_effect_that_the_naive_gain_trebles() -> None:
    """B7: naive gain 1.62 points where the truth is ~0.48; ANCOVA 0.48 (SD 0.20 at n = 400)."""
    rng = np.random.default_rng(8)
    latent = rng.standard_normal(1_200_000)
    unhappy = latent[answer(latent) <= 6]
    fresh = rng.standard_normal(unhappy.shape)
    second = [answer(0.6 * unhappy + 0.8 * fresh + gain / SPREAD) for gain in (0.5, 0.0)]
    truth = float((second[0] - second[1]).mean())
    assert truth == pytest.approx(0.48, abs=0.02)
    assert float((second[0] - answer(unhappy)).mean()) == pytest.approx(1.62, abs=0.04)
    found, hits = [], 0
    for start in range(0, 400 * 300, 400):
        part = slice(start, start + 400)
        lot = rng.permutation(np.repeat(["now", "wait"], 200))
        effect = waiting_list_effect(
            answer(unhappy[part]), np.where(lot == "now", second[0][part], second[1][part]), lot
        )
        found.append(effect.adjusted.estimate)
        hits += effect.adjusted.low <= truth <= effect.adjusted.high
    assert float(np.mean(found)) == pytest.approx(truth, abs=0.05)
    assert float(np.std(found)) == pytest.approx(0.20, abs=0.02)
    assert 272 <= hits <= 297  # Binomial(300, 0.95) with probability 0.9993


def test_a_lot_that_was_drawn_is_told_apart_from_peoples_choice() -> None:
    drawn = measure(*world(np.random.default_rng(9), 1200, gain=0.5, lot=True), now=NOW)
    chosen = measure(*world(np.random.default_rng(9), 1200, gain=0.5), now=NOW)
    effect = drawn["waiting_list_effect"]
    assert effect.ci_low < 0.48 < effect.ci_high
    assert effect.estimate == chosen["observational_effect"].estimate
    assert "observational" in chosen["observational_effect"].label.en
    assert "+1." in effect.remark.en  # the naive rise, beside it


def test_the_design_of_these_worlds_is_that_of_the_chapter() -> None:
    latent = np.random.default_rng(10).standard_normal(500_000)
    scores = answer(latent)
    assert (scores >= 9).mean() == pytest.approx(0.36, abs=0.003)
    assert pytest.approx(6.5, abs=0.01) == MEAN + SPREAD * -0.4125
    assert dt.datetime.fromtimestamp(END, dt.UTC) == NOW
