"""Whether and how a customer can be reached: a way, and consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError
from closeloop.forms.items import Hidden, TextItem, YesNo
from closeloop.text import LocalText

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.survey.survey import Survey

CONSENT_NAMES = ("callback", "contact_ok", "may_contact", "consent", "contact_consent")
ROUTE_NAMES = ("email", "phone", "mobile", "tel", "wechat", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPlan:
    """Which items say how to reach a customer, and whether that is wanted.

    Attributes
    ----------
    consent : str
        A yes/no item; empty where the survey does not ask.
    routes : tuple of str
        Columns, one of which has to be filled; the customer number is one: the company knows where its customers are.

    Examples
    --------
    >>> import closeloop as cl
    >>> contact_plan(cl.load_survey("relationship-nps"))
    ContactPlan(consent='callback', routes=('respondent_id',))
    """

    consent: str = ""
    routes: tuple[str, ...] = ()

    def contactable(self, accepted: pd.DataFrame) -> list[bool]:
        """Return for each response whether there is a way and, where the survey asks for it, consent."""
        way = [False] * len(accepted)
        for name in self.routes:
            if name in accepted:
                way = [a or _filled(b) for a, b in zip(way, accepted[name].tolist(), strict=True)]
        if not self.consent or self.consent not in accepted:
            return way
        agreed = [value is True for value in accepted[self.consent].tolist()]
        return [a and b for a, b in zip(way, agreed, strict=True)]


def contact_plan(survey: Survey, *, consent: str | None = None, routes: tuple[str, ...] | None = None) -> ContactPlan:
    """Return how the customers of a survey are reached.

    Parameters
    ----------
    survey : Survey
    consent : str, optional
        The yes/no item that asks for consent; left out: the first of `CONSENT_NAMES`. ``""``: none is asked for.
    routes : tuple of str, optional
        Items; left out: text items of format email or tel, hidden items of the names in `ROUTE_NAMES`, and the customer
        number.

    Raises
    ------
    ColumnNotFoundError
        If an item that is named is not there.
    """
    names = [item.name for item in survey.items]
    for name in (*(routes or ()), *((consent,) if consent else ())):
        if name not in names and name != "respondent_id":
            raise ColumnNotFoundError(name, names, survey.title)
    if consent is None:
        asked = {item.name for item in survey.items if isinstance(item, YesNo)}
        consent = next((name for name in CONSENT_NAMES if name in asked), "")
    if routes is None:
        found = [item.name for item in survey.items if _is_route(item)]
        routes = (*found, *(() if "respondent_id" in found else ("respondent_id",)))
    return ContactPlan(consent=consent, routes=routes)


def _is_route(item: Any) -> bool:
    if isinstance(item, TextItem):
        return item.format in ("email", "tel")
    return isinstance(item, Hidden) and item.name in ROUTE_NAMES


def _filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


class Words:
    """What customers wrote and how they can be reached, looked up for single responses.

    Parameters
    ----------
    accepted : DataFrame
    survey : Survey

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> survey = cl.load_survey("relationship-nps")
    >>> answers = pd.DataFrame({"respondent_id": ["4711"], "recommend": ["2"], "why": ["Too slow"]})
    >>> words = Words(cl.read_responses(answers, survey).accepted, survey)
    >>> words.said(0), words.contact(0)
    ('Too slow', 'Customer number: 4711')
    """

    def __init__(self, accepted: pd.DataFrame, survey: Survey) -> None:
        others = [f"{item.name}__other_text" for item in survey.items if getattr(item, "other", False)]
        comments = [item.name for item in survey.items if item.type == "comment"]
        self._said = {name: accepted[name].tolist() for name in (*comments, *others) if name in accepted}
        personal = {
            item.name: item.label or item.ask or LocalText(item.name)
            for item in survey.items
            if item.type in ("text", "hidden") and (item.pii or _is_route(item))
        }
        self._contact: Mapping[str, tuple[LocalText, list[Any]]] = {
            name: (label, accepted[name].tolist()) for name, label in personal.items() if name in accepted
        }

    def said(self, response: int) -> str:
        """Return what the customer wrote, a paragraph per question."""
        return "\n\n".join(text.strip() for column in self._said.values() if _filled(text := column[response]))

    def texts(self, n: int) -> list[str]:
        """Return what each of `n` customers wrote."""
        return [self.said(response) for response in range(n)]

    def contact(self, response: int) -> str:
        """Return what says who and where the customer is, a line per item."""
        found = ((label, column[response]) for label, column in self._contact.values())
        return "\n".join(f"{label}: {value.strip()}" for label, value in found if _filled(value))
