"""A transaction: everything in it happens, or nothing."""

from __future__ import annotations

from closeloop.followup.store.answers import AnswerReading, AnswerWriting
from closeloop.followup.store.case_rows import CaseWriting
from closeloop.followup.store.events import EventReading, EventWriting
from closeloop.followup.store.journal import JournalReading, JournalWriting
from closeloop.followup.store.papers import PaperReading, PaperWriting


class Reading(EventReading, AnswerReading, PaperReading, JournalReading):
    """The register as it was when the transaction began; made by `Store.reading`."""


class Writing(EventWriting, CaseWriting, AnswerWriting, PaperWriting, JournalWriting, Reading):
    """A transaction that may also write; made by `Store.writing`."""
