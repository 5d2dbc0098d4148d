"""What to do and say now: by what was noted in a contact, for how long, in whose language, with one's own files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.errors import SurveyDefinitionError
from closeloop.followup.playbook.cards import load_deck
from closeloop.followup.playbook.needs import needs
from closeloop.followup.playbook.option_library import option_library
from closeloop.followup.playbook.phrases import load_bank
from closeloop.followup.playbook.playbook import case_playbook
from closeloop.followup.playbook.situation import FADES_AFTER_DAYS, situation
from closeloop.followup.playbook.tools import tools
from closeloop.rootcause.worksheet.worksheet import worksheet
from closeloop.text import set_language
from made_cases import NOW, entry, talk
from made_cases import complaint as made

FRESH, STALE = FADES_AFTER_DAYS, FADES_AFTER_DAYS + 0.01


@pytest.mark.parametrize(("days_ago", "style"), [(FRESH, "angry"), (STALE, "unknown")])
def test_a_style_fades(days_ago: float, style: str) -> None:
    assert situation(made(contacts=[talk(5, style="angry", days_ago=days_ago)]), NOW).style == style


def test_a_style_of_an_earlier_cycle_does_not_count() -> None:
    case = made(contacts=[talk(5, style="angry", cycle=1)])
    case.cycles.append(type(case.cycles[0])(number=2, began_at=NOW))
    assert situation(case, NOW).style == "unknown"


def test_the_last_style_counts_and_a_word_that_is_no_style_is_none() -> None:
    case = made(
        contacts=[talk(5, style="angry", days_ago=3), talk(6, style="prepared", days_ago=2), talk(7, style="vip")]
    )
    assert situation(case, NOW).style == "prepared"


def test_the_preference_is_only_what_the_customer_chose() -> None:
    case = made(values={"language": "zh-CN", "code": "cultural_difference"})
    assert situation(case, NOW).preference == "unknown"


def test_the_step_left_out_comes_before_the_one_of_the_stage() -> None:
    assert situation(made("proposed", contacts=[talk(5, protocol=["listen"])]), NOW).step == "understand"
    assert situation(made("proposed"), NOW).step == "propose"  # nothing is recorded of any talk: the stage decides
    assert situation(made("closed"), NOW).step == ""


def test_phrases_fit_the_mood_first_and_other_moods_get_none() -> None:
    said = [
        each.id
        for each in case_playbook(made(contacts=[talk(5, emotion="disappointment", protocol=["listen"])]), NOW).phrases
    ]
    assert said[0] == "let_down"
    assert not {"angry_reason", "worry_named", "confusing"} & set(said)


def test_open_questions_for_who_says_little_and_focusing_ones_for_who_says_much() -> None:
    bank = load_bank()
    little = [each for each in bank.to_ask(style="reticent") if each.styles]
    much = [each for each in bank.to_ask(style="talkative", step="probe") if each.styles]
    assert {each.kind for each in little} <= {"open", "probe"}
    assert {each.id for each in much} == {"which_matters", "first_this"}


@pytest.mark.parametrize("step", ["listen", "understand", "probe", "propose", "confirm"])
@pytest.mark.parametrize("kind", ["open", "probe", "closed"])
def test_the_question_bank_has_all_three_kinds(step: str, kind: str) -> None:
    found = load_bank().to_ask(step=step, kind=kind)
    rare = {("understand", "probe"), ("confirm", "probe")}
    assert bool(found) == ((step, kind) not in rare)


def test_questions_lead_from_the_demand_to_the_interest() -> None:
    asked = {each.id for each in load_bank().to_ask(step="probe", interest=True)}
    assert {"why_want", "have_then", "if_not_money"} <= asked
    shown = case_playbook(made("confirmed"), NOW)
    assert {"why_want", "have_then"} <= {each.id for each in shown.questions}


def test_words_do_not_blame_brush_off_or_promise_nothing() -> None:
    wrong, sheet = [], worksheet("reply")
    for each in (*load_bank().phrases, *load_bank().questions):
        for tag in ("en", "zh-CN"):
            found = sheet.fill(body=each.text.in_language(tag)).findings()
            wrong += [(each.id, tag, str(one.message)) for one in found if one.at == "body"]
    assert wrong == []


def test_phrases_are_in_the_customers_language_and_the_rest_in_ours() -> None:
    book = case_playbook(made(values={"language": "zh"}), NOW)
    assert book.language == "zh-CN"
    assert re.search("[\u4e00-\u9fff]", book.to_dict()["say"][0])
    assert "Checklist" in str(book)
    assert case_playbook(made(values={"language": "zh"}), NOW, language="en").language == "en"


def test_both_languages_say_as_much() -> None:
    case = made(values={"code": "price_change"}, contacts=[talk(5, style="angry", emotion="anger")])
    book = case_playbook(case, NOW)
    set_language("zh")
    try:
        chinese, html = str(book), book._repr_html_()
    finally:
        set_language("en")
    assert len(chinese.splitlines()) == len(str(book).splitlines())
    assert "可以这样说" in html
    assert "You can say" not in html


def test_hostile_texts_stay_text() -> None:
    case = made(
        "implementing", promises=[entry(4, what="<script>x</script>", due_at="2026-08-01T00:00:00Z", kept=None)]
    )
    html = case_playbook(case, NOW)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_without_style_everything_is_still_said() -> None:
    case = made(values={"code": "price_change"}, contacts=[talk(5, style="angry", emotion="anger")])
    book = case_playbook(case, NOW)
    bare = re.sub(r"<style>.*?</style>", "", book._repr_html_(), flags=re.DOTALL)
    assert all(str(each.card.title) in bare.replace("&#x27;", "'") for each in book.cards)
    assert "(ask yourself)" in bare


def test_the_frame_names_no_person_of_the_customer_and_gives_a_row_per_card() -> None:
    case = made(values={"subject_id": "S-SECRET"}, contacts=[talk(5, style="angry")])
    book = case_playbook(case, NOW)
    frame = book.to_frame()
    assert next(iter(frame["title"])) == "Extremely angry"
    assert len(frame) == len(book.cards)
    assert "S-SECRET" not in f"{book.to_dict()} {book} {book._repr_html_()}"


def test_the_checklist_tells_done_from_open_and_asks_what_it_cannot_know() -> None:
    case = made(
        contacts=[talk(5, emotion="anger", goal="settle")],
        promises=[entry(6, what="call", due_at="2026-07-03", to="x")],
    )
    lines = {str(each.text): each.done for each in case_playbook(case, NOW).checks}
    assert lines["The contact had one of the three goals."] is True
    assert lines["The customer has agreed to our summary."] is False
    assert lines["I did not interrupt."] is None
    assert lines["Promise open until 2026-07-03: call"] is False


def test_closing_asks_two_things_apart() -> None:
    half = made("satisfied", confirmations=[entry(9, felt_heard="yes")])
    whole = made("satisfied", confirmations=[entry(9, felt_heard="yes", solution_reasonable="no")])
    text = "Asked apart whether the customer felt heard and whether the solution is reasonable."
    assert {str(c.text): c.done for c in case_playbook(half, NOW).checks}[text] is False
    assert {str(c.text): c.done for c in case_playbook(whole, NOW).checks}[text] is True


def test_usual_remedies_follow_the_type_of_conflict() -> None:
    quality = case_playbook(made("confirmed", values={"code": "defect"}), NOW).to_dict()["remedies"]
    service = case_playbook(made("confirmed", values={"code": "skill"}), NOW).to_dict()["remedies"]
    assert "Product change" in [each["en"] for each in quality]
    assert "Training or reminder" in [each["en"] for each in service]
    assert "Product change" not in [each["en"] for each in service]


def test_tools_belong_to_the_stage_and_attach_to_the_case() -> None:
    names = [each.worksheet for each in tools(made("analysing", values={"code": "terms_change"}))]
    assert {"option-matrix", "negotiation", "policy-change"} <= set(names)
    assert "policy-change" not in [each.worksheet for each in tools(made("analysing", values={"code": "defect"}))]
    assert tools(made("analysing"))[0].begin().links == ("C-1",)


def test_needs_come_from_survey_and_contacts_and_say_what_nobody_asked() -> None:
    case = made(
        values={"survey_id": "nps", "score": 3, "remedy_sought": "money back", "expected": {"private": 12}},
        contacts=[talk(5, words={"private": 40}, emotion="worry")],
    )
    panel = needs(case)
    assert [each.point for each in panel.known] == ["score", "remedy_sought", "expected", "words", "words", "emotion"]
    assert panel.unknown == ("experienced", "motive", "interest")
    assert "12 characters" in str(panel.known[2].says)
    assert str(panel.known[0].source) == "survey"


def test_options_of_the_library_suit_type_and_customer_and_an_edit_stays_in_the_case() -> None:
    library = option_library()
    assert next(each.id for each in library.suited(code="unclear_charges", style="prepared")) == "bill_line_by_line"
    assert "bill_line_by_line" not in [each.id for each in library.suited(code="unclear_charges", style="angry")]
    fields = library.option("refund_in_part").fields("zh-CN", cost=80)
    assert fields["cost"] == 80
    assert library.option("refund_in_part").fields("zh-CN").get("cost") is None
    kept = library.keeping("refund_in_part", fields | {"text": "退三成"}, codes=("price",))
    assert kept.option("refund_in_part").text.zh == "退三成"
    assert kept.version == library.version + 1
    assert library.option("refund_in_part").text.zh != "退三成"


def own_file(tmp_path: Path, cards: str) -> Path:
    path = tmp_path / "own.playbook.yaml"
    path.write_text(
        "format: 1\nid: own\nversion: 1\nlanguages: [en, zh-CN]\ntitle: {en: Ours, zh-CN: 自有}\nfamily: style\n"
        f"cards:\n{cards}", encoding="utf-8",
    )  # fmt: skip
    return path


def test_ones_own_card_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    cards = "  - {id: style_angry, title: {en: Ours, zh-CN: 自己的}, when: {styles: [angry]}}\n"
    case = made(contacts=[talk(5, style="angry")])
    book = case_playbook(case, NOW, cards=own_file(tmp_path, cards))
    assert str(book.card("style_angry").card.title) == "Ours"
    assert str(case_playbook(case, NOW).card("style_angry").card.title) == "Extremely angry"


def test_all_faults_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    cards = (
        "  - {id: a, title: {en: A, zh-CN: 甲}, when: {styles: [furious]}}\n"
        "  - {id: b, title: {en: B}, when: {stages: [received]}}\n"
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_deck(own_file(tmp_path, cards))
    assert {each.line for each in caught.value.findings} == {8, 9}


def test_a_card_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    cards = (
        "  - {id: a, title: {en: A, zh-CN: 甲}, when: {codes: [nonsense]}, guards: [nobody], phrases: [nothing]}\n"
        "  - {id: a, title: {en: B, zh-CN: 乙}, when: {stages: [nowhere]}}\n"
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_deck(own_file(tmp_path, cards))
    text = str(caught.value)
    assert all(name in text for name in ("nonsense", "nobody", "nothing", "nowhere"))
    assert [each.line for each in caught.value.findings].count(8) == 3


def test_a_live_case_has_its_playbook_sheet_and_letter() -> None:
    with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
        case = loop.open_case(
            words="Nobody called back.", channel="phone", received_at="2026-07-01T08:30+08:00", language="en"
        )
        case.assign(owner="li")
        case.record_contact(direction="outbound", channel="phone", reached=True, style="prepared", words="…")
        assert case.playbook().card("style_prepared") is not None
        assert case.negotiation().empty == ("interests", "standards", "alternatives", "relationship")
        assert case.needs().unknown[0] == "remedy_sought"
        assert case.tools()[0].begin().links == (case.case_id,)
        assert case.letter("acknowledgement").missing() == ("name", "matter", "contact", "next_update_on")
