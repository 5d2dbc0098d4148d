"""The loop: cases from the first word to the customer's own confirmation, problems from the gap to the lesson."""

from __future__ import annotations

import datetime as dt
import secrets
from base64 import b32encode
from collections.abc import Iterable
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from closeloop.errors import StoreError
from closeloop.followup.calendar.zone import local_text
from closeloop.followup.loop.actor import who
from closeloop.followup.loop.adopting import Adopting
from closeloop.followup.loop.case import Case
from closeloop.followup.loop.case_row import case_row_of
from closeloop.followup.loop.confidential import Confidential
from closeloop.followup.loop.desk import Command, Desk
from closeloop.followup.loop.house import House
from closeloop.followup.loop.measuring import Measured
from closeloop.followup.loop.moments import Clockwork, Moment
from closeloop.followup.loop.watching import Watchful
from closeloop.followup.privacy.vault import Vault
from closeloop.followup.projection import NO_OWNER
from closeloop.followup.store.store import Store
from closeloop.followup.triage.keys import case_id as case_key
from closeloop.followup.triage.keys import subject_id
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.followup.intake.case_in import CaseIn
    from closeloop.followup.rules.response_rule import ResponseRule
    from closeloop.followup.triage.result import TriageResult
    from closeloop.responses.responses import Responses


