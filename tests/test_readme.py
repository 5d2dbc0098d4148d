"""Both READMEs run: every block of code is executed, in order, and what it is said to print is compared.

The rules for a README: a ``python`` block is run in one namespace for the whole file (in the ``>>>`` form its outputs
are compared; otherwise a ``text`` block right behind it is what it shows, the value of a last expression included). In
a ``console`` block, lines with ``$`` are commands and the rest is what they print; ``...`` stands for anything. The
folder that the code runs in has the project's ``sample_data/`` and ``surveys/``.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from closeloop.cli import app
from closeloop.text import language, set_language

ROOT = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.zh-CN.md"]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.M | re.S)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
SET_UP = ("git clone ", "cd ", "pip install ", "python -m pip install ")  # a person's first steps: not repeated here


class Block(NamedTuple):
    """One fenced block of a README; `follows` is true if only blank lines part it from the block before."""

    line: int
    kind: str
    text: str
    follows: bool


def blocks(text: str) -> list[Block]:
    """Give the fenced blocks of a text in order."""
    found = []
    end = -1
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(line, match[1], match[2], end >= 0 and not text[end : match.start()].strip()))
        end = match.end()
    return found


def same(wanted: str, got: str) -> str:
    """Give "" if `got` is what was `wanted` (white space aside, ``...`` for anything), else the difference."""
    checker = doctest.OutputChecker()
    wanted, got = (text.replace("\u00a0", " ") for text in (wanted, got))  # a no-break space looks like any other
    if checker.check_output(wanted, got, OPTIONS):
        return ""
    return checker.output_difference(doctest.Example("", wanted), got, OPTIONS | doctest.REPORT_NDIFF)


def run_python(source: str, names: dict[str, Any], place: str) -> str:
    """Run `source` in `names`; give what it prints, and what a notebook would show of its last expression."""
    tree = ast.parse(source, place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, place, "exec"), names)  # noqa: S102
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)  # noqa: S307
            if value is not None:
                print(repr(value))
    return printed.getvalue()


def run_session(source: str, names: dict[str, Any], place: str) -> None:
    """Run a ``>>>`` session in `names` and compare every output."""
    test = doctest.DocTestParser().get_doctest(source, names, place, place, 0)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    runner.run(test, out=report.write, clear_globs=False)
    names.update(test.globs)
    assert runner.failures == 0, report.getvalue()


def commands(text: str) -> list[tuple[str, str]]:
    """Give (command, expected output) for a ``console`` block; without ``$`` every line is a command."""
    if not re.search(r"^\$ ", text, re.M):
        return [(line.partition("  #")[0].strip(), "") for line in text.splitlines() if line.strip()]
    parts = re.split(r"^\$ ", text, flags=re.M)[1:]
    return [(part.partition("\n")[0].partition("  #")[0].strip(), part.partition("\n")[2]) for part in parts]


def make_targets() -> set[str]:
    """Give the targets that the Makefile has."""
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def run_closeloop(words: list[str], folder: Path) -> Result:
    """Run a command of closeloop as in a terminal of its own, in the language that this begins with.

    Within this process: each of its own would spend seconds on imports. That the console script does the same is a
    test below.
    """
    chosen = language()
    set_language("en")
    try:
        with contextlib.chdir(folder):
            return CliRunner().invoke(app, words)
    finally:
        set_language(chosen)


def run_command(command: str, wanted: str, folder: Path) -> None:
    """Run a ``closeloop`` command; of a ``make`` command only see that there is such a target."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        assert {w for w in words[1:] if "=" not in w} <= make_targets(), command
    elif words[0] == "closeloop":
        done = run_closeloop(words[1:], folder)
        assert done.exit_code == 0, f"{command}\n{done.output}\n{done.exception!r}"
        if wanted.strip():
            assert not same(wanted, done.stdout), f"{command}\n{same(wanted, done.stdout)}"
    else:
        assert command.startswith(SET_UP), f"nothing checks this command: {command}"


def run_readme(text: str, name: str, folder: Path) -> int:
    """Run every block of a README in `folder`; give how many were run."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = ""
    ran = 0
    for block in blocks(text):
        place = f"{name}:{block.line}"
        if block.kind == "python" and ">>> " in block.text:
            run_session(block.text, names, place)
        elif block.kind == "python":
            shown = run_python(block.text, names, place)
        elif block.kind in {"console", "bash", "sh", "shell"}:
            for command, wanted in commands(block.text):
                run_command(command, wanted, folder)
        elif block.kind == "text" and block.follows:
            assert not same(block.text, shown), f"{place}\n{same(block.text, shown)}"
        else:
            continue
        ran += 1
    return ran


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with copies of what a reader of the README has, and go there."""
    for part in ("sample_data", "surveys"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


@pytest.mark.parametrize("name", READMES)
def test_every_block_of_the_readme_runs(name: str, folder: Path) -> None:
    assert run_readme((ROOT / name).read_text(encoding="utf-8"), name, folder) > 1


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_the_targets_to_start_with(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert {"demo", "test", "lab"} <= set(re.findall(r"\bmake ([a-z-]+)", text)) <= make_targets()


def test_the_two_readmes_run_the_same_code() -> None:
    """Comments, texts and outputs may differ; the calls may not."""
    shapes = []
    for name in READMES:
        text = (ROOT / name).read_text(encoding="utf-8")
        python = "\n".join(
            re.sub(r"^(>>>|\.\.\.) ?", "", b.text, flags=re.M) for b in blocks(text) if b.kind == "python"
        )
        shapes.append(re.findall(r"\bcl\.\w+|\.[a-z]\w*(?=\()", re.sub(r"#.*", "", python)))
    english, chinese = shapes
    assert [call for call in chinese if call != "cl.set_language"] == [c for c in english if c != "cl.set_language"]


@pytest.mark.parametrize("name", READMES)
def test_relative_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


SAMPLE = """
```python
total = 6 * 7
total
```

```text
42
```

```python
>>> total + 1
43
```

```console
$ make test
$ closeloop --help
...demo...
```
"""


def test_the_console_script_says_what_the_runner_says(folder: Path) -> None:
    script = shutil.which("closeloop", path=str(Path(sys.executable).parent))
    assert script, "the console script is not installed"
    words = ["score", "sample_data/quickstart.csv", "--nps", "recommend", "--by", "touchpoint"]
    done = subprocess.run([script, *words], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (0, run_closeloop(words, folder).stdout)


def test_the_runner_passes_what_is_true(tmp_path: Path) -> None:
    assert run_readme(SAMPLE, "sample", tmp_path) == 4


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("\n42\n", "\n41\n"),
        ("43", "44"),
        ("make test", "make tset"),
        ("...demo...", "...dome..."),
        ("$ make test", "$ rm -r x"),
    ],
)
def test_the_runner_fails_on_what_is_not(right: str, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        run_readme(SAMPLE.replace(right, wrong), "sample", tmp_path)
