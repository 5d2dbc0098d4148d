"""The tables of characters say of each character what Unicode and the rules of matching say of it."""

from __future__ import annotations

import unicodedata

import numpy as np

from closeloop.themes.codings.characters import CONTENT, GAP, SPACE, WORD, as_text, folded, tables

# Every third character, and all of those that are written with or without width.
CODES = sorted({*range(0, 0xD800, 3), *range(0xE000, 0x20000, 3), 0x3000, *range(0xFF00, 0x10000)})
OWN_RULES = set("。！？；!?;…｡”’‘」』）)]}\"'»›》〉】〕］｝\n\r\x0b\x0c\x85\u2028\u2029-‐‑–－.．")


def test_a_folded_character_has_neither_case_nor_width() -> None:
    for code in CODES:
        char = chr(code)
        width = unicodedata.decomposition(char)
        narrow = chr(int(width.split()[1], 16)) if width.startswith(("<wide>", "<narrow>")) else char
        forms = [form for form in (narrow.casefold(), narrow.lower()) if len(form) == 1]
        expected = "'" if char in "‘’" else (forms or [narrow])[0]
        assert folded(char) == expected, hex(code)


def test_a_character_has_the_kinds_that_unicode_gives_to_its_folded_form() -> None:
    known = tables()
    for code in CODES:
        char = chr(known.fold[code])
        if char in OWN_RULES:
            continue
        expected = (SPACE | GAP) * char.isspace() | WORD * (char.isascii() and (char.isalnum() or char == "_"))
        expected |= CONTENT * (char.isalnum() or unicodedata.category(char) == "So")
        assert known.kinds[code] == expected, hex(code)


def test_each_combination_of_kinds_has_its_number() -> None:
    known = tables()
    assert known.combinations.tolist() == sorted(set(known.kinds.tolist()))
    assert np.array_equal(known.combinations[known.plain_numbers], known.kinds)
    assert known.folding.tolist() == np.flatnonzero(known.fold != np.arange(len(known.fold))).tolist()
    assert as_text(known.fold[0xD800:0xE000]) == "\ufffd" * 0x800
