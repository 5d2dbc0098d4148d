"""Which scores of responses to several versions cannot be compared, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from closeloop.responses.migrate.earlier import is_inferred
from closeloop.survey.route import route
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.responses.opened import Opened
    from closeloop.survey.survey import Survey


def score_cautions(opened: Sequence[Opened], survey: Survey | None) -> Mapping[str, tuple[LocalText, ...]]:
    """Return for each item of a metric that changed between the versions at hand why its scores are not comparable.

    A rescaling that the survey file calls ``comparable: true`` is none of the reasons.
    """
    found: dict[str, dict[LocalText, None]] = {}
    if survey is None:
        return {}
    lineages = {tuple(map(id, each.lineage)): each.lineage for each in opened if each.lineage}
    for lineage in lineages.values():
        for name, text in _cautions(lineage, survey):
            found.setdefault(name, {})[text] = None
    return {name: tuple(texts) for name, texts in found.items()}


def _cautions(lineage: Sequence[Survey], survey: Survey) -> list[tuple[str, LocalText]]:
    scored = {name.partition(".")[0] for plan in survey.metrics.values() for name in plan.items}
    versions = [*lineage, survey]
    found: list[tuple[str, LocalText]] = []
    for place, (old, new) in enumerate(pairwise(versions)):
        later = pairwise(versions[place + 1 :])
        onward = [route(after.migrations, before.version, after.version) for before, after in later]
        steps = route(new.migrations, old.version, new.version)
        spoilt = old.diff(new).not_comparable
        back = {steps.name(item.name): item.name for item in old.items}
        for item in new.items:
            name: str | None = item.name
            for each in onward:
                name = None if name is None else each.name(name)
            if name is None or name not in scored:
                continue
            hows = steps.rescales(str(back.get(item.name, "")))
            fields = {"old": old.version, "new": new.version, "item": name}
            if hows and not all(how.comparable for how in hows):
                found.append((name, message("migrate.not_comparable_rescaled", **fields)))
            excused = {"scale_changed", "type_changed"} if hows else set()
            kinds = [c.kind for c in spoilt.get(item.name, ()) if c.kind not in excused]
            if kinds and not is_inferred(old):
                what = LocalText(_listed(kinds))
                found.append((name, message("migrate.not_comparable_changed", what=what, **fields)))
    return found


def _listed(kinds: Sequence[str]) -> dict[str, str]:
    texts = [message(f"migrate.kind_{_KINDS.get(kind, 'wording')}") for kind in dict.fromkeys(kinds)]
    unique = list(dict.fromkeys(texts))
    return {"en": ", ".join(text.en for text in unique), "zh-CN": "、".join(text.zh for text in unique)}


_KINDS = {
    "scale_changed": "scale", "type_changed": "scale", "ends_swapped": "ends", "option_removed": "options",
    "shown_to_fewer": "shown", "shown_to_more": "shown", "required_shown_to_more": "shown", "shown_unclear": "shown",
}  # fmt: skip
