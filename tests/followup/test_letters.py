"""Letters: what the case fills, what stays open, how the words read, what is refused."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.case.examples import load_example
from closeloop.followup.case.fold import fold
from closeloop.followup.playbook.letter import Letter, letter
from closeloop.followup.playbook.letter_template import letter_kinds, letter_template
from closeloop.text import set_language
from made_cases import entry, made

KINDS = (
    "acknowledgement", "apology", "confirmation-request", "decision", "late-confirmation", "price-change", "progress",
    "rejection", "suggestion", "you-said-we-did",
)  # fmt: skip
EXAMPLES = {"text": {"en": "the bill of May", "zh-CN": "五月的账单"}, "date": "2026-07-31", "number": 3}


def whole(kind: str, tag: str) -> Letter:
    """Give a letter of which every gap is filled, the optional ones too."""
    template = letter_template(kind)
    given = {name: EXAMPLES[gap.kind] for name, gap in template.gaps.items()}
    told = {name: value[tag] if isinstance(value, dict) else value for name, value in given.items()}
    return letter(kind, language=tag, **told)


def test_the_letters_that_are_asked_for_are_there() -> None:
    assert letter_kinds() == KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_every_letter_passes_the_check_of_replies(kind: str, tag: str) -> None:
    draft = whole(kind, tag)
    assert draft.missing() == ()
    assert [str(each) for each in draft.findings()] == []


def test_the_check_of_replies_would_see_a_bad_one() -> None:
    bad = whole("progress", "en").fill(done="you should have known", next_step="as soon as possible; our back office")
    assert {"blaming", "office_words", "vague_words"} <= set(bad.findings().rules)
    bad = whole("decision", "zh-CN").fill(reasons="公司规定就是这样，敬请谅解")
    assert {"brushing_off", "empty_comfort"} <= set(bad.findings().rules)


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_says_who_what_and_when(kind: str) -> None:
    says = letter_template(kind).says
    draft = letter(kind, language="en", **{says.who: "Ms Wu", says.what: "a new seal"}, **{says.when: "2026-07-31"})
    assert all(words in draft.text for words in ("Ms Wu", "a new seal", "31 Jul 2026"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_two_languages_are_two_letters_with_the_same_gaps(kind: str) -> None:
    english, chinese = whole(kind, "en"), whole(kind, "zh-CN")
    assert len(english.paragraphs()) == len(chinese.paragraphs())
    assert not any(mark in chinese.text for mark in (", ", "? ", ": "))
    assert "2026-07-31" in chinese.text or letter_template(kind).gaps.keys().isdisjoint({"done_by", "reply_by"})


@pytest.mark.parametrize(
    ("kind", "row", "gaps"),
    [
        ("acknowledgement", "L196", ("feeling", "owner", "next_update_on")),
        ("progress", "L095", ("done", "next_step", "next_update_on")),
        ("decision", "L137", ("decision", "reasons", "done_by", "second_look", "outside_bodies")),
        ("rejection", "L137", ("reasons", "second_look", "outside_bodies", "reply_by")),
        ("you-said-we-did", "L136", ("matter", "cause", "change", "since_on", "effect")),
        ("apology", "L176", ("wrong", "effect", "remedy")),
        ("price-change", "L174", ("reasons", "offer", "offer_until")),
        ("confirmation-request", "L198", ("done", "done_on")),
        ("late-confirmation", "L146", ("attempts", "asked_on")),
        ("suggestion", "L047", ("idea", "next_update_on")),
    ],
)
def test_the_letter_of_a_row_has_what_the_row_asks_for(kind: str, row: str, gaps: tuple[str, ...]) -> None:
    template = letter_template(kind)
    assert row in template.serves
    assert set(gaps) <= set(template.gaps)


def test_confirmation_asks_whether_it_is_settled_reasonable_and_heard() -> None:
    text = whole("confirmation-request", "en").text
    assert all(words in text for words in ("settled for you", "reasonable", "listened"))
    assert all(words in whole("confirmation-request", "zh-CN").text for words in ("解决了吗", "合理吗", "当回事"))


def test_a_suggestion_is_welcomed_and_more_are_asked_for() -> None:
    assert "every thought, large or small, is welcome" in whole("suggestion", "en").text
    assert "都欢迎告诉我们" in whole("suggestion", "zh-CN").text


def test_the_case_fills_what_it_knows_and_nothing_that_is_sealed() -> None:
    case = fold(load_example("ecommerce").events()["C-SAMPLES1"])
    draft = letter("decision", case, "en")
    assert draft.filled["owner"] == "lin"
    assert draft.filled["done_by"] == "5 Mar 2026"
    assert draft.missing() == ("name", "matter", "evidence", "reply_by", "second_look", "outside_bodies")
    assert "[the matter, in one sentence]" in draft.text
    assert "private" not in str(draft)


@pytest.mark.parametrize(("zone", "day"), [("UTC", "30 Jun 2026"), ("Asia/Shanghai", "1 Jul 2026")])
def test_days_are_those_of_the_readers_zone(zone: str, day: str) -> None:
    assert letter("acknowledgement", made(), zone=ZoneInfo(zone)).filled["received_on"] == day


def test_the_next_news_is_what_was_promised_last() -> None:
    told = [entry(5, direction="outbound", reached=True, next_update_on="2026-07-03")]
    promised = [entry(6, what="call", due_at="2026-07-05T04:00:00.000000Z", to="customer", kept=None)]
    assert letter("progress", made(contacts=told)).filled["next_update_on"] == "3 Jul 2026"
    assert letter("progress", made(contacts=told, promises=promised)).filled["next_update_on"] == "5 Jul 2026"
    assert "next_update_on" in letter("progress", made()).missing()


def test_a_rejection_takes_reasons_and_ways_from_the_case() -> None:
    case = made("rejected", rejections=[entry(9, reason="bought elsewhere", options_told="the ombudsman")])
    draft = letter("rejection", case)
    assert (draft.filled["reasons"], draft.filled["outside_bodies"]) == ("bought elsewhere", "the ombudsman")


def test_what_is_given_comes_before_what_the_case_says() -> None:
    assert letter("progress", made(), owner="Ms Wu").filled["owner"] == "Ms Wu"


def test_an_optional_paragraph_is_left_out_until_its_gaps_are_filled() -> None:
    bare = letter("progress", made(), "en")
    assert "need" not in bare.missing()
    assert "To go on we need" not in bare.text
    assert (
        "To go on we need one thing from you: the receipt, by 5 Jul 2026."
        in bare.fill(need="the receipt", need_by="2026-07-05").text
    )
    assert "To go on we need" not in bare.fill(need="the receipt").text


@pytest.mark.parametrize(("written", "tag"), [("zh", "zh-CN"), ("en-GB", "en"), ("de", "en"), ("", "en")])
def test_the_letter_is_in_the_customers_language_if_we_speak_it(written: str, tag: str) -> None:
    assert letter("progress", made(values={"language": written})).language == tag


def test_open_gaps_are_errors() -> None:
    found = letter("progress", made(), "en").findings()
    assert {each.rule for each in found.of("error")} == {"gap_open"}
    assert "how the customer is addressed" in str(found.of("error")[0].message)


@pytest.mark.parametrize(("gap", "value"), [("nmae", "x"), ("next_update_on", "soon")])
def test_a_wrong_gap_or_day_is_refused(gap: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"has no gap|takes a day"):
        letter("progress", made(), **{gap: value})


def test_hostile_text_stays_text_in_html_and_markdown() -> None:
    draft = letter("progress", made(), "en", name="<b>x</b> {owner}", matter="[a](http://x) *b* # c\n# d\u202e")
    assert "<b>x</b>" not in draft._repr_html_()
    assert "{owner}" in draft.text
    markdown = draft.to_markdown()
    assert "<b>" not in markdown
    assert "\\[a\\](http" in markdown
    assert "\u202e" not in draft.text


def test_a_letter_shows_its_gaps_without_style_too() -> None:
    set_language("zh")
    html = letter("acknowledgement", made(), "zh")._repr_html_()
    assert "[客户称呼]" in html
    assert "待填：客户称呼" in html


FILE = """format: 1
id: ours
version: 1
languages: [en, zh-CN]
title: {en: Ours, zh-CN: 自有}
sheet: progress
says: {who: who, what: what, when: when}
subject: {en: Hello, zh-CN: 您好}
gaps:
  who: {kind: text, label: {en: who, zh-CN: 谁}}
  what: {kind: text, label: {en: what, zh-CN: 何事}}
  when: {kind: date, label: {en: when, zh-CN: 何时}}
