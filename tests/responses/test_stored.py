"""Imports in parts: odd files cut at every place, faults on the way, and figures counted where the rows lie."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.responses.test_stored_same import asked, check_same
from typer.testing import CliRunner

import closeloop as cl
from closeloop.cli import app
from closeloop.errors import StoreError
from closeloop.responses.stored import tables
from closeloop.responses.stored.stage import Stage
from closeloop.survey.survey import Survey

Write = Callable[..., Path]

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
CUT = {
    "a line break in quotes": 'response_id,recommend,why\na,9,"one\ntwo\nthree"\nb,10,x\nc,3,"y\n\nz"\n',
    "carriage returns": "response_id,recommend,why\r\na,9,x\r\nb,10,\r\nc,3,y\r\n",
    "a quote never closed": 'response_id,recommend,why\na,9,x\nb,10,"y\nc,3,z\nd,4,\n',
    "a quote within an answer": 'response_id,recommend,why\na,9,5" screen\nb,10,x\nc,3,y\n',
    "the proof in the last row": "response_id,answered_at,recommend\na,3/4/2026,9\nb,4/4/2026,8\nc,25/4/2026,1\n",
    "a wide record in the last row": "response_id,recommend,why\na,9,x\nb,10,y\nc,3,z,,more\n",
    "one column that ends in blanks": "recommend\n9\n\n10\n\n\n",
    "rows that are alike": "recommend,why\n9,\n9,\n10,x\n9,\n",
    "rows that are alike, with a time": "recommend,answered_at\n9,2026-05-03\n9,2026-05-03\n9,2026-05-03\n",
}


@pytest.mark.parametrize("kind", CUT)
def test_a_file_may_be_cut_anywhere(kind: str, write: Write, tmp_path: Path) -> None:
    check_same([write(CUT[kind])], asked(0), tmp_path / "out", 1 if "proof" in kind else 2)


def test_characters_of_several_bytes_may_be_cut(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("closeloop.responses.delimited._BLOCK_BYTES", 64)
    text = "response_id,recommend,why\n" + "".join(f"{i},9,客服态度好，配送{i % 7}天\n" for i in range(40))
    check_same([write(text, encoding="gb18030")], asked(0), tmp_path / "out", 3, encoding="gb18030")


def test_files_are_laid_below_each_other(write: Write, tmp_path: Path) -> None:
    paths = [
        write("response_id,recommend,language\na,9,zh\nb,11,fr\n", "one.csv"),
        write("response_id;recommend;shop\na;8;X\nc;7;Y\n", "two.csv"),
        write("recommend,why\n9,\n9,\n", "three.csv"),
        write("recommend,why\n9,\n9,\n", "four.csv"),
    ]
    check_same(paths, asked(0), tmp_path / "out", 1)


def test_numbers_and_times_of_parquet_are_written_as_of_the_whole_column(tmp_path: Path) -> None:
    times = pd.to_datetime(["2026-05-03 10:00", "2026-05-04", "2026-05-05 08:00:00.5"], format="ISO8601")
    frame = pd.DataFrame({"recommend": [9.0, np.nan, 7.5], "visits": [1.0, 2.0, 3.0], "answered_at": times})
    frame.to_parquet(tmp_path / "answers.parquet")
    check_same([tmp_path / "answers.parquet"], asked(0), tmp_path / "out", 1)


def test_exports_of_platforms_are_the_same_in_parts(tmp_path: Path) -> None:
    paths = []
    for name in ("relationship_qualtrics_2025-07_2026-06.csv", "281746093_2_客户关系调查_4008_4008.csv"):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(b"".join((SAMPLE / name).read_bytes().splitlines(keepends=True)[:403]))
    check_same(paths, cl.load_survey("relationship-nps"), tmp_path / "out", 150)


def test_one_word_in_the_last_row_says_that_numbers_are_no_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("closeloop.responses.delimited._BLOCK_BYTES", 500)
    said = ["2"] * 30 + ["是"]
    rows = "".join(f"{i},2026/5/3 10:00:00,60秒,微信,N/A,1.1.1.{i},9,{each}\n" for i, each in enumerate(said, start=1))
    path = tmp_path / "1_2_small_31_31.csv"
    header = "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、推荐我们？,2、回电？\n"
    path.write_text(header + rows, encoding="utf-8")
    check_same([path], asked(0), tmp_path / "out", 10)
    assert (cl.import_responses(path, asked(0), tmp_path / "out", rows=10).issues["code"] == "not_yes_no").sum() == 30


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with comments, times and people, some of them twice."""
    path = tmp_path_factory.mktemp("stored") / "answers.csv"
    rng = np.random.default_rng(7)
    rows = pd.DataFrame(
        {
            "response_id": [f"r{i % 290}" for i in range(300)],
            "answered_at": pd.Timestamp("2026-03-01") + pd.to_timedelta(rng.integers(0, 120, 300), "D"),
            "recommend": rng.integers(0, 12, 300),
            "branch": rng.choice(["east", "west"], 300),
            "status": rng.choice(["complete", "partial", "test"], 300, p=[0.8, 0.1, 0.1]),
            "why": rng.choice(["I am angry", "fine", "", "so happy, but I was worried"], 300),
        }
    )
    rows.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def stored(answers: Path) -> cl.StoredResponses:
    """That file imported in parts."""
    return cl.import_responses(answers, asked(0), answers.parent / "out", rows=70)


