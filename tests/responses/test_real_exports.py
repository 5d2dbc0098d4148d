"""Real exports of real platforms, which the project does not ship: nothing lost, nothing misread."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Shared = Callable[[str], Path]
pytestmark = pytest.mark.shared

EXPORTS = [
    ("qualtrics/qualtRics_sample.csv", "qualtrics", 3),
    ("qualtrics/qualtRics_sample_legacy.csv", "qualtrics", 2),
    ("qualtrics/derived_sp_test_3header.csv", "qualtrics", 3),
    ("qualtrics/sp_test_responses.xml", "qualtrics", 1),
    ("wjx/wjx_800_800_0.xls", "wjx", 1),
    ("wjx/wjx_800_800_2.xls", "wjx", 1),
    ("xlsm/nhs_pensions_FIC_data.example.xlsm", "plain", 2),
    ("surveymonkey/538_starwars_head80.csv", "surveymonkey", 2),
    ("surveymonkey/538_steak_head80.csv", "surveymonkey", 2),
    ("typeform/fcc2016_part1_head60.csv", "typeform", 1),
    ("google_forms/dask2021_head60lines.csv", "google_forms", 1),
    ("tencent/reconstructed_tencent_utf8bom.csv", "tencent", 1),
    ("tencent/reconstructed_tencent_gb18030.csv", "tencent", 1),
    ("formbricks/reconstructed_from_source.csv", "formbricks", 1),
    ("spss/pyreadstat_missing_test.sav", "spss", 1),
    ("spss/pyreadstat_sample_missing.sav", "spss", 1),
    ("spss/pyreadstat_simple_alltypes.sav", "spss", 1),
]


def records(path: Path, encoding: str) -> list[list[str]]:
    """The records of a text file as an independent reader sees them."""
    with path.open(encoding=encoding, newline="") as stream:
        return [record for record in csv.reader(stream) if record]


@pytest.mark.parametrize(("name", "platform", "header_rows"), EXPORTS)
def test_no_row_is_lost(shared: Shared, name: str, platform: str, header_rows: int) -> None:
    path = shared(f"data/exports/{name}")
    survey = cl.draft_survey(path)
    for responses in (cl.read_responses(path), cl.read_responses(path, survey)):
        (source,) = responses.sources
        assert (source.platform, source.header_rows) == (platform, header_rows)
        assert responses.ledger["rows_in"] == source.rows == len(responses.raw) == responses.ledger["accepted"]
        if path.suffix == ".csv":
            truth = records(path, source.encoding)
            cells = responses.raw.iloc[:, 4:].astype(str).values.tolist()
            assert cells == [row + [""] * (len(cells[0]) - len(row)) for row in truth[header_rows:]]
    assert not (responses.issues["severity"] == "error").any()


@pytest.fixture
def wjx(shared: Shared) -> tuple[Path, Path]:
    return shared("data/exports/wjx/wjx_800_800_0.xls"), shared("data/exports/wjx/wjx_800_800_2.xls")


@pytest.fixture
def confirmed(wjx: tuple[Path, Path]) -> Survey:
    survey = cl.draft_survey(wjx[0], id="phones")
    return survey.confirm(*survey.unconfirmed)


def test_both_wjx_files_give_the_same_answers_in_all_1600_cells(wjx: tuple[Path, Path], confirmed: Survey) -> None:
    by_text, by_number = (cl.read_responses(path, confirmed) for path in wjx)
    assert by_text.ledger == by_number.ledger == {"rows_in": 800, "accepted": 800, "quarantined": 0, "superseded": 0}
    assert by_text.accepted["source_row"].tolist() == by_number.accepted["source_row"].tolist()
    multi = [item for item in confirmed.items if item.type == "multi"]
    assert [(item.name, len(item.values)) for item in multi] == [("q6", 14), ("q8", 10)]
    agreeing = 0
    for item in multi:
        columns = [f"{item.name}__{value}" for value in item.values]
        left, right = by_text.accepted[columns].astype(object), by_number.accepted[columns].astype(object)
        agreeing += int(((left == right) | (left.isna() & right.isna())).all(axis=1).sum())
    assert agreeing == 1600


def test_the_wjx_text_file_is_ticked_as_the_file_says(wjx: tuple[Path, Path], confirmed: Survey) -> None:
    responses = cl.read_responses(wjx[0], confirmed)
    for number, name in ((6, "q6"), (8, "q8")):
        (header,) = [c for c in responses.raw.columns if c.startswith(f"{number}、")]
        values = confirmed.item(name).values
        flags = responses.accepted[[f"{name}__{value}" for value in values]].to_numpy(dtype=bool, na_value=False)
        for text, row in zip(responses.raw[header].astype(str), flags, strict=True):
            labels = [part.split("〖")[0].strip() for part in text.split("┋")]
            ticked = [value for value, flag in zip(values, row, strict=True) if flag]
            assert len(ticked) == len(labels)
            assert {value for value in ticked if value != "other"} <= set(labels)


def test_the_wjx_file_by_number_agrees_where_the_draft_knows_the_order(wjx: tuple[Path, Path]) -> None:
    # Options in the order of the questionnaire cannot be told from an export of texts; numbered labels can.
    survey = cl.draft_survey(wjx[0])
    survey = survey.confirm(*survey.unconfirmed)
    left, right = (cl.read_responses(path, survey).accepted for path in wjx)
    ordered = [item.name for item in survey.items if item.type == "single" and item.values[0][0].isdigit()]
    assert ordered
    assert left["q1"].astype(str).tolist() == right["q1"].astype(str).tolist()


def test_star_wars_keeps_its_letters(shared: Shared) -> None:
    path = shared("data/exports/surveymonkey/538_starwars_head80.csv")
    responses = cl.read_responses(path)
    header = "".join(responses.raw.columns)
    cells = "".join(responses.raw.astype(str).to_numpy().ravel())
    assert not any("\u2e80" <= letter <= "\u9fff" for letter in header + cells)
    issue = responses.issues.query("code == 'encoding_guessed'").iloc[0]
    assert issue["severity"] == "warning"
    assert "Expanded Universe" in header
    raw = path.read_bytes()
    assert raw.decode("gb18030")  # the trap: strict GB18030 takes the two bytes for one hanzi
    assert any("\u4e00" <= letter <= "\u9fff" for letter in raw.decode("gb18030"))


@pytest.mark.parametrize("dialect", ["auto", "plain"])
def test_the_satisfaction_item_of_the_workbook_is_never_offered_as_an_nps(shared: Shared, dialect: str) -> None:
    path = shared("data/exports/xlsm/nhs_pensions_FIC_data.example.xlsm")
    survey = cl.draft_survey(path, dialect=dialect)
    (item,) = [item for item in survey.items if item.ask and "how satified are you" in item.ask.en]
    assert (item.type, item.scale) == ("rating", range(1, 11))
    assert not [item.name for item in survey.items if item.type == "nps"]
    assert survey.metrics == {}
    loop = cl.read_responses(path, "relationship-nps", columns={"Q3": "why"})
    assert loop.accepted["recommend"].isna().all()
    taken = loop.columns.set_index("source_column").loc["Q1"]
    assert taken["role"] == "unused"


def test_the_second_row_of_the_workbook_is_labels(shared: Shared) -> None:
    responses = cl.read_responses(shared("data/exports/xlsm/nhs_pensions_FIC_data.example.xlsm"))
    assert responses.raw["source_row"].tolist() == list(range(3, 24))
    assert "8" in responses.raw["Q1"].tolist()


def test_the_four_qualtrics_answers_are_read_with_their_groups(shared: Shared) -> None:
    path = shared("data/exports/qualtrics/derived_sp_test_3header.csv")
    responses = cl.read_responses(path)
    states = responses.accepted["status"].astype(str).value_counts().to_dict()
    assert states == {"complete": 3, "partial": 1}
    table = responses.columns.set_index("source_column")
    assert table.loc["Q15_NPS_GROUP", "role"] == "derived"
    assert responses.accepted["response_id"].str.startswith("R_").all()
    survey = cl.draft_survey(path)
    declared = survey.to_dict()
    nps = next(item for item in declared["pages"][0]["items"] if item["name"] == "Q15")
    for key in ("min", "max"):
        nps.pop(key, None)
    nps["type"] = "nps"
    again = cl.read_responses(path, survey_from_dict(declared))
    reason = again.columns.set_index("source_column").loc["Q15_NPS_GROUP", "reason_en"]
    assert "agrees in 3 of 3" in reason


def test_both_tencent_encodings_say_the_same(shared: Shared) -> None:
    left, right = (
        cl.read_responses(shared(f"data/exports/tencent/reconstructed_tencent_{name}.csv")).raw.iloc[:, 4:]
        for name in ("utf8bom", "gb18030")
    )
    pd.testing.assert_frame_equal(left, right)


def test_reviews_in_two_encodings_say_the_same(shared: Shared) -> None:
    left, right = (cl.read_responses(shared(f"data/zh/derived_asap_150_{name}.csv")) for name in ("utf8bom", "gb18030"))
    assert left.ledger["rows_in"] == right.ledger["rows_in"] == 150
    assert right.sources[0].encoding == "gb18030"
    pd.testing.assert_frame_equal(left.raw.iloc[:, 4:], right.raw.iloc[:, 4:])


def test_headers_that_repeat_four_times_are_all_kept(shared: Shared) -> None:
    raw = cl.read_responses(shared("data/exports/typeform/fcc2016_part1_head60.csv")).raw
    assert {"Other", "Other#2", "Other#3", "Other#4", "None", "None#2"} <= set(raw.columns)


def test_the_published_airline_scores_are_reproduced(shared: Shared) -> None:
    # Published with the data: airlines with n >= 50 hold 1739 promoters, 1770 passives, 1253 detractors.
    question = "How likely are you to recommend this airline?"
    files = [shared(f"data/nps/airlines/input_0{n}.csv") for n in (1, 2)]
    survey = cl.draft_survey(files[0]).to_dict()
    for item in survey["pages"][0]["items"]:
        if question in str(item["ask"]):
            item.update(type="nps")
            del item["min"], item["max"]
    responses = cl.read_responses(files, survey_from_dict(survey))
    name = next(i.name for i in responses.survey.items if i.type == "nps")  # type: ignore[union-attr]
    groups = responses.score(cl.Nps(name), by="Airline").blocks[0].groups
    large = [group.result for group in groups if group.n and group.n >= 50]
    assert [sum(getattr(r, part) for r in large) for part in ("promoters", "passives", "detractors")] == [
        1739,
        1770,
        1253,
    ]


def test_the_published_restaurant_score_is_reproduced(shared: Shared) -> None:
    # Published with the data: NPS -35.9, n 39, promoters 8, detractors 22.
    paths = [shared(f"data/nps/restaurant/input_0{n}.csv") for n in (1, 2)]
    found = 0
    for path in paths:
        responses = cl.read_responses(path)
        for header in responses.raw.columns[4:]:
            if header == "On a scale of 0-10, how would you rate Sudzilla?":
                result = cl.read_responses(path, _of_one_item(), columns={header: "score"}).score("nps").result()
                assert (result.n, result.promoters, result.detractors) == (39, 8, 22)
                assert round(result.score, 1) == -35.9
                found += 1
    assert found == 2


def _of_one_item() -> Survey:
    page = {"name": "main", "items": [{"name": "score", "type": "nps", "ask": "?"}]}
    head = {"format": 1, "id": "one", "version": 1, "languages": ["en"], "title": "One"}
    return survey_from_dict({**head, "pages": [page], "metrics": {"nps": {"kind": "nps", "item": "score"}}})


@pytest.mark.parametrize("name", ["citric_survey", "citric_limesurvey_survey_432535"])
def test_a_structure_file_is_refused_as_one(shared: Shared, name: str) -> None:
    with pytest.raises(cl.ResponseValidationError, match="structure of a LimeSurvey survey"):
        cl.read_responses(shared(f"data/exports/limesurvey/{name}.lss"))


def test_the_sets_and_missing_values_of_an_spss_file_are_read(shared: Shared) -> None:
    pytest.importorskip("pyreadstat")
    path = shared("data/exports/spss/pyreadstat_simple_alltypes.sav")
    survey = cl.draft_survey(path)
    accepted = cl.read_responses(path, survey).accepted
    assert survey.item("bool1").ask.en == "My multiple response set"  # type: ignore[union-attr]
    assert accepted["bool1__Response #1"].tolist()[:3] == [True, True, False]
    assert survey.item("ca_subvar_1").values == ("a", "b", "c", "d")  # type: ignore[attr-defined]
    assert accepted["ca_subvar_1__b"].tolist()[:3] == [True, True, True]
    assert accepted["z"].fillna(0).tolist()[:4] == [0, 0, 1.234, 0]  # -9 and 999 are declared as missing
    assert str(accepted["quarter"].iloc[0]) == "2014-10-01"


def test_star_wars_is_drafted_as_it_was_asked(shared: Shared) -> None:
    survey = cl.draft_survey(shared("data/exports/surveymonkey/538_starwars_head80.csv"))
    spread = {item.type: item for item in survey.items if item.type in ("multi", "ranking", "matrix")}
    assert [len(spread[kind].values) for kind in ("multi", "ranking", "matrix")] == [6, 6, 6]
    assert [row.value for row in spread["matrix"].rows][:2] == ["Han Solo", "Luke Skywalker"]
    assert len(spread["matrix"].rows) == 14


def test_steak_keeps_those_who_were_screened_out(shared: Shared) -> None:
    path = shared("data/exports/surveymonkey/538_steak_head80.csv")
    accepted = cl.read_responses(path, cl.draft_survey(path)).accepted
    no_steak = accepted[accepted["Do_you_eat_steak"] == False]  # noqa: E712 - missing is neither
    assert len(no_steak) > 0
    assert no_steak["q9"].isna().all()


def test_the_typeform_file_has_three_questions_of_several_choices(shared: Shared) -> None:
    survey = cl.draft_survey(shared("data/exports/typeform/fcc2016_part1_head60.csv"))
    several = [item for item in survey.items if item.type == "multi"]
    assert [(len(item.values), item.values[-1]) for item in several] == [(10, "other"), (12, "other"), (6, "other")]
    flags = ["Are you already working as a software developer?", "Have you attended a full-time coding bootcamp?"]
    assert {item.type for item in survey.items if item.ask and item.ask.en in flags} == {"yesno"}


def test_options_with_commas_come_out_whole_where_naive_parting_breaks_them(shared: Shared) -> None:
    path = shared("data/exports/google_forms/dask2021_head60lines.csv")
    survey = cl.draft_survey(path)
    responses = cl.read_responses(path, survey)
    header = "If you use a cluster, how do you launch Dask?"
    (item,) = [item for item in survey.items if item.ask and item.ask.en == header]
    slurm, alone = (next(v for v in item.values if v.startswith(start)) for start in ("HPC", "I don't"))
    assert (slurm, alone) == (
        "HPC resource manager (SLURM, PBS, SGE, LSF or similar)",
        "I don't know, someone else does this for me",
    )
    (column,) = [name for name in responses.raw.columns if name.strip() == header]
    cells = responses.raw[column].astype(str).tolist()
    broken = [cell for cell in cells if {"PBS", "someone else does this for me"} & set(cell.split(", "))]
    assert len(broken) > 5
    for option in (slurm, alone):
        ticked = responses.accepted[f"{item.name}__{option}"].fillna(False).tolist()
        assert ticked == [option in cell for cell in cells]
    written = responses.accepted[f"{item.name}__other_text"].dropna()
    assert not written.str.contains("PBS|someone else").any()
