"""Packages that do what we do: svy, microdf, pingouin and R's survey, each in an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bench_design import designed_frame
from bench_drivers import answers
from figures import Figure, compared, skipped, times

from closeloop.metrics.counts import count
from closeloop.metrics.design import Design
from closeloop.metrics.estimate import group_counts, nps_results
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.score import score
from closeloop.metrics.spec import Nps
from closeloop.stats.correlation import weighted_correlation
from closeloop.stats.importance import lmg

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv-bench"
SEGMENTS, MONTHS = 20, 36
KEYS = ["segment", "month"]
MOST = 60  # seconds that a peer may take for its rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What a peer took, and found; or why it could not be asked."""

    seconds: Sequence[float] = ()
    version: str = ""
    answer: Sequence[Sequence[float]] = ()
    reason: str = ""


def measure() -> list[Figure]:
    return [weighted_svy(), weighted_r(), weighted_microdf(), designed_svy(), lmg_pingouin()]


def asked(call: str, data: dict[str, Any], rounds: int = 5) -> Peer:
    """Run one call of ``peers.py`` on some arrays."""
    python = PEERS / "bin" / "python"
    failed = PEERS / "failed.txt"
    if failed.exists():
        return Peer(reason=f"the peers could not be installed: {failed.read_text(encoding='utf-8').strip()}")
    if not python.exists():
        return Peer(reason="the environment of the peers is not there; `make bench` makes it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        np.savez(path, **data)
        command = [str(python), str(HERE / "peers.py"), call, str(path), str(rounds), str(MOST)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return Peer(reason=f"{call} failed: {(run.stderr.strip().splitlines() or ['no message'])[-1]}")
    return Peer(**json.loads(run.stdout.splitlines()[-1]))


def asked_r(frame: pd.DataFrame, rounds: int = 2) -> Peer:
    """Run ``svyby.R`` on a frame."""
    program = os.environ.get("RSCRIPT") or shutil.which("Rscript")
    if program is None:
        return Peer(reason="R is not installed on this machine")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        frame.to_csv(path, index=False)
        command = [program, str(HERE / "svyby.R"), str(path), str(rounds)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return Peer(reason=f"R's survey failed: {(run.stderr.strip().splitlines() or ['no message'])[-1]}")
    lines = [line.split() for line in run.stdout.splitlines()]
    return Peer(
        seconds=[float(line[1]) for line in lines if line[:1] == ["seconds"]], version="R survey",
        answer=[[float(number) for number in line[1:]] for line in lines if line[:1] == ["group"]],
    )  # fmt: skip


def beside(
    peer: Peer, name: str, target: str, ours: Sequence[float], found: Sequence[Sequence[float]], bar: str = ""
) -> Figure:
    """Make the figure of a peer; it must have found what we found."""
    if peer.reason:
        return skipped(name, target, peer.reason, bar)
    np.testing.assert_allclose(peer.answer, found, rtol=1e-8, atol=1e-9)
    return compared(name, target, ours, peer.seconds, bar=bar, note=peer.version)


def text_frame(rows: int) -> pd.DataFrame:
    """Make weighted answers of 720 groups as a file gives them: the segment is a text."""
    rng = np.random.default_rng(4)
    names = pd.Series([f"s{i:02d}" for i in range(SEGMENTS)], dtype="str")
    return pd.DataFrame({
        "segment": names.take(rng.integers(0, SEGMENTS, rows)).array, "month": rng.integers(0, MONTHS, rows, np.int16),
        "score": rng.integers(0, 11, rows, np.int8), "w": rng.gamma(4, 0.25, rows),
    })  # fmt: skip


def as_nps(scores: pd.Series[Any]) -> Any:
    return np.select([scores >= 9, scores <= 6], [100.0, -100.0], 0.0)


def as_arrays(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what the peers are given: the NPS as a number, so that they need only take its mean."""
    return {
        "segment": frame["segment"].to_numpy(dtype=str), "month": frame["month"].to_numpy(),
        "nps": as_nps(frame["score"]), "w": frame["w"].to_numpy(),
    }  # fmt: skip


def groups(frame: pd.DataFrame) -> list[NpsResult]:
    """Return the weighted NPS of 720 groups, with its error."""
    return nps_results(group_counts(count(frame, "score", range(11), KEYS, "w")), Nps("score"))


def rows(frame: pd.DataFrame) -> list[list[float]]:
    """Return NPS and error of each group, in the order of the keys."""
    table = score(frame, Nps("score"), KEYS, weight="w", min_n=0).to_frame()
    groups_only = table[table["segment"].notna()].sort_values(KEYS)
    return [[float(a), float(b)] for a, b in groups_only[["estimate", "std_error"]].to_numpy()]


def weighted_svy() -> Figure:
    frame = text_frame(100_000)
    ours = times({"ours": partial(groups, frame)}, rounds=15)["ours"]
    peer = asked("svy", as_arrays(frame), rounds=3)
    name = "weighted NPS with its error, 720 groups, 1e5 rows / svy"
    return beside(peer, name, ">= 5000", ours, rows(frame), "weighted_svy")


def weighted_r() -> Figure:
    frame = text_frame(100_000)
    ours = times({"ours": partial(groups, frame)}, rounds=15)["ours"]
    peer = asked_r(frame.assign(nps=as_nps(frame["score"])))
    name = "weighted NPS with its error, 720 groups, 1e5 rows / R survey"
    return beside(peer, name, ">= 2000", ours, rows(frame), "weighted_r")


def weighted_microdf() -> Figure:
    """Compare with microdf, which gives no error."""
    frame = text_frame(1_000_000)
    ours = times({"ours": partial(groups, frame)})["ours"]
    peer = asked("microdf", as_arrays(frame))
    name = "weighted NPS with its error, 720 groups, 1e6 rows / microdf, without an error"
    return beside(peer, name, ">= 5", ours, [each[:1] for each in rows(frame)])


def designed_svy() -> Figure:
    frame = designed_frame()
    design = Design(weight="w", strata="stratum", cluster="cluster")

    def ours() -> NpsResult:
        result = score(frame, Nps("score"), design=design).result()
        if not isinstance(result, NpsResult):
            raise TypeError(result)
        return result

    took = times({"ours": ours})["ours"]
    columns = {name: frame[name].to_numpy() for name in ("stratum", "cluster", "w")}
    peer = asked("svy_design", {**columns, "nps": as_nps(frame["score"])})
    name = "design-based NPS, 1e6 rows, 50 strata, 100 000 clusters / svy"
    return beside(peer, name, ">= 2", took, [[ours().score, ours().std_error]])


def lmg_pingouin() -> Figure:
    """Compare from the answers on: the correlations are part of it."""
    data = answers(15)

    def ours() -> Any:
        return lmg(weighted_correlation(data))

    took = times({"ours": lambda: [ours() for _ in range(20)]}, rounds=9)["ours"]
    peer = asked("pingouin", {"x": data[:, :-1], "y": data[:, -1]})
    name = "LMG of 15 items / pingouin"
    found = [[float(share)] for share in ours()]
    return beside(peer, name, ">= 500", [seconds / 20 for seconds in took], found, "lmg_pingouin")
