"""The shipped worksheets: each loads, is worked through in two languages, and finds what its rules say it finds."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.metrics.nps import nps
from closeloop.rootcause.worksheet.load import shipped_names, shipped_template
from closeloop.rootcause.worksheet.registry import CHECKS, VIEWS
from closeloop.rootcause.worksheet.worksheet import Worksheet, worksheet
from closeloop.stats.intervals import share_interval
from closeloop.text import set_language

ROOT = Path(__file__).resolve().parents[2]
NAMES = shipped_names()
LANGUAGES = ("en", "zh-CN")
STANDING = {"smart-M-ask", "smart-A-ask"}  # questions to a person that no filled-in sheet can answer

BROKEN: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "4p": {
        "no_movement": {"before": 10, "after": 10},
        "verdict_without_evidence": {"price_verdict": "partly"},
        "nothing_explains": {
            "product_verdict": "no", "price_verdict": "unknown", "place_verdict": "no", "promotion_verdict": "no"
        },
        "no_contrast": {"conclusion": "x"},
    },
    "5w2h": {
        "no_count": {"what": "x"},
        "fact_without_evidence": {"where": "x"},
        "no_statement": {"what": "x", "who": "x", "when": "x", "where": "x", "how": "x"},
    },
    "8d": {
        "no_gap": {"standard": 5, "actual": 5},
        "root_unproven": {"root": "x"},
        "not_read_back": {"root": "x"},
        "containment_without_end": {"containment": "x"},
        "done_without_proof": {"d6": [{"task": "x", "done_on": "2026-01-02"}]},
        "closed_without_effect": {"closed_on": "2026-01-02", "observed": 3},
        "closed_too_early": {"closed_on": "2026-01-02", "observed_on": "2026-01-03"},
    },
    "a3": {
        "not_been_there": {"actual": 1},
        "root_unproven": {"root": "x"},
        "target_is_actual": {"actual": 1, "target_value": 1},
        "own_mentor": {"author": "A", "mentor": "A"},
        "checked_before_due": {"check_on": "2026-01-02", "measures": [{"due": "2026-01-03"}]},
        "check_without_n": {"observed": 1},
    },
    "affinity": {
        "group_undefined": {"groups": [{"label": "x", "include": "y"}]},
        "one_group": {"groups": [{"label": "x"}]},
        "too_many_groups": {"groups": [{"label": str(n)} for n in range(8)]},
    },
    "briefing": {
        "figure_missing": {"sections": [{"heading": "x"}]},
        "figure_unsourced": {"sections": [{"figure": "x"}]},
        "too_much": {"minutes": 1, "sections": [{"heading": "x"}, {"heading": "y"}]},
        "all_known": {"conclusion": "x"},
    },
    "capa": {
        "training_alone": {"actions": [{"means": "training"}]},
        "effective_without_90": {"actions": [{"outcome": "effective", "review_60": "x"}]},
        "reviewed_before_done": {"actions": [{"review_30": "x"}]},
        "review_skipped": {"actions": [{"review_90": "x"}]},
        "only_containment": {"actions": [{"kind": "containment"}]},
    },
    "communication-plan": {
        "customers_after_the_fact": {
            "day_zero": "2026-01-02", "messages": [{"level": "customer", "day": "2026-01-03"}]
        },
        "staff_too_late": {"day_zero": "2026-01-02", "messages": [{"level": "inside", "day": "2026-01-03"}]},
        "arrival_unknown": {"messages": [{"audience": "x"}]},
        "sent_late": {"messages": [{"day": "2026-01-02", "done_on": "2026-01-03"}]},
    },
    "de-bias": {
        "certain": {"sure": 90},
        "trap_not_countered": {"hindsight": True},
        "rival_is_guess": {"first_guess": "x", "rival": "x"},
        "unmoved": {"sure": 50, "sure_now": 50},
    },
    "effect-review": {
        "effect_not_measured": {"effective": "no", "observed": 3},
        "customers_not_asked": {"satisfied": "yes", "asked_how": "guess"},
        "few_answers": {"satisfied": "no", "asked_how": "survey", "satisfied_n": 9},
        "settled_unwatched": {"settled": "yes", "watched_days": 29},
        "one_answer_for_three": {"effective_evidence": "x", "settled_evidence": "x"},
        "own_review": {"reviewer": "A", "carried_out_by": "A"},
        "closed_though_open": {"decision": "close", "effective": "yes", "satisfied": "yes", "settled": "partly"},
        "no_next_review": {"decision": "adjust"},
    },
    "effort-effect": {
        "great_effect_unfounded": {"options": [{"effect": 4}]},
        "too_few": {"options": [{"name": "x"}]},
    },
    "evidence-checklist": {
        "complaint_missing": {"complaint": "not_applicable"},
        "record_missing": {"contract": "missing"},
        "place_missing": {"policy": "present"},
        "not_applicable_unexplained": {"transaction": "not_applicable"},
        "deadline_before_opening": {"opened_on": "2026-01-02", "collect_by": "2026-01-01"},
    },
    "fact-list": {
        "fact_without_source": {"statements": [{"sort": "fact", "day": "2026-01-01"}]},
        "fact_without_day": {"statements": [{"sort": "fact", "source": "x"}]},
        "opinion_untested": {"statements": [{"sort": "opinion", "source": "x"}]},
        "one_source_only": {"looked_at": ["complaint"]},
    },
    "five-steps": {
        "no_gap": {"standard": 1, "actual": 1},
        "share_unsourced": {"parts": [{"share": 10}]},
        "key_without_share": {"parts": [{"key": True}]},
        "root_unproven": {"root": "x"},
        "no_rivals": {"root": "x"},
        "target_is_actual": {"target": 1, "actual": 1},
        "starts_after_due": {"tasks": [{"starts": "2026-01-02", "due": "2026-01-01"}]},
    },
    "fmea": {
        "severe_without_action": {"failures": [{"severity": 9}]},
        "action_unowned": {"failures": [{"action": "x", "owner": "A"}]},
        "cause_missing": {"failures": [{"mode": "x"}]},
        "caught_by_nothing": {"failures": [{"detection": 3}]},
    },
    "focus": {
        "not_confirmed": {"confirmed": False},
        "support_missing": {"candidates": [{"if_solved": "yes"}]},
        "many_similar": {"similar_cases": 3},
    },
    "gap": {
        "no_gap": {"standard": 10, "actual": 10, "higher_is_better": False},
        "small_n": {"n": 29},
        "no_interval": {"n": 30, "ci_low": 1},
        "standard_inside": {"standard": 5, "ci_low": 4, "ci_high": 6},
        "wish_as_standard": {"standard_from": "wish"},
        "not_affected_missing": {"affected": "x"},
    },
    "ideas": {
        "no_without_reason": {"ideas": [{"text": "x", "fate": "later"}]},
        "too_few_people": {"asked_n": 4},
        "feedback_before_close": {"open_until": "2026-01-02", "feedback_on": "2026-01-01"},
    },
    "interview-guide": {
        "starts_closed": {"questions": [{"kind": "closed", "about": "pain"}]},
        "too_many": {"minutes": 5, "questions": [{"question": "x?"}, {"question": "y?"}]},
        "one_person": {"people": 4},
    },
    "is-is-not": {
        "contrast_without_evidence": {"contrasts": [{"is": "x", "is_not": "y"}]},
        "nothing_distinct": {"contrasts": [{"is": "x", "evidence": "y"}]},
        "change_undated": {"contrasts": [{"changed": "x"}]},
        "explains_half": {"causes": [{"explains": "only_is"}]},
        "cause_untested": {"causes": [{"explains": "both"}]},
    },
    "lessons": {
        "nothing_worked": {"rule": "x"},
        "delay_unmeasured": {"failures": ["slow"]},
        "resource_unnamed": {"failures": ["resources"]},
        "gap_unnamed": {"failures": ["internal"]},
        "nowhere_written": {"rule": "x"},
        "training_only": {"prevention": "skills"},
        "root_is_trigger": {"root": "x", "trigger": "x"},
    },
    "mind-map": {
        "bare_branch": {"branches": [{"branch": "x"}]},
        "too_many_branches": {"branches": [{"branch": str(n)} for n in range(10)]},
        "centre_is_branch": {"centre": "x", "branches": [{"branch": "X"}]},
    },
    "multi-lens": {"nothing_new": {"asks_for": "tree"}},
    "needs-trace": {
        "need_unanswered": {"rows": [{"target": "process"}]},
        "none_unexplained": {"rows": [{"target": "none"}]},
        "unowned": {"rows": [{"countermeasure": "x"}]},
        "invisible": {"rows": [{"countermeasure": "x"}]},
        "uncounted": {"rows": [{"need": "x"}]},
    },
    "negotiation": {
        "interest_guessed": {"interest_heard": False},
        "standard_without_version": {"standards": [{"clause": "4.2"}]},
        "standard_secret": {"standards": [{"clause": "4.2"}]},
        "beyond_authority": {"alternatives": [{"within": False}]},
        "beyond_limit": {"at_most": 100, "alternatives": [{"cost": 101}]},
        "limits_in_disorder": {"at_most": 100, "aim_at": 101},
        "refusal_unexplained": {"alternatives": [{"answer": "refused"}]},
        "agreement_not_written": {"talked_on": "2026-01-01"},
        "contact_changes": {"before": -1, "spoke_before": "A", "speaks_now": "A"},
    },
    "option-matrix": {
        "unlawful": {"options": [{"lawful": False}]},
        "no_effect": {"options": [{"effect_delta": 0}]},
        "effect_unfounded": {"options": [{"effect_delta": 1}]},
        "compensation_alone": {"options": [{"family": "compensation"}]},
        "nothing_rejected": {"chosen": "x"},
        "no_reopening": {"chosen": "x"},
    },
    "pdca": {
        "check_without_numbers": {"act": "adapt", "observed": 3},
        "planned_after_start": {"planned_on": "2026-01-02", "started_on": "2026-01-01"},
        "expected_equals_baseline": {"baseline": 3, "expected": 3},
        "check_without_interval": {"observed": 3},
        "adopted_without_standard": {"act": "adopt"},
        "adapted_without_change": {"act": "adapt"},
        "reason_missing": {"act": "abandon"},
        "side_effects_not_looked_for": {"observed": 3},
    },
    "policy-change": {
        "announced_too_late": {"announced_on": "2026-01-01", "in_force_on": "2026-01-01"},
        "staff_after_customers": {"announced_on": "2026-01-01", "staff_told_on": "2026-01-02"},
        "loss_without_answer": {"affected": [{"loses": "x"}]},
        "transition_without_end": {"affected": [{"transition": "x"}]},
        "compensation_without_cost": {"affected": [{"compensation": "x"}]},
        "reviewed_before": {"in_force_on": "2026-01-01", "reviewed_on": "2026-01-01"},
    },
    "pre-mortem": {
        "too_late": {"held_on": "2026-01-01", "starts_on": "2026-01-01"},
        "no_sign": {"reasons": [{"reason": "x"}]},
        "sign_unwatched": {"reasons": [{"first_sign": "x"}]},
        "altered_nothing": {"go": "altered", "reasons": [{"reason": "x"}]},
        "few_reasons": {"reasons": [{"reason": str(n)} for n in range(4)]},
    },
    "pyramid": {
        "groups_do_not_carry": {"nothing_left": False},
        "too_many_groups": {"groups": [{"claim": str(n)} for n in range(6)]},
        "deduction_needs_three": {"sibling_order": "deductive", "groups": [{"claim": "x"}, {"claim": "y"}]},
        "left_over": {"left_over": "x"},
    },
    "reply": {
        "not_played_back": {"summary_agreed": False},
        "blaming": {"body": "As already stated, no."},
        "brushing_off": {"body": "这个不归我们管。"},
        "empty_comfort": {"body": "We apologise for any inconvenience."},
        "office_words": {"body": "您的工单已流转。"},
        "no_appeal": {"kind": "decision"},
        "update_in_the_past": {"sent_on": "2026-01-01", "next_update": "2026-01-01"},
        "nobody_read_it": {"kind": "decision", "body": "x"},
    },
    "retrospective": {
        "no_agreement": {"agreement": False},
        "carried_over": {"open_actions": 1},
        "observation_without_condition": {"observations": [{"side": "hindered"}]},
        "event_without_record": {"timeline": [{"event": "x"}]},
        "action_without_check": {"actions": [{"what": "x"}]},
        "few_observations": {"observations": [{"observation": "x"}]},
    },
    "risk-matrix": {
        "source_left_out": {"thought_of": ["legal", "customer", "market"]},
        "serious_without_action": {"risks": [{"likelihood": 5, "impact": 2, "response": "reduce"}]},
        "serious_accepted": {"risks": [{"likelihood": 3, "impact": 5, "response": "accept"}]},
        "no_owner": {"risks": [{"response": "accept"}]},
        "no_trigger": {"risks": [{"response": "accept"}]},
        "answer_changes_nothing": {
            "risks": [
                {"likelihood": 3, "impact": 3, "response": "reduce", "likelihood_after": 3, "impact_after": 3}
            ]
        },
        "no_residual": {"risks": [{"likelihood": 3, "response": "avoid", "likelihood_after": 1}]},
        "cost_upside_down": {"risks": [{"cost_low": 2, "cost_high": 1}]},
    },
    "scqa": {
        "number_without_source": {"complication": "x"},
        "question_without_answer": {"question": "x?"},
        "reason_without_proof": {"reasons": [{"reason": "x"}]},
        "one_reason": {"reasons": [{"reason": "x"}]},
    },
    "smart": {
        "target_is_baseline": {"baseline": 2, "target": 2},
        "check_after_due": {"due": "2026-01-01", "first_check": "2026-01-02"},
        "no_check": {"due": "2026-01-01"},
    },
    "stakeholders": {
        "attitude_guessed": {"stakeholders": [{"name": "x"}]},
        "opponent_without_approach": {"stakeholders": [{"attitude": -1, "influence": 4}]},
        "few": {"stakeholders": [{"name": "x"}]},
    },
    "swot": {
        "strategy_unowned": {"cross": [{"strategy": "x"}]},
        "crossed_nothing": {"strengths": [{"point": "x"}]},
        "too_many_strengths": {"strengths": [{"point": str(n)} for n in range(6)]},
    },
    "two-by-two": {
        "same_question": {"x_title": "Urgent", "y_title": "urgent"},
        "fields_unnamed": {"x_title": "x", "upper_right": "a", "upper_left": "b", "lower_right": "c"},
        "high_unfounded": {"entries": [{"x": 4, "y": 4}]},
    },
    "who-knew-what": {
        "told_too_late": {"entries": [{"customer_knew": "2026-01-02", "customer_needed": "2026-01-01"}]},
        "never_told": {"entries": [{"customer_needed": "2026-01-01"}]},
        "customer_first": {"entries": [{"we_knew": "2026-01-02", "customer_knew": "2026-01-01"}]},
        "known_before_true": {"entries": [{"true_from": "2026-01-02", "customer_knew": "2026-01-01"}]},
        "proof_missing": {"entries": [{"information": "x"}]},
    },
    "world-cafe": {
        "one_round": {"rounds": 1},
        "tables_too_large": {"people": 14, "tables": [{"table": "1"}, {"table": "2"}]},
        "no_customer": {"customer_there": False},
        "option_unowned": {"ideas": [{"becomes_option": True}]},
        "table_without_harvest": {"tables": [{"table": "1"}]},
    },
}  # fmt: skip
"""Template → rule → the least that has to be wrong for it to speak."""

RULES = [(name, code) for name, codes in BROKEN.items() for code in codes]
WEAK: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "smart": ({"what": "x"},),
    "interest_not_position": ({"position": "The whole 260 yuan back", "interest": "The whole 260 yuan back"},),
    "evidence_needed": ({"text": "x"},),
    "similar_entries": ({"text": "Call the customer back"}, {"text": "Call the customer back"}),
    "one_question": ({"question": "Why did it happen? And who noticed?"},),
    "vague_words": ({"text": "尽快加强"},),
    "two_options_or_reason": ({},),
    "owner_is_a_person": ({"owner": "Customer service department"},),
    "due_in_future": ({"due": "2026-01-01"},),
    "one_sentence": ({"sentence": "Refunds."},),
}
"""Check → entries, slot by slot, that it finds weak."""


def filled(name: str, number: int, language: str) -> Worksheet:
    """Give a template's worked example as a sheet."""
    return worksheet(name).fill(**shipped_template(name).examples[number].answers[language])


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Give each single answer with its place."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            yield from leaves(part, f"{path}[{number}]")
    else:
        yield path, value


