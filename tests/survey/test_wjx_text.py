"""问卷星's text, out and in: what it holds comes back, what it cannot is named, no scale becomes an NPS by itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.random_surveys import random_survey

import closeloop as cl
from closeloop.errors import ColumnNotFoundError, SurveyDefinitionError
from closeloop.survey.load import shipped_names, survey_from_dict
from closeloop.survey.survey import Survey

ROUNDS = int(os.environ.get("CLOSELOOP_ROUND_TRIPS", "40"))
EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "exports" / "wjx"
needs_exports = pytest.mark.skipif(not EXPORTS.is_dir(), reason="../shared/data is not there")


def drafted(text: str) -> Survey:
    return Survey.from_wjx_text(text, id="drafted")


def one(line: str, *below: str) -> Any:
    """Draft a survey of one question and return that."""
    return drafted("\n".join(("标题", "", line, *below))).items[0]


@needs_exports
@pytest.mark.shared
def test_the_vendors_nps_survey_is_drafted_without_an_nps() -> None:
    survey = drafted((EXPORTS / "wjx_ai_kit_nps_survey.txt").read_text(encoding="utf-8"))
    types = ["note", "single", "single", "rating", "matrix", "multi", "comment"]
    assert [item.type for item in survey.items] == types
    score = survey.item("q3")
    assert score.scale == range(11)
    assert score.to_confirm is not None
    assert "type: nps" in score.to_confirm.en
    channel: Any = survey.item("q1")
    assert (channel.other, channel.required, len(channel.options)) == (True, True, 4)
    grid: Any = survey.item("q4")
    assert (grid.points, len(grid.rows), grid.labels[5].zh) == (5, 5, "非常满意")
    assert (survey.title.zh, survey.stage, survey.languages) == ("NPS 客户满意度调查", "draft", ("zh-CN",))


@needs_exports
@pytest.mark.shared
def test_the_vendors_satisfaction_survey_is_drafted_as_it_stands() -> None:
    survey = drafted((EXPORTS / "wjx_ai_kit_satisfaction_survey.txt").read_text(encoding="utf-8"))
    assert [item.type for item in survey.items] == [
        "note",
        "single",
        "single",
        "rating",
        "matrix",
        "ranking",
        "comment",
    ]
    department: Any = survey.item("q1")
    assert department.look == "dropdown"
    assert survey.item("q3").scale == range(1, 11)
    assert survey.unconfirmed == ("q3", "q6")


def test_what_the_text_holds_comes_back_for_random_surveys() -> None:
    for seed in range(ROUNDS):
        text = survey_from_dict(random_survey(seed)).to_wjx_text()
        back = drafted(text)
        assert back.to_wjx_text() == text
        assert [finding.code for finding in back.to_wjx_text().findings if finding.code == "wjx_languages"] == []


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_surveys_come_back_question_by_question(name: str) -> None:
    survey = cl.load_survey(name)
    back = drafted(survey.to_wjx_text())
    asked = [item for item in survey.items if item.type not in {"hidden", "note"}]
    again = [item for item in back.items if item.type != "note"]
    assert [item.required for item in again] == [item.required for item in asked]
    for old, new in zip(asked, again, strict=True):
        assert new.ask is not None
        assert old.ask is not None
        assert " ".join(old.ask.zh.split()) == new.ask.zh
        assert (old.scale or range(0)) == (new.scale or range(0)) or old.type == "matrix"
        assert old.type != "multi" or old.max == new.max  # type: ignore[attr-defined]


def test_everything_left_behind_is_named() -> None:
    findings = cl.load_survey("relationship-nps").to_wjx_text().findings
    said = {(finding.item, finding.code): finding.message.en for finding in findings}
    assert "en" in said["", "wjx_languages"]
    for key in ("metrics", "sources", "follow_up", "thanks", "timezone"):
        assert any(key in finding.message.en for finding in findings if finding.code == "wjx_lost"), key
    assert "show_if" in said["pains", "wjx_lost"]
    assert "low, high" in said["recommend", "wjx_lost"]
    assert "nps" in said["recommend", "wjx_kind"]
    assert ("respondent_id", "wjx_hidden") in said
    assert all(finding.line for finding in findings if finding.item)
    assert all(finding.message.zh != finding.message.en for finding in findings)


def test_every_key_of_a_random_survey_is_held_or_named() -> None:
    for seed in range(10):
        survey = survey_from_dict(random_survey(seed))
        findings = survey.to_wjx_text().findings
        for item in survey.items:
            said = " ".join(each.message.en for each in findings if each.item == item.name)
            for key in (
                "show_if",
                "require_if",
                "checks",
                "pii",
                "help",
                "pattern",
                "every_row",
                "low",
                "high",
                "label",
            ):
                held = not getattr(item, key, None) or item.type == "hidden"
                assert held or key in said, (seed, item.name, key)


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        ("1. NPS：您会推荐我们吗？[量表题]", ["0~10"], "nps"),
        ("1. 您的净推荐值打分[量表题]", ["0～10"], "nps"),
        ("1. 您会推荐我们吗？[NPS题]", ["0~10"], "nps"),
        ("1. 您会推荐我们吗？[量表题]", ["0~10"], "rating"),
        ("1、满意吗？【量表题】（选填）", ["不满意", "一般", "满意"], "rating"),
        ("1. 预算[滑动条]", ["0~1000"], "number"),
        ("1. 同意吗？[判断题]", [], "yesno"),
        ("1. 姓名[填空题]", [], "text"),
        ("1. 还有什么建议？[填空题]", [], "comment"),
        ("1. 附件[文件上传]", [], "comment"),
        ("1. 空的单选[单选题]", [], "comment"),
        ("1. 部门", ["技术部", "市场部", "其他"], "single"),
    ],
)
def test_types_are_what_the_text_says(line: str, body: list[str], expected: str) -> None:
    assert one(line, *body).type == expected


def test_an_nps_that_the_text_names_is_still_to_be_confirmed() -> None:
    assert one("1. NPS：您会推荐我们吗？[量表题]", "0~10").to_confirm is not None


def test_required_is_the_rule_and_optional_is_marked() -> None:
    assert one("1. a[单选题]", "甲", "乙").required
    assert one("1. a [单选题]（必答）", "甲", "乙").required
    assert not one("1. a[单选题]（选填）", "甲", "乙").required
    assert not one("1. a[单选题] (选答)", "甲", "乙").required


def test_limits_of_a_multiple_choice_are_read_and_written() -> None:
    item = one("1. 选择（至少选1项，最多选2项）[多选题]", "甲", "乙", "丙")
    assert (item.min, item.max, item.ask.zh) == (1, 2, "选择")
    spoken = one("1. 请选择，最多选择三项[多选题]", "甲", "乙", "丙", "丁")
    assert (spoken.max, spoken.ask.zh) == (3, "请选择，最多选择三项")
    assert one("1. 最多选9项[多选题]", "甲", "乙").max is None


def test_letters_others_and_repeated_options() -> None:
    item = one("1. a[单选题]", "A. 男", "B. 女", "C. 其他（请注明）")
    assert [option.value for option in item.options] == ["男", "女"]
    assert item.other_text.zh == "其他（请注明）"
    twice = one("1. a[多选题]", "是", "是", "以上都不是")
    assert [option.value for option in twice.options] == ["是", "是#2"]
    assert twice.none


def test_a_matrix_of_several_ticks_becomes_a_question_a_row() -> None:
    survey = drafted("标题\n\n1. 用过[矩阵多选题]\n手机 电脑 平板\n家里\n公司")
    assert [(item.name, item.type, item.ask.zh if item.ask else "") for item in survey.items] == [
        ("q1_1", "multi", "用过 – 家里"),
        ("q1_2", "multi", "用过 – 公司"),
    ]


def test_what_has_no_counterpart_keeps_its_lines() -> None:
    item = one("1. 分配[比重题]", "总分：100", "价格", "质量")
    assert item.extra == {"wjx": {"type": "比重题", "lines": ["总分：100", "价格", "质量"]}}
    assert "比重题" in item.to_confirm.zh


def test_pages_and_paragraphs() -> None:
    survey = drafted("标题\n说明一\n说明二\n\n1. a[填空题]\n\n=== 分页 ===\n\n下一部分\n\n2. b[填空题]")
    assert [[item.name for item in page.items] for page in survey.definition.pages] == [
        ["note1", "q1"],
        ["note2", "q2"],
    ]
    assert str(survey.item("note1").ask) == "说明一\n说明二"


@pytest.mark.parametrize("text", ["", " \n\ufeff\n", "只有标题", "标题\n\n一段说明"])
def test_a_text_without_a_question_is_refused(text: str) -> None:
    with pytest.raises(SurveyDefinitionError):
        drafted(text)


def test_a_language_that_the_survey_does_not_have_is_named() -> None:
    with pytest.raises(ColumnNotFoundError, match="fr"):
        cl.load_survey("effort-ces").to_wjx_text("fr")


_PIECE = st.one_of(
    st.sampled_from(
        [
            "1. a[单选题]",
            "[量表题]",
            "0~10",
            "行：",
            "列：",
            "- x",
            "=== 分页 ===",
            "2、b【多选题】",
            "A. x",
            "其他",
            "",
        ]
    ),
    st.text(max_size=8),
)


@given(st.lists(_PIECE, max_size=10))
@settings(max_examples=60, deadline=None)
def test_any_text_is_drafted_or_refused_in_words(lines: list[str]) -> None:
    try:
        survey = drafted("标题\n" + "\n".join(lines))
    except SurveyDefinitionError as error:
        assert error.findings[0].code in {"no_question", "empty"}, error  # noqa: PT017  both ends are fine
    else:
        assert survey.to_wjx_text()


def test_texts_that_look_like_marks_stay_texts() -> None:
    options = [
        {"value": "a", "text": "1. x[单选题]"},
        {"value": "b", "text": "=1+1 <b>"},
        {"value": "c", "text": "=== 分页 ==="},
    ]
    item = {"name": "q", "type": "single", "ask": "=HYPERLINK('x')\n第二行", "options": options}
    head = {"format": 1, "id": "s", "version": 1, "languages": ["zh-CN"], "title": "标题"}
    text = survey_from_dict({**head, "pages": [{"name": "main", "items": [item]}]}).to_wjx_text()
    back: Any = drafted(text).items[0]
    assert len(drafted(text).items) == 1
    assert back.ask.zh == "=HYPERLINK('x') 第二行"
    assert len(back.options) == 3
