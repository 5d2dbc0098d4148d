"""A library of options by type of conflict and style of the contact; what a case changes stays in the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from closeloop.followup.commands.table import command_table
from closeloop.followup.playbook.cards import STYLES, Style
from closeloop.followup.playbook.code_lines import code_lines, line_of
from closeloop.followup.playbook.phrases import Id, twice
from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.forms.fields import Model, Text, Words
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from pathlib import Path


class LibraryOption(Model):
    """An option to begin with.

    Attributes
    ----------
    id, text, family, steps
    codes : tuple of str
        Types of conflict it is for, those below them included.
    styles : tuple of str
        Kinds of customer it suits well; empty: any.
    remedies, forms : tuple of str
    interim : bool
        May be done at once, before anything is decided.
    """

    id: Id
    text: Text
    codes: Annotated[Words, Field(min_length=1)]
    styles: tuple[Style, ...] = ()
    family: Literal["process", "quality", "compensation", "communication"]
    remedies: Words = ()
    forms: Words = ()
    interim: bool = Field(default=False, strict=True)
    steps: tuple[Text, ...] = ()

    def fields(self, language: str | None = None, **edits: Any) -> dict[str, Any]:
        """Return what ``case.add_option`` takes; `edits` come in the place of what the library says.

        Examples
        --------
        >>> refund = option_library().option("refund_in_part")
        >>> refund.fields("en", cost=80, currency="CNY", text="80 yuan back")["text"]
        '80 yuan back'
        """
        own: dict[str, Any] = {
            "text": self.text.in_language(language), "family": self.family, "remedies": list(self.remedies),
            "remedy_forms": list(self.forms), "interim": self.interim,
            "steps": [each.in_language(language) for each in self.steps],
        }  # fmt: skip
        return {name: value for name, value in own.items() if value or value is False} | edits


class OptionLibrary(Model):
    """A library of options.

    Examples
    --------
    >>> [each.id for each in option_library().suited(code="price_change")]
    ['refund_in_part', 'bill_line_by_line', 'old_price_for_a_time', 'points_or_voucher']
    >>> [each.id for each in option_library().suited(code="price_change", style="prepared")][0]
    'bill_line_by_line'
    """

    format: Literal[1]
    id: str
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    options: Annotated[tuple[LibraryOption, ...], Field(min_length=1)]

    def option(self, id: str) -> LibraryOption | None:
        """Return an option by its id; None if there is none."""
        return next((each for each in self.options if each.id == id), None)

    def suited(self, *, code: str, style: str = "", interim: bool | None = None) -> tuple[LibraryOption, ...]:
        """Return the options for a type of conflict; those that suit the style come first, those for others not at all.

        Parameters
        ----------
        code : str
            Type of conflict.
        style : str
            Of the last contact; left out or ``unknown``, options for every style come.
        interim : bool, optional
            Only what may be done at once, or only what may not.
        """
        line = {*line_of("conflict-types", code)}
        open_style = style in ("", "unknown")
        found = [
            each
            for each in self.options
            if line & {*each.codes}
            and (open_style or not each.styles or style in each.styles)
            and interim in (None, each.interim)
        ]
        return tuple(sorted(found, key=lambda each: not open_style and style not in each.styles))

    def keeping(self, id: str, option: Mapping[str, Any], *, codes: tuple[str, ...]) -> OptionLibrary:
        """Return the library with an option as a case has changed it; one of the same id is replaced.

        Parameters
        ----------
        id : str
        option : mapping
            The fields of the option in the case; costs, days and owners stay there.
        codes : tuple of str
            For which types of conflict.
        """
        kept = LibraryOption.model_validate(
            {
                "id": id, "codes": codes, "text": _local(option["text"], self.languages),
                "family": option["family"], "remedies": list(option.get("remedies") or ()),
                "forms": list(option.get("remedy_forms") or ()), "interim": bool(option.get("interim")),
                "steps": [_local(each, self.languages) for each in option.get("steps") or ()],
            }
        )  # fmt: skip
        others = tuple(each for each in self.options if each.id != id)
        return self.model_copy(update={"options": (*others, kept), "version": self.version + 1})


def option_library(path: str | Path | None = None) -> OptionLibrary:
    """Return a library of options: the shipped one, or one's own file.

    Parameters
    ----------
    path : str or Path, optional

    Returns
    -------
    OptionLibrary

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.

    Examples
    --------
    >>> [each.id for each in option_library().suited(code="product_safety", interim=True)]
    ['stop_and_call']
    """
    return _shipped() if path is None else _read(path)


@cache
def _shipped() -> OptionLibrary:
    return _read(data_folder("playbooks") / "options.yaml")


def _read(path: str | Path) -> OptionLibrary:
    return read_definition(path, OptionLibrary, {"options": LibraryOption}, _faults)


def _faults(file: OptionLibrary) -> Iterator[Fault]:
    yield from twice(file.options, "options")
    known: Mapping[str, tuple[str, ...]] = {
        "codes": tuple(code_lines("conflict-types")), "remedies": tuple(code_lines("remedy-types")),
        "forms": tuple(command_table().choices["remedy_form"]), "styles": STYLES,
    }  # fmt: skip
    for position, each in enumerate(file.options):
        for key, names in known.items():
            lost = [name for name in getattr(each, key) if name not in names]
            if lost:
                fields = {"found": ", ".join(lost), "known": ", ".join(names)}
                yield Fault(("options", position, key), "playbook.unknown_name", fields)


def _local(text: object, languages: tuple[str, ...]) -> dict[str, str]:
    """Return a text of a case for a library: the same words in each language, until somebody writes the other."""
    return dict.fromkeys(languages, str(text))
