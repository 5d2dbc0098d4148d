"""The rules of the house: policies, calendars, teams, authority, channels, alert rules; every version is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from closeloop.followup.calendar.calendar import Calendar
from closeloop.followup.calendar.load import load_calendar, shelf, shipped_calendars
from closeloop.followup.clock.policy import Policy
from closeloop.followup.clock.policy_file import load_policy, shipped_policies
from closeloop.followup.store.transaction import Reading, Writing
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import load_codebook, shipped_codebooks

KINDS = {
    "policy": ("closeloop.followup.clock.policy", "Policy"),
    "calendar": ("closeloop.followup.calendar.calendar", "Calendar"),
    "team": ("closeloop.followup.rules.team", "Team"),
    "channel": ("closeloop.followup.intake.channel", "Channel"),
    "alert_rule": ("closeloop.followup.rules.alert_rule", "AlertRule"),
    "contact_rest": ("closeloop.followup.rules.rest", "ContactRest"),
    "escalation": ("closeloop.followup.clock.escalation_rules", "EscalationRules"),
    "response_rule": ("closeloop.followup.rules.response_rule", "ResponseRule"),
    "authority": ("closeloop.followup.playbook.authority", "AuthorityLimits"),
}
"""Kind of setting → where its class is defined."""

DEFAULT_POLICY = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the house has said up to now.

    Attributes
    ----------
    policies, calendars : mapping
        ``id@version`` → the object; under the id alone stands the newest.
    policy : Policy
        The one that new cases begin under.
    teams : mapping of str to tuple of str
        Team → its members.
    authority : object or None
        Who may concede how much.
    """

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]
    policy: Policy
    teams: Mapping[str, Collection[str]]
    authority: Any


class House:
    """Reads and keeps the rules of the house; what was read is remembered as long as nothing is added."""

    def __init__(self) -> None:
        self._read_in: Reading | None = None
        self._said: Said | None = None
        self._known: tuple[Any, ...] = ()

    def said(self, tx: Reading) -> Said:
        """Return what holds; looked up once in a transaction."""
        if self._said is not None and tx is self._read_in:
            return self._said
        rows = [row for kind in ("policy", "calendar", "team", "authority") for row in tx.settings(kind)]
        known = tuple((row["kind"], row["setting_id"], row["version"]) for row in rows)
        if self._said is None or known != self._known:
            self._said, self._known = _said(rows), known
        self._read_in = tx
        return self._said

    def adopt(self, tx: Writing, setting: Any, *, since: dt.datetime, actor: str, at: dt.datetime) -> int:
        """Keep a rule of the house; it holds from `since` on, and the versions before it until then.

        Raises
        ------
        ValueError
            If it is nothing that a house can say.
        """
        kind = kind_of(setting)
        content = setting.model_dump(mode="json", by_alias=True)
        self._read_in = None
        return tx.put_setting(kind, setting.id, content, since, actor=actor, at=at)

    def all(self, tx: Reading, kind: str) -> list[Any]:
        """Return the newest version of every rule of a kind; the one that was adopted last stands last."""
        newest = {row["setting_id"]: row for row in tx.settings(kind)}
        return [restored(kind, row["content"]) for row in sorted(newest.values(), key=_adopted)]

    def codes(self) -> Mapping[str, Collection[str]]:
        """Return the codes of the shipped codebooks, each read when it is asked for."""
        return _CODES


def kind_of(setting: Any) -> str:
    """Return which kind of rule an object is."""
    for kind, (module, name) in KINDS.items():
        if type(setting).__module__ == module and type(setting).__name__ == name:
            return kind
    found = type(setting).__name__
    raise ValueError(message("loop.no_setting", found=found, known=", ".join(name for _, name in KINDS.values())))


def restored(kind: str, content: Mapping[str, Any]) -> Any:
    """Return the rule that `adopt` kept."""
    module, name = KINDS[kind]
    return getattr(import_module(module), name).model_validate(content)


def _adopted(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["valid_from"], row["recorded_at"]


def _said(rows: list[dict[str, Any]]) -> Said:
    found: dict[str, list[Any]] = {"policy": [], "calendar": [], "team": [], "authority": []}
    rows = sorted(rows, key=_adopted)
    for row in rows:
        found[row["kind"]].append(restored(row["kind"], row["content"]))
    policies = shelf([*_shipped_policies(), *found["policy"]])
    last = next((row for row in reversed(rows) if row["kind"] == "policy"), None)
    return Said(
        policies=policies,
        calendars=shelf([*_shipped_calendars(), *found["calendar"]]),
        policy=policies[DEFAULT_POLICY] if last is None else found["policy"][-1],
        teams={team.id: tuple(member.name for member in team.members) for team in found["team"]},
        authority=found["authority"][-1] if found["authority"] else None,
    )


@cache
def _shipped_policies() -> tuple[Policy, ...]:
    return tuple(load_policy(name) for name in shipped_policies())


@cache
def _shipped_calendars() -> tuple[Calendar, ...]:
    return tuple(load_calendar(name) for name in shipped_calendars())


@cache
def labels(codebook: str) -> Mapping[str, LocalText]:
    """Return what the codes of a shipped codebook are called."""
    return {code.id: code.label for code in load_codebook(codebook).codes}


class _Codes(Mapping[str, Collection[str]]):
    """Codebook → its codes; reading one takes a moment, so only those that are asked for are read."""

    def __getitem__(self, name: str) -> Collection[str]:
        if name not in shipped_codebooks():
            raise KeyError(name)
        return tuple(code.id for code in load_codebook(name).codes)

    def __iter__(self) -> Iterator[str]:
        return iter(shipped_codebooks())

    def __len__(self) -> int:
        return len(shipped_codebooks())


_CODES = _Codes()
