"""One block of a score table, put into words and order: what a table, a chart and a report all say.

Nothing is computed here but the order of the rows, the shares of the three counts, and how a number is written.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.spec import TopBox
from closeloop.numbers import MONTHS, between, days, level, number, percent, signed
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.metrics.score_block import GroupScore, ScoreBlock
    from closeloop.metrics.score_table import ScoreTable

_TIME = re.compile(r"(?P<year>\d{4})(?:-?Q(?P<quarter>[1-4])|-W\d{2}|-(?P<month>\d{2})(?P<day>-\d{2})?)?")
_LONG_TITLE = 26
_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """A group as it is shown: label, n, estimate and interval in the unit of the display, or why there is none."""

    label: str
    count: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    shares: tuple[float, float, float] | None = None
    instead: str = ""
    suppressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSection:
    """The rows under one heading (empty: the panel has no sections)."""

    heading: str
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePanel:
    """A block of scores: title, the finding as a sentence, rows in order, total, and how it was done (`notes`)."""

    tag: str
    kind: str
    title: str
    sentence: str
    notes: tuple[str, ...]
    who: str
    estimate_head: str
    interval_head: str
    sections: tuple[PanelSection, ...]
    total: ScoreRow
    chronological: bool

    @property
    def rows(self) -> tuple[ScoreRow, ...]:
        """The rows of all sections, without the total."""
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def hidden_names(self) -> str:
        """The names of the suppressed groups, at most a dozen of them."""
        names = [row.label for row in self.rows if row.suppressed]
        text = marks(self.tag).comma.join(names[:_NAMED])
        if len(names) > _NAMED:
            return say("names_more", self.tag, names=text, count=number(len(names) - _NAMED))
        return text

    def write(self, value: float) -> str:
        """Return an estimate or a limit as it is printed."""
        return write_estimate(value, self.kind, self.tag)

    def interval(self, row: ScoreRow) -> str:
        """Return the interval of a row as it is printed."""
        return write_interval(row.low, row.high, self.kind, self.tag)


def panels(table: ScoreTable, tag: str) -> tuple[ScorePanel, ...]:
    """Return every block of a score table as it is said in a language."""
    return tuple(_panel(table, block, tag) for block in table.blocks)


def _panel(table: ScoreTable, block: ScoreBlock, tag: str) -> ScorePanel:
    kind = block.metric.kind
    chronological, keys = _ordered_keys(block)
    sections = _sections(table, block, keys, tag)
    total = _row(table, block.total, kind, say("scores.total", tag), tag)
    names = [_key_name(table, key, tag) for key in keys]
    title = in_tag(block.metric.label, tag)
    if keys:
        title = say("title_by", tag, metric=title, keys=marks(tag).listed(names))
    if table.period:
        title = say("title_when", tag, title=title, days=days(*table.period, tag))
    return ScorePanel(
        tag=tag,
        kind=kind,
        title=title,
        sentence=_sentence(table, block, total, tag),
        notes=_notes(table, block, chronological, tag),
        who=names[-1] if names else say("group", tag),
        estimate_head=say({"nps": "nps", "top_box": "top_share", "mean": "mean"}[kind], tag, **_box(block)),
        interval_head=say("interval", tag, level=level(table.confidence_level, tag)),
        sections=sections,
        total=total,
        chronological=chronological,
    )


def _key_name(table: ScoreTable, key: str, tag: str) -> str:
    """Return what a key is called; its own name where its title is a whole question or a long sentence."""
    title = in_tag(table.titles.get(key, key), tag)
    length = sum(2 if ord(character) > 0x2E7F else 1 for character in title)
    return key if length > _LONG_TITLE or title.rstrip().endswith(("?", "？")) else title


def _ordered_keys(block: ScoreBlock) -> tuple[bool, tuple[str, ...]]:
    """Put a key of periods last, so that time runs down the rows."""
    for key in block.keys:
        at = block.keys.index(key)
        values = [group.key[at] for group in block.groups if group.key[at] is not None]
        if values and all(_TIME.fullmatch(str(value)) for value in values):
            return True, (*(k for k in block.keys if k != key), key)
    return False, block.keys


def _sections(table: ScoreTable, block: ScoreBlock, keys: tuple[str, ...], tag: str) -> tuple[PanelSection, ...]:
    positions = [block.keys.index(key) for key in keys]
    grouped: dict[tuple[object, ...], list[GroupScore]] = {}
    for group in block.groups:
        grouped.setdefault(tuple(group.key[at] for at in positions[:-1]), []).append(group)
    return tuple(
        PanelSection(
            heading=" · ".join(_label(table, key, value, tag) for key, value in zip(keys[:-1], outer, strict=True)),
            rows=tuple(
                _row(table, g, block.metric.kind, _label(table, keys[-1], g.key[positions[-1]], tag), tag)
                for g in groups
            ),
        )
        for outer, groups in grouped.items()
    )


def _label(table: ScoreTable, key: str, value: Any, tag: str) -> str:
    if value is None:
        return say("scores.missing_key", tag)
    named = table.labels.get(key, {}).get(value)
    if named is not None:
        return in_tag(named, tag)
    if isinstance(value, bool):
        return say("yes" if value else "no", tag)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return period_name(str(value), tag)


def period_name(value: str, tag: str) -> str:
    """Return a period as people write it; any other text as it is.

    Examples
    --------
    >>> period_name("2026-07", "en"), period_name("2026Q3", "en"), period_name("2026-07", "zh-CN")
    ('Jul 2026', 'Q3 2026', '2026-07')
    """
    found = _TIME.fullmatch(value)
    if found and found["quarter"]:
        return say("quarter", tag, quarter=found["quarter"], year=found["year"])
    if found and found["month"] and not found["day"] and tag != "zh-CN" and 1 <= int(found["month"]) <= 12:
        return f"{MONTHS[int(found['month']) - 1]} {found['year']}"
    return value


def _row(table: ScoreTable, group: GroupScore, kind: str, label: str, tag: str) -> ScoreRow:
    if group.suppressed:
        small = group.reason == "small"
        reason = say(f"hidden_{group.reason}", tag, min_n=table.min_n)
        return ScoreRow(label=label, count=f"<\u00a0{table.min_n}" if small else "–", instead=reason, suppressed=True)
    if group.result is None or not group.n or math.isnan(group.result.score):
        return ScoreRow(label=label, count=number(group.n or 0), instead=say("nobody", tag))
    factor = 100 if kind == "top_box" else 1
    return ScoreRow(
        label=label,
        count=number(group.n),
        estimate=group.result.score * factor,
        low=group.ci.low * factor if group.ci else None,
        high=group.ci.high * factor if group.ci else None,
        shares=shares_of(group.result) if isinstance(group.result, NpsResult) else None,
    )


def shares_of(result: NpsResult) -> tuple[float, float, float]:
    """Return detractors, passives and promoters in per cent.

    Examples
    --------
    >>> shares_of(NpsResult(promoters=2, passives=1, detractors=1))
    (25.0, 25.0, 50.0)
    """
    one = (result.detractors + result.passives + result.promoters) / 100
    return result.detractors / one, result.passives / one, result.promoters / one


def write_estimate(value: float, kind: str, tag: str) -> str:
    """Return an estimate in the way of its kind: points signed, a share in per cent, a mean with two decimals.

    Examples
    --------
    >>> write_estimate(26.2, "nps", "en"), write_estimate(85.0, "top_box", "zh-CN"), write_estimate(4.2, "mean", "en")
    ('+26', '85%', '4.20')
    """
    if kind == "nps":
        return signed(value)
    return percent(value, tag) if kind == "top_box" else number(value, 2)


def write_interval(low: float | None, high: float | None, kind: str, tag: str) -> str:
    r"""Return an interval; English says "per cent" once.

    Examples
    --------
    >>> write_interval(81, 88, "top_box", "en").replace("\u00a0", " "), write_interval(None, None, "mean", "en")
    ('81 to 88 %', 'not available')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return say("no_interval", tag)
    first = number(low) if kind == "top_box" and tag != "zh-CN" else write_estimate(low, kind, tag)
    return between(first, write_estimate(high, kind, tag), tag)


