"""The log of a codebook: which version brought what, from which suggestion, and who decided."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from closeloop.forms.fields import Model


class CodebookChange(Model):
    """One step from a version to the next.

    Attributes
    ----------
    version : int
        The version that it made.
    code : str
        The code that was added or widened.
    kind : str
        ``"added"``: a new code; ``"widened"``: new terms for a code that was there.
    by : str
        Who decided.
    on : date or None
        When, as they say.
    terms : mapping
        Language → terms that were added.
    suggested : mapping
        Where it came from a suggestion: its number, mentions, typical words.

    Examples
    --------
    >>> CodebookChange(version=2, code="parking", kind="added", by="Li Na", terms={"en": ("parking",)}).kind
    'added'
    """

    version: Annotated[int, Field(ge=2)]
    code: str
    kind: Literal["added", "widened"]
    by: Annotated[str, Field(min_length=1)]
    on: dt.date | None = None
    terms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    suggested: dict[str, str] = Field(default_factory=dict)
