"""Screening: what identifies a person goes, what only looks like it stays, and no text keeps the machine busy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.privacy.name_list import NameList
from closeloop.followup.privacy.screening import Screening, Span, screen
from closeloop.followup.privacy.screening_file import load_screening
from closeloop.text import LANGUAGES, set_language
from closeloop.themes.codings.patterns import pattern_error

SENTENCES: dict[str, Any] = YAML(typ="safe", pure=True).load(
    Path(__file__).with_name("screening_sentences.yaml").read_text(encoding="utf-8")
)
POSITIVE: list[tuple[str, str, str]] = [(kind, gone, text) for kind, gone, text in SENTENCES["positive"]]
NEGATIVE: list[str] = SENTENCES["negative"]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def find_personal(text: str, names: Collection[str] | NameList = ()) -> tuple[Span, ...]:
    return screen(text, names).found


def caught(kind: str, gone: str, text: str) -> bool:
    screened = screen(text)
    return gone not in screened.masked and kind in {span.kind for span in screened.found}


@pytest.mark.parametrize("chinese", [False, True], ids=["en", "zh"])
def test_precision_and_recall(chinese: bool) -> None:
    """On sentences of our own; what real customers write will have more forms than these."""
    positive = [each for each in POSITIVE if is_chinese(each[2]) == chinese]
    negative = [text for text in NEGATIVE if is_chinese(text) == chinese]
    assert len(positive) >= 30
    assert len(negative) >= 30
    missed = [text for kind, gone, text in positive if not caught(kind, gone, text)]
    false = [text for text in negative if screen(text)]
    recall = 1 - len(missed) / len(positive)
    precision = (len(positive) - len(missed)) / (len(positive) - len(missed) + len(false))
    assert recall >= 0.97, missed
    assert precision >= 0.97, false


def test_there_are_enough_sentences_of_every_kind() -> None:
    assert len(POSITIVE) >= 60
    assert len(NEGATIVE) >= 60
    assert {kind for kind, _, _ in POSITIVE} == {kind.id for kind in load_screening().kinds}


@pytest.mark.parametrize("text", [each[2] for each in POSITIVE])
def test_a_screened_text_needs_no_second_screening(text: str) -> None:
    assert screen(screen(text).masked).found == ()


def test_labels_speak_the_language_of_the_text_not_of_the_screen() -> None:
    for tag in LANGUAGES:
        set_language(tag)
        assert screen("请打13800138000").masked == "请打[电话]"
        assert screen("call 415-555-0199 now").masked == "call [phone] now"


def test_the_rest_of_a_text_is_left_as_it_was() -> None:
    text = "  Ça va？\n«ok» 13800138000\t…  "
    assert screen(text).masked == text.replace("13800138000", "[电话]" if is_chinese(text) else "[phone]")
    assert screen("nothing here").masked == "nothing here"
    assert not screen("nothing here")


@pytest.mark.parametrize(
    "written",
    [
        "138\u200b0013\u200b8000",
        "138\u00a00013\u00a08000",
        "138－0013－8000",
        "138—0013—8000",
        "１３８００１３８０００",
    ],
    ids=["zero width", "no-break", "full-width dash", "em dash", "full width"],
)
def test_disguised_numbers_are_numbers(written: str) -> None:
    assert screen(f"电话 {written} 谢谢").masked == "电话 [电话] 谢谢"


def test_a_longer_number_is_not_cut_into_a_telephone_number() -> None:
    assert {span.kind for span in find_personal("单号9138001380001234")} == {"order_number"}
    assert find_personal("0.13800138000") == ()


def test_where_two_kinds_overlap_all_of_it_goes_under_the_first() -> None:
    (span,) = find_personal("身份证 11010519491231002X")
    assert span.kind == "id_number"
    (span,) = find_personal("see https://example.com/?email=lily@example.com")
    assert (span.kind, span.end) == ("url", 47)


def test_wrong_check_digits_are_no_numbers_of_persons() -> None:
    assert "bank_card" in {s.kind for s in find_personal("4111 1111 1111 1111")}
    assert "bank_card" not in {s.kind for s in find_personal("4111 1111 1111 1112")}
    assert "id_number" not in {s.kind for s in find_personal("110105194912310021")}


def test_names_of_a_list_are_found_as_words_in_any_case() -> None:
    names = ["Ann Lee", "张伟", "Øyvind", "İnci", " Bob ", "x"]
    assert screen("ann lee, ANN LEE; Joann Leeds and BOB", names).masked == "[name], [name]; Joann Leeds and [name]"
    assert screen("我找张伟和x", names).masked == "我找[姓名]和x"
    assert screen("ask øyvind or İnci", names).masked == "ask [name] or [name]"


def test_the_longest_name_counts_and_many_names_cost_one_pass() -> None:
    names = NameList(["Ann", "Ann Lee", "Ann Lee Smith", *(f"name{n}" for n in range(50_000))])
    assert len(names) == 50_003
    assert find_personal("Ann Lee Smith called", names) == (Span("name", 0, 13),)
    assert screen("name49999 and name5000x", names).masked == "[name] and name5000x"


def test_patterns_of_ones_own_house() -> None:
    house = Screening(more={"order_number": ["QX[0-9]{4}"]})
    assert house.screen("Where is QX4711? Or QX47112?").masked == "Where is [order number]? Or QX47112?"
    with pytest.raises(ValueError, match="no kind of personal data “orders”"):
        Screening(more={"orders": ["QX"]})


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a+)b", "repeats something without a limit"),
        ("a{2,}", "repeats something without a limit"),
        ("a.*", "repeats something without a limit"),
        ("(?<!a)b", "which RE2 does not know"),
        (r"(a)\1", "which RE2 does not know"),
        ("(?P<x>a)", "which RE2 does not know"),
        ("a(", "is no regular expression"),
    ],
)
def test_a_pattern_that_could_run_away_is_refused_with_its_line(tmp_path: Path, pattern: str, words: str) -> None:
    file = tmp_path / "screening.yaml"
    file.write_text(
        "format: 1\nlanguages: [en]\nkinds:\n  - id: name\n    label: {en: name}\n    patterns:\n"
        f"      - {{pattern: '{pattern}'}}\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError, match=words) as caught_:
        load_screening(file)
    assert caught_.value.findings[0].line == 7


def test_brackets_and_escapes_are_no_repetition(tmp_path: Path) -> None:
    file = tmp_path / "screening.yaml"
    text = r"""
