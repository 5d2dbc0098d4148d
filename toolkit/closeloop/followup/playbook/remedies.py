"""Remedies of an option: what exactly is given, what still has to be written down of it, and what is usual.

``remedies.yaml`` says of each form (full refund, voucher, recall …) to which code of the codebook it belongs, which
details it needs, and whether it lives on the case or on the problem behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from closeloop.followup.commands.table import command_table
from closeloop.followup.event import is_said
from closeloop.followup.playbook.code_lines import code_label, code_lines, line_of
from closeloop.followup.playbook.phrases import twice
from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.forms.fields import Model, Text, Words
from closeloop.survey.shipped import data_folder
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.written import told_list

if TYPE_CHECKING:
    from pathlib import Path

    from closeloop.followup.state import Entry

# A detail that the option itself says under another name.
_SAID_BY_OPTION = {"amount": "cost", "value": "cost", "money_value": "cost", "currency": "currency"}


class Detail(Model):
    """One thing to write down of a remedy."""

    kind: Literal["text", "name", "number", "money", "currency", "date", "yes_no"]
    label: Text


class RemedyEntry(Model):
    """What belongs to one form of remedy.

    Attributes
    ----------
    id : str
        Form of the command ``add_option``, or a code.
    code : str
        Code of the codebook ``remedy-types``.
    lives_on : {"case", "problem"}
    required, later : tuple of str
        Details without which it cannot be carried out; details that are known only afterwards.
    """

    id: str
    code: str
    lives_on: Literal["case", "problem"]
    required: Words
    later: Words = ()


class RemedyFile(Model):
    """The file of remedies."""

    format: Literal[1]
    id: str
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    details: dict[str, Detail]
    entries: Annotated[tuple[RemedyEntry, ...], Field(min_length=1)]
    codes: tuple[RemedyEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One remedy of an option.

    Attributes
    ----------
    code, form : str
        Code of the codebook; form of it, empty where only the code is named.
    label : LocalText
    lives_on : str
        ``case``, or ``problem`` for what acts on the cause.
    details : mapping of str to object
        What is known of it.
    missing, later : tuple of str
        Details that are lacking; details that will be known afterwards and are not yet.
    """

    code: str
    form: str
    label: LocalText
    lives_on: str
    details: Mapping[str, Any]
    missing: tuple[str, ...]
    later: tuple[str, ...]

    def says(self) -> LocalText:
        """Return the remedy and what is missing of it, in words."""
        if not self.missing:
            return self.label
        lacking = told_list([remedy_file().details[name].label for name in self.missing])
        return message("playbook.remedy_lacks", remedy=self.label, lacking=lacking)


def remedies_of(option: Entry | Mapping[str, Any]) -> tuple[Remedy, ...]:
    """Return the remedies of an option, each with its details.

    Parameters
    ----------
    option : Entry or mapping
        ``remedies`` (codes), ``remedy_forms``, ``cost``, ``currency``, and ``remedy_details`` (name → text).

    Examples
    --------
    >>> voucher, = remedies_of({"remedies": ["compensation"], "remedy_forms": ["voucher"], "cost": 50,
    ...                         "currency": "CNY"})
    >>> voucher.code, voucher.missing, voucher.later
    ('compensation', ('expires_on',), ('used',))
    >>> print(voucher.says())
    voucher: valid until is missing
    """
    by_form = {each.id: each for each in remedy_file().entries}
    by_code = {each.id: each for each in remedy_file().codes}
    forms = [by_form[form] for form in option.get("remedy_forms") or () if form in by_form]
    covered = {each.code for each in forms}
    plain = [by_code[code] for code in option.get("remedies") or () if code in by_code and code not in covered]
    return (*(_remedy(each, each.id, option) for each in forms), *(_remedy(each, "", option) for each in plain))


def _remedy(entry: RemedyEntry, form: str, option: Entry | Mapping[str, Any]) -> Remedy:
    written = option.get("remedy_details") or {}
    found = {}
    for name in (*entry.required, *entry.later):
        value = written.get(name)
        if not is_said(value) and name in _SAID_BY_OPTION:
            value = option.get(_SAID_BY_OPTION[name])
        if is_said(value):
            found[name] = value
    forms = command_table().choices["remedy_form"]
    return Remedy(
        code=entry.code,
        form=form,
        label=forms[form] if form else code_label("remedy-types", entry.code),
        lives_on=entry.lives_on,
        details=found,
        missing=tuple(name for name in entry.required if name not in found),
        later=tuple(name for name in entry.later if name not in found),
    )


@cache
def _typical() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code in load_codebook("remedy-types").codes:
        for conflict in str(code.tags.get("typical_for", "")).split():
            found.setdefault(conflict, []).append(code.id)
    return {conflict: tuple(codes) for conflict, codes in found.items()}


def typical_remedies(conflict: str) -> tuple[str, ...]:
    """Return which remedies are usually taken for a type of conflict, or for the types above and below it.

    A suggestion: failures of service call for training, faults of a product for a change of the product, and what this
    customer needs is another question.

    Examples
    --------
    >>> "product_change" in typical_remedies("product_quality"), "training" in typical_remedies("service_delivery")
    (True, True)
    """
    lines = code_lines("conflict-types")
    near = [*line_of("conflict-types", conflict), *(code for code, line in lines.items() if conflict in line[1:])]
    return tuple(dict.fromkeys(remedy for code in near for remedy in _typical().get(code, ())))


@cache
def remedy_file() -> RemedyFile:
    """Return the shipped file of remedies."""
    return load_remedies(data_folder("playbooks") / "remedies.yaml")


def load_remedies(path: str | Path) -> RemedyFile:
    """Return a file of remedies, checked.

    Raises
    ------
    SurveyDefinitionError
        If it has faults: all of them, each with its line.
    """
    return read_definition(path, RemedyFile, {"details": Detail, "entries": RemedyEntry, "codes": RemedyEntry}, _faults)


def _faults(file: RemedyFile) -> Iterator[Fault]:
    forms, codes = command_table().choices["remedy_form"], code_lines("remedy-types")
    for key, known in (("entries", forms), ("codes", codes)):
        entries = getattr(file, key)
        yield from twice(entries, key)
        for position, each in enumerate(entries):
            wrong: list[tuple[str, Mapping[str, object], str]] = [(each.id, known, "id"), (each.code, codes, "code")]
            wrong += [(name, file.details, "required") for name in (*each.required, *each.later)]
            for found, there, field in wrong:
                if found not in there:
                    fields = {"found": found, "known": ", ".join(there)}
                    yield Fault((key, position, field), "playbook.unknown_name", fields)
