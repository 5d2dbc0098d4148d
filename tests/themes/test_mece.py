"""`mece` finds what was planted: a missing category, an overlap, a subset; and lets a clean division pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.intervals import share_interval
from closeloop.text import set_language
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.mece.mece import mece
from closeloop.themes.mece.mece_thresholds import MeceThresholds
from closeloop.themes.mece.mece_tree import mece_tree

CLEAN = ["delivery"] * 120 + ["price"] * 110 + ["staff"] * 100 + ["quality"] * 90
Mention = list[str | None]


def coded(mentions: list[Mention], coder: list[list[Mention]] | None = None, **how: Any) -> Coding:
    """Return a coding of one mention per response, each with these codes; `coder` adds further coders."""
    rows = []
    for k, each in enumerate([mentions, *(coder or [])]):
        rows += [(i, code, f"coder {k}") for i, codes in enumerate(each) for code in (codes or [None])]
    frame = pd.DataFrame(rows, columns=["id", "code", "coder"])
    return Coding.from_table(frame, unit=how.pop("unit", "mention"), coder="coder", **how)


def small_book(**change: Any) -> Codebook:
    """Return a codebook of three themes, one of them with parts, and “Other”."""
    node = {
        "id": "book", "version": 3, "languages": ["en", "zh-CN"], "title": {"en": "Book", "zh-CN": "手册"},
        "split": {"en": "What went wrong?", "zh-CN": "哪里出了问题？"}, **change,
    }  # fmt: skip
    codes = [
        _code("service", "Service", "服务", split={"en": "In which step?", "zh-CN": "在哪一步？"}),
        _code("late", "Late", "延误", parent="service"),
        _code("rude", "Rude", "态度差", parent="service"),
        _code("elsewhere", "Elsewhere", "其他环节", parent="service", other=True),
        _code("price", "Price", "价格"),
        _code("product", "Product", "产品"),
        _code("misc", "Other", "其他", other=True),
    ]
    return Codebook(CodebookState.model_validate(node | {"codes": codes}))


def _code(name: str, en: str, zh: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "label": {"en": en, "zh-CN": zh}, "definition": {"en": en, "zh-CN": zh}, **more}


def singly(codes: list[str]) -> list[Mention]:
    """Return mentions of one code each."""
    return [[code] for code in codes]


def test_a_clean_balanced_division_passes() -> None:
    report = mece(coded(singly(CLEAN)))
    assert report.verdict == "pass"
    assert report.coverage.estimate == 1
    assert report.overlap.estimate == 0
    assert len(report.pairs) == 0
    assert {check.outcome for check in report.checks} == {"pass"}
    assert report.balance.effective == pytest.approx(4, abs=0.05)
    assert not report.balance.dominant
    assert report.sentence.en.startswith("Pass: the categories cover 100.0")
    assert report.sentence.zh.startswith("通过：各分类不重不漏")


def test_a_planted_subset_is_found() -> None:
    # every mention of "late" is one of "delivery", too
    mentions = singly(CLEAN)
    for i in range(30):
        mentions[i] = ["delivery", "late"]
    report = mece(coded(mentions))
    pair = report.pairs["late", "delivery"]
    assert pair.containment == 1.0
    assert (pair.smaller, pair.larger, pair.hint, pair.sure) == ("late", "delivery", "subset", True)
    assert pair.count == 30
    assert pair.lift == pytest.approx(len(CLEAN) / 120)
    assert report.verdict == "fail"
    assert "Make it a child of “delivery”" in report.sentence.en
    assert "改为“delivery”的下级" in report.sentence.zh


def test_a_subset_fails_even_where_the_overlap_is_small() -> None:
    mentions = singly(CLEAN)
    for i in range(17):
        mentions[i] = ["delivery", "late"]
    report = mece(coded(mentions))
    assert report.overlap.estimate < 0.05
    assert report.check("pairs").outcome == "fail"
    assert report.verdict == "fail"


def test_a_planted_overlap_is_found() -> None:
    mentions = singly(CLEAN)
    for i in range(120, 170):
        mentions[i] = ["price", "quality"]
    report = mece(coded(mentions))
    pair = report.pairs["price", "quality"]
    assert pair.hint == "overlap"
    assert pair.sure
    assert pair.jaccard == pytest.approx(50 / (110 + 140 - 50))
    assert report.check("overlap").outcome == "fail"
    assert report.overlap.estimate == pytest.approx(50 / len(CLEAN))
    assert tuple(map(float, share_interval(50, len(CLEAN)))) == pytest.approx(
        (report.overlap.ci_low, report.overlap.ci_high)
    )
    assert report.verdict == "fail"
    assert any("price" in reason.en and "Merge them, or rewrite" in reason.en for reason in report.reasons)


def test_two_names_of_one_category_are_to_be_merged() -> None:
    mentions = singly(CLEAN)
    for i in range(115):
        mentions[i] = ["delivery", "shipping"]
    pair = mece(coded(mentions)).pairs["shipping", "delivery"]
    assert (pair.hint, pair.sure) == ("same", True)


def test_a_planted_missing_category_is_found() -> None:
    # what customers say of the website has no category
    mentions: list[Mention] = [*singly(CLEAN), *[[] for _ in range(60)]]
    report = mece(coded(mentions))
    assert report.check("residual").outcome == "fail"
    assert report.residual.uncoded.estimate == pytest.approx(60 / 480)
    assert report.residual.other.estimate == 0
    assert report.verdict == "fail"
    assert report.sentence.en.startswith("Fail: the categories leave gaps.")
    assert "有遗漏" in report.sentence.zh


def test_a_large_other_is_a_missing_category() -> None:
    report = mece(coded(singly([*CLEAN, *["misc"] * 60])), other=["misc"])
    assert report.residual.other.estimate == pytest.approx(60 / 480)
    assert report.verdict == "fail"
    assert "12.5\u00a0% in “Other”" in report.reasons[0].en


def test_two_coders_who_guess_give_cannot_tell() -> None:
    rng = np.random.default_rng(0)
    names = ["delivery", "price", "staff", "quality"]
    one, two = (singly([names[k] for k in rng.integers(0, 4, 300)]) for _ in range(2))
    report = mece(coded(one, [two]))
    assert report.verdict == "cannot tell"
    assert report.alpha is not None
    assert abs(report.alpha.kappa) < 0.1
    assert report.alpha.ci_low < 0.667
    assert "The coders disagree" in report.sentence.en
    assert "编码员意见不一" in report.sentence.zh
    assert "Most often apart" in report.reasons[0].en
    # as one coder alone sees it, nothing is wrong: two who differ make a disagreement, not an overlap
    assert report.overlap.estimate == 0
    assert mece(coded(one, [two]), coder="coder 0").verdict == "pass"


def test_coders_who_disagree_outweigh_a_failure() -> None:
    rng = np.random.default_rng(0)
    names = [["a"], ["b"], ["a", "b"], []]
    one, two = ([list(names[k]) for k in rng.integers(0, 4, 300)] for _ in range(2))
    report = mece(coded(one, [two]))
    assert report.check("residual").outcome == "fail"
    assert report.verdict == "cannot tell"


def test_coders_who_agree_let_it_pass_and_the_pair_they_mix_up_is_named() -> None:
    other = list(CLEAN)
    other[0] = other[1] = "price"
    report = mece(coded(singly(CLEAN), [singly(other)]))
    assert report.verdict == "pass"
    assert report.evidence is not None
    worst = report.evidence.confusions[0]
    assert ({str(worst.first), str(worst.second)}, worst.count) == ({"delivery", "price"}, 2)
    assert report.coverage.n == len(CLEAN)


def test_coders_who_shared_the_work_are_no_evidence() -> None:
    rows = {"id": list(range(420)), "code": CLEAN, "coder": ["Ann"] * 210 + ["Bo"] * 210}
    report = mece(Coding.from_table(rows, unit="mention", coder="coder"))
    assert report.alpha is None
    assert report.verdict == "pass"
    assert any("shared the work" in note.en for note in report.notes)


def test_coders_who_saw_one_category_only_prove_nothing() -> None:
    report = mece(coded(singly(["delivery"] * 150), [singly(["delivery"] * 150)]))
    assert report.verdict == "cannot tell"
    assert "same category" in report.reasons[0].en


def test_codes_per_response_give_coverage_and_co_occurrence_and_cannot_tell() -> None:
    mentions = singly(CLEAN)
    for i in range(100):
        mentions[i] = ["delivery", "late"]
    report = mece(coded(mentions, unit="response"))
    assert report.verdict == "cannot tell"
    assert report.coverage.estimate == 1
    assert report.overlap.estimate == pytest.approx(100 / 420)
    assert report.pairs["late", "delivery"].containment == 1
    assert report.pairs.hints == ()
    assert "per response" in report.sentence.en
    assert "co-occurrence" in report.reasons[1].en
    row = next(row for row in report.rows() if row["name"] == "overlap")
    assert row["outcome"] is None
    assert [
        reason.en for reason in report.reasons if "mention brings" in reason.en or "of the mentions" in reason.en
    ] == []
    # nor does a gap make it fail: nobody judged what else the comment says
    assert mece(coded([*mentions, *[[]] * 300], unit="response")).verdict == "cannot tell"


def test_too_few_mentions_cannot_pass_but_may_fail() -> None:
    few = mece(coded(singly(CLEAN[::10])))
    assert few.n == 42
    assert few.verdict == "cannot tell"
    assert few.reasons[0].en == "Too few mentions to let categories pass: 42; it takes 100."
    gaps = mece(coded([*singly(CLEAN[::10]), *[[]] * 20]))
    assert gaps.verdict == "fail"


@pytest.mark.parametrize(
    ("missing", "n", "outcome"),
    # limits at 5 %: fails if the whole interval lies beyond it, passes if 10 % can be ruled out
    [(4, 100, "pass"), (5, 100, "cannot tell"), (9, 100, "cannot tell"), (12, 100, "fail"), (30, 1000, "pass"),
     (49, 1000, "pass"), (51, 1000, "cannot tell"), (66, 1000, "fail")],
)  # fmt: skip
def test_the_interval_decides(missing: int, n: int, outcome: str) -> None:
    report = mece(coded([*singly(["a", "b", "c", "d"] * n)[: n - missing], *[[]] * missing]))
    assert report.check("residual").outcome == outcome
    assert report.verdict == outcome


def test_a_list_that_is_still_growing_cannot_pass() -> None:
    # every second mention brings a code of its own: nothing is left over, nothing overlaps, and nothing is complete
    report = mece(coded(singly([*CLEAN, *(f"new {i}" for i in range(60))])))
    assert report.check("residual").outcome == report.check("overlap").outcome == "pass"
    assert report.unseen.next_new == pytest.approx(60 / 480)
    assert report.verdict == "cannot tell"
    assert "still be growing" in report.reasons[0].en


def test_the_unseen_codes_of_the_specification() -> None:
    # 209 mentions, 21 codes, 9 of them once: 4.3 % that the next is new, about 30 codes in all
    counts = [1] * 9 + [2] * 3 + [10] * 4 + [27, 29, 29, 34, 35]
    report = mece(coded(singly([f"code {k}" for k, count in enumerate(counts) for _ in range(count)])))
    assert (report.n, report.unseen.found, report.unseen.once) == (209, 21, 9)
    assert report.unseen.next_new == pytest.approx(9 / 209)
    assert report.unseen.kinds == 30


def test_a_small_category_within_a_giant_is_chance_and_no_subset() -> None:
    # "giant" is in every mention: everything lies within it, which says nothing about the rest
    mentions: list[Mention] = [["giant", "small"] if i < 10 else ["giant"] for i in range(200)]
    pair = mece(coded(mentions)).pairs["small", "giant"]
    assert pair.containment == 1
    assert pair.hint == ""


def test_four_mentions_make_no_hint() -> None:
    mentions = singly(CLEAN)
    for i in range(4):
        mentions[i] = ["delivery", "late"]
    report = mece(coded(mentions))
    assert report.pairs["late", "delivery"].containment == 1
    assert report.pairs.hints == ()


def test_a_hint_whose_interval_is_wide_leaves_the_question_open() -> None:
    mentions = singly(CLEAN)
    for i in range(6):
        mentions[i] = ["delivery", "late"]
    report = mece(coded(mentions))
    assert (report.pairs.hints[0].hint, report.pairs.hints[0].sure) == ("subset", False)
    assert report.check("pairs").outcome == "cannot tell"
    assert "seems to lie within" in report.pairs.sentence.en


def test_mentions_of_one_response_count_together() -> None:
    # 200 responses of two mentions that agree: as sure as 200 mentions, not as 400
    rows = {
        "id": np.repeat(np.arange(200), 2), "start": [0, 10] * 200, "end": [9, 19] * 200,
        "code": np.repeat([None if i % 10 == 0 else "a" for i in range(200)], 2),
    }  # fmt: skip
    report = mece(Coding.from_table(pd.DataFrame(rows), unit="mention", start="start", end="end"))
    assert report.n == 400
    assert report.n_responses == 200
    assert report.coverage.estimate == 0.9
    assert report.coverage.n_effective == pytest.approx(200, rel=0.02)


def test_weights_show_what_the_count_hides() -> None:
    # 2 % of the mentions have no category, but they are of the customers who spend most
    mentions: list[Mention] = [*singly(["a", "b"] * 245), *[[]] * 10]
    coding = coded(mentions)
    value = np.array([1.0] * 490 + [40.0] * 10)
    report = mece(coding, weight=value)
    assert mece(coding).verdict == "pass"
    assert report.verdict == "fail"
    assert report.weighted is not None
    assert report.weighted.residual.estimate == pytest.approx(400 / 890)
    assert report.weighted.covered.n_effective < 60
    assert report.coverage.estimate == 0.98
    assert report.check("residual_weighted").outcome == "fail"
    by_id = mece(coding, weight=dict(zip(coding.ids.tolist(), value.tolist(), strict=True)))
    assert by_id.weighted == report.weighted
    assert mece(coded(mentions, weights=None), weight=np.ones(500)).weighted == mece(coding).split


def test_weights_that_are_none_are_refused() -> None:
    coding = coded(singly(CLEAN))
    with pytest.raises(ValueError, match="All weights are 0"):
        mece(coding, weight=np.zeros(420))
    with pytest.raises(ValueError, match="0 or more; found -1"):
        mece(coding, weight=[-1.0] + [1.0] * 419)
    with pytest.raises(ValueError, match="found 'much'"):
        mece(coding, weight=["much"] + ["1"] * 419)


def test_weights_of_nothing_in_the_node_leave_no_weighted_share() -> None:
    # whoever complains about the service weighs nothing
    coding = coded(singly(["late"] * 20 + ["price"] * 20), codebook=small_book())
    report = mece(coding, "service", weight=[0.0] * 20 + [1.0] * 20)
    assert report.weighted is not None
    assert math.isnan(report.weighted.covered.estimate)
    assert report.coverage.estimate == 1
    assert report.verdict == "cannot tell"
    assert str(report)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "c", "misc"]), max_size=3, unique=True), min_size=1, max_size=30),
    st.integers(0, 5),
)
def test_coverage_and_residual_add_up(mentions: list[list[str | None]], seed: int) -> None:
    used = {code for codes in mentions for code in codes}
    coding = coded([["a"], ["misc"], *mentions])
    weight = np.random.default_rng(seed).integers(1, 5, len(mentions) + 2).astype(float)
    report = mece(coding, other=["misc"], weight=weight)
    assert report.weighted is not None
    for split in (report.split, report.weighted):
        parts = [split.covered, split.other, split.parent_only, split.uncoded]
        assert sum(part.estimate for part in parts) == pytest.approx(1)
        assert split.residual.estimate == pytest.approx(sum(part.estimate for part in parts[1:]))
        assert all(part.ci_low <= part.estimate <= part.ci_high for part in parts if not math.isnan(part.ci_low))
    assert report.overlap.count == sum(len(codes) > 1 for codes in mentions)
    assert {row.id for row in report.categories} == used | {"a", "misc"}


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True), min_size=2, max_size=20))
def test_twice_the_same_rows_leave_the_shares(mentions: list[list[str | None]]) -> None:
    once, twice = mece(coded([["a"], *mentions])), mece(coded([["a"], *mentions] * 2))
    assert once.coverage.estimate == pytest.approx(twice.coverage.estimate)
    assert once.overlap.estimate == pytest.approx(twice.overlap.estimate)
    alike, again = ({(p.smaller, p.larger): p.jaccard for p in report.pairs} for report in (once, twice))
    assert alike == pytest.approx(again)
    assert once.balance.effective == pytest.approx(twice.balance.effective, nan_ok=True)


def test_nothing_coded_and_nothing_to_judge() -> None:
    empty = mece(coded([[] for _ in range(3)], codebook=small_book()))
    assert empty.coverage.estimate == 0
    assert empty.verdict == "fail"  # 3 of 3 without a category are beyond 5 %, few as they are
    assert math.isnan(empty.balance.effective)
    assert empty.balance.largest is None
    none = mece(coded([[]], codebook=small_book()), "service")
    assert none.n == 0
    assert none.verdict == "cannot tell"
    assert none.sentence.en.endswith("There is no mention to judge by.")
    for report in (empty, none):
        assert report.to_dict()["verdict"] == report.verdict
        assert str(report)
        assert "<table" in report._repr_html_()
        assert report.plot().alt


def test_one_response_has_no_interval_and_no_verdict() -> None:
    start = list(range(0, 1500, 10))
    rows = {"id": [1] * 150, "start": start, "end": [x + 9 for x in start], "code": ["a"] * 150}
    report = mece(Coding.from_table(rows, unit="mention", start="start", end="end"))
    assert report.coverage.estimate == 1
    assert math.isnan(report.coverage.ci_low)
    assert report.verdict == "cannot tell"
    assert report.reasons[0].en.startswith("All mentions come from one response")
    assert report.plot().alt


def test_one_code_and_one_category_for_everything() -> None:
    report = mece(coded(singly(["a"] * 150)))
    assert report.balance.effective == 1
    assert report.balance.dominant
    assert report.verdict == "pass"
    assert any("too large" in note.en for note in report.notes)
    assert len(report.pairs) == 0
    assert mece(coded([["a"]])).verdict == "cannot tell"


def test_the_overlap_of_communication_and_service_is_shown() -> None:
    # L020 and L033: poor communication during a service belongs to both, and the check must show it
    codebook = load_codebook("conflict-types")
    shared = next(code for code in codebook.codes if code.also_under is not None)
    top = {code.id: {code.id, *(below.id for below in codebook.descendants(code.id))} for code in codebook.children()}
    homes = [name for name, codes in top.items() if shared.id in codes]
    assert len(homes) == 2
    leaves = [sorted(codes - {shared.id} - {name})[0] for name, codes in top.items() if len(codes) > 1]
    coding = coded(singly([*leaves * 40, *[shared.id] * 30]), codebook=codebook)
    report = mece(coding)
    pair = report.pairs[homes[0], homes[1]]
    assert pair.count == 30
    assert report.overlap.count == 30
    assert report.codebook == "conflict-types"
    assert report.version == codebook.version


def test_the_share_of_other_factors_is_watched() -> None:
    # L038: the source's “other factors”
    codebook = load_codebook("conflict-types")
    other = codebook.other()
    assert other is not None
    leaf = next(code.id for code in codebook.codes if not codebook.children(code.id) and not code.other)
    report = mece(coded(singly([leaf] * 170 + [other.id] * 30), codebook=codebook))
    assert report.residual.other.estimate == pytest.approx(0.15)
    assert report.check("residual").outcome == "fail"
    assert "“其他”占 15.0%" in report.reasons[0].zh


def test_a_node_is_judged_on_its_own_mentions() -> None:
    mentions = singly(["late"] * 60 + ["rude"] * 50 + ["elsewhere"] * 10 + ["service"] * 30 + ["price"] * 500)
    report = mece(coded(mentions, codebook=small_book()), "service")
    assert report.n == 150
    assert report.residual.parent_only.estimate == pytest.approx(30 / 150)
    assert report.residual.other.estimate == pytest.approx(10 / 150)
    assert report.residual.uncoded.estimate == 0
    assert report.coverage.estimate == pytest.approx(110 / 150)
    assert report.title.en == "MECE check of the categories under “Service”"
    assert report.title.zh == "“服务”下各分类的 MECE 检验"
    assert "20.0%" in report.reasons[0].zh
    assert "只有上级编码" in report.reasons[0].zh
    assert (report.codebook, report.version, report.coders) == ("book", 3, ("coder 0",))


def test_a_child_counts_for_its_parent_at_the_top() -> None:
    report = mece(coded(singly(["late"] * 30 + ["service"] * 10 + ["price"] * 60), codebook=small_book()))
    assert report.categories["service"].share.count == 40
    assert report.coverage.estimate == 1
    assert report.unseen.found == 3  # the codes as they were given


def test_codes_that_nobody_mentioned_are_named() -> None:
    report = mece(coded(singly(["late"] * 20), codebook=small_book()))
    assert [str(label) for label in report.balance.empty] == ["Rude", "Price", "Product"]
    assert any("态度差、价格和产品" in note.zh for note in report.notes)


def test_a_node_with_several_splitting_questions_is_pointed_out() -> None:
    assert mece(coded([["price"]], codebook=small_book())).balance.split_fault == ""
    asked = small_book(split={"en": "What went wrong? And who did it?", "zh-CN": "哪里出了问题？"})
    report = mece(coded([["price"]], codebook=asked))
    assert report.balance.split_fault == "several"
    assert any("asks several things at once" in note.en for note in report.notes)


def test_every_node_at_once() -> None:
    tree = mece_tree(coded(singly(["late", "rude", "price", "product", "misc"] * 60), codebook=small_book()))
    assert [report.node for report in tree] == [None, "service"]
    assert tree[None].n == 300
    assert tree["service"].n == 120
    assert [row["verdict"] for row in tree.rows()] == ["fail", "pass"]  # a fifth is in “Other” at the top
    assert tree.sentence.en.startswith("Of 2 nodes 1 pass, 1 fail, and 0 cannot be told. Mend “the top” first")
    assert tree.sentence.zh.startswith("共检验 2 个节点")
    assert tree.plot().alt
    with pytest.raises(KeyError):
        tree["pizza"]


def test_own_groups_may_stand_in_the_place_of_a_tree() -> None:
    report = mece(coded(singly(CLEAN)), groups={"service": ["delivery", "staff"], "product": "quality"})
    assert [row.id for row in report.categories] == ["service", "product"]
    assert report.coverage.estimate == pytest.approx(310 / 420)
    assert report.residual.parent_only.estimate == pytest.approx(110 / 420)
    assert "outside these categories" in report.reasons[0].en


def test_thresholds_are_stated_and_may_be_changed() -> None:
    coding = coded([*singly(CLEAN), *[[]] * 40])
    strict, loose = mece(coding), mece(coding, thresholds=MeceThresholds(residual=0.2))
    assert (strict.verdict, loose.verdict) == ("fail", "pass")
    assert loose.thresholds.residual == 0.2
    assert loose.to_dict()["thresholds"]["residual"] == 0.2
    assert any("closeloop’s own" in note.en and "20\u00a0%" in note.en for note in loose.notes)
    with pytest.raises(ValueError, match="threshold overlap must be 0…1; found 5"):
        MeceThresholds(overlap=5)


def test_what_is_not_there_is_refused() -> None:
    coding = coded(singly(CLEAN))
    with pytest.raises(ValueError, match=r"no code “prize”.*: price"):
        mece(coding, other=["prize"])
    with pytest.raises(ValueError, match="no codebook"):
        mece(coding, "price")
    with pytest.raises(ValueError, match="no code “prize”"):
        mece(coding, groups={"money": ["prize"]})
    with pytest.raises(ValueError, match="Nina"):
        mece(coding, coder="Nina")
    with pytest.raises(ValueError, match="confidence"):
        mece(coding, confidence_level=95)
    with pytest.raises(ValueError, match="no codes below it"):
        mece(coded([["late"]], codebook=small_book()), "late")


@pytest.mark.shared
def test_the_human_codings_of_the_chinese_reviews(shared: Callable[[str], Path]) -> None:
    parts = [pd.read_csv(shared(f"data/zh/{name}_sample.csv")) for name in ("train", "dev", "test")]
    frame = pd.concat(parts, ignore_index=True).reset_index(names="row")
    aspects = [name for name in frame.columns if name.partition("_")[0] in _ASPECTS]
    assert len(aspects) == 18
    coding = Coding.from_table(frame, unit="response", id="row", codes=aspects, absent=-2, text="reviewbody")
    report = mece(coding)
    assert report.n == len(frame) == 300
    assert report.coverage.estimate == pytest.approx((frame[aspects] != -2).any(axis=1).mean())
    assert report.overlap.estimate == pytest.approx(((frame[aspects] != -2).sum(axis=1) > 1).mean())
    assert report.verdict == "cannot tell"
    assert "per response" in report.reasons[0].en
    set_language("zh")
    assert "无法判断" in str(report)


_ASPECTS = ("location", "service", "price", "environment", "dish")


def test_an_overlap_that_the_codebook_declares_is_said_to_be_meant() -> None:
    coding = code_mentions(["They promised to call and nobody told me anything."] * 3, load_codebook("conflict-types"))
    report = coding.mece()
    assert [tuple(map(str, found)) for found in report.declared] == [
        ("Communication during service", "Service delivery", "Communication")
    ]
    assert any("that part of their overlap is meant" in str(note) for note in report.notes)
    assert Coding.from_table({"id": [1, 2], "code": ["a", "b"]}, unit="mention").mece().declared == ()


def test_what_the_codebook_puts_under_both_is_counted_and_gives_no_hint() -> None:
    codebook = load_codebook("conflict-types")
    declared = ["service_communication"] * 60
    apart = [["promise_broken", "wording_tone"]] * 70
    rest = ["response_speed", "wording_tone", "too_expensive"] * 60
    only = mece(coded(singly([*declared, *rest]), codebook=codebook)).pairs["communication", "service_delivery"]
    assert (only.count, only.declared, only.hint) == (60, 60, "")
    assert str(only.to_do) == "meant: declared in the codebook"
    mixed = coded([*singly([*declared, *rest]), *apart], codebook=codebook)
    both = mece(mixed).pairs["communication", "service_delivery"]
    assert (both.count, both.declared) == (130, 60)
    assert both.hint
