"""One text read as the answer to one item: its options and labels, numbers, dates, what stands beside "other"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from closeloop.forms.answers import Problem
from closeloop.responses.dates import SERIAL, Evidence
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.joined import part_choices
from closeloop.responses.labels import NONE_LABELS, by_label, look_up, other_labels, point_labels
from closeloop.responses.spelling import (
    AFTER_OTHER,
    BROKEN,
    GROUPED,
    LARGEST,
    LETTERED,
    NO,
    NUMBER,
    SHEET_DATE,
    WHOLE,
    WIDE,
    WRITE_IN,
    YES,
)
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.definition import SourceMap

YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
"""A date that says itself which number is what."""


@dataclass(slots=True)
class Readings:
    """What the distinct texts of one column say, in their order.

    `values` has None where there is no answer; why not is in `problems` (a bad text) or `missing` (a declared token).
    An empty cell is in neither. `other` holds what was written beside "other", `written_in` the texts taken as such,
    `evidence` what a column of dates tells as a whole.
    """

    values: list[Any]
    problems: dict[int, Problem] = field(default_factory=dict)
    missing: dict[int, LocalText] = field(default_factory=dict)
    other: dict[int, str] = field(default_factory=dict)
    written_in: set[int] = field(default_factory=set)
    evidence: tuple[Evidence, ...] = ()


NOT_CALLED: Mapping[str, str] = MappingProxyType({})
_EXTRA_LABELS = ("Other, please specify", *NONE_LABELS)


class TextReader:
    """Reads texts for one item; the item's options and labels are laid out once."""

    def __init__(
        self,
        item: Any,
        layout: Layout,
        texts: Sequence[str],
        source: SourceMap | None,
        called: Mapping[str, str] = NOT_CALLED,
    ) -> None:
        self.item = item
        self.called = called
        self.layout = layout
        self.is_text = item.type in ("text", "comment", "hidden")
        self.mapped = by_label((source.options if source else {}).items())
        self.codes = dict(source.codes) if source else {}
        self.by_number: dict[str, str] = {}
        options = getattr(item, "options", ())
        self.labels = by_label((label, o.value) for o in options for label in (o.value, *o.text.values()))
        for place, option in enumerate(options or getattr(item, "columns", ()), start=1):
            code = place if option.code is None or layout.by_place else option.code
            self.by_number[str(code)] = option.value
        for label in other_labels(item):
            self.labels.setdefault(label, "other")
        if getattr(item, "other", False):
            self.by_number.setdefault(str(len(self.by_number) + 1), "other")
        if getattr(item, "none", False):
            self.by_number.setdefault(str(len(self.by_number) + 1), "none")
            for label, value in by_label((text, "none") for text in NONE_LABELS).items():
                self.labels.setdefault(label, value)
        self.spellings = tuple(text for o in options for text in (o.value, *o.text.values())) + _EXTRA_LABELS
        self.spellings += tuple(source.options) if source else ()
        numbers = {text.strip() for text in texts} - {""} - set(layout.missing)
        self.numbered = layout.by_number and all(all_whole(text, layout.separators) for text in numbers)
        self.points = point_labels(item)
        self.days: dict[str, tuple[dt.date | None, bool]] = {}
        self.evidence: tuple[Evidence, ...] = ()
        if item.type == "date":
            self.dated(texts)

    def meant(self, text: str) -> str:
        """Return what a text says without its platform's letter, and the label of a code where the item knows it."""
        label = self.called.get(text)
        if label is not None and text not in self.codes and self._says(label):
            return label
        lettered = LETTERED.fullmatch(text) if self.layout.lettered else None
        if lettered and not self._says(text):
            return lettered["text"].strip()
        return text

    def _says(self, text: str) -> bool:
        """Say whether a text is one of the item's options, points, or a yes or no."""
        if self.item.type == "yesno":
            return text.casefold() in YES | NO or look_up(self.points, text) is not None
        return self.knows(text) or look_up(self.points, text) is not None

    def knows(self, text: str) -> bool:
        """Say whether a text that could mean "no answer" is one of the item's own options."""
        return look_up(self.labels, text) is not None or look_up(self.mapped, text) is not None

    def read(self, text: str, place: int, readings: Readings) -> Any:
        """Return the answer that a text is, or the problem with it; what stands beside "other" goes to `readings`."""
        kind = self.item.type
        if self.is_text:
            return text
        told = self.codes.get(text, look_up(self.mapped, text))
        if told is not None and kind not in ("single", "multi", "ranking"):
            return told.casefold() == "true" if kind == "yesno" else int(told) if told.lstrip("-").isdecimal() else told
        if kind in ("nps", "csat", "ces", "rating"):
            return self._scale(text)
        if kind == "matrix":
            return self._matrix_cell(text)
        if kind == "number":
            return self._number(text)
        if kind == "yesno":
            return self._yes_no(text)
        if kind == "date":
            return self._date(text)
        if kind == "single":
            return self._option(text, place, readings)
        if kind == "multi":
            return self._several(text, place, readings)
        return self._ranking(text)

    def _problem(self, code: str, value: object, remedy: str = "", **fields: Any) -> Problem:
        suggestion = message(f"responses.{remedy}", **fields) if remedy else None
        return Problem(
            code=code,
            item=self.item.name,
            value=value,
            suggestion=suggestion,
            message=message(f"responses.bad_{code}", value=value, **fields),
        )

    def _scale(self, text: str) -> Any:
        point = look_up(self.points, text)
        if point is not None:
            return point
        digits = text.translate(WIDE).strip()
        if WHOLE.fullmatch(digits) and len(digits) < 16:
            return int(float(digits))
        if BROKEN.fullmatch(text) or BROKEN.fullmatch(digits):
            return self._problem("not_integer", text, "remedy_whole")
        if SHEET_DATE.fullmatch(text):
            return self._problem("spreadsheet_date", text, "remedy_date_cell")
        return self._problem("not_a_number", text, "remedy_number")

    def _matrix_cell(self, text: str) -> Any:
        """Read the answer in one row of a matrix: a point of its scale, or one of its named columns."""
        scale = self.item.scale
        if self.numbered and scale is None and text in self.by_number:
            return self.by_number[text]
        if text in self.item.values:
            return text if scale is None else int(text)
        if scale is None:
            value = look_up(self.points, text)
            return (
                self._problem(
                    "unknown_option", text, "remedy_option", item=self.item.name, options=", ".join(self.item.values)
                )
                if value is None
                else value
            )
        value = self._scale(text)
        if not isinstance(value, Problem) and value not in scale:
            return self._problem("out_of_range", text, "remedy_range", low=scale[0], high=scale[-1])
        return value

    def _number(self, text: str) -> Any:
        digits = text.translate(WIDE).strip()
        if GROUPED.fullmatch(digits):
            digits = digits.replace(",", "")
        if not NUMBER.fullmatch(digits) or len(digits) > 300:
            date = SHEET_DATE.fullmatch(text)
            return self._problem(
                "spreadsheet_date" if date else "not_a_number", text, "remedy_date_cell" if date else "remedy_number"
            )
        number = float(digits)
        if self.item.integer and abs(number) >= LARGEST:
            return self._problem("out_of_range", text, "remedy_range", low=-LARGEST, high=LARGEST)
        return int(number) if number.is_integer() and abs(number) < LARGEST else number

    def _yes_no(self, text: str) -> Any:
        folded = text.casefold()
        point = look_up(self.points, text)
        if point is not None:
            return bool(point)
        if folded in YES or folded == "1":
            return True
        if text in self.layout.no or folded in NO or folded == "0" or (folded == "2" and self.numbered):
            return False
        return self._problem("not_yes_no", text, "remedy_yes_no")

    def _date(self, text: str) -> Any:
        found = YEAR_FIRST.fullmatch(text)
        if found:
            try:
                return dt.date(*(int(part) for part in found.groups()))
            except ValueError:
                return self._problem("not_a_date", text, "remedy_date")
        day, ambiguous = self.days.get(text.strip(), (None, False))
        if day is not None:
            return day
        return self._problem("ambiguous_date" if ambiguous else "not_a_date", text, "remedy_date")

    def dated(self, texts: Sequence[str]) -> None:
        """Read all dates of a column that do not have the year first: only together do they tell which is the day."""
        from closeloop.responses.times import parse_days

        gone = {*self.layout.missing, ""}
        stripped = [text.strip() for text in texts]
        odd = [i for i, text in enumerate(stripped) if text not in gone and not YEAR_FIRST.fullmatch(text)]
        if not odd:
            return
        asked = [stripped[i] for i in odd]
        days, ambiguous, evidence = parse_days(asked, day_first=self.layout.day_first, date1904=self.layout.date1904)
        if len(odd) < sum(text not in gone for text in stripped):  # day numbers only where all are
            evidence = tuple(e for e in evidence if e.code != "date_serials")
            days = [None if SERIAL.fullmatch(text) else day for text, day in zip(asked, days, strict=True)]
        self.days = dict(zip(asked, zip(days, ambiguous.tolist(), strict=True), strict=True))
        self.evidence = tuple(replace(e, places=tuple(odd[place] for place in e.places)) for e in evidence)

    def _option(self, text: str, place: int, readings: Readings) -> Any:
        value = self.known_option(text)
        if value is not None:
            return value
        written = self._write_in(text)
        if written is not None:
            readings.other[place] = written[1]
            return written[0]
        if SHEET_DATE.fullmatch(text):
            return self._problem("spreadsheet_date", text, "remedy_date_cell")
        if getattr(self.item, "other", False) and not self.numbered:
            readings.other[place] = text
            readings.written_in.add(place)
            return "other"
        return self._unknown(text)

    def _unknown(self, text: str) -> Problem:
        shown = ", ".join(option.value for option in self.item.options[:12])
        return self._problem("unknown_option", text, "remedy_option", options=shown, item=self.item.name)

    def known_option(self, text: str) -> str | None:
        """Return the option that a text names; None if it names none."""
        told = self.codes.get(text, look_up(self.mapped, text))
        if told is not None:
            return told
        if self.numbered and text in self.by_number:
            return self.by_number[text]
        if text in self.item.values:  # a value names its own option, whatever another is called
            return text
        label = look_up(self.labels, text)
        return self.by_number.get(text) if label is None and self.layout.by_number else label

    def _write_in(self, text: str) -> tuple[str, str] | None:
        for pattern in (WRITE_IN, AFTER_OTHER):
            found = pattern.fullmatch(text)
            if found:
                value = self.known_option(found["option"].strip())
                if value is not None and (pattern is WRITE_IN or value == "other"):
                    return value, found["text"].strip()
        return None

    def _several(self, text: str, place: int, readings: Readings) -> Any:
        chosen: list[str] = []
        unknown: list[str] = []
        for part in part_choices(text, self.layout.separators, self.is_option, self.spellings):
            value = self.known_option(part)
            if value is None:
                written = self._write_in(part)
                if written is not None:
                    value, readings.other[place] = written
            if value is None:
                unknown.append(part)
            elif value not in chosen:
                chosen.append(value)
        if unknown and getattr(self.item, "other", False) and not self.numbered:
            readings.other[place] = "; ".join(unknown)
            readings.written_in.add(place)
            chosen += [] if "other" in chosen else ["other"]
        elif unknown:
            return self._unknown(unknown[0])
        order = [option.value for option in self.item.options]
        return tuple(sorted(chosen, key=lambda v: order.index(v) if v in order else len(order)))

    def is_option(self, text: str) -> bool:
        """Say whether a text names an option."""
        return self.known_option(text) is not None

    def _ranking(self, text: str) -> Any:
        separators = tuple(dict.fromkeys(("→", "┋", *self.layout.separators, ";", ",", ">")))
        ranked = [self.known_option(part) for part in part_choices(text, separators, self.is_option, self.spellings)]
        if any(value is None for value in ranked):
            return self._unknown(text)
        return tuple(str(value) for value in ranked)


def all_whole(text: str, separators: Sequence[str]) -> bool:
    """Say whether a text is nothing but whole numbers, one or several.

    Examples
    --------
    >>> all_whole("1;3", [";"]), all_whole("a", [";"])
    (True, False)
    """
    for separator in separators:
        text = text.replace(separator, " ")
    return all(re.fullmatch(r"-?\d+", part) for part in text.split())
