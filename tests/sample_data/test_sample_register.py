"""The register holds what truth.yaml says of it; its files are read with nothing of closeloop."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

LOOP = Path(__file__).resolve().parents[2] / "sample_data" / "loop"
Case = list[dict[str, Any]]


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (LOOP / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Give the events of each case, in order."""
    found: dict[str, Case] = defaultdict(list)
    for event in lines("events.jsonl"):
        found[event["case_id"]].append(event)
    return found


@pytest.fixture(scope="module")
def known(truth: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = truth["follow_up"]
    return given


def first(case: Case, type_: str, **payload: Any) -> dict[str, Any] | None:
    found = (e for e in case if e["type"] == type_ and payload.items() <= e["payload"].items())
    return next(found, None)


def called_at(case: Case) -> datetime | None:
    event = first(case, "ContactAttempted", reached=True)
    return None if event is None else moment(event["at"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(case: Case) -> float:
    at = called_at(case)
    return math.inf if at is None else (at - moment(case[0]["payload"]["received_at"])).total_seconds() / 3600


def within(count: int, n: int, share: float) -> bool:
    """Tell whether a count is not too far from its expected value for chance."""
    return abs(count - n * share) < 3.5 * math.sqrt(n * share * (1 - share))


def test_it_is_counted_right(cases: dict[str, Case], known: dict[str, Any]) -> None:
    stated = known["register"]
    assert len(lines("responses.jsonl")) == stated["responses"]
    alerts = Counter(alert["outcome"] for alert in lines("alerts.jsonl"))
    assert alerts == {"case": stated["cases"], "suppressed": stated["suppressed"]}
    assert sum(alerts.values()) == stated["qualify"]
    assert len(cases) == stated["cases"]
    assert Counter(event["type"] for case in cases.values() for event in case) == stated["events"]


def test_events_of_a_case_follow_one_another_and_end_before_the_export(cases: dict[str, Case]) -> None:
    for case in cases.values():
        times = [moment(event["at"]) for event in case]
        assert times == sorted(times)
        assert times[-1] <= datetime.fromisoformat("2026-07-01T09:00+08:00")
        assert [event["seq"] for event in case] == list(range(1, len(case) + 1))


def test_nothing_private_is_in_it_and_no_key(cases: dict[str, Case]) -> None:
    assert (LOOP / "sealed_keys.jsonl").read_bytes() == b""
    for case in cases.values():
        for event in case:
            assert (event["key_id"], event["sealed"]) == ("", None)
            for field in ("words", "objection", "contact"):
                assert set(event["payload"].get(field, {"private": 0})) == {"private"}


def test_who_is_called_within_a_day_is_a_matter_of_the_stated_chance(
    cases: dict[str, Case], known: dict[str, Any]
) -> None:
    at_once = [case for case in cases.values() if first(case, "LotDrawn", arm="wait") is None]
    soon = sum(hours(case) <= 24 for case in at_once)
    assert (len(at_once), soon) == (
        known["register"]["not_drawn_to_wait"],
        known["register"]["of_these_called_within_24_hours"],
    )
    share = known["called_within_24_hours_unless_drawn_to_wait"] * (1 - known["never_called"])
    assert within(soon, len(at_once), share)


def test_the_coin_is_fair_and_who_waits_waits(cases: dict[str, Case], known: dict[str, Any]) -> None:
    drawn = {case_id: lot["payload"]["arm"] for case_id, case in cases.items() if (lot := first(case, "LotDrawn"))}
    stated = known["register"]["drawn"]
    assert Counter(drawn.values()) == stated
    assert within(stated["now"], len(drawn), 0.5)
    waited = [hours(cases[case_id]) / 24 for case_id, arm in drawn.items() if arm == "wait"]
    assert min(waited) > known["asked_again_after_days"][1] - 1
    begins = min(moment(cases[case_id][0]["payload"]["received_at"]) for case_id in drawn)
    assert begins.date().isoformat() == known["waiting_list"]["from"]


def test_the_process_is_complained_of_less_once_it_was_changed(cases: dict[str, Case], known: dict[str, Any]) -> None:
    stated = known["cumbersome_process"]
    hits: dict[str, list[bool]] = {"before": [], "after": []}
    for case in cases.values():
        nature = first(case, "NatureConfirmed")
        at = called_at(case)
        if nature is not None and at is not None:
            day = at.astimezone(datetime.fromisoformat("2026-01-01T00:00+08:00").tzinfo).date().isoformat()
            hits["after" if day >= stated["changed_on"] else "before"].append(
                nature["payload"]["code"] == stated["code"]
            )
    for when, found in hits.items():
        assert within(sum(found), len(found), stated["share_of_cases_called"][when])


def pairs(cases: dict[str, Case]) -> list[tuple[float, float, float]]:
    """Give for each case whose customer answered again: effect expected, first score, second score."""
    answers: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for row in lines("responses.jsonl"):
        answers[row["subject_id"]].append((moment(row["answered_at"]), row["scores"]["recommend"]))
    found = []
    for case in cases.values():
        opened = case[0]["payload"]
        received, call = moment(opened["received_at"]), called_at(case)
        later = [(at, score) for at, score in sorted(answers[opened["subject_id"]]) if at > received]
        if later:
            at, score = later[0]
            spring = received.date().isoformat() >= "2026-04-06"
            found.append((2.0 * (spring and call is not None and call < at), opened["score"], score))
    return found


def test_calls_raise_the_score_where_the_truth_says_so_and_nowhere_else(
    cases: dict[str, Case], known: dict[str, Any]
) -> None:
    """A regression of the second score on the first and on who was called, in both seasons together."""
    assert sorted(known["effect_in_points"].values()) == [0.0, 2.0]
    table = np.array(pairs(cases))
    assert len(table) > 100
    design = np.column_stack([np.ones(len(table)), table[:, 1], table[:, 0] > 0])
    weights, rest, *_ = np.linalg.lstsq(design, table[:, 2], rcond=None)
    error = math.sqrt(float(rest[0]) / (len(table) - 3) * np.linalg.inv(design.T @ design)[2, 2])
    assert weights[2] > 2.5 * error
    assert abs(weights[2] - 2.0) < 3.5 * error
