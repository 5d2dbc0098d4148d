"""The accepted responses as an SPSS file, which says itself what was asked and what its codes mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import ResponseValidationError, StoreError
from closeloop.survey.codebook_rows import CodebookRow
from closeloop.text import language, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses
    from closeloop.survey.survey import Survey

_RESERVED = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})
_MOST_NAME, _MOST_LABEL, _MOST_VALUE_LABEL, _MOST_TEXT = 64, 255, 120, 32_767
_NO_ANSWER = (-99, -999, -9999)
_LABELLED = frozenset({"Int8", "boolean"})


@dataclass(slots=True)
class _Sheet:
    """The variables on their way into the file."""

    columns: dict[str, Any] = field(default_factory=dict)
    labels: list[str | None] = field(default_factory=list)
    values: dict[str, dict[float, str]] = field(default_factory=dict)
    missing: dict[str, list[Any]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)


def check_sav() -> None:
    """Refuse to start where the package that writes such files is not there.

    Raises
    ------
    ResponseValidationError
        Says what to install.
    """
    try:
        import pyreadstat  # noqa: F401
    except ImportError as error:
        raise ResponseValidationError(message("platforms.spss_needs_reader", file="accepted.sav")) from error


def write_sav(responses: Responses, path: Path, tag: str | None = None) -> None:
    """Write the accepted responses as an SPSS file.

    Scales, options, yes and no, and ticks are numbers with labels; no answer to them is a user-missing code. Numbers
    and dates stay what they are, and are system-missing where there is none.

    Parameters
    ----------
    responses : Responses
    path : Path
    tag : str, optional
        The language of the labels; the one in use if the survey has it, else its first.

    Raises
    ------
    ResponseValidationError
        If a text is longer than SPSS holds.
    StoreError
        If the file cannot be written.
    """
    import pandas as pd
    import pyreadstat

    frame, survey = responses.accepted, responses.survey
    tag = _language(survey, tag)
    known = {row.column: row for row in survey.codebook(tag).rows} if survey is not None else {}
    names = variable_names(map(str, frame.columns))
    sheet = _Sheet()
    for place, column in enumerate(map(str, frame.columns)):
        row = known.get(column)
        sheet.labels.append(_cut(row.question.in_language(tag) if row and row.item else column, _MOST_LABEL))
        _add(sheet, names[column], frame.iloc[:, place], row, survey, tag)
    try:
        pyreadstat.write_sav(
            pd.DataFrame(sheet.columns),
            str(path),
            column_labels=sheet.labels,
            variable_value_labels=sheet.values,
            missing_ranges=sheet.missing,
            variable_measure=sheet.measures,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise StoreError(message("versioned.not_written", file=path, reason=error)) from error


def _language(survey: Survey | None, tag: str | None) -> str:
    asked = tag or language()
    return asked if survey is None or asked in survey.languages else survey.languages[0]


def variable_names(columns: Iterable[str]) -> dict[str, str]:
    """Return for each column a name that SPSS allows, and that no other has whatever its case.

    Examples
    --------
    >>> variable_names(["e__tan1", "a b", "A-b", "1st", "all", "中文"])
    {'e__tan1': 'e__tan1', 'a b': 'a_b', 'A-b': 'A_b_2', '1st': 'V1st', 'all': 'Vall', '中文': '中文'}
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for column in columns:
        plain = re.sub(r"[^\w.@#$]", "_", column).rstrip("._") or "V"
        if not plain[0].isalpha() or plain.casefold() in _RESERVED:
            plain = f"V{plain}"
        name, number = _cut(plain, _MOST_NAME), 2
        while name.casefold() in used:
            name, number = f"{_cut(plain, _MOST_NAME - 6)}_{number}", number + 1
        used.add(name.casefold())
        names[column] = name
    return names


def _cut(text: str, most: int) -> str:
    """Return a text that takes at most so many bytes."""
    return text.encode("utf-8")[:most].decode("utf-8", "ignore")


