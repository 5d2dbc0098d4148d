"""The named checks of worksheets: each finds what it is for and leaves the rest alone, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from closeloop.rootcause.worksheet.registry import CHECKS
from closeloop.rootcause.worksheet.worksheet import Worksheet, worksheet

FIELDS = ("text", "evidence", "position", "interest", "question", "owner", "due", "sentence", "what")


def sheet_with(folder: Path, check: str) -> Worksheet:
    """Give a sheet whose page ``options`` is looked at by one check."""
    items = "\n".join(f"      - {{name: {name}, type: {'date' if name == 'due' else 'text'}}}" for name in FIELDS)
    path = folder / "one.worksheet.yaml"
    path.write_text(
        "format: 1\nid: one\nversion: 1\nlanguages: [en, zh-CN]\n"
        "title: {en: One, zh-CN: 一}\npurpose: {en: Try., zh-CN: 试。}\npages:\n"
        "  - name: focus\n    items: [{name: reason, type: text}]\n"
        "  - name: options\n    repeat: {entry: {en: entry, zh-CN: 项}}\n    items:\n"
        f"{items}\nchecks:\n  - {{check: {check}, each: options}}\n",
        encoding="utf-8",
    )
    return worksheet(path)


def found(sheet: Worksheet, entries: Sequence[Mapping[str, Any]], **how: Any) -> list[str]:
    """Give where something was found."""
    return [each.at for each in sheet.fill(options=[*entries]).findings(**how)]


@pytest.mark.parametrize(
    ("check", "weak", "sound"),
    [
        ("vague_words", {"text": "answer the customers in time"}, {"text": "answer within two working days"}),
        ("vague_words", {"text": "及时答复客户"}, {"text": "两个工作日内答复客户"}),
        ("evidence_needed", {"text": "customers wait", "evidence": " "}, {"text": "customers wait", "evidence": "log"}),
        (
            "interest_not_position",
            {"position": "We want a full refund", "interest": "The customer wants a full refund"},
            {"position": "We want a full refund", "interest": "not to pay twice for a second machine"},
        ),
        (
            "interest_not_position",
            {"position": "要求全额退款", "interest": "希望全额退款"},
            {"position": "要求全额退款", "interest": "担心再坏一次没有人管"},
        ),
        ("interest_not_position", {"position": "a refund"}, {"interest": "to be heard"}),
        ("one_question", {"question": "Why did it start? Who noticed?"}, {"question": "Why did it start in March?"}),
        (
            "one_question",
            {"question": "Why is it late and how do we stop it?"},
            {"question": "How do salt and heat act?"},
        ),
        ("one_question", {"question": "为什么迟到，怎么解决？"}, {"question": "为什么三月起迟到？"}),
        ("one_question", {"question": "Late deliveries"}, {"question": "Which deliveries are late?"}),
        ("owner_is_a_person", {"owner": "Customer service"}, {"owner": "Wang Li"}),
        ("owner_is_a_person", {"owner": "Wang Li and Zhao Ning"}, {"owner": "Wang Li, hotline manager"}),
        ("owner_is_a_person", {"owner": "客服部"}, {"owner": "客服部主管"}),
        ("owner_is_a_person", {"owner": "王丽、赵宁"}, {"owner": "王丽"}),
        ("owner_is_a_person", {"owner": "王丽和赵宁"}, {"owner": "王和平"}),
        (
            "one_sentence",
            {"sentence": "We recommend a second courier."},
            {"sentence": "Because one courier fails each week, customers wait, so we recommend a second one."},
        ),
        (
            "one_sentence",
            {"sentence": "建议增加一家快递。"},
            {"sentence": "因为唯一的快递每周停运一天，所以客户要多等，建议增加一家快递。"},
        ),
        ("smart", {"what": "Improve quality"}, {"what": "Print the statement on the 3rd"}),
    ],
)
def test_a_check_finds_the_weak_one_and_leaves_the_sound_one(
    tmp_path: Path, check: str, weak: Mapping[str, Any], sound: Mapping[str, Any]
) -> None:
    sheet = sheet_with(tmp_path, check)
    slots = {place.partition(".")[2] for place in found(sheet, [weak]) if place.startswith("options[1].")}
    judged = slots & set(weak) or slots  # smart also finds that owner and due are missing
    assert judged
    slot = min(judged)
    places = found(sheet, [sound, weak, {}])
    assert f"options[2].{slot}" in places
    assert f"options[1].{slot}" not in places
    assert [place for place in places if place.startswith("options[3]")] == []
    for finding in sheet.findings().at(f"options[2].{slot}"):
        assert finding.message["zh-CN"] != finding.message["en"]
        assert finding.suggestion is not None


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("Customers wait 20 minutes on the phone", "On the phone, customers are waiting 20 minutes", True),
        ("客户在电话里等待二十分钟", "客户在电话里等待了二十分钟之久", True),
        ("Customers wait 20 minutes on the phone", "Customers wait 30 minutes in the shop", False),
        ("发票金额错误", "发票寄送太晚", False),
    ],
)
def test_entries_that_say_the_same_are_held_side_by_side(tmp_path: Path, first: str, second: str, alike: bool) -> None:
    sheet = sheet_with(tmp_path, "similar_entries")
    assert found(sheet, [{"text": first}, {"text": "something else entirely"}, {"text": second}]) == (
        ["options[3].text"] if alike else []
    )
    if alike:
        assert "entry 1" in str(sheet.findings()[0].message)


def test_two_options_or_a_reason(tmp_path: Path) -> None:
    sheet = sheet_with(tmp_path, "two_options_or_reason")
    assert list(sheet.findings()) == []  # a blank sheet is not weak, it is blank
    assert found(sheet, [{"text": "a"}]) == ["options"]
    assert sheet.findings()[0].level == "error"
    assert found(sheet, [{"text": "a"}, {"text": "b"}]) == []
    assert found(sheet.fill(reason="the law prescribes it"), [{"text": "a"}]) == []


def test_a_due_day_is_held_against_today_only_where_that_is_given(tmp_path: Path) -> None:
    sheet = sheet_with(tmp_path, "due_in_future")
    entries: list[dict[str, Any]] = [{"due": "2026-10-31"}, {"due": dt.date(2026, 11, 1)}, {}]
    assert found(sheet, entries) == []
    assert found(sheet, entries, today=dt.date(2026, 11, 1)) == ["options[1].due"]


def test_every_check_of_the_registry_has_code_and_runs_on_an_empty_page(tmp_path: Path) -> None:
    for name in CHECKS:
        assert list(sheet_with(tmp_path, name).findings(today=dt.date(2026, 1, 1))) == []


def test_a_check_may_be_made_graver_but_not_what_a_person_is_asked(tmp_path: Path) -> None:
    sheet_with(tmp_path, "smart")
    path = tmp_path / "one.worksheet.yaml"
    text = path.read_text(encoding="utf-8").replace("each: options}", "each: options, level: error}")
    path.write_text(text, encoding="utf-8")
    found_here = worksheet(path).fill(options=[{"what": "Improve", "owner": "Li"}]).findings()
    levels = {each.rule: each.level for each in found_here}
    assert levels == {"smart-S": "error", "smart-T": "error", "smart-A-ask": "info"}
