"""The files hold what truth.yaml says: every dirty cell, every count, and the scores within sampling error.

The files are read with nothing of closeloop, so that the counts are independent of the import that they will test.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
QUALTRICS = "relationship_qualtrics_2025-07_2026-06.csv"
WJX_TEXT = "281746093_0_客户关系调查_4008_4008.xlsx"
WJX_ORDER = "281746093_2_客户关系调查_4008_4008.csv"
QUICKSTART = "quickstart.csv"


def cells_of(path: Path, encoding: str) -> list[list[str]]:
    """Give every record of a file as texts, header rows included."""
    if path.suffix == ".xlsx":
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [[str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A sample file: its records by record number, counted from 1 with the header rows."""

    name: str
    headers: list[str]
    header_rows: list[list[str]]
    records: dict[int, dict[str, str]]
    dirt: dict[str, dict[str, Any]]
    ledger: dict[str, int]

    def rows_of(self, *kinds: str) -> set[int]:
        """Give the record numbers that the truth lists for these kinds of dirt."""
        return {cell["row"] for kind in kinds if kind in self.dirt for cell in self.dirt[kind]["cells"]}

    def put_aside(self) -> set[int]:
        """Give the record numbers that a careful import quarantines or supersedes."""
        return self.rows_of(*(k for k, v in self.dirt.items() if v["expected"] in {"quarantined", "superseded"}))

    def column(self, name: str) -> dict[int, str]:
        return {number: record[name] for number, record in self.records.items()}


REGIONS = ("east", "south", "north", "central", "southwest", "northeast")
TOUCHPOINTS = ("app", "store", "hotline")
PAINS = ("price", "delivery", "quality", "service", "app", "billing", "other")
ENGLISH = {
    "region": dict(
        zip((x.lower() for x in ("East", "South", "North", "Central", "Southwest", "Northeast")), REGIONS, strict=True)
    ),
    "touchpoint": {"app": "app", "store": "store", "hotline": "hotline"},
}
CHINESE = {
    "region": dict(zip(("华东", "华南", "华北", "华中", "西南", "东北"), REGIONS, strict=True)),
    "touchpoint": dict(zip(("手机应用", "门店", "客服热线"), TOUCHPOINTS, strict=True)),
}
NUMBERED = {
    "region": {str(n): name for n, name in enumerate(REGIONS, start=1)},
    "touchpoint": {str(n): name for n, name in enumerate(TOUCHPOINTS, start=1)},
}
COLUMNS = {
    QUALTRICS: {"region": "Q1", "touchpoint": "Q2", "recommend": "Q3", "overall": "Q6", "who": "ExternalReference"},
    QUICKSTART: {
        "region": "region",
        "touchpoint": "touchpoint",
        "recommend": "recommend",
        "overall": "overall",
        "who": "respondent_id",
    },
}
TEXTS = {QUALTRICS: ENGLISH, QUICKSTART: ENGLISH, WJX_TEXT: CHINESE, WJX_ORDER: NUMBERED}
LABEL = {QUALTRICS: "qualtrics", WJX_TEXT: "wjx", WJX_ORDER: "wjx", QUICKSTART: "quickstart"}
FILES = (QUALTRICS, WJX_TEXT, WJX_ORDER, QUICKSTART)
BAD_SCORES = ("recommend_11", "recommend_7_5", "recommend_na", "recommend_word", "recommend_minus_1")
Open = Callable[[str], Export]


@pytest.fixture(scope="module")
def export(truth: dict[str, Any]) -> Callable[[str], Export]:
    """Open a sample file by its name."""
    opened: dict[str, Export] = {}

    def open_export(name: str) -> Export:
        if name not in opened:
            known = truth["files"][name]
            rows = cells_of(SAMPLE / name, known["encoding"])
            top = known["header_rows"]
            records = {n: dict(zip(rows[0], row, strict=True)) for n, row in enumerate(rows[top:], start=top + 1)}
            opened[name] = Export(
                name=name,
                headers=rows[0],
                header_rows=rows[:top],
                records=records,
                dirt=truth["dirt"][name],
                ledger=known["ledger"],
            )
        return opened[name]

    return open_export


