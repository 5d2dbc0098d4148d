"""Several choices in one cell are parted so that options and write-ins come out whole."""

from __future__ import annotations

import time

import pytest

from closeloop.responses.joined import part_choices

OPTIONS = ("Price", "Price, fees", "Staff; manner", "Staff", "Store (east, west)")


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("Price", ["Price"]),
        ("Price, fees", ["Price, fees"]),
        ("Price, Staff", ["Price", "Staff"]),
        ("Price, Price, fees", ["Price", "Price, fees"]),
        ("Store (east, west), Staff; manner, Price", ["Store (east, west)", "Staff; manner", "Price"]),
        ("Price;Staff; manner;nice, but late", ["Price", "Staff; manner", "nice, but late"]),
        ("Price, slow, but kind", ["Price", "slow, but kind"]),
        ("neither, nor", ["neither, nor"]),
        ("Price,Staff", ["Price", "Staff"]),
        ("Price┋late┋never", ["Price", "late", "never"]),  # nobody types ┋: two write-ins
    ],
)
def test_the_longest_option_is_taken(cell: str, parts: list[str]) -> None:
    assert part_choices(cell, (";", ", ", ",", "┋"), OPTIONS.__contains__, OPTIONS) == parts


def test_a_cell_of_a_million_commas_does_not_hold_up_the_rest() -> None:
    start = time.perf_counter()
    assert len(part_choices("x, " * 100_000 + "Price", (", ",), OPTIONS.__contains__, OPTIONS)) == 2
    assert time.perf_counter() - start < 5
