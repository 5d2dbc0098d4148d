"""A survey: its form, its analysis plan, its import maps and its follow-up rules, as one immutable object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.forms.answers import Problem, check_answers
from closeloop.forms.form import Form
from closeloop.forms.items import BaseItem
from closeloop.survey.checked import Checked
from closeloop.survey.definition import (
    BranchTest,
    DuplicateRule,
    FollowUpRule,
    Keep,
    Migration,
    SourceMap,
    SurveyFile,
    Thanks,
)
from closeloop.survey.interchange import Interchange
from closeloop.survey.plan import MetricPlan, TopBoxPlan
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.widgets.form.survey_form import SurveyForm

_DEFAULT_KEEP: Mapping[str, Keep] = {"response_id": "last", "respondent_id": "all"}
_TOP_OF_SEVEN = 3


@dataclass(frozen=True, slots=True)
class Survey(Checked, Interchange):
    """One survey, from its first question to the rule that opens a case.

    Made by `load_survey`, `draft_survey` or `survey_from_dict`.

    Attributes
    ----------
    definition : SurveyFile
        What the file says, key by key.
    path : Path or None
        The file it was read from.
    questions : Form
        Pages, items and branching.

    Examples
    --------
    >>> import closeloop as cl
    >>> survey = cl.load_survey("relationship-nps")
    >>> survey
    Survey(relationship-nps v1, 9 items, zh-CN en)
    >>> survey.metrics["nps"].items
    ('recommend',)
    """

    definition: SurveyFile
    path: Path | None = field(default=None, compare=False)
    questions: Form = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "questions", Form(self.definition.pages, self.definition.end_if))

    def __repr__(self) -> str:
        languages = " ".join(self.languages)
        return f"Survey({self.id} v{self.version}, {len(self.items)} items, {languages})"

    def _repr_html_(self) -> str:
        from closeloop.views.tables import survey_html

        return survey_html(self)

    @property
    def id(self) -> str:
        """The survey's name, stable over its versions."""
        return self.definition.id

    @property
    def version(self) -> int:
        """Rises when the meaning of answers changes."""
        return self.definition.version

    @property
    def stage(self) -> str:
        """``draft``, ``live`` or ``retired``."""
        return self.definition.stage

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is asked; the first is shown first."""
        return self.definition.languages

    @property
    def title(self) -> LocalText:
        """Its title."""
        return self.definition.title

    @property
    def items(self) -> tuple[BaseItem, ...]:
        """All items, in order."""
        return self.questions.items

    def item(self, name: str) -> BaseItem:
        """Return the item called `name`.

        Raises
        ------
        ColumnNotFoundError
            If there is none; the message names the closest.
        """
        return self.questions.item(name)

    @property
    def timezone(self) -> str | None:
        """The zone of times in exports that do not name one; None where the file does not say."""
        return self.definition.timezone

    @property
    def status(self) -> dict[str, tuple[str, ...]]:
        """``complete``, ``partial``, ``test``, ``screened_out``, ``late`` → how sources write it."""
        return {str(name): spellings for name, spellings in self.definition.status.items()}

    @property
    def duplicates(self) -> tuple[DuplicateRule, ...]:
        """The rules the file gives on responses that share an id."""
        return self.definition.duplicates

    def duplicates_by(self, key: str) -> Keep:
        """Return which of several responses with the same `key` counts.

        Parameters
        ----------
        key : {"response_id", "respondent_id"}

        Returns
        -------
        str
            ``all``, ``first``, ``last`` or ``most_complete``; what the file does not say is last by response_id and
            all by respondent_id.
        """
        for rule in self.duplicates:
            if rule.by == key:
                return rule.keep
        return _DEFAULT_KEEP[key]

    @property
    def metrics(self) -> dict[str, MetricPlan]:
        """The analysis plan: name → metric, with points and top filled in from the item."""
        return {name: self._filled(plan) for name, plan in self.definition.metrics.items()}

    def _filled(self, plan: MetricPlan) -> MetricPlan:
        if not isinstance(plan, TopBoxPlan):
            return plan
        scale = self.item(plan.item.partition(".")[0]).scale or range(1, 6)
        points = plan.points or scale[-1]
        usual = _TOP_OF_SEVEN if plan.kind == "ces" and points > 5 else 2
        return plan.model_copy(update={"points": points, "top": plan.top or min(usual, points - 1)})

    @property
    def sources(self) -> dict[str, dict[str, SourceMap]]:
        """Platform → item, ``item.option`` or system column → where it stands in exports of that platform."""
        return self.definition.sources

    @property
    def follow_up(self) -> tuple[FollowUpRule, ...]:
        """The rules that open a case; the first that matches does."""
        return self.definition.follow_up

    @property
    def thanks(self) -> tuple[Thanks, ...]:
        """What is said at the end; the first whose condition holds."""
        return self.definition.thanks

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """How responses to earlier versions become responses to this one."""
        return self.definition.migrations

    @property
    def tests(self) -> tuple[BranchTest, ...]:
        """Walks through the branching, with what is expected to be seen."""
        return self.definition.tests

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The items that a tool guessed and nobody has confirmed."""
        return tuple(item.name for item in self.items if item.to_confirm is not None)

    def confirm(self, *names: str) -> Survey:
        """Return the survey with the guesses about these items confirmed.

        Parameters
        ----------
        *names : str
            Items; see `unconfirmed`.

        Raises
        ------
        ColumnNotFoundError
            If there is no such item.
        """
        for name in names:
            self.item(name)
        pages = tuple(
            page.model_copy(
                update={
                    "items": tuple(
                        item.model_copy(update={"to_confirm": None}) if item.name in names else item
                        for item in page.items
                    )
                }
            )
            for page in self.definition.pages
        )
        return Survey(self.definition.model_copy(update={"pages": pages}), self.path)

    def check(self, answers: Mapping[str, object]) -> tuple[Problem, ...]:
        """Check one respondent's answers, branching respected.

        Parameters
        ----------
        answers : mapping
            Item → typed answer: a number, a text, true/false, a date, a tuple of option values, or for a matrix a
            mapping row → answer. What “other” stands for is given as ``<item>__other_text``.

        Returns
        -------
        tuple of Problem
            Empty if all is well.

        Examples
        --------
        >>> import closeloop as cl
        >>> survey = cl.load_survey("relationship-nps")
        >>> [(p.item, p.code) for p in survey.check({"recommend": 11})]
        [('recommend', 'out_of_range')]
        """
        return check_answers(self.questions, answers)

    def form(
        self,
        answers: Mapping[str, Any] | None = None,
        *,
        to: Any = None,
        mode: str = "self",
        language: str | None = None,
        draft: str | Path | None = None,
        now: Any = None,
    ) -> SurveyForm:
        """Return the survey as a form to be filled in, page by page, in a notebook.

        Parameters
        ----------
        answers : mapping, optional
            What is known before: item → answer. Hidden items (customer, order, channel) come this way.
        to : path, Loop or None
            Where the answers go when “Send” is pressed: appended to a CSV file that `read_responses` reads, into a loop
            (which opens a case where the survey's ``follow_up`` rules say so), or nowhere but ``.value``.
        mode : {"self", "interview", "kiosk"}
            Who sits before it: the respondent; an interviewer, who reads aloud; one respondent after the other.
        language : str, optional
            One of the survey's languages; the one in use if the survey has it, else its first.
        draft : path, optional
            A file that holds every answer as it is given; a form with the same draft goes on where this one was left.
        now : datetime, str or callable, optional
            What time it is; the loop's clock, or the machine's, if left out.

        Returns
        -------
        SurveyForm
            ``.value`` has the answers that count, ``.submit()`` sends them, ``.response`` is what was sent.

        Raises
        ------
        ValueError
            If a given answer cannot be understood, or `to` holds responses to something else.
        StoreError
            If the draft is one of another survey or version, or a file cannot be read.

        Examples
        --------
        >>> import closeloop as cl
        >>> form = cl.load_survey("relationship-nps").form({"respondent_id": "C-17"})
        >>> form.do("answer", item="recommend", value=9)
        ''
        >>> form.submit()
        'Your answers have been sent.'
        >>> form.value
        {'respondent_id': 'C-17', 'recommend': 9}
        """
        from closeloop.widgets.form.survey_form import SurveyForm

        return SurveyForm(self, answers, to=to, mode=mode, language=language, draft=draft, now=now)

    def to_dict(self) -> dict[str, Any]:
        """Return the survey as JSON-safe data, key by key as in the file."""
        return self.definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def save(self, path: str | Path) -> Path:
        """Write the survey as a YAML file; loading it gives an equal survey.

        Where the file is there already and differs in its ``sources`` only, only these are written: its comments and
        order stay. Otherwise an earlier file is replaced, comments and all.

        Returns
        -------
        Path
            The file written.
        """
        from closeloop.survey.sources_map import differs_in_sources, write_sources
        from closeloop.survey.yaml_text import write_document

        target = Path(path)
        if differs_in_sources(target, self.definition):
            return write_sources(target, self.sources)
        write_document(self.definition.model_dump(by_alias=True, exclude_defaults=True), target)
        return target
