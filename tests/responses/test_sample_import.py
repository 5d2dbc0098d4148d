"""The invented exports, imported: every touched cell meets the fate that truth.yaml names, and the scores are its."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

import closeloop as cl

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
QUALTRICS = "relationship_qualtrics_2025-07_2026-06.csv"
WJX_TEXT = "281746093_0_客户关系调查_4008_4008.xlsx"
WJX_ORDER = "281746093_2_客户关系调查_4008_4008.csv"
QUICKSTART = "quickstart.csv"
LABEL = {QUALTRICS: "qualtrics", WJX_TEXT: "wjx", WJX_ORDER: "wjx", QUICKSTART: "quickstart"}
CODES = {
    "recommend_11": "out_of_range",
    "recommend_7_5": "not_integer",
    "recommend_na": "not_a_number",
    "recommend_word": "not_a_number",
    "recommend_minus_1": "out_of_range",
    "overall_6": "out_of_range",
    "region_unknown_option": "unknown_option",
    "too_many_pains": "too_many",
    "answered_while_hidden": "answered_while_hidden",
    "duplicate_exact": "duplicate_response_id",
    "duplicate_updated": "duplicate_response_id",
}
Import = Callable[[str], cl.Responses]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((SAMPLE / "truth.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def imported() -> Import:
    done: dict[str, cl.Responses] = {}

    def give(name: str) -> cl.Responses:
        if name not in done:
            done[name] = cl.read_responses(SAMPLE / name, "relationship-nps")
        return done[name]

    return give


@pytest.mark.parametrize("name", LABEL)
def test_the_ledger_is_the_true_one(imported: Import, truth: dict[str, Any], name: str) -> None:
    responses, known = imported(name), truth["files"][name]
    assert responses.ledger == known["ledger"]
    assert responses.sources[0].header_rows == known["header_rows"]
    assert responses.sources[0].encoding == (known["encoding"] or "xlsx")
    assert responses.sources[0].platform == LABEL[name].replace("quickstart", "plain")


@pytest.mark.parametrize("name", LABEL)
def test_every_touched_cell_meets_its_fate(imported: Import, truth: dict[str, Any], name: str) -> None:
    responses = imported(name)
    place = dict.fromkeys(responses.accepted["source_row"], "accepted")
    place |= dict.fromkeys(responses.quarantined["source_row"], "quarantined")
    place |= dict.fromkeys(responses.superseded["source_row"], "superseded")
    told = set(
        zip(
            responses.issues["source_row"],
            responses.issues["code"].astype(str),
            responses.issues["item"].astype(str),
            strict=True,
        )
    )
    accepted = responses.accepted.set_index("source_row")
    checked = 0
    for kind, found in truth["dirt"][name].items():
        for cell in found["cells"]:
            expected = found["expected"]
            assert place[cell["row"]] == expected.replace("blanked", "accepted"), (kind, cell)
            if kind in CODES:
                assert (cell["row"], CODES[kind], found["item"]) in told, (kind, cell)
            if expected == "blanked":
                item = found["item"]
                names = [c for c in accepted.columns if c == item or re.fullmatch(rf"{item}__(?!other_text).*", c)]
                assert accepted.loc[cell["row"], names].isna().all(), (kind, cell)
            checked += 1
    assert checked == sum(found["count"] for found in truth["dirt"][name].values()) > 20


@pytest.mark.parametrize("name", LABEL)
def test_nothing_else_is_set_aside(imported: Import, truth: dict[str, Any], name: str) -> None:
    responses = imported(name)
    dirty = {
        cell["row"] for kind in CODES if kind in truth["dirt"][name] for cell in truth["dirt"][name][kind]["cells"]
    }
    changed = responses.issues.query("effect in ('quarantined', 'superseded', 'blanked')")
    assert set(changed["source_row"]) == dirty
    assert not responses.columns["verdict"].eq("check").any()
    assert not set(responses.issues.query("severity == 'warning'")["code"].astype(str)) - set(CODES.values())


@pytest.mark.parametrize("name", LABEL)
def test_tolerated_cells_are_read_as_meant(imported: Import, truth: dict[str, Any], name: str) -> None:
    accepted = imported(name).accepted.set_index("source_row")
    for kind, found in truth["dirt"][name].items():
        for cell in found["cells"]:
            if kind in ("score_space", "score_full_width"):
                assert accepted.loc[cell["row"], "recommend"] == int(cell["value"])
            elif kind in ("option_wrong_case", "option_space"):
                assert pd.notna(accepted.loc[cell["row"], found["item"]])
            elif kind.startswith("comment_"):
                assert accepted.loc[cell["row"], "why"] == cell["value"]
            elif kind.startswith("partial"):
                assert accepted.loc[cell["row"], "status"] == "partial"
            elif kind == "preview":
                assert accepted.loc[cell["row"], "status"] == "test"


@pytest.mark.parametrize("name", LABEL)
@pytest.mark.parametrize("key", ["region", "touchpoint"])
def test_scores_by_group_are_the_true_counts(imported: Import, truth: dict[str, Any], name: str, key: str) -> None:
    known = truth["exports"][LABEL[name]]["scored_rows"]
    (block,) = imported(name).score("nps", by=key).blocks
    found = {
        group.key[0]: {
            "n": group.n,
            "promoters": group.result.promoters,
            "passives": group.result.passives,
            "detractors": group.result.detractors,
        }
        for group in block.groups
        if group.result is not None and group.key[0] is not None
    }
    assert found == known[f"by_{key}"]
    total = block.total.result
    assert (total.promoters, total.passives, total.detractors) == tuple(
        known["all"][part] for part in ("promoters", "passives", "detractors")
    )


@pytest.mark.parametrize("name", LABEL)
def test_the_later_of_two_is_kept(imported: Import, truth: dict[str, Any], name: str) -> None:
    superseded = imported(name).superseded.set_index("source_row")["superseded_by"]
    for kind in ("duplicate_exact", "duplicate_updated"):
        for cell in truth["dirt"][name].get(kind, {"cells": ()})["cells"]:
            assert superseded[cell["row"]] == f"{name}:{cell['kept']}"


def test_by_text_and_by_number_give_the_same_accepted_frame(imported: Import) -> None:
    text, order = imported(WJX_TEXT).accepted, imported(WJX_ORDER).accepted
    only_text = ["source_file", "pains__other_text"]  # numbers have no room for what was written beside "other"
    shared = [name for name in text.columns if name in order.columns and name not in only_text]
    assert {
        "response_id",
        "answered_at",
        "region",
        "recommend",
        "why",
        "pains__price",
        "callback",
        "respondent_id",
    } <= set(shared)
    pd.testing.assert_frame_equal(text[shared], order[shared])
    assert set(order["pains__other_text"].dropna()) == set()


def test_groups_that_contradict_their_score_do_not_count(imported: Import, truth: dict[str, Any]) -> None:
    responses = imported(QUALTRICS)
    group = responses.columns.set_index("source_column").loc["Q3_NPS_GROUP"]
    assert group["role"] == "derived"
    agree, of = (int(n.replace(",", "")) for n in re.findall(r"agrees in ([\d,]+) of ([\d,]+)", group["reason_en"])[0])
    assert of - agree == truth["dirt"][QUALTRICS]["group_disagrees"]["count"]
    usable = responses.raw["Q3"].astype(str).str.strip().str.fullmatch(r"\d|10")
    assert of == int(usable.sum())


def test_both_years_together_are_the_sum_of_their_parts(imported: Import) -> None:
    both = cl.read_responses([SAMPLE / WJX_TEXT, SAMPLE / QUALTRICS], "relationship-nps")
    parts = [imported(name).ledger for name in (WJX_TEXT, QUALTRICS)]
    assert both.ledger == {key: parts[0][key] + parts[1][key] for key in parts[0]}
    assert [day.isoformat() for day in both.period or ()] == ["2024-07-01", "2026-06-30"]


def test_correcting_the_quarantine_of_two_platforms_at_once(imported: Import, tmp_path: Path) -> None:
    both = cl.read_responses([SAMPLE / WJX_TEXT, SAMPLE / QUALTRICS], "relationship-nps")
    folder = both.write(tmp_path / "out")
    fixed = pd.read_csv(folder / "quarantined.csv", dtype=str, keep_default_na=False)
    wjx = fixed["source_file"] == WJX_TEXT
    score = next(name for name in fixed.columns if name.startswith("4、"))
    overall = next(name for name in fixed.columns if name.startswith("7、"))
    fixed.loc[wjx, [score, overall]] = ["9", "满意"]
    fixed.loc[~wjx, ["Q3", "Q6"]] = ["9", "Satisfied"]
    fixed.to_csv(folder / "fixed.csv", index=False, encoding="gb18030")
    clean = both.amend(folder / "fixed.csv")
    assert clean.ledger == {
        **both.ledger,
        "accepted": both.ledger["accepted"] + both.ledger["quarantined"],
        "quarantined": 0,
    }
    assert "encoding_guessed" not in set(clean.issues["code"].astype(str))
    changed = clean.issues.query("code == 'amended'")
    assert set(changed["source_column"].astype(str)) == {score, overall, "Q3", "Q6"}
    again = clean.accepted.set_index(["source_file", "source_row"])["why"]
    before = both.accepted.set_index(["source_file", "source_row"])["why"]
    assert again.loc[before.index].equals(before)
