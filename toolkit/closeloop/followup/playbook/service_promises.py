"""A register of what is promised to all customers: performance, service, price; in public or inside the house.

::

    format: 1
    id: house
    version: 1
    languages: [en, zh-CN]
    title: {en: …, zh-CN: …}
    promises:
      - id: first_answer
        area: service                    # performance, service, price
        text: {en: …, zh-CN: …}
        public: true
        published_at: {en: …, zh-CN: …}  # where customers can read it; a public promise must say so
        owner: Head of service
        clock: first_response            # which clock shows whether it is kept
        since_on: 2026-01-01
        until_on: 2026-12-31

What one customer was promised is another thing: that is the command ``promise`` of a case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.playbook.phrases import Id, twice
from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.forms.fields import Model, Text, fault
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.worksheet.checks.words import word_list
from closeloop.text import message

if TYPE_CHECKING:
    from pathlib import Path

Area = Literal["performance", "service", "price"]


class ServicePromise(Model):
    """One thing that is promised to all customers; the file says what each part is for."""

    id: Id
    area: Area
    text: Text
    public: bool = Field(strict=True)
    published_at: Text | None = None
    owner: Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
    clock: str = ""
    since_on: dt.date
    until_on: dt.date | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.public and self.published_at is None:
            raise fault("playbook.promise_unpublished", promise=self.id)
        if self.until_on is not None and self.until_on < self.since_on:
            raise fault("playbook.promise_ends_first", promise=self.id)
        return self

    def holds(self, on: dt.date) -> bool:
        """Return whether it holds on a day."""
        return self.since_on <= on and (self.until_on is None or on <= self.until_on)

    def kept(self, readings: Sequence[ClockReading]) -> bool | None:
        """Return whether it was kept in a case, by its clock; None if no clock shows it, or it still runs."""
        shown = [each for each in readings if each.clock == self.clock and each.amount is not None]
        if not shown or any(each.is_open and not each.is_late for each in shown):
            return None
        return not any(each.is_late for each in shown)


class ServicePromises(Model):
    """The register.

    Examples
    --------
    >>> from closeloop.survey.shipped import data_folder
    >>> register = load_service_promises(data_folder("playbooks") / "example.promises.yaml")
    >>> [each.id for each in register.on(dt.date(2026, 2, 1), public=True)]
    ['first_answer', 'price_notice']
    """

    format: Literal[1]
    id: str
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    promises: Annotated[tuple[ServicePromise, ...], Field(min_length=1)]

    def on(self, day: dt.date, *, public: bool | None = None, area: str = "") -> tuple[ServicePromise, ...]:
        """Return what holds on a day; all, or only what is public (or only what is not), of one area or of all."""
        return tuple(
            each
            for each in self.promises
            if each.holds(day) and public in (None, each.public) and area in ("", each.area)
        )

    def findings(self) -> Findings:
        """Return promises whose words promise nothing, and areas of which nothing is public."""
        found = []
        for each in self.promises:
            words = [word for text in each.text.values() if (word := word_list("empty").find(text))]
            if words:
                found.append(
                    Finding(
                        rule="vague_promise", level="warn", at=each.id, subject=str(each.text),
                        message=message("worksheet.vague", word=words[0]), suggestion=message("worksheet.vague_do"),
                    )
                )  # fmt: skip
        areas: tuple[Area, ...] = ("performance", "service", "price")
        for area in areas:
            if not any(each.public for each in self.promises if each.area == area):
                label = message(f"playbook.area_{area}")
                found.append(
                    Finding(
                        rule="nothing_public",
                        level="info",
                        at=area,
                        message=message("playbook.nothing_public", area=label),
                    )
                )
        return Findings(found)


def load_service_promises(path: str | Path) -> ServicePromises:
    """Return a register from a file.

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.
    """
    return read_definition(path, ServicePromises, {"promises": ServicePromise}, _faults)


def _faults(file: ServicePromises) -> Iterator[Fault]:
    yield from twice(file.promises, "promises")
