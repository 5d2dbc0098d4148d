"""Worksheets that help at a stage; a filled sheet is linked to the case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from closeloop.followup.playbook.cards import facts_of_code
from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.followup.state import CaseState
from closeloop.forms.fields import Model, Text, Words
from closeloop.rootcause.worksheet.load import shipped_names, shipped_template
from closeloop.rootcause.worksheet.worksheet import Worksheet, worksheet
from closeloop.survey.shipped import data_folder
from closeloop.text import LocalText

if TYPE_CHECKING:
    from pathlib import Path


class ToolEntry(Model):
    """One worksheet with the stages, and if named the types of conflict, at which it helps."""

    worksheet: str
    stages: Annotated[tuple[str, ...], Field(min_length=1)]
    codes: Words = ()
    why: Text


class ToolFile(Model):
    """A file of tools."""

    format: Literal[1]
    id: str
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    tools: Annotated[tuple[ToolEntry, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A worksheet that helps with a case now.

    Attributes
    ----------
    worksheet : str
        Its name.
    title, why : LocalText
    case_id : str
    """

    worksheet: str
    title: LocalText
    why: LocalText
    case_id: str

    @classmethod
    def named(cls, name: str, *, why: LocalText, case_id: str) -> Tool:
        """Return the tool of that name."""
        return cls(worksheet=name, title=_title(name), why=why, case_id=case_id)

    def begin(self) -> Worksheet:
        """Return the blank sheet, linked to the case.

        Examples
        --------
        >>> tools(CaseState(case_id="C-1", stage="received"))[0].begin().links
        ('C-1',)
        """
        return worksheet(self.worksheet).link(self.case_id)


def tools(state: CaseState, path: str | Path | None = None) -> tuple[Tool, ...]:
    """Return the worksheets that help at the stage of a case.

    Parameters
    ----------
    state : CaseState
    path : str or Path, optional
        One's own list in the place of the shipped one.

    Examples
    --------
    >>> [each.worksheet for each in tools(CaseState(case_id="C-1", stage="satisfied"))]
    ['effect-review', 'retrospective', 'lessons']
    """
    codes = facts_of_code("conflict-types", str(state.value("code") or ""))
    file = _shipped() if path is None else _read(path)
    return tuple(
        Tool.named(each.worksheet, why=each.why, case_id=state.case_id)
        for each in file.tools
        if state.stage in each.stages and (not each.codes or codes & {*each.codes})
    )


@cache
def _title(name: str) -> LocalText:
    return shipped_template(name).title


@cache
def _shipped() -> ToolFile:
    return _read(data_folder("playbooks") / "tools.yaml")


def _read(path: str | Path) -> ToolFile:
    return read_definition(path, ToolFile, {"tools": ToolEntry}, _faults)


def _faults(file: ToolFile) -> Iterator[Fault]:
    for position, each in enumerate(file.tools):
        if each.worksheet not in shipped_names():
            known = {"found": each.worksheet, "known": ", ".join(shipped_names())}
            yield Fault(("tools", position, "worksheet"), "playbook.unknown_name", known)
