"""The panel of one case: what one sees and does about it. A part of the board, and of `CasePanel`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.errors import CaseTransitionError, ConflictError
from closeloop.followup.commands.context import Context
from closeloop.followup.commands.decide import is_permitted, stage_label
from closeloop.followup.commands.table import command_table
from closeloop.followup.commands.values import FieldFaultsError
from closeloop.followup.loop.case import Case
from closeloop.text import LocalText, message
from closeloop.widgets.board.command_form import REVEAL, OpenForm, form_view
from closeloop.widgets.board.command_menu import ONLY_THE_LOOP, recordable, steps
from closeloop.widgets.board.command_values import WHEN, values_of
from closeloop.widgets.board.panel_clocks import clock_blocks
from closeloop.widgets.board.panel_head import head_view, revealed_message
from closeloop.widgets.board.panel_lists import findings_block, list_blocks
from closeloop.widgets.board.panel_log import history_block, log_block
from closeloop.widgets.board.panel_next import asked_by, next_view, refusal
from closeloop.widgets.board.panel_talk import negotiation_view, playbook_view
from closeloop.widgets.board.panel_words import here, plain
from closeloop.widgets.board.places import without_folders
from closeloop.written import told_list

if TYPE_CHECKING:
    from closeloop.followup.case.allowed import AllowedEvents
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment

NEXT = "next"
"""The part of the panel in which the next step stands: a form stands there unless it was asked for elsewhere."""


class Panelled:
    """A widget with the panel of a case; a mixin over `closeloop.widgets.base.Widget`.

    Attributes
    ----------
    loop : Loop
    now : datetime, str or None
        A fixed moment; None for the time of the loop.
    """

    areas: ClassVar[tuple[str, ...]] = ("case_panel",)

    loop: Loop
    now: Moment | None

    _case_id: str = ""
    _form: OpenForm | None = None
    _unfolded: Mapping[str, int] = {}
    _turns: int = 0
    _revealing: int = 0

    # --- what a person does ---

    def do_open(self, case_id: str) -> LocalText:
        """Open the panel of a case.

        Parameters
        ----------
        case_id : str
        """
        case = self.loop.case(case_id)
        if case.case_id != self._case_id:
            self.do_close_panel()
        self._case_id = case.case_id
        return message("case_panel.opened_panel", number=case.number)

    def do_close_panel(self) -> None:
        """Close the panel; what was revealed is gone with it."""
        self._case_id, self._form, self._unfolded, self._revealing = "", None, {}, 0

    def do_form(
        self, command: str, fields: Mapping[str, Any] | None = None, section: str = NEXT, first: str = ""
    ) -> None:
        """Open the form of a command.

        Parameters
        ----------
        command : str
            Of the table of commands.
        fields : mapping, optional
            What is preset.
        section : str
            In which part of the panel.
        first : str
            The field to begin with.

        Raises
        ------
        ValueError
            If there is no such command, or the stage of the case does not allow it.
        """
        case = self._panel_case()
        if command != REVEAL:
            _check_command(case, command)
        preset = {name: value for name, value in (fields or {}).items() if value not in ("", [], None)}
        self._form = OpenForm(command, section, case.version, _nested(preset), turn=self._turn(), first=first)

    def do_close_form(self) -> None:
        """Put the form away; nothing is recorded."""
        self._form = None

    def do_run(self, command: str, fields: Mapping[str, Any] | None = None, version: int | None = None) -> LocalText:
        """Do something to the case.

        Parameters
        ----------
        command : str
        fields : mapping, optional
            Field → value, or text as it was typed.
        version : int, optional
            What of the case the person had seen; what others changed since is a conflict.

        Raises
        ------
        ValueError
            If something is missing or cannot be read; the form then says what, and where it can be mended.
        """
        case, typed = self._panel_case(), dict(fields or {})
        if command == REVEAL:
            return self.do_reveal(str(typed.get("reason", "")))
        _check_command(case, command)
        values, faults = values_of(case, self.loop, command, typed)
        form = self._form_of(case, command)
        label = command_table().commands[command].label
        if faults:
            raise self._refused(form, _at_fields(label, command, faults), errors=faults)
        seen = case if version is None else case.as_of(version)
        at, stage = values.pop(WHEN, None), case.stage
        try:
            seen.do(command, at=at, **values)
        except CaseTransitionError as error:
            form.lacking, form.texts = error.guards, error.unmet
            raise self._refused(form, *_in_words(error, label)) from error
        except ConflictError as error:
            form.version = case.version
            raise self._refused(form, error.text, error) from error
        except FieldFaultsError as error:
            raise self._refused(form, _at_fields(label, command, error.fields), errors=error.fields) from error
        except ValueError as error:
            raise self._refused(form, error.args[0], error) from error
        self._form = None
        after = self.loop.case(self._case_id)
        if after.stage != stage:
            return message("case_panel.moved", what=label, stage=stage_label(after.stage))
        return message("case_panel.recorded", what=label)

    def do_reveal(self, reason: str) -> LocalText:
        """Show the customer's own words on the page; that they were shown, to whom and why, is written down first.

        Parameters
        ----------
        reason : str
        """
        case = self._panel_case()
        if not reason.strip():
            raise self._refused(self._form_of(case, REVEAL, "head"), message("case_panel.why_reveal"))
        found = self.loop.reveal(case.case_id, reason)
        self._revealing, self._form = self._turn(), None
        self.send(revealed_message(found, self._revealing))  # type: ignore[attr-defined]
        return message("case_panel.revealed")

    def do_explain(self, clock: str) -> None:
        """Show or hide why a clock shows what it shows.

        Parameters
        ----------
        clock : str
            As `clock_key` names it, such as ``"clock:first_response:1"``.
        """
        self.do_unfold(clock)

    def do_unfold(self, part: str, page: int | None = None) -> None:
        """Show or hide the rest of a part; with `page`, turn to that page of it."""
        rest = {name: at for name, at in self._unfolded.items() if name != part}
        self._unfolded = rest if part in self._unfolded and page is None else {**rest, part: max(0, page or 0)}

    # --- what is shown ---

    def panel_view(self) -> dict[str, Any] | None:
        """Return all that the panel shows, JSON-safe, in the language in use; None while none is open."""
        if not self._case_id:
            return None
        case, fixed = self.loop.case(self._case_id), self.now
        clocks = case.clocks(fixed)
        now = clocks.now
        found = case.allowed()
        context = Context(now=now, actor=self.loop.actor)
        blocks = [
            *clock_blocks(case, clocks, self._unfolded),
            playbook_view(case, fixed, self._unfolded),
            negotiation_view(case, fixed, self._unfolded),
            log_block(case, now, self._unfolded),
            *list_blocks(case, now, self._unfolded),
            findings_block(case, fixed),
            history_block(case, now, self._unfolded),
        ]
        return {
            **head_view(case, self.loop, now), "revealing": self._revealing, "next": next_view(case, found),
            "steps": steps(found), "record": recordable(case, context), "form": self._form_view(case, found),
            "blocks": [block for block in blocks if block is not None],
        }  # fmt: skip

    def _form_view(self, case: Case, found: AllowedEvents) -> dict[str, Any] | None:
        form = self._form
        if form is None:
            return None
        step = next((each for each in found if each.event == form.command), None)
        needed = [] if step is None else [
            name for each in step.checks if each.lack is not None for name in asked_by(each.guard, form.command)
        ]  # fmt: skip
        view = form_view(case, self.loop, form, needed)
        return view | {"checks": refusal(case, form.command, form.lacking, form.texts)}

    # --- parts ---

    def _words(self, fault: Exception) -> str:
        return without_folders(super()._words(fault), self.loop)  # type: ignore[misc]

    def _panel_case(self) -> Case:
        if not self._case_id:
            raise ValueError(message("case_panel.no_case"))
        return self.loop.case(self._case_id)

    def _turn(self) -> int:
        self._turns += 1
        return self._turns

    def _form_of(self, case: Case, command: str, section: str = NEXT) -> OpenForm:
        """Return the form of a command, opened if it is not; what was wrong with it last time is gone."""
        before = self._form
        if before is None or before.command != command:
            return OpenForm(command, section, case.version, turn=self._turn())
        return OpenForm(command, before.section, before.version, before.preset, self._turn(), before.first)

    def _refused(
        self,
        form: OpenForm,
        text: LocalText,
        cause: Exception | None = None,
        errors: Mapping[str, LocalText] | None = None,
    ) -> Exception:
        """Return the error to be raised, and keep what is wrong in the form."""
        form.errors = {name: here(said) for name, said in (errors or {}).items()}
        form.error = plain(text)
        self._form = form
        return cause or ValueError(text)


def _check_command(case: Case, command: str) -> None:
    table = command_table()
    if command not in table.commands or command in ONLY_THE_LOOP:
        raise ValueError(message("case_panel.no_command", found=command))
    merged = command == "customer_message" and case.state.value("merged_into")
    if not merged and not is_permitted(case.state, command):
        words = {"what": table.commands[command].label, "stage": stage_label(case.stage)}
        raise ValueError(message("case_panel.not_now", **words))


def _in_words(error: CaseTransitionError, label: LocalText) -> tuple[LocalText, CaseTransitionError]:
    """Return a refusal without the names of Python: for the form, where the guards stand below it, and to be raised."""
    if not error.unmet:
        return error.text, error
    names = told_list([message(f"case_panel.guard_{guard}") for guard in error.guards])
    told = CaseTransitionError(
        message("case_panel.refused_for", what=label, names=names), from_stage=error.from_stage, event=error.event,
        allowed=error.allowed, unmet=error.unmet, guards=error.guards,
    )  # fmt: skip
    return message("case_panel.refused", what=label), told


def _at_fields(label: LocalText, command: str, faults: Mapping[str, LocalText]) -> LocalText:
    fields = command_table().commands[command].fields
    names = [fields[name].label if name in fields else message("case_panel.when") for name in dict.fromkeys(
        name.partition(".")[0] for name in faults)]  # fmt: skip
    return message("case_panel.look_at", what=label, fields=told_list(names))


def _nested(preset: Mapping[str, Any]) -> dict[str, Any]:
    """Return presets with the parts of mappings together: ``positions.customer`` → ``positions``."""
    found: dict[str, Any] = {}
    for name, value in preset.items():
        base, _, part = name.partition(".")
        if part:
            found.setdefault(base, {})[part] = value
        else:
            found[base] = value
    return found