def test_what_is_counted_on_disk_is_what_is_counted_in_memory(answers: Path, stored: cl.StoredResponses) -> None:
    whole = cl.read_responses(answers, asked(0))
    pd.testing.assert_frame_equal(stored.score("nps", "branch").to_frame(), whole.score("nps", "branch").to_frame())
    there, here = (cl.trend(each, "nps", "week", min_n=1).to_frame() for each in (stored, whole))
    pd.testing.assert_frame_equal(there, here)
    assert cl.open_responses(stored.folder).ledger == whole.ledger
    pd.testing.assert_frame_equal(stored.quarantined, whole.quarantined.astype(stored.quarantined.dtypes.to_dict()))
    assert f"<b>{whole.ledger['rows_in']} rows in" in stored._repr_html_()


def test_comments_are_coded_in_blocks_as_they_are_at_once(stored: cl.StoredResponses, tmp_path: Path) -> None:
    book = cl.load_codebook("emotions")
    path = cl.code_to_parquet(stored, book, tmp_path / "coded.parquet", text="why", rows=50)
    rows = pd.read_parquet(stored.folder / "accepted")
    at_once = cl.code_mentions(rows["why"], book, ids=rows["response_id"])
    found = at_once.to_frame().dropna(subset="code")
    coded = pd.read_parquet(path)
    assert coded["response_id"].tolist() == found["id"].tolist()
    assert coded[["theme", "text", "found"]].values.tolist() == found[["code", "text", "found"]].values.tolist()
    impact = [cl.theme_impact(each, rows, cl.Nps("recommend")) for each in (at_once, coded)]
    figures = [[(row.theme, row.n, row.impact) for row in each.themes] for each in impact]
    assert figures[0] == figures[1]


def test_a_full_disk_leaves_the_import_before(
    stored: cl.StoredResponses, answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in stored.folder.rglob("*"))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tables.pq, "write_table", full)
    with pytest.raises(StoreError, match="No space left on device"):
        cl.import_responses(answers, asked(0), stored.folder, rows=100)
    assert sorted(path.name for path in stored.folder.rglob("*")) == before
    assert cl.open_responses(stored.folder).ledger == stored.ledger


def test_what_was_broken_off_is_no_import(answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Stage.add

    def stop(stage: Stage, at: int, cells: Any, quarantined: Any, start: int) -> None:
        if start:
            raise KeyboardInterrupt
        add(stage, at, cells, quarantined, start)

    monkeypatch.setattr(Stage, "add", stop)
    with pytest.raises(KeyboardInterrupt):
        cl.import_responses(answers, asked(0), tmp_path / "out", rows=100)
    with pytest.raises(StoreError, match=r"ledger\.json is missing"):
        cl.open_responses(tmp_path / "out")


def test_the_command_line_imports_in_parts_and_scores_the_folder(answers: Path, tmp_path: Path) -> None:
    survey: Survey = asked(0)
    survey.save(tmp_path / "small.survey.yaml")
    out = tmp_path / "out"
    command = ["import", str(answers), "--survey", str(tmp_path / "small.survey.yaml"), "--out", str(out), "--parts"]
    imported = CliRunner().invoke(app, [*command, "--strict"])
    assert imported.exit_code == 1  # answers were set aside
    assert (out / "accepted" / "part-00000.parquet").is_file()
    scored = CliRunner().invoke(app, ["score", str(out), "--by", "branch", "--json"])
    assert scored.exit_code == 0, scored.output
    assert '"rows_in": 300' in scored.output


def test_what_a_killed_import_left_behind_is_taken_away_and_what_another_is_at_work_on_is_not(
    answers: Path, tmp_path: Path
) -> None:
    folders = {name: tmp_path / "out" / f".closeloop-{name}" / "staged" for name in ("killed", "at work")}
    for name, folder in folders.items():
        folder.mkdir(parents=True)
        (folder / "rows-00000.arrow").write_bytes(b"rows")
        for path in (folder / "rows-00000.arrow", folder, folder.parent):
            os.utime(path, (0, 0) if name == "killed" or path.is_dir() else None)
    cl.import_responses(answers, asked(0), tmp_path / "out", rows=100)
    assert [folder.exists() for folder in folders.values()] == [False, True]


def test_a_tally_of_an_import_is_added_to_one_of_responses_that_were_read(
    stored: cl.StoredResponses, answers: Path
) -> None:
    read = cl.read_responses(answers, stored.survey)
    one, other = cl.tally(stored, "nps", part="a"), cl.tally(read, "nps", part="b")
    assert one.survey == other.survey == f"{stored.survey.id} {stored.survey.version}"
    assert (one + other).n_rows == 2 * other.n_rows
