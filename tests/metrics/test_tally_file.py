"""A tally that was saved is the same when it is read; a file is whole or as it was; a folder holds a part once."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import closeloop as cl
from closeloop.text import LocalText

DAY = {"x": [9, 10, 3, 8] * 5, "k": ["a", "b", "b", None] * 5}


def day(part: str, x: list[int] | None = None) -> cl.Tally:
    return cl.tally(DAY if x is None else {"x": x, "k": ["a"] * len(x)}, cl.Nps("x"), "k", part=part)


@pytest.mark.parametrize(
    "design",
    [
        None,
        cl.Design(weight="w", strata="s", cluster="c", fpc={1: 900, 2: 800.5}, lonely="grand-mean"),
        cl.Design(weight="w", margins=("s", "flag"), base_weight="b"),
    ],
    ids=str,
)
def test_what_was_saved_is_read(tmp_path: Path, design: cl.Design | None) -> None:
    rng = np.random.default_rng(1)
    n = 200
    frame = pd.DataFrame({
        "x": rng.integers(1, 6, n), "y": rng.normal(size=n), "e": rng.integers(1, 6, n).astype(float),
        "text": rng.choice(["小组", "a, \"b\"", ""], n), "s": rng.integers(1, 3, n), "c": rng.integers(0, 30, n),
        "half": rng.choice([0.5, 1.0, np.nan], n), "flag": rng.random(n) < 0.5,
        "on": [dt.date(2026, 1, 1) + dt.timedelta(int(d)) for d in rng.integers(0, 3, n)],
        "at": pd.Timestamp("2026-01-01 08:30") + pd.to_timedelta(rng.integers(0, 4, n), unit="h"),
        "w": rng.gamma(4, 0.25, n), "b": rng.gamma(4, 0.25, n),
    })  # fmt: skip
    label = LocalText({"en": "Satisfied", "zh-CN": "满意"})
    metrics = [cl.TopBox("x", label=label), cl.MeanScore("y"), cl.GapScore(["e"], ["x"])]
    cuts = ["text", ["half", "flag"], "on", "at", cl.Period("at", "week", name="kw")]
    kept = cl.tally(frame, metrics, breakdowns=cuts, design=design, part="2026-01")
    found = cl.load_tally(kept.save(tmp_path / "a file"))
    assert found.to_dict() == kept.to_dict()
    pd.testing.assert_frame_equal(found.to_frame(), kept.to_frame())
    assert found.metrics == kept.metrics
    assert found.metrics[0].label == label
    assert (found.cuts, found.weight, found.design) == (kept.cuts, kept.weight, kept.design)
    one, other = cl.score(found), cl.score(kept)
    assert one == other
    assert (found + cl.tally(frame.iloc[:9], metrics, breakdowns=cuts, design=design)).n_rows == n + 9


def test_words_of_a_survey_are_saved(tmp_path: Path) -> None:
    responses = cl.read_responses("sample_data/relationship_qualtrics_2025-07_2026-06.csv", "relationship-nps")
    kept = cl.tally(responses, None, ["touchpoint", cl.Period("answered_at", "quarter")], part="year")
    found = cl.load_tally(kept.save(tmp_path / "year"))
    for name in ("labels", "titles", "cautions", "source", "period", "survey", "parts"):
        assert getattr(found, name) == getattr(kept, name), name
    assert cl.score(found) == cl.score(kept)


def test_a_folder_is_the_sum_of_its_parts_and_a_part_saved_again_is_replaced(tmp_path: Path) -> None:
    for part in ("2026-11-23", "2026-11-24", "Monday/Tuesday ä"):
        day(part).save(tmp_path)
    assert cl.load_tally(tmp_path).n_rows == 60
    day("2026-11-24", [9, 9]).save(tmp_path)
    found = cl.load_tally(tmp_path)
    assert dict(found.parts) == {"2026-11-23": 20, "2026-11-24": 2, "Monday/Tuesday ä": 20}
    assert len(list(tmp_path.iterdir())) == 3
    with pytest.raises(ValueError, match="one file a part, and this tally has 3 parts"):
        found.save(tmp_path)
    found.save(tmp_path / "all.tally.parquet")
    with pytest.raises(ValueError, match="3 parts are in both"):
        cl.load_tally(tmp_path)


def test_saving_over_parts_that_would_be_lost_is_refused(tmp_path: Path) -> None:
    file = (day("a") + day("b")).save(tmp_path / "tracker")
    before = file.read_bytes()
    with pytest.raises(cl.StoreError, match="1 part that this tally does not: “b”"):
        (day("a") + day("c")).save(file)
    assert file.read_bytes() == before
    (cl.load_tally(file) + day("c")).save(file)
    assert list(cl.load_tally(file).parts) == ["a", "b", "c"]


def test_what_is_no_tally_is_refused(tmp_path: Path) -> None:
    file = day("a").save(tmp_path / "a")
    whole = file.read_bytes()
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "other")
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text").write_text("no tally", encoding="utf-8")
    for name in ("other", "cut", "text"):
        with pytest.raises(cl.StoreError, match=f"{name} is not a tally that was saved here, or it was cut off"):
            cl.load_tally(tmp_path / name)
    with pytest.raises(cl.StoreError, match="nowhere could not be read"):
        cl.load_tally(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(cl.StoreError, match="holds no tally"):
        cl.load_tally(tmp_path / "empty")


def test_a_newer_layout_is_refused_and_a_changed_one(tmp_path: Path) -> None:
    table = pq.read_table(day("a").save(tmp_path / "a"))
    head: dict[str, Any] = json.loads(table.schema.metadata[b"closeloop"])
    for change, said in (({"format": 2}, "this closeloop reads up to format 1"), ({"tables": []}, "not a tally")):
        pq.write_table(table.replace_schema_metadata({"closeloop": json.dumps(head | change)}), tmp_path / "changed")
        with pytest.raises(cl.StoreError, match=said):
            cl.load_tally(tmp_path / "changed")


def test_a_key_that_no_file_can_hold_is_named() -> None:
    kept = cl.tally({"x": [9], "k": [(1, 2)]}, cl.Nps("x"), "k")
    with pytest.raises(cl.StoreError, match=r"cannot hold the key \(1, 2\) \(tuple\)"):
        kept.save("never written")
    assert not Path("never written").exists()


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = day("a").save(tmp_path / "a")
    before = file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(cl.StoreError, match="No space left"):
        day("a", [3]).save(file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_writers_of_a_folder_do_not_meet(tmp_path: Path) -> None:
    one = day("00")
    parts = [replace(one, parts={f"{i:02}": one.n_rows}) for i in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.save(tmp_path), [*parts, *parts]))
    assert cl.load_tally(tmp_path).n_rows == 12 * 20


def test_a_killed_writer_loses_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, closeloop as cl\n"
        "for turn in range(10**6):\n"
        "    cl.tally({'x': [9, 10, 3, 8] * 5, 'k': ['a', 'b', 'b', None] * 5}, cl.Nps('x'), 'k', part=str(turn % 3))"
        f".save({str(tmp_path)!r})\n"
        "    if turn == 9: print('busy', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"busy\n"
        writer.send_signal(signal.SIGKILL)
    assert dict(cl.load_tally(tmp_path).parts) == {"0": 20, "1": 20, "2": 20}
