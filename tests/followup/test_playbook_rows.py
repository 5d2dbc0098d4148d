"""What the sources ask of playbooks, row by row: the case in which a card is shown, what it says, where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from closeloop.followup.playbook.cards import Card, load_deck
from closeloop.followup.playbook.playbook import case_playbook
from closeloop.followup.state import CaseState
from made_cases import NOW, entry, talk
from made_cases import complaint as made


@dataclass(frozen=True, kw_only=True)
class Row:
    """The card, a case that shows it, one that must not, and words that it has to say in each language."""

    card: str
    shown: CaseState
    hidden: CaseState
    en: str
    zh: str
    how: Mapping[str, Any] = field(default_factory=dict)
    how_hidden: Mapping[str, Any] = field(default_factory=dict)


def coded(code: str, stage: str = "analysing") -> CaseState:
    return made(stage, values={"code": code})


def styled(style: str) -> CaseState:
    return made(contacts=[talk(5, style=style)])


def feels(*emotions: str) -> CaseState:
    days = range(len(emotions) - 1, -1, -1)
    felt = [talk(5 + n, emotion=code, days_ago=day) for n, (code, day) in enumerate(zip(emotions, days, strict=True))]
    return made(contacts=felt)


def row(card: str, shown: CaseState, hidden: CaseState, en: str, zh: str, **how: Any) -> Row:
    return Row(card=card, shown=shown, hidden=hidden, en=en, zh=zh, **how)


DOING, NEW, CLOSED = made("implementing"), made("received"), made("closed")
ESCALATED = made("analysing")
ESCALATED.escalation = 1
DIRECT, INDIRECT = {"preference": "direct"}, {"preference": "indirect"}
UP_TO_PROPOSE = made("resolved", contacts=[talk(5, protocol=["listen", "understand", "probe", "propose"])])
TALKED_OFTEN = made("analysing", contacts=[talk(n) for n in (5, 6, 7, 8)])

ROWS = {
    "L021": row("needs_understand", coded("response_speed"), coded("price"), "guide", "提纲"),
    "L030-1": row("price_transparent", coded("price_change"), coded("defect"), "line by line", "价格构成"),
    "L030-2": row("price_flexible", coded("price_change"), coded("too_expensive"), "Voucher|cost", "优惠券|费用"),
    "L030-3": row("price_personal", coded("too_expensive"), coded("price_change"), "tariff", "套餐"),
    "L030-4": row("price_talk", coded("unclear_charges"), coded("communication"), "reason", "为什么"),
    "L036-1": row("culture_direct", DOING, DOING, "Result first", "先说结果", how=DIRECT, how_hidden=INDIRECT),
    "L036-2": row("culture_indirect", DOING, DOING, "losing face", "铺垫", how=INDIRECT, how_hidden=DIRECT),
    "L036-3": row("culture_ask", NEW, NEW, "customer chooses|country", "客户自己选|国籍", how_hidden=DIRECT),
    "L036-4": row("culture_direct", DOING, coded("cultural_difference"), "Result first", "先说结果", how=DIRECT),
    "L037-1": row("share_information", coded("information_asymmetry"), coded("price"), "you do not", "未知的"),
    "L037-2": row("talk_better", coded("wording_tone"), coded("price"), "Plain words|polite", "说准确|有礼貌"),
    "L037-3": row(
        "many_channels", coded("communication"), coded("price"),
        "Face to face|telephone|e-mail|social media", "面对面|电话|邮件|社交媒体",
    ),
    "L047": row(
        "suggestion_open", made("received", values={"kind": "suggestion"}), NEW, "thank you|by when", "道谢|哪天答复",
    ),
    "L048": row("principle_customer", NEW, DOING, "customer's words|wish", "客户原话|诉求"),
    "L049": row("principle_active", made("received", values={"owner": ""}), NEW, "One owner", "负责人"),
    "L050": row("principle_fair", made("proposed"), DOING, "evidence|others got", "证据|同类"),
    "L051": row("principle_lawful", made("proposed"), DOING, "not lawful", "不合规"),
    "L052": row("principle_flexible", made("proposed"), DOING, "walk-away|most", "退出条件|上限"),
    "L053": row("principle_long_term", made("satisfied"), DOING, "lesson|ask again", "经验|再次测评"),
    "L068": row(
        "point_goal", NEW, DOING,
        "Settle the conflict|common ground|restore the relationship", "化解矛盾|寻求共识|恢复和谐关系",
    ),
    "L069": row("point_same_understanding", made(), made(playbacks=[entry(8, agreed=True)]), "summary", "小结"),
    "L070": row("point_listen", NEW, DOING, "speaks more", "说得比您多"),
    "L071": row("point_empathy", feels("hurt"), feels("gratitude"), "feeling", "感受"),
    "L072": row("point_precise", DOING, NEW, "Who, what, until when", "谁、做什么、哪天前"),
    "L073": row("point_common_ground", made("proposed"), DOING, "both sides want|Give a little", "双方都想要|先让一步"),
    "L074": row("point_constructive", made("proposed"), DOING, "an action, a day and an owner", "行动、日期和负责人"),
    "L075": row("point_calm", feels("anger"), feels("worry"), "handing over|next call", "换人|下次通话"),
    "L076": row("point_follow_up", made("resolved"), DOING, "satisfies|once more", "满不满意|再问一次"),
    "L124": row("skill_listening", NEW, DOING, "Sum up", "归纳"),
    "L125": row("skill_true_intent", NEW, UP_TO_PROPOSE, "Words|Tone|feeling", "言辞|语气|情感"),
    "L126": row("skill_emotion", feels("frustration"), feels("praise"), "interrupt|justify|feel", "打断|辩解|感受"),
    "L127": row("skill_questions", NEW, DOING, "Open|probing|closed", "开放|追问|封闭"),
    "L128": row("skill_empathy", made(), DOING, "trouble you most", "换了自己"),
    "L129": row("skill_needs_to_improvement", CLOSED, DOING, "theme|countermeasure", "主题|对策"),
    "L148": row(
        "many_channels", made(contacts=[talk(5, reached=False), talk(6, reached=False)]),
        made(contacts=[talk(5, reached=False), talk(6)]), "chat|take another", "在线聊天|换一个",
    ),
    "L161": row("hand_off", ESCALATED, made("analysing"), "hands over|owner", "交接|负责人"),
    "L164": row(
        "barrier_language", made(values={"language": "de"}), made(),
        "customer's language|in writing", "客户的语言|书面",
    ),
    "L166": row("emotion_changes", feels("anger", "worry"), feels("worry", "worry"), "competitor", "竞争对手"),
    "L167": row("measure_mechanism", TALKED_OFTEN, made("analysing"), "Several ways|team", "渠道|专业团队"),
    "L168": row("measure_quality", coded("oversold", "learning"), coded("price", "learning"), "expect", "期望"),
    "L169": row("emotion_worry", feels("worry"), feels("confusion"), "feared most", "最担心"),
    "L170": row("emotion_anger", feels("anger"), feels("disappointment"), "do not interrupt|stay calm", "不打断|冷静"),
    "L171": row("emotion_disappointment", feels("disappointment"), feels("anger"), "Offer a solution", "给方案"),
    "L273": row(
        "skill_separate", made("analysing"),
        made("analysing", negotiations=[entry(9, interests={"customer": "a fixed day"})]),
        "demand to the need", "为什么",
    ),
    "L277": row(
        "refused_offer", made("analysing", refusals=[entry(9)]), made("analysing"), "next option", "下一个方案",
    ),
    "L281": row("style_unknown", made(), styled("angry"), "in this contact", "本次所见"),
    "L282": row(
        "style_angry", styled("angry"), styled("prepared"),
        "calm|Listen|understand|back to the matter", "稳住|认真听|理解|引回",
    ),
    "L283": row(
        "style_prepared", styled("prepared"), styled("angry"),
        "Evidence first|seriously|substance", "证据先行|认真对待|实质",
    ),
    "L284": row("style_talkative", styled("talkative"), styled("reticent"), "patient|Focus", "耐心|聚焦"),
    "L285": row("style_reticent", styled("reticent"), styled("talkative"), "Open questions", "开放式问题"),
    "L286": row("step_listen", NEW, DOING, "their words", "原话"),
    "L287": row("step_understand", made(), DOING, "feeling|Say it back", "感受|复述"),
    "L288": row("step_probe", made("analysing"), NEW, "link_cause", "link_cause|追一步"),
    "L289": row("step_propose", made("proposed"), NEW, "“Agree” comes before", "先“达成一致”，后“开始实施”"),
    "L290": row("step_confirm", made("resolved"), DOING, "own answer|heard|reasonable", "本人|被重视|合理"),
}  # fmt: skip


def said(card: Card, tag: str) -> str:
    parts = [card.title, *([] if card.goal is None else [card.goal]), *card.steps, *card.checks]
    return "\n".join(part.in_language(tag) for part in parts)


@pytest.mark.parametrize("name", ROWS)
def test_the_card_is_shown_where_it_belongs_and_nowhere_else(name: str) -> None:
    wanted = ROWS[name]
    assert case_playbook(wanted.shown, NOW, **wanted.how).card(wanted.card) is not None
    assert case_playbook(wanted.hidden, NOW, **wanted.how_hidden).card(wanted.card) is None


@pytest.mark.parametrize("name", ROWS)
def test_the_card_says_what_the_source_asks_for_in_both_languages(name: str) -> None:
    wanted = ROWS[name]
    card = load_deck()[wanted.card]
    lacking = [word for word in wanted.en.split("|") if word.casefold() not in said(card, "en").casefold()]
    lacking += [word for word in wanted.zh.split("|") if word not in said(card, "zh-CN")]
    assert lacking == []


@pytest.mark.parametrize("name", ROWS)
def test_the_card_gives_its_reason_in_both_languages(name: str) -> None:
    wanted = ROWS[name]
    shown = case_playbook(wanted.shown, NOW, **wanted.how).card(wanted.card)
    assert shown is not None
    assert len(shown.reason.en) > 10
    assert any("\u4e00" <= char <= "\u9fff" for char in shown.reason.zh)


def test_the_row_is_one_that_the_card_says_it_serves() -> None:
    deck = load_deck()
    elsewhere = {"L161"}
    wrong = [name for name, each in ROWS.items() if name.split("-")[0] not in {*deck[each.card].serves, *elsewhere}]
    assert wrong == []


def test_no_card_is_without_a_row_that_tests_it() -> None:
    tested = {each.card for each in ROWS.values()}
    untested = set(load_deck()) - tested
    # alike in kind: the rows L169 and L133 name them together with one that is tested
    assert untested == {
        "emotion_frustration", "emotion_confusion", "emotion_hurt", "emotion_positive", "keep_promises",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("emotion", "card"),
    [("frustration", "emotion_frustration"), ("confusion", "emotion_confusion"), ("hurt", "emotion_hurt"),
     ("relief", "emotion_positive")],
)  # fmt: skip
def test_every_emotion_of_the_codebook_has_its_answer(emotion: str, card: str) -> None:
    shown = {each.card.id for each in case_playbook(feels(emotion), NOW).cards if each.family == "emotion"}
    assert shown == {card}


def test_a_broken_promise_brings_its_card() -> None:
    broken = made("implementing", promises=[entry(4, what="call", due_at="2026-06-01", kept=False)])
    assert case_playbook(broken, NOW).card("keep_promises") is not None
    assert case_playbook(DOING, NOW).card("keep_promises") is None


def test_each_principle_names_the_guards_that_hold_a_case_to_it() -> None:
    deck = load_deck()
    principles = [card for card in deck.values() if card.id.startswith("principle_")]
    assert len(principles) == 6
    assert all(card.guards for card in principles)