def columns(found: Export) -> dict[str, str]:
    if found.name in COLUMNS:
        return COLUMNS[found.name]
    by_number = {header.split("、")[0]: header for header in found.headers if "、" in header}
    names = {"who": "1", "region": "2", "touchpoint": "3", "recommend": "4", "overall": "7"}
    return {name: by_number[number] for name, number in names.items()}


def unscored(found: Export) -> set[int]:
    return found.put_aside() | found.rows_of("preview", "partial_without_score")


def score_of(text: str) -> int | None:
    """Read a whole number from 0 to 10, whatever its width and the spaces around it."""
    text = text.strip()
    return int(text) if re.fullmatch(r"\d|10", text) else None


def month_of(found: Export, record: dict[str, str]) -> str:
    if found.name == QUALTRICS:
        return record["EndDate"][:7]
    if found.name == QUICKSTART:
        return record["answered_at"][:7]
    year, month, _ = record["提交答卷时间"].split("/")
    return f"{year}-{int(month):02d}"


@pytest.mark.parametrize("name", FILES)
def test_every_listed_cell_holds_the_listed_text(export: Open, name: str) -> None:
    found = export(name)
    checked = 0
    for kind in found.dirt.values():
        assert kind["count"] == len(kind["cells"])
        for cell in kind["cells"]:
            if "column" in cell:
                assert found.records[cell["row"]][cell["column"]] == cell["value"]
                checked += 1
    assert checked > 15


@pytest.mark.parametrize("name", FILES)
def test_every_unusable_score_is_listed(export: Open, name: str) -> None:
    found = export(name)
    texts = found.column(columns(found)["recommend"])
    unusable = {number for number, text in texts.items() if text not in {"", "-99"} and score_of(text) is None}
    assert unusable == found.rows_of(*BAD_SCORES)
    wanted = {"11", "7.5"} | ({"-1", "ten"} if name == QUICKSTART else {"N/A", "ten" if name == QUALTRICS else "十"})
    assert {texts[number] for number in unusable} == wanted


@pytest.mark.parametrize("name", FILES)
def test_every_odd_option_is_listed(export: Open, name: str) -> None:
    found = export(name)
    column = columns(found)
    listed = found.rows_of("region_unknown_option", "option_wrong_case", "option_space")
    odd = set()
    for item in ("region", "touchpoint"):
        proper = set(TEXTS[name][item])
        if name == QUALTRICS:
            proper = {text.capitalize() for text in proper} | {"", "-99"}
        odd |= {number for number, text in found.column(column[item]).items() if text not in proper}
    assert odd == listed


@pytest.mark.parametrize("name", [QUALTRICS, WJX_TEXT, WJX_ORDER])
def test_every_level_off_the_scale_is_listed(export: Open, name: str) -> None:
    found = export(name)
    texts = found.column(columns(found)["overall"])
    assert {number for number, text in texts.items() if text == "6"} == found.rows_of("overall_6")
    usual = 5 + (2 if name == QUALTRICS else 1)  # five levels, and the marks of an unanswered question
    assert len(set(texts.values()) - {"6"}) == usual


@pytest.mark.parametrize(
    ("name", "key"), [(QUALTRICS, "ResponseId"), (WJX_TEXT, "序号"), (WJX_ORDER, "序号"), (QUICKSTART, "response_id")]
)
def test_every_repeated_key_is_listed(export: Open, name: str, key: str) -> None:
    found = export(name)
    last = {text: number for number, text in found.column(key).items()}
    earlier = {number: last[text] for number, text in found.column(key).items() if last[text] != number}
    cells = [
        c for kind in ("duplicate_exact", "duplicate_updated") for c in found.dirt.get(kind, {"cells": []})["cells"]
    ]
    assert earlier == {cell["row"]: cell["kept"] for cell in cells}
    for cell in found.dirt["duplicate_exact"]["cells"]:
        assert found.records[cell["row"]] == found.records[cell["kept"]]


@pytest.mark.parametrize("name", FILES)
def test_ledger_adds_up(export: Open, name: str) -> None:
    found = export(name)
    counts = found.ledger
    assert counts["rows_in"] == len(found.records)
    assert counts["superseded"] == len(found.rows_of("duplicate_exact", "duplicate_updated"))
    assert counts["quarantined"] == len(found.rows_of(*BAD_SCORES, "overall_6"))
    assert counts["accepted"] == counts["rows_in"] - counts["quarantined"] - counts["superseded"]


