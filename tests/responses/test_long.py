"""Long tables, several files, labels and codes: however an export is cut, it gives the same answers."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.random_surveys import random_answers, random_survey

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
Cells = dict[str, str]
SEEDS = range(12)
PLACE = ["source_file", "source_row"]


def options_of(item: Any) -> list[str]:
    """The values of a question's choices, those of its own making last."""
    extra = [name for name in ("other", "none") if getattr(item, name, False)] if item.type != "ranking" else []
    return [*(option.value for option in item.options), *extra]


def cells(survey: Survey, answers: Mapping[str, Any], *, labels: bool = False) -> Cells:
    """One response as a wide row: header → text, a column for each option and row."""
    tag = survey.languages[0]
    row: Cells = {}
    for item in survey.items:
        value = answers.get(item.name)
        if item.type == "note" or value is None:
            continue
        named = {o.value: o.text[tag] for o in (getattr(item, "options", None) or getattr(item, "columns", None) or ())}
        said = named if labels else {}
        if item.type == "multi":
            row |= {f"{item.name}.{name}": str(int(name in value)) for name in options_of(item)}
        elif item.type == "ranking":
            row |= {f"{item.name}.{name}": str(value.index(name) + 1) for name in value}
        elif item.type == "matrix":
            row |= {f"{item.name}.{name}": str(said.get(point, point)) for name, point in value.items()}
        elif item.type == "yesno":
            row[item.name] = "yes" if value else "no"
        else:
            row[item.name] = str(said.get(value, value))
        beside = answers.get(f"{item.name}__other_text")
        if beside is not None:
            row[f"{item.name}.other_text"] = str(beside)
    return row


def wave(seed: int, n: int = 8) -> tuple[Survey, list[Cells], list[Cells]]:
    """A random survey, and some responses to it in codes and in labels."""
    survey = survey_from_dict(random_survey(seed))
    rng = random.Random(seed)
    answers = [random_answers(survey, rng) for _ in range(n)]
    coded = [{"response_id": f"R{i}", **cells(survey, each)} for i, each in enumerate(answers)]
    labelled = [{"response_id": f"R{i}", **cells(survey, each, labels=True)} for i, each in enumerate(answers)]
    return survey, coded, labelled


def put(path: Path, rows: Sequence[Mapping[str, str]], headers: Iterable[str] = ()) -> Path:
    names = list(dict.fromkeys([*headers, *(name for row in rows for name in row)]))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([names, *([row.get(name, "") for name in names] for row in rows)])
    return path


def long_rows(rows: Sequence[Mapping[str, str]], *, option: bool) -> list[Cells]:
    lines = []
    for row in rows:
        for name, text in row.items():
            if name == "response_id":
                continue
            head, dot, part = name.partition(".") if option else (name, "", "")
            line = {"response_id": row["response_id"], "question": head}
            lines.append({**line, **({"option": part} if option else {}), "answer": text})
            del dot
    return lines


