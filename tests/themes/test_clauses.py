"""Comments are split into clauses where people end them, and every span is one of the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.themes.codings.clauses import split_clauses


def clauses(text: str) -> list[str]:
    found = split_clauses([text])
    return [text[start:end] for start, end in zip(found.start, found.end, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Late. Rude! Really? Yes; no", ["Late.", "Rude!", "Really?", "Yes;", "no"]),
        ("味道好。就是贵！为什么？不来了；再见", ["味道好。", "就是贵！", "为什么？", "不来了；", "再见"]),
        ("slow\ncold\r\nrude\u2028late", ["slow", "cold", "rude", "late"]),
        ("太慢！！！气死我了", ["太慢！！！", "气死我了"]),
        ("so... slow", ["so...", "slow"]),
        ("so...slow", ["so...", "slow"]),
        ("等了……很久", ["等了……", "很久"]),
        ("What?! Never again", ["What?!", "Never again"]),
        ("It cost 3.5 € for 1.234,50", ["It cost 3.5 € for 1.234,50"]),
        ("很好.下次再来", ["很好.", "下次再来"]),
        ("not bad, but late，还行、吧", ["not bad, but late，还行、吧"]),
        ("Ask a.b@c.com. Or see closeloop.org/x.html.", ["Ask a.b@c.com.", "Or see closeloop.org/x.html."]),
        ("See https://x.org/a?b=1;c!d. Bad!", ["See https://x.org/a?b=1;c!d.", "Bad!"]),
        ("www.x.org/?q=a?b 差！好", ["www.x.org/?q=a?b 差！", "好"]),
        ("Why?Because", ["Why?", "Because"]),
        ("e.g. the app, i.e. it. Mr. Smith", ["e.g. the app, i.e. it.", "Mr. Smith"]),
        ("Tea, cake etc. and more. Cake etc. The end", ["Tea, cake etc. and more.", "Cake etc.", "The end"]),
        ("Open till 5 p.m. daily. Till 5 p.m. Then not", ["Open till 5 p.m. daily.", "Till 5 p.m.", "Then not"]),
        ("No. I waited. Room No. 5 was cold", ["No.", "I waited.", "Room No. 5 was cold"]),
        ("1. slow\n2. cold 35. Too much", ["1. slow", "2. cold 35.", "Too much"]),
        ("R&amp;D don&#39;t answer; never", ["R&amp;D don&#39;t answer;", "never"]),
        ("AT&T; slow", ["AT&T;", "slow"]),
        ("“慢！”他说（真的。）好", ["“慢！”", "他说（真的。）", "好"]),
        ('He said "late." Then', ['He said "late."', "Then"]),
        ("", []),
        (" \t\n　", []),
        ("  　late 　\n", ["late"]),
        ("👍", ["👍"]),
        ("ｓｌｏｗ．ｃｏｌｄ！", ["ｓｌｏｗ．ｃｏｌｄ！"]),
    ],
)
def test_a_clause_ends_where_people_end_it(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_a_clause_without_a_letter_digit_or_emoji_is_not_substantive() -> None:
    texts = ["!!!", "— … —", "“Late”", "3", "👍", "好", "……慢"]
    found = split_clauses(texts)
    columns = (found.text, found.start, found.end, found.substantive)
    said = {texts[t][a:b]: bool(s) for t, a, b, s in zip(*columns, strict=True)}
    assert said == {
        "!!!": False, "— …": False, "—": False, "“Late”": True, "3": True, "👍": True, "好": True, "……": False,
        "慢": True,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["مرحبا، الخدمة. شكرا", "Медленно. Очень!", "遅い。とても！", "<p>slow</p><br/>"])
def test_other_languages_and_markup_are_split_without_error(text: str) -> None:
    assert "".join(clauses(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["好" * 100_000, " " * 100_000, "." * 100_000, "late. " * 20_000, "a" + " " * 99_999])
def test_a_hundred_thousand_characters_are_split(text: str) -> None:
    assert "".join(clauses(text)).replace(" ", "") == text.replace(" ", "")


def test_texts_do_not_touch_one_another() -> None:
    texts = ["late", "", "\nslow.", ")rude", "", "3.", "5"]
    together = split_clauses(texts)
    alone = [split_clauses([text]) for text in texts]
    apart = [(i, s, e) for i, one in enumerate(alone) for s, e in zip(one.start, one.end, strict=True)]
    assert list(zip(together.text, together.start, together.end, strict=True)) == apart


def naive(text: str) -> list[tuple[int, int]]:
    """Split with a loop over the characters: the rules that need no list of words."""
    cuts, at = [0], 0
    while at < len(text):
        char = text[at]
        dots = char == "." and ("." in text[max(at - 1, 0) : at] or "." in text[at + 1 : at + 2])
        inside = char == "." and (re.match(r"[A-Za-z0-9_,]", text[at + 1 : at + 2]) is not None) and not dots
        starts_line = char == "." and not dots and re.search(r"(?:^|[\n\r])[0-9]{1,2}$", text[:at]) is not None
        if char in "\n\r":
            cuts.append(at + 1)
        elif char in "。！？；!?;…" or (char == "." and not inside and not starts_line):
            behind = at + 1
            while behind < len(text) and behind < at + 3 and text[behind] in "”’」』）)]}\"'»":
                behind += 1
            cuts.append(behind)
        at += 1
    # A mark right behind a cut belongs to the same end.
    ends = [cut for cut in sorted(set(cuts)) if not _goes_on(text, cut)]
    spans = []
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        piece = text[start:end]
        if piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            spans.append((begin, begin + len(piece.strip())))
    return spans


def _goes_on(text: str, cut: int) -> bool:
    if cut == 0 or cut >= len(text) or text[cut - 1] in "\n\r":
        return False
    rest = text[cut:]
    if rest[0] in "。！？；!?;…":
        return True
    if rest[0] != ".":
        return False
    if rest[1:2] == "." or text[cut - 1] == ".":
        return True
    return re.match(r"\.[A-Za-z0-9_,]", rest) is None


@given(st.text(alphabet="ab 贵1.。！!?;…\n)”\"'", max_size=40))
def test_the_vectorised_split_is_that_of_a_loop(text: str) -> None:
    # One-letter words before a full stop are initials here and there; the loop knows none.
    plain = re.sub(r"\.[ab](?=\.)", ".ab", text)
    found = split_clauses([plain])
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == naive(plain)


@given(st.lists(st.text(max_size=30), max_size=8))
def test_spans_lie_within_their_texts_in_order_and_lose_nothing_but_white_space(texts: list[str]) -> None:
    found = split_clauses(texts)
    left = ["" for _ in texts]
    before = (-1, 0)
    for text, start, end in zip(found.text.tolist(), found.start.tolist(), found.end.tolist(), strict=True):
        assert 0 <= start < end <= len(texts[text])
        assert (text, start) >= before
        before = (text, end)
        left[text] += texts[text][start:end]
    squeezed = ["".join(text.split()) for text in texts]
    assert ["".join(text.split()) for text in left] == squeezed
