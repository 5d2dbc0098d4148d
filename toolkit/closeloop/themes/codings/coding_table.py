"""Codings from tables that people wrote: long or wide, by one coder or several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.errors import InsufficientDataError, closest
from closeloop.frames import as_frame, plain_value, require_columns
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codings.characters import CONTENT, code_points, tables
from closeloop.themes.codings.coding import Coding, Flags, Ints, Unit

CODER = "coder"
"""What the one coder of a table is called that names none."""
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mentions:
    """The mentions of a table, in order of response and start; `row` is the mention of each row."""

    row: Ints
    response: Ints
    start: Ints
    end: Ints
    texts: npt.NDArray[np.object_] | None


def coding_from_table(
    data: Any,
    unit: Unit,
    *,
    id: str,
    code: str,
    coder: str | None,
    start: str | None,
    end: str | None,
    text: str | None,
    codes: Sequence[str] | None,
    absent: object,
    codebook: Codebook | None,
    weights: str | None,
) -> Coding:
    """Return the coding in a table; see `Coding.from_table`."""
    frame = _eager(data)
    if unit not in ("mention", "response"):
        raise ValueError(message("themes.unit", found=unit))
    if (start is None) != (end is None):
        raise ValueError(message("themes.half_span", given=start if end is None else end))
    named = [id, coder, start, end, text, weights, *([code] if codes is None else codes)]
    require_columns(frame, dict.fromkeys(name for name in named if name is not None), message("themes.the_table"))
    if frame.empty:
        raise InsufficientDataError(message("themes.empty_table"))
    ids = _ids(frame[id], id)
    response, known = pd.factorize(ids)
    response = response.astype(np.int64)
    mentions = _mentions(frame, unit, response, len(known), start, end, text)
    who, coders = _coders(frame, coder)
    if codes is None:
        at, which, names = _long(frame[code])
    else:
        at, which, names = _wide(frame, list(codes), absent)
    names, which = _in_order(names, which, codebook)
    judged = np.zeros((len(mentions.response), len(coders)), bool)
    judged[mentions.row, who] = True
    given = np.stack([mentions.row[at], which, who[at]], axis=1)
    once = np.unique(given, axis=0)
    notes = _notes(len(given) - len(once), len(given))
    none = np.full(len(once), -1, np.int64)
    return Coding(
        unit=unit, codes=names, ids=np.array([*known], object), texts=mentions.texts, response=mentions.response,
        start=mentions.start, end=mentions.end, substantive=_substantive(mentions), mention=once[:, 0],
        code=once[:, 1], coder=once[:, 2], rule=none, found_start=none, found_end=none, coders=coders, judged=judged,
        codebook=codebook, weights=_weights(frame, weights, response, len(known)), notes=notes,
    )  # fmt: skip


def _eager(data: Any) -> pd.DataFrame:
    frame = as_frame(data)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, nw.DataFrame):
        frame = frame.to_pandas()
    return frame.reset_index(drop=True)


def plain_id(value: object) -> str | int:
    """Return an id as every file can hold it: a whole number or a text."""
    plain = plain_value(value)
    return plain if isinstance(plain, int) and not isinstance(plain, bool) else str(plain)


def _ids(column: pd.Series[Any], name: str) -> npt.NDArray[np.object_]:
    missing = np.flatnonzero(column.isna().to_numpy())
    if missing.size:
        rows = ", ".join(str(row + 1) for row in missing[:_SHOWN])
        raise ValueError(message("themes.id_missing", column=name, n=missing.size, rows=rows))
    found = np.empty(len(column), object)
    found[:] = [plain_id(value) for value in column]
    return found


def _mentions(
    frame: pd.DataFrame, unit: Unit, response: Ints, n: int, start: str | None, end: str | None, text: str | None
) -> _Mentions:
    if start is not None and end is not None and unit == "mention":
        return _by_span(frame, response, n, start, end, text)
    own = None if text is None else frame[text].fillna("").astype(str).to_numpy(object)
    if unit == "mention" and own is not None:
        return _by_text(response, n, own)
    texts = None
    if text is not None and own is not None:
        texts = _one_text(own, response, n, text)
    lengths = np.full(n, -1, np.int64) if texts is None else np.fromiter(map(len, texts), np.int64, n)
    begins = np.minimum(lengths, 0)
    return _Mentions(row=response, response=np.arange(n), start=begins, end=lengths, texts=texts)


def _one_text(own: npt.NDArray[np.object_], response: Ints, n: int, name: str) -> npt.NDArray[np.object_]:
    """Return the text of each response; the rows of one response that have a text must have the same."""
    texts = np.full(n, "", object)
    filled = np.flatnonzero(own != "")
    texts[response[filled[::-1]]] = own[filled[::-1]]
    other = filled[texts[response[filled]] != own[filled]]
    if other.size:
        rows = ", ".join(str(row + 1) for row in other[:_SHOWN])
        raise ValueError(message("themes.two_texts", column=name, rows=rows))
    return texts


def _by_span(frame: pd.DataFrame, response: Ints, n: int, start: str, end: str, text: str | None) -> _Mentions:
    begins, ends = (_whole(frame[name], name) for name in (start, end))
    texts, limit = None, np.full(n, np.iinfo(np.int64).max)
    if text is not None:
        texts = _one_text(frame[text].fillna("").astype(str).to_numpy(object), response, n, text)
        limit = np.fromiter(map(len, texts), np.int64, n)
    wrong = np.flatnonzero((begins < 0) | (ends < begins) | (ends > limit[response]))
    if wrong.size:
        first = wrong[0]
        raise ValueError(
            message(
                "themes.span_outside", n=wrong.size, row=first + 1, start=begins[first], end=ends[first],
                length=message("themes.length", n=limit[response[first]]) if text else message("themes.no_length"),
            )
        )  # fmt: skip
    keys, row = np.unique(np.stack([response, begins, ends], axis=1), axis=0, return_inverse=True)
    return _Mentions(row=row.ravel(), response=keys[:, 0], start=keys[:, 1], end=keys[:, 2], texts=texts)


def _by_text(response: Ints, n: int, own: npt.NDArray[np.object_]) -> _Mentions:
    """Tell mentions apart by their words; a response's text is then its mentions, one per line."""
    numbers, _ = pd.factorize(own)
    keys, first, row = np.unique(np.stack([response, numbers], axis=1), axis=0, return_index=True, return_inverse=True)
    words = own[first]
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    of = keys[:, 0].astype(np.int64)
    before = np.concatenate(([0], np.cumsum(lengths + 1)))[:-1]
    start = before - before[np.searchsorted(of, of)]
    texts = np.full(n, "", object)
    cuts = np.flatnonzero(np.diff(of)) + 1
    for number, group in enumerate(np.split(words, cuts)):
        texts[number] = "\n".join(group)
    return _Mentions(row=row.ravel(), response=of, start=start, end=start + lengths, texts=texts)


