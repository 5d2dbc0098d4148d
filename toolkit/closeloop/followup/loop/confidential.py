"""What a loop does with what is private: reveal it for a reason, hand it out, forget it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.event import CaseEvent
from closeloop.followup.loop.actor import who
from closeloop.followup.loop.case import Case
from closeloop.followup.loop.case_row import case_row_of
from closeloop.followup.loop.moments import Moment
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from closeloop.followup.loop.desk import Desk
    from closeloop.followup.privacy.access import SubjectData
    from closeloop.followup.privacy.counts import CaseCounts
    from closeloop.followup.privacy.erase import Erasure
    from closeloop.followup.privacy.notebook import RevealedOutput
    from closeloop.followup.privacy.profile import Profile
    from closeloop.followup.privacy.purposes import Purposes
    from closeloop.followup.privacy.retention import RetentionPlan
    from closeloop.followup.privacy.reveal import Occasion
    from closeloop.followup.privacy.revealed import Revealed
    from closeloop.followup.store.transaction import Writing


class Confidential:
    """What a loop does with private texts; part of `closeloop.followup.loop.loop.Loop`.

    Whoever holds the key file can read names and words. On a shared folder that is possession, not access control;
    what is asked for here is written down with its reason, it is not refused.
    """

    actor: str
    _desk: Desk
    _seen: frozenset[str] = frozenset()

    @property
    def sealed_because(self) -> LocalText | None:
        """Why private texts cannot be read here: which key file is missing; None where it is at hand."""
        vault = self._desk.vault
        return None if vault.can_read else message("privacy.no_key_file", path=vault.key_file or "–")

    def reveal(self, case_id: str | int | Case, reason: str, *, actor: str | None = None) -> Revealed:
        """Return the private texts of a case; that they were revealed, to whom and why, goes into its history first.

        Parameters
        ----------
        case_id : str, int or Case
        reason : str
            Why, such as ``"calling the customer back"``.
        actor : str, optional

        Returns
        -------
        Revealed
            In a notebook it is shown with a mark; `clean_notebook` takes it out before the notebook is shared.

        Raises
        ------
        StoreError
            If the key file is not at hand.
        ValueError
            If no reason is given.
        """
        from closeloop.followup.privacy.reveal import reveal

        occasion = self._occasion(reason, actor)
        found = reveal(self._desk.store, self._desk.vault, self._case_id(case_id), occasion)
        self._seen = self._seen | {each.text.plain for each in found if each.text.plain}
        return found

    def erase(self, subject_id: str, reason: str, *, purge: bool = False, actor: str | None = None) -> Erasure:
        """Forget a person: their keys are deleted, and nobody can read what was sealed with them any more.

        What was coded and counted stays, so statistics do not change. Whether deleting keys suffices is a legal
        question.

        Parameters
        ----------
        subject_id : str
            As it stands in ``loop.cases()``.
        reason : str
        purge : bool
            Also take the sealed texts out of the register and write the file anew; nobody else may use it then.
        actor : str, optional

        Raises
        ------
        StoreError
            If the key file is not at hand: then nothing was changed.
        """
        from closeloop.followup.privacy.erase import erase

        occasion = self._occasion(reason, actor)
        return erase(self._desk.store, self._desk.vault, subject_id, occasion, purge=purge)

    def export_subject(self, subject_id: str, reason: str, *, actor: str | None = None) -> SubjectData:
        """Return all that is known of a person (right of access); ``.write(path)`` makes a JSON file of it."""
        from closeloop.followup.privacy.access import export_subject

        return export_subject(self._desk.store, self._desk.vault, subject_id, self._occasion(reason, actor))

    def retention(self, purposes: Purposes | None = None, *, now: Moment | None = None) -> RetentionPlan:
        """Return who is due to be forgotten; a dry run, nothing is deleted.

        Parameters
        ----------
        purposes : Purposes, optional
            With the days to keep: ``load_purposes().keeping(complaint=730)``. None is preset.
        now : datetime or str, optional
        """
        from closeloop.followup.privacy.retention import retention_plan

        return retention_plan(self._desk.store, self._desk.clock.now(now), purposes)

    def forget_due(self, plan: RetentionPlan, reason: str, *, actor: str | None = None) -> list[Erasure]:
        """Forget all whom a plan of `retention` names as due."""
        from closeloop.followup.privacy.retention import run_retention

        return run_retention(self._desk.store, self._desk.vault, plan, self._occasion(reason, actor))

    def profile(self, subject_id: str) -> Profile:
        """Return the customer file of a person; an empty one if nothing was noted."""
        from closeloop.followup.privacy.profile_store import profile_of

        with self._desk.store.reading() as tx:
            return profile_of(tx, self._desk.vault, subject_id)

    def keep_profile(self, profile: Profile, *, actor: str | None = None) -> int:
        """Keep a customer file: its values sealed, with purpose, consent and time to keep of each field."""
        from closeloop.followup.privacy.profile_store import keep_profile

        by, at = who(self.actor if actor is None else actor), self._desk.clock.now()
        with self._desk.store.writing() as tx:
            return keep_profile(tx, self._desk.vault, profile, actor=by, at=at)

    def case_counts(self, by: str | Sequence[str], *, min_n: int = 10, **filters: Any) -> CaseCounts:
        """Count cases by one or two columns; small groups are hidden so that they cannot be worked out."""
        from closeloop.followup.privacy.counts import case_counts

        with self._desk.store.reading() as tx:
            return case_counts(tx.cases(**filters), by, min_n=min_n)

    def clean_notebook(self, path: str | Path) -> tuple[RevealedOutput, ...]:
        """Take out of a saved notebook what was revealed in it; close it in JupyterLab first, or reload it after."""
        from closeloop.followup.privacy.notebook import clean_notebook

        return clean_notebook(path, texts=self._seen)

    def _case_id(self, case: str | int | Case) -> str:
        with self._desk.store.reading() as tx:
            row = case_row_of(tx, case)
        return str(case) if row is None else str(row["case_id"])

    def _occasion(self, reason: str, actor: str | None) -> Occasion:
        from closeloop.followup.privacy.reveal import Occasion

        desk = self._desk

        def project(tx: Writing, events: list[CaseEvent]) -> None:
            tx.project(*desk.rows(tx, fold(events), events))

        by = who(self.actor if actor is None else actor)
        return Occasion(actor=by, at=desk.clock.now(), reason=reason, project=project)
