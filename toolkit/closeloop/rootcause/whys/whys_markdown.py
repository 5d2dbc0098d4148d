"""A five-whys as markdown: the gap, the tree, the chain as sentences, each cause with its evidence, the findings."""

from __future__ import annotations

from collections.abc import Iterator

from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.tree.outline_text import escaped
from closeloop.rootcause.whys.coverage import coverage_of
from closeloop.rootcause.whys.debias import debias_questions
from closeloop.rootcause.whys.graph import CauseGraph, Place
from closeloop.rootcause.whys.read_aloud import read_aloud_of, sentence
from closeloop.rootcause.whys.state import TOP
from closeloop.rootcause.whys.whys_words import (
    answered,
    chips,
    evidence_says,
    evidence_source,
    expected_text,
    looked,
    told_day,
    who_when,
)
from closeloop.text import LocalText, message

_DEEPEST = 40
"""Deeper items are not indented further: no markdown reader follows them."""


def whys_markdown(graph: CauseGraph, found: Findings, tag: str) -> str:
    """Return a graph and its findings as markdown in one language; the same each time."""
    lines = [f"# {_plain(graph.text(TOP), tag)}", ""]
    gap = graph.state.gap
    lines += [_plain(gap.sentence if gap else message("whys.no_gap"), tag), ""]
    if graph.places:
        lines += [_plain(coverage_of(graph).sentence, tag), "", f"## {_say('why', tag)}", ""]
        lines += _tree(graph, tag)
        lines += ["", f"## {_say('read_aloud', tag)}", ""]
        lines += [f"- {escaped(step)}" for step in read_aloud_of(graph).in_language(tag).split("\n")]
        lines += ["", f"## {_say('causes', tag)}"]
        for place in graph.places:
            if not place.again:
                lines += ["", *_section(graph, place, tag)]
    else:
        lines += [_say("no_causes", tag), "", f"## {_say('debias', tag)}", ""]
        lines += [f"- {_plain(question, tag)}" for question in debias_questions(graph)]
    if graph.places or found:  # of what nobody has asked yet, rules say nothing either way
        lines += ["", f"## {_say('findings', tag)}", ""]
        lines += [f"- {_finding(one, tag)}" for one in found] or [_say("no_findings", tag)]
    return "\n".join(lines) + "\n"


def _tree(graph: CauseGraph, tag: str) -> Iterator[str]:
    for place in graph.places:
        status = graph.status(place.link)
        text = _plain(graph.text(place.cause), tag)
        said = [message(f"whys.status_{status}"), *chips(graph, place.link)]
        if place.link.gate == "and":
            said.insert(0, message("whys.together_short"))
        facts = " · ".join(_plain(one, tag) for one in said)
        if status == "ruled-out":
            text = f"~~{text}~~"
        if place.again:
            facts = _say("see", tag, number=graph.numbers[place.cause])
        indent = "  " * (min(place.depth, _DEEPEST) - 1)
        yield f"{indent}- **{place.number}** {_joined(text, _say('aside', tag, text=facts))}"
    for link in (*graph.loops, *graph.closing):
        yield f"- {_plain(_loop(graph, link.cause, link.effect, declared=link.loop), tag)}"


def _loop(graph: CauseGraph, cause: str, effect: str, *, declared: bool) -> LocalText:
    key = "whys.loop_declared" if declared else "whys.loop_undeclared"
    return message(key, cause=graph.text(cause), effect=graph.text(effect))


def _section(graph: CauseGraph, place: Place, tag: str) -> Iterator[str]:
    """Give what is on record about one cause and the link to its first effect."""
    cause, link = graph.causes[place.cause], place.link
    yield f"### {place.number} {_plain(graph.text(place.cause), tag)}"
    yield ""
    if not cause.ruled_out:
        read = _joined(_plain(sentence(graph, (link,)), tag), _answers(graph, place, tag))
        yield _item("read_back", read, tag)
    pieces = (*link.evidence, *(cause.ruled_out.evidence if cause.ruled_out else ()))
    for one in pieces:
        says = _plain(evidence_says(one), tag)
        source = _plain(evidence_source(one), tag)
        yield _item(f"shows_{one.shows}", f"{says} — {source}" if says else source, tag)
    if not pieces:
        yield f"- {_say('no_evidence', tag)}"
    if cause.dated:
        yield _item("dated", _plain(told_day(cause.dated), tag), tag)
    if cause.duty:
        yield _item("duty", escaped(cause.duty), tag)
    if cause.stop:
        reason = _say(f"stop_{cause.stop.reason}", tag)
        said = [escaped(part) for part in (reason, cause.stop.problem, cause.stop.note) if part]
        yield _item("stop", " · ".join(said), tag)
    expected = expected_text(graph, cause)
    if expected is not None:
        yield _item("removed", _plain(expected, tag), tag)
    for prediction in cause.predictions:
        yield _item("predicted", f"{escaped(prediction.effect)} · {_say(looked(prediction.found), tag)}", tag)
    for remedy in cause.remedies:
        parts = [remedy.id, remedy.what, _say(f"strength_{remedy.strength}", tag)]
        parts += [_say(f"aim_{remedy.aim}", tag)] if remedy.aim else []
        yield _item("countermeasure", " · ".join(escaped(part) for part in parts if part), tag)


def _item(label: str, text: str, tag: str) -> str:
    return f"- {_say('labelled', tag, label=_say(label, tag), text=text)}"


def _joined(text: str, aside: str) -> str:
    """Return a text and what stands behind it in brackets; full-width ones bring their own space."""
    return f"{text}{aside}" if aside.startswith("（") else f"{text} {aside}"


def _answers(graph: CauseGraph, place: Place, tag: str) -> str:
    reads = graph.readings(place.link)
    said = [
        _say("labelled", tag, label=_say(answered(read.holds), tag), text=_plain(who_when(read.by, read.on), tag))
        for read in reads
    ]
    return _say("aside", tag, text=" · ".join(said) or _say("answer_not_yet", tag))


def _finding(one: Finding, tag: str) -> str:
    level = message(f"findings.{one.level}").in_language(tag)
    return f"{level} **{one.rule}** {escaped(one.in_language(tag))}"


def _say(key: str, tag: str, **values: object) -> str:
    return message(f"whys.{key}", **values).in_language(tag)


def _plain(text: LocalText | str, tag: str) -> str:
    return escaped(text.in_language(tag) if isinstance(text, LocalText) else text)
