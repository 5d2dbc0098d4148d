"""Both languages say the same things, each in its own way of writing."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from closeloop.text import LANGUAGES, catalogue

PACKAGE = Path(__file__).resolve().parents[1] / "toolkit" / "closeloop"
AREAS = sorted(p.stem for p in (PACKAGE / "data" / "locales").glob("*.yaml"))
HAN = "\u4e00-\u9fff"
# A half-width mark that touches a Chinese character on the side where Chinese has its own mark.
HALF_WIDTH = re.compile(rf"[{HAN}][,;:?!(]|[,;:?!)][{HAN}]|[{HAN}]\.(?!\w)|[{HAN}]\"|\"[{HAN}]")
# What is to be typed as it stands: a call, a mapping.
CODE = re.compile(r"\{\{.*?\}\}|[A-Za-z_]\w*\((?:[^()]|\([^()]*\))*\)")
FULL_WIDTH = re.compile(r"[，。；：？！（）、《》【】]")


def texts() -> list[tuple[str, str, str]]:
    """Give (area.key, English, Chinese) for every entry of every catalogue."""
    return [(f"{area}.{key}", t["en"], t["zh-CN"]) for area in AREAS for key, t in catalogue(area).items()]


def fields(text: str) -> set[str]:
    """Give the names of the ``{fields}`` of a text."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


def messages_asked_for() -> list[tuple[str, int, str, set[str] | None]]:
    """Give (file, line, key, names of the values, None if they are computed) for each ``message("…")``."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "message":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    named = {k.arg for k in node.keywords}
                    given = None if None in named else {n for n in named if n}
                    found.append((str(path.relative_to(PACKAGE)), node.lineno, first.value, given))
    return found


def test_there_are_catalogues() -> None:
    assert {"errors", "text"} <= set(AREAS)


@pytest.mark.parametrize("area", AREAS)
def test_every_entry_has_exactly_the_shipped_languages(area: str) -> None:
    entries = catalogue(area)
    assert {key: sorted(entry) for key, entry in entries.items()} == dict.fromkeys(entries, sorted(LANGUAGES))


def test_no_text_is_empty_or_padded() -> None:
    assert [key for key, en, zh in texts() for text in (en, zh) if not text or text != text.strip()] == []


def test_both_languages_have_the_same_fields() -> None:
    assert [(key, fields(en), fields(zh)) for key, en, zh in texts() if fields(en) != fields(zh)] == []


def test_no_text_is_left_untranslated() -> None:
    """A text that is the same in both languages may hold nothing but fields, marks and an abbreviation such as NPS."""
    same = {key: re.sub(r"\{[^}]*\}", "", en) for key, en, zh in texts() if en == zh}
    assert [key for key, text in same.items() if re.search(r"[a-z]{2,}", text)] == []
    chinese = [(key, re.sub(r"\{[^}]*\}", "", zh)) for key, _, zh in texts() if key not in same]
    assert [
        key for key, text in chinese if not re.search(f"[{HAN}]", text) and re.search(r"[a-z]{3,} [a-z]{2,}", text)
    ] == []


def test_chinese_is_written_with_full_width_marks() -> None:
    assert [(key, m.group()) for key, _, zh in texts() if (m := HALF_WIDTH.search(CODE.sub("", zh)))] == []


def test_english_is_written_without_full_width_marks() -> None:
    assert [(key, m.group()) for key, en, _ in texts() if (m := FULL_WIDTH.search(en))] == []


def test_every_message_that_the_source_asks_for_exists_and_gets_its_values() -> None:
    known = {key: fields(en) for key, en, _ in texts()}
    wrong = [
        f"{file}:{line} {key}: "
        + ("not in the catalogue" if key not in known else f"without {known[key] - (given or set())}")
        for file, line, key, given in messages_asked_for()
        if key not in known or (given is not None and known[key] - given)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "mark"),
    [("没有列,", "列,"), ("缺失(3 行)", "失("), ("第 3 行:错", "行:"), ("请改正.", "正."), ('列"a"', '列"')],
)
def test_a_half_width_mark_is_found(text: str, mark: str) -> None:
    found = HALF_WIDTH.search(CODE.sub("", text))
    assert found is not None
    assert found.group() == mark


@pytest.mark.parametrize(
    "text",
    [
        "没有列“a”。",
        "见 survey.yaml，第 3 行",
        "区间（95 %）：{low}–{high}",
        "时间 09:30",
        "列{name}",
        '例如 score(表, Nps("列名"))。',
    ],
)
def test_correct_chinese_passes(text: str) -> None:
    assert HALF_WIDTH.search(CODE.sub("", text)) is None
