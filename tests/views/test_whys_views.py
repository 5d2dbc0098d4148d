"""The drawings of a five-whys: well-formed, the same each time, nothing on top of anything else."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # the drawings are our own
from itertools import combinations

import pytest

from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.text import set_language
from closeloop.views.gap_figure import gap_figure
from closeloop.views.svg_text import width

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("tree", "ishikawa", "fault-tree")
LONG = {
    "en": "Parcels that were packed after the last pick-up of the carrier stay in the warehouse until the next morning",
    "zh-CN": "在承运商末班揽收之后才打包完成的包裹须留在华东仓库过夜并等到次日上午才能发出",
}


def big(tag: str) -> FiveWhys:
    gap = Gap(metric="late", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148), unit="percent",
              higher_is_better=False, where="East")  # fmt: skip
    whys = FiveWhys(gap, title=LONG[tag], author="Li Mei")
    subjects = ["person", "procedure", "machine", "policy", ""]
    for number in range(7):
        gate = "or" if number % 2 else "and"
        link = whys.ask(whys.top, f"{LONG[tag]} {number}", subject=subjects[number % 5], gate=gate)
        whys.cases(link.cause, [f"C-{number}-{i}" for i in range(number)])
        for deep in range(number % 3):
            below = whys.ask(link.cause, f"{LONG[tag][:24]} {number}.{deep}", subject=subjects[deep], gate="and")
            whys.evidence(below, "query", source="scans")
            whys.readback(below, by="Chen Yu", holds=True)
    whys.rule_out(whys.rival(whys.top, "Customers gave a wrong address").cause, "query", source="orders")
    return whys


def boxes(svg: str) -> list[tuple[float, float, float, float, str]]:
    """Give the box of each line of text: left, top, right, bottom, words."""
    found = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):  # noqa: S314
        size = float(text.get("font-size", "13"))
        for line in text.iter(f"{SVG}tspan"):
            words = line.text or ""
            x, y, wide = float(line.get("x", "0")), float(line.get("y", "0")), 0.9 * width(words, size)
            left = {"end": x - wide, "middle": x - wide / 2}.get(text.get("text-anchor", ""), x)
            found.append((left, y - 0.8 * size, left + wide, y + 0.15 * size, words))
    return found


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_words_lie_on_others_or_outside(kind: str, tag: str) -> None:
    set_language(tag)
    svg = big(tag).to_svg(kind)
    root = ET.fromstring(svg)  # noqa: S314
    wide, high = (float(part) for part in root.get("viewBox", "").split()[2:])
    placed = boxes(svg)
    assert len(placed) > 20
    for left, top, right, bottom, words in placed:
        assert left >= -1, words
        assert right <= wide + 1, words
        assert top >= -1, words
        assert bottom <= high + 1, words
    over = [
        (a[4], b[4]) for a, b in combinations(placed, 2) if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert over == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_is_a_picture_with_a_title_and_takes_the_ink_of_the_page(kind: str) -> None:
    svg = big("en").to_svg(kind)
    root = ET.fromstring(svg)  # noqa: S314
    assert root.get("role") == "img"
    assert LONG["en"] in (root.findtext(f"{SVG}title") or "")
    assert root.findtext(f"{SVG}desc")
    assert "currentColor" in svg
    assert not re.search(r'fill="(?:#fff|white|black|#000)', svg)
    assert svg == big("en").to_svg(kind)


def test_a_fishbone_counts_causes_and_cases_by_class() -> None:
    whys = FiveWhys("Late parcels", author="Li Mei")
    one = whys.ask(whys.top, "The last pick-up is at 16:00", subject="internal_process")
    two = whys.ask(one.cause, "Nobody signed the contract", subject="internal_process")
    whys.ask(whys.top, "The scanner froze", subject="machine")
    whys.cases(one.cause, ["C-1", "C-2"])
    whys.cases(two.cause, ["C-2", "C-3"])
    words = [words for *_, words in boxes(whys.to_svg("ishikawa"))]
    assert "Internal process (2, 3 cases)" in words  # L297: the classes are tags of causes; a case counts once
    assert "Machine (1)" in words
    assert "hypothesis · 0 evidence" in words
    set_language("zh-CN")
    assert "内部流程（2 个，3 个个案）" in [words for *_, words in boxes(whys.to_svg("ishikawa"))]


def test_a_fault_tree_shows_gates_and_cut_sets() -> None:
    whys = FiveWhys("Late parcels", author="Li Mei")
    night = whys.ask(whys.top, "Parcels stay overnight")
    whys.ask(whys.top, "The van broke down")
    whys.ask(night.cause, "The last pick-up is at 16:00", gate="and")
    whys.ask(night.cause, "Orders until 20:00 are promised", gate="and")
    words = [words for *_, words in boxes(whys.to_svg("fault-tree"))]
    assert {"AND", "OR"} <= set(words)
    assert any("{2}; {1.1, 1.2}" in text for text in words)


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_the_block_says_everything_without_style(tag: str) -> None:
    set_language(tag)
    whys = big(tag)
    html = whys._repr_html_()
    plain = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL)
    plain = " ".join(plain.replace("\u00a0", " ").split())
    for words in (LONG[tag], "13.8", "2026", "W11", "W10"):
        assert words in plain
    for finding in whys.findings():
        assert finding.rule in plain
    assert ("hypothesis" if tag == "en" else "假设") in plain
    assert ("needed together" if tag == "en" else "须同时存在") in plain
    assert html == big(tag)._repr_html_()


def test_a_root_asks_for_prevention_detection_and_mitigation() -> None:
    """L097."""
    whys = FiveWhys("Late parcels", author="Li Mei")
    link = whys.ask(whys.top, "The last pick-up is at 16:00")
    whys.evidence(link, "query", source="scans")
    whys.readback(link, by="Chen Yu", holds=True)
    whys.countermeasure(link.cause, "CM-1", "strong", aim="prevent", what="pick up at 20:00")
    plain = re.sub(r"<[^>]+>", "", whys._repr_html_())
    assert "prevent: CM-1 pick up at 20:00 · strong" in plain
    assert "detect: nothing yet" in plain
    assert "mitigate: nothing yet" in plain


@pytest.mark.parametrize(
    ("standard", "actual", "unit"),
    [(30, 7, "points"), (0.05, 0.05, "percent"), (0, 0, "count"), (1e-9, 2e-9, "decimal"), (1e12, -1e12, "decimal")],
)
def test_the_gap_is_drawn_within_its_scale(standard: float, actual: float, unit: str) -> None:
    gap = Gap(metric="x", standard=standard, actual=actual, n=9, as_of="2026-09-30", unit=unit)  # type: ignore[arg-type]
    drawn = gap_figure(gap, "en")
    places = [float(x) for x in re.findall(r'(?:x1|x2|cx)="([-\d.]+)"', drawn)]
    assert all(0 <= x <= 232 for x in places)
    assert len(re.findall("<text", drawn)) >= 4
