"""W01–W18: each rule finds what it is for and nothing else, and is silent where it is mended, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.rootcause.whys.handles import Link
from closeloop.rootcause.whys.lexicon import chosen_lexicons
from closeloop.rootcause.whys.rules.registry import rules
from closeloop.text import LANGUAGES, set_language

TEXTS = {
    "top": ("Parcels arrive after the promised day", "包裹晚于承诺日期送达"),
    "overnight": ("Parcels packed after 16:00 stay in the warehouse overnight", "16 点后打包的包裹留在仓库过夜"),
    "pickup": ("The last pick-up moved from 20:00 to 16:00", "末班揽收从 20 点改为 16 点"),
    "contract": ("The carrier contract was renewed without asking operations", "承运合同续签时未征求运营部门意见"),
    "tautology": ("The last pick-up has been moved from 20:00 to 16:00", "末班揽收已由 20 点改为 16 点"),
    "driver": ("Two of nine drivers went on strike in August", "8 月有 2 名司机罢工"),
    "blame": ("The dispatcher was careless when copying the timetable", "调度员抄时刻表时粗心"),
    "conduct": ("The dispatcher copied the timetable by hand", "调度员手工抄写时刻表"),
    "format": ("The carrier sends the timetable as a photograph", "承运商以照片形式发送时刻表"),
    "vague": ("Communication with the carrier is inadequate", "与承运商的沟通不到位"),
    "breach": ("The timetable was not signed off as the manual says", "时刻表未按手册会签"),
    "omission": ("Nobody told the shop about the new timetable", "没人把新时刻表告诉商城"),
    "solution": ("There is no timetable system", "没有时刻表管理系统"),
    "partner": ("The shop promises next day for orders until 20:00", "商城承诺 20 点前下单次日达"),
    "else": ("the same delay at the North warehouse", "华北仓有同样的延误"),
    "fix": ("Operations signs every contract", "每份合同须由运营会签"),
    "reason": ("the scans of every parcel leave no other", "逐件扫描记录排除了其他可能"),
}


class Case:
    """A five-whys in one language in which no rule finds anything, and what is needed to spoil it."""

    def __init__(self, tag: str, **options: bool) -> None:
        self.tag = tag
        gap = Gap(
            metric=self.say("top"), standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148),
            unit="percent", higher_is_better=False,
        )  # fmt: skip
        start = self.say("top") if options.get("unmeasured") else gap
        self.whys = FiveWhys(start, title=self.say("top"), author="Li Mei")
        self.overnight = self.proven(self.whys.top, "overnight")
        self.pickup = self.proven(self.overnight.cause, "pickup")
        self.root = self.proven(self.pickup.cause, "contract")
        for link in (self.overnight, self.pickup, self.root):
            if link is not self.root or not options.get("no_reason"):
                self.whys.no_rival(link.effect, self.say("reason"))
        self.finish(self.root, **options)
        self.whys.cases(self.whys.top, ["C-1", "C-2"])
        self.whys.cases(self.root.cause, ["C-1", "C-2"])

    def say(self, key: str) -> str:
        return TEXTS[key][LANGUAGES.index(self.tag)]

    def proven(self, effect: object, key: str, gate: str = "or") -> Link:
        link = self.whys.ask(effect, self.say(key), gate=gate)  # type: ignore[arg-type]
        self.whys.evidence(link, "query", source="scans of September")
        self.whys.readback(link, by="Chen Yu", holds=True)
        if gate == "or":
            self.whys.sufficient(link, alone=True)
        return link

    def finish(self, link: Link, **options: bool) -> None:
        """Answer what is asked about a verified root."""
        cause = link.cause
        self.whys.stop(cause, "actionable")
        if not options.get("no_counterfactual"):
            self.whys.counterfactual(cause, shrinks_to=0.04)
        self.whys.predict(cause, self.say("else"), found=None if options.get("not_looked") else True)
        if not options.get("no_remedy"):
            strength = "weak" if options.get("weak") else "strong"
            self.whys.countermeasure(cause, "CM-1", strength, aim="prevent", what=self.say("fix"))

    def beside(self, key: str, **how: str) -> Link:
        """Put a hypothesis beside the root, with a reason why the asking stops there."""
        link = self.whys.ask(self.pickup.cause, self.say(key), **how)  # type: ignore[arg-type]
        self.whys.stop(link.cause, "evidence_exhausted")
        return link

    def before(self, link: Link, key: str) -> Link:
        """Put a cause before another one."""
        earlier = self.whys.ask(link.cause, self.say(key))
        self.whys.no_rival(link.cause, self.say("reason"))
        self.whys.stop(earlier.cause, "evidence_exhausted")
        return earlier


def cycle(tag: str, *, declared: bool) -> FiveWhys:
    case = Case(tag)
    if declared:
        case.whys.ask(case.root.cause, case.overnight.cause, loop=True)
        return case.whys
    content = case.whys.to_document()
    link = {"id": "l99", "cause": case.overnight.cause.id, "effect": case.root.cause.id}
    content["links"].append(link)
    return FiveWhys.from_document(content)


def blamed(tag: str) -> FiveWhys:
    case = Case(tag)
    case.beside("blame")
    return case.whys


def explained(tag: str) -> FiveWhys:
    case = Case(tag)
    case.before(case.beside("conduct", subject="person"), "format")
    return case.whys


def hung(tag: str, *, proof: bool) -> FiveWhys:
    case = Case(tag)
    link = case.beside("driver")
    if not proof:
        case.whys.countermeasure(link.cause, "CM-2", "strong")
    return case.whys


def read(tag: str, *, back: bool) -> FiveWhys:
    case = Case(tag)
    link = case.beside("driver")
    case.whys.evidence(link, "interview", source="works council")
    if back:
        case.whys.readback(link, by="Chen Yu", holds=True)
        case.whys.sufficient(link, alone=True)
        case.finish(link)
    return case.whys


def alone(tag: str, *, partner: bool) -> FiveWhys:
    case = Case(tag)
    if not partner:
        case.whys.sufficient(case.root, alone=False)
        return case.whys
    case.whys.set_gate(case.pickup.cause, "and")
    case.whys.sufficient(case.root, alone=False)
    case.finish(case.proven(case.pickup.cause, "partner", gate="and"))
    return case.whys


def put_beside(key: str, *, before: str = "", **how: str) -> Callable[[str], FiveWhys]:
    def build(tag: str) -> FiveWhys:
        case = Case(tag)
        link = case.beside(key, **how)
        if before:
            case.before(link, before)
        return case.whys

    return build


def stopped(tag: str, *, why: bool) -> FiveWhys:
    case = Case(tag)
    link = case.whys.ask(case.pickup.cause, case.say("driver"))
    if why:
        case.whys.stop(link.cause, "evidence_exhausted")
    return case.whys


def dated(tag: str, cause_on: str) -> FiveWhys:
    case = Case(tag)
    case.whys.dated(case.pickup.cause, "2026-08-01")
    case.whys.dated(case.root.cause, cause_on)
    return case.whys


def rivalled(tag: str) -> FiveWhys:
    case = Case(tag, no_reason=True)
    rival = case.whys.rival(case.pickup.cause, case.say("driver"))
    case.whys.rule_out(rival.cause, "query", source="roster of August")
    return case.whys


def covered(tag: str, *, all_cases: bool) -> FiveWhys:
    case = Case(tag)
    case.whys.cases(case.whys.top, ["C-1", "C-2"] if all_cases else ["C-1", "C-2", "C-3"])
    return case.whys


def sound(**options: bool) -> Callable[[str], FiveWhys]:
    return lambda tag: Case(tag, **options).whys


@dataclass(frozen=True)
class Pair:
    """A graph in which exactly one rule finds something, that rule's level, and the same graph mended."""

    level: str
    broken: Callable[[str], FiveWhys]
    mended: Callable[[str], FiveWhys]


