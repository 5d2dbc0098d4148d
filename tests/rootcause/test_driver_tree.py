"""Driver trees: formulas that are read and never executed, the check on rows and periods, what moved a quantity."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import ColumnNotFoundError
from closeloop.rootcause.tree.driver_change import shapley
from closeloop.rootcause.tree.driver_result import DriverCheck
from closeloop.rootcause.tree.formula import parse_formula
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.text import set_language


@pytest.fixture
def revenue() -> IssueTree:
    """Split revenue by the four P: product, price, place (visitors), promotion (conversion)."""
    tree = IssueTree("Revenue", kind="driver", code="revenue")
    tree.add(None, "Price", code="price")
    volume = tree.add(None, "Volume", code="volume")
    tree.add(volume, "Visitors", code="visitors")
    tree.add(volume, "Conversion", code="conversion")
    tree.formula(None, "sum(price × volume)")
    tree.formula(volume, "visitors * conversion")
    return tree


def months() -> dict[str, list[Any]]:
    """Give two products in two months; in both the formulas hold exactly."""
    return {
        "month": ["2026-07", "2026-07", "2026-08", "2026-08"],
        "product": ["tea", "coffee", "tea", "coffee"],
        "price": [10.0, 20.0, 12.0, 20.0],
        "volume": [100.0, 50.0, 90.0, 40.0],
        "visitors": [1000.0, 500.0, 1000.0, 500.0],
        "conversion": [0.1, 0.1, 0.09, 0.08],
        "revenue": [2000.0, 2000.0, 1880.0, 1880.0],
    }


def checked(tree: IssueTree, data: Any, **how: Any) -> DriverCheck:
    found = tree.mece(data, **how)
    assert isinstance(found, DriverCheck)
    return found


# Formulas.


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * c", 17.0), ("(a + b) * c", 25.0), ("a − b", -1.0), ("a ÷ c × b", 1.2), ("a - b - c", -6.0),
        ("2 * {a}", 4.0), ("-1 * a", -2.0), ("（a＋b）×c", 25.0), ("a / (b - 3)", math.nan), ("1.5 * c", 7.5),
    ],
)  # fmt: skip
def test_formulas_follow_arithmetic(text: str, value: float) -> None:
    columns = {"a": np.array([2.0]), "b": np.array([3.0]), "c": np.array([5.0])}
    assert parse_formula(text).values(columns, 1).tolist() == pytest.approx([value], nan_ok=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("price *", "cannot be read as a formula"),
        ("price volume", "cannot be read as a formula"),
        ("__import__('os').system('true')", "cannot be read as a formula"),
        ("price ** 2", "cannot be read as a formula"),
        ("price > 2", "no arithmetic"),
        ("{price} and {volume}", "cannot be read as a formula"),
        ("'price'", "no arithmetic"),
        ("[{price}]", "no arithmetic"),
        ("1 + 2", "uses no child"),
        ("sum(price) + sum(volume)", "cannot be read|no child"),
        ("(" * 60 + "price" + ")" * 60, "at most 40 parentheses"),
        ("price + " * 200 + "price", "at most 1000 characters"),
        ("price * cost", "“cost” is no child here. The codes of the children are: price, volume"),
        ("revenue * price", "computes “revenue” from itself"),
    ],
)
def test_what_is_no_formula_is_refused_with_a_reason(revenue: IssueTree, text: str, words: str) -> None:
    before = revenue.state
    with pytest.raises(ValueError, match=words):
        revenue.formula(None, text)
    assert revenue.state is before


def test_chinese_codes_and_codes_in_braces_are_names() -> None:
    tree = IssueTree("营业额", kind="driver", code="营业额")
    tree.add(None, "价格", code="价格")
    tree.add(None, "线上销量", code="线上-销量")
    tree.formula(None, "价格 × {线上-销量}")
    assert checked(tree, {"营业额": [20], "价格": [2], "线上-销量": [10]}).verdict == "pass"


def test_findings_say_where_formula_and_children_part(revenue: IssueTree) -> None:
    assert revenue.findings().rules == ()
    revenue.add(None, "Returns", code="returns")
    assert "T13" in revenue.findings().rules
    revenue.remove("price")
    assert "names “price”, which is no part of it" in str(revenue.findings())
    other = IssueTree("Revenue", kind="driver", code="revenue")
    other.add(None, "Turnover", code="turnover")
    assert "T11" in other.findings().rules
    other.formula(None, "turnover")
    assert "only restates “turnover”" in str(other.findings())


@pytest.mark.parametrize("formula", ["price **", "cost * price", "revenue", "1 + 2"])
def test_a_formula_that_somebody_wrote_into_an_outline_is_judged_when_it_is_used(formula: str) -> None:
    parts = "- Price `{code=price}`\n- Volume `{code=volume}`\n"
    outline = f'# Revenue `{{driver code=revenue formula="{formula}"}}`\n{parts}'
    tree = IssueTree.from_markdown(outline)
    assert "T12" in tree.findings().rules
    with pytest.raises(ValueError, match=r"cannot be read|is no child|uses no child"):
        tree.mece({"revenue": [1], "price": [1], "volume": [1]})


# The check.


def test_children_that_recompute_their_parents_pass(revenue: IssueTree) -> None:
    found = checked(revenue, months(), period="month", by="product")
    assert (found.verdict, found.share, found.n) == ("pass", 1.0, 6)  # 2 totals, 4 volumes
    assert [(row.text, row.period, row.recorded, row.recomputed) for row in found.rows_][:2] == [
        ("Revenue", "2026-07", 2000.0, 2000.0), ("Revenue", "2026-08", 1880.0, 1880.0),
    ]  # fmt: skip
    assert str(found.sentence).startswith("All 6 checks hold within 0.5")


def test_what_is_left_out_or_counted_twice_is_found_on_its_row(revenue: IssueTree) -> None:
    data = months()
    data["volume"][3] = 50.0  # 40 visitors bought; ten too many
    data["revenue"] = [2000.0, 2000.0, 2080.0, 2080.0]
    found = checked(revenue, data, period="month", by="product")
    assert (found.verdict, found.n_hold, found.n) == ("fail", 5, 6)
    worst = found.offenders[0]
    assert (worst.text, worst.period, worst.key, worst.residual) == ("Volume", "2026-08", ("coffee",), 10.0)
    assert "“Volume”, 2026-08, coffee: recorded 50.00, recomputed 40.00, residual +10.00" in str(found.sentence)
    assert any("leave something out" in str(note) for note in found.notes)


def test_the_largest_offenders_come_first_and_are_at_most_ten(revenue: IssueTree) -> None:
    n = 30
    data = {"price": [1.0] * n, "visitors": [10.0] * n, "conversion": [1.0] * n,
            "volume": [10.0 + i for i in range(n)], "revenue": [float(sum(10 + i for i in range(n)))] * n}  # fmt: skip
    found = checked(revenue, data)
    assert found.n_offenders == 29
    assert [one.residual for one in found.offenders] == [float(i) for i in range(29, 19, -1)]


@pytest.mark.parametrize(("off", "holds"), [(0.0049, True), (0.0051, False)])
def test_the_tolerance_is_relative(off: float, holds: bool) -> None:
    tree = IssueTree("Revenue", kind="driver", code="r")
    tree.add(None, "Price", code="p")
    tree.add(None, "Volume", code="v")
    tree.formula(None, "p * v")
    assert (checked(tree, {"r": [1000 * (1 - off)], "p": [10], "v": [100]}).verdict == "pass") is holds
    assert checked(tree, {"r": [1000 * (1 - off)], "p": [10], "v": [100]}, tolerance=0.01).verdict == "pass"
    assert checked(tree, {"r": [0.0], "p": [0.0], "v": [100]}, tolerance=0).verdict == "pass"


@pytest.mark.parametrize("tolerance", [-0.1, 1, math.nan, "5%"])
def test_an_impossible_tolerance_is_refused(revenue: IssueTree, tolerance: Any) -> None:
    with pytest.raises(ValueError, match="from 0 to below 1"):
        revenue.mece(months(), tolerance=tolerance)


def test_a_quantity_without_a_column_is_computed_and_that_is_said(revenue: IssueTree) -> None:
    data = months()
    del data["volume"]
    found = checked(revenue, data, period="month", by="product")
    assert (found.verdict, found.n) == ("pass", 2)
    assert found.computed == ("Volume",)
    assert any("computed and not checked: Volume" in str(note) for note in found.notes)


def test_missing_children_make_no_verdict_of_a_period(revenue: IssueTree) -> None:
    data = months()
    data["price"][3] = None
    found = checked(revenue, data, period="month", by="product")
    assert (found.verdict, found.n_missing) == ("cannot tell", 1)
    assert "1 could not be made" in str(found.sentence)
    assert any("(in 2026-08)" in str(note) for note in found.notes)
    assert "a value is missing" in str(found.change().sentence)


def test_a_division_by_zero_is_a_check_that_could_not_be_made() -> None:
    tree = IssueTree("Price", kind="driver", code="price")
    tree.add(None, "Revenue", code="revenue")
    tree.add(None, "Volume", code="volume")
    tree.formula(None, "revenue / volume")
    found = checked(tree, {"price": [2.0, 0.0], "revenue": [20.0, 5.0], "volume": [10.0, 0.0]})
    assert (found.n, found.n_hold, found.n_missing, found.verdict) == (1, 1, 1, "cannot tell")
    nothing = checked(tree, {"price": [None], "revenue": [1.0], "volume": [0.0]})
    assert math.isnan(nothing.share)
    assert str(nothing.sentence).startswith("Nothing could be checked")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price": ["10", "20", "12", "20"]}, "Column “price” should hold numbers; row 1 holds “10”"),
        ({"price": [10, 20, True, 20]}, "row 3 holds “True”"),
        ({"revenue": [1.0, 2.0, 3.0, 3.0]}, "should repeat that period’s total"),
        ({"product": ["tea", "tea", "tea", "coffee"]}, "Two rows of period 2026-07 have the same product: tea"),
    ],
)
def test_columns_that_cannot_be_used_are_named(revenue: IssueTree, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        revenue.mece({**months(), **change}, period="month", by="product")


def test_a_leaf_without_a_column_is_named_with_those_that_look_like_it(revenue: IssueTree) -> None:
    data = months()
    data["visitor"] = data.pop("visitors")
    with pytest.raises(ColumnNotFoundError, match="visitors"):
        revenue.mece(data)


def test_a_tree_that_cannot_be_checked_says_what_it_needs() -> None:
    tree = IssueTree("Revenue", kind="driver")
    with pytest.raises(ValueError, match="No statement of the tree has a formula"):
        tree.mece({"x": [1]})
    tree.add(None, "Price", code="price")
    tree.add(None, "Volume", code="volume")
    tree.formula(None, "price * volume")
    with pytest.raises(ValueError, match="“Revenue” has a formula, but no code"):
        tree.mece({"price": [1], "volume": [1]})


def test_rows_without_a_period_are_counted_and_left_out(revenue: IssueTree) -> None:
    data = months()
    for name, value in {"month": None, "product": "tea"}.items():
        data[name].append(value)
    for name in ("price", "volume", "visitors", "conversion", "revenue"):
        data[name].append(1.0)
    found = checked(revenue, data, period="month", by="product")
    assert (found.verdict, found.n_no_period) == ("pass", 1)


def test_any_frame_and_decimals_give_the_same(revenue: IssueTree) -> None:
    data = months()
    plain = checked(revenue, data, period="month", by="product").to_dict()
    for frame in (pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data)):
        assert checked(revenue, frame, period="month", by="product").to_dict() == plain
    data["price"] = [Decimal(str(value)) for value in data["price"]]
    assert checked(revenue, data, period="month", by="product").to_dict() == plain


def test_result_doors_and_languages(revenue: IssueTree) -> None:
    found = checked(revenue, months(), period="month", by="product")
    assert list(found.to_frame()["share"]) == [1.0] * 4
    assert found.to_dict()["verdict"] == "pass"
    assert "What moved" not in found._repr_html_()
    assert "全部 6 项检查都在 0.5% 以内" in found.sentence.zh
    set_language("zh-CN")
    assert "贡献" in str(found.change())
    assert found.plot().title == "驱动树：下级能否算回上级？"
    assert found.change().plot().alt.startswith("Revenue的变化来自哪里")


# What moved the quantity.


def test_the_parts_of_a_change_add_up_and_are_those_worked_out_by_hand(revenue: IssueTree) -> None:
    change = checked(revenue, months(), period="month", by="product").change()
    # tea: price (12-10)·(100+90)/2 = +190, volume (90-100)·(10+12)/2 = -110; coffee: volume (40-50)·20 = -200
    assert [(part.code, part.value) for part in change.parts] == [
        ("price", pytest.approx(190)), ("volume", pytest.approx(-310)), ("residual", 0.0),
    ]  # fmt: skip
    assert sum(part.value for part in change.parts) == pytest.approx(change.total) == -120.0
    assert str(change.sentence) == (
        "Revenue went from 2,000 (2026-07) to 1,880 (2026-08), −120: Volume −310 and Price +190."
    )


def test_three_factors_share_the_joint_effect_by_shapley() -> None:
    """1·1·1 → 2·3·4: each factor's mean over the six orders, by enumeration."""
    one = {name: np.array([1.0]) for name in "abc"}
    two = {name: np.array([value]) for name, value in zip("abc", (2.0, 3.0, 4.0), strict=True)}
    # a moves first (1·1·1), between (·3 or ·4), last (·12): (2·1 + 3 + 4 + 2·12)/6; likewise b and c
    assert shapley(parse_formula("a * b * c"), one, two, 1) == pytest.approx(
        {"a": 33 / 6, "b": 2 * (2 * 1 + 2 + 4 + 2 * 8) / 6, "c": 3 * (2 * 1 + 2 + 3 + 2 * 6) / 6}
    )


