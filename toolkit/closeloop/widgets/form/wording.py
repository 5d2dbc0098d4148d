"""What is wrong with an answer, in words for the person who gives it: no names of items, and what to do."""

from __future__ import annotations

from typing import Any

from closeloop.forms.items import BaseItem, Comment, DateItem, Matrix, Multi, NumberItem, TextItem
from closeloop.forms.values import Problem
from closeloop.text import LocalText, message

_NEEDED = {
    "single": "need_choice",
    "yesno": "need_choice",
    "multi": "need_some",
    "ranking": "need_rank",
    "number": "need_number",
    "date": "need_date",
}


def issue(item: BaseItem, problem: Problem) -> LocalText:
    """Return what a form says of a problem with an answer.

    Examples
    --------
    >>> from closeloop.forms.answers import check_answers
    >>> from closeloop.forms.form import Form
    >>> from closeloop.forms.items import Nps, Page
    >>> item = Nps(name="recommend", type="nps", required=True)
    >>> print(issue(item, check_answers(Form((Page(name="main", items=(item,)),)), {})[0]))
    Please choose a number from 0 to 10.
    """
    if problem.code == "check_failed":
        return problem.message
    if problem.code == "required":
        return _required(item, problem)
    if problem.code == "pattern" and isinstance(item, TextItem) and item.format != "text":
        return message(f"form.format_{item.format}")
    key, fields = _limits(item, problem)
    return problem.message if key is None else message(f"form.{key}", **fields)


def _required(item: BaseItem, problem: Problem) -> LocalText:
    if isinstance(item, Matrix):
        row = next((row for row in item.rows if f"{item.name}.{row.value}" == problem.item), None)
        return message("form.need_rows") if row is None else message("form.need_row", row=row.text)
    if item.required_message is not None:
        return problem.message
    if item.scale is not None:
        return message("form.need_point", low=item.scale[0], high=item.scale[-1])
    return message(f"form.{_NEEDED.get(item.type, 'need_text')}")


def _limits(item: BaseItem, problem: Problem) -> tuple[str | None, dict[str, Any]]:
    """Return the words for an answer beyond a limit, and the limit."""
    code = problem.code
    if isinstance(item, Multi):
        found = len(problem.value) if isinstance(problem.value, tuple) else 0
        if code == "too_many":
            return code, {"found": found, "most": item.max}
        if code == "too_few":
            return code, {"found": found, "least": item.min}
    if isinstance(item, (TextItem, Comment)) and code == "too_long":
        return code, {"found": len(str(problem.value)), "most": item.max_length}
    if isinstance(item, TextItem) and code in {"too_short", "pattern"}:
        return code, {"found": len(str(problem.value)), "least": item.min_length}
    if isinstance(item, (NumberItem, DateItem)) and code == "out_of_range":
        kind = "day" if isinstance(item, DateItem) else "number"
        if item.max is None or item.min is None:
            return (f"{kind}_from", {"low": item.min}) if item.max is None else (f"{kind}_to", {"high": item.max})
        return f"{kind}_between", {"low": item.min, "high": item.max}
    return ("not_whole", {}) if code == "not_integer" else (None, {})
