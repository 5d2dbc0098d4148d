"""One section per cause: what was read back, the evidence, the contrast, why the asking stopped, what is done."""

from __future__ import annotations

from closeloop.html import Html, element, join
from closeloop.rootcause.whys.contrast import Contrast, contrasts
from closeloop.rootcause.whys.graph import CauseGraph, Place
from closeloop.rootcause.whys.read_aloud import sentence
from closeloop.rootcause.whys.state import AIMS, CauseState, Evidence, LinkState
from closeloop.rootcause.whys.whys_words import (
    answered,
    evidence_says,
    evidence_source,
    expected_text,
    looked,
    told_day,
    who_when,
)
from closeloop.views.outline import icon
from closeloop.views.words import in_tag, marks, say
from closeloop.written import write, write_interval

MOST_SECTIONS = 60
"""More causes than these are counted; markdown has them all."""


def cause_sections(graph: CauseGraph, tag: str) -> Html:
    """Return the causes one by one, as a list that can be unfolded."""
    places = [place for place in graph.places if not place.again]
    shown = [_section(graph, place, tag) for place in places[:MOST_SECTIONS]]
    left = len(places) - len(shown)
    more = [element("p", say("whys.deeper", tag, n=left), class_="note")] if left else []
    return element("div", element("h4", say("whys.causes", tag)), *shown, *more, class_="each")


def _section(graph: CauseGraph, place: Place, tag: str) -> Html:
    cause, link = graph.causes[place.cause], place.link
    status = graph.status(link)
    head = [icon(status), " ", element("span", place.number, class_="no"), " ", in_tag(graph.text(place.cause), tag)]
    word = element("span", say("tree.in_brackets", tag, word=say(f"whys.status_{status}", tag)), class_="soft")
    rows: list[tuple[str, object]] = []
    if not cause.ruled_out:
        rows.append((say("whys.read_back", tag), _read(graph, link, tag)))
    pieces = (*link.evidence, *(cause.ruled_out.evidence if cause.ruled_out else ()))
    rows.append((say("whys.evidence", tag), _evidence(pieces, tag)))
    rows += [(say("whys.contrast", tag), contrast_figure(one, tag)) for one in contrasts(pieces)]
    rows += _answers(graph, cause, tag)
    listed = [part for term, value in rows for part in (element("dt", term), " ", element("dd", value))]
    return element("details", element("summary", *head, marks(tag).gap, word), element("dl", *listed), class_="cause")


def _read(graph: CauseGraph, link: LinkState, tag: str) -> Html:
    reads = [
        f"{say(f'whys.{answered(read.holds)}', tag)}{marks(tag).colon}{in_tag(who_when(read.by, read.on), tag)}"
        for read in graph.readings(link)
    ]
    said = " · ".join(reads) or say("whys.answer_not_yet", tag)
    if link.by:
        said += " · " + say("whys.written_by", tag, who=in_tag(who_when(link.by, link.on), tag))
    return join([element("div", in_tag(sentence(graph, (link,)), tag), class_="because"), element("small", said)])


def _evidence(pieces: tuple[Evidence, ...], tag: str) -> Html:
    if not pieces:
        return element("span", say("whys.no_evidence", tag), class_="soft")
    items = []
    for one in pieces:
        says = in_tag(evidence_says(one), tag)
        shows = "" if one.shows == "supports" else say(f"whys.shows_{one.shows}", tag) + marks(tag).colon
        source = in_tag(evidence_source(one), tag)
        words = [element("span", shows, says), " "] if says else [element("span", shows)] if shows else []
        items.append(element("li", *words, element("small", source)))
    return element("ul", *items, class_="ev")


def _answers(graph: CauseGraph, cause: CauseState, tag: str) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    if cause.dated:
        rows.append((say("whys.dated", tag), in_tag(told_day(cause.dated), tag)))
    if cause.duty:
        rows.append((say("whys.duty", tag), cause.duty))
    if cause.stop:
        said = (say(f"whys.stop_{cause.stop.reason}", tag), cause.stop.problem, cause.stop.note)
        rows.append((say("whys.stop", tag), " · ".join(part for part in said if part)))
    expected = expected_text(graph, cause)
    if expected is not None:
        rows.append((say("whys.removed", tag), in_tag(expected, tag)))
    rows += [
        (say("whys.predicted", tag), f"{one.effect} · {say(f'whys.{looked(one.found)}', tag)}")
        for one in cause.predictions
    ]
    if cause.remedies or cause.id in graph.roots:
        rows.append((say("whys.aims", tag), _remedies(cause, tag)))
    return rows


def _remedies(cause: CauseState, tag: str) -> Html:
    """Return what is done about a cause; a root asks all three: prevent, detect, mitigate."""
    items = []
    for aim in (*AIMS, None):
        of_aim = [remedy for remedy in cause.remedies if remedy.aim == aim]
        named = say(f"whys.aim_{aim}", tag) + marks(tag).colon if aim else ""
        for remedy in of_aim:
            said = " · ".join(part for part in (remedy.what, say(f"whys.strength_{remedy.strength}", tag)) if part)
            items.append(element("li", named, element("b", remedy.id), " ", said))
        if aim and not of_aim:
            items.append(element("li", named, say("whys.aim_nothing", tag), class_="soft"))
    return element("ul", *items, class_="ev")


def contrast_figure(contrast: Contrast, tag: str) -> Html:
    """Return both shares with their intervals, written and drawn on one scale."""
    rows = []
    for name, (count, n) in (("affected", contrast.affected), ("unaffected", contrast.unaffected)):
        low, high = contrast.share_limits((count, n))
        label = say(f"whys.side_{name}", tag)
        share = write(count / n if n else None, "percent", tag)
        limits = write_interval(low, high, "percent", tag) if n else "–"
        drawn = _whisker(low, count / n, high) if n else Html("")
        written = f"{share} {say('whys.aside', tag, text=limits)}".replace(" （", "（")
        rows.append(element("div", element("span", label), " ", drawn, " ", element("span", written), class_="pair"))
    return join(rows)


def _whisker(low: float, share: float, high: float) -> Html:
    x = [round(4 + 112 * value, 1) for value in (low, share, high)]
    return element(
        "svg", element("line", class_="axis", x1=4, x2=4, y1=2, y2=16), element("line", class_="ci", x1=x[0], x2=x[2],
        y1=9, y2=9), element("circle", cx=x[1], cy=9, r=3.5), class_="ch", width=120, height=18, viewBox="0 0 120 18",
        aria_hidden="true",
    )  # fmt: skip
