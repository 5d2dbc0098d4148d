"""SurveyJS JSON, written and read: every line of the mapping, the traps, what is refused, hostile input."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.load import load_survey, survey_from_dict
from closeloop.survey.survey import Survey
from random_surveys import random_survey

SURVEYS = 150
FUZZED = 200


def survey_of(*items: dict[str, Any], **keys: Any) -> Survey:
    """Return a bilingual survey of one page; texts may be given in English alone."""
    data = {"format": 1, "id": "one", "version": 3, "languages": ["zh-CN", "en"], "title": both("Survey", "问卷")}
    return survey_from_dict({**data, "pages": [{"name": "main", "items": list(items)}], **keys})


def both(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh-CN": chinese}


def there_and_back(survey: Survey) -> Survey:
    return Survey.from_surveyjs(json.loads(json.dumps(survey.to_surveyjs())))


def read(*elements: dict[str, Any], **keys: Any) -> Survey:
    return Survey.from_surveyjs({"title": "Survey", "pages": [{"name": "main", "elements": list(elements)}], **keys})


def paths_of(data: Any, **options: Any) -> list[str]:
    with pytest.raises(SurveyDefinitionError) as caught:
        Survey.from_surveyjs(data, **options)
    assert all(str(finding) for finding in caught.value.findings)
    return [finding.field for finding in caught.value.findings]


def without_feedback(data: Any) -> Any:
    """Return the JSON as an editor leaves it that does not know the property."""
    if isinstance(data, dict):
        kept = {key: without_feedback(value) for key, value in data.items() if key != "feedback"}
        return kept["value"] if kept.keys() == {"value"} else kept
    return [without_feedback(value) for value in data] if isinstance(data, list) else data


def test_random_surveys_come_back_the_same() -> None:
    for seed in range(2000, 2000 + SURVEYS):
        survey = survey_from_dict(random_survey(seed))
        assert there_and_back(survey) == survey, seed


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"type": "nps"},
            {"type": "rating", "rateMin": 0, "rateMax": 10, "rateCount": 11, "feedback": {"kind": "nps"}},
        ),
        ({"type": "csat"}, {"type": "rating", "feedback": {"kind": "csat"}}),
        ({"type": "csat", "points": 7}, {"type": "rating", "rateMax": 7, "rateCount": 7, "feedback": {"kind": "csat"}}),
        ({"type": "ces", "points": 5}, {"type": "rating", "feedback": {"kind": "ces"}}),
        (
            {"type": "rating", "min": -4, "max": 4, "step": 2, "look": "stars"},
            {"type": "rating", "rateMin": -4, "rateMax": 4, "rateStep": 2, "rateType": "stars"},
        ),
        (
            {"type": "rating", "max": 3, "labels": {2: both("so so", "一般"), 3: both("3", "3")}},
            {
                "type": "rating",
                "autoGenerate": False,
                "rateCount": 3,
                "rateValues": [1, {"value": 2, "text": {"default": "so so", "zh-cn": "一般"}}, 3],
                "feedback": {"labels": {"3": both("3", "3")}},
            },
        ),
        (
            {
                "type": "multi",
                "look": "tags",
                "other": True,
                "none": True,
                "min": 1,
                "max": 2,
                "options": [
                    "a",
                    {"value": "b", "text": both("B", "乙"), "code": 7, "show_if": "{q} notempty"},
                    {"value": "c", "text": both("Same", "Same"), "exclusive": True},
                ],
            },
            {
                "type": "tagbox",
                "showOtherItem": True,
                "showNoneItem": True,
                "minSelectedChoices": 1,
                "maxSelectedChoices": 2,
                "choices": [
                    "a",
                    {
                        "value": "b",
                        "text": {"default": "B", "zh-cn": "乙"},
                        "visibleIf": "{q} notempty",
                        "feedback": {"code": 7},
                    },
                    {"value": "c", "text": "Same", "isExclusive": True},
                ],
            },
        ),
        (
            {"type": "matrix", "points": 3, "rows": ["x"], "low": both("bad", "差"), "every_row": True},
            {
                "type": "matrix",
                "columns": [
                    {"value": 1, "text": {"default": "bad", "zh-cn": "差"}, "feedback": {"end": "low"}},
                    2,
                    3,
                ],
                "rows": ["x"],
                "eachRowRequired": True,
            },
        ),
        (
            {"type": "yesno", "labels": {"no": both("Never", "从不")}},
            {"type": "boolean", "labelFalse": {"default": "Never", "zh-cn": "从不"}},
        ),
        (
            {"type": "text", "format": "email", "min_length": 5, "max_length": 40, "pattern": "@"},
            {
                "type": "text",
                "inputType": "email",
                "maxLength": 40,
                "validators": [{"type": "email"}, {"type": "text", "minLength": 5}, {"type": "regex", "regex": "@"}],
            },
        ),
        (
            {"type": "number", "integer": True, "min": 0, "max": 9.5},
            {
                "type": "text",
                "inputType": "number",
                "step": 1,
                "min": 0,
                "max": 9.5,
                "validators": [{"type": "numeric"}],
            },
        ),
        ({"type": "date", "min": "2020-01-31"}, {"type": "text", "inputType": "date", "min": "2020-01-31"}),
        (
            {"type": "hidden", "pii": True},
            {"type": "text", "visible": False, "clearIfInvisible": "none", "feedback": {"pii": True}},
        ),
        (
            {"type": "note", "ask": both("5 < 6", "五\n六")},
            {"type": "html", "html": {"default": "5 &lt; 6", "zh-cn": "五<br>六"}},
        ),
        (
            {"type": "comment", "required": True, "require_if": "{q} empty", "help": both("h", "助")},
            {
                "type": "comment",
                "isRequired": True,
                "description": {"default": "h", "zh-cn": "助"},
                "feedback": {"require_if": "{q} empty"},
            },
        ),
        (
            {"type": "comment", "checks": [{"expr": "{q} != 'x'", "message": both("no", "不")}]},
            {
                "type": "comment",
                "validators": [
                    {"type": "expression", "expression": "{q} != 'x'", "text": {"default": "no", "zh-cn": "不"}}
                ],
            },
        ),
    ],
)
def test_an_item_is_written_as_surveyjs_writes_it(item: dict[str, Any], expected: dict[str, Any]) -> None:
    survey = survey_of({"name": "q", **item})
    (question,) = survey.to_surveyjs()["pages"][0]["elements"]
    assert question == {"name": "q", **expected}
    assert there_and_back(survey) == survey


def test_the_survey_itself_is_written_with_its_locale_its_thanks_and_its_ends() -> None:
    survey = survey_of(
        {"name": "recommend", "type": "nps"},
        thanks=[{"if": "{recommend} < 7", "text": both("Sorry", "抱歉")}, {"text": both("Thanks", "谢谢")}],
        end_if=["{recommend} = 0"],
        metrics={"nps": {"kind": "nps", "item": "recommend"}},
    )
    data = survey.to_surveyjs()
    assert data["locale"] == "zh-cn"
    assert data["title"] == {"default": "Survey", "zh-cn": "问卷"}
    assert data["completedHtml"] == {"default": "Thanks", "zh-cn": "谢谢"}
    assert data["completedHtmlOnCondition"] == [
        {"expression": "{recommend} < 7", "html": {"default": "Sorry", "zh-cn": "抱歉"}}
    ]
    assert data["triggers"] == [{"type": "complete", "expression": "{recommend} = 0"}]
    assert data["feedback"]["metrics"] == {"nps": {"kind": "nps", "item": "recommend"}}
    assert (data["feedback"]["id"], data["feedback"]["version"]) == ("one", 3)
    assert there_and_back(survey) == survey


@pytest.mark.parametrize(
    ("languages", "locale", "codes"),
    [
        (["en"], None, None),
        (["zh-CN"], "zh-cn", None),
        (["en", "zh-CN"], None, {"default", "zh-cn"}),
        (["zh-CN", "en"], "zh-cn", {"default", "zh-cn"}),
        (["zh-CN", "de"], "zh-cn", {"default", "de"}),
        (["zh-TW", "en-GB", "zh-CN"], "zh-tw", {"default", "zh-tw", "zh-cn"}),
        (["pt-BR", "en"], "pt-br", {"default", "pt-br"}),
    ],
)
def test_languages_have_the_codes_that_surveyjs_knows(
    languages: list[str], locale: str | None, codes: set[str] | None
) -> None:
    text = {tag: f"Text {tag}" for tag in languages}
    survey = survey_from_dict(
        {
            "format": 1,
            "id": "one",
            "version": 1,
            "languages": languages,
            "title": text,
            "pages": [{"name": "main", "items": [{"name": "q", "type": "comment", "ask": text}]}],
        }
    )
    data = survey.to_surveyjs()
    assert data.get("locale") == locale
    title = data["title"]
    assert title == f"Text {languages[0]}" if codes is None else set(title) == codes
    assert there_and_back(survey) == survey
    # What somebody sees who never heard of us: the languages are found without our own note of them too.
    assert set(Survey.from_surveyjs(without_feedback(data)).languages) == {
        "en" if tag == "en-GB" else tag for tag in languages
    }


def test_default_is_the_language_of_the_survey_where_english_stands_beside_it() -> None:
    question = {"type": "comment", "name": "q", "title": {"default": "为什么？", "en": "Why?"}}
    survey = read(question, locale="zh-cn")
    assert survey.languages == ("zh-CN", "en")
    assert dict(survey.item("q").ask or {}) == both("Why?", "为什么？")
    assert paths_of({"title": "S", "elements": [question]}) == ["elements[0].title"]


def test_a_text_that_is_missing_in_one_language_is_the_default_and_a_missing_default_is_refused() -> None:
    title = {"default": "Survey", "zh-cn": "问卷"}
    choice = {"value": "yes", "text": {"zh-cn": "是"}}
    survey = read({"type": "radiogroup", "name": "q", "title": "New", "choices": [choice, "no"]}, title=title)
    assert dict(survey.item("q").ask or {}) == both("New", "New")
    assert dict(survey.item("q").options[0].text) == both("yes", "是")  # type: ignore[attr-defined]
    only_chinese = {"type": "comment", "name": "q", "title": {"zh-cn": "新题"}}
    assert paths_of({"title": title, "elements": [only_chinese]}) == ["elements[0].title"]


def test_what_surveyjs_writes_of_the_moment_is_not_taken_for_the_survey() -> None:
    survey = read(
        {"type": "rating", "name": "a"},
        {"type": "comment", "name": "b", "visible": False, "visibleIf": "{a} < 3"},
        {"type": "comment", "name": "c", "isRequired": True, "requiredIf": "{a} empty"},
        {"type": "comment", "name": "d", "visible": False},
    )
    assert survey.item("b").show_if == "{a} < 3"
    assert (survey.item("c").required, survey.item("c").require_if) == (False, "{a} empty")
    assert survey.item("d").show_if == "false"


def test_a_scale_is_read_as_surveyjs_understands_it() -> None:
    for given, points in (
        ({}, range(1, 6)),
        ({"rateMax": 10}, range(1, 11)),
        ({"rateMin": 0, "rateMax": 10}, range(11)),
        ({"rateMin": 0, "rateCount": 11}, range(11)),
        ({"rateMax": 8, "rateCount": 5}, range(4, 9)),
        ({"rateCount": 7}, range(1, 6)),
        ({"rateValues": [0, {"value": 5, "text": "half"}, 10]}, range(0, 11, 5)),
    ):
        item = read({"type": "rating", "name": "q", **given}).item("q")
        assert (item.type, item.scale) == ("rating", points), given


def test_eleven_points_are_never_smileys() -> None:
    smileys = {"type": "rating", "name": "q", "rateMin": 0, "rateMax": 10, "rateCount": 11, "rateType": "smileys"}
    assert paths_of({"title": "S", "elements": [smileys]}) == ["elements[0]"]
    with pytest.raises(SurveyDefinitionError, match="Smileys"):
        survey_of({"name": "q", "type": "nps", "look": "smileys"})


def test_unknown_properties_are_kept_word_for_word_in_files_and_in_json(tmp_path: Path) -> None:
    data = {
        "title": "S",
        "showProgressBar": True,
        "triggers": [{"type": "skip", "expression": "{q} = 'b'", "gotoName": "p"}],
        "pages": [
            {
                "name": "page one",
                "navigationTitle": {"default": "One"},
                "elements": [
                    {
                        "type": "checkbox",
                        "name": "q",
                        "colCount": 2,
                        "validators": [{"type": "answercount", "minCount": 1}],
                        "choices": [{"value": 1, "enableIf": "{p} > 2"}, "b", True],
                    },
                    {"type": "text", "name": "p", "inputType": "time", "placeholder": "12:30"},
                    {
                        "type": "text",
                        "name": "t",
                        "validators": [{"type": "regex", "regex": "^x", "text": "starts with x"}],
                    },
                ],
            }
        ],
    }
    survey = Survey.from_surveyjs(data)
    assert survey.item("q").values == ("1", "b", "true")
    assert survey.item("t").pattern == "^x"  # type: ignore[attr-defined]
    saved = load_survey(survey.save(tmp_path / "s.survey.yaml"))
    assert saved == survey
    assert without_feedback(saved.to_surveyjs()) == data


def test_markup_is_kept_as_long_as_its_words_are_the_same() -> None:
    marked = {"type": "html", "name": "n", "html": "<h3>Hello</h3> &amp; welcome"}
    survey = read(marked, completedHtml="<b>Thanks</b>")
    assert survey.item("n").ask is not None
    assert survey.item("n").ask.en == "Hello\n& welcome"  # type: ignore[union-attr]
    assert survey.definition.thanks[0].text.en == "Thanks"
    data = survey.to_surveyjs()
    assert data["pages"][0]["elements"][0]["html"] == marked["html"]
    assert data["completedHtml"] == "<b>Thanks</b>"
    changed = survey.to_dict()
    changed["pages"][0]["items"][0]["ask"]["en"] = "Good day"
    assert survey_from_dict(changed).to_surveyjs()["pages"][0]["elements"][0]["html"] == "Good day"


def test_what_has_no_counterpart_is_refused_with_all_of_its_paths() -> None:
    data = {
        "title": "S",
        "pages": [
            {
                "name": "p",
                "elements": [
                    {"type": "panel", "name": "pa", "elements": [{"type": "text", "name": "a"}]},
                    {"type": "signaturepad", "name": "s"},
                    {"type": "comment", "name": "b", "valueName": "c"},
                    {"type": "radiogroup", "name": "r", "choices": [{"value": "x", "elements": [{"type": "text"}]}]},
                    {"type": "rating", "name": "o", "rateValues": ["good", "bad"]},
                ],
            },
            {"name": "q", "elements": [{"type": "matrixdynamic", "name": "m"}, {"name": "nothing"}]},
        ],
    }
    assert paths_of(data) == [
        "pages[0].elements[0]",
        "pages[0].elements[1]",
        "pages[0].elements[2].valueName",
        "pages[0].elements[3].choices[0].elements",
        "pages[0].elements[4].rateValues",
        "pages[1].elements[0]",
        "pages[1].elements[1]",
    ]


def test_faults_of_the_survey_are_reported_where_the_json_has_them() -> None:
    data = {
        "title": "S",
        "pages": [
            {
                "name": "p",
                "elements": [
                    {"type": "comment", "name": "a b"},
                    {"type": "comment", "name": "c", "visibleIf": "{nobody} = 1", "requiredIf": "age({c}) > 3"},
                    {"type": "radiogroup", "name": "d", "choices": ["x", "X"], "isRequired": "yes"},
                    {"type": "text", "name": "e", "inputType": "number", "max": "many"},
                ],
            }
        ],
        "triggers": [{"type": "skip"}, {"type": "complete", "expression": "{nobody} = 2"}],
    }
    assert set(paths_of(data)) == {
        "pages[0].elements[0].name",
        "pages[0].elements[1].visibleIf",
        "pages[0].elements[1].requiredIf",
        "pages[0].elements[2].choices",
        "pages[0].elements[2].isRequired",
        "pages[0].elements[3].max",
        "triggers[1].expression",
    }


def test_names_and_patterns_that_a_browser_cannot_bear_are_not_written() -> None:
    for item in ({"name": "constructor", "type": "comment"}, {"name": "q", "type": "text", "pattern": "(?P<a>x)"}):
        with pytest.raises(SurveyDefinitionError) as caught:
            survey_of(item).to_surveyjs()
        assert [finding.item for finding in caught.value.findings] == [item["name"]]


@pytest.fixture(scope="module")
def base() -> Survey:
    return load_survey("relationship-nps")


def test_the_survey_before_supplies_what_an_editor_has_dropped(base: Survey) -> None:
    data = without_feedback(base.to_surveyjs())
    assert Survey.from_surveyjs(data).item("recommend").type == "rating"  # never guessed to be the NPS question
    assert Survey.from_surveyjs(data, base=base) == base


def test_an_item_that_is_new_or_whose_scale_changed_has_to_be_confirmed(base: Survey) -> None:
    data = without_feedback(base.to_surveyjs())
    elements = data["pages"][0]["elements"]
    elements.append({"type": "comment", "name": "wish", "title": "Any wish?"})
    (effort,) = (question for question in elements if question["name"] == "effort")
    effort.update(rateMax=9, rateCount=9)
    dropped = base.to_dict()
    for name in ("ces", "effort_mean"):
        del dropped["metrics"][name]
    dropped["sources"]["qualtrics"].pop("effort")
    survey = Survey.from_surveyjs(data, base=survey_from_dict(dropped))
    assert survey.unconfirmed == ("effort", "wish")
    assert "ces" in str(survey.item("effort").to_confirm)


def test_what_names_an_item_that_is_gone_is_refused_and_says_that_it_comes_from_the_survey_before(base: Survey) -> None:
    data = without_feedback(base.to_surveyjs())
    elements = data["pages"][0]["elements"]
    (overall,) = (question for question in elements if question["name"] == "overall")
    elements.remove(overall)
    with pytest.raises(SurveyDefinitionError) as caught:
        Survey.from_surveyjs(data, base=base)
    assert {finding.field for finding in caught.value.findings} >= {"feedback.metrics.csat.item"}
    assert all(base.path.name in str(finding.suggestion) for finding in caught.value.findings)  # type: ignore[union-attr]


def nested_panels() -> dict[str, Any]:
    panel: dict[str, Any] = {"type": "panel", "name": "p", "elements": []}
    for _ in range(10_000):
        panel = {"type": "panel", "name": "p", "elements": [panel]}
    return {"title": "S", "elements": [panel]}


def question(**keys: Any) -> dict[str, Any]:
    return {"title": "S", "elements": [{"type": "comment", "name": "q", **keys}]}


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (nested_panels, "elements[0].elements[0]"),
        (lambda: {**question(), "__proto__": {"polluted": True}}, ""),
        (lambda: question(extra={"constructor": {"prototype": 1}}), "elements[0].extra"),
        (lambda: question(visibleIf="(" * 50_000 + "{q}" + ")" * 50_000), "elements[0].visibleIf"),
        (lambda: question(visibleIf="{q} = 1 or " * 800 + "{q} = 1"), "elements[0].visibleIf"),
        (lambda: question(requiredIf="!" * 9_000 + "{q}"), "elements[0].requiredIf"),
        (lambda: question(title="x" * 2_000_000), "elements[0].title"),
        (lambda: question(maxLength=float("inf")), "elements[0].maxLength"),
        (lambda: question(maxLength=10**400), "elements[0].maxLength"),
        (lambda: question(title=object()), "elements[0].title"),
        (lambda: {"title": "S", "elements": [None]}, "elements[0]"),
        (lambda: {"title": "S", "elements": {"0": {}}}, "elements"),
        (lambda: {"title": "S", "pages": "none"}, "pages"),
        (lambda: {"title": "S", "pages": [{"name": "p", "elements": [], "visible": "no"}]}, "pages[0].visible"),
        (lambda: question(validators=["numeric"]), "elements[0].validators[0]"),
        (lambda: question(feedback=["x"]), "elements[0].feedback"),
        (lambda: question(title={"klingon": "x"}), "elements[0].title"),
        (lambda: ["no", "object"], ""),
    ],
)
def test_hostile_json_is_refused_at_its_place(make: Callable[[], Any], path: str) -> None:
    paths = paths_of(make())
    assert any(found.startswith(path) for found in paths) if path else paths == [""]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield from [path] * bool(path)
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places(entry, (*path, key))


def test_a_wrong_type_anywhere_is_a_fault_with_a_path_or_changes_nothing_else() -> None:
    rng = random.Random(7)
    wrong: list[Any] = [None, True, 0, 1.5, 10**50, "", "{a} >", [], [1], [[]], {}, {"a": 1}, {"default": 5}]
    read_again = 0
    for _ in range(FUZZED):
        data = survey_from_dict(random_survey(rng.randrange(60))).to_surveyjs()
        *path, last = rng.choice(list(places(data)))
        here: Any = data
        for step in path:
            here = here[step]
        here[last] = copy.deepcopy(rng.choice(wrong))
        outcome = read_or_refused(data)
        if isinstance(outcome, Survey):
            assert there_and_back(outcome) == outcome
            read_again += 1
        else:
            assert outcome.findings
            assert all(finding.field for finding in outcome.findings), outcome
    assert 0 < read_again < FUZZED


def read_or_refused(data: Any) -> Survey | SurveyDefinitionError:
    try:
        return Survey.from_surveyjs(data)
    except SurveyDefinitionError as error:
        return error
