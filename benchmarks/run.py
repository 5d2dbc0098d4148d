"""Run every benchmark (``bench_*.py`` here, each with a function ``measure``), print the ratios, write ``bench.json``.

``python benchmarks/run.py`` runs all and then writes what the repository keeps of it: ``benchmarks/recorded.json`` and
docs/benchmarks.md. ``python benchmarks/run.py tally`` runs those whose name contains the word; the entries of the
others in bench.json then stay as they are. Each benchmark has a process of its own, so none inherits the memory of
another.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "bench.json"
RECORDED = HERE / "recorded.json"


def main(words: list[str]) -> int:
    names = sorted(path.stem for path in HERE.glob("bench_*.py"))
    chosen = [name for name in names if not words or any(word in name for word in words)]
    if not chosen:
        print(f"no benchmark is called {' or '.join(words)}; there are {', '.join(names)}")
        return 2
    from machine import machine

    kept = json.loads(RESULT.read_text(encoding="utf-8")) if words and RESULT.exists() else {}
    kept = kept if isinstance(kept, dict) else {"figures": kept}  # as it was written before
    result: dict[str, Any] = {"version": 2, "machine": machine(), "seconds": kept.get("seconds", {})}
    entries: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in kept.get("figures", [])}
    print(", ".join(f"{name} {value}" for name, value in result["machine"].items() if name != "versions"))
    failed = []
    for name in chosen:
        start = time.monotonic()
        found = measured(name)
        result["seconds"][name] = round(time.monotonic() - start)
        if found is None:
            failed.append(name)
            continue
        entries |= {entry["name"]: entry | {"from": name} for entry in found}
        result["figures"] = list(entries.values())
        RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    total = sum(result["seconds"][name] for name in chosen)
    print(f"written to {RESULT.name}; {total // 60} min {total % 60} s")
    if failed:
        print(f"failed, see above: {', '.join(failed)}")
        return 1
    return 0 if words else keep(result)


def measured(name: str) -> list[dict[str, Any]] | None:
    """Run one benchmark in a process of its own; None where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "found.json"
        run = subprocess.run([sys.executable, __file__, "--alone", name, str(path)], check=False)
        if run.returncode:
            return None
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return found


def alone(name: str, path: str) -> None:
    """Run one benchmark here, print what it finds, and leave it in a file."""
    figures = importlib.import_module(name).measure()
    for figure in figures:
        if figure.skipped:
            print(f"skipped {figure.name}: {figure.skipped}", flush=True)
        else:
            verdict = "met   " if figure.met else "MISSED"
            said = f"{verdict} {figure.ratio:8.4g}  (target {figure.target:>7})  {figure.name}: {figure.detail}"
            print(said, flush=True)
    Path(path).write_text(json.dumps([figure.to_dict() for figure in figures]), encoding="utf-8")


def keep(result: dict[str, Any]) -> int:
    """Write what the repository keeps of a whole run; every bar must be in it, be it only with a reason."""
    import small
    from bars import bars
    from write_page import write_pages

    missing = set(bars()) - {entry.get("bar") for entry in result["figures"]}
    if missing:
        print(f"no benchmark has measured {', '.join(sorted(missing))}")
        return 1
    small_form = [entry for entry in small.measured() if entry["word"] not in small.UNSTEADY]
    result["small"] = {entry["name"]: entry["ratio"] for entry in small_form}
    RECORDED.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for path in write_pages(result):
        print(f"written to {path}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    if sys.argv[1:2] == ["--alone"]:
        alone(*sys.argv[2:])
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
