"""Codebooks: read with all their faults named, written without loss, walked as a tree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from closeloop.errors import StoreError, SurveyDefinitionError
from closeloop.html import escape
from closeloop.text import LANGUAGES, set_language
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codebooks.codebook_file import list_codebooks, load_codebook, shipped_codebooks
from closeloop.themes.codings.patterns import pattern_error
from closeloop.views.codebook_block import codebook_block

GOOD = """\
format: 1
id: shop
version: 2
languages: [en, zh-CN]
title: {en: Shop, zh-CN: 门店}
split: {en: What is it about?, zh-CN: 说的是什么？}
source: {zh-CN: 自拟。}
codes:
  - id: service
    label: {en: Service, zh-CN: 服务}
    definition: {en: Done by people., zh-CN: 由人提供的。}
    include: [{en: Waiting., zh-CN: 等候。}]
    exclude: [{en: Prices., zh-CN: 价格。}]
    examples: [{en: So slow., zh-CN: 太慢。}, {zh-CN: 等了半天。}]
    split: {en: Which part?, zh-CN: 哪一部分？}
    rules: {terms: {en: [staff], zh-CN: 服务员}}
    maps_to: {chapter-2: service/response}
    tags: {owner: branch}
    children:
      - {id: speed, label: {en: Fast, zh-CN: 快}, definition: {en: x, zh-CN: 快}, rules: {patterns: '太[慢久]', VETO}}
      - {id: tone, label: {en: Tone, zh-CN: 态度}, definition: {en: How it is said., zh-CN: 语气。}, also_under: talk}
  - id: talk
    label: {en: Communication, zh-CN: 沟通}
    definition: {en: What is said., zh-CN: 说了什么。}
    split: {en: How or what?, zh-CN: 说什么还是怎么说？}
  - {id: other, label: {en: Other, zh-CN: 其他}, definition: {en: All else., zh-CN: 其余。}, other: true}
