"""The Ishikawa diagram of a cause graph: a bone per class of cause, with counts and the marks of evidence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.html import Html, element
from closeloop.rootcause.whys.graph import CauseGraph, Place
from closeloop.rootcause.whys.state import TOP
from closeloop.rootcause.whys.subjects import subject_label
from closeloop.views.outline import ICONS
from closeloop.views.svg_text import drawing, width, wrap, write_lines
from closeloop.views.words import in_tag, say

if TYPE_CHECKING:
    from closeloop.rootcause.whys.five_whys import FiveWhys

_SIZE, _SMALL, _LINE = 13.0, 12.0, 17.0
_COLUMN, _SLANT, _ROOM = 264.0, 56.0, 204.0
"""Pixels from bone to bone, how far a bone leans, and the room for words between two of them."""
_HEAD, _MARGIN, _GAP = 190.0, 12.0, 10.0
_MOST, _LINES = 12, 5


@dataclass(frozen=True, slots=True)
class _Twig:
    lines: list[str]
    below: str
    mark: str

    @property
    def height(self) -> float:
        return _LINE * (len(self.lines) + bool(self.below)) + _GAP


@dataclass(frozen=True, slots=True)
class _Bone:
    label: list[str]
    twigs: list[_Twig]

    @property
    def height(self) -> float:
        return sum(twig.height for twig in self.twigs) + 8


def ishikawa_svg(whys: FiveWhys, tag: str) -> str:
    """Return the causes by class as a fishbone; each with its mark, its evidence and its cases.

    Parameters
    ----------
    whys : FiveWhys
    tag : str
        The language.

    Returns
    -------
    str

    Examples
    --------
    >>> from closeloop.rootcause.whys.five_whys import FiveWhys
    >>> whys = FiveWhys("Parcels arrive late")
    >>> _ = whys.ask(whys.top, "The last pick-up moved to 16:00", subject="policy")
    >>> "Policy (1)" in ishikawa_svg(whys, "en")
    True
    """
    graph = whys.graph
    bones = _bones(graph, tag)
    title = say("whys.ishikawa_title", tag, title=in_tag(graph.text(TOP), tag))
    counts = {"n": len(graph.numbers), "bones": len(bones), "n_verified": len(graph.verified)}
    desc = say("whys.ishikawa_desc", tag, **counts)
    upper, lower = bones[::2], bones[1::2]
    up = max((bone.height + 24 * len(bone.label) for bone in upper), default=20.0)
    down = max((bone.height + 24 * len(bone.label) for bone in lower), default=20.0)
    effect = wrap(in_tag(graph.text(TOP), tag), _HEAD - 40, 14.0)
    half = max(20.0 * len(effect) / 2 + 12, 28.0)
    spine = _MARGIN + max(up, half)
    columns = max(len(upper), 1)
    end = _MARGIN + columns * _COLUMN + _SLANT
    body: list[Html] = [_line(_MARGIN, spine, end, spine, 2.0)]
    body.append(
        element("rect", x=_number(end), y=_number(spine - half), width=_number(_HEAD), height=_number(2 * half), rx=7,
                fill="none", stroke="currentColor", stroke_width="1.4")
    )  # fmt: skip
    body.append(write_lines(effect, end + 12, spine - 10 * (len(effect) - 1) + 5, 14.0, 20.0, font_weight="600"))
    for at, bone in enumerate(bones):
        foot = _MARGIN + (at // 2 + 1) * _COLUMN + _SLANT - 14
        body += _drawn(bone, foot, spine, up if at % 2 == 0 else down, upward=at % 2 == 0)
    height = spine + max(down if lower else 0.0, half) + _MARGIN
    return drawing(end + _HEAD + _MARGIN, height, title, desc, body)


def _bones(graph: CauseGraph, tag: str) -> list[_Bone]:
    """Return the causes by class, the class with most cases first, then with most causes; no class last."""
    by_class: defaultdict[str, list[Place]] = defaultdict(list)
    for place in graph.places:
        if not place.again:
            by_class[graph.causes[place.cause].subject].append(place)
    cases = {
        subject: len({case for place in places for case in graph.causes[place.cause].cases})
        for subject, places in by_class.items()
    }
    order = sorted(by_class, key=lambda subject: (not subject, -cases[subject], -len(by_class[subject]), subject))
    bones = []
    for subject in order:
        places = by_class[subject]
        name = in_tag(subject_label(subject), tag) if subject else say("whys.subject_none", tag)
        key = "whys.bone_cases" if cases[subject] else "whys.bone"
        label = wrap(say(key, tag, label=name, n=len(places), cases=cases[subject]), _ROOM, _SIZE, 2)
        twigs = [_twig(graph, place, tag) for place in places[:_MOST]]
        if len(places) > _MOST:
            twigs.append(_Twig([say("whys.more_causes", tag, n=len(places) - _MOST)], "", "none"))
        bones.append(_Bone(label, twigs))
    return bones


def _twig(graph: CauseGraph, place: Place, tag: str) -> _Twig:
    cause, status = graph.causes[place.cause], graph.status(place.link)
    text = f"{place.number} {cause.text}"
    if cause.cases:
        text = say("whys.with_cases", tag, text=text, n=len(cause.cases))
    n = len(cause.ruled_out.evidence) if cause.ruled_out else len(place.link.evidence)
    below = f"{say(f'whys.status_{status}', tag)} · {say('whys.chip_evidence', tag, n=n)}"
    return _Twig(wrap(text, _ROOM - 24, _SIZE, _LINES), below, status)


def _drawn(bone: _Bone, foot: float, spine: float, height: float, *, upward: bool) -> list[Html]:
    """Return a bone from its label down (or up) to the spine, its causes left of it."""
    sign = -1.0 if upward else 1.0
    labels = 24.0 * len(bone.label)
    reach = height - labels
    tip = spine + sign * reach

    def at(y: float) -> float:
        """Return where the bone is at a height."""
        return foot - _SLANT * abs(y - spine) / max(reach, 1.0)

    parts = [_line(at(tip), tip, foot, spine, 1.4)]
    first = tip - labels + 16 if upward else tip + 20
    middle = at(tip) - width(max(bone.label, key=len), _SIZE) / 2
    parts.append(write_lines(bone.label, max(middle, _MARGIN), first, _SIZE, 20.0, font_weight="600"))
    y = tip + 4 if upward else spine + 8
    for twig in bone.twigs:
        base = y + 14
        x = at(base - 4)
        text_end = x - 34 if twig.mark != "none" else x - 12
        parts.append(_line(x - 12, base - 4, x, base - 4, 1.0))
        if twig.mark != "none":
            parts.append(_icon(twig.mark, x - 29, base - 12))
        struck = {"text_decoration": "line-through", "opacity": "0.72"} if twig.mark == "ruled-out" else {}
        parts.append(write_lines(twig.lines, text_end, base, _SIZE, _LINE, text_anchor="end", **struck))
        if twig.below:
            under = base + _LINE * len(twig.lines)
            parts.append(write_lines([twig.below], text_end, under, _SMALL, _LINE, text_anchor="end", opacity="0.72"))
        y += twig.height
    return parts


def _icon(name: str, x: float, y: float) -> Html:
    dashed = "2.2 2.1" if name == "hypothesis" else None
    return element(
        "path", d=ICONS[name], transform=f"translate({_number(x)} {_number(y)})", fill="none", stroke="currentColor",
        stroke_width="1.4", stroke_linecap="round", stroke_linejoin="round", stroke_dasharray=dashed,
    )  # fmt: skip


def _line(x1: float, y1: float, x2: float, y2: float, thick: float) -> Html:
    return element(
        "line", x1=_number(x1), y1=_number(y1), x2=_number(x2), y2=_number(y2), stroke="currentColor",
        stroke_width=thick, stroke_opacity="0.6",
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
