"""Which encoding a file is in: the mark, then UTF-8, then GB18030 with a reason, then a guess that says so."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.responses.dialects import looks_chinese
from closeloop.responses.encoding import find_encoding
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
CHINESE = "recommend,why\n9,师傅准时上门，服务很好，下次还会再来\n3,等了三个小时也没有人接电话\n"
WJX = "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、推荐\n1,2026/5/3 7:05:00,9秒,微信,,,9\n"
KOREAN = "recommend,why\n9,직원이 친절하고 설명을 잘해 주셨습니다\n3,배송이 너무 늦어서 다시는 이용하지 않겠습니다\n"
GREEK = "recommend,why\n9,Η εξυπηρέτηση ήταν πολύ καλή και γρήγορη\n3,Περίμενα πολλές ώρες στο τηλέφωνο\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_chinese_comments_survive_whatever_the_file_is_in(write: Write, small: Survey, encoding: str) -> None:
    responses = cl.read_responses(write(CHINESE, encoding=encoding), small)
    assert responses.accepted["why"].tolist()[0] == "师傅准时上门，服务很好，下次还会再来"
    assert responses.accepted["recommend"].tolist() == [9, 3]


def test_the_reason_for_an_encoding_is_told(write: Write, small: Survey) -> None:
    for encoding, reason in (
        ("utf-8", "valid UTF-8"),
        ("utf-8-sig", "byte-order mark"),
        ("gb18030", "the detector says"),
    ):
        source = cl.read_responses(write(CHINESE, encoding=encoding), small).sources[0]
        assert (source.encoding, reason in source.encoding_reason.en) == (encoding, True)
        assert source.encoding_reason.zh != source.encoding_reason.en


def test_a_chinese_platforms_header_is_reason_enough_for_gb18030(write: Write) -> None:
    source = cl.read_responses(write(WJX, encoding="gb18030")).sources[0]
    assert (source.encoding, source.platform) == ("gb18030", "wjx")
    assert "Chinese platform" in source.encoding_reason.en


@pytest.mark.parametrize(("text", "encoding", "word"), [(KOREAN, "euc-kr", "직원이"), (GREEK, "cp1253", "εξυπηρέτηση")])
def test_other_scripts_are_not_turned_into_hanzi(
    write: Write, small: Survey, text: str, encoding: str, word: str
) -> None:
    responses = cl.read_responses(write(text, encoding=encoding), small)
    assert word in responses.accepted["why"].tolist()[0]
    issue = responses.issues.query("code == 'encoding_guessed'").iloc[0]
    assert (issue["severity"], issue["source_row"]) == ("warning", 0)
    assert issue["raw_value"] in issue["message_en"]
    assert "encoding=" in issue["suggestion_zh"]


def test_two_stray_bytes_do_not_make_a_file_chinese(write: Write, small: Survey) -> None:
    # 0x8C 0xE6 (Mac Roman "åÊ") stand in a published SurveyMonkey export; GB18030 would read them as one hanzi.
    responses = cl.read_responses(write(b"recommend,why\n9,Yes\x8c\xe6 really\n8,ok\n"), small)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in responses.accepted["why"].iloc[0])
    assert "encoding_guessed" in set(responses.issues["code"].astype(str))


@pytest.mark.parametrize(
    ("encoding", "asked"), [("utf-8-sig", "utf-8"), ("utf-8-sig", "UTF8"), ("utf-16", "utf-16-le"), ("gb18030", "GBK")]
)
def test_an_encoding_asked_for_is_used_and_a_mark_is_no_letter(
    write: Write, small: Survey, encoding: str, asked: str
) -> None:
    responses = cl.read_responses(write(CHINESE, encoding=encoding), small, encoding=asked)
    assert responses.accepted["recommend"].tolist() == [9, 3]
    assert responses.raw.columns[4] == "recommend"
    assert responses.sources[0].encoding_reason.en == "as asked for"


@pytest.mark.parametrize("asked", ["klingon", "base64", "rot13", "hex"])
def test_an_encoding_that_does_not_exist_is_a_clear_error(write: Write, small: Survey, asked: str) -> None:
    with pytest.raises(cl.ResponseValidationError, match=f"no encoding “{asked}”.*gb18030"):
        cl.read_responses(write(CHINESE), small, encoding=asked)


def test_an_encoding_that_does_not_fit_is_a_clear_error(write: Write, small: Survey) -> None:
    with pytest.raises(cl.ResponseValidationError, match=r"not in ascii.*auto"):
        cl.read_responses(write(CHINESE), small, encoding="ascii")


@pytest.mark.parametrize(
    "text",
    [
        codecs.BOM_UTF8 + b"recommend,why\n9,caf\xe9\n",
        codecs.BOM_UTF16_LE + "recommend\n9".encode("utf-16-le") + b"\x00\xd8",
    ],
)
def test_a_mark_that_lies_is_a_clear_error_in_both_languages(write: Write, small: Survey, text: bytes) -> None:
    with pytest.raises(cl.ResponseValidationError) as error:
        cl.read_responses(write(text), small)
    assert "begins with the mark" in error.value.text.en
    assert "encoding=" in error.value.text.zh


def test_a_bad_byte_far_below_the_first_block_is_found(write: Write) -> None:
    path = write(b"recommend,why\n" + b"9,abc\n" * 250_000 + b"9,caf\xe9\n")
    assert find_encoding(path, "auto", looks_chinese).guessed
    accepted = cl.read_responses(path).accepted
    assert accepted["why"].iloc[-1] == "café"


def test_a_letter_that_straddles_two_blocks_is_no_fault(write: Write) -> None:
    for shift in range(4):
        path = write("x" * ((1 << 20) - shift) + "师傅", f"{shift}.csv")
        assert find_encoding(path, "auto", looks_chinese).name == "utf-8"


@given(
    st.text(
        st.characters(codec="utf-8", exclude_characters='\x00\r\n",;\t|', exclude_categories=("Cs",)),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_utf8_is_always_told_from_the_rest(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("e") / "a.csv"
    path.write_text(f"why,then\nx{text}x,y\n", encoding="utf-8", newline="")
    found = find_encoding(path, "auto", looks_chinese)
    assert (found.name, found.guessed) == ("utf-8", False)
    assert cl.read_responses(path).raw["why"].tolist() == [f"x{text}x"]


@given(st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_bytes_at_all_are_read_or_refused_with_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("b") / "a.csv"
    path.write_bytes(data)
    with contextlib.suppress(cl.CloseloopError):
        ledger = cl.read_responses(path).ledger
        assert ledger["rows_in"] == ledger["accepted"] + ledger["quarantined"] + ledger["superseded"]
