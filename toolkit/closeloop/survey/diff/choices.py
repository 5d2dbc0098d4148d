"""The options, rows and columns of an item in two versions."""

from __future__ import annotations

from collections.abc import Sequence

from closeloop.forms.items import BaseItem, Option
from closeloop.survey.diff.compare import Comparison, by_key, differing, same_in_common
from closeloop.survey.document import KeyPath

_EXTRA = ("other", "none")


def compare_choices(it: Comparison, old: BaseItem, new: BaseItem, before: KeyPath, after: KeyPath) -> None:
    """Note what is different about the choices of an item."""
    for key in ("options", "columns", "rows"):
        lists: list[tuple[Option, ...]] = [tuple(getattr(item, key, None) or ()) for item in (old, new)]
        if any(lists):
            _Choices(it, old, new, (*before, key), (*after, key)).compare(lists[0], lists[1])
    for key in _EXTRA:
        one, other = bool(getattr(old, key, False)), bool(getattr(new, key, False))
        if one and not other:
            told = it.route.value(old.name, key) in (None, *new.values)
            it.note("option_removed", (*before, key), after, item=new.name, old=key, told=told)
        elif other and not one:
            it.note("option_added", before, (*after, key), item=new.name, new=key)


class _Choices:
    """One list of choices in two versions."""

    def __init__(self, it: Comparison, old: BaseItem, new: BaseItem, before: KeyPath, after: KeyPath) -> None:
        self.it, self.old, self.new, self.before, self.after = it, old, new, before, after
        self.rows = after[-1] == "rows"
        self.word = "row" if self.rows else "option"

    def compare(self, before: Sequence[Option], after: Sequence[Option]) -> None:
        """Note what is different."""
        old, new = by_key(before, "value"), by_key(after, "value")
        became = self._became(before, after)
        if set(old) == set(new) and sorted(new) == sorted(became.values()) and any(k != v for k, v in became.items()):
            # The same values stand for one another's texts: what was stored as one is the other now.
            self._swapped(old, new, became)
            return
        for value, (place, option) in old.items():
            if value in became:
                later = became[value]
                self._option(option, new[later][1], (*self.before, place), (*self.after, new[later][0]))
            else:
                self.it.note(f"{self.word}_removed", (*self.before, place), self.after, item=self.new.name,
                             old=value, told=self._gone(value))  # fmt: skip
        for value, (place, _) in new.items():
            if value not in became.values():
                kind = f"{self.word}_added"
                self.it.note(kind, self.before, (*self.after, place), item=self.new.name, new=value)
        kept = [became[value] for value in old if value in became]
        now = [value for value in new if value in kept]
        if list(dict.fromkeys(kept)) != now:
            self.it.note("option_order", self.before, self.after, item=self.new.name, old=kept, new=now)

    def _swapped(self, old: dict[str, tuple[int, Option]], new: dict[str, tuple[int, Option]],
                 became: dict[str, str]) -> None:  # fmt: skip
        for value, later in became.items():
            if value != later:
                paths = (*self.before, old[value][0], "value"), (*self.after, new[later][0], "value")
                self._stored_otherwise(*paths, value, later)

    def _later(self, value: str) -> str | None:
        """Return what the migrations say that a value has become."""
        if self.rows:
            moved = self.it.route.name(f"{self.old.name}.{value}")
            return None if moved is None else moved.partition(".")[2]
        later = self.it.route.value(self.old.name, value)
        return None if later is None else str(later)

    def _gone(self, value: str) -> bool:
        """Say whether the migrations tell what becomes of a value that is not there any more."""
        later = self._later(value)
        return later is None or (later != value and (self.rows or later in self.new.values))

    def _became(self, before: Sequence[Option], after: Sequence[Option]) -> dict[str, str]:
        """Return which value became which: as the migrations say, else by the text, else by the value."""
        values = {option.value: option for option in after}
        found: dict[str, str] = {}
        for option in before:
            later = self._later(option.value)
            if later in values and later is not None and later != option.value:
                found[option.value] = later
        for option in before:
            if option.value in found or self._later(option.value) is None:
                continue
            same = values.get(option.value)
            free = [o for o in after if o.value not in found.values()]
            alike = [o for o in free if same_in_common(o.text, option.text) and _says_more(o)]
            told = len(alike) == 1 and _says_more(option)
            if told and (same is None or not same_in_common(same.text, option.text)):
                found[option.value] = alike[0].value
            elif same is not None:
                found[option.value] = option.value
        return found

    def _stored_otherwise(self, before: KeyPath, after: KeyPath, value: str, later: str) -> None:
        """Note that an option is stored under another value, or a row under another name."""
        told = self._later(value) == later
        if self.rows:
            old, new = f"{self.old.name}.{value}", f"{self.new.name}.{later}"
            self.it.note("row_renamed", before, after, item=self.new.name, old=old, new=new, told=told)
        else:
            self.it.note("option_recoded", before, after, item=self.new.name, old=value, new=later, told=told)

    def _option(self, old: Option, new: Option, before: KeyPath, after: KeyPath) -> None:
        name = self.new.name
        if old.value != new.value:
            self._stored_otherwise((*before, "value"), (*after, "value"), old.value, new.value)
        if not same_in_common(old.text, new.text) and not (old.value != new.value and not _says_more(old)):
            shown = differing(old.text, new.text)
            self.it.note("option_wording", (*before, "text"), (*after, "text"), item=name, old=shown[0], new=shown[1])
        if old.code != new.code:
            kind = "option_code_added" if old.code is None else "option_code"
            self.it.note(kind, (*before, "code"), (*after, "code"), item=name, old=old.code, new=new.code)
        if old.exclusive != new.exclusive:
            paths = (*before, "exclusive"), (*after, "exclusive")
            kind = "limit_narrowed" if new.exclusive else "option_exclusive"
            self.it.note(kind, *paths, item=name, old=old.exclusive, new=new.exclusive)
        if old.extra != new.extra:
            self.it.note("extra_changed", before, after, item=name)
        if self.it.in_new_names(old.show_if) != new.show_if:
            self._shown(old, new, (*before, "show_if"), (*after, "show_if"))

    def _shown(self, old: Option, new: Option, before: KeyPath, after: KeyPath) -> None:
        reach = self.it.reaches.of_condition(old.show_if, new.show_if, without=True)
        kinds = {"same": "condition_rewritten", "fewer": "shown_to_fewer", "more": "shown_to_more"}
        kind = kinds.get(reach, "shown_unclear")
        self.it.note(kind, before, after, item=self.new.name, old=old.show_if, new=new.show_if)


def _says_more(option: Option) -> bool:
    """Say whether an option has a text of its own, by which it can be known again."""
    return set(option.text.values()) != {option.value}
