"""A source's columns as answers: one coded column an item, with everything unreadable written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.forms.answers import check_value
from closeloop.forms.coded import UNANSWERED, Coded
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.issues import NO_TEXT, Batch, IssueLog
from closeloop.responses.match import OTHER_TEXT, Match
from closeloop.responses.source import Cells, codes_of
from closeloop.responses.values import TICKED, UNTICKED, Readings, part_text, read_texts
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.survey.survey import Survey


@dataclass(slots=True)
class Answers:
    """The answers of one source.

    `columns` maps an item (a matrix: ``item.row``) to its coded column, `others` an item to what was written beside
    "other"; `rejected` marks rows whose answer to a decisive item could not be read.
    """

    columns: dict[str, Coded] = field(default_factory=dict)
    others: dict[str, Coded] = field(default_factory=dict)
    rejected: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))


def decisive_items(survey: Survey) -> frozenset[str]:
    """Return the items whose bad answers set a whole row aside: those of a metric, and the required ones."""
    required = {item.name for item in survey.items if item.required}
    scored = {name.partition(".")[0] for plan in survey.metrics.values() for name in plan.items}
    return frozenset(required | scored)


def read_answers(cells: Cells, matches: Sequence[Match], survey: Survey, layout: Layout, log: IssueLog) -> Answers:
    """Read every matched column of a source, note what cannot be read, and apply the form's branching and checks."""
    n = len(cells.source_rows)
    reader = _AnswerReader(cells, survey, layout, log, n)
    by_item: dict[str, list[Match]] = {}
    for match in matches:
        if match.item:
            by_item.setdefault(match.item, []).append(match)
    for item in survey.items:
        if item.name in by_item:
            reader.read(item, by_item[item.name])
    reader.hide()
    reader.run_checks()
    return reader.answers


