"""Lint: every rule finds its fault and lets the mended survey pass, in both languages; nothing is said without need."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import SurveyDefinitionError
from closeloop.forms.logic import parse
from closeloop.survey.lint import LintFinding, LintReport
from closeloop.survey.lint.rules import Rule, rules
from closeloop.survey.lint.run import refused_report
from closeloop.survey.lint.subject import Subject
from closeloop.survey.lint.trial import branching, trial
from closeloop.survey.load import load_survey, shipped_names, survey_from_dict
from closeloop.text import catalogue
from lint_examples import EXAMPLES, IN_FILES, NPS, item, shown, survey
from random_surveys import random_answers, random_survey

HAN = re.compile("[\u4e00-\u9fff]")
CASES = [(code, number) for code, pairs in sorted(EXAMPLES.items()) for number in range(len(pairs))]


def lint(data: Mapping[str, Any]) -> LintReport:
    """Lint plain data, also if it does not load."""
    try:
        return survey_from_dict(data).lint()
    except SurveyDefinitionError as error:
        return refused_report("survey", error)


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert set(EXAMPLES) | IN_FILES == set(rules())


@pytest.mark.parametrize("rule", [rule for rule in rules().values() if rule.look is not None], ids=lambda r: r.code)
def test_every_rule_says_what_is_wrong_and_what_to_do(rule: Rule) -> None:
    assert {rule.code, f"{rule.code}_mend"} <= catalogue("lint").keys()


@pytest.mark.parametrize(("code", "number"), CASES)
def test_a_fault_is_found_and_its_mending_passes(code: str, number: int) -> None:
    broken, mended = EXAMPLES[code][number]
    found = [finding for finding in lint(broken).findings if finding.code == code]
    assert found, lint(broken).in_language("en")
    assert {finding.level for finding in found} == {rules()[code].level}
    for finding in found:
        english, chinese = finding.told("en"), finding.told("zh-CN")
        assert HAN.search(chinese)
        assert english != chinese
        assert finding.field or code in {"timezone_missing"}
    remaining = lint(mended)
    assert code not in remaining.codes, remaining.in_language("en")
    assert remaining.of("error") == (), remaining.in_language("en")


@pytest.mark.parametrize("name", shipped_names())
def test_nothing_is_said_about_a_shipped_survey(name: str) -> None:
    assert load_survey(name).lint().findings == ()


def test_a_finding_names_file_line_and_item(tmp_path: Path) -> None:
    file = tmp_path / "visit.survey.yaml"
    survey_from_dict(survey(NPS, shown("{recommend} > 10"))).save(file)
    report = load_survey(file).lint()
    (finding,) = report.findings
    lines = file.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "> 10" in text)
    assert (finding.file, finding.line, finding.item, finding.code) == (str(file), line, "why", "comparison_never")
    assert finding.told("en").startswith(f"{file}:{line}: error [comparison_never] why · show_if: ")
    assert not report.ok
    assert report.to_frame().loc[0, "line"] == line
    assert report.to_dict()["errors"] == 1
    assert "comparison_never" in report._repr_html_()


def test_what_is_too_much_to_try_is_not_talked_about() -> None:
    many = [item(f"q{number}", "nps") for number in range(8)]
    condition = " and ".join(f"{{q{number}}} = 1" for number in range(8)) + " and {q0} = 2"
    assert "condition_never" not in lint(survey(*many, shown(condition))).codes


def test_the_innermost_part_is_told_once() -> None:
    report = lint(survey(NPS, shown("({recommend} > 10 and {recommend} = 3) or {recommend} = 4")))
    assert [(finding.code, str(finding.message)) for finding in report.of("error")] == [
        ("comparison_never", "{recommend} > 10 is never true.")
    ]


def test_an_unknown_choice_comes_with_the_likeliest_one() -> None:
    (finding,) = lint(EXAMPLES["unknown_choice"][0][0]).of("error")
    assert str(finding.suggestion) == "Did you mean “east”?"


def released(tmp_path: Path, now: dict[str, Any], then: dict[str, Any]) -> LintReport:
    """Lint a survey beside a released version."""
    (tmp_path / "released").mkdir()
    survey_from_dict(then).save(tmp_path / "released" / f"example@{then['version']}.survey.yaml")
    return load_survey(survey_from_dict(now).save(tmp_path / "example.survey.yaml")).lint()


@pytest.mark.parametrize(("version", "code"), [(2, "released_changed"), (1, "released_wording")])
def test_a_measured_question_is_compared_with_what_was_released(tmp_path: Path, version: int, code: str) -> None:
    metrics = {"nps": {"kind": "nps", "item": "recommend"}}
    reworded = {**NPS, "ask": {"en": "Would you recommend us?", "zh-CN": "您会推荐我们吗？"}}
    report = released(tmp_path, survey(reworded, metrics=metrics), survey(NPS, metrics=metrics, version=version))
    assert [(finding.code, finding.item) for finding in report.findings] == [(code, "recommend")]


def test_the_same_question_as_released_is_fine(tmp_path: Path) -> None:
    data = survey(NPS, metrics={"nps": {"kind": "nps", "item": "recommend"}})
    assert released(tmp_path, data, data).findings == ()


@given(st.integers(0, 400))
@settings(max_examples=12, deadline=None)
def test_what_is_called_unreachable_is_seen_by_nobody(seed: int) -> None:
    """A claim of lint is refuted by one respondent: none of many random ones may."""
    made = survey_from_dict(random_survey(seed))
    report = made.lint()
    dead = {f.item for f in report.findings if f.code in {"item_unreachable", "required_hidden"}}
    rng = random.Random(seed)
    for _ in range(10):
        answers = random_answers(made, rng)
        assert not dead & answers.keys()


@given(st.integers(0, 2000))
@settings(max_examples=25, deadline=None)
def test_a_domain_stands_for_every_answer(seed: int) -> None:
    """What a condition says of any real answers, it says of some combination that is tried."""
    made = survey_from_dict(random_survey(seed))
    subject = Subject(made)
    rng = random.Random(seed)
    people = [random_answers(made, rng) for _ in range(5)]
    for place in subject.places:
        expression = parse(place.text)
        tried = trial(subject, [expression])
        if tried is not None:
            held = set(tried.holds(expression).tolist())
            assert {expression.holds(answers) for answers in people} <= held, place


def test_everything_is_tried_with_what_is_hidden_taken_away() -> None:
    made = survey_from_dict(survey(NPS, item("call", "yesno", show_if="{recommend} <= 3"), shown("{call} = true")))
    found = branching(Subject(made), ["why"])
    assert found is not None
    codes = [found.trial.columns[name].codes.tolist() for name in ("recommend", "call")]
    combinations = zip(*codes, found.shown["why"].tolist(), strict=True)
    seen = {(point, said) for point, said, is_shown in combinations if is_shown}
    assert seen == set(product(range(4), [0]))


def test_the_gravest_come_first() -> None:
    report = lint(
        survey(NPS, item("b", "comment", pii=False), item("c", "nps", ask=NPS["ask"]), shown("{recommend} > 10"))
    )
    assert [finding.level for finding in report.findings] == ["error", "warning", "warning", "info"]
    assert isinstance(report.findings[0], LintFinding)


def test_thousands_of_items_are_no_hindrance() -> None:
    many = [item(f"q{number}", "yesno", show_if=f"{{recommend}} = {number % 11}") for number in range(1000)]
    assert lint(survey(NPS, *many)).codes == ("long_survey",)


def test_a_condition_on_thousands_of_answers_is_tried_part_by_part() -> None:
    several = item(
        "pains", "multi", options=[{"value": f"o{n}", "text": {"en": f"O{n}", "zh-CN": f"选项{n}"}} for n in range(40)]
    )
    report = lint(survey(several, NPS, shown("{pains} contains 'o99' or ({pains} contains 'o1' and {recommend} > 10)")))
    assert set(report.codes) == {"unknown_choice", "comparison_never"}
