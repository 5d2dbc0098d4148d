"""Which change weighs how much: the table of all kinds of change.

Breaking is what makes answers that were right before wrong, unreadable or of another meaning. Compatible is what leaves
them as they are. Wording is what only the eye of the respondent or the reader sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Verdict = Literal["none", "wording", "compatible", "breaking"]
VERDICTS: tuple[Verdict, ...] = ("none", "wording", "compatible", "breaking")
"""From the lightest to the gravest."""


class Rule(NamedTuple):
    """What a kind of change means.

    `needs` is the key of ``migrations:`` that has to tell of it; `spoils` says that scores of the item before and after
    cannot be compared.
    """

    verdict: Verdict
    needs: str = ""
    spoils: bool = False


_WORDING = Rule("wording")
_ASKED = Rule("wording", spoils=True)
_COMPATIBLE = Rule("compatible")
_BREAKING = Rule("breaking")

RULES: Mapping[str, Rule] = {
    # the survey as a whole
    "id_changed": _BREAKING,
    "version_lowered": _BREAKING,
    "language_added": _COMPATIBLE,
    "language_removed": _BREAKING,  # exports with labels in that language can no longer be read
    "language_order": _COMPATIBLE,
    "title_changed": _WORDING,
    "timezone_changed": _BREAKING,  # the same text is another hour, and near midnight another day
    "timezone_added": _COMPATIBLE,
    "status_changed": _COMPATIBLE,
    "stage_changed": _COMPATIBLE,
    "duplicates_changed": _COMPATIBLE,
    "thanks_changed": _COMPATIBLE,
    "thanks_wording": _WORDING,
    "sources_changed": _COMPATIBLE,
    "follow_up_added": _COMPATIBLE,
    "follow_up_removed": _COMPATIBLE,
    "follow_up_changed": _COMPATIBLE,
    "extra_changed": _COMPATIBLE,
    # pages and order
    "page_title": _WORDING,
    "page_renamed": _COMPATIBLE,
    "page_moved": _COMPATIBLE,
    "page_condition": _COMPATIBLE,  # what it does to each question is told with the question
    "end_condition": _COMPATIBLE,
    "order_changed": _COMPATIBLE,
    # items
    "item_added": _COMPATIBLE,
    "required_item_added": _BREAKING,
    "note_added": _COMPATIBLE,
    "note_removed": _COMPATIBLE,
    "note_shown": _COMPATIBLE,
    "item_removed": Rule("breaking", needs="drop"),
    "item_renamed": Rule("breaking", needs="rename"),
    "type_changed": Rule("breaking", needs="drop", spoils=True),
    "scale_changed": Rule("breaking", needs="rescale", spoils=True),
    "ends_swapped": Rule("breaking", spoils=True),
    "reverse_flipped": _BREAKING,
    "wording_changed": _ASKED,
    "label_changed": _WORDING,
    "message_changed": _WORDING,
    "look_changed": _COMPATIBLE,
    "pii_added": _COMPATIBLE,
    "pii_removed": _COMPATIBLE,
    "analysis_changed": _COMPATIBLE,  # dimension, weight
    "confirmed": _COMPATIBLE,
    # options, rows and columns
    "option_added": _COMPATIBLE,
    "option_removed": Rule("breaking", needs="recode", spoils=True),
    "option_recoded": Rule("breaking", needs="recode"),
    "option_wording": _ASKED,
    "option_order": _COMPATIBLE,
    "option_code": _BREAKING,  # exports by number would be read as other options
    "option_code_added": _COMPATIBLE,
    "option_exclusive": _COMPATIBLE,
    "row_added": _COMPATIBLE,
    "row_removed": Rule("breaking", needs="drop"),
    "row_renamed": Rule("breaking", needs="rename"),
    # who is asked, and what may be answered
    "required_added": _BREAKING,
    "required_removed": _COMPATIBLE,
    "required_of_more": _BREAKING,
    "required_of_fewer": _COMPATIBLE,
    "shown_to_fewer": Rule("breaking", spoils=True),
    "shown_to_more": Rule("compatible", spoils=True),
    "required_shown_to_more": Rule("breaking", spoils=True),
    "shown_unclear": Rule("breaking", spoils=True),
    "condition_rewritten": _COMPATIBLE,
    "limit_narrowed": _BREAKING,
    "limit_widened": _COMPATIBLE,
    # the plan
    "metric_added": _COMPATIBLE,
    "metric_removed": _BREAKING,
    "metric_changed": _BREAKING,
    "metric_label": _WORDING,
}
"""Kind of change → what it means."""
