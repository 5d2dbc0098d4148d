"""Two versions of a survey, key by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import BaseItem
from closeloop.survey.diff.change import Change, SurveyDiff, ordered
from closeloop.survey.diff.reach import Reaches
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.located import located
from closeloop.survey.route import Route, route
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_LONGEST = 60
_LEAD = 20  # how much stands before the first difference of two long texts


@dataclass(slots=True)
class Comparison:
    """Two versions being compared.

    `pairs` maps the items of the old version to those of the new one that they have become, `route` says what the
    migrations tell.
    """

    old: Survey
    new: Survey
    route: Route
    pairs: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    _documents: tuple[Document, Document] | None = None

    def note(
        self,
        kind: str,
        old_path: KeyPath | None,
        new_path: KeyPath | None,
        *,
        item: str = "",
        old: object = None,
        new: object = None,
        told: bool = True,
    ) -> None:
        """Note a change; a path is None where the key is not in that version."""
        if self._documents is None:  # parsing takes longest, and most versions are not compared to find a change
            self._documents = (located(self.old), located(self.new))
        before, after = self._documents
        path = new_path if new_path is not None else old_path
        said, says = quoted(old, new)
        self.changes.append(
            Change(
                kind=kind,
                item=item,
                path=path_text(path or ()),
                old_place=_place(before, old_path),
                new_place=_place(after, new_path),
                old=said,
                new=says,
                told=told,
            )
        )

    @property
    def reaches(self) -> Reaches:
        """Who is shown what in both."""
        return Reaches(self.old.questions, self.new.questions, self.pairs, self.route)

    def in_new_names(self, condition: str | None) -> str | None:
        """Return a condition of the old version with the items under their later names."""
        return None if condition is None else self.reaches.renamed(condition)


def compare_surveys(old: Survey, new: Survey) -> SurveyDiff:
    """Return what `new`, a later version of `old`, changes.

    Parameters
    ----------
    old, new : Survey

    Returns
    -------
    SurveyDiff

    Examples
    --------
    >>> from closeloop.survey.load import load_survey, survey_from_dict
    >>> survey = load_survey("relationship-nps")
    >>> data = survey.to_dict()
    >>> data["pages"][0]["items"][6]["points"] = 7
    >>> [change.kind for change in compare_surveys(survey, survey_from_dict(data)).changes]
    ['metric_changed', 'scale_changed']
    """
    from closeloop.survey.diff.items import compare_items, paired
    from closeloop.survey.diff.whole import compare_whole

    steps = route(new.migrations, old.version, new.version) if old.id == new.id else Route()
    comparison = Comparison(old, new, steps)
    comparison.pairs = paired(old, new, steps)
    compare_whole(comparison)
    compare_items(comparison)
    return SurveyDiff(id=old.id, versions=(old.version, new.version), changes=ordered(comparison.changes))


def item_paths(survey: Survey) -> dict[str, KeyPath]:
    """Return where each item stands in the file."""
    return {
        item.name: ("pages", number, "items", position)
        for number, page in enumerate(survey.definition.pages)
        for position, item in enumerate(page.items)
    }


def quoted(old: object, new: object) -> tuple[str, str]:
    """Return two values as a change shows them: long ones shortened, so that the first difference is seen.

    Examples
    --------
    >>> quoted(range(1, 6), ("a", "b")), quoted(None, True)
    (('1–5', 'a, b'), ('', 'true'))
    >>> quoted("a long condition " * 5 + "or {score} <= 6", "a long condition " * 5 + "or {score} <= 8")
    ('…tion or {score} <= 6', '…tion or {score} <= 8')
    """
    before, after = _in_full(old), _in_full(new)
    pairs = enumerate(zip(before, after, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), min(len(before), len(after)))
    late = same > _LONGEST - _LEAD and max(len(before), len(after)) > _LONGEST
    return _shortened(before, same if late else 0), _shortened(after, same if late else 0)


def _shortened(text: str, place: int) -> str:
    """Return a text from a little before a place on, as far as a line allows."""
    start = max(place - _LEAD + 1, 0)
    part = f"…{text[start:]}" if start else text
    return part if len(part) <= _LONGEST else f"{part[: _LONGEST - 1]}…"


def _in_full(value: object) -> str:
    """Return a value as a change shows it: texts in the first language that differs are chosen before."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, range):
        text = f"{value[0]}–{value[-1]}" + (f" / {value.step}" if value.step > 1 else "")
    elif isinstance(value, LocalText):
        text = " / ".join(value.values())
    elif isinstance(value, Mapping):
        text = ", ".join(f"{key}: {_in_full(entry)}" for key, entry in value.items())
    elif isinstance(value, Iterable) and not isinstance(value, str):
        text = ", ".join(map(_in_full, value))
    else:
        text = str(value)
    return " ".join(text.split())


def differing(old: LocalText | None, new: LocalText | None) -> tuple[object, object]:
    """Return two texts in those languages only in which they differ."""
    before, after = dict(old or {}), dict(new or {})
    tags = [tag for tag in dict.fromkeys((*before, *after)) if before.get(tag) != after.get(tag)]
    return (
        LocalText({tag: before[tag] for tag in tags if tag in before}) if old else None,
        LocalText({tag: after[tag] for tag in tags if tag in after}) if new else None,
    )


def same_in_common(old: LocalText | None, new: LocalText | None) -> bool:
    """Say whether two texts are the same in every language that both have: a new language changes no wording."""
    if old is None or new is None:
        return old is new
    return all(old[tag] == new[tag] for tag in set(old) & set(new))


def by_key(entries: Sequence[Any], key: str) -> dict[str, tuple[int, Any]]:
    """Return entries of a list by what tells them apart, each with its position."""
    return {str(getattr(entry, key)): (position, entry) for position, entry in enumerate(entries)}


def dumped(value: BaseItem | Any) -> Any:
    """Return a part of a survey as plain data."""
    return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _place(document: Document, path: KeyPath | None) -> str:
    if path is None or not document.file:
        return ""
    line = document.line(path)
    return document.file if line is None else f"{document.file}:{line}"
