"""Kano categories from answers: codings, missing pairs, plans of surveys, words and figure."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.kano import kano
from closeloop.metrics.kano_result import Kano
from closeloop.stats.kano import KanoCounts
from closeloop.survey.load import survey_from_dict
from closeloop.text import LocalText, set_language

CELLS = {"A": (1, 3), "O": (1, 5), "M": (2, 5), "I": (3, 3), "R": (5, 1), "Q": (1, 1)}


def pairs_of(counts: KanoCounts) -> tuple[list[int], list[int]]:
    """Give answers that fall into the categories so often."""
    cells = [CELLS[name] for name, count in counts._asdict().items() for _ in range(count)]
    return [a for a, _ in cells], [b for _, b in cells]


def feature(found: Kano, name: str) -> dict[str, Any]:
    """Give the row of a feature."""
    return next(row for row in found.rows() if row["feature"] == name)


@pytest.fixture
def answers() -> dict[str, list[int]]:
    first = pairs_of(KanoCounts(A=40, O=25, M=15, I=18, R=1, Q=1))
    second = pairs_of(KanoCounts(M=60, O=20, I=20))
    third = pairs_of(KanoCounts(M=30, O=28, I=27, A=15))
    columns = ("delivery+", "delivery-", "invoice+", "invoice-", "points+", "points-")
    return dict(zip(columns, (*first, *second, *third), strict=True))


PAIRS = {name: (f"{name}+", f"{name}-") for name in ("delivery", "invoice", "points")}


def test_published_example_from_answers(answers: dict[str, list[int]]) -> None:
    row = feature(kano(answers, PAIRS), "delivery")
    assert {name: row[name] for name in "AOMIRQ"} == {"A": 40, "O": 25, "M": 15, "I": 18, "R": 1, "Q": 1}
    assert (row["category"], row["clear"], row["n"], row["n_missing"]) == ("A", True, 100, 0)
    assert (row["better"], row["worse"]) == pytest.approx((0.6632653061, -0.4081632653), abs=5e-11)
    assert (row["better_low"], row["better_high"]) == pytest.approx((0.565115226, 0.749098655), abs=5e-10)
    assert (row["worse_low"], row["worse_high"]) == pytest.approx((-0.507146284, -0.316108408), abs=5e-10)
    assert row["fong_threshold"] == pytest.approx(10.929304, abs=5e-7)
    assert (row["category_strength"], row["total_strength"]) == pytest.approx((0.15, 0.8))


def test_a_lead_that_is_too_small_names_both_categories(answers: dict[str, list[int]]) -> None:
    found = kano(answers, PAIRS)
    row = feature(found, "points")
    assert (row["category"], row["second"], row["clear"]) == ("M", "O", False)
    assert row["category_title"].en == "must-be (M) or one-dimensional (O)"
    assert "no clear category: points" in found.sentence.en
    assert "Missed most: “invoice”" in found.sentence.en


def test_respondents_with_one_of_the_two_answers_are_left_out() -> None:
    found = kano({"f": [1, 1, None, 2], "d": [5, None, 5, None]}, {"x": ("f", "d")})
    row = feature(found, "x")
    assert (row["n"], row["n_missing"], row["O"]) == (1, 3, 1)


def test_words_and_own_codes_are_understood() -> None:
    words = {"f": pd.Categorical(["like", "must_be", "live_with"]), "d": ["dislike", "must_be", "live_with"]}
    assert feature(kano(words, {"x": ("f", "d")}), "x")["I"] == 2
    assert feature(kano(words, {"x": ("f", "d")}, "pouliot"), "x")["Q"] == 2
    own = {"f": ["喜欢", "理应如此", None], "d": ["不喜欢", "不喜欢", "喜欢"]}
    levels = {"喜欢": 1, "理应如此": 2, "不喜欢": 5}
    row = feature(kano(own, {"x": ("f", "d")}, levels=levels), "x")
    assert (row["O"], row["M"], row["n"]) == (1, 1, 2)
    turned = {5: 1, 4: 2, 3: 3, 2: 4, 1: 5}
    assert feature(kano({"f": [5.0], "d": [1.0]}, {"x": ("f", "d")}, levels=turned), "x")["O"] == 1


def test_an_answer_that_is_no_level_is_refused_with_its_count() -> None:
    with pytest.raises(ResponseValidationError, match=r"2 answers in “d” .*: 6\. ") as caught:
        kano({"f": [1, 1], "d": [6, 6]}, {"x": ("f", "d")})
    assert caught.value.report is not None
    assert caught.value.report.to_dict("records") == [{"column": "d", "value": "6", "count": 2}]
    with pytest.raises(ResponseValidationError, match="True"):  # not a 1
        kano({"f": [True], "d": [1]}, {"x": ("f", "d")})
    with pytest.raises(ResponseValidationError, match="levels"):
        kano({"f": ["I like it"], "d": [1]}, {"x": ("f", "d")})


def test_bad_requests_say_what_is_expected() -> None:
    given = {"f": [1], "d": [1]}
    with pytest.raises(ValueError, match='"standard", "pouliot"'):
        kano(given, {"x": ("f", "d")}, "2244")
    with pytest.raises(ValueError, match="two columns"):
        kano(given, {})
    with pytest.raises(ValueError, match="two columns"):
        kano(given, {"x": "fd"})
    with pytest.raises(ValueError, match="got 6"):
        kano(given, {"x": ("f", "d")}, levels={"good": 6})
    with pytest.raises(ColumnNotFoundError, match="dd"):
        kano(given, {"x": ("f", "dd")})
    with pytest.raises(ValueError, match="confidence_level"):
        kano(given, {"x": ("f", "d")}, confidence_level=1)
    with pytest.raises(ValueError, match="Say which columns are meant"):
        kano(given)


def test_without_pairs_that_count_the_coefficients_are_nan_and_not_drawn() -> None:
    found = kano({"f": [5, 1], "d": [1, 1], "g": [None, None]}, {"odd": ("f", "d"), "none": ("g", "d")})
    odd, nobody = feature(found, "odd"), feature(found, "none")
    assert odd["category"] == "R"
    assert nobody["category"] is None
    assert all(math.isnan(row[key]) for row in (odd, nobody) for key in ("better", "worse", "better_low", "worse_low"))
    assert found.to_dict()["rows"][1]["better"] is None
    found.plot()
    empty = kano({"f": [], "d": []}, {"x": ("f", "d")})
    assert "Nobody" in empty.sentence.en


def test_many_contradictions_are_reported(answers: dict[str, list[int]]) -> None:
    odd = pairs_of(KanoCounts(A=40, Q=10))
    found = kano({"f": odd[0], "d": odd[1]}, {"x": ("f", "d")})
    assert any("contradict" in note.en for note in found.notes)
    assert not any("contradict" in note.en for note in kano(answers, PAIRS).notes)


def test_a_survey_that_plans_it_needs_no_pairs() -> None:
    options = [{"value": v, "text": {"en": v}} for v in ("like", "must_be", "neutral", "live_with", "dislike")]
    items = [{"name": name, "type": "single", "ask": {"en": name}, "options": options} for name in ("with", "without")]
    survey = survey_from_dict(
        {"format": 1, "id": "wifi", "version": 1, "languages": ["en"], "title": {"en": "Wifi"},
         "pages": [{"name": "main", "items": items}],
         "metrics": {"k": {"kind": "kano", "table": "pouliot",
                           "pairs": {"wifi": {"functional": "with", "dysfunctional": "without"}}}}}
    )  # fmt: skip
    rows = pd.DataFrame({"with": ["like", "must_be", ""], "without": ["dislike", "must_be", "like"]})
    given = cl.read_responses(rows, survey)
    for found in (kano(given), kano(given, "k")):
        row = feature(found, "wifi")
        assert (row["O"], row["Q"], row["n"]) == (1, 1, 2)
        assert found.table == "pouliot"
    assert kano(given, table="standard").table == "standard"


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_displays_itself_in_both_languages(answers: dict[str, list[int]], tag: str) -> None:
    set_language(tag)
    found = kano(answers, PAIRS, titles={"delivery": LocalText({"en": "Fast delivery", "zh-CN": "一小时达"})})
    assert ("Fast delivery" if tag == "en" else "一小时达") in str(found)
    assert ("attractive (A)" if tag == "en" else "魅力属性（A）") in str(found.sentence)
    assert found.plot().figure is not None
    assert len(found.to_frame()) == 3


def test_names_in_the_figure_do_not_lie_on_one_another() -> None:
    """Twelve features whose points almost coincide."""
    first, second = pairs_of(KanoCounts(A=20, O=20, M=20, I=20))
    answers = {"f": first, "d": second}
    found = kano(answers, {f"feature with a name {i}": ("f", "d") for i in range(12)})
    chart = found.plot()
    axes = chart.figure.axes[0]
    renderer = chart.figure.canvas.get_renderer()
    boxes = [t.get_window_extent(renderer) for t in axes.texts if t.get_text()]
    inside = axes.get_window_extent(renderer)
    assert len(boxes) == 16  # with the four quadrants
    for i, box in enumerate(boxes):
        assert inside.x0 <= box.x0 < box.x1 <= inside.x1
        assert inside.y0 <= box.y0 < box.y1 <= inside.y1
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