def test_qualtrics_statuses_are_listed(export: Open) -> None:
    found = export(QUALTRICS)
    status = {n for n, record in found.records.items() if record["Status"] == "Survey Preview"}
    assert status == found.rows_of("preview")
    unfinished = {n for n, record in found.records.items() if record["Finished"] == "False"}
    assert unfinished == found.rows_of("partial_with_score", "partial_without_score", "duplicate_updated")
    assert all((found.records[n]["Progress"] == "100") != (n in unfinished) for n in found.records)
    blank = {n for n in unfinished if found.records[n]["Q3"] == ""}
    assert blank == found.rows_of("partial_without_score")


def test_qualtrics_layout(export: Open) -> None:
    found = export(QUALTRICS)
    tags, labels, ids = found.header_rows
    assert tags.index("Q3_NPS_GROUP") == tags.index("Q3") - 1
    assert len(tags) == len(set(tags)) == len(labels)
    assert all(re.fullmatch(r'\{"ImportId":"\w+"\}', cell) for cell in ids)
    group = {n: "Detractor" if s <= 6 else "Passive" if s <= 8 else "Promoter"
             for n, text in found.column("Q3").items() if (s := score_of(text)) is not None}  # fmt: skip
    assert {n for n, name in group.items() if found.records[n]["Q3_NPS_GROUP"] != name} == found.rows_of(
        "group_disagrees"
    )
    locations = (
        "IPAddress",
        "RecipientLastName",
        "RecipientFirstName",
        "RecipientEmail",
        "LocationLatitude",
        "LocationLongitude",
    )
    assert {record[column] for record in found.records.values() for column in locations} == {""}


def test_branching_is_honoured_except_where_listed(export: Open) -> None:
    found = export(QUALTRICS)
    pains = [tag for tag in found.headers if re.fullmatch(r"Q5_\d", tag)]
    ticks = {n: sum(record[tag] not in {"", "-99"} for tag in pains) for n, record in found.records.items()}
    sound = {n: score for n, text in found.column("Q3").items() if (score := score_of(text)) is not None}
    assert {n for n, score in sound.items() if score > 8 and ticks[n]} == found.rows_of("answered_while_hidden")
    assert {n for n in found.records if ticks[n] > 3} == found.rows_of("too_many_pains")
    assert not any(found.records[n]["Q8"] for n, score in sound.items() if score > 6)
    # An unfinished row never saw what comes after the open question; everybody else did, and shows it.
    done = [n for n in sound if found.records[n]["Finished"] == "True"]
    assert all(found.records[n]["Q8"] for n in done if sound[n] <= 6)
    assert all(found.records[n]["Q5_1"] for n in done if sound[n] <= 8)


def test_both_wjx_exports_give_the_same_answers(export: Open) -> None:
    text, order = export(WJX_TEXT), export(WJX_ORDER)
    assert text.records.keys() == order.records.keys()
    pain_texts = ("价格", "配送", "产品质量", "服务态度", "手机应用难用", "账单问题", "其他（请说明）")
    pains = next(header for header in text.headers if header.startswith("6、"))
    spread = [header for header in order.headers if header.startswith("第6题(")]
    assert spread == [f"第6题({name})" for name in pain_texts]
    levels = {"非常不满意": "1", "不满意": "2", "一般": "3", "满意": "4", "非常满意": "5"}
    yes = {"可以": "1", "不用了": "2"}
    blanks = {"(跳过)": "-3", "(空)": "-2"}
    unknown = text.rows_of("region_unknown_option")
    column = columns(text)
    ticked = 0
    for number, one in text.records.items():
        two = order.records[number]
        shared = [h for h in text.headers if h in two]
        assert len(shared) == len(text.headers) - 1
        for header in shared:
            cell = one[header]
            if header in {column["region"], column["touchpoint"]}:
                item = "region" if header == column["region"] else "touchpoint"
                known = TEXTS[WJX_TEXT][item].get(cell.strip())
                assert (known is None) == (item == "region" and number in unknown)
                assert NUMBERED[item].get(two[header].strip()) == known
            else:
                cell = levels.get(cell, cell) if header == column["overall"] else yes.get(cell, cell)
                assert blanks.get(cell, cell) == two[header]
        cell = one[pains]
        if cell in blanks:
            assert {two[header] for header in spread} == {blanks[cell]}
        else:
            chosen = {re.sub("〖.*?〗", "", part) for part in cell.split("┋")}
            assert [two[header] for header in spread] == [str(int(name in chosen)) for name in pain_texts]
            ticked += len(chosen)
    assert ticked > 2000


