"""What is known of the customers before a file is looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from closeloop.followup.triage.rows import Key, ResponseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """A case that did not come from a survey.

    Attributes
    ----------
    case_id, subject_id : str
    received_at : datetime
        In UTC.
    kind : str
        It keeps answers of the same kind quiet.
    """

    case_id: str
    subject_id: str
    received_at: dt.datetime
    kind: str = "complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The rows that are kept, and which cases people have touched.

    Attributes
    ----------
    answers : mapping of (survey, response) to ResponseRow
    worked_on : collection of str
        Ids of cases to which anybody but triage has done anything.
    by_hand : tuple of KnownCase
        Cases that came in by telephone, mail, at the desk …
    case_ids : collection of str
        Ids that are taken; two answers have the same one once in ten thousand millions of pairs.

    Examples
    --------
    >>> Known.of([ResponseRow(survey_id="s", response_id="r", subject_id="S-1")]).answers[("s", "r")].subject_id
    'S-1'
    """

    answers: Mapping[Key, ResponseRow] = field(default_factory=dict)
    worked_on: Collection[str] = frozenset()
    by_hand: tuple[KnownCase, ...] = ()
    case_ids: Collection[str] = frozenset()

    @classmethod
    def of(
        cls,
        rows: Iterable[ResponseRow],
        *,
        worked_on: Collection[str] = (),
        by_hand: Iterable[KnownCase] = (),
        case_ids: Collection[str] = (),
    ) -> Known:
        """Return what the rows of a store say."""
        answers = {row.key: row for row in rows}
        taken = frozenset(case_ids) | {row.case_id for row in answers.values()}
        return cls(answers=answers, worked_on=frozenset(worked_on), by_hand=tuple(by_hand), case_ids=taken)
