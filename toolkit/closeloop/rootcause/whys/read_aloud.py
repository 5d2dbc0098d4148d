"""The chain as sentences, from the bottom up, to be read to a second person: 因为……，所以…… / …, therefore …."""

from __future__ import annotations

import re

from closeloop.rootcause.whys.graph import CauseGraph, Group
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.written import told_list

_SMALL = re.compile(
    r"(?:an?|the|no|nobody|none|our|we|you|they|their|this|that|these|those|its?|there|some|many|all|each|every|several|"
    r"most|few|after|before|since|when|while|if|because|of|on|in|at|by|for|from)(?![\w'’-])",
    re.IGNORECASE,
)
"""Words that have a capital only where a sentence starts."""
_END = ".。!！;；,，"


def sentence(graph: CauseGraph, group: Group) -> LocalText:
    """Return one step: the causes of a group, and the effect they lead to."""
    effect = spoken_part(graph, group[0].effect, first=False)
    causes = [spoken_part(graph, link.cause, first=at == 0) for at, link in enumerate(group)]
    if len(causes) == 1:
        return message("whys.therefore", cause=causes[0], effect=effect)
    together = LocalText({"en": told_list(causes)["en"], "zh-CN": "，并且".join(cause.zh for cause in causes)})
    return message("whys.therefore_together", causes=together, effect=effect)


def read_aloud_of(graph: CauseGraph, cause: str | None = None) -> LocalText:
    """Return the steps that stand, each once, what is deepest first; only those above `cause` if one is given."""
    wanted = None if cause is None else _above(graph, cause)
    steps = [
        sentence(graph, group)
        for effect in reversed(graph.reached)
        if wanted is None or effect in wanted
        for group in graph.explanations(effect)
        if wanted is None or any(link.cause in wanted or link.cause == cause for link in group)
    ]
    if not steps:
        return message("whys.nothing_to_read")
    return LocalText({tag: "\n".join(step.in_language(tag) for step in steps) for tag in LANGUAGES})


def _above(graph: CauseGraph, cause: str) -> set[str]:
    """Return the effects between a cause and the top."""
    found: set[str] = set()
    stack = [cause]
    while stack:
        for link in graph.above.get(stack.pop(), ()):
            if link in graph.live(link.effect) and link.effect not in found:
                found.add(link.effect)
                stack.append(link.effect)
    return found


def spoken_part(graph: CauseGraph, cause: str, *, first: bool = False) -> LocalText:
    """Return a cause as part of a sentence: no full stop, and no capital that only begins a sentence."""
    text = graph.text(cause)
    texts = {tag: text.in_language(tag) if isinstance(text, LocalText) else text for tag in LANGUAGES}
    english, chinese = texts["en"].rstrip(_END), texts["zh-CN"].rstrip(_END)
    # Chinese sets a space between a character and what is not one: 因为 8 月 1 日起……
    spaced = f" {chinese}" if chinese[:1].isascii() and chinese[:1].isalnum() else chinese
    return LocalText({"en": english if first else _lower(english), "zh-CN": spaced})


def _lower(text: str) -> str:
    word = _SMALL.match(text)
    return word.group().casefold() + text[word.end() :] if word else text
