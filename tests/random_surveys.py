"""Random surveys and random answers to them, for the tests that write something out and read it back.

Both are deterministic: the same seed gives the same survey, the same generator the same answers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from closeloop.forms.form import last_page
from closeloop.forms.items import BaseItem, DateItem, Matrix, Multi, NumberItem, TextItem
from closeloop.forms.logic import parse
from closeloop.survey.survey import Survey

__all__ = ["random_answers", "random_condition", "random_survey"]

_LANGUAGES = (["en", "zh-CN"], ["zh-CN", "en"], ["zh-CN", "en"], ["en"], ["zh-CN"])
_TYPES = (
    "nps", "csat", "ces", "rating", "single", "multi", "matrix", "ranking", "yesno", "text", "number", "date",
    "comment", "note", "hidden",
)  # fmt: skip
_BASES = {
    "nps": "recommend", "csat": "overall", "ces": "effort", "rating": "stars", "single": "branch", "multi": "pains",
    "matrix": "grid", "ranking": "order", "yesno": "callback", "text": "contact", "number": "visits", "date": "day",
    "comment": "why", "note": "hello", "hidden": "tag",
}  # fmt: skip
_QUESTIONS = (
    ("How likely are you to recommend us?", "您有多大可能推荐我们？"),
    ("Overall, how satisfied are you?", "总体而言，您有多满意？"),
    ("Which of these, if any, applies?", "以下哪一项符合您的情况？"),
    ("What did you miss: price, speed, care?", "您觉得缺少什么：价格、速度还是关怀？"),
    ('What does "fair" mean to you?', "对您来说，“公平”意味着什么？"),
    ("It's easy to reach us", "联系我们很方便"),
    ("Price / performance (in %)", "性价比（%）"),
    ("When were you last here; and where?", "您上次是什么时候、在哪里光临的？"),
    ("Anything else <we> & you should know", "还有什么要告诉我们的 <您> & 我们"),
)
_OPTIONS = (
    ("price", "Price", "价格"),
    ("fees", "Price, fees and charges", "价格、费用与收费"),
    ("late", 'Late, or "not at all"', "晚到，或者“根本没到”"),
    ("staff", "Staff's manner", "员工态度"),
    ("app", "App; website", "手机应用；网站"),
    ("web", "Website, app", "网站，手机应用"),
    ("store", "Store (east/west)", "门店（东/西）"),
    ("store_east", "Store", "门店"),
    ("quality", "Quality", "质量"),
    ("billing", "quality, billing", "质量，账单"),
    ("wait", "Waiting time: > 1 h", "等待时间：> 1 小时"),
    ("choice", "Choice", "选择"),
)
_ODD_VALUES = ("a b", "x,y", "it's", "3", "中文", "semi;colon", 'say "no"', "007")
_LOWS = (("Not at all likely", "完全不可能"), ("Very poor", "很差"), ("Strongly disagree", "非常不同意"))
_HIGHS = (("Extremely likely", "非常可能"), ("Very good", "很好"), ("Strongly agree", "非常同意"))
_POINTS = ("Bad", "So so", "Fair", "Good, even", "Excellent", "Perfect", "Beyond words")
_POINTS_ZH = ("差", "一般", "尚可", "好，很好", "优秀", "完美", "无法形容")
_WORDS_EN = (
    "too slow", "nice, but late", 'they said "no"', "fine", "it's ok", "100% wrong", "a;b", "naïve café",
    "first line\nsecond line", "why? why not!",
)  # fmt: skip
_WORDS_ZH = ("太慢了", "还行，但是贵", "客服说“不行”", "挺好的", "东西坏了；没人管", "第一行\n第二行", "😀 满意")
_PATTERNS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    (r"^[A-Z]{2}\d{4}$", lambda rng: "".join(rng.choices("ABCXYZ", k=2)) + f"{rng.randrange(10000):04d}"),
    (r"^\d{6}$", lambda rng: f"{rng.randrange(1000000):06d}"),
    (r"[a-z]+", lambda rng: rng.choice(("abc", "Order no. 7", "x-ray"))),
)
_FIRST_DAY = date(2020, 1, 1)


def random_survey(seed: int) -> dict[str, Any]:
    """Return the plain data of a valid survey of format 1.

    Parameters
    ----------
    seed : int
        The same seed gives the same survey. Among any ten or so, every key of the format and every type of item occurs.
    """
    return _Writer(random.Random(f"survey {seed}")).survey(seed)


def random_condition(rng: random.Random, items: Sequence[Mapping[str, Any]]) -> str | None:
    """Return an expression over items given as plain data; None if none of them can be referred to."""
    usable = [item for item in items if item["type"] != "note"]
    if not usable:
        return None
    text = _comparison(rng, rng.choice(usable))
    while rng.random() < 0.25:
        other = _comparison(rng, rng.choice(usable))
        joint = rng.choice((" and ", " or ", " && "))
        text = f"{text}{joint}{other}" if rng.random() < 0.6 else f"({text}){joint}!({other})"
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "\\'").replace('"', '\\"') + "'"


def _comparison(rng: random.Random, item: Mapping[str, Any]) -> str:
    name = "{" + item["name"] + "}"
    kind = item["type"]
    if kind == "matrix":
        name = "{" + item["name"] + "." + _value(rng.choice(item["rows"])) + "}"
        if "points" in item:
            return f"{name} {rng.choice(('<', '<=', '>', '>=', '=', '!='))} {rng.randint(1, item['points'])}"
        return f"{name} = {_quoted(_value(rng.choice(item['columns'])))}"
    if kind in {"nps", "csat", "ces", "rating"}:
        points = _points(item)
        return f"{name} {rng.choice(('<', '<=', '>', '>=', '=', '!=', '<>'))} {rng.choice(points)}"
    if kind == "single":
        some = rng.sample(item["options"], min(2, len(item["options"])))
        if rng.random() < 0.3:
            return f"{name} anyof [{', '.join(_quoted(_value(each)) for each in some)}]"
        return f"{name} {rng.choice(('=', '!='))} {_quoted(_value(some[0]))}"
    if kind in {"multi", "ranking"}:
        return f"{name} {rng.choice(('contains', 'notcontains'))} {_quoted(_value(rng.choice(item['options'])))}"
    if kind == "yesno":
        return f"{name} = {rng.choice(('true', 'false'))}"
    if kind == "number":
        return f"{name} {rng.choice(('<', '>='))} {rng.choice((0, 1, 5, 2.5))}"
    if kind == "date":
        return f"{name} {rng.choice(('<', '>='))} '2024-06-15'"
    return f"{name} {rng.choice(('empty', 'notempty'))}"


def _value(option: Any) -> str:
    return str(option["value"] if isinstance(option, dict) else option)


def _points(item: Mapping[str, Any]) -> range:
    if item["type"] == "nps":
        return range(11)
    if item["type"] == "rating":
        return range(item.get("min", 1), item.get("max", 5) + 1, item.get("step", 1))
    return range(1, item.get("points", 7 if item["type"] == "ces" else 5) + 1)


class _Writer:
    """Writes one survey, item after item; conditions refer to items that are already there."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.languages = list(rng.choice(_LANGUAGES))
        self.items: list[dict[str, Any]] = []
        self.odd_values = rng.random() < 0.15

    def often(self, share: float) -> bool:
        return self.rng.random() < share

    def text(self, pair: Sequence[str], suffix: str = "") -> dict[str, str]:
        both = {"en": pair[0] + suffix, "zh-CN": pair[1] + suffix}
        return {tag: both[tag] for tag in self.languages}

    def condition(self) -> str | None:
        return random_condition(self.rng, self.items)

    def survey(self, seed: int) -> dict[str, Any]:
        rng = self.rng
        data: dict[str, Any] = {"format": 1, "id": f"random-{abs(seed)}", "version": rng.randint(1, 4)}
        data |= {"languages": self.languages, "title": self.text((f"Survey {seed}", f"问卷 {seed}"))}
        if self.often(0.3):
            data["stage"] = rng.choice(("draft", "live", "retired"))
        if self.often(0.7):
            data["timezone"] = rng.choice(("Asia/Shanghai", "Europe/Berlin", "UTC"))
        if self.often(0.2):
            data["duplicates"] = [{"by": "respondent_id", "keep": rng.choice(("first", "last", "most_complete"))}]
        if self.often(0.2):
            data["status"] = {"complete": ["complete", "完成"], "test": "preview"}
        data["pages"] = self.pages()
        self.plans(data)
        return data

    def pages(self) -> list[dict[str, Any]]:
        rng = self.rng
        kinds = [kind for kind in _TYPES if self.often(0.6)] + rng.choices(_TYPES, k=rng.randint(1, 4))
        if not any(kind not in {"note", "hidden"} for kind in kinds):
            kinds.append("nps")
        rng.shuffle(kinds)
        kinds.sort(key=lambda kind: kind != "hidden")  # what comes with the invitation is there from the first page on
        pages: list[dict[str, Any]] = []
        number = rng.choice((1, 1, 2, 3))
        bounds = sorted({len(kinds), *(rng.randint(1, len(kinds)) for _ in range(number - 1))})
        start = 0
        for place, end in enumerate(bounds):
            page: dict[str, Any] = {"name": f"page{place + 1}"}
            if self.often(0.4):
                page["title"] = self.text((f"Part {place + 1}", f"第 {place + 1} 部分"))
            has_hidden = "hidden" in kinds[start:end]
            condition = self.condition() if not has_hidden and self.often(0.25) else None
            if condition is not None:
                page["show_if"] = condition
            page["items"] = []
            for kind in kinds[start:end]:
                item = self.item(kind)
                self.items.append(item)
                page["items"].append(item)
            pages.append(page)
            start = end
        return pages

    def item(self, kind: str) -> dict[str, Any]:
        rng = self.rng
        number = len(self.items) + 1
        taken = {item["name"] for item in self.items}
        name = _BASES[kind] if _BASES[kind] not in taken else f"{_BASES[kind]}_{number}"
        if self.often(0.1):
            name = f"Q{number}"
        if kind == "hidden" and "respondent_id" not in taken and self.often(0.6):
            name = "respondent_id"
        item: dict[str, Any] = {"name": name, "type": kind}
        if kind == "hidden":
            return item | ({"pii": True} if name == "respondent_id" else {})
        if kind == "note" or self.often(0.95):
            item["ask"] = self.text(rng.choice(_QUESTIONS), f" ({number})")
        if self.often(0.2):
            item["label"] = self.text((f"Item {number}", f"题目 {number}"))
        if self.often(0.15):
            item["help"] = self.text(("Choose what fits, please.", "请选择符合的一项。"))
        condition = self.condition() if self.often(0.3) else None
        if condition is not None:
            item["show_if"] = condition
        if kind == "note":
            return item
        self.common(item)
        item |= _KEYS[kind](self)
        if kind == "number" and self.often(0.3):
            message = self.text(("That is too low, or too high.", "数值过低或过高。"))
            item["checks"] = [{"expr": f"{{{name}}} >= -1000 and {{{name}}} <= 100000", "message": message}]
        return item

    def common(self, item: dict[str, Any]) -> None:
        rng = self.rng
        if self.often(0.3):
            item["required"] = True
            if self.often(0.4):
                item["required_message"] = self.text(("Please answer.", "请作答。"))
        elif self.often(0.15):
            condition = self.condition()
            if condition is not None:
                item["require_if"] = condition
        seldom = {
            "pii": True,
            "reverse": True,
            "dimension": rng.choice(("reliability", "响应性")),
            "weight": rng.choice((2, 0.5)),
            "to_confirm": "a guess",
        }
        item |= {key: value for key, value in seldom.items() if self.often(0.08)}
        if self.often(0.1):
            item["extra"] = {"cssClass": "wide", "tags": ["a", 1, None], "nested": {"on": True, "x": 0.5}}

    def ends(self) -> dict[str, Any]:
        rng = self.rng
        keys: dict[str, Any] = {}
        if self.often(0.5):
            keys["low"] = self.text(rng.choice(_LOWS))
        if self.often(0.5):
            keys["high"] = self.text(rng.choice(_HIGHS))
        return keys

    def point_labels(self, points: Sequence[int]) -> dict[int, dict[str, str]]:
        chosen = list(points[:7]) if self.often(0.5) else self.rng.sample(list(points[:7]), min(2, len(points)))
        return {point: self.text((_POINTS[n], _POINTS_ZH[n])) for n, point in enumerate(sorted(chosen))}

    def scale(self, keys: dict[str, Any], kind: str) -> dict[str, Any]:
        points = _points({"type": kind, **keys})
        keys |= self.ends()
        if self.often(0.3):
            keys["labels"] = self.point_labels(points)
        looks = ("stars", "smileys") if len(points) <= 10 else ("stars",)
        if self.often(0.3):
            keys["look"] = self.rng.choice(looks)
        return keys

    def nps(self) -> dict[str, Any]:
        return self.scale({}, "nps")

    def csat(self) -> dict[str, Any]:
        points = self.rng.choice((3, 4, 5, 5, 7, 10))
        return self.scale({} if points == 5 else {"points": points}, "csat")

    def ces(self) -> dict[str, Any]:
        return self.scale({"points": 5} if self.often(0.4) else {}, "ces")

    def rating(self) -> dict[str, Any]:
        low, steps, step = self.rng.choice((1, 1, 0, -3)), self.rng.randint(1, 19), self.rng.choice((1, 1, 2))
        keys = {"min": low, "max": low + steps * step, "step": step}
        defaults = {"min": 1, "max": 5, "step": 1}
        return self.scale({key: value for key, value in keys.items() if value != defaults[key]}, "rating")

    def options(self, least: int = 2, *, codes: bool = True) -> list[Any]:
        rng = self.rng
        chosen = rng.sample(_OPTIONS, rng.randint(least, 7))
        options: list[Any] = []
        for place, (value, english, chinese) in enumerate(chosen):
            if self.odd_values and place < len(_ODD_VALUES) and self.often(0.4):
                value = _ODD_VALUES[place]
            if self.often(0.08):
                options.append(value)
                continue
            english = value if self.often(0.05) and not self.odd_values else english
            options.append({"value": value, "text": self.text((english, chinese))})
        if codes and self.often(0.2):
            options = [
                {**(option if isinstance(option, dict) else {"value": option}), "code": place + 1}
                for place, option in enumerate(options)
            ]
        return options

    def guarded(self, options: list[Any]) -> list[Any]:
        """Put a condition on some options, never on the first, so that one can always be chosen."""
        result = options[:1]
        for option in options[1:]:
            condition = self.condition() if self.often(0.1) else None
            whole = option if isinstance(option, dict) else {"value": option}
            result.append(option if condition is None else {**whole, "show_if": condition})
        return result

    def extras(self, *, none: bool = True) -> dict[str, Any]:
        keys: dict[str, Any] = {}
        if self.often(0.35):
            keys["other"] = True
            if self.often(0.5):
                keys["other_text"] = self.text(("Something else, namely", "其他（请说明）"))
        if none and self.often(0.25):
            keys["none"] = True
        return keys

    def single(self) -> dict[str, Any]:
        keys = {"options": self.guarded(self.options()), **self.extras()}
        return keys | ({"look": "dropdown"} if self.often(0.3) else {})

    def multi(self) -> dict[str, Any]:
        options = self.guarded(self.options())
        if self.often(0.25):
            last = options[-1] if isinstance(options[-1], dict) else {"value": options[-1]}
            options[-1] = {**last, "exclusive": True}
        keys: dict[str, Any] = {"options": options, **self.extras()}
        if self.often(0.3):
            keys["look"] = "tags"
        if self.often(0.2):
            keys["min"] = 1
        if self.often(0.4):
            keys["max"] = self.rng.randint(1, len(options))
        return keys

    def matrix(self) -> dict[str, Any]:
        rng = self.rng
        keys: dict[str, Any] = {"rows": self.options(codes=False)}
        if self.often(0.6):
            keys["points"] = rng.choice((3, 5, 7))
            keys |= self.ends()
            if self.often(0.3):
                keys["labels"] = self.point_labels(range(1, keys["points"] + 1))
        elif self.often(0.3):
            keys["columns"] = [{"value": str(n), "text": self.text((f"Grade {n}", f"{n} 分"))} for n in range(1, 5)]
        else:
            keys["columns"] = self.options(codes=False)
        if self.often(0.3):
            keys["every_row"] = True
        else:
            keys["rows"] = self.guarded(keys["rows"])
        return keys

    def ranking(self) -> dict[str, Any]:
        return {"options": self.guarded(self.options(3))}

    def yesno(self) -> dict[str, Any]:
        if self.often(0.6):
            return {}
        return {"labels": {"yes": self.text(("Yes, please", "可以")), "no": self.text(("No, thanks", "不用了"))}}

    def line(self) -> dict[str, Any]:
        rng = self.rng
        if self.often(0.4):
            return {"format": rng.choice(("email", "tel", "url"))}
        if self.often(0.3):
            return {"pattern": rng.choice(_PATTERNS)[0]}
        limits = {"min_length": rng.choice((1, 3)), "max_length": rng.choice((40, 200))}
        return {key: value for key, value in limits.items() if self.often(0.4)}

    def number(self) -> dict[str, Any]:
        rng = self.rng
        keys: dict[str, Any] = {"integer": True} if self.often(0.5) else {}
        if self.often(0.5):
            keys["min"] = rng.choice((0, -10, 1)) if keys else rng.choice((0, -2.5))
        if self.often(0.5):
            keys["max"] = rng.choice((100, 12)) if keys.get("integer") else rng.choice((99.5, 1000))
        return keys

    def day(self) -> dict[str, Any]:
        keys: dict[str, Any] = {"min": "2021-05-01"} if self.often(0.3) else {}
        return keys | ({"max": "2026-11-22"} if self.often(0.3) else {})

    def comment(self) -> dict[str, Any]:
        return {"max_length": 2000} if self.often(0.3) else {}

    def plans(self, data: dict[str, Any]) -> None:
        rng = self.rng
        by_type: dict[str, list[str]] = {}
        for item in self.items:
            by_type.setdefault(item["type"], []).append(item["name"])
        metrics: dict[str, dict[str, Any]] = {
            f"m_{kind}": {"kind": kind, "item": names[0]} for kind, names in by_type.items() if kind in {"nps", "csat"}
        }
        if "number" in by_type:
            label = self.text(("Visits (mean)", "到访次数（均值）"))
            metrics["m_mean"] = {"kind": "mean", "item": by_type["number"][0], "label": label}
        if metrics and self.often(0.7):
            data["metrics"] = metrics
        if self.often(0.3):
            asked = [item for item in self.items if item["type"] != "note"]
            name = rng.choice(asked)["name"]
            data["sources"] = {"wjx": {name: {"column": "3、您有多大可能…", "missing": {"-3": "skipped"}}}}
        condition = self.condition()
        if condition is not None and self.often(0.4):
            rule = {"id": "watch", "when": condition, "severity": rng.choice(("minor", "major", "severe"))}
            data["follow_up"] = [rule | ({"quiet_days": 30} if self.often(0.5) else {"safety": True})]
        if self.often(0.5):
            data["thanks"] = [{"text": self.text(("Thank you, and goodbye.", "谢谢，再见。"))}]
            if condition is not None and self.often(0.5):
                data["thanks"].insert(0, {"if": condition, "text": self.text(("We are sorry.", "非常抱歉。"))})
        ending = random_condition(rng, data["pages"][0]["items"])
        if ending is not None and self.often(0.3):
            data["end_if"] = [ending]
        if data["version"] > 1 and self.often(0.4):
            data["migrations"] = [{"from": 1, "to": 2, "rename": {"old": self.items[0]["name"]}, "drop": ["gone"]}]
        if self.often(0.3):
            steps = [{"expect": {data["pages"][0]["items"][0]["name"]: {"value": None}}}]
            data["tests"] = [{"name": "At the start, nothing is answered", "steps": steps}]


