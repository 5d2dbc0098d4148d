"""Suggestions: a missing category is found in both languages, the rest is left alone, and a machine decides nothing."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.text import set_language
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.residual.clusters import clusters
from closeloop.themes.residual.ngrams import plain, readable, vectors
from closeloop.themes.residual.suggestion import Suggestions

PARKING = {
    "en": [
        "no parking near the store", "the parking lot was full again", "could not find a parking space",
        "parking is a nightmare at weekends", "you should offer more parking", "paid parking costs a fortune here",
        "parking spots are too narrow", "we drove around looking for parking", "the car park sign is wrong",
    ],
    "zh-CN": [
        "停车太难了", "停车场总是满的", "找不到停车位", "周末停车要等半小时", "停车费收得离谱", "附近没有地方停车",
        "停车位太窄", "希望增加停车位", "地下停车场指示不清",
    ],
}  # fmt: skip
SORTS = {
    "en": (
        "i have been with you for years|my neighbour told me|it was raining that day|see my earlier message"
        "|nothing to add"
        "|ok i guess|we will see|the colour is nice|i ordered it for my mother|hope to hear from you|as usual"
        "|my dog liked it|second time i write|not sure what to say|good weather for it|i live in the north"
        "|it is what it is|another way maybe|thanks anyway|next year again|blue one|so la la|half and half"
        "|tuesday evening|long story|who knows|fair enough|does the job|could be worse|see attachment"
    ),
    "zh-CN": (
        "我是老客户了|朋友推荐来的|那天下雨|没什么好说的|还可以吧|颜色挺好看|给妈妈买的|希望回复|一般般|下次再说|第二次写了"
        "|我住在北方|就这样吧|谢谢|随便填的|家里人喜欢|看看再说|之前说过了|不太清楚|也许明年再来|蓝色那款|凑合|周二晚上"
        "|说来话长|谁知道呢|中规中矩|见附件|够用了|以后再聊|无所谓"
    ),
}
NOISE = {tag: text.split("|") for tag, text in SORTS.items()}
KNOWN = {
    "en": [
        "prices went up again", "far too expensive", "the price is unfair", "expensive for what you get",
        "the staff was rude", "rude staff at the till", "nobody of the staff helped", "staff ignored me",
    ],
    "zh-CN": [
        "价格又涨了", "价格比别家高", "实在太贵", "价格不透明", "店员爱理不理", "店员态度恶劣", "店员不懂产品",
        "店员很不耐烦",
    ],
}  # fmt: skip
TAILS = {
    "en": ["", "", " this time", " last week", " on monday", " if i may say so"],
    "zh-CN": ["", "", "这次", "上周", "周一", "个人看法"],
}


def text(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


def shop() -> Codebook:
    def code(name: str, en: list[str], zh: list[str], other: bool = False) -> dict[str, object]:
        rules = {"terms": {"en": en, "zh-CN": zh}}
        said = text(name.title(), {"price": "价格", "staff": "店员"}.get(name, "其他"))
        return {"id": name, "label": said, "definition": said, "rules": rules, "other": other}

    codes = [
        code("price", ["price*", "expensive"], ["价格", "太贵"]), code("staff", ["staff"], ["店员"]),
        code("other", ["weather"], ["下雨"], True),
    ]  # fmt: skip
    head = {"id": "shop", "version": 1, "languages": ["en", "zh-CN"], "title": text("Shop", "门店"),
            "split": text("What about?", "关于什么？")}  # fmt: skip
    return Codebook(CodebookState.model_validate({**head, "codes": codes}))


def comments(tags: tuple[str, ...], parking: int = 40, seed: int = 3) -> list[str]:
    """Return comments about price, staff and all sorts of things, and so many about parking, in some languages."""
    draw = np.random.default_rng(seed)
    said: list[str] = []
    for tag in tags:
        for pool, n in ((PARKING, parking), (NOISE, 150), (KNOWN, 120)):
            picks = draw.integers(len(pool[tag]), size=n)
            tails = draw.integers(len(TAILS[tag]), size=n)
            said += [pool[tag][i] + TAILS[tag][k] for i, k in zip(picks.tolist(), tails.tolist(), strict=True)]
    draw.shuffle(said)
    return said


def suggested(said: list[str], k: int = 5) -> tuple[Coding, Suggestions]:
    coding = code_mentions(said, shop())
    found: Suggestions = coding.suggest(k)
    return coding, found


@pytest.mark.parametrize(("tag", "word"), [("en", "parking"), ("zh-CN", "停车")])
def test_a_missing_category_is_among_the_suggestions(tag: str, word: str) -> None:
    coding, found = suggested(comments((tag,)))
    best = next(one for one in found if one.terms[0].text == word)
    about = [word in coding.mention_text(i) for i in best.mentions]
    planted = sum(word in text for text in coding.texts) if coding.texts is not None else 0
    assert np.mean(about) >= 0.9
    assert sum(about) >= 0.75 * planted
    assert best.verdict == "new"
    assert best.ci_low < best.n / found.n < best.ci_high
    assert best.stability > 0.4
    assert 3 <= len(best.quotes) <= 5
    assert word in best.rule_terms[tag]


def test_both_languages_in_one_pile_give_one_suggestion_each() -> None:
    _, found = suggested(comments(("en", "zh-CN")), k=4)
    assert {"parking", "停车"} <= {one.terms[0].text for one in found}


def test_nothing_is_forced_into_a_group() -> None:
    _, found = suggested(comments(("en", "zh-CN")), k=2)
    assert len(found) == 2
    assert sum(one.n for one in found) + found.n_smaller + found.n_rest == found.n_residual
    assert found.n_rest > 0
    everybody = [i for one in found for i in one.mentions]
    assert len(everybody) == len(set(everybody))


def test_all_sorts_of_things_are_no_group() -> None:
    draw = np.random.default_rng(1)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    said = [" ".join("".join(draw.choice(letters, 6)) for _ in range(5)) for _ in range(300)]
    _, found = suggested(said)
    assert (len(found), found.n_rest, found.n_residual) == (0, 300, 300)
    assert "no group stands out" in str(found.sentence)
    found.plot()


def test_identical_texts_lie_on_the_same_side() -> None:
    said = comments(("en", "zh-CN"))
    said += [text.upper() + "!!" for text in said[:200]]
    coding, found = suggested(said, k=50)
    group = {i: one.number for one in found for i in one.mentions}
    sides: dict[str, set[int | None]] = {}
    named = set(coding.mention.tolist())
    for i in range(coding.n_mentions):
        if i not in named:
            sides.setdefault(plain(coding.mention_text(i)), set()).add(group.get(i))
    assert sides
    assert {len(side) for side in sides.values()} == {1}


def test_the_same_comments_give_the_same_suggestions_in_any_order() -> None:
    said = comments(("en", "zh-CN"))
    one, two = suggested(said)[1], suggested(said)[1]
    assert one.to_dict() == two.to_dict()
    draw = np.random.default_rng(9)
    order = draw.permutation(len(said))
    coding, other = suggested([said[i] for i in order])
    assert other[0].n == pytest.approx(one[0].n, abs=3)
    assert {s.terms[0].text for s in other} >= {"parking", "停车"}
    assert coding.n_mentions == len(said)


def test_a_group_that_says_what_a_code_says_belongs_to_it() -> None:
    said = comments(("en",), parking=0)
    # nobody coded "pricing", which reads like what was coded as price
    said += [f"{text} pricing" for text in ["the unfair", "up again the", "went up again", "what you get"] * 10]
    words = {"price": "price", "expensive": "price", "staff": "staff"}
    codes = [next((code for word, code in words.items() if word in text), None) for text in said]
    rows = {"id": range(len(said)), "text": said, "code": codes}
    found = Coding.from_table(rows, unit="response", text="text").suggest()
    best = next(one for one in found if one.terms[0].text == "pricing")
    assert best.near is not None
    assert (best.near.code, best.verdict) == ("price", "belongs")
    assert "part of “price”?" in str(best)


def test_other_counts_as_residual() -> None:
    coding, found = suggested(["bad weather today"] * 6 + ["price"] * 4)
    assert (found.n_residual, found.n) == (6, 10)
    assert found.n_texts == 1
    assert coding.n_assignments == 10


def test_hostile_and_strange_comments_are_read_as_they_are() -> None:
    said = [
        *comments(("en",), parking=0), *["<script>alert(1)</script> no parking anywhere"] * 4,
        *["=cmd() no parking"] * 4, "😀", "", "  ", "Çok pahalı değil", "Очень дорого", "x" * 100_000,
        "\x00\x07 no parking",
    ]  # fmt: skip
    coding, found = suggested(said, k=50)
    assert any("parking" in one.terms[0].text for one in found)
    assert "<script>" not in found._repr_html_()
    assert found.n == coding.substantive.sum()


def test_fewer_than_asked_for_is_fine_and_nothing_at_all_too() -> None:
    assert len(suggested(["price"] * 10)[1]) == 0
    assert len(suggested([])[1]) == 0
    assert len(suggested(["no parking"] * 3)[1]) == 0


def test_wrong_arguments_are_refused() -> None:
    coding = code_mentions(["no parking"], shop())
    with pytest.raises(ValueError, match="at least one"):
        coding.suggest(0)
    with pytest.raises(ValueError, match="no texts"):
        Coding.from_table({"id": [1], "code": [None], "other": [1]}, unit="response").suggest()


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_is_told_and_drawn_in_both_languages(tag: str) -> None:
    _, found = suggested(comments((tag,)))
    set_language(tag)
    words = {"en": "a new code?", "zh-CN": "可否新增编码？"}
    assert words[tag] in str(found)
    assert words[tag] in str(found[0])
    assert {"en": "suggestions of a machine", "zh-CN": "机器"}[tag] in found._repr_html_()
    labels = [label.get_text() for label in found.plot().figure.axes[0].get_yticklabels()]
    assert len(labels) >= len(found) + 1
    assert json.loads(json.dumps(found.to_dict()))["n_residual"] == found.n_residual


# The vectors and the groups themselves


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab 停车\U00020000é1", max_size=12), min_size=1, max_size=8, unique=True))
def test_vectors_are_at_most_of_length_one(said: list[str]) -> None:
    texts = list(dict.fromkeys(plain(text) for text in said))
    rows = vectors(texts).rows
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).reshape(-1))
    assert rows.shape[0] == len(texts)
    assert np.all(length <= 1 + 1e-12)


def test_grams_are_those_of_a_plain_loop() -> None:
    texts = ["no parking", "停车难 ok", "park停车"]
    expected: dict[str, Counter[str]] = {}
    for said in texts:
        grams: Counter[str] = Counter()
        for word in "".join(f" {c} " if "一" <= c <= "鿿" else c for c in said).split():
            marked = f" {word} " if word.isascii() else ""
            grams.update(marked[i : i + n] for n in (4, 5) for i in range(len(marked) - n + 1))
        for run in ("停车难", "停车"):
            if run in said:
                grams.update({run[i : i + n] for n in (2, 3) for i in range(len(run) - n + 1)})
                break
        expected[said] = grams
    shared = {one for one in expected[texts[1]] if one in expected[texts[2]]}
    rows = vectors(texts).rows
    assert shared == {"停车"}
    assert (rows.toarray()[1:] > 0).sum(axis=0).max() == 2
    common = set(expected[texts[0]]) & set(expected[texts[2]])
    assert common == {" par", "park", " park"}
    assert rows.shape[1] == len(common | shared)


def test_readable_terms_are_words_pairs_and_short_runs() -> None:
    assert readable("app 停车难 no") == {"app", "停车", "车难", "停车难"}
    assert {"parking lot", "parking", "lot", "the parking"} <= readable("the parking lot")


def test_loose_and_small_groups_are_dropped() -> None:
    texts = [plain(text) for text in NOISE["en"]]
    found = vectors(texts)
    assert (clusters(found.rows, found.telling, np.ones(len(texts)), 5).member == -1).all()
