"""The invented world: who the customers are, what happens to them, and what that makes them answer.

Everything a later analysis may want to recover is a number in this file. `truth.py` works out, without any simulation,
what follows from these numbers; `answers.py` draws the answers.
"""

from __future__ import annotations

from datetime import date

SEED = 20240701
COMPANY = {"en": "Orrowby Home Services", "zh-CN": "奥洛比生活服务"}

REGIONS = ("east", "south", "north", "central", "southwest", "northeast")
REGION_SHARE = (0.27, 0.22, 0.18, 0.14, 0.11, 0.08)
REGION_SHIFT = (0.25, 0.15, 0.0, -0.10, -0.25, -0.35)
TOUCHPOINTS = ("app", "store", "hotline")
TOUCHPOINT_SHARE = (0.50, 0.28, 0.22)
TOUCHPOINT_SHIFT = (0.10, 0.20, -0.35)

THEMES = ("price", "delivery", "quality", "service", "app", "billing")
THEME_RATE = (0.12, 0.14, 0.10, 0.10, 0.10, 0.06)
THEME_BY_TOUCHPOINT = {
    "app": {"app": 1.6, "service": 0.6, "delivery": 1.2},
    "store": {"app": 0.3, "delivery": 0.5, "service": 1.2},
    "hotline": {"app": 0.6, "service": 1.6, "billing": 1.8},
}
THEME_BY_REGION = {
    "southwest": {"delivery": 1.5},
    "northeast": {"delivery": 1.7, "quality": 1.2},
    "north": {"quality": 1.3},
    "central": {"billing": 1.5},
}

# How far an experienced problem lowers, in points: the recommendation itself, overall satisfaction, ease.
THEME_ON_RECOMMEND = (0.50, 0.50, 0.70, 0.70, 0.30, 0.40)
THEME_ON_OVERALL = (0.30, 0.50, 0.60, 0.50, 0.20, 0.30)
THEME_ON_EFFORT = (0.00, 0.30, 0.00, 0.40, 0.80, 0.50)
OVERALL_ON_RECOMMEND = 1.0
EFFORT_ON_RECOMMEND = 0.5
OVERALL_EFFORT_CORRELATION = 0.4
REST_SD = 1.3
BASE = 8.9
OVERALL_CUTS = (-2.2, -1.5, -0.8, 0.4)
EFFORT_CUTS = (-2.1, -1.6, -1.1, -0.6, 0.0, 0.7)

# The two events. The price event fades to 40 % of its size three months after it began.
POLICY_DAY = date(2025, 3, 1)
POLICY_ON_HOTLINE = -1.0
POLICY_THEMES = {"service": 0.12, "billing": 0.10}
PRICE_DAY = date(2025, 11, 15)
PRICE_EASES_DAY = date(2026, 2, 15)
PRICE_REGIONS = ("east", "south")
PRICE_ON_RECOMMEND = -0.7
PRICE_THEMES = {"price": 0.30}
PRICE_KEPT = 0.4

# The panel: the same people asked several times. The part of the latent answer that is not an event, a segment or a
# problem has this correlation between two answers of one person.
PANEL_SIZE = 420
PANEL_ANSWERS_PER_WAVE = 340
PANEL_WAVES = ((2024, 8), (2025, 1), (2025, 8), (2025, 10), (2026, 4))
LATENT_RETEST = 0.6

MONTHS = tuple((2024 + (6 + k) // 12, (6 + k) % 12 + 1) for k in range(24))
MONTH_WEIGHT = (1.0, 0.95, 1.0, 0.95, 1.15, 1.1, 0.95, 0.8, 1.05, 1.0, 1.05, 1.0)
ONE_TIME_ANSWERS = (3320, 4780)

# What people do with the open question, the complaint list and the other questions.
COMMENT_RATE = 0.72
MENTION_RATE = 0.75
PRAISE_RATE = {"promoter": 0.85, "promoter_with_problem": 0.5, "passive": 0.35, "detractor": 0.03}
TICK_RATE = 0.85
STRAY_TICK_RATE = 0.04
OTHER_TICK_RATE = 0.05
OVERALL_BLANK_RATE = 0.02
EFFORT_BLANK_RATE = 0.03
CALLBACK_YES_RATE = 0.4
CALLBACK_BLANK_RATE = 0.05
CHINESE_COMMENTS = {"wjx": 0.80, "qualtrics": 0.30}
MAX_PAINS = 3

REGIMES = ("before", "policy", "price", "eased")


def regime(day: date) -> int:
    """Give the number of the stretch between two events in which the day lies."""
    return (day >= POLICY_DAY) + (day >= PRICE_DAY) + (day >= PRICE_EASES_DAY)


def _price_size(stretch: int, region: str) -> float:
    if region not in PRICE_REGIONS or stretch < 2:
        return 0.0
    return PRICE_KEPT if stretch == 3 else 1.0


def shift(stretch: int, region: int, touchpoint: int) -> float:
    """Give the latent recommendation of a cell before any problem is experienced."""
    value = BASE + REGION_SHIFT[region] + TOUCHPOINT_SHIFT[touchpoint]
    if stretch >= 1 and TOUCHPOINTS[touchpoint] == "hotline":
        value += POLICY_ON_HOTLINE
    return value + PRICE_ON_RECOMMEND * _price_size(stretch, REGIONS[region])


def theme_rates(stretch: int, region: int, touchpoint: int) -> tuple[float, ...]:
    """Give the probability that a customer of a cell has experienced each problem; problems are independent."""
    where, how = REGIONS[region], TOUCHPOINTS[touchpoint]
    rates = []
    for theme, base in zip(THEMES, THEME_RATE, strict=True):
        rate = base * THEME_BY_TOUCHPOINT[how].get(theme, 1.0) * THEME_BY_REGION.get(where, {}).get(theme, 1.0)
        if stretch >= 1 and how == "hotline":
            rate += POLICY_THEMES.get(theme, 0.0)
        rates.append(rate + PRICE_THEMES.get(theme, 0.0) * _price_size(stretch, where))
    return tuple(rates)


def monthly_one_time_answers() -> tuple[int, ...]:
    """Give how many one-time respondents answer in each month, by largest remainders."""
    counts: list[int] = []
    for total in ONE_TIME_ANSWERS:
        exact = [total * weight / sum(MONTH_WEIGHT) for weight in MONTH_WEIGHT]
        whole = [int(value) for value in exact]
        by_remainder = sorted(range(12), key=lambda k: (whole[k] - exact[k], k))
        for k in by_remainder[: total - sum(whole)]:
            whole[k] += 1
        counts.extend(whole)
    return tuple(counts)


def monthly_answers() -> tuple[int, ...]:
    """Give how many complete answers each month has, panel included."""
    return tuple(
        n + (PANEL_ANSWERS_PER_WAVE if month in PANEL_WAVES else 0)
        for month, n in zip(MONTHS, monthly_one_time_answers(), strict=True)
    )
