"""What the peers take, run by the Python of their own environment: ``python peers.py svy data.npz 3 60``.

The last two numbers are the most rounds and the most seconds. Prints one JSON object: the seconds of each round,
without start-up, the peer's version, and its answer, so that the caller can see that both computed the same.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any

import numpy as np

Data = dict[str, Any]
Call = Callable[[], list[list[float]]]


def svy_groups(data: Data) -> Call:
    """Return the call of svy for an NPS and its error by group."""
    import polars as pl
    import svy

    frame = pl.DataFrame({name: data[name] for name in ("segment", "month", "nps", "w")})

    def call() -> list[list[float]]:
        found = svy.Sample(frame, svy.Design(wgt="w")).estimation.mean("nps", by=("segment", "month")).to_polars()
        return found.sort("segment", "month").select("est", "se").to_numpy().tolist()

    return call


def svy_design(data: Data) -> Call:
    """Return the call of svy for one NPS under strata and clusters."""
    import polars as pl
    import svy

    frame = pl.DataFrame({name: data[name] for name in ("stratum", "cluster", "nps", "w")})

    def call() -> list[list[float]]:
        design = svy.Design(stratum="stratum", psu="cluster", wgt="w")
        return svy.Sample(frame, design).estimation.mean("nps").to_polars().select("est", "se").to_numpy().tolist()

    return call


def microdf_groups(data: Data) -> Call:
    """Return the call of microdf for an NPS by group; it knows no error."""
    import microdf

    frame = microdf.MicroDataFrame({name: data[name] for name in ("segment", "month", "nps")}, weights=data["w"])
    return lambda: [[float(value)] for value in frame.groupby(["segment", "month"])["nps"].mean()]


def pingouin_lmg(data: Data) -> Call:
    """Return the call of pingouin for the shares of R² of correlated items."""
    import pandas as pd
    import pingouin

    items, outcome = pd.DataFrame(data["x"]).add_prefix("x"), data["y"]
    return lambda: [
        [float(share)] for share in pingouin.linear_regression(items, outcome, relimp=True)["relimp"].iloc[1:]
    ]


CALLS = {
    "svy": ("svy", svy_groups), "svy_design": ("svy", svy_design), "microdf": ("microdf-python", microdf_groups),
    "pingouin": ("pingouin", pingouin_lmg),
}  # fmt: skip


def main(name: str, path: str, rounds: str, most: str) -> None:
    package, make = CALLS[name]
    call = make(dict(np.load(path)))
    seconds: list[float] = []
    answer: list[list[float]] = []
    begin = time.perf_counter()
    while not seconds or (len(seconds) < int(rounds) and time.perf_counter() - begin < float(most)):
        gc.collect()
        gc.disable()  # as our side has it, see `figures.times`
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
        gc.enable()
    print(json.dumps({"seconds": seconds, "version": f"{package} {metadata.version(package)}", "answer": answer}))


if __name__ == "__main__":
    main(*sys.argv[1:])
