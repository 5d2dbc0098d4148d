"""One change between two versions of a survey, and all of them with a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from closeloop.survey.diff.rules import RULES, VERDICTS, Verdict
from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two versions.

    Attributes
    ----------
    kind : str
        Which rule it falls under, see `closeloop.survey.diff.rules.RULES`.
    item : str
        The item, or the metric; empty for the survey as a whole.
    path : str
        The key within the file, such as ``pages[0].items[3].points``.
    old_place, new_place : str
        ``file:line`` in both files; empty where the survey is not in a file or the key is not there.
    old, new : str
        What it says in both, shortened.
    told : bool
        Whether the later file's ``migrations:`` say what becomes of the answers; true where nothing has to be told.
    """

    kind: str
    item: str = ""
    path: str = ""
    old_place: str = ""
    new_place: str = ""
    old: str = ""
    new: str = ""
    told: bool = True

    @property
    def verdict(self) -> Verdict:
        """``wording``, ``compatible`` or ``breaking``."""
        return RULES[self.kind].verdict

    @property
    def needs(self) -> str:
        """The key of ``migrations:`` that has to tell of it; empty where none has."""
        return RULES[self.kind].needs

    @property
    def spoils(self) -> bool:
        """Whether scores of the item before and after it cannot be compared."""
        return RULES[self.kind].spoils

    @property
    def why(self) -> LocalText:
        """What was changed, and what that means for the answers."""
        return message(f"diff.{self.kind}", item=self.item, old=self.old or "–", new=self.new or "–")

    @property
    def remedy(self) -> LocalText | None:
        """What to write where it breaks; None where nothing need be done."""
        if self.verdict != "breaking":
            return None
        if self.kind in ("id_changed", "version_lowered"):
            return message(f"diff.remedy_{self.kind}")
        if self.needs:
            return message(f"diff.remedy_{self.needs}", item=self.item, old=self.old, new=self.new)
        return message("diff.remedy_version")

    def in_language(self, tag: str | None, *, settled: bool = False) -> str:
        """Return the change on one line: place, weight, what, and the remedy unless the matter is `settled`."""
        verdict = message(f"diff.verdict_{self.verdict}").in_language(tag)
        text = self.why.in_language(tag)
        if self.remedy is not None and not settled:
            text = f"{text} {self.remedy.in_language(tag)}".replace("。 ", "。")
        return ": ".join(part for part in (self.new_place or self.old_place, verdict, self.item, text) if part)

    def __str__(self) -> str:
        return self.in_language(None)


@dataclass(frozen=True, kw_only=True)
class SurveyDiff:
    """What a later version of a survey changes.

    Made by `Survey.diff`.

    Attributes
    ----------
    id : str
        The earlier survey's id.
    versions : tuple of int
        Of both.
    changes : tuple of Change
        The gravest first.

    Examples
    --------
    >>> import closeloop as cl
    >>> survey = cl.load_survey("relationship-nps")
    >>> survey.diff(survey).verdict
    'none'
    """

    id: str
    versions: tuple[int, int]
    changes: tuple[Change, ...] = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """``none``, ``wording``, ``compatible`` or ``breaking``: that of the gravest change."""
        return max((change.verdict for change in self.changes), key=VERDICTS.index, default="none")

    @property
    def bumped(self) -> bool:
        """Whether the version rose."""
        return self.versions[0] < self.versions[1]

    @cached_property
    def faults(self) -> tuple[Change, ...]:
        """The breaking changes that the version number or the migrations do not own up to."""
        never = ("id_changed", "version_lowered")
        breaking = [change for change in self.changes if change.verdict == "breaking"]
        return tuple(c for c in breaking if not self.bumped or not c.told or c.kind in never)

    @property
    def ok(self) -> bool:
        """Whether nothing breaks, or the version rose and ``migrations:`` tell what becomes of the answers."""
        return not self.faults

    @property
    def not_comparable(self) -> Mapping[str, tuple[Change, ...]]:
        """Item (by its new name) → the changes after which its scores cannot be compared with those before."""
        found: dict[str, tuple[Change, ...]] = {}
        for change in self.changes:
            if change.spoils:
                found[change.item] = (*found.get(change.item, ()), change)
        return found

    @property
    def sentence(self) -> LocalText:
        """The verdict in one sentence."""
        counts = {verdict: sum(c.verdict == verdict for c in self.changes) for verdict in VERDICTS[1:]}
        old, new = self.versions
        if not self.changes:
            return message("diff.same", id=self.id, old=old, new=new)
        key = "broken" if not self.ok else "declared" if self.verdict == "breaking" else "fine"
        return message(f"diff.{key}", id=self.id, old=old, new=new, faults=len(self.faults), **counts)

    def to_frame(self) -> Any:
        """Return the changes as a frame, texts in the language in use."""
        import pandas as pd

        columns = ("verdict", "kind", "item", "path", "old_place", "new_place", "old", "new", "needs", "told")
        rows = [
            {name: getattr(change, name) for name in columns}
            | {"why": str(change.why), "remedy": str(change.remedy or "") if change in self.faults else ""}
            for change in self.changes
        ]
        return pd.DataFrame(rows, columns=[*columns, "why", "remedy"])

    def lines(self, tag: str | None = None) -> list[str]:
        """Return the verdict and one line for each change."""
        lines = [change.in_language(tag, settled=change not in self.faults) for change in self.changes]
        return [self.sentence.in_language(tag), *(f"  {line}" for line in lines)]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        old, new = self.versions
        return f"SurveyDiff({self.id} v{old} → v{new}: {self.verdict}, {len(self.changes)} changes, ok={self.ok})"

    def _repr_html_(self) -> str:
        from closeloop.views.diff_table import diff_html

        return diff_html(self)


def ordered(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return changes with the gravest first, otherwise as they come."""
    return tuple(sorted(changes, key=lambda change: -VERDICTS.index(change.verdict)))
