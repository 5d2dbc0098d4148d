"""The Python call that gives a result, written as a person would type it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from closeloop.text import LocalText

UNKNOWN = "…"
"""Stands in a written call for what the result does not know."""


def as_code(value: object) -> str:
    """Return a value as Python source: a literal, or a specification of ours with what is not its default.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
        ``…`` for whatever cannot be typed, such as a frame.

    Examples
    --------
    >>> from closeloop.metrics.period import Period
    >>> from closeloop.metrics.spec import TopBox
    >>> print(as_code(["地区", Period("answered_at", "quarter")]), as_code(TopBox("effort", points=7, name="ces")))
    ["地区", cl.Period("answered_at", "quarter")] cl.TopBox("effort", 7, name="ces")
    """
    if isinstance(value, str | LocalText):
        return json.dumps(str(value), ensure_ascii=False)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, dt.date):
        return json.dumps(value.isoformat())
    if isinstance(value, tuple | list):
        return f"[{', '.join(as_code(each) for each in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_code(key)}: {as_code(each)}" for key, each in value.items()) + "}"
    if is_dataclass(value) and not isinstance(value, type) and type(value).__name__ in _SPECIFICATIONS:
        return _specification(value)
    return UNKNOWN


_SPECIFICATIONS = ("Nps", "TopBox", "MeanScore", "GapScore", "Period", "Design")


def _specification(value: Any) -> str:
    """Return ``cl.Nps("recommend")``: what was given, in order, and by name what stands behind something left out."""
    said: list[str] = []
    in_order = True
    for each in fields(value):
        given = getattr(value, each.name)
        if not each.compare or (each.default is not MISSING and given == each.default):
            in_order = False
            continue
        in_order = in_order and _may_stand_alone(each)
        said.append(as_code(given) if in_order else f"{each.name}={as_code(given)}")
    return f"cl.{type(value).__name__}({', '.join(said)})"


def _may_stand_alone(part: Field[Any]) -> bool:
    return not part.kw_only


def written_call(name: str, given: Sequence[str], options: Mapping[str, tuple[object, object]]) -> str:
    """Return a call: the name, what is given in order, and the options that are not left as they are by default.

    Parameters
    ----------
    name : str
    given : sequence of str
        Source of the arguments in order.
    options : mapping
        Name → what was given, and its default.

    Examples
    --------
    >>> written_call("cl.score", ["responses", '"nps"'], {"by": ("region", None), "min_n": (10, 10)})
    'cl.score(responses, "nps", by="region")'
    """
    named = [f"{option}={as_code(value)}" for option, (value, default) in options.items() if value != default]
    return f"{name}({', '.join([*given, *named])})"
