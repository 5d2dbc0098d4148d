"""The import shows what became of every row and column, and no name."""

from __future__ import annotations

import re
from collections.abc import Callable

import closeloop as cl
from closeloop.text import set_language
from closeloop.views.set_aside import mask
from closeloop.views.tables import responses_html, survey_html

Bare = Callable[[str], str]


def lines(text: str) -> str:
    return re.sub(r"\s*\n\s*", " | ", re.sub(r"[ \t]+", " ", text))


def test_the_ledger_adds_up_in_words(responses: cl.Responses, bare: Bare) -> None:
    ledger = responses.ledger
    assert ledger["quarantined"] > 0
    assert ledger["superseded"] > 0
    said = "{rows_in} rows in = {accepted} accepted + {quarantined} quarantined + {superseded} superseded"
    assert said.format(**ledger) in bare(responses_html(responses))
    assert "✓ every row accounted for" in bare(responses_html(responses))


def test_each_problem_stands_with_count_item_example_and_rows(responses: cl.Responses, bare: Bare) -> None:
    text = lines(bare(responses_html(responses)))
    assert re.search(r"4 \| outside the scale[^|]* \| recommend \| 11 99 -1 \| 5, 6, 7, 8 \|", text)
    assert "not a whole number; never rounded" in text


def test_quarantine_comes_before_what_was_only_noted(responses: cl.Responses, bare: Bare) -> None:
    text = bare(responses_html(responses))
    places = [text.index(word) for word in ("Quarantined, ", "Superseded, ", "Noted, nothing changed")]
    assert places == sorted(places)


def test_raw_cells_stay_text(responses: cl.Responses) -> None:
    html = responses_html(responses)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html


def test_unused_columns_are_one_line(responses: cl.Responses, bare: Bare) -> None:
    assert "1 not used | kept in responses.raw: Lieblingsfarbe" in lines(bare(responses_html(responses)))


def test_the_name_of_a_person_is_masked() -> None:
    import pandas as pd

    answers = pd.DataFrame(
        {"response_id": ["a", "b"], "respondent_id": ["wang@example.org"] * 2, "recommend": ["9", "8"],
         "why": ["My name is Wang Xiaoming " * 120, "ok"]}
    )  # fmt: skip
    html = responses_html(cl.read_responses(answers, cl.load_survey("relationship-nps")))
    assert "longer than allowed" in html
    assert "Wang" not in html
    assert "example.org" not in html


def test_a_mask_never_shows_more_than_half() -> None:
    assert [mask(text) for text in ("", "L", "Li", "王小明", "C-20817")] == ["•••", "•••", "L•••", "王•••", "C-2•••"]
    assert mask("13800138000", kept=1) == "1•••"


def test_a_clean_import_says_so(bare: Bare) -> None:
    import pandas as pd

    frame = pd.DataFrame({"score": ["1", "2"]})
    assert "Nothing was set aside." in bare(responses_html(cl.read_responses(frame)))


def test_a_lost_row_would_be_said(responses: cl.Responses, bare: Bare) -> None:
    responses.ledger["accepted"] -= 2
    assert "the rows do not add up: 2 missing" in bare(responses_html(responses))


def test_chinese_has_no_english_left(responses: cl.Responses) -> None:
    set_language("zh-CN")
    html = re.sub(r"<(style|code|samp)\b.*?</\1>", "", responses_html(responses), flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-z_]{3,}", re.sub(r"<[^>]*>", " ", html)))
    names = {"relationship", "nps", "answers", "csv", "sha", "UTF", "Asia", "Shanghai", "Qualtrics", "ImportId",
             "ResponseId", "Lieblingsfarbe", "responses", "raw", "write", "amend", "columns", "sources", "missing",
             "response_id", "respondent_id", "answered_at", "LimeSurvey", "submitdate", "lastpage", "startlanguage",
             "Formbricks", "Response", "Survey", "Typeform", "Submit", "Date", "UTC", "Network", "SurveyMonkey",
             "Google", "Forms", "Timestamp"}  # fmt: skip
    assert words <= names
    assert "每一行都有去处" in html


def test_a_survey_shows_items_metrics_and_rules(bare: Bare) -> None:
    survey = cl.load_survey("relationship-nps")
    text = lines(bare(survey_html(survey)))
    assert "recommend | nps 0–10 | How likely are you to recommend us to a friend or colleague? – required |" in text
    for item in survey.items:
        assert f"| {item.name} |" in text
    for name in survey.metrics:
        assert name in text
    for rule in survey.follow_up:
        assert f"{rule.id} {rule.when}" in text


def test_an_unconfirmed_item_says_why(bare: Bare) -> None:
    definition = cl.load_survey("relationship-nps").to_dict()
    item = definition["pages"][0]["items"][1]
    item["to_confirm"] = {"en": "only six values", "zh-CN": "只有六个取值"}
    from closeloop.survey.load import survey_from_dict

    text = bare(survey_html(survey_from_dict(definition)))
    assert "to confirm: only six values" in text
    assert "1 to confirm" in text
