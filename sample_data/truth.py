"""What follows from the world exactly, without simulation: shares, scores, drivers, the panel's retest numbers."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import world
from answers import Answer

Array = npt.NDArray[np.float64]
SCORES = np.arange(11.0)
_GRID = np.linspace(-9.0, 9.0, 180_001)
_CDF = np.array([0.5 * math.erfc(-x / math.sqrt(2.0)) for x in _GRID.tolist()])
TOTAL_ON_RECOMMEND = tuple(
    direct + world.OVERALL_ON_RECOMMEND * via_overall + world.EFFORT_ON_RECOMMEND * via_effort
    for direct, via_overall, via_effort in zip(
        world.THEME_ON_RECOMMEND, world.THEME_ON_OVERALL, world.THEME_ON_EFFORT, strict=True
    )
)
NORMAL_VARIANCE = (
    world.OVERALL_ON_RECOMMEND**2
    + world.EFFORT_ON_RECOMMEND**2
    + 2 * world.OVERALL_ON_RECOMMEND * world.EFFORT_ON_RECOMMEND * world.OVERALL_EFFORT_CORRELATION
    + world.REST_SD**2
)


def normal_cdf(x: Array) -> Array:
    found: Array = np.interp(x, _GRID, _CDF)
    return found


def _combinations(rates: tuple[float, ...]) -> tuple[Array, Array]:
    """Give the probability of every combination of problems, and the points that it takes off the recommendation."""
    had = np.array(list(product((0.0, 1.0), repeat=len(rates))))
    chance = np.prod(np.where(had == 1.0, rates, 1.0 - np.array(rates)), axis=1)
    return chance, had @ np.array(TOTAL_ON_RECOMMEND)


def _shares_above(cuts: Array, centre: Array, sd: float) -> Array:
    """Give the shares of the classes that the cuts make, for each centre (the last axis of the result)."""
    below = normal_cdf((cuts - centre[..., None]) / sd)
    edge = (*centre.shape, 1)
    return np.diff(np.concatenate([np.zeros(edge), below, np.ones(edge)], axis=-1), axis=-1)


def score_shares(stretch: int, region: int, touchpoint: int) -> Array:
    """Give the population shares of the scores 0 to 10 in one cell."""
    chance, drag = _combinations(world.theme_rates(stretch, region, touchpoint))
    centre = world.shift(stretch, region, touchpoint) - drag
    return chance @ _shares_above(SCORES[:10] + 0.5, centre, math.sqrt(NORMAL_VARIANCE))


def latent_mean(stretch: int, region: int, touchpoint: int) -> float:
    rates = np.array(world.theme_rates(stretch, region, touchpoint))
    return world.shift(stretch, region, touchpoint) - float(rates @ np.array(TOTAL_ON_RECOMMEND))


def _level_shares(cell: tuple[int, int, int], effects: tuple[float, ...], cuts: tuple[float, ...]) -> Array:
    rates = world.theme_rates(*cell)
    chance, _ = _combinations(rates)
    had = np.array(list(product((0.0, 1.0), repeat=len(rates))))
    return chance @ _shares_above(np.array(cuts), -(had @ np.array(effects)), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Mixtures over cells; `weights` has one number for every stretch, region and touchpoint."""

    weights: Array

    def _mean(self, values: Array) -> Array:
        total: Array = np.tensordot(self.weights, values, axes=3) / self.weights.sum()
        return total

    def scores(self) -> dict[str, float]:
        """Give mean, shares and NPS of the recommendation."""
        shares = self._mean(CELLS.scores)
        promoters, detractors = float(shares[9:].sum()), float(shares[:7].sum())
        return {
            "latent_mean": round(float(self._mean(CELLS.latent)), 4),
            "mean_score": round(float(shares @ SCORES), 4),
            "promoters": round(promoters, 5),
            "passives": round(1 - promoters - detractors, 5),
            "detractors": round(detractors, 5),
            "nps": round(100 * (promoters - detractors), 3),
        }

    def other_questions(self) -> dict[str, float]:
        """Give the population values of satisfaction and ease."""
        overall, effort = self._mean(CELLS.overall), self._mean(CELLS.effort)
        return {
            "overall_top2": round(float(overall[3:].sum()), 5),
            "overall_mean": round(float(overall @ np.arange(1, 6)), 4),
            "effort_mean": round(float(effort @ np.arange(1, 8)), 4),
        }

    def themes(self) -> dict[str, float]:
        """Give how many customers have experienced each problem."""
        return dict(zip(world.THEMES, (round(float(x), 5) for x in self._mean(CELLS.themes)), strict=True))