def test_products_that_come_and_go_and_what_is_not_explained_stand_apart(revenue: IssueTree) -> None:
    data = months()
    data["product"][3] = "cocoa"
    data["revenue"][2:] = [2000.0, 2000.0]
    change = checked(revenue, data, period="month", by="product").change()
    found = {part.code: part.value for part in change.parts}
    assert found == pytest.approx(
        {"price": 190.0, "volume": -110.0, "entered": 800.0, "left": -1000.0, "residual": 120.0}
    )
    assert "rows that are gone −1,000" in str(change.sentence)


def test_a_driver_that_is_called_like_one_of_those_keeps_its_own_part() -> None:
    tree = IssueTree("Stock", kind="driver", code="stock")
    tree.add(None, "Came", code="entered")
    tree.add(None, "Went", code="left")
    tree.formula(None, "sum(entered - left)")
    data = {"m": [1, 1, 2, 2], "k": ["a", "b", "a", "c"], "entered": [5, 1, 7, 2], "left": [1, 0, 2, 0],
            "stock": [5, 5, 7, 7]}  # fmt: skip
    change = checked(tree, data, period="m", by="k").change()
    assert [(part.name, part.value) for part in change.parts] == [
        ("Came", 2.0), ("Went", -1.0), ("", 2.0), ("", -1.0), ("", 0.0),
    ]  # fmt: skip


