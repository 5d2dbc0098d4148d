"""What to measure: metric specifications that name their column and say which answers count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True)
class Nps:
    """Net Promoter Score of a 0–10 item: share of 9–10 minus share of 0–6, in points.

    An NPS is declared by naming its column; a 0–10 column is never guessed to be one.

    Parameters
    ----------
    item : str
        The column.
    name : str
        What the metric is called in tables and JSON.
    label : LocalText
        What it is called on display.

    Examples
    --------
    >>> Nps("recommend").items
    ('recommend',)
    """

    kind: ClassVar[str] = "nps"

    item: str
    name: str = field(default="nps", kw_only=True)
    label: LocalText = field(default_factory=lambda: message("scores.nps"), kw_only=True, repr=False, compare=False)

    @property
    def items(self) -> tuple[str, ...]:
        """The columns read."""
        return (self.item,)

    @property
    def levels(self) -> range:
        """The allowed answers."""
        return range(11)

    @property
    def values(self) -> tuple[int, ...]:
        """What each allowed answer contributes: −1 for a detractor, 0 for a passive, 1 for a promoter."""
        return (-1,) * 7 + (0,) * 2 + (1,) * 2


@dataclass(frozen=True, slots=True)
class TopBox:
    """Share of the answers in the `top` best points of a scale 1…`points` (CSAT: two of five; CES: three of seven).

    Parameters
    ----------
    item : str
        The column.
    points : int
        Points of the scale, 2 to 64.
    top : int
        How many of the best points count as a hit.
    name : str
        What the metric is called in tables and JSON.
    label : LocalText
        What it is called on display.

    Raises
    ------
    ValueError
        If the scale or the box is impossible.

    Examples
    --------
    >>> TopBox("overall").values
    (0, 0, 0, 1, 1)
    """

    kind: ClassVar[str] = "top_box"

    item: str
    points: int = 5
    top: int = 2
    name: str = field(default="csat", kw_only=True)
    label: LocalText = field(default_factory=lambda: message("scores.csat"), kw_only=True, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (2 <= self.points <= 64 and 1 <= self.top < self.points):
            raise ValueError(message("scores.impossible_box", points=self.points, top=self.top))

    @property
    def items(self) -> tuple[str, ...]:
        """The columns read."""
        return (self.item,)

    @property
    def levels(self) -> range:
        """The allowed answers."""
        return range(1, self.points + 1)

    @property
    def values(self) -> tuple[int, ...]:
        """What each allowed answer contributes: 1 for a hit, else 0."""
        return (0,) * (self.points - self.top) + (1,) * self.top


@dataclass(frozen=True, slots=True)
class MeanScore:
    """Mean of a numeric column, with Student's t interval.

    Parameters
    ----------
    item : str
        The column; any finite numbers.
    name : str
        What the metric is called in tables and JSON.
    label : LocalText
        What it is called on display.

    Examples
    --------
    >>> MeanScore("effort", name="mean effort").name
    'mean effort'
    """

    kind: ClassVar[str] = "mean"

    item: str
    name: str = field(default="mean", kw_only=True)
    label: LocalText = field(default_factory=lambda: message("scores.mean"), kw_only=True, repr=False, compare=False)

    @property
    def items(self) -> tuple[str, ...]:
        """The columns read."""
        return (self.item,)


@dataclass(frozen=True, slots=True)
class GapScore:
    """Mean gap between what people perceived and what they expected, paired within respondents.

    Each respondent's gap is the mean of the perceptions less the mean of the expectations; negative where the service
    falls short. Whoever did not answer all of the items counts as missing, as in `closeloop.servqual`.

    Parameters
    ----------
    expectation, perception : sequence of str
        The columns, in pairs: the first of one belongs to the first of the other.
    name : str
        What the metric is called in tables and JSON.
    label : LocalText
        What it is called on display.

    Raises
    ------
    ValueError
        If there are not as many of the one as of the other, or none.

    Examples
    --------
    >>> GapScore(["fast_expected"], ["fast_found"]).items
    ('fast_expected', 'fast_found')
    """

    kind: ClassVar[str] = "mean"

    expectation: Sequence[str]
    perception: Sequence[str]
    name: str = field(default="gap", kw_only=True)
    label: LocalText = field(default_factory=lambda: message("scores.gap"), kw_only=True, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("expectation", "perception"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        if not self.expectation or len(self.expectation) != len(self.perception):
            raise ValueError(
                message("scores.gap_pairs", expectations=len(self.expectation), perceptions=len(self.perception))
            )

    @property
    def items(self) -> tuple[str, ...]:
        """The columns read."""
        return (*self.expectation, *self.perception)


Metric = Nps | TopBox | MeanScore | GapScore
"""Any metric specification."""
