"""The case board without a page: columns, filters, pages, steps, two people at once, and what goes wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.errors import ConflictError, StoreError
from closeloop.followup.board import GROUPS
from closeloop.followup.board_rows import BoardRows
from closeloop.widgets.board.case_board import FIRST, MOST, CaseBoard
from made_register import NOW, add, filled, opened


@pytest.fixture
def loop() -> Iterator[cl.Loop]:
    with filled() as loop:
        yield loop


def cards(board: CaseBoard) -> list[dict[str, Any]]:
    return [card for column in board.view["columns"] for card in column["cards"]]


def card(board: CaseBoard, case_id: str) -> dict[str, Any]:
    return next(each for each in cards(board) if each["id"] == case_id)


def counts(board: CaseBoard) -> dict[str, str]:
    return {column["id"]: column["n"] for column in board.view["columns"]}


def pills(board: CaseBoard) -> list[str]:
    return [pill["text"] for pill in board.view["pills"]]


def asked(board: CaseBoard, name: str, **fields: Any) -> dict[str, Any]:
    """Send what a page sends, and give the answer."""
    answers: list[Any] = []
    board.send = lambda content, buffers=None: answers.append(content)
    board._handle_custom_msg({"kind": "do", "seq": 1, "view": "v", "name": name, "fields": fields}, [])
    return dict(answers[-1])


def withdrawn(loop: cl.Loop, case_id: str) -> None:
    """Let the customer take a case back."""
    case = loop.case(case_id)
    case.customer_message(words="Never mind.", channel="phone")
    case.do("withdraw", words="Never mind.")


class TestWhatItShows:
    def test_columns_and_counts(self, loop: cl.Loop) -> None:
        board = loop.board()
        assert repr(board) == "<CaseBoard: 12 open cases, 2 late>"
        assert counts(board) == {
            "received": "3", "understanding": "3", "solving": "2", "confirming": "1", "learning": "3", "closed": "3"
        }  # fmt: skip
        assert pills(board) == [
            "12 open", "2 overdue", "2 due today", "2 without owner", "2 on hold", "3 mine"
        ]  # fmt: skip

    def test_a_card_says_where_it_stands_in_words(self, loop: cl.Loop) -> None:
        first = cards(loop.board())[0]
        assert first["number"] == "#1"
        assert first["title"] == "Promise not kept"
        assert "severe" in first["meta"]
        assert first["late"]
        assert first["owned"] == "no owner yet"
        assert first["name"].startswith("#1 Promise not kept, score 3, Received, severe, no owner yet")

    def test_the_same_in_chinese(self, loop: cl.Loop) -> None:
        board = loop.board(language="zh-CN")
        assert board.view["moment"] == "2026-10-13 周二 09:40 Asia/Shanghai"
        assert pills(board)[1] == "逾期 2"
        assert cards(board)[0]["title"] == "承诺未兑现"
        board.language = "en"
        assert board.view["moment"] == "Tue 13 Oct 2026, 09:40, Asia/Shanghai"

    def test_the_static_form_is_the_glance(self, loop: cl.Loop) -> None:
        board = loop.board()
        data = board._repr_mimebundle_()[0]
        assert loop.glance()._repr_html_() in data["text/html"]
        assert data["text/plain"] == repr(board)
        assert board.to_frame().equals(loop.glance().to_frame())
        assert board.glance.n_late == 2

    def test_neither_a_customer_nor_their_words_are_sent(self) -> None:
        with opened() as loop:
            loop.open_case("The secret words of Ms Wang", "phone", NOW, subject=4711, contact="Wang 138 0000 0000")
            sent = json.dumps(loop.board().view, ensure_ascii=False)
        assert "secret" not in sent
        assert "4711" not in sent
        assert "138" not in sent

    def test_an_empty_register_says_how_cases_come_in(self) -> None:
        with opened() as loop:
            board = loop.board()
            assert "loop.triage" in board.view["none"]
            assert repr(board) == "<CaseBoard: 0 open cases, 0 late>"

    def test_a_moment_can_be_fixed(self, loop: cl.Loop) -> None:
        later = loop.board(now="2026-10-20T09:00+08:00")
        assert later.view["moment"].startswith("Tue 20 Oct 2026, 09:00")
        assert later.glance.n_late > loop.glance().n_late

    def test_why_a_time_is_what_it_is(self, loop: cl.Loop) -> None:
        board = loop.board()
        board.do("why", case_id="C-0002")
        assert "First response" in board.view["over"]["title"]
        assert "24 calendar hours" in board.view["over"]["html"]
        board.do("close_over")
        assert board.view["over"] is None

    def test_the_cases_that_ended(self, loop: cl.Loop) -> None:
        board = loop.board()
        board.do("ended")
        html = board.view["over"]["html"]
        assert html.count('data-do="[&quot;open&quot;') == 3
        assert "customer confirmed 3" in html
        board.do("open", case_id="C-0013")
        assert board.view["selected"] == "C-0013"
        assert board.view["over"] is None


class TestFilters:
    @pytest.mark.parametrize(
        ("by", "value", "n"),
        [
            ("pill", "late", 2), ("pill", "nobody", 2), ("pill", "hold", 2), ("pill", "today", 2),
            ("owner", "Chen Yu", 4), ("type", "code:promise_broken", 3), ("severity", "severe", 1), ("score", "0", 1),
            ("channel", "phone", 1), ("problem", "P-1", 2),
            ("search", "#1", 4), ("search", "C-0004", 1), ("search", "promise CHEN", 2),
            ("search", "nothing at all", 0),
        ],
    )  # fmt: skip
    def test_each_leaves_its_cases_over(self, loop: cl.Loop, by: str, value: str, n: int) -> None:
        board = loop.board()
        board.do("filter", by=by, value=value)
        assert len(cards(board)) == n
        assert board.view["filtered"]
        board.do("clear")
        assert len(cards(board)) == 12
        assert not board.view["filtered"]

    def test_counts_follow_the_other_filters(self, loop: cl.Loop) -> None:
        board = loop.board(owner="Chen Yu")
        assert pills(board)[:2] == ["4 open", "0 overdue"]
        owners = next(each for each in board.view["lists"] if each["id"] == "owner")
        assert ["Lin Mei", "Lin Mei (3)"] in owners["options"]
        assert owners["value"] == "Chen Yu"
        types = next(each for each in board.view["lists"] if each["id"] == "type")
        assert ["code:promise_broken", "Promise not kept (2)"] in types["options"]

    def test_nothing_found_is_said(self, loop: cl.Loop) -> None:
        assert loop.board(search="xyz").view["none"] == "No open case fits these filters."

    def test_the_problem_behind_cases_is_chosen_by_its_title(self, loop: cl.Loop) -> None:
        gap = cl.Gap(metric="defects", standard=0.05, actual=0.14, n=4820, as_of="2026-09-30", unit="percent")
        loop.save(cl.Problem(gap, title="The label printer jams, and nobody is told of it " * 3, id="P-1"))
        problems = next(each for each in loop.board().view["lists"] if each["id"] == "problem")
        assert [text for _, text in problems["options"]] == [
            "Problem", "The label printer jams, and nobody is told of it The label … (2)", "P-2 (1)"
        ]  # fmt: skip

    def test_an_unknown_filter_is_refused(self, loop: cl.Loop) -> None:
        with pytest.raises(ValueError, match="There is no filter colour=red"):
            loop.board(colour="red")

    def test_a_choice_of_which_nothing_is_left_can_still_be_cleared(self, loop: cl.Loop) -> None:
        board = loop.board(department="moon")
        chosen = next(each for each in board.view["lists"] if each["id"] == "department")
        assert [value for value, _ in chosen["options"]] == ["", "moon"]


class TestPages:
    def test_a_column_is_sent_page_by_page(self) -> None:
        with opened() as loop:
            for _ in range(95):
                add(loop, "acknowledged", owner="Chen Yu")
            loop.rebuild()
            board = loop.board()

            def column() -> dict[str, Any]:
                return next(dict(each) for each in board.view["columns"] if each["id"] == "understanding")

            assert (len(column()["cards"]), column()["more"]) == (FIRST, "83 more")
            board.do("more", group="understanding")
            assert (len(column()["cards"]), column()["more"]) == (MOST, "55 more")
            board.do("more", group="understanding")
            assert (column()["of"], column()["earlier"]) == ("41 to 80 of 95", True)
            board.do("more", group="understanding")
            assert (len(column()["cards"]), column()["more"]) == (15, "")
            board.do("earlier", group="understanding")
            assert column()["of"] == "41 to 80 of 95"
            board.do("filter", by="search", value="C-0001")
            assert len(column()["cards"]) == 1

    def test_never_more_than_two_hundred_cards(self) -> None:
        with opened() as loop:
            for stage in ("received", "analysing", "proposed", "resolved", "learning"):
                for _ in range(45):
                    add(loop, stage)
            loop.rebuild()
            board = loop.board()
            for group in GROUPS:
                board.do("more", group=group)
            assert len(cards(board)) == 200

    def test_an_unknown_column_is_refused(self, loop: cl.Loop) -> None:
        with pytest.raises(ValueError, match="There is no column"):
            loop.board().do("more", group="moon")


class TestSteps:
    def test_the_menu_lists_what_the_stage_allows(self, loop: cl.Loop) -> None:
        board = loop.board()
        board.do("menu", case_id="C-0010")
        assert [step["event"] for step in board.view["menu"]["steps"]] == ["review"]
        board.do("menu", case_id="C-0001")
        assert board.view["menu"]["steps"][0]["note"] == "→ Acknowledged · 1 missing"
        board.do("filter", by="pill", value="late")
        assert board.view["menu"] is None

    def test_a_step_that_is_ready_is_taken_at_once(self, loop: cl.Loop) -> None:
        board = loop.board()
        said = board.do("move", case_id="C-0010", event="review", version=card(board, "C-0010")["version"])
        assert said == "#10 is now: Learning and preventing."
        assert loop.case("C-0010").stage == "learning"
        assert card(board, "C-0010")["meta"].count("Learning") == 1
        assert board.view["selected"] == ""

    def test_a_step_with_something_missing_opens_the_panel_there(self, loop: cl.Loop) -> None:
        board = loop.board()
        said = board.do("move", case_id="C-0001", event="acknowledge")
        assert "still needs" in said
        assert board.view["selected"] == "C-0001"
        assert board.view["panel"]["form"]["command"] == "acknowledge"
        assert loop.case("C-0001").stage == "received"

    def test_a_card_that_is_dropped_takes_the_only_step_or_asks_which(self, loop: cl.Loop) -> None:
        board = loop.board()
        board.do("drop", case_id="C-0010", group="learning", version=10**6)
        assert loop.case("C-0010").stage == "learning"
        assert board.do("drop", case_id="C-0012", group="learning") == ""
        board.do("drop", case_id="C-0004", group="closed")
        assert {step["event"] for step in board.view["menu"]["steps"]} >= {"reject", "withdraw", "merge"}
        with pytest.raises(ValueError, match="No step leads #4"):
            board.do("drop", case_id="C-0004", group="learning")

    def test_the_second_of_two_clicks_changes_nothing(self, loop: cl.Loop) -> None:
        board = loop.board()
        version = card(board, "C-0010")["version"]
        asked(board, "move", case_id="C-0010", event="review", version=version)
        again = asked(board, "move", case_id="C-0010", event="review", version=version)
        assert "Review" in again["error"] or "review" in again["error"]
        assert loop.case("C-0010").version == version + 1


class TestTwoPeople:
    @pytest.fixture
    def both(self, tmp_path: Path) -> Iterator[tuple[cl.Loop, cl.Loop]]:
        filled(tmp_path / "loop.sqlite").close()
        with opened(tmp_path / "loop.sqlite") as one, opened(tmp_path / "loop.sqlite", actor="Chen Yu") as other:
            yield one, other

    def test_what_the_other_did_appears_and_says_who(self, both: tuple[cl.Loop, cl.Loop]) -> None:
        one, other = both
        board = one.board()
        other.case("C-0010").do("review")
        board.do("look")
        assert card(board, "C-0010")["marks"] == [("people", "changed by Chen Yu just now")]
        assert board.view["news"] == {
            "turn": 1, "said": "Chen Yu changed #10 Cumbersome process, now: Learning and preventing."
        }  # fmt: skip
        board.do("open", case_id="C-0010")
        assert card(board, "C-0010")["marks"] == []

    def test_a_case_that_came_and_one_that_ended(self, both: tuple[cl.Loop, cl.Loop]) -> None:
        one, other = both
        board = one.board()
        other.open_case("Again!", "phone", NOW)
        withdrawn(other, "C-0004")
        board.do("look")
        assert "Chen Yu opened #16 Complaint." in board.view["news"]["said"]
        assert "Chen Yu ended #4 Attitude" in board.view["news"]["said"]
        assert repr(board) == "<CaseBoard: 12 open cases, 1 late>"
        assert counts(board)["closed"] == "4"

    def test_looking_sends_nothing_if_nothing_changed(self, both: tuple[cl.Loop, cl.Loop]) -> None:
        board = both[0].board()
        seen: list[Any] = []
        board.observe(seen.append, "view")
        board.do("look")
        board.do("look")
        assert seen == []

    def test_ones_own_step_is_no_news(self, both: tuple[cl.Loop, cl.Loop]) -> None:
        board = both[0].board()
        board.do("move", case_id="C-0010", event="review")
        board.do("look")
        assert board.view["news"]["turn"] == 0
        assert card(board, "C-0010")["marks"] == []

    def test_a_conflict_says_what_changed_and_the_board_shows_it(self, both: tuple[cl.Loop, cl.Loop]) -> None:
        one, other = both
        board = one.board()
        version = card(board, "C-0010")["version"]
        other.case("C-0010").do("review")
        with pytest.raises(ConflictError, match="Chen Yu"):
            board.do("move", case_id="C-0010", event="review", version=version)
        assert "Learning and preventing" in card(board, "C-0010")["meta"]
        assert one.case("C-0010").version == version + 1

    def test_many_changes_are_told_as_a_number(self, both: tuple[cl.Loop, cl.Loop]) -> None:
        board = both[0].board()
        for _ in range(21):
            both[1].open_case("Again!", "phone", NOW)
        board.do("look")
        assert board.view["news"]["said"] == "21 cases were changed meanwhile."


class TestNewCase:
    def test_every_fault_stands_at_its_field_and_nothing_is_opened(self, loop: cl.Loop) -> None:
        board = loop.board()
        board.do("new")
        answer = asked(board, "open_case", words=" ", received_at="soon", channel="", kind="moon")
        faults = {field["name"]: field["error"] for field in board.view["over"]["fields"] if field["error"]}
        assert set(faults) == {"words", "received_at", "channel", "kind"}
        assert faults["words"] in answer["error"]
        assert len(loop.cases()) == 15

    def test_a_time_in_the_future_is_refused(self, loop: cl.Loop) -> None:
        board = loop.board()
        with pytest.raises(ValueError, match="lies in the future"):
            board.do("open_case", words="Hello", channel="phone", received_at="2026-10-13T11:00")

    def test_it_is_opened_and_its_panel_with_it(self, loop: cl.Loop) -> None:
        board = loop.board()
        board.do("new")
        said = board.do(
            "open_case", words="Nobody called.", channel="phone", received_at="2026-10-13T08:30", customer="4711",
            kind="complaint", severity="major", form="oral",
        )  # fmt: skip
        assert said == "Case #16 was opened."
        assert board.view["over"] is None
        case = loop.case(16)
        assert board.view["selected"] == case.case_id
        assert (case.severity, case.state.value("channel")) == ("major", "phone")
        assert case.state.value("received_at") == "2026-10-13T00:30:00.000000Z"
        assert board.view["news"]["turn"] == 0


class TestFaults:
    def test_a_loop_that_was_closed_says_so(self, tmp_path: Path) -> None:
        loop = filled(tmp_path / "loop.sqlite")
        board = loop.board()
        shown = board.view
        loop.close()
        answer = asked(board, "filter", by="pill", value="late")
        assert "closed" in answer["error"]
        assert board.view == shown
        assert repr(board) == "<CaseBoard: closed>"
        with pytest.raises(StoreError):
            loop.board()

    def test_a_register_that_others_hold_says_so_and_loses_nothing(self, tmp_path: Path) -> None:
        filled(tmp_path / "loop.sqlite").close()
        from closeloop.followup.loop.opening import loop_of
        from closeloop.followup.store.store import Store

        store = Store.open(tmp_path / "loop.sqlite", timeout_s=0.1)
        how = {"key_file": tmp_path / "loop.sqlite.keys", "now": NOW, "timezone": "Asia/Shanghai"}
        with loop_of(store, actor="Lin Mei", **how) as loop:  # type: ignore[arg-type]
            board = loop.board()
            other = sqlite3.connect(tmp_path / "loop.sqlite", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            answer = asked(board, "move", case_id="C-0010", event="review")
            other.execute("ROLLBACK")
            other.close()
            assert "loop.sqlite" in answer["error"]
            assert str(tmp_path) not in answer["error"]
            assert card(board, "C-0010")["meta"].count("Confirmed by the customer") == 1
            assert asked(board, "move", case_id="C-0010", event="review")["error"] == ""

    @pytest.mark.parametrize("kind", [StoreError, OSError, ValueError])
    def test_no_fault_names_the_folder_of_the_register(self, tmp_path: Path, kind: type[Exception]) -> None:
        (tmp_path / "our place").mkdir()
        with filled(tmp_path / "our place" / "loop.sqlite") as loop:
            board = loop.board()

            def fails(**_: Any) -> None:
                raise kind(f"cannot read '{tmp_path}/our place/loop.sqlite-wal' in {tmp_path}/our place")

            board.do_clear = fails  # type: ignore[method-assign]
            error = asked(board, "clear")["error"]
            assert "cannot read 'loop.sqlite-wal' in our place" in error
            assert str(tmp_path) not in error

    def test_names_are_text(self) -> None:
        hostile = '<img src=x onerror="1">'
        with opened() as loop:
            add(loop, owner=hostile, problem_id=hostile)
            loop.rebuild()
            board = loop.board()
            board.do("filter", by="owner", value=hostile)
            assert "<img" not in board._repr_mimebundle_()[0]["text/html"]
        assert cards(board)[0]["owned"] == f"owner {hostile}"

    def test_unknown_cases_are_said(self, loop: cl.Loop) -> None:
        board = loop.board()
        for name in ("open", "menu", "why"):
            assert "C-nowhere" in asked(board, name, case_id="C-nowhere")["error"]


def test_rows_that_were_brought_up_to_date_are_those_that_a_new_reading_gives(tmp_path: Path) -> None:
    with filled(tmp_path / "loop.sqlite") as loop:
        rows = BoardRows(loop._desk.store)
        rows.look()
        loop.case("C-0010").do("review")
        rows.look(["C-0010"])
        loop.case("C-0002").set_severity(severity="major", reason="called twice")
        loop.open_case("Again!", "phone", NOW)
        withdrawn(loop, "C-0004")
        rows.look(["C-0004"])
        again = BoardRows(loop._desk.store)
        again.look()
        assert (rows.cases, rows.closed, rows.came) == (again.cases, again.closed, again.came)
        assert not rows.look()
