"""What an app serves, written down once for the kernels of its pages."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs

from closeloop.text import message, normalise_tag

BOARD, FORM, RETROSPECTIVE = "board", "form", "retrospective"
RESPONDENT, STAFF = ("self", "kiosk"), "interview"
"""Who sits in front of the form: the respondent, or one of us who asks the questions."""
TOKEN_VARIABLE = "CLOSELOOP_APP_TOKEN"  # noqa: S105  # where a token is looked for, not one
_FILE = "settings.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an app serves.

    Attributes
    ----------
    pages : tuple of str
        In the order of the start page; see `pages_of`.
    mode : str
        ``"self"``, ``"interview"`` or ``"kiosk"``: who fills in the form.
    language, theme : str
        To begin with; the theme ``""`` follows the system.
    loop, key_file, actor, survey, to, since, timezone : str
        As the command line was told; empty if it was not.
    """

    pages: tuple[str, ...]
    mode: str
    language: str
    theme: str = ""
    loop: str = ""
    key_file: str = ""
    actor: str = ""
    survey: str = ""
    to: str = ""
    since: str = ""
    timezone: str = ""

    @property
    def has_start(self) -> bool:
        """Whether there is anything to choose from; where there is one page alone, people see nothing else."""
        return len(self.pages) > 1

    def save(self, folder: Path) -> None:
        """Write it where the kernels of the pages will look; nobody else may read it."""
        place = folder / _FILE
        place.touch(mode=0o600)
        place.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """Read what `save` wrote."""
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(**{**found, "pages": tuple(found["pages"])})


def pages_of(asked: set[str], mode: str | None, *, loop: str, survey: str) -> tuple[tuple[str, ...], str]:
    """Return the pages that can be served, and who fills in the form.

    Respondents see the form and nothing else: in the modes ``self`` and ``kiosk`` no other page is served.

    Parameters
    ----------
    asked : set of str
        Pages that were asked for by name; none means all that there is something for.
    mode : str or None
        Left out: the respondent's own where the form is the only page, an interview otherwise.
    loop, survey : str
        What there is.

    Returns
    -------
    tuple
        The pages and the mode.

    Raises
    ------
    ValueError
        If there is nothing to serve, or a page is asked for that cannot be.

    Examples
    --------
    >>> pages_of(set(), None, loop="loop.sqlite", survey="relationship-nps")
    (('board', 'form', 'retrospective'), 'interview')
    >>> pages_of(set(), "kiosk", loop="loop.sqlite", survey="relationship-nps")
    (('form',), 'kiosk')
    """
    has = {BOARD: bool(loop), FORM: bool(survey), RETROSPECTIVE: bool(loop)}
    needs = {BOARD: "--loop", FORM: "--survey", RETROSPECTIVE: "--loop"}
    for page in sorted(asked):
        if not has[page]:
            raise ValueError(message("app.page_needs", page=f"--{page}", option=needs[page]))
    if mode not in (None, STAFF, *RESPONDENT):
        raise ValueError(message("app.unknown_mode", mode=mode, known=", ".join((*RESPONDENT, STAFF))))
    if mode in RESPONDENT:
        if others := sorted(asked - {FORM}):
            raise ValueError(message("app.form_alone", mode=mode, pages=", ".join(f"--{page}" for page in others)))
        asked = {FORM}
        if not survey:
            raise ValueError(message("app.page_needs", page=f"--mode {mode}", option=needs[FORM]))
    pages = tuple(page for page, there in has.items() if there and (not asked or page in asked))
    if not pages:
        raise ValueError(message("app.nothing"))
    return pages, mode or (RESPONDENT[0] if pages == (FORM,) else STAFF)


def language_of(query: str, settings: Settings) -> str:
    """Return the language that an address asks for, or that of the app.

    Examples
    --------
    >>> language_of("language=zh", Settings(pages=("form",), mode="self", language="en"))
    'zh-CN'
    """
    asked = parse_qs(query).get("language", [""])[0]
    try:
        return normalise_tag(asked) if asked else settings.language
    except ValueError:
        return settings.language
