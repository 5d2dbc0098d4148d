"""The four elements of a negotiation: what stands in them, what is missing, what comes next."""

from __future__ import annotations

import re
from typing import Any

import pytest

import closeloop as cl
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.playbook.authority import AuthorityLimit, AuthorityLimits
from closeloop.followup.playbook.negotiation import negotiation
from closeloop.followup.playbook.offers import next_option, offers_of, ranked_options
from closeloop.followup.state import CaseState, Cycle, Entry
from closeloop.text import set_language
from made_cases import NOW, entry, made


def option(seq: int, **fields: Any) -> Entry:
    said = {"text": f"option {seq}", "owner": "li", "due_on": "2026-07-09", "lawful": "yes"}
    return entry(seq, **(said | fields))


def score(seq: int, of: int, mark: int) -> Entry:
    return entry(seq, option=of, resources=mark, time=mark, people=mark, customer=mark, market=mark)


def full(**more: Any) -> CaseState:
    """Give a case whose four panels are filled."""
    sheet = {
        "positions": {"customer": "all the money back today", "company": "no refund without a report"},
        "interests": {"customer": "not to be sent around any longer", "company": "to pay only for bad work"},
        "shared_interests": ["an end this week"],
        "standards": ["Refund policy 4.2"],
        "alternatives": {"customer": "consumer association", "company": "written decision"},
        "relationship_before": 2, "minimum": 100, "target": 200, "maximum": 260, "walk_away": "above 260",
    } | more  # fmt: skip
    talk = entry(3, direction="outbound", reached=True, human=True, emotion="frustration", tagged_by="wu", actor="wu")
    return made(
        options=[option(5, cost=200, currency="CNY"), option(6, cost=150, currency="CNY")],
        contacts=[talk], negotiations=[entry(9, **sheet)],
    )  # fmt: skip


def test_nothing_recorded_leaves_all_four_panels_empty() -> None:
    sheet = negotiation(made())
    assert sheet.empty == ("interests", "standards", "alternatives", "relationship")
    assert str(sheet.sentence) == "Nothing is prepared yet."
    assert [each.done for each in sheet.checklist] == [False] * 4


def test_a_filled_sheet_lacks_nothing_and_is_not_scored() -> None:
    sheet = negotiation(full())
    assert not any(sheet.missing().values())
    assert [each.done for each in sheet.checklist] == [True] * 4
    assert sheet.findings().of("error") == sheet.findings().of("warn")
    assert not re.search(r"score|\d+ ?%", str(sheet.sentence))


@pytest.mark.parametrize(
    ("without", "panel", "lacks"),
    [
        ({"positions": {"customer": "x"}}, "interests", "position (We)"),
        ({"interests": {"company": "x"}}, "interests", "interest (Customer)"),
        ({"shared_interests": []}, "interests", "what both want"),
        ({"standards": []}, "standards", "an objective standard"),
        ({"alternatives": {"customer": "x"}}, "alternatives", "the best without agreement (We)"),
        ({"maximum": None}, "alternatives", "the most that we concede"),
        ({"walk_away": ""}, "alternatives", "when we walk away"),
        ({"relationship_before": None}, "relationship", "the relationship before the talk"),
    ],
)
def test_each_thing_that_is_not_filled_is_named_in_its_panel(without: dict[str, Any], panel: str, lacks: str) -> None:
    missing = negotiation(full(**without)).missing()
    assert [str(each) for each in missing[panel]] == [lacks]
    assert [name for name, texts in missing.items() if texts] == [panel]


def test_an_interest_must_not_repeat_the_position() -> None:
    again = full(
        interests={"customer": "The customer wants all the money back today", "company": "to keep the customer"}
    )
    assert negotiation(again).findings().rules == ("interest_not_position", "standard_without_version")
    assert negotiation(again).checklist[0].done is False
    assert "interest_not_position" not in negotiation(full()).findings().rules


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"minimum": 300}, "limits_in_disorder"),
        ({"maximum": 190, "target": 180}, "beyond_limit"),
    ],
)
def test_limits_are_held_against_one_another_and_the_options(change: dict[str, Any], rule: str) -> None:
    assert rule in negotiation(full(**change)).findings().rules
    assert rule not in negotiation(full()).findings().rules


def test_one_option_alone_is_a_fault() -> None:
    assert "one_option" in negotiation(made(options=[option(5)])).findings().rules
    assert "one_option" not in negotiation(made(options=[option(5), option(6)])).findings().rules


def test_the_last_word_of_this_cycle_counts() -> None:
    case = full()
    case.entries["negotiations"].append(entry(12, positions={"customer": "half of it"}))
    assert negotiation(case).positions == {"customer": "half of it", "company": "no refund without a report"}
    case.cycles.append(Cycle(number=2, began_at=NOW))
    assert negotiation(case).positions == {}


def test_a_sealed_text_is_there_and_not_shown() -> None:
    sheet = negotiation(full(positions={"customer": {"private": 20}, "company": "no"}))
    assert sheet.positions["customer"] == "…"
    assert not sheet.missing()["interests"]


def test_standards_carry_source_clause_version_and_text() -> None:
    case = made(
        evidence=[
            entry(
                4, kind="standard", state="present", source="Service rules", clause="3", version="2026-01", what="24 h"
            ),
            entry(5, kind="policy", state="missing", source="Refund rules"),
            entry(6, kind="complaint", state="present", source="letter"),
        ]
    )
    (found,) = negotiation(case).standards
    assert (found.source, found.clause, found.version, found.text) == ("Service rules", "3", "2026-01", "24 h")
    assert str(found.named) == "Service rules, clause 3 (version 2026-01)"


