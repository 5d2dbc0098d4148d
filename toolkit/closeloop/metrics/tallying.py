"""`tally`: count rows for scores, so that the rows are not needed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from closeloop.metrics.breakdowns import Cut, Key, chosen_cuts, kept_cuts, key_name
from closeloop.metrics.counting import (
    AnyTally,
    Question,
    answer_frame,
    design_weight,
    question,
    sample_design,
    tallies_of,
)  # fmt: skip
from closeloop.metrics.counts_sum import sum_tallies
from closeloop.metrics.design import Design
from closeloop.metrics.score_block import RESERVED
from closeloop.metrics.score_input import chosen_metrics, score_input
from closeloop.metrics.spec import Metric
from closeloop.metrics.tally import Tally
from closeloop.metrics.tally_design import drawn_rows
from closeloop.metrics.tally_parts import with_part


def tally(
    data: Any,
    metrics: Metric | str | Sequence[Metric | str] | None = None,
    by: Key | Sequence[Key] | None = None,
    *,
    breakdowns: Sequence[Key | Sequence[Key]] | None = None,
    weight: str | None = None,
    design: Design | None = None,
    part: str | dt.date | None = None,
) -> Tally:
    """Count rows for scores, so that the rows are not needed again: the result can be added, kept and scored.

    Parameters
    ----------
    data : frame or Responses
        As for `closeloop.score`. A lazy frame counts by itself; only the tally leaves it.
    metrics : Nps, TopBox, MeanScore, GapScore or str, or a list of them
        What will be measured; of responses None for all that the survey declares.
    by, breakdowns
        What the scores will be broken down by, as in `closeloop.score`. Everything coarser follows: a region from
        region × channel, a quarter from months. For `closeloop.trend` a `Period` is among them.
    weight, design
        As in `closeloop.score`.
    part : str or date, optional
        What these rows are called, such as their day: the same part cannot be added twice. Without a name a
        fingerprint of the counts stands for it.

    Returns
    -------
    Tally

    Raises
    ------
    ResponseValidationError
        If an answer is not allowed.
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If something else asked for cannot be.

    Examples
    --------
    >>> import closeloop as cl
    >>> day = {"recommend": [9, 10, 3] * 10, "region": ["East", "West", "West"] * 10}
    >>> counted = cl.tally(day, cl.Nps("recommend"), "region", part="2026-11-23")
    >>> cl.score(counted).to_dict() == cl.score(day, cl.Nps("recommend"), "region").to_dict()
    True
    """
    weight = design_weight(weight, design)
    given = score_input(data)
    specs = chosen_metrics(metrics, given)
    cuts = chosen_cuts(by, breakdowns, RESERVED)
    frame = answer_frame(given, specs, cuts, weight, design)
    drawn = sample_design(design)
    raked = drawn is not None and bool(drawn.margins)
    units = () if drawn is None else drawn.unit_columns
    asked = {question(spec): spec for spec in reversed(specs)}
    kept = kept_cuts(cuts)

    def counted(by_weight: str | None) -> dict[tuple[Question, Cut], AnyTally]:
        each = partial(tallies_of, frame, cuts=[(*cut, *units) for cut in kept], weight=by_weight, cache=given.cache)
        tallies = {what: each(asked[what]) for what in map(question, specs)}
        return {
            (what, cut): sum_tallies([one]) for what, of in tallies.items() for cut, one in zip(kept, of, strict=True)
        }

    tables = counted(weight)
    names = {key_name(key) for cut in cuts for key in cut}
    found = Tally(
        metrics=tuple(specs),
        cuts=tuple(cuts),
        weight=weight,
        design=design,
        parts={},
        tables=tables,
        bases=counted(design.base_weight) if raked and design is not None else {},
        drawn=() if drawn is None else drawn_rows(frame, drawn),
        survey=given.survey,
        source=given.source,
        period=given.period,
        labels={name: dict(texts) for name, texts in given.labels.items() if name in names},
        titles={name: text for name, text in given.titles.items() if name in names},
        cautions={item: texts for item, texts in given.cautions.items() if _is_asked(item, specs)},
    )
    return with_part(found, part)


def _is_asked(item: str, specs: Sequence[Metric]) -> bool:
    return any(item == asked.partition("__")[0] for spec in specs for asked in spec.items)