def _box(block: ScoreBlock) -> dict[str, Any]:
    metric = block.metric
    return {"top": metric.top, "points": metric.points} if isinstance(metric, TopBox) else {}


def _sentence(table: ScoreTable, block: ScoreBlock, total: ScoreRow, tag: str) -> str:
    kind = block.metric.kind
    hidden = sum(group.suppressed for group in block.groups)
    if block.total.suppressed:
        text = say("hidden_total", tag, min_n=table.min_n)
    elif total.estimate is None:
        text = say("nobody_sentence", tag)
    else:
        fields: dict[str, Any] = {
            "n": total.count,
            "estimate": write_estimate(total.estimate, kind, tag),
            "level": level(table.confidence_level, tag),
            "interval": write_interval(total.low, total.high, kind, tag),
            **_box(block),
        }
        key = f"{kind}_sentence"
        if total.shares:
            detractors, _, promoters = total.shares
            fields |= {"promoters": number(promoters), "detractors": number(detractors)}
            if signed(round(promoters) - round(detractors)) != signed(total.estimate):
                key += "_rounded"
        text = say(key, tag, **fields)
    if hidden:
        text += marks(tag).gap + say("hidden_one" if hidden == 1 else "hidden_many", tag, count=number(hidden))
    return text


def _notes(table: ScoreTable, block: ScoreBlock, chronological: bool, tag: str) -> tuple[str, ...]:
    parts = [say(f"note_{block.metric.kind}", tag, **_box(block))]
    method = method_name(block.method, tag)
    if block.total.n or (block.groups and block.total.n is None):
        parts.append(say("note_interval", tag, method=method, level=level(table.confidence_level, tag)))
    if block.groups and block.total.n:
        parts.append(say("note_line", tag))
    if not chronological and len(block.groups) > 1:
        parts.append(say("note_order", tag))
    if not block.total.suppressed and block.total.n_missing:
        rows = (block.total.n or 0) + block.total.n_missing
        parts.append(say("note_blank", tag, blank=number(block.total.n_missing), rows=number(rows)))
    source = in_tag(table.source, tag)
    when = days(*table.period, tag) if table.period else ""
    if source or when:
        parts.append(marks(tag).clause.join(text for text in (source, when) if text) + marks(tag).stop)
    return tuple(parts)


def method_name(method: str, tag: str) -> str:
    """Return the name of an interval method in words.

    Examples
    --------
    >>> method_name("adjusted-wald", "en"), method_name("wilson+n*", "zh-CN")
    ('adjusted Wald (¾, 1½, ¾)', 'Wilson 法，样本量按抽样设计折算（n*）')
    """
    base, plus, _ = method.partition("+")
    name = say(f"method_{base}", tag)
    return say("method_design", tag, method=name) if plus else name
