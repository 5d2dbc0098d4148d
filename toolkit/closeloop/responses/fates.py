"""What becomes of a row: those that look alike are told apart, and of one id only one stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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


def number_repeats(ids: pd.Series) -> pd.Series:
    """Return ids of which the second of a kind ends in ``-2``, the third in ``-3``.

    Examples
    --------
    >>> number_repeats(pd.Series(["a", "b", "a"], dtype="str")).tolist()
    ['a', 'b', 'a-2']
    """
    again = np.flatnonzero(ids.duplicated().to_numpy())
    if not again.size:
        return ids
    result = ids.to_numpy(dtype=object, copy=True)
    repeat = ids.groupby(ids, sort=False).cumcount().to_numpy()
    result[again] = [f"{result[i]}-{repeat[i] + 1}" for i in again]
    return pd.Series(result, dtype="str")


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
        keep = kept_of(survey, key)
        standing = np.flatnonzero(fate == ACCEPTED)
        ids = frame[key].iloc[standing]
        twice = ids.notna().to_numpy() & ids.duplicated(keep=False).to_numpy()
        if keep == "all" or not twice.any():
            continue
        rows = standing[twice]
        of_row = frame.iloc[rows]
        filled = answered_cells(of_row) if keep == "most_complete" else np.zeros(len(rows), dtype=np.int64)
        winner = winners(of_row[key].to_numpy(), of_row["answered_at"].to_numpy(), filled, rows, keep)
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
            log.add(duplicate_batch(key, keep, lost[mine] - start, ids_lost, files, numbers))
    return successors


def duplicate_batch(
    key: str, keep: str, rows: NDArray[np.int64], ids: Sequence[str], files: Sequence[str], numbers: Sequence[int]
) -> Batch:
    """Return the issues of rows that others replace, with the files and the numbers of those."""
    return Batch(
        severity="warning",
        code=f"duplicate_{key}",
        effect="superseded",
        rows=rows,
        which=np.arange(len(rows)),
        texts=ids,
        item=key,
        suggestions=[NO_TEXT] * len(rows),
        messages=[
            message(f"responses.duplicate_{key}", keep=keep, row=row, file=file)
            for row, file in zip(numbers, files, strict=True)
        ],
    )


def kept_of(survey: Survey | None, key: str) -> str:
    """Return which of several rows with one `key` stands: the survey says it, else the last response and all people."""
    return survey.duplicates_by(key) if survey else {"response_id": "last", "respondent_id": "all"}[key]


def answered_cells(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return how many cells of each row hold something."""
    return frame.notna().sum(axis=1).to_numpy().astype(np.int64)


def winners(
    ids: NDArray[Any], times: NDArray[Any], filled: NDArray[np.int64], rows: NDArray[np.int64], keep: str
) -> NDArray[np.int64]:
    """Return for each row the one that stands for its id: by time, then by place; or by how much was answered.

    Examples
    --------
    >>> ids, times = np.array(["a", "a"]), np.array(["2026-05-03", "2026-05-02"], dtype="datetime64[us]")
    >>> winners(ids, times, np.zeros(2, dtype=np.int64), np.array([4, 7]), "last").tolist()
    [4, 4]
    """
    part = pd.DataFrame({"id": ids, "at": times, "row": rows, "filled": filled})
    known_first = "last" if keep == "first" else "first"  # a row without a time never wins over one that has it
    part = part.sort_values(["filled", "at", "row"], na_position=known_first, kind="stable")  # type: ignore[call-overload]
    chosen = part.groupby("id", sort=False)["row"].agg("first" if keep == "first" else "last")
    found: NDArray[np.int64] = chosen.reindex(pd.Index(ids)).to_numpy()
    return found
