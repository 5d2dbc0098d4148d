"""`AuthorityLimits`: who may concede what, and how much of it, without asking.

::

    format: 1
    id: house
    currency: CNY                            # what a limit or a cost without a currency is in
    people: {li: agent, chen: manager}       # person → role
    limits:
      - {role: agent, remedies: [apology, explanation]}          # no money: any number of them
      - {role: agent, remedies: [refund, compensation], up_to: 200}
      - {role: manager, up_to: 5000}                             # every remedy
      - {person: wang, remedies: [compensation], up_to: 50, currency: EUR}

Whoever is named in a limit has those limits and not the ones of the role. A limit that names a code of the codebook of
remedies holds for the codes below it; of several that hold, the one that names the code itself comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from closeloop.followup.playbook.code_lines import code_label, code_lines, line_of
from closeloop.followup.playbook.read_definition import read_definition
from closeloop.forms.fields import Model, Number, Text, Words, fault
from closeloop.numbers import number
from closeloop.text import LocalText, message
from closeloop.written import told_list

if TYPE_CHECKING:
    from pathlib import Path

Name = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
REMEDIES = "remedy-types"
"""The codebook of remedies."""
MONEY = frozenset({"refund", "compensation"})
"""Remedies whose cost has to be known before anybody can say whether it may be granted."""


class AuthorityLimit(Model):
    """What one role or one person may grant.

    Attributes
    ----------
    role, person : str
        One of the two.
    remedies : tuple of str
        Codes of the codebook ``remedy-types``; empty: all of them.
    up_to : float or None
        Largest cost of an option; None: no money at all may be spent on it, unless `unlimited`.
    currency : str
        Empty: that of the house.
    unlimited : bool
        Whatever it costs.

    Examples
    --------
    >>> AuthorityLimit(role="agent", remedies=("refund",), up_to=200).up_to
    200
    """

    role: str = ""
    person: str = ""
    remedies: Words = ()
    up_to: Annotated[Number, Field(ge=0)] | None = None
    currency: Currency | Literal[""] = ""
    unlimited: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.role) == bool(self.person):
            raise fault("playbook.limit_whose")
        if self.unlimited and self.up_to is not None:
            raise fault("playbook.limit_unlimited")
        unknown = [code for code in self.remedies if code not in code_lines(REMEDIES)]
        if unknown:
            raise fault("playbook.unknown_remedy", found=", ".join(unknown), known=", ".join(code_lines(REMEDIES)))
        return self


class AuthorityLimits(Model):
    """Who may grant what; a rule of the house that the loop keeps by version.

    Attributes
    ----------
    id : str
    currency : str
    people : mapping of str to str
        Person → role.
    limits : tuple of AuthorityLimit
    title : LocalText, optional

    Examples
    --------
    >>> limits = AuthorityLimits(
    ...     id="house", currency="CNY", people={"li": "agent", "chen": "manager"},
    ...     limits=(AuthorityLimit(role="agent", remedies=("refund",), up_to=200),
    ...             AuthorityLimit(role="manager", up_to=5000)))
    >>> option = {"remedies": ["refund"], "cost": 350, "currency": "CNY"}
    >>> print(limits.beyond("li", option))
    Refund costs 350 CNY; li may grant up to 200 CNY.
    >>> limits.beyond("chen", option) is None
    True
    """

    kind: Literal["authority"] = "authority"
    format: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    languages: tuple[str, ...] = ()
    title: Text | None = None
    currency: Currency
    people: dict[Name, Name] = Field(default_factory=dict)
    limits: Annotated[tuple[AuthorityLimit, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        roles = {limit.role for limit in self.limits if limit.role}
        lost = sorted({role for role in self.people.values() if role not in roles})
        if lost:
            raise fault("playbook.role_without_limit", found=", ".join(lost), known=", ".join(sorted(roles)) or "–")
        seen: list[tuple[str, str, str, str]] = []
        for limit in self.limits:
            for code in limit.remedies or ("",):
                key = (limit.role, limit.person, code, limit.currency or self.currency)
                if key in seen:
                    raise fault("playbook.limit_twice", whose=limit.role or limit.person, remedy=code or "–")
                seen.append(key)
        return self

    def of(self, person: str) -> tuple[AuthorityLimit, ...]:
        """Return the limits of a person: their own, else those of their role; empty for somebody unknown."""
        own = tuple(limit for limit in self.limits if limit.person == person)
        role = self.people.get(person)
        return own or tuple(limit for limit in self.limits if role is not None and limit.role == role)

    def beyond(self, person: str, option: Mapping[str, Any]) -> LocalText | None:
        """Return in words what of an option goes beyond a person's authority; None if nothing does.

        Parameters
        ----------
        person : str
        option : mapping
            The fields of an option: ``remedies`` (codes), ``cost``, ``currency``. An option that names no remedy and
            costs nothing is within everybody's authority.
        """
        remedies, cost = [str(code) for code in option.get("remedies") or ()], option.get("cost")
        currency = str(option.get("currency") or self.currency)
        if not remedies and not cost:
            return None
        limits = self.of(person)
        if not limits:
            return message("playbook.no_authority", person=person)
        for code in remedies or [""]:
            text = self._over(limits, person, code, cost, currency)
            if text is not None:
                return text
        return None

    def _over(
        self, limits: tuple[AuthorityLimit, ...], person: str, code: str, cost: float | None, currency: str
    ) -> LocalText | None:
        label = code_label(REMEDIES, code) if code else message("playbook.remedy_unnamed")
        fitting = [limit for limit in limits if not limit.remedies or {*line_of(REMEDIES, code)} & {*limit.remedies}]
        if not fitting:
            return message("playbook.remedy_not_allowed", person=person, remedy=label)
        if cost is None:
            return message("playbook.cost_missing", remedy=label) if code in MONEY else None
        if not cost:
            return None
        same = [limit for limit in fitting if (limit.currency or self.currency) == currency]
        if not same:
            known = told_list(sorted({limit.currency or self.currency for limit in fitting}))
            return message("playbook.no_limit_in", person=person, remedy=label, currency=currency, known=known)
        limit = min(same, key=lambda each: _distance(each, code))
        if limit.unlimited or cost <= (limit.up_to or 0):
            return None
        amounts = {"cost": _amount(cost), "most": _amount(limit.up_to or 0), "currency": currency}
        return message("playbook.over_limit", person=person, remedy=label, **amounts)


def load_authority(path: str | Path) -> AuthorityLimits:
    r"""Return limits of authority from a YAML file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    AuthorityLimits

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
    ...     _ = file.write("id: house\ncurrency: CNY\nlimits: [{role: agent, remedies: refund, up_to: 200}]")
    ...     file.flush()
    ...     load_authority(file.name).limits[0].up_to
    200
    """
    return read_definition(path, AuthorityLimits, {"limits": AuthorityLimit})


def _distance(limit: AuthorityLimit, code: str) -> int:
    line = line_of(REMEDIES, code)
    return next((place for place, above in enumerate(line) if above in limit.remedies), len(line))


def _amount(value: float) -> str:
    return number(value, 0 if value == int(value) else 2)
