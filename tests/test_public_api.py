"""What a person types in a notebook: the names are there, in the promised shape, and each shows how it is used."""

from __future__ import annotations

import inspect
import re
from functools import cached_property
from pathlib import Path

import pytest

import closeloop as cl

ROOT = Path(__file__).resolve().parents[1]

SIGNATURES = {  # parameters may be added behind these; these names, their order and their defaults stay
    "load_survey": "(name_or_path)",
    "list_surveys": "()",
    "read_responses": "(source, survey=None, *, dialect='auto', encoding='auto', sheet=None, columns=None, "
    "timezone=None, dates='auto', layout='auto', strict=False, progress=None, versions=None)",
    "import_responses": "(source, survey, folder, *, dialect='auto', encoding='auto', sheet=None, columns=None, "
    "timezone=None, dates='auto', rows=500000, progress=None)",
    "open_responses": "(folder)",
    "score": "(data, metric=None, by=None, *, breakdowns=None, weight=None, design=None, confidence_level=0.95, "
    "method=None, min_n=10)",
    "tally": "(data, metrics=None, by=None, *, breakdowns=None, weight=None, design=None, part=None)",
    "load_tally": "(path)",
    "nps": "(scores, weights=None)",
    "csat": "(ratings, points=5, top=2)",
    "ces": "(ratings, points=7, top=3)",
    "NpsResult": "(promoters, passives, detractors, n_missing=0)",
    "Nps": "(item)",
    "TopBox": "(item, points=5, top=2)",
    "MeanScore": "(item)",
    "Period": "(column)",
    "compare": "(a, b)",
    "paired_change": "(before, after, on='respondent_id', metric=None)",
    "sample_size": "(metric='nps', margin=None)",
    "coverage": "(n, mix, method=None)",
    "Design": "(weight=None, strata=None, cluster=None, fpc=None)",
    "rake": "(data, targets, weight=None)",
    "drivers": "(data, outcome, items, *, method='lmg', weight=None, bootstrap=0)",
    "trend": "(data, metric=None, every='month', by=None, baseline=None)",
    "decompose": "(before, after, metric, by)",
    "scorecard": "(data, metric=None, *, by, period=None, coding=None, verbatims=None, min_n=10)",
    "theme_impact": "(coding, data, metric)",
    "recovery": "(before, after, *, reliability=None, control=None)",
    "kano": "(data, pairs=None, table=None)",
    "GapScore": "(expectation, perception)",
    "report": "(title, parts, language=None)",
    "claim": "(text, result)",
    "monthly_report": "(responses, *, month, loop=None, metric=None, by=None, language=None)",
    "loop_report": "(loop, *, since=None, now=None, language=None)",
    "board_briefing": "(problem, *, loop=None, language=None)",
    "eight_d": "(problem, *, language=None)",
    "a3": "(problem, *, language=None)",
    "load_codebook": "(name_or_path)",
    "list_codebooks": "()",
    "code_mentions": "(texts, codebook, *, ids=None)",
    "code_to_parquet": "(source, codebook, file, *, text, id='response_id', rows=100000)",
    "Gap": "(*, metric, standard, actual, n, as_of, ci=None)",
    "Problem": "(gap, cases=())",
    "FiveWhys": "(gap_or_problem)",
    "IssueTree": "(question)",
    "worksheet": "(name_or_path)",
    "list_worksheets": "()",
    "load": "(path)",
    "is_is_not": "(data, affected, traits)",
    "needs_trace": "(coding, problems)",
    "gantt": "(tasks, today)",
    "recode": "(coding, codebook)",
    "open_loop": "(url, *, actor=None, key_file=None)",
    "import_loop": "(folder, url)",
    "load_policy": "(name_or_path)",
    "load_calendar": "(name_or_path)",
    "set_language": "(tag)",
    "language": "()",
}

MEMBERS = {
    "Survey": (
        "id version languages title form items item timezone metrics sources check save unconfirmed confirm lint "
        "run_tests diff to_surveyjs from_surveyjs to_xlsform to_wjx_text from_wjx_text answers_schema codebook"
    ),
    "LintReport": "survey file findings ok codes of to_dict to_frame in_language",
    "BranchReport": "survey file tests ok failed to_dict to_frame",
    "SurveyDiff": "id versions changes verdict ok faults sentence not_comparable to_frame",
    "SurveyCodebook": "rows to_frame to_markdown to_xlsx",
    "Responses": (
        "accepted quarantined superseded issues raw columns ledger confirm mapped amend migrate write score "
        "survey sources period quality timezone timezone_reason"
    ),
    "ScoreTable": "to_frame to_dict result plot blocks compare league gap",
    "Tally": "metrics parts n_rows to_frame to_dict save plot",
    "Codebook": "id version languages title codes code children accept save",
    "Coding": "pareto mece agreement suggest trend from_table to_frame matrix save",
    "MeceReport": "verdict reasons coverage overlap pairs unseen plot",
    "FiveWhys": (
        "top ask evidence readback stop findings read_aloud coverage contrast to_markdown to_svg save undo redo edit"
    ),
    "IssueTree": "add formula mece split merge move findings to_markdown from_markdown to_svg save undo redo edit",
    "Worksheet": "fill missing findings to_markdown save undo redo edit",
    "Countermeasure": "cause what kind owner due metric baseline target unit smart strength",
    "Problem": "add findings stage measure close trace save",
    "Loop": (
        "triage open_case case cases due save problems actions lessons measure verify erase reveal export board glance "
        "retrospective report adopt settings load problem outbox rebuild close"
    ),
    "Case": (
        "do allowed clocks explain history findings edit as_of case_id stage owner severity version refresh help "
        "to_dict"
    ),
    "Scorecard": "filters select board to_dict metric n min_n",
    "Board": "cards column sentence to_frame",
    "Clocks": "readings of sentence plot",
    "LoopReport": "to_frame plot findings sentence",
    "effect": "",
    "servqual": "",
    "importance_performance": "",
    "reliability": "",
    "time_to": "",
    "non_response": "",
    "NpsResult": "n score std_error confidence_interval promoters passives detractors n_missing",
    "ShareResult": "n std_error confidence_interval mean",
    "MeanResult": "n std_error confidence_interval",
    "Report": "to_html to_docx to_xlsx to_markdown findings",
    "Claim": "text result",
    "ResponseValidationError": "",
    "SurveyDefinitionError": "",
    "ColumnNotFoundError": "",
    "InsufficientDataError": "",
    "CloseloopError": "",
    "draft_survey": "",
}