@pytest.mark.parametrize("name", FILES)
def test_scored_rows_are_counted_right(export: Open, truth: dict[str, Any], name: str) -> None:
    found, column = export(name), columns(export(name))
    known = truth["exports"][LABEL[name]]["scored_rows"]
    kept = [record for number, record in found.records.items() if number not in unscored(found)]

    def counted(records: list[dict[str, str]]) -> dict[str, int]:
        scores = [score_of(record[column["recommend"]]) for record in records]
        assert None not in scores
        return {
            "n": len(scores),
            "promoters": sum(score >= 9 for score in scores),
            "passives": sum(7 <= score <= 8 for score in scores),
            "detractors": sum(score <= 6 for score in scores),
        }

    assert counted(kept) == known["all"]
    for item, groups in (("region", "by_region"), ("touchpoint", "by_touchpoint")):
        for value, counts in known[groups].items():
            texts = {text for text, meaning in TEXTS[name][item].items() if meaning == value}
            assert counted([r for r in kept if r[column[item]].strip().lower() in texts]) == counts


@pytest.mark.parametrize("label", ["qualtrics", "wjx", "quickstart"])
def test_scores_lie_within_sampling_error_of_the_truth(truth: dict[str, Any], label: str) -> None:
    known = truth["exports"][label]
    distances = []
    for groups in ("by_region", "by_touchpoint"):
        for value, counts in known["scored_rows"][groups].items():
            true = known["population"][groups][value]
            observed = (counts["promoters"] - counts["detractors"]) / counts["n"]
            spread = math.sqrt((true["promoters"] + true["detractors"] - (true["nps"] / 100) ** 2) / counts["n"])
            distances.append((observed - true["nps"] / 100) / spread)
    assert max(map(abs, distances)) < 3.5
    assert math.sqrt(np.mean(np.square(distances))) < 1.8


