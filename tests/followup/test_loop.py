"""The loop as people hold it: what was said is kept, what depends on others' words is refused, nothing is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import closeloop as cl
from closeloop.followup.clock.policy import Policy
from closeloop.followup.commands.table import command_table
from closeloop.metrics.measured_gap import Gap

NOW = "2026-07-01T09:00+08:00"
WORDS = "Nobody called me back, said Erika Mustermann."


def opened(place: str | Path = ":memory:", **how: object) -> cl.Loop:
    return cl.open_loop(place, **({"actor": "li", "now": NOW} | how))  # type: ignore[arg-type]


def complaint(loop: cl.Loop, **fields: object) -> cl.Case:
    said: dict[str, object] = {"words": WORDS, "channel": "phone", "received_at": "2026-07-01T08:30+08:00"}
    return loop.open_case(**(said | fields))  # type: ignore[arg-type]


def test_what_was_said_is_there_at_the_next_opening(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite") as loop:
        case = complaint(loop)
        case.assign(owner="wang")
    with opened(tmp_path / "loop.sqlite") as loop:
        again = loop.case(case.case_id)
        assert (again.number, again.owner, again.stage, again.version) == (1, "wang", "received", 3)
        assert loop.case(1).case_id == case.case_id
        assert loop.verify().is_intact


def test_a_step_that_the_stage_does_not_allow_is_refused_and_writes_nothing() -> None:
    with opened() as loop:
        case = complaint(loop)
        with pytest.raises(cl.CaseTransitionError) as caught:
            case.do("close")
        assert caught.value.from_stage == "received"
        assert "acknowledge" in caught.value.allowed
        assert case.refresh().version == 2


def test_of_two_who_assign_at_once_one_hears_what_the_other_did() -> None:
    with opened() as loop:
        case = complaint(loop)
        mine, yours = loop.case(case.case_id), loop.case(case.case_id)
        yours.assign(owner="wang", actor="zhao")
        with pytest.raises(cl.ConflictError, match=r"Assign \(zhao") as caught:
            mine.assign(owner="li")
        assert caught.value.current_version == 3
        assert loop.case(case.case_id).owner == "wang"
        mine.refresh().assign(owner="li", handover="Call back before noon.")
        assert loop.case(case.case_id).owner == "li"


def test_what_only_adds_goes_on_top_of_what_others_wrote() -> None:
    with opened() as loop:
        case = complaint(loop)
        mine, yours = loop.case(case.case_id), loop.case(case.case_id)
        yours.assign(owner="wang")
        mine.add_fact(text="The parcel was scanned on 30 June.", source="tracking", date="2026-06-30")
        assert (mine.owner, len(mine.state.added("facts"))) == ("wang", 1)


def test_without_the_key_file_everything_works_masked_and_nothing_said_is_lost(tmp_path: Path) -> None:
    place, keys = tmp_path / "loop.sqlite", tmp_path / "loop.sqlite.keys"
    with opened(place) as loop:
        case = complaint(loop)
    keys.rename(tmp_path / "elsewhere")
    with opened(place) as loop:
        assert "masked" in repr(loop)
        with pytest.raises(cl.StoreError, match="key file"):
            loop.reveal(case.case_id, reason="call back")
        loop.case(case.case_id).customer_message(channel="phone", words="It is still not here.")
        assert not keys.exists()
    (tmp_path / "elsewhere").rename(keys)
    with opened(place) as loop:
        texts = [each.text for each in loop.reveal(case.case_id, reason="call back").texts]
        assert [str.__str__(text) for text in texts] == [WORDS, "It is still not here."]
        assert loop.case(case.case_id).events[-1].type == "PiiRevealed"


def test_a_key_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite", key_file=tmp_path / "mine.keys"):
        assert (tmp_path / "mine.keys").exists()
    with pytest.raises(cl.StoreError, match=r"other\.keys"):
        opened(tmp_path / "loop.sqlite", key_file=tmp_path / "other.keys")


def test_neither_words_nor_the_customers_number_stand_in_the_register(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite") as loop:
        complaint(loop, subject="customer-4711", contact="erika@example.com")
        shown = f"{loop.cases().to_string()}{loop.case(1)!r}{loop.case(1).history()}{loop.case(1)._repr_html_()}"
        loop.export(tmp_path / "out")
    files = [*tmp_path.glob("loop.sqlite*"), *(tmp_path / "out").iterdir()]
    written = b"".join(path.read_bytes() for path in files) + shown.encode()
    for secret in ("Mustermann", "customer-4711", "erika@example.com"):
        assert secret.encode() not in written


def test_the_same_customer_is_found_again_by_the_same_number() -> None:
    with opened() as loop:
        complaint(loop, subject="4711")
        complaint(loop, subject="4711")
        complaint(loop, subject="4712")
        complaint(loop)
        assert loop.cases()["subject_id"].nunique() == 3


@pytest.mark.parametrize(
    ("at", "words"),
    [("2026-07-02T09:00+08:00", "2026-07-02"), ("2026-06-31T09:00", "such as"), ("2026-07-01 08:00", "zone")],
)
def test_a_time_that_cannot_be_is_refused(at: str, words: str) -> None:
    with opened() as loop:
        case = complaint(loop)
        with pytest.raises(ValueError, match=words):
            case.assign(owner="li", at=at)
        assert case.refresh().version == 2


def test_a_loop_with_a_zone_reads_times_without_one() -> None:
    with opened(timezone="Asia/Shanghai") as loop:
        case = complaint(loop)
        assert case.assign(owner="li", at="2026-07-01 08:45").at == dt.datetime(2026, 7, 1, 0, 45, tzinfo=dt.UTC)
        assert case.events[-1].zone == "Asia/Shanghai"


def test_an_unknown_zone_is_said() -> None:
    with pytest.raises(ValueError, match="Asia/Shanghia"):
        opened(timezone="Asia/Shanghia")


def test_a_clock_that_went_back_stops_the_writing(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite") as loop:
        case = complaint(loop)
    with opened(tmp_path / "loop.sqlite", now="2026-06-01T09:00+08:00") as loop:
        again = loop.case(case.case_id)
        with pytest.raises(cl.StoreError, match="clock"):
            again.assign(owner="li")
        assert again.refresh().version == 2
    with opened(tmp_path / "loop.sqlite", now="2026-07-01T08:58+08:00") as loop:
        assert loop.case(case.case_id).assign(owner="li").seq == 3, "two minutes are no fault: clocks differ"


def test_nobody_does_anything_without_a_name() -> None:
    with opened(actor=None) as loop, pytest.raises(ValueError, match="actor"):
        complaint(loop)


def test_an_unknown_case_and_an_unknown_command_are_said() -> None:
    with opened() as loop:
        with pytest.raises(cl.StoreError, match="C-NOWHERE"):
            loop.case("C-NOWHERE")
        case = complaint(loop)
        with pytest.raises(ValueError, match="add_fact"):
            case.do("add_facts", text="x")
        with pytest.raises(AttributeError):
            case.add_facts  # noqa: B018
        with pytest.raises(ValueError, match="open_case"):
            case.do("open_case", words="x", channel="phone")


def test_every_command_is_a_method_that_says_what_it_takes() -> None:
    with opened() as loop:
        case = complaint(loop)
        for name in set(command_table().commands) - {"open_case"}:
            assert name in dir(case)
            assert "at" in getattr(case, name).__signature__.parameters
        assert "owner" in case.help("assign")
        cl.set_language("zh-CN")
        assert "负责人" in case.help("assign")


def test_no_command_hides_a_method_of_the_same_name() -> None:
    assert not set(command_table().commands) & set(dir(cl.Case))


def test_what_was_recorded_is_what_later_commands_refer_to() -> None:
    with opened() as loop:
        case = complaint(loop)
        task = case.add_task(what="Send the parcel again", owner="wang", due_on="2026-07-03")
        case.task_done(task=task, evidence="tracking shows delivery")
        assert case.state.added("tasks")[0].get("done_at") is not None
        assert loop.actions().loc[0, ["what", "owner", "is_late"]].tolist() == ["Send the parcel again", "wang", False]


# --- clocks and the house ---


def test_a_new_policy_counts_for_open_cases_and_keeps_the_time_that_has_run() -> None:
    with opened(now="2026-07-01T20:30+08:00") as loop:
        case = complaint(loop)
        before = case.clocks().of("first_response")
        assert (before.amount, before.elapsed_s) == (24, 12 * 3600)
        strict = Policy.model_validate(
            {
                "id": "strict", "version": 1, "title": {"en": "Strict", "zh-CN": "严格"}, "calendar": "24x7",
                "targets": {"first_response": [{"amount": 10, "unit": "calendar_hours"}]},
            }
        )  # fmt: skip
        loop.adopt(strict)
        after = case.refresh().clocks().of("first_response")
        assert (after.amount, after.elapsed_s, after.state) == (10, 12 * 3600, "breached")
        assert complaint(loop).state.value("policy") == "strict"
        assert [each.id for each in loop.settings("policy")] == ["strict"]


def test_a_clock_explains_itself_to_the_second() -> None:
    with opened() as loop:
        told = complaint(loop).explain("first_response", now="2026-07-02T08:30+08:00")
        assert told.elapsed_s == 24 * 3600
        assert sum(told.to_frame().query("kind == 'counted' and not ahead")["seconds"]) == 24 * 3600


def test_what_is_due_names_the_late_first() -> None:
    with opened() as loop:
        case = complaint(loop)
        assert loop.due()["kind"].tolist() == ["no_owner"]
        case.assign(owner="li")
        assert loop.due().empty, "half of the time has not passed yet"
        late = loop.due("2026-07-03T09:00+08:00")
        assert late[["kind", "owner", "is_late"]].values.tolist() == [["first_response", "li", True]]
        assert late[["what", "due"]].values.tolist() == [["first response", "2026-07-02 00:30 UTC"]]
        assert loop.due("2026-07-03T09:00+08:00", owner="wang").empty


def test_a_policy_whose_calendar_is_not_there_is_refused() -> None:
    lost = Policy.model_validate(
        {"id": "lost", "title": {"en": "Lost", "zh-CN": "无"}, "calendar": "nowhere", "targets": {}}
    )
    with opened() as loop:
        with pytest.raises(ValueError, match="nowhere"):
            loop.adopt(lost)
        assert loop.settings("policy") == []


def test_only_what_is_a_rule_of_the_house_can_be_adopted() -> None:
    with opened() as loop, pytest.raises(ValueError, match="Policy"):
        loop.adopt({"first_response": 24})


# --- the outer loop ---


def problem(cases: list[str]) -> cl.Problem:
    gap = Gap(metric="late parcels", standard=0.05, actual=0.14, n=480, as_of="2026-06-30", unit="percent",
              higher_is_better=False)  # fmt: skip
    return cl.Problem(gap, cases=cases, id="P-1")


def closed(found: cl.Problem) -> cl.Problem:
    after = Gap(metric="late parcels", standard=0.05, actual=0.04, n=500, as_of="2026-07-20", unit="percent",
                higher_is_better=False)  # fmt: skip
    found.measure(after, on="2026-07-21", by="li")
    found.add(cl.Lesson(insight="contracts decide", action="have operations sign", tags=("carrier",)))
    return found.close(on="2026-07-22", by="li")


def test_a_problem_is_kept_in_versions_and_given_back() -> None:
    with opened() as loop:
        found = problem([complaint(loop).case_id])
        assert loop.save(found) == 1
        assert loop.save(found) == 1, "what says the same is not kept again"
        found.concentrate("the last pick-up is too early")
        assert loop.save(found, expected=1) == 2
        assert loop.problem("P-1") == found
        assert loop.load("P-1", version=1).state.focus == ""
        assert loop.problems()[["problem_id", "version", "n_cases"]].values.tolist() == [["P-1", 2, 1]]
        with pytest.raises(cl.ConflictError):
            loop.save(problem([]), expected=1)
        with pytest.raises(cl.StoreError, match="P-1"):
            loop.load("P-2")


def test_when_a_problem_closes_each_customer_is_to_hear_of_it_once() -> None:
    with opened(now="2026-07-22T09:00+08:00") as loop:
        cases = [complaint(loop).case_id, complaint(loop).case_id]
        found = problem(cases)
        loop.save(found)
        assert loop.outbox().empty
        loop.save(closed(found))
        posted = loop.outbox("problem_closed")
        assert sorted(posted["case_id"]) == sorted(cases)
        loop.save(found)
        assert len(loop.outbox()) == 2
        assert loop.mark_sent(*posted["number"]) == 2
        assert loop.outbox().empty


def test_lessons_of_problems_and_of_cases_stand_in_one_library() -> None:
    with opened(now="2026-07-22T09:00+08:00") as loop:
        case = complaint(loop)
        case.lesson(root="no rota on holidays", trigger="a bank holiday", gains="the call", losses="two days")
        loop.save(closed(problem([case.case_id])))
        found = loop.lessons()
        assert {source for source, _ in found.lessons} == {"P-1", case.case_id}
        assert [each.insight for _, each in loop.lessons(tag="carrier").lessons] == ["contracts decide"]


# --- whole and elsewhere ---


def test_an_export_taken_in_elsewhere_is_the_same_register(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite") as loop:
        case = complaint(loop)
        case.assign(owner="li")
        loop.save(problem([case.case_id]))
        loop.export(tmp_path / "out")
        cases, digest = loop.cases(), loop.verify().digest
    with cl.import_loop(tmp_path / "out", tmp_path / "new.sqlite", key_file=tmp_path / "loop.sqlite.keys",
                        actor="li", now=NOW) as again:  # fmt: skip
        pd.testing.assert_frame_equal(again.cases(), cases)
        assert again.verify().digest == digest
        assert again.verify().is_intact
        assert again.problem("P-1").cases == (case.case_id,)
        assert str.__str__(again.reveal(case.case_id, reason="check").texts[0].text) == WORDS


def test_rows_made_again_are_the_rows_that_stood() -> None:
    with opened() as loop:
        for _ in range(3):
            complaint(loop).assign(owner="li")
        before = loop.cases()
        assert loop.rebuild() == 3
        pd.testing.assert_frame_equal(loop.cases(), before)


# --- what it does by itself ---


def responses(n: int = 40, seed: int = 1) -> pd.DataFrame:
    import numpy as np

    chance = np.random.default_rng(seed)
    times = pd.Timestamp("2026-06-01", tz="UTC") + pd.to_timedelta(chance.integers(0, 25 * 24, n), unit="h")
    return pd.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(n)], "respondent_id": [f"c{i % 17}" for i in range(n)],
            "answered_at": times.strftime("%Y-%m-%dT%H:%M:%SZ"), "recommend": chance.integers(0, 11, n).astype(str),
            "why": [f"late again, said customer {i}" for i in range(n)], "callback": ["Yes, please"] * n,
        }
    )  # fmt: skip


def triaged(loop: cl.Loop, rows: pd.DataFrame) -> None:
    loop.triage(cl.read_responses(rows, "relationship-nps"))


def outcomes(loop: cl.Loop) -> pd.DataFrame:
    """What became of each response, and which cases are open: all that must not depend on the order of files."""
    found = loop.cases(is_open=True)[["case_id", "response_id", "subject_id", "severity", "score"]]
    return found.sort_values("response_id", ignore_index=True)


@pytest.mark.parametrize("how", ["twice", "shuffled", "in pieces", "backwards in pieces"])
def test_the_same_answers_lead_to_the_same_cases_however_they_come(how: str, tmp_path: Path) -> None:
    rows = responses()
    salt = tmp_path / "loop.sqlite"
    with opened(salt) as loop:
        pseudonyms = loop._salt
        triaged(loop, rows)
        wanted, figures = outcomes(loop), loop.measure().to_frame()
    with opened() as loop:
        loop._salt = pseudonyms
        ordered = rows.sort_values("answered_at", ascending=False)
        pieces = {
            "twice": [rows, rows], "shuffled": [rows.sample(frac=1, random_state=3)],
            "in pieces": [rows.iloc[:9], rows.iloc[5:30], rows.iloc[30:]],
            "backwards in pieces": [ordered.iloc[:10], ordered.iloc[10:25], ordered.iloc[25:]],
        }[how]  # fmt: skip
        for piece in pieces:
            triaged(loop, piece)
        found = outcomes(loop)
        pd.testing.assert_frame_equal(
            found.drop(columns="case_id") if "backwards" in how else found,
            wanted.drop(columns="case_id") if "backwards" in how else wanted,
        )
        assert loop.verify().is_intact
        again = loop.measure().to_frame()
        captured = again["figure"] == "captured"
        pd.testing.assert_frame_equal(
            again[captured].reset_index(drop=True), figures[figures["figure"] == "captured"].reset_index(drop=True)
        )
        assert again.loc[captured, "estimate"].tolist() == [1.0]


def test_escalation_goes_higher_once() -> None:
    with opened() as loop:
        case = complaint(loop)
        assert loop.escalate("2026-07-01T12:00+08:00") == 0
        assert loop.escalate("2026-07-01T13:01+08:00") == 1, "four hours without an owner"
        assert loop.escalate("2026-07-01T13:02+08:00") == 0
        assert case.refresh().state.escalation == 1
        assert case.events[-1].actor == "rules"


def test_open_cases_find_their_owners_by_the_teams_that_were_adopted() -> None:
    from closeloop.followup.rules.team import Member, Team

    with opened() as loop:
        for _ in range(4):
            complaint(loop)
        with pytest.raises(ValueError, match="Team"):
            loop.assign_open()
        loop.adopt(Team(id="service", members=(Member(name="wang"), Member(name="chen"))))
        assert loop.assign_open() == 4
        assert loop.cases()["owner"].value_counts().to_dict() == {"wang": 2, "chen": 2}
        assert loop.assign_open() == 0


def test_a_cluster_of_complaints_raises_one_alert_with_its_reason() -> None:
    with opened(now="2026-07-01T20:00+08:00") as loop:
        for day in range(1, 29, 3):
            complaint(loop, received_at=f"2026-06-{day:02d}T09:00+08:00")
        for hour in range(8, 18):
            complaint(loop, received_at=f"2026-06-30T{hour:02d}:00+08:00", code="price")
        found = loop.watch()
        assert len(found) >= 1
        assert all(found["sentence"].str.contains("cases|案"))
        assert set(found["outcome"]) <= {"shown", "case", "suppressed"}
        assert loop.watch().empty, "the same again finds nothing new"
        shown = loop.alerts(outcome="shown")
        if len(shown):
            loop.acknowledge_alert(shown.iloc[0]["rule_id"], shown.iloc[0]["ref"])
            assert len(loop.alerts(outcome="acknowledged")) == 1


def test_the_board_counts_who_waits() -> None:
    with opened() as loop:
        complaint(loop).assign(owner="li")
        complaint(loop)
        board = loop.glance("2026-07-03T09:00+08:00")
        assert (len(board.cards), board.n_late, board.n_without_owner) == (2, 2, 1)
        assert "1 without an owner" in str(board.sentence)
        html = board._repr_html_()
        assert "Received" in html
        cl.set_language("zh-CN")
        assert "已接收" in board._repr_html_()
        assert [card.owner for card in loop.glance(owner="li").cards] == ["li"]


def test_an_export_taken_into_memory_is_there_and_its_texts_stay_masked(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite") as loop:
        case = complaint(loop)
        loop.export(tmp_path / "out")
    with cl.import_loop(tmp_path / "out", ":memory:", actor="li", now=NOW) as again:
        assert again.case(1).case_id == case.case_id
        assert again.verify().is_intact
        with pytest.raises(cl.StoreError, match="key file"):
            again.reveal(1, reason="check")


def test_what_falls_due_is_read_in_the_zone_of_the_loop() -> None:
    with opened(timezone="Asia/Shanghai") as loop:
        promise = complaint(loop).promise(what="Ring again", due_at="2026-07-02 18:00")
        assert loop.case(1).events[promise.seq - 1].payload["due_at"].startswith("2026-07-02T10:00:00")


def test_last_years_answers_are_counted_and_call_for_nobody() -> None:
    rows = responses()
    with opened() as loop:
        found = loop.triage(cl.read_responses(rows, "relationship-nps"), since="2026-06-15T00:00+08:00")
        new = pd.to_datetime(loop.cases()["received_at"])
        assert len(new)
        assert new.min() >= pd.Timestamp("2026-06-14T16:00Z")
        assert loop.measure()["captured"].estimate == 1.0
        assert "before the follow-up began" in str(found)
        again = loop.triage(cl.read_responses(rows, "relationship-nps"))
        assert len(loop.cases()) == len(new), f"what was decided stays decided: {again.sentence}"
        assert loop.verify().is_intact


def test_a_table_of_complaints_taken_in_twice_opens_each_once() -> None:
    from closeloop.followup.intake.table import from_frame

    table = pd.DataFrame(
        {
            "complaint_id": ["a1", "a2"], "customer": ["4711", "4712"], "received_at": ["2026-06-29 10:00"] * 2,
            "channel": ["phone", "email"], "words": ["Late again.", "Wrong size."],
        }
    )  # fmt: skip
    with opened() as loop:
        taken = from_frame(table, now=dt.datetime(2026, 7, 1, 1, tzinfo=dt.UTC), source="crm", zone="Asia/Shanghai")
        assert [case.state.value("channel") for case in loop.take_in(taken.cases)] == ["phone", "email"]
        assert loop.take_in(taken.cases) == []
        assert len(loop.cases()) == 2


def test_what_a_customer_says_after_a_merger_is_heard_where_it_went() -> None:
    with opened() as loop:
        late, kept = complaint(loop, subject="4711"), complaint(loop, subject="4711")
        late.do("merge", into=kept.case_id)
        said = late.customer_message(channel="phone", words="And another thing.")
        assert said.case_id == kept.case_id
        assert [entry.seq for entry in kept.refresh().state.added("messages")] == [said.seq]


def test_who_waits_is_drawn_by_lot_and_recorded() -> None:
    with opened() as loop:
        for _ in range(6):
            complaint(loop, severity="major")
        complaint(loop, severity="severe")
        drawn = loop.draw_lots(4)
        arms = [loop.case(number).state.value("arm") for number in range(1, 8)]
        assert sorted(arms) == ["exempt", "now", "now", "now", "wait", "wait", "wait"]
        assert arms[6] == "exempt"
        assert drawn.is_random
        assert loop.draw_lots(4).drawn == (), "nobody's lot is drawn twice"


def test_today_is_the_day_of_the_people_who_work_here() -> None:
    with cl.open_loop(":memory:", actor="li", now="2026-07-01T23:30+00:00", timezone="Asia/Shanghai") as loop:
        case = loop.open_case(words="No news.", channel="phone", received_at="2026-07-01T08:30+08:00")
        case.add_task(what="Call back", owner="li", due_on="2026-07-01")
        assert loop.actions()["is_late"].tolist() == [True]  # there it is the 2nd already
        with pytest.raises(ValueError, match="nope"):
            loop.actions("nope")
