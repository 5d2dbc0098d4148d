"""What can go wrong, as a tree.

::

    CloseloopError
    ├── SurveyDefinitionError(ValueError)      file, line, item, field, what to write instead
    ├── ColumnNotFoundError(KeyError)          column, where looked, closest names
    ├── ResponseValidationError(ValueError)    carries .report (a frame of all failures)
    ├── InsufficientDataError(ValueError)
    ├── CaseTransitionError(ValueError)        from, event, allowed events, unmet guards
    ├── ConflictError(RuntimeError)            current version, what changed meanwhile
    └── StoreError(RuntimeError)               file, schema version found and expected

Every message says what was expected, what was found and where, and what to do; it exists in both languages and is shown
in the one in use when it is printed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd


class CloseloopError(Exception):
    """Base of every error that closeloop raises on purpose.

    Parameters
    ----------
    text : LocalText or str
        The message; a `LocalText` is shown in the language in use.

    Examples
    --------
    >>> import closeloop as cl
    >>> try:
    ...     cl.nps([9, 11])
    ... except cl.CloseloopError as error:
    ...     print(error)
    1 answer(s) in “scores” are not allowed: 11. Allowed: whole numbers 0 to 10. ...
    """

    def __init__(self, text: LocalText | str) -> None:
        self.text = text if isinstance(text, LocalText) else LocalText(text)
        super().__init__(self.text)

    def __str__(self) -> str:
        return str(self.text)


class SurveyDefinitionError(CloseloopError, ValueError):
    """A survey file that cannot be used; `findings` has one entry per fault, each with its place.

    Examples
    --------
    >>> import closeloop as cl
    >>> try:
    ...     cl.Survey.from_surveyjs({"pages": []})
    ... except cl.SurveyDefinitionError as error:
    ...     print(error.findings[0].message)
    The key “title” is missing. Add it.
    """

    def __init__(self, text: LocalText | str, findings: Sequence[Any] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(findings)


class ColumnNotFoundError(CloseloopError, KeyError):
    """A column that is not there; the message names the closest ones.

    Examples
    --------
    >>> import closeloop as cl
    >>> try:
    ...     cl.score({"recommend": [9, 4]}, cl.Nps("recomend"))
    ... except cl.ColumnNotFoundError as error:
    ...     print(error, error.closest)
    There is no column “recomend” in the data. Did you mean “recommend”? ('recommend',)
    """

    def __init__(self, column: str, columns: Iterable[str], where: LocalText | str = "") -> None:
        self.column = column
        self.columns = tuple(str(c) for c in columns)
        self.closest = closest(column, self.columns)
        shown = self.closest or self.columns[:5]
        key = "errors.column_close" if self.closest else "errors.column_missing"
        place = where if isinstance(where, LocalText) or where else message("errors.the_data")
        super().__init__(message(key, column=column, where=place, names=", ".join(f"“{c}”" for c in shown) or "–"))


class ResponseValidationError(CloseloopError, ValueError):
    """Responses that do not satisfy the survey; `report` is a frame with one row per problem.

    Examples
    --------
    >>> import closeloop as cl
    >>> try:
    ...     cl.nps([9, 11])
    ... except cl.ResponseValidationError as error:
    ...     print(error.report)
       column value  count
    0  scores    11      1
    """

    def __init__(self, text: LocalText | str, report: pd.DataFrame | None = None) -> None:
        super().__init__(text)
        self.report = report


class InsufficientDataError(CloseloopError, ValueError):
    """Too few answers for what was asked.

    Examples
    --------
    >>> import closeloop as cl
    >>> table = cl.score({"recommend": [9, 4, 10], "store": ["River", "River", "Quay"]}, cl.Nps("recommend"), "store")
    >>> try:
    ...     table.result(store="River")
    ... except cl.InsufficientDataError as error:
    ...     print(error)
    This group is hidden: it, or a group that could be had from it by subtraction, has fewer than 10 answers.
    """


class CaseTransitionError(CloseloopError, ValueError):
    """An event that the case's stage does not allow, or whose guards are not met.

    Attributes
    ----------
    from_stage, event : str
        Where the case is and what was asked for; empty where it is no case.
    allowed : tuple of str
        What is possible from there.
    unmet : tuple of LocalText
        What is missing, each with the call that supplies it.
    guards : tuple of str
        Which guards miss it, one for each of `unmet`.

    Examples
    --------
    >>> import closeloop as cl
    >>> loop = cl.open_loop(":memory:", actor="lin")
    >>> case = loop.open_case(words="The parcel is late.", channel="phone", received_at="2026-07-01T09:00:00+08:00")
    >>> try:
    ...     case.do("close")
    ... except cl.CaseTransitionError as error:
    ...     print(error.from_stage, error.allowed)
    received ('acknowledge', 'reject', 'withdraw', 'merge')
    """

    def __init__(
        self,
        text: LocalText | str,
        *,
        from_stage: str = "",
        event: str = "",
        allowed: Sequence[str] = (),
        unmet: Sequence[LocalText] = (),
        guards: Sequence[str] = (),
    ) -> None:
        super().__init__(text)
        self.from_stage = from_stage
        self.event = event
        self.allowed = tuple(allowed)
        self.unmet = tuple(unmet)
        self.guards = tuple(guards)


class ConflictError(CloseloopError, RuntimeError):
    """Somebody else wrote in the meantime: `current_version` is where the case is now, `changed` what was written.

    Examples
    --------
    >>> import closeloop as cl
    >>> loop = cl.open_loop(":memory:", actor="lin")
    >>> case = loop.open_case(words="The parcel is late.", channel="phone", received_at="2026-07-01T09:00:00+08:00")
    >>> same = loop.case(case.case_id)  # somebody else has it open as well
    >>> case.assign(owner="chen")
    <...Assign...>
    >>> try:
    ...     same.assign(owner="wang")
    ... except cl.ConflictError as error:
    ...     print(error.current_version, len(error.changed))
    3 1
    """

    def __init__(self, text: LocalText | str, *, current_version: int = 0, changed: Iterable[Any] = ()) -> None:
        super().__init__(text)
        self.current_version = current_version
        self.changed = tuple(changed)


class StoreError(CloseloopError, RuntimeError):
    """A store or a file of ours that cannot be read or written: `file`, and the version `found` and `expected`.

    Examples
    --------
    >>> import closeloop as cl
    >>> try:
    ...     cl.load("nowhere.tree.yaml")
    ... except cl.StoreError as error:
    ...     print(error)
    nowhere.tree.yaml could not be read: No such file or directory. Check the path.
    """

    def __init__(
        self, text: LocalText | str, *, file: str = "", found: int | None = None, expected: int | None = None
    ) -> None:
        super().__init__(text)
        self.file = file
        self.found = found
        self.expected = expected


def closest(name: str, names: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """Return up to `n` names that look like `name`, best first, case ignored.

    Examples
    --------
    >>> closest("requred", ["required", "name"])
    ('required',)
    """
    folded: dict[str, str] = {}
    for candidate in names:
        folded.setdefault(candidate.casefold(), candidate)
    return tuple(folded[m] for m in difflib.get_close_matches(name.casefold(), folded, n=n, cutoff=0.6))
