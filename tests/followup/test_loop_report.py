"""The report of the loop from events to figures, in both languages; what is published; its speed in cases."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import closeloop as cl
from closeloop.followup.case.fold import fold
from closeloop.followup.event import CaseEvent
from closeloop.followup.measure.case_rows import case_table
from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.columns import seconds
from closeloop.followup.measure.loop_report import SECTIONS, LoopReport
from closeloop.followup.measure.measure import measure
from closeloop.followup.measure.money import AccountValue
from closeloop.followup.measure.programme import BLOCKS, programme_report, public_report
from closeloop.followup.measure.response_table import ResponseTable
from closeloop.text import LocalText, set_language

FIRST = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
CODES = ("delivery", "price", "staff_attitude", "refund", "app")
_SHARES = (0.38, 0.25, 0.2, 0.14, 0.03)
_CHANNELS = ("survey", "phone", "email", "social")


class History:
    """The events of one case in the making."""

    def __init__(self, case_id: str, at: dt.datetime) -> None:
        self.case_id, self.at, self.stage = case_id, at, "received"
        self.events: list[CaseEvent] = []

    def say(self, event: str, hours: float = 0.0, /, *, late: float = 0.1, **payload: Any) -> int:
        """Add an event so many hours later, written down `late` hours after; gives its number."""
        self.at += dt.timedelta(hours=hours)
        to = payload.get("to")
        if to is not None:
            payload["from"], self.stage = self.stage, to
        recorded = self.at + dt.timedelta(hours=late)
        seq = len(self.events) + 1
        written = CaseEvent(
            case_id=self.case_id, seq=seq, type=event, at=self.at, recorded_at=recorded, actor="li", payload=payload
        )
        self.events.append(written)
        return seq


def year(n: int = 600, *, seed: int = 11, days: float = 170.0) -> tuple[list[CaseEvent], list[dict[str, Any]]]:
    """Give the events of n cases and the slim rows of ten times as many responses."""
    rng = np.random.default_rng(seed)
    events: list[CaseEvent] = []
    rows: list[dict[str, Any]] = []
    nature = rng.standard_normal(8 * n)
    for i in range(10 * n):
        at = FIRST + dt.timedelta(days=days * i / (10 * n))
        score = _answer(rng, nature[i % (8 * n)])
        low = score <= 3
        row: dict[str, Any] = {
            "survey_id": "relationship", "response_id": f"r{i}", "subject_id": f"S-{i % (8 * n)}", "answered_at": at,
            "scores": {"recommend": score}, "qualifies": low,
            "contactable": bool(rng.random() < 0.94) if low else True,
        }  # fmt: skip
        rows.append(row)
        if not low:
            continue
        if rng.random() < 0.06:
            row |= {"outcome": "suppressed", "reason": "quiet_period"}
            continue
        case = history(rng, f"C-{i:05d}", row)
        row |= {"outcome": "case", "case_id": case.case_id}
        events += case.events
        last = case.at
        if rng.random() < 0.45:
            rows.append(
                {"survey_id": "resolution-confirmation", "response_id": f"c{i}", "subject_id": row["subject_id"],
                 "answered_at": last + dt.timedelta(days=2), "qualifies": False, "contactable": True, "scores": {
                     name: int(np.clip(rng.normal(5, 1.4), 1, 7)) for name in
                     ("felt_heard", "clear", "fair_procedure", "fair_treatment", "fair_outcome", "trust")
                 } | {"overall": int(np.clip(rng.normal(3.8, 1.1), 1, 5))}}
            )  # fmt: skip
            rows.append(
                {"survey_id": "resolution-confirmation", "response_id": f"b{i}", "subject_id": row["subject_id"],
                 "answered_at": at + dt.timedelta(hours=1), "qualifies": False, "contactable": True,
                 "scores": {"trust": int(np.clip(rng.normal(4, 1.4), 1, 7))}}
            )  # fmt: skip
    return events, rows


def _answer(rng: np.random.Generator, nature: float) -> int:
    """Give the likelihood to recommend of a customer on some day."""
    return int(np.clip(np.rint(7.6 + 2.6 * (0.775 * nature + 0.632 * rng.standard_normal())), 0, 10))


def history(rng: np.random.Generator, case_id: str, row: dict[str, Any]) -> History:
    """Give the events of one case."""
    case = History(case_id, row["answered_at"] + dt.timedelta(minutes=20))
    case.say(
        "CaseOpened", kind="complaint", channel=str(rng.choice(_CHANNELS, p=[0.6, 0.2, 0.17, 0.03])), scope="customer",
        subject_id=row["subject_id"], response_id=row["response_id"], survey_id=row["survey_id"],
        score=row["scores"]["recommend"], received_at=row["answered_at"].isoformat(), safety=bool(rng.random() < 0.02),
    )  # fmt: skip
    case.say("OwnerChanged", 1, owner="li", team="east", department="service")
    case.say("Acknowledged", float(rng.exponential(4)), to="acknowledged", sent=True)
    if rng.random() < 0.1:
        return case
    case.say(
        "ContactAttempted", float(rng.exponential(22)), direction="outbound", channel="phone", human=True,
        reached=True, late=float(rng.exponential(8)),
    )  # fmt: skip
    case.say("NatureConfirmed", 2, to="confirmed", code=str(rng.choice(CODES, p=_SHARES)), severity="major")
    case.say("AnalysisStarted", 5, to="analysing")
    if rng.random() < 0.15:
        return case
    if rng.random() < 0.3:
        case.say("OwnerChanged", 3, owner="wang", department="logistics")
    remedy = str(rng.choice(["refund", "apology", "replacement"], p=[0.5, 0.44, 0.06]))
    option = case.say(
        "OptionAdded", float(rng.exponential(60)), family="compensation", remedies=[remedy],
        cost=float(rng.integers(20, 200)), currency="CNY",
    )  # fmt: skip
    case.say("Proposed", 4, to="proposed", option_ids=[option])
    case.say("HoldStarted", 1, on="customer", reason="asked")
    case.say("HoldEnded", float(rng.exponential(30)))
    if rng.random() < 0.05:
        case.say("Withdrawn", 3, to="withdrawn", reason="no wish to go on")
        return case
    case.say("Agreed", 2, to="agreed", option=option)
    promise = case.say("PromiseMade", what="refund", due_at=(case.at + dt.timedelta(days=3)).isoformat(), to="customer")
    case.say("ImplementationStarted", 3, to="implementing")
    case.say("Resolved", float(rng.exponential(50)), to="resolved")
    if rng.random() < 0.85:
        case.say("PromiseKept" if rng.random() < 0.9 else "PromiseBroken", promise=promise)
    if rng.random() < 0.3:
        case.say("NoAnswerTimeout", 200, to="closed_unconfirmed")
        return case
    case.say("CustomerConfirmed", float(rng.exponential(20)), to="satisfied", channel="phone")
    case.say("Reviewed", 5, to="learning")
    case.say("Closed", 5, to="closed", no_lesson=True, no_problem=True)
    if rng.random() < 0.08:
        case.say("Reopened", 24 * float(rng.integers(3, 50)), to="received", reason="again")
    elif rng.random() < 0.5:
        case.say(
            "RemeasureReceived", 24 * 20, score=int(np.clip(row["scores"]["recommend"] + rng.integers(-1, 6), 0, 10))
        )
    return case


NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
SINCE = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@cache
def events_and_rows() -> tuple[list[CaseEvent], list[dict[str, Any]]]:
    return year()


@cache
def whole() -> LoopReport:
    events, rows = events_and_rows()
    values = {
        f"S-{i}": AccountValue(amount=1000.0, currency="CNY", source="contract list 2026") for i in range(0, 5000, 3)
    }
    retained = {f"S-{i}": i % 7 != 0 for i in range(6000)}
    changes = {"delivery": SINCE, "price": SINCE}
    return measure(events, rows, now=NOW, since=SINCE, values=values, retained=retained, changes=changes)


# --- from events ---


def test_the_columns_say_what_the_folded_cases_say() -> None:
    events, _ = events_and_rows()
    table = case_table(events)
    by_case: dict[str, list[CaseEvent]] = {}
    for event in events:
        by_case.setdefault(event.case_id, []).append(event)
    assert table.n == len(by_case)
    for place, (case_id, history_) in enumerate(by_case.items()):
        state = fold(history_)
        assert table.cases["case_id"][place] == case_id
        assert table.cases["stage"][place] == state.stage
        assert table.cases["code"][place] == (state.value("code") or "")
        for name in ("first_response_at", "resolved_at", "confirmed_at", "ended_at"):
            expected = seconds(getattr(state.cycles[0], name))
            assert table.first(name)[place] == expected or math.isnan(expected)
    assert len(table.promises["case"]) == sum(event.type == "PromiseMade" for event in events)
    assert len(table.contacts["case"]) == sum(event.type == "ContactAttempted" for event in events)
    agreed = table.options["agreed"]
    assert int(agreed.sum()) == sum(event.type == "Agreed" for event in events)
    assert len(table.handoffs["case"]) == sum(event.payload.get("department") == "logistics" for event in events)


def test_an_auto_reply_and_an_unanswered_call_are_no_first_answer() -> None:
    case = History("C-1", FIRST)
    case.say("CaseOpened", kind="complaint", channel="phone", scope="customer")
    case.say("ContactAttempted", 1, direction="outbound", channel="email", human=False, reached=True)
    case.say("ContactAttempted", 1, direction="outbound", channel="phone", human=True, reached=False)
    case.say("ContactAttempted", 3, direction="outbound", channel="phone", human=True, reached=True)
    found = measure(case.events, [], now=NOW)
    assert found["first_response_median"].estimate == 5


def test_the_record_lag_is_from_the_contact_to_its_being_written() -> None:
    case = History("C-1", FIRST)
    case.say("CaseOpened", kind="complaint", channel="phone", scope="customer")
    case.say("ContactAttempted", 1, late=30, direction="outbound", channel="phone", human=True, reached=True)
    found = measure(case.events, [], now=NOW)
    assert found["record_lag"].estimate == 30
    assert found["recorded_in_time"].estimate == 0


def test_a_reopened_case_keeps_its_first_times_and_shows_as_reopened() -> None:
    case = History("C-1", FIRST)
    case.say("CaseOpened", kind="complaint", channel="phone", scope="customer")
    case.say("ContactAttempted", 2, direction="outbound", channel="phone", human=True, reached=True)
    for stage in ("acknowledged", "confirmed", "analysing", "proposed", "agreed", "implementing", "resolved"):
        case.say({"acknowledged": "Acknowledged", "resolved": "Resolved"}.get(stage, "AnalysisStarted"), 1, to=stage)
    case.say("CustomerConfirmed", 1, to="satisfied")
    case.say("Closed", 1, to="closed")
    case.say("Reopened", 24 * 10, to="received", reason="again")
    found = measure(case.events, [], now=NOW)
    assert found["first_response_median"].estimate == 2
    assert found["reopened"].estimate == 1
    assert found["closed"].n == 0  # it is open again


def test_the_report_of_a_period_is_the_same_whenever_it_is_made() -> None:
    """L145: a report is a function of its period; what came later does not change it."""
    events, rows = events_and_rows()
    until = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    then = [event for event in events if event.at <= until]
    answers = [row for row in rows if row["answered_at"] <= until]
    early = measure(then, answers, now=until, since=FIRST)
    late = measure(events, rows, now=until, since=FIRST)
    assert early.to_dict() == late.to_dict()
    assert early.n_cases > 50


def test_the_order_of_the_cases_changes_nothing() -> None:
    events, rows = events_and_rows()
    by_case: dict[str, list[CaseEvent]] = {}
    for event in events:
        by_case.setdefault(event.case_id, []).append(event)
    turned = [event for case_id in reversed(by_case) for event in by_case[case_id]]
    one = measure(events, rows, now=NOW).to_dict()
    other = measure(turned, rows[::-1], now=NOW).to_dict()
    assert [row["estimate"] for row in one["rows"]] == pytest.approx(
        [row["estimate"] for row in other["rows"]], nan_ok=True
    )


# --- the report ---


def test_every_figure_has_a_base_in_words_and_what_is_estimated_has_an_interval() -> None:
    frame = whole().to_frame()
    assert list(frame.columns) == [
        "section", "figure", "base", "n", "estimate", "ci_low", "ci_high", "form", "method", "note",
    ]  # fmt: skip
    assert list(dict.fromkeys(frame["section"])) == list(SECTIONS)
    assert (frame["base"].str.len() > 3).all()
    assert frame["figure"].is_unique
    shares = frame[frame["form"].eq("percent") & frame["estimate"].notna() & frame["figure"].ne("captured")]
    bare = shares[shares["ci_low"].isna()]["figure"].tolist()
    assert bare == ["recovered_anyway"]  # a benchmark, whose limits are in the net effect
    known = frame.dropna(subset=["estimate", "ci_low", "ci_high"])
    assert ((known["ci_low"] <= known["estimate"]) & (known["estimate"] <= known["ci_high"])).all()


def test_the_report_answers_what_the_design_asks() -> None:
    """Chapter 40, B7, line by line."""
    names = {figure.name for figure in whole().figures}
    assert {
        "captured", "contactable", "acknowledge_within", "first_response_within", "first_response_median",
        "followed_up", "closed", "closed_unconfirmed", "rejected", "withdrawn", "external", "reopened", "repeated",
        "recovered_naive", "recovered_bounds", "net_effect", "paired_nps", "nps", "effects_reached", "felt_heard",
        "fair_outcome", "clear", "trust_change",
    } <= names  # fmt: skip
    assert {"stages", "codes", "options", "channels", "departments", "recurrence", "suppressed"} <= {
        table.name for section in whole().sections for table in section.tables
    }


@pytest.fixture(params=["en", "zh-CN"])
def tag(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("en")


def test_it_reads_in_both_languages_as_html_as_text_and_as_a_report(tag: str, tmp_path: Any) -> None:
    found = whole()
    html, text = found._repr_html_(), str(found)
    for word in {"en": ["Is anybody lost?", "Naive"], "zh-CN": ["有没有遗漏？", "朴素"]}[tag]:
        assert word in html
        assert word in text
    assert "{" not in text
    assert found.title.in_language(tag) in html
    page = cl.report(found.title, found.parts(), language=tag).to_html(tmp_path / "loop.html").read_text("utf-8")
    assert page.count("<img") >= 9
    assert found.section("speed").sentence.in_language(tag)[:30] in page


def test_nothing_has_the_other_language_in_it() -> None:
    han = [part for part in texts(whole()) if any("\u4e00" <= c <= "\u9fff" for c in part.en)]
    assert not han
    latin = [part for part in texts(whole()) if part.zh and part.zh == part.en and part.en.isascii() and " " in part.en]
    assert not latin


def texts(report: LoopReport) -> list[LocalText]:
    found = [report.title, report.sentence, *report.notes]
    for section in report.sections:
        for part in (section, *section.tables):
            found += [part.title, part.sentence, *part.notes]
        for figure in section.figures:
            found += [figure.label, figure.base, figure.remark, figure.shown]
    return found


def test_hostile_names_of_codes_stay_text() -> None:
    table = CaseTable.of(
        cases={"code": ["<script>alert(1)</script>"] * 20, "received_at": np.full(20, seconds(NOW) - 9e5),
               "department": ["=cmd()"] * 20}
    )  # fmt: skip
    html = measure(table, [], now=NOW)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_every_section_and_table_can_be_drawn(tag: str) -> None:
    for part in (*whole().sections, *(table for section in whole().sections for table in section.tables)):
        chart = part.plot()
        assert part.kind == "loop_section" or chart.title == part.title.in_language(tag)
        assert chart.alt
        assert chart.figure.axes
    assert whole().plot().title == whole().section("capture").title.in_language(tag)


def test_an_empty_report_can_be_read_and_drawn() -> None:
    nothing = measure([], [], now=NOW)
    assert "not measured" in nothing._repr_html_()
    for section in nothing.sections:
        assert section.plot().figure.axes
    assert len(nothing.parts()) >= len(SECTIONS)


def test_a_figure_a_section_or_a_table_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="speed_of_light"):
        _ = whole()["speed_of_light"]
    with pytest.raises(ValueError, match="There are: capture"):
        whole().section("speeds")
    with pytest.raises(ValueError, match="stages"):
        whole().table("stage")


def test_the_dict_is_json_safe_and_says_its_period() -> None:
    import json

    found = json.loads(json.dumps(whole().to_dict()))
    assert (found["kind"], found["since"], found["n_cases"]) == ("loop_report", SINCE.isoformat(), whole().n_cases)
    assert len(found["rows"]) == len(whole().figures)


# --- the programme, and the public ---


def test_the_four_benefits_have_a_figure_with_an_interval_or_say_that_nothing_was_measured() -> None:
    programme = programme_report(whole())
    assert tuple(dict.fromkeys(figure.section for figure in programme.figures)) == tuple(BLOCKS)
    for figure in programme.figures:
        if figure.is_measured and figure.form != "count":
            assert not math.isnan(figure.ci_low)
        elif not figure.is_measured:
            assert str(figure.shown) in ("not measured", "cannot tell")
    empty = programme_report(measure([], [], now=NOW))
    assert empty.unmeasured == tuple(BLOCKS)
    assert "0 " in empty.sentence.en
    assert programme.plot().figure.axes


def test_the_public_sees_no_small_cell_and_cannot_work_one_out() -> None:
    """L215: a share is told only where those in it and those outside are ten or more, or nobody."""
    found = public_report(whole())
    for figure in found.figures:
        if figure.form == "percent" and figure.name != "captured":
            inside = round(figure.estimate * figure.n)
            assert not 0 < inside < 10
            assert not 0 < figure.n - inside < 10
    for table in found.tables:
        shown = [line["n"] for line in table.lines if line["n"] is not None]
        assert all(n == 0 or n >= 10 for n in shown)
        assert sum(line["n"] is None for line in table.lines) != 1
    assert found.hidden
    assert str(found.hidden) in found.sentence.en
    assert "owner" not in str(found)
    assert len(found.parts()) == 3


def test_a_small_share_is_hidden_from_the_public_and_shown_inside() -> None:
    report = measure(
        CaseTable.of(
            cases={"received_at": np.full(40, seconds(NOW) - 9e6), "stage": ["closed"] * 40},
            cycles={"case": [*range(40), 0, 1], "number": [1] * 40 + [2, 2],
                    "ended_at": [seconds(NOW) - 8e6] * 40 + [np.nan] * 2,
                    "began_at": [0.0] * 40 + [seconds(NOW) - 7.9e6] * 2},
        ), [], now=NOW,
    )  # fmt: skip
    assert report["reopened"].estimate == 2 / 40
    assert "reopened" not in {figure.name for figure in public_report(report).figures}


# --- size ---


def test_a_busy_year_is_measured_in_columns() -> None:
    """50 000 cases and 200 000 answers go through in columns; nothing is timed here."""
    rng = np.random.default_rng(1)
    n, m, end = 50_000, 200_000, seconds(NOW)
    name = np.arange(m).astype(str)
    received = end - rng.uniform(0, 365, n) * 86400
    first = received + rng.exponential(20 * 3600, n)
    names = {"case_id": name[:n], "subject_id": name[:n], "response_id": name[:n]}
    stages = ["received", "acknowledged", "analysing", "agreed"]
    table = CaseTable.of(
        cases={
            **names, "code": rng.choice(CODES, n), "received_at": received,
            "stage": rng.choice(["closed", "agreed"], n), "is_open": rng.random(n) < 0.2,
        },
        cycles={"case": np.arange(n), "first_response_at": first, "resolved_at": first + 86400},
        stays={
            "case": np.repeat(np.arange(n), 4), "stage": np.tile(stages, n), "entered_at": np.repeat(received, 4),
            "left_at": np.repeat(first, 4),
        },
    )  # fmt: skip
    responses = ResponseTable.made(
        {
            "response_id": name, "subject_id": (np.arange(m) % 150_000).astype(str), "qualifies": np.arange(m) < n,
            "answered_at": end - rng.uniform(0, 365, m) * 86400, "contactable": np.ones(m),
            "outcome": np.where(np.arange(m) < n, "case", ""),
        },
        {"recommend": rng.integers(0, 11, m).astype(float)},
    )  # fmt: skip
    found = measure(table, responses, now=NOW)
    assert found.n_cases == n
    assert found["captured"].estimate == 1
    assert replace(found, min_n=5).min_n == 5
