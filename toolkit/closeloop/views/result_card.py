"""One result as one line: the estimate, its interval, and how many answered."""

from __future__ import annotations

import math

from closeloop.html import Html, element
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.numbers import level, number
from closeloop.views.score_panel import shares_of, write_estimate, write_interval
from closeloop.views.score_table import bar
from closeloop.views.words import marks, say

_LEVEL = 0.95


def result_card(result: NpsResult | ShareResult | MeanResult, tag: str) -> Html:
    """Return one result with the interval of its own default method."""
    what = say(f"result_{result.kind}", tag)
    if math.isnan(result.score):
        said = say("nobody_sentence", tag)
        return element("p", element("b", "–"), " ", element("span", what, marks(tag).colon, said), class_="card")
    ci = result.confidence_interval(_LEVEL)
    factor = 100 if isinstance(result, ShareResult) else 1
    interval = write_interval(ci.low * factor, ci.high * factor, result.kind, tag)
    said = say("result_sentence", tag, what=what, level=level(_LEVEL, tag), interval=interval, n=number(result.n))
    if result.n_missing:
        said += marks(tag).clause + say("result_missing", tag, missing=number(result.n_missing))
    parts = [
        element("b", write_estimate(result.score * factor, result.kind, tag)),
        " ",
        element("span", said, marks(tag).stop),
    ]
    if isinstance(result, NpsResult):
        names = marks(tag).comma.join(say(f"scores.{name}", tag) for name in ("detractors", "passives", "promoters"))
        key = element("span", say("result_shares", tag, names=names), class_="soft")
        parts += [" ", key, " ", bar(shares_of(result))]
    return element("div", *parts, class_="card")
