"""Whether every answer to one version of a survey has a place in a later one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from closeloop.errors import SurveyDefinitionError
from closeloop.forms.items import BaseItem
from closeloop.survey.diff.items import same_family
from closeloop.survey.document import path_text
from closeloop.survey.findings import Finding
from closeloop.survey.located import located
from closeloop.survey.route import Route, route
from closeloop.survey.survey import Survey
from closeloop.text import LANGUAGES, LocalText, message

SYSTEM_ITEMS = frozenset({"response_id", "respondent_id", "language", "wave", "channel_source"})
"""Items whose answers are columns of every response and do not migrate."""


def passage(old: Survey, new: Survey) -> Route:
    """Return the steps from one version of a survey to a later one.

    Raises
    ------
    SurveyDefinitionError
        If it is another survey or an earlier version, or something that was answered has no place and the file does
        not say what becomes of it: each such thing is a finding.
    """
    if old.id != new.id:
        raise SurveyDefinitionError(message("migrate.other_survey", found=old.id, asked=new.id))
    if new.version < old.version:
        raise SurveyDefinitionError(message("migrate.backwards", id=old.id, old=old.version, new=new.version))
    steps = route(new.migrations, old.version, new.version)
    faults = list(_faults(old, new, steps))
    if not faults:
        return steps
    document = located(new)
    file = document.file or str(new.path or "")
    remedy = message("migrate.remedy_migrate", old=old.version, new=new.version)
    place = ("migrations",) if new.migrations else ("version",)
    findings = [
        Finding(
            code="no_migration",
            file=file,
            line=document.line(place) if document.file else None,
            field=path_text(place),
            message=text,
            suggestion=remedy,
        )
        for text in faults
    ]
    title = message("migrate.no_step", id=old.id, old=old.version, new=new.version, n=len(findings))
    texts = {
        tag: "\n".join([title.in_language(tag), *(f"  {finding.in_language(tag)}" for finding in findings)])
        for tag in LANGUAGES
    }
    raise SurveyDefinitionError(LocalText(texts), findings)


def _faults(old: Survey, new: Survey, steps: Route) -> Iterator[LocalText]:
    later = {item.name: item for item in new.items}
    taken: dict[str, str] = {}
    for item in old.items:
        name = steps.name(item.name)
        if item.type == "note" or item.name in SYSTEM_ITEMS or name is None:
            continue
        if name not in later or later[name].type == "note":
            yield message("migrate.gone", item=item.name, new=new.version)
        elif taken.setdefault(name, item.name) != item.name:
            renamed = item.name if item.name != name else taken[name]
            yield message("migrate.onto_old", old=renamed, new=name, version=old.version)
        else:
            yield from _item_faults(item, later[name], new.version, steps)


def _item_faults(old: BaseItem, new: BaseItem, version: int, steps: Route) -> Iterator[LocalText]:
    if not same_family(old.type, new.type):
        yield message("migrate.type", item=new.name, old=old.type, new=new.type)
        return
    scales = old.scale, new.scale
    if scales[0] is not None:
        points = [steps.value(old.name, point, scales[1]) for point in scales[0]]
        told = scales[0] == scales[1] or steps.rescales(old.name) or points != list(scales[0])
        if not told or any(point is not None and point not in (scales[1] or ()) for point in points):
            shown = [f"{scale[0]}–{scale[-1]}" if scale is not None else "–" for scale in scales]
            yield message("migrate.scale", item=new.name, old=shown[0], new=shown[1])
    else:
        for value in old.values:
            if steps.value(old.name, value) not in (None, *new.values):
                yield message("migrate.option", item=old.name, old=value)
    rows: tuple[Any, ...] = getattr(old, "rows", ())
    kept = {f"{new.name}.{row.value}" for row in getattr(new, "rows", ())}
    for row in rows:
        moved = steps.name(f"{old.name}.{row.value}")
        if moved is not None and moved not in kept:
            yield message("migrate.gone", item=f"{old.name}.{row.value}", new=version)