PAIRS = {
    "W01": Pair("error", sound(unmeasured=True), sound()),
    "W02": Pair("error", lambda tag: hung(tag, proof=False), lambda tag: hung(tag, proof=True)),
    "W03": Pair("error", lambda tag: read(tag, back=False), lambda tag: read(tag, back=True)),
    "W04": Pair("warn", put_beside("tautology"), put_beside("driver")),
    "W05": Pair("warn", lambda tag: alone(tag, partner=False), lambda tag: alone(tag, partner=True)),
    "W06": Pair("error", blamed, explained),
    "W07": Pair("warn", put_beside("vague"), put_beside("format")),
    "W08": Pair("error", put_beside("breach", claim="breach"), put_beside("breach", claim="breach", before="format")),
    "W09": Pair("error", put_beside("omission", claim="omission"),
                put_beside("omission", claim="omission", duty="job description, §3")),
    "W10": Pair("warn", sound(no_reason=True), rivalled),
    "W11": Pair("error", lambda tag: stopped(tag, why=False), lambda tag: stopped(tag, why=True)),
    "W12": Pair("error", sound(no_counterfactual=True), sound()),
    "W13": Pair("warn", sound(not_looked=True), sound()),
    "W14": Pair("warn", put_beside("solution"), put_beside("format")),
    "W15": Pair("error", lambda tag: dated(tag, "2026-08-02"), lambda tag: dated(tag, "2026-08-01")),
    "W16": Pair("error", lambda tag: cycle(tag, declared=False), lambda tag: cycle(tag, declared=True)),
    "W17": Pair("warn", sound(weak=True), sound()),
    "W18": Pair("info", lambda tag: covered(tag, all_cases=False), lambda tag: covered(tag, all_cases=True)),
}  # fmt: skip


