"""Reading a survey file: every fault is found, with its line and what to write instead."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.findings import Finding
from closeloop.survey.load import list_surveys, load_survey, shipped_folder, shipped_names, survey_from_dict
from closeloop.survey.survey import Survey
from closeloop.text import set_language

HEAD = """\
format: 1
id: test
version: 1
languages: [zh-CN, en]
title: {en: Test, zh-CN: 测试}
"""
PAGES = """\
pages:
  - name: main
    items:
      - name: recommend
        type: nps
      - name: overall
        type: csat
      - name: visits
        type: number
      - name: pains
        type: multi
        options: [price, app]
        other: true
      - name: grid
        type: matrix
        rows: [tan1, tan2]
        points: 5
"""


def faults(path: Path, text: str | bytes) -> tuple[Finding, ...]:
    file = path / "test.survey.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SurveyDefinitionError) as caught:
        load_survey(file)
    assert all(finding.file == str(file) for finding in caught.value.findings)
    assert all(finding.message.en != finding.message.zh for finding in caught.value.findings)
    return caught.value.findings


def single(path: Path, text: str | bytes) -> Finding:
    found = faults(path, text)
    assert len(found) == 1, [str(finding) for finding in found]
    return found[0]


def item(text: str) -> str:
    """Return a survey with one more item, whose first key stands in line 23."""
    lines = text.strip().splitlines()
    return HEAD + PAGES + "".join(f"{'      - ' if n == 0 else '        '}{line}\n" for n, line in enumerate(lines))


def test_the_frame_of_these_tests_is_a_survey(tmp_path: Path) -> None:
    file = tmp_path / "test.survey.yaml"
    file.write_text(item("name: more\ntype: comment"), encoding="utf-8")
    assert [each.name for each in load_survey(file).items][-1] == "more"


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("", "empty", 1, "format: 1"),
        ("# only a remark\n", "empty", 1, "empty"),
        ("- a\n", "not_a_mapping", 1, "mapping of keys"),
        ("just text", "not_a_mapping", 1, "mapping of keys"),
        ("format: 1\nid: x\n\tversion: 1\n", "tab", 3, "Use spaces"),
        ("format: 1\npages:\n\t- a\n", "tab", 3, "Use spaces"),
        ("format: 1\ntitle: a: b\n", "syntax", 2, "put into quotes"),
        ("format: 1\ntitle：a\nid: b\n", "syntax", 3, "half-width"),
        ("format: !python/object 1\n", "syntax", 1, "constructor"),
        ("format: 1\nid: a\x07b\n", "syntax", 2, "not valid YAML"),
        ("a: &x [*x]\n", "anchor", 1, "contains itself"),
        ("a: " + "[" * 3000 + "]" * 3000, "depth", 1, "nested too deeply"),
        ("format: 1\ntitle: 你好\n".encode("gb18030"), "encoding", 2, "Save it as UTF-8"),
        ("format: 1\n".encode("utf-16"), "encoding", 1, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str | bytes, code: str, line: int, words: str) -> None:
    finding = single(tmp_path, text)
    assert (finding.code, finding.line) == (code, line)
    assert words in str(finding)
    assert str(finding).startswith(f"{finding.file}:{line}: ")


@pytest.mark.parametrize(
    ("text", "code", "line", "where", "words"),
    [
        ("name: recommend\ntype: text", "item_twice", 23, "name", "line 9 and line 23. Rename one"),
        ("name: more\ntype: text\nrequred: true", "unknown_key", 25, "requred", "Did you mean “required”?"),
        ("name: more\ntype: text\nzzz: true", "unknown_key", 25, "zzz", "Known here: ask, checks, dimension"),
        ("name: more\ntype: nsp", "not_a_choice", 23, "", "Did you mean “nps”?"),
        ("name: more", "missing_key", 23, "type", "“type” is missing"),
        ("name: more\ntype: nps\nask: {en: How likely?}", "text_language_missing", 25, "ask", "missing in zh-CN"),
        ("name: more\ntype: nps\nlow: Not", "text_one_language", 25, "low", "one text per language"),
        ("name: more\ntype: csat\npoints: 6", "not_a_choice", 25, "points", "3, 4, 5, 7, 10"),
        ("name: more\ntype: nps\nlook: smileys", "smileys", 23, "", "10 could not be chosen"),
        ("name: more\ntype: number\nmin: \"3\"", "wrong_kind", 25, "min", "Expected a number, found: \"3\""),
        ("name: more\ntype: text\nshow_if: not {visits}", "expression", 25, "show_if", "!{visits}"),
        ("name: more\ntype: text\nshow_if: \"{visit} > 1\"", "unknown_name", 25, "show_if", "mean “visits”?"),
        ("name: more\ntype: text\nrequire_if: \"{grid.tan3} > 1\"", "unknown_name", 25, "require_if", "“grid.tan"),
        ("name: more\ntype: text\nshow_if: \"{more} = 1\"", "cycle", 25, "show_if", "more → more"),
        ("name: more\ntype: single\noptions:\n  - a\n  - {value: b, show_if: \"{nil} = 1\"}", "unknown_name", 27,
         "options[1].show_if", "no item “nil”"),
        ("name: more\ntype: single\noptions:\n  - a\n  - {value: b, exklusive: true}", "unknown_key", 27,
         "options[1].exklusive", "Did you mean “exclusive”?"),
        ("name: more\ntype: single\noptions: []", "too_few", 25, "options", "at least one"),
        ("name: 评分\ntype: nps", "name_pattern", 23, "name", "letters a–z"),
        ("name: status\ntype: hidden", "name_reserved", 23, "", "Choose another name"),
    ],
)  # fmt: skip
def test_a_fault_in_an_item(tmp_path: Path, text: str, code: str, line: int, where: str, words: str) -> None:
    finding = single(tmp_path, item(text))
    assert (finding.code, finding.line) == (code, line)
    prefix = "pages[0].items[5]"
    assert finding.field == (f"{prefix}.{where}" if where else prefix)
    assert finding.item == text.splitlines()[0].removeprefix("name: ")
    assert words in str(finding)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("stauts: {complete: done}", "unknown_key", "Did you mean “status”?"),
        ("status: {compleet: done}", "not_a_choice", "Did you mean “complete”?"),
        ("timezone: Asia/Shangai", "timezone", "Asia/Shanghai"),
        ("timezone: Asia", "timezone", "not a time zone"),
        ("timezone: ../etc/passwd", "timezone", "not a time zone"),
        ("duplicates: {by: respondent_id, keep: newest}", "not_a_choice", "most_complete"),
        ("duplicates: [{by: response_id, keep: all}, {by: response_id, keep: last}]", "rule_twice", "twice"),
        ("stage: ready", "not_a_choice", "draft, live, retired"),
        ("1: a", "key_not_text", "quotes"),
        ("end_if: [\"{consent} = false\"]", "unknown_name", "no item “consent”"),
        ("thanks: [{if: \"{recomend} > 1\", text: {en: a, zh-CN: b}}]", "unknown_name", "Did you mean “recommend”?"),
        ("metrics: {n: {kind: nps, item: overall}}", "metric_type", "never inferred"),
        ("metrics: {n: {kind: nps, item: visits}}", "metric_type", "of type number"),
        ("metrics: {n: {kind: nps, item: recomend}}", "metric_item", "Did you mean “recommend”?"),
        ("metrics: {n: {kind: npss, item: recommend}}", "not_a_choice", "Did you mean “nps”?"),
        ("metrics: {n: {kind: csat, item: recommend}}", "metric_type", "csat, or a rating"),
        ("metrics: {n: {kind: ces, item: overall}}", "metric_type", "ces, or a rating"),
        ("metrics: {n: {kind: csat, item: overall, tpo: 2}}", "unknown_key", "Did you mean “top”?"),
        ("metrics: {n: {kind: csat, item: overall, points: 7}}", "metric_points", "goes up to 5"),
        ("metrics: {n: {kind: csat, item: overall, top: 5}}", "top_too_many", "nothing below"),
        ("metrics: {n: {kind: top_box, item: recommend}}", "metric_type", "from 1 in steps of 1"),
        ("metrics: {n: {kind: mean, item: pains}}", "metric_type", "of type multi"),
        ("metrics: {n: {kind: mean, item: grid}}", "metric_type", "matrix row"),
        ("metrics: {n: {kind: mean, item: grid.tan3}}", "metric_item", "grid.tan"),
        ("metrics: {n: {kind: gap, expectation: [grid.tan1], perception: []}}", "too_few", "at least one"),
        ("metrics: {n: {kind: gap, expectation: [grid.tan1], perception: [grid.tan1, grid.tan2]}}",
         "gap_pairs", "2 and 1"),
        ("metrics: {n: {kind: servqual, expectations: grid, perceptions: overall, dimensions: {t: [tan1]}}}",
         "metric_type", "two matrices"),
        ("metrics: {n: {kind: servqual, expectations: grid, perceptions: grid, dimensions: {t: [tan3]}}}",
         "servqual_row", "row “tan3”"),
        ("metrics: {n: {kind: kano, pairs: {speed: {functional: pains, dysfunctional: overall}}}}",
         "metric_type", "five"),
        ("metrics: {n: {kind: importance_performance, outcome: visits, items: [overall]}}", "metric_type", "visits"),
        ("sources: {wjx: {recomend: x}}", "source_item", "Did you mean “recommend”?"),
        ("sources: {wjx: {pains.prise: x}}", "source_part", "Did you mean “pains.price”?"),
        ("sources: {wjx: {pains: {options: {价格: prise}}}}", "source_target", "Did you mean “price”?"),
        ("sources: {wjx: {overall: {options: {满意: 6}}}}", "source_target", "“6”"),
        ("sources: {wjx: {overall: {optons: {满意: 5}}}}", "unknown_key", "Did you mean “options”?"),
        ("follow_up: [{id: x, when: \"{recommend} <= 6\", severity: sever}]", "not_a_choice", "mean “severe”?"),
        ("follow_up: [{id: x, when: \"{recommend} <\", severity: major}]", "expression", "character 14"),
        ("follow_up: [{id: x, when: \"1 = 1\", severity: major}, {id: x, when: \"1 = 1\", severity: major}]",
         "rule_twice", "“x” is there twice"),
        ("migrations: [{from: 2, to: 3}]", "migration_versions", "version: 1"),
        ("tests: [{name: a, steps: [{set: {a: 1}, complete: {}}]}]", "step_commands", "set, complete"),
        ("tests: 5", "wrong_kind", "Expected a list"),
    ],
)  # fmt: skip
def test_a_fault_at_the_top(tmp_path: Path, text: str, code: str, words: str) -> None:
    finding = single(tmp_path, f"{HEAD}{text}\n{PAGES}")
    assert (finding.code, finding.line) == (code, 6)
    assert words in str(finding)


def test_everything_is_found_at_once_even_where_single_keys_are_faulty(tmp_path: Path) -> None:
    text = item('name: recommend\ntype: nsp\nshow_if: "{visit} = 1"').replace("version: 1", "version: x")
    text += "metrics: {n: {kind: nps, item: recomend}}\n"
    codes = {finding.code for finding in faults(tmp_path, text)}
    assert codes == {"wrong_kind", "not_a_choice", "item_twice", "unknown_name", "metric_item"}


def test_every_key_that_is_there_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    found = faults(tmp_path, HEAD + "id: other\n" + PAGES + "      - {name: a, type: nps, type: csat}\n")
    assert [(finding.code, finding.line) for finding in found] == [("duplicate_key", 6), ("duplicate_key", 24)]
    assert "in line 2 and in line 6" in str(found[0])


def test_a_long_cycle_is_named(tmp_path: Path) -> None:
    text = item('name: a\ntype: yesno\nshow_if: "{b} = true"') + (
        '      - {name: b, type: yesno, show_if: "{c} = true"}\n      - {name: c, type: yesno, show_if: "{a} = true"}\n'
    )
    finding = single(tmp_path, text)
    assert (finding.code, finding.line) == ("cycle", 25)
    assert "a → b → c → a" in str(finding)


def test_a_missing_file_is_answered_with_the_nearest_names(tmp_path: Path) -> None:
    with pytest.raises(SurveyDefinitionError, match="Shipped surveys: relationship-nps"):
        load_survey("relationship-nsp")
    with pytest.raises(SurveyDefinitionError, match="service-quality, transaction-csat"):
        load_survey("zzz")
    (tmp_path / "store.survey.yaml").write_text("", encoding="utf-8")
    with pytest.raises(SurveyDefinitionError, match=r"Similar files there: store\.survey\.yaml"):
        load_survey(tmp_path / "stor.survey.yaml")
    with pytest.raises(SurveyDefinitionError, match="This is a folder"):
        load_survey(tmp_path)


def test_the_error_speaks_the_language_in_use(tmp_path: Path) -> None:
    file = tmp_path / "x.survey.yaml"
    file.write_text(HEAD + PAGES + "metrcs: {}\n", encoding="utf-8")
    set_language("zh-CN")
    with pytest.raises(SurveyDefinitionError, match="是否指“metrics”？"):
        load_survey(file)


def test_more_than_twenty_faults_are_counted(tmp_path: Path) -> None:
    lines = "".join(f"key{n}: 1\n" for n in range(25))
    file = tmp_path / "x.survey.yaml"
    file.write_text(HEAD + PAGES + lines, encoding="utf-8")
    with pytest.raises(SurveyDefinitionError, match="… and 5 more") as caught:
        load_survey(file)
    assert len(caught.value.findings) == 25


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "x.survey.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + PAGES).replace("\n", "\r\n").encode())
    assert load_survey(file).id == "test"


def test_yes_and_no_are_texts_as_in_yaml_1_2(tmp_path: Path) -> None:
    file = tmp_path / "x.survey.yaml"
    file.write_text(item("name: more\ntype: single\noptions: [yes, no, on, 010]"), encoding="utf-8")
    assert [option.value for option in load_survey(file).item("more").options] == ["yes", "no", "on", "10"]  # type: ignore[attr-defined]


def test_a_dictionary_is_checked_like_a_file() -> None:
    with pytest.raises(SurveyDefinitionError) as caught:
        survey_from_dict({"format": 1, "id": "x", "version": 1, "languages": ["en"], "title": "X", "pages": ()})
    (finding,) = caught.value.findings
    assert (finding.line, finding.field, finding.code) == (None, "pages", "too_few")


def test_the_shipped_surveys_lie_in_the_wheel_or_beside_the_source(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout" / "toolkit" / "closeloop"
    checkout.mkdir(parents=True)
    assert shipped_folder(checkout) == tmp_path / "checkout" / "surveys"
    wheel = tmp_path / "site-packages" / "closeloop"
    (wheel / "_surveys").mkdir(parents=True)
    assert shipped_folder(wheel) == wheel / "_surveys"
    assert (shipped_folder() / "relationship-nps.survey.yaml").is_file()


def test_the_list_of_surveys() -> None:
    listed = list_surveys()
    assert list(listed.columns) == ["id", "version", "languages", "title", "items"]
    assert tuple(listed["id"]) == shipped_names()
    assert listed["languages"].unique().tolist() == ["zh-CN en"]
    set_language("zh-CN")
    assert list_surveys().set_index("id")["title"].to_dict() == {
        "complaint-intake": "投诉与诉求登记", "effort-ces": "办事省力程度回访", "feature-kano": "服务项目需求调查",
        "policy-change-pulse": "政策变动意见征询", "relationship-nps": "客户关系调查",
        "resolution-confirmation": "投诉处理回访", "retrospective-pulse": "复盘会小调查",
        "service-quality": "服务质量调查：期望与感受", "transaction-csat": "服务体验回访",
    }  # fmt: skip


# -- anything at all in any place ------------------------------------------------------------------------------------

rubbish = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 30), st.floats(), st.sampled_from(["", "a", "nps", "{a} = 1"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["name", "type", "items", "en", "if", "when", "kind", "item"]), inner, max_size=3
        ),
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every part of plain data."""
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places(entry, (*path, key))


def read(data: dict[str, Any]) -> Survey | SurveyDefinitionError:
    try:
        return survey_from_dict(data)
    except SurveyDefinitionError as error:
        return error


ORIGINAL = load_survey("relationship-nps").to_dict() | {
    "end_if": ["{recommend} empty"],
    "migrations": [{"from": 1, "to": 2, "rescale": {"overall": {"from": [1, 10], "to": [1, 5]}}}],
    "version": 2,
}
PLACES = [path for path in places(ORIGINAL) if path]


@settings(max_examples=400, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), rubbish), min_size=1, max_size=3))
def test_whatever_stands_in_a_survey_it_is_read_or_its_faults_are_named(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    data = copy.deepcopy(ORIGINAL)
    for path, value in changes:
        here: Any = data
        for step in path[:-1]:
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                break  # an earlier change took the place away
        else:
            if isinstance(here, dict) or (isinstance(here, list) and path[-1] in range(len(here))):
                here[path[-1]] = value
    outcome = read(data)
    if isinstance(outcome, SurveyDefinitionError):
        assert outcome.findings
        assert str(outcome)
    else:
        assert survey_from_dict(outcome.to_dict()) == outcome
