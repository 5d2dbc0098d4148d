"""The two surveys of the follow-up loop: on the handling of a complaint, and on a change of policy."""

from __future__ import annotations

import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

import closeloop as cl
from closeloop.errors import InsufficientDataError
from closeloop.metrics.spec import TopBox
from closeloop.rootcause.problem.outside_event import OutsideEvent
from closeloop.survey.load import load_survey
from closeloop.themes.codebooks.codebook_file import load_codebook

CLOSING = load_survey("resolution-confirmation")
POLICY = load_survey("policy-change-pulse")
FAIRNESS = ("fair_outcome", "fair_procedure", "fair_treatment")


def hidden_for(answers: dict[str, object], items: tuple[str, ...]) -> set[str]:
    """Give which of the items are not shown, given the answers before them."""
    given = {name: CLOSING.item(name).scale[-1] if CLOSING.item(name).scale else True for name in items}
    return {p.item for p in CLOSING.check({**given, **answers}) if p.code == "answered_while_hidden"}


def closing(moments: list[str], **answers: list[object]) -> cl.Responses:
    n = len(moments)
    rows = {"respondent_id": [f"c{i % 40}" for i in range(n)], "moment": moments, **answers}
    return cl.read_responses(pd.DataFrame(rows).astype("str"), CLOSING)


# -- the closing survey ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAIRNESS)
def test_each_side_of_fairness_is_an_item_with_its_mean(name: str) -> None:
    item = CLOSING.item(name)
    assert (item.type, list(item.scale or ())) == ("rating", [1, 2, 3, 4, 5, 6, 7])
    assert (CLOSING.metrics[name].kind, CLOSING.metrics[name].items) == ("mean", (name,))


def test_the_three_sides_of_fairness_are_asked_in_different_words() -> None:
    for tag in ("en", "zh-CN"):
        asked = [ask.in_language(tag) for name in FAIRNESS if (ask := CLOSING.item(name).ask) is not None]
        assert len(set(asked)) == 3


def test_fairness_is_scored_from_answers() -> None:
    answers = closing(
        ["after"] * 20, resolved=["true"] * 20, overall=[4] * 20, fair_outcome=[2, 6] * 10, fair_procedure=[5] * 20,
        fair_treatment=[7, 7, 7, 3] * 5,
    )  # fmt: skip
    assert {name: answers.score(name).result().score for name in FAIRNESS} == {
        "fair_outcome": 4.0, "fair_procedure": 5.0, "fair_treatment": 6.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("item", "english", "chinese"),
    [
        ("felt_heard", ("listened to", "taken seriously"), ("重视", "理解")),
        ("solution_reasonable", ("solution", "reasonable"), ("解决方案", "合理")),
        ("clear", ("decided", "why"), ("决定", "为什么")),
    ],
)
def test_the_needs_behind_a_complaint_are_asked(item: str, english: tuple[str], chinese: tuple[str]) -> None:
    ask = CLOSING.item(item).ask
    assert ask is not None
    assert all(word in ask["en"] for word in english)
    assert all(word in ask["zh-CN"] for word in chinese)
    assert CLOSING.metrics[item].kind == "mean"


def test_the_customer_confirms_the_solution_and_an_open_one_comes_back() -> None:
    assert CLOSING.item("resolved").required
    assert CLOSING.check({"moment": "after", "overall": 4})[0].item == "resolved"
    rule = next(rule for rule in CLOSING.follow_up if rule.id == "unresolved")
    assert (rule.when, rule.severity, rule.quiet_days) == ("{resolved} = false", "major", 0)
    assert (CLOSING.metrics["csat"].kind, CLOSING.metrics["csat"].items) == ("csat", ("overall",))


def test_the_price_item_is_shown_for_every_code_of_price_and_for_no_other() -> None:
    def below(node: str) -> set[str]:
        return {node, *(code for child in book.children(node) for code in below(child.id))}

    book = load_codebook("conflict-types")
    shown = {
        code.id for code in book.codes if "price_fair" not in hidden_for({"code": code.id}, ("price_fair",))
    }  # fmt: skip
    assert shown == below("price")
    assert "price_discrimination" in shown
    assert "price_fair" in hidden_for({}, ("price_fair",))


def test_trust_alone_is_asked_before_and_first_of_all_after() -> None:
    every = tuple(item.name for item in CLOSING.items if item.type != "hidden")
    asked = [name for name in every if name not in hidden_for({"moment": "before", "code": "price"}, every)]
    assert asked == ["trust"]
    assert every[0] == "trust"
    assert CLOSING.check({"moment": "before", "trust": 3}) == ()


