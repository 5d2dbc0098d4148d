"""One finding about a case, with its words."""

from __future__ import annotations

from closeloop.rootcause.findings import Finding, Level
from closeloop.text import LocalText, message


def fault(rule: str, level: Level, key: str, at: object = "", **said: object) -> Finding:
    """Return a finding whose text is ``case.<key>`` and whose advice is ``case.<key>_do``.

    Examples
    --------
    >>> print(fault("C6", "error", "no_owner"))
    C6: The case has no owner. assign(owner=…).
    """
    return Finding(
        rule=rule,
        level=level,
        at=str(at),
        message=message(f"case.{key}", **said),
        suggestion=message(f"case.{key}_do", **said),
    )


def days_and_hours(seconds: float) -> LocalText:
    """Return a span of time in words.

    Examples
    --------
    >>> str(days_and_hours(100 * 3600))
    '4 days 4 hours'
    """
    days, hours = divmod(round(seconds / 3600), 24)
    return message("case.span" if days else "case.span_hours", days=days, hours=hours)
