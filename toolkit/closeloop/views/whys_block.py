"""A five-whys as HTML: the gap, the tree with what the rules found under each cause, coverage, each cause by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Html, element, join
from closeloop.metrics.measured_gap import Gap
from closeloop.numbers import day, level, number
from closeloop.rootcause.whys.coverage import Coverage, counted
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.rules.finding import WhysFinding
from closeloop.rootcause.whys.rules.reasoning import measured_on
from closeloop.rootcause.whys.state import TOP
from closeloop.views.gap_figure import gap_figure
from closeloop.views.outline import Note, icon, outline, outline_key
from closeloop.views.outline_svg import outline_svg
from closeloop.views.whys_bullets import notes_of, whys_bullets
from closeloop.views.whys_section import cause_sections
from closeloop.views.words import in_tag, say
from closeloop.written import write, write_interval

if TYPE_CHECKING:
    from closeloop.rootcause.findings import Findings
    from closeloop.rootcause.whys.five_whys import FiveWhys


def whys_block(whys: FiveWhys, tag: str) -> Html:
    """Return a five-whys as a piece of HTML in the language `tag`."""
    graph, found = whys.graph, whys.findings()
    parts: list[object] = [_head(graph, found, tag), _top_notes(found, tag)]
    bullets, gate = whys_bullets(graph, found, tag)
    if bullets:
        label = say("whys.why_problem", tag, title=in_tag(graph.text(TOP), tag))
        parts.append(outline(bullets, tag, gate=gate.label, gate_note=gate.note, label=label))
        parts += [element("p", text, class_="note") for text in _circles(graph, tag)]
        parts += [cover_block(whys.coverage(), "W18" in found.rules, tag), outline_key(bullets, tag)]
        parts.append(cause_sections(graph, tag))
    else:
        parts.append(element("p", say("whys.no_causes", tag)))
        parts.append(element("h4", say("whys.debias", tag)))
        parts.append(element("ul", *(element("li", in_tag(question, tag)) for question in whys.debias())))
    return element("div", *parts, class_="block whys")


def whys_tree_svg(whys: FiveWhys, tag: str) -> str:
    """Return the tree of a five-whys as a drawing."""
    bullets, gate = whys_bullets(whys.graph, whys.findings(), tag)
    title = say("whys.tree_title", tag, title=in_tag(whys.graph.text(TOP), tag))
    return outline_svg(bullets, title, tag, gate=gate.label, gate_note=gate.note)


def _head(graph: CauseGraph, found: Findings, tag: str) -> Html:
    """Return what is to be explained: the words, the gap in figures, and how many findings there are."""
    state = graph.state
    above = above_title(graph, tag)
    facts = gap_facts(graph, len(graph.causes[TOP].cases), tag)
    errors, warnings = len(found.of("error")), len(found.of("warn"))
    counts = [
        element("span", icon(name), " ", in_tag(counted(f"n_{word}", n), tag), class_=name)
        for name, word, n in (("error", "errors", errors), ("warn", "warnings", warnings))
        if n
    ]
    dot = element("span", " · ", class_="sr")
    listed = [join([dot, element("span", fact)]) if at else element("span", fact) for at, fact in enumerate(facts)]
    said = element("p", state.gap.sentence.in_language(tag), class_="said") if state.gap is not None else Html("")
    return element(
        "div",
        element("div", " · ".join(above), class_="k"),
        element("div", element("b", in_tag(graph.text(TOP), tag)), class_="ttl"),
        gap_figures(state.gap, tag) if state.gap is not None else element("p", say("whys.no_gap", tag), class_="said"),
        said,
        element("div", join(listed, " "), " ", *_summary(counts), class_="gfacts"),
        class_="gap",
    )


def above_title(graph: CauseGraph, tag: str) -> list[str]:
    """Return what stands above the words of what is to be explained: which problem, and that its gap was measured."""
    said = [say("whys.problem", tag, id=graph.state.problem)] if graph.state.problem else []
    return [*said, say("whys.the_gap", tag)] if graph.state.gap is not None else said


def gap_facts(graph: CauseGraph, n_cases: int, tag: str) -> list[str]:
    """Return where, on how many and when the gap was measured, and how many cases are linked."""
    gap, facts = graph.state.gap, []
    if gap is not None:
        facts += [gap.where] if gap.where else []
        facts.append(say("whys.n_measured", tag, n=number(gap.n)))
        facts.append(say("whys.as_of", tag, on=day(measured_on(gap), tag)))
    return [*facts, in_tag(counted("n_cases", n_cases), tag)] if n_cases else facts


def _summary(counts: list[Html]) -> list[Html]:
    dot = element("span", "· ", class_="sr")
    return [dot, element("span", join(counts, " "), class_="sum")] if counts else []


def gap_figures(gap: Gap, tag: str) -> Html:
    """Return what was measured, with its limits, in figures and as a drawing."""
    digits = {"percent": 1, "points": 0, "count": 0}.get(gap.unit, 2)
    written = [element("b", write(gap.actual, gap.unit, tag, digits))]
    if gap.ci is not None:
        limits = write_interval(*gap.ci, gap.unit, tag, digits)
        interval = say("whys.interval_level", tag, interval=limits, level=level(gap.confidence_level, tag))
        written += [Html(" "), element("small", interval)]
    return element("div", element("div", *written), gap_figure(gap, tag), class_="metric")


def _top_notes(found: Findings, tag: str) -> Html:
    """Return what the rules found about the start; coverage has a place of its own."""
    about = [one for one in found if isinstance(one, WhysFinding) and one.cause == TOP and one.rule != "W18"]
    return join(_note(note, tag) for note in notes_of(about, tag))


def _note(note: Note, tag: str) -> Html:
    spoken = element("span", say(f"tree.level_{note.level}", tag), " ", class_="sr")
    return element(
        "div", icon(note.level), spoken, element("b", note.code), " ", element("span", note.text),
        class_=f"find {note.level}",
    )  # fmt: skip


def _circles(graph: CauseGraph, tag: str) -> list[str]:
    texts = []
    for link in (*graph.loops, *graph.closing):
        key = "whys.loop_declared" if link.loop else "whys.loop_undeclared"
        ends = {name: in_tag(graph.text(getattr(link, name)), tag) for name in ("cause", "effect")}
        texts.append(say(key, tag, **ends))
    return texts


def cover_block(coverage: Coverage, told: bool, tag: str) -> Html:
    """Return how many cases the verified roots explain, as a sentence and a bar."""
    code = [element("b", "W18"), " "] if told else []
    parts: list[object] = [element("p", *code, in_tag(coverage.sentence, tag))]
    if coverage.n:
        left = coverage.n - coverage.reached
        bar = [element("i", style=f"--v:{coverage.reached}"), element("i", style=f"--v:{left}")]
        parts.append(element("div", *bar, class_="cbar", aria_hidden="true"))
    return element("div", *parts, class_="cover")
