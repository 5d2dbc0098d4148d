"""The codebook: every column of the accepted responses, in words that stay words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from tests.random_surveys import random_survey

import closeloop as cl
from closeloop.errors import StoreError
from closeloop.survey.load import shipped_names, survey_from_dict

HOSTILE = '=1+1 <script>alert("x")</script> | [a](javascript:b) `c` \'; DROP TABLE x;--'


def hostile() -> dict[str, Any]:
    items = [
        {"name": "a", "type": "nps", "ask": HOSTILE, "low": "bad", "pii": True},
        {
            "name": "b",
            "type": "multi",
            "options": [{"value": "p", "text": HOSTILE, "show_if": "{a} > 3"}],
            "other": True,
        },
    ]
    pages = [
        {"name": "main", "items": items, "show_if": None},
        {"name": "more", "items": [{"name": "c", "type": "date"}]},
    ]
    del pages[0]["show_if"]
    head = {"format": 1, "id": "s", "version": 2, "languages": ["en"], "title": HOSTILE, "end_if": ["{a} = 0"]}
    return {**head, "pages": pages, "metrics": {"nps": {"kind": "nps", "item": "a"}}}


def test_it_has_a_row_for_each_column_of_the_accepted_frame_in_their_order() -> None:
    surveys = [cl.load_survey(name) for name in shipped_names()]
    surveys += [survey_from_dict(random_survey(seed)) for seed in range(5)]
    for survey in surveys:
        source = pd.DataFrame({"response_id": ["1"], survey.items[-1].name: [""]})
        accepted = cl.read_responses(source, survey).accepted
        kept = set(source) - {row.column for row in survey.codebook().rows}
        assert [row.column for row in survey.codebook().rows] == [name for name in accepted if name not in kept]


def test_it_says_values_conditions_metrics_and_what_is_personal() -> None:
    rows = {row.column: row for row in survey_from_dict(hostile()).codebook().rows}
    assert [value for value, _ in rows["a"].values] == [str(n) for n in range(11)]
    assert rows["a"].values[0][1].en == "bad"
    assert (rows["a"].metrics, rows["a"].personal) == (("nps",), True)
    assert rows["b__p"].shown_if == ("{a} > 3",)
    assert rows["c"].shown_if == ("!({a} = 0)",)
    assert "b__other_text" in rows


def test_both_languages_or_the_chosen_one() -> None:
    survey = cl.load_survey("relationship-nps")
    both = survey.codebook().to_frame().set_index("column")["question"]
    assert both["overall"] == "总体而言，您对我们有多满意？\nOverall, how satisfied are you with us?"
    chinese = survey.codebook("zh-CN").to_frame().set_index("column")
    assert chinese.loc["pains__price", "question"] == "您认为我们最需要改进的是什么？最多选三项。 – 价格"
    assert "非常满意" in chinese.loc["overall", "values"]
    with pytest.raises(ValueError, match="fr"):
        survey.codebook("fr")


def test_labels_are_text_everywhere(tmp_path: Path) -> None:
    book = survey_from_dict(hostile()).codebook()
    assert "<script>" not in book._repr_html_()
    text = book.to_markdown(tmp_path / "book.md")
    assert (tmp_path / "book.md").read_text(encoding="utf-8") == text
    assert "<script>" not in text
    assert "[a](" not in text
    widths = {line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {10}
    path = book.to_xlsx(tmp_path / "book.xlsx")
    cells = [cell for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python() for cell in row]
    assert HOSTILE in cells


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    book = cl.load_survey("effort-ces").codebook()
    for write in (book.to_xlsx, book.to_markdown):
        with pytest.raises(StoreError, match="could not be written"):
            write(tmp_path / "gone" / "book")
