"""The table of what each column of the sources was taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from closeloop.responses.match import Match


def matched_rows(file: str, matches: Sequence[Match]) -> list[dict[str, Any]]:
    """Return what the columns of a source were taken for, as the rows of a table."""
    return [
        {
            "source_file": file,
            "position": match.column.position + 1,
            "source_column": match.column.header,
            "source_key": match.column.key,
            "item": match.item or match.system,
            "option": match.part,
            "role": match.role,
            "confidence": match.confidence,
            "verdict": match.verdict,
            "proposal": match.proposal,
            "reason_en": match.reason.en,
            "reason_zh": match.reason.zh,
        }
        for match in matches
    ]