format: 1
languages: [en]
kinds:
  - id: name
    label: {en: name}
    patterns:
      - {pattern: 'a[*+{2,}]b|c\+d\(?e'}
"""
    file.write_text(text, encoding="utf-8")
    assert Screening(load_screening(file)).screen("x a*b c+de").masked == "x [name] [name]"


def test_faults_of_a_file_are_all_told(tmp_path: Path) -> None:
    file = tmp_path / "screening.yaml"
    file.write_text(
        "format: 1\nlanguages: [en, zh-CN]\nkinds:\n  - id: A B\n    label: {en: name}\n    patterns:\n"
        "      - {pattern: a, checks: magic, not_beside: stars}\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught_:
        load_screening(file)
    assert {finding.line for finding in caught_.value.findings} == {4, 5, 7}
    assert "no check “magic”" in str(caught_.value)


def test_every_shipped_pattern_is_one_of_re2_and_labels_exist_in_both_languages() -> None:
    file = load_screening()
    for kind in file.kinds:
        assert set(kind.label) == set(LANGUAGES)
        for pattern in kind.patterns:
            for text in (pattern.pattern, pattern.unless, pattern.unless_before, pattern.unless_after):
                assert pattern_error(text or "x") == "", text


ADVERSARIAL = """
from closeloop.followup.privacy.screening import screen
for piece in ["1", "1 ", "a", "a@", "路", "路1号", "路1号1111111111", "王", "我叫", "+1 ", "A", "A1", "A ", "1-", "a.",
              "http://", "http://?token=", ":", "1:", "微信", "1栋1", "北京市", "Mr A", "Aa ", "(at)", "6222", "DE89",
              "1.1.1.1.", "\\u200b", "京A1", "1 a ", "Order number ", "[", "\\\\", "0 ", "一"]:
    screen(piece * (15_000 // len(piece)))
print("done")
"""


def test_no_text_keeps_the_machine_busy() -> None:
    """Without a limit on repetitions one of these would take years; the time limit only ends such a run."""
    run = subprocess.run([sys.executable, "-c", ADVERSARIAL], capture_output=True, text=True, timeout=300, check=True)
    assert run.stdout == "done\n"


@given(st.text(max_size=200))
def test_any_text_can_be_screened(text: str) -> None:
    screened = screen(text)
    at = 0
    for span in screened.found:
        assert at <= span.start < span.end <= len(text)
        at = span.end
    assert bool(screened) == (screened.masked != text)
