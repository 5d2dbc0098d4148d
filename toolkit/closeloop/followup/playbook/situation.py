"""What about a case decides which cards apply: its stage, the step that is due, mood and style of the last contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from closeloop.followup.commands.decide import stage_label
from closeloop.followup.event import is_said
from closeloop.followup.playbook.cards import STYLES
from closeloop.followup.playbook.code_lines import code_label, line_of
from closeloop.followup.playbook.phrases import STEPS, Preference, Step
from closeloop.followup.playbook.signs import signs_of, talks
from closeloop.followup.state import CaseState, Entry
from closeloop.text import LANGUAGES, LocalText, language, message, normalise_tag

FADES_AFTER_DAYS = 14
"""So long a style or an emotion counts that was noted in a contact. The figure is ours: it is about a conversation,
not about a person."""

_STEP_OF_STAGE: Mapping[str, Step] = {
    "received": "listen", "acknowledged": "understand", "confirmed": "probe", "analysing": "probe",
    "proposed": "propose", "agreed": "propose", "implementing": "propose", "resolved": "confirm",
    "satisfied": "confirm",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """An emotion that was noted in a contact.

    Attributes
    ----------
    seq : int
        Number of the event.
    at : datetime
    emotion : str
        Code of the codebook of emotions.
    tagged_by : str
        Who judged it.
    """

    seq: int
    at: dt.datetime
    emotion: str
    tagged_by: str

    @property
    def label(self) -> LocalText:
        """What the emotion is called."""
        return code_label("emotions", self.emotion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A case at one moment, as the cards see it.

    Attributes
    ----------
    stage : str
    step : str
        The step of a contact that is due; empty once the case has ended.
    style, emotion : str
        Of the last contact in which they were noted; ``unknown`` and empty where there is none that still counts.
    code, matter : str
        Type of conflict; complaint, suggestion ….
    preference : str
        How the customer has chosen to be talked to: direct, indirect, unknown.
    language : str
        In which the customer is addressed.
    moods : tuple of Mood
        Of all contacts of this cycle, in order.
    signs : mapping of str to LocalText
        What else is conspicuous, and why.
    style_entry, emotion_entry : Entry or None
        Where they were noted.
    """

    stage: str
    step: str
    style: str
    emotion: str
    code: str
    matter: str
    preference: str
    language: str
    moods: tuple[Mood, ...]
    signs: Mapping[str, LocalText]
    style_entry: Entry | None
    emotion_entry: Entry | None

    @property
    def facts(self) -> Mapping[str, frozenset[str]]:
        """What the conditions of cards are held against."""
        return {
            "stages": frozenset({self.stage}),
            "styles": frozenset({self.style}),
            "emotions": frozenset(line_of("emotions", self.emotion)),
            "codes": frozenset(line_of("conflict-types", self.code)),
            "matters": frozenset({self.matter}),
            "preferences": frozenset({self.preference}),
            "protocol": frozenset({self.step}) - {""},
            "signs": frozenset(self.signs),
        }

    def why(self, name: str, value: str) -> LocalText:
        """Return in words why a condition holds."""
        match name:
            case "stages":
                return message("playbook.why_stage", stage=stage_label(self.stage))
            case "styles" if self.style_entry is None:
                return message("playbook.why_no_style", days=FADES_AFTER_DAYS)
            case "styles":
                return self._noted("why_style", message(f"playbook.style_{value}"), self.style_entry)
            case "emotions":
                return self._noted("why_emotion", code_label("emotions", self.emotion), self.emotion_entry)
            case "codes":
                return message("playbook.why_code", code=code_label("conflict-types", self.code))
            case "signs":
                return self.signs[value]
            case "protocol":
                return message("playbook.why_step", step=message(f"playbook.step_{value}"))
            case "matters":
                return message("playbook.why_matter", matter=message(f"playbook.matter_{value}"))
            case _:
                return message(f"playbook.why_preference_{value}")

    @staticmethod
    def _noted(key: str, label: LocalText, entry: Entry | None) -> LocalText:
        if entry is None:
            return label
        who = entry.get("tagged_by") or entry.actor
        return message(f"playbook.{key}", label=label, seq=entry.seq, on=f"{entry.at:%Y-%m-%d}", who=who)


def situation(
    state: CaseState, now: dt.datetime, *, preference: Preference = "unknown", speaks: Collection[str] = LANGUAGES,
) -> Situation:  # fmt: skip
    """Return the situation of a case.

    Parameters
    ----------
    state : CaseState
    now : datetime
    preference : {"direct", "indirect", "unknown"}
        What the customer has chosen; never what somebody concludes from a name.
    speaks : collection of str
        The languages in which we can answer.

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.fold import fold
    >>> events = load_example("ecommerce").events()["C-SAMPLES1"]
    >>> case = fold(events[:3])
    >>> found = situation(case, case.last_at)
    >>> found.stage, found.step, found.style
    ('acknowledged', 'understand', 'unknown')
    """
    contacts = talks(state)
    fresh = [each for each in contacts if now - each.at <= dt.timedelta(days=FADES_AFTER_DAYS)]
    styled = [each for each in fresh if each.get("style") in STYLES and each.get("style") != "unknown"]
    felt = [each for each in fresh if is_said(each.get("emotion"))]
    return Situation(
        stage=state.stage,
        step=_step(state),
        style=str(styled[-1].get("style")) if styled else "unknown",
        emotion=str(felt[-1].get("emotion")) if felt else "",
        code=str(state.value("code") or ""),
        matter=str(state.value("kind") or "complaint"),
        preference=preference,
        language=customers_language(state, speaks) or language(),
        moods=moods_of(state),
        signs=signs_of(state, fresh, knows_language=customers_language(state, speaks) is not None),
        style_entry=styled[-1] if styled else None,
        emotion_entry=felt[-1] if felt else None,
    )


def moods_of(state: CaseState) -> tuple[Mood, ...]:
    """Return the emotions that were noted in the contacts of this cycle, in order."""
    return tuple(
        Mood(seq=each.seq, at=each.at, emotion=str(each.get("emotion")), tagged_by=each.get("tagged_by") or each.actor)
        for each in talks(state)
        if is_said(each.get("emotion"))
    )


def customers_language(state: CaseState, speaks: Collection[str] = LANGUAGES) -> str | None:
    """Return the language to write to the customer in: the customer's; None if we do not speak it.

    Where it is not known, it is the language in use.
    """
    wanted = str(state.value("language") or "")
    if not wanted:
        return language()
    try:
        tag = normalise_tag(wanted)
    except ValueError:
        return None
    return tag if tag in speaks else None


def _step(state: CaseState) -> str:
    """Return the step that is due: what was left out before the one that belongs to the stage, else that one."""
    due = _STEP_OF_STAGE.get(state.stage, "")
    if not due:
        return ""
    done = {step for each in talks(state) for step in each.get("protocol") or ()}
    left_out = [step for step in STEPS[: STEPS.index(due)] if step not in done]
    spoken = any(each.get("reached") for each in talks(state))
    return left_out[0] if left_out and spoken else due
