"""A survey beside its released versions: what is measured may not change its scale or its words without a word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from closeloop.errors import SurveyDefinitionError
from closeloop.forms.items import BaseItem, Matrix
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rule
from closeloop.survey.lint.subject import Subject


@rule(released_changed="error", released_wording="info")
def released(subject: Subject) -> Iterator[LintFinding]:
    """Give the measured questions that a released version asks otherwise.

    The released versions lie beside the file, in ``released/<id>@<version>.survey.yaml``.
    """
    survey = subject.survey
    for version, path in _snapshots(survey.path, survey.id):
        earlier = _items(path, path.stat().st_mtime_ns)
        if version > survey.version:
            continue
        for name in sorted(subject.measured):
            if not subject.form.has(name) or name not in earlier:
                continue
            item = subject.form.item(name)
            now, then = _asked(item), _asked(earlier[name])
            changed = [key for key in {**now, **then} if now.get(key) != then.get(key)]
            if changed:
                code = "released_changed" if version == survey.version else "released_wording"
                fields: dict[str, Any] = {"name": name, "version": version, "keys": ", ".join(changed)}
                yield subject.found(code, (*subject.paths[name], changed[0]), name, **fields)


def _snapshots(path: Path | None, survey_id: str) -> list[tuple[int, Path]]:
    from closeloop.survey.released import FOLDER, snapshots

    if path is None or path.parent.name == FOLDER:
        return []
    return [(each.version, each.path) for each in snapshots(path.parent) if each.id == survey_id]


@lru_cache(maxsize=64)
def _items(path: Path, _changed: int) -> dict[str, BaseItem]:
    from closeloop.survey.load import load_survey

    try:
        return {item.name: item for item in load_survey(path).items}
    except SurveyDefinitionError:
        return {}  # told where that file itself is looked at


def _asked(item: BaseItem) -> dict[str, object]:
    """Return what makes an answer comparable: the kind, the scale, the words of the question and of its ends."""
    asked: dict[str, object] = {"type": item.type, "ask": item.ask}
    if item.scale is not None:
        asked["points"] = item.scale
    for key in ("low", "high", "labels", "reverse"):
        if getattr(item, key, None):
            asked[key] = getattr(item, key)
    if isinstance(item, Matrix):
        asked["rows"] = {row.value: row.text for row in item.rows}
    return asked
