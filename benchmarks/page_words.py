"""The words of docs/benchmarks.md, from ``page.yaml``, and how a bar and a ratio are written on it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Entry = dict[str, Any]


@cache
def texts() -> dict[str, Any]:
    """Return the sentences of the page, and the Chinese names of figures and reasons."""
    found: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("page.yaml").read_text(encoding="utf-8"))
    return found


def bound(entry: Entry) -> str:
    return str(entry["target"]).replace(">=", "≥").replace("<=", "≤")


def ratio(entry: Entry) -> str:
    return "–" if entry["ratio"] is None else number(entry["ratio"])


def number(value: float) -> str:
    """Return a ratio with three digits that count, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