_KEYS: Mapping[str, Callable[[_Writer], dict[str, Any]]] = {
    "nps": _Writer.nps, "csat": _Writer.csat, "ces": _Writer.ces, "rating": _Writer.rating, "single": _Writer.single,
    "multi": _Writer.multi, "matrix": _Writer.matrix, "ranking": _Writer.ranking, "yesno": _Writer.yesno,
    "text": _Writer.line, "number": _Writer.number, "date": _Writer.day, "comment": _Writer.comment,
}  # fmt: skip


def random_answers(survey: Survey, rng: random.Random) -> dict[str, Any]:
    """Return one respondent's typed answers as `Survey.check` takes them: possible, and branching respected.

    Parameters
    ----------
    survey : Survey
        One whose conditions refer to earlier items, as those of `random_survey` do.
    rng : random.Random
    """
    pages = survey.definition.pages
    names = [[item.name for item in page.items] for page in pages]
    ends = [(last_page(text, names), parse(text)) for text in survey.definition.end_if]
    answers: dict[str, Any] = {}
    for number, page in enumerate(pages):
        if any(last < number and condition.holds(answers) for last, condition in ends):
            break
        for item in page.items:
            seen = all(parse(text).holds(answers) for text in (page.show_if, item.show_if) if text is not None)
            if item.type == "note" or not seen:
                continue
            needed = item.required or (item.require_if is not None and parse(item.require_if).holds(answers))
            if needed or rng.random() < 0.85:
                answers[item.name] = _answer(item, answers, rng, survey.languages[0])
            chosen = answers.get(item.name)
            if getattr(item, "other", False) and (
                chosen == "other" or (item.type == "multi" and "other" in (chosen or ()))
            ):
                answers[f"{item.name}__other_text"] = _words(rng, survey.languages[0]).replace("\n", " ")
    return answers


