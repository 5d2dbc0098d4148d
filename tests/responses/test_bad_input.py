"""Input that cannot be used: what is wrong, where, and what to do, in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import closeloop as cl
from closeloop.responses import progress
from closeloop.survey.survey import Survey
from closeloop.text import set_language

Write = Callable[..., Path]
SURVEY = """\
format: 1
id: visit
version: 1
languages: [en, zh-CN]
title: {en: Visit, zh-CN: 到店}
pages:
  - name: main
    items:
      - name: score
        type: nps
        ask: {en: "Recommend us?", zh-CN: 推荐我们？}
      - name: why
        type: comment
        ask: {en: "Why?", zh-CN: 为什么？}
metrics:
  nps: {kind: nps, item: score}
"""


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n \n", b"\xff\xfe"])
def test_an_empty_file_is_said(write: Write, small: Survey, data: bytes) -> None:
    with pytest.raises(cl.InsufficientDataError, match=r"answers\.csv is empty.*export it again") as error:
        cl.read_responses(write(data), small)
    assert "空文件" in error.value.text.zh


@pytest.mark.parametrize(
    "text", ["recommend,why", "recommend,why\n", "recommend,why\r\n\r\n\n", '"recommend","why\nnot"\n']
)
def test_a_header_alone_is_said(write: Write, small: Survey, text: str) -> None:
    with pytest.raises(cl.InsufficientDataError, match=r"answers\.csv has a header but no answer below it") as error:
        cl.read_responses(write(text), small)
    assert "只有表头" in error.value.text.zh


def test_one_empty_file_among_several_is_named(write: Write, small: Survey) -> None:
    paths = [write("recommend\n9\n", "full.csv"), write("", "void.csv")]
    with pytest.raises(cl.InsufficientDataError, match=r"void\.csv"):
        cl.read_responses(paths, small)


def test_a_file_that_is_not_there_is_an_error_with_the_nearest_in_the_folder(write: Write, small: Survey) -> None:
    path = write("recommend\n9\n", "answers_2026.csv")
    with pytest.raises(FileNotFoundError, match=r"In the same folder there is: answers_2026\.csv"):
        cl.read_responses(path.with_name("answers_2025.csv"), small)
    with pytest.raises(FileNotFoundError, match="Check the path"):
        cl.read_responses("/nowhere/at/all.csv", small)
    with pytest.raises(FileNotFoundError):
        cl.read_responses(path.parent, small)  # a folder is no file


def test_no_matching_column_shows_the_nearest_names_and_a_stub_to_paste(write: Write, small: Survey) -> None:
    with pytest.raises(cl.ResponseValidationError) as error:
        cl.read_responses(write("recomend,wy,zzz\n9,a,b\n"), small)
    for text in (error.value.text.en, error.value.text.zh):
        assert "recommend ↔ “recomend”" in text
        assert "sources:\n  plain:\n    recommend: {column: " in text
        assert "columns={" in text
        assert "answers.csv" in text
    assert "No column of" in error.value.text.en
    assert "没有一列" in error.value.text.zh


def test_the_stub_can_be_pasted_into_the_survey_file(write: Write) -> None:
    survey = cl.load_survey(write(SURVEY, "visit.survey.yaml"))
    export = write("Punkte,Warum\n9,gut\n")
    with pytest.raises(cl.ResponseValidationError) as error:
        cl.read_responses(export, survey)
    stub = error.value.text.en[error.value.text.en.index("sources:") :]
    pasted = SURVEY + stub.replace('score: {column: "…"}', 'score: {column: "Punkte"}').replace("…", "Warum") + "\n"
    responses = cl.read_responses(export, write(pasted, "pasted.survey.yaml"))
    assert responses.accepted[["score", "why"]].values.tolist() == [[9, "gut"]]


@pytest.mark.parametrize(
    ("old", "new", "words", "worte"),
    [
        ("- name: why", "- name: score", "score", "score"),
        ("        type: nps\n", '        type: nps\n        show_if: "{why} = 1"\n', "why", "why"),
        ("    items:", "\t  items:", "[Tt]ab", "制表符"),
        ('ask: {en: "Why?", zh-CN: 为什么？}', 'ask: {en: "Why?"}', "zh-CN", "zh-CN"),
        ("type: comment", "type: coment", "comment", "comment"),
        ("required", "", "", ""),
        ("item: score", "item: skore", "score", "score"),
    ],
)
def test_a_survey_file_with_a_fault_says_file_and_line(
    write: Write, old: str, new: str, words: str, worte: str
) -> None:
    text = SURVEY.replace(old, new)
    if "show_if" in new:
        text = text.replace("type: comment\n", 'type: comment\n        show_if: "{score} > 3"\n')
    export = write("score,why\n9,a\n")
    path = write(text, "visit.survey.yaml")
    if text == SURVEY:
        assert cl.read_responses(export, path).ledger["accepted"] == 1
        return
    with pytest.raises(cl.SurveyDefinitionError, match=words) as error:
        cl.read_responses(export, path)
    assert "visit.survey.yaml" in str(error.value)
    assert any(char.isdigit() for char in str(error.value).split("visit.survey.yaml", 1)[1])
    set_language("zh-CN")
    assert worte in str(error.value)
    assert any("\u4e00" <= char <= "\u9fff" for char in str(error.value))


def test_an_unknown_survey_is_an_error_with_the_nearest(write: Write) -> None:
    with pytest.raises((cl.CloseloopError, OSError), match="relationship-nps"):
        cl.read_responses(write("recommend\n9\n"), "relationship_nps")


def test_every_message_about_bad_input_has_both_languages(write: Write, small: Survey) -> None:
    responses = cl.read_responses(
        write("response_id,recommend,visits,day,call,x\na,11,x,soon,maybe,1\n,9,,,,\nb,7.5,1e99,2026-02-30,?,2,3,4\n"),
        small,
    )
    issues = responses.issues
    assert len(issues) > 8
    assert (issues["message_en"] != "").all()
    assert (issues["message_zh"].astype(str) != issues["message_en"].astype(str)).all()
    assert issues["message_zh"].str.contains("[\u4e00-\u9fff]").all()
    remedies = issues[issues["severity"] == "error"]
    assert ((remedies["suggestion_en"] == "") == (remedies["suggestion_zh"] == "")).all()


def test_progress_is_reported_from_the_start_to_the_end(
    write: Write, small: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich import console

    shown = io.StringIO()
    whole = console.Console
    monkeypatch.setattr(console, "Console", lambda stderr: whole(file=shown, force_terminal=True, width=100))
    path = write("recommend,why\n" + "9,abc\n" * 5000)
    assert cl.read_responses(path, small, progress=True).ledger["accepted"] == 5000
    assert "Reading answers.csv" in shown.getvalue()
    assert "100%" in shown.getvalue() or "30.0/30.0 kB" in shown.getvalue()


def test_the_reader_of_each_kind_of_file_reports_its_progress(write: Write) -> None:
    from closeloop.responses.read import open_source

    for text in ("recommend,why\n" + "9,abc\n" * 2000, "recommend,why\n9\n8,a,b\n"):
        calls: list[tuple[int, int]] = []
        path = write(text)
        open_source(path).cells(1, lambda done, total, calls=calls: calls.append((done, total)))
        assert calls[-1] == (path.stat().st_size, path.stat().st_size)
        assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_small_files_and_frames_show_no_progress(
    write: Write, small: Survey, capsys: pytest.CaptureFixture[str]
) -> None:
    cl.read_responses(write("recommend\n9\n"), small)
    cl.read_responses(pd.DataFrame({"recommend": [9]}), small, progress=True)
    assert capsys.readouterr() == ("", "")
    with progress.shown_progress(Path("no such file"), None) as report:
        assert report is None


@pytest.mark.parametrize(("start", "kind"), [(b"PK\x03\x04", "ZIP / XLSX"), (b"PAR1", "Parquet"), (b"$FL2", "SPSS")])
def test_a_file_of_another_kind_that_is_named_csv_is_told_by_its_first_bytes(
    tmp_path: Path, start: bytes, kind: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(start + b"recommend\n9\n")
    with pytest.raises(cl.ResponseValidationError, match=f"answers.csv is called a text file, but .* a {kind} file"):
        cl.read_responses(path)
