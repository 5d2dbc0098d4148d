"""A policy: how much time each clock has, by severity, kind and channel of a case.

Only one target comes with the package: 24 calendar hours until a person answers. Every other target is empty until
those who must keep it have set it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from closeloop.followup.clock.measure import Unit
from closeloop.forms.fields import Model, Number, Remark, Text, fault, unique

Severity = Literal["minor", "major", "severe"]
Kind = Literal["complaint", "enquiry", "suggestion", "other"]
Channel = Literal["survey", "phone", "email", "chat", "social", "desk", "letter"]
TargetClock = Literal[
    "acknowledge", "first_response", "next_update", "proposal", "resolution", "resolution_internal",
    "customer_confirm_wait", "effect_review",
]  # fmt: skip
TARGET_CLOCKS: tuple[TargetClock, ...] = get_args(TargetClock)
"""Clocks that a policy can give time to; tasks, promises and re-measures have days of their own."""
PAUSABLE = frozenset({"proposal", "resolution", "resolution_internal"})
"""Clocks that may pause while the customer is asked; the first response never does."""


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Circumstances(NamedTuple):
    """What of a case decides which target holds."""

    severity: str = ""
    kind: str = ""
    channel: str = ""
    public_exposure: bool = False


class MaxPause(Model):
    """How long the pauses of a clock may be together; what goes beyond counts."""

    amount: Annotated[Number, Field(gt=0)]
    unit: Unit


class Target(Model):
    """Time that a clock has, for all cases or for those that fit.

    Attributes
    ----------
    amount : float
    unit : str
        It must be said: 24 calendar hours, 24 working hours and one working day are three different things.
    severity, kind, channel : tuple of str
        The cases it is for; empty: all.
    public_exposure : bool or None
    pausable : bool
        Whether waiting for the customer stops it.
    max_pause : MaxPause or None
    source : LocalText or None
        Where the figure comes from.
    """

    amount: Annotated[Number, Field(gt=0)]
    unit: Unit
    severity: Annotated[tuple[Severity, ...], BeforeValidator(_as_list)] = ()
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_as_list)] = ()
    channel: Annotated[tuple[Channel, ...], BeforeValidator(_as_list)] = ()
    public_exposure: bool | None = None
    pausable: bool = False
    max_pause: MaxPause | None = None
    source: Remark | None = None

    @model_validator(mode="after")
    def _check(self) -> Target:
        for part in (self, self.max_pause):
            if part is not None and part.unit == "working_days" and part.amount != int(part.amount):
                raise fault("clock.part_of_a_day", found=part.amount)
        if self.max_pause is not None and not self.pausable:
            raise fault("clock.max_pause_unused")
        return self

    def fits(self, case: Circumstances) -> bool:
        """Say whether it is for a case."""
        return (
            (not self.severity or case.severity in self.severity)
            and (not self.kind or case.kind in self.kind)
            and (not self.channel or case.channel in self.channel)
            and (self.public_exposure is None or self.public_exposure == case.public_exposure)
        )

    @property
    def n_conditions(self) -> int:
        """How special it is."""
        return sum(map(bool, (self.severity, self.kind, self.channel))) + (self.public_exposure is not None)


TargetList = tuple[Target, ...]


class Targets(Model):
    """The targets of each clock; an empty list means: not set."""

    acknowledge: TargetList = ()
    first_response: TargetList = ()
    next_update: TargetList = ()
    proposal: TargetList = ()
    resolution: TargetList = ()
    resolution_internal: TargetList = ()
    customer_confirm_wait: TargetList = ()
    effect_review: TargetList = ()


class Policy(Model):
    """How much time each clock has.

    Attributes
    ----------
    id, version, languages, title, source
        Who it is; a changed target is a new version.
    calendar : str
        Id of the calendar by which working time counts (the newest version), or ``id@version``.
    warn_at : tuple of int
        Percentages of a target at which somebody is told.
    targets : Targets

    Examples
    --------
    >>> from closeloop.followup.clock.policy_file import load_policy
    >>> policy = load_policy("default")
    >>> target = policy.target("first_response", Circumstances(kind="complaint"))
    >>> target.amount, target.unit, policy.target("resolution", Circumstances())
    (24, 'calendar_hours', None)
    """

    format: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    languages: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(unique("survey.language_twice"))] = (
        "en",
        "zh-CN",
    )
    title: Text
    source: Remark | None = None
    calendar: Annotated[str, Field(min_length=1)]
    warn_at: Annotated[
        tuple[Annotated[int, Field(strict=True, ge=1, le=1000)], ...], AfterValidator(unique("clock.warn_twice"))
    ] = (50, 75, 100)
    targets: Targets

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Policy:
        if not (info.context or {}).get("checked_later"):
            for found in policy_faults(self.targets):
                raise fault(found.key, **found.fields)
        return self

    @property
    def key(self) -> str:
        """Id and version, such as ``default@1``."""
        return f"{self.id}@{self.version}"

    def target(self, clock: str, case: Circumstances) -> Target | None:
        """Return the target of a clock for a case: the most special that fits, of equals the first; None: not set."""
        return picked(getattr(self.targets, clock), case)


def picked(targets: TargetList, case: Circumstances) -> Target | None:
    """Return the most special target that fits a case, of equals the first."""
    fitting = [target for target in targets if target.fits(case)]
    return max(fitting, key=lambda target: target.n_conditions) if fitting else None


class PolicyFault(NamedTuple):
    """One fault: where in the file, which text of the catalogue, and what to put in."""

    path: tuple[str | int, ...]
    key: str
    fields: Mapping[str, object]


def policy_faults(targets: Targets) -> Iterator[PolicyFault]:
    """Give what contradicts itself: a pause that may not be, a rule that is there twice, an answer after the end.

    A first response and a resolution in different units are compared by `closeloop.followup.clock.policy_check`, which
    knows the calendar.
    """
    for clock in TARGET_CLOCKS:
        seen: list[Target] = []
        for position, target in enumerate(getattr(targets, clock)):
            if target.pausable and clock not in PAUSABLE:
                yield PolicyFault(("targets", clock, position, "pausable"), "clock.never_pausable", {"clock": clock})
            if any(_same_conditions(target, other) for other in seen):
                yield PolicyFault(("targets", clock, position), "clock.target_twice", {"clock": clock})
            seen.append(target)
    for case in every_case() if targets.first_response and targets.resolution else ():
        response, resolution = picked(targets.first_response, case), picked(targets.resolution, case)
        if response and resolution and response.unit == resolution.unit and response.amount > resolution.amount:
            fields = {"response": f"{response.amount:g}", "resolution": f"{resolution.amount:g}", "unit": response.unit}
            position = targets.first_response.index(response)
            yield PolicyFault(("targets", "first_response", position, "amount"), "clock.response_after", fields)
            return


def every_case() -> Iterator[Circumstances]:
    """Give every combination that a policy can tell apart."""
    severities, kinds, channels = ("", *get_args(Severity)), get_args(Kind), get_args(Channel)
    for severity, kind, channel, public in product(severities, kinds, channels, (False, True)):
        yield Circumstances(severity, kind, channel, public)


def _same_conditions(one: Target, other: Target) -> bool:
    return (set(one.severity), set(one.kind), set(one.channel), one.public_exposure) == (
        set(other.severity), set(other.kind), set(other.channel), other.public_exposure
    )  # fmt: skip