def test_the_pairs_are_the_eighteen_rules() -> None:
    codes = [f"W{number:02}" for number in range(1, 19)]
    assert list(rules(chosen_lexicons())) == codes
    assert sorted(PAIRS) == codes


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("code", sorted(PAIRS))
def test_a_broken_graph_raises_exactly_its_rule(code: str, tag: str) -> None:
    set_language(tag)
    whys = PAIRS[code].broken(tag)
    found = whys.findings()
    assert found.rules == (code,)
    assert {finding.level for finding in found} == {PAIRS[code].level}
    for finding in found:
        about = whys.cause(finding.cause).text  # type: ignore[attr-defined]
        assert finding.subject == about
        for language in LANGUAGES:
            said, remedy = finding.message.in_language(language), finding.suggestion
            assert about in said
            assert remedy is not None
            assert remedy.in_language(language) in finding.in_language(language)
        assert finding.message.en != finding.message.zh
        assert str(finding) == f"{code}: {finding.in_language(tag)}"


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("code", sorted(PAIRS))
def test_the_same_graph_mended_raises_nothing(code: str, tag: str) -> None:
    set_language(tag)
    assert [str(finding) for finding in PAIRS[code].mended(tag).findings()] == []


def test_each_rule_is_a_function_of_the_graph_alone() -> None:
    whys = PAIRS["W04"].broken("en")
    every = rules(chosen_lexicons())
    assert [finding.rule for finding in every["W04"](whys.graph)] == ["W04"]
    assert [code for code, rule in every.items() if rule(whys.graph)] == ["W04"]


# --- what else the rules say ---


def test_w01_a_standard_that_is_met_is_no_problem() -> None:
    met = Gap(metric="late parcels", standard=0.05, actual=0.03, n=400, as_of="2026-09-30", unit="percent",
              higher_is_better=False)  # fmt: skip
    finding = next(one for one in FiveWhys(met).findings() if one.rule == "W01")
    assert "the standard is met" in str(finding.message)


