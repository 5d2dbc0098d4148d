"""Purposes: what personal data is kept for, what needs a consent of its own, and for how long."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from closeloop.forms.fields import Model, Text, Words, fault
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from typing import Self

MARKETING = "marketing"


class Purpose(Model):
    """One purpose.

    Attributes
    ----------
    id : str
    label : LocalText
    own_consent : bool
        Whether it needs a consent to just this.
    keep_days : int or None
        Days after the end; None where nobody has decided.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Text
    own_consent: bool = Field(strict=True)
    keep_days: Annotated[int, Field(ge=0, strict=True)] | None = None


class Purposes(Model):
    """A file of purposes, format 1."""

    format: Literal[1]
    id: str
    version: Annotated[int, Field(ge=1, strict=True)]
    languages: Words
    title: Text
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [purpose.id for purpose in self.purposes]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise fault("privacy.purpose_twice", found=", ".join(twice))
        if any(purpose.id == MARKETING and not purpose.own_consent for purpose in self.purposes):
            raise fault("privacy.marketing_needs_consent")
        return self

    def purpose(self, purpose_id: str) -> Purpose:
        """Return one purpose.

        Raises
        ------
        ValueError
            If there is none of that id.
        """
        for purpose in self.purposes:
            if purpose.id == purpose_id:
                return purpose
        known = ", ".join(purpose.id for purpose in self.purposes)
        raise ValueError(message("privacy.unknown_purpose", found=purpose_id, known=known))

    def keeping(self, **days: int | None) -> Purposes:
        """Return the same purposes with other times to keep: ``keeping(complaint=730)``."""
        for purpose_id in days:
            self.purpose(purpose_id)
        return Purposes.model_validate(
            self.model_dump()
            | {"purposes": [p.model_dump() | {"keep_days": days.get(p.id, p.keep_days)} for p in self.purposes]}
        )

    def label(self, purpose_id: str) -> LocalText:
        """Return what a purpose is called."""
        return self.purpose(purpose_id).label


_ENTRIES: dict[str, type[Model]] = {"purposes": Purpose}


def load_purposes(path: str | Path | None = None) -> Purposes:
    """Return a file of purposes, checked; the shipped one if none is named.

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.

    Examples
    --------
    >>> load_purposes().purpose("marketing").own_consent
    True
    """
    file = data_folder("followup") / "purposes.yaml" if path is None else Path(path)
    changed = file.stat()
    return _read(str(file), changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=8)
def _read(path: str, _changed: int, _size: int) -> Purposes:
    return defined(read_document(path), Purposes, _ENTRIES)