def _whole(column: pd.Series[Any], name: str) -> Ints:
    values = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values == np.round(values))))
    if wrong.size:
        raise ValueError(message("themes.span_not_whole", column=name, row=wrong[0] + 1, found=column.iloc[wrong[0]]))
    return values.astype(np.int64)


def _coders(frame: pd.DataFrame, name: str | None) -> tuple[Ints, tuple[str, ...]]:
    if name is None:
        return np.zeros(len(frame), np.int64), (CODER,)
    missing = np.flatnonzero(frame[name].isna().to_numpy())
    if missing.size:
        raise ValueError(message("themes.coder_missing", column=name, n=missing.size, row=missing[0] + 1))
    numbers, known = pd.factorize(np.array([str(plain_id(value)) for value in frame[name]], object))
    return numbers.astype(np.int64), tuple(known)


def _long(column: pd.Series[Any]) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Return the rows that hold a code, which, and the names in order of appearance."""
    filled = column.notna().to_numpy() & (column.astype(str).str.strip() != "").to_numpy()  # CSV knows no missing text
    at = np.flatnonzero(filled)
    numbers, known = pd.factorize(np.array([str(plain_id(value)) for value in column.iloc[at]], object))
    return at, numbers.astype(np.int64), tuple(known)


def _wide(frame: pd.DataFrame, columns: list[str], absent: object) -> tuple[Ints, Ints, tuple[str, ...]]:
    cells = frame[columns]
    filled = cells.notna().to_numpy(copy=True)
    zeros = (cells == 0).to_numpy() | (cells == "").to_numpy()
    if absent is None and zeros.any():
        column = columns[int(np.flatnonzero(zeros.any(axis=0))[0])]
        raise ValueError(message("themes.absent_unknown", column=column))
    values = absent if isinstance(absent, Iterable) and not isinstance(absent, str) else [absent]
    for value in values:
        filled &= ~(cells == value).to_numpy()
    at, which = np.nonzero(filled)
    return at, which, tuple(map(str, columns))


def _in_order(names: tuple[str, ...], which: Ints, codebook: Codebook | None) -> tuple[tuple[str, ...], Ints]:
    """Return all codes of the codebook in its order, and the codes of a table as positions in them."""
    if codebook is None:
        return names, which
    order = {code.id: position for position, code in enumerate(codebook.codes)}
    unknown = [name for name in names if name not in order]
    if unknown:
        near = dict.fromkeys(close for name in unknown for close in closest(name, order))
        raise ValueError(
            message(
                "themes.unknown_codes", codebook=f"{codebook.id}@{codebook.version}", n=len(unknown),
                codes=", ".join(unknown[:_SHOWN]), names=", ".join(list(near or order)[:_SHOWN]),
            )
        )  # fmt: skip
    places = np.array([order[name] for name in names], np.int64)
    return tuple(order), places[which]


def _substantive(mentions: _Mentions) -> Flags:
    if mentions.texts is None:
        return np.ones(len(mentions.response), bool)
    kinds = tables().kinds
    spans = zip(mentions.texts[mentions.response], mentions.start, mentions.end, strict=True)
    found = (bool((kinds[code_points(text[begin:end])] & CONTENT).any()) for text, begin, end in spans)
    return np.fromiter(found, bool, len(mentions.response))


def _weights(frame: pd.DataFrame, name: str | None, response: Ints, n: int) -> npt.NDArray[np.float64] | None:
    if name is None:
        return None
    values = pd.to_numeric(frame[name], errors="coerce").to_numpy(float, na_value=np.nan)
    weights = np.zeros(n)
    weights[response[::-1]] = values[::-1]
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)) | (weights[response] != values))
    if wrong.size:
        raise ValueError(message("themes.weights", column=name, row=wrong[0] + 1, found=frame[name].iloc[wrong[0]]))
    return weights


def _notes(doubled: int, given: int) -> tuple[LocalText, ...]:
    return (message("themes.doubled", n=doubled, given=given),) if doubled else ()
