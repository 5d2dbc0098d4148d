"""Several answers of one response to one question that takes one: which was meant cannot be told, so none is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from closeloop.responses.answers import decisive_items
from closeloop.responses.issues import Batch, IssueLog
from closeloop.responses.source import Cells, codes_of
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.match import Match
    from closeloop.responses.opened import Opened
    from closeloop.survey.survey import Survey

JOIN = "┋"
"""What stands between several answers to one question; nobody types it."""


def without_conflicts(
    each: Opened, matches: Sequence[Match], survey: Survey | None, log: IssueLog
) -> tuple[Cells, NDArray[np.intp]]:
    """Return the cells without answers that contradict one another, and the rows that are set aside for one.

    Of two answers to a question that takes one, neither is taken: which was meant cannot be told.
    """
    cells = list(each.cells.columns)
    rejected: list[NDArray[np.intp]] = []
    decisive = decisive_items(survey) if survey is not None else frozenset[str]()
    for match in matches:
        texts = each.joined.get(match.column.position)
        kind = survey.item(match.item).type if survey is not None and match.item else ""
        if texts is None or not (match.item or match.system) or (kind in ("multi", "ranking") and match.part is None):
            continue
        column = each.cells.columns[match.column.position]
        spelled = column.dictionary.to_pylist()
        bad = np.array([text in texts for text in spelled])
        rows = np.flatnonzero(bad[codes_of(column)])
        aside = match.item in decisive
        wrong = np.flatnonzero(bad)
        place = np.full(len(spelled), -1)
        place[wrong] = np.arange(wrong.size)
        shown = [spelled[i] for i in wrong]
        log.add(
            Batch(
                severity="error",
                code="answers_conflict",
                effect="quarantined" if aside else "blanked",
                rows=rows,
                which=place[codes_of(column)[rows]],
                texts=shown,
                messages=[
                    message("responses.answers_conflict", answers=", ".join(f"“{p}”" for p in text.split(JOIN)))
                    for text in shown
                ],
                suggestions=[message("responses.remedy_conflict")] * len(shown),
                position=match.column.position,
                column=match.column.header,
                item=match.item or match.system or "",
            )
        )
        blanked = ["" if flag else text for flag, text in zip(bad.tolist(), spelled, strict=True)]
        cells[match.column.position] = pa.DictionaryArray.from_arrays(column.indices, pa.array(blanked, pa.string()))
        if aside:
            rejected.append(rows)
    return replace(each.cells, columns=tuple(cells)), np.concatenate(rejected) if rejected else np.zeros(0, np.intp)