@dataclass(frozen=True, slots=True)
class _Cells:
    scores: Array
    latent: Array
    overall: Array
    effort: Array
    themes: Array


def _cells() -> _Cells:
    shape = (len(world.REGIMES), len(world.REGIONS), len(world.TOUCHPOINTS))
    every = list(product(range(shape[0]), range(shape[1]), range(shape[2])))

    def table(values: list[Array] | list[float] | list[tuple[float, ...]]) -> Array:
        found = np.array(values)
        return found.reshape(*shape, *found.shape[1:])

    return _Cells(
        table([score_shares(*cell) for cell in every]),
        table([latent_mean(*cell) for cell in every]),
        table([_level_shares(cell, world.THEME_ON_OVERALL, world.OVERALL_CUTS) for cell in every]),
        table([_level_shares(cell, world.THEME_ON_EFFORT, world.EFFORT_CUTS) for cell in every]),
        table([world.theme_rates(*cell) for cell in every]),
    )


CELLS = _cells()


def regime_weights(month: tuple[int, int]) -> Array:
    """Give the share of the month's days that lies in each stretch between events."""
    days = calendar.monthrange(*month)[1]
    found = np.zeros(len(world.REGIMES))
    for day in range(1, days + 1):
        found[world.regime(date(*month, day))] += 1 / days
    return found


def population(
    months: dict[tuple[int, int], float], *, region: int | None = None, touchpoint: int | None = None
) -> Population:
    """Give the population of the months, weighted by their numbers of answers, whole or of one segment."""
    stretches = sum((n * regime_weights(month) for month, n in months.items()), start=np.zeros(len(world.REGIMES)))
    regions = np.array([s if region in {None, k} else 0.0 for k, s in enumerate(world.REGION_SHARE)])
    touchpoints = np.array([s if touchpoint in {None, k} else 0.0 for k, s in enumerate(world.TOUCHPOINT_SHARE)])
    return Population(weights=stretches[:, None, None] * regions[:, None] * touchpoints)


def _shares_given_person(stretch: int, region: int, touchpoint: int, lasting: Array) -> Array:
    """Give the score shares of people whose lasting part is known: rows are people, columns scores."""
    chance, drag = _combinations(world.theme_rates(stretch, region, touchpoint))
    centre = world.shift(stretch, region, touchpoint) - drag + lasting[:, None]
    sd = math.sqrt(NORMAL_VARIANCE * (1 - world.LATENT_RETEST))
    shares: Array = np.einsum("c,pcs->ps", chance, _shares_above(SCORES[:10] + 0.5, centre, sd))
    return shares


def joint_scores(first: int, second: int) -> Array:
    """Give the population's joint shares of two scores of one panel member, in two stretches between events."""
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(61)
    node_weights = node_weights / node_weights.sum()
    lasting = nodes * math.sqrt(NORMAL_VARIANCE * world.LATENT_RETEST)
    joint = np.zeros((11, 11))
    for region, touchpoint in product(range(len(world.REGIONS)), range(len(world.TOUCHPOINTS))):
        one = _shares_given_person(first, region, touchpoint, lasting)
        two = _shares_given_person(second, region, touchpoint, lasting)
        share = world.REGION_SHARE[region] * world.TOUCHPOINT_SHARE[touchpoint]
        joint += share * np.einsum("p,pa,pb->ab", node_weights, one, two)
    return joint


def retest(joint: Array) -> dict[str, float]:
    """Describe two waves by their joint shares (or counts): correlation, and what first-wave detractors say later."""
    joint = joint / joint.sum()
    one, two = joint.sum(axis=1), joint.sum(axis=0)
    mean_1, mean_2 = one @ SCORES, two @ SCORES
    sd_1, sd_2 = np.sqrt(one @ (SCORES - mean_1) ** 2), np.sqrt(two @ (SCORES - mean_2) ** 2)
    detractors = joint[:7].sum(axis=0) / joint[:7].sum()
    covariance = (SCORES - mean_1) @ joint @ (SCORES - mean_2)
    return {
        "pearson_of_scores": round(float(covariance / (sd_1 * sd_2)), 4),
        "detractors_no_longer_detractors": round(float(detractors[7:].sum()), 4),
        "detractors_become_promoters": round(float(detractors[9:].sum()), 4),
        "later_nps_of_first_wave_detractors": round(float(100 * (detractors[9:].sum() - detractors[:7].sum())), 2),
        "nps_first": round(float(100 * (one[9:].sum() - one[:7].sum())), 2),
        "nps_second": round(float(100 * (two[9:].sum() - two[:7].sum())), 2),
    }


