"""Build the site: ``python docs/site/build.py [FOLDER]``, by default into ``out/docs``.

Both languages are built at the same time, from the beginning, each warning being a fault. Then every page is read once
more: it may ask nothing of a network, and each of its links must lead somewhere. Exit code 1 if something is wrong.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from check import faults
from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HALVES: dict[str, list[str]] = {"en": [], "zh-CN": ["-t", "zh"]}


def build(half: str, out: Path) -> int:
    """Build one half of the site; give Sphinx's exit code."""
    with tempfile.TemporaryDirectory() as kept:
        options = ["-b", "html", "-q", "-W", "--keep-going", "-E", "-a", "-d", kept, "-c", str(HERE), *HALVES[half]]
        return build_main([*options, str(ROOT), str(out / half)])


def main(arguments: list[str]) -> int:
    """Build and check."""
    out = Path(arguments[0] if arguments else ROOT / "out" / "docs").resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        codes = list(pool.map(build, HALVES, [out] * len(HALVES)))
    shutil.rmtree(out / "jupyter_execute", ignore_errors=True)  # copies of the notebooks, for another builder
    shutil.copy(HERE / "choose.html", out / "index.html")
    found = list(faults(out))
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{sum(1 for _ in out.rglob('*.html'))} pages in {out}; open {out / 'index.html'}")
    return 1 if any(codes) or found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
