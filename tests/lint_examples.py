"""For every rule of lint a survey that breaks it and the same survey mended, as plain data."""

from __future__ import annotations

from typing import Any

Data = dict[str, Any]


def both(english: str, chinese: str) -> dict[str, str]:
    """Give a text in both languages."""
    return {"en": english, "zh-CN": chinese}


def survey(*items: Data | list[Data], **keys: Any) -> Data:
    """Give a survey of pages, or of one page with the items."""
    pages = [list(page) if isinstance(page, list) else [page] for page in items]
    if not any(isinstance(page, list) for page in items):
        pages = [[item for page in pages for item in page]]
    head = {"format": 1, "id": "example", "version": 2, "languages": ["en", "zh-CN"], "timezone": "UTC"}
    listed = [{"name": f"page_{number + 1}", "items": page} for number, page in enumerate(pages)]
    tests = [{"name": "starts", "steps": [{"expect": {"survey": {"state": "running"}}}]}]
    return {**head, "title": both("Visit", "到店"), "pages": listed, "tests": tests, **keys}


def item(name: str, type_: str, **keys: Any) -> Data:
    """Give an item that no rule minds."""
    data: Data = {"name": name, "type": type_, **keys}
    if type_ != "hidden":
        data.setdefault("ask", both(f"What about {name}?", f"{name} 怎么样？"))
    if type_ in {"nps", "csat", "ces", "rating"} or "points" in keys:
        data = {"low": both("Bad", "差"), "high": both("Good", "好"), **data}
    if type_ == "comment":
        data.setdefault("pii", True)
    return data


def options(*values: str, **of_last: Any) -> list[Data]:
    """Give options with texts; further keys belong to the last one."""
    listed: list[Data] = [{"value": value, "text": both(value.title(), f"选项 {value}")} for value in values]
    listed[-1] |= of_last
    return listed


def shown(condition: str, **keys: Any) -> Data:
    """Give a comment that is shown if a condition holds."""
    return item("why", "comment", show_if=condition, **keys)


def rules(*conditions: str, **of_last: Any) -> list[Data]:
    """Give follow-up rules; further keys belong to the last one."""
    listed: list[Data] = [
        {"id": f"rule{number}", "when": text, "severity": "minor"} for number, text in enumerate(conditions)
    ]
    listed[-1] |= of_last
    return listed


def thanks(*conditions: str | None) -> list[Data]:
    """Give texts at the end."""
    return [
        {"text": both(f"Thank you ({n})", f"谢谢（{n}）"), **({"if": c} if c else {})} for n, c in enumerate(conditions)
    ]


NPS = item("recommend", "nps")
VISITS = item("visits", "number", integer=True, min=0)
REGION = item("region", "single", options=options("east", "west"))
PAINS = item("pains", "multi", options=options("price", "app", "staff"))
CALL = item("callback", "yesno")
GRID = item("grid", "matrix", points=5, rows=options("speed", "care"))
DAY = item("day", "date")
NOTE = item("hello", "note")


def conditioned(first: Data, broken: str, mended: str) -> tuple[Data, Data]:
    """Give a survey whose second item has a wrong and a right condition."""
    return survey(first, shown(broken)), survey(first, shown(mended))


def keyed(broken: Data, mended: Data, **keys: Any) -> tuple[Data, Data]:
    """Give two surveys of one item each."""
    return survey(broken, **keys), survey(mended, **keys)


