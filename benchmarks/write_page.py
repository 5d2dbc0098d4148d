"""Write docs/benchmarks.md, its Chinese twin and their figures from what a whole run measured.

``python benchmarks/write_page.py`` writes them again from ``recorded.json``, without measuring anything.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bars import bars
from figures import written
from page_figure import draw
from page_words import Entry, bound, number, ratio, texts

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
RECORDED = HERE / "recorded.json"
LANGUAGES = ("en", "zh-CN")


def write_pages(result: dict[str, Any]) -> list[Path]:
    """Write both pages and both figures."""
    paths = []
    for language in LANGUAGES:
        path = page_path(language)
        path.write_text(page(result, language), encoding="utf-8")
        figure = path.with_suffix(".svg")
        figure.write_text(draw(result, language), encoding="utf-8")
        paths += [path, figure]
    return paths


def page_path(language: str) -> Path:
    return DOCS / ("benchmarks.md" if language == "en" else f"benchmarks.{language}.md")


def page(result: dict[str, Any], language: str) -> str:
    """Return the page in one language."""
    say = texts()["page"]
    by_bar = {entry["bar"]: entry for entry in result["figures"] if entry.get("bar")}
    besides = [entry for entry in result["figures"] if not entry.get("bar")]
    main = [by_bar[bar] for bar in bars()]
    counts = {
        "all": len(main), "met": sum(entry["met"] is True for entry in main),
        "missed": sum(entry["met"] is False for entry in main), "skipped": sum(entry["met"] is None for entry in main),
        "besides": len(besides), "besides_met": sum(entry["met"] is True for entry in besides),
    }  # fmt: skip
    parts = [
        say["head"][language],
        say["result"][language].format(**counts),
        f"![{say['alternative'][language]}]({page_path(language).with_suffix('.svg').name})",
        say["reading"][language],
        table(main, language),
        *causes(main, language),
        say["besides"][language].format(**counts),
        table(besides, language),
        *causes(besides, language),
        say["machine"][language],
        *machine(result, language),
        say["run"][language].format(minutes=round(sum(result["seconds"].values()) / 60)),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def table(entries: Iterable[Entry], language: str) -> str:
    """Return a Markdown table of figures."""
    heads = texts()["page"]["columns"][language]
    rows = [heads, ["---"] * len(heads)]
    for entry in entries:
        seconds = entry.get("seconds", {})
        behind = entry["detail"].replace("|", "\\|") if language == "en" else ""  # details are written in English
        sides = " / ".join(written(seconds[side][1]) for side in ("ours", "theirs")) if len(seconds) == 2 else behind
        rows.append(
            [title(entry, language), bound(entry), ratio(entry), spread(entry), sides, verdict(entry, language)]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def causes(entries: Iterable[Entry], language: str) -> list[str]:
    """Return what is to be said of figures that miss their bar, and of those that could not be measured."""
    say = texts()["page"]
    missed = [entry for entry in entries if entry["met"] is False]
    skipped = [entry for entry in entries if entry["met"] is None]
    lines = [
        say["missed"][language].format(name=title(entry, language), ratio=ratio(entry), target=bound(entry))
        + (cause(entry, language) or say["unknown_cause"][language])
        for entry in missed
    ]
    lines += [
        say["not_measured"][language].format(name=title(entry, language), reason=reason(entry, language))
        for entry in skipped
    ]
    return ["\n".join(lines)] if lines else []


def machine(result: dict[str, Any], language: str) -> list[str]:
    """Return what the run was measured on."""
    facts = result["machine"]
    load = " / ".join(f"{value:.2f}" for value in facts["load_at_start"])
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return [texts()["page"]["facts"][language].format(**facts | {"load": load, "versions": versions})]


def title(entry: Entry, language: str) -> str:
    """Return what a figure is called: by its bar, or by its own name."""
    if entry.get("bar"):
        name: str = bars()[entry["bar"]][language]
    else:
        name = entry["name"] if language == "en" else in_chinese(entry["name"])
    return name.replace("|", "\\|")


def in_chinese(name: str) -> str:
    """Return the Chinese name of a figure that is no bar; the English one where none is given yet."""
    for pattern, chinese in texts()["patterns"].items():
        if re.fullmatch(pattern, name):
            return re.sub(pattern, chinese, name)
    found: str = texts()["names"].get(name, name)
    return found


def reason(entry: Entry, language: str) -> str:
    """Return why a figure was skipped."""
    why: str = entry["skipped"]
    return why if language == "en" else texts()["reasons"].get(why, why)


def cause(entry: Entry, language: str) -> str:
    """Return why a figure misses its bar, where it is known."""
    known = bars()[entry["bar"]] if entry.get("bar") else {"cause": texts()["causes"].get(entry["name"], {})}
    found: str = known.get("cause", {}).get(language, "")
    return found


def spread(entry: Entry) -> str:
    return "–".join(number(end) for end in entry["spread"]) if entry.get("spread") else ""


def verdict(entry: Entry, language: str) -> str:
    words = texts()["page"]["verdicts"]
    name: str = words["skipped" if entry["met"] is None else "met" if entry["met"] else "missed"][language]
    return name


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    for written_path in write_pages(json.loads(RECORDED.read_text(encoding="utf-8"))):
        print(f"written to {written_path}")