def test_each_step_and_the_whole_way_can_be_asked_for(revenue: IssueTree) -> None:
    data = months()
    for name, values in data.items():
        data[name] = values + (["2026-09", "2026-09"] if name == "month" else values[:2])
    found = checked(revenue, data, period="month", by="product")
    assert found.change().total == 0.0
    assert found.change(before="2026-07", after="2026-08").total == -120.0
    assert found.change(before="2026-08", after="2026-09").total == 120.0
    with pytest.raises(ValueError, match="2026-07 → 2026-09; 2026-07 → 2026-08"):
        found.change(before="2026-09", after="2026-07")


def test_rows_that_do_not_add_up_are_not_taken_apart(revenue: IssueTree) -> None:
    found = checked(revenue, months(), period="month", by="product")
    with pytest.raises(ValueError, match="was not taken apart"):
        found.change("n2")
    assert any("change of Volume is not taken apart" in str(note) for note in found.notes)
    without = checked(revenue, months(), period="month")
    assert without.parts == ()
    assert without.verdict == "pass"


def test_too_many_factors_at_once_are_refused() -> None:
    tree = IssueTree("Revenue", kind="driver", code="r")
    names = [f"f{i}" for i in range(13)]
    for name in names:
        tree.add(None, name, code=name)
    tree.formula(None, " * ".join(names))
    data = {"m": [1, 2], "r": [1.0, 1.0], **{name: [1.0, 1.0] for name in names}}
    with pytest.raises(ValueError, match="13 drivers in one product; at most 12"):
        tree.mece(data, period="m")
    tree.formula(None, " + ".join(names))  # a sum is split term by term
    assert tree.mece({**data, "r": [13.0, 13.0]}, period="m").verdict == "pass"


NUMBERS = st.floats(-1e3, 1e3, allow_nan=False)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(*[NUMBERS] * 6), min_size=1, max_size=5))
def test_the_parts_always_add_up(rows: list[tuple[float, ...]]) -> None:
    formula = parse_formula("a * (b - 2) + c * a - b")
    table = np.array(rows)
    before = dict(zip("abc", table[:, :3].T, strict=True))
    after = dict(zip("abc", table[:, 3:].T, strict=True))
    n = len(rows)
    change = formula.values(after, n).sum() - formula.values(before, n).sum()
    assert sum(shapley(formula, before, after, n).values()) == pytest.approx(change, abs=1e-6)
