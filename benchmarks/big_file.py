"""A large made-up export, written row block by row block: the same rows for the same seed, whatever their number.

Run ``python benchmarks/big_file.py 50000000 big.csv``: about 5 GB. One row in 500 has a score of 11, one in 200 one of
7.5, one in 1,000 is a response that came before; comments have commas, line breaks, quotes and Chinese text in them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

SEED = 20261123
BLOCK = 250_000
DAYS = 365
START = 1_751_328_000  # 2025-07-01
_SHARES = (0.02, 0.01, 0.02, 0.02, 0.03, 0.05, 0.07, 0.13, 0.2, 0.2, 0.25)
_REGIONS = ("north", "south", "east", "west")
_CHANNELS = ("app", "web", "store", "phone", "mail")
_COMMENTS = (
    "", "", "", "quick, friendly and helpful", "waited far too long for an answer", "the app crashed twice",
    "fair price, good advice on the phone",
    "配送很快，客服态度好，下次还会再来", "等了太久，没有人回电话",
    "good value\nwill come again", 'they called it "express"',
)  # fmt: skip
_SURVEY = """\
format: 1
id: big-file
version: 1
languages: [en]
title: A large file
timezone: UTC
pages:
  - name: main
    items:
      - {name: recommend, type: nps, required: true, ask: How likely are you to recommend us?}
      - {name: overall, type: csat, points: 5, ask: How satisfied are you?}
      - name: region
        type: single
        ask: Where?
        options: [{value: north, text: North}, {value: south, text: South}, {value: east, text: East},
                  {value: west, text: West}]
      - name: channel
        type: single
        ask: How did you reach us?
        options: [{value: app, text: App}, {value: web, text: Web}, {value: store, text: Store},
                  {value: phone, text: Phone}, {value: mail, text: Mail}]
      - {name: why, type: comment, ask: Why?}
metrics:
  nps: {kind: nps, item: recommend}
  csat: {kind: csat, item: overall}
"""


def block(first: int, rows: int) -> pa.Table:
    """Return some rows of the file, numbered from `first`."""
    rng = np.random.default_rng([SEED, first])
    number = np.arange(first, first + rows)
    number[number % 1000 == 999] -= 999
    second = pa.array(START + rng.integers(0, DAYS * 86400, rows), pa.timestamp("s"))
    score = rng.choice(11, rows, p=_SHARES)
    odd = rng.random(rows)
    score[odd < 1 / 500] = 11
    columns = {
        "response_id": pc.binary_join_element_wise("R", pc.cast(pa.array(10**9 + number), pa.string()), ""),
        "respondent_id": pc.binary_join_element_wise(
            "customer-", pc.cast(pa.array(rng.integers(0, 10_000_000, rows)), pa.string()), ""
        ),
        "answered_at": pc.strftime(second, "%Y-%m-%d %H:%M:%S"),
        "recommend": pc.if_else(pa.array(odd > 1 - 1 / 200), "7.5", pc.cast(pa.array(score), pa.string())),
        "overall": pc.cast(pa.array(rng.integers(1, 6, rows)), pa.string()),
        "region": pa.array(_REGIONS).take(pa.array(rng.integers(0, len(_REGIONS), rows))),
        "channel": pa.array(_CHANNELS).take(pa.array(rng.integers(0, len(_CHANNELS), rows))),
        "why": pa.array(_COMMENTS).take(pa.array(rng.integers(0, len(_COMMENTS), rows))),
    }
    return pa.table(columns)


def write_big(path: Path, rows: int) -> None:
    """Write a file of so many rows, holding one block in memory."""
    with path.open("wb") as stream:
        for first in range(0, rows, BLOCK):
            options = pacsv.WriteOptions(include_header=first == 0, quoting_style="needed")
            pacsv.write_csv(block(first, min(BLOCK, rows - first)), stream, options)


def write_survey(path: Path) -> None:
    """Write the survey that the file answers."""
    path.write_text(_SURVEY, encoding="utf-8")


def main() -> None:
    """Write the file that the command line asks for, and its survey beside it."""
    rows, target = int(sys.argv[1]), Path(sys.argv[2])
    write_big(target, rows)
    write_survey(target.with_suffix(".survey.yaml"))


if __name__ == "__main__":
    main()
