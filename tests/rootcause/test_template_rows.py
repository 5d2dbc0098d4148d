"""What the sources ask of worksheets, row by row: which sheet asks it, of what, with which choices.

``page.item`` is an item of a repeated page, ``item`` one outside; ``item=a,b`` says which choices it offers, all of
them; ``item:1..5`` which scale; ``computed:x``, ``check:x`` and ``finding:x`` what the sheet works out or finds weak.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from closeloop.forms.base import BaseItem
from closeloop.rootcause.worksheet.load import shipped_names, shipped_template
from closeloop.rootcause.worksheet.template import Template
from closeloop.rootcause.worksheet.worksheet import worksheet

ROWS: Mapping[str, Mapping[str, str]] = {
    "L007": {"negotiation": "shared alternatives.serves_interest"},
    "L013": {"risk-matrix": "risks.risk risks.impact"},
    "L020": {"who-knew-what": "entries.information entries.customer_knew"},
    "L021": {"interview-guide": "want_to_know chosen_how questions.question questions.about check:one_question"},
    "L022": {"capa": "actions.means=rules,process,technical,communication,training"},
    "L023": {"capa": "actions.means finding:training_alone"},
    "L024": {"capa": "actions.means=rules,process,technical,communication,training"},
    "L031": {"negotiation": "standards.standard_source standards.wording standards.where"},
    "L034": {
        "who-knew-what": "entries.information entries.true_from entries.we_knew entries.customer_knew entries.proof",
    },
    "L035": {"reply": "body jargon finding:blaming finding:brushing_off finding:office_words"},
    "L038": {"policy-change": "kind=price,terms,product"},
    "L039": {"policy-change": "kind=price,terms,product in_force_on affected.group purpose"},
    "L040": {"policy-change": "affected.reaction=intent,harm,unfair"},
    "L041": {"policy-change": "purpose need what_now what_then stays"},
    "L042": {
        "communication-plan": "messages.audience messages.channel messages.day messages.level finding:staff_too_late",
    },
    "L043": {
        "policy-change": (
            "affected.transition affected.transition_ends affected.compensation affected.compensation_cost"
        ),
    },
    "L044": {"policy-change": "asked_how watched reviewed_on adjust_if"},
    "L045": {"swot": "opportunities.point threats.point", "pre-mortem": "reasons.side"},
    "L046": {"pre-mortem": "imagine reasons.reason reasons.first_sign reasons.watched_by go"},
    "L047": {"ideas": "ideas.text asked_whom"},
    "L052": {"negotiation": "open_with aim_at at_most ours_if_none alternatives.within finding:limits_in_disorder"},
    "L066": {"lessons": "earlier slow_days"},
    "L072": {"reply": "what next_step next_update check:vague_words"},
    "L073": {"negotiation": "shared"},
    "L076": {"effect-review": "satisfied asked_how"},
    "L077": {"interview-guide": "need questions.heard"},
    "L080": {"communication-plan": "core messages.says messages.reached"},
    "L084": {
        "fact-list": "statements.sort=fact,opinion statements.source statements.day finding:fact_without_source",
    },
    "L086": {
        "stakeholders": (
            "stakeholders.attitude:-2..2 stakeholders.influence:1..5 stakeholders.kind computed:stakeholders"
        ),
    },
    "L088": {"8d": "containment contained_until finding:containment_without_end"},
    "L091": {
        "evidence-checklist": (
            "complaint=present,not_applicable,missing contacts=present,not_applicable,missing "
            "transaction=present,not_applicable,missing contract=present,not_applicable,missing "
            "policy=present,not_applicable,missing"
        ),
    },
    "L092": {"evidence-checklist": "collect_by opened_on finding:record_missing finding:deadline_before_opening"},
    "L093": {"focus": "focus confirmed candidates.issue"},
    "L095": {"reply": "kind=progress,decision,correction next_update finding:update_in_the_past"},
    "L096": {"option-matrix": "cause options.name"},
    "L097": {"8d": "d6.aim=prevent,detect,mitigate", "retrospective": "actions.aim=prevent,detect,mitigate"},
    "L099": {"focus": "focus wish", "negotiation": "customer_interest"},
    "L100": {
        "ideas": "question ideas.text ideas.votes computed:ideas",
        "option-matrix": "reason check:two_options_or_reason",
    },
    "L101": {"option-matrix": "options.family=process,quality,compensation,communication,other"},
    "L102": {
        "option-matrix": (
            "options.steps options.effect_metric options.effect_delta options.effect_unit options.effect_by"
        ),
    },
    "L103": {
        "option-matrix": (
            "options.resources:1..5 options.time:1..5 options.people:1..5 options.customer:1..5 "
            "options.market:1..5 weight_resources weight_time weight_people weight_customer weight_market "
            "computed:option_matrix"
        ),
    },
    "L104": {"option-matrix": "chosen chosen_why rejected_why decided_by decided_on finding:nothing_rejected"},
    "L105": {"risk-matrix": "risks.source=side_effects,legal,customer,market finding:source_left_out"},
    "L106": {
        "risk-matrix": "risks.likelihood:1..5 risks.impact:1..5 risks.cost_low risks.cost_high computed:risk_matrix",
        "fmea": "failures.severity:1..10 failures.occurrence:1..10 failures.detection:1..10 computed:fmea",
    },
    "L107": {
        "risk-matrix": (
            "risks.response=avoid,reduce,transfer,accept risks.owner risks.trigger risks.likelihood_after "
            "risks.impact_after finding:no_owner finding:no_trigger finding:no_residual"
        ),
    },
    "L108": {"negotiation": "alternatives.offer alternatives.answer agreed"},
    "L109": {"retrospective": "next_look tell_customers"},
    "L111": {
        "five-steps": "tasks.owner tasks.due tasks.priority tasks.after_task",
        "retrospective": "actions.priority",
    },
    "L112": {
        "communication-plan": "messages.level=inside,customer,partner,public messages.done_on finding:sent_late",
    },
    "L114": {
        "effect-review": "expected observed decision finding:closed_though_open",
        "pdca": "expected observed act",
    },
    "L115": {
        "effect-review": (
            "effective=yes,partly,no,unknown satisfied=yes,partly,no,unknown settled=yes,partly,no,unknown "
            "effective_evidence satisfied_evidence settled_evidence finding:one_answer_for_three"
        ),
    },
    "L116": {
        "retrospective": (
            "agreement observations.condition finding:no_agreement finding:observation_without_condition"
        ),
    },
    "L118": {"lessons": "root trigger gains losses finding:root_is_trigger"},
    "L119": {"lessons": "talk needs styles balance finding:nothing_worked"},
    "L120": {"lessons": "failures=slow,resources,internal,other,none slow_days resources_what internal_what"},
    "L121": {
        "capa": "actions.kind=containment,corrective,preventive",
        "8d": "prevention elsewhere",
        "fmea": "failures.action",
    },
    "L122": {"lessons": "must_know told_by"},
    "L123": {
        "lessons": "review_by check:due_in_future",
        "capa": "actions.review_30 actions.review_60 actions.review_90",
    },
    "L127": {"interview-guide": "questions.kind=open,probe,closed finding:starts_closed"},
    "L129": {
        "needs-trace": "rows.need rows.theme rows.mentions rows.countermeasure rows.owner finding:need_unanswered",
    },
    "L136": {"needs-trace": "rows.told"},
    "L137": {"reply": "what why next_step if_unhappy finding:no_appeal"},
    "L139": {"interview-guide": "questions.about=event,expectation,pain,workaround,wish"},
    "L152": {"needs-trace": "rows.target=product,process,quality,none"},
    "L217": {"multi-lens": "customer front money time rules others"},
    "L218": {"scqa": "answer reasons.reason", "briefing": "conclusion sections.heading order"},
    "L219": {"briefing": "title_line conclusion asked_for"},
    "L225": {"de-bias": "anchor first_found as_always rival would_refute"},
    "L228": {"mind-map": "branches.branch branches.twigs"},
    "L229": {"mind-map": "centre branches.branch"},
    "L230": {"pyramid": "sentence", "scqa": "answer finding:question_without_answer", "briefing": "conclusion"},
    "L231": {"pyramid": "groups.claim groups.covers nothing_left finding:groups_do_not_carry"},
    "L232": {"affinity": "notes.text notes.group groups.label groups.include groups.exclude split computed:affinity"},
    "L233": {"pyramid": "sibling_order=time,structure,importance,deductive"},
    "L235": {"pyramid": "because therefore recommend sentence check:one_sentence"},
    "L236": {
        "swot": (
            "strengths.point weaknesses.point opportunities.point threats.point strengths.evidence "
            "cross.internal cross.external cross.strategy check:evidence_needed computed:swot_cross"
        ),
    },
    "L238": {"4p": "metric before after"},
    "L239": {
        "4p": (
            "product_changed price_changed place_changed promotion_changed product_verdict=yes,partly,no,unknown spared"
        ),
    },
    "L241": {"pyramid": "groups.claim finding:too_many_groups", "affinity": "groups.says"},
    "L242": {
        "five-steps": "metric parts.part root proposals.option target",
        "8d": "problem_statement",
        "5w2h": "problem_statement",
        "a3": "situation root target_value measures.treats",
    },
    "L243": {
        "5w2h": (
            "what why when where who how how_many what_evidence why_evidence when_evidence where_evidence "
            "who_evidence how_evidence how_many_evidence problem_statement finding:fact_without_evidence"
        ),
    },
    "L244": {
        "pdca": (
            "measure expected started_on observed n act=adopt,adapt,abandon act_why finding:check_without_numbers"
        ),
        "a3": "target_value observed observed_n finding:check_without_n",
    },
    "L249": {"scqa": "kind=case,board,meeting,report situation complication question answer check:one_question"},
    "L250": {"briefing": "conclusion sections.heading sections.figure sections.so_what"},
    "L253": {"mind-map": "centre branches.branch branches.twigs branches.linked_to"},
    "L254": {
        "effort-effect": "options.effort:1..5 options.effect:1..5 computed:effort_effect",
        "option-matrix": "computed:option_matrix",
        "two-by-two": "x_title y_title entries.x:1..5 entries.y:1..5 computed:two_by_two",
    },
    "L257": {"five-steps": "metric parts.part root proposals.option tasks.task watched_by"},
    "L258": {
        "gap": "metric unit standard actual n ci_low ci_high as_of finding:no_gap finding:standard_inside",
        "five-steps": "standard actual n as_of finding:no_gap",
    },
    "L259": {"five-steps": "split_question parts.part parts.share", "a3": "biggest_part"},
    "L260": {"five-steps": "parts.key finding:key_without_share"},
    "L261": {"five-steps": "proposals.option proposals.chosen_why", "option-matrix": "chosen computed:option_matrix"},
    "L262": {"five-steps": "tasks.starts tasks.due every=week,month,quarter alarm", "pdca": "act standard_where"},
    "L263": {"is-is-not": "contrasts.is contrasts.is_not contrasts.evidence causes.explains causes.test"},
    "L265": {"smart": "what metric unit baseline target owner accepted cause due check:smart"},
    "L266": {
        "world-cafe": (
            "tables.table tables.question tables.host rounds round_minutes ideas.origin ideas.merged_into "
            "ideas.becomes_option computed:ideas"
        ),
    },
    "L267": {"gap": "standard_from affected", "negotiation": "expected_what got_what"},
    "L268": {"negotiation": "felt_heard customer_interest"},
    "L269": {"reply": "next_update contact"},
    "L270": {"negotiation": "motive=redress,apology,information,prevention,vent,unknown"},
    "L271": {"negotiation": "customer_position standards.wording alternatives.offer before"},
    "L272": {
        "negotiation": "customer_position customer_interest our_position our_interest check:interest_not_position",
    },
    "L273": {"negotiation": "interest_heard finding:interest_guessed"},
    "L274": {
        "negotiation": (
            "standards.standard_source standards.clause standards.version_of standards.wording standards.where"
        ),
    },
    "L275": {"negotiation": "standards.facts_beside"},
    "L276": {
        "negotiation": (
            "alternatives.offer alternatives.within alternatives.approved_by ours_if_none theirs_if_none "
            "finding:beyond_authority check:two_options_or_reason"
        ),
    },
    "L277": {"negotiation": "alternatives.answer=not_offered,accepted,refused,thinking alternatives.refused_why"},
    "L278": {"negotiation": "before:-2..2 after:-2..2 feeling spoke_before speaks_now"},
    "L279": {"negotiation": "customer_position standards.wording alternatives.offer before"},
}
"""Row → sheet → what of the sheet answers it."""


def item_of(template: Template, place: str) -> BaseItem:
    """Give the item at ``page.item`` or ``item``."""
    page, _, name = place.rpartition(".")
    pages = [each for each in template.repeated if each.name == page] if page else template.single
    found = [item for each in pages for item in each.items if item.name == name]
    assert len(found) == 1, f"{template.id} has no {place}"
    return found[0]


def check_part(template: Template, part: str) -> None:
    """Check that a sheet has one part of what answers a row."""
    kind, colon, name = part.partition(":")
    place, equals, choices = part.partition("=")
    if kind == "computed":
        assert name in {use.view for use in template.computed}
    elif kind == "check":
        assert name in {use.check for use in template.checks}
    elif kind == "finding":
        assert name in {rule.code for rule in template.findings}
    elif equals:
        assert item_of(template, place).values == tuple(choices.split(","))
    elif colon:
        scale = item_of(template, kind).scale
        assert scale is not None
        assert f"{scale[0]}..{scale[-1]}" == name
    else:
        assert item_of(template, part).ask is not None


@pytest.mark.parametrize("row", ROWS)
def test_row_is_served(row: str) -> None:
    for name, parts in ROWS[row].items():
        template = shipped_template(name)
        assert row in template.serves
        for part in parts.split():
            check_part(template, part)


def test_what_a_sheet_says_it_serves_is_checked_here() -> None:
    said = {(row, name) for name in shipped_names() for row in shipped_template(name).serves}
    assert said == {(row, name) for row, sheets in ROWS.items() for name in sheets}


def test_one_option_is_enough_with_a_reason() -> None:
    one = {"options": [{"name": "Give the limit back"}]}
    rules = {each.rule for each in worksheet("option-matrix").fill(**one).findings()}
    explained = worksheet("option-matrix").fill(**one, reason="The regulator prescribes it")
    assert "two_options_or_reason" in rules
    assert "two_options_or_reason" not in {each.rule for each in explained.findings()}
    assert "options" not in {each.page for each in explained.missing() if each.entry is None}


def test_effect_review_asks_exactly_three_questions() -> None:
    """Does it work, are they satisfied, is it settled: on three pages, and no fourth verdict beside the decision."""
    template = shipped_template("effect-review")
    verdicts = [(page.name, item.name) for page in template.pages for item in page.items if "unknown" in item.values]
    assert verdicts == [("works", "effective"), ("customer", "satisfied"), ("conflict", "settled")]


def test_evidence_checklist_asks_for_five_kinds_of_record() -> None:
    page = shipped_template("evidence-checklist").page("records")
    assert page is not None
    kinds = [item.name for item in page.items if "missing" in item.values]
    assert kinds == ["complaint", "contacts", "transaction", "contract", "policy"]


def test_negotiation_has_the_four_elements_in_order() -> None:
    pages = [page.name for page in shipped_template("negotiation").pages]
    elements = ["interests", "standards", "alternatives", "relationship"]
    assert [name for name in pages if name in elements] == elements


def test_ideas_sheet_has_no_place_for_a_name() -> None:
    page = shipped_template("ideas").page("ideas")
    assert page is not None
    assert [item.name for item in page.items] == ["text", "votes", "merged_into", "fate", "fate_why"]
