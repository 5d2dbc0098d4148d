"""The guides run: every block of code of a page is executed, and what it shows is compared.

The rules for a block are those of a README (`tests/test_readme.py`). An English page has a process of its own, where
nothing is there but what the page asks for; its Chinese twin runs the same calls, which is tested too, and so needs
none. The pages on worksheets are run by `tests/rootcause/test_templates.py`.
"""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from typer.models import OptionInfo

import closeloop as cl
from closeloop.cli import answers
from closeloop.followup.commands.table import command_table
from closeloop.followup.stages.table import stage_table
from closeloop.responses.dialects import DIALECTS
from closeloop.survey.load import survey_from_dict
from closeloop.survey.yaml_text import parsed_document
from closeloop.text import LANGUAGES
from test_readme import run_readme

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    f"{name}{language}.md"
    for name in ("rootcause", "codebooks", "loop", "widgets", "surveys", "import", "scale", "engines")
    for language in ("", ".zh-CN")
]
GIVEN = {
    "codebooks": "import closeloop as cl\n\ncomments = ['Nobody explained it.', '月租太贵了。', 'The app crashes.']\n",
}
"""Page → what its blocks take for granted: a package that is imported, comments of one's own."""
PROCESS = """
import sys
from pathlib import Path

sys.path.insert(0, {tests!r})
from test_readme import run_readme

print(run_readme(Path({page!r}).read_text(encoding="utf-8"), {page!r}, Path.cwd()))
"""
RULES = Path(ROOT, "toolkit", "closeloop", "rootcause", "whys", "rules")
NOT_ON_SCREEN = {"inner loop", "outer loop"}
"""Terms of the field that a reader meets in the papers about closed loops, and not yet in the program."""
HANZI = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")


def guide(name: str) -> str:
    """Give the text of a page of ``docs``."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def with_sample_data(folder: Path) -> Path:
    """Copy the sample data into a folder; give the folder."""
    shutil.copytree(ROOT / "sample_data", folder / "sample_data", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run_page(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the blocks of `text` in a process of its own, warnings being errors."""
    page = with_sample_data(folder) / "page.md"
    page.write_text(text, encoding="utf-8")
    code = PROCESS.format(tests=str(ROOT / "tests"), page=str(page))
    told = os.environ | {"MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=folder, env=told, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("name", PAGES)
def test_every_block_of_the_guide_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"```python\n{GIVEN.get(name.partition('.')[0], '')}```\n\n{guide(name)}"
    if ".zh-CN" in name:
        monkeypatch.chdir(with_sample_data(tmp_path))
        monkeypatch.setenv("MPLBACKEND", "Agg")
        assert run_readme(text, name, tmp_path) > 1
    else:
        done = run_page(text, tmp_path)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout.split()[-1]) > 1


@pytest.mark.parametrize("broken", ["1 / 0\n```\n", "1 + 1\n```\n\n```text\n3\n```\n"])
def test_a_block_that_fails_or_shows_something_else_is_noticed(broken: str, tmp_path: Path) -> None:
    assert run_page(f"```python\n{broken}", tmp_path).returncode != 0


@pytest.mark.parametrize("english", [name for name in PAGES if "zh" not in name])
def test_both_languages_run_the_same_code(english: str) -> None:
    calls = []
    for name in (english, english.replace(".md", ".zh-CN.md")):
        code = "\n".join(re.findall(r"^```python\n(.*?)^```$", guide(name), re.M | re.S))
        calls.append(re.findall(r"\bcl\.\w+|\.[a-z]\w*(?=\()", re.sub(r"#.*", "", code)))
    assert [call for call in calls[1] if call != "cl.set_language"] == calls[0]


@pytest.mark.parametrize("name", [*PAGES, "app.md", "app.zh-CN.md", "glossary.md"])
def test_links_of_the_guide_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", guide(name))
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


@pytest.mark.parametrize("name", ["rootcause.md", "rootcause.zh-CN.md"])
def test_the_guide_lists_the_rules_with_the_levels_that_they_give(name: str) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.py")))
    levels: dict[str, set[str]] = {}
    for rule, level in re.findall(r'found\(graph, "(W\d\d)", "(error|warn|info)"', code):
        levels.setdefault(rule, set()).add(level)
    listed = re.findall(r"^\| (W\d\d) \| .+ \| ([^|]+) \|$", guide(name), re.M)
    assert [rule for rule, _ in listed] == [f"W{number:02}" for number in range(1, 19)]
    assert {rule: set(re.findall(r"error|warn|info", said)) for rule, said in listed} == levels


