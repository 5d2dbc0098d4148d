"""Notes put into groups by people, and the groups as the draft of a codebook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.whys.similarity import similarity
from closeloop.rootcause.worksheet.checks.similar_entries import ALIKE
from closeloop.rootcause.worksheet.computed.reading import named, rows_of, short
from closeloop.text import LocalText, language, message, normalise_tag

if TYPE_CHECKING:
    from closeloop.themes.codebooks.codebook import Codebook

_MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Notes that belong together; `name` is empty for those that nobody has grouped."""

    name: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity(TableResult):
    """Groups of notes.

    Attributes
    ----------
    groups : tuple of Group
        The largest first; the ungrouped notes last.
    """

    kind: ClassVar[str] = "affinity"

    groups: tuple[Group, ...]

    @property
    def named(self) -> tuple[Group, ...]:
        """The groups that have a name."""
        return tuple(group for group in self.groups if group.name)

    @property
    def ungrouped(self) -> tuple[str, ...]:
        """The notes that are in no group."""
        return tuple(note for group in self.groups if not group.name for note in group.notes)

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("matrices.affinity_title", n=sum(len(group.notes) for group in self.groups))

    @property
    def sentence(self) -> LocalText:
        """How many groups, and how many notes are in none."""
        if not self.named:
            return message("matrices.affinity_none")
        return message(
            "matrices.affinity_found", n=len(self.named), first=short(self.named[0].name), left=len(self.ungrouped)
        )

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Groups of one, group names that mean the same, one group that holds most."""
        alone = [group.name for group in self.named if len(group.notes) == 1]
        total = sum(len(group.notes) for group in self.groups)
        most = [group.name for group in self.named if len(self.named) > 1 and 2 * len(group.notes) > total]
        found = [
            message(f"matrices.affinity_{key}", names=named(names))
            for key, names in (("alone", alone), ("most", most))
            if names
        ]
        names = [group.name for group in self.named]
        for number, name in enumerate(names):
            twins = [other for other in names[number + 1 :] if similarity(name, other) >= ALIKE]
            if twins:
                found.append(message("matrices.affinity_alike", names=named([name, *twins])))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Group with its number of notes, and the notes."""
        return (
            Shown("group_shown", message("matrices.group")),
            Shown("note", message("matrices.note")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """One row per note; `group_shown` names the group in the first of them."""
        found: list[dict[str, Any]] = []
        for group in self.groups:
            title = message("matrices.counted", name=group.name or message("matrices.ungrouped"), n=len(group.notes))
            found += [
                {"group": group.name, "group_shown": "" if number else title, "note": note}
                for number, note in enumerate(group.notes)
            ]
        return found

    def to_codebook(self, id: str, title: str, *, split: str, language: str | None = None) -> Codebook:
        """Return the groups as the draft of a codebook: one code each, the notes as examples, and an “Other”.

        Parameters
        ----------
        id : str
            Its name: small letters, digits, hyphens.
        title : str
            What it sorts.
        split : str
            The one question that all the groups answer; whoever cannot write it has groups of several kinds.
        language : str, optional
            The language of the notes; the one in use, if left out.

        Returns
        -------
        Codebook
            Version 1. Definitions are drafts that say so; it has no rules yet.

        Raises
        ------
        ValueError
            If no group has a name.
        """
        return affinity_codebook(self, id, title, split, language)

    def plot(self, ax: Any = None) -> Any:
        """Draw the number of notes per group."""
        from closeloop.views.option_chart import plot_affinity

        return plot_affinity(self, ax)


def affinity(notes: Sequence[Mapping[str, Any]]) -> Affinity:
    """Gather notes by the group that people gave them; what has none stays visible.

    Parameters
    ----------
    notes : sequence of mapping
        ``text`` and ``group``.

    Returns
    -------
    Affinity

    Raises
    ------
    ValueError
        If there are no notes.

    Examples
    --------
    >>> found = affinity([{"text": "waits 20 minutes", "group": "waiting"}, {"text": "line busy", "group": "Waiting"},
    ...                   {"text": "asked twice"}])
    >>> [(group.name, len(group.notes)) for group in found.groups]
    [('waiting', 2), ('', 1)]
    """
    gathered: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for row in rows_of(notes, "notes"):
        text = " ".join(str(row.get("text") or "").split())
        name = " ".join(str(row.get("group") or "").split())
        if text:
            names.setdefault(name.casefold(), name)
            gathered.setdefault(name.casefold(), []).append(text)
    if not gathered:
        raise ValueError(message("matrices.none", what="notes"))
    groups = [Group(name=names[key], notes=tuple(texts)) for key, texts in gathered.items()]
    return Affinity(groups=tuple(sorted(groups, key=lambda group: (not group.name, -len(group.notes)))))


def affinity_codebook(found: Affinity, id: str, title: str, split: str, tag: str | None) -> Codebook:
    """Return the groups as the draft of a codebook, see `Affinity.to_codebook`."""
    from closeloop.themes.codebooks.codebook import Code, Codebook, CodebookState

    if not found.named:
        raise ValueError(message("matrices.no_groups"))
    written = language() if tag is None else normalise_tag(tag)

    def text(value: LocalText | str) -> LocalText:
        return LocalText({written: value.in_language(written) if isinstance(value, LocalText) else value})

    codes = []
    taken: set[str] = {"other"}
    for number, group in enumerate(found.named, 1):
        slug = re.sub(r"[^a-z0-9]+", "_", group.name.casefold()).strip("_") if group.name.isascii() else ""
        name = slug if slug[:1].isalpha() and slug not in taken else f"group_{number}"
        while name in taken:  # another group is called so
            name += "_"
        taken.add(name)
        definition = message("matrices.draft_definition", name=group.name, n=len(group.notes))
        examples = tuple(text(note) for note in group.notes[:_MOST_EXAMPLES])
        codes.append(Code(id=name, label=text(group.name), definition=text(definition), examples=examples))
    other = message("matrices.draft_other")
    codes.append(
        Code(id="other", label=text(other), definition=text(message("matrices.draft_other_definition")), other=True)
    )
    state = CodebookState(
        id=id, version=1, languages=(written,), title=text(title), split=text(split), codes=tuple(codes)
    )
    return Codebook(state)


def compute(given: Mapping[str, Any]) -> Affinity:
    """Return the groups of a worksheet's notes."""
    return affinity(given["notes"])
