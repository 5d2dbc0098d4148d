"""What is saved in one kernel opens in the next: every kind of document, whole and equal."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

FIRST = """
import closeloop as cl
import pandas as pd

gap = cl.Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148),
             unit="percent", higher_is_better=False)
whys = cl.FiveWhys(gap, title="包裹晚到", author="李梅")
link = whys.ask(whys.top, "The last pick-up moved to 16:00")
whys.evidence(link, "document", source="addendum, §4.2")
whys.readback(link, by="陈宇", holds=True)
tree = cl.IssueTree("Why do parcels arrive late?")
tree.add(None, "The carrier", code="carrier")
book = cl.load_codebook("emotions")
documents = {
    "codebook": book,
    "coding": cl.code_mentions(["I am angry. 谢谢！", None, "ok"], book, ids=["a", "b", "c"]),
    "five-whys": whys,
    "issue-tree": tree,
    "worksheet": cl.worksheet("5w2h").fill(what="The statement came late"),
    "problem": cl.Problem(gap, ["C-1"], id="P-1").add(whys).add(tree),
}
for kind, document in documents.items():
    document.save(f"{kind}.json")
print(*(repr(document) for document in documents.values()), sep="\\n")
"""
NEXT = """
import closeloop as cl

for kind in ("codebook", "coding", "five-whys", "issue-tree", "worksheet", "problem"):
    print(repr(cl.load(f"{kind}.json")))
"""


def run(source: str, folder: Path) -> str:
    """Give what a cell prints in a kernel of its own that works in `folder`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources=resources, extra_arguments=["--log-level=ERROR"]
    ).execute()
    return "".join(output.text for output in notebook.cells[0].outputs if output.output_type == "stream")


def test_a_document_saved_in_one_kernel_opens_in_the_next(tmp_path: Path) -> None:
    saved = run(FIRST, tmp_path)
    assert saved.count("\n") == 6
    assert run(NEXT, tmp_path) == saved
