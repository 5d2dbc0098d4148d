"""A coding as a long table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from closeloop.frames import convert
from closeloop.themes.codings.coding import Coding


def coding_frame(coding: Coding, backend: str) -> Any:
    """Return one row per assignment, and one for each coder's mention without a code; see `Coding.to_frame`."""
    coded = np.zeros_like(coding.judged)
    coded[coding.mention, coding.coder] = True
    bare, by = np.nonzero(coding.judged & ~coded)
    none = np.full(len(bare), -1)
    mention = np.concatenate([coding.mention, bare])
    code, coder, rule, found_start, found_end = (
        np.concatenate([given, rest])
        for given, rest in (
            (coding.code, none), (coding.coder, by), (coding.rule, none), (coding.found_start, none),
            (coding.found_end, none),
        )
    )  # fmt: skip
    order = np.lexsort((coder, code, mention))
    mention, code, coder, rule = mention[order], code[order], coder[order], rule[order]
    response = coding.response[mention]
    begins, ends = coding.start[mention], coding.end[mention]
    frame = pd.DataFrame(
        {
            "id": _object(coding.ids[response]),
            "mention": mention,
            "start": pd.array(np.where(begins < 0, 0, begins), "Int64"),
            "end": pd.array(np.where(ends < 0, 0, ends), "Int64"),
            "text": _texts(coding, response, begins, ends),
            "code": _names(coding.codes, code),
            "coder": _names(coding.coders, coder),
            "rule": _names(coding.rules, rule),
            "found": _texts(coding, response, found_start[order], found_end[order]),
        }
    )
    frame.loc[begins < 0, ["start", "end"]] = pd.NA
    return convert(frame, backend)


def _object(values: Any) -> Any:
    return pd.Series(values.tolist(), dtype="str" if all(isinstance(v, str) for v in values) else None)


def _names(names: tuple[str, ...], at: Any) -> Any:
    return pd.Series([names[i] if i >= 0 else None for i in at.tolist()], dtype="str")


def _texts(coding: Coding, response: Any, starts: Any, ends: Any) -> Any:
    if coding.texts is None:
        return pd.Series([None] * len(response), dtype="str")
    spans = zip(coding.texts[response].tolist(), starts.tolist(), ends.tolist(), strict=True)
    return pd.Series([text[start:end] if start >= 0 else None for text, start, end in spans], dtype="str")
