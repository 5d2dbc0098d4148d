"""`AlertRule`: what to look out for in many answers or cases at once; frozen, kept by version."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from closeloop.followup.rules.response_rule import CaseKind, Severity
from closeloop.forms.fields import Count, Model, Number, Remark, Text, fault
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from pathlib import Path

Watch = Literal["score_drop", "surge", "cluster"]
Segment = Literal["code", "product", "site", "touchpoint", "channel", "department", "survey_id", "wave", "language"]


class AlertRule(Model):
    """What to look out for.

    Attributes
    ----------
    id : str
    watch : str
        ``"score_drop"``: a score lies below its control limits; ``"surge"``: more cases, per answer or per day, than
        the limits allow; ``"cluster"``: more similar cases within some days than their own history lets expect.
    title : LocalText, optional
    item : str
        Of a score drop: the column of the scores.
    metric : str
        Of a score drop: ``"nps"`` or ``"mean"``.
    survey_id : str
        Of a score drop or a surge per answer: whose answers; empty: all that have the item.
    by : str, optional
        One series for each value of this; cases without one are left out.
    kinds : tuple of str
        Of a surge or cluster: which cases count.
    per : str
        Of a surge: ``"answers"`` (cases of survey channels per answer), ``"exposure"`` (per what is given, such as
        orders) or ``"days"``.
    window : str
        Of a score drop or surge: ``"day"``, ``"week"`` or ``"month"``.
    window_days, history_days : int
        Of a cluster: within how many days, and what is expected from how many days before.
    baseline, min_windows : int
        The limits come from so many windows before; from fewer than `min_windows` none are drawn.
    threshold : float, optional
        A fixed limit instead: an NPS in points, a mean, cases per unit.
    width : float
        Limits in standard errors.
    alpha : float
        Of rare cases: how improbable a count has to be.
    min_n : int
        Below so many answers (score drop) or different customers (cluster, surge) there is no alert.
    cooldown_days : int
        After an alert, further ones of the same series within so many days are suppressed.
    route : str
        ``"case"`` opens an internal case; ``"board"`` shows it until somebody acknowledges it.
    severity : str

    Examples
    --------
    >>> AlertRule(id="nps", watch="score_drop", item="recommend").window
    'week'
    """

    kind: Literal["alert_rule"] = "alert_rule"
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[int, Field(ge=1, strict=True)] = 1
    watch: Watch
    title: Text | None = None
    item: str = ""
    metric: Literal["nps", "mean"] = "nps"
    survey_id: str = ""
    by: Segment | None = None
    kinds: tuple[CaseKind, ...] = ("complaint",)
    per: Literal["answers", "exposure", "days"] = "days"
    window: Literal["day", "week", "month"] = "week"
    window_days: Annotated[int, Field(ge=1, strict=True)] = 7
    history_days: Annotated[int, Field(ge=14, strict=True)] = 180
    baseline: Annotated[int, Field(ge=3, strict=True)] = 12
    min_windows: Annotated[int, Field(ge=3, strict=True)] = 6
    threshold: Number | None = None
    width: Annotated[float, Field(gt=0)] = 3.0
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.001
    min_n: Annotated[int, Field(ge=1, strict=True)] = 10
    cooldown_days: Count = 14
    route: Literal["case", "board"] = "board"
    severity: Severity = "major"

    @model_validator(mode="after")
    def _check_needed(self) -> Self:
        if self.watch == "score_drop" and not self.item:
            raise fault("rules.alert_needs", rule=self.id, watch=self.watch, key="item")
        if self.watch == "cluster" and self.by is None:
            raise fault("rules.alert_needs", rule=self.id, watch=self.watch, key="by")
        if self.min_windows > self.baseline:
            raise fault("rules.alert_windows", rule=self.id, min_windows=self.min_windows, baseline=self.baseline)
        if self.watch == "cluster" and self.history_days < 2 * self.window_days:
            raise fault("rules.alert_history", rule=self.id, history=self.history_days, window=self.window_days)
        return self


class AlertFile(Model):
    """A file of alert rules."""

    format: Literal[1]
    id: str
    version: Annotated[int, Field(ge=1, strict=True)]
    languages: tuple[str, ...]
    title: Text
    source: Remark | None = None
    rules: Annotated[tuple[AlertRule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        ids = [rule.id for rule in self.rules]
        for position, name in enumerate(ids):
            if name in ids[:position]:
                raise fault("rules.alert_twice", rule=name)
        return self


@cache
def shipped_alert_rules() -> tuple[AlertRule, ...]:
    """Return the shipped alert rules: a falling score, more complaints, similar cases.

    Examples
    --------
    >>> [rule.id for rule in shipped_alert_rules()]
    ['satisfaction-drop', 'complaint-surge', 'similar-cases']
    """
    return load_alert_rules(data_folder("followup") / "alerts.yaml")


def load_alert_rules(path: str | Path) -> tuple[AlertRule, ...]:
    """Return the alert rules of a file.

    Raises
    ------
    SurveyDefinitionError
        With every fault, each with file and line.
    """
    return defined(read_document(path), AlertFile, {"rules": AlertRule}).rules
