"""How severe a case is: impact × urgency, raised by exposure, and at least what safety and law demand."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from closeloop.followup.rules.response_rule import Severity
from closeloop.forms.fields import Model, Remark, Text, fault
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder
from closeloop.text import LocalText, message
from closeloop.written import told_list

if TYPE_CHECKING:
    from pathlib import Path

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the least to the most."""
SCALES = ("impact", "urgency", "exposure")

_Three = Annotated[tuple[Text, ...], Field(min_length=3, max_length=3)]
_Row = Annotated[tuple[Severity, ...], Field(min_length=3, max_length=3)]
_Steps = Annotated[int, Field(ge=0, le=2, strict=True)]


class SeverityScale(Model):
    """One question of the assessment with its three levels."""

    title: Text
    levels: _Three


class SeverityMatrix(Model):
    """A table of severities, as ``severity.yaml`` states it.

    Examples
    --------
    >>> matrix = severity_matrix()
    >>> [matrix.assess(impact=2, urgency=u).severity for u in (1, 2, 3)]
    ['minor', 'major', 'major']
    >>> matrix.assess(impact=1, urgency=1, safety=True).severity
    'severe'
    """

    format: Literal[1]
    id: str
    version: Annotated[int, Field(ge=1, strict=True)]
    languages: tuple[str, ...]
    title: Text
    source: Remark | None = None
    labels: dict[Severity, Text]
    scales: dict[Literal["impact", "urgency", "exposure"], SeverityScale]
    table: Annotated[tuple[_Row, ...], Field(min_length=3, max_length=3)]
    raised_by_exposure: Annotated[tuple[_Steps, ...], Field(min_length=3, max_length=3)]
    at_least: dict[Literal["safety", "legal"], Severity]

    @model_validator(mode="after")
    def _check_complete(self) -> Self:
        for name, wanted, there in (("labels", SEVERITIES, self.labels), ("scales", SCALES, self.scales)):
            missing = [one for one in wanted if one not in there]
            if missing:
                raise fault("rules.severity_incomplete", key=name, missing=", ".join(missing))
        return self

    def assess(
        self, *, impact: int, urgency: int, exposure: int = 1, safety: bool = False, legal: bool = False
    ) -> SeverityAssessment:
        """Return the severity of what the first look at a case says.

        Parameters
        ----------
        impact, urgency, exposure : int
            1, 2 or 3; what they mean stands in `scales`.
        safety, legal : bool
            Somebody may be hurt; a law or an authority is concerned.

        Raises
        ------
        ValueError
            If a level is none of 1, 2, 3.
        """
        for name, level in (("impact", impact), ("urgency", urgency), ("exposure", exposure)):
            if level not in (1, 2, 3):
                raise ValueError(message("rules.severity_level", scale=name, found=level))
        by_table = self.table[impact - 1][urgency - 1]
        found = raised(by_table, self.raised_by_exposure[exposure - 1])
        for given, name in ((safety, "safety"), (legal, "legal")):
            if given and name in self.at_least:
                found = max(found, self.at_least[name], key=SEVERITIES.index)
        levels = {"impact": impact, "urgency": urgency, "exposure": exposure}
        reasons = [self.scales[name].levels[level - 1] for name, level in levels.items()]  # type: ignore[index]
        reasons += [message("rules.severity_safety")] if safety else []
        reasons += [message("rules.severity_legal")] if legal else []
        return SeverityAssessment(
            severity=found, impact=impact, urgency=urgency, exposure=exposure, safety=safety, legal=legal,
            label=self.labels[found], reasons=tuple(reasons),
        )  # fmt: skip


class SeverityAssessment(Model):
    """What a first look at a case says; its fields are those of the command ``set_severity``.

    Examples
    --------
    >>> print(severity_matrix().assess(impact=3, urgency=3).reason.en)
    severe: great harm, or the customer is about to leave, at once and this customer alone
    """

    severity: Severity
    impact: int
    urgency: int
    exposure: int
    safety: bool
    legal: bool
    label: Text
    reasons: tuple[Text, ...]

    @property
    def reason(self) -> LocalText:
        """The severity and what it follows from."""
        return message("rules.severity_reason", severity=self.label, reasons=told_list(self.reasons))


def raised(severity: Severity, steps: int = 1) -> Severity:
    """Return a severity some steps up; public exposure is one.

    Examples
    --------
    >>> raised("minor"), raised("severe")
    ('major', 'severe')
    """
    return SEVERITIES[min(SEVERITIES.index(severity) + steps, len(SEVERITIES) - 1)]


@cache
def severity_matrix() -> SeverityMatrix:
    """Return the shipped table."""
    return load_severity(data_folder("followup") / "severity.yaml")


def load_severity(path: str | Path) -> SeverityMatrix:
    """Return a table of severities from a file.

    Raises
    ------
    SurveyDefinitionError
        With every fault, each with file and line.
    """
    return defined(read_document(path), SeverityMatrix, {"scales": SeverityScale})
