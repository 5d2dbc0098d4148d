"""Survey expressions: SurveyJS's meaning for one respondent, and the same meaning for many at once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import SurveyDefinitionError
from closeloop.forms.coded import Coded
from closeloop.forms.logic import ExpressionError, lookup, parse


@pytest.mark.parametrize("operator", ["<", "<=", "=", ">", ">=", "contains", "anyof", "allof"])
def test_unanswered_satisfies_no_comparison(operator: str) -> None:
    right = "['a']" if operator in {"anyof", "allof"} else "7"
    assert not parse(f"{{a}} {operator} {right}").holds({})


@pytest.mark.parametrize("text", ["{a} != 7", "{a} notcontains 'x'", "{a} noneof ['x']", "{a} empty", "!{a}"])
def test_unanswered_differs_from_everything(text: str) -> None:
    assert parse(text).holds({})


# Each row was run through ConditionRunner of survey-core 3.1.1 and gave the same outcome there.
@pytest.mark.parametrize(
    ("text", "answers", "outcome"),
    [
        ("{a} < 7", {"a": ""}, True),
        ("{a} < 7", {"a": "10"}, False),
        ("{a} > '9'", {"a": "10"}, True),
        ("{a} = 'red'", {"a": " Red "}, True),
        ("{a} = 5", {"a": "5"}, True),
        ("{a} = '5'", {"a": 5}, True),
        ("{a} = ['b', 'a']", {"a": ("a", "b")}, True),
        ("{a} = ['a']", {"a": ("a", "b")}, False),
        ("{a} empty", {"a": 0}, False),
        ("{a} empty", {"a": False}, False),
        ("{a} empty", {"a": ""}, True),
        ("{a} notempty", {"a": 0}, True),
        ("{a}", {"a": 0}, False),
        ("{a} = true", {"a": "true"}, True),
        ("{a} = 'true'", {"a": True}, True),
        ("{a} = '007'", {"a": "007"}, True),
        ("{a} = 7", {"a": "007"}, True),
        ("{a} contains 'PRI'", {"a": "price"}, True),
        ("{a} contains 'pri'", {"a": ("price", "app")}, False),
        ("{a} contains 'price'", {"a": ("price", "app")}, True),
        ("{a} contains ['price', 'app']", {"a": ("price",)}, False),
        ("{a} anyof ['price', 'app']", {"a": ("app", "x")}, True),
        ("{a} anyof ['price', 'app']", {"a": "app"}, True),
        ("{a} allof ['price', 'app']", {"a": ("app", "price", "x")}, True),
        ("{a} noneof ['price']", {"a": ("app",)}, True),
        ("{a} + {b} * 2 = 7", {"a": 1, "b": 3}, True),
        ("{a} + 0.2 = 0.3", {"a": 0.1}, True),
        ("({a} + {b}) / 2 >= 4", {"a": 3, "b": 5}, True),
        ("{a} / 0 = 1", {"a": 1}, False),
        ("{a} - 1 = 4", {"a": "5"}, True),
        ("iif({a} > 5, 'high', 'low') = 'high'", {"a": 6}, True),
        ("{a} = 1 or {b} = 1 and {c} = 1", {"a": 1}, True),
        ("!({a} = 1) && {b} <> 2", {"a": 2, "b": 3}, True),
        ("{a} = 1 || {a} = 2", {"a": 2}, True),
        ("{评分} >= 9", {"评分": 9}, True),
        ("{e.tan1} > 3", {"e": {"tan1": 5}}, True),
        ("{a} > '2026-01-31'", {"a": "2026-02-01"}, True),
        ("{a} = 'it\\'s'", {"a": "it's"}, True),
        ("{a} <= -1", {"a": -2}, True),
        ("{a} AND {b} = 'x'", {"a": 1, "b": "x"}, True),
        ("{a}", {"a": 1}, True),
        ("{a}", {"a": 2}, False),
        ("!{a}", {"a": 2}, False),
        ("{a} or {b}", {"a": "x"}, False),
        ("1 / ' ' > 100", {}, True),
        ("-1 / ' ' < -100", {}, True),
        ("1 / '-0' < -100", {}, True),
        ("0 / ' ' = 0", {}, False),
        ("'' + 3 = 3", {}, True),
        ("{a} + 7 = 107", {"a": ("10",)}, True),
        ("{a} + {b} = 107", {"a": ("10",), "b": ("7",)}, True),
        ("{a} + 7 = 7", {"a": ("x", "y")}, True),
        ("{a} = 16", {"a": "0x10"}, True),
        ("{a} > 10", {"a": "Infinity"}, True),
        ("{a} = ''", {"a": "undefined"}, True),
        ("1 + 0.00000001 > 1", {}, True),
    ],
)
def test_meaning_is_that_of_surveyjs(text: str, answers: dict[str, object], outcome: bool) -> None:
    assert parse(text).holds(answers) is outcome


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4_000 + "{a}" + ")" * 4_000,
        "!" * 9_000 + "{a}",
        " or ".join(["{a} = 1"] * 900),
        "iif({a}, " * 900 + "1" + ", 2)" * 900,
        "{a} anyof " + "[" * 4_000 + "1" + "]" * 4_000,
        "{a} = " + "1" * 9_000,
        "{a} = '" + "x" * 100_000 + "'",
    ],
)
def test_an_expression_that_is_too_long_or_too_deep_is_refused_in_a_few_words(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert len(str(caught.value)) < 500


def test_a_long_condition_is_still_read() -> None:
    assert parse(" or ".join(f"{{a}} = {n}" for n in range(150))).holds({"a": 149})
    assert parse("(" * 40 + "{a} = 1" + ")" * 40).holds({"a": 1})


def test_a_number_larger_than_a_browser_knows_is_infinite() -> None:
    assert not parse("{a} < 5").holds({"a": 10**400})
    assert parse("{a} + 1 > 5").holds({"a": 10**400})


def test_a_date_compares_as_its_iso_text() -> None:
    assert parse("{d} >= '2026-03-31'").holds({"d": date(2026, 3, 31)})


def test_no_ticks_are_unanswered() -> None:
    assert parse("{a} empty").holds({"a": ()})


def test_a_matrix_is_gathered_from_its_rows() -> None:
    assert lookup({"e.a": 1, "e.b": 2, "x": 3}, "e") == {"a": 1, "b": 2}
    assert parse("{e} notempty").holds({"e.a": 1})
    assert parse("{e} empty").holds({"x": 3})


def test_names_are_those_in_braces() -> None:
    assert parse("{recommend} <= 8 and {e.tan1} > 1 or iif({a} empty, 1, {b})").names == {
        "recommend",
        "e.tan1",
        "a",
        "b",
    }


def test_expressions_are_read_once() -> None:
    assert parse("{a} = 1") is parse("{a} = 1")


@pytest.mark.parametrize(
    ("text", "position", "advice"),
    [
        ("not {a}", 1, "!{a}"),
        ("{a} not contains 'x'", 5, "“notcontains”"),
        ('{s} = "it\'s"', 7, r"'it\'s'"),
        ("{s} = 'it's'", 11, r"'it\'s'"),
        ("{a} = abc", 7, "'abc'"),
        ("{a} =", 6, "{recommend} <= 6"),
        ("({a} = 1", 9, "Add “)”"),
        ("{a", 1, "Add “}”"),
        ("", 1, "leave the key out"),
        ("{a} ＝ 1", 5, "Write “=”"),
        ("{a} ≤ 6", 5, "Write “<=”"),
        ("{a} {b}", 5, "operator is missing"),
        ("{a} = 007", 7, "'007'"),
        ("{a} % 2 = 1", 5, "not supported"),
        ("age({a}) > 3", 1, "no function age()"),
        ("{a} contians 'x'", 5, "“contains”"),
        ("{a} equals 1", 5, "“=”"),
        ("{} = 1", 1, "name of an item"),
        ("{a} = 1 or", 11, "ends too early"),
        ("{a} = null", 7, "“empty”"),
        ("{a} = @", 7, "no place here"),
        ("{a} = 'x", 7, "single quotes"),
        ("{a} = 1 and or {b}", 13, "operator"),
    ],
)
def test_a_fault_names_its_place_and_the_remedy(text: str, position: int, advice: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.position == position
    assert advice in str(caught.value)
    assert caught.value.text.zh != caught.value.text.en
    assert isinstance(caught.value, SurveyDefinitionError)


# -- random expressions over random answers ------------------------------------------------------------------------

VALUES = (
    0,
    1,
    5,
    7.5,
    -1,
    "",
    "a",
    "B ",
    "10",
    "007",
    "true",
    "price",
    True,
    False,
    ("a",),
    ("a", "price"),
    ("b", "A"),
)
LITERALS = (
    "0",
    "1",
    "5",
    "7.5",
    "-1",
    "''",
    "'a'",
    "'b'",
    "'10'",
    "true",
    "false",
    "['a']",
    "['price', 'a']",
    "[1, 5]",
)
NAMES = ("a", "b", "c", "m.x")

operands = st.sampled_from([f"{{{name}}}" for name in NAMES] * 3 + list(LITERALS))
compared = st.builds(
    "{} {} {}".format,
    operands,
    st.sampled_from(["=", "!=", "<>", "<", "<=", ">", ">=", "contains", "notcontains", "anyof", "allof", "noneof"]),
    operands,
)
emptiness = st.builds("{} {}".format, st.sampled_from(["{a}", "{b}", "{m.x}"]), st.sampled_from(["empty", "notempty"]))
expressions = st.recursive(
    st.one_of(compared, emptiness, operands),
    lambda inner: st.one_of(
        st.builds(
            "({}) {} ({})".format,
            inner,
            st.sampled_from(["and", "or", "&&", "||", "+", "-", "*", "/", "=", "<"]),
            inner,
        ),
        st.builds("!({})".format, inner),
        st.builds("iif({}, {}, {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)
answer_lists = st.lists(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(VALUES) for name in NAMES}), min_size=1, max_size=12
)


def column_of(name: str, many: list[dict[str, object]]) -> Coded:
    values = list({repr(each[name]): each[name] for each in many if name in each}.values())
    places = {repr(value): code for code, value in enumerate(values)}
    codes = [places[repr(each[name])] if name in each else -1 for each in many]
    return Coded(np.array(codes, dtype=np.int8), tuple(values))


@settings(max_examples=600, deadline=None)
@given(text=expressions, many=answer_lists)
def test_for_many_means_what_it_means_for_each(text: str, many: list[dict[str, object]]) -> None:
    expression = parse(text)
    columns = {name: column_of(name, many) for name in NAMES}
    together = expression.holds_many(columns, len(many))
    assert together.dtype == bool
    assert together.tolist() == [expression.holds(each) for each in many]


def test_rare_combinations_of_many_values_are_told_apart() -> None:
    n = 5000  # 5 000 × 5 000 possible combinations, of which 5 000 occur
    left = np.arange(n, dtype=float)
    right = np.where(np.arange(n) % 7 == 0, left, left + 1)
    held = parse("{a} = {b}").holds_many({"a": left, "b": right}, n)
    assert held.tolist() == (left == right).tolist()


def test_arrays_are_coded_on_the_way() -> None:
    columns = {"a": np.array([9.0, np.nan, 3.0]), "b": np.array(["x", None, "y"], dtype=object)}
    assert parse("{a} <= 8 or {b} = 'x'").holds_many(columns, 3).tolist() == [True, False, True]


def test_an_item_without_column_is_unanswered_by_all() -> None:
    assert parse("{a} != 1").holds_many({}, 2).tolist() == [True, True]
    assert parse("1 = 1").holds_many({}, 2).tolist() == [True, True]


def test_equal_numbers_of_different_type_stay_different_answers() -> None:
    column = Coded.of(np.array([1, True, "1", None, float("nan")], dtype=object))
    assert column.codes.tolist() == [0, 1, 2, -1, -1]
    assert column.values == (1, True, "1")