def test_w01_a_gap_that_chance_may_have_made_is_not_yet_one() -> None:
    gap = Gap(metric="NPS", standard=30, actual=27, n=90, as_of="2026-09-30", ci=(12.0, 42.0), unit="points")
    assert "chance" in str(FiveWhys(gap).findings()[0].message)
    clear = Gap(metric="NPS", standard=30, actual=7, n=900, as_of="2026-09-30", ci=(2.0, 12.0), unit="points")
    assert FiveWhys(clear).findings().rules == ()


def test_w02_a_link_confirmed_without_evidence_is_an_error() -> None:
    case = Case("en")
    link = case.beside("driver")
    case.whys.readback(link, by="Chen Yu", holds=True)
    assert link.status == "hypothesis"
    assert case.whys.findings().rules == ("W02",)


def test_w02_a_countermeasure_needs_the_whole_chain_and_no_ruled_out_cause() -> None:
    case = Case("en")
    case.whys.readback(case.overnight, by="Zhao Ning", holds=False)
    (about_root,) = case.whys.findings().at(case.root.cause.id)
    assert (about_root.rule, "a step between it and the gap" in str(about_root.message)) == ("W02", True)
    case.whys.undo()
    case.whys.rule_out(case.root.cause, "test", source="a week with the old contract")
    assert "is ruled out and still carries" in str(case.whys.findings().at(case.root.cause.id)[0].message)


@pytest.mark.parametrize(("holds", "words"), [(False, "does not hold for Zhao Ning"), (None, "Zhao Ning is not sure")])
def test_w03_names_who_does_not_agree(holds: bool | None, words: str) -> None:
    case = Case("en")
    link = case.beside("driver")
    case.whys.readback(link, by="Zhao Ning", holds=holds)
    found = case.whys.findings()
    assert found.rules == ("W03",)
    assert words in str(found[0].message)


def test_w03_new_words_have_to_be_read_back_again() -> None:
    case = Case("en")
    link = case.beside("driver")
    case.whys.evidence(link, "interview", source="works council")
    case.whys.readback(link, by="Chen Yu", holds=True)
    assert link.status == "verified"
    case.whys.rename(link.cause, "Three of nine drivers went on strike in August")
    assert link.status == "hypothesis"
    assert "have changed since it was read back" in str(case.whys.findings()[0].message)


def test_w04_shows_the_figure_and_the_limit() -> None:
    text = str(PAIRS["W04"].broken("en").findings()[0].message)
    assert "similarity 1.00, limit 0.6, ours" in text


def test_w05_an_and_cause_needs_a_partner_and_cannot_be_enough_alone() -> None:
    case = Case("en")
    case.whys.set_gate(case.pickup.cause, "and")
    assert case.whys.findings().rules == ("W05",)
    assert "there is none" in str(case.whys.findings()[0].message)
    case.finish(case.proven(case.pickup.cause, "partner", gate="and"))
    assert "enough alone" in str(case.whys.findings()[0].message)  # the first one still says so


def test_w05_asks_only_about_what_is_verified() -> None:
    case = Case("en")
    link = case.beside("driver")
    assert case.whys.findings().rules == ()
    case.whys.evidence(link, "test", source="a week without strike")
    case.whys.readback(link, by="Chen Yu", holds=True)
    assert [one.link for one in case.whys.findings() if one.rule == "W05"] == [link.id]  # type: ignore[attr-defined]


@pytest.mark.parametrize("subject", ["person", "employee_execution"])
def test_w06_an_employees_error_is_never_the_end(subject: str) -> None:
    """L094 and L304: the class "employee execution" asks for the cause before it."""
    case = Case("en")
    link = case.beside("conduct", subject=subject)
    found = case.whys.findings()
    assert found.rules == ("W06",)
    assert found[0].level == "error"
    case.before(link, "format")
    assert case.whys.findings().rules == ()


def test_w06_blame_inside_the_chain_is_a_warning() -> None:
    case = Case("en")
    case.before(case.beside("blame"), "format")
    found = case.whys.findings()
    assert found.rules == ("W06",)
    assert found[0].level == "warn"