def _add(sheet: _Sheet, name: str, column: pd.Series, row: CodebookRow | None, survey: Survey | None, tag: str) -> None:
    import pandas as pd

    values = row.values if row is not None and row.item else ()
    kind = str(column.dtype)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        sheet.columns[name] = column.dt.tz_convert("UTC").dt.tz_localize(None)
    elif kind.startswith("datetime"):
        sheet.columns[name] = column
    elif "date32" in kind:
        sheet.columns[name] = pd.Series([None if pd.isna(day) else day for day in column], dtype=object)
    elif kind == "category" and values and row is not None and survey is not None:
        codes = _codes([value for value, _ in values], survey.item(row.item))
        labels = _distinct([(str(codes[value]), value, label.in_language(tag)) for value, label in values])
        coded = column.astype(object).map(codes)
        _add_coded(sheet, name, coded, {codes[value]: text for (value, _), text in zip(values, labels, strict=True)})
    elif kind in _LABELLED and values:
        numbers = column.map({True: 1, False: 0}) if kind == "boolean" else column
        keys = [{"True": 1, "False": 0}.get(value) if kind == "boolean" else int(value) for value, _ in values]
        words = _yes_no(row, tag) if kind == "boolean" and row is not None else [v.in_language(tag) for _, v in values]
        _add_coded(sheet, name, numbers, {key: word for key, word in zip(keys, words, strict=True) if key is not None})
    elif pd.api.types.is_numeric_dtype(column.dtype):
        sheet.columns[name] = column.astype("float64")
    else:
        sheet.columns[name] = _texts(column, name)


def _yes_no(row: CodebookRow, tag: str) -> list[str]:
    """Return what 1 and 0 are called: in the survey's own words, or yes and no for a tick."""
    if row.values and row.values[0][1] == message("survey_codebook.ticked"):
        return [message(f"survey_codebook.{key}").in_language(tag) for key in ("yes", "no")]
    return [label.in_language(tag) for _, label in row.values]


def _codes(values: Sequence[str], item: Any) -> dict[str, int]:
    """Return the numbers of options: their codes where all have a whole one, else counted from 1."""
    options = getattr(item, "columns", ()) or getattr(item, "options", ())
    given = {option.value: option.code for option in options}
    if all(isinstance(given.get(value), int) for value in values):
        return {value: int(given[value]) for value in values}
    return {value: number for number, value in enumerate(values, start=1)}


def _distinct(named: Sequence[tuple[str, str, str]]) -> list[str]:
    """Return the labels of options, or their values where two labels are the same."""
    labels = [_cut(label, _MOST_VALUE_LABEL) for _, _, label in named]
    return labels if len(set(labels)) == len(labels) else [_cut(value, _MOST_VALUE_LABEL) for _, value, _ in named]


def _add_coded(sheet: _Sheet, name: str, column: pd.Series, labels: Mapping[int, str]) -> None:
    missing = next(code for code in _NO_ANSWER if code not in labels)
    sheet.columns[name] = column.astype("Float64").fillna(missing).astype("float64")
    told = {float(code): _cut(label, _MOST_VALUE_LABEL) for code, label in labels.items()}
    sheet.values[name] = told | {float(missing): str(message("survey_codebook.no_answer"))}
    sheet.missing[name] = [missing]
    sheet.measures[name] = "ordinal" if len(labels) > 2 else "nominal"


def _texts(column: pd.Series, name: str) -> pd.Series:
    texts = column.astype(object).where(column.notna(), "").astype(str)
    long = texts.map(lambda text: len(text.encode("utf-8"))) > _MOST_TEXT
    if long.any():
        raise ResponseValidationError(
            message("survey_codebook.sav_long", column=name, row=int(long.to_numpy().argmax()) + 1, most=_MOST_TEXT)
        )
    return texts.astype(object)
