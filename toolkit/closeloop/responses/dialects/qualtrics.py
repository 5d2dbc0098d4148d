"""Qualtrics: CSV, TSV (three header rows), XLSX (two or three), and the legacy CSV with V1…V10.

Row 2 is localised, so the columns are known by the ImportIds of row 3 where it is there, else by the tags of row 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "qualtrics"
LABEL = LocalText({"en": "Qualtrics", "zh-CN": "Qualtrics"})

_SYSTEM = {
    "_recordId": "response_id",
    "externalDataReference": "respondent_id",
    "recordedDate": "answered_at",
    "status": "status",
    "finished": "finished",
    "userLanguage": "language",
    "distributionChannel": "channel_source",
}
_UNUSED = {
    "startDate",
    "endDate",
    "ipAddress",
    "progress",
    "duration",
    "recipientLastName",
    "recipientFirstName",
    "recipientEmail",
    "locationLatitude",
    "locationLongitude",
}
_TAGS = {
    "ResponseId": "_recordId",
    "ExternalReference": "externalDataReference",
    "RecordedDate": "recordedDate",
    "Status": "status",
    "Finished": "finished",
    "UserLanguage": "userLanguage",
    "DistributionChannel": "distributionChannel",
    "StartDate": "startDate",
    "EndDate": "endDate",
    "IPAddress": "ipAddress",
    "Progress": "progress",
    "Duration (in seconds)": "duration",
    "RecipientLastName": "recipientLastName",
    "RecipientFirstName": "recipientFirstName",
    "RecipientEmail": "recipientEmail",
    "LocationLatitude": "locationLatitude",
    "LocationLongitude": "locationLongitude",
}
_LEGACY = {
    "ResponseID": "_recordId",
    "ExternalDataReference": "externalDataReference",
    "Status": "status",
    "StartDate": "startDate",
    "EndDate": "recordedDate",
    "Finished": "finished",
    "IPAddress": "ipAddress",
    "EmailAddress": "recipientEmail",
    "Name": "recipientLastName",
    "LocationLatitude": "locationLatitude",
    "LocationLongitude": "locationLongitude",
}
_LEGACY_BY_PLACE = (
    "_recordId",
    "",
    "recipientLastName",
    "externalDataReference",
    "recipientEmail",
    "ipAddress",
    "status",
    "startDate",
    "recordedDate",
    "finished",
)
_GROUP = re.compile(r"(?P<tag>.+)_NPS_GROUP")
_SPLIT = re.compile(r"(?P<tag>.+?)_(?P<choice>x?\d+)(?P<text>_TEXT)?")
_STATUSES = {
    "test": ("1", "Survey Preview", "2", "Survey Test", "9", "Offline Survey Preview", "Preview"),
    "screened_out": ("8", "Spam", "16"),
}


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return Qualtrics' layout, or why the source is not from Qualtrics."""
    if not head:
        return message("responses.qualtrics_no_tags")
    tags = [cell.strip() for cell in head[0]]
    ids = _import_ids(head[2]) if len(head) > 2 else None
    if ids is not None:
        ids += [""] * (len(tags) - len(ids))
        reason = message("responses.qualtrics_three_rows")
        return _layout(tags, head[1], ids, 3, reason)
    if len(head) > 1 and {"V1", "V8"} <= set(tags) and head[1] and head[1][0].strip() in ("ResponseID", "ResponseId"):
        ids = [_LEGACY.get(q.strip(), "") for q in head[1]]
        ids += [""] * (len(tags) - len(ids))
        for place, legacy in enumerate(_LEGACY_BY_PLACE):
            ids[place] = ids[place] or legacy
        return _layout(tags, head[1], ids, 2, message("responses.qualtrics_legacy"))
    if len({"ResponseId", "RecordedDate", "Finished", "Progress", "StartDate"} & set(tags)) >= 4:
        ids = [_TAGS.get(tag, "") for tag in tags]
        second = head[1] if len(head) > 1 else []
        labels = len(second) == len(tags) and not any(re.match(r"R_\w{6,}$", cell) for cell in second)
        return _layout(tags, second if labels else tags, ids, 2 if labels else 1, message("responses.qualtrics_tags"))
    return message("responses.qualtrics_no_tags")


def _import_ids(row: Sequence[str]) -> list[str] | None:
    """Return the ImportIds of the third header row, or None where it is not one."""
    ids: list[str] = []
    seen = False
    for cell in row:
        text = cell.strip()
        if text.startswith("{") and "ImportId" in text:
            try:
                found = json.loads(text)
            except ValueError:
                return None
            ids.append(str(found.get("ImportId", "")) + (f"_{found['choiceId']}" if "choiceId" in found else ""))
            seen = True
        elif text in ("", "{}"):
            ids.append("")
        else:
            return None
    return ids if seen else None


def _layout(
    tags: Sequence[str], labels: Sequence[str], ids: Sequence[str], header_rows: int, reason: LocalText
) -> Layout:
    stems = [m["tag"] for tag in tags if (m := _SPLIT.fullmatch(tag)) and not m["text"]]
    columns = tuple(
        _column(i, tag, labels[i] if i < len(labels) else "", ids[i] or _TAGS.get(tag, ""), stems)
        for i, tag in enumerate(tags)
    )
    return Layout(
        platform=NAME,
        label=LABEL,
        reason=reason,
        header_rows=header_rows,
        columns=columns,
        separators=(",",),
        missing={"-99": message("responses.missing_seen")},
        everywhere=True,
        by_number=True,
        statuses=_STATUSES,
    )


def _column(position: int, tag: str, label: str, key: str, stems: Sequence[str]) -> SourceColumn:
    label = label.strip()
    if key in _SYSTEM:
        reason = message("responses.reason_import_id", key=key)
        return SourceColumn(
            position=position, header=tag, key=key, question=label, role="system", target=_SYSTEM[key], reason=reason
        )
    if key in _UNUSED:
        return SourceColumn(position=position, header=tag, key=key, question=label, role="unused")
    if group := _GROUP.fullmatch(tag):
        return SourceColumn(
            position=position,
            header=tag,
            key=key,
            question=label,
            role="derived",
            target=group["tag"],
            reason=message("responses.reason_platform_group"),
        )
    split = _SPLIT.fullmatch(tag)
    if split and split["text"]:
        return SourceColumn(
            position=position,
            header=tag,
            key=key,
            question=_stem(label),
            role="other_text",
            group=split["tag"],
            option=_tail(label),
        )
    if split and stems.count(split["tag"]) > 1:
        return SourceColumn(
            position=position,
            header=tag,
            key=key,
            question=_stem(label),
            role="option",
            group=split["tag"],
            option=_tail(label),
        )
    return SourceColumn(position=position, header=tag, key=key, question=label, group=tag)


def _stem(label: str) -> str:
    """Return the question of "Question - Option"; a label without an option is all question."""
    return _bare(label).rsplit(" - ", 1)[0].strip()


def _tail(label: str) -> str:
    return _bare(label).rsplit(" - ", 1)[-1].strip()


def _bare(label: str) -> str:
    """Return a label without what Qualtrics puts between question and option, and behind a write-in."""
    return label.removesuffix(" - Text").replace(" - Selected Choice", "")
