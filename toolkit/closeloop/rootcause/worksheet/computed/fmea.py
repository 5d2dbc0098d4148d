"""Failure modes and effects: severity, occurrence and detection kept apart, and a band for how soon to act.

The product of the three is printed because people ask for it, and ranks nothing: the scales are ordinal, so that
2 × 2 × 10 and 10 × 2 × 2 are the same number and not the same danger.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.worksheet.computed.reading import distinct, name_in, named, rows_of, score_in
from closeloop.text import LocalText, message

SCALE = range(1, 11)
PRIORITIES = ("high", "medium", "low")
TABLE: tuple[tuple[int, str, tuple[tuple[int, int], ...]], ...] = (
    (9, "high", ((4, 1), (2, 7))),
    (9, "medium", ((2, 1),)),
    (7, "high", ((7, 1), (4, 7))),
    (7, "medium", ((4, 1), (2, 7))),
    (4, "high", ((8, 7),)),
    (4, "medium", ((6, 1), (4, 7))),
    (2, "medium", ((8, 7),)),
)
"""Our table of action priority: from this severity on, the priority holds if occurrence and detection both reach one of
the pairs; the first line that holds decides, and what none holds for is low. Severity weighs most, then occurrence,
then detection; nothing is less urgent than what has lower scores."""


def priority_of(severity: float, occurrence: float, detection: float) -> str:
    """Return the action priority of three scores, 1…10 each.

    Examples
    --------
    >>> priority_of(10, 2, 2), priority_of(2, 2, 10), priority_of(9, 4, 1)
    ('medium', 'low', 'high')
    """
    for least, name, pairs in TABLE:
        if severity >= least and any(occurrence >= o and detection >= d for o, d in pairs):
            return name
    return "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureMode:
    """One way to fail.

    Attributes
    ----------
    name : str
    effect, cause, action, owner : str
    severity, occurrence, detection : float
        1…10; 10 is the gravest, the most frequent, the one that cannot be noticed. NaN where there is none.
    """

    name: str
    effect: str
    cause: str
    action: str
    owner: str
    severity: float
    occurrence: float
    detection: float

    @property
    def priority(self) -> str:
        """``high``, ``medium`` or ``low``; empty where a score is missing."""
        if math.isnan(self.product):
            return ""
        return priority_of(self.severity, self.occurrence, self.detection)

    @property
    def product(self) -> float:
        """S × O × D; ranks nothing."""
        return self.severity * self.occurrence * self.detection


@dataclass(frozen=True, slots=True, kw_only=True)
class Fmea(TableResult):
    """Failure modes, the most urgent first.

    Attributes
    ----------
    modes : tuple of FailureMode
        By priority, then severity, occurrence and detection; those without a score last.
    """

    kind: ClassVar[str] = "fmea"

    modes: tuple[FailureMode, ...]

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("matrices.fmea_title", n=len(self.modes))

    @property
    def sentence(self) -> LocalText:
        """How many are urgent, and which."""
        urgent = [mode.name for mode in self.modes if mode.priority == "high"]
        if not any(mode.priority for mode in self.modes):
            return message("matrices.fmea_unrated")
        if not urgent:
            return message("matrices.fmea_none")
        return message("matrices.fmea_high", n=len(urgent), names=named(urgent))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What is missing, how the priority is made, why the product ranks nothing."""
        lacking = {
            "unscored": [mode.name for mode in self.modes if not mode.priority],
            "no_action": [mode.name for mode in self.modes if mode.priority == "high" and not mode.action],
            "no_owner": [mode.name for mode in self.modes if mode.action and not mode.owner],
        }
        found = [message(f"matrices.fmea_{key}", names=named(names)) for key, names in lacking.items() if names]
        return (*found, message("matrices.fmea_table"), message("matrices.fmea_product_note"))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Priority, mode, effect, cause, the three scores, action, owner, product."""
        texts = ("priority", "mode", "effect", "cause")
        scores = ("severity", "occurrence", "detection")
        return (
            *(Shown(name, message(f"matrices.fmea_{name}")) for name in texts),
            *(Shown(name, message(f"matrices.fmea_{name}"), "count") for name in scores),
            *(Shown(name, message(f"matrices.fmea_{name}")) for name in ("action", "owner")),
            Shown("product", message("matrices.fmea_product"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """One row per failure mode."""
        return [
            {
                "priority": message(f"matrices.priority_{mode.priority}") if mode.priority else None,
                "mode": mode.name,
                "effect": mode.effect or None,
                "cause": mode.cause or None,
                "severity": mode.severity,
                "occurrence": mode.occurrence,
                "detection": mode.detection,
                "action": mode.action or None,
                "owner": mode.owner or None,
                "product": mode.product,
            }
            for mode in self.modes
        ]

    def facts(self) -> Mapping[str, Any]:
        """How many failure modes have which priority."""
        return {name: sum(1 for mode in self.modes if mode.priority == name) for name in PRIORITIES}

    def plot(self, ax: Any = None) -> Any:
        """Draw the three scores of each failure mode side by side."""
        from closeloop.views.option_chart import plot_fmea

        return plot_fmea(self, ax)


def fmea(failures: Sequence[Mapping[str, Any]]) -> Fmea:
    """Sort failure modes by how soon to act on them.

    Parameters
    ----------
    failures : sequence of mapping
        ``mode``, ``severity``, ``occurrence``, ``detection`` (1 to 10); ``effect``, ``cause``, ``action``, ``owner``.

    Returns
    -------
    Fmea

    Raises
    ------
    ValueError
        If there are none or a score lies outside 1 to 10.

    Examples
    --------
    >>> found = fmea([{"mode": "typo", "severity": 2, "occurrence": 2, "detection": 10},
    ...               {"mode": "wrong dose", "severity": 10, "occurrence": 2, "detection": 2}])
    >>> [(mode.name, mode.priority, mode.product) for mode in found.modes]
    [('wrong dose', 'medium', 40.0), ('typo', 'low', 40.0)]
    """
    rows = rows_of(failures, "failures")
    names = distinct(name_in(row, "mode", number) for number, row in enumerate(rows, 1))
    modes = []
    for name, row in zip(names, rows, strict=True):
        scores: dict[str, Any] = {
            slot: score_in(row, slot, name, SCALE[0], SCALE[-1]) for slot in ("severity", "occurrence", "detection")
        }
        texts: dict[str, Any] = {
            slot: str(row.get(slot) or "").strip() for slot in ("effect", "cause", "action", "owner")
        }
        modes.append(FailureMode(name=name, **texts, **scores))
    return Fmea(modes=tuple(sorted(modes, key=_urgency)))


def _urgency(mode: FailureMode) -> tuple[float, ...]:
    if not mode.priority:
        return (len(PRIORITIES), 0, 0, 0)
    return PRIORITIES.index(mode.priority), -mode.severity, -mode.occurrence, -mode.detection


def compute(given: Mapping[str, Any]) -> Fmea:
    """Return the failure modes of a worksheet."""
    return fmea(given["failures"])
