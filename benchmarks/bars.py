"""The bars that the design sets, from ``bars.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@cache
def bars() -> dict[str, dict[str, Any]]:
    """Return bar → target, its name in each language, and the cause where it is known to be missed."""
    path = Path(__file__).with_name("bars.yaml")
    found: dict[str, dict[str, Any]] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found
