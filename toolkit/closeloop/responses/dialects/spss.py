"""SPSS (.sav, .zsav): a file that says itself what its variables ask, what their codes mean and which mean no answer.

Multiple-response sets are read as one question: of dichotomies (one variable an option) and of categories (one a
mention). The reader of such files does not know sets of the newer kind, of dichotomies named by their labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from closeloop.responses.dialects.layout import SYSTEM, Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "spss"
LABEL = LocalText({"en": "SPSS", "zh-CN": "SPSS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What the file says about one variable: its label, what its codes are called, which of them mean no answer.

    `codes` are the ones that occur.
    """

    name: str
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSet:
    """A multiple-response set; `counted` is the code that means "ticked", None for a set of categories."""

    name: str
    label: str
    variables: tuple[str, ...]
    counted: str | None = None


class DescribedHead(list[list[str]]):
    """The first records of a source, together with what the source says about its variables."""

    def __init__(
        self, rows: Iterable[list[str]], variables: Sequence[Variable], sets: Sequence[ResponseSet] = ()
    ) -> None:
        super().__init__(rows)
        self.variables = tuple(variables)
        self.sets = tuple(sets)


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return the layout of an SPSS file, or why the source is none."""
    if not isinstance(head, DescribedHead):
        return message("platforms.spss_no_dictionary")
    member_of = {name: each for each in head.sets for name in each.variables}
    columns = tuple(
        _column(place, variable, member_of.get(variable.name)) for place, variable in enumerate(head.variables)
    )
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=1,
        reason=message("platforms.spss", n=len(columns), labelled=sum(bool(v.labels) for v in head.variables)),
        columns=columns,
    )


def _column(place: int, variable: Variable, of: ResponseSet | None) -> SourceColumn:
    missing = {code: _why(code, variable) for code in variable.missing}
    name = variable.name.lower()
    if name in SYSTEM:
        return SourceColumn(
            position=place,
            header=variable.name,
            question=variable.label,
            role="system",
            target=name,
            reason=message("responses.reason_system_name", name=name),
        )
    if of is None:
        return SourceColumn(
            position=place,
            header=variable.name,
            question=variable.label or variable.name,
            labels=variable.labels,
            missing=missing,
        )
    role, option, labels = "mention", str(of.variables.index(variable.name) + 1), variable.labels
    if of.counted is not None:
        role, option = "option", variable.label or variable.name
        labels = {code: "1" if code == of.counted else "0" for code in variable.codes if code}
    return SourceColumn(
        position=place,
        header=variable.name,
        key=of.name,
        group=of.name,
        question=of.label or of.name,
        role=role,
        option=option,
        labels=labels,
        missing=missing,
    )


def _why(code: str, variable: Variable) -> LocalText:
    """Return why a code means no answer: as it is labelled, else that the file declares it."""
    label = variable.labels.get(code)
    return LocalText({"en": label, "zh-CN": label}) if label else message("platforms.spss_declared_missing")
