"""The notebooks are run, short, free of traces of a machine, and the same in both languages.

nbval skips a cell that was never executed; so that it cannot pass on an empty notebook, execution is checked here.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
PATHS = sorted(p for p in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
NAMES = [p.relative_to(NOTEBOOKS).as_posix() for p in PATHS]
MACHINE = re.compile(
    r"(?<![\w.])/(?:home|root|Users|tmp|var|opt|usr|work|mnt|private)/\w|[A-Z]:\\\\?Users|site-packages|ipykernel_\d"
)


@cache
def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in load(path)["cells"] if cell["cell_type"] == "code"]


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def output_texts(cell: dict[str, Any]) -> list[str]:
    """Give what a reader sees of a cell's outputs; pictures are left out."""
    found = []
    for output in cell["outputs"]:
        found.append(joined(output.get("text", "")))
        found += [
            joined(v)
            for kind, v in output.get("data", {}).items()
            if kind.startswith("text/") or kind == "image/svg+xml"
        ]
    return [re.sub(r"base64,[A-Za-z0-9+/=\s]+", "base64,", text) for text in found]


def twin(path: Path) -> list[Path]:
    """Give the Chinese notebooks of an English one: with its number, or, of one to copy, with its name."""
    folder = NOTEBOOKS / "zh" / path.parent.relative_to(NOTEBOOKS)
    number = re.match(r"\d+_", path.name)
    return sorted(folder.glob(f"{number[0]}*.ipynb" if number else path.name))


TO_READ = [p for p in PATHS if p.parent in (NOTEBOOKS, NOTEBOOKS / "templates")]
"""The English notebooks of jobs, and those to copy; the worked cases have their own form."""


def test_there_is_a_first_notebook_in_each_language() -> None:
    assert {"00_quickstart.ipynb", "zh/00_快速上手.ipynb"} <= set(NAMES)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_every_code_cell_was_executed_in_order_from_the_top(path: Path) -> None:
    assert [cell["execution_count"] for cell in code_cells(path)] == list(range(1, len(code_cells(path)) + 1))


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_notebook_is_short(path: Path) -> None:
    assert 0 < len(code_cells(path)) <= 15


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_no_output_is_an_error_a_warning_or_a_trace_of_a_machine(path: Path) -> None:
    for number, cell in enumerate(code_cells(path), 1):
        kinds = {(output["output_type"], output.get("name")) for output in cell["outputs"]}
        assert not [kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"], f"cell {number}"
        for text in output_texts(cell):
            assert "Traceback" not in text, f"cell {number}"
            assert (MACHINE.search(text) or [None])[0] is None, f"cell {number}"


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_notebook_imports_the_package_and_defines_nothing(path: Path) -> None:
    """Logic lives in the package: a notebook that defines functions or classes is a module in disguise."""
    source = "\n".join(joined(cell["source"]) for cell in code_cells(path))
    assert re.search(r"^import closeloop as cl$", source, re.M)
    assert not re.search(r"^\s*(def|class|from toolkit|import toolkit)\b", source, re.M)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_notebook_says_something_before_it_computes(path: Path) -> None:
    first = load(path)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert joined(first["source"]).startswith("# ")


def bones(source: str) -> list[str]:
    """Give the code without its texts, comments and paths: what is left has to be alike in both languages."""
    tree = ast.parse("\n".join(line for line in source.splitlines() if line != LANGUAGE_LINE))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = 0
        elif isinstance(node, ast.JoinedStr):
            node.values = [part for part in node.values if not isinstance(part, ast.Constant)]
    return [ast.unparse(statement) for statement in tree.body]


LANGUAGE_LINE = 'cl.set_language("zh-CN")'
SPOKEN_DIFFERENTLY = {"04_drivers.ipynb"}  # its themes are named in Chinese first, which takes a step more


@pytest.mark.parametrize("path", TO_READ, ids=lambda p: p.relative_to(NOTEBOOKS).as_posix())
def test_the_chinese_twin_runs_the_same_cells(path: Path) -> None:
    (chinese,) = twin(path)
    texts = "".join(joined(cell["source"]) for cell in load(chinese)["cells"] if cell["cell_type"] == "markdown")
    assert len(re.findall("[\u4e00-\u9fff]", texts)) > len(re.findall("[A-Za-z]", texts)) / 2
    ours, theirs = ([joined(cell["source"]) for cell in code_cells(each)] for each in (path, chinese))
    assert len(ours) == len(theirs)
    assert LANGUAGE_LINE in "\n".join(theirs).splitlines()
    if path.name not in SPOKEN_DIFFERENTLY:
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True), 1):
            assert bones(one) == bones(other), f"cell {number}"


def test_a_call_that_the_twin_lacks_is_noticed() -> None:
    assert bones('cl.nps([9], "a")  # one') == bones('cl.nps([10], "b")  # 一') != bones('cl.csat([9], "a")')
    assert bones('f"{a} of"') == bones('f"共 {a}"') != bones('f"共 {b}"')


FIRST = {"en": ("At the end you have", "It takes", "You need"), "zh": ("走完能得到", "用时", "需要准备")}
LAST = {"en": "## What to do next\n", "zh": "## 接下来做什么\n"}


