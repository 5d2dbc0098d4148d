"""Drafts from the structure files of platforms: every question is there, and what is unsure says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl


def table(name: str, *rows: dict[str, str]) -> str:
    cells = ("".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in row.items()) for row in rows)
    return f"<{name}><rows>{''.join(f'<row>{one}</row>' for one in cells)}</rows></{name}>"


def question(qid: int, kind: str, title: str, **more: str) -> dict[str, str]:
    base = {"qid": str(qid), "parent_qid": "0", "gid": "1", "type": kind, "title": title, "question_order": str(qid)}
    return base | {"relevance": "1", "mandatory": "N", "other": "N"} | more


def words(qid: int, en: str, zh: str) -> list[dict[str, str]]:
    texts = {"en": en, "zh-Hans": zh}
    return [{"qid": str(qid), "question": text, "help": "", "language": tag} for tag, text in texts.items()]


def part(qid: int, parent: int, title: str) -> dict[str, str]:
    return {"qid": str(qid), "parent_qid": str(parent), "title": title, "question_order": str(qid), "scale_id": "0"}


def answer(aid: int, qid: int, code: str) -> dict[str, str]:
    return {"aid": str(aid), "qid": str(qid), "code": code, "sortorder": str(aid), "scale_id": "0"}


ANSWERS = ("North", "South", "Bad", "Good", "X", "Y")
LSS = "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>{}</document>".format(
    table("surveys", {"sid": "1", "language": "en", "additional_languages": "zh-Hans"})
    + table("surveys_languagesettings", {"surveyls_language": "en", "surveyls_title": "Visit"})
    + table("groups", {"gid": "1", "group_order": "1", "grelevance": "1"})
    + table("group_l10ns", {"gid": "1", "group_name": "All", "language": "en"})
    + table(
        "questions",
        question(1, "L", "shop", other="Y", mandatory="Y"),
        question(2, "M", "used"),
        question(3, "F", "grid", relevance="shop == 'A1'"),
        question(4, "|", "file"),
        question(5, "Q", "names"),
        question(6, "R", "rank"),
        question(7, "status", "status"),
        question(8, "X", "bye"),
    )
    + table(
        "subquestions",
        part(21, 2, "web"),
        part(22, 2, "app"),
        part(31, 3, "r1"),
        part(51, 5, "first"),
    )
    + table(
        "question_l10ns",
        *words(1, "Which <b>shop</b>?", "哪家<b>门店</b>？"),
        *words(2, "What do you use?", ""),
        *words(3, "Rate", "评价"),
        *words(4, "A file", "文件"),
        *words(5, "Who?", "谁？"),
        *words(6, "Order them", "排序"),
        *words(7, "State", "状态"),
        *words(8, "Bye", "再见"),
        *words(21, "Web", "网站"),
        *words(22, "App", "应用"),
        *words(31, "Row", "行"),
        *words(51, "First", "第一位"),
    )
    + table(
        "answers", answer(1, 1, "A1"), answer(2, 1, "A2"), answer(3, 3, "1"), answer(4, 3, "2"), answer(5, 6, "x"),
        answer(6, 6, "y"),
    )
    + table(
        "answer_l10ns",
        *({"aid": str(n), "answer": text, "language": "en"} for n, text in enumerate(ANSWERS, 1)),
    )
)  # fmt: skip


def test_limesurvey_every_question_stands_on_its_page(tmp_path: Path) -> None:
    path = tmp_path / "visit.lss"
    path.write_text(LSS, encoding="utf-8")
    survey = cl.draft_survey(path)
    kinds = {item.name: item.type for item in survey.items}
    assert kinds == {
        "shop": "single", "used": "multi", "grid": "matrix", "file": "text", "names_first": "text", "rank": "ranking",
        "q_status": "text", "bye": "note",
    }  # fmt: skip
    by_name = {item.name: item for item in survey.items}
    assert survey.languages == ("en", "zh-CN")
    assert by_name["shop"].required
    assert dict(by_name["shop"].ask) == {"en": "Which shop?", "zh-CN": "哪家门店？"}
    assert by_name["shop"].values == ("A1", "A2", "other")
    assert by_name["used"].ask["zh-CN"] == "What do you use?"  # a text that is missing stands in the first language
    assert set(survey.unconfirmed) == {"grid", "file", "q_status"}
    assert "shop == 'A1'" in by_name["grid"].to_confirm.en
    assert "| has no counterpart" in by_name["file"].to_confirm.en


def test_limesurvey_answers_are_found_by_the_codes_of_the_draft(tmp_path: Path) -> None:
    (tmp_path / "visit.lss").write_text(LSS, encoding="utf-8")
    answers = tmp_path / "results.csv"
    head = "id,submitdate,lastpage,startlanguage,seed,shop,shop[other],used[web],used[app],names[first],status"
    row = "1,2026-03-01 10:00:00,3,en,123,A2,,Y,,Li,open"
    answers.write_text(f"{head}\n{row}\n", encoding="utf-8")
    read = cl.read_responses(answers, cl.draft_survey(tmp_path / "visit.lss"))
    assert read.sources[0].platform == "limesurvey"
    one = read.accepted.iloc[0]
    assert (one["shop"], one["used__web"], one["used__app"], one["names_first"]) == ("A2", True, False, "Li")


def element(key: str, kind: str, selector: str, sub: str = "", **more: Any) -> dict[str, Any]:
    payload = {"QuestionID": key, "DataExportTag": key.replace("QID", "Q"), "QuestionText": f"<p>Ask {key}</p>"}
    return {
        "Element": "SQ",
        "Payload": payload | {"QuestionType": kind, "Selector": selector, "SubSelector": sub} | more,
    }


def qsf(*questions: dict[str, Any]) -> str:
    parts = [{"Type": "Question", "QuestionID": q["Payload"]["QuestionID"]} for q in questions]
    parts.insert(1, {"Type": "Page Break"})
    blocks = [{"Type": "Default", "ID": "BL_1", "Description": "Main", "BlockElements": parts}]
    flow = {"Type": "Root", "Flow": [{"Type": "Branch", "Flow": [{"Type": "Standard", "ID": "BL_1"}]}]}
    told = {"SurveyName": "Visit", "SurveyLanguage": "EN"}
    head = [{"Element": "BL", "Payload": blocks}, {"Element": "FL", "Payload": flow}]
    return json.dumps({"SurveyEntry": told, "SurveyElements": [*head, *questions]})


def shown(*texts: str) -> dict[str, dict[str, str]]:
    return {str(n): {"Display": text} for n, text in enumerate(texts, start=1)}


def test_qualtrics_types_pages_codes_and_languages(tmp_path: Path) -> None:
    path = tmp_path / "visit.qsf"
    forced = {"Settings": {"ForceResponse": "ON"}}
    chinese = {"QuestionText": "哪家门店？", "Choices": shown("北店", "南店")}
    written = {**shown("Post", "Mail"), "3": {"Display": "Else", "TextEntry": "true"}}
    path.write_text(
        qsf(
            element("QID1", "MC", "SAVR", Choices=shown("North", "South"), RecodeValues={"1": "10", "2": "20"},
                    Validation=forced, Language={"ZH-S": chinese}),
            element("QID2", "MC", "MAVR", Choices=written, ChoiceOrder=["2", "1", "3"]),
            element("QID3", "MC", "NPS", Choices=[{"Display": str(n)} for n in range(11)]),
            element("QID4", "Matrix", "Likert", "SingleAnswer", Choices=shown("Row"), Answers=shown("Bad", "Good")),
            element("QID5", "HeatMap", "Image"),
            element("QID6", "Timing", "PageTimer"),
            element("QID7", "TE", "ML", DisplayLogic={"0": {}}),
            element("QID8", "DB", "TB"),
        )
    )  # fmt: skip
    survey = cl.draft_survey(path)
    kinds = [(item.name, item.type) for page in survey.definition.pages for item in page.items]
    assert [len(page.items) for page in survey.definition.pages] == [1, 6]
    assert kinds == [
        ("Q1", "single"), ("Q2", "multi"), ("Q3", "nps"), ("Q4", "matrix"), ("Q5", "text"), ("Q7", "comment"),
        ("Q8", "note"),
    ]  # fmt: skip
    by_name = {item.name: item for item in survey.items}
    assert by_name["Q1"].required
    assert by_name["Q1"].values == ("10", "20")
    assert dict(by_name["Q1"].options[0].text) == {"en": "North", "zh-CN": "北店"}
    assert by_name["Q2"].values == ("2", "1", "other")
    assert dict(by_name["Q2"].other_text) == {"en": "Else", "zh-CN": "Else"}
    assert set(survey.unconfirmed) == {"Q3", "Q5", "Q7"}
    assert survey.definition.extra == {"qualtrics_left_out": ["Q6: Timing"]}


@pytest.mark.parametrize(
    ("name", "content", "error", "said"),
    [
        ("a.lss", "", cl.SurveyDefinitionError, "cannot be read as XML"),
        ("a.lss", "<html/>", cl.SurveyDefinitionError, "not a LimeSurvey structure"),
        ("a.lss", '<!DOCTYPE x [<!ENTITY a "b">]><d/>', cl.SurveyDefinitionError, "declares entities"),
        ("a.lss", f"<document>{table('surveys', {'sid': '1'})}</document>", cl.InsufficientDataError, "no question"),
        ("a.qsf", "", cl.SurveyDefinitionError, "not a Qualtrics survey file"),
        ("a.qsf", "[1]", cl.SurveyDefinitionError, "not a Qualtrics survey file"),
        ("a.qsf", '{"SurveyEntry": {}, "SurveyElements": []}', cl.InsufficientDataError, "no question"),
        ("a.qsf", "[" * 100_000, cl.SurveyDefinitionError, "not a Qualtrics survey file"),
    ],
)
def test_what_is_no_structure_is_refused(
    tmp_path: Path, name: str, content: str, error: type[Exception], said: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(error, match=said):
        cl.draft_survey(tmp_path / name)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "n_items"), [("citric_survey.lss", 4), ("citric_limesurvey_survey_432535.lss", 2)])
def test_real_structures_of_limesurvey(shared: Callable[[str], Path], name: str, n_items: int) -> None:
    survey = cl.draft_survey(shared(f"data/exports/limesurvey/{name}"))
    assert len(survey.items) == n_items


@pytest.mark.shared
def test_a_real_structure_of_qualtrics_reads_the_export_of_its_answers(shared: Callable[[str], Path]) -> None:
    folder = shared("data/exports/qualtrics")
    told = json.loads((folder / "sp_test.qsf").read_text(encoding="utf-8"))
    asked = [e["Payload"] for e in told["SurveyElements"] if e["Element"] == "SQ"]
    survey = cl.draft_survey(folder / "sp_test.qsf")
    names = " ".join(item.name for item in survey.items)
    skipped = ("Timing", "Meta", "Captcha")
    binned = {"Q2", "Q12", "Q24", "Q25"}  # of the block that Qualtrics calls Trash
    tags = {p["DataExportTag"] for p in asked if p["QuestionType"] not in skipped} - binned
    assert [tag for tag in tags if tag not in names] == []
    read = cl.read_responses(folder / "derived_sp_test_3header.csv", survey)
    assert read.ledger == {"rows_in": 4, "accepted": 4, "quarantined": 0, "superseded": 0}
    errors = read.issues[read.issues["severity"] == "error"]
    assert set(errors["item"]) == {"Q19"}  # whose export names two choices the other way round than this file does
    assert read.accepted["Q15"].notna().any()
