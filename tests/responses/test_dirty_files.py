"""Two thousand dirty files: nothing is lost, and no bad value goes without an issue.

``make test`` reads the first few hundred of them, ``make test-long`` all.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

FILES = int(os.environ.get("CLOSELOOP_DIRTY_FILES", "2000"))
GOOD = [str(i) for i in range(11)]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
SCORE = st.one_of(
    st.sampled_from(GOOD),
    st.sampled_from(
        ["11", "7.5", "N/A", "", " ", "-1", "99", "十", "8分", "nine", "5-Jan", "1e3", "９", "10.0", "=9", "9;8"]
    ),
    TEXT,
)
BRANCH = st.one_of(st.sampled_from(["east", "West", "西店", "", "north", "5-Jan"]), TEXT)
PAINS = st.one_of(
    st.sampled_from(["", "price", "Waiting; Staff", "price;wait;staff", "Price, fees", "其他: 停车"]), TEXT
)
ID = st.one_of(st.sampled_from(["a", "b", "c", "", "a "]), TEXT)
TIME = st.sampled_from(
    ["", "2026-01-02 03:04:05", "2026/1/2 3:4", "3/4/2026", "soon", "2026-02-30", "2026-01-01T00:00:00Z"]
)
NUMBER = st.one_of(st.sampled_from(["", "0", "12", "-3", "1,200", "x", "2.5", "inf", "nan"]), TEXT)
HEADER = ("response_id", "answered_at", "recommend", "branch", "pains", "visits", "extra")
ROW = st.tuples(ID, TIME, SCORE, BRANCH, PAINS, NUMBER, TEXT).map(list)
RAGGED = st.lists(TEXT, max_size=9)
FILE = st.lists(st.one_of(ROW, ROW, ROW, RAGGED), min_size=1, max_size=8)


def written(rows: list[list[str]], delimiter: str, ending: str) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=ending)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return buffer.getvalue()


def as_read(text: str, delimiter: str) -> list[list[str]]:
    """The records as an independent reader sees them, blank lines left out."""
    return [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if record][1:]


@pytest.fixture
def asked(small_file: dict[str, Any]) -> Survey:
    """The survey that the files answer: what they have no column for would only take time, two thousand times."""
    (page,) = small_file["pages"]
    page["items"] = [item for item in page["items"] if item["name"] in HEADER]
    return survey_from_dict(small_file)


@given(
    rows=FILE, delimiter=st.sampled_from([",", ";", "\t"]), ending=st.sampled_from(["\n", "\r\n"]), bom=st.booleans()
)
@settings(
    max_examples=FILES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_is_lost_and_every_bad_value_has_an_issue(
    asked: Survey, rows: list[list[str]], delimiter: str, ending: str, bom: bool
) -> None:
    text = written(rows, delimiter, ending)
    truth = as_read(text, delimiter)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dirty.csv"
        path.write_bytes(text.encode("utf-8-sig" if bom else "utf-8"))
        try:
            responses = cl.read_responses(path, asked)
        except cl.InsufficientDataError:
            assert not truth
            return
    ledger = responses.ledger
    # Conservation: of rows, of row numbers, of cells.
    assert ledger["rows_in"] == len(truth) == ledger["accepted"] + ledger["quarantined"] + ledger["superseded"]
    fates = (responses.accepted, responses.quarantined, responses.superseded)
    numbers = [number for frame in fates for number in frame["source_row"]]
    assert sorted(numbers) == sorted(responses.raw["source_row"].tolist())
    assert len(set(numbers)) == len(numbers)
    ours = ["source_file", "source_sha256", "source_sheet", "source_row"]
    raw = responses.raw.drop(columns=ours).astype(str).to_numpy().tolist()
    for kept, record in zip(raw, truth, strict=True):
        assert kept[: len(record)] == record
        assert not any(kept[len(record) :])
    # No bad value without an issue: what is missing where the source has a text is explained at that row.
    told = set(zip(responses.issues["source_row"], responses.issues["item"].astype(str), strict=True))
    shaped = set(responses.issues.loc[responses.issues["item"] == "", "source_row"])
    texts = dict(zip(responses.raw["source_row"], raw, strict=True))
    for frame in (responses.accepted, responses.superseded):
        for item, position in (("recommend", 2), ("branch", 3), ("visits", 5)):
            blank = frame.loc[frame[item].isna(), "source_row"]
            unexplained = [r for r in blank if texts[r][position].strip() and (r, item) not in told]
            assert not set(unexplained) - shaped
        for row, score in zip(frame["source_row"], frame["recommend"], strict=True):
            if score is not None and str(score) != "<NA>":
                assert float(texts[row][2].strip()) == score  # never rounded, never clipped
    # Whatever was set aside says why.
    reasons = set(responses.issues.loc[responses.issues["effect"] == "quarantined", "source_row"])
    assert set(responses.quarantined["source_row"]) <= reasons
    assert (responses.quarantined["problems"] != "").all()
