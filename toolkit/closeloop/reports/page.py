"""A report as one HTML page: no script, no request, light and dark, fit for paper."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from itertools import zip_longest
from typing import TYPE_CHECKING

from closeloop import __version__
from closeloop.html import Html, element, harmless, join
from closeloop.metrics.result import TableResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.numbers import number
from closeloop.reports.kept_rows import KeptRows
from closeloop.reports.parts import drawn_chart, part_html, parts_css
from closeloop.responses.responses import Responses
from closeloop.views.chart import Chart
from closeloop.views.claim import Claim
from closeloop.views.score_panel import ScorePanel, panels
from closeloop.views.score_table import bar, share_key
from closeloop.views.style import css, shortened
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.reports.report import Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE = """:root{{color-scheme:light dark}}body{{margin:0;background:light-dark(#ffffff,#111111)}}
@page{{size:{size};margin:14mm 13mm 17mm;@bottom-left{{content:"{title}";{small}}}
@bottom-right{{content:counter(page) " / " counter(pages);{small}}}}}@media print{{body{{background:none}}}}"""
_BARE_PAGE = (
    ":root{{color-scheme:light dark}}body{{margin:0;background:light-dark(#ffffff,#111111)}}"
    "@page{{size:{size};margin:22mm}}@media print{{body{{background:none}}}}"
)
_SMALL = "font:8pt system-ui,sans-serif;color:#595959"


def page_html(report: Report) -> str:
    """Return the whole page."""
    title = in_tag(report.title, report.language)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="generator", content=f"closeloop {__version__}"),
        element("title", title),
        element(
            "style",
            *page_styles(report),
            Html((_BARE_PAGE if report.bare else _PAGE).format(size=report.size, title=_css_text(title), small=_SMALL)),
        ),
    )
    body = element("body", element("main", sheet_html(report), class_="cl", lang=report.language))
    return "<!doctype html>\n" + element("html", head, body, lang=report.language) + "\n"


def page_styles(report: Report) -> tuple[Html, Html, Html]:
    """Return the style sheets that the sheet needs."""
    return css(), _css(), parts_css(report.parts)


def sheet_html(report: Report, *, drawn: bool = False) -> Html:
    """Return what the page shows; `drawn` with a picture of each result that can be drawn."""
    tag = report.language
    shown = _shown(report, drawn=drawn)
    at = 1 if report.leads else 0
    body = join(shown[at:])
    tables = [part for part in report.parts if isinstance(part, ScoreTable) and part.blocks]
    source = in_tag(tables[0].source, tag) if tables else ""
    top = element("div", element("span", source), " ", element("span", f"closeloop {__version__}"), class_="top")
    lead = _lead(panels(tables[0], tag)[0], said=not at) if tables else Html("")
    conclusion = element("div", *shown[:at], class_="conclusion") if at else Html("")
    title = element("h1", in_tag(report.title, tag))
    if report.bare:
        return element("div", title, conclusion, body, class_="sheet")
    return element("div", top, title, conclusion, lead, body, _foot(report, join(shown)), class_="sheet")


def _shown(report: Report, *, drawn: bool) -> list[Html]:
    """Return each part, with its figure where one is to be drawn, and its call."""
    places, shown = _places(report), []
    alts = {part.alt for part in report.parts if isinstance(part, Chart)}
    seen: set[int] = set()
    for part, call in zip_longest(report.parts, report.calls, fillvalue=""):
        first = id(part) not in seen  # a result that stands twice has one anchor
        seen.add(id(part))
        pieces = [part_html(part, report.language, places if first or isinstance(part, Claim) else {})]
        if drawn and first and isinstance(part, TableResult | ScoreTable):
            chart = drawn_chart(part, report.language)
            pieces += [chart.to_html()] if chart.alt not in alts else []
        pieces += [element("p", element("code", call), class_="call")] if call and not report.bare else []
        shown.append(join(pieces))
    return shown


def _places(report: Report) -> dict[int, tuple[str, str]]:
    """Return anchor and name of each result that is shown and that a claim stands on, by its ``id()``."""
    wanted = {id(part.result) for part in report.parts if isinstance(part, Claim)}
    shown = dict.fromkeys(id(part) for part in report.parts if id(part) in wanted)
    own = hashlib.sha256(harmless(in_tag(report.title, report.language)).encode("utf-8")).hexdigest()[:8]
    return {
        key: (f"cl-{own}-{at}", say("reports.result", report.language, number=at)) for at, key in enumerate(shown, 1)
    }


def _foot(report: Report, body: Html) -> Html:
    tag = report.language
    known = [part.responses if isinstance(part, KeptRows) else part for part in report.parts]
    imports = [part for part in known if isinstance(part, Responses)]
    lines = [say("kept_rows", tag, **{k: number(n) for k, n in part.ledger.items()}) for part in imports]
    files = {source.name: source.sha256 for part in imports for source in part.sources if source.sha256}
    if files:
        listed = marks(tag).comma.join(f"{name} {sha[:16]}" for name, sha in files.items())
        lines.append(say("made_from", tag, version=__version__, files=listed))
    else:
        content = hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]
        lines.append(say("made_of", tag, version=__version__, content=content))
    return element("div", join((element("span", line) for line in lines), " "), class_="foot")


def _lead(panel: ScorePanel, *, said: bool) -> Html:
    """Return the score in large figures, below its sentence if nothing else has said it."""
    sentence = element("p", panel.sentence, class_="lead") if said else Html("")
    total = panel.total
    if total.estimate is None:
        return sentence
    facts = [panel.estimate_head, f"{panel.interval_head} {panel.interval(total)}", f"n = {total.count}"]
    parts: list[object] = [
        element("b", panel.write(total.estimate)),
        element("div", join((element("span", line) for line in facts), " "), class_="said"),
    ]
    if total.shares:
        parts.append(element("div", bar(total.shares), " ", share_key(panel.tag), class_="three"))
    return join([sentence, element("div", join(parts, " "), class_="hero")])


@cache
def _css() -> Html:
    return shortened(resources.files("closeloop").joinpath("reports", "report.css").read_text(encoding="utf-8"))


def _css_text(said: str) -> str:
    r"""Return a text as it may stand within quotes in CSS: all but letters and digits by number.

    Examples
    --------
    >>> _css_text('a"}</style>')
    'a\\22 \\7d \\3c \\2f style\\3e '
    """
    return "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in " ".join(said.split()))