EXAMPLES: dict[str, list[tuple[Data, Data]]] = {
    "unknown_choice": [
        conditioned(REGION, "{region} = 'easst'", "{region} = 'east'"),
        conditioned(REGION, "{region} anyof ['east', 'north']", "{region} anyof ['east', 'west']"),
        conditioned(PAINS, "{pains} contains 'prices'", "{pains} contains 'price'"),
        conditioned(PAINS, "{pains} noneof ['prices']", "{pains} noneof ['price']"),
        conditioned(NPS, "{recommend} = 11", "{recommend} = 10"),
        conditioned(GRID, "{grid.speed} = 6", "{grid.speed} = 5"),
        conditioned(PAINS, "{pains} contains 'other'", "{pains} contains 'app'"),
    ],
    "type_mismatch": [
        conditioned(PAINS, "{pains} = 'price'", "{pains} contains 'price'"),
        conditioned(REGION, "{region} = ['east', 'west']", "{region} anyof ['east', 'west']"),
        conditioned(CALL, "{callback} = 'yes'", "{callback} = true"),
        conditioned(DAY, "{day} > 2025", "{day} > '2025-01-01'"),
        conditioned(VISITS, "{visits} = 'many'", "{visits} = 7"),
        conditioned(NPS, "{recommend} < true", "{recommend} < 7"),
        conditioned(GRID, "{grid} = 3", "{grid.care} = 3"),
        conditioned(DAY, "{day} = 'monday'", "{day} >= '2025'"),
        conditioned(CALL, "{callback} = 'maybe'", "{callback} = 1"),
    ],
    "text_as_number": [conditioned(item("order", "text"), "{order} > 5", "{order} notempty")],
    "comparison_never": [
        conditioned(NPS, "{recommend} > 10", "{recommend} > 8"),
        conditioned(VISITS, "{visits} < 0", "{visits} < 1"),
        conditioned(NPS, "{recommend} < 3 or {recommend} >= 10.5", "{recommend} < 3 or {recommend} >= 10"),
        conditioned(item("day", "date", min="2026-01-01"), "{day} < '2025-06-01'", "{day} < '2026-06-01'"),
        conditioned(item("visits", "number", integer=True, min=1, max=9), "{visits} = 2.5", "{visits} = 2"),
    ],
    "comparison_always": [
        keyed(
            item("visits", "number", min=1, checks=[{"expr": "{visits} > 0", "message": both("Too low.", "太小。")}]),
            item("visits", "number", min=0, checks=[{"expr": "{visits} > 0", "message": both("Too low.", "太小。")}]),
        )
    ],
    "comparison_any_answer": [conditioned(NPS, "{recommend} >= 0", "{recommend} notempty")],
    "condition_never": [
        conditioned(NPS, "{recommend} = 1 and {recommend} = 2", "{recommend} = 1 or {recommend} = 2"),
        conditioned(VISITS, "{visits} > 4 and {visits} < 3", "{visits} > 3 and {visits} < 5"),
        conditioned(VISITS, "{visits} > 3 and {visits} < 4", "{visits} >= 3 and {visits} < 4"),
        conditioned(REGION, "{region} = 'east' and {region} empty", "{region} = 'east' or {region} empty"),
        conditioned(item("wave", "hidden"), "{wave} = 'a' and {wave} = 'b'", "{wave} = 'a' or {wave} = 'b'"),
    ],
    "condition_always": [
        conditioned(CALL, "{callback} != true or {callback} != false", "{callback} != true and {callback} != false"),
        conditioned(NPS, "{recommend} empty or {recommend} >= 0", "{recommend} empty or {recommend} >= 9"),
    ],
    "not_a_condition": [
        conditioned(REGION, "{region} = 'east' or 'west'", "{region} = 'east' or {region} = 'west'"),
        conditioned(NPS, "{recommend}", "{recommend} notempty"),
        conditioned(NPS, "{recommend} - 6", "{recommend} - 6 > 0"),
    ],
    "item_unreachable": [
        (
            survey(
                NPS, shown("{recommend} <= 3"), item("more", "comment", show_if="{why} notempty and {recommend} > 5")
            ),
            survey(
                NPS, shown("{recommend} <= 3"), item("more", "comment", show_if="{why} notempty and {recommend} > 2")
            ),
        ),
        (
            survey(NPS, item("call", "yesno", show_if="{recommend} <= 3"), shown("{call} = true and {recommend} = 9")),
            survey(NPS, item("call", "yesno", show_if="{recommend} <= 3"), shown("{call} = true and {recommend} = 3")),
        ),
    ],
    "required_hidden": [
        (
            survey(
                NPS,
                item("call", "yesno", show_if="{recommend} <= 3"),
                shown("{call} = true and {recommend} = 9", required=True),
            ),
            survey(
                NPS,
                item("call", "yesno", show_if="{recommend} <= 3"),
                shown("{call} = true and {recommend} = 2", required=True),
            ),
        )
    ],
    "page_unreachable": [
        (
            survey([CALL], [shown("{callback} = true"), NPS], end_if=["{callback} = true", "{callback} != true"]),
            survey([CALL], [shown("{callback} = true"), NPS], end_if=["{callback} = false"]),
        )
    ],
    "option_unreachable": [
        (
            survey(
                CALL,
                item(
                    "why",
                    "single",
                    show_if="{callback} = true",
                    options=options("a", "b", show_if="{callback} = false"),
                ),
            ),
            survey(
                CALL,
                item(
                    "why", "single", show_if="{callback} = true", options=options("a", "b", show_if="{callback} = true")
                ),
            ),
        )
    ],
    "no_option_left": [
        (
            survey(NPS, item("why", "single", options=options("a", show_if="{recommend} < 3"))),
            survey(NPS, item("why", "single", other=True, options=options("a", show_if="{recommend} < 3"))),
        )
    ],
    "require_idle": [
        (
            survey(NPS, shown("{recommend} <= 3", require_if="{recommend} = 9")),
            survey(NPS, shown("{recommend} <= 3", require_if="{recommend} = 2")),
        )
    ],
    "require_redundant": [
        (
            survey(NPS, item("why", "comment", required=True, require_if="{recommend} = 9")),
            survey(NPS, item("why", "comment", require_if="{recommend} = 9")),
        )
    ],
    "refers_forward": [(survey([shown("{recommend} <= 3")], [NPS]), survey([NPS], [shown("{recommend} <= 3")]))],
    "reference_self": [
        (
            survey(item("why", "comment", require_if="{why} empty")),
            survey(NPS, item("why", "comment", require_if="{recommend} = 0")),
        )
    ],
    "end_if_idle": [
        (survey([CALL], [NPS], end_if=["{recommend} = 0"]), survey([NPS], [CALL], end_if=["{recommend} = 0"]))
    ],
    "end_if_skips_required": [
        (
            survey(
                [CALL],
                [{**NPS, "required": True}],
                end_if=["{callback} = true"],
                metrics={"nps": {"kind": "nps", "item": "recommend"}},
            ),
            survey(
                [{**NPS, "required": True}, CALL],
                [REGION],
                end_if=["{callback} = true"],
                metrics={"nps": {"kind": "nps", "item": "recommend"}},
            ),
        )
    ],
    "hidden_conditional": [
        (
            survey(NPS, item("wave", "hidden", show_if="{recommend} = 3")),
            survey(NPS, item("wave", "hidden")),
        )
    ],
    "rule_shadowed": [
        (
            survey(NPS, follow_up=rules("{recommend} <= 6", "{recommend} <= 3")),
            survey(NPS, follow_up=rules("{recommend} <= 3", "{recommend} <= 6")),
        ),
        (
            survey(
                NPS, {**CALL, "show_if": "{recommend} <= 6"}, follow_up=rules("{recommend} <= 6", "{callback} = true")
            ),
            survey(
                NPS, {**CALL, "show_if": "{recommend} <= 7"}, follow_up=rules("{recommend} <= 6", "{callback} = true")
            ),
        ),
    ],
    "rule_graver_shadowed": [
        (
            survey(NPS, follow_up=rules("{recommend} <= 6", "{recommend} <= 3", severity="severe")),
            survey(NPS, follow_up=rules("{recommend} > 6", "{recommend} <= 3", severity="severe")),
        )
    ],
    "thanks_no_default": [
        (survey(NPS, thanks=thanks("{recommend} <= 6")), survey(NPS, thanks=thanks("{recommend} <= 6", None)))
    ],
    "thanks_shadowed": [
        (survey(NPS, thanks=thanks(None, "{recommend} <= 6")), survey(NPS, thanks=thanks("{recommend} <= 6", None))),
        (
            survey(NPS, thanks=thanks("{recommend} <= 6", "{recommend} = 2", None)),
            survey(NPS, thanks=thanks("{recommend} = 2", "{recommend} <= 6", None)),
        ),
    ],
    "untested": [(survey(NPS, shown("{recommend} < 3"), tests=[]), survey(NPS, shown("{recommend} < 3")))],
    "names_differ_in_case": [(survey(NPS, item("Recommend", "nps")), survey(NPS, item("suggest", "nps")))],
    "name_reserved_elsewhere": [keyed(item("with", "nps"), item("with_us", "nps"))],
    "pii_unmarked": [
        keyed(item("contact", "text", format="email"), item("contact", "text", format="email", pii=True)),
        keyed(item("first_name", "text"), item("first_name", "text", pii=True)),
        keyed(
            item("who", "text", ask=both("Whom may we call?", "您的姓名和手机号？")),
            item("who", "text", ask=both("What did you buy?", "您买的是什么？")),
        ),
        (survey(NPS, item("customer_id", "hidden")), survey(NPS, item("customer_id", "hidden", pii=True))),
    ],
    "pii_comment": [keyed(item("why", "comment", pii=False), item("why", "comment"))],
    "values_differ_in_case": [
        keyed(
            item("a", "single", other=True, options=options("x", "Other")),
            item("a", "single", options=options("x", "Other")),
        )
    ],
    "option_text_twice": [
        keyed(
            item("a", "single", options=options("x", "y", text=both("X", "选项 y"))),
            item("a", "single", options=options("x", "y")),
        )
    ],
    "min_unreachable": [
        keyed(
            item("a", "multi", min=3, none=True, options=options("x", "y")),
            item("a", "multi", min=2, none=True, options=options("x", "y")),
        )
    ],
    "none_not_exclusive": [
        keyed(
            item(
                "a", "multi", options=[*options("x", "y"), {"value": "n", "text": both("None of these", "以上都没有")}]
            ),
            item(
                "a",
                "multi",
                options=[
                    *options("x", "y"),
                    {"value": "n", "text": both("None of these", "以上都没有"), "exclusive": True},
                ],
            ),
        )
    ],
    "ask_missing": [keyed({"name": "a", "type": "yesno"}, item("a", "yesno"))],
    "ask_twice": [
        (survey(NPS, {**CALL, "ask": NPS["ask"]}), survey(NPS, CALL)),
    ],
    "long_survey": [
        (
            survey(*(item(f"q{number}", "nps") for number in range(61))),
            survey(*(item(f"q{number}", "nps") for number in range(60))),
        )
    ],
    "unconfirmed": [keyed({**NPS, "to_confirm": "0 to 10"}, NPS)],
    "timezone_missing": [(survey(NPS, timezone=None), survey(NPS))],
    "wrong_language": [
        keyed(
            item("a", "yesno", ask=both("您满意吗？", "您满意吗？")),
            item("a", "yesno", ask=both("Content?", "您满意吗？")),
        ),
        keyed(
            item("a", "yesno", ask=both("Are you content?", "Are you content with us?")),
            item("a", "yesno", ask=both("Are you content?", "您满意吗？")),
        ),
    ],
    "untranslated": [
        keyed(
            item("a", "single", options=["price", "staff"]),
            item("a", "single", options=options("price", "staff")),
        )
    ],
    "numbers_differ": [
        keyed(
            item("a", "yesno", ask=both("Within 24 hours?", "是否在 48 小时内？")),
            item("a", "yesno", ask=both("Within 24 hours?", "是否在 24 小时内？")),
        )
    ],
    "scale_ends_missing": [keyed({"name": "a", "type": "ces", "ask": both("Easy?", "轻松吗？")}, item("a", "ces"))],
    "labels_same": [
        keyed(
            item("a", "csat", labels={1: both("Bad", "一般"), 3: both("Fair", "一般")}),
            item("a", "csat", labels={1: both("Bad", "很差"), 3: both("Fair", "一般")}),
        ),
        keyed({**NPS, "high": both("Good", "差")}, NPS),
    ],
    "ends_reversed": [
        keyed(
            item("a", "csat", low=both("Very satisfied", "很不满意"), high=both("Very dissatisfied", "很满意")),
            item("a", "csat", low=both("Very dissatisfied", "很不满意"), high=both("Very satisfied", "很满意")),
        ),
        keyed(
            item("a", "rating", low=both("Not easy", "容易"), high=both("Easy", "不容易")),
            item("a", "rating", low=both("Easy", "容易"), high=both("Not easy", "不容易"), reverse=True),
        ),
    ],
    # what a survey is refused for when it is loaded
    "item_twice": [(survey(NPS, NPS), survey(NPS, CALL))],
    "option_twice": [keyed({**REGION, "options": ["a", "A"]}, {**REGION, "options": options("a", "b")})],
    "option_code_twice": [
        keyed(
            {**REGION, "options": [{"value": "a", "code": 1}, {"value": "b", "code": 1}]},
            {**REGION, "options": [{"value": "a", "code": 1}, {"value": "b", "code": 2}]},
        )
    ],
    "option_reserved": [keyed({**REGION, "options": ["other"], "other": True}, {**REGION, "options": ["other"]})],
    "rule_twice": [
        (
            survey(NPS, follow_up=rules("{recommend} = 1", "{recommend} = 2", id="rule0")),
            survey(NPS, follow_up=rules("{recommend} = 1", "{recommend} = 2")),
        )
    ],
    "unknown_name": [conditioned(NPS, "{recomend} <= 6", "{recommend} <= 6")],
    "metric_item": [
        (
            survey(NPS, metrics={"nps": {"kind": "nps", "item": "recomend"}}),
            survey(NPS, metrics={"nps": {"kind": "nps", "item": "recommend"}}),
        )
    ],
    "metric_type": [
        (
            survey(NPS, metrics={"csat": {"kind": "csat", "item": "recommend"}}),
            survey(NPS, metrics={"nps": {"kind": "nps", "item": "recommend"}}),
        )
    ],
    "source_item": [
        (survey(NPS, sources={"wjx": {"recomend": "1"}}), survey(NPS, sources={"wjx": {"recommend": "1"}}))
    ],
    "expression": [conditioned(NPS, "{recommend} is 6", "{recommend} = 6")],
    "cycle": [
        (
            survey(item("a", "yesno", show_if="{b} = true"), item("b", "yesno", show_if="{a} = true")),
            survey(item("a", "yesno"), item("b", "yesno", show_if="{a} = true")),
        )
    ],
    "unknown_key": [keyed({**NPS, "requred": True}, {**NPS, "required": True})],
    "missing_key": [keyed({"name": "a", "ask": both("A?", "甲？")}, item("a", "yesno"))],
    "not_a_choice": [keyed({**NPS, "look": "faces"}, {**NPS, "look": "stars"})],
    "wrong_kind": [keyed({**NPS, "required": "yes"}, {**NPS, "required": True})],
    "too_few": [keyed({**REGION, "options": []}, REGION)],
    "limit_order": [keyed({**VISITS, "max": -3}, {**VISITS, "max": 3})],
    "limit_options": [keyed({**PAINS, "max": 9}, {**PAINS, "max": 2})],
    "scale_order": [keyed(item("a", "rating", min=5, max=1), item("a", "rating", min=1, max=5))],
    "scale_step": [keyed(item("a", "rating", step=3), item("a", "rating", step=2))],
    "scale_long": [keyed(item("a", "rating", max=50), item("a", "rating", max=10))],
    "smileys": [keyed({**NPS, "look": "smileys"}, {**NPS, "look": "stars"})],
    "label_off_scale": [
        keyed({**NPS, "labels": {11: both("Best", "最好")}}, {**NPS, "labels": {10: both("Best", "最好")}})
    ],
    "matrix_columns": [keyed({**GRID, "columns": ["a"]}, GRID)],
    "text_language_missing": [keyed({**NPS, "ask": {"en": "Recommend?"}}, NPS)],
    "text_language_undeclared": [keyed({**NPS, "ask": {**both("Recommend?", "推荐吗？"), "de": "Weiter?"}}, NPS)],
    "text_one_language": [keyed({**NPS, "ask": "Recommend?"}, NPS)],
    "name_pattern": [keyed(item("1st", "nps"), item("first", "nps"))],
    "name_reserved": [keyed(item("status", "nps"), item("state", "nps"))],
    "pattern_invalid": [keyed(item("a", "text", pattern="("), item("a", "text", pattern=r"\d"))],
    "exclusive_single": [keyed({**REGION, "options": options("a", "b", exclusive=True)}, REGION)],
    "note_answer": [keyed({**NOTE, "required": True}, NOTE)],
    "step_commands": [
        (
            survey(
                NPS, tests=[{"name": "a", "steps": [{"set": {"recommend": 1}, "expect": {"recommend": {"value": 1}}}]}]
            ),
            survey(NPS, tests=[{"name": "a", "steps": [{"set": {"recommend": 1}}]}]),
        )
    ],
    "test_twice": [
        (
            survey(NPS, tests=[{"name": "a", "steps": []}, {"name": "a", "steps": []}]),
            survey(NPS, tests=[{"name": "a", "steps": []}]),
        )
    ],
    "migration_versions": [
        (survey(NPS, migrations=[{"from": 2, "to": 1}]), survey(NPS, migrations=[{"from": 1, "to": 2}]))
    ],
    "timezone": [(survey(NPS, timezone="Asia/Shanghia"), survey(NPS, timezone="Asia/Shanghai"))],
    "metric_points": [
        (
            survey(item("a", "csat"), metrics={"a": {"kind": "csat", "item": "a", "points": 7}}),
            survey(item("a", "csat"), metrics={"a": {"kind": "csat", "item": "a", "points": 5}}),
        )
    ],
    "gap_pairs": [
        (
            survey(
                NPS,
                CALL,
                metrics={"g": {"kind": "gap", "expectation": ["recommend"], "perception": ["recommend", "recommend"]}},
            ),
            survey(
                NPS, CALL, metrics={"g": {"kind": "gap", "expectation": ["recommend"], "perception": ["recommend"]}}
            ),
        )
    ],
    "servqual_rows": [
        (
            survey(
                GRID,
                {**GRID, "name": "p", "ask": both("And now?", "现在呢？"), "rows": options("speed")},
                metrics={
                    "g": {
                        "kind": "servqual",
                        "expectations": "grid",
                        "perceptions": "p",
                        "dimensions": {"d": ["speed"]},
                    }
                },
            ),
            survey(
                GRID,
                {**GRID, "name": "p", "ask": both("And now?", "现在呢？")},
                metrics={
                    "g": {
                        "kind": "servqual",
                        "expectations": "grid",
                        "perceptions": "p",
                        "dimensions": {"d": ["speed"]},
                    }
                },
            ),
        )
    ],
}
"""Rule → surveys that break it, each with the same survey mended."""

_two_pages = survey([NPS], [CALL])
_same_page = survey([NPS], [CALL])
_same_page["pages"][1]["name"] = "page_1"
EXAMPLES["page_twice"] = [(_same_page, _two_pages)]

IN_FILES = frozenset({"duplicate_key", "released_changed", "released_wording"})
"""Rules that only a file can break; they have tests of their own."""
