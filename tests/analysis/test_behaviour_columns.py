"""Columns of behaviour beside the answers: service against product and price, age of a relationship, what users do."""

from __future__ import annotations

import numpy as np
import pandas as pd

import closeloop as cl


def world(n: int = 1500, seed: int = 20261122) -> pd.DataFrame:
    """Make customers whose recommendation hangs on service most, then on product, then on price, and not on colour."""
    chance = np.random.default_rng(seed)
    rated = np.clip(np.round(chance.normal(3.4, 1.0, (n, 4))), 1, 5)
    frame = pd.DataFrame(rated, columns=["service", "product", "price", "colour"])
    frame["orders"] = chance.poisson(4, n).astype(float)
    frame["years"] = np.round(chance.uniform(0, 12, n), 1)
    frame["app"] = np.where(chance.random(n) < 0.5, "app", "no app")
    drive = 1.3 * frame["service"] + 0.8 * frame["product"] + 0.4 * frame["price"] + 0.15 * frame["orders"]
    lift = np.where(frame["app"] == "app", 1.0, 0.0)
    frame["recommend"] = np.clip(np.round(drive + lift - 3.2 + chance.normal(0, 1.2, n)), 0, 10)
    frame["trust"] = np.clip(
        np.round(2 + 0.22 * frame["years"] + 0.5 * frame["service"] + chance.normal(0, 1, n)), 1, 7
    )
    frame["respondent_id"] = np.arange(n)
    frame["answered_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(chance.integers(0, 180, n), unit="D")
    return frame


def shares(found: cl.Drivers) -> dict[str, float]:
    table = found.to_frame()
    return dict(zip(table["item"], table["estimate"], strict=True))


def test_service_comes_before_product_and_price() -> None:
    found = shares(cl.drivers(world(), cl.MeanScore("recommend"), ["service", "product", "price", "colour"]))
    assert found["service"] > found["product"] > found["price"] > found["colour"]


def test_what_customers_do_stands_beside_what_they_say() -> None:
    data = world()
    found = shares(cl.drivers(data, cl.MeanScore("recommend"), ["service", "orders", "colour"]))
    assert found["service"] > found["orders"] > found["colour"]
    table = cl.score(data, cl.Nps("recommend"), by="app").to_frame().set_index("app")["estimate"]
    assert table["app"] > table["no app"]
    watched = cl.trend(data, cl.Nps("recommend"), by="app")
    assert set(watched.to_frame()["app"]) >= {"app", "no app"}


def test_trust_is_told_apart_from_the_age_of_the_relationship() -> None:
    data = world()
    both = shares(cl.drivers(data, cl.MeanScore("trust"), ["service", "years", "colour"]))
    assert both["years"] > both["service"] > both["colour"]
    young = data[data["years"] < 4]
    assert shares(cl.drivers(young, cl.MeanScore("trust"), ["service", "years"]))["service"] > both["service"]
