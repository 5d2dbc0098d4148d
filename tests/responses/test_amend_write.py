"""The quarantine out, corrected by hand, and back in: as if the source had been clean. Files whole or not at all."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.errors import StoreError
from closeloop.responses import write as writing
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
FILES = [
    "accepted.csv",
    "accepted.parquet",
    "columns.csv",
    "issues.csv",
    "ledger.json",
    "quarantined.csv",
    "superseded.csv",
]


def corrected(path: Path, encoding: str, change: Callable[[dict[str, str]], None]) -> Path:
    """Change rows of a CSV file as a spreadsheet program saves it: its own quotes, its own line ends, an encoding."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
        header = reader.fieldnames or []
    for row in rows:
        change(row)
    fixed = path.with_name("fixed.csv")
    with fixed.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows(rows)
    return fixed


def same(left: cl.Responses, right: cl.Responses, *, notes: bool = False) -> None:
    """Check that two imports are one and the same, but for the notes on what was corrected."""
    assert left.ledger == right.ledger
    for name in ("accepted", "superseded", "columns"):
        pd.testing.assert_frame_equal(getattr(left, name), getattr(right, name))
    issues = [r.issues if notes else r.issues[r.issues["code"] != "amended"] for r in (left, right)]
    pd.testing.assert_frame_equal(*(i.reset_index(drop=True).astype(str) for i in issues))
    cells = [r.raw.drop(columns="source_sha256").astype(str) for r in (left, right)]
    pd.testing.assert_frame_equal(*cells)


BAD = ["11", "7.5", "十", "nine", "-1", "", "N/A", "=9"]
COMMENT = st.one_of(
    st.sampled_from(
        [
            "=1+1",
            "'=1+1",
            "-5 stars",
            "+1",
            "@all",
            "-",
            "\tx",
            "a\nb",
            "a\r\nb",
            'say "hi"',
            "＝1",
            "，；",
            "'",
            "''x",
            "007",
            " x ",
        ]
    ),
    st.text(st.characters(codec="gb18030", exclude_categories=("Cs",), exclude_characters="\x00\ufeff"), max_size=8),
)
ROW = st.tuples(st.sampled_from(["a", "b", "c", "d", "e"]), st.sampled_from([*BAD, "9", "3", "10", "0"]), COMMENT)


@given(
    rows=st.lists(ROW, min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8-sig", "utf-8", "gb18030"]),
    header=st.sampled_from(["why", "why ", "=why", "a\nb"]),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_amending_equals_importing_a_clean_file(
    small: Survey,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    encoding: str,
    header: str,
) -> None:
    def put(name: str, cells: list[tuple[str, str, str]]) -> Path:
        path = folder / name / "answers.csv"
        path.parent.mkdir()
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("response_id", "recommend", header), *cells])
        return path

    folder = tmp_path_factory.mktemp("amend")
    dirty = cl.read_responses(put("dirty", rows), small)
    bad = set(dirty.quarantined["source_row"])
    clean = put("clean", [(i, "5", c) if n in bad else (i, s, c) for n, (i, s, c) in enumerate(rows, start=2)])

    def fix(row: dict[str, str]) -> None:
        row["recommend"] = "5"

    fixed = corrected(dirty.write(folder / "out") / "quarantined.csv", encoding, fix)
    result = dirty.amend(fixed)
    same(result, cl.read_responses(clean, small))
    told = result.issues.query("code == 'amended'")
    assert set(told["source_row"]) == bad
    assert set(told["source_column"].astype(str)) <= {"recommend"}
    assert set(told["raw_value"].astype(str)) <= set(BAD)


def test_amending_with_nothing_corrected_changes_nothing(write: Write, small: Survey, tmp_path: Path) -> None:
    text = 'recommend,why,x\n9,ok,\n11,"=1+1",-\n7,one,two,three,four\n,,\n8,"open\n9,b'
    responses = cl.read_responses(write(text), small)
    assert responses.ledger["quarantined"] == 4
    same(responses.amend(responses.quarantined), responses, notes=True)
    same(responses.amend(responses.write(tmp_path / "out") / "quarantined.csv"), responses, notes=True)


