"""The open cases of a register as the board needs them: slim rows that are read once, then only where they change."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import sqlalchemy as sa

from closeloop.followup.stages.table import stage_table
from closeloop.followup.store.schema import ALERT, CASE_HEAD, CASE_ROW, EVENT

if TYPE_CHECKING:
    from closeloop.followup.store.store import Store
    from closeloop.followup.store.transaction import Reading

_FEW = 400
"""So many changed cases are read one by one; of more, all open ones are read again."""
_LATEST = "9999"


class OpenCase(NamedTuple):
    """An open case, as far as a board shows it; nothing that is private. What is not known is empty."""

    case_id: str
    version: int
    stage: str
    number: int
    type: str
    code: str
    kind: str
    owner: str
    severity: str
    channel: str
    department: str
    hold: str
    escalation: int
    score: float | None
    subject_id: str
    rule_id: str
    problem_id: str
    next_due: str
    next_due_at: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the case of a row of the register."""
        sort = f"code:{row['code']}" if row["code"] else f"kind:{row['kind'] or _OTHER}"
        known = {name: row[name] for name in cls._fields if name != "type"}
        empty = {name: "" if known[name] is None else known[name] for name in _WORDS}
        return cls(**known | empty, type=sort)

    @property
    def urgency(self) -> tuple[str, int]:
        """What cases are sorted by, the most urgent first."""
        return self.next_due_at or _LATEST, self.number or 0


_OTHER = "other"
_WORDS = frozenset(OpenCase._fields) - {"case_id", "version", "stage", "number", "type", "escalation", "score"}


def _column(name: str) -> sa.ColumnElement[Any]:
    """Return a column as it is read: texts that are not there are empty, so that nobody has to ask."""
    if name == "type":
        kind = sa.literal("kind:") + sa.func.coalesce(sa.func.nullif(CASE_ROW.c.kind, ""), _OTHER)
        return sa.func.coalesce(sa.literal("code:") + sa.func.nullif(CASE_ROW.c.code, ""), kind)
    column: sa.ColumnElement[Any] = CASE_ROW.c[name]
    return sa.func.coalesce(sa.type_coerce(column, sa.Text), "") if name in _WORDS else column


_COLUMNS = tuple(_column(name) for name in OpenCase._fields)
_OPEN = sa.select(*_COLUMNS).where(CASE_ROW.c.is_open == True)  # noqa: E712  # SQL
_OPEN_VERSIONS = sa.select(CASE_ROW.c.case_id, CASE_ROW.c.version).where(CASE_ROW.c.is_open == True)  # noqa: E712
_CLOSED = (
    sa.select(CASE_ROW.c.stage, sa.func.count()).where(CASE_ROW.c.is_open == False).group_by(CASE_ROW.c.stage)  # noqa: E712
)
_CASES = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(CASE_HEAD.c.version), 0))
_ALERTS = sa.select(sa.func.count()).select_from(ALERT)
_OUTCOMES = (
    sa.select(ALERT.c.survey_id, ALERT.c.response_id, ALERT.c.outcome)
    .where(ALERT.c.response_id != "")
    .order_by(ALERT.c.fired_at, ALERT.c.rule_id, ALERT.c.ref)
)


