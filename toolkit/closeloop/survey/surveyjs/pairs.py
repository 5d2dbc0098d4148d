"""What a key of a survey file is called in SurveyJS, for all that is the same thing under another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEEDBACK = "feedback"
"""The one property that holds what SurveyJS does not know."""
VERBATIM = "surveyjs"
"""The key below ``extra:`` that holds the properties of SurveyJS which a survey file does not know."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A key of ours and a property of SurveyJS.

    Attributes
    ----------
    key, prop : str
    text : bool
        Whether the value is a text in the survey's languages.
    unset : tuple
        Values by which SurveyJS says that nothing is set; the key is then left out, and such a value is never written.
    """

    key: str
    prop: str
    text: bool = False
    unset: tuple[object, ...] = ()


COMMON = (
    Pair("ask", "title", text=True),
    Pair("help", "description", text=True),
    Pair("required", "isRequired"),
    Pair("required_message", "requiredErrorText", text=True),
    Pair("show_if", "visibleIf"),
    Pair("require_if", "requiredIf"),
)
"""What every question has."""

_ENDS = (Pair("low", "minRateDescription", text=True), Pair("high", "maxRateDescription", text=True))
_OTHER = (
    Pair("other", "showOtherItem"),
    Pair("other_text", "otherText", text=True),
    Pair("none", "showNoneItem"),
)
_TICKS = (Pair("min", "minSelectedChoices", unset=(0,)), Pair("max", "maxSelectedChoices", unset=(0,)))
_LIMITS = (Pair("min", "min"), Pair("max", "max"))
_LENGTH = Pair("max_length", "maxLength", unset=(0, -1))

PAIRS: Mapping[str, tuple[Pair, ...]] = {
    "nps": (*COMMON, *_ENDS),
    "csat": (*COMMON, *_ENDS),
    "ces": (*COMMON, *_ENDS),
    "rating": (*COMMON, *_ENDS),
    "single": (*COMMON, *_OTHER),
    "multi": (*COMMON, *_OTHER, *_TICKS),
    "matrix": (*COMMON, Pair("every_row", "eachRowRequired")),
    "ranking": COMMON,
    "yesno": COMMON,
    "text": (*COMMON, _LENGTH),
    "number": (*COMMON, *_LIMITS),
    "date": (*COMMON, *_LIMITS),
    "comment": (*COMMON, _LENGTH),
    "note": (Pair("show_if", "visibleIf"),),
    "hidden": tuple(pair for pair in COMMON if pair.key != "show_if"),  # a hidden question with visibleIf would be seen
}
"""Type of item → what its keys are called."""

SCALES = frozenset({"nps", "csat", "ces", "rating"})
"""The types that are a ``rating`` in SurveyJS."""

ALIASES: Mapping[str, str] = {
    "hasOther": "showOtherItem",
    "hasNone": "showNoneItem",
    "isAllRowRequired": "eachRowRequired",
    "mininumRateDescription": "minRateDescription",
    "maximumRateDescription": "maxRateDescription",
    "rateDisplayMode": "rateType",
    "questions": "elements",
}
"""Names that SurveyJS itself still reads → what they are called now."""
