"""Reports: results, tables, figures and text as one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closeloop import text
from closeloop.html import element
from closeloop.reports.calls import Called, call_of
from closeloop.reports.page import page_html, page_styles, sheet_html
from closeloop.reports.parts import is_part
from closeloop.rootcause.findings import Findings
from closeloop.text import LocalText, message, normalise_tag
from closeloop.views.words import in_tag


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
        target.write_bytes(page_html(self).encode("utf-8"))
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
                sheet_html(self, drawn=True), in_tag(self.title, self.language), self.language, template, size=self.size
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

        written = page_markdown(sheet_html(self))
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

    def _repr_html_(self) -> str:
        return element("style", *page_styles(self)) + element("div", sheet_html(self), class_="cl", lang=self.language)

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
