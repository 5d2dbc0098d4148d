"""Responses as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from closeloop.responses.issues import COLUMNS
from closeloop.text import language, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

WEIGHT_OF_EFFECT: Mapping[str, int] = {"quarantined": 0, "superseded": 1, "blanked": 2}
"""What changed a row or an answer, the heaviest first."""


def responses_text(responses: Responses) -> str:
    """Return responses as text: the ledger, the files, and what was noted, the heaviest first."""
    ledger = {name: f"{count:,}" for name, count in responses.ledger.items()}
    lines = [str(message("responses.ledger_line", **ledger))]
    lines += [f"{s.name}: {s.platform_label} – {s.platform_reason}" for s in responses.sources]
    counts = issue_counts(responses.issues)
    lines += [f"  {effect:12} {n:>7,}  {item:20} {text}" for effect, item, text, n in counts]
    of_files = responses.issues[(responses.issues["source_row"] == 0) & (responses.issues["severity"] == "warning")]
    said = of_files["message_zh" if language() == "zh-CN" else "message_en"].astype(str)
    lines += [f"  ! {text}" for text in dict.fromkeys(said)]
    return "\n".join(lines)


def issue_counts(issues: pd.DataFrame) -> Sequence[tuple[str, str, str, int]]:
    """Return (effect, item, code, number of rows) for the issues that changed something, in order of weight."""
    part = issues[issues["effect"].isin(WEIGHT_OF_EFFECT)][list(COLUMNS)]
    counts = part.groupby(["effect", "item", "code"], observed=True).size().reset_index(name="n")
    rows = [(str(e), str(i), str(c), int(n)) for e, i, c, n in counts.itertuples(index=False)]
    return sorted(rows, key=lambda row: (WEIGHT_OF_EFFECT[row[0]], -row[3], row[1]))
