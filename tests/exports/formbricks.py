"""Write answers as Formbricks exports them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import Answers, asked, choices, plain, point, write_table

_META = ["url", "userAgent - browser", "country"]


def write(survey: Survey, answers: Sequence[Answers], path: Path, *, seed: int = 0) -> list[Answers]:
    """Write answers, each in the language of its respondent, the headlines in the first; return them as held: all.

    Parameters
    ----------
    seed : int
        Which columns about the visit there are, and which language whom.
    """
    rng = random.Random(seed)
    items = [item for item in survey.items if item.type not in ("note", "hidden")]
    hidden = [item.name for item in survey.items if item.type == "hidden" and item.name != "respondent_id"]
    meta = [name for name in _META if rng.random() < 0.5]
    headers = ["No.", "Response ID", "Timestamp", "Finished", *(["Quotas"] * rng.randint(0, 1)), "Survey ID"]
    headers += ["Formbricks ID (internal)", "User ID", "Tags", *meta]
    for number, item in enumerate(items, start=1):
        headers += [f"{number}. {text}" for text in _headers(item, survey.languages[0])]
    rows = []
    for number, each in enumerate(answers, start=1):
        tag = rng.choice(survey.languages)
        own = {"No.": str(number), "Response ID": f"cmr{number}", "Timestamp": f"2026-01-{number:02} 20:00:00 GMT+8"}
        own |= {
            "Finished": "Yes",
            "Survey ID": "srv1",
            "User ID": str(each.get("respondent_id", "")),
            "Tags": "vip, eu",
        }
        cells = [cell for item in items for cell in _cells(item, each, tag)]
        lead = [own.get(name, "") for name in headers[: len(headers) - len(cells)]]
        rows.append([*lead, *cells, *(str(each.get(name, "")) for name in hidden), "pro"])
    write_table(path, [[*headers, *hidden, "person.plan"], *rows])
    return list(answers)


def _headers(item: Any, tag: str) -> list[str]:
    text = asked(item, tag)
    if item.type == "matrix":
        return [f"{text} - {row.text[tag]}" for row in item.rows]
    return [text, f"{text} - Option ID"] if item.type in ("single", "multi") else [text]


def _cells(item: Any, answers: Answers, tag: str) -> list[str]:
    value = answers.get(item.name)
    if item.type == "matrix":
        cells = value or {}
        return [point(item, cells[r.value], tag, labels=True) if r.value in cells else "" for r in item.rows]
    if item.type in ("single", "multi"):
        chosen = (value or ()) if item.type == "multi" else [] if value is None else [value]
        labels = choices(item, tag)
        written = answers.get(f"{item.name}__other_text")
        texts = [str(written) if v == "other" and written else labels[v] for v in chosen]
        return ["; ".join(texts), ", ".join(f"id_{v}" for v in chosen)]
    if value is None:
        return [""]
    if item.type == "ranking":
        return ["; ".join(choices(item, tag)[v] for v in value)]
    return [plain(item, value, tag, labels=item.type == "yesno")]
