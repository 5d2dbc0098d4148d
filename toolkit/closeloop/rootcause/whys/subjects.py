"""What a cause is about: our own words, or the codes of the codebook of cause classes."""

from __future__ import annotations

from functools import cache

from closeloop.text import LocalText, message

SUBJECTS = ("person", "procedure", "machine", "material", "policy", "environment", "information", "customer")
"""What a cause may be about, where the codebook of cause classes is not used; any other word is taken as it is."""
_CODEBOOK = "cause-classes"


@cache
def _classes() -> dict[str, tuple[LocalText, bool]]:
    """Return the codes of the codebook: label, and whether a cause of this class is never the end of the asking."""
    from closeloop.themes.codebooks.codebook_file import load_codebook  # reads a file: only once somebody asks

    codes = load_codebook(_CODEBOOK).codes
    return {code.id: (code.label, code.tags.get("never_terminal") == "true") for code in codes}


def subject_label(subject: str) -> LocalText:
    """Return what a subject is called.

    Examples
    --------
    >>> subject_label("machine").zh, subject_label("internal_process").en, subject_label("warehouse").en
    ('设备', 'Internal process', 'warehouse')
    """
    if subject in SUBJECTS:
        return message(f"whys.subject_{subject}")
    return _classes()[subject][0] if subject in _classes() else LocalText(subject)


def is_person(subject: str) -> bool:
    """Whether a subject means somebody's conduct, which is never the end of the asking.

    Examples
    --------
    >>> is_person("person"), is_person("employee_execution"), is_person("procedure")
    (True, True, False)
    """
    if not subject or subject in SUBJECTS:
        return subject == "person"
    return subject in _classes() and _classes()[subject][1]
