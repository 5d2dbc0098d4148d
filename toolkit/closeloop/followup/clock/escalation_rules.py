"""The rules of escalation from their file, ``escalation.yaml``.

::

    format: 1
    id: escalation
    version: 1
    languages: [en, zh-CN]
    title: {en: Escalation, zh-CN: 升级规则}
    calendar: 24x7
    levels:
      - {level: 1, name: {en: Team lead, zh-CN: 组长}}
    rules:
      - id: unowned
        when: unowned                       # unanswered, breached, repeated, not_acknowledged
        after: {amount: 4, unit: calendar_hours}    # left out: at once
        level: 1
        severity: [severe]                  # left out: all
      - {id: late-again, when: repeated, count: 2, level: 2}
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from closeloop.followup.clock.policy import MaxPause, Severity
from closeloop.forms.fields import Model, Remark, Text, fault, unique
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from pathlib import Path

Level = Annotated[int, Field(strict=True, ge=1, le=9)]
ClockName = Literal[
    "acknowledge", "first_response", "next_update", "proposal", "resolution", "resolution_internal",
    "customer_confirm_wait", "action_due", "promise", "effect_review", "remeasure", "hold_expired",
]  # fmt: skip


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Wait(MaxPause):
    """How long things may stand so."""


class LevelName(Model):
    """Who is meant by a level."""

    level: Level
    name: Text


class EscalationRule(Model):
    """From when on what goes to which level.

    Attributes
    ----------
    id : str
    when : str
        ``unowned``, ``unanswered``, ``breached``, ``repeated``, ``not_acknowledged``.
    level : int
    after : Wait or None
        None: at once.
    severity : tuple of str
        The cases it is for; empty: all.
    clocks : tuple of str
        Whose delay counts; empty: those that the customer feels.
    count : int
        Of ``repeated``: the how manieth time.
    source : LocalText or None
        Where its figures come from.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    when: Literal["unowned", "unanswered", "breached", "repeated", "not_acknowledged"]
    level: Level
    after: Wait | None = None
    severity: Annotated[tuple[Severity, ...], BeforeValidator(_as_list)] = ()
    clocks: Annotated[tuple[ClockName, ...], BeforeValidator(_as_list)] = ()
    count: Annotated[int, Field(strict=True, ge=2)] = 2
    source: Remark | None = None


class EscalationRules(Model):
    """All of them, and the names of the levels."""

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
    levels: tuple[LevelName, ...]
    rules: tuple[EscalationRule, ...]

    @model_validator(mode="after")
    def _check(self) -> EscalationRules:
        ids = [rule.id for rule in self.rules]
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice is not None:
            raise fault("clock.rule_twice", rule=twice)
        named = {level.level for level in self.levels}
        unnamed = next((rule for rule in self.rules if rule.level not in named), None)
        if unnamed is not None:
            raise fault("clock.level_unnamed", rule=unnamed.id, level=unnamed.level)
        return self


_ENTRIES: dict[str, type[Model]] = {"levels": LevelName, "rules": EscalationRule, "after": Wait}


def load_escalation(path: str | Path | None = None) -> EscalationRules:
    """Return rules of escalation: the shipped ones, or one's own.

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them are collected, each with file and line.

    Examples
    --------
    >>> [level.name.en for level in load_escalation().levels]
    ['Team lead', 'Head of service', 'Management']
    """
    return _shipped() if path is None else defined(read_document(path), EscalationRules, _ENTRIES)


@cache
def _shipped() -> EscalationRules:
    return defined(read_document(data_folder("followup") / "escalation.yaml"), EscalationRules, _ENTRIES)
