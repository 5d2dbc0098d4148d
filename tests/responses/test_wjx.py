"""问卷星: 按文本 and 按序号 say the same; skips, write-ins and the platform's own columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
LEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lead = [[str(n), f"2026/5/3 7:05:0{n}", "137秒", "微信", "", "192.0.2.*(上海)"] for n in range(1, len(rows) + 1)]
    return "\n".join(
        ",".join(line) for line in [[*LEAD, *headers], *([*a, *b] for a, b in zip(lead, rows, strict=True))]
    )


def by_text(write: Write, name: str = "text.csv") -> Path:
    headers = ["1、推荐我们？ ", "2：为什么？", "3.哪家门店？", "4、哪里不好？", "5、回电？"]
    rows = [
        ["9", "很快", "东店", "(跳过)", "是"],
        ["3", "(空)", "西店", "价格┋其他〖没车位〗", "否"],
        ["8", "-2", "(空)", "等待", "(空)"],
    ]
    return write(table(headers, rows), name)


def by_number(write: Write) -> Path:
    headers = [
        "1、推荐我们？ ",
        "2：为什么？",
        "3.哪家门店？",
        "第4题(价格)",
        "第4题(等待)",
        "第4题(员工)",
        "第4题(其他【请注明】)",
        "5、回电？",
    ]
    rows = [
        ["9", "很快", "1", "-3", "-3", "-3", "-3", "1"],
        ["3", "-2", "2", "1", "0", "0", "1", "2"],
        ["8", "-2", "-2", "0", "1", "0", "0", "-2"],
    ]
    return write(table(headers, rows), "number.csv")


def test_both_ways_of_exporting_give_the_same_answers(write: Write, small: Survey) -> None:
    text, number = cl.read_responses(by_text(write), small), cl.read_responses(by_number(write), small)
    differing = ["source_file", "pains__other_text"]  # numbers have no room for what was written
    shared = [c for c in text.accepted.columns if c in number.accepted.columns and c not in differing]
    assert {"recommend", "why", "branch", "pains__other", "call", "response_id"} <= set(shared)
    assert text.accepted[shared].equals(number.accepted[shared])
    assert text.ledger == number.ledger == {"rows_in": 3, "accepted": 3, "quarantined": 0, "superseded": 0}


def test_the_answers_are_what_was_ticked(write: Write, small: Survey) -> None:
    accepted = cl.read_responses(by_text(write), small).accepted
    assert accepted["branch"].astype("str").fillna("-").tolist() == ["east", "west", "-"]
    assert accepted[["pains__price", "pains__wait", "pains__other"]].iloc[1].tolist() == [True, False, True]
    assert accepted["pains__other_text"].iloc[1] == "没车位"
    assert accepted["call"].fillna(False).tolist() == [True, False, False]
    assert accepted["channel_source"].astype(str).tolist() == ["微信"] * 3
    assert str(accepted["answered_at"].iloc[0]) == "2026-05-03 07:05:01"


def test_skipped_and_left_blank_are_missing_with_different_reasons(write: Write, small: Survey) -> None:
    issues = cl.read_responses(by_number(write), small).issues.query("code == 'missing_token'")
    assert {"被跳题", "未作答"} == {text.rsplit("：", 1)[1] for text in issues["message_zh"]}


def test_a_header_may_end_in_spaces_and_write_its_colon_in_any_width(write: Write, small: Survey) -> None:
    columns = cl.read_responses(by_text(write), small).columns
    assert columns["verdict"].tolist()[6:] == ["certain"] * 5
    assert columns["source_column"].tolist()[6] == "1、推荐我们？ "


def test_the_layout_is_told_with_its_reason(write: Write) -> None:
    source = cl.read_responses(by_number(write)).sources[0]
    assert (source.platform, source.platform_label.zh) == ("wjx", "问卷星")
    assert "按序号" in source.platform_reason.en
    assert "按文本" in cl.read_responses(by_text(write)).sources[0].platform_reason.zh


def test_a_chinese_table_that_is_not_from_there_is_plain() -> None:
    assert find_layout([["序号", "姓名", "1、推荐"], ["1", "甲", "9"]]).platform == "plain"
    assert find_layout([[*LEAD, "备注"], ["1"] * 7]).platform == "plain"


def test_a_response_keeps_its_id_in_both_exports_and_a_second_download(write: Write, small: Survey) -> None:
    ids = cl.read_responses(by_text(write), small).accepted["response_id"].tolist()
    assert ids == cl.read_responses(by_number(write), small).accepted["response_id"].tolist()
    assert len(set(ids)) == 3
    twice = cl.read_responses([by_text(write), by_text(write, "again.csv")], small)
    assert twice.ledger == {"rows_in": 6, "accepted": 3, "quarantined": 0, "superseded": 3}


def test_two_surveys_that_count_from_one_are_not_the_same_responses(write: Write, small: Survey) -> None:
    bare = [["1", "", "", "", "", "", "9", "x"], ["2", "", "", "", "", "", "3", "y"]]
    head = ",".join([*LEAD, "1、推荐我们？", "2、为什么？"])
    paths = [write("\n".join([head, *(",".join(row) for row in bare)]), name) for name in ("spring.csv", "autumn.csv")]
    assert cl.read_responses(paths, small).ledger["superseded"] == 0


def test_the_score_of_an_exam_and_the_address_are_not_questions(write: Write) -> None:
    text = table(["1、推荐我们？"], [["9"]]).replace("来自IP", "来自IP,总分").replace("(上海)", "(上海),55")
    survey = cl.draft_survey(write(text))
    assert [item.name for item in survey.items] == ["q1"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_any_encoding_will_do(write: Write, small: Survey, encoding: str) -> None:
    path = write(by_text(write).read_text(encoding="utf-8"), "coded.csv", encoding)
    assert cl.read_responses(path, small).accepted["branch"].astype("str").fillna("-").tolist() == ["east", "west", "-"]


def test_a_matrix_is_spread_by_its_rows(write: Write, small: Survey) -> None:
    text = table(["1、推荐我们？", "第2题(速度)", "第2题(关怀)"], [["9", "4", "5"], ["8", "-2", "1"]])
    survey = survey_from_dict({**small.to_dict(), "sources": {"wjx": {"grid": "第2题"}}})
    accepted = cl.read_responses(write(text), survey).accepted
    assert accepted["grid__speed"].fillna(0).tolist() == [4, 0]
    assert accepted["grid__care"].tolist() == [5, 1]


def test_options_are_matched_through_their_labels_where_no_question_text_is_there(write: Write, small: Survey) -> None:
    found = cl.read_responses(by_number(write), small).columns.query("role == 'option'")
    assert found["option"].tolist() == ["price", "wait", "staff", "other"]
    assert set(found["verdict"]) == {"likely"}
    assert "4 of 4 option labels" in found["reason_en"].iloc[0]


def test_an_option_the_survey_lacks_is_shown_not_dropped(
    write: Write, small: Survey, small_file: dict[str, Any]
) -> None:
    survey = survey_from_dict({**small_file, "sources": {"wjx": {"pains": "第4题"}}})
    path = write(by_number(write).read_text(encoding="utf-8").replace("第4题(员工)", "第4题(停车)"), "other.csv")
    responses = cl.read_responses(path, survey)
    row = responses.columns[responses.columns["source_column"] == "第4题(停车)"].iloc[0]
    assert (row["verdict"], row["role"]) == ("check", "unused")
    assert "停车" in row["reason_zh"]
    assert responses.accepted["第4题(停车)"].tolist() == ["-3", "0", "0"]


@pytest.fixture
def scored(small_file: dict[str, Any]) -> Survey:
    """A survey whose choices have scores that are not their places."""
    for option, score in zip(small_file["pages"][0]["items"][2]["options"], (2, 1), strict=True):
        option["code"] = score
    return survey_from_dict(small_file)


def test_the_name_of_the_file_says_whether_a_number_is_a_score_or_a_place(write: Write, scored: Survey) -> None:
    text = table(["1、推荐我们？", "3、哪家门店？"], [["9", "1"], ["3", "2"]])
    by_score, by_place, unsaid = (
        cl.read_responses(write(text, name), scored)
        for name in ("31415926_1_门店_2_2.csv", "31415926_2_门店_2_2.csv", "export.csv")
    )
    assert by_score.accepted["branch"].astype(str).tolist() == ["west", "east"]
    assert by_place.accepted["branch"].astype(str).tolist() == ["east", "west"]
    assert unsaid.accepted["branch"].astype(str).tolist() == ["west", "east"]  # the codes of the survey, as ever
    assert "按分数" in by_score.sources[0].platform_reason.zh
    assert "按序号" in by_place.sources[0].platform_reason.en


def test_times_are_beijing_times_wherever_the_survey_is_read(write: Write, small_file: dict[str, Any]) -> None:
    del small_file["timezone"]
    responses = cl.read_responses(by_text(write), survey_from_dict(small_file))
    assert str(responses.accepted["answered_at_utc"].iloc[0]) == "2026-05-02 23:05:01+00:00"
    assert "timezone_unknown" not in set(responses.issues["code"])
