"""The score of all invited under assumptions about the silent."""

from __future__ import annotations

import math

import pytest

from closeloop.analysis.planning.non_response import non_response
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import ShareResult
from closeloop.text import set_language


def test_sentence_names_the_share_and_the_ends() -> None:
    found = non_response(NpsResult(60, 20, 20), invited=250)
    assert str(found.sentence).replace("\u00a0", " ") == (
        "100 of 250 answered (40 %), score +40. Whatever the others think, the score of all invited lies between "
        "−44 and +76; were they 20 points less favourable, it would be +28."
    )
    set_language("zh")
    assert "若他们低 20 分，则为 +28" in str(found.sentence)
    assert found.to_dict()["rows"][0]["assumption"] == "worst"


def test_a_share_stays_between_nothing_and_everything() -> None:
    rows = non_response(ShareResult(top=19, rest=1), invited=40).rows()
    assert [row["others"] for row in rows] == pytest.approx([0, 0.85, 0.95, 1.0, 1.0])
    assert rows[-1]["estimate"] == pytest.approx(39 / 40)


def test_nobody_answered_leaves_the_ends_only() -> None:
    rows = non_response(NpsResult(0, 0, 0), invited=10).rows()
    assert (rows[0]["estimate"], rows[-1]["estimate"]) == (-100, 100)
    assert math.isnan(rows[2]["estimate"])
    with pytest.raises(ValueError, match="only 1 were invited"):
        non_response(NpsResult(1, 1, 0), invited=1)


def test_something_else_than_one_result_is_refused() -> None:
    with pytest.raises(ValueError, match=r"score\(data, \"nps\"\)\.result\(\); got dict"):
        non_response({"recommend": [9]}, invited=10)  # type: ignore[arg-type]


def test_figure_says_the_sentence() -> None:
    chart = non_response(NpsResult(60, 20, 20), invited=250).plot()
    assert "between −44 and +76" in chart.alt
