"""An import in parts: whether its memory grows with the rows, and how it compares with reading the file whole.

``CLOSELOOP_BIG_ROWS=50000000`` makes the large file of the design, 5 GB, imports and scores it: its peak memory, its
time and its rows a second are then a figure too. It is made in ``CLOSELOOP_BIG_FOLDER``, else where the system keeps
temporary files, takes 12 GB there while it runs, and is taken away afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from big_file import write_big, write_survey
from figures import Figure

SMALL, LARGE = 500_000, 2_000_000
MOST_BYTES = 2 << 30
_RUN = """
import json, resource, sys, time
import closeloop as cl
start = time.perf_counter(), time.process_time()
source, survey, folder, told = sys.argv[1:5]  # an engine may draw a progress bar on standard output
stored = cl.import_responses(source, survey, folder, progress=False)
imported = time.perf_counter()
table = stored.score(by="region")
end = time.perf_counter(), time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
ledger = stored.ledger
assert ledger["rows_in"] == sum(ledger[name] for name in ("accepted", "quarantined", "superseded"))
with open(told, "w") as stream:
    json.dump({"peak": peak, "import": imported - start[0], "score": end[0] - imported, "cpu": end[1] - start[1],
               "ledger": ledger, "nps": table.blocks[0].total.result.score}, stream)
"""
_WHOLE = """
import json, resource, sys
import closeloop as cl
cl.read_responses(sys.argv[1], sys.argv[2], progress=False).write(sys.argv[3])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
with open(sys.argv[4], "w") as stream:
    json.dump({"peak": peak}, stream)
"""


def measure(small: int = SMALL, large: int = LARGE) -> list[Figure]:
    asked = int(os.environ.get("CLOSELOOP_BIG_ROWS", "0"))
    with tempfile.TemporaryDirectory(dir=os.environ.get("CLOSELOOP_BIG_FOLDER")) as place:
        few, many = (_import(Path(place), rows, _RUN) for rows in (small, large))
        whole = _import(Path(place), large, _WHOLE)
        figures = [
            Figure(
                name=f"import in parts: peak memory at {large:,} rows / at {small:,}",
                target="<= 1.25",
                ratio=many["peak"] / few["peak"],
                detail=f"{_mb(many['peak'])} and {_mb(few['peak'])}; {_speed(many)}",
                bar="",
            ),
            Figure(
                name=f"import in parts / read whole and written: peak memory, {large:,} rows",
                target="<= 0.6",
                ratio=many["peak"] / whole["peak"],
                detail=f"{_mb(many['peak'])} and {_mb(whole['peak'])}",
                bar="",
            ),
        ]
        if asked:
            found = _import(Path(place), asked, _RUN)
            figures.append(
                Figure(
                    name=f"import and score of {asked:,} rows, {found['bytes'] / 1e9:.1f} GB: peak memory / 2 GB",
                    target="<= 1",
                    ratio=found["peak"] / MOST_BYTES,
                    detail=f"{_mb(found['peak'])}; {_speed(found)}; scored in {found['score']:.1f} s; "
                    f"{found['written'] / 1e9:.2f} GB of Parquet",
                    bar="",
                )
            )
    return figures


def _import(place: Path, rows: int, program: str) -> dict[str, float]:
    """Return what one import of a file of so many rows took, in a process of its own."""
    file, survey, folder = place / "big.csv", place / "big.survey.yaml", place / "out"
    write_big(file, rows)
    write_survey(survey)
    told = place / "told.json"
    command = [sys.executable, "-c", program, str(file), str(survey), str(folder), str(told)]
    subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(told.read_text(encoding="utf-8"))
    found |= {"bytes": file.stat().st_size, "rows": rows}
    found["written"] = sum(path.stat().st_size for path in folder.glob("accepted/*"))
    file.unlink()
    return found


def _speed(found: dict[str, float]) -> str:
    seconds = found["import"]
    return f"{found['rows'] / seconds:,.0f} rows/s, {found['bytes'] / seconds / 1e6:.0f} MB/s, {seconds:,.0f} s"


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