def panel_truth(panel: list[Answer]) -> list[dict[str, object]]:
    """Give, for every two waves, the population's retest numbers and those of the answers drawn."""
    by_wave: list[dict[str, int]] = [{} for _ in world.PANEL_WAVES]
    for answer in panel:
        wave = world.PANEL_WAVES.index((answer.started.year, answer.started.month))
        by_wave[wave][answer.respondent] = answer.recommend
    found: list[dict[str, object]] = []
    for a, b in combinations(range(len(world.PANEL_WAVES)), 2):
        both = sorted(by_wave[a].keys() & by_wave[b].keys())
        counts = np.zeros((11, 11))
        for respondent in both:
            counts[by_wave[a][respondent], by_wave[b][respondent]] += 1
        first, second = (world.regime(date(*world.PANEL_WAVES[k], 1)) for k in (a, b))
        found.append(
            {
                "first": "{}-{:02d}".format(*world.PANEL_WAVES[a]),
                "second": "{}-{:02d}".format(*world.PANEL_WAVES[b]),
                "event_between": first != second,
                "pairs": len(both),
                "population": retest(joint_scores(first, second)),
                "realised": retest(counts),
            }
        )
    return found


def model_truth() -> dict[str, object]:
    """Write down the numbers of the world that drive the recommendation."""
    by_theme = zip(
        world.THEMES,
        world.THEME_ON_RECOMMEND,
        world.THEME_ON_OVERALL,
        world.THEME_ON_EFFORT,
        TOTAL_ON_RECOMMEND,
        strict=True,
    )
    return {
        "score": "recommend = latent rounded half up to a whole number and kept within 0 to 10",
        "base": world.BASE,
        "region_shift": dict(zip(world.REGIONS, world.REGION_SHIFT, strict=True)),
        "touchpoint_shift": dict(zip(world.TOUCHPOINTS, world.TOUCHPOINT_SHIFT, strict=True)),
        "region_share": dict(zip(world.REGIONS, world.REGION_SHARE, strict=True)),
        "touchpoint_share": dict(zip(world.TOUCHPOINTS, world.TOUCHPOINT_SHARE, strict=True)),
        "sd_of_the_normal_part": round(math.sqrt(NORMAL_VARIANCE), 6),
        "drivers": {
            "overall_per_latent_sd": world.OVERALL_ON_RECOMMEND,
            "effort_per_latent_sd": world.EFFORT_ON_RECOMMEND,
            "correlation_of_overall_and_effort": world.OVERALL_EFFORT_CORRELATION,
            "sd_of_the_rest": world.REST_SD,
            "overall_cuts": list(world.OVERALL_CUTS),
            "effort_cuts": list(world.EFFORT_CUTS),
            "themes": {
                name: {
                    "on_recommend_direct": 0.0 - direct,
                    "on_overall": 0.0 - overall,
                    "on_effort": 0.0 - effort,
                    "on_recommend_total": 0.0 - round(total, 6),
                }
                for name, direct, overall, effort, total in by_theme
            },
        },
    }


def events_truth() -> list[dict[str, object]]:
    return [
        {
            "id": "refund-policy",
            "what": "refund policy tightened",
            "from": world.POLICY_DAY.isoformat(),
            "until": "the end",
            "where": "touchpoint hotline",
            "direct_points": world.POLICY_ON_HOTLINE,
            "theme_rates_added": dict(world.POLICY_THEMES),
        },
        {
            "id": "price-rise",
            "what": "price rise",
            "from": world.PRICE_DAY.isoformat(),
            "where": "regions " + " and ".join(world.PRICE_REGIONS),
            "direct_points": world.PRICE_ON_RECOMMEND,
            "theme_rates_added": dict(world.PRICE_THEMES),
            "eases_on": world.PRICE_EASES_DAY.isoformat(),
            "share_of_the_effect_kept_then": world.PRICE_KEPT,
        },
    ]
