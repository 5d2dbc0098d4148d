"""What is scored and analysed: a frame, or an object that hands one over with its metrics and its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas as pd

from closeloop.frames import as_frame, require_columns
from closeloop.metrics.spec import Metric
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.metrics.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInput:
    """What an object that is not a frame hands to `score`, by its method ``__closeloop_scores__()``.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per response that is to be counted.
    specs : mapping
        Name → metric specification, in the order in which the survey declares them.
    source : LocalText or str
        Where the answers come from.
    period : tuple of date, optional
        First and last day of the answers.
    labels, titles : mapping
        What values and columns are called on display.
    cautions : mapping
        Item → what a reader of its scores has to know, such as why those of two versions are not comparable.
    cache : dict
        Where coded columns may be kept; it belongs to an object that never changes.
    survey : str
        Id and version of the survey; empty without one.
    tally : Tally, optional
        In place of rows (the frame is then empty): what was counted of them.
    """

    frame: pd.DataFrame
    specs: Mapping[str, Metric] = field(default_factory=dict)
    source: LocalText | str = ""
    period: tuple[dt.date, dt.date] | None = None
    labels: Mapping[str, Mapping[object, LocalText]] = field(default_factory=dict)
    titles: Mapping[str, LocalText] = field(default_factory=dict)
    cautions: Mapping[str, tuple[LocalText, ...]] = field(default_factory=dict)
    cache: dict[object, Any] = field(default_factory=dict)
    survey: str = ""
    tally: Tally | None = None


def score_input(data: Any, *, tallies: bool = False) -> ScoreInput:
    """Return what an object hands over; a frame stands for itself.

    Parameters
    ----------
    data : frame, Responses or Tally
    tallies : bool
        Whether a tally will do; everything else needs the rows.

    Raises
    ------
    TypeError
        If the object hands over something else, or a tally where rows are needed.

    Examples
    --------
    >>> score_input({"recommend": [9]}).frame
    {'recommend': [9]}
    """
    hand_over = getattr(data, "__closeloop_scores__", None)
    if hand_over is None:
        return ScoreInput(frame=data)
    given = hand_over()
    if not isinstance(given, ScoreInput):
        raise TypeError(message("scores.not_a_frame", found=type(data).__name__))
    if given.tally is not None and not tallies:
        raise TypeError(message("tally.needs_rows"))
    return given


def answer_rows(given: ScoreInput, columns: Sequence[str], what: LocalText | str) -> pd.DataFrame:
    """Return some columns row by row, for what cannot be had from a tally.

    Parameters
    ----------
    given : ScoreInput
        What `score_input` returned.
    columns : sequence of str
        The columns needed; each once in the result.
    what : LocalText or str
        What needs the rows, for the message.

    Returns
    -------
    pandas.DataFrame
        The columns, in the order asked for.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If the frame is lazy: the rows are then somebody else's to collect.

    Examples
    --------
    >>> answer_rows(score_input({"a": [1], "b": [2]}), ["b"], "a median").shape
    (1, 1)
    """
    frame = as_frame(given.frame)
    wanted = list(dict.fromkeys(columns))
    require_columns(frame, wanted, given.source)
    if isinstance(frame, nw.LazyFrame):
        raise ValueError(message("scores.needs_rows", what=what, columns=", ".join(wanted)))  # noqa: TRY004
    if isinstance(frame, pd.DataFrame):
        return frame[wanted]
    rows: pd.DataFrame = frame.select(wanted).to_pandas()
    return rows


def cautions_on(given: ScoreInput, metrics: Sequence[Metric]) -> tuple[LocalText, ...]:
    """Return what a reader of these metrics has to know about their items, each once.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> given = ScoreInput(frame=pd.DataFrame(), cautions={"recommend": (LocalText("Not comparable."),)})
    >>> [str(text) for text in cautions_on(given, [Nps("recommend")])]
    ['Not comparable.']
    """
    items = (item.partition("__")[0] for metric in metrics for item in metric.items)
    return tuple(dict.fromkeys(text for item in items for text in given.cautions.get(item, ())))


def checked_keys(names: Sequence[str], reserved: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the keys that groups are made by, if all of them can head a column of the table.

    Raises
    ------
    ValueError
        If one is the name of another of the table's columns, or stands twice.

    Examples
    --------
    >>> checked_keys(["region"], ["n", "estimate"])
    ('region',)
    """
    for name in names:
        if name in reserved:
            raise ValueError(message("scores.reserved_key", key=name))
        if names.count(name) > 1:
            raise ValueError(message("scores.key_twice", key=name))
    return tuple(names)


def chosen_metric(metric: Metric | str | None, given: ScoreInput) -> Metric:
    """Return the one metric asked for; None is the only one that the survey declares.

    Raises
    ------
    ValueError
        If a name is not declared, or several are declared and none is named.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> chosen_metric(None, ScoreInput(frame=pd.DataFrame(), specs={"nps": Nps("recommend")}))
    Nps(item='recommend', name='nps')
    """
    specs = chosen_metrics(metric, given)
    if len(specs) > 1:
        raise ValueError(message("scores.which_metric", names=", ".join(spec.name for spec in specs)))
    return specs[0]


def chosen_metrics(metric: Metric | str | Sequence[Metric | str] | None, given: ScoreInput) -> list[Metric]:
    """Return the metrics asked for: specifications as they are, names as the survey declares them, None for all.

    Raises
    ------
    ValueError
        If a name is not declared, comes twice, or nothing is asked for.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> chosen_metrics(Nps("recommend"), ScoreInput(frame=pd.DataFrame()))
    [Nps(item='recommend', name='nps')]
    """
    wanted: Sequence[Metric | str]
    wanted = list(given.specs) if metric is None else [metric] if isinstance(metric, Metric | str) else list(metric)
    found: list[Metric] = []
    for one in wanted:
        if isinstance(one, str):
            if one not in given.specs:
                declared = ", ".join(given.specs) or message("scores.none_declared")
                raise ValueError(message("scores.unknown_metric", name=one, declared=declared))
            found.append(given.specs[one])
        else:
            found.append(one)
    if not found:
        raise ValueError(message("scores.no_metric"))
    names = [spec.name for spec in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(message("scores.metric_twice", name=twice))
    return found
