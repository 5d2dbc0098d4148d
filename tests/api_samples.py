"""Two samples of the R package survey as tables of counts, small enough to be written down."""

from __future__ import annotations

from typing import Any

import pandas as pd

# R survey 4.1-1, data(api): api00 cut at 600 and 700, so that a school is a detractor, a passive or a promoter.
# apistrat: school type, school-wide target met, weight, schools in the population, detractors, passives, promoters
APISTRAT = [
    ("E", "No", 44.2099990844727, 4421, 3, 3, 3), ("E", "Yes", 44.2099990844727, 4421, 28, 20, 43),
    ("H", "No", 15.1000003814697, 755, 13, 5, 6), ("H", "Yes", 15.1000003814697, 755, 7, 10, 9),
    ("M", "No", 20.3600006103516, 1018, 11, 3, 1), ("M", "Yes", 20.3600006103516, 1018, 7, 17, 11),
]  # fmt: skip
# apiclus1: district (the cluster), school type, target met, detractors, passives, promoters; 757 districts in all
APICLUS1 = [
    (61, "E", "Yes", 0, 5, 5), (61, "M", "No", 0, 1, 1), (61, "M", "Yes", 0, 0, 1), (135, "E", "No", 0, 2, 1),
    (135, "E", "Yes", 9, 8, 14), (178, "E", "Yes", 2, 0, 0), (178, "H", "Yes", 1, 0, 0), (178, "M", "No", 1, 0, 0),
    (197, "E", "No", 0, 0, 1), (197, "E", "Yes", 2, 3, 4), (197, "M", "No", 2, 0, 0), (197, "M", "Yes", 0, 1, 0),
    (255, "E", "No", 1, 0, 0), (255, "E", "Yes", 2, 3, 7), (255, "M", "Yes", 0, 1, 2), (406, "E", "Yes", 2, 0, 0),
    (413, "E", "Yes", 1, 0, 0), (437, "E", "Yes", 2, 0, 0), (437, "H", "Yes", 1, 0, 0), (437, "M", "Yes", 1, 0, 0),
    (448, "E", "Yes", 0, 1, 8), (448, "H", "Yes", 0, 0, 1), (448, "M", "Yes", 0, 0, 2), (510, "E", "No", 0, 1, 0),
    (510, "E", "Yes", 4, 6, 5), (510, "H", "No", 1, 0, 0), (510, "H", "Yes", 0, 1, 0), (510, "M", "No", 0, 1, 0),
    (510, "M", "Yes", 0, 2, 0), (568, "E", "No", 0, 1, 0), (568, "E", "Yes", 0, 2, 1), (568, "H", "No", 0, 1, 0),
    (568, "H", "Yes", 0, 0, 3), (568, "M", "Yes", 0, 1, 0), (637, "E", "Yes", 1, 3, 4), (637, "H", "Yes", 0, 1, 0),
    (637, "M", "Yes", 0, 2, 0), (716, "E", "No", 5, 0, 0), (716, "E", "Yes", 18, 5, 2), (716, "H", "Yes", 3, 0, 0),
    (716, "M", "Yes", 4, 0, 0), (778, "E", "Yes", 1, 0, 0), (778, "M", "No", 1, 0, 0), (815, "E", "Yes", 1, 1, 0),
    (815, "H", "No", 0, 1, 0), (815, "M", "No", 0, 1, 0),
]  # fmt: skip


def expand(cells: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    """Return one row per school, with a score that stands for its kind."""
    rows = [(*cell[:-3], a) for cell in cells for a, k in zip((3, 8, 10), cell[-3:], strict=True) for _ in range(k)]
    return pd.DataFrame(rows, columns=[*columns, "score"])