def without(answers: Mapping[str, Any], item: str) -> dict[str, Any]:
    """Give answers without those to one item, in entries as well."""
    kept = {key: value for key, value in answers.items() if key != item}
    for key, value in kept.items():
        if isinstance(value, list):
            kept[key] = [without(entry, item) if isinstance(entry, Mapping) else entry for entry in value]
    return kept


def texts(name: str) -> list[tuple[str, str]]:
    """Give every text of a template file with its language."""
    data = shipped_template(name).to_dict()
    found = [(path, text) for path, text in leaves(data) if isinstance(text, str)]
    return [("zh-CN" if ".zh-CN" in path else "en", text) for path, text in found if ".en" in path or ".zh-CN" in path]


@pytest.mark.parametrize("name", NAMES)
def test_template_is_in_both_languages_and_says_whom_it_serves(name: str) -> None:
    template = shipped_template(name)
    assert template.id == name
    assert tuple(template.languages) == LANGUAGES
    assert template.serves
    assert template.examples


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_worked_example_is_whole(name: str, language: str) -> None:
    set_language(language)
    for number, example in enumerate(shipped_template(name).examples):
        sheet = filled(name, number, language)
        assert [str(each) for each in sheet.missing()] == [], number
        shown = [each.rule for each in sheet.findings() if each.rule not in STANDING]
        announced = "(shows: " in example.title.en and "（示范：" in example.title.in_language("zh-CN")
        assert bool(shown) == announced, (number, shown)