class Loop(Measured, Confidential, Watchful, Adopting):
    """A register of cases and problems, and all that is done with it; made by `closeloop.open_loop`.

    A context manager: ``with cl.open_loop("loop.sqlite") as loop:``. Everything is written when it is said; there is
    nothing to save, and a killed kernel loses nothing that was said before.

    Attributes
    ----------
    actor : str
        Who works with it: the default of every command.

    Examples
    --------
    >>> import closeloop as cl
    >>> with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
    ...     case = loop.open_case(words="Nobody called me back.", channel="phone", received_at="2026-07-01T08:30+08:00")
    ...     loop
    <Loop in memory: 1 case, 1 open>
    """

    def __init__(self, store: Store, vault: Vault, *, salt: bytes, actor: str, clock: Clockwork) -> None:
        self.actor = actor
        self._salt = salt.hex()
        self._desk = Desk(store, vault, clock, House())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close register and key file."""
        self._desk.vault.close()
        self._desk.store.close()

    # --- cases ---

    def triage(
        self,
        responses: Responses,
        *,
        rules: Iterable[ResponseRule] = (),
        since: Moment | None = None,
        now: Moment | None = None,
    ) -> TriageResult:
        """Open the cases that responses call for, by the survey's ``follow_up`` rules.

        The same file twice, shuffled or in pieces leads to the same cases. Of **every** response a slim row is kept
        (keys, pseudonym, time, scores; no words), so that later figures have their denominators.

        Parameters
        ----------
        responses : Responses
            Read with a survey.
        rules : iterable of ResponseRule
            Further rules, after the survey's own.
        since : datetime or str, optional
            Answers from before are kept and counted but open no case: nobody calls a customer about last year.
        now : datetime or str, optional

        Returns
        -------
        TriageResult
            What was opened, what was suppressed and why, and the reconciliation.
        """
        from closeloop.followup.loop.triaging import triage

        clock = self._desk.clock
        return triage(
            self._desk, responses, now=clock.now(now), subject_of=self._pseudonym, rules=rules,
            since=None if since is None else clock.read(since),
        )  # fmt: skip

    def open_case(
        self,
        words: str,
        channel: str,
        received_at: Moment,
        subject: str | int | None = None,
        form: str = "oral",
        *,
        actor: str | None = None,
        **fields: Any,
    ) -> Case:
        """Open the case of a complaint that came by telephone, mail, at the desk …

        Parameters
        ----------
        words : str
            What the customer said; sealed.
        channel : str
            ``phone``, ``email``, ``chat``, ``social``, ``desk``, ``letter``, ``survey``.
        received_at : datetime or str
            When it reached us: from then on the clocks run.
        subject : str or int, optional
            The customer's number; only a pseudonym of it is kept, by which the customer is found again.
        form : {"oral", "written"}
        actor : str, optional
        **fields
            Further fields of the command ``open_case``: ``kind``, ``contact`` (sealed), ``code``, ``severity`` …
        """  # noqa: D400
        by = who(self.actor if actor is None else actor)
        return self._open(words, channel, received_at, subject, form, by, **fields)

    def _open(
        self, words: str, channel: str, received_at: Moment, subject: str | int | None, form: str, actor: str,
        case_id: str = "", **fields: Any,
    ) -> Case:  # fmt: skip
        clock, desk = self._desk.clock, self._desk
        case_id, nobody = case_id or f"C-{_random(8)}", f"S-{_random(12)}"
        said = {"words": words, "channel": channel, "received_at": clock.read(received_at), "form": form}
        if "subject_id" in fields:  # a number in clear would be in the register for good
            raise ValueError(message("loop.no_subject_id"))
        said |= {"subject_id": self._pseudonym_of(subject) or nobody, **fields}
        zone = clock.zone_of(received_at)
        with desk.store.writing() as tx:
            policy = desk.house.said(tx).policy
            commands = [
                Command(name="open_case", fields={**said, "number": tx.next_number()}, actor=actor, zone=zone),
                Command(name="set_policy", fields={"policy": policy.id, "version": policy.version}, actor=actor),
            ]
            events = desk.write(tx, case_id, [], commands)
        return Case(desk, events, actor=self.actor, loop=self)

    def take_in(self, cases: Iterable[CaseIn], *, actor: str | None = None) -> list[Case]:
        """Open the cases that an intake gave: a table of complaints, reviews, an e-mail, a note of a telephone call.

        What the source knows by a key is opened once, however often its table is taken in.

        Parameters
        ----------
        cases : iterable of CaseIn
            Of `closeloop.followup.intake`: ``from_frame``, ``from_reviews``, ``from_email``, ``from_phone`` …
        actor : str, optional

        Returns
        -------
        list of Case
            Those that were opened now.
        """
        by, opened = who(self.actor if actor is None else actor), []
        with self._desk.store.writing(alone=True) as tx:
            for each in cases:
                key = each.key and case_key("intake", each.key)
                if key and tx.head(key):
                    continue
                fields = dict(each.fields)
                said = {name: fields.pop(name) for name in ("words", "channel", "received_at")}
                form = fields.pop("form", "written")
                case = self._open(**said, subject=each.customer or None, form=form, actor=by, case_id=key, **fields)
                opened.append(case)
        return opened

    def case(self, case_id: str | int) -> Case:
        """Return a case by its id or its number.

        Raises
        ------
        StoreError
            If there is none.
        """
        with self._desk.store.reading() as tx:
            row = case_row_of(tx, case_id)
            if row is None:
                raise StoreError(message("loop.no_case", case=case_id))
            events = tx.events(row["case_id"])
        return Case(self._desk, events, actor=self.actor, loop=self)

    def cases(self, **filters: Any) -> pd.DataFrame:
        """Return cases, one a row.

        Parameters
        ----------
        **filters
            Column → value, several values in a list, or a `slice` of times: ``cases(stage="received", owner="li")``.
        """
        import pandas as pd

        with self._desk.store.reading() as tx:
            rows = tx.cases(**filters)
        return pd.DataFrame(rows, columns=_columns("CASE_ROW"))

    def due(self, now: Moment | None = None, *, ahead: dt.timedelta = dt.timedelta(0), **filters: Any) -> pd.DataFrame:
        """Return what needs somebody now: what is late, and what has come near its time.

        Parameters
        ----------
        now : datetime or str, optional
        ahead : timedelta
            Look so much further.
        **filters
            As in `cases`: ``due(owner="li")``.

        Returns
        -------
        DataFrame
            One row a clock, task, promise or missing owner, the first to fall due first: ``what`` in words, ``due`` on
            the clocks of the loop's zone; ``is_late`` says whether its time has passed.
        """
        import pandas as pd

        moment, zone = self._desk.clock.now(now), self._desk.clock.timezone or "UTC"
        with self._desk.store.reading() as tx:
            found = pd.DataFrame(tx.due(moment, ahead=ahead, **filters), columns=[*_columns("DUE"), *_OF_CASE])
        late = (found["due_at"] < _utc(moment)) & (found["kind"] != NO_OWNER)
        due = [local_text(dt.datetime.fromisoformat(at), zone) for at in found["due_at"]]
        texts = zip(found["kind"], found["text"].fillna(""), strict=True)
        what = [str(message(f"board.due_{kind}")) + (f": {text}" if text else "") for kind, text in texts]
        return found.assign(is_late=late, what=pd.Series(what, dtype="str"), due=pd.Series(due, dtype="str"))

    def export(self, folder: str | Path) -> Path:
        """Write the whole register to a folder: JSONL without loss, CSV for people; keys stay where they are."""
        from closeloop.followup.store.exchange.export_register import export_register

        return export_register(self._desk.store, folder)

    def _pseudonym_of(self, customer: str | int | None) -> str:
        """Return the pseudonym of a customer's number as a person wrote it; empty where nobody is named."""
        if customer is None or (isinstance(customer, str) and not customer.strip()):
            return ""
        if isinstance(customer, bool) or not isinstance(customer, (str, Integral)):
            raise ValueError(message("loop.no_customer", found=customer))  # noqa: TRY004  # as for all that cannot be
        return self._pseudonym(str(customer).strip())

    def _pseudonym(self, customer: str) -> str:
        return subject_id(customer, self._salt)

    def __repr__(self) -> str:
        if self._desk.store.is_closed:
            return f"<Loop {message('loop.is_closed', place=self._desk.store.address)}>"
        with self._desk.store.reading() as tx:
            n, n_open = tx.n_cases(), tx.n_cases(is_open=True)
        address = self._desk.store.address
        place = message("loop.in_memory") if address.is_memory else message("loop.in_place", place=address)
        masked = "" if self._desk.vault.can_read else f", {message('loop.masked')}"
        return f"<Loop {place}: {message('loop.n_cases_one' if n == 1 else 'loop.n_cases', n=n, open=n_open)}{masked}>"

    def _repr_html_(self) -> str:
        return self.glance()._repr_html_()


def _random(length: int) -> str:
    """Return so many random letters and digits; five bits each."""
    return b32encode(secrets.token_bytes(length)).decode("ascii")[:length]


_OF_CASE = ("number", "stage", "team", "subject_id", "hold", "escalation")


def _columns(table: str) -> list[str]:
    from closeloop.followup.store import schema

    return [column.name for column in getattr(schema, table).c]


def _utc(moment: dt.datetime) -> str:
    from closeloop.followup.commands.values import utc_text

    return utc_text(moment)
