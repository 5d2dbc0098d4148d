"""A finding of the rules: in full for a list, short under its own cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from closeloop.rootcause.findings import Finding, Level
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.state import TOP, LinkState
from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True, kw_only=True)
class WhysFinding(Finding):
    """One thing that is weak in a cause graph; `at` is the link's id, else the cause's.

    Attributes
    ----------
    cause : str
        Id of the cause under which it is shown.
    link : str
        Id of the link that is meant; empty where the cause itself is.
    number : str
        The cause's number in the tree (``"1.2"``); empty for the whole.
    what : LocalText
        What is wrong, without the cause's words.
    """

    cause: str
    link: str = ""
    number: str = ""
    what: LocalText

    def beside_subject(self, tag: str | None) -> str:
        """Return what is wrong and what to do, without the cause's words."""
        what = self.what.in_language(tag)
        return self._with_suggestion(what[:1].upper() + what[1:], tag)


def found(
    graph: CauseGraph,
    rule: str,
    level: Level,
    key: str,
    *,
    cause: str = TOP,
    link: LinkState | None = None,
    **values: Any,
) -> WhysFinding:
    """Return a finding; its texts are ``whys.<rule>_<key>`` (what is wrong) and ``…_do`` (what to do).

    Parameters
    ----------
    graph : CauseGraph
    rule, level, key : str
        Which rule, how grave, which text of the catalogue.
    cause : str
        Id of the cause that is meant, if not that of `link`.
    link : LinkState, optional
        The link that is meant.
    **values : object
        Fields of the two texts.
    """
    about = link.cause if link is not None else cause
    name = f"whys.{rule.lower()}_{key}"
    what = message(name, **values)
    return WhysFinding(
        rule=rule,
        level=level,
        at=link.id if link is not None else about,
        subject=graph.words(about),
        message=message("whys.about", cause=graph.text(about), what=what),
        suggestion=message(f"{name}_do", **values),
        cause=about,
        link=link.id if link is not None else "",
        number=graph.numbers.get(about, ""),
        what=what,
    )
