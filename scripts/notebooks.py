"""Run the notebooks again and write them so that the same code gives the same bytes.

    python scripts/notebooks.py                 run all of notebooks/ and rewrite what changed
    python scripts/notebooks.py --check FILE…   write nothing; exit 1 and name the files that would change

Cell ids come from the source of the cell, metadata are cut to the kernel's name, and the outputs are those of one run
from top to bottom with a fixed time zone and hash seed. Bytes of pictures may move with the version of matplotlib or
freetype: ``--check`` is a tool for one machine; what continuous integration compares are the texts (nbval).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MARK = re.compile(r'(data-cl-live=")[0-9a-f]{32}"')  # which model stands here: another one in each run
FIXED = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1735689600"}
# Agg would hide the inline figures; the language is what the notebook itself chooses.
LEFT_OUT = {"MPLBACKEND", "CLOSELOOP_LANGUAGE", "COLUMNS", "LINES"}


def execute(path: Path) -> nbformat.NotebookNode:
    """Return the notebook with the outputs of one run, from its own folder as JupyterLab does it."""
    notebook = nbformat.read(path, as_version=4)
    environment = {k: v for k, v in os.environ.items() if k not in LEFT_OUT} | FIXED
    resources = {"metadata": {"path": str(path.parent)}}
    quiet = ["--log-level=ERROR"]  # a kernel's own remarks about its connection are no part of the result
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources, extra_arguments=quiet)
    client.execute(env=environment)
    return notebook


def canonical(notebook: nbformat.NotebookNode) -> str:
    """Return the text of the notebook's file: everything that changes without meaning is taken out."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        cell.source = cell.source.rstrip()
        seen[cell.source] += 1
        mark = hashlib.sha256(f"{cell.cell_type}\n{cell.source}\n{seen[cell.source]}".encode()).hexdigest()
        cell.id = mark[:12]
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell.outputs = stored(cell.outputs)
    notebook.metadata = nbformat.NotebookNode({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def stored(outputs: Sequence[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Return the outputs as they are kept: pieces of one stream joined, and of a widget its static twin only.

    Where a stream was cut is a matter of timing. A widget whose model is gone shows an error in place of itself, so the
    HTML and the text that it carries beside its view are what a reader of the file gets.
    """
    kept: list[nbformat.NotebookNode] = []
    for output in outputs:
        last = kept[-1] if kept else None
        if last is not None and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
            continue
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
            if "text/html" in output.data:
                output.data["text/html"] = MARK.sub(rf'\g<1>{"0" * 32}"', output.data["text/html"])
        kept.append(output)
    return kept


def main(arguments: Sequence[str]) -> int:
    """Run the notebooks named on the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Run the notebooks again; write or check their outputs.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a file would change")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of notebooks/")
    asked = parser.parse_args(arguments)
    paths = asked.notebooks or sorted(
        p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts
    )
    if not paths:
        parser.error("there is no notebook in notebooks/")
    changed = 0
    for path in paths:
        try:
            text = canonical(execute(path.resolve()))
        except CellExecutionError as failure:
            print(f"{path}: a cell failed, nothing was written\n{failure}", file=sys.stderr)
            return 2
        if text == path.read_text(encoding="utf-8"):
            print(f"{path}: unchanged")
            continue
        changed += 1
        print(f"{path}: {'would change' if asked.check else 'rewritten'}")
        if not asked.check:
            path.write_text(text, encoding="utf-8")
    return 1 if asked.check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
