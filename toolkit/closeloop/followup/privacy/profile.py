"""The customer file: what is known of a person, each field with its purpose, its ground and how long it is kept.

A field may be used for the purposes it was noted for, and for no other. Advertising is off until the person has agreed
to just that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from closeloop.followup.privacy.masking import mask_id
from closeloop.followup.privacy.purposes import Purposes, load_purposes
from closeloop.text import message

GROUNDS = ("consent", "contract", "legal_duty", "legitimate_interest")
"""On what ground a field is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That a person agreed to one purpose.

    Attributes
    ----------
    purpose : str
        Just one: a consent to several things at once is none.
    given_at : datetime
    wording : str
        What they agreed to: id and version of the text they saw.
    channel : str
        Where they said so.
    until : date or None
        Last day on which it holds.
    withdrawn_at : datetime or None
    """

    purpose: str
    given_at: dt.datetime
    wording: str
    channel: str
    until: dt.date | None = None
    withdrawn_at: dt.datetime | None = None

    def holds(self, now: dt.datetime) -> bool:
        """Return whether it holds at a moment."""
        ended = self.withdrawn_at is not None and self.withdrawn_at <= now
        return self.given_at <= now and not ended and (self.until is None or now.date() <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """One thing that is known of a person.

    Attributes
    ----------
    name : str
        Such as ``preferred_channel``.
    value : str
        Sealed wherever it is kept.
    purposes : tuple of str
        What it was noted for.
    ground : str
        One of `GROUNDS`.
    source : str
        Where it comes from, such as ``customer said so``.
    noted_at : datetime
    keep_days : int or None
        How long after `noted_at`; None: as long as its purposes say.
    """

    name: str
    value: str
    purposes: tuple[str, ...]
    ground: str
    source: str
    noted_at: dt.datetime
    keep_days: int | None = None

    def __repr__(self) -> str:
        return f"<ProfileField {self.name}: {', '.join(self.purposes)}>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profile:
    """What is known of one person, and what they agreed to.

    Examples
    --------
    >>> noon = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    >>> profile = Profile(subject_id="S-7K2M9QPA").noting(
    ...     "preferred_channel", "WeChat", purposes=("service", "marketing"), ground="contract", source="desk", at=noon)
    >>> profile.may("marketing", noon), profile.usable("marketing", noon), profile.usable("service", noon)
    (False, {}, {'preferred_channel': 'WeChat'})
    """

    subject_id: str
    fields: tuple[ProfileField, ...] = ()
    consents: tuple[Consent, ...] = ()
    rules: Purposes = field(default_factory=load_purposes)

    def __repr__(self) -> str:
        return f"<Profile {mask_id(self.subject_id)}: {', '.join(each.name for each in self.fields) or '–'}>"

    def may(self, purpose: str, now: dt.datetime) -> bool:
        """Return whether the person's data may be used for a purpose at all; what needs consent only with it.

        Raises
        ------
        ValueError
            If there is no such purpose.
        """
        if not self.rules.purpose(purpose).own_consent:
            return True
        return any(consent.purpose == purpose and consent.holds(now) for consent in self.consents)

    def usable(self, purpose: str, now: dt.datetime) -> dict[str, str]:
        """Return name → value of the fields that may be used for a purpose now."""
        if not self.may(purpose, now):
            return {}
        lapsed = self.lapsed(now)
        return {each.name: each.value for each in self.fields if purpose in each.purposes and each not in lapsed}

    def lapsed(self, now: dt.datetime) -> tuple[ProfileField, ...]:
        """Return the fields that have to go: their time is over, or none of their purposes is allowed any more."""
        return tuple(each for each in self.fields if not self._stays(each, now))

    def noting(
        self,
        name: str,
        value: str,
        *,
        purposes: tuple[str, ...],
        ground: str,
        source: str,
        at: dt.datetime,
        keep_days: int | None = None,
    ) -> Profile:
        """Return the profile with a field noted (again).

        Raises
        ------
        ValueError
            If it has no purpose, an unknown one, no known ground, or no source.
        """
        if not purposes:
            raise ValueError(message("privacy.field_without_purpose", field=name))
        for purpose in purposes:
            self.rules.purpose(purpose)
        if ground not in GROUNDS:
            raise ValueError(message("privacy.unknown_ground", found=ground, known=", ".join(GROUNDS)))
        if not source.strip():
            raise ValueError(message("privacy.field_without_source", field=name))
        new = ProfileField(
            name=name, value=value, purposes=tuple(purposes), ground=ground, source=source, noted_at=at,
            keep_days=keep_days,
        )  # fmt: skip
        return replace(self, fields=(*(each for each in self.fields if each.name != name), new))

    def without(self, *names: str) -> Profile:
        """Return the profile without some fields."""
        return replace(self, fields=tuple(each for each in self.fields if each.name not in names))

    def agreeing(
        self, purpose: str, *, wording: str, channel: str, at: dt.datetime, until: dt.date | None = None
    ) -> Profile:
        """Return the profile with a consent to one purpose.

        Raises
        ------
        ValueError
            If the purpose is unknown, or nobody can say what was agreed to.
        """
        self.rules.purpose(purpose)
        if not wording.strip():
            raise ValueError(message("privacy.consent_without_wording", purpose=self.rules.label(purpose)))
        new = Consent(purpose=purpose, given_at=at, wording=wording, channel=channel, until=until)
        return replace(self, consents=(*self.consents, new))

    def withdrawing(self, purpose: str, *, at: dt.datetime) -> Profile:
        """Return the profile with every consent to a purpose withdrawn; when it was given stays on record."""
        self.rules.purpose(purpose)
        ended = tuple(
            replace(each, withdrawn_at=at) if each.purpose == purpose and each.withdrawn_at is None else each
            for each in self.consents
        )
        return replace(self, consents=ended)

    def _stays(self, each: ProfileField, now: dt.datetime) -> bool:
        for purpose in each.purposes:
            # What rests on consent goes with it, also for purposes that could do without.
            agreed = any(consent.purpose == purpose and consent.holds(now) for consent in self.consents)
            allowed = agreed if each.ground == "consent" else self.may(purpose, now)
            days = each.keep_days if each.keep_days is not None else self.rules.purpose(purpose).keep_days
            if allowed and (days is None or now < each.noted_at + dt.timedelta(days=days)):
                return True
        return False
