"""The truth behind the sample data, for every test of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((SAMPLE / "truth.yaml").read_text(encoding="utf-8"))
    return loaded
