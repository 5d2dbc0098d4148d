"""What the readers of SurveyJS JSON share: the languages, and the faults found so far, each with its JSON path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from closeloop.survey.findings import Finding
from closeloop.survey.surveyjs.locales import Texts
from closeloop.survey.surveyjs.pairs import ALIASES, FEEDBACK, VERBATIM, Pair
from closeloop.text import message

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """One JSON being read."""

    texts: Texts
    faults: list[Finding] = field(default_factory=list)

    def fault(self, path: str, key: str, **fields: object) -> None:
        """Note a fault at a JSON path, in the catalogue's words ``surveyjs.<key>``."""
        self.faults.append(Finding(code=f"surveyjs_{key}", field=path, message=message(f"surveyjs.{key}", **fields)))

    def mapping(self, value: object, path: str) -> Data | None:
        """Return a JSON object under its present names, to take from; note a fault where it is none."""
        if isinstance(value, Mapping):
            return {ALIASES.get(prop, prop): entry for prop, entry in value.items() if entry is not None}
        self.fault(path, "not_an_object")
        return None

    def feedback(self, rest: Data, path: str) -> Data:
        """Take what is kept for us out of a JSON object."""
        value = rest.pop(FEEDBACK, {})
        if isinstance(value, Mapping):
            return dict(value)
        self.fault(f"{path}.{FEEDBACK}".lstrip("."), "not_an_object")
        return {}

    def pairs(self, pairs: Iterable[Pair], rest: Data) -> Data:
        """Take what only has another name out of a JSON object."""
        taken: Data = {}
        for pair in pairs:
            value = rest.pop(pair.prop, None)
            if value is None or value == "" or any(value is unset or value == unset for unset in pair.unset):
                continue
            taken[pair.key] = self.texts.read(value) if pair.text else value
        return taken

    def shown(self, rest: Data, path: str) -> Data:
        """Take whether something is shown out of a JSON object.

        SurveyJS writes beside a condition how it stands at the moment; without one, ``visible: false`` is for good.
        """
        visible = rest.pop("visible", True)
        if not isinstance(visible, bool):
            self.fault(f"{path}.visible", "not_true_false")
        return {"show_if": "false"} if visible is False and not rest.get("visibleIf") else {}


def with_verbatim(feedback: Data, verbatim: Data) -> Data:
    """Return the ``extra`` of an item, an option, a page or a survey: what was kept, and what SurveyJS says beside."""
    extra = feedback.pop("extra", {})
    if not verbatim:
        return {"extra": extra} if extra else {}
    if not isinstance(extra, Mapping):
        return {"extra": extra}  # refused where it is checked
    kept = extra.get(VERBATIM)
    return {"extra": {**extra, VERBATIM: {**(kept if isinstance(kept, Mapping) else {}), **verbatim}}}
