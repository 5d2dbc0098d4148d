"""Run every benchmark (``bench_*.py`` here, each with a function ``measure``), print the ratios, write ``bench.json``.

``python benchmarks/run.py`` runs all, ``python benchmarks/run.py tally`` those whose name contains the word; the
entries of the others in bench.json then stay as they are.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "bench.json"


def main(words: list[str]) -> int:
    sys.path.insert(0, str(HERE))
    names = sorted(path.stem for path in HERE.glob("bench_*.py"))
    chosen = [name for name in names if not words or any(word in name for word in words)]
    if not chosen:
        print(f"no benchmark is called {' or '.join(words)}; there are {', '.join(names)}")
        return 2
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if words and RESULT.exists() else []
    entries: dict[str, dict[str, object]] = {entry["name"]: entry for entry in kept}
    print(f"Python {platform.python_version()}, {platform.processor() or platform.machine()}; ratios of medians")
    for name in chosen:
        for figure in importlib.import_module(name).measure():
            entries[figure.name] = figure.to_dict()
            verdict = "met   " if figure.met else "MISSED"
            print(
                f"{verdict} {figure.ratio:8.2f}  (target {figure.target:>7})  {figure.name}: {figure.detail}",
                flush=True,
            )
    RESULT.write_text(json.dumps(list(entries.values()), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {RESULT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
