"""`survey.form()`: a survey filled in page by page, looked over, and sent once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from closeloop.followup.loop.moments import Now
from closeloop.text import LANGUAGES, LocalText, language, message
from closeloop.widgets.base import Widget
from closeloop.widgets.form.draft_file import DraftFile
from closeloop.widgets.form.form_state import FormState
from closeloop.widgets.form.row import row
from closeloop.widgets.form.sending import clock_of, sender
from closeloop.widgets.form.shown import shown
from closeloop.widgets.form.typed import as_json, plain

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.survey.survey import Survey

MODES = ("self", "interview", "kiosk")


class SurveyForm(Widget):
    """A survey to be filled in; made by `Survey.form`.

    Parameters
    ----------
    survey : Survey
    answers : mapping, optional
        What is known before: item → answer. Hidden items (customer, order, channel) come this way.
    to : path, Loop or None
        Where the answers go: appended to a CSV file that `read_responses` reads, taken into a loop, or nowhere.
    mode : {"self", "interview", "kiosk"}
        Who sits before it: the respondent; an interviewer, who reads aloud; one respondent after the other.
    language : str, optional
        One of the survey's languages; the one in use if the survey has it, else its first.
    draft : path, optional
        A file that holds every answer as soon as it is given; a form with the same draft goes on where this one was.
    now : datetime, str or callable, optional
        What time it is; the loop's clock, or the machine's, if left out.

    Attributes
    ----------
    value : dict
        Item → answer, of the answers that count.
    response : dict or None
        The row that was sent, as text; None as long as nothing was.
    is_kept : bool
        Whether all that was answered is in the draft.
    may_start_anew : bool
        Whether the next person may be asked with this form.

    Examples
    --------
    >>> import closeloop as cl
    >>> form = cl.load_survey("relationship-nps").form()
    >>> form.do("answer", item="recommend", value=4)
    ''
    >>> form
    <SurveyForm relationship-nps v1: 1 of 8 answered, page 1 of 1>
    >>> form.submit()
    'Your answers have been sent.'
    >>> form.value, form.response["recommend"], form.response["status"]
    ({'recommend': 4}, '4', 'complete')
    """

    scripts: ClassVar[tuple[str, ...]] = ("fields", "form")
    sheets: ClassVar[tuple[str, ...]] = ("fields", "form")
    areas: ClassVar[tuple[str, ...]] = ("form",)

    def __init__(
        self,
        survey: Survey,
        answers: Mapping[str, Any] | None = None,
        *,
        to: Loop | str | Path | None = None,
        mode: str = "self",
        language: str | None = None,
        draft: str | Path | None = None,
        now: Now = None,
    ) -> None:
        if mode not in MODES:
            raise ValueError(message("form.mode_unknown", mode=mode, known=", ".join(MODES)))
        self.survey = survey
        self.mode = mode
        self.tag = self._opened_in = _language(survey, language)
        self.response: dict[str, str] | None = None
        self.remark: LocalText | None = None
        self._given = dict(answers or {})
        self._sender = sender(survey, to)
        self._clock = clock_of(survey, to, now)
        self._draft = None if draft is None else DraftFile(draft, survey)
        self.is_kept = False
        self.state = FormState(survey, self._given)
        found = None if self._draft is None else self._draft.read()
        if self._draft is not None and found is not None:
            self.is_kept = True
            self.state.resume(found, self._draft.path.name)
            self.tag = found.language if found.language in survey.languages else self.tag
        super().__init__(language=_own_words(self.tag))

    @property
    def value(self) -> dict[str, Any]:
        """The answers that count: item → typed answer; what branching hides is left out."""
        return self.state.filling.counting()

    @property
    def may_start_anew(self) -> bool:
        """Whether the next person may be asked with this form: at a kiosk, or where nobody in particular is asked."""
        hidden = {item.name for item in self.survey.items if item.type == "hidden" and item.pii}
        return self.mode == "kiosk" or (self.mode == "interview" and not hidden & self._given.keys())

    def __repr__(self) -> str:
        about = f"SurveyForm {self.survey.id} v{self.survey.version}"
        if self.response is not None:
            return f"<{about}: sent>"
        state, names = self.state, [page.name for page in self.state.pages]
        at = f"page {names.index(state.page) + 1} of {len(names)}" if state.page in names else "to be checked"
        answered, asked = state.progress
        return f"<{about}: {answered} of {asked} answered, {at}>"

    def _shown(self) -> dict[str, Any]:
        return shown(self)

    def _static(self) -> str:
        from closeloop.views.form_block import form_html

        return form_html(self.survey, self.tag, {name: as_json(value) for name, value in self.value.items()})

    # --- what a person does ---

    def do_answer(self, item: str, value: object) -> None:
        """Take an answer; one that cannot be understood stays in its field, with the reason."""
        self._still_open()
        filling = self.state.filling
        try:
            filling.answer(item, value)
        except ValueError:
            if item not in filling.unread:
                raise
            self.state.touched.add(item)
        self.state.settle()
        self._keep()

    def do_left(self, item: str) -> None:
        """Note that a question was left: from now on it is said what is wrong with its answer."""
        self.state.touched.add(item)

    def do_interviewer(self, text: str) -> None:
        """Note who asks."""
        self._still_open()
        self.state.interviewer = plain(text).strip()
        self._keep()

    def do_next(self) -> None:
        """Go to the next page, or look everything over, if nothing on this page is wrong."""
        self._still_open()
        self.state.settle()
        self.state.check(page for page in self.state.pages if page.name == self.state.page)
        self.state.step(1)
        self._keep()

    def do_back(self) -> None:
        """Go to the page before."""
        self._still_open()
        self.state.step(-1)
        self._keep()

    def do_goto(self, item: str) -> None:
        """Go to a question, to change its answer."""
        self._still_open()
        state = self.state
        page = next((page for page in state.pages if item in [each.name for each in page.items]), None)
        if page is None:
            raise ValueError(message("form.no_item", item=item, known=", ".join(each.name for each in state.asked)))
        state.go(page.name, item)
        self._keep()

    def do_language(self, tag: str) -> None:
        """Go on in another language; answers and page stay."""
        self.tag = _language(self.survey, tag)
        self._keep()
        self.language = _own_words(self.tag)

    def do_submit(self) -> LocalText:
        """Send the answers, once."""
        if self.response is not None:
            return message("form.already_sent")
        state = self.state
        state.check(self.survey.questions.pages)
        state.check_hidden()
        moment = self._clock.now()
        written = row(
            self.survey,
            self.value,
            response_id=state.response_id,
            answered_at=moment.astimezone(ZoneInfo(self.survey.timezone or "UTC")),
            language=self.tag,
            channel="" if self.mode == "self" else self.mode,
            interviewer=state.interviewer,
        )
        self.remark = self._sender(written, moment)
        self.response = written
        state.goal = ""
        if self._draft is not None:
            self._draft.remove()
        return self.remark or message("form.sent")

    def do_again(self) -> None:
        """Start anew for the next person; an interviewer stays the same."""
        if not self.may_start_anew:
            raise ValueError(message("form.not_kiosk"))
        interviewer = self.state.interviewer
        self.state = FormState(self.survey, self._given)
        self.state.interviewer = interviewer
        self.response = self.remark = None
        self.is_kept = False
        self.tag = self._opened_in
        self.language = _own_words(self.tag)
        if self._draft is not None:
            self._draft.remove()

    def submit(self) -> str:
        """Check everything and send the answers; the same as pressing “Send”.

        Returns
        -------
        str
            What is said aloud. Answers that were sent already are not sent twice.

        Raises
        ------
        ValueError
            If an answer is missing or wrong; the form then shows the first page with one.
        StoreError
            If the answers could not be written; they stay in the form.
        """
        return self.do("submit")

    def _still_open(self) -> None:
        if self.response is not None:
            raise ValueError(message("form.is_sent"))

    def _keep(self) -> None:
        """Put the answers on disk, where a draft was asked for."""
        if self._draft is not None and self.response is None:
            self.is_kept = False
            self._draft.write(self.state.draft(self.tag))
            self.is_kept = True


def _language(survey: Survey, asked: str | None) -> str:
    """Return one of a survey's languages: the one asked for, else the one in use, else the survey's first.

    Raises
    ------
    ValueError
        If the survey is not asked in the language that was asked for.
    """
    if asked is None:
        return language() if language() in survey.languages else survey.languages[0]
    for tag in survey.languages:
        if asked.replace("_", "-").lower() in {tag.lower(), tag.lower().partition("-")[0]}:
            return tag
    raise ValueError(message("form.language_unknown", tag=asked, known=", ".join(survey.languages)))


def _own_words(tag: str) -> str:
    """Return the language of the form's own words: that of the questions, where the package speaks it."""
    return tag if tag in LANGUAGES else "en"
