"""Qualtrics: CSV, TSV (three header rows), XLSX (two or three), the legacy CSV with V1…V10, and XML.

Row 2 is localised, so the columns are known by the ImportIds of row 3 where it is there, else by the tags of row 1.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence

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
    "responseSet": "collector",
    "startDate": "started",
    "endDate": "progress",
    "progress": "progress",
    "duration": "progress",
    "ipAddress": "personal",
    "recipientLastName": "personal",
    "recipientFirstName": "personal",
    "recipientEmail": "personal",
    "locationLatitude": "personal",
    "locationLongitude": "personal",
    "locationAccuracy": "personal",
}
"""The platform's other columns, and what they are."""
_NUMERIC = {"startDate", "endDate", "recordedDate", "progress", "duration", "finished"}
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
    "LocationAccuracy": "locationAccuracy",
}
_LEGACY = {
    "ResponseID": "_recordId",
    "ResponseSet": "responseSet",
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
    "LocationAccuracy": "locationAccuracy",
}
_LEGACY_BY_PLACE = (
    "_recordId",
    "responseSet",
    "recipientLastName",
    "externalDataReference",
    "recipientEmail",
    "ipAddress",
    "status",
    "startDate",
    "recordedDate",
    "finished",
)
_JOIN = " - "
_GROUP = re.compile(r"(?P<tag>.+)_NPS_GROUP")
_SPLIT = re.compile(r"(?P<tag>.+?)_(?P<choice>x?\d+)(?P<text>_TEXT)?")
_QUESTION = re.compile(r"(?:\d+_)?QID\d+(?:#\d+)?")
_TOPICS = re.compile(r"(?P<tag>.+) - (?:Parent )?(?:Topics?|Sentiment.*|Topic Hierarchy.*)|.*_TEXT_[0-9a-f]{12,}\w*")
_ADDED = {
    "timing": re.compile(r".+_(?:FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT)|.+ - (?:First Click|Page Submit)"),
    "device": re.compile(r".+_(?:BROWSER|VERSION|OS|RESOLUTION)|Q_(?:Device|Browser)\w*"),
    "quality": re.compile(
        r"Q_(?:Recaptcha|BallotBox|Duplicate|RelevantID|Straightlin|Unanswered|DataPolicy|Ambiguous|Fraud|Terminate"
        r"|TotalDuration|SpeedOutlier|Bot|PopulateResponse|QualityScore|Gibberish)\w*"
    ),
}
"""Columns that Qualtrics adds to questions, by their tags."""
_STATUSES = {  # 0 IP Address, 4 Imported, 16 Offline and 32 EX are ordinary responses; 8 is the mark of spam in a sum
    "test": ("1", "Survey Preview", "2", "Survey Test", "17", "Offline Survey Preview", "256", "Synthetic", "Preview"),
    "screened_out": ("8", "Spam", "9", "Survey Preview Spam", "12", "Imported Spam", "40", "EX Spam"),
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
        return _layout(tags, head[1], ids, head[3:], 3, reason)
    if len(head) > 1 and {"V1", "V8"} <= set(tags) and head[1] and head[1][0].strip() in ("ResponseID", "ResponseId"):
        ids = [_LEGACY.get(q.strip(), "") for q in head[1]]
        ids += [""] * (len(tags) - len(ids))
        for place, legacy in enumerate(_LEGACY_BY_PLACE):
            ids[place] = ids[place] or legacy
        return _layout(tags, head[1], ids, head[2:], 2, message("responses.qualtrics_legacy"))
    if {"_recordId", "recordedDate", "finished"} <= set(tags):
        return _layout(tags, tags, tags, head[1:], 1, message("platforms.qualtrics_xml"))
    if len({"ResponseId", "RecordedDate", "Finished", "Progress", "StartDate"} & set(tags)) >= 4:
        ids = [_TAGS.get(tag, "") for tag in tags]
        rows = 2 if len(head) > 1 and _are_labels(head[1], ids) else 1
        return _layout(tags, head[rows - 1], ids, head[rows:], rows, message("responses.qualtrics_tags"))
    return message("responses.qualtrics_no_tags")


def _are_labels(row: Sequence[str], ids: Sequence[str]) -> bool:
    """Say whether the second row explains the tags: then it has texts where answers have times and numbers."""
    told = [cell.strip() for cell, key in zip(row, ids, strict=False) if key in _NUMERIC]
    return len(row) == len(ids) and all(told) and not any(re.match(r"\d|true$|false$", t, re.IGNORECASE) for t in told)


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
    tags: Sequence[str],
    labels: Sequence[str],
    ids: Sequence[str],
    below: Sequence[Sequence[str]],
    header_rows: int,
    reason: LocalText,
) -> Layout:
    names = _group_names(tags, ids)
    groups: dict[str, list[str]] = {}
    parts: Counter[str] = Counter()
    for name, tag, label in zip(names, tags, labels, strict=False):
        if split := _SPLIT.fullmatch(tag):
            groups.setdefault(name, []).append(_bare(label))
            parts[name] += not split["text"]
    spread = {name: _shared_stem(texts) for name, texts in groups.items() if parts[name] != 1}
    columns = tuple(
        _column(i, tag, labels[i] if i < len(labels) else "", ids[i] or _TAGS.get(tag, ""), names[i], spread)
        for i, tag in enumerate(tags)
    )
    finished = [i for i, column in enumerate(columns) if column.target == "finished"]
    said = {row[i].strip() for row in below for i in finished if i < len(row)} - {""}
    return Layout(
        platform=NAME,
        label=LABEL,
        reason=reason,
        header_rows=header_rows,
        columns=columns,
        separators=(",",),
        missing={"-99": message("responses.missing_seen")},
        everywhere=True,
        by_number=said <= {"0", "1"},  # an export of labels says True and False there: "2" is then a label
        statuses=_STATUSES,
    )