def test_w10_a_contrast_without_difference_is_said_with_its_figures() -> None:
    case = Case("en")
    link = case.beside("driver")
    case.whys.contrast(link, ((8, 660), (58, 4160)))
    found = case.whys.findings()
    assert found.rules == ("W10",)
    text = str(found[0].message).replace("\u00a0", " ")
    assert "1.2 % (0.6 % to 2.4 %) of the affected and 1.4 % (1.1 % to 1.8 %) of the others" in text
    assert "no difference found" in text


def test_w10_few_cases_cannot_tell() -> None:
    case = Case("en")
    case.whys.contrast(case.beside("driver"), ((3, 8), (2, 9)))
    assert "too few to tell" in str(case.whys.findings()[0].message)


def test_w11_another_problem_has_to_be_named_and_an_early_stop_explained() -> None:
    case = Case("en")
    link = case.beside("driver")
    case.whys.stop(link.cause, "another_problem")
    assert "that problem is not named" in str(case.whys.findings()[0].message)
    case.whys.stop(link.cause, "another_problem", problem="P-018")
    assert case.whys.findings().rules == ()
    early = case.whys.ask(case.whys.top, case.say("format"))
    case.whys.stop(early.cause, "actionable")
    assert "at why number 1" in str(case.whys.findings()[0].message)
    case.whys.stop(early.cause, "actionable", note="the contract allows us to ask for a table")
    assert case.whys.findings().rules == ()


def test_w11_five_whys_are_not_required() -> None:
    case = Case("en")
    assert case.whys.depth() == 3
    assert case.whys.findings().rules == ()


def test_w12_a_cause_whose_removal_changes_nothing_is_none() -> None:
    case = Case("en")
    case.whys.counterfactual(case.root.cause, shrinks_to=0.138)
    found = case.whys.findings()
    assert found.rules == ("W12",)
    assert "would not shrink" in str(found[0].message)


def test_w13_a_prediction_that_failed_is_said() -> None:
    case = Case("en")
    case.whys.predict(case.root.cause, case.say("else"), found=False)
    assert "that was not found" in str(case.whys.findings()[0].message)


def test_w15_the_start_is_dated_by_its_measurement() -> None:
    case = Case("en")
    case.whys.dated(case.overnight.cause, "2026-10-01")
    assert [one.rule for one in case.whys.findings()] == ["W15"]
    case.whys.dated(case.overnight.cause, "2026-09-30")
    assert case.whys.findings().rules == ()


def test_w17_training_alone_is_flagged() -> None:
    """L305."""
    case = Case("en", no_remedy=True)
    assert "prevent it, detect it sooner, or mitigate" in str(case.whys.findings()[0].suggestion)
    case.whys.countermeasure(case.root.cause, "CM-1", "weak", what="train the buyers")
    assert "training and reminders fade" in str(case.whys.findings()[0].message)
    case.whys.countermeasure(case.root.cause, "CM-2", "intermediate", what="operations signs")
    assert case.whys.findings().rules == ()


def test_w17_what_lies_outside_our_control_is_softened() -> None:
    case = Case("en")
    case.whys.stop(case.root.cause, "outside_control")
    assert "nothing softens its effect" in str(case.whys.findings()[0].message)
    case.whys.countermeasure(case.root.cause, "CM-2", "intermediate", aim="mitigate")
    assert case.whys.findings().rules == ()


def test_w18_prints_wilsons_interval() -> None:
    """31 of 43: 0.5730897 to 0.8325339, statsmodels 0.15 proportion_confint(31, 43, method="wilson")."""
    case = Case("en")
    case.whys.cases(case.whys.top, [f"C-{i}" for i in range(43)])
    case.whys.cases(case.root.cause, [f"C-{i}" for i in range(31)])
    found = case.whys.findings()
    assert (found.rules, found[0].level) == (("W18",), "info")
    text = str(found[0].message).replace("\u00a0", " ")
    assert "reach 31 of 43 linked cases (72 %, 57 % to 83 %). 12 cases are not explained yet" in text
