"""A form that is not sent yet, on disk: every answer as it is given, so that a lost kernel loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.text import message
from closeloop.versioned import MARK, check_target, read_content, write_content

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_KIND = "form-draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Where a person is in a form.

    Attributes
    ----------
    response_id : str
        Under which the answers will be sent.
    answers : mapping
        Item → answer as JSON.
    unread : mapping
        Item → text that could not be understood.
    page : str
        The page; empty for the review.
    language : str
    interviewer : str
    """

    response_id: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    language: str = ""
    interviewer: str = ""


class DraftFile:
    """The file of a draft.

    Parameters
    ----------
    path : str or Path
    survey : Survey
        A draft of another survey or version is refused.

    Raises
    ------
    StoreError
        If its folder is not there.

    Examples
    --------
    >>> import closeloop as cl, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = DraftFile(f"{folder}/draft.json", cl.load_survey("relationship-nps"))
    ...     file.read()
    ...     file.write(Draft(response_id="r1", answers={"recommend": 4}, page="main"))
    ...     file.read().answers
    {'recommend': 4}
    """

    def __init__(self, path: str | Path, survey: Survey) -> None:
        self.path = Path(path)
        self._survey = survey
        if not self.path.parent.is_dir():
            raise StoreError(message("form.no_folder", folder=self.path.parent))
        check_target(self.path)

    def read(self) -> Draft | None:
        """Return the draft; None if there is none yet.

        Raises
        ------
        StoreError
            If the file is no draft of this survey and version, or cannot be read.
        """
        if not self.path.exists():
            return None
        content = read_content(self.path)
        if content[MARK] != _KIND:
            raise StoreError(message("form.not_a_draft", file=self.path.name))
        if (content.get("survey"), content.get("version")) != (self._survey.id, self._survey.version):
            found = {"found": content.get("survey"), "found_version": content.get("version")}
            about = {"file": self.path.name, "survey": self._survey.id, "version": self._survey.version}
            raise StoreError(message("form.draft_other", **found, **about))
        said = {name: content[name] for name in Draft.__dataclass_fields__ if name in content}
        texts = ("response_id", "page", "language", "interviewer")
        if any(not isinstance(said.get(name), str if name in texts else dict) for name in Draft.__dataclass_fields__):
            raise StoreError(message("form.not_a_draft", file=self.path.name))
        return Draft(**said)

    def write(self, draft: Draft) -> None:
        """Write the draft, all of it or nothing.

        Raises
        ------
        StoreError
            If it cannot be written; the draft before is untouched.
        """
        said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
        try:
            write_content({MARK: _KIND, "survey": self._survey.id, "version": self._survey.version, **said}, self.path)
        except StoreError as error:
            raise StoreError(message("form.draft_not_written", reason=error.text)) from error

    def remove(self) -> None:
        """Remove the file: what was in it has been sent."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(message("form.draft_stays", file=self.path, reason=error.strerror or error)) from error