def test_the_public_names_are_sorted_and_unique() -> None:
    assert list(cl.__all__) == sorted(set(cl.__all__))


def test_the_promised_names_are_public() -> None:
    assert set(SIGNATURES) | set(MEMBERS) <= set(cl.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'npss'"):
        _ = cl.npss


@pytest.mark.parametrize("name", cl.__all__)
def test_a_public_name_is_the_object_of_that_name(name: str) -> None:
    value = getattr(cl, name)
    assert value.__name__ == name
    assert value.__module__.startswith("closeloop.")


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_signature_begins_as_promised(name: str) -> None:
    promised = eval(f"lambda {SIGNATURES[name][1:-1]}: None")  # noqa: S307
    for wanted in inspect.signature(promised).parameters.values():
        found = inspect.signature(getattr(cl, name)).parameters[wanted.name]
        assert found.default == wanted.default
        assert found.kind in {wanted.kind, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    order = [p for p in inspect.signature(getattr(cl, name)).parameters if p in inspect.signature(promised).parameters]
    assert order == list(inspect.signature(promised).parameters)


@pytest.mark.parametrize(("name", "members"), [(n, m) for n, m in MEMBERS.items() if m])
def test_a_public_class_has_the_promised_members(name: str, members: str) -> None:
    owner = getattr(cl, name)
    there = set(dir(owner)) | set(getattr(owner, "__annotations__", {})) | set(getattr(owner, "model_fields", {}))
    assert set(members.split()) <= there


@pytest.mark.parametrize("name", cl.__all__)
def test_a_public_object_says_what_it_is_and_shows_it(name: str) -> None:
    value = getattr(cl, name)
    text = inspect.getdoc(value) or ""
    assert text, "no docstring"
    summary = text.splitlines()[0]
    assert summary.endswith("."), "the first line is one sentence"
    wanted = ["Examples"]
    if not isinstance(value, type):
        signature = inspect.signature(value)
        wanted += ["Parameters"] * bool(signature.parameters)
        wanted += ["Returns"] * (bool(signature.parameters) and signature.return_annotation not in {None, "None"})
    for section in wanted:
        heading = f"{section}\n{'-' * len(section)}\n"
        assert heading in text, f"no section {section}"
    assert ">>> " in text[text.index("Examples\n") :], "the examples cannot be run"


@pytest.mark.parametrize("name", [n for n in cl.__all__ if n[0].isupper()])
def test_the_public_members_of_a_class_have_docstrings(name: str) -> None:
    """Those that it has from another class of ours as well: the reference shows them."""
    owner = getattr(cl, name)
    bare = [
        member
        for ours in owner.__mro__
        if ours.__module__.startswith("closeloop.")
        for member, value in vars(ours).items()
        if not member.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, property | cached_property | classmethod | staticmethod))
        and not inspect.getdoc(value)
    ]
    assert not bare


@pytest.mark.parametrize("name", [n for n in cl.__all__ if n[0].islower()])
def test_the_section_parameters_names_each_parameter_and_no_other(name: str) -> None:
    function = getattr(cl, name)
    text = (inspect.getdoc(function) or "") + "\n"
    sections = re.findall(r"^Parameters\n-{10}\n(.*?)(?=^\S[^\n]*\n---|\Z)", text, re.M | re.S)
    entries = re.findall(r"^([\w*][^:\n]*)(?= :|$)", "".join(sections), re.M)
    named = [each.strip().lstrip("*") for entry in entries for each in entry.split(",")]
    assert sorted(named) == sorted(inspect.signature(function).parameters)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_uses_public_names_only(readme: str) -> None:
    used = set(re.findall(r"\bcl\.([A-Za-z_]\w*)", (ROOT / readme).read_text(encoding="utf-8")))
    assert {"load_survey", "read_responses"} <= used <= set(cl.__all__)
