"""The six worked cases as tables: who is asked, how often and when, what is true of them, and what the unhappy say.

Every number here is a truth that the notebooks measure and nobody asserts. `EFFECT` is what the action did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SEED = 20261122
Said = tuple[tuple[str, str], ...]
"""What the unhappy say: English, Chinese."""


@dataclass(frozen=True, slots=True)
class Wave:
    """The answers of one group in one stretch of time.

    Attributes
    ----------
    first, last : date
        Between which days they answer.
    n : int
    satisfied : float
        Probability of one of the two best of five points.
    said : Said
    columns : tuple of (str, str)
        What else stands in each row.
    """

    first: date
    last: date
    n: int
    satisfied: float
    said: Said
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pulse:
    """A file of answers on a scale of five."""

    file: str
    prefix: str
    item: str
    stream: int
    waves: tuple[Wave, ...]


def month(year: int, number: int) -> tuple[date, date]:
    """Return the first and the 28th of a month."""
    return date(year, number, 1), date(year, number, 28)


# 1. The online shop: smoke from a plug. All goods rise by 4 points, the gauge at the supplier adds EFFECT to cookers.
SHOP_RISE, SHOP_EFFECT = 0.04, 0.18
SHOP_TRUE = {"cookers": 0.58, "other": 0.76}
SMOKE: Said = (
    ("The cooker smells burnt at the plug.", "插头处有焦味。"),
    ("It smoked, I am afraid to use it.", "冒烟了，不敢再用。"),
    ("It came two days late.", "晚到了两天。"),
)
LATE: Said = (("It came two days late.", "晚到了两天。"), ("The box was open.", "箱子是开的。"))


def shop(number: int, rise: float, effect: float) -> tuple[Wave, ...]:
    """Return one month of the shop: the range with the fault, and the rest."""
    return tuple(
        Wave(
            *month(2026, number), 100, true + rise + (effect if goods == "cookers" else 0),
            SMOKE if goods == "cookers" else LATE, (("goods", goods),),
        )
        for goods, true in SHOP_TRUE.items()
    )  # fmt: skip


# 3. The price rise of 1 May: 28 points lost everywhere. From 15 June it is explained and made up for in the east only.
# 220 in each cell find 22 points in nine of ten draws.
PRICE_BEFORE, PRICE_LOSS, PRICE_GETS_USED, PRICE_EFFECT = 0.62, 0.28, 0.02, 0.22
DEAR: Said = (
    ("Nobody told us why.", "没人告诉我们为什么涨价。"),
    ("I learned it from the bill.", "看到账单才知道。"),
    ("Twelve yuan more for the same.", "一样的东西贵了 12 元。"),
)


def price(number: int, n: int, east: float, west: float, period: str) -> tuple[Wave, ...]:
    """Return one month of the mini-survey on the price."""
    return tuple(
        Wave(
            *month(2026, number), n, true, DEAR, (("policy_change", "P-PRICE"), ("period", period), ("region", region))
        )
        for region, true in (("east", east), ("west", west))
    )


# 4. The recall: buyers of the batch are less content; once it is recalled, mended and tested, almost like the others.
RECALL_TRUE, RECALL_LOSS, RECALL_EFFECT = 0.80, 0.34, 0.30
CHAIRS, CHAIRS_LOST, CHAIRS_FAULTY = 120, 7, 0.3
WOBBLY: Said = (("It wobbles at the left leg.", "左边椅腿晃。"), ("A screw came loose.", "有颗螺丝松了。"))


def recall(number: int, effect: float) -> tuple[Wave, ...]:
    """Return one month of answers of those who bought the batch, and of those who bought another one."""
    return tuple(
        Wave(*month(2026, number), 100, RECALL_TRUE - loss, WOBBLY, (("batch", batch),))
        for batch, loss in (("B7", RECALL_LOSS - effect), ("others", 0.0))
    )


# 5. The phone: the update of 20 April gives the new model EFFECT; what was bad about it was worse than that.
PHONE_TRUE, PHONE_RISE, PHONE_EFFECT = {"new": 0.42, "older": 0.74}, 0.03, 0.22
FLAT: Said = (("Empty at noon.", "中午就没电了。"), ("It gets hot in the pocket.", "放口袋里发烫。"))
SLOW: Said = (("It has become slow.", "变慢了。"),)
BATTERY_MONTHS, BATTERY_CLUSTER = 6, 8


def phone(number: int, rise: float, effect: float) -> tuple[Wave, ...]:
    """Return one month of answers about the new model and about the older ones."""
    return tuple(
        Wave(
            *month(2026, number), 90, true + rise + (effect if model == "new" else 0),
            FLAT if model == "new" else SLOW, (("model", model),),
        )
        for model, true in PHONE_TRUE.items()
    )  # fmt: skip


# 2. The retailer: the voucher of the old town does nothing; dye that does not hold costs a point of the score in both.
RETAILER_N, RETAILER_MEAN, RETAILER_SD, RETAILER_RETEST = 170, 6.9, 2.2, 0.6
RETAILER_FALL, VOUCHER_EFFECT, RETAILER_ANSWERS_AGAIN = 1.0, 0.0, 0.75
DYE: Said = (("The colour came out in the wash.", "一洗就掉色。"), ("Nobody at the desk knew.", "柜台没人清楚。"))

# 6. The airline: one night, many passengers. Those who were told why rise in trust, but only a part answers again.
PASSENGERS, TRUST_MEAN, TRUST_RISE, TRUST_ANSWERS_AGAIN = 20, 3.0, 0.9, 0.8
CONFIRMS, WITHDRAWS = 0.6, 0.08
FLEW_AGAIN, PER_GROUP = {"delayed": 0.60, "on time": 0.64}, 140
SILENCE: Said = (
    ("Five hours on the floor, and nobody says why!", "在地上坐了五个小时，没人说为什么！"),
    ("I missed my connection.", "我错过了转机。"),
    ("Why did nobody tell us?", "为什么没人通知我们？"),
    ("My child slept on a coat.", "孩子只能睡在外套上。"),
)

PULSES = (
    Pulse("shop_2026-01_02.csv", "SH", "overall", 1, (*shop(1, 0, 0), *shop(2, 0, 0))),
    Pulse(
        "shop_2026-04_05.csv", "SA", "overall", 2,
        (*shop(4, SHOP_RISE, SHOP_EFFECT), *shop(5, SHOP_RISE, SHOP_EFFECT)),
    ),
    Pulse(
        "price_2026-04_05.csv", "PR", "rule", 3,
        (*price(4, 90, PRICE_BEFORE, PRICE_BEFORE, "before"),
         *price(5, 220, PRICE_BEFORE - PRICE_LOSS, PRICE_BEFORE - PRICE_LOSS, "after")),
    ),
    Pulse(
        "price_2026-07.csv", "PJ", "rule", 4,
        price(7, 220, PRICE_BEFORE - PRICE_LOSS + PRICE_GETS_USED + PRICE_EFFECT,
              PRICE_BEFORE - PRICE_LOSS + PRICE_GETS_USED, "after"),
    ),
    Pulse("recall_2026-06.csv", "RE", "overall", 5, recall(6, 0)),
    Pulse("recall_2026-09.csv", "RS", "overall", 6, recall(9, RECALL_EFFECT)),
    Pulse("battery_2026-02_03.csv", "BA", "overall", 7, (*phone(2, 0, 0), *phone(3, 0, 0))),
    Pulse(
        "battery_2026-05_06.csv", "BE", "overall", 8,
        (*phone(5, PHONE_RISE, PHONE_EFFECT), *phone(6, PHONE_RISE, PHONE_EFFECT)),
    ),
)  # fmt: skip