paragraphs:
  - {text: {en: "{who} does {what} by {when}.", zh-CN: "{who}在 {when} 前做{what}。"}}
"""


def test_ones_own_letter_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.letter.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert letter(path, language="en", who="Wu", what="it", when="2026-07-31").text == "Wu does it by 31 Jul 2026."


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("{who} does {what} by {when}.", "{who} does {what} by {then}.", 14, "then"),
        ("{who}在 {when} 前", "{who}在前", 14, "same gaps"),
        (
            "  who: {kind: text,",
            "  spare: {kind: text, label: {en: x, zh-CN: x}}\n  who: {kind: text,",
            10,
            "stands nowhere",
        ),
        ('{text: {en: "{who}', '{optional: true, text: {en: "{who}', 7, "who"),
        ("{who} does", "{who does", 14, "not closed"),
        ("{who} does", "{{who}} does", 14, "not closed"),
        ("{who} does", "{who!r} does", 14, "not closed"),
        ("kind: date", "kind: day", 12, "date"),
        ("zh-CN: 您好", "de: Hallo", 8, "zh-CN"),
    ],
)
def test_faults_of_a_letter_are_told_with_their_line(
    tmp_path: Path, was: str, becomes: str, line: int, says: str
) -> None:
    path = tmp_path / "ours.letter.yaml"
    assert was in FILE
    path.write_text(FILE.replace(was, becomes), encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as caught:
        letter_template(path)
    assert line in {each.line for each in caught.value.findings}
    assert says in str(caught.value)


def test_no_letter_of_that_name_names_those_there_are() -> None:
    with pytest.raises(SurveyDefinitionError, match="acknowledgement"):
        letter("aknowledgement")
