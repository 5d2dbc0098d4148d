"""A platform's own promoter groups, compared with those worked out again from the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from closeloop.responses.answers import Answers
from closeloop.responses.match import Match
from closeloop.responses.source import Cells, codes_of
from closeloop.text import message

_GROUPS = dict.fromkeys(range(7), 1) | dict.fromkeys((7, 8), 2) | dict.fromkeys((9, 10), 3)
"""Detractors, passives, promoters, as platforms number them."""
_GROUP_NAMES = {
    1: ("1", "detractor", "kritiker", "détracteur", "detractor", "detrator", "detrattore", "批判者", "贬损者"),
    2: ("2", "passive", "neutral", "passiv", "passif", "pasivo", "passivo", "中立者", "被动者"),
    3: ("3", "promoter", "promotor", "promoteur", "promotore", "推奨者", "推荐者"),
}


def agreement(match: Match, matches: Sequence[Match], cells: Cells, answers: Answers) -> tuple[int, int] | None:
    """Return how many of a platform's own promoter groups agree with those of the score, and how many were compared.

    None for a column that holds no such groups.
    """
    if match.column.role != "derived":
        return None
    of = next((m for m in matches if m.column.header == match.column.target and m.item), None)
    score = answers.columns.get(str(of.item)) if of else None
    if score is None or not score.values:
        return None
    column = cells.columns[match.column.position]
    spelled = {name: number for number, names in _GROUP_NAMES.items() for name in names}
    groups = [spelled.get(text.strip().casefold(), 0) for text in column.dictionary.to_pylist()]
    theirs = np.array(groups or [0])[codes_of(column)]
    ours = np.array([_GROUPS[v] if isinstance(v, int) and v in _GROUPS else 0 for v in (*score.values, None)])[
        score.codes
    ]
    both = (theirs > 0) & (ours > 0)
    return int((both & (theirs == ours)).sum()), int(both.sum())


def regrouped(match: Match, agree: int, of: int) -> Match:
    """Return a match that says how well the platform's groups agree with the scores."""
    return replace(match, reason=message("responses.reason_regrouped", agree=f"{agree:,}", of=f"{of:,}"))
