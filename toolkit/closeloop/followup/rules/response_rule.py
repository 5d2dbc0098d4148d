"""`ResponseRule`: which answers call for somebody, by a survey's `follow_up` block or by a rule that stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from closeloop.forms.fields import Condition, Count, Model, Text, fault
from closeloop.forms.logic import parse
from closeloop.survey.definition import FollowUpRule
from closeloop.text import message

Severity = Literal["minor", "major", "severe"]
CaseKind = Literal["complaint", "enquiry", "suggestion", "other"]

BEST, DROP = "best.", "drop."
"""``{drop.recommend}``: by how much an answer lies below the customer's own best of the year, ``{best.recommend}``."""
COMMENT = "comment."
"""``{comment.kind}``, ``{comment.tone}``, ``{comment.mismatch}``: what the words of a comment suggest."""


class ResponseRule(Model):
    """Which answers call for somebody, and for what.

    A rule matches where its condition holds and the customer answered at least one of the items it asks about: what
    nobody answered is never a match.

    Attributes
    ----------
    id : str
    when : str
        In the language of surveys: items, columns of the export, and what is known about the customer:
        ``{drop.<item>}``, ``{best.<item>}``; and about the comment: ``{comment.kind}`` (suggestion, enquiry,
        other), ``{comment.tone}`` (positive, negative, mixed), ``{comment.mismatch}`` (true or false).
    opens : str
        The kind of the case; ``"nothing"`` only notes the rule on the response, and on the case that another one opens.
    severity : str
        At least; public exposure may raise it.
    code : str, optional
        What the case is coded as.
    quiet_days : int
        No second case for the same customer within so many days; 0 opens one each time.
    safety : bool
        Exempt from quiet days and waiting lists.
    title : LocalText, optional
        What the rule is called.
    surveys : tuple of str
        To which surveys it applies; empty: to all that have what it asks about.

    Examples
    --------
    >>> rule = ResponseRule(id="drop", when="{drop.recommend} >= 4", severity="major", quiet_days=30)
    >>> rule.opens, rule.kind, rule.needs_history
    ('complaint', 'response_rule', True)
    """

    kind: Literal["response_rule"] = "response_rule"
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    when: Condition
    opens: CaseKind | Literal["nothing"] = "complaint"
    severity: Severity = "minor"
    code: str | None = None
    quiet_days: Count = 0
    safety: bool = Field(default=False, strict=True)
    title: Text | None = None
    surveys: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_history(self) -> Self:
        names = self.names
        own = {name for name in names if name.startswith((BEST, DROP))}
        if own and own != names:
            raise fault("rules.history_only", rule=self.id, names=", ".join(sorted(names - own)))
        return self

    @property
    def names(self) -> frozenset[str]:
        """What the condition refers to."""
        return parse(self.when).names

    @property
    def needs_history(self) -> bool:
        """Whether the condition is about the customer's own earlier answers."""
        return any(name.startswith((BEST, DROP)) for name in self.names)

    @property
    def needs_comment(self) -> bool:
        """Whether the condition is about what the words of a comment suggest."""
        return any(name.startswith(COMMENT) for name in self.names)

    @property
    def always_opens(self) -> bool:
        """Whether no quiet period holds it back."""
        return self.safety or self.quiet_days == 0

    @classmethod
    def of(cls, rule: FollowUpRule) -> ResponseRule:
        """Return the rule that a survey's `follow_up` block states.

        Examples
        --------
        >>> import closeloop as cl
        >>> [ResponseRule.of(rule).quiet_days for rule in cl.load_survey("relationship-nps").follow_up]
        [30, 0]
        """
        return cls(
            id=rule.id, when=rule.when, severity=rule.severity, code=rule.code, quiet_days=rule.quiet_days or 0,
            safety=rule.safety,
        )  # fmt: skip


def rules_for(survey_id: str, own: Iterable[FollowUpRule], others: Iterable[ResponseRule] = ()) -> list[ResponseRule]:
    """Return a survey's own rules, then the others that are meant for it; those on history come last.

    Raises
    ------
    ValueError
        If two rules have the same id.

    Examples
    --------
    >>> elsewhere = ResponseRule(id="x", when="{a} = 1", surveys=("another",))
    >>> rules_for("relationship-nps", [], [elsewhere])
    []
    """
    rules = [ResponseRule.of(rule) for rule in own]
    meant = [rule for rule in others if not rule.surveys or survey_id in rule.surveys]
    rules += sorted(meant, key=lambda rule: rule.needs_history)  # as they are judged: history may come late
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise ValueError(message("rules.twice", rule=rule.id, survey=survey_id))
        seen.add(rule.id)
    return rules
