"""Below each figure stands the call that gave it, and that call gives it again."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pandas as pd
import pytest

import closeloop as cl
from closeloop.metrics.result import TableResult
from closeloop.reports.calls import MAKERS, Called, call_of, default_of
from closeloop.versioned import Document
from closeloop.views.chart import Chart

DATA = pd.DataFrame({"recommend": [10, 9, 9, 3, 7] * 12, "region": ["East"] * 30 + ["West"] * 30, "w": [1.0, 2.0] * 30,
                     "answered_at": pd.date_range("2026-01-03", periods=60, freq="2D")})  # fmt: skip


@pytest.mark.parametrize(
    "call",
    [
        'cl.score(data, cl.Nps("recommend"))',
        'cl.score(data, cl.Nps("recommend", name="a \\"b\\""), by="region", method="score", min_n=5)',
        'cl.score(data, [cl.TopBox("recommend", 10, name="x"), cl.MeanScore("w")], weight="w", confidence_level=0.9)',
        'cl.score(data, cl.Nps("recommend"), breakdowns=["region", cl.Period("answered_at", "quarter")])',
        'cl.score(data, cl.Nps("recommend"), design=cl.Design("w"))',
    ],
)
def test_a_table_of_scores_says_the_call_that_gave_it(call: str) -> None:
    table = eval(call, {"cl": cl, "data": DATA})  # noqa: S307  # that it can be run is what is promised
    assert call_of(table) == call


def test_of_responses_the_call_reads_as_one_types_it(responses: cl.Responses) -> None:
    assert call_of(responses.score()) == "responses.score()"
    assert call_of(responses.score("nps", by="region")) == 'cl.score(responses, "nps", by="region")'
    assert call_of(responses) == 'cl.read_responses("answers.csv", "relationship-nps")'


@pytest.mark.parametrize(
    "result",
    [cl.NpsResult(17, 12, 7), cl.NpsResult(2, 1, 0, n_missing=3), cl.ShareResult(5, 7), cl.MeanResult(4.5, 1.25, 30)],
)
def test_counts_give_the_result_again(result: cl.NpsResult | cl.ShareResult | cl.MeanResult) -> None:
    assert eval(call_of(result), {"cl": cl}) == result  # noqa: S307


def test_what_a_result_does_not_know_is_not_made_up() -> None:
    table = cl.score(DATA, cl.Nps("recommend"), by="region")
    assert call_of(cl.trend(DATA, cl.Nps("recommend"), baseline=3)) == 'cl.trend(data, cl.Nps("recommend"), …)'
    assert call_of(table.compare("East", "West")) == 'cl.compare(a, b, names=["East", "West"], …)'
    assert call_of(table.result(region="East")) == "cl.NpsResult(18, 6, 6)"
    weighted = cl.score(DATA, cl.Nps("recommend"), weight="w").result()
    assert call_of(weighted) == "cl.score(data, metric, …).result(…)"


def test_documents_and_charts_name_theirs() -> None:
    table = cl.score(DATA, cl.Nps("recommend"))
    assert call_of(table.plot()) == 'cl.score(data, cl.Nps("recommend")).plot()'
    assert call_of(cl.compare(cl.NpsResult(7, 1, 2), cl.NpsResult(1, 7, 2)).plot()).endswith(".plot()")
    assert call_of(cl.IssueTree("为什么晚到？")) == 'cl.IssueTree("为什么晚到？")'
    assert call_of(cl.worksheet("5w2h")) == 'cl.worksheet("5w2h")'
    assert call_of(cl.claim("So it is.", cl.NpsResult(1, 0, 0))) == "cl.NpsResult(1, 0, 0)"


def kinds(base: type) -> Iterator[type]:
    for found in (base, *base.__subclasses__()):
        if found is not base:
            yield from kinds(found)
        if isinstance(getattr(found, "kind", None), str) and not inspect.isabstract(found):
            yield found


def test_every_kind_of_result_and_document_has_its_call() -> None:
    for room in ("metrics", "analysis", "responses", "themes", "rootcause", "followup", "reports"):
        package = importlib.import_module(f"closeloop.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"closeloop.{room}."):
            importlib.import_module(module.name)
    ours = {found.kind for base in (TableResult, Document, cl.Coding) for found in kinds(base)  # type: ignore[attr-defined]
            if found.__module__.startswith("closeloop.")}  # fmt: skip
    assert ours == set(MAKERS)


OWNERS = {"loop": cl.Loop, "coding": cl.Coding, "tree": cl.IssueTree, "problem": cl.Problem, "case": cl.Case,
          "responses": cl.Responses, "sheet": cl.Worksheet}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_each_named_call_exists(kind: str) -> None:
    maker = MAKERS[kind]
    name = maker if isinstance(maker, str) else maker.name
    owner, _, rest = re.sub(r"\([^)]*\)", "", name).partition(".")
    if owner == "closeloop":
        module, _, call = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), call))
    elif owner == "cl":
        assert callable(getattr(cl, rest.split(".")[0]))
    else:
        assert hasattr(OWNERS[owner], rest.split(".")[0])


@pytest.mark.parametrize("kind", [kind for kind, maker in MAKERS.items() if not isinstance(maker, str)])
def test_what_is_left_out_is_the_default_of_the_signature(kind: str) -> None:
    maker = MAKERS[kind]
    assert not isinstance(maker, str)
    if maker.name.startswith("cl.") and "(" not in maker.name and inspect.isfunction(getattr(cl, maker.name[3:])):
        parameters = inspect.signature(getattr(cl, maker.name[3:])).parameters
        for option in maker.known:
            if parameters[option].default is not inspect.Parameter.empty:
                assert default_of(maker.name, option) == parameters[option].default


# -- in the files ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown() -> cl.Report:
    frame = pd.DataFrame({"n": [1]})
    figure = cl.NpsResult(17, 12, 7)
    return cl.report("R", ["Nothing computed.", figure, frame, Called(frame, "loop.actions()"), Called("text", "f()")])


def test_texts_and_own_frames_have_none(shown: cl.Report) -> None:
    assert shown.calls == ("", "cl.NpsResult(17, 12, 7)", "", "loop.actions()", "f()")
    assert not any(isinstance(part, Called | Chart) for part in shown.parts)


def test_html_markdown_and_word_show_it_below(shown: cl.Report, tmp_path: Path) -> None:
    html = shown.to_html(tmp_path / "r.html").read_text(encoding="utf-8")
    assert html.count('<p class="call"><code>') == 3
    assert '<p class="call"><code>cl.NpsResult(17, 12, 7)</code></p>' in html
    assert html.index("+28") < html.index("cl.NpsResult(17") < html.index("loop.actions()")
    assert "\n`cl.NpsResult(17, 12, 7)`\n" in shown.to_markdown()
    document = docx.Document(str(shown.to_docx(tmp_path / "r.docx")))
    said = {paragraph.text: paragraph.runs for paragraph in document.paragraphs}
    assert said["loop.actions()"][0].font.name == "Consolas"


def test_a_backtick_in_a_call_does_not_end_it() -> None:
    written = cl.report("R", [Called("text", 'cl.IssueTree("a`b``c")')]).to_markdown()
    assert '```cl.IssueTree("a`b``c")```' in written