class _AnswerReader:
    def __init__(self, cells: Cells, survey: Survey, layout: Layout, log: IssueLog, n: int) -> None:
        self.cells = cells
        self.survey = survey
        self.layout = layout
        self.log = log
        self.n = n
        self.decisive = decisive_items(survey)
        self.sources = survey.sources.get(layout.platform, {})
        self.places: dict[str, Match] = {}
        self.answers = Answers(rejected=np.zeros(n, dtype=bool))

    def read(self, item: Any, matches: Sequence[Match]) -> None:
        whole = [m for m in matches if m.part is None]
        parts = [m for m in matches if m.part not in (None, OTHER_TEXT)]
        self.places[item.name] = (whole or parts or list(matches))[0]
        if whole:
            self.answers.columns[item.name] = self._whole(item, whole[0])
        elif item.type == "multi" and parts:
            self.answers.columns[item.name] = self._split(item, parts)
        elif item.type == "matrix":
            for match in parts:
                self.answers.columns[f"{item.name}.{match.part}"] = self._whole(item, match)
                self.places[f"{item.name}.{match.part}"] = match
        elif item.type == "ranking" and parts:
            self.answers.columns[item.name] = self._ranks(item, parts)
        for match in matches:
            if match.part == OTHER_TEXT:
                self._other_text(item, match)

    def _column(self, match: Match) -> tuple[NDArray[np.int32], list[str]]:
        column = self.cells.columns[match.column.position]
        return codes_of(column), column.dictionary.to_pylist()

    def _whole(self, item: Any, match: Match) -> Coded:
        codes, texts = self._column(match)
        source = self.sources.get(item.name if match.part is None else f"{item.name}.{match.part}")
        readings = read_texts(item, texts, self.layout, source or self.sources.get(item.name))
        self._note(item, match, codes, texts, readings)
        if readings.other:
            self._merge_other(item, codes, readings)
        return _coded(codes, readings.values)

    def _note(
        self, item: Any, match: Match, codes: NDArray[np.int32], texts: Sequence[str], readings: Readings
    ) -> None:
        decisive = item.name in self.decisive
        for code in sorted({p.code for p in readings.problems.values()}):
            found = {i: p for i, p in readings.problems.items() if p.code == code}
            rows = self._add(
                "error",
                code,
                "quarantined" if decisive else "blanked",
                item.name,
                match,
                codes,
                texts,
                {i: (p.message, p.suggestion or NO_TEXT) for i, p in found.items()},
            )
            if decisive:
                self.answers.rejected[rows] = True
        self._add(
            "info",
            "missing_token",
            "noted",
            item.name,
            match,
            codes,
            texts,
            {
                i: (message("responses.missing_token", value=texts[i], reason=why), NO_TEXT)
                for i, why in readings.missing.items()
            },
        )
        self._add(
            "info",
            "write_in",
            "noted",
            item.name,
            match,
            codes,
            texts,
            {
                i: (message("responses.write_in", value=texts[i]), message("responses.remedy_write_in", item=item.name))
                for i in readings.written_in
            },
        )

    def _add(
        self,
        severity: str,
        code: str,
        effect: str,
        name: str,
        match: Match,
        codes: NDArray[np.integer[Any]],
        texts: Sequence[str],
        found: Mapping[int, tuple[LocalText, LocalText]],
        among: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.intp]:
        """Note one kind of issue for all rows whose text is among `found`; return those rows."""
        if not found:
            return np.zeros(0, dtype=np.intp)
        order = sorted(found)
        place = np.full(len(texts) + 1, -1, dtype=np.intp)  # one more: unanswered is -1
        place[order] = np.arange(len(order))
        hit = place[codes]
        rows = np.flatnonzero((hit >= 0) & (codes >= 0) if among is None else (hit >= 0) & (codes >= 0) & among)
        self.log.add(
            Batch(
                severity=severity,
                code=code,
                effect=effect,
                rows=rows,
                which=hit[rows],
                texts=[texts[i] for i in order],
                messages=[found[i][0] for i in order],
                suggestions=[found[i][1] for i in order],
                position=match.column.position,
                column=match.column.header,
                item=name,
            )
        )
        return rows

    def _split(self, item: Any, parts: Sequence[Match]) -> Coded:
        """Read a choice of several that is spread over one column an option."""
        pattern = np.zeros(self.n, dtype=np.int64)
        said = np.zeros(self.n, dtype=bool)  # a tick or an explicit "no" somewhere: blank then means not ticked
        for bit, match in enumerate(parts):
            codes, texts = self._column(match)
            yes, no, odd, gone = self._ticks(item, match, texts)
            self._note(item, match, codes, texts, Readings(values=[], problems=odd, missing=gone))
            ticked = yes[codes]
            pattern |= ticked.astype(np.int64) << bit
            said |= ticked | no[codes]
        distinct, inverse = np.unique(pattern, return_inverse=True)
        order = [option.value for option in item.options]
        names = [str(match.part) for match in parts]
        values: list[Any] = []
        for bits in distinct.tolist():
            chosen = [name for bit, name in enumerate(names) if bits >> bit & 1]
            values.append(tuple(sorted(chosen, key=lambda v: order.index(v) if v in order else len(order))))
        codes = np.where(said, inverse, UNANSWERED).astype(np.int32)
        return self._checked(item, parts[0], codes, values)

    def _ticks(
        self, item: Any, match: Match, texts: Sequence[str]
    ) -> tuple[Any, Any, dict[int, Any], dict[int, LocalText]]:
        yes, no = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
        odd: dict[int, Any] = {}
        gone: dict[int, LocalText] = {}
        names = part_text(item, str(match.part), match.column.option)
        for i, text in enumerate(texts):
            folded = text.strip().casefold()
            if not folded:
                continue
            if folded in names or folded in TICKED:
                yes[i] = True
            elif folded in UNTICKED:
                no[i] = True
            elif text.strip() in self.layout.missing:
                gone[i] = self.layout.missing[text.strip()]
            else:
                odd[i] = _not_a_tick(item, text)
        return yes, no, odd, gone

    def _checked(self, item: Any, match: Match, codes: NDArray[np.int32], values: list[Any]) -> Coded:
        """Return a column put together from several, with what breaks the item's own rules taken out and noted."""
        problems = {i: p for i, v in enumerate(values) if (p := check_value(item, v)) is not None}
        if problems:
            shown = ["; ".join(map(str, v)) for v in values]
            self._note(item, match, codes, shown, Readings(values=[], problems=problems))
            kept = [None if i in problems else v for i, v in enumerate(values)]
            return _coded(codes, kept)
        return Coded(codes, tuple(values))

    def _ranks(self, item: Any, parts: Sequence[Match]) -> Coded:
        """Read a ranking that is spread over one column an option, each holding a rank."""
        ranks = np.zeros((self.n, len(parts)), dtype=np.int16)
        for place, match in enumerate(parts):
            codes, texts = self._column(match)
            numbers, odd = _rank_numbers(item, texts, len(item.options))
            self._note(item, match, codes, texts, Readings(values=[], problems=odd))
            ranks[:, place] = numbers[codes]
        names = [str(match.part) for match in parts]
        distinct, inverse = np.unique(ranks, axis=0, return_inverse=True)
        values: list[Any] = []
        for row in distinct.tolist():
            ranked = sorted((rank, name) for rank, name in zip(row, names, strict=True) if rank)
            values.append(tuple(name for _, name in ranked) if ranked else None)
        return self._checked(item, parts[0], *_dense(inverse.reshape(-1), values))

    def _other_text(self, item: Any, match: Match) -> None:
        codes, texts = self._column(match)
        values = [t.strip() or None if t.strip() not in self.layout.missing else None for t in texts]
        self.answers.others[item.name] = _coded(codes, values)

    def _merge_other(self, item: Any, codes: NDArray[np.int32], readings: Readings) -> None:
        self.answers.others[item.name] = _coded(codes, [readings.other.get(i) for i in range(len(readings.values))])

    def hide(self) -> None:
        """Take away answers to questions that the form did not show, and say so."""
        columns = self.answers.columns
        visible = self.survey.form.visible(columns, self.n)
        for name, column in list(columns.items()):
            shown = visible[name.partition(".")[0]]
            if shown.all():
                continue
            item = self.survey.item(name.partition(".")[0])
            match = self.places[name]
            texts = [_shown(value) for value in column.values]
            why = message("responses.answered_while_hidden", item=item.name, condition=item.show_if or "–")
            found = {
                i: (why, message("responses.remedy_hidden")) for i, value in enumerate(column.values) if value != ()
            }
            self._add(
                "warning",
                "answered_while_hidden",
                "blanked",
                item.name,
                match,
                column.codes,
                texts,
                found,
                ~shown & ~self.answers.rejected,
            )
            columns[name] = column.where(shown)
            if item.name in self.answers.others:
                self.answers.others[item.name] = self.answers.others[item.name].where(shown)
        self.visible = visible

    def run_checks(self) -> None:
        """Apply the items' own checks, and note required questions that were shown and left blank."""
        from closeloop.forms.logic import parse

        columns = self.answers.columns
        for item in self.survey.items:
            column = columns.get(item.name)
            if column is None:
                continue
            match = self.places[item.name]
            for check in item.checks:
                fails = ~parse(check.expr).holds_many(columns, self.n) & (column.codes >= 0)
                if not fails.any():
                    continue
                decisive = item.name in self.decisive
                texts = [_shown(value) for value in column.values]
                self._add(
                    "error",
                    "check_failed",
                    "quarantined" if decisive else "blanked",
                    item.name,
                    match,
                    column.codes,
                    texts,
                    dict.fromkeys(range(len(texts)), (check.message, NO_TEXT)),
                    fails,
                )
                self.answers.rejected |= fails & decisive
                column = columns[item.name] = column.where(~fails)
            must = self._required(item)
            if must is not None:
                left = np.flatnonzero(must & self.visible[item.name] & (column.codes < 0) & ~self.answers.rejected)
                zero = np.zeros(len(left), dtype=np.intp)
                self.log.add(
                    Batch(
                        severity="info",
                        code="required",
                        effect="noted",
                        rows=left,
                        which=zero,
                        texts=[""],
                        messages=[message("responses.required_blank", item=item.name)],
                        suggestions=[NO_TEXT],
                        position=match.column.position,
                        column=match.column.header,
                        item=item.name,
                    )
                )

    def _required(self, item: Any) -> NDArray[np.bool_] | None:
        from closeloop.forms.logic import parse

        if item.required:
            return np.ones(self.n, dtype=bool)
        if item.require_if:
            return parse(item.require_if).holds_many(self.answers.columns, self.n)
        return None