@pytest.mark.parametrize("name", ["surveys.md", "surveys.zh-CN.md"])
def test_the_guide_of_surveys_shows_tests_that_hold_and_every_shipped_survey(name: str) -> None:
    shown = re.findall(r"^```yaml\n(tests:.*?)^```$", guide(name), re.M | re.S)
    data = cl.load_survey("effort-ces").to_dict()
    for text in shown:
        assert survey_from_dict(data | parsed_document(text, name).data).run_tests().ok
    assert shown
    listed = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", guide(name), re.M)
    assert sorted(listed) == cl.list_surveys()["id"].tolist()


@pytest.mark.parametrize("name", ["loop.md", "loop.zh-CN.md"])
def test_the_guide_of_the_loop_has_every_stage_and_every_step(name: str) -> None:
    table = stage_table()
    labels = {each.id: {each.label.in_language(tag) for tag in LANGUAGES} for each in table.stages}
    stages = re.findall(r"^\| `(\w+)` \| ([^|`]+) \| ([^|`]+) \| [^|`]+ \|$", guide(name), re.M)
    assert {stage: {one, other} for stage, one, other in stages} == labels
    steps = re.findall(r"^\| ((?:`\w+`[,、 ]*)+) \| `(\w+)` \| `(\w+)` \| .+ \|$", guide(name), re.M)
    listed = [(start, event, to) for starts, event, to in steps for start in re.findall(r"\w+", starts)]
    assert sorted(listed) == sorted((each.source, each.event, each.target) for each in table.transitions)


@pytest.mark.parametrize("name", ["loop.md", "loop.zh-CN.md"])
def test_the_guide_of_the_loop_names_every_command_once_in_its_table(name: str) -> None:
    text = guide(name)
    begins = text.index("`open_case` |")
    named = re.findall(r"`([a-z_]+)`", text[begins : text.index("`correct` |") + len("`correct` |")])
    assert sorted(named) == sorted(command_table().commands)


@pytest.mark.parametrize("name", ["loop.md", "loop.zh-CN.md"])
@pytest.mark.parametrize("thing", [cl.Loop, cl.Case])
def test_the_guide_of_the_loop_names_every_method(thing: type, name: str) -> None:
    methods = {each for each, _ in inspect.getmembers(thing, inspect.isfunction) if not each.startswith("_")}
    named = set(re.findall(r"\.([a-z]\w*)\(", guide(name)))
    assert sorted(methods - named - {"close", "to_dict"}) == []


@pytest.mark.parametrize("name", ["import.md", "import.zh-CN.md"])
def test_the_guide_of_imports_lists_the_platforms_in_the_order_of_trial(name: str) -> None:
    known = [dialect.NAME for dialect in DIALECTS]
    assert re.findall(r"^\| [^|]+[,，] ?`(\w+)` \|", guide(name), re.M) == known
    assert all(f'``"{each}"``' in str(cl.read_responses.__doc__) for each in known)
    (told,) = (each for each in get_args(answers.Dialect) if isinstance(each, OptionInfo))
    assert re.findall(r"[a-z_]{3,}", str(told.help)) == ["auto", *known]


class Term(NamedTuple):
    """One row of the glossary."""

    english: str
    chinese: str
    meaning: str
    meaning_zh: str


def glossary() -> list[Term]:
    """Give the rows of the glossary's table."""
    lines = [line for line in guide("glossary.md").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(row) for row in rows} == {4}
    return [Term(*row) for row in rows[1:]]


def test_the_glossary_is_filled_in_both_languages() -> None:
    terms = glossary()
    assert len(terms) >= 60
    assert [term for term in terms if not all(term)] == []
    names = re.compile(r"IS / IS NOT|[A-Z0-9]{2,}")  # a Chinese term may be an abbreviation that everybody uses
    assert [t for t in terms if not HANZI.search(t.chinese) and not names.fullmatch(t.chinese)] == []
    assert [t for t in terms if not HANZI.search(t.meaning_zh)] == []
    assert [t for t in terms if HANZI.search(t.english + t.meaning)] == []


def test_the_glossary_is_sorted_and_has_each_term_once() -> None:
    terms = glossary()
    names = [term.english.casefold() for term in terms]
    assert names == sorted(set(names))
    chinese = [term.chinese for term in terms]
    assert sorted(chinese) == sorted(set(chinese))


def test_the_glossary_is_one_line_a_term_with_its_own_punctuation() -> None:
    for term in glossary():
        assert term.meaning.endswith("."), term
        assert term.meaning_zh.endswith("。"), term
        assert not HALF_WIDTH.search(term.chinese + term.meaning_zh), term


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term.english)
def test_the_glossary_uses_the_words_of_the_screen(term: Term) -> None:
    """Each Chinese term occurs in what the package says or ships, so that both stay the same language."""
    assert (term.chinese in spoken()) == (term.english not in NOT_ON_SCREEN), term


@cache
def spoken() -> str:
    """Give all that the package says and ships in both languages."""
    data = ROOT / "toolkit" / "closeloop" / "data"
    files = sorted(path for path in data.rglob("*.yaml") if path.parent.name != "lexicons")
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
