"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from closeloop.text import language, set_language

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Give the path of a real export that lies outside the project; skip, and say so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/{name} is absent: this test reads real exports that the project does not ship")
        return path

    return find


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Start each test in English, whatever the one before chose."""
    set_language("en")
    assert language() == "en"
    yield
    set_language("en")
