"""Questions as the page draws them: texts in one language, what is chosen, what can be chosen, what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.counted import OTHER_TEXT, offered, parts_of
from closeloop.forms.items import NONE, OTHER, BaseItem, Comment, DateItem, Matrix, Multi, ScaleItem, Single, TextItem
from closeloop.text import LocalText, message
from closeloop.widgets.form.typed import as_json, exclusive

if TYPE_CHECKING:
    from closeloop.widgets.form.filling import Filling


def described(
    filling: Filling, items: Sequence[BaseItem], tag: str, touched: Collection[str], prefix: str
) -> list[dict[str, Any]]:
    """Return the shown ones of some items as the page draws them."""
    shown, issues = filling.visible(), filling.issues()
    found = []
    for item in items:
        if item.type == "hidden" or not shown[item.name]:
            continue
        wrong = issues.get(item.name, []) if item.name in touched else []
        found.append(
            {
                "name": item.name,
                "id": f"{prefix}{item.name}",
                "type": item.type,
                "label": question(item).in_language(tag),
                "help": "" if item.help is None else item.help.in_language(tag),
                "required": filling.must(item),
                "touched": item.name in touched,
                "value": _value(filling, item),
                "issues": [text.in_language(tag) for text in wrong],
                **_particulars(filling, item, tag),
            }
        )
    return found


def question(item: BaseItem) -> LocalText:
    """Return what is asked: the question, else the short name, else the name."""
    return item.ask or item.label or LocalText(item.name)


def option_texts(item: BaseItem) -> dict[str, LocalText]:
    """Return the text of each option that can be answered, “other” and “none of these” included.

    Examples
    --------
    >>> from closeloop.forms.items import Multi
    >>> item = Multi(name="pains", type="multi", options=["price"], none=True)
    >>> {value: str(text) for value, text in option_texts(item).items()}
    {'price': 'price', 'none': 'None of these'}
    """
    texts = {option.value: option.text for option in getattr(item, "options", ())}
    if getattr(item, "other", False):
        texts[OTHER] = getattr(item, "other_text", None) or message("form.other")
    if getattr(item, "none", False):
        texts[NONE] = message("form.none")
    return texts


def yes_no_texts(item: BaseItem) -> dict[str, LocalText]:
    """Return what yes and no are called where an item asks for one of the two."""
    labels: Mapping[str, LocalText] = getattr(item, "labels", {})
    return {word: labels.get(word) or message(f"form.{word}") for word in ("yes", "no")}


def _value(filling: Filling, item: BaseItem) -> Any:
    if item.name in filling.unread:
        return filling.unread[item.name][0]
    value = filling.answers.get(item.name)
    if value is None:
        return {} if item.type == "matrix" else [] if item.type in {"multi", "ranking"} else None
    return str(value) if item.type == "number" else as_json(value)


def _particulars(filling: Filling, item: BaseItem, tag: str) -> dict[str, Any]:
    """Return what only items of one type have."""
    if isinstance(item, Matrix):
        return _matrix(filling, item, tag)
    if isinstance(item, ScaleItem):
        return {"look": item.look, **_scale(item, item.scale or range(0), tag)}
    if item.type == "yesno":
        return {
            "options": [{"value": word, "text": said.in_language(tag)} for word, said in yes_no_texts(item).items()]
        }
    if isinstance(item, (TextItem, Comment)):
        return {"format": getattr(item, "format", "text"), "max_length": item.max_length}
    if isinstance(item, DateItem):
        return {"min": as_json(item.min), "max": as_json(item.max)}
    if item.type == "number":
        return {"integer": bool(getattr(item, "integer", False))}
    return _choices(filling, item, tag) if hasattr(item, "options") else {}


def _scale(item: ScaleItem | Matrix, scale: Sequence[int], tag: str) -> dict[str, Any]:
    """Return the points of a scale: each with its words, or the words of both ends if no other point has any."""
    words = {point: text.in_language(tag) for point, text in item.labels.items()}
    ends = {"low": scale[0], "high": scale[-1]}
    said = {end: getattr(item, end) for end in ends}
    texts = {end: words.get(ends[end], "") if text is None else text.in_language(tag) for end, text in said.items()}
    named = any(point in words for point in scale[1:-1])
    if named:
        words = {ends[end]: text for end, text in texts.items()} | words
    points = [{"value": point, "text": words.get(point, "") if named else ""} for point in scale]
    return {
        "points": points,
        "named": named,
        "low": "" if named else texts["low"],
        "high": "" if named else texts["high"],
    }


def _choices(filling: Filling, item: BaseItem, tag: str) -> dict[str, Any]:
    counting = filling.counting()
    gone = {option.value for option in parts_of(item) if not offered(option, counting)}
    options = [
        {"value": value, "text": text.in_language(tag)}
        for value, text in option_texts(item).items()
        if value not in gone
    ]
    found: dict[str, Any] = {"options": options}
    if getattr(item, "other", False):
        found["other"] = filling.answers.get(f"{item.name}{OTHER_TEXT}", "")
    if isinstance(item, Single):
        found["look"] = item.look
    if isinstance(item, Multi):
        found |= _limits(item, filling.answers.get(item.name, ()), options)
    return found


def _limits(item: Multi, chosen: Sequence[str], options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how many can be chosen, and mark the options that cannot be chosen any more."""
    alone = exclusive(item)
    full = item.max is not None and len(chosen) >= item.max and not alone & set(chosen)
    for option in options:
        option["full"] = full and option["value"] not in chosen and option["value"] not in alone
    return {"min": item.min, "max": item.max, "full": full, "chosen": len(chosen)}


def _matrix(filling: Filling, item: Matrix, tag: str) -> dict[str, Any]:
    counting = filling.counting()
    if item.points is not None:
        found = _scale(item, range(1, item.points + 1), tag)
    else:
        columns = [(int(each.value) if item.scale is not None else each.value, each.text) for each in item.columns]
        points = [{"value": value, "text": text.in_language(tag)} for value, text in columns]
        found = {"points": points, "named": True, "low": "", "high": ""}
    rows = [{"value": row.value, "text": row.text.in_language(tag)} for row in item.rows if offered(row, counting)]
    return {"rows": rows, "coded": item.points is not None, **found}
