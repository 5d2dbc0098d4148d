"""The scorecard as a widget, without a page: filters, rows, comments, what is refused, and what is sent."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.widgets.scorecard.scorecard_board import ScorecardBoard
from made_scorecard import scorecard


@cache
def card() -> Scorecard:
    return scorecard()


def asked(board: ScorecardBoard, name: str, **fields: Any) -> dict[str, Any]:
    """Send what a page sends, and give the answer."""
    answers: list[Any] = []
    board.send = lambda content, buffers=None: answers.append(content)
    board._handle_custom_msg({"kind": "do", "seq": 1, "view": "v", "name": name, "fields": fields}, [])
    return dict(answers[-1])


def shown(html: str) -> str:
    """Give the text of a piece of HTML."""
    html = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


class TestFilters:
    def test_a_choice_changes_everything_and_is_said(self) -> None:
        board = card().board()
        assert board.view["chosen"] is False
        said = board.do("choose", by="region", value=0)
        assert said.startswith("524 answered. Net Promoter Score (NPS) is +10")
        assert repr(board) == "<ScorecardBoard: region='East'; n = 524>"
        view = board.view
        assert (view["title"], view["estimate"], view["answers"]) == (
            "Net Promoter Score (NPS): East", "+10", "524 answers",
        )  # fmt: skip
        assert [row["name"] for row in view["rows"]] == ["period", "language"]
        assert "Aug 2026" in view["table"]
        board.do("rows", by="language")
        assert "Chinese" in board.view["table"]
        assert "Aug 2026" not in board.view["table"]
        board.do("clear")
        assert repr(board) == "<ScorecardBoard: all; n = 900>"

    def test_a_period_is_marked_on_the_trend_and_does_not_narrow_it(self) -> None:
        board = card().board()
        course = board.view["course"]
        assert 'class="ring"' in course
        assert "Aug 2026" in course
        board.do("choose", by="period", value=7)
        assert 'class="now"' in board.view["course"]
        assert "does not narrow the trend" in board.view["course"]

    def test_a_hidden_choice_says_why_and_sends_no_figure(self) -> None:
        board = card().board()
        board.do("read")
        said = board.do("choose", by="region", value=1)
        assert "fewer than 10 answers" in said
        assert "Choose “All”" in said
        view = board.view
        assert (view["hidden"], view["estimate"], view["table"], view["course"]) == (True, "", "", "")
        assert view["words"] is None
        assert repr(board) == "<ScorecardBoard: region='Isle'; hidden>"

    @pytest.mark.parametrize(
        ("name", "fields", "said"),
        [
            ("choose", {"by": "town", "value": 0}, "no filter 'town'; expected one of: region, period, language"),
            ("choose", {"by": "region", "value": 3}, "no value 3; expected one of: -1 … 2"),
            ("choose", {"by": "region", "value": "<b>"}, "no value '<b>'"),
            ("choose", {"by": "region", "value": True}, "no value True"),
            ("rows", {"by": "town"}, "no filter 'town'"),
            ("read", {"code": "weather"}, "no theme weather"),
            ("read", {"page": 0}, "no page 0"),
            ("read", {"page": "2"}, "no page 2"),
        ],
    )
    def test_what_a_page_may_not_ask_for(self, name: str, fields: dict[str, Any], said: str) -> None:
        board = card().board()
        before = board.view
        assert said in asked(board, name, **fields)["error"]
        assert said in board.error
        assert board.view == before


class TestComments:
    def test_twenty_a_page_and_away_again(self) -> None:
        board = card().board()
        assert asked(board, "read", code="staff")["say"] == "Page 1 of 6, 102 comments"
        page = board.view["words"]["page"]
        assert (page["label"], len(page["texts"]), page["pages"]) == ("staff", 20, 6)
        board.do("read", code="staff", page=6)
        assert len(board.view["words"]["page"]["texts"]) == 2
        assert [bar["code"] for bar in board.view["words"]["bars"] if bar["open"]] == ["staff"]
        board.do("choose", by="language", value=0)
        assert board.view["words"]["page"]["page"] == 1
        board.do("put_away")
        assert board.view["words"]["page"] is None

    def test_names_are_taken_out_before_anything_is_sent(self) -> None:
        board = card().board()
        sent = []
        for page in range(1, 10):
            board.do("read", page=page)
            sent.append(json.dumps(board.view, ensure_ascii=False))
        assert "[name]" in "".join(sent)
        assert not any(word in "".join(sent) for word in ("Smith", "张伟", "ann@", "8000"))

    def test_comments_without_themes(self) -> None:
        board = scorecard(coding=None, period=None).board()
        assert board.view["words"]["bars"] == []
        assert board.view["words"]["count"] == "600"
        assert "600 comments counted here" in board._repr_html_()
        board.do("read")
        assert board.view["words"]["page"]["pages"] == 30


class TestElsewhere:
    @pytest.mark.parametrize("tag", ["en", "zh-CN"])
    def test_the_static_form_shows_what_the_widget_shows_of_everybody(self, tag: str) -> None:
        board = card().board(tag)
        board.do("choose", by="region", value=1)
        static = shown(board._repr_html_())
        board.do("clear")
        view = board.view
        bars = [bar[part] for bar in view["words"]["bars"] for part in ("label", "count", "share", "interval")]
        pieces = [view["title"], view["estimate"], view["interval"], view["answers"], view["notes"], *bars]
        for piece in (*pieces, shown(view["table"]).strip(), shown(view["course"]).strip()):
            assert re.sub(r"\s+", " ", piece) in static

    def test_as_an_output_it_is_the_static_form_with_a_mark(self) -> None:
        board = card().board()
        data, _ = board._repr_mimebundle_()
        assert set(data) == {"text/plain", "text/html"}
        assert data["text/plain"] == "<ScorecardBoard: all; n = 900>"
        assert f'data-cl-live="{board.key}"' in data["text/html"]
        assert "window.hurt" not in data["text/html"]

    def test_what_is_sent_is_small(self) -> None:
        board = card().board()
        board.do("read")
        assert len(board._esm) < 30_000
        assert len(json.dumps(board.view)) < 60_000

    def test_in_chinese(self) -> None:
        board = card().board("zh-CN")
        assert board.do("choose", by="region", value=1).startswith("已隐藏：不足 10 份答卷")
        assert [one["title"] for one in board.view["filters"]] == ["region", "月", "语言"]
