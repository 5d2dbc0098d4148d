"""What a whole file tells about each of its parts: the few texts of its columns that decide how all are read.

A column of dates tells by one text which number is the day in all; a column of choices by one word that its numbers are
no codes; categories are counted over the whole file. So a file is looked at once for these texts, and each part is then
read as if it held them: with the same result as the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from closeloop.responses.source import CELL_TYPE, Cells, codes_of
from closeloop.responses.text_reader import all_whole
from closeloop.responses.worded import words_and_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.dialects.layout import Layout
    from closeloop.responses.match import Match
    from closeloop.survey.survey import Survey

_CODED = ("language", "wave", "channel_source")
_CHOICES = ("single", "multi", "ranking", "matrix", "yesno")
_SHORT_DATE = r"^\p{Nd}{1,2}[/.-]\p{Nd}{1,2}[/.-]"
_DATE_PART = r"(?P<date>^[\p{Nd}/.-]+)"
_YEAR_FIRST, _OTHER, _LEAST, _MOST = object(), object(), object(), object()
_YEAR_LEADS = r"^\p{Nd}{4}[-/.年]\p{Nd}{1,2}[-/.月]\p{Nd}{1,2}日?(?:[ T].*)?$"  # YEAR_FIRST, for Arrow
_SERIAL = r"^\p{Nd}{5}(?:\.\p{Nd}+)?$"


@dataclass(slots=True)
class Telling:
    """The texts of each column that tell something about all of it, gathered part by part.

    `kept` has for each column the texts and the rows where they first stand; `words` and `numbers` how many choices
    are written so.
    """

    layout: Layout
    kept: dict[int, dict[str, int]]
    kinds: Mapping[int, str]
    words: int = 0
    numbers: int = 0
    _keys: dict[int, dict[object, tuple[str, int]]] = field(default_factory=dict)
    _over: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, layout: Layout, matches: Sequence[Match], survey: Survey | None) -> Telling:
        """Return what is to be gathered from a file whose columns are these."""
        kinds: dict[int, str] = {}
        for match in matches:
            kind = "" if survey is None or match.item is None else survey.item(match.item).type
            if match.system == "answered_at" or kind == "date":
                kinds[match.column.position] = "dates"
            elif match.system in _CODED:
                kinds[match.column.position] = "all"
            elif kind in _CHOICES and layout.by_number:
                kinds[match.column.position] = "choices"
        if not any(match.system == "response_id" for match in matches):
            for position in layout.key_columns:
                kinds.setdefault(position, "filled")
        return cls(layout=layout, kept={position: {} for position in kinds}, kinds=kinds)

    def add(self, cells: Cells, matches: Sequence[Match], survey: Survey | None) -> None:
        """Gather from one part, parts in the order of the file."""
        if survey is not None and self.layout.by_number:
            words, numbers = words_and_numbers(cells, matches, survey)
            self.words += words
            self.numbers += numbers
        for position, kind in self.kinds.items():
            if position in self._over or position >= len(cells.columns) or not len(cells.source_rows):
                continue
            column = cells.columns[position]
            if kind == "dates":
                self._dates(position, column, cells.source_rows)
            elif kind == "all":
                kept = self.kept[position]
                new = [i for i, text in enumerate(column.dictionary.to_pylist()) if text not in kept]
                self._keep(position, column, new, cells.source_rows)
            else:
                tells = self._is_filled if kind == "filled" else self._is_worded
                found = next((i for i, text in enumerate(column.dictionary.to_pylist()) if tells(text)), None)
                if found is not None:
                    self._keep(position, column, [found], cells.source_rows)
                    self._over.add(position)

    def _keep(
        self, position: int, column: pa.DictionaryArray, places: Sequence[int], source_rows: NDArray[np.int32]
    ) -> None:
        for i in places:
            self.kept[position][column.dictionary[i].as_py()] = _first(column, i, source_rows)

    def _is_filled(self, text: str) -> bool:
        return bool(text)

    def _is_worded(self, text: str) -> bool:
        stripped = text.strip()
        return (
            bool(stripped) and stripped not in self.layout.missing and not all_whole(stripped, self.layout.separators)
        )

    def _dates(self, position: int, column: pa.DictionaryArray, source_rows: NDArray[np.int32]) -> None:
        """Keep one text of each date that may be read two ways, and what tells day numbers from other texts."""
        keys = self._keys.setdefault(position, {})
        texts = pc.utf8_trim_whitespace(column.dictionary)
        flags = [pc.match_substring_regex(texts, p).to_numpy(zero_copy_only=False) for p in (_SHORT_DATE, _SERIAL)]
        short, serial = np.flatnonzero(flags[0]), np.flatnonzero(flags[1])
        found: list[tuple[object, int]] = []
        if short.size:
            some = texts.take(pa.array(short))
            dates = pc.struct_field(pc.extract_regex(some, _DATE_PART), "date").dictionary_encode()
            lines = pc.match_substring(some, "\n").to_numpy(zero_copy_only=False)
            codes = codes_of(dates).astype(np.int64) * 2 + lines
            _, firsts = np.unique(codes, return_index=True)
            names = dates.dictionary.to_pylist()
            found += [((names[codes[i] // 2], bool(lines[i])), int(short[i])) for i in firsts.tolist()]
        if serial.size:
            spelled = texts.take(pa.array(serial)).to_pylist()
            days = np.array([float(text) for text in spelled])
            found.append((_SERIAL, int(serial[0])))
            self._extremes(position, column, serial, days, source_rows)
        gone = pc.is_in(texts, pa.array([*self.layout.missing, ""], texts.type)).to_numpy(zero_copy_only=False)
        found += [(text.as_py(), i) for i in np.flatnonzero(gone).tolist() for text in (texts[i],)]
        rest = ~flags[0] & ~flags[1] & ~gone
        if rest.any():
            plain = pc.match_substring_regex(texts, _YEAR_LEADS).to_numpy(zero_copy_only=False)
            for key, kind in ((_YEAR_FIRST, rest & plain), (_OTHER, rest & ~plain)):
                if key not in keys and kind.any():
                    found.append((key, int(kind.argmax())))
        for key, i in found:
            if key not in keys:
                text = column.dictionary[i].as_py()
                keys[key] = (text, _first(column, i, source_rows))
        self.kept[position] = dict(sorted(keys.values(), key=lambda each: each[1]))

    def _extremes(
        self,
        position: int,
        column: pa.DictionaryArray,
        places: NDArray[np.intp],
        days: NDArray[np.float64],
        source_rows: NDArray[np.int32],
    ) -> None:
        keys = self._keys[position]
        for key, sign, at in ((_LEAST, 1, int(days.argmin())), (_MOST, -1, int(days.argmax()))):
            before = keys.get(key)
            if before is None or sign * days[at] < sign * float(before[0].strip()):
                i = int(places[at])
                keys[key] = (column.dictionary[i].as_py(), _first(column, i, source_rows))

    def settled(self) -> Layout:
        """Return the layout with it settled whether choices are written as numbers."""
        return replace(self.layout, by_number=False) if self.words > self.numbers else self.layout

    def informed(self, cells: Cells) -> Cells:
        """Return a part's cells as if they held the telling texts of the whole file."""
        columns = list(cells.columns)
        for position, kept in self.kept.items():
            if kept and position < len(columns):
                columns[position] = _with_texts(columns[position], list(kept))
        return replace(cells, columns=tuple(columns), firsts=self.kept)


def _first(column: pa.DictionaryArray, code: int, source_rows: NDArray[np.int32]) -> int:
    return int(source_rows[int((codes_of(column) == code).argmax())])


def _with_texts(column: pa.DictionaryArray, texts: Sequence[str]) -> pa.DictionaryArray:
    """Return a column with texts put in front of its distinct ones."""
    told = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array(texts, pa.string()))
    whole = pa.chunked_array([told, column], CELL_TYPE).unify_dictionaries()
    result: pa.DictionaryArray = whole.chunk(1)
    return result