def same(left: cl.Responses, right: cl.Responses) -> None:
    drop = [*PLACE]
    a, b = (r.accepted.drop(columns=drop).sort_values("response_id", ignore_index=True) for r in (left, right))
    pd.testing.assert_frame_equal(a[sorted(a)], b[sorted(b)], check_categorical=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_long_table_gives_what_the_wide_one_gives(tmp_path: Path, seed: int) -> None:
    survey, rows, _ = wave(seed)
    rows = [row for row in rows if len(row) > 1]
    wide = cl.read_responses(put(tmp_path / "wide.csv", rows), survey)
    for option in (False, True):
        lines = long_rows(rows, option=option)
        long = cl.read_responses(put(tmp_path / f"long{option}.csv", lines), survey)
        assert long.ledger == wide.ledger == {**wide.ledger, "rows_in": len(rows), "quarantined": 0}
        same(wide, long)
        assert long.raw["answer"].astype(str).tolist() == [line["answer"] for line in lines]
        first = {line["response_id"]: n for n, line in reversed(list(enumerate(lines, start=2)))}
        assert dict(zip(long.accepted["response_id"], long.accepted["source_row"], strict=True)) == first


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_may_stand_in_any_order(tmp_path: Path, seed: int) -> None:
    survey, rows, _ = wave(seed)
    headers = list(dict.fromkeys(name for row in rows for name in row))
    straight = cl.read_responses(put(tmp_path / "a.csv", rows, headers), survey)
    random.Random(seed).shuffle(headers)
    shuffled = cl.read_responses(put(tmp_path / "b.csv", rows, headers), survey)
    left, right = (r.accepted.drop(columns="source_file") for r in (straight, shuffled))
    pd.testing.assert_frame_equal(left, right[list(left)])


@pytest.mark.parametrize("seed", SEEDS)
def test_files_of_one_wave_may_differ_and_overlap(tmp_path: Path, seed: int) -> None:
    survey, rows, labelled = wave(seed)
    whole = cl.read_responses(put(tmp_path / "whole.csv", rows), survey)
    rng = random.Random(seed)
    parts = []
    for number, part in enumerate((rows[:3], labelled[2:6], rows[5:])):  # rows 2 and 5 are in two files
        headers = list(dict.fromkeys(name for row in part for name in row))
        rng.shuffle(headers)
        parts.append(put(tmp_path / f"part{number}.csv", part, headers))
    several = cl.read_responses(parts, survey)
    assert several.ledger == {"rows_in": 10, "accepted": 8, "quarantined": 0, "superseded": 2}
    same(whole, several)
    assert several.superseded["superseded_by"].tolist() == ["part1.csv:2", "part2.csv:2"]


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_and_codes_of_one_survey_are_one_data_set(tmp_path: Path, seed: int) -> None:
    survey, rows, labelled = wave(seed)
    paths = [put(tmp_path / "codes.csv", rows), put(tmp_path / "labels.csv", labelled)]
    codes, labels = (cl.read_responses(path, survey) for path in paths)
    same(codes, labels)
    together = cl.read_responses(paths, survey)
    assert together.ledger == {"rows_in": 16, "accepted": 8, "quarantined": 0, "superseded": 8}
    same(codes, together)


LONG = """\
response_id,answered_at,question,answer
a,2026-05-01 10:00,recommend,9
a,2026-05-01 10:00,Why?,"fast, good"
b,2026-05-02 10:00,recommend,3
b,2026-05-02 10:00,recommend,4
b,2026-05-02 10:00,Visits?,2
c,2026-05-03 09:00,recommend,6
c,,pains,price
c,2026-05-03 09:30,pains,Waiting
c,2026-05-03 09:00,Which branch?,East
c,2026-05-03 09:00,Which branch?,West
c,2026-05-03 09:00,Which branch?,West
,2026-05-03 09:00,recommend,7
d,2026-05-03 09:00,,lost?
d,2026-05-03 09:00,recommend,8
"""


def test_two_answers_to_one_question_are_a_conflict_and_choices_are_not(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write(LONG), small)
    assert responses.ledger == {"rows_in": 5, "accepted": 3, "quarantined": 2, "superseded": 0}
    accepted = responses.accepted.set_index("response_id")
    assert accepted.loc["c", ["pains__price", "pains__wait", "pains__staff"]].tolist() == [True, True, False]
    assert pd.isna(accepted.loc["c", "branch"])
    found = responses.issues.query("code == 'answers_conflict'")
    assert found[["source_row", "item", "effect", "raw_value"]].astype(str).values.tolist() == [
        ["4", "recommend", "quarantined", "3┋4"],
        ["7", "branch", "blanked", "East┋West"],
    ]
    assert "“East”, “West”" in found["message_en"].iloc[1]
    said = responses.issues.query("source_row == 0").set_index("code")["message_en"]
    assert said["long_table"] == "14 lines of a long table make 5 responses; each stands where its first line is"
    assert "1 response says different things in “answered_at”" in said["long_varies"]
    assert "1 answer without a question" in said["long_no_question"]
    assert "a long table" in responses.sources[0].platform_reason.en


def test_every_line_is_in_raw_and_in_the_quarantine_and_can_be_corrected(
    write: Write, small: Survey, tmp_path: Path
) -> None:
    responses = cl.read_responses(write(LONG), small)
    assert len(responses.raw) == 14
    aside = responses.quarantined
    assert aside["source_row"].tolist() == [4, 5, 6, 13]
    assert aside["problems"].str.contains("several answers").tolist() == [True, True, True, False]
    responses.write(tmp_path / "out")
    fixed = pd.read_csv(tmp_path / "out" / "quarantined.csv", dtype=str, keep_default_na=False)
    fixed.loc[1, "answer"] = ""
    again = responses.amend(fixed)
    assert again.ledger == {"rows_in": 5, "accepted": 4, "quarantined": 1, "superseded": 0}
    assert again.accepted.set_index("response_id").loc["b", ["recommend", "visits"]].tolist() == [3, 2]
    assert again.issues.query("code == 'amended'")["source_row"].tolist() == [4]


def test_a_wide_table_is_not_taken_for_a_long_one(write: Write, small: Survey) -> None:
    text = "response_id,question,answer,recommend\na,x,y,9\nb,x,y,8\n"
    assert cl.read_responses(write(text), small).ledger["rows_in"] == 2
    repeated = "response_id,question,answer,recommend\na,x,y,9\na,x,y,8\n"
    assert cl.read_responses(write(repeated), small, layout="wide").ledger["rows_in"] == 2


def test_a_long_table_can_be_asked_for(write: Write, small: Survey) -> None:
    text = "answer,question,response_id\n9,recommend,a\n8,recommend,b\n"
    assert cl.read_responses(write(text), small, layout="long").accepted["recommend"].tolist() == [9, 8]
    with pytest.raises(cl.ResponseValidationError, match="response_id, question, answer"):
        cl.read_responses(write("recommend\n9\n"), small, layout="long")
    with pytest.raises(cl.ResponseValidationError, match="auto, wide or long"):
        cl.read_responses(write(text), small, layout="tall")


def test_chinese_headers_make_a_long_table_too(write: Write, small: Survey) -> None:
    text = "答卷编号,题目,选项,答案\n1,推荐我们？,,9\n1,评分,速度,5\n1,评分,关怀,4\n2,推荐我们？,,3\n"
    accepted = cl.read_responses(write(text), small).accepted
    assert accepted["recommend"].tolist() == [9, 3]
    assert accepted[["grid__speed", "grid__care"]].iloc[0].tolist() == [5, 4]


def test_a_long_table_is_drafted_question_by_question(write: Write) -> None:
    lines = [
        f"{n},{q},{a}" for n in range(20) for q, a in (("How was it?", n % 5 + 1), ("Which?", ["East", "West"][n % 2]))
    ]
    lines += [f"{n},What hurt?,{a}" for n in range(20) for a in ("Price", "Wait")[: n % 2 + 1]]
    path = write("response_id,question,answer\n" + "\n".join(lines) + "\n")
    survey = cl.draft_survey(path)
    assert [(item.ask.en, item.type) for item in survey.items if item.ask] == [
        ("How was it?", "rating"),
        ("Which?", "single"),
        ("What hurt?", "multi"),
    ]
    accepted = cl.read_responses(path, survey).accepted
    assert len(accepted) == 20
    assert accepted.filter(like="__Wait").sum().sum() == 10
