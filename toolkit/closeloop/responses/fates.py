"""What becomes of a row: those that look alike are told apart, and of one id only one stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from closeloop.responses.issues import NO_TEXT, Batch, IssueLog
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.match import Match
    from closeloop.responses.opened import Opened
    from closeloop.survey.survey import Survey

ACCEPTED, QUARANTINED, SUPERSEDED = 0, 1, 2
"""What can become of a row."""


def tell_apart(frame: pd.DataFrame, opened: Sequence[Opened], matched: Sequence[Sequence[Match]]) -> None:
    """Tell rows apart that look alike, where nothing in them says that they are the same response.

    Ids made from content are equal for equal content. With a key, a time or a respondent in it that is the same
    response, exported twice; without any it is another person who gave the same answers, and the id is numbered.
    """
    telling = {"response_id", "answered_at", "respondent_id"}
    silent = [
        each.source
        for each, matches in zip(opened, matched, strict=True)
        if not each.layout.key_columns and not telling & {match.system for match in matches}
    ]
    ids = frame["response_id"].to_numpy(dtype=object, copy=True)
    seen: dict[str, int] = {}
    numbered: dict[str, list[str]] = {}
    for source in silent:
        rows = np.flatnonzero((frame["source_file"] == source.name).to_numpy())
        if source.sha256 not in numbered:  # the same file once more holds the same responses
            numbered[source.sha256] = [_numbered(name, seen) for name in ids[rows]]
        ids[rows] = numbered[source.sha256]
    if silent:
        frame["response_id"] = pd.Series(ids, dtype="str")


def _numbered(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def supersede(
    frame: pd.DataFrame,
    fate: NDArray[np.int8],
    survey: Survey | None,
    opened: Sequence[Opened],
    logs: Sequence[IssueLog],
) -> pd.Series:
    """Apply the policy on duplicates to the rows that stand; return for each row which one replaced it (file:row)."""
    successors = pd.Series([None] * len(frame), dtype="str")
    starts = np.cumsum([0, *(len(each.cells.source_rows) for each in opened)])
    for key in ("response_id", "respondent_id"):
        keep = survey.duplicates_by(key) if survey else {"response_id": "last", "respondent_id": "all"}[key]
        standing = np.flatnonzero(fate == ACCEPTED)
        ids = frame[key].iloc[standing]
        twice = ids.notna().to_numpy() & ids.duplicated(keep=False).to_numpy()
        if keep == "all" or not twice.any():
            continue
        rows = standing[twice]
        winner = _winners(frame, rows, key, keep)
        lost = rows[winner != rows]
        won = winner[winner != rows]
        fate[lost] = SUPERSEDED
        successors.iloc[lost] = [
            f"{file}:{row}"
            for file, row in zip(frame["source_file"].iloc[won].astype(str), frame["source_row"].iloc[won], strict=True)
        ]
        for start, each, log in zip(starts, opened, logs, strict=False):
            mine = (lost >= start) & (lost < start + len(each.cells.source_rows))
            ids_lost = frame[key].iloc[lost[mine]].astype(str).tolist()
            numbers = frame["source_row"].to_numpy()[won[mine]].tolist()
            files = frame["source_file"].iloc[won[mine]].astype(str).tolist()
            log.add(
                Batch(
                    severity="warning",
                    code=f"duplicate_{key}",
                    effect="superseded",
                    rows=lost[mine] - start,
                    which=np.arange(mine.sum()),
                    texts=ids_lost,
                    item=key,
                    suggestions=[NO_TEXT] * int(mine.sum()),
                    messages=[
                        message(f"responses.duplicate_{key}", keep=keep, row=row, file=file)
                        for row, file in zip(numbers, files, strict=True)
                    ],
                )
            )
    return successors


def _winners(frame: pd.DataFrame, rows: NDArray[np.intp], key: str, keep: str) -> NDArray[np.intp]:
    """Return for each row the one that stands for its id: by time, then by place; or by how much was answered."""
    chosen_rows = frame.iloc[rows]
    part = pd.DataFrame({"id": chosen_rows[key].to_numpy(), "at": chosen_rows["answered_at"].to_numpy(), "row": rows})
    part["filled"] = frame.iloc[rows].notna().sum(axis=1).to_numpy() if keep == "most_complete" else 0
    known_first = "last" if keep == "first" else "first"  # a row without a time never wins over one that has it
    part = part.sort_values(["filled", "at", "row"], na_position=known_first, kind="stable")  # type: ignore[call-overload]
    chosen = part.groupby("id", sort=False)["row"].agg("first" if keep == "first" else "last")
    winners: NDArray[np.intp] = chosen.reindex(pd.Index(frame[key].iloc[rows].to_numpy())).to_numpy()
    return winners
