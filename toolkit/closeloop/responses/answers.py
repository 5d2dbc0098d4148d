"""A source's columns as answers: one coded column an item, with everything unreadable written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.forms.answers import check_value
from closeloop.forms.coded import UNANSWERED, Coded
from closeloop.forms.items import OTHER
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.form_rules import FormRules, shown
from closeloop.responses.issues import NO_TEXT, IssueLog
from closeloop.responses.labels import OTHER_TEXT
from closeloop.responses.match import Match
from closeloop.responses.placed import as_single, mentions, places
from closeloop.responses.source import Cells, codes_of
from closeloop.responses.spread import one_of, ranked_together, read_ranks, read_ticks, ticked_together
from closeloop.responses.text_reader import Readings
from closeloop.responses.timed import note_evidence
from closeloop.responses.values import read_texts
from closeloop.text import message

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
    given = {match.system: match for match in matches if match.system}
    for item in survey.items:
        if item.name in by_item:
            reader.read(item, by_item[item.name])
        elif item.name in given:
            reader.take(item, given[item.name])
    rules = FormRules(
        survey=survey,
        answers=reader.answers,
        places=reader.places,
        explained=reader.explained,
        decisive=reader.decisive,
        log=log,
        n=n,
    )
    rules.hide()
    rules.run_checks()
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
        self.explained: dict[str, NDArray[np.intp]] = {}
        self.answers = Answers(rejected=np.zeros(n, dtype=bool))

    def read(self, item: Any, matches: Sequence[Match]) -> None:
        whole = [m for m in matches if m.part is None]
        parts = [m for m in matches if m.part not in (None, OTHER_TEXT)]
        self.places[item.name] = (whole or parts or list(matches))[0]
        if whole:
            self.answers.columns[item.name] = self._whole(item, whole[0])
        elif item.type in ("multi", "single") and parts:
            beside = [m for m in matches if m.part == OTHER_TEXT]
            self.answers.columns[item.name] = self._split(item, parts, beside)
        elif item.type == "matrix":
            for match in parts:
                self.answers.columns[f"{item.name}.{match.part}"] = self._whole(item, match)
                self.places[f"{item.name}.{match.part}"] = match
        elif item.type == "ranking" and parts:
            self.answers.columns[item.name] = self._ranks(item, parts)
        written = [m for m in matches if m.part == OTHER_TEXT]
        if whole and not written:  # beside the answers, a column named after "other" holds what was written
            written = [m for m in parts if m.part == OTHER]
        for match in written:
            self._other_text(item, match)
            if item.type == "single" and whole and item.other:
                self._tick_other(item, whole[0])

    def take(self, item: Any, match: Match) -> None:
        """Take a hidden item that is a column of every response (a respondent, a wave): conditions may refer to it."""
        codes, texts = self._column(match)
        self.places[item.name] = match
        self.answers.columns[item.name] = _coded(codes, [text.strip() or None for text in texts])

    def _column(self, match: Match) -> tuple[NDArray[np.int32], list[str]]:
        column = self.cells.columns[match.column.position]
        return codes_of(column), column.dictionary.to_pylist()

    def _whole(self, item: Any, match: Match) -> Coded:
        codes, texts = self._column(match)
        source = self.sources.get(item.name if match.part is None else f"{item.name}.{match.part}")
        readings = read_texts(item, texts, self.layout, source or self.sources.get(item.name), match.column)
        self._note(item, match, codes, texts, readings)
        note_evidence(readings.evidence, item.name, match, codes, texts, self.cells, self.log)
        if readings.other:
            self._merge_other(item, codes, readings)
        return _coded(codes, readings.values)

    def _note(
        self, item: Any, match: Match, codes: NDArray[np.integer[Any]], texts: Sequence[str], readings: Readings
    ) -> None:
        decisive = item.name in self.decisive
        for code in sorted({p.code for p in readings.problems.values()}):
            found = {i: p for i, p in readings.problems.items() if p.code == code}
            rows = self.log.add_found(
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
        self.explained[item.name] = self.log.add_found(
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
        self.log.add_found(
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

    def _split(self, item: Any, parts: Sequence[Match], beside: Sequence[Match]) -> Coded:
        """Read a choice of one or several that is spread over one column an option.

        What is written `beside` "other" ticks it where the export has no column for the tick itself.
        """
        if any(match.column.role == "mention" for match in parts):
            order = list(item.values)
            ticked = mentions([named for _, named in self._named(item, parts)], order, self.n)
            together, values = ticked_together(ticked, order, order)
            return self._checked(item, parts[0], np.where(ticked.any(axis=1), together, UNANSWERED), list(values))
        names = [str(match.part) for match in parts]
        if beside and item.other and OTHER not in names:
            names.append(OTHER)
        ticked = np.zeros((self.n, len(names)), dtype=bool)
        said = np.zeros(self.n, dtype=bool)  # a tick or an explicit "no" somewhere: blank then means not ticked
        for place, match in enumerate(parts):
            codes, texts = self._column(match)
            ticks = read_ticks(item, match, texts, self.layout)
            self._note(item, match, codes, texts, Readings(values=[], problems=ticks.problems, missing=ticks.missing))
            ticked[:, place] = ticks.yes[codes]
            said |= ticked[:, place] | ticks.no[codes]
            if ticks.other:
                self.answers.others[item.name] = _coded(codes, [ticks.other.get(i) for i in range(len(texts))])
        if len(names) > len(parts):
            codes, texts = self._column(beside[0])
            written = np.array([bool(s := t.strip()) and s not in self.layout.missing for t in texts] or [False])
            ticked[:, -1] = written[codes]
            said |= ticked[:, -1]
        together, values = ticked_together(ticked, names, item.values)
        if item.type == "single":
            chosen, problems = one_of(values, item)
            shown = ["; ".join(value) for value in values]
            self._note(item, parts[0], together, shown, Readings(values=[], problems=problems))
            return _coded(np.where(said, together, UNANSWERED), chosen)
        return self._checked(item, parts[0], np.where(said, together, UNANSWERED), list(values))

    def _ranks(self, item: Any, parts: Sequence[Match]) -> Coded:
        """Read a ranking that is spread over one column an option, each holding a rank; or one a rank."""
        if parts[0].column.role == "place":
            together, values = ranked_together(places(self._named(item, parts), item.values, self.n), item.values)
            return self._checked(item, parts[0], together, list(values))
        ranks = np.zeros((self.n, len(parts)), dtype=np.int16)
        for place, match in enumerate(parts):
            codes, texts = self._column(match)
            numbers, problems = read_ranks(item, texts, self.layout)
            self._note(item, match, codes, texts, Readings(values=[], problems=problems))
            ranks[:, place] = numbers[codes]
        together, values = ranked_together(ranks, [str(match.part) for match in parts])
        return self._checked(item, parts[0], together, list(values))

    def _named(self, item: Any, parts: Sequence[Match]) -> list[tuple[int, Coded]]:
        """Read columns that each name one option of an item, with the numbers of the columns."""
        named: list[tuple[int, Coded]] = []
        for match in parts:
            codes, texts = self._column(match)
            readings = read_texts(as_single(item), texts, self.layout, self.sources.get(item.name), match.column)
            self._note(item, match, codes, texts, readings)
            if readings.other:
                self._merge_other(item, codes, readings)
            named.append((int(str(match.part).removeprefix("#")), _coded(codes, readings.values)))
        return named

    def _checked(self, item: Any, match: Match, codes: NDArray[np.integer[Any]], values: list[Any]) -> Coded:
        """Return a column put together from several, with what breaks the item's own rules taken out and noted."""
        problems = {i: p for i, v in enumerate(values) if v is not None and (p := check_value(item, v)) is not None}
        if problems:
            self._note(item, match, codes, [shown(v) for v in values], Readings(values=[], problems=problems))
        return _coded(codes, [None if i in problems else v for i, v in enumerate(values)])

    def _other_text(self, item: Any, match: Match) -> None:
        codes, texts = self._column(match)
        values = [t.strip() or None if t.strip() not in self.layout.missing else None for t in texts]
        self.answers.others[item.name] = _coded(codes, values)

    def _tick_other(self, item: Any, whole: Match) -> None:
        """Take a text beside "other" for a tick of it, where the export has no tick of its own."""
        column = self.answers.columns[item.name]
        codes, texts = self._column(whole)
        blank = np.array([not (s := t.strip()) or s in self.layout.missing for t in texts] or [True])[codes]
        written = self.answers.others[item.name].codes >= 0
        self.answers.columns[item.name] = _coded(
            np.where(written & blank, len(column.values), column.codes), (*column.values, OTHER)
        )

    def _merge_other(self, item: Any, codes: NDArray[np.int32], readings: Readings) -> None:
        """Take what was written beside "other"; of several columns' writings in one row, the last."""
        written = _coded(codes, [readings.other.get(i) for i in range(len(readings.values))])
        before = self.answers.others.get(item.name)
        if before is not None:
            kept = (written.codes < 0) & (before.codes >= 0)
            stays = np.where(kept, before.codes + len(written.values), written.codes)
            written = _coded(stays, (*written.values, *before.values))
        self.answers.others[item.name] = written


def _coded(codes: NDArray[np.integer[Any]], values: Sequence[Any]) -> Coded:
    """Return a column over the distinct answers, from one over distinct texts (two texts may say the same)."""
    place: dict[tuple[type, Any], int] = {}
    mapping = np.full(len(values) + 1, UNANSWERED, dtype=np.int32)
    for i, value in enumerate(values):
        if value is not None:
            mapping[i] = place.setdefault((type(value), value), len(place))
    return Coded(mapping[codes], tuple(value for _, value in place))
