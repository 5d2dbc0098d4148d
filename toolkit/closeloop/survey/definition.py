"""What a survey file of format 1 may contain, beside the items: every key, checked one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from closeloop.errors import closest
from closeloop.forms.fields import Condition, Count, Free, Model, Text, Words, fault, unique
from closeloop.forms.items import Page
from closeloop.survey.plan import Plan

Status = Literal["complete", "partial", "test", "screened_out", "late"]
Keep = Literal["all", "first", "last", "most_complete"]
_TAG = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
_STEP_REMARKS = frozenset({"name", "description"})


def _check_timezone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: “Asia” is a folder of zones
        near = closest(name, available_timezones(), n=1)
        shown = near[0] if near else "Asia/Shanghai, Europe/Berlin, UTC"
        raise fault("survey.timezone", found=name, near=shown) from None


def _as_rules(value: object) -> object:
    return [value] if isinstance(value, Mapping) else value


def _as_texts(value: object) -> object:
    """Return a mapping with whole numbers and true/false turned into text, on both sides."""
    if not isinstance(value, Mapping):
        return value
    return {_as_text(key): _as_text(entry) for key, entry in value.items()}


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


Translation = Annotated[dict[str, str], BeforeValidator(_as_texts)]
"""What a source writes → what the survey calls it."""


class DuplicateRule(Model):
    """Which of several responses counts that share an id."""

    by: Literal["response_id", "respondent_id"]
    keep: Keep


class Thanks(Model):
    """What is said at the end; the first whose condition holds."""

    condition: Condition | None = Field(default=None, alias="if")
    text: Text


class SourceMap(Model):
    """Where an item stands in the exports of a platform; a bare text is short for ``{column: text}``."""

    column: str | None = None  # the header
    import_id: str | None = None  # the platform's own, lasting id of the column
    options: Translation = Field(default={})  # text in the export → option value, point, or true/false
    codes: Translation = Field(default={})  # number in the export → the same
    missing: Translation = Field(default={})  # text that stands for no answer → why there is none

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: object) -> object:
        return {"column": data} if isinstance(data, str) else data


class FollowUpRule(Model):
    """Which answers open a case; the first rule that matches does, the others are noted on it."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    when: Condition
    severity: Literal["minor", "major", "severe"]
    code: str | None = None
    quiet_days: Count | None = None  # no second case for the same respondent within so many days
    safety: bool = Field(default=False, strict=True)  # exempt from quiet_days and waiting lists


class Rescale(Model):
    """How the points of an old scale become points of the new one."""

    old: tuple[int, int] = Field(alias="from")
    new: tuple[int, int] = Field(alias="to")
    rule: Literal["linear", "linear-down"] = "linear"  # to the nearest point; halves up, or down
    comparable: bool = Field(default=False, strict=True)


class Migration(Model):
    """How responses to one version become responses to another."""

    old: int = Field(alias="from", strict=True, ge=1)
    new: int = Field(alias="to", strict=True, ge=1)
    rename: dict[str, str] = Field(default={})
    recode: dict[str, Translation] = Field(default={})
    rescale: dict[str, Rescale] = Field(default={})
    drop: tuple[str, ...] = ()


def _one_command(step: Mapping[str, Any]) -> Mapping[str, Any]:
    commands = [key for key in step if key not in _STEP_REMARKS]
    if len(commands) != 1:
        raise fault("survey.step_commands", found=", ".join(commands) or "–")
    return step


class BranchTest(Model):
    """A walk through the survey: answers that are set, and what is expected to be seen."""

    name: str
    description: str | None = None
    steps: tuple[Annotated[Free, AfterValidator(_one_command)], ...]


Languages = Annotated[
    tuple[Annotated[str, Field(pattern=_TAG)], ...],
    Field(min_length=1),
    AfterValidator(unique("survey.language_twice")),
]
"""Language tags, each once."""


class SurveyFile(Model):
    """A survey file of format 1."""

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    stage: Literal["draft", "live", "retired"] = "live"
    languages: Languages
    title: Text
    timezone: Annotated[str, AfterValidator(_check_timezone)] | None = None
    status: dict[Status, Words] = Field(default={})
    duplicates: Annotated[tuple[DuplicateRule, ...], BeforeValidator(_as_rules)] = ()
    pages: Annotated[tuple[Page, ...], Field(min_length=1)]
    thanks: tuple[Thanks, ...] = ()
    end_if: tuple[Condition, ...] = ()
    metrics: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Plan] = Field(default={})
    sources: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], dict[str, SourceMap]] = Field(default={})
    follow_up: tuple[FollowUpRule, ...] = ()
    migrations: tuple[Migration, ...] = ()
    tests: tuple[BranchTest, ...] = ()
    extra: Free = Field(default={})  # what another program needs to keep, untouched
