"""Complaints and reviews from a table: a frame, a CSV file, an Excel sheet that was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from closeloop.errors import ColumnNotFoundError
from closeloop.followup.intake.case_in import CaseIn, case_in
from closeloop.followup.intake.headers import matched_columns, spelt
from closeloop.text import LocalText, message
from closeloop.written import told

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that is not a case, and why.

    Attributes
    ----------
    row : int
        From 1.
    reason : LocalText
    """

    row: int
    reason: LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A table of complaints: what can be opened, and what cannot.

    Attributes
    ----------
    n_rows : int
    cases : tuple of CaseIn
    refused : tuple of Refused
    repeated : tuple of int
        Rows with the key of an earlier row that says the same.
    columns : mapping of str to str
        Field → the column it was read from.
    unused : tuple of str
        Columns that were not read.
    """

    n_rows: int
    cases: tuple[CaseIn, ...]
    refused: tuple[Refused, ...]
    repeated: tuple[int, ...]
    columns: Mapping[str, str]
    unused: tuple[str, ...]

    @property
    def sentence(self) -> LocalText:
        """Where the rows went."""
        counts = {"rows": self.n_rows, "cases": len(self.cases), "refused": len(self.refused)}
        shown = {name: told(count, "count") for name, count in counts.items()}
        return message("intake.table", repeated=told(len(self.repeated), "count"), **shown)

    def __str__(self) -> str:
        reasons = [str(one.reason) for one in self.refused]
        return "\n".join([str(self.sentence), *reasons])


def from_frame(
    frame: pd.DataFrame,
    *,
    now: dt.datetime,
    source: str,
    columns: Mapping[str, str] | None = None,
    channel: str = "",
    zone: str = "UTC",
    only: str | None = None,
) -> TakenIn:
    """Return the matters of a table, row by row.

    Parameters
    ----------
    frame : DataFrame
        One row a complaint; ``words`` and ``received_at`` are needed, and ``channel`` or the argument of that name.
    now : datetime
    source : str
        What the table is called, such as ``"crm"``: part of each row's key, so that the same row is the same case
        whenever it comes.
    columns : mapping, optional
        Field → column, where the header does not say it; see `closeloop.followup.intake.headers.HEADERS`.
    channel : str
        Of rows that do not name one.
    zone : str
        Of times without a zone.
    only : str, optional
        Only rows of this kind.

    Returns
    -------
    TakenIn
        Rows in = cases + refused + repeated (+ those of another kind than `only`, which are refused with that reason).

    Raises
    ------
    ColumnNotFoundError
        If a needed column is not there.
    ValueError
        If a field is unknown, two columns could be the words, or rows were lost.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"投诉内容": ["货坏了", ""], "日期": ["2026-03-01 10:00"] * 2, "渠道": ["电话", "邮件"]})
    >>> found = from_frame(table, now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), source="crm", zone="Asia/Shanghai")
    >>> print(found)
    2 rows in: 1 case, 1 refused, 0 repeated.
    Row 2: there are no words; say what the customer brought forward.
    """
    found = matched_columns([str(name) for name in frame.columns], columns or {})
    for needed in ("words", "received_at", *(() if channel else ("channel",))):
        if needed not in found:
            raise ColumnNotFoundError(needed, [str(name) for name in frame.columns], message("intake.the_table"))
    values = {field: frame[column].tolist() for field, column in found.items()}
    cases: list[CaseIn] = []
    refused: list[Refused] = []
    repeated: list[int] = []
    seen: dict[str, Hashable] = {}
    for place in range(len(frame)):
        said = {field: _text(column[place]) for field, column in values.items()}
        try:
            one = _row(said, values["received_at"][place], place + 1, source, channel, ZoneInfo(zone), now)
        except ValueError as error:
            refused.append(Refused(row=place + 1, reason=_reason(error)))
            continue
        content = tuple(sorted((name, str(value)) for name, value in one.fields.items()))
        if only is not None and one.fields["kind"] != only:
            reason = message("intake.other_kind", row=place + 1, kind=one.fields["kind"])
            refused.append(Refused(row=place + 1, reason=reason))
        elif one.key not in seen:
            seen[one.key] = content
            cases.append(one)
        elif seen[one.key] == content:
            repeated.append(place + 1)
        else:
            reason = message("intake.key_twice", row=place + 1, key=said.get("key", one.key))
            refused.append(Refused(row=place + 1, reason=reason))
    return TakenIn(
        n_rows=len(frame), cases=tuple(cases), refused=tuple(refused), repeated=tuple(repeated),
        columns=found, unused=tuple(str(name) for name in frame.columns if str(name) not in found.values()),
    )  # fmt: skip


def from_reviews(
    frame: pd.DataFrame,
    *,
    now: dt.datetime,
    source: str,
    up_to: float = 2,
    columns: Mapping[str, str] | None = None,
    zone: str = "UTC",
) -> TakenIn:
    """Return the reviews that call for an answer: those with at most so many stars; all of them are public.

    Parameters
    ----------
    frame : DataFrame
        One row a review, with words, time and stars.
    up_to : float
        Reviews with more stars are refused for that reason, and stay countable.
    now, source, columns, zone
        See `from_frame`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"review": ["Bad", "Fine"], "date": ["2026-03-01"] * 2, "stars": [1, 5]})
    >>> found = from_reviews(table, now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), source="shop")
    >>> [(case.fields["score"], case.fields["public_exposure"]) for case in found.cases], len(found.refused)
    ([(1.0, True)], 1)
    """
    taken = from_frame(frame, now=now, source=source, columns=columns, channel="social", zone=zone)
    if "score" not in taken.columns:
        raise ColumnNotFoundError("score", [str(name) for name in frame.columns], message("intake.the_table"))
    low = tuple(case for case in taken.cases if case.fields.get("score") is not None and case.fields["score"] <= up_to)
    kept = {case.row for case in low}
    others = [
        Refused(row=case.row, reason=message("intake.good_review", row=case.row, stars=case.fields.get("score", "–")))
        for case in taken.cases
        if case.row not in kept
    ]
    refused = tuple(sorted((*taken.refused, *others), key=lambda one: one.row))
    return TakenIn(
        n_rows=taken.n_rows, cases=low, refused=refused, repeated=taken.repeated, columns=taken.columns,
        unused=taken.unused,
    )  # fmt: skip


def _row(
    said: Mapping[str, str], moment: Any, row: int, source: str, channel: str, zone: ZoneInfo, now: dt.datetime
) -> CaseIn:
    received = _moment(moment, row, zone)
    words, customer = said["words"], said.get("customer", "")
    own = said.get("key") or f"{received.isoformat()}\x1f{customer}\x1f{words}"
    return case_in(
        words=words,
        channel=spelt("channel", said.get("channel") or channel),
        received_at=received,
        now=now,
        customer=customer,
        contact=said.get("contact", ""),
        form=spelt("form", said.get("form", "")),
        kind=spelt("kind", said.get("kind") or "complaint"),
        severity=spelt("severity", said.get("severity") or "minor"),  # type: ignore[arg-type]
        language=said.get("language", ""),
        code=said.get("code", ""),
        score=_score(said.get("score", ""), row),
        key=sha256(f"{source}\x1f{own}".encode("utf-8", "replace")).hexdigest()[:32],
        row=row,
    )


def _moment(value: Any, row: int, zone: ZoneInfo) -> dt.datetime:
    import pandas as pd

    text = _text(value).replace("年", "-").replace("月", "-").replace("日", "")
    try:
        found: Any = pd.Timestamp(text) if text else pd.NaT
    except (ValueError, OverflowError):
        found = pd.NaT
    if found is pd.NaT:
        raise ValueError(message("intake.no_time", row=row, found=_text(value) or "–"))
    moment: dt.datetime = found.to_pydatetime()
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _score(text: str, row: int) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(message("intake.no_number", row=row, found=text)) from None


def _text(value: Any) -> str:
    import pandas as pd

    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a number column with gaps: 4711.0 is the customer 4711
    return str(value).strip()


def _reason(error: ValueError) -> LocalText:
    said = error.args[0] if error.args else str(error)
    return said if isinstance(said, LocalText) else LocalText(str(said))