""".replace("VETO", "unless: {terms: {zh-CN: [不太慢]}}")
REST = "- {id: rest, label: {en: R, zh-CN: 余}, definition: {en: R, zh-CN: 余}, other: true}"
PERSON = "definition: {en: Done by people., zh-CN: 由人提供的。}"
BOTH = "terms: {zh-CN: [慢]}, unless: {terms: {zh-CN: [慢]}}"


def write(folder: Path, text: str) -> Path:
    path = folder / "shop.codebook.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(SurveyDefinitionError) as caught:
        load_codebook(write(folder, text))
    assert all(finding.file.endswith("shop.codebook.yaml") for finding in caught.value.findings)
    return [(finding.code, finding.line) for finding in caught.value.findings]


@pytest.fixture
def shop(tmp_path: Path) -> Codebook:
    return load_codebook(write(tmp_path, GOOD))


def test_a_codebook_says_what_its_file_says(shop: Codebook) -> None:
    assert (shop.id, shop.version, shop.languages) == ("shop", 2, ("en", "zh-CN"))
    assert [code.id for code in shop.codes] == ["service", "speed", "tone", "talk", "other"]
    assert [code.parent for code in shop.codes] == [None, "service", "service", None, None]
    service = shop.code("service")
    assert service.label.zh == "服务"
    assert service.rules.terms == {"en": ("staff",), "zh-CN": ("服务员",)}
    assert service.examples[1].zh == "等了半天。"
    assert shop.splitting_question().en == "What is it about?"
    assert shop.splitting_question("service").en == "Which part?"
    assert not shop.splitting_question("other")
    assert repr(shop) == "Codebook(shop@2, 5 codes, en zh-CN)"


def test_a_code_with_a_second_parent_is_a_child_of_both(shop: Codebook) -> None:
    assert [code.id for code in shop.children()] == ["service", "talk", "other"]
    assert [code.id for code in shop.children("service")] == ["speed", "tone"]
    assert [code.id for code in shop.children("talk")] == ["tone"]
    assert [code.id for code in shop.descendants("talk")] == ["tone"]
    assert shop.descendants("other") == ()
    assert shop.other() == shop.code("other")
    assert shop.other("service") is None


def test_an_unknown_code_is_named_with_those_close_to_it(shop: Codebook) -> None:
    with pytest.raises(ValueError, match=r"no code “servce”.*service"):
        shop.code("servce")
    with pytest.raises(ValueError, match="no code"):
        shop.children("nothing")


def test_yaml_and_json_lose_nothing(shop: Codebook, tmp_path: Path) -> None:
    assert load_codebook(shop.to_yaml(tmp_path / "again.codebook.yaml")) == shop
    saved = json.loads(shop.save(tmp_path / "shop.json").read_text(encoding="utf-8"))
    assert (saved["closeloop"], saved["format"]) == ("codebook", 1)
    assert Codebook.from_document(saved) == shop


@pytest.mark.parametrize("name", shipped_codebooks())
def test_the_shipped_ones_are_read_written_and_shown(name: str, tmp_path: Path) -> None:
    book = load_codebook(name)
    assert load_codebook(book.to_yaml(tmp_path / f"{name}.codebook.yaml")) == book
    assert Codebook.from_document(book.to_document()) == book
    for tag in LANGUAGES:
        set_language(tag)
        shown = codebook_block(book, tag)
        for code in book.codes:
            assert code.id in shown
            assert escape(code.label.in_language(tag)) in shown
            assert code.id in str(book)
            assert f"`{code.id}`" in book.to_markdown()


def test_the_list_names_every_shipped_codebook_in_the_language_in_use() -> None:
    table = list_codebooks()
    assert table["id"].tolist() == list(shipped_codebooks())
    set_language("zh")
    assert list_codebooks().set_index("id").loc["emotions", "title"] == load_codebook("emotions").title.zh


def test_a_name_that_is_not_there_brings_those_close_to_it(tmp_path: Path) -> None:
    with pytest.raises(SurveyDefinitionError, match="Shipped codebooks: conflict-types"):
        load_codebook("conflict-type")
    write(tmp_path, GOOD)
    with pytest.raises(SurveyDefinitionError, match=r"Similar files there: shop\.codebook\.yaml"):
        load_codebook(tmp_path / "shops.codebook.yaml")
    with pytest.raises(SurveyDefinitionError, match="folder"):
        load_codebook(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("    tags: {owner: branch}", "    tag: {owner: branch}", "unknown_key", 18),
        ("version: 2", "version: two", "wrong_kind", 3),
        ("version: 2", "version: 0", "limit", 3),
        ("format: 1", "format: 9", "not_a_choice", 1),
        ("id: shop", "id: My Shop", "pattern", 2),
        ("zh-CN: 门店}", "fr: x}", "text_language_missing", 5),
        (PERSON, "definition: {en: Done}", "text_language_missing", 11),
        ("    split: {en: Which part?, zh-CN: 哪一部分？}\n", "", "no_split", 9),
        ("    split: {en: How or what?, zh-CN: 说什么还是怎么说？}\n", "", "no_split", 22),
        ("split: {en: What is it about?, zh-CN: 说的是什么？}\n", "", "missing_key", 1),
        ("- {id: speed", "- {id: service", "code_twice", 20),
        ("- {id: speed", "- {id: Speed", "code_id", 20),
        ("also_under: talk", "also_under: tlak", "unknown_parent", 21),
        ("also_under: talk", "also_under: service", "same_parent", 21),
        ("also_under: talk}", f"other: true}}\n      {REST}", "other_twice", 22),
        ("[staff]", "[staff, Staff]", "term_twice", 16),
        ("[staff]", "[staff, ' ＳＴＡＦＦ ']", "term_twice", 16),
        ("[staff]", "['!!']", "matches_everything", 16),
        ("[staff]", "['']", "matches_everything", 16),
        ("[staff]", "[e]", "matches_everything", 16),
        ("[staff]", "[the]", "matches_everything", 16),
        ("[staff]", "['st*']", "matches_everything", 16),
        ("[staff]", "['st*ff']", "star", 16),
        ("zh-CN: 服务员", "zh-CN: 的", "matches_everything", 16),
        ("zh-CN: 服务员", "zh-CN: '服务*'", "star", 16),
        ("zh-CN: 服务员", "zh-CN: 慢。贵", "never_matches", 16),
        ("'太[慢久]'", "'.*'", "matches_everything", 20),
        ("'太[慢久]'", "'e'", "matches_everything", 20),
        ("'太[慢久]'", "'[^0-9]'", "matches_everything", 20),
        ("'太[慢久]'", "'太(?=慢)'", "pattern", 20),
        ("'太[慢久]'", "'(.)\\1'", "pattern", 20),
        ("'太[慢久]'", "'太[慢'", "pattern", 20),
        ("'太[慢久]'", "['太慢', '太慢']", "term_twice", 20),
        ("[不太慢]", "['']", "matches_everything", 20),
        ("unless: {terms: {zh-CN: [不太慢]}}", BOTH, "never_matches", 20),
    ],
)  # fmt: skip
def test_each_fault_is_found_in_its_line(old: str, new: str, code: str, line: int, tmp_path: Path) -> None:
    assert old in GOOD
    assert faults(tmp_path, GOOD.replace(old, new, 1)) == [(code, line)]


def test_codes_that_stand_under_one_another_are_a_cycle(tmp_path: Path) -> None:
    looped = GOOD.replace("  - id: talk", "  - id: talk\n    also_under: speed")
    assert ("cycle", 20) in faults(tmp_path, looped.replace("- {id: speed", "- {id: speed, also_under: talk"))
    assert ("cycle", 20) in faults(tmp_path, GOOD.replace("- {id: speed", "- {id: speed, also_under: speed"))


def test_all_faults_are_collected_with_what_to_write_instead_in_both_languages(tmp_path: Path) -> None:
    bad = GOOD.replace("id: shop", "id: My Shop").replace("[staff]", "[a, staff, staff]")
    bad = bad.replace("'太[慢久]'", "'(?!x)y'")
    path = write(tmp_path, bad)
    with pytest.raises(SurveyDefinitionError) as caught:
        load_codebook(path)
    assert [f.code for f in caught.value.findings] == ["pattern", "matches_everything", "term_twice", "pattern"]
    assert f"{path}:16" in str(caught.value)
    assert "put what must not stand there into unless" in str(caught.value)
    set_language("zh")
    assert "RE2 没有前后查找" in str(caught.value)


def test_re2_is_asked_and_not_guessed() -> None:
    assert pattern_error("太(慢|久)[^，]{0,4}了") == ""
    assert "invalid perl operator" in pattern_error("a(?<!b)c")
    assert "invalid escape sequence" in pattern_error(r"(a)\1")
    assert "invalid repetition size" in pattern_error("a{2000}")


def test_a_saved_codebook_is_checked_as_a_whole(shop: Codebook) -> None:
    content = shop.to_document()
    looped = json.loads(json.dumps(content))
    looped["codes"][0]["parent"] = "speed"
    with pytest.raises(StoreError, match="stands under itself: service → speed → service"):
        Codebook.from_document(looped)
    orphan = json.loads(json.dumps(content))
    orphan["codes"][1]["parent"] = "gone"
    with pytest.raises(StoreError, match="“speed” stands under “gone”, but there is no such code"):
        Codebook.from_document(orphan)
    with pytest.raises(StoreError, match="format 7"):
        Codebook.from_document({**content, "format": 7})
    with pytest.raises(StoreError, match="expected"):
        Codebook.from_document({**content, "closeloop": "coding"})


def test_what_people_wrote_cannot_become_markup(shop: Codebook) -> None:
    content = shop.to_document()
    content["codes"][0]["label"] = {"en": "<b>x</b> | *y*\n# z", "zh-CN": "<i>"}
    hostile = Codebook.from_document(content)
    assert "<b>x</b>" not in codebook_block(hostile, "en")
    assert "&lt;b&gt;x&lt;/b&gt;" in codebook_block(hostile, "en")
    assert r"\<b\>x\</b\> \| \*y\* \# z" in hostile.to_markdown()


def test_a_codebook_can_be_taken_back_to_what_it_was(shop: Codebook) -> None:
    state = shop.state
    other = Codebook(CodebookState.model_validate({**state.model_dump(), "version": 3}))
    assert other != shop
    assert other.copy() == other
