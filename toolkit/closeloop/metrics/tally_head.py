"""What a tally's file says beside the counts, as JSON: metrics, keys, labels, parts, words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from closeloop.errors import StoreError
from closeloop.metrics.breakdowns import Key
from closeloop.metrics.counting import AnyTally
from closeloop.metrics.counts import CountTally
from closeloop.metrics.design import Design
from closeloop.metrics.period import Period
from closeloop.metrics.spec import GapScore, MeanScore, Metric, Nps, TopBox
from closeloop.metrics.tally import Tally
from closeloop.text import LocalText, message
from closeloop.versioned import MARK

KIND = "tally"
FORMAT = 1
"""Version of the layout."""

_METRICS = {kind.__name__: kind for kind in (Nps, TopBox, MeanScore, GapScore)}


def head_of(tally: Tally, tables: Sequence[AnyTally]) -> dict[str, Any]:
    """Return all that a tally says beside the cells of its tables, JSON-safe.

    Raises
    ------
    StoreError
        If a key has values that a file cannot hold.
    """
    values: dict[str, int] = {}
    lists: list[list[Any]] = []
    heads = []
    for table in tables:
        places = []
        for labels in table.labels:
            told = [_said(label) for label in labels]
            place = values.setdefault(repr(told), len(lists))
            if place == len(lists):
                lists.append(told)
            places.append(place)
        heads.append({
            "labels": places, "n_rows": table.n_rows, "equal_weight": table.equal_weight, "weighted": table.weighted,
            "n_answers": table.n_answers if isinstance(table, CountTally) else None,
        })  # fmt: skip
    return {
        MARK: KIND,
        "format": FORMAT,
        "metrics": [_metric(spec) for spec in tally.metrics],
        "cuts": [[_key(key) for key in cut] for cut in tally.cuts],
        "weight": tally.weight,
        "design": None if tally.design is None else _design(tally.design),
        "parts": dict(tally.parts),
        "survey": tally.survey,
        "source": _words(tally.source),
        "period": None if tally.period is None else [day.isoformat() for day in tally.period],
        "labels": [[name, [[_said(v), _words(t)] for v, t in texts.items()]] for name, texts in tally.labels.items()],
        "titles": {name: _words(text) for name, text in tally.titles.items()},
        "cautions": {item: [_words(text) for text in texts] for item, texts in tally.cautions.items()},
        "values": lists,
        "tables": heads,
    }


def stated(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `head_of` was given, as the arguments of `Tally`; the tables are not among them."""
    period = head["period"]
    return {
        "metrics": tuple(_read_metric(spec) for spec in head["metrics"]),
        "cuts": tuple(tuple(_read_key(key) for key in cut) for cut in head["cuts"]),
        "weight": head["weight"],
        "design": None if head["design"] is None else _read_design(head["design"]),
        "parts": dict(head["parts"]),
        "survey": head["survey"],
        "source": _read_words(head["source"]),
        "period": None if period is None else (dt.date.fromisoformat(period[0]), dt.date.fromisoformat(period[1])),
        "labels": {name: {_read(v): LocalText(t) for v, t in texts} for name, texts in head["labels"]},
        "titles": {name: LocalText(text) for name, text in head["titles"].items()},
        "cautions": {item: tuple(LocalText(text) for text in texts) for item, texts in head["cautions"].items()},
    }


def table_heads(head: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the file says of each table, its labels filled in."""
    lists = [[_read(value) for value in values] for values in head["values"]]
    return [{**table, "labels": [lists[place] for place in table["labels"]]} for table in head["tables"]]


def _metric(spec: Metric) -> dict[str, Any]:
    said = {each.name: getattr(spec, each.name) for each in fields(spec)}
    return {"kind": type(spec).__name__, **said, "label": _words(spec.label)}


def _read_metric(said: Mapping[str, Any]) -> Metric:
    given = {name: value for name, value in said.items() if name not in {"kind", "label"}}
    return _METRICS[said["kind"]](**given, label=LocalText(said["label"]))


def _key(key: Key) -> str | dict[str, Any]:
    return key if isinstance(key, str) else {each.name: getattr(key, each.name) for each in fields(key)}


def _read_key(said: str | Mapping[str, Any]) -> Key:
    return said if isinstance(said, str) else Period(**said)


def _design(design: Design) -> dict[str, Any]:
    """Return what is not left as it is by default; population counts by stratum as pairs."""
    said = {each.name: getattr(design, each.name) for each in fields(design)}
    said = {each.name: said[each.name] for each in fields(design) if said[each.name] != _default(each)}
    if isinstance(design.fpc, Mapping):
        said["fpc"] = [[_said(stratum), size] for stratum, size in design.fpc.items()]
    return said


def _default(each: Any) -> object:
    return None if each.default is MISSING else each.default


def _read_design(said: Mapping[str, Any]) -> Design:
    given = dict(said)
    if isinstance(given.get("fpc"), list):
        given["fpc"] = {_read(stratum): size for stratum, size in given["fpc"]}
    return Design(**given)


def _said(value: object) -> Any:
    """Return a value of a key so that JSON holds it with its type."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, dt.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    raise StoreError(message("tally.not_a_label", value=repr(value), found=type(value).__name__))


def _read(said: Any) -> object:
    if not isinstance(said, Mapping):
        return said
    if "float" in said:
        return float(said["float"])
    return dt.datetime.fromisoformat(said["time"]) if "time" in said else dt.date.fromisoformat(said["date"])


def _words(text: LocalText | str) -> str | dict[str, str]:
    return text if isinstance(text, str) else dict(text)


def _read_words(said: str | Mapping[str, str]) -> LocalText | str:
    return said if isinstance(said, str) else LocalText(said)
