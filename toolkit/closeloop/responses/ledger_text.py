"""Responses as text: the ledger, the files, and what was noted, the heaviest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from closeloop.responses.issues import COLUMNS
from closeloop.text import LocalText, language, message

if TYPE_CHECKING:
    import pandas as pd

_WEIGHT_OF_EFFECT: Mapping[str, int] = {"quarantined": 0, "superseded": 1, "blanked": 2}
"""What changed a row or an answer, the heaviest first."""


def ledger_text(
    ledger: Mapping[str, int],
    sources: Iterable[tuple[str, LocalText, LocalText]],
    counts: Mapping[tuple[str, str, str], int],
    warnings: Iterable[LocalText],
) -> str:
    """Return responses as text.

    Parameters
    ----------
    ledger : mapping
    sources : iterable of (name, platform, reason)
        The files.
    counts : mapping
        (effect, item, code) of issues → how many; those that changed nothing are left out.
    warnings : iterable of LocalText
        What was noted about files as a whole.

    Examples
    --------
    >>> ledger = {"rows_in": 2, "accepted": 1, "quarantined": 1, "superseded": 0}
    >>> print(ledger_text(ledger, [], {("quarantined", "recommend", "out_of_range"): 1}, []))
    2 rows in = 1 accepted + 1 quarantined + 0 superseded
      quarantined        1  recommend            out_of_range
    """
    lines = [str(message("responses.ledger_line", **{name: f"{count:,}" for name, count in ledger.items()}))]
    lines += [f"{name}: {platform} – {reason}" for name, platform, reason in sources]
    changed = [what for what in counts if what[0] in _WEIGHT_OF_EFFECT]
    for what in sorted(changed, key=lambda what: (_WEIGHT_OF_EFFECT[what[0]], -counts[what], what[1], what[2])):
        effect, item, code = what
        lines.append(f"  {effect:12} {counts[what]:>7,}  {item:20} {code}")
    said = [text.in_language(language()) for text in warnings]
    return "\n".join([*lines, *(f"  ! {text}" for text in dict.fromkeys(said))])


def issue_counts(issues: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    """Return (effect, item, code) of issues → how many there are."""
    counts = issues[list(COLUMNS)].groupby(["effect", "item", "code"], observed=True).size().reset_index(name="n")
    return {(str(e), str(i), str(c)): int(n) for e, i, c, n in counts.itertuples(index=False)}


def warnings_of_files(issues: pd.DataFrame) -> list[LocalText]:
    """Return what was noted about files as a whole and should be heeded."""
    found = issues[(issues["source_row"] == 0) & (issues["severity"] == "warning")]
    pairs = found[["message_en", "message_zh"]].astype(str).itertuples(index=False)
    return [LocalText({"en": english, "zh-CN": chinese}) for english, chinese in pairs]
