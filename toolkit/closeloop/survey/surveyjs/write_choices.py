"""Options, rows, columns and points as the item values of SurveyJS."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from closeloop.survey.surveyjs.locales import Texts
from closeloop.survey.surveyjs.pairs import FEEDBACK, VERBATIM

Data = dict[str, Any]

_READ = frozenset({"text", "visibleIf", "isExclusive", FEEDBACK})


def foreign_parts(extra: Mapping[str, Any], read: Collection[str]) -> tuple[Data, Data]:
    """Return what `extra` holds for SurveyJS, and the rest of it.

    Parameters
    ----------
    extra : mapping
        What a survey file keeps for other programs.
    read : collection of str
        Properties that are read as keys of the survey file; they cannot come from there as well.

    Examples
    --------
    >>> foreign_parts({"surveyjs": {"colCount": 2, "title": "?"}, "qsf": 1}, {"title"})
    ({'colCount': 2}, {'surveyjs': {'title': '?'}, 'qsf': 1})
    """
    verbatim = extra.get(VERBATIM)
    if not isinstance(verbatim, Mapping):
        return {}, dict(extra)
    known = {prop: value for prop, value in verbatim.items() if prop not in read}
    back = {prop: value for prop, value in verbatim.items() if prop in read}
    rest = {key: value for key, value in extra.items() if key != VERBATIM or back or not verbatim}
    return known, rest | ({VERBATIM: back} if back else {})


def written_choice(option: str | Mapping[str, Any], texts: Texts, *, ticked: bool = False) -> object:
    """Return an option, a row or a column: the bare value where there is nothing else to say.

    Parameters
    ----------
    option : str or mapping
        As it stands in the file.
    texts : Texts
        How texts are written.
    ticked : bool
        Whether several may be ticked, so that SurveyJS knows one that excludes the others.
    """
    if isinstance(option, str):
        return option
    known, kept = foreign_parts(option.get("extra", {}), _READ)
    choice: Data = {"value": known.pop("value", option["value"])}
    if "text" in option:
        choice["text"] = texts.write(option["text"])
    if "show_if" in option:
        choice["visibleIf"] = option["show_if"]
    if "exclusive" in option and ticked:
        choice["isExclusive"] = option["exclusive"]
    feedback = {key: option[key] for key in ("code", *(() if ticked else ("exclusive",))) if key in option}
    feedback |= {"extra": kept} if kept else {}
    choice = {**known, **choice} | ({FEEDBACK: feedback} if feedback else {})
    return choice["value"] if choice.keys() == {"value"} else choice


def written_points(
    points: Sequence[int], labels: Mapping[Any, Mapping[str, str]], texts: Texts
) -> tuple[list[Any], Data]:
    """Return the points of a scale with their labels, and those labels that SurveyJS would take for none.

    A label that only repeats its number is one of these.
    """
    by_point = {int(point): text for point, text in labels.items()}
    values: list[Any] = []
    left: Data = {}
    for point in points:
        text = by_point.get(point)
        if text is None:
            values.append(point)
        elif set(text.values()) == {str(point)}:
            values.append(point)
            left[str(point)] = text
        else:
            values.append({"value": point, "text": texts.write(text)})
    return values, left
