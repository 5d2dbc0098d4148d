"""Worksheet templates with faults: every one is found, with its line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from closeloop.errors import SurveyDefinitionError
from closeloop.rootcause.worksheet.load import load_template
from closeloop.rootcause.worksheet.worksheet import worksheet
from closeloop.text import set_language

HEAD = """\
format: 1
id: own
version: 1
languages: [en, zh-CN]
title: {en: Own, zh-CN: 自有}
purpose: {en: Try., zh-CN: 试用。}
pages:
  - name: focus
    items:
      - {name: what, type: text, ask: {en: What?, zh-CN: 什么？}}
  - name: options
    repeat: {min: 0, max: 3, entry: {en: option, zh-CN: 方案}}
    items:
      - {name: name, type: text, ask: {en: Name?, zh-CN: 名称？}}
      - {name: cost, type: number, ask: {en: Cost?, zh-CN: 费用？}}
"""
LINES = HEAD.count("\n")


def faults(folder: Path, text: str) -> list[tuple[str, int | None]]:
    """Give code and line of every fault of a template."""
    path = folder / "own.worksheet.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as caught:
        load_template(path)
    assert f"{path}:" in str(caught.value)
    return [(fault.code, fault.line) for fault in caught.value.findings]


def test_the_template_itself_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "own.worksheet.yaml"
    path.write_text(HEAD, encoding="utf-8")
    assert load_template(str(path)).id == "own"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("format: 1", "format: 2", "not_a_choice", 1),
        ("version: 1", "version: one", "wrong_kind", 3),
        ("zh-CN: 自有", "de: Eigen", "text_language_missing", 5),
        ("purpose:", "purposes:", "unknown_key", 6),
        ("purpose:", "purposes:", "missing_key", 1),
        ("type: number", "type: nummer", "not_a_choice", 15),
        ("name: focus", "name: options", "page_twice", 11),
        ("name: cost", "name: name", "item_twice", 15),
        ("name: cost", "name: what", "item_twice", 15),
        ("name: what", "name: options", "item_is_page", 10),
        ("min: 0, max: 3", "min: 4, max: 3", "repeat_order", 12),
        ("entry: {en: option, zh-CN: 方案}", "entri: x", "unknown_key", 12),
        ("name: what,", "name: status,", "name_reserved", 10),
        ("type: number,", "type: number, show_if: '{nome} = 1',", "unknown_name", 15),
        ("type: number,", "type: number, show_if: '{name} =',", "expression", 15),
        ("type: number,", "type: number, show_if: '{cost} = 1',", "cycle", 15),
        ("type: text, ask: {en: What?", "type: text, show_if: '{cost} = 1', ask: {en: What?", "unknown_name", 10),
    ],
)
def test_a_fault_is_found_on_its_line(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    assert old in HEAD
    assert (code, line) in faults(tmp_path, HEAD.replace(old, new, 1))


SAY = "say: {en: x, zh-CN: 某}"


@pytest.mark.parametrize(
    ("more", "code", "line"),
    [
        (f"findings:\n  - {{code: a, each: option, when: '{{cost}} > 1', {SAY}}}", "not_repeated", 2),
        (f"findings:\n  - {{code: a, when: '{{cost}} > 1', {SAY}}}", "unknown_name", 2),
        (f"findings:\n  - {{code: a, each: options, when: '{{cast}} > 1', {SAY}}}", "unknown_name", 2),
        (f"findings:\n  - {{code: a, when: '{{options.number}} > 1', {SAY}}}", "unknown_name", 2),
        (f"findings:\n  - {{code: a, when: '{{what}} empty', on: whot, {SAY}}}", "no_place", 2),
        (f"findings:\n  - {{code: a, when: '{{what}} empty', level: bad, {SAY}}}", "not_a_choice", 2),
        ("checks:\n  - smartt", "no_check", 2),
        ("checks:\n  - smart\n  - {check: vague_words, items: {tekst: what}}", "no_slot", 3),
        ("checks:\n  - {check: vague_words, items: {text: wat}}", "slot_item", 2),
        ("checks:\n  - {check: vague_words, each: focus, items: {text: what}}", "not_repeated", 2),
        ("checks:\n  - {check: owner_is_a_person, each: options}", "slot_item", 2),
        ("computed:\n  - option_martix", "no_view", 2),
        ("computed:\n  - option_matrix", "slot_item", 2),
        ("computed:\n  - {view: affinity, pages: {notes: focus}}", "not_repeated", 2),
        ("computed:\n  - {view: affinity, pages: {nodes: options}, items: {notes.text: name}}", "no_slot", 2),
        ("guide:\n  - {minutes: 5, en: Start}", "text_language_missing", 2),
        ("examples:\n  - {title: {en: E, zh-CN: 例}, answers: {en: {what: 5}, zh-CN: {what: 某}}}", "example", 2),
        ("examples:\n  - {title: {en: E, zh-CN: 例}, answers: {en: {what: a}}}", "example", 2),
        ("examples:\n  - {title: {en: E, zh-CN: 例}, answers: {en: {wat: a}, zh-CN: {what: 某}}}", "example", 2),
    ],
)
def test_a_fault_between_parts_is_found_on_its_line(tmp_path: Path, more: str, code: str, line: int) -> None:
    assert (code, LINES + line) in faults(tmp_path, HEAD + more + "\n")


def test_all_faults_are_given_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = HEAD.replace("version: 1", "version: x").replace("name: cost", "name: name") + "checks: [smartt]\n"
    assert [line for _, line in faults(tmp_path, text)] == [3, 15, LINES + 1]


def test_faults_say_what_to_write_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "own.worksheet.yaml"
    path.write_text(HEAD + "checks: [smartt]\ncomputed: [option_martix]\n", encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as caught:
        load_template(path)
    assert "Did you mean “smart”?" in str(caught.value)
    set_language("zh-CN")
    assert "没有名为“option_martix”的计算视图。是否指“option_matrix”？" in str(caught.value)


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(SurveyDefinitionError, match=r"Shipped worksheets: 5w2h"):
        worksheet("5w3h")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SurveyDefinitionError, match="no such file in"):
        worksheet(tmp_path / "none.worksheet.yaml")


@pytest.mark.parametrize("content", ["", "- a\n", "format: [1\n", "format: 1\nformat: 1\n"])
def test_a_file_that_is_no_template_is_said(tmp_path: Path, content: str) -> None:
    assert faults(tmp_path, content)


def test_a_repeated_page_may_share_its_items_names_with_another(tmp_path: Path) -> None:
    path = tmp_path / "own.worksheet.yaml"
    second = "  - name: others\n    repeat: {entry: {en: other, zh-CN: 其他}}\n    items: [{name: name, type: text}]\n"
    path.write_text(HEAD + second, encoding="utf-8")
    filled = worksheet(path).fill(options=[{"name": "a"}], others=[{"name": "b"}])
    assert filled.answers == {"options": [{"name": "a"}], "others": [{"name": "b"}]}