@pytest.mark.parametrize("name", NAMES)
def test_worked_example_is_the_same_in_both_languages(name: str) -> None:
    for number, example in enumerate(shipped_template(name).examples):
        english, chinese = (dict(leaves(example.answers[tag])) for tag in LANGUAGES)
        assert english.keys() == chinese.keys(), number
        for path, value in english.items():
            if isinstance(value, str):
                assert isinstance(chinese[path], str), (number, path)
            else:
                assert chinese[path] == value, (number, path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_worked_example_computes_its_views(name: str, language: str) -> None:
    set_language(language)
    template = shipped_template(name)
    for number in range(len(template.examples)):
        sheet = filled(name, number, language)
        assert list(sheet.results) == [use.view for use in template.computed], number
        for view in sheet.results:
            assert sheet.result(view).rows(), (number, view)


@pytest.mark.parametrize("name", NAMES)
def test_blank_sheet_is_missing_things_and_weak_in_nothing(name: str) -> None:
    sheet = worksheet(name)
    assert sheet.missing()
    assert [each.rule for each in sheet.findings()] == []


def test_each_rule_has_its_broken_answer() -> None:
    assert {(name, rule.code) for name in NAMES for rule in shipped_template(name).findings} == set(RULES)


@pytest.mark.parametrize(("name", "code"), RULES)
def test_rule_speaks_where_it_should(name: str, code: str) -> None:
    found = [each for each in worksheet(name).fill(**BROKEN[name][code]).findings() if each.rule == code]
    rule = next(rule for rule in shipped_template(name).findings if rule.code == code)
    assert found
    assert {each.level for each in found} == {rule.level}
    assert found[0].message == rule.say


@pytest.mark.parametrize("name", NAMES)
def test_check_looks_at_the_items_it_is_tied_to(name: str) -> None:
    template = shipped_template(name)
    for use in template.checks:
        pages = use.each or ((CHECKS[use.check].page,) if CHECKS[use.check].page else ())
        entries = [{use.items.get(slot, slot): value for slot, value in entry.items()} for entry in WEAK[use.check]]
        for page in pages or ("",):
            fullest = next(each for each in template.pages if not page or each.name == page).items[0].name
            answers = {page: [entry or {fullest: "x"} for entry in entries]} if page else entries[0]
            found = worksheet(name).fill(**answers).findings(today=date(2026, 7, 1))
            said = [each for each in found if each.rule.startswith(use.check[:5]) and each.at.startswith(page)]
            assert said, (use.check, page)


@pytest.mark.parametrize(("name", "code"), RULES)
def test_rule_that_compares_two_answers_waits_for_both(name: str, code: str) -> None:
    rule = next(rule for rule in shipped_template(name).findings if rule.code == code)
    pairs = re.findall(r"\{(\w+)\} (?:<=|>=|!=|<|>|=|/) \{(\w+)\}", rule.when)
    for compared in {item for pair in pairs for item in pair}:
        answers = without(BROKEN[name][code], compared)
        if answers != BROKEN[name][code]:
            assert code not in {each.rule for each in worksheet(name).fill(**answers).findings()}, compared


@pytest.mark.parametrize("code", ["blaming", "brushing_off", "empty_comfort", "office_words"])
def test_reply_hears_each_phrase_of_its_lists(code: str) -> None:
    rule = next(rule for rule in shipped_template("reply").findings if rule.code == code)
    phrases = re.findall(r"contains '([^']+)'", rule.when)
    assert len(phrases) >= 6
    for phrase in phrases:
        rules = {each.rule for each in worksheet("reply").fill(body=f"… {phrase.upper()} …").findings()}
        assert code in rules, phrase


def test_scqa_has_four_worked_cases_of_four_kinds() -> None:
    template = shipped_template("scqa")
    page = template.page("reader")
    assert page is not None
    kinds = next(item.values for item in page.items if item.name == "kind")
    assert sorted(example.answers["en"]["kind"] for example in template.examples) == sorted(kinds)
    assert len(kinds) == 4


def test_retrospective_takes_sixty_to_ninety_minutes() -> None:
    minutes = sum(step.minutes or 0 for step in shipped_template("retrospective").guide)
    assert 60 <= minutes <= 90


def test_each_step_of_a_meeting_has_its_minutes() -> None:
    guides = {name: shipped_template(name).guide for name in NAMES}
    assert guides["retrospective"]
    assert [name for name, guide in guides.items() if not all(step.minutes for step in guide)] == []


@pytest.mark.parametrize("name", NAMES)
def test_chinese_is_written_with_full_width_marks(name: str) -> None:
    half = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
    # A name out of the file format may stand between half-width marks.
    wrong = [text for tag, text in texts(name) if tag == "zh-CN" and half.search(text)]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_english_holds_no_chinese(name: str) -> None:
    assert [text for tag, text in texts(name) if tag == "en" and re.search(r"[\u4e00-\u9fff，。；：？]", text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_markdown_of_the_example_holds_its_answers(name: str) -> None:
    set_language("zh-CN")
    sheet = filled(name, 0, "zh-CN")
    written = re.sub(r"\\(.)", r"\1", sheet.to_markdown())
    assert str(sheet.title) in written
    for path, answer in leaves(sheet.answers):
        if isinstance(answer, str) and re.search(r"[\u4e00-\u9fff]", answer) and "\n" not in answer:
            assert answer in written, path


@pytest.mark.shared
@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_is_copied_from_the_sources(name: str, shared: Callable[[str], Path]) -> None:
    characters = re.compile(r"[^\u4e00-\u9fff]")
    length = 14
    known: set[str] = set()
    for path in sorted(shared("sources").glob("0*.txt")):
        source = characters.sub("", path.read_text(encoding="utf-8"))
        known.update(source[start : start + length] for start in range(len(source) - length + 1))
    assert len(known) > 10_000
    for _, text in texts(name):
        own = characters.sub("", text)
        assert not [own[at : at + length] for at in range(len(own) - length + 1) if own[at : at + length] in known]


def guide(language: str) -> str:
    """Give the page about worksheets."""
    name = "worksheets.zh-CN.md" if language == "zh-CN" else "worksheets.md"
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_guide_lists_every_sheet_and_names_every_check_and_view(language: str) -> None:
    text = guide(language)
    listed = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", text, re.M)
    assert sorted(listed) == [(name, shipped_template(name).title.in_language(language)) for name in NAMES]
    own = text[text.rindex("```") :]
    assert [name for name in (*CHECKS, *VIEWS) if name not in own] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_guide_runs(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = dict.fromkeys(("python", "yaml"), "")
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```$", guide(language), re.M | re.S):
        blocks[kind] += block
    (tmp_path / "handover.worksheet.yaml").write_text(blocks["yaml"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(blocks["python"], {}, "worksheets", None, 0)
    assert len(test.examples) >= 9
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert "".join(told) == ""


def test_story_tells_what_the_sample_data_say() -> None:
    """The numbers of the examples are those of the invented data: hotline before the refund policy and this spring."""
    first, second = (
        cl.read_responses(str(ROOT / "sample_data" / name), "relationship-nps").accepted
        for name in ("281746093_0_客户关系调查_4008_4008.xlsx", "relationship_qualtrics_2025-07_2026-06.csv")
    )
    before = first[(first["touchpoint"] == "hotline") & (first["answered_at"] < "2025-03-01")]
    spring = second[(second["touchpoint"] == "hotline") & (second["answered_at"] >= "2026-03-01")]
    old, new = nps(before["recommend"]), nps(spring["recommend"])
    answers = shipped_template("gap").examples[0].answers["en"]
    assert (answers["standard"], answers["actual"], answers["n"]) == (round(old.score, 1), round(new.score, 1), new.n)
    low, high = new.confidence_interval().low, new.confidence_interval().high
    assert (answers["ci_low"], answers["ci_high"]) == (round(low, 1), round(high, 1))
    assert f"n = {old.n}" in answers["source"]
    assert (old.n, new.n) == (652, 422)


def test_story_states_its_intervals() -> None:
    answers = shipped_template("pdca").examples[0].answers["en"]
    interval = share_interval(229, answers["n"])
    assert answers["observed"] == round(229 / answers["n"] * 100)
    assert answers["ci_low"] == round(float(interval.low) * 100, 1)
    assert answers["ci_high"] == round(float(interval.high) * 100, 1)


@pytest.mark.parametrize("name", ["pdca", "capa", "scqa", "briefing"])
def test_story_is_one_story(name: str) -> None:
    """Baseline and pilot are the same wherever they are told: 86 of 391 before, 229 of 402 in August."""
    for language in LANGUAGES:
        answers = [example.answers[language] for example in shipped_template(name).examples]
        told = " ".join(str(text) for _, text in leaves(answers))
        assert "402" in told
        assert "57" in told
