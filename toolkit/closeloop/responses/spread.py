"""Questions that an export spreads over several columns: one column an option, holding a tick or a rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.forms.answers import Problem
from closeloop.forms.items import NONE, OTHER
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.labels import NONE_LABELS, OTHER_LABELS
from closeloop.responses.match import Match
from closeloop.responses.spelling import TICKED, UNTICKED
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 62


@dataclass(slots=True)
class Ticks:
    """What the distinct texts of an option's own column say: ticked, not ticked, no answer, or no sense.

    `other` has what was written in the column of the option "other", which is ticked by it.
    """

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]
    problems: dict[int, Problem] = field(default_factory=dict)
    missing: dict[int, LocalText] = field(default_factory=dict)
    other: dict[int, str] = field(default_factory=dict)


def read_ticks(item: Any, match: Match, texts: Sequence[str], layout: Layout) -> Ticks:
    """Read the distinct texts of the column of one option: a tick is 1, a yes, or the option's own name or number."""
    ticks = Ticks(np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool))
    names = _names(item, str(match.part), match.column.option)
    takes_text = match.part == OTHER and getattr(item, "other", False)
    for i, text in enumerate(texts):
        stripped = text.strip()
        if stripped in match.column.missing:
            ticks.missing[i] = match.column.missing[stripped]
            continue
        folded = match.column.labels.get(stripped, stripped).casefold()
        if stripped in layout.no:
            ticks.no[i] = True
        elif folded in names or folded in TICKED:
            ticks.yes[i] = True
        elif folded in UNTICKED:
            ticks.no[i] = True
        elif stripped in layout.missing:
            ticks.missing[i] = layout.missing[stripped]
        elif stripped and takes_text:
            ticks.yes[i] = True
            ticks.other[i] = stripped
        elif stripped:
            ticks.problems[i] = Problem(
                code="not_a_tick",
                item=item.name,
                value=text,
                message=message("responses.bad_not_a_tick", value=text),
                suggestion=message("responses.remedy_tick"),
            )
    return ticks


def _names(item: Any, part: str, header: str | None) -> set[str]:
    """Return the texts, folded, which in an option's own column mean that it was ticked."""
    names = {part.casefold(), (header or part).strip().casefold()}
    for place, option in enumerate(item.options, start=1):
        if option.value == part:
            names |= {text.strip().casefold() for text in option.text.values()}
            names.add(str(place if option.code is None else option.code))
    extra = [value for value, on in ((OTHER, item.other), (NONE, item.none)) if on] if item.type != "ranking" else []
    if part in extra:
        names.add(str(len(item.options) + 1 + extra.index(part)))
        called = (*OTHER_LABELS, *(item.other_text or {}).values()) if part == OTHER else NONE_LABELS
        names |= {text.strip().casefold() for text in called}
    return names


def one_of(values: Sequence[tuple[str, ...]], item: Any) -> tuple[list[Any], dict[int, Problem]]:
    """Return the one option of each combination of ticks, and the combinations of several as problems."""
    problems = {
        i: Problem(
            code="several_chosen",
            item=item.name,
            value=value,
            message=message("responses.bad_several_chosen", value="; ".join(value)),
            suggestion=message("responses.remedy_one"),
        )
        for i, value in enumerate(values)
        if len(value) > 1
    }
    return [value[0] if len(value) == 1 else None for value in values], problems


def ticked_together(
    ticked: NDArray[np.bool_], names: Sequence[str], order: Sequence[str]
) -> tuple[NDArray[np.intp], list[tuple[str, ...]]]:
    """Return one code a row, and for each code the options ticked together, in the order of the survey."""
    words = [
        sum(ticked[:, bit].astype(np.int64) << (bit - start) for bit in range(start, min(start + _BITS, len(names))))
        for start in range(0, len(names), _BITS)
    ]
    if len(words) == 1:
        distinct, codes = np.unique(words[0], return_inverse=True)
        distinct = distinct.reshape(-1, 1)
    else:
        distinct, codes = np.unique(np.stack(words, axis=1), axis=0, return_inverse=True)
    values = []
    for row in distinct.tolist():
        chosen = {name for bit, name in enumerate(names) if row[bit // _BITS] >> (bit % _BITS) & 1}
        values.append(tuple(name for name in order if name in chosen))
    return codes.reshape(-1), values


def read_ranks(item: Any, texts: Sequence[str], layout: Layout) -> tuple[NDArray[np.int16], dict[int, Problem]]:
    """Read the distinct texts of a column of ranks: the rank, 0 where there is none, and what is no rank."""
    most = len(item.options)
    numbers = np.zeros(len(texts), dtype=np.int16)
    problems: dict[int, Problem] = {}
    for i, text in enumerate(texts):
        stripped = text.strip().removesuffix(".0")
        if stripped.isdecimal() and 1 <= int(stripped) <= most:
            numbers[i] = int(stripped)
        elif stripped and stripped not in layout.missing:
            problems[i] = Problem(
                code="out_of_range",
                item=item.name,
                value=text,
                message=message("responses.bad_out_of_range", value=text, low=1, high=most),
                suggestion=message("responses.remedy_range", low=1, high=most),
            )
    return numbers, problems


def ranked_together(
    ranks: NDArray[np.int16], names: Sequence[str]
) -> tuple[NDArray[np.intp], list[tuple[str, ...] | None]]:
    """Return one code a row, and for each code the options from first to last; None where nothing was ranked.

    Two options on one rank are kept as they came: the item's own check refuses them.
    """
    distinct, codes = np.unique(ranks, axis=0, return_inverse=True)
    values: list[tuple[str, ...] | None] = []
    for row in distinct.tolist():
        ranked = sorted((rank, place) for place, rank in enumerate(row) if rank)
        values.append(tuple(names[place] for _, place in ranked) if ranked else None)
    return codes.reshape(-1), values
