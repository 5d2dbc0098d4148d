"""A score table with every kind of block, and an import, to report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import closeloop as cl
import made_scores
from closeloop.metrics.score_table import ScoreTable


@pytest.fixture
def scores() -> ScoreTable:
    return made_scores.scores_of_every_kind()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return made_scores.written_export(tmp_path)


@pytest.fixture
def responses(export: Path) -> cl.Responses:
    return cl.read_responses(export, cl.load_survey("relationship-nps"))


@pytest.fixture
def bare() -> Callable[[str], str]:
    return made_scores.bare
