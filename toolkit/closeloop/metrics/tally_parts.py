"""The parts of a tally: their names, which are counted once each, and their sum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from closeloop.metrics.counts import CountTally
from closeloop.metrics.counts_sum import sum_tallies
from closeloop.metrics.tally import Tally
from closeloop.metrics.written_call import as_code
from closeloop.text import LocalText, message

_SHOWN = 5


def with_part(tally: Tally, part: str | dt.date | None) -> Tally:
    """Return a tally that is one part, of this name; without one a fingerprint of its counts is its name.

    Nobody counted and no name given: then there is nothing that could be counted twice, and no part.

    Raises
    ------
    ValueError
        If the name is empty.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> from closeloop.metrics.tallying import tally
    >>> dict(with_part(tally({"x": [9, 10]}, Nps("x")), "2026-11-23").parts)
    {'2026-11-23': 2}
    """
    if part is None:
        return replace(tally, parts={_fingerprint(tally): tally.n_rows} if tally.n_rows else {})
    name = str(part).strip()
    if not name:
        raise ValueError(message("tally.no_name"))
    return replace(tally, parts={name: tally.n_rows})


def sum_parts(tallies: Sequence[Tally]) -> Tally:
    """Return the tally of all the parts together.

    Parameters
    ----------
    tallies : sequence of Tally
        At least one.

    Raises
    ------
    ValueError
        If a part comes twice, or they were not counted in the same way: other metrics, breakdowns, weights, design or
        another version of the survey.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> from closeloop.metrics.tallying import tally
    >>> days = [tally({"x": [9, 10]}, Nps("x"), part=day) for day in ("2026-11-23", "2026-11-24")]
    >>> sum_parts(days).n_rows
    4
    """
    first = tallies[0]
    for other in tallies[1:]:
        _require_same(first, other)
    parts: dict[str, int] = {}
    twice = []
    for one in tallies:
        twice += [name for name in one.parts if name in parts]
        parts.update(one.parts)
    if twice:
        shown = ", ".join(f"“{name}”" for name in twice[:_SHOWN])
        raise ValueError(message("tally.part_twice", count=len(twice), parts=shown))
    days = [day for one in tallies if one.period is not None for day in one.period]
    return replace(
        first,
        parts=dict(sorted(parts.items())),
        tables={key: sum_tallies([one.tables[key] for one in tallies]) for key in first.tables},
        bases={key: sum_tallies([one.bases[key] for one in tallies]) for key in first.bases},
        drawn=tuple(sum_tallies([one.drawn[i] for one in tallies]) for i in range(len(first.drawn))),
        source=_source([one.source for one in tallies], len(parts)),
        period=(min(days), max(days)) if days else None,
        labels=_merged_labels(one.labels for one in tallies),
        titles={name: text for one in tallies for name, text in one.titles.items()},
        cautions=_merged_cautions(one.cautions for one in tallies),
    )


def _fingerprint(tally: Tally) -> str:
    """Return what tells these counts from others."""
    mark = blake2b(digest_size=6)
    for table in (*tally.tables.values(), *tally.drawn):
        mark.update(repr([list(names) for names in table.labels]).encode())
        sums = (table.answer, table.weight) if isinstance(table, CountTally) else (table.n_missing, table.sums)
        for numbers in (table.codes, table.n, *sums):
            if numbers is not None:
                mark.update(np.ascontiguousarray(numbers).tobytes())
    return f"#{mark.hexdigest()}"


def _require_same(one: Tally, other: Tally) -> None:
    """Refuse tallies that were not counted in the same way, naming what differs."""
    if one.survey != other.survey:
        raise ValueError(message("tally.other_survey", one=one.survey or "–", other=other.survey or "–"))
    for what, mine, theirs in (
        ("metrics", one.metrics, other.metrics),
        ("breakdowns", one.cuts, other.cuts),
        ("weight", one.weight, other.weight),
        ("design", one.design, other.design),
    ):
        if mine != theirs:
            told = {"one": _written(mine), "other": _written(theirs)}
            raise ValueError(message("tally.counted_otherwise", what=message(f"tally.{what}"), **told))


def _written(said: object) -> str:
    """Return how it was counted, as it would be typed; nothing as a dash."""
    return as_code(said) if said else "–"


def _source(sources: Sequence[LocalText | str], n_parts: int) -> LocalText | str:
    """Return where all came from, if it is one place; else how many parts there are."""
    known = [source for source in sources if source]
    if not known or all(source == known[0] for source in known):
        return known[0] if known else ""
    return message("tally.several_sources", count=n_parts)


def _merged_labels(
    each: Iterable[Mapping[str, Mapping[object, LocalText]]],
) -> Mapping[str, Mapping[object, LocalText]]:
    merged: dict[str, dict[object, LocalText]] = {}
    for labels in each:
        for column, texts in labels.items():
            merged.setdefault(column, {}).update(texts)
    return merged


def _merged_cautions(each: Iterable[Mapping[str, tuple[LocalText, ...]]]) -> Mapping[str, tuple[LocalText, ...]]:
    merged: dict[str, tuple[LocalText, ...]] = {}
    for cautions in each:
        for item, texts in cautions.items():
            merged[item] = tuple(dict.fromkeys((*merged.get(item, ()), *texts)))
    return merged
