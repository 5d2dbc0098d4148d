"""The six worked cases: the data are the generator's and hold the truth they claim; the notebooks measure it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "sample_data" / "cases"
DATA = sorted(path for path in CASES.rglob("*") if path.suffix in {".csv", ".json", ".jsonl"})
PLACES = {"en": ROOT / "notebooks" / "cases", "zh-CN": ROOT / "notebooks" / "zh" / "cases"}
NOTEBOOKS = {tag: sorted(place.glob("*.ipynb")) for tag, place in PLACES.items()}
Read = Callable[..., cl.Responses]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    command = [sys.executable, "-B", str(CASES / "make.py"), "--to", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def read() -> Read:
    """Give what reads files of the cases with a shipped survey."""
    return lambda survey, *names: cl.read_responses([CASES / name for name in names], survey)


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def shown(path: Path) -> str:
    """Give what the code cells of a notebook say: streams, texts and the words of their pages."""
    texts = []
    for cell in cells(path):
        for output in cell.get("outputs", ()):
            pages = [output.get("text", ""), *(v for k, v in output.get("data", {}).items() if k.startswith("text/"))]
            texts += [page if isinstance(page, str) else "".join(page) for page in pages]
    return re.sub(r"<[^>]*>", "", "\n".join(texts)).replace("\xa0", " ")


def notebook(number: int, tag: str) -> Path:
    return NOTEBOOKS[tag][number - 1]


def test_regenerating_gives_the_same_bytes(again: Path) -> None:
    made = {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()}
    kept = {path.relative_to(CASES): path.read_bytes() for path in DATA}
    assert made.keys() == kept.keys()
    for name, content in kept.items():
        if name.name == "manifest.json":  # it names the version of closeloop that wrote it
            assert json.loads(content) | {"version": ""} == json.loads(made[name]) | {"version": ""}
        else:
            assert made[name] == content, name


def test_each_file_is_small_named_in_both_readmes_and_called_invented() -> None:
    assert max(path.stat().st_size for path in DATA) <= 60_000
    for name, word in (("README.md", "invented"), ("README.zh-CN.md", "虚构")):
        text = (CASES / name).read_text(encoding="utf-8")
        assert word in text
        for path in DATA:
            listed = path.name if path.parent == CASES else f"{path.parent.name}/"
            assert f"`{listed}`" in text, (name, listed)


def test_no_words_look_like_personal_data() -> None:
    for path in DATA:
        text = path.read_text(encoding="utf-8-sig")
        assert not re.search(r"(?<!\w)1[3-9]\d{9}(?!\w)|[\w.+-]+@[\w-]+\.[\w.]+|(?<![\w.])\d{17}[\dXx](?!\w)", text), (
            path.name
        )


@pytest.mark.parametrize(
    ("files", "survey", "group", "treated", "after", "true"),
    [
        (("shop_2026-01_02.csv", "shop_2026-04_05.csv"), "transaction-csat", "goods", "cookers", "2026-04", 0.18),
        (("battery_2026-02_03.csv", "battery_2026-05_06.csv"), "transaction-csat", "model", "new", "2026-05", 0.22),
        (("recall_2026-06.csv", "recall_2026-09.csv"), "transaction-csat", "batch", "B7", "2026-09", 0.30),
        (("price_2026-04_05.csv", "price_2026-07.csv"), "policy-change-pulse", "region", "east", "2026-07", 0.22),
    ],
    ids=["shop", "battery", "recall", "price"],
)
def test_the_effect_that_is_in_the_data_lies_in_the_interval(
    files: tuple[str, ...], survey: str, group: str, treated: str, after: str, true: float, read: Read
) -> None:
    answers = read(survey, *files).accepted
    answers = answers[answers["answered_at"] >= "2026-05-01"] if survey == "policy-change-pulse" else answers
    item = "rule" if survey == "policy-change-pulse" else "overall"
    found = cl.effect(
        answers, cl.TopBox(item), group=group, treated=treated, period=cl.Period("answered_at"), after=after
    )
    assert 0 < found.ci_low < true < found.ci_high


def test_the_voucher_of_the_retailer_cannot_be_told_from_doing_nothing(read: Read) -> None:
    first = read("relationship-nps", "retailer_2026-02.csv").accepted
    second = read("relationship-nps", "retailer_2026-05.csv").accepted
    change = cl.paired_change(first, second, metric=cl.Nps("recommend"))
    assert change.ci is not None
    assert change.ci.high < 0  # the customers fall, although each complaint was closed
    vouchers = second[second["voucher"].astype(str).str.lower() == "true"]
    there, elsewhere = (first[first["branch"] == name] for name in ("old town", "harbour"))
    found = cl.recovery(
        there, vouchers, control=(elsewhere, second[second["branch"] == "harbour"]), metric=cl.Nps("recommend")
    )
    assert "cannot be told apart from regression to the mean" in found.sentence.en


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_the_imported_history_of_the_retailer_has_exactly_its_four_faults(tag: str) -> None:
    with cl.import_loop(
        CASES / f"retailer_{tag}", ":memory:", actor="lin", now="2026-06-01 09:00", timezone="Asia/Shanghai"
    ) as loop:
        assert loop.verify().is_intact
        assert {loop.case(number).findings().rules for number in (1, 2, 3)} == {("F1", "F2", "F3", "F4")}


def test_each_case_is_told_in_both_languages_by_the_same_cells() -> None:
    assert [path.name[:2] for path in NOTEBOOKS["en"]] == [f"{number}_" for number in range(1, 7)]
    for english, chinese in zip(NOTEBOOKS["en"], NOTEBOOKS["zh-CN"], strict=True):
        assert english.name[:2] == chinese.name[:2]
        assert [cell["cell_type"] for cell in cells(english)] == [cell["cell_type"] for cell in cells(chinese)]
        for path, word in ((english, "invented"), (chinese, "虚构")):
            assert word in "".join(cells(path)[0]["source"]), path.name


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, ("20.1 percentage points (95 % +7.9 to +32.4)", "Nothing found", "has to wait")),
        (2, ("F1", "F2", "F3", "F4", "cannot be told apart from regression to the mean", "−43.9", "has to wait")),
        (3, ("15.8 percentage points (95 % +3.0 to +28.5)", "31.5 percentage points below")),
        (4, ("63.7 % to 100.0 %", "94.2 % (95 % 89.0 % to 97.4 %", "not reached", "lawfulness", "no manager knows")),
        (5, ("21.1 percentage points (95 % +7.9 to +34.3)", "Similar cases pile up", "8 3 open cases")),
        (6, ("20 20", "8 of them open", "among the 18 respondents who answered both times", "cannot tell")),
    ],
    ids=["shop", "retailer", "price", "recall", "battery", "airline"],
)
def test_the_outcome_of_each_case_is_measured_in_its_notebook(number: int, says: tuple[str, ...]) -> None:
    text = shown(notebook(number, "en"))
    assert [each for each in says if each not in text] == []


@pytest.mark.parametrize("number", range(1, 7))
def test_the_twins_measure_the_same_figures(number: int) -> None:
    english, chinese = (set(re.findall(r"[+−]\d+(?:\.\d+)?", shown(notebook(number, tag)))) for tag in ("en", "zh-CN"))
    assert english
    assert english == chinese


@pytest.mark.parametrize("number", range(1, 7))
def test_each_case_opens_as_tree_board_and_report(number: int) -> None:
    source = "".join("".join(cell["source"]) for cell in cells(notebook(number, "en")) if cell["cell_type"] == "code")
    assert "cl.FiveWhys(" in source
    assert re.search(r"loop\.(glance|board|cases)\(", source)
    assert re.search(r"(cl\.report|loop\.retrospective)\(.*to_html", source)


def test_the_index_tells_of_every_notebook() -> None:
    for tag, name in (("en", "cases.md"), ("zh-CN", "cases.zh-CN.md")):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert [path.name for path in NOTEBOOKS[tag] if path.name not in text] == []
        assert len(re.findall(r"^## \d ", text, re.M)) == len(NOTEBOOKS[tag])
