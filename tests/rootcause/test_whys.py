"""Five whys: the graph, what is put on record, what is refused, saving, and exports."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import StoreError, SurveyDefinitionError
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.load import load
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.problem.problem import Problem
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.rootcause.whys.handles import Link
from closeloop.rootcause.whys.lexicon import load_lexicon
from closeloop.rootcause.whys.similarity import similarity
from closeloop.text import set_language

GAP = Gap(
    metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148), unit="percent",
    higher_is_better=False,
)  # fmt: skip
HOSTILE = "<script>alert(1)</script> | `=cmd()` \u202e\x00 # *x* &amp;"


def late() -> FiveWhys:
    return FiveWhys(GAP, title="Parcels arrive after the promised day", author="Li Mei")


def verify(whys: FiveWhys, link: Link) -> Link:
    whys.evidence(link, "query", source="scans")
    whys.readback(link, by="Chen Yu", holds=True)
    return link


# --- shape ---


def test_a_graph_has_branches_gates_and_shared_causes() -> None:
    whys = late()
    night = whys.ask(whys.top, "Parcels stay overnight")
    pickup = whys.ask(night.cause, "The last pick-up is at 16:00", gate="and")
    promise = whys.ask(night.cause, "Orders until 20:00 are promised", gate="and")
    again = whys.ask(whys.top, pickup.cause)
    assert [link.gate for link in (night, pickup, promise, again)] == ["or", "and", "and", "or"]
    assert pickup.cause == again.cause
    assert [link.effect.text for link in pickup.cause.links] == ["Parcels stay overnight", whys.top.text]
    assert pickup.cause.number == "1.1"
    assert [one.text for one in whys.top.causes] == ["Parcels stay overnight", "The last pick-up is at 16:00"]
    assert whys.depth() == 2
    assert {cause.number for cause in whys.roots()} == {"1.1", "1.2"}


def test_a_status_needs_evidence_and_a_second_person() -> None:
    """L263: verified is evidence, and read back as holding by somebody other than the author; none contradicting."""
    whys = late()
    link = whys.ask(whys.top, "Parcels stay overnight")
    assert link.status == "hypothesis"
    whys.evidence(link, "query", source="scans")
    assert link.status == "hypothesis"
    whys.readback(link, by="Chen Yu", holds=None)
    assert link.status == "hypothesis"
    whys.readback(link, by="Chen Yu", holds=True)
    assert link.status == "verified"
    whys.readback(link, by="Zhao Ning", holds=False)
    assert link.status == "hypothesis"
    whys.readback(link, by="zhao ning", holds=True)  # the same person, another answer
    assert link.status == "verified"
    whys.evidence(link, "observation", source="gate camera", shows="contradicts")
    assert link.status == "hypothesis"


def test_nothing_is_filled_in() -> None:
    whys = late()
    assert (whys.causes, whys.links, whys.roots(), whys.verified_roots(), whys.cut_sets()) == ((), (), (), (), ())
    assert whys.depth() == 0
    assert "Nobody has asked why yet" in whys.to_markdown()


def test_a_ruled_out_cause_stays_with_its_evidence_and_can_be_reopened() -> None:
    whys = late()
    rival = whys.rival(whys.top, "Customers gave a wrong address")
    whys.ask(rival.cause, "The form has no check")
    whys.rule_out(rival.cause, "query", source="orders", says="1.2 % of late orders, 1.4 % of the others")
    assert (rival.status, rival.cause.status) == ("ruled-out", "ruled-out")
    assert whys.roots() == ()
    assert "~~Customers gave a wrong address~~" in whys.to_markdown()
    whys.reopen(rival.cause)
    assert rival.status == "hypothesis"
    assert [cause.text for cause in whys.roots()] == ["The form has no check"]


def test_undo_and_redo_take_every_step_back() -> None:
    whys = late()
    link = whys.ask(whys.top, "Parcels stay overnight")
    whys.evidence(link, "query", source="scans")
    before = whys.to_document()
    whys.countermeasure(link.cause, "CM-1", "strong")
    assert whys.undo()
    assert whys.to_document() == before
    assert whys.undo()
    assert whys.undo()
    assert not whys.undo()
    assert whys.links == ()
    with pytest.raises(ValueError, match="no longer there"):
        _ = link.cause
    assert all(whys.redo() for _ in range(3))
    assert [remedy.id for remedy in link.cause.state.remedies] == ["CM-1"]


def test_an_id_is_not_given_twice() -> None:
    whys = late()
    first = whys.ask(whys.top, "Parcels stay overnight")
    whys.undo()
    second = whys.ask(whys.top, "The van broke down")
    assert first.id != second.id
    with pytest.raises(ValueError, match="no longer there"):
        _ = first.status


def test_move_and_remove_take_what_hangs_below_along() -> None:
    whys = late()
    night = whys.ask(whys.top, "Parcels stay overnight")
    pickup = whys.ask(night.cause, "The last pick-up is at 16:00")
    deep = whys.ask(pickup.cause, "The contract was renewed")
    whys.move(pickup, whys.top)
    assert (pickup.cause.number, deep.cause.number) == ("2", "2.1")
    whys.move(pickup, whys.top)  # where it is already
    whys.remove(pickup)
    assert [cause.text for cause in whys.causes] == ["Parcels stay overnight"]
    whys.undo()
    whys.remove(night.cause)
    assert [cause.text for cause in whys.causes] == ["The last pick-up is at 16:00", "The contract was renewed"]
    with pytest.raises(ValueError, match="cannot be removed"):
        whys.remove(whys.top)


def test_removing_one_effect_of_a_shared_cause_keeps_it() -> None:
    whys = late()
    a = whys.ask(whys.top, "Parcels stay overnight")
    b = whys.ask(whys.top, "Parcels go to the wrong hub")
    shared = whys.ask(a.cause, "Labels are printed at night")
    whys.ask(b.cause, shared.cause)
    whys.remove(a.cause)
    assert [cause.text for cause in whys.causes] == ["Parcels go to the wrong hub", "Labels are printed at night"]


def test_renaming_the_top_changes_the_title() -> None:
    whys = late()
    whys.rename(whys.top, "  Late   parcels ")
    assert whys.top.text == "Late parcels"
    assert repr(whys).startswith("<FiveWhys: Late parcels · 0 causes, 0 verified")


def test_the_gap_gives_the_title_in_the_language_in_use() -> None:
    gap = Gap(metric="late", standard=1, actual=2, n=10, as_of="2026-09-30", higher_is_better=False,
              labels={"en": "Late parcels", "zh-CN": "延误包裹"})  # fmt: skip
    whys = FiveWhys(gap, author="Li Mei")
    link = verify(whys, whys.ask(whys.top, "The last pick-up is at 16:00"))
    set_language("zh-CN")
    assert whys.top.text == "延误包裹"
    assert link.status == "verified"  # read back in one language, it holds in the other


# --- a problem, targets, coverage: the links of one record (L242) ---


def test_a_problem_brings_its_gap_and_cases_and_the_counterfactual_becomes_the_target() -> None:
    problem = Problem(GAP, cases=["C-1", "C-2", "C-3"], id="P-017", title="Late parcels")
    whys = FiveWhys(problem, author="Li Mei")
    assert (whys.state.gap, whys.state.problem, whys.top.state.cases) == (GAP, "P-017", ("C-1", "C-2", "C-3"))
    link = verify(whys, whys.ask(whys.top, "The last pick-up is at 16:00"))
    assert whys.targets() == []
    whys.counterfactual(link.cause, shrinks_to=0.04, by="Li Mei")
    (target,) = whys.targets()
    assert (target["baseline"], target["target"], target["unit"]) == (0.138, 0.04, "percent")
    measure = Countermeasure(what="move the pick-up to 20:00", cause=target["cause"], metric=target["metric"],
                             baseline=target["baseline"], target=target["target"], unit=target["unit"], id="CM-1",
                             owner="Zhao Ning", due="2026-10-30", action="process")  # fmt: skip
    whys.countermeasure(link.cause, measure)
    assert [(one.id, one.strength, one.aim) for one in link.cause.state.remedies] == [
        ("CM-1", measure.strength, "prevent")
    ]
    problem.add(whys)
    assert [root.text for one in problem.whys for root in one.verified_roots()] == ["The last pick-up is at 16:00"]


def test_coverage_counts_a_case_only_where_its_root_is_clear() -> None:
    whys = late()
    night = verify(whys, whys.ask(whys.top, "Parcels stay overnight"))
    one = verify(whys, whys.ask(night.cause, "The last pick-up is at 16:00"))
    whys.cases(whys.top, [f"C-{i}" for i in range(10)])
    whys.cases(night.cause, ["C-0", "C-1", "C-2"])
    whys.cases(one.cause, ["C-3"])
    assert (whys.coverage().reached, whys.coverage().n) == (4, 10)  # overnight has one explanation only
    whys.ask(night.cause, "The scanner was down")
    assert whys.coverage().reached == 1  # now it may have been either
    assert whys.coverage().missing == tuple(f"C-{i}" for i in (0, 1, 2, 4, 5, 6, 7, 8, 9))
    assert whys.coverage(["C-3", "X-1"]).share == 0.5
    whys.cases(one.cause, ["C-3", "Z-9"])
    assert whys.coverage().n_foreign == 1


def test_coverage_without_cases_cannot_tell() -> None:
    whys = late()
    assert str(whys.coverage()).endswith("cannot be told: no cases are listed.")
    assert whys.coverage().share != whys.coverage().share  # NaN


def test_the_timeline_orders_what_is_dated() -> None:
    whys = late()
    a = whys.ask(whys.top, "The last pick-up is at 16:00")
    b = whys.ask(a.cause, "The contract was renewed")
    c = whys.ask(b.cause, "Nobody asked operations")
    whys.dated(a.cause, "2026-08-01")
    whys.dated(b.cause, dt.date(2026, 8, 3))
    assert [(moment.number, moment.late) for moment in whys.timeline()] == [
        ("1", False), ("1.1", True), ("", False), ("1.1.1", False)
    ]  # fmt: skip
    assert whys.timeline()[-1].cause == c.cause.id


# --- contrast ---


def test_a_contrast_becomes_evidence_that_speaks_only_if_it_can() -> None:
    whys = late()
    link = whys.ask(whys.top, "The order came after 16:00")
    whys.contrast(link.cause, ((31, 43), (12, 120)))
    whys.contrast(link, ((3, 8), (2, 9)))
    whys.contrast(link, ((1, 200), (60, 400)))
    assert [one.shows for one in link.state.evidence] == ["supports", "neither", "contradicts"]
    assert link.state.evidence[0].result == {
        "kind": "contrast", "affected": [31, 43], "unaffected": [12, 120], "confidence_level": 0.95
    }  # fmt: skip


@pytest.mark.parametrize("counts", [((5, 4), (1, 2)), ((1.5, 4), (1, 2)), (1, 2), "ab", None, ((-1, 4), (1, 2))])
def test_what_is_no_counts_is_refused(counts: object) -> None:
    whys = late()
    link = whys.ask(whys.top, "The order came after 16:00")
    with pytest.raises(ValueError, match="Counts are"):
        whys.contrast(link, counts)
    with pytest.raises(ValueError, match="not a cause of anything"):
        whys.contrast(whys.top, ((1, 4), (1, 2)))


# --- reading aloud ---


def test_reading_aloud_goes_from_the_bottom_up_in_the_language_in_use() -> None:
    whys = late()
    night = whys.ask(whys.top, "Parcels stay overnight.")
    pickup = whys.ask(night.cause, "The last pick-up is at 16:00", gate="and")
    whys.ask(night.cause, "The shop promises next day", gate="and")
    contract = whys.ask(pickup.cause, "The contract was renewed")
    assert str(whys.read_aloud()).split("\n") == [
        "The contract was renewed, therefore the last pick-up is at 16:00.",
        "The last pick-up is at 16:00 and the shop promises next day together, therefore Parcels stay overnight.",
        "Parcels stay overnight, therefore Parcels arrive after the promised day.",
    ]
    assert str(whys.read_aloud(contract.cause)) == str(whys.read_aloud())
    assert str(whys.read_aloud(night.cause)) == str(whys.read_aloud()).split("\n")[-1]
    assert str(contract.read_aloud) == str(whys.read_aloud()).split("\n")[0]


def test_reading_aloud_in_chinese() -> None:
    set_language("zh-CN")
    whys = FiveWhys(GAP, title="包裹晚到", author="李梅")
    night = whys.ask(whys.top, "包裹过夜")
    whys.ask(night.cause, "16 点是末班揽收", gate="and")
    whys.ask(night.cause, "承诺次日达", gate="and")
    assert str(whys.read_aloud()).split("\n") == [
        "因为 16 点是末班揽收，并且承诺次日达，所以包裹过夜。",
        "因为包裹过夜，所以包裹晚到。",
    ]


# --- cut sets ---


def test_minimal_cut_sets_of_the_fault_tree_handbook() -> None:
    """T = E1·E2, E1 = A + E3, E3 = B + C, E2 = C + E4, E4 = A·B gives C and A·B (NUREG-0492, 1981, chapter VII)."""
    whys = FiveWhys("T", author="x")
    e1 = whys.ask(whys.top, "E1", gate="and").cause
    e2 = whys.ask(whys.top, "E2", gate="and").cause
    a = whys.ask(e1, "A").cause
    e3 = whys.ask(e1, "E3").cause
    b, c = whys.ask(e3, "B").cause, whys.ask(e3, "C").cause
    whys.ask(e2, c)
    e4 = whys.ask(e2, "E4").cause
    whys.ask(e4, a, gate="and")
    whys.ask(e4, b, gate="and")
    assert [{cause.text for cause in one} for one in whys.cut_sets()] == [{"C"}, {"A", "B"}]


@st.composite
def graphs(draw: st.DrawFn) -> FiveWhys:
    """Graphs without cycles: each cause hangs below one or two earlier ones, by any gate."""
    whys = FiveWhys("Top", author="x")
    nodes = [whys.top]
    for number in range(draw(st.integers(0, 8))):
        effect = nodes[draw(st.integers(0, len(nodes) - 1))]
        cause = whys.ask(effect, f"Cause {number}", gate=draw(st.sampled_from(["and", "or"]))).cause
        other = nodes[draw(st.integers(0, len(nodes) - 1))]
        if draw(st.booleans()) and other != effect:
            whys.ask(other, cause, gate=draw(st.sampled_from(["and", "or"])))
        if draw(st.integers(0, 5)) == 0:
            whys.rule_out(cause, "test", source="x")
        nodes.append(cause)
    return whys


def happens(whys: FiveWhys, present: set[str]) -> bool:
    """Say whether the top happens when these ends are present; straight from the meaning of the gates."""

    def true(name: str) -> bool:
        links = [one for one in whys.state.links if one.effect == name and not _out(whys, one.cause)]
        if not links:
            return name in present
        together = [one for one in links if one.gate == "and"]
        return any(true(one.cause) for one in links if one.gate == "or") or (
            bool(together) and all(true(one.cause) for one in together)
        )

    return true("top")


def _out(whys: FiveWhys, name: str) -> bool:
    return whys.graph.causes[name].ruled_out is not None


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_cut_sets_are_minimal_sufficient_and_complete(whys: FiveWhys) -> None:
    ends = [cause.id for cause in whys.roots()]
    found = [frozenset(cause.id for cause in one) for one in whys.cut_sets()]
    assert len(set(found)) == len(found)
    for one in found:
        assert happens(whys, set(one))
        assert not any(happens(whys, set(one - {member})) for member in one)
    for choice in product([False, True], repeat=len(ends)) if ends else ():
        present = {end for end, chosen in zip(ends, choice, strict=True) if chosen}
        assert happens(whys, present) == any(one <= present for one in found)


def test_too_many_cut_sets_are_refused() -> None:
    whys = FiveWhys("Top", author="x")
    for number in range(14):
        part = whys.ask(whys.top, f"Part {number}", gate="and").cause
        whys.ask(part, f"left {number}")
        whys.ask(part, f"right {number}")
    with pytest.raises(ValueError, match="More than 10000 sets"):
        whys.cut_sets()
    assert "too many to list" in whys.to_svg("fault-tree")
    assert len(whys.cut_sets(limit=20_000)) == 2**14


# --- loops ---


def test_a_loop_has_to_be_declared() -> None:
    whys = late()
    a = whys.ask(whys.top, "Backlog grows")
    b = whys.ask(a.cause, "Staff are drawn off to answer calls")
    with pytest.raises(ValueError, match=r"ask\(…, loop=True\)"):
        whys.ask(b.cause, a.cause)
    with pytest.raises(ValueError, match="both cause and effect"):
        whys.ask(a.cause, a.cause)
    with pytest.raises(ValueError, match="both cause and effect"):
        whys.ask(b.cause, whys.top)
    loop = whys.ask(b.cause, a.cause, loop=True)
    assert loop.state.loop
    assert "W16" not in whys.findings().rules
    assert [[cause.number for cause in one] for one in whys.cut_sets()] == [["1.1"]]
    assert "Loop: “Staff are drawn off to answer calls” in turn leads to “Backlog grows”" in whys.to_markdown()
    with pytest.raises(ValueError, match="closes none"):
        whys.ask(whys.top, "Something new", loop=True)
    with pytest.raises(ValueError, match="both cause and effect"):
        whys.move(a, b.cause)


def test_an_imported_circle_is_accepted_and_judged() -> None:
    whys = late()
    a = whys.ask(whys.top, "A cause")
    b = whys.ask(a.cause, "Another one")
    content = whys.to_document()
    for number, (cause, effect) in enumerate([(a.cause.id, b.cause.id), ("top", b.cause.id), (b.cause.id, b.cause.id)]):
        content["links"].append({"id": f"x{number}", "cause": cause, "effect": effect})
    back = FiveWhys.from_document(content)
    assert len([one for one in back.findings() if one.rule == "W16"]) == 3
    assert "Undeclared circle" in back.to_markdown()
    assert back.depth() == 2
    for kind in ("tree", "ishikawa", "fault-tree"):
        assert back.to_svg(kind).startswith("<svg")
    assert "<div" in back._repr_html_()


# --- bad input ---


def test_the_author_cannot_read_back() -> None:
    whys = late()
    link = whys.ask(whys.top, "Parcels stay overnight")
    for name in ("Li Mei", " li  mei", "ＬＩ ＭＥＩ"):
        with pytest.raises(ValueError, match="Ask a second person"):
            whys.readback(link, by=name, holds=True)
    other = whys.ask(whys.top, "The van broke down", by="Chen Yu")
    whys.readback(other, by="Li Mei", holds=True)
    nobody = FiveWhys(GAP)
    with pytest.raises(ValueError, match="Give author="):
        nobody.readback(nobody.ask(nobody.top, "Parcels stay overnight"), by="Chen Yu", holds=True)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", None, 7])
def test_a_cause_needs_words(text: object) -> None:
    whys = late()
    with pytest.raises(ValueError, match="needs words"):
        whys.ask(whys.top, text)  # type: ignore[arg-type]
    assert whys.causes == ()


def test_parts_of_another_graph_are_refused() -> None:
    one, other = late(), late()
    link = one.ask(one.top, "Parcels stay overnight")
    other.ask(other.top, "Parcels stay overnight")
    for act in (
        lambda: other.ask(link.cause, "x"),
        lambda: other.evidence(link, "query", source="x"),
        lambda: other.stop(link.cause, "actionable"),
        lambda: one.copy().readback(link, by="Chen Yu", holds=True),
    ):
        with pytest.raises(ValueError, match="another five-whys"):
            act()
    with pytest.raises(ValueError, match=r"There is no cause “9\.9”\. Known"):
        one.cause("9.9")
    with pytest.raises(ValueError, match="A cause is asked for"):
        one.ask(link, "x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="A link is asked for"):
        one.evidence(link.cause, "query", source="x")  # type: ignore[arg-type]


def wrong_words() -> Iterator[tuple[str, object]]:
    yield "kind is one of query, document", lambda w, link: w.evidence(link, "gut feeling", source="x")
    yield "Did you mean “interview”", lambda w, link: w.evidence(link, "interviews", source="x")
    yield "source needs words", lambda w, link: w.evidence(link, "query", source=" ")
    yield "shows is one of", lambda w, link: w.evidence(link, "query", source="x", shows="proves")
    yield "64 digits", lambda w, link: w.evidence(link, "document", source="x", sha256="abc")
    yield "A day is a date", lambda w, link: w.evidence(link, "query", source="x", on="yesterday")
    yield "must be a mapping", lambda w, link: w.evidence(link, "query", source="x", result=[1])
    yield "must be a mapping", lambda w, link: w.evidence(link, "query", source="x", result={"a": float("nan")})
    yield "gate is one of or, and", lambda w, link: w.ask(w.top, "x", gate="xor")
    yield "claim is one of", lambda w, link: w.ask(w.top, "x", claim="fault")
    yield "holds is True, False or None", lambda w, link: w.readback(link, by="Chen Yu", holds="yes")
    yield "reason is one of", lambda w, link: w.stop(link.cause, "enough")
    yield "strength is one of", lambda w, link: w.countermeasure(link.cause, "CM-1", "very strong")
    yield "aim is one of", lambda w, link: w.countermeasure(link.cause, "CM-1", "strong", aim="hope")
    yield "finite number", lambda w, link: w.counterfactual(link.cause, shrinks_to=float("nan"))
    yield "finite number", lambda w, link: w.counterfactual(link.cause, shrinks_to="4 %")
    yield "list of ids", lambda w, link: w.cases(link.cause, "C-1")
    yield "There is no countermeasure “CM-7” here", lambda w, link: w.detach(link.cause, "CM-7")
    yield "already stands under", lambda w, link: w.ask(w.top, link.cause)
    yield "kind is one of tree, ishikawa", lambda w, link: w.to_svg("fishbone")
    yield "There is no word list", lambda w, link: w.findings(lexicons={"shame": "x.yaml"})


@pytest.mark.parametrize(("words", "act"), [pytest.param(*case, id=case[0]) for case in wrong_words()])
def test_a_wrong_word_is_refused_and_changes_nothing(words: str, act: object) -> None:
    whys = late()
    link = whys.ask(whys.top, "Parcels stay overnight")
    before = whys.to_document()
    with pytest.raises(ValueError, match=words):
        act(whys, link)  # type: ignore[operator]
    assert whys.to_document() == before
    set_language("zh-CN")
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        act(whys, link)  # type: ignore[operator]


def test_a_start_is_a_gap_a_problem_or_words() -> None:
    with pytest.raises(ValueError, match="starts from a Gap"):
        FiveWhys(0.138)
    with pytest.raises(ValueError, match="needs words"):
        FiveWhys("  ")
    assert FiveWhys("Late parcels").findings().rules == ("W01",)


def test_hostile_text_does_nothing_anywhere() -> None:
    whys = FiveWhys(GAP, title=HOSTILE, author=HOSTILE)
    link = whys.ask(whys.top, HOSTILE, subject=HOSTILE, duty=HOSTILE, claim="omission")
    whys.evidence(link, "interview", source=HOSTILE, says=HOSTILE, by=HOSTILE)
    whys.readback(link, by="Chen " + HOSTILE, holds=True)
    whys.stop(link.cause, "another_problem", note=HOSTILE, problem=HOSTILE)
    whys.countermeasure(link.cause, HOSTILE, "strong", what=HOSTILE)
    whys.predict(link.cause, HOSTILE, found=True, source=HOSTILE)
    whys.rule_out(whys.rival(whys.top, HOSTILE + "2").cause, "test", source=HOSTILE)
    shown = whys._repr_html_() + "".join(whys.to_svg(kind) for kind in ("tree", "ishikawa", "fault-tree"))
    assert "<script" not in shown
    assert "\x00" not in shown
    assert "\u202e" not in shown
    markdown = whys.to_markdown()
    assert "<script" not in markdown.replace("\\<script", "")
    assert all(not line.startswith("|") for line in markdown.split("\n"))
    assert FiveWhys.from_document(json.loads(json.dumps(whys.to_document()))) == whys


@pytest.mark.parametrize("text", ["没有" * 1_000, "no the " * 285, "x" * 2_000, "😀" * 2_000])
def test_a_cause_is_a_sentence_and_evidence_may_be_long(text: str) -> None:
    whys = late()
    link = whys.ask(whys.top, text)
    whys.evidence(link, "interview", source="transcript", says=text * 50)
    assert whys.findings().rules
    assert all(whys.to_svg(kind).startswith("<svg") for kind in ("tree", "ishikawa", "fault-tree"))
    assert text.strip() * 2 in whys._repr_html_() or " " in text
    with pytest.raises(ValueError, match="at most 2000"):
        whys.rename(link.cause, text * 50)


def test_a_thousand_causes() -> None:
    """A chain of 500 and 500 beside one another: nothing recurses, everything is answered."""
    whys = late()
    effect = whys.top
    for number in range(500):
        effect = whys.ask(effect, f"Step {number} of the chain", by="Li Mei").cause
        whys.ask(whys.top, f"Branch {number} beside it")
    assert (len(whys.causes), whys.depth()) == (1000, 500)
    assert len(whys.findings()) >= 501
    assert len(whys.cut_sets()) == 501
    assert len(whys.to_frame()) == 1000
    assert str(whys.read_aloud()).count("\n") == 999
    assert "Step 499 of the chain" in whys.to_markdown()
    assert "deeper causes are not drawn" in whys._repr_html_()
    for kind in ("tree", "ishikawa", "fault-tree"):
        assert whys.to_svg(kind).startswith("<svg")
    assert FiveWhys.from_document(whys.to_document()) == whys


# --- documents ---


def test_a_saved_graph_comes_back_the_same(tmp_path: Path) -> None:
    whys = late()
    link = verify(whys, whys.ask(whys.top, "Parcels stay overnight", on="2026-10-08", subject="policy"))
    whys.evidence(link, "document", source="addendum", sha256="7C" * 32, on="2026-10-08", result={"n": 3})
    whys.contrast(link, ((31, 43), (12, 120)))
    whys.cases(whys.top, ["C-1"])
    back = load(whys.save(tmp_path / "late.json"))
    assert back == whys
    assert back.links[0].status == "verified"
    assert back.ask(back.top, "The van broke down").id not in {one.id for one in whys.links}
    assert back.to_markdown() != whys.to_markdown()


def test_a_broken_or_newer_document_is_refused() -> None:
    content = late().to_document()
    with pytest.raises(StoreError, match="format 2"):
        FiveWhys.from_document({**content, "format": 2})
    with pytest.raises(StoreError):
        FiveWhys.from_document({**content, "links": [{"id": "l1", "cause": "c9", "effect": "top"}]})
    with pytest.raises(StoreError):
        FiveWhys.from_document({**content, "causes": []})
    with pytest.raises(StoreError):
        FiveWhys.from_document({**content, "validity": 0.99})


def test_the_frame_has_a_row_per_link() -> None:
    whys = late()
    link = verify(whys, whys.ask(whys.top, "Parcels stay overnight"))
    whys.ask(link.cause, "The last pick-up is at 16:00", gate="and")
    frame = whys.to_frame()
    assert frame[["number", "cause", "status", "n_evidence", "read_back", "read_by", "gate"]].to_numpy().tolist() == [
        ["1", "Parcels stay overnight", "verified", 1, "holds", "Chen Yu", "or"],
        ["1.1", "The last pick-up is at 16:00", "hypothesis", 0, "not_yet", "", "and"],
    ]
    assert whys.to_frame("polars").shape == frame.shape
    assert list(late().to_frame().columns) == list(frame.columns)


def test_the_questions_against_habits_of_thought_answer_from_the_graph() -> None:
    """L225: anchoring, the first cause found, confirmation, the beaten path, where it is not, a single source."""
    whys = late()
    link = whys.ask(whys.top, "Parcels stay overnight")
    whys.evidence(link, "query", source="scans", by="Li Mei")
    questions = [str(one) for one in whys.debias()]
    assert "1 of 1 effects have only one" in questions[1]
    assert "0 of 1 links were tested" in questions[2]
    assert "Different people so far: 1." in questions[5]
    whys.rule_out(whys.rival(whys.top, "The van broke down").cause, "test", source="log")
    assert "0 of 1 effects" in str(whys.debias()[1])
    assert "1 of 2 links were tested" in str(whys.debias()[2])
    set_language("zh-CN")
    assert "思维定式" in FiveWhys("包裹晚到").to_markdown()


# --- word lists ---


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("blame", "The agent was careless", "careless"),
        ("blame", "客服粗心填错", "粗心"),
        ("blame", "员工执行失误", "执行失误"),
        ("blame", "值班人员忘了交接", "忘了"),
        ("blame", "Customers click “forgot password”", ""),
        ("blame", "The carelessnesses", ""),
        ("vague", "Poor communication", "Poor"),
        ("vague", "培训不到位", "不到位"),
        ("vague", "不足 10 分钟内收到 3 次催单", ""),
        ("vague", "Poorhouse Street is closed", ""),
        ("solution", "没有客户管理系统", "没有客户管理系统"),
        ("solution", "We lack a CRM", "lack a CRM"),
        ("solution", "There is no training for new agents", "no training"),
        ("solution", "没有按流程复核", ""),
        ("solution", "Parcels were sent without checking the system", ""),
        ("solution", "退款需要走三级审批流程", ""),
    ],
)
def test_the_shipped_word_lists(name: str, text: str, found: str) -> None:
    assert load_lexicon(name).find(text) == found


def test_ones_own_word_list_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("format: 1\nid: blame\ntitle: {en: Ours}\nwords: {en: [the new guy]}\n", encoding="utf-8")
    whys = late()
    link = whys.ask(whys.top, "The new guy forgot the scan")
    whys.stop(link.cause, "evidence_exhausted", note="he left")
    assert "forgot" in str(whys.findings().at(link.cause.id)[0].message)
    own = whys.findings(lexicons={"blame": path}).at(link.cause.id)
    assert "“The new guy” blames" in str(own[0].message)


def test_a_faulty_word_list_names_every_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    faulty = "format: 1\nid: blame\ntitle: {en: Ours}\nwords: {fr: [x]}\npatterns: {en: ['(']}\n"
    path.write_text(faulty, encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as error:
        load_lexicon(path)
    lines = {finding.line for finding in error.value.findings}
    assert lines == {4, 5}
    assert "words.yaml:5" in str(error.value)


# --- tautology ---


@pytest.mark.parametrize(
    ("effect", "cause"),
    [
        ("Customers wait too long", "The waiting time of customers is too long"),
        ("Complaints are answered late", "Late answers to complaints"),
        ("客户等待时间太长", "客户等待的时间过长"),
        ("投诉处理不及时", "对投诉的处理不够及时"),
    ],
)
def test_a_cause_that_restates_its_effect_is_alike(effect: str, cause: str) -> None:
    assert similarity(effect, cause) >= 0.6


@pytest.mark.parametrize(
    ("effect", "cause"),
    [
        ("Parcels arrive after the promised day", "Parcels packed after 16:00 stay in the warehouse overnight"),
        ("Complaints are answered late", "Complaints arrive in a mailbox that nobody reads at weekends"),
        ("投诉处理不及时", "投诉进入周末无人值守的邮箱"),
        ("热线接通率低", "每通热线的通话时长从 6 分钟升到 12 分钟"),
    ],
)
def test_a_cause_about_the_same_thing_is_not_alike(effect: str, cause: str) -> None:
    assert similarity(effect, cause) < 0.5


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_symmetric_and_bounded(first: str, second: str) -> None:
    value = similarity(first, second)
    assert 0 <= value <= 1
    assert value == similarity(second, first)
    assert similarity(first, first) in (0.0, 1.0)
