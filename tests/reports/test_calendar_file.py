"""What is due as a calendar file: what others read back is what the register says, and no customer is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import closeloop as cl
import made_minutes


@pytest.fixture(scope="module")
def loop() -> cl.Loop:
    return made_minutes.loop()


def unfolded(written: bytes) -> list[str]:
    """Give the lines of a calendar file as RFC 5545 puts them together again."""
    assert written.endswith(b"\r\n")
    pieces = written[:-2].split(b"\r\n")
    assert max(map(len, pieces)) <= 75
    for piece in pieces:
        piece.decode("utf-8")  # no character is cut in two
    return b"\r\n".join(pieces).replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def events(written: bytes) -> list[dict[str, str]]:
    """Give each event: the name of a property, with its parameters, and its value in plain text."""
    found: list[dict[str, str]] = []
    for line in unfolded(written):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and name not in ("END", "BEGIN"):
            found[-1][name] = re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], value)
    return found


def test_it_is_a_calendar_with_one_event_for_each_thing_due(loop: cl.Loop, tmp_path: Path) -> None:
    written = loop.to_ics(tmp_path / "due.ics", "en").read_bytes()
    lines = unfolded(written)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(events(written)) > 3
    for event in events(written):
        assert {"UID", "DTSTAMP", "SUMMARY", "DESCRIPTION"} < set(event)
    assert {event["DTSTAMP"] for event in events(written)} == {"20260301T100000Z"}
    ids = [event["UID"] for event in events(written)]
    assert len(set(ids)) == len(ids)


def test_promises_have_their_time_and_actions_their_day(loop: cl.Loop, tmp_path: Path) -> None:
    found = {event["SUMMARY"]: event for event in events(loop.to_ics(tmp_path / "due.ics", "en").read_bytes())}
    promise = found["Case 1: promise"]
    assert promise["DTSTART"] == "20260304T020000Z"
    assert promise["DESCRIPTION"] == "Owner: li\nSee loop.case(1)"
    late = found["Late since 2026-02-20: Action: Move the pick-up, back; to 18:00"]
    assert late["DTSTART;VALUE=DATE"] == "20260301"  # today: nobody looks at the days that are over
    assert "Case 1: task" in found


def test_no_customer_is_named(loop: cl.Loop, tmp_path: Path) -> None:
    for tag in ("en", "zh-CN"):
        written = b"".join(loop.to_ics(tmp_path / "due.ics", tag).read_bytes().split(b"\r\n "))
        assert made_minutes.CUSTOMER.encode() not in written


def test_the_same_register_gives_the_same_bytes_in_either_language_the_same_ids(loop: cl.Loop, tmp_path: Path) -> None:
    first, second, chinese = (
        loop.to_ics(tmp_path / f"{at}.ics", tag).read_bytes() for at, tag in enumerate(("en", "en", "zh-CN"))
    )
    assert first == second
    assert [event["UID"] for event in events(first)] == [event["UID"] for event in events(chinese)]
    assert {event["SUMMARY"] for event in events(chinese)} >= {
        "个案 1：承诺",
        "已逾期（2026-02-20 到期）：行动：Move the pick-up, back; to 18:00",
    }


def test_what_is_done_is_no_longer_in_it(tmp_path: Path) -> None:
    loop = cl.open_loop(":memory:", actor="li", now=made_minutes.MARCH)
    problem = made_minutes.problem([])
    loop.save(problem)
    assert len(events(loop.to_ics(tmp_path / "a.ics").read_bytes())) == 1
    measure = problem.countermeasures[0]
    loop.save(problem.add(measure.model_copy(update={"done_on": measure.due})))
    assert events(loop.to_ics(tmp_path / "b.ics").read_bytes()) == []


def test_signs_of_the_format_and_long_chinese_lines_come_back_as_they_were(tmp_path: Path) -> None:
    what = "取件，改时间; a,b\\c\n第二行" + "很长" * 60
    loop = cl.open_loop(":memory:", actor="li", now=made_minutes.MARCH)
    gap = cl.Gap(metric="NPS", standard=30, actual=12, n=400, as_of="2026-02-28")
    problem = cl.Problem(gap, id="P,1;x").add(cl.Countermeasure(cause="x", what=what, owner="li", due="2026-03-20"))
    loop.save(problem)
    (event,) = events(loop.to_ics(tmp_path / "a.ics", "zh-CN").read_bytes())
    assert event["SUMMARY"] == f"行动：{problem.countermeasures[0].what}"
    assert event["UID"].startswith("P,1;x-")
