"""The ids of cases and customers that triage makes: the same answer always has the same case."""

from __future__ import annotations

import base64
import hashlib
import struct

_CASE = 8
_SUBJECT = 12


def case_id(survey_id: str, response_id: str, again: int = 0) -> str:
    """Return the id of the case that a response opens.

    Parameters
    ----------
    survey_id, response_id : str
    again : int
        How often a case of this response was merged into another one before; a merged case stays merged.

    Examples
    --------
    >>> case_id("relationship-nps", "r-17"), case_id("relationship-nps", "r-17", again=1)
    ('C-YQU43I4R', 'C-RSC65FN2')
    """
    parts = (survey_id, response_id) if not again else (survey_id, response_id, str(again))
    return f"C-{_short(parts, _CASE)}"


def subject_id(respondent_id: str, salt: str = "") -> str:
    """Return the pseudonym of a customer; the loop's own salt keeps others from finding out who it is by trying.

    Examples
    --------
    >>> subject_id("4711") == subject_id("4711", "salt")
    False
    """
    return f"S-{_short((salt, respondent_id), _SUBJECT)}"


def _short(parts: tuple[str, ...], length: int) -> str:
    """Return a hash in letters and digits of texts, each with its length, so that "a","bc" is not "ab","c"."""
    content = b"".join(struct.pack(">I", len(part)) + part for part in (p.encode("utf-8", "replace") for p in parts))
    return base64.b32encode(hashlib.sha256(content).digest()[:10]).decode("ascii")[:length]  # 10 bytes: 16 signs