def _group_names(tags: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Return what the columns of one question share: its tag; where two questions have one tag, the question's id."""
    bare = [split["tag"] if (split := _SPLIT.fullmatch(tag)) else tag for tag in tags]
    counts = Counter(tags)
    twice = {name for name, tag in zip(bare, tags, strict=True) if counts[tag] > 1}
    questions = [found[0] if (found := _QUESTION.match(key)) else "" for key in ids]
    return [(name in twice and question) or name for name, question in zip(bare, questions, strict=True)]


def _column(position: int, tag: str, label: str, key: str, name: str, spread: Mapping[str, str]) -> SourceColumn:
    label = label.strip()
    if key in _SYSTEM:
        reason = message("responses.reason_import_id", key=key)
        return SourceColumn(
            position=position, header=tag, key=key, question=label, role="system", target=_SYSTEM[key], reason=reason
        )
    if key in _UNUSED:
        reason = message(f"dialects.{_UNUSED[key]}")
        return SourceColumn(position=position, header=tag, key=key, question=label, role="unused", reason=reason)
    for why, pattern in _ADDED.items():
        if pattern.fullmatch(tag) or pattern.fullmatch(key):
            reason = message(f"dialects.{why}")
            return SourceColumn(position=position, header=tag, key=key, question=label, role="unused", reason=reason)
    if topics := _TOPICS.fullmatch(tag) or _TOPICS.fullmatch(key):
        reason = message("dialects.worked_out", of=topics["tag"] or tag)
        return SourceColumn(position=position, header=tag, key=key, question=label, role="derived", reason=reason)
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
    if split and (split["text"] or name in spread):
        stem = spread.get(name) or _bare(label).rsplit(_JOIN, 1)[0]
        return SourceColumn(
            position=position,
            header=tag,
            key=key,
            question=stem,
            role="other_text" if split["text"] else "option",
            group=name,
            option=_bare(label).removeprefix(stem).removeprefix(_JOIN).strip() or split["choice"].removeprefix("x"),
        )
    own = name if split is None else tag
    return SourceColumn(position=position, header=tag, key=key, question=_bare(label), group=own)


def _shared_stem(labels: Sequence[str]) -> str:
    """Return the question that all labels "Question - Option" begin with; empty if they share none."""
    if len(labels) > 1 == len(set(labels)):  # the question alone, above each of its options
        return labels[0]
    words = [label.split(_JOIN)[:-1] for label in labels]
    shared = 0
    while all(len(w) > shared and w[shared] == words[0][shared] for w in words):
        shared += 1
    return _JOIN.join(words[0][:shared])


def _bare(label: str) -> str:
    """Return a label without what Qualtrics puts between question and option, and behind a write-in."""
    return label.removesuffix(" - Text").replace(" - Selected Choice", "")
