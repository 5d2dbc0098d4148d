"""What of the editor of a five-whys puts things on record: evidence, stops, what is done; use `WhysEditor`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from closeloop.rootcause.whys.state import TOP
from closeloop.text import LocalText, message
from closeloop.widgets.tree.parts import given
from closeloop.widgets.tree.tree_editor import TreeEditor

if TYPE_CHECKING:
    from closeloop.rootcause.whys.five_whys import FiveWhys


class WhysRecorder(TreeEditor):
    """What of a `WhysEditor` puts things on record."""

    _writer: str

    @property
    def whys(self) -> FiveWhys:
        """The five-whys itself."""
        whys: FiveWhys = self.document  # type: ignore[assignment]  # it was made of one
        return whys

    def _cause_of(self, node: str) -> str:
        """Return the cause that stands at a row."""
        return TOP if node == TOP else self.whys.link_state(node).cause

    def _not_top(self, node: str) -> None:
        if node == TOP:
            raise ValueError(message("whys.top_has_no_link"))

    def _choose(self, node: str, key: str) -> LocalText:
        """Choose a row, and say what was done with it."""
        row = self._row(node)
        self.at = node
        return message(f"tree_editor.{key}", text=f"{row['no']} {row['text']}".strip())

    def do_writer(self, node: str, by: str) -> LocalText:
        """Say who writes here: what is added from now on is theirs."""
        del node  # it is asked at the top
        self._writer = by.strip()
        return message("tree_editor.recorded")

    def do_evidence(
        self, node: str, kind: str, source: str, says: str = "", on: str = "", by: str = "", shows: str = "supports"
    ) -> LocalText:
        """Put evidence for or against a step on record."""
        self._not_top(node)
        self.whys.evidence(node, kind, source=source, says=says, on=given(on), by=by, shows=shows)
        return message("tree_editor.recorded")

    def do_rule_out(self, node: str, kind: str, source: str, says: str = "", on: str = "", by: str = "") -> LocalText:
        """Rule a cause out, with what shows it."""
        self.whys.rule_out(self._cause_of(node), kind, source=source, says=says, on=given(on), by=by)
        return message("tree_editor.ruled_out", text=self._row(node)["text"])

    def do_reopen(self, node: str) -> LocalText:
        """Take back that a cause was ruled out."""
        self.whys.reopen(self._cause_of(node))
        return message("tree_editor.reopened", text=self._row(node)["text"])

    def do_sufficient(self, node: str, choice: str) -> LocalText:
        """Answer whether a cause alone is enough for its effect."""
        self.whys.sufficient(node, alone=choice == "yes")
        return message("tree_editor.recorded")

    def do_stop(self, node: str, reason: str = "", note: str = "", problem: str = "") -> LocalText:
        """Say why nobody asks further."""
        self.whys.stop(self._cause_of(node), reason, note=note, problem=problem)
        return message("tree_editor.recorded")

    def do_counterfactual(self, node: str, value: str, by: str = "") -> LocalText:
        """Say where the measure would stand without the cause; a share is given in percent."""
        gap = self.whys.gap
        number = _number(value)
        percent = gap is not None and gap.unit == "percent"
        self.whys.counterfactual(self._cause_of(node), shrinks_to=number / 100 if percent else number, by=given(by))
        return message("tree_editor.recorded")

    def do_countermeasure(self, node: str, id: str, what: str = "", strength: str = "", aim: str = "") -> LocalText:
        """Attach a countermeasure."""
        self.whys.countermeasure(self._cause_of(node), id, strength, aim=given(aim), what=what)
        return message("tree_editor.recorded")

    def do_detach(self, node: str, id: str) -> LocalText:
        """Take a countermeasure off."""
        self.whys.detach(self._cause_of(node), id)
        return message("tree_editor.recorded")

    def do_predict(self, node: str, effect: str, found: str = "", source: str = "") -> LocalText:
        """Name another effect that the cause must have, and whether it was found."""
        known = {"yes": True, "no": False}.get(found)
        self.whys.predict(self._cause_of(node), effect, found=known, source=source)
        return message("tree_editor.recorded")

    def do_rival(self, node: str, text: str) -> LocalText:
        """Put a rival explanation below."""
        link = self.whys.rival(self._cause_of(node), text, by=given(self._writer))
        return self._choose(link.id, "added")

    def do_no_rival(self, node: str, reason: str) -> LocalText:
        """Say why there is a single explanation."""
        self.whys.no_rival(self._cause_of(node), reason)
        return message("tree_editor.recorded")

    def do_about(self, node: str, subject: str = "", claim: str = "", duty: str = "", dated: str = "") -> LocalText:
        """Say what a cause is about, what it claims, whose duty it was, and when it happened."""
        cause = self._cause_of(node)
        with self.whys.as_one():
            self.whys.tag(cause, subject=subject, duty=duty, claim=given(claim))
            self.whys.dated(cause, given(dated))
        return message("tree_editor.recorded")

    def do_cases(self, node: str, ids: str) -> LocalText:
        """Say which cases were coded to a cause; ids with spaces, commas or line breaks between them."""
        self.whys.cases(self._cause_of(node), [one for one in re.split(r"[\s,，;；、]+", ids) if one])
        return message("tree_editor.recorded")


def _number(text: str) -> float:
    """Return a number as people write it: a comma for the point, a percent sign behind it."""
    plain = text.strip().rstrip("%％").strip().replace(",", ".").replace("−", "-")
    try:
        return float(plain)
    except ValueError:
        raise ValueError(message("tree_editor.no_number", found=text)) from None
