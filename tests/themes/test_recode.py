"""A person accepts a suggestion: the next version of the codebook, its log, and the same mentions coded anew."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.text import set_language
from closeloop.themes.codebooks.accept import accept
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.codings.recode import recode
from closeloop.themes.residual.suggestion import Quote, Suggestion, Term

PARKING = {"en": "Parking", "zh-CN": "停车"}


def text(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


def book() -> Codebook:
    said = text("x", "某")
    codes: list[dict[str, Any]] = [
        {"id": "price", "label": text("Price", "价格"), "definition": said, "split": said,
         "rules": {"terms": {"en": ["price"], "zh-CN": ["价格"]}}},
        {"id": "fees", "parent": "price", "label": text("Fees", "费用"), "definition": said,
         "rules": {"terms": {"en": ["fee"]}}},
        {"id": "staff", "label": text("Staff", "店员"), "definition": said, "rules": {"terms": {"en": ["staff"]}}},
        {"id": "other", "label": text("Other", "其他"), "definition": said, "other": True,
         "rules": {"terms": {"en": ["whatever"]}}},
    ]  # fmt: skip
    head = {"id": "shop", "version": 3, "languages": ["en", "zh-CN"], "title": said, "split": said}
    return Codebook(CodebookState.model_validate({**head, "codes": codes}))


def parking(*terms: str) -> Suggestion:
    named = tuple(Term(text=term, share=0.5, elsewhere=0.0, lift=50.0) for term in terms or ("parking", "停车"))
    return Suggestion(
        number=1, n=4, n_responses=4, share=0.4, ci_low=0.2, ci_high=0.7, terms=named, near=None, cohesion=0.6,
        stability=0.9, mentions=(1, 2), quotes=(Quote(id=1, text="no parking", count=1),),
    )  # fmt: skip


def new(codebook: Codebook, suggestion: Suggestion | None = None, **how: Any) -> Codebook:
    asked = {"by": "Li Na", "id": "parking", "label": PARKING, "definition": PARKING, **how}
    return codebook.accept(suggestion or parking(), **asked)


SAID = ["the price rose", "no parking!", "停车太难", "staff was rude; no parking", "whatever", "hm ok", "a fee"]


def test_accepting_makes_the_next_version_and_leaves_the_old_one() -> None:
    old = book()
    before = old.to_document()
    found = new(old, on=dt.date(2026, 3, 1))
    assert old.to_document() == before
    assert (found.id, found.version) == ("shop", 4)
    code = found.code("parking")
    assert code.rules.terms == {"en": ("parking",), "zh-CN": ("停车",)}
    assert str(code.examples[0]) == "no parking"
    assert [code.id for code in found.codes] == ["price", "fees", "staff", "parking", "other"]


def test_the_log_says_who_decided_when_and_from_what() -> None:
    found = new(book(), on=dt.date(2026, 3, 1))
    again = new(found, parking("music"), id="music", by="Tom")
    assert [(one.version, one.code, one.kind, one.by, one.on) for one in again.changes] == [
        (4, "parking", "added", "Li Na", dt.date(2026, 3, 1)), (5, "music", "added", "Tom", None)
    ]  # fmt: skip
    assert again.changes[0].suggested == {"number": "1", "mentions": "4", "words": "parking, 停车"}


def test_the_log_goes_through_a_file_and_back(tmp_path: Path) -> None:
    found = new(book(), on=dt.date(2026, 3, 1))
    saved = json.loads(found.save(tmp_path / "shop.json").read_text(encoding="utf-8"))
    assert Codebook.from_document(saved) == found
    found.to_yaml(tmp_path / "shop.codebook.yaml")
    assert load_codebook(tmp_path / "shop.codebook.yaml") == found


def test_a_suggestion_may_widen_a_code_that_is_there() -> None:
    found = book().accept(parking("fee", "surcharge", "extra charge"), by="Li Na", as_part_of="fees")
    rules = found.code("fees").rules
    assert rules.terms["en"] == ("fee", "surcharge")
    assert rules.phrases["en"] == ("extra charge",)
    assert found.changes[0].kind == "widened"
    assert found.changes[0].terms == {"en": ("surcharge", "extra charge")}
    with pytest.raises(ValueError, match="has all of these terms"):
        book().accept(parking("FEE"), by="Li Na", as_part_of="fees")


def test_a_new_code_may_go_below_another() -> None:
    found = new(book(), parent="price")
    assert found.code("parking").parent == "price"
    assert [code.id for code in found.codes][:3] == ["price", "fees", "parking"]
    split = text("Which?", "哪些？")
    below = new(book(), parent="staff", split=split)
    assert below.splitting_question("staff").en == "Which?"
    with pytest.raises(ValueError, match="does not fit"):
        new(book(), parent="staff")


def test_a_person_may_choose_the_terms() -> None:
    assert new(book(), terms=["car park", "车位"]).code("parking").rules.phrases == {"en": ("car park",)}
    assert new(book(), terms={"zh-CN": "车位"}).code("parking").rules.terms == {"zh-CN": ("车位",)}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"by": " "}, "who decides"),
        ({"label": None}, "needs id="),
        ({"id": "staff"}, "already"),
        ({"label": "Parking"}, "does not fit"),
        ({"label": {"en": "Parking"}}, "does not fit"),
        ({"id": "not an id!"}, "does not fit"),
        ({"terms": []}, "needs words"),
        ({"as_part_of": "price"}, "not both"),
        ({"parent": "nowhere"}, "nowhere"),
    ],
)
def test_what_does_not_fit_is_refused(how: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        new(book(), **how)


def test_coding_anew_raises_coverage_as_planted() -> None:
    coding = code_mentions(SAID, book(), ids=list("abcdefg"))
    found = recode(coding, new(book()))
    assert found.n == 8
    assert (found.coverage_before[0], found.coverage_after[0]) == (3 / 8, 6 / 8)
    assert found.coverage_after[1] < 0.75 < found.coverage_after[2]
    rows = {row["code"] or row["role"]: (row["before"], row["after"], row["gained"], row["lost"])
            for row in found.rows()}  # fmt: skip
    assert rows["parking"] == (0, 3, 3, 0)
    assert rows["uncoded"] == (4, 1, 0, 3)
    assert rows["other"] == (1, 1, 0, 0)
    log = found.log()
    assert log["id"].tolist() == ["b", "c", "d"]
    assert log["text"].tolist() == ["no parking!", "停车太难", "no parking"]
    assert (log["before"].tolist(), log["after"].tolist()) == ([""] * 3, ["parking"] * 3)


def test_the_whole_way_from_the_residual_to_the_next_version() -> None:
    shops = ["near the store", "at weekends", "costs a fortune", "was full again", "is too narrow", "in the street"]
    said = [f"parking {shops[i % 6]}" for i in range(30)] + ["the price rose", "staff was rude"] * 20
    said += [f"{a} {b}" for a in ("blue", "tall", "soft", "late") for b in ("moon", "tree", "river", "cloud")]
    coding = code_mentions(said, book())
    best = coding.suggest()[0]
    found = recode(coding, new(book(), best))
    assert found.coverage_after[0] - found.coverage_before[0] == pytest.approx(30 / len(said))
    after = found.after.suggest()
    assert all("parking" not in one.terms[0].text for one in after)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*SAID, "", "停车！价格。", "price, parking", "😀", "3.5 fee"]), max_size=12))
def test_no_mention_is_lost_or_made(said: list[str]) -> None:
    coding = code_mentions(said, book())
    found = recode(coding, new(book()))
    assert found.after.n_mentions == coding.n_mentions
    for name in ("response", "start", "end", "substantive"):
        assert np.array_equal(getattr(found.after, name), getattr(coding, name))
    for one in found.codes:
        assert one.after - one.before == one.gained - one.lost
    total = {one.role: one for one in found.codes if one.code == ""}
    assert total["covered"].after + total["uncoded"].after <= found.n
    assert found.n_changed == len(found.log())
    kept = {(m, coding.codes[c]) for m, c in zip(coding.mention.tolist(), coding.code.tolist(), strict=True)}
    now = found.after
    assert kept <= {(m, now.codes[c]) for m, c in zip(now.mention.tolist(), now.code.tolist(), strict=True)}


def test_a_code_taken_out_is_seen_as_lost() -> None:
    coding = code_mentions(SAID, book())
    state = book().state
    smaller = Codebook(state.model_copy(update={"codes": tuple(c for c in state.codes if c.id != "staff")}))
    found = recode(coding, smaller)
    lost = next(one for one in found.codes if one.code == "staff")
    assert (lost.before, lost.after, lost.lost) == (1, 0, 1)


def test_what_people_coded_is_not_recoded() -> None:
    coding = Coding.from_table(pd.DataFrame({"id": [1, 2], "code": ["price", "staff"]}), unit="response")
    with pytest.raises(ValueError, match="made by code_mentions"):
        recode(coding, book())


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_is_told_and_drawn_in_both_languages(tag: str) -> None:
    set_language(tag)
    found = recode(code_mentions(SAID, book()), new(book()))
    words = {"en": "A code now covers 75.0\u00a0% of 8 mentions", "zh-CN": "8 次提及中，现有 75.0%"}
    assert words[tag] in str(found.sentence)
    assert "shop@3 → shop@4" in str(found.title)
    chart = found.plot()
    assert [label.get_text() for label in chart.figure.axes[0].get_yticklabels()] == {
        "en": ["with a code", "Parking", "without a code"], "zh-CN": ["已归入编码", "停车", "未编码"]
    }[tag]  # fmt: skip
    assert json.loads(json.dumps(found.to_dict()))["n_changed"] == 3


def test_accept_is_the_same_as_a_function() -> None:
    how: dict[str, Any] = {"by": "Li Na", "id": "parking", "label": PARKING, "definition": PARKING}
    assert accept(book(), parking(), **how) == book().accept(parking(), **how)