def reading(state: str, hours: float, *, late: bool) -> ClockReading:
    return ClockReading(
        clock="first_response", cycle=1, unit="calendar_hours", started_at=NOW, read_at=NOW, state=state,  # type: ignore[arg-type]
        amount=24, target=86400, elapsed_s=hours * 3600, stopped_at=NOW, breached_at=NOW if late else None,
    )  # fmt: skip


@pytest.mark.parametrize(("hours", "late", "kept"), [(6, False, True), (30, True, False)])
def test_our_own_times_stand_beside_the_standard(hours: float, late: bool, kept: bool) -> None:
    (fact,) = negotiation(made(), readings=[reading("met", hours, late=late)]).own_facts
    assert fact.kept is kept
    assert "24 hours" in str(fact.text)
    assert f"{round(100 * hours / 24)} %" in str(fact.text)
    assert negotiation(made(), readings=[reading("not_set", 3, late=False)]).own_facts == ()


def test_options_rank_by_their_scores_and_without_interim_or_unlawful_ones() -> None:
    case = made(
        options=[option(5), option(6), option(7), option(8, interim=True), option(9, lawful="no")],
        option_scores=[score(10, 5, 2), score(11, 7, 4), score(12, 5, 3)],
    )
    assert [each.seq for each in ranked_options(case)] == [7, 5, 6]
    assert [(each.rank, each.score) for each in negotiation(case).alternatives] == [(1, 4.0), (2, 3.0), (3, None)]


def test_after_a_refusal_the_next_option_is_at_hand() -> None:
    case = made(options=[option(5), option(6), option(7)], option_scores=[score(10, 6, 5), score(11, 5, 4)])
    assert next_option(case).option.seq == 6
    case.entries["offers"] = [entry(12, option=6, channel="phone")]
    assert (next_option(case).option.seq, next_option(case).left) == (5, 1)
    assert "not answered yet" in str(next_option(case).reason)
    case.entries["refusals"] = [entry(13)]
    assert "Option no. 6 was refused" in str(next_option(case).reason)
    case.entries["offers"] += [entry(14, option=5, channel="phone"), entry(15, option=7, channel="phone")]
    assert next_option(case).option is None


def test_offers_and_their_answers_are_a_log() -> None:
    case = made(
        options=[option(4, interim=True), option(5), option(6)],
        offers=[
            entry(7, option=4, channel="phone"),
            entry(8, option=5, channel="phone"),
            entry(10, option=6, channel="email"),
        ],
        refusals=[entry(9)],
    )
    assert [(each.option, each.answer) for each in offers_of(case)] == [(4, ""), (5, "refused"), (6, "waiting")]
    case.entries["agreements"] = [entry(11, option=6)]
    assert [each.answer for each in offers_of(case)] == ["", "refused", "accepted"]


def test_relationship_before_and_after_with_who_has_talked() -> None:
    case = full(relationship_after=4)
    case.entries["contacts"].append(entry(11, actor="li", reached=True, human=True, emotion="relief"))
    case.entries["contacts"].append(entry(12, actor="li", reached=False))
    sheet = negotiation(case)
    assert (sheet.before, sheet.after) == (2, 4)
    assert [(each.who, each.n, each.last_emotion) for each in sheet.contacts] == [
        ("wu", 1, "frustration"),
        ("li", 1, "relief"),
    ]
    assert [each.emotion for each in sheet.moods] == ["frustration", "relief"]


def test_what_is_beyond_the_authority_says_so_until_it_is_approved() -> None:
    limits = AuthorityLimits(
        id="house", currency="CNY", people={"li": "agent"},
        limits=(AuthorityLimit(role="agent", remedies=("refund",), up_to=180),),
    )  # fmt: skip
    case = made(options=[option(5, remedies=["refund"], cost=200), option(6, remedies=["refund"], cost=150)])
    sheet = negotiation(case, authority=limits)
    assert [each.beyond is None for each in sheet.alternatives] == [False, True]
    assert "beyond_authority" in sheet.findings().rules
    case.entries["approvals"] = [entry(9, option=5, approver="chen")]
    assert "beyond_authority" not in negotiation(case, authority=limits).findings().rules


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_the_block_shows_the_four_panels_and_keeps_hostile_text_as_text(tag: str) -> None:
    case = full(walk_away="<img src=x onerror=alert(1)>")
    set_language(tag)
    html = negotiation(case)._repr_html_()
    assert "<img" not in html
    titles = {"en": ("1 Positions", "2 Standards", "3 Alternatives", "4 Relationship"),
              "zh": ("一、立场与利益", "二、相关标准", "三、备选方案", "四、人际关系")}[tag]  # fmt: skip
    places = [html.index(title, html.index("panel")) for title in titles]
    assert places == sorted(places)
    assert len(negotiation(case).to_frame()) == len(negotiation(case).rows())


def test_a_live_case_gives_its_clocks_and_the_limits_of_the_house() -> None:
    limits = AuthorityLimits(
        id="house", currency="CNY", people={"li": "agent"}, limits=(AuthorityLimit(role="agent", up_to=50),)
    )
    with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
        loop.adopt(limits)
        case = loop.open_case(words="Too late.", channel="phone", received_at="2026-07-01T08:30+08:00")
        case.assign(owner="li")
        case.add_option(text="voucher", remedies=["compensation"], remedy_forms=["voucher"], cost=80, currency="CNY",
                        remedy_details={"expires_on": "2026-12-31"})  # fmt: skip
        case.record_negotiation(positions={"customer": "a refund"}, relationship_before=3)
        sheet = case.negotiation()
        assert str(sheet.alternatives[0].beyond) == "Compensation costs 80 CNY; li may grant up to 50 CNY."
        assert sheet.alternatives[0].remedies[0].missing == ()
        assert [each.clock for each in sheet.own_facts] == ["first_response"]
        assert sheet.positions == {"customer": "a refund"}