@pytest.mark.parametrize("path", [*TO_READ, *(p for one in TO_READ for p in twin(one))], ids=lambda p: p.name)
def test_a_notebook_says_first_what_it_gives_and_last_what_is_next(path: Path) -> None:
    tag = "zh" if "zh" in path.relative_to(NOTEBOOKS).parts else "en"
    cells = load(path)["cells"]
    title, *promises = joined(cells[0]["source"]).split("\n* **")
    assert title.startswith("# ")
    assert [promise.partition("**")[0] for promise in promises] == list(FIRST[tag])
    assert re.search(r"\d|[一二三四五六七八九十]", promises[1]), "how many minutes?"
    assert joined(cells[-1]["source"]).startswith(LAST[tag])
    heads = [joined(c["source"]).partition("\n")[0] for c in cells if joined(c["source"]).startswith("## ")]
    numbers = [int(found[1]) for head in heads if (found := re.match(r"## (\d+)\. ", head))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_notebook_that_another_one_names_is_there() -> None:
    known = {path.stem for path in PATHS}
    for path in PATHS:
        texts = " ".join(joined(cell["source"]) for cell in load(path)["cells"] if cell["cell_type"] == "markdown")
        named = set(re.findall(r"(?<![\w-])(\d\d_[\w\u4e00-\u9fff]+)", texts))
        assert named <= known, path.name


TEMPLATES = [p for p in PATHS if p.parent.name == "templates"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(NOTEBOOKS).as_posix())
def test_a_notebook_to_copy_begins_with_its_parameters_and_stands_alone(path: Path) -> None:
    """Papermill finds the tagged cell; nothing else may be read than what the package brings along."""
    cells = code_cells(path)
    assert [cell["metadata"].get("tags") for cell in cells] == [["parameters"], *[None] * (len(cells) - 1)]
    for line in joined(cells[0]["source"]).splitlines():
        assert re.fullmatch(r"[A-Z_]+(, [A-Z_]+)* = .+  # .+", line), line
    source = "\n".join(joined(cell["source"]) for cell in cells)
    assert "sample_data/" not in source
    assert "../" not in source


def test_there_are_four_notebooks_to_copy_in_each_language() -> None:
    names = ["case_review", "monthly_report", "retrospective", "survey_ci"]
    assert [path.stem for path in TEMPLATES] == [*names, *names]


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_the_file_is_in_the_form_that_the_script_writes(path: Path) -> None:
    notebook = load(path)
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(set(cell["metadata"]) <= {"tags"} for cell in notebook["cells"])


def regenerate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "notebooks.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def small(path: Path, *sources: str) -> Path:
    """Write a notebook that was not run."""
    cells = [nbformat.v4.new_markdown_cell("# Small"), *map(nbformat.v4.new_code_cell, sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a notebook that the script has just run and written."""
    path = small(tmp_path_factory.mktemp("nb") / "a.ipynb", "print('one')\nprint('NPS', 2 * 21, object())", "hash('a')")
    done = regenerate(path)
    assert done.returncode == 0, done.stderr
    assert "rewritten" in done.stdout
    return path


def altered(path: Path, copy: Path) -> Path:
    """Give a copy in which one printed figure has moved."""
    copy.write_text(path.read_text("utf-8").replace("NPS 42", "NPS 43"), encoding="utf-8")
    assert "NPS 43" in copy.read_text("utf-8")
    return copy


@pytest.mark.slow
def test_every_cell_is_run_and_its_output_kept_in_one_piece(regenerated: Path) -> None:
    first, second = code_cells(regenerated)
    assert [first["execution_count"], second["execution_count"]] == [1, 2]
    assert len(first["outputs"]) == 1
    assert joined(first["outputs"][0]["text"]).startswith("one\nNPS 42 <object object at 0x")


@pytest.mark.slow
def test_check_passes_the_same_bytes_names_a_change_and_writes_nothing(tmp_path: Path) -> None:
    same = small(tmp_path / "same.ipynb", "print('NPS', 2 * 21)", "hash('a')")
    assert regenerate(same).returncode == 0
    moved = altered(same, tmp_path / "moved.ipynb")
    before = moved.read_bytes()
    done = regenerate("--check", same, moved)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [f"{same}: unchanged", f"{moved}: would change"]
    assert moved.read_bytes() == before


@pytest.mark.slow
def test_a_failing_cell_leaves_the_file_alone(tmp_path: Path) -> None:
    path = small(tmp_path / "bad.ipynb", "1 / 0")
    before = path.read_bytes()
    done = regenerate(path)
    assert done.returncode == 2
    assert "ZeroDivisionError" in done.stderr
    assert path.read_bytes() == before


def nbval(path: Path) -> subprocess.CompletedProcess[str]:
    """Compare a notebook's outputs as the Makefile does it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "nbval", "--nbval", "--nbval-current-env"]
    command += ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg"), "-c", str(ROOT / "pyproject.toml")]
    command += ["-p", "no:cacheprovider", str(path)]
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"} | {"PYTHONHASHSEED": "0", "TZ": "UTC"}
    return subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_comparison_passes_what_was_regenerated(regenerated: Path) -> None:
    done = nbval(regenerated)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_comparison_fails_on_a_moved_figure(regenerated: Path, tmp_path: Path) -> None:
    done = nbval(altered(regenerated, tmp_path / regenerated.name))
    assert done.returncode == 1
    assert "NPS 43" in done.stdout