def _words(rng: random.Random, language: str) -> str:
    return rng.choice(_WORDS_ZH if language == "zh-CN" or rng.random() < 0.2 else _WORDS_EN)


def _visible(options: Sequence[Any], answers: Mapping[str, object]) -> list[Any]:
    return [each for each in options if each.show_if is None or parse(each.show_if).holds(answers)]


def _answer(item: BaseItem, answers: Mapping[str, object], rng: random.Random, language: str) -> object:
    if isinstance(item, Matrix):
        return _matrix_answer(item, answers, rng)
    if item.scale is not None:
        return rng.choice(item.scale)
    if isinstance(item, TextItem):
        return _line_answer(item, rng, language)
    if isinstance(item, NumberItem):
        low = -50 if item.min is None else item.min
        high = max(low, 500 if item.max is None else item.max)
        if item.integer:
            return rng.randint(int(low), int(high))
        return round(rng.uniform(low, high), 2)
    if isinstance(item, DateItem):
        low_day, high_day = item.min or _FIRST_DAY, item.max or date(2026, 12, 31)
        return low_day + timedelta(days=rng.randint(0, (high_day - low_day).days))
    if item.type == "yesno":
        return rng.random() < 0.5
    if item.type == "hidden":
        return f"C-{rng.randrange(100000):05d}"
    if item.type == "comment":
        return _words(rng, language)
    return _choice_answer(item, answers, rng)


