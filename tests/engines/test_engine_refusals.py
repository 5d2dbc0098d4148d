"""What needs the single answers is refused by whoever has only totals to give, in words that name the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from closeloop.analysis.change.paired_change import paired_change
from closeloop.analysis.drivers.drivers import drivers
from closeloop.analysis.is_is_not import is_is_not
from closeloop.analysis.weighting.rake import rake
from closeloop.metrics.importance_performance import importance_performance
from closeloop.metrics.spec import Nps
from made_engines import HEAVY, LAZY, Engines

ITEMS = ["staff", "price"]
NEEDS_ROWS: dict[str, Callable[[Any], object]] = {
    "drivers by bootstrap": lambda data: drivers(data, "score", ITEMS, bootstrap=100),
    "ordered logit": lambda data: drivers(data, "score", ITEMS, method="ordered-logit"),
    "penalty and reward": lambda data: drivers(data, "score", ITEMS, method="penalty-reward"),
    "paired change": lambda data: paired_change(data, data, "id", Nps("score")),
    "is and is not": lambda data: is_is_not(data, "flag", ["region"]),
    "importance and performance": lambda data: importance_performance(data, "score", ITEMS, scale=(1, 7)),
}


@pytest.mark.parametrize("name", [*LAZY, "pyarrow dataset", *HEAVY])
def test_what_needs_rows_says_which_columns_to_collect(frame: pd.DataFrame, engines: Engines, name: str) -> None:
    data = engines.hold(frame, name)
    for asked in NEEDS_ROWS.values():
        with pytest.raises(ValueError, match=r"needs the single answers.*Collect the columns .*\.toPandas\(\)"):
            asked(data)
    with pytest.raises(ValueError, match=r"raking\.frame is a lazy frame that has their weights"):
        _ = rake(data, {"sex": {"f": 0.5, "m": 0.5}}).weights