def test_trust_before_and_after_is_compared_person_by_person() -> None:
    trust = [2, 3, 4, 5] * 10
    answers = closing(
        ["before"] * 40 + ["after"] * 40, trust=[*trust, *(t + 1 if i % 2 else t + 2 for i, t in enumerate(trust))],
        resolved=[""] * 40 + ["true"] * 40, overall=[""] * 40 + ["4"] * 40,
    )  # fmt: skip
    assert answers.ledger["accepted"] == 80
    rows = answers.accepted
    before, after = (rows[rows["moment"] == moment] for moment in ("before", "after"))
    change = cl.paired_change(before, after, metric=cl.MeanScore("trust"))
    assert (change.n, change.estimate) == (40, 1.5)
    assert change.ci is not None
    assert change.ci.low > 1.3


# -- one click on a change of policy -----------------------------------------------------------------------------------


EVENT = OutsideEvent(id="refund-2025", what="refund policy tightened", on="2025-03-01", codes=("policy",))


def feedback(before: list[int], after: list[int], **more: list[object]) -> pd.DataFrame:
    periods = ["before"] * len(before) + ["after"] * len(after)
    return pd.DataFrame({"policy_change": EVENT.id, "period": periods, "rule": [*before, *after], **more})


def test_the_reasons_are_the_three_reactions_of_the_codebook() -> None:
    reactions = [code.id for code in load_codebook("conflict-types").children("policy_reaction")]
    assert [option.value for option in POLICY.item("reasons").options] == reactions  # type: ignore[attr-defined]
    assert sum(item.required for item in POLICY.items) == 1


def test_before_and_after_a_change_are_compared_with_an_interval() -> None:
    answers = feedback([5, 4, 4, 2] * 20, [4, 2, 1, 3] * 20, respondent_id=[f"c{i}" for i in range(160)])
    other = answers.assign(policy_change="another", rule=1, respondent_id=[f"d{i}" for i in range(160)])
    responses = cl.read_responses(pd.concat([answers, other]).astype("str"), POLICY)
    found = EVENT.feedback(responses)
    assert (found.a.n, found.b.n, found.estimate) == (80, 80, -0.5)
    assert found.by_method[0].method == "newcombe"
    # 20 of 80 against 60 of 80; statsmodels 0.14 calls the method "newcomb"
    assert found.ci is not None
    expected = confint_proportions_2indep(20, 80, 60, 80, method="newcomb", compare="diff")
    assert tuple(found.ci) == pytest.approx(expected, abs=1e-12)
    assert str(found.sentence).replace("\u00a0", " ").startswith("After is 50.0 percentage points below Before")
    assert "变动后比变动前低" in found.sentence.zh


def test_who_answers_both_times_is_one_person() -> None:
    people = [f"c{i}" for i in range(40)] * 2
    before = [1, 2, 4, 5] * 10
    same = feedback(before, [min(5, r + 1) for r in before], respondent_id=people)
    strangers = same.assign(respondent_id=[f"c{i}" for i in range(80)])
    mean = cl.MeanScore("rule")
    paired, apart = (EVENT.feedback(frame, mean) for frame in (same, strangers))
    assert paired.estimate == pytest.approx(apart.estimate)
    assert (paired.by_method[0].method, apart.by_method[0].method) == ("taylor", "welch")
    assert paired.ci is not None
    assert apart.ci is not None
    assert paired.ci.high - paired.ci.low < 0.4 * (apart.ci.high - apart.ci.low)


def test_answers_without_a_name_are_each_somebody_else() -> None:
    named = feedback([1, 5] * 10, [2, 4] * 10, respondent_id=[None] * 38 + ["c1", "c1"])
    assert EVENT.feedback(named, TopBox("rule")).by_method[0].method == "newcombe"


@pytest.mark.parametrize(("before", "after"), [(0, 20), (20, 0)])
def test_one_side_alone_is_refused_with_its_counts(before: int, after: int) -> None:
    with pytest.raises(InsufficientDataError, match=f"there are {before} before and {after} after"):
        EVENT.feedback(feedback([3] * before, [3] * after), TopBox("rule"))


def test_a_small_side_stays_hidden() -> None:
    with pytest.raises(InsufficientDataError, match="10"):
        EVENT.feedback(feedback([3] * 30, [3] * 9), TopBox("rule"))


def test_an_event_without_id_is_refused() -> None:
    with pytest.raises(ValueError, match="has no id"):
        OutsideEvent(what="price rise", on="2025-03-01").feedback(feedback([3], [3]), TopBox("rule"))
