"""Files of rules that stand alone, for all surveys that have what they ask about."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from closeloop.followup.rules.response_rule import ResponseRule
from closeloop.forms.fields import Model, Remark, Text, fault
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from pathlib import Path


class RuleFile(Model):
    """A file of rules."""

    format: Literal[1]
    id: str
    version: Annotated[int, Field(ge=1, strict=True)]
    languages: tuple[str, ...]
    title: Text
    source: Remark | None = None
    rules: Annotated[tuple[ResponseRule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        ids = [rule.id for rule in self.rules]
        for position, name in enumerate(ids):
            if name in ids[:position]:
                raise fault("rules.rule_twice", rule=name)
        return self


@cache
def shipped_response_rules() -> tuple[ResponseRule, ...]:
    """Return the shipped rules; choose from them, `triage` applies none by itself.

    Examples
    --------
    >>> [rule.id for rule in shipped_response_rules() if rule.opens != "complaint"]
    ['comment-mismatch', 'suggestion', 'enquiry']
    """
    return load_response_rules(data_folder("followup") / "rules.yaml")


def load_response_rules(path: str | Path) -> tuple[ResponseRule, ...]:
    """Return the rules of a file.

    Raises
    ------
    SurveyDefinitionError
        With every fault, each with file and line.
    """
    return defined(read_document(path), RuleFile, {"rules": ResponseRule}).rules