def _choice_answer(item: BaseItem, answers: Mapping[str, object], rng: random.Random) -> object:
    options = _visible(getattr(item, "options", ()), answers)
    values = [option.value for option in options]
    if item.type == "ranking":
        return tuple(rng.sample(values, len(values)))
    values += ["other"] * bool(getattr(item, "other", False))
    alone = [option.value for option in options if option.exclusive] + ["none"] * bool(getattr(item, "none", False))
    if not isinstance(item, Multi):
        return rng.choice(values + alone)
    together = [value for value in values if value not in alone]
    if alone and (not together or rng.random() < 0.2):
        return (rng.choice(alone),)
    most = min(item.max or len(together), len(together))
    return tuple(rng.sample(together, rng.randint(max(1, item.min or 0), most)))


def _matrix_answer(item: Matrix, answers: Mapping[str, object], rng: random.Random) -> dict[str, object]:
    rows = [row.value for row in _visible(item.rows, answers)]
    if not item.every_row:
        rows = [row for row in rows if rng.random() < 0.9] or rows[:1]
    points: Sequence[object] = item.values if item.scale is None else item.scale
    return {row: rng.choice(points) for row in rows}


def _line_answer(item: TextItem, rng: random.Random, language: str) -> str:
    if item.format == "email":
        return f"{rng.choice(('ann', 'li.wei', 'o-hara'))}{rng.randrange(100)}@example.com"
    if item.format == "tel":
        return rng.choice(("13800138000", "+86 10 1234 5678", "010-12345678", "030/1234"))
    if item.format == "url":
        return rng.choice(("https://example.com/a?b=c,d", "http://example.org"))
    for pattern, make in _PATTERNS:
        if item.pattern == pattern:
            return make(rng)
    return _words(rng, language).replace("\n", " ").ljust(item.min_length or 0, "。")