def _coded(codes: NDArray[np.integer[Any]], values: Sequence[Any]) -> Coded:
    """Return a column over the distinct answers, from one over distinct texts (two texts may say the same)."""
    place: dict[tuple[type, Any], int] = {}
    mapping = np.full(len(values) + 1, UNANSWERED, dtype=np.int32)
    for i, value in enumerate(values):
        if value is not None:
            mapping[i] = place.setdefault((type(value), value), len(place))
    return Coded(mapping[codes], tuple(value for _, value in place))


def _dense(codes: NDArray[np.integer[Any]], values: Iterable[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    coded = _coded(codes, list(values))
    return coded.codes.astype(np.int32), list(coded.values)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _not_a_tick(item: Any, text: str) -> Any:
    from closeloop.forms.answers import Problem

    return Problem(
        code="not_a_tick",
        item=item.name,
        value=text,
        message=message("responses.bad_not_a_tick", value=text),
        suggestion=message("responses.remedy_tick"),
    )


def _rank_numbers(item: Any, texts: Sequence[str], most: int) -> tuple[NDArray[np.int16], dict[int, Any]]:
    from closeloop.forms.answers import Problem

    numbers = np.zeros(len(texts), dtype=np.int16)
    odd: dict[int, Any] = {}
    for i, text in enumerate(texts):
        stripped = text.strip().removesuffix(".0")
        if stripped.isdecimal() and 1 <= int(stripped) <= most:
            numbers[i] = int(stripped)
        elif stripped and stripped not in ("-99", "-3", "-2"):
            odd[i] = Problem(
                code="out_of_range",
                item=item.name,
                value=text,
                suggestion=None,
                message=message("responses.bad_out_of_range", value=text, low=1, high=most),
            )
    return numbers, odd
