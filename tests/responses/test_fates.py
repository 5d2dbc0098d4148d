"""What becomes of rows: statuses, duplicates by policy, several files; and that every row is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


def policy(small_file: dict[str, Any], *rules: dict[str, str]) -> Survey:
    return survey_from_dict({**small_file, "duplicates": list(rules)})


TWICE = (
    "response_id,answered_at,recommend,why,branch\n"
    "a,2026-01-03 10:00,1,,\n"
    "a,2026-01-01 10:00,2,x,east\n"
    "a,2026-01-02 10:00,3,y,\n"
    "b,2026-01-01 10:00,9,,\n"
)


@pytest.mark.parametrize(
    ("keep", "scores"), [("last", [1, 9]), ("first", [2, 9]), ("most_complete", [2, 9]), ("all", [1, 2, 3, 9])]
)
def test_one_response_id_twice(write: Write, small_file: dict[str, Any], keep: str, scores: list[int]) -> None:
    responses = cl.read_responses(write(TWICE), policy(small_file, {"by": "response_id", "keep": keep}))
    assert responses.accepted["recommend"].tolist() == scores
    assert responses.ledger["superseded"] == 4 - len(scores)
    assert responses.ledger["quarantined"] == 0
    issues = responses.issues.query("code == 'duplicate_response_id'")
    assert set(issues["effect"].astype(str)) <= {"superseded"}
    assert sorted(issues["source_row"]) == sorted(responses.superseded["source_row"])
    if keep != "all":
        winner = responses.accepted["source_row"].iloc[0]
        assert set(responses.superseded["superseded_by"]) == {f"answers.csv:{winner}"}


def test_without_times_the_order_in_the_file_decides(write: Write, small_file: dict[str, Any]) -> None:
    text = "response_id,recommend\na,1\na,2\n"
    for keep, score in (("last", 2), ("first", 1)):
        survey = policy(small_file, {"by": "response_id", "keep": keep})
        assert cl.read_responses(write(text), survey).accepted["recommend"].tolist() == [score]


def test_respondents_may_answer_again_unless_the_survey_says_otherwise(
    write: Write, small: Survey, small_file: dict[str, Any]
) -> None:
    rows = ["r1,p,2026-01-02,3", "r2,p,2026-01-01,9", "r3,q,2026-01-01,7", "r4,,2026-01-01,5", "r5,,2026-01-01,6"]
    text = "\n".join(["response_id,respondent_id,answered_at,recommend", *rows])
    assert cl.read_responses(write(text), small).ledger["accepted"] == 5
    responses = cl.read_responses(write(text), policy(small_file, {"by": "respondent_id", "keep": "first"}))
    assert responses.accepted["response_id"].tolist() == ["r2", "r3", "r4", "r5"]
    assert responses.superseded["superseded_by"].tolist() == ["answers.csv:3"]


def test_both_rules_apply_one_after_the_other(write: Write, small_file: dict[str, Any]) -> None:
    text = "response_id,respondent_id,recommend\nr1,p,1\nr1,p,2\nr2,p,3\n"
    survey = policy(small_file, {"by": "response_id", "keep": "first"}, {"by": "respondent_id", "keep": "first"})
    responses = cl.read_responses(write(text), survey)
    assert responses.accepted["recommend"].tolist() == [1]
    assert responses.ledger == {"rows_in": 3, "accepted": 1, "quarantined": 0, "superseded": 2}


def test_tests_and_screened_out_rows_are_kept_and_not_scored(write: Write, small: Survey) -> None:
    states = ["complete", "", "late", "partial", "partial", "test", "screened_out", "Complete", "whatever"]
    scores = ["9", "9", "9", "9", "", "0", "0", "9", "9"]
    text = "status,recommend\n" + "\n".join(map(",".join, zip(states, scores, strict=True)))
    responses = cl.read_responses(write(text), small)
    assert responses.ledger["accepted"] == 9
    result = responses.score("nps", min_n=1).result()
    assert (result.promoters, result.passives, result.detractors) == (6, 0, 0)
    assert result.n_missing == 0  # who left before the question did not leave it blank


def test_the_survey_names_the_statuses_of_its_source(write: Write, small_file: dict[str, Any]) -> None:
    survey = survey_from_dict({**small_file, "status": {"test": ["probe"], "partial": ["abgebrochen"]}})
    accepted = cl.read_responses(write("status,recommend\nProbe,9\nABGEBROCHEN,8\nok,7\n"), survey).accepted
    assert accepted["status"].astype(str).tolist() == ["test", "partial", "complete"]


def test_strict_raises_with_everything_in_the_report(write: Write, small: Survey) -> None:
    path = write("recommend,visits\n9,1\n11,x\n7.5,2\n")
    with pytest.raises(cl.ResponseValidationError, match=r"3 answers were set aside.*row 3 of answers\.csv") as error:
        cl.read_responses(path, small, strict=True)
    report = error.value.report
    assert report is not None
    assert report[["source_row", "code"]].astype(str).values.tolist() == [
        ["3", "out_of_range"],
        ["3", "not_a_number"],
        ["4", "not_integer"],
    ]
    assert error.value.text.zh.startswith("有 3 个")
    assert cl.read_responses(write("recommend\n9\n", "good.csv"), small, strict=True).ledger["accepted"] == 1


def test_strict_is_not_stopped_by_what_is_only_noted(write: Write, small: Survey) -> None:
    text = "response_id,recommend,pains\na,N/A,\na,9,price\n"
    assert cl.read_responses(write(text), small, strict=True).ledger["superseded"] == 1


def test_several_files_differ_in_columns_and_platforms(write: Write, small: Survey) -> None:
    head = "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、推荐我们？,2、哪家门店？\n"
    rows = "1,2026/5/3 7:05:00,9秒,微信,,x,9,西店\n2,2026/5/3 7:06:00,9秒,微信,,x,11,东店\n"
    wjx = write(head + rows, "w.csv", "gb18030")
    plain = write("recommend;why;extra\n3;=1+1;e\n10;b;f\n", "p.csv")
    responses = cl.read_responses([wjx, plain], small)
    assert responses.ledger == {"rows_in": 4, "accepted": 3, "quarantined": 1, "superseded": 0}
    assert [(s.platform, s.encoding, s.rows) for s in responses.sources] == [
        ("wjx", "gb18030", 2),
        ("plain", "utf-8", 2),
    ]
    assert responses.accepted["recommend"].tolist() == [9, 3, 10]
    assert responses.accepted["extra"].fillna("-").tolist() == ["-", "e", "f"]
    assert responses.quarantined["source_file"].astype(str).tolist() == ["w.csv"]
    assert set(responses.columns["source_file"]) == {"w.csv", "p.csv"}
    fixed = responses.amend(responses.quarantined.assign(**{"1、推荐我们？": "1"}))
    assert fixed.ledger["accepted"] == 4


def test_one_file_read_twice_counts_once(write: Write, small: Survey) -> None:
    path = write("recommend,why\n9,a\n9,a\n8,b\n")
    assert cl.read_responses([path, path], small).ledger == {
        "rows_in": 6,
        "accepted": 3,
        "quarantined": 0,
        "superseded": 3,
    }


def test_a_choice_of_seventy_options_may_be_spread_over_columns(write: Write, small_file: dict[str, Any]) -> None:
    options = [{"value": f"o{i}", "text": {"en": f"Option {i}", "zh-CN": f"选项{i}"}} for i in range(70)]
    small_file["pages"][0]["items"][3] = {
        "name": "pains",
        "type": "multi",
        "ask": {"en": "?", "zh-CN": "？"},
        "options": options,
    }
    names = [f"pains__o{i}" for i in range(70)]
    ticks = ["1" if i in (3, 68) else "0" for i in range(70)]
    text = ",".join(["recommend", *names]) + "\n" + ",".join(["9", *ticks]) + "\n"
    accepted = cl.read_responses(write(text), survey_from_dict(small_file)).accepted
    assert [name for name in names if accepted[name].iloc[0]] == ["pains__o3", "pains__o68"]


FILE = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "c"]),
        st.sampled_from(["", "9", "11", "N/A", "x"]),
        st.sampled_from(["", "u", "v"]),
    ),
    min_size=1,
    max_size=6,
)


@given(
    files=st.lists(FILE, min_size=1, max_size=3),
    keep=st.sampled_from(["first", "last", "all", "most_complete"]),
    ids=st.booleans(),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_row_of_any_file_is_lost(
    small_file: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    files: list[list[tuple[str, str, str]]],
    keep: str,
    ids: bool,
) -> None:
    folder = tmp_path_factory.mktemp("several")
    paths = []
    for number, rows in enumerate(files):
        header = f"{'response_id' if ids else 'code'},recommend,why{number}"
        path = folder / f"{number}.csv"
        path.write_text("\n".join([header, *map(",".join, rows)]), encoding="utf-8")
        paths.append(path)
    responses = cl.read_responses(paths, policy(small_file, {"by": "response_id", "keep": keep}))
    ledger = responses.ledger
    assert (
        ledger["rows_in"] == sum(map(len, files)) == ledger["accepted"] + ledger["quarantined"] + ledger["superseded"]
    )
    parts = [responses.accepted, responses.quarantined, responses.superseded]
    places = [
        place for part in parts for place in zip(part["source_file"].astype(str), part["source_row"], strict=True)
    ]
    assert sorted(places) == sorted(
        (f"{n}.csv", row) for n, rows in enumerate(files) for row in range(2, len(rows) + 2)
    )
    assert responses.accepted["response_id"].is_unique or keep == "all"
    standing = set(map(tuple, responses.accepted[["source_file", "source_row"]].astype(str).values))
    assert {tuple(text.rsplit(":", 1)) for text in responses.superseded["superseded_by"]} <= standing
    for frame in (responses.accepted, responses.superseded):
        raw = responses.raw.astype(str).set_index(["source_file", "source_row"])["recommend"]
        for file, row, score in frame[["source_file", "source_row", "recommend"]].itertuples(index=False):
            assert (raw[(str(file), str(row))] == str(score)) or pd.isna(score)
