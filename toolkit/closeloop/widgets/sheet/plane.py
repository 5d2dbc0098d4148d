"""A matrix in which the entries of a page are placed: two scales, and what each cell means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.text import message

Entry = Mapping[str, Any]


def as_it_stands(value: object) -> object:
    """Return an answer as it is compared with the values of a scale.

    Examples
    --------
    >>> as_it_stands(3.0) == 3
    True
    """
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One column or row.

    Attributes
    ----------
    value : object
        The answer that it stands for.
    sign : str
        A number, or a name such as S1.
    text : str
        What the sign stands for; may be empty.
    """

    value: object
    sign: str
    text: str = ""

    @property
    def said(self) -> str:
        """The sign with what it stands for."""
        return f"{self.sign} {self.text}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One of the two scales.

    Attributes
    ----------
    item : str
        The item whose answer it is; empty for the one step of a matrix of one row.
    title : str
    steps : tuple of Step
        From left to right, or from top to bottom.
    read : callable
        Answer → value of a step.
    """

    item: str
    title: str
    steps: tuple[Step, ...]
    read: Callable[[object], object] = as_it_stands

    def index(self, entry: Entry) -> int | None:
        """Return where an entry stands; None if it stands nowhere."""
        if not self.item:
            return 0
        value = self.read(entry.get(self.item))
        return next((at for at, step in enumerate(self.steps) if value is not None and step.value == value), None)

    def shown(self) -> dict[str, Any]:
        """Return what a page draws of it."""
        steps = [{"sign": step.sign, "text": step.text} for step in self.steps]
        return {"title": self.title, "steps": steps}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a cell means.

    Attributes
    ----------
    word : str
        Its band, quadrant or field; may be empty.
    tone : int
        How strongly it is shaded, from 0.
    """

    word: str = ""
    tone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A matrix of the entries of a page.

    Attributes
    ----------
    name : str
        By which a page refers to it.
    page : str
        The repeated page whose entries are placed.
    naming : str
        The item that names an entry.
    title : str
    tab : str
        What it is called where a page has several matrices.
    x, y : Scale
        To the right, and down from the top.
    fields : tuple of tuple of Field
        Row by row.
    every : bool
        Whether each cell says its word; otherwise only the cell at the outer corner of its field does.
    """

    name: str
    page: str
    naming: str
    title: str
    x: Scale
    y: Scale
    fields: tuple[tuple[Field, ...], ...]
    tab: str = ""
    every: bool = False

    def at(self, entry: Entry) -> tuple[int, int] | None:
        """Return column and row of an entry; None while one of them is missing."""
        column, row = self.x.index(entry), self.y.index(entry)
        return None if column is None or row is None else (column, row)

    def answers(self, column: int, row: int) -> dict[str, Any]:
        """Return the answers that put an entry into a cell.

        Raises
        ------
        ValueError
            If there is no such cell.
        """
        if not (0 <= column < len(self.x.steps) and 0 <= row < len(self.y.steps)):
            raise ValueError(message("sheet.no_cell", column=column + 1, row=row + 1))
        places = ((self.x, column), (self.y, row))
        return {scale.item: scale.steps[at].value for scale, at in places if scale.item}

    @property
    def nowhere(self) -> dict[str, Any]:
        """The answers that take an entry out of the matrix."""
        return {scale.item: None for scale in (self.x, self.y) if scale.item}

    def said(self, column: int, row: int) -> str:
        """Return a cell in words: ``likelihood 4 Likely, impact 3 Many customers: high``."""
        x, y, word = self.x.steps[column].said, self.y.steps[row].said, self.fields[row][column].word
        if not self.y.item:
            return str(message("sheet.cell_one", title=self.x.title, x=x))
        values = {"x_title": self.x.title, "x": x, "y_title": self.y.title, "y": y}
        return str(message("sheet.cell_word", **values, word=word) if word else message("sheet.cell", **values))

    def shown(self, chips: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what a page draws of it; `chips` are its entries, for what a cell is called aloud."""
        inside: dict[tuple[Any, Any], list[str]] = {}
        for chip in chips:
            inside.setdefault((chip["column"], chip["row"]), []).append(chip["called"])
        return {
            "name": self.name,
            "title": self.title,
            "tab": self.tab or self.title,
            "x": self.x.shown(),
            "y": self.y.shown(),
            "cells": [
                [
                    {"word": field.word if self.every or self._is_outer(column, row) else "", "tone": field.tone,
                     "said": self.said(column, row),
                     "label": "; ".join([self.said(column, row), *inside.get((column, row), [])])}
                    for column, field in enumerate(line)
                ]
                for row, line in enumerate(self.fields)
            ],
        }  # fmt: skip

    def _is_outer(self, column: int, row: int) -> bool:
        """Say whether a cell lies in a corner of the matrix."""
        return column in (0, len(self.x.steps) - 1) and row in (0, len(self.y.steps) - 1)
