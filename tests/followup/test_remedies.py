"""Remedies: what belongs to each, who may grant it, and how it compares with what others got."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import closeloop as cl
from closeloop.errors import CaseTransitionError, SurveyDefinitionError
from closeloop.followup.commands.table import command_table
from closeloop.followup.playbook.authority import AuthorityLimit, AuthorityLimits, load_authority
from closeloop.followup.playbook.consistency import LEAST, PastRemedy, consistency, past_remedies
from closeloop.followup.playbook.remedies import load_remedies, remedies_of, remedy_file, typical_remedies
from closeloop.survey.shipped import data_folder
from made_cases import entry, made

ROWS = {
    "L176": ("apology", {"apologised_by", "apology_form"}, {"accepted"}),
    "L177": ("explanation", {"text"}, set()),
    "L178-1": ("full_refund", {"amount", "currency"}, set()),
    "L178-2": ("partial_refund", {"amount", "currency"}, set()),
    "L179": ("replacement", {"item", "amount", "currency"}, set()),
    "L180-1": ("service_upgrade", {"service", "amount", "currency", "ends_on"}, set()),
    "L180-2": ("added_service", {"service", "amount", "currency", "ends_on"}, set()),
    "L181": ("points", {"points", "money_value", "currency"}, set()),
    "L182-1": ("voucher", {"value", "currency", "expires_on"}, {"used"}),
    "L182-2": ("discount", {"value", "currency", "expires_on"}, {"used"}),
    "L182-3": ("free_service", {"service", "value", "currency"}, {"used"}),
    "L183": ("payment", {"amount", "currency"}, set()),
}
CORRECTIVE = ("recall", "rework", "retest", "supplier_action", "software_update")


@pytest.mark.parametrize("row", ROWS)
def test_each_remedy_needs_its_details(row: str) -> None:
    form, needed, later = ROWS[row]
    (bare,) = remedies_of({"remedy_forms": [form]})
    assert (set(bare.missing), set(bare.later), bare.lives_on) == (needed, later, "case")
    (whole,) = remedies_of({"remedy_forms": [form], "remedy_details": dict.fromkeys(needed | later, "x")})
    assert (whole.missing, whole.later) == ((), ())
    assert str(bare.says()) != str(whole.says()) == str(whole.label)


@pytest.mark.parametrize("form", CORRECTIVE)
def test_what_acts_on_the_cause_lives_on_the_problem(form: str) -> None:  # L184
    (found,) = remedies_of({"remedy_forms": [form]})
    assert found.lives_on == "problem"


def test_a_transition_needs_its_first_and_last_day_and_what_holds_then() -> None:  # L185
    (found,) = remedies_of({"remedies": ["transition"]})
    assert found.missing == ("starts_on", "ends_on", "exit_rule")


def test_cost_and_currency_of_the_option_count_as_details() -> None:
    (found,) = remedies_of({"remedies": ["refund"], "cost": 80, "currency": "CNY"})
    assert dict(found.details) == {"amount": 80, "currency": "CNY"}
    assert found.missing == ()


def test_a_form_covers_its_code_and_other_codes_stand_beside_it() -> None:
    found = remedies_of({"remedies": ["refund", "apology"], "remedy_forms": ["partial_refund"]})
    assert [(each.code, each.form) for each in found] == [("refund", "partial_refund"), ("apology", "")]


def test_every_form_of_the_command_has_its_entry() -> None:  # L197
    assert {each.id for each in remedy_file().entries} == set(command_table().choices["remedy_form"])


def test_a_file_that_names_unknown_things_is_refused_with_lines(tmp_path: Path) -> None:
    text = (data_folder("playbooks") / "remedies.yaml").read_text(encoding="utf-8")
    path = tmp_path / "remedies.yaml"
    path.write_text(text.replace("{id: recall, code: product_change", "{id: cake, code: party"), encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as caught:
        load_remedies(path)
    line = text.splitlines().index(next(each for each in text.splitlines() if "id: recall" in each)) + 1
    assert [each.line for each in caught.value.findings] == [line, line]


@pytest.mark.parametrize(
    ("conflict", "remedy"), [("service_delivery", "training"), ("product_quality", "product_change")]
)
def test_typical_remedies_of_a_type(conflict: str, remedy: str) -> None:  # L089
    assert remedy in typical_remedies(conflict)
    other = {"service_delivery": "price", "product_quality": "price"}[conflict]
    assert remedy not in typical_remedies(other)


HOUSE = AuthorityLimits(
    id="house",
    currency="CNY",
    people={"li": "agent", "chen": "manager", "wang": "agent"},
    limits=(
        AuthorityLimit(role="agent", remedies=("apology", "explanation")),
        AuthorityLimit(role="agent", remedies=("amends",), up_to=50),
        AuthorityLimit(role="agent", remedies=("refund",), up_to=200),
        AuthorityLimit(role="manager", up_to=5000),
        AuthorityLimit(role="manager", up_to=600, currency="EUR"),
        AuthorityLimit(person="wang", remedies=("compensation",), unlimited=True),
    ),
)


@pytest.mark.parametrize(
    ("person", "option", "says"),
    [
        ("li", {"remedies": ["refund"], "cost": 200}, None),
        ("li", {"remedies": ["refund"], "cost": 200.01}, "Refund costs 200.01 CNY; li may grant up to 200 CNY."),
        ("li", {"remedies": ["compensation"], "cost": 50}, None),
        ("li", {"remedies": ["compensation"], "cost": 51}, "Compensation costs 51 CNY; li may grant up to 50 CNY."),
        (
            "li",
            {"remedies": ["refund", "compensation"], "cost": 120},
            "Compensation costs 120 CNY; li may grant up to 50 CNY.",
        ),
        ("li", {"remedies": ["apology"]}, None),
        ("li", {"remedies": ["apology"], "cost": 5}, "Apology costs 5 CNY; li may grant up to 0 CNY."),
        ("li", {"remedies": ["policy_change"]}, "Policy or price rule is not among what li may grant."),
        ("li", {"remedies": ["refund"]}, "Refund has no cost yet"),
        (
            "li",
            {"remedies": ["refund"], "cost": 10, "currency": "EUR"},
            "li has no limit for Refund in EUR, only in CNY.",
        ),
        ("li", {"remedies": [], "cost": 10}, "An option that names no remedy is not among what li may grant."),
        ("li", {"remedies": []}, None),
        ("chen", {"remedies": ["policy_change"]}, None),
        ("chen", {"remedies": ["refund"], "cost": 601, "currency": "EUR"}, "chen may grant up to 600 EUR."),
        ("chen", {"remedies": [], "cost": 4000}, None),
        ("wang", {"remedies": ["compensation"], "cost": 1e9}, None),
        ("wang", {"remedies": ["refund"], "cost": 1}, "Refund is not among what wang may grant."),
        ("zhao", {"remedies": ["apology"]}, "zhao has no limits on record"),
    ],
)
def test_who_may_grant_what(person: str, option: dict[str, Any], says: str | None) -> None:  # L082
    found = HOUSE.beyond(person, option)
    assert (found is None) == (says is None)
    assert says is None or says in str(found)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_what_is_within_stays_within_for_less(cost: float, less: float) -> None:
    small, large = sorted((cost, less))
    if HOUSE.beyond("li", {"remedies": ["refund"], "cost": large}) is None:
        assert HOUSE.beyond("li", {"remedies": ["refund"], "cost": small}) is None


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ("  - {up_to: 5}", "role or for a person"),
        ("  - {role: agent, person: li, up_to: 5}", "role or for a person"),
        ("  - {role: agent, up_to: 5, unlimited: true}", "not both"),
        ("  - {role: agent, remedies: [cake]}", "cake"),
        ("  - {role: agent, up_to: -1}", "-1"),
        ("  - {role: agent, up_to: 5, currency: yuan}", "yuan"),
        ("  - {role: boss, up_to: 5}", "no limit for the role"),
        ("  - {role: agent, up_to: 5}\n  - {role: agent, up_to: 6}", "two limits"),
    ],
)
def test_faulty_limits_are_refused(tmp_path: Path, limits: str, says: str) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(f"id: house\ncurrency: CNY\npeople: {{li: agent}}\nlimits:\n{limits}\n", encoding="utf-8")
    with pytest.raises(SurveyDefinitionError, match=says) as caught:
        load_authority(path)
    assert all(each.line for each in caught.value.findings)


def test_limits_come_back_from_a_file_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "id: house\ncurrency: CNY\npeople: {li: agent}\nlimits:\n  - {role: agent, remedies: refund, up_to: 200}\n",
        encoding="utf-8",
    )
    limits = load_authority(path)
    assert AuthorityLimits.model_validate(limits.model_dump(mode="json", by_alias=True)) == limits
    assert limits.beyond("li", {"remedies": ["refund"], "cost": 201}) is not None


def live(cost: float, *, interim: bool = True) -> tuple[Any, Any]:
    """Give a case of a house with limits, at its first stage, and an option of it."""
    loop = cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00")
    loop.adopt(HOUSE)
    case = loop.open_case(words="It smokes.", channel="phone", received_at="2026-07-01T08:30+08:00")
    case.assign(owner="li")
    option = case.add_option(
        text="part of the price back", remedies=["refund"], remedy_forms=["partial_refund"], cost=cost, currency="CNY",
        interim=interim, lawful="yes", owner="li", due_on="2026-07-02",
    )  # fmt: skip
    return case, option


def test_an_offer_above_the_limit_needs_somebody_who_may() -> None:
    case, option = live(350)
    with pytest.raises(CaseTransitionError, match="may grant up to 200 CNY"):
        case.offer(option=option, channel="phone")
    with pytest.raises(CaseTransitionError, match="wang"):
        case.approve(option=option, approver="wang", actor="wang")
    case.approve(option=option, approver="chen", actor="chen")
    case.offer(option=option, channel="phone")
    assert [each.get("option") for each in case.state.added("offers")] == [option.seq]


def test_an_interim_remedy_is_allowed_from_the_first_step_and_a_final_one_is_not() -> None:  # L299
    case, option = live(100)
    assert case.stage == "received"
    case.offer(option=option, channel="phone")
    case, option = live(100, interim=False)
    with pytest.raises(CaseTransitionError):
        case.offer(option=option, channel="phone")


def past(costs: list[float], code: str = "defect", remedy: str = "refund", currency: str = "CNY") -> list[PastRemedy]:
    return [
        PastRemedy(case_id=f"C-{n}", code=code, remedies=(remedy,), cost=cost, currency=currency)
        for n, cost in enumerate(costs)
    ]


TWENTY = [float(each) for each in range(100, 120)]


@pytest.mark.parametrize(
    ("cost", "verdict"), [(90, "lower"), (104.75, "usual"), (110, "usual"), (114.25, "usual"), (300, "higher")]
)
def test_a_remedy_beside_past_ones(cost: float, verdict: str) -> None:  # L050, L183
    (found,) = consistency(
        {"remedies": ["refund"], "cost": cost, "currency": "CNY"}, past(TWENTY), code="defect"
    ).compared
    assert found.verdict == verdict
    assert (found.n, found.median, found.low, found.high) == (20, float(np.median(TWENTY)), 100, 119)


def test_few_past_ones_are_hidden() -> None:
    option = {"remedies": ["refund"], "cost": 300, "currency": "CNY"}
    few = consistency(option, past(TWENTY[: LEAST - 1]), code="defect")
    assert few.compared[0].verdict == "cannot tell"
    assert (few.compared[0].median, few.compared[0].low, few.compared[0].high) == (None, None, None)
    assert not any(str(int(cost)) in f"{few}{few.to_dict()}" for cost in TWENTY)
    assert consistency(option, past(TWENTY[:LEAST]), code="defect").compared[0].verdict == "higher"


def test_only_alike_cases_count() -> None:
    mixed = [*past(TWENTY), *past([900.0] * 30, code="price"), *past([5.0] * 30, remedy="apology"),
             *past([7.0] * 30, currency="EUR"), *past(TWENTY, code="recurring_fault")]  # fmt: skip
    option = {"remedies": ["refund"], "cost": 110, "currency": "CNY"}
    assert consistency(option, mixed, code="defect").compared[0].n == 20
    assert consistency(option, mixed, code="product_quality").compared[0].n == 40


def test_the_past_is_what_was_agreed() -> None:
    case = made(
        values={"code": "defect"},
        options=[entry(5, remedies=["refund"], cost=80, currency="CNY"), entry(6, remedies=["apology"])],
        agreements=[entry(9, option=5)],
    )
    (found,) = past_remedies([case, made(options=[entry(5)])])
    assert (found.code, found.remedies, found.cost, found.currency) == ("defect", ("refund",), 80, "CNY")


def test_the_comparison_reads_in_both_languages_and_as_a_frame() -> None:
    found = consistency({"remedies": ["refund"], "cost": 300, "currency": "CNY"}, past(TWENTY), code="defect")
    assert "Is there a reason?" in found.sentence.en
    assert "有理由吗" in found.sentence.zh
    assert found.to_frame()["verdict"].tolist() == ["higher"]
    assert "<table" in found._repr_html_()
