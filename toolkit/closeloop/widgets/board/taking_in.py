"""A new case by hand: what somebody said at the desk or on the telephone, with every fault at its field."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from closeloop.errors import CloseloopError
from closeloop.followup.commands.table import command_table
from closeloop.text import LocalText, message
from closeloop.widgets.board.cards import Moments

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop

FIELDS = ("channel", "kind", "severity", "form")
"""What is chosen from lists."""
_REQUIRED = ("channel",)
_USUAL = {"kind": "complaint", "form": "oral"}


class TakingIn(ABC):
    """The form of a new case; part of `closeloop.widgets.board.case_board.CaseBoard`."""

    loop: Loop
    _faults: dict[str, str] | None = None

    @abstractmethod
    def do_open(self, case_id: str) -> LocalText | None:
        """Open the panel of a case."""

    @abstractmethod
    def moments(self) -> Moments:
        """Return what time it is for the board."""

    def do_new(self) -> None:
        """Show the form of a new case."""
        self._faults = {}

    def do_open_case(
        self, words: str = "", channel: str = "", received_at: str = "", customer: str = "", kind: str = "",
        severity: str = "", form: str = "",
    ) -> LocalText:  # fmt: skip
        """Open a case.

        Parameters
        ----------
        words : str
            What the customer said.
        channel, kind, severity, form : str
            From the lists; an empty severity leaves the judgement for later.
        received_at : str
            ISO time; without a zone, in that of the board.
        customer : str
            The customer's number; empty where it is not known.

        Raises
        ------
        ValueError
            If anything is missing or wrong; what, stands at each field.
        """
        chosen = {"channel": channel, "kind": kind, "severity": severity, "form": form}
        faults = {name: str(fault) for name, fault in self._wrong(words, received_at, chosen).items()}
        self._faults = faults
        if faults:
            raise ValueError(message("case_board.new_faults", faults=" ".join(faults.values())))
        said = {name: value for name, value in chosen.items() if value and name not in {"channel", "form"}}
        case = self.loop.open_case(
            words.strip(), channel, self._received(received_at), customer.strip() or None, form or _USUAL["form"],
            **said,
        )  # fmt: skip
        self._faults = None
        self.do_open(case.case_id)
        return message("case_board.opened", number=case.number)

    def _received(self, text: str) -> dt.datetime:
        """Return a time as it was typed; one without a zone is of the board's zone, which the form names."""
        at = dt.datetime.fromisoformat(text.strip())
        return at if at.tzinfo is not None else at.replace(tzinfo=self.moments().local(self.moments().now).tzinfo)

    def _wrong(self, words: str, received_at: str, chosen: dict[str, str]) -> dict[str, LocalText]:
        faults: dict[str, LocalText] = {}
        if not words.strip():
            faults["words"] = message("case_board.no_words")
        for name, value in chosen.items():
            if (not value and name in _REQUIRED) or (value and value not in options_of(name)):
                faults[name] = message("case_board.no_choice", field=_label(name))
        try:
            late = self._received(received_at) > self.moments().now
        except (ValueError, OverflowError, CloseloopError):
            faults["received_at"] = message("case_board.no_time")
        else:
            if late:
                faults["received_at"] = message("case_board.not_yet")
        return faults

    def _new_view(self) -> dict[str, Any] | None:
        """Return what the form shows; None while it is away."""
        if self._faults is None:
            return None
        moments = self.moments()
        now = moments.local(moments.now).strftime("%Y-%m-%dT%H:%M")
        fields = [
            _field("words", "textarea", message("case_board.new_words"), message("case_board.new_words_help")),
            *(_field(name, "select", _label(name), options=options_of(name)) for name in FIELDS),
            _field("received_at", "input", message("case_board.new_received", zone=moments.zone), value=now,
                   type="datetime-local"),
            _field("customer", "input", message("case_board.new_customer"), message("case_board.new_customer_help")),
        ]  # fmt: skip
        told = [each | {"error": self._faults.get(each["name"], "")} for each in fields]
        return {"id": "new", "title": str(message("case_board.new")), "fields": told}


def _field(
    name: str, tag: str, label: LocalText, help: LocalText | str = "", *,  # noqa: A002
    options: Mapping[str, LocalText] | None = None, value: str = "", type: str | None = None,  # noqa: A002
) -> dict[str, Any]:  # fmt: skip
    """Return a field of the form as its page draws it."""
    view: dict[str, Any] = {
        "name": name,
        "tag": tag,
        "label": str(label),
        "help": str(help),
        "type": type,
        "value": value,
    }
    if options is not None:
        view["value"] = _USUAL.get(name, "")
        view["options"] = [["", "–"]] * (name not in _USUAL) + [[key, str(text)] for key, text in options.items()]
    return view


def options_of(name: str) -> dict[str, LocalText]:
    """Return the choices of a field of a new case."""
    table = command_table()
    field = table.commands["open_case"].fields[name]
    return dict(table.choices.get(field.choices or "", {}))


def _label(name: str) -> LocalText:
    return command_table().commands["open_case"].fields[name].label
