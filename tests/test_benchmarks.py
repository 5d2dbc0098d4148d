"""What `make bench` recorded: every bar of the design is in it, and the page in both languages says the same."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import figures  # noqa: E402
import small  # noqa: E402
import write_page  # noqa: E402
from bars import bars  # noqa: E402

RESULT: dict[str, Any] = json.loads((ROOT / "benchmarks" / "recorded.json").read_text(encoding="utf-8"))


def test_every_bar_is_recorded_once_with_its_target() -> None:
    found = [(entry["bar"], entry["target"]) for entry in RESULT["figures"] if entry.get("bar")]
    assert sorted(found) == sorted((name, bar["target"]) for name, bar in bars().items())


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_takes_from_the_package_is_there(path: Path) -> None:
    """Also within functions and within programs that are run beside: `make bench` is too long to be run here."""
    wanted = re.findall(r"from (closeloop[\w.]*) import (?:\(([^)]+)\)|([^\n(]+))", path.read_text(encoding="utf-8"))
    for module, several, few in wanted:
        there = importlib.import_module(module)
        names = [name.split(" as ")[0].strip() for name in (several or few).split(",") if name.strip()]
        for name in names:
            if not hasattr(there, name):
                importlib.import_module(f"{module}.{name}")


def test_a_skipped_figure_has_a_reason_and_no_verdict() -> None:
    skipped = [entry for entry in RESULT["figures"] if entry["ratio"] is None]
    assert all(entry["met"] is None and entry["skipped"] for entry in skipped)
    assert not [entry["name"] for entry in RESULT["figures"] if entry["ratio"] is not None and entry.get("skipped")]


@pytest.mark.parametrize("language", write_page.LANGUAGES)
def test_the_page_is_the_one_that_was_written_from_the_record(language: str) -> None:
    path = write_page.page_path(language)
    assert path.read_text(encoding="utf-8") == write_page.page(RESULT, language), (
        "run `python benchmarks/write_page.py`"
    )
    assert path.with_suffix(".svg").exists()


@pytest.mark.parametrize("language", write_page.LANGUAGES)
def test_the_page_names_every_figure_with_its_ratio(language: str) -> None:
    page = write_page.page_path(language).read_text(encoding="utf-8")
    for entry in RESULT["figures"]:
        assert (
            f"| {write_page.title(entry, language)} | {write_page.bound(entry)} | {write_page.ratio(entry)} |" in page
        )


def test_everything_on_the_page_has_a_chinese_name() -> None:
    english = [
        entry["name"] for entry in RESULT["figures"] if not re.search("[一-鿿]", write_page.title(entry, "zh-CN"))
    ]
    assert english == [], "add it to `names` in benchmarks/page.yaml"


def test_a_missed_bar_has_a_cause_in_both_languages() -> None:
    missed = [entry for entry in RESULT["figures"] if entry.get("bar") and entry["met"] is False]
    for entry in missed:
        assert all(write_page.cause(entry, language) for language in write_page.LANGUAGES), entry["bar"]


def test_ratio_says_how_many_times_faster_or_which_share() -> None:
    faster = figures.compared("x", ">= 4", [0.1, 0.2, 0.3], [1.0, 1.0, 1.2])
    assert (faster.ratio, faster.met) == (pytest.approx(5), True)
    assert faster.spread == pytest.approx((4, 10))
    share = figures.compared("x", "<= 0.1", [0.1, 0.2, 0.3], [1.0, 1.0, 1.2])
    assert (share.ratio, share.met) == (pytest.approx(0.2), False)
    assert share.seconds["ours"] == (0.1, 0.2, 0.3)


def test_spread_of_unequal_rounds_is_the_widest_that_they_allow() -> None:
    assert figures.compared("x", ">= 4", [1.0, 2.0], [8.0]).spread == (4.0, 8.0)


def test_what_is_skipped_carries_its_reason_into_the_entry() -> None:
    entry = figures.skipped("x", ">= 4", "no compiler", "c_histogram").to_dict()
    assert (entry["ratio"], entry["met"], entry["skipped"], entry["bar"]) == (None, None, "no compiler", "c_histogram")


@pytest.mark.parametrize(
    ("target", "ratio", "times"), [(">= 8", 5.0, 2.0), (">= 8", 20.0, 0.5), ("<= 1.2", 20.0, 2.0), ("<= 1.2", 5.0, 0.5)]
)
def test_small_form_compares_with_what_was_recorded(target: str, ratio: float, times: float) -> None:
    assert small.worse({"name": "x", "target": target, "ratio": ratio}, {"x": 10.0}) == times


@pytest.mark.parametrize(
    ("first", "again", "code"), [(6.0, 0.0, 0), (4.0, 6.0, 0), (4.0, 4.9, 1)], ids=["fine", "busy once", "slow"]
)
def test_small_form_fails_only_where_a_second_look_is_twice_as_bad_too(
    first: float, again: float, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    def measured(words: list[str] | None = None) -> list[dict[str, Any]]:
        return [{"name": "tally", "word": "coded", "target": ">= 8", "ratio": first if words is None else again}]

    record = tmp_path / "recorded.json"
    record.write_text(json.dumps({"small": {"tally": 10.0}}), encoding="utf-8")
    monkeypatch.setattr(small, "RECORDED", record)
    monkeypatch.setattr(small, "measured", measured)
    assert small.main() == code
    assert ("SLOWER" in capsys.readouterr().out) == bool(code)


def test_small_ratios_are_recorded() -> None:
    assert len(RESULT["small"]) >= 10
    assert all(ratio > 0 for ratio in RESULT["small"].values())


def test_peers_are_pinned_and_stay_out_of_the_package() -> None:
    lines = (ROOT / "benchmarks" / "peers.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+==[\d.]+", pin) for pin in pins)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for peer in ("svy", "microdf", "pingouin"):
        assert any(pin.startswith(peer) for pin in pins)
        assert not re.search(rf'"{peer}\b', project)
