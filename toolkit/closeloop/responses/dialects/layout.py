"""What a dialect says about a source: where the answers start, and what each column is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from closeloop.text import LocalText, message

SYSTEM = (
    "response_id",
    "respondent_id",
    "answered_at",
    "status",
    "finished",
    "language",
    "wave",
    "channel_source",
)
"""What a column can be other than an answer: the targets of the role ``system``."""

_NOTHING: Mapping[str, LocalText] = MappingProxyType({})
_NO_LABELS: Mapping[str, str] = MappingProxyType({})
_NO_STATUS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """One column of a source.

    `key` is the platform's stable name of it (an ImportId, a question number), `group` what all columns of one question
    share, `question` the question's text, `option` the text of the option that this column holds where a question is
    spread over several, `role` one of answer, option, row (of a matrix), other_text, place (the option on one place of
    a ranking), mention (one of the options ticked), system, derived, unused; `target` names the system column, or the
    column that a derived one was derived from. `labels` says what the column's codes are called, `missing` which of
    them mean "no answer".
    """

    position: int
    header: str
    key: str = ""
    group: str = ""
    question: str = ""
    option: str | None = None
    role: str = "answer"
    target: str | None = None
    reason: LocalText | None = None
    labels: Mapping[str, str] = field(default_factory=lambda: _NO_LABELS)
    missing: Mapping[str, LocalText] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a platform lays out its export.

    `missing` maps a text that stands for "no answer" to its reason; `everywhere` says whether that holds for comments
    too. `separators` part the choices in one cell; `write_ins` says that what is written beside "other" stands in the
    place of the option; `lettered` that choices carry the letter of their place, as in ``A.男``; `no` which texts
    say that an option was not ticked, or no. `by_number` says that choices are written as numbers from 1 on; `by_place`
    that they are so even where the survey gives the choices codes. `statuses` maps a canonical status to the platform's
    spellings (one that ends in ``*``: all that begin so). `key_columns` are the positions that tell one response from
    another where the platform gives no id of its own; none means the whole row does. `submitted` is the position of a
    column that is empty until a response is complete, `zone` the zone of times that do not name one, where the platform
    says it.
    """

    platform: str
    label: LocalText
    reason: LocalText
    header_rows: int
    columns: tuple[SourceColumn, ...]
    missing: Mapping[str, LocalText] = field(default_factory=lambda: _NOTHING)
    everywhere: bool = False
    separators: tuple[str, ...] = (";", "|", "、", "┋", ", ", ",")
    by_number: bool = False
    statuses: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_STATUS)
    key_columns: tuple[int, ...] = ()
    submitted: int | None = None
    zone: str | None = None
    write_ins: bool = False
    lettered: bool = False
    by_place: bool = False
    day_first: bool | None = None
    date1904: bool | None = None
    no: tuple[str, ...] = ()

    def with_ruled_out(self, refused: Iterable[LocalText]) -> Layout:
        """Return the layout with what was ruled out before it added to the reason."""
        reason = self.reason
        for text in refused:
            reason = message("responses.reason_and", first=reason, second=text)
        return replace(self, reason=reason)