def test_a_row_that_is_still_too_long_stays_set_aside(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,why\n9,good, really\n"), small)
    half = responses.amend(responses.quarantined.assign(why="good, really"))
    assert half.ledger["quarantined"] == 1
    whole = half.amend(half.quarantined.assign(**{"why": "good, really", "column 3": ""}))
    assert whole.accepted["why"].tolist() == ["good, really"]
    assert whole.issues.query("code == 'amended'")["source_row"].tolist() == [2, 2]


def test_rows_may_be_left_out_of_the_corrected_file(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("response_id,recommend\na,11\nb,12\nc,9\n"), small)
    result = responses.amend(responses.quarantined.iloc[:1].assign(recommend="10"))
    assert result.ledger == {"rows_in": 3, "accepted": 2, "quarantined": 1, "superseded": 0}
    assert responses.ledger["quarantined"] == 2  # the responses themselves never change


def test_two_files_of_one_name_are_told_apart(write: Write, small: Survey, tmp_path: Path) -> None:
    (tmp_path / "may").mkdir()
    (tmp_path / "june").mkdir()
    may, june = (write(f"response_id,recommend\n{m},11\n", f"{m}/export.csv") for m in ("may", "june"))
    responses = cl.read_responses([may, june], small)
    fixed = responses.quarantined
    result = responses.amend(fixed[fixed["response_id"] == "june"].assign(recommend="3"))
    assert result.accepted[["response_id", "recommend"]].values.tolist() == [["june", 3]]


def test_headers_with_spaces_and_repeats_find_their_way_back(write: Write, small: Survey, tmp_path: Path) -> None:
    responses = cl.read_responses(write("recommend ,Other,Other,\n11,a,b,c\n"), small)

    def fix(row: dict[str, str]) -> None:
        row["recommend "], row["Other#2"] = "10", "B"

    result = responses.amend(corrected(responses.write(tmp_path / "o") / "quarantined.csv", "utf-8-sig", fix))
    assert result.accepted[["recommend", "Other", "Other#2", "column 4"]].values.tolist() == [[10, "a", "B", "c"]]


def test_a_workbook_of_corrections_will_do(write: Write, small: Survey, tmp_path: Path) -> None:
    responses = cl.read_responses(write("response_id,recommend,why\n007,11,=1+1\n"), small)
    fixed = tmp_path / "fixed.xlsx"
    responses.quarantined.astype(object).assign(recommend=10).to_excel(
        fixed, index=False, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}
    )
    assert responses.amend(fixed).accepted[["response_id", "recommend", "why"]].values.tolist() == [["007", 10, "=1+1"]]


def test_a_guess_at_the_encoding_of_corrections_is_said(write: Write, small: Survey, tmp_path: Path) -> None:
    responses = cl.read_responses(write("recommend,why\n11,Ωραία\n"), small)
    fixed = corrected(
        responses.write(tmp_path / "o") / "quarantined.csv", "cp1253", lambda row: row.update(recommend="9")
    )
    assert "encoding_guessed" in set(responses.amend(fixed).issues["code"].astype(str))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop(columns="source_row"), "no column source_row"),
        (lambda f: f.drop(columns="source_file"), "no column source_file"),
        (lambda f: f.assign(source_row="99"), r"Line 2: there is no row 99 in answers\.csv"),
        (lambda f: f.assign(source_row="two"), "there is no row two"),
        (lambda f: f.assign(source_row=""), "there is no row"),
        (lambda f: f.assign(source_file="b.csv"), r"no row 2 in b\.csv"),
        (lambda f: f.assign(mood="good"), "columns that the source does not have: mood"),
    ],
)
def test_a_corrected_file_that_does_not_fit_is_a_clear_error(
    write: Write, small: Survey, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], words: str
) -> None:
    responses = cl.read_responses(write("recommend\n11\n"), small)
    fixed = change(responses.quarantined.astype(object))
    path = tmp_path / "fixed.csv"
    fixed.to_csv(path, index=False)
    for source in (path, fixed):
        with pytest.raises(cl.ResponseValidationError, match=words.replace("Line 2", r"Line \d")):
            responses.amend(source)


def test_importing_again_gives_the_same(write: Write, small: Survey) -> None:
    text = "recommend,why,answered_at\n9,a,2026-01-01 10:00\n11,b,soon\n9,a,2026-01-01 10:00\nN/A,,\n"
    same(cl.read_responses(write(text), small), cl.read_responses(write(text), small), notes=True)


def test_writing_twice_gives_the_same_bytes(write: Write, small: Survey, tmp_path: Path) -> None:
    responses = cl.read_responses(write("recommend,why\n9,=1+1\n11,b\n"), small)
    once, again = responses.write(tmp_path / "a"), responses.write(tmp_path / "b" / "c")
    assert sorted(p.name for p in once.iterdir()) == FILES
    for name in FILES:
        assert (once / name).read_bytes() == (again / name).read_bytes()


def test_people_and_programs_can_open_what_is_written(write: Write, small: Survey, tmp_path: Path) -> None:
    responses = cl.read_responses(write("recommend,why,=cmd\n9,慢,x\n11,@b,＝c\n"), small)
    folder = responses.write(tmp_path / "out")
    assert (folder / "quarantined.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    quarantined = pd.read_csv(folder / "quarantined.csv", dtype=str)
    assert quarantined[["why", "'=cmd"]].values.tolist() == [["'@b", "'＝c"]]
    assert pd.read_parquet(folder / "accepted.parquet")["why"].tolist() == ["慢"]
    record = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    assert record["ledger"] == responses.ledger
    assert record["sources"] == [{"name": "answers.csv", "sha256": responses.sources[0].sha256}]
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}
    assert modes == {stat.S_IMODE(write("x", "other.csv").stat().st_mode)}  # readable by whoever may read other files


@pytest.mark.parametrize("failing", [1, 2, 3, 5])
def test_a_failure_while_writing_leaves_the_folder_as_it_was(
    write: Write, small: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    folder = tmp_path / "out"
    cl.read_responses(write("recommend\n9\n"), small).write(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    calls = 0
    whole = writing.write_csv

    def breaks(frame: pd.DataFrame, path: Path) -> None:
        nonlocal calls
        calls += 1
        whole(frame, path)
        if calls == failing:
            with path.open("ab") as stream:
                stream.write(b"half a li")
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_csv", breaks)
    with pytest.raises(StoreError, match="No space left"):
        cl.read_responses(write("recommend\n3\n11\n", "new.csv"), small).write(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