_URGENCY = attrgetter("urgency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is not as it was when it was last looked at.

    Attributes
    ----------
    now : mapping of str to OpenCase
        Open cases that changed, or came.
    before : mapping of str to OpenCase
        The same cases, and those that are not open any more, as they were.
    """

    now: Mapping[str, OpenCase]
    before: Mapping[str, OpenCase]

    def __bool__(self) -> bool:
        return bool(self.now or self.before)


NOTHING = Changed(now={}, before={})


class BoardRows:
    """The open cases of a register, kept in memory.

    Parameters
    ----------
    store : Store

    Attributes
    ----------
    cases : list of OpenCase
        The most urgent first.
    closed : mapping of str to int
        End stage → how many cases.
    came : mapping of str to int
        What became of each response that called for somebody → how many.
    turn : int
        Goes up whenever anything is not as it was.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mark: tuple[int, ...] = ()
        self._by_id: dict[str, OpenCase] = {}
        self._versions: dict[str, int] = {}
        self.cases: list[OpenCase] = []
        self.closed: Mapping[str, int] = {}
        self.came: Mapping[str, int] = {}
        self.turn = 0

    def __contains__(self, case_id: str) -> bool:
        return case_id in self._by_id

    def get(self, case_id: str) -> OpenCase | None:
        """Return an open case, or None."""
        return self._by_id.get(case_id)

    def look(self, likely: Collection[str] = ()) -> Changed:
        """Read what has changed since the last time; two counts if nothing has.

        A case changes with its version, and versions only ever grow: their sum says whether any of them did.

        Parameters
        ----------
        likely : collection of str
            Cases that something was just done to; if they account for the whole sum, no other case is looked at.
        """
        with self._store.reading() as tx:
            connection = tx.connection
            mark = (*connection.execute(_CASES).one(), connection.execute(_ALERTS).scalar_one())
            if mark == self._mark:
                return NOTHING
            if mark[2:] != self._mark[2:]:
                self.came = _came(tx)
            versions = self._likely(tx, likely, mark) or dict(map(tuple, connection.execute(_OPEN_VERSIONS).all()))
            changed = self._read(tx, versions)
            if changed or not self._mark:
                self.closed = _closed(tx)
            self._mark = mark
        self.turn += 1
        return changed

    def last_actors(self, case_ids: Collection[str]) -> dict[str, str]:
        """Return who did the last thing to some cases."""
        last = sa.select(EVENT.c.case_id, sa.func.max(EVENT.c.seq).label("seq"))
        last = last.where(EVENT.c.case_id.in_(sorted(case_ids))).group_by(EVENT.c.case_id)
        of = last.subquery()
        wanted = sa.select(EVENT.c.case_id, EVENT.c.actor).join(
            of, sa.and_(EVENT.c.case_id == of.c.case_id, EVENT.c.seq == of.c.seq)
        )
        with self._store.reading() as tx:
            return dict(map(tuple, tx.connection.execute(wanted).all()))

    def _likely(self, tx: Reading, likely: Collection[str], mark: tuple[int, ...]) -> dict[str, int]:
        """Return the versions of all open cases if only likely ones have changed, else nothing."""
        if not likely or not self._mark or mark[0] != self._mark[0]:
            return {}
        wanted = sa.select(CASE_HEAD.c.case_id, CASE_HEAD.c.version).where(CASE_HEAD.c.case_id.in_(sorted(likely)))
        heads: dict[str, int] = dict(map(tuple, tx.connection.execute(wanted).all()))
        if (
            sum(version - self._versions.get(case_id, 0) for case_id, version in heads.items())
            != mark[1] - self._mark[1]
        ):
            return {}
        still = tx.connection.execute(_OPEN_VERSIONS.where(CASE_ROW.c.case_id.in_(sorted(likely)))).all()
        return {id_: v for id_, v in self._versions.items() if id_ not in likely} | dict(map(tuple, still))

    def _read(self, tx: Reading, versions: dict[str, int]) -> Changed:
        known = self._by_id
        changed = [case_id for case_id, _ in versions.items() - self._versions.items()]
        gone = known.keys() - versions.keys()
        if not changed and not gone:
            return NOTHING
        wanted = _OPEN if len(changed) > _FEW else _OPEN.where(CASE_ROW.c.case_id.in_(sorted(changed)))
        read = {row[0]: OpenCase._make(row) for row in tx.connection.execute(wanted).all()}
        now = {case_id: read[case_id] for case_id in changed}
        before = {case_id: known[case_id] for case_id in (*changed, *gone) if case_id in known}
        self._by_id = known | now
        for case_id in gone:
            del self._by_id[case_id]
        self._versions = versions
        self._sort(now, before)
        return Changed(now=now, before=before)

    def _sort(self, now: Mapping[str, OpenCase], before: Mapping[str, OpenCase]) -> None:
        """Put the cases in order; a few that changed are put into their places."""
        if len(now) > _FEW:
            self.cases = sorted(self._by_id.values(), key=_URGENCY)
            return
        rest = [case for case in self.cases if case.case_id not in before]
        for case in now.values():
            insort(rest, case, key=_URGENCY)
        self.cases = rest


def _closed(tx: Reading) -> dict[str, int]:
    found: dict[str, int] = {stage: int(n) for stage, n in tx.connection.execute(_CLOSED)}
    return {stage: found.get(stage, 0) for stage in stage_table().end_stages}


def _came(tx: Reading) -> Counter[str]:
    """Return what became of responses, of each one what was said last."""
    last = {(survey, response): outcome for survey, response, outcome in tx.connection.execute(_OUTCOMES)}
    return Counter(last.values())
