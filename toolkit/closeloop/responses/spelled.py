"""How a column spells the answers to an item, to be kept in the survey's ``sources``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.answers import Problem, check_value
from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.joined import part_choices
from closeloop.responses.text_reader import Readings, TextReader

if TYPE_CHECKING:
    from closeloop.survey.definition import SourceMap


def spelled_answers(
    item: Any,
    texts: Sequence[str],
    layout: Layout,
    source: SourceMap | None = None,
    column: SourceColumn | None = None,
) -> dict[str, str]:
    """Return how a column spells its item's options, points, yes and no: text → what the survey calls it.

    What is its own name already (a point written as its number, an option by its value) is left out, and so is what
    people wrote beside "other". Parameters as in `read_texts`.
    """
    if item.type not in ("single", "multi", "ranking", "yesno", "nps", "csat", "ces", "rating", "matrix"):
        return {}
    reader = TextReader(item, layout, texts, source, column.labels if column else {})
    parts = [text.strip() for text in texts]
    if item.type in ("multi", "ranking"):
        separators = tuple(dict.fromkeys(("→", "┋", *layout.separators)))
        parted = (part_choices(text, separators, reader.is_option, reader.spellings) for text in parts)
        parts = [part for choices in parted for part in choices]
    found: dict[str, str] = {}
    for part in dict.fromkeys(parts):
        meant = reader.meant(part) if part else ""
        if not part or part in layout.missing:
            continue
        if item.type in ("single", "multi", "ranking"):
            value: Any = reader.known_option(meant)
        else:
            value = reader.read(meant, 0, Readings(values=[None]))
        if value is None or isinstance(value, Problem):
            continue
        if item.type in ("nps", "csat", "ces", "rating") and check_value(item, value) is not None:
            continue
        spelled = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
        if spelled != part:
            found[part] = spelled
    return found
