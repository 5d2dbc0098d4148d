"""腾讯问卷: its header, letters before choices, blanks, what its cleaning found, two encodings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
HEADER = (
    "编号,开始答题时间,结束答题时间,答题时长,1.推荐我们？,2.为什么？,3.哪家门店？,4.哪里不好？:价格,4.哪里不好？:等待,"
    "4.哪里不好？:员工,4.哪里不好？:其他,4.哪里不好？:其他_填空1,5.回电？,6.评分:速度,6.评分:关怀,7.次数？_填空1,"
    "语言,清洗数据结果,智能清洗数据无效概率,用户标识,IP,"
)
ROWS = (
    "2,2026/5/26 12:00,2026/5/26 12:01,30,8,还行,A.东店,,等待,,其他,没车位,A.是,4,5,3,简体中文,,0.02,u1,192.0.2.1,\n"
    "1,2026/5/25 23:59,2026/5/26 0:30,9,3,,B.西店,,,,,,B.否,1,2,,简体中文,无效,0.91,u2,192.0.2.2,"
)


def file(write: Write, name: str = "t.csv", encoding: str = "utf-8-sig", header: str = HEADER) -> Path:
    return write(f"{header}\n{ROWS}\n", name, encoding)


def test_the_answers_are_what_was_ticked(write: Write, small: Survey) -> None:
    responses = cl.read_responses(file(write), small)
    first, second = responses.accepted.to_dict("records")
    assert (first["recommend"], first["why"], first["branch"], first["visits"]) == (8, "还行", "east", 3)
    assert [first[f"pains__{part}"] for part in ("price", "wait", "staff", "other")] == [False, True, False, True]
    assert first["pains__other_text"] == "没车位"
    assert (first["grid__speed"], first["grid__care"], second["grid__care"]) == (4, 5, 2)
    assert (first["call"], second["call"], second["branch"]) == (True, False, "west")
    assert set(responses.issues["code"]) == {"item_not_found"}  # this form does not ask for a day and a ranking


def test_times_are_beijing_times_and_the_platform_says_who_and_in_what_language(write: Write, small: Survey) -> None:
    accepted = cl.read_responses(file(write), small).accepted
    assert accepted["answered_at"].astype(str).tolist() == ["2026-05-26 12:01:00", "2026-05-26 00:30:00"]
    assert str(accepted["answered_at_utc"].iloc[0]) == "2026-05-26 04:01:00+00:00"
    assert accepted["respondent_id"].tolist() == ["u1", "u2"]
    assert accepted["language"].astype(str).tolist() == ["zh-CN", "zh-CN"]


def test_what_the_platform_found_invalid_is_kept_and_not_scored(write: Write, small: Survey) -> None:
    responses = cl.read_responses(file(write), small)
    assert responses.accepted["status"].astype(str).tolist() == ["complete", "screened_out"]
    assert len(responses.__closeloop_scores__().frame) == 1
    marked = write(file(write).read_text("utf-8-sig").replace(",无效,", ",无效（答题过快）,"), "why.csv")
    assert cl.read_responses(marked, small).accepted["status"].astype(str).tolist() == ["complete", "screened_out"]


def test_a_person_agrees_with_the_report_on_columns(write: Write, small: Survey) -> None:
    columns = cl.read_responses(file(write), small).columns.set_index("source_column")
    assert columns.loc["4.哪里不好？:其他_填空1", ["item", "role"]].tolist() == ["pains", "other_text"]
    assert columns.loc["4.哪里不好？:价格", ["item", "option", "verdict"]].tolist() == ["pains", "price", "certain"]
    assert "screened_out" in columns.loc["清洗数据结果", "reason_en"]
    assert columns["reason_zh"].iloc[-1] == "没有表头"  # the empty column at the end


def test_the_platform_is_told_with_its_reason_in_both_encodings(write: Write, small: Survey) -> None:
    left, right = (cl.read_responses(file(write, f"{name}.csv", name), small) for name in ("utf-8-sig", "gb18030"))
    assert right.sources[0].encoding == "gb18030"
    assert {s.platform for each in (left, right) for s in each.sources} == {"tencent"}
    assert "开始答题时间" in left.sources[0].platform_reason.zh
    assert left.accepted.drop(columns="source_file").equals(right.accepted.drop(columns="source_file"))


def test_a_question_with_a_colon_and_one_with_several_blanks() -> None:
    header = ["编号", "开始答题时间", "结束答题时间", "1.最缺：速度:还是价格？:A.快", "1.最缺：速度:还是价格？:B.慢"]
    header += ["2.您来自于：_填空1", "2.您来自于：_填空2", "3.一题:一行"]
    columns = find_layout([header, ["1"] * len(header)]).columns
    assert [(c.question, c.option, c.role) for c in columns[3:]] == [
        ("最缺：速度:还是价格？", "快", "option"),
        ("最缺：速度:还是价格？", "慢", "option"),
        ("您来自于：_填空1", None, "answer"),
        ("您来自于：_填空2", None, "answer"),
        ("3.一题:一行".removeprefix("3."), None, "answer"),
    ]


@pytest.mark.parametrize("gone", ["编号", "答题时长", "用户标识", "清洗数据结果", "语言"])
def test_a_column_that_an_export_lacks_is_not_missed(write: Write, small: Survey, gone: str) -> None:
    responses = cl.read_responses(file(write, header=HEADER.replace(gone, "备注")), small)
    assert responses.sources[0].platform == "tencent"
    assert responses.ledger["accepted"] == 2


def test_a_response_downloaded_twice_is_one_response(write: Write, small: Survey) -> None:
    twice = cl.read_responses([file(write), file(write, "again.csv", "gb18030")], small)
    assert twice.ledger == {"rows_in": 4, "accepted": 2, "quarantined": 0, "superseded": 2}


def test_a_draft_has_the_choices_without_their_letters(write: Write) -> None:
    survey = cl.draft_survey(write(f"{HEADER}\n" + f"{ROWS}\n" * 6))
    assert [o.value for o in survey.item("q3").options] == ["东店", "西店"]