def test_months_follow_the_truth(export: Open, truth: dict[str, Any]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for name in (WJX_TEXT, QUALTRICS):
        found = export(name)
        column = columns(found)["recommend"]
        for number, record in found.records.items():
            score = score_of(record[column])
            if number not in unscored(found) and score is not None:
                group = "promoter" if score >= 9 else "detractor" if score <= 6 else "passive"
                counts[month_of(found, record), group] += 1
    distances = []
    for month in truth["months"]["all"]:
        n = sum(counts[month["month"], group] for group in ("promoter", "passive", "detractor"))
        assert abs(n - month["complete_answers"]) <= 15
        observed = (counts[month["month"], "promoter"] - counts[month["month"], "detractor"]) / n
        spread = math.sqrt((month["promoters"] + month["detractors"] - (month["nps"] / 100) ** 2) / n)
        distances.append((observed - month["nps"] / 100) / spread)
    assert len(distances) == 24
    assert max(map(abs, distances)) < 3.5
    assert math.sqrt(np.mean(np.square(distances))) < 1.5


def panel_answers(export: Open, truth: dict[str, Any]) -> dict[str, dict[str, int]]:
    waves = set(truth["panel"]["waves"])
    members = set(truth["panel"]["respondents"])
    answers: dict[str, dict[str, int]] = {wave: {} for wave in waves}
    for name in (WJX_TEXT, QUALTRICS):
        found, column = export(name), columns(export(name))
        for number, record in found.records.items():
            if record[column["who"]] in members:
                assert number not in unscored(found)
                wave = month_of(found, record)
                assert wave in waves
                assert record[column["who"]] not in answers[wave]
                answers[wave][record[column["who"]]] = int(record[column["recommend"]])
    return answers


def test_panel_has_the_stated_retest_numbers(export: Open, truth: dict[str, Any]) -> None:
    answers = panel_answers(export, truth)
    assert {len(wave) for wave in answers.values()} == {truth["panel"]["answers_per_wave"]}
    for pair in truth["panel"]["pairs_of_waves"]:
        one, two = answers[pair["first"]], answers[pair["second"]]
        both = sorted(one.keys() & two.keys())
        first, second = (np.array([wave[who] for who in both]) for wave in (one, two))
        assert len(both) == pair["pairs"]
        correlation = np.corrcoef(first, second)[0, 1]
        assert correlation == pytest.approx(pair["realised"]["pearson_of_scores"], abs=6e-5)
        detractors = second[first <= 6]
        assert (detractors > 6).mean() == pytest.approx(pair["realised"]["detractors_no_longer_detractors"], abs=6e-5)
        # Fisher's z: the realised correlation belongs to the population's.
        distance = math.atanh(correlation) - math.atanh(pair["population"]["pearson_of_scores"])
        assert abs(distance) * math.sqrt(len(both) - 3) < 3.5


def test_only_panel_members_answer_twice(export: Open, truth: dict[str, Any]) -> None:
    seen: Counter[str] = Counter()
    for name in (WJX_TEXT, QUALTRICS):
        found, column = export(name), columns(export(name))["who"]
        aside = found.rows_of("duplicate_exact", "duplicate_updated", "preview")
        seen.update(record[column] for number, record in found.records.items() if number not in aside)
    assert {who for who, times in seen.items() if times > 1} <= set(truth["panel"]["respondents"])
    assert max(seen.values()) <= len(truth["panel"]["waves"])


def test_drivers_point_the_way_the_model_says(export: Open) -> None:
    found = export(QUICKSTART)
    rows = [
        (score_of(record["recommend"]), int(record["overall"]), int(record["effort"]))
        for number, record in found.records.items()
        if number not in found.put_aside() and record["overall"] and record["effort"]
    ]
    table = np.array(rows, dtype=float)
    standardised = (table - table.mean(axis=0)) / table.std(axis=0)
    weights = np.linalg.lstsq(standardised[:, 1:], standardised[:, 0], rcond=None)[0]
    assert weights[0] > weights[1] > 0.1


def test_half_of_the_comments_are_chinese(export: Open) -> None:
    comments = []
    for name, column in ((WJX_TEXT, "5、您打出这个分数的主要原因是什么？"), (QUALTRICS, "Q4")):
        comments += [text for text in export(name).column(column).values() if text not in {"", "-99", "(空)", "(跳过)"}]
    chinese = sum(bool(re.search("[\u4e00-\u9fff]", text)) for text in comments)
    assert 0.47 < chinese / len(comments) < 0.53
    assert len(set(comments)) > 0.55 * len(comments)


def test_comment_codes_match_the_comments(export: Open, truth: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(Path(SAMPLE / "truth_comments.csv").read_text(encoding="utf-8"))))
    places = {
        "qualtrics": (QUALTRICS, "Q4", "ExternalReference"),
        "wjx": (WJX_TEXT, "5、您打出这个分数的主要原因是什么？", "1、客户编号"),
        "quickstart": (QUICKSTART, "why", "respondent_id"),
    }
    codes = set(PAINS[:6]) | {"praise"}
    named = {"price": ("价钱", "月租"), "app": ("应用", "The app", "the app"), "billing": ("账单", "invoice")}
    mentions: Counter[str] = Counter()
    for row in rows:
        name, column, who = places[row["export"]]
        record = export(name).records[int(row["source_row"])]
        assert record[who] == row["respondent_id"]
        assert record[column] not in {"", "-99", "(空)", "test"}
        about = set(row["codes"].split(";")) - {""}
        assert about <= codes
        mentions.update(about)
        if row["export"] == "wjx":
            for code, words in named.items():
                if any(word in record[column] for word in words) and code not in about:
                    pytest.fail(f"row {row['source_row']} speaks of {code}, its codes are {about}: {record[column]}")
    assert set(mentions) == codes
    assert min(mentions.values()) > 250


def test_theme_rates_reach_the_comments(export: Open, truth: dict[str, Any]) -> None:
    rows = [
        row
        for row in csv.DictReader(io.StringIO((SAMPLE / "truth_comments.csv").read_text(encoding="utf-8")))
        if row["export"] == "qualtrics"
    ]
    rates = truth["exports"]["qualtrics"]["population"]["theme_rates"]
    for theme, rate in rates.items():
        true = rate * truth["themes"]["mentioned_in_a_comment_if_experienced"]
        observed = sum(theme in row["codes"].split(";") for row in rows) / len(rows)
        assert abs(observed - true) < 3.5 * math.sqrt(true * (1 - true) / len(rows))
