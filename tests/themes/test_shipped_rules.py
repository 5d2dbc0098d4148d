"""What the rules of the shipped codebooks count and what not: negations, other meanings, the invented customers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"

load = cache(load_codebook)


def codes_of(texts: Sequence[str], codebook: Codebook) -> list[set[str]]:
    coding = code_mentions(list(texts), codebook)
    found: list[set[str]] = [set() for _ in texts]
    for mention, code in zip(coding.mention, coding.code, strict=True):
        found[coding.response[mention]].add(coding.codes[code])
    return found


# What a reader of comments would not count, by negation or because the word means something else here.
INNOCENT = {
    "too_expensive": [
        "东西不贵。", "真的不算贵。", "It is not expensive at all.", "Not too expensive for what it does.",
        "贵公司的师傅很准时。", "一点都不贵，很划算。", "水温太高了。", "一个月100块，很便宜。",
        "It ran for less than a week.",
    ],
    "response_speed": [
        "没有等很久。", "等了5分钟就有答复。", "不用等，直接就办好了。", "I did not wait long.", "No waiting at all.",
        "师傅走之前还拖了地。", "我晚点再来。", "The app is too slow.", "打开页面太慢了。",
    ],
    "defect": [
        "孩子高兴坏了。", "用了三年没出过毛病。", "It has run without a fault for years.", "累坏了，不过值得。",
        "Your promise was broken.", "优惠券不能用。", "The voucher code does not work.", "刚修好没几天又坏了。",
    ],
    "usability": ["专门打电话问烤箱好不好用。", "Not confusing at all.", "办了一张会员卡。", "The bill is confusing."],
    "workmanship": ["没有异味。", "No rust after two years."],
    "product_safety": ["The smoke detector was installed in no time.", "没有安全隐患。"],
    "attitude": ["师傅态度不差。", "It was my fault, not yours."],
    "wording_tone": [
        "客服不凶。", "The agent was not rude at all.", "毫不含糊地给换了。", "The handle snapped.", "吼吼吼，真香。",
    ],
    "skill": ["我不懂技术，师傅讲得很清楚。", "I had no idea how easy it would be.", "账单看不懂。"],
    "process": ["手续简单，不麻烦。", "Not complicated at all.", "讲了三遍也很耐心，说了3遍都不烦。"],
    "done_wrong": ["I pressed the button by mistake.", "是我弄错了地址。"],
    "promise_broken": ["约好的时间，师傅准时到了。", "They promised the next day, and it came."],
    "expectation": ["比预期好。", "和预期一样。", "Better than expected, and I had expected more noise."],
    "oversold": ["实物和图片一样。", "Exactly as advertised.", "I saw your advertisement.", "头发吹得很干。"],
    "price_change": [
        "一直没涨价。", "They have not raised the price.", "Please increase the water pressure.", "长知识了。",
    ],
    "price_discrimination": ["没有杀熟。"],
    "compared": ["比别家都好。"],
    "unclear_charges": ["没有隐形消费。", "No hidden fees."],
    "information_asymmetry": ["没说明书也装得上。"],
    "cultural_difference": ["The parcel was stuck in customs.", "I like the custom colour."],
    "policy": ["在规定时间内送到了。", "My insurance policy covers it."],
    "product_policy_change": ["The money was withdrawn twice."],
    "seems_unreasonable": ["Waiting three weeks is unacceptable.", "这价格不合理。"],
}  # fmt: skip


# In Chinese, commas hold together what an English writer would say in two sentences: praise of one thing must not take
# the complaint about another one back.
MIXED = {
    "师傅准时，走的时候还把地擦干净了，不过请了一天假在家等，送货的根本没来。": {"promise_broken"},
    "东西不贵，就是上门费太贵。": {"too_expensive"},
    "讲解很耐心，可是同一件事要说三遍。": {"process"},
    "手续简单，就是等了三个星期。": {"response_speed"},
    "我不懂，客服也一问三不知。": {"skill"},
    "很负责，不过之前那位爱理不理的。": {"attitude"},
    "Polite people, but I waited three weeks and the dryer still leaks.": {"response_speed", "defect"},
}


def test_praise_in_the_same_sentence_does_not_hide_a_complaint() -> None:
    found = codes_of(list(MIXED), load("conflict-types"))
    assert [text for text, codes in zip(MIXED, found, strict=True) if not MIXED[text] <= codes] == []


def test_negations_and_other_meanings_are_not_counted() -> None:
    said = [(code, text) for code, texts in INNOCENT.items() for text in texts]
    found = codes_of([text for _, text in said], load("conflict-types"))
    assert [pair for pair, codes in zip(said, found, strict=True) if pair[0] in codes] == []


DENIED = {
    "emotions": {
        "不是很满意。": "positive",
        "Not happy with it.": "positive",
        "It is good, but not 100 yuan good.": "positive",
        "To be honest, the plan costs too much.": "praise",
        "师傅不专业。": "praise",
        "I would not recommend it.": "loyalty",
        "不会推荐给别人。": "loyalty",
        "从没让我失望。": "disappointment",
        "Thanks for nothing.": "gratitude",
        "不用担心漏水。": "worry",
        "I do not trust you any more.": "relief",
        "用着不放心。": "relief",
        "Not angry, only tired.": "anger",
        "垃圾桶太小。": "anger",
    },
    "rater": {"It is kind of noisy.": "empathy", "To be honest, it is noisy.": "assurance"},
    "4p": {"贵公司在哪里？": "price", "She is in charge of the house.": "price"},
    "motives": {"不是为了赔偿。": "redress", "The warning light is on.": "vent"},
    "remedy-types": {
        "They reminded customers of the visit.": "training",
        "As I recall, it was blue.": "product_change",
    },
}


@pytest.mark.parametrize("name", DENIED)
def test_what_is_denied_or_means_something_else_is_not_counted_elsewhere_either(name: str) -> None:
    found = codes_of(list(DENIED[name]), load(name))
    assert [text for text, codes in zip(DENIED[name], found, strict=True) if DENIED[name][text] in codes] == []


# Precision and recall on the comments of the invented customers, against what each comment was written to be about.
# Measured on 5 069 readable comments, half of them English (2026-11-22): price 1.000 and 1.000 (n 631), product and app
# 0.944 and 1.000 (n 744), service with delivery and billing 0.911 and 0.965 (n 1 256).
# They are made of 84 sentences in each language that were known when the rules were written: the figures guard against
# a step back and say little about comments of real people (for those see test_review_accuracy.py). What is “wrong” is
# mostly a matter of definition: goods damaged on arrival count as delivery there and as product quality here.
def _families(book: Codebook) -> dict[str, tuple[set[str], set[str]]]:
    def branch(top: str) -> set[str]:
        return {top, *(code.id for code in book.descendants(top))}

    return {
        "price": (branch("price") - {"unclear_charges"}, {"price"}),
        "product": (branch("product_quality"), {"quality", "app"}),
        "service": (
            branch("service_delivery") | branch("communication") | branch("policy") | {"unclear_charges"},
            {"service", "delivery", "billing"},
        ),
    }


FLOORS = {"price": (0.98, 0.98), "product": (0.92, 0.98), "service": (0.89, 0.94)}


def _sample_comments() -> list[tuple[str, set[str]]]:
    def rows(name: str) -> list[list[str]]:
        with (SAMPLE / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))

    tables = {
        "qualtrics": rows("relationship_qualtrics_2025-07_2026-06.csv"),
        "quickstart": rows("quickstart.csv"),
    }
    column = {"qualtrics": tables["qualtrics"][0].index("Q4"), "quickstart": tables["quickstart"][0].index("why")}
    return [
        (tables[export][int(row) - 1][column[export]], set(filter(None, codes.split(";"))))
        for export, row, _, codes in rows("truth_comments.csv")[1:]
        if export in tables
    ]


def test_rules_find_what_the_invented_customers_wrote_about() -> None:
    comments = _sample_comments()
    assert len(comments) == 5069
    book = load("conflict-types")
    coding = code_mentions([text for text, _ in comments], book)
    given = coding.matrix(unit="response")
    for family, (codes, themes) in _families(book).items():
        columns = [coding.codes.index(code) for code in sorted(codes)]
        found = [bool(row.any()) for row in given[:, columns]]
        true = [bool(themes & about) for _, about in comments]
        both = sum(f and t for f, t in zip(found, true, strict=True))
        precision, recall = both / sum(found), both / sum(true)
        print(f"{family}: precision {precision:.3f}, recall {recall:.3f}, n {sum(true)}")
        assert precision >= FLOORS[family][0], family
        assert recall >= FLOORS[family][1], family


def test_praise_is_told_from_complaints() -> None:
    # Measured on the same comments, without those that are about nothing: precision 1.00, recall 0.82 (n 2 229). Much
    # of the praise states a fact without a feeling (“up and running within 3 hours”), and that is not to be coded.
    comments = [(text, about) for text, about in _sample_comments() if about]
    book = load("emotions")
    good = {"positive", *(code.id for code in book.descendants("positive"))}
    found = [bool(good & codes) for codes in codes_of([text for text, _ in comments], book)]
    true = ["praise" in about for _, about in comments]
    both = sum(f and t for f, t in zip(found, true, strict=True))
    print(f"praise: precision {both / sum(found):.3f}, recall {both / sum(true):.3f}, n {sum(true)}")
    assert both / sum(found) >= 0.97
    assert both / sum(true) >= 0.79
