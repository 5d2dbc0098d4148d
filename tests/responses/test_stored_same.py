"""Files read in parts: row by row the result of reading them whole, whatever is in them and wherever it is cut."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.responses.conftest import SMALL

import closeloop as cl
from closeloop.errors import CloseloopError
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

FILES = int(os.environ.get("CLOSELOOP_PARTED_FILES", "12"))
TEXT = st.one_of(
    st.sampled_from(["", " ", "two\nlines", 'a "quoted" word', "=1+1", "其他: 停车", "东店，西门", "N/A"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=6),
)
COLUMNS = {
    "response_id": st.sampled_from(["a", "b", "c", "d", "e", "", "a "]),
    "respondent_id": st.sampled_from(["p", "q", "r", ""]),
    "answered_at": st.sampled_from(
        ["", "2026-01-02 03:04:05", "2026-01-02 03:04:05.25", "3/4/2026", "25/4/2026 9:00", "4/25/2026", "46145.5",
         "3/4/26", "26/4/3", "soon", "2026-01-01T00:00:00Z", "1.2.2026 8:00"]
    ),
    "recommend": st.one_of(st.sampled_from([*map(str, range(11)), "11", "7.5", "", "N/A", "十"]), TEXT),
    "branch": st.one_of(st.sampled_from(["east", "West", "西店", "1", "2", ""]), TEXT),
    "pains": st.one_of(st.sampled_from(["", "price", "Waiting; Staff", "1;2", "其他: 停车"]), TEXT),
    "visits": st.sampled_from(["", "0", "12", "-3", "1,200", "x", "2.5"]),
    "day": st.sampled_from(["", "2026-05-03", "3/5/2026", "13/5/2026", "5/13/2026", "46145", "N/A", "3.5.26"]),
    "call": st.sampled_from(["yes", "2", "1", "no", "", "perhaps"]),
    "language": st.sampled_from(["zh", "EN", "de", "", "fr"]),
    "status": st.sampled_from(["complete", "partial", "test", ""]),
    "extra": TEXT,
}  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file of some of the columns, now and then with records of another width, and blank lines."""
    names = ["recommend", *draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True, max_size=7))]
    names = list(dict.fromkeys(names))
    rows = draw(st.lists(st.tuples(*(COLUMNS[name] for name in names)), min_size=1, max_size=24))
    buffer = io.StringIO(newline="")
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(buffer, delimiter=draw(st.sampled_from([",", ";", "\t"])), lineterminator=ending)
    writer.writerow(names)
    odd = draw(st.booleans()) and draw(st.booleans())
    for row in rows:
        writer.writerow(row)
        if odd:
            kind = draw(st.integers(0, 12))
            if kind == 0:
                buffer.write(ending)
            elif kind == 1:
                writer.writerow([*row, "one more"])
            elif kind == 2:
                writer.writerow(row[:1])
    if draw(st.integers(0, 15)) == 7:
        buffer.write('"never closed' + ending + "1,2" + ending)
    return buffer.getvalue()


POLICIES = (("response_id", "last"), ("respondent_id", "most_complete"), ("respondent_id", "first"))


@cache
def asked(policy: int) -> Survey:
    """The small survey under one policy on duplicates."""
    by, keep = POLICIES[policy]
    return survey_from_dict({**SMALL, "duplicates": {"by": by, "keep": keep}})


def check_same(paths: list[Path], survey: Survey, out: Path, rows: int, **options: Any) -> None:
    """Compare everything that is written."""
    try:
        whole = cl.read_responses(paths, survey, **options)
    except CloseloopError as error:
        with pytest.raises(type(error), match=re.escape(str(error))):
            cl.import_responses(paths, survey, out, rows=rows, **options)
        return
    stored = cl.import_responses(paths, survey, out, rows=rows, **options)
    plain = out.parent / "whole"
    whole.write(plain)
    assert stored.ledger == whole.ledger
    assert stored.period == whole.period
    pd.testing.assert_frame_equal(pd.read_parquet(out / "accepted"), pd.read_parquet(plain / "accepted.parquet"))
    pd.testing.assert_frame_equal(stored.issues.astype(str), whole.issues.astype(str))
    for name in ("issues.csv", "quarantined.csv", "superseded.csv", "columns.csv"):
        assert (out / name).read_text("utf-8-sig") == (plain / name).read_text("utf-8-sig"), name
    assert str(stored) == str(whole)


@given(
    text=files(),
    rows=st.integers(1, 7),
    bom=st.booleans(),
    policy=st.integers(0, 2),
    block=st.sampled_from([100, 300, 4 << 20]),
)
@settings(
    max_examples=FILES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_file_in_parts_is_the_file_read_whole(text: str, rows: int, bom: bool, policy: int, block: int) -> None:
    with tempfile.TemporaryDirectory() as place, mock.patch("closeloop.responses.delimited._BLOCK_BYTES", block):
        path = Path(place) / "answers.csv"
        path.write_bytes(text.encode("utf-8-sig" if bom else "utf-8"))
        check_same([path], asked(policy), Path(place) / "out", rows)
