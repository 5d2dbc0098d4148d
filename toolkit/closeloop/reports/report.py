"""Reports: results, tables, figures and text as one file that needs nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import zip_longest
from pathlib import Path
from typing import Any

from closeloop import __version__, text
from closeloop.html import Html, element, harmless, join
from closeloop.metrics.result import TableResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.numbers import number
from closeloop.reports.calls import Called, call_of
from closeloop.reports.kept_rows import KeptRows
from closeloop.reports.parts import drawn_chart, is_part, part_html, parts_css
from closeloop.responses.responses import Responses
from closeloop.rootcause.findings import Findings
from closeloop.text import LocalText, message, normalise_tag
from closeloop.views.chart import Chart
from closeloop.views.claim import Claim
from closeloop.views.score_panel import ScorePanel, panels
from closeloop.views.score_table import bar, share_key
from closeloop.views.style import css, shortened
from closeloop.views.words import in_tag, marks, say

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE = """:root{{color-scheme:light dark}}body{{margin:0;background:light-dark(#ffffff,#111111)}}
@page{{size:{size};margin:14mm 13mm 17mm;@bottom-left{{content:"{title}";{small}}}
@bottom-right{{content:counter(page) " / " counter(pages);{small}}}}}@media print{{body{{background:none}}}}"""
_BARE_PAGE = (
    ":root{{color-scheme:light dark}}body{{margin:0;background:light-dark(#ffffff,#111111)}}"
    "@page{{size:{size};margin:22mm}}@media print{{body{{background:none}}}}"
)
_SMALL = "font:8pt system-ui,sans-serif;color:#595959"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """A report that is put together but not yet written; what `report` returns.

    Attributes
    ----------
    title : str or LocalText
    parts : tuple
    language : str
        The language of everything that the report says itself.
    size : {"A4", "A4 landscape", "A3 landscape"}
        The paper.
    bare : bool
        Whether it says nothing of where it comes from, neither above nor below: a letter.
    leads : bool
        Whether the first part is the conclusion; else the first score table's finding leads.
    calls : tuple of str
        Of each part the Python call that gave it, as it stands below the part; empty where nothing was computed.
    ahead : tuple of int
        Places of the parts whose sheets stand before the others in a workbook.

    Examples
    --------
    >>> import closeloop as cl
    >>> cl.report("Third quarter", [cl.NpsResult(17, 12, 7)]).parts
    (NpsResult(score=27.8, n=36, 95% CI 1.6 to 49.7),)
    """

    title: LocalText | str
    parts: tuple[Any, ...]
    language: str
    size: str = "A4"
    bare: bool = False
    leads: bool = False
    calls: tuple[str, ...] = ()
    ahead: tuple[int, ...] = ()

    def to_html(self, path: str | Path) -> Path:
        """Write the report as one HTML file: no script, no request, light and dark, A4 on paper.

        The same parts give the same bytes.

        Parameters
        ----------
        path : str or Path
            Where to.

        Returns
        -------
        Path
            Where it was written.
        """
        target = Path(path)
        target.write_bytes(self._page().encode("utf-8"))
        return target

    def to_docx(self, path: str | Path, template: str | Path | None = None) -> Path:
        """Write the report as a Word file: what the HTML page says, and a picture of each result that can be drawn.

        Headings, nested lists, tables and pictures with alternative text; fonts for Chinese letters are named. The same
        parts give the same bytes. Needs the extra ``docx``.

        Parameters
        ----------
        path : str or Path
            Where to.
        template : str or Path, optional
            A Word file of your company: its styles, margins, header and footer are kept, and the report stands behind
            what it says.

        Returns
        -------
        Path
            Where it was written.

        Raises
        ------
        ImportError
            If python-docx is not installed.
        StoreError
            If the template is no Word file.
        """
        from closeloop.reports.docx import docx_bytes

        target = Path(path)
        target.write_bytes(
            docx_bytes(
                self._sheet(drawn=True), in_tag(self.title, self.language), self.language, template, size=self.size
            )
        )
        return target

    def to_xlsx(self, path: str | Path) -> Path:
        """Write the report as a workbook: contents with its words first, then a sheet for each table.

        Numbers are numbers: an NPS in points, a share as a percentage, with all their digits. What is hidden says so.
        Texts stay texts, also one that begins with ``=``. The same parts give the same bytes.

        Parameters
        ----------
        path : str or Path
            Where to.

        Returns
        -------
        Path
            Where it was written.

        Raises
        ------
        StoreError
            If it cannot be written there; what stood there before is untouched.
        """
        from closeloop.reports.contents import contents
        from closeloop.reports.xlsx import write_workbook

        target, title = Path(path), in_tag(self.title, self.language)
        lines = contents(self.parts, self.calls, self.ahead, self.language, title)
        write_workbook(target, title, lines, self.language)
        return target

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the report as markdown: headings, nested lists, tables; of a picture its words.

        Parameters
        ----------
        path : str or Path, optional
            Write it there, too.

        Returns
        -------
        str
        """
        from closeloop.reports.markdown import page_markdown

        written = page_markdown(self._sheet())
        if path is not None:
            Path(path).write_text(written, encoding="utf-8", newline="\n")
        return written

    def findings(self) -> Findings:
        """Return the figures in texts that nothing in the report has computed.

        Each figure of a claim is looked for in the result that the claim stands on (R01), each figure of a text or
        heading in all results of the report (R02), rounded as it is written. Dates, years, ordinals, numbers in names
        (Q3) and numbers in words are not looked at. That a figure is found does not make the sentence true: it says
        that somebody computed it.

        Returns
        -------
        Findings
            ``at`` is the number of the part, from 1.

        Examples
        --------
        >>> import closeloop as cl
        >>> result = cl.NpsResult(17, 12, 7)
        >>> text = "Of 36 customers, 17 promote us; the market stands at 31."
        >>> print(cl.report("Q3", [text, result]).findings()[0].message)
        The figure 31 is in no computed result of this report.
        """
        from closeloop.reports.figures import report_findings

        return report_findings(self.parts, self.language)

    def _page(self) -> str:
        title = in_tag(self.title, self.language)
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="generator", content=f"closeloop {__version__}"),
            element("title", title),
            element(
                "style",
                css(),
                _css(),
                parts_css(self.parts),
                Html((_BARE_PAGE if self.bare else _PAGE).format(size=self.size, title=_css_text(title), small=_SMALL)),
            ),
        )
        body = element("body", element("main", self._sheet(), class_="cl", lang=self.language))
        return "<!doctype html>\n" + element("html", head, body, lang=self.language) + "\n"

    def _styles(self) -> tuple[Html, Html, Html]:
        return css(), _css(), parts_css(self.parts)

    def _sheet(self, *, drawn: bool = False) -> Html:
        tag = self.language
        shown = self._shown(drawn=drawn)
        at = 1 if self.leads else 0
        body = join(shown[at:])
        tables = [part for part in self.parts if isinstance(part, ScoreTable) and part.blocks]
        source = in_tag(tables[0].source, tag) if tables else ""
        top = element("div", element("span", source), " ", element("span", f"closeloop {__version__}"), class_="top")
        lead = _lead(panels(tables[0], tag)[0], said=not at) if tables else Html("")
        conclusion = element("div", *shown[:at], class_="conclusion") if at else Html("")
        title = element("h1", in_tag(self.title, tag))
        if self.bare:
            return element("div", title, conclusion, body, class_="sheet")
        return element("div", top, title, conclusion, lead, body, self._foot(join(shown)), class_="sheet")

    def _shown(self, *, drawn: bool) -> list[Html]:
        """Return each part, with its figure where one is to be drawn, and its call."""
        places, shown = self._places(), []
        alts = {part.alt for part in self.parts if isinstance(part, Chart)}
        seen: set[int] = set()
        for part, call in zip_longest(self.parts, self.calls, fillvalue=""):
            first = id(part) not in seen  # a result that stands twice has one anchor
            seen.add(id(part))
            pieces = [part_html(part, self.language, places if first or isinstance(part, Claim) else {})]
            if drawn and first and isinstance(part, TableResult | ScoreTable):
                chart = drawn_chart(part, self.language)
                pieces += [chart.to_html()] if chart.alt not in alts else []
            pieces += [element("p", element("code", call), class_="call")] if call and not self.bare else []
            shown.append(join(pieces))
        return shown

    def _places(self) -> dict[int, tuple[str, str]]:
        """Return anchor and name of each result that is shown and that a claim stands on, by its ``id()``."""
        wanted = {id(part.result) for part in self.parts if isinstance(part, Claim)}
        shown = dict.fromkeys(id(part) for part in self.parts if id(part) in wanted)
        own = hashlib.sha256(harmless(in_tag(self.title, self.language)).encode("utf-8")).hexdigest()[:8]
        return {
            key: (f"cl-{own}-{at}", say("reports.result", self.language, number=at)) for at, key in enumerate(shown, 1)
        }

    def _foot(self, body: Html) -> Html:
        tag = self.language
        known = [part.responses if isinstance(part, KeptRows) else part for part in self.parts]
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

    def _repr_html_(self) -> str:
        return element("style", *self._styles()) + element("div", self._sheet(), class_="cl", lang=self.language)

    def __repr__(self) -> str:
        return f"<Report: {in_tag(self.title, self.language)}; {len(self.parts)} parts>"


def report(title: LocalText | str, parts: Sequence[Any], language: str | None = None) -> Report:
    """Put results, tables, figures and text together; the first score table's finding leads.

    Parameters
    ----------
    title : str or LocalText
        Says the finding, if you can.
    parts : sequence
        In order: score tables, responses, surveys, results, charts, matplotlib figures, data frames, documents (trees,
        five-whys, worksheets, problems …), claims, headings (or a text that starts with a number sign and a space) and
        texts (an empty line parts paragraphs; markup is shown, not followed).
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        If a part is none of these.

    Examples
    --------
    >>> from closeloop.metrics.nps import NpsResult
    >>> report("Third quarter", ["# Everybody", NpsResult(promoters=17, passives=12, detractors=7), "Stable."])
    <Report: Third quarter; 3 parts>
    """
    tag = text.language() if language is None else normalise_tag(language)
    shown = [part if isinstance(part, Called) else Called(part, "") for part in parts]
    for at, each in enumerate(shown):
        if not is_part(each.part):
            raise TypeError(message("views.not_a_part", at=at + 1, kind=type(each.part).__name__))
    return Report(
        title=title, parts=tuple(each.part for each in shown), language=tag,
        calls=tuple(each.call or call_of(each.part) for each in shown),
        ahead=tuple(at for at, each in enumerate(shown) if each.ahead),
    )  # fmt: skip


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
