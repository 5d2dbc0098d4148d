"""What a survey's items are called in an XLSForm, and of what kind their answers are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from closeloop.forms.items import BaseItem, Matrix, NumberItem

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

Kind = Literal["whole", "decimal", "yesno", "choice", "list", "text", "date", "matrix"]

_KINDS: Mapping[str, Kind] = {
    "nps": "whole", "csat": "whole", "ces": "whole", "rating": "whole", "single": "choice", "multi": "list",
    "ranking": "list", "yesno": "yesno", "text": "text", "comment": "text", "hidden": "text", "date": "date",
}  # fmt: skip
_RESERVED = frozenset({"meta", "data"})  # pyxform's own group, and the name of its root


@dataclass(frozen=True, slots=True)
class Field:
    """One answer of the form.

    Attributes
    ----------
    name : str
        Its name in the form.
    kind : str
        What its answer is there.
    codes : mapping
        Option value → its name in the form.
    rows : tuple of str
        The names of the rows' answers, for a matrix.
    """

    name: str
    kind: Kind
    codes: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """How an expression refers to it."""
        return "${" + self.name + "}"


def fields_of(survey: Survey) -> dict[str, Field]:
    """Return the answers of a survey by the names that conditions use: ``item``, ``matrix.row``."""
    taken = {item.name.casefold() for item in survey.items}
    fields: dict[str, Field] = {}
    for item in survey.items:
        if isinstance(item, Matrix):
            fields |= _matrix(item, taken)
        elif item.type != "note":
            fields[item.name] = Field(item.name, _kind(item), codes_of(item))
    return fields


def _kind(item: BaseItem) -> Kind:
    if isinstance(item, NumberItem):
        return "whole" if item.integer else "decimal"
    return _KINDS[item.type]


def _matrix(item: Matrix, taken: set[str]) -> dict[str, Field]:
    kind: Kind = "choice" if item.scale is None else "whole"
    names = safe_names((f"{item.name}__{row.value}" for row in item.rows), taken)
    taken.update(name.casefold() for name in names.values())
    codes = codes_of(item)
    rows = {
        f"{item.name}.{row.value}": Field(names[f"{item.name}__{row.value}"], kind, codes if kind == "choice" else {})
        for row in item.rows
    }
    return {item.name: Field(item.name, "matrix", rows=tuple(each.name for each in rows.values())), **rows}


def codes_of(item: BaseItem) -> dict[str, str]:
    """Return the name of each option in the form: its value, where that holds no white space.

    Examples
    --------
    >>> from closeloop.forms.items import Single
    >>> codes_of(Single(name="q", type="single", options=["price", "too late", "too_late"]))
    {'price': 'price', 'too late': 'too_late_2', 'too_late': 'too_late'}
    """
    if item.type == "yesno":
        return {"true": "true", "false": "false"}
    fine = [value for value in item.values if not re.search(r"\s", value)]
    return {value: value if value in fine else _unlike(re.sub(r"\s+", "_", value), fine) for value in item.values}


def _unlike(name: str, taken: list[str]) -> str:
    """Return a name that is in none of `taken`, and put it there."""
    number, result = 2, name
    while result in taken:
        result, number = f"{name}_{number}", number + 1
    taken.append(result)
    return result


def safe_names(wanted: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return for each wanted name one that XML allows and that nothing else has, whatever its case.

    Examples
    --------
    >>> safe_names(["grid__a b", "grid__a-b", "grid__中文"], {"grid__a_b"})
    {'grid__a b': 'grid__a_b_2', 'grid__a-b': 'grid__a-b', 'grid__中文': 'grid__中文'}
    """
    used = {*taken, *_RESERVED}
    names: dict[str, str] = {}
    for each in wanted:
        plain = re.sub(r"[^\w-]", "_", each)
        name, number = plain, 2
        while name.casefold() in used:
            name, number = f"{plain}_{number}", number + 1
        used.add(name.casefold())
        names[each] = name
    return names
