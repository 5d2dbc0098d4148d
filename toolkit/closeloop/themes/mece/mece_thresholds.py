"""The thresholds of a MECE check. They are ours: no standard names any but that of α."""

from __future__ import annotations

from dataclasses import dataclass, fields

from closeloop.text import message


@dataclass(frozen=True, slots=True, kw_only=True)
class MeceThresholds:
    """What a MECE check allows. All are closeloop's own choices, but for `alpha`, which is Krippendorff's (2004).

    Attributes
    ----------
    residual : float
        Share of mentions that may be left over (“Other”, uncoded, parent only).
    overlap : float
        Share of mentions that may lie in two or more categories.
    new : float
        Chance that the next mention brings a code not met yet.
    alpha : float
        What the lower limit of Krippendorff's α must reach where several coders judged.
    n : int
        Mentions that a pass needs. At fewer than about 100 even a share of 0 leaves room for more than 5 %.
    tolerance : float
        A share passes if it lies within its threshold and its upper limit within so many times the threshold.
    containment : float
        Share of a category within another from which on it looks like a part of it.
    jaccard : float
        Mentions in both, of those in either, from which on two categories should be merged or told apart better.
    shared : int
        Mentions in both that a hint needs: of fewer, one miscoded mention would move the share by a fifth or more.
    dominant : float
        Share of mentions in one category from which on it is too large to say anything.

    Examples
    --------
    >>> MeceThresholds(residual=0.1).overlap
    0.05
    """

    residual: float = 0.05
    overlap: float = 0.05
    new: float = 0.05
    alpha: float = 0.667
    n: int = 100
    tolerance: float = 2.0
    containment: float = 0.8
    jaccard: float = 0.15
    shared: int = 5
    dominant: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what cannot be a threshold."""
        for field in fields(self):
            value = getattr(self, field.name)
            counted = field.name in ("n", "shared", "tolerance")
            if not (isinstance(value, int | float) and (value >= 1 if counted else 0 <= value <= 1)):
                allowed = "≥ 1" if counted else "0…1"
                raise ValueError(message("mece.threshold", name=field.name, value=value, allowed=allowed))
