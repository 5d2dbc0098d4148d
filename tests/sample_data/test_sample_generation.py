"""The generator: same bytes each time, small, free of personal data, in step with the survey and the READMEs."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
SURVEY = SAMPLE.parent / "surveys" / "relationship-nps.survey.yaml"
GENERATED = sorted(path for path in SAMPLE.iterdir() if path.suffix in {".csv", ".xlsx", ".yaml"})
REGISTER = sorted((SAMPLE / "loop").iterdir())


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    script = SAMPLE / "make.py"
    subprocess.run([sys.executable, "-B", str(script), "--to", str(folder)], check=True, capture_output=True)
    return folder


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_regenerating_writes_the_same_files(again: Path) -> None:
    assert {path.name for path in again.iterdir()} == {path.name for path in GENERATED} | {"loop"}
    assert sorted(path.name for path in (again / "loop").iterdir()) == [path.name for path in REGISTER]


@pytest.mark.parametrize("name", [path.name for path in REGISTER if path.suffix != ".json"])
def test_regenerating_gives_an_identical_register(again: Path, name: str) -> None:
    assert (again / "loop" / name).read_bytes() == (SAMPLE / "loop" / name).read_bytes()


def test_regenerating_gives_the_same_manifest_but_for_the_version(again: Path) -> None:
    made, kept = (json.loads((place / "loop" / "manifest.json").read_text("utf-8")) for place in (again, SAMPLE))
    assert made | {"version": ""} == kept | {"version": ""}


@pytest.mark.parametrize("name", [path.name for path in GENERATED if path.suffix != ".xlsx"])
def test_regenerating_gives_identical_bytes(again: Path, name: str) -> None:
    assert (again / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_regenerating_gives_an_identical_workbook(again: Path) -> None:
    # Unpacked: another zlib may compress the same content to other bytes.
    (workbook,) = (path for path in GENERATED if path.suffix == ".xlsx")
    made, kept = _members(again / workbook.name), _members(workbook)
    assert made["xl/sharedStrings.xml"] == kept["xl/sharedStrings.xml"]
    assert made["xl/worksheets/sheet1.xml"] == kept["xl/worksheets/sheet1.xml"]


def test_workbook_carries_no_clock() -> None:
    (workbook,) = (path for path in GENERATED if path.suffix == ".xlsx")
    with zipfile.ZipFile(workbook) as book:
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert set(re.findall(rb"\d{4}-\d\d-\d\dT[^<]*", _members(workbook)["docProps/core.xml"])) == {
        b"2025-07-01T00:00:00Z"
    }


def test_committed_data_stay_small() -> None:
    assert sum(path.stat().st_size for path in GENERATED) <= 4_000_000
    assert sum(path.stat().st_size for path in REGISTER) <= 1_500_000


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("Chinese mobile number", r"(?<![\w])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\w])"),
        ("Chinese identity number", r"(?<![\w])\d{17}[\dXx](?![\w])"),
        ("e-mail address", r"[\w.+-]+@[\w-]+\.[\w.]+"),
        ("whole IP address", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"),
        ("bank card number", r"(?<![\w])\d{16,19}(?![\w])"),
    ],
)
def test_no_personal_data_patterns(truth: dict[str, Any], what: str, pattern: str) -> None:
    for path in GENERATED + REGISTER:
        if path.suffix == ".xlsx":
            text = b"\n".join(_members(path).values()).decode("utf-8")
        else:
            text = path.read_bytes().decode(truth["files"].get(path.name, {}).get("encoding") or "utf-8")
        found = re.search(pattern, text)
        assert found is None, f"{path.name} holds what looks like a {what}: {found.group()}"


def test_ip_addresses_lie_in_documentation_networks(truth: dict[str, Any]) -> None:
    (name,) = (name for name in truth["files"] if name.endswith(".csv") and "_2_" in name)
    text = (SAMPLE / name).read_bytes().decode("gb18030")
    assert set(re.findall(r"(\d+\.\d+\.\d+)\.\*", text)) == {"192.0.2", "198.51.100", "203.0.113"}


def test_links_lead_to_example_domain_only(truth: dict[str, Any]) -> None:
    for name, known in truth["files"].items():
        if known["encoding"]:
            text = (SAMPLE / name).read_bytes().decode(known["encoding"])
            assert set(re.findall(r"https?://([^/\"]+)", text)) <= {"example.com"}


def test_wording_is_the_survey_files() -> None:
    spec = importlib.util.spec_from_file_location("sample_instrument", SAMPLE / "instrument.py")
    assert spec is not None
    assert spec.loader is not None
    instrument = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(instrument)
    survey = YAML(typ="safe").load(SURVEY.read_text(encoding="utf-8"))
    items = {item["name"]: item for page in survey["pages"] for item in page["items"]}
    assert survey["id"] == instrument.ID
    assert dict(survey["title"]) == instrument.TITLE
    assert tuple(name for name in items if name != "respondent_id") == instrument.ORDER
    assert tuple(name for name, item in items.items() if item.get("required")) == instrument.REQUIRED
    for name in instrument.ORDER:
        assert dict(items[name]["ask"]) == instrument.ASK[name]
    for name in ("region", "touchpoint", "pains"):
        options = {option["value"]: dict(option["text"]) for option in items[name]["options"]}
        if name == "pains":
            options["other"] = dict(items[name]["other_text"])
        assert options == instrument.OPTIONS[name]
    assert {str(k): dict(v) for k, v in items["overall"]["labels"].items()} == instrument.OPTIONS["overall"]
    labels = items["callback"]["labels"]
    assert instrument.OPTIONS["callback"] == {"true": dict(labels["yes"]), "false": dict(labels["no"])}


@pytest.mark.parametrize(("readme", "word"), [("README.md", "invented"), ("README.zh-CN.md", "虚构")])
def test_readme_says_invented_and_quotes_the_ledgers(truth: dict[str, Any], readme: str, word: str) -> None:
    text = (SAMPLE / readme).read_text(encoding="utf-8")
    assert word in text.splitlines()[0]
    for name, known in truth["files"].items():
        (line,) = (line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        numbers = [int(n.replace(" ", "")) for n in re.findall(r"\d[\d ]*", line.split("|", 3)[3])]
        assert numbers == list(known["ledger"].values())


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readme_quotes_the_truth(truth: dict[str, Any], readme: str) -> None:
    text = (SAMPLE / readme).read_text(encoding="utf-8")
    months = {month["month"]: month["nps"] for month in truth["months"]["all"]}
    for month in ("2025-02", "2025-03", "2025-12", "2026-03"):
        assert f"{months[month]:.1f}" in text
    for theme in truth["model"]["drivers"]["themes"].values():
        assert f"{-theme['on_recommend_total']:.2f}" in text
    quiet = [pair for pair in truth["panel"]["pairs_of_waves"] if not pair["event_between"]]
    for pair in quiet:
        assert str(pair["pairs"]) in text
        for side in ("population", "realised"):
            assert f"{pair[side]['pearson_of_scores']:.2f}" in text
    for side in ("population", "realised"):
        assert f"{100 * quiet[0][side]['detractors_no_longer_detractors']:.0f} %" in text
