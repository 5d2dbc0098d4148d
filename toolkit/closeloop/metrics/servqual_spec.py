"""Which columns are expectations and which perceptions, by dimension of service quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from closeloop.metrics.planned import column_of, dimensions_of, planned, reversed_of, scale_of
from closeloop.text import LocalText, message

DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
"""The five dimensions of SERVQUAL, in the order of its items."""
CLASSIC_ITEMS: Mapping[str, range] = dict(
    zip(DIMENSIONS, (range(1, 5), range(5, 10), range(10, 14), range(14, 18), range(18, 23)), strict=True)
)
"""Dimension → numbers of its items among the 22."""
NEGATIVE_IN_1988 = (*range(10, 14), *range(18, 23))
"""The items that the version of 1988 words negatively."""

_MOST_POINTS = 101


@dataclass(frozen=True, slots=True)
class ServqualSpec:
    """Which columns are compared in `closeloop.servqual`.

    Parameters
    ----------
    dimensions : mapping
        Dimension → pairs (column of the expectation, column of the perception). A single column instead of a pair is
        a perception alone (SERVPERF); then every entry has to be one.
    weights : mapping, optional
        Dimension → column of the points that each respondent gave it out of 100.
    reverse : sequence of str
        Columns in which a high answer is a bad one.
    points : int
        The scale runs from 1 to `points`.

    Raises
    ------
    ValueError
        If there is nothing to compare, a dimension is empty, pairs and single columns are mixed, a column comes twice,
        or weights are not given for exactly the dimensions.

    Examples
    --------
    >>> ServqualSpec({"tangibles": [("e1", "p1"), ("e2", "p2")]}).pairs
    (('tangibles', 'e1', 'p1'), ('tangibles', 'e2', 'p2'))
    """

    dimensions: Mapping[str, Sequence[tuple[str, str] | str]]
    weights: Mapping[str, str] | None = field(default=None, kw_only=True)
    reverse: Sequence[str] = field(default=(), kw_only=True)
    points: int = field(default=7, kw_only=True)

    def __post_init__(self) -> None:
        entries = [entry for entries in self.dimensions.values() for entry in entries]
        single = {isinstance(entry, str) for entry in entries}
        if not entries or not all(self.dimensions.values()):
            raise ValueError(message("servqual.nothing"))
        if len(single) > 1 or any(not isinstance(entry, str) and len(entry) != 2 for entry in entries):
            raise ValueError(message("servqual.mixed"))
        columns = self.columns
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            raise ValueError(message("servqual.twice", column=twice))
        stray = next((name for name in self.reverse if name not in columns), None)
        if stray is not None:
            raise ValueError(message("servqual.stray_reverse", column=stray))
        if self.weights is not None and set(self.weights) != set(self.dimensions):
            raise ValueError(message("servqual.weights", dimensions=", ".join(map(str, self.dimensions))))
        if not 2 <= self.points <= _MOST_POINTS:
            raise ValueError(message("servqual.points", points=self.points))

    @property
    def pairs(self) -> tuple[tuple[str, str | None, str], ...]:
        """Dimension, expectation (None for perceptions alone) and perception of every item."""
        return tuple(
            (dimension, None, entry) if isinstance(entry, str) else (dimension, *entry)
            for dimension, entries in self.dimensions.items()
            for entry in entries
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of answers."""
        return tuple(name for _, expectation, perception in self.pairs for name in (expectation, perception) if name)

    @property
    def perceptions_only(self) -> bool:
        """Whether there are no expectations (SERVPERF)."""
        return self.pairs[0][1] is None

    @classmethod
    def classic(
        cls,
        perceptions: Sequence[str],
        expectations: Sequence[str] | None = None,
        *,
        weights: Mapping[str, str] | None = None,
        negative: Sequence[int] = (),
        points: int = 7,
    ) -> ServqualSpec:
        """Return the layout of the 22 items, four or five to each dimension.

        Tangibles 1–4, reliability 5–9, responsiveness 10–13, assurance 14–17, empathy 18–22. The wording of the items
        is under copyright and not part of closeloop.

        Parameters
        ----------
        perceptions, expectations : sequence of str
            22 columns each, in the order of the items; without expectations SERVPERF.
        weights : mapping, optional
            Dimension → column of its points out of 100.
        negative : sequence of int
            Numbers of the items worded negatively; of the version of 1988 `NEGATIVE_IN_1988`.
        points : int
            The scale runs from 1 to `points`.

        Raises
        ------
        ValueError
            If there are not 22 columns.

        References
        ----------
        Parasuraman A., Zeithaml V. A., Berry L. L. (1988), Journal of Retailing 64:12–40; (1991) 67:420–450.

        Examples
        --------
        >>> spec = ServqualSpec.classic([f"p{i}" for i in range(1, 23)], [f"e{i}" for i in range(1, 23)])
        >>> {name: len(pairs) for name, pairs in spec.dimensions.items()}
        {'tangibles': 4, 'reliability': 5, 'responsiveness': 4, 'assurance': 4, 'empathy': 5}
        """
        last = CLASSIC_ITEMS[DIMENSIONS[-1]][-1]
        for columns in (perceptions, *(() if expectations is None else (expectations,))):
            if len(columns) != last:
                raise ValueError(message("servqual.not_classic", expected=last, found=len(columns)))
        kinds = [perceptions] if expectations is None else [expectations, perceptions]
        return cls(
            {
                name: [perceptions[i - 1] if expectations is None else (expectations[i - 1], perceptions[i - 1])
                       for i in numbers]
                for name, numbers in CLASSIC_ITEMS.items()
            },
            weights=weights,
            reverse=tuple(columns[i - 1] for columns in kinds for i in negative),
            points=points,
        )  # fmt: skip


