"""Metrics and import maps against the items that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from closeloop.errors import closest
from closeloop.forms.items import BaseItem, Matrix
from closeloop.survey.document import KeyPath
from closeloop.survey.findings import Finding
from closeloop.survey.plan import KanoPlan, MeanPlan, MetricPlan, NpsPlan, Plan, ServqualPlan, TopBoxPlan
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.semantics import Outline

SYSTEM_COLUMNS = frozenset(
    {"response_id", "respondent_id", "answered_at", "status", "language", "wave", "channel_source"}
)
"""Columns of every accepted response that an import map may name beside the items."""

_PLAN: TypeAdapter[MetricPlan] = TypeAdapter(Plan)
_NPS_SCALE = range(11)


def check_metrics(outline: Outline) -> Iterator[Finding]:
    """Give the faults between the analysis plan and the items."""
    metrics = outline.document.data.get("metrics")
    for name, raw in metrics.items() if isinstance(metrics, Mapping) else ():
        path: KeyPath = ("metrics", name)
        try:
            plan = _PLAN.validate_python(raw)
        except ValidationError:
            continue  # reported where the whole file is validated
        faults = [outline.unknown_name("metric_item", each, _place(path, raw, each)) for each in plan.items]
        unknown = [fault for fault in faults if fault is not None]
        yield from unknown
        if not unknown:
            yield from _wrong_type(outline, plan, path)


def _place(path: KeyPath, raw: Mapping[str, Any], item: str) -> KeyPath:
    """Return the path of the key under which a metric names an item."""
    for key, value in raw.items():
        if value == item or (isinstance(value, list) and item in value):
            return (*path, key)
    return path


def _scale(outline: Outline, name: str) -> tuple[BaseItem | None, range | None]:
    head, _, row = name.partition(".")
    entry = outline.entry(head)
    item = entry.item if entry else None
    if isinstance(item, Matrix) and not row:
        return item, None  # a whole matrix is not one scale
    return item, item.scale if item else None


def _wrong_type(outline: Outline, plan: MetricPlan, path: KeyPath) -> Iterator[Finding]:
    if isinstance(plan, ServqualPlan):
        yield from _servqual(outline, plan, path)
        return
    for name in plan.items:
        item, scale = _scale(outline, name)
        if item is None or _fits(plan, item, scale):
            continue
        needed = message(f"survey.needs_{plan.kind}")
        text = message("survey.metric_type", kind=plan.kind, needed=needed, name=name, type=item.type)
        yield outline.finding("metric_type", (*path, "item") if len(plan.items) == 1 else path, text, item=name)
    if isinstance(plan, TopBoxPlan):
        yield from _top_box(outline, plan, path)


def _fits(plan: MetricPlan, item: BaseItem, scale: range | None) -> bool:
    if isinstance(plan, NpsPlan):
        return item.type == "nps" or (item.type == "rating" and scale == _NPS_SCALE)
    if isinstance(plan, MeanPlan):
        return scale is not None or item.type == "number"
    if isinstance(plan, KanoPlan):
        return len(item.values) == 5 or (scale is not None and len(scale) == 5)
    if isinstance(plan, TopBoxPlan):
        if plan.kind != "top_box" and item.type not in {plan.kind, "rating", "matrix"}:
            return False
        return scale is not None and scale.start == 1 and scale.step == 1
    return scale is not None


def _top_box(outline: Outline, plan: TopBoxPlan, path: KeyPath) -> Iterator[Finding]:
    _, scale = _scale(outline, plan.item)
    if scale is None:
        return
    if plan.points is not None and plan.points != scale[-1]:
        text = message("survey.metric_points", found=plan.points, name=plan.item, points=scale[-1])
        yield outline.finding("metric_points", (*path, "points"), text, item=plan.item)
    if plan.top is not None and plan.top >= len(scale):
        text = message("survey.top_too_many", top=plan.top, points=len(scale))
        yield outline.finding("top_too_many", (*path, "top"), text, item=plan.item)


def _servqual(outline: Outline, plan: ServqualPlan, path: KeyPath) -> Iterator[Finding]:
    rows: list[tuple[str, ...]] = []
    for key, name in (("expectations", plan.expectations), ("perceptions", plan.perceptions)):
        entry = outline.entry(name)
        item = entry.item if entry else None
        if item is None:
            return
        if not isinstance(item, Matrix) or item.scale is None:
            needed = message("survey.needs_servqual")
            text = message("survey.metric_type", kind=plan.kind, needed=needed, name=name, type=item.type)
            yield outline.finding("metric_type", (*path, key), text, item=name)
            return
        rows.append(tuple(row.value for row in item.rows))
    if set(rows[0]) != set(rows[1]):
        different = ", ".join(sorted(set(rows[0]) ^ set(rows[1])))
        yield outline.finding("servqual_rows", path, message("survey.servqual_rows", rows=different))
    for dimension, members in plan.dimensions.items():
        for row in members:
            if row not in rows[0]:
                similar = closest(row, rows[0], n=1)
                suggestion = message("survey.did_you_mean", name=similar[0]) if similar else None
                text = message("survey.servqual_row", row=row, dimension=dimension, matrix=plan.expectations)
                yield outline.finding("servqual_row", (*path, "dimensions", dimension), text, suggestion)


def check_sources(outline: Outline) -> Iterator[Finding]:
    """Give the faults between the import maps and the items."""
    sources = outline.document.data.get("sources")
    for platform, maps in sources.items() if isinstance(sources, Mapping) else ():
        for key, raw in maps.items() if isinstance(maps, Mapping) else ():
            path: KeyPath = ("sources", platform, key)
            if key in SYSTEM_COLUMNS or not isinstance(key, str):
                continue
            head, dot, part = key.partition(".")
            entry = outline.entry(head)
            if entry is None:
                fault = outline.unknown_name("source_item", head, path)
                if fault is not None:
                    yield fault
            elif entry.item is not None:
                if dot and part not in _parts(entry.item):
                    yield _unknown_part(outline, path, part, entry.item)
                yield from _targets(outline, path, raw, entry.item)


def _parts(item: BaseItem) -> tuple[str, ...]:
    """Return what may stand behind the dot: options that have their own column, rows, and the text of “other”."""
    if isinstance(item, Matrix):
        return tuple(row.value for row in item.rows)
    own = item.values if item.type in {"multi", "ranking"} else ()
    return (*own, "other_text") if getattr(item, "other", False) else own


def _unknown_part(outline: Outline, path: KeyPath, part: str, item: BaseItem) -> Finding:
    similar = closest(part, _parts(item), n=1)
    suggestion = message("survey.did_you_mean", name=f"{item.name}.{similar[0]}") if similar else None
    text = message("survey.source_part", part=part, name=item.name)
    return outline.finding("source_part", path, text, suggestion, item.name)


def _targets(outline: Outline, path: KeyPath, raw: object, item: BaseItem) -> Iterator[Finding]:
    """Give the translations that lead to no option, row, point or yes/no of the item."""
    allowed = set(item.values)
    if isinstance(item, Matrix):
        allowed |= {row.value for row in item.rows}
    if item.scale is not None:
        allowed |= {str(point) for point in item.scale}
    if item.type == "yesno":
        allowed = {"true", "false"}
    for key in ("options", "codes"):
        translation = raw.get(key) if isinstance(raw, Mapping) else None
        for source, target in translation.items() if isinstance(translation, Mapping) else ():
            name = str(target).lower() if isinstance(target, bool) else str(target)
            if name not in allowed:
                similar = closest(name, allowed, n=1)
                known = message("survey.known_keys", names=", ".join(sorted(allowed)))
                suggestion = message("survey.did_you_mean", name=similar[0]) if similar else known
                text = message("survey.source_target", target=name, name=item.name)
                yield outline.finding("source_target", (*path, key, str(source)), text, suggestion, item.name)
