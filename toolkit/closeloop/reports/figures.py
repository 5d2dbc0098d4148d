"""The figures that people write in a report, held against those that were computed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import narwhals as nw

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import TableResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.page_blocks import Grid, Picture, page_blocks
from closeloop.reports.parts import Heading, is_frame, part_html
from closeloop.responses.responses import Responses
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.problem import Problem
from closeloop.text import LocalText, message
from closeloop.themes.codings.coding import Coding
from closeloop.versioned import Document
from closeloop.views.chart import Chart
from closeloop.views.claim import Claim
from closeloop.views.words import in_tag

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_NO_FIGURES = re.compile(
    rf"\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?|{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}})?(?!\d)|{_MONTH}\s\d{{4}}"  # dates
    r"|\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?|\d{1,2}:\d{2}"
    r"|\d{4}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?[日号])?|\d{1,2}\s?月(?:份|\s?\d{1,2}\s?[日号])?|\d{1,2}\s?[日号]"
    r"|(?<![\d.,])(?:19|20)\d{2}(?![\d.,]*\d|\s?[%％])"  # a year
    r"|第\s?\d+|^\s*\d+[.)、](?=\s|[^\d\s])"  # an ordinal, the number of a list's item
    r"|[A-Za-z0-9_]*[A-Za-z_][A-Za-z0-9_]*(?:[-.][A-Za-z0-9_]+)*",  # words and names: Q3, CM-1
    re.MULTILINE,
)
_FIGURE = re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s?(thousand\b|million\b|万|亿)?")
_TIMES = {"thousand": 1e3, "million": 1e6, "万": 1e4, "亿": 1e8}
_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is written: its words, its size, and half a unit of its last digit."""

    words: str
    value: float
    half: float


def figures_in(text: str) -> list[Figure]:
    """Return the figures of a text, without dates, years, ordinals, and numbers that are part of a name.

    Examples
    --------
    >>> [figure.words for figure in figures_in("In Q3 2026, 1,180 of 1.2 万 customers (9.8 %) called.")]
    ['1,180', '1.2 万', '9.8']
    """
    names = [found.span() for found in _NO_FIGURES.finditer(text)]
    written = []
    for found in _FIGURE.finditer(text):
        whole, decimals, times = found.groups()
        if any(start < found.end(2 if decimals else 1) and found.start() < end for start, end in names):
            continue
        unit = _TIMES.get(times or "", 1.0)
        value = float(f"{whole.replace(',', '')}.{decimals or 0}")
        written.append(Figure(found.group().strip(), value * unit, 0.5 * unit * 10.0 ** -len(decimals or "")))
    return written


def report_findings(parts: Sequence[Any], tag: str) -> Findings:
    """Return the figures of texts and claims that were not computed; see `closeloop.reports.report.Report.findings`."""
    found = []
    computed = [part.result if isinstance(part, Claim) else part for part in parts]
    known = sorted({size for part in computed for size in _sizes(part, tag)})
    for at, part in enumerate(parts, 1):
        own = sorted(set(_sizes(part.result, tag))) if isinstance(part, Claim) else known
        said: object = part.text if isinstance(part, Claim | Heading) else part
        if not isinstance(said, str | LocalText):
            continue
        text = in_tag(said, tag)
        lacking = {figure.words for figure in figures_in(text) if not _is_known(figure, own)}
        found += [_finding(words, text, at, is_claim=isinstance(part, Claim)) for words in sorted(lacking)]
    return Findings(found)


def _finding(words: str, text: str, at: int, *, is_claim: bool) -> Finding:
    start = max(0, text.find(words) - _SUBJECT // 2)
    key = "reports.claim_figure" if is_claim else "reports.text_figure"
    do = message("reports.claim_figure_do") if is_claim else message("reports.text_figure_do")
    return Finding(
        rule="R01" if is_claim else "R02", level="error" if is_claim else "warn", at=str(at),
        subject=" ".join(text[start : start + _SUBJECT].split()), message=message(key, figure=words), suggestion=do,
    )  # fmt: skip


def _is_known(figure: Figure, sizes: Iterable[float]) -> bool:
    reach = figure.half * (1 + 1e-9) + 1e-12
    return any(abs(size - figure.value) <= reach for size in sizes)


def _sizes(part: Any, tag: str) -> Iterator[float]:
    """Give the size of each figure that a part computed, as it is shown and in full; a share also in per cent."""
    if isinstance(part, Problem):
        part = part.gap
    full: object = None
    if isinstance(part, TableResult | ScoreTable | NpsResult | ShareResult | MeanResult):
        full = part.to_dict()
    elif is_frame(part):
        full = list(nw.from_native(part, eager_only=True).iter_rows())
    elif isinstance(part, Chart):
        yield from (figure.value for figure in figures_in(f"{part.alt} {part.caption}"))
        return
    elif isinstance(part, Document) and not isinstance(part, Coding):
        return  # what people wrote proves nothing
    elif not isinstance(part, Responses | Coding):
        return
    for size in _numbers(full):
        yield size
        if size <= 1:
            yield 100 * size
    for text in _shown(part_html(part, tag)):
        yield from (figure.value for figure in figures_in(text))


def _shown(html: str) -> Iterator[str]:
    for block in page_blocks(html):
        if isinstance(block, Grid):
            yield from (words.text for row in block.rows for slot in row for words in slot.paragraphs)
        elif not isinstance(block, Picture):
            yield block.text


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name != "version":
                yield from _numbers(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, Real) and math.isfinite(value):
        yield abs(float(value))