def servqual_spec(data: Any, spec: Any) -> ServqualSpec:
    """Return what is to be compared: a specification, a mapping of its form, or what the survey declares.

    A survey declares it by a metric of the kind ``servqual``, or, for perceptions alone, by items with a ``dimension``.

    Raises
    ------
    ValueError
        If the survey declares nothing of the kind.

    Examples
    --------
    >>> servqual_spec({}, {"dimensions": {"tangibles": [("e1", "p1")]}, "points": 5}).points
    5
    >>> servqual_spec({}, {"tangibles": [("e1", "p1")]}).columns
    ('e1', 'p1')
    """
    if isinstance(spec, ServqualSpec):
        return spec
    if isinstance(spec, Mapping):
        if isinstance(spec.get("dimensions"), Mapping):
            return ServqualSpec(**spec)
        return ServqualSpec(spec)
    alone = dimensions_of(data)
    if spec is None and alone and not _has_plan(data):
        return _on_scale(data, alone)
    plan = planned(data, spec, "servqual")
    rows: dict[str, list[tuple[str, str]]] = {
        name: [(column_of(f"{plan.expectations}.{row}"), column_of(f"{plan.perceptions}.{row}")) for row in members]
        for name, members in plan.dimensions.items()
    }
    return _on_scale(data, rows)


def dimension_title(name: str) -> LocalText:
    """Return what a dimension is called; the five of SERVQUAL in both languages.

    Examples
    --------
    >>> dimension_title("empathy").zh
    '移情性'
    """
    if name in DIMENSIONS:
        return message(f"servqual.{name}")
    return LocalText({"en": name, "zh-CN": name})


def _has_plan(data: Any) -> bool:
    survey = getattr(data, "survey", None)
    return survey is not None and any(plan.kind == "servqual" for plan in survey.metrics.values())


def _on_scale(data: Any, dimensions: Mapping[str, Sequence[tuple[str, str] | str]]) -> ServqualSpec:
    """Return a specification with the scale and the reversed items of the survey."""
    found = ServqualSpec(dimensions)
    scale = scale_of(data, found.columns)
    if scale is None or scale.start != 1 or scale.step != 1:
        raise ValueError(message("servqual.no_scale"))
    turned = reversed_of(data)
    return ServqualSpec(dimensions, reverse=[c for c in found.columns if c in turned], points=scale[-1])
