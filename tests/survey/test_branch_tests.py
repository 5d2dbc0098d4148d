"""Branch tests: every command and every check, what a respondent cannot do, and the lines of what fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from closeloop.survey.branch_tests import BranchReport, StepResult
from closeloop.survey.load import load_survey, shipped_names, survey_from_dict
from closeloop.text import LANGUAGES
from lint_examples import NPS, both, item, options, survey, thanks

PAINS = item("pains", "multi", show_if="{recommend} <= 8", max=2, other=True,
             options=options("price", "app", "staff", show_if="{recommend} <= 3"))  # fmt: skip
CONTACT = item("contact", "text", format="email", pii=True, require_if="{recommend} <= 3",
               required_message=both("Your e-mail, please.", "请留下邮箱。"))  # fmt: skip
VISITS = item("visits", "number", min=0, max=99)
GRID = item("grid", "matrix", points=5, rows=options("speed", "care"))
DAY = item("day", "date", min="2026-01-01")
SURVEY = survey(
    [item("wave", "hidden"), {**NPS, "required": True}, PAINS],
    [CONTACT, VISITS, GRID, DAY],
    [item("last", "yesno")],
    end_if=["{recommend} = 0"],
    thanks=thanks("{recommend} <= 6", None),
)
SURVEY["pages"][2]["show_if"] = "{wave} != 'short'"
ALL = {"survey": True}


def run(*steps: dict[str, Any]) -> BranchReport:
    """Run one test of these steps."""
    return survey_from_dict({**SURVEY, "tests": [{"name": "one", "steps": list(steps)}]}).run_tests()


def last(*steps: dict[str, Any]) -> StepResult:
    """Give the last step of a test."""
    return run(*steps).tests[0].steps[-1]


@pytest.mark.parametrize("name", shipped_names())
def test_the_tests_of_a_shipped_survey_hold(name: str) -> None:
    report = load_survey(name).run_tests()
    assert report.tests
    assert report.ok, report.in_language("en")


PASSING: list[list[dict[str, Any]]] = [
    [{"expect": {"recommend": {"visible": True, "required": True, "empty": True}, "wave": {"visible": False}}}],
    [{"set": {"recommend": 9}}, {"expect": {"pains": {"visible": False}, "recommend": {"value": 9, "empty": False}}}],
    [{"set": {"recommend": 3}}, {"expect": {"pains": {"choices": ["price", "app", "staff", "other"]}}}],
    [{"set": {"recommend": 8}}, {"expect": {"pains": {"choices": ["price", "other", "app"]}}}],
    [{"set": {"recommend": 3, "pains": ["staff"]}}, {"set": {"recommend": 7}}, {"expect": {"pains": {"empty": True}}}],
    [{"set": {"recommend": 3, "pains": ["other"]}}, {"setComment": {"pains": "noise"}},
     {"expect": {"pains": {"comment": "noise"}, "survey": {"values": {"pains__other_text": "noise"}}}}],
    [{"set": {"recommend": 3}}, {"clear": {"recommend": True}}, {"expect": {"recommend": {"empty": True}}}],
    [{"nextPage": ALL}, {"expect": {"survey": {"currentPage": "page_1", "errorCount": 1},
                                    "recommend": {"hasErrors": True, "errors": ["required"], "errorCount": 1},
                                    "page_1": {"hasErrors": True}}}],
    [{"set": {"recommend": 3}}, {"nextPage": ALL}, {"expect": {"contact": {"required": True, "hasErrors": False}}},
     {"nextPage": ALL}, {"expect": {"contact": {"errors": ["请留下邮箱。"]}, "survey": {"currentPage": "page_2"}}},
     {"set": {"contact": "nobody"}}, {"expect": {"contact": {"errors": ["pattern"]}}},
     {"set": {"contact": "a@example.org"}}, {"nextPage": ALL}, {"expect": {"survey": {"currentPage": "page_3"}}},
     {"prevPage": ALL}, {"expect": {"survey": {"currentPage": "page_2", "state": "running"}}}],
    [{"set": {"recommend": 9}}, {"nextPage": ALL}, {"set": {"grid": {"speed": 4}}}, {"set": {"grid": {"care": 2}}},
     {"expect": {"grid": {"value": {"speed": 4, "care": 2}}}}],
    [{"set": {"recommend": 9}}, {"nextPage": ALL}, {"set": {"day": "2026-03-31"}},
     {"expect": {"day": {"value": "2026-03-31"}}}],
    [{"set": {"recommend": 9}}, {"nextPage": ALL}, {"set": {"visits": 100}}, {"nextPage": ALL},
     {"expect": {"visits": {"errors": ["out_of_range"]}}}],
    [{"setDirectly": {"wave": "short", "last": True}},
     {"expect": {"page_3": {"visible": False}, "last": {"empty": True, "page": "page_3"},
                 "survey": {"pages": ["page_1", "page_2"], "noValues": ["last"]}}}],
    [{"set": {"recommend": 0}}, {"expect": {"survey": {"pages": ["page_1"]}}}, {"complete": ALL},
     {"expect": {"survey": {"state": "completed", "thanks": "Thank you (0)", "currentPage": "page_1"}}}],
    [{"setDirectly": {"wave": "short"}}, {"set": {"recommend": 9}}, {"nextPage": ALL}, {"complete": ALL},
     {"expect": {"survey": {"state": "completed", "thanks": {"zh-CN": "谢谢（1）"}, "values": {"wave": "short"}}}}],
    [{"name": "a remark", "description": "is no command", "set": {"recommend": 9}}],
    [{"expect": {"recommend": {"title": "recommend 怎么样？", "choices": list(range(11))}}}],
]  # fmt: skip


@pytest.mark.parametrize("steps", PASSING)
def test_what_a_respondent_does_and_sees(steps: list[dict[str, Any]]) -> None:
    report = run(*steps)
    assert report.ok, report.in_language("en")


REFUSED: list[tuple[list[dict[str, Any]], str]] = [
    ([{"set": {"recommend": 11}}], "11"),
    ([{"set": {"recommend": 7.5}}], "7.5"),
    ([{"set": {"recommend": "nine"}}], "nine"),
    ([{"set": {"pains": ["price"]}}], "not shown here ({recommend} <= 8)"),
    ([{"set": {"recommend": 8}}, {"set": {"pains": ["prize"]}}], "Did you mean “price”?"),
    ([{"set": {"recommend": 8}}, {"set": {"pains": ["staff"]}}], "is not offered here"),
    ([{"set": {"recommend": 3}}, {"set": {"pains": ["price", "app", "staff"]}}], "at most 2"),
    ([{"set": {"recommend": 3}}, {"set": {"pains": "price"}}], "price"),
    ([{"set": {"visits": 3}}], "on the page “page_2”"),
    ([{"set": {"wave": "a"}}], "setDirectly"),
    ([{"set": {"recomend": 3}}], "Did you mean “recommend”?"),
    ([{"sett": {"recommend": 3}}], "Did you mean “set”?"),
    ([{"set": 3}], "at least one entry"),
    ([{"nextPage": {"recommend": True}}], "{survey: true}"),
    ([{"prevPage": ALL}], "the first page"),
    ([{"complete": ALL}], "the last one, “page_3”"),
    ([{"set": {"recommend": 0}}, {"nextPage": ALL}], "is the last page"),
    ([{"set": {"recommend": 0}}, {"complete": ALL}, {"set": {"recommend": 3}}], "after the survey was completed"),
    ([{"set": {"recommend": 3}}, {"setComment": {"pains": "x"}}], "no field for words"),
    ([{"expect": {"nobody": {"visible": True}}}], "no item or page “nobody”"),
    ([{"expect": {"recommend": {"visibel": True}}}], "Did you mean “visible”?"),
    ([{"expect": {"recommend": {}}}], "{visible: true}"),
    ([{"expect": {"contact": {"choices": []}}}], "has no choices"),
    ([{"expect": {"survey": {"values": {}}}}], "{visible: true}"),
]


@pytest.mark.parametrize(("steps", "said"), REFUSED)
def test_what_a_respondent_cannot_do_is_refused_with_the_reason(steps: list[dict[str, Any]], said: str) -> None:
    step = last(*steps)
    assert step.outcome == "failed"
    (reason,) = step.reasons("en")
    assert said in reason
    assert step.reasons("zh-CN") != [reason]


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"pains": {"visible": True}}, "pains.visible: expected true, found false"),
        ({"recommend": {"value": "9"}}, "recommend.value: expected '9', found 9"),
        ({"recommend": {"required": False}}, "recommend.required: expected false, found true"),
        ({"recommend": {"errors": ["required"]}}, "recommend.errors: expected [required], found []"),
        ({"survey": {"values": {"pains": ["a"]}}}, "survey.pains.value: expected [a], found –"),
        ({"survey": {"state": "completed"}}, "survey.state: expected completed, found running"),
        ({"survey": {"pages": ["page_1"]}}, "survey.pages: expected [page_1], found [page_1, page_2, page_3]"),
        ({"survey": {"thanks": "Thank you (1)"}}, "survey.thanks: expected Thank you (1), found –"),
        ({"page_1": {"visible": False}}, "page_1.visible: expected false, found true"),
    ],
)
def test_an_expectation_that_fails_says_what_was_found(expected: dict[str, Any], said: str) -> None:
    step = last({"set": {"recommend": 9}}, {"expect": expected})
    assert (step.outcome, step.reasons("en")) == ("failed", [said])


def test_a_step_behind_a_refused_one_is_not_run_but_one_behind_a_failed_expectation_is() -> None:
    steps = run(
        {"expect": {"last": {"visible": False}}}, {"set": {"recommend": 11}}, {"expect": {"last": {"visible": True}}}
    )
    assert [step.outcome for step in steps.tests[0].steps] == ["failed", "failed", "skipped"]


def test_what_kept_a_page_from_turning_is_told() -> None:
    step = last({"nextPage": ALL})
    assert step.outcome == "passed"
    assert step.remark is not None
    assert str(step.remark) == "It stays on “page_1”: recommend (required)."


def test_a_failure_names_the_line_of_its_step(tmp_path: Path) -> None:
    steps = [{"set": {"recommend": 9}}, {"expect": {"pains": {"visible": True}}}]
    made = survey_from_dict({**SURVEY, "tests": [{"name": "sees pains", "steps": steps}]})
    file = made.save(tmp_path / "visit.survey.yaml")
    line = next(n for n, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if "- expect:" in text)
    report = load_survey(file).run_tests()
    assert report.in_language("en").splitlines() == [
        f"{file}:{line}: sees pains, step 2: pains.visible: expected true, found false",
        "example: 1 test, 1 failed",
    ]
    assert (
        report.in_language("zh-CN")
        .splitlines()[0]
        .endswith("sees pains，第 2 步: pains.visible：应为 true，实际为 false")
    )
    assert report.failed == report.tests
    assert report.to_frame()["line"].tolist() == [line - 2, line]
    assert report.to_dict()["tests"][0]["steps"][1]["reasons"].keys() == set(LANGUAGES)
    assert "sees pains" in report._repr_html_()
