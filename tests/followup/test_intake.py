"""Complaints by telephone, at the desk, by letter, e-mail, chat, post and table; and the register of channels."""

from __future__ import annotations

import datetime as dt
import email.message
from typing import Any

import pandas as pd
import pytest

from closeloop.errors import ColumnNotFoundError
from closeloop.followup.intake.case_in import CASE_KINDS, between_departments, case_in, definition
from closeloop.followup.intake.channel import Channel, ReachabilityTest, channel_findings
from closeloop.followup.intake.channel_shares import channel_shares
from closeloop.followup.intake.mail import from_email, without_history
from closeloop.followup.intake.spoken import from_chat, from_desk, from_letter, from_phone, from_post
from closeloop.followup.intake.table import from_frame, from_reviews
from closeloop.stats.intervals import share_interval

NOW = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
THEN = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def test_telephone_and_desk_are_oral_and_the_rest_is_written() -> None:
    assert from_phone("It broke.", received_at=THEN, now=NOW).fields["form"] == "oral"
    assert from_desk("It broke.", received_at=THEN, now=NOW).fields["form"] == "oral"
    assert from_desk("It broke.", received_at=THEN, now=NOW, written=True).fields["form"] == "written"
    assert from_letter("It broke.", received_at=THEN, now=NOW).fields["form"] == "written"


@pytest.mark.parametrize(
    ("change", "words"),
    [({"words": " "}, "This case: there are no words"), ({"channel": "fone"}, "channel is “fone”; did you mean phone?"),
     ({"kind": "rant"}, "kind is “rant”"), ({"received_at": NOW + dt.timedelta(hours=1)}, "which is after now"),
     ({"received_at": dt.datetime(2026, 3, 2)}, "has no time zone"),  # noqa: DTZ001
     ({"words": "", "row": 7}, "Row 7: there are no words"), ({"severity": "huge"}, "severity is “huge”")],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_said_with_its_row(change: dict[str, Any], words: str) -> None:
    fields: dict[str, Any] = {"words": "It broke.", "channel": "phone", "received_at": THEN, "now": NOW, **change}
    with pytest.raises(ValueError, match=words):
        case_in(**fields)


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    found = from_phone("It broke.", received_at=NOW + dt.timedelta(minutes=4), now=NOW)
    assert found.fields["received_at"] == NOW


def test_a_complaint_is_defined_by_dissatisfaction_and_an_expected_response() -> None:
    assert "dissatisfied" in definition("complaint").en
    assert "expects a response" in definition("complaint").en
    assert all(definition(kind).zh for kind in CASE_KINDS)


def test_a_matter_between_departments_hangs_on_the_customers_case() -> None:
    found = between_departments("C-AB12CD34", words="No answer since Monday.", department="Warehouse", now=NOW)
    assert (found.fields["scope"], found.fields["parent_case_id"]) == ("interdepartment", "C-AB12CD34")
    assert found.customer == ""
    with pytest.raises(ValueError, match="hangs on a customer's case"):
        between_departments(" ", words="x", department="Warehouse", now=NOW)


def test_a_post_is_public_and_one_step_more_severe() -> None:
    found = from_post("Never again", posted_at=THEN, now=NOW, author="@li", link="https://example.com/1", score=1)
    assert (found.fields["public_exposure"], found.fields["severity"], found.key) == (
        True, "major", "https://example.com/1",
    )  # fmt: skip


HEAD = "From: =?utf-8?b?5p2O6Zu3?= <Li@Example.com>\nDate: Mon, 2 Mar 2026 09:30:00 +0800\nSubject: Broken lamp\n"


def test_an_email_gives_words_sender_and_time() -> None:
    found = from_email(HEAD + "Message-ID: <1@x>\n\nThe lamp is broken.\nPlease help.", now=NOW)
    assert found.fields["words"] == "Broken lamp\n\nThe lamp is broken.\nPlease help."
    assert found.fields["contact"] == "李雷 <Li@Example.com>"
    assert (found.customer, found.key) == ("li@example.com", "<1@x>")
    assert found.fields["received_at"] == dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Still broken.\n\nOn Mon, 2 Mar 2026 at 09:30, Service wrote:\n> Is it?\n> Yes", "Still broken."),
        ("还是坏的。\n\n在 2026年3月2日，客服 <a@b.cn> 写道：\n> 好了吗？", "还是坏的。"),
        ("Still broken.\n-----Original Message-----\nFrom: Service\nIs it?", "Still broken."),
        ("还是坏的。\n------------------ 原始邮件 ------------------\n发件人: 客服", "还是坏的。"),
        ("Still broken.\n-- \nLi Lei, Shanghai", "Still broken."),
        ("On Mon, 2 Mar 2026, Service wrote:\n> Is it?\nYes, it is.", "Yes, it is."),
        ("> Is it broken?\nIt is.\n> And the plug?\nToo.", "It is.\nToo."),
        ("On Monday I wrote: nothing happened.", "On Monday I wrote: nothing happened."),
    ],
)
def test_the_quoted_history_is_cut(text: str, said: str) -> None:
    assert without_history(text)[0] == said


def test_a_page_is_read_as_text_and_nothing_hidden_is_kept() -> None:
    letter = email.message.EmailMessage()
    letter["From"], letter["Date"], letter["Subject"] = "a@b.cn", "Mon, 2 Mar 2026 09:30:00 +0000", "x"
    letter.set_content(
        "<style>p{}</style><p>Broken &amp; late</p><script>alert(1)</script><blockquote>old</blockquote>",
        subtype="html",
    )
    letter.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="lamp.png")
    found = from_email(letter.as_bytes(), now=NOW)
    assert found.fields["words"] == "x\n\nBroken & late"
    assert [str(note) for note in found.notes] == ["1 attachments are not kept; record them as evidence."]


def test_an_email_in_a_character_set_that_nobody_knows_is_read_all_the_same() -> None:
    text = HEAD + 'Content-Type: text/plain; charset="x-none"\nContent-Transfer-Encoding: 8bit\n\nbroken'
    assert "broken" in from_email(text.encode(), now=NOW).fields["words"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("Subject: x\n\nbroken", "header From is missing or cannot be read: –"),
     ("From: a@b.cn\n\nbroken", "header Date is missing"),
     ("From: a@b.cn\nDate: yesterday\n\nbroken", "header Date is missing or cannot be read: yesterday"),
     ("From: a@b.cn\nDate: Mon, 2 Mar 2026 09:30:00 +0000\nAuto-Submitted: auto-replied\n\nAway", "automatic reply"),
     ("From: a@b.cn\nDate: Mon, 2 Mar 2026 09:30:00 +0000\n\n> old", "there are no words"),
     ("From: a@b.cn\nDate: Mon, 1 Mar 2027 09:30:00 +0000\n\nbroken", "after now")],
)  # fmt: skip
def test_an_email_that_cannot_be_a_case_says_why(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_email(text, now=NOW)


def test_a_chat_gives_what_the_customer_wrote() -> None:
    log = "[10:02] Agent Ann: Hello\n[10:03] Customer: It broke.\nNote: yesterday\n[10:04] Agent Ann: Sorry\n"
    found = from_chat(log, received_at=THEN, now=NOW)
    assert found.fields["words"] == "It broke.\nNote: yesterday"
    assert str(found.notes[0]) == "2 lines of others were left out."
    named = from_chat("张三：坏了\n客服小李：抱歉", received_at=THEN, now=NOW, speaker="张三")
    assert named.fields["words"] == "坏了"
    with pytest.raises(ValueError, match="The names are: 张三, 小李"):
        from_chat("张三：坏了\n小李：抱歉", received_at=THEN, now=NOW)


TABLE = {
    "工单编号": ["T1", "T2", "T3", "T3", "T4", "T4", "T5", "T6"],
    "投诉内容": ["坏了", "", "很慢", "很慢", "退款", "换货", "吵", "贵"],
    "投诉时间": [
        "2026-03-01 10:00", "2026-03-01", "2026年3月1日 08:30", "2026年3月1日 08:30", "2026-03-02", "2026-03-02",
        "someday", "2027-01-01",
    ],
    "渠道": ["电话", "邮件", "微博", "微博", "柜台", "柜台", "电话", "电话"],
    "客户编号": [4711, 4712, None, None, 4713, 4713, 4714, 4715],
    "备注": ["x"] * 8,
}  # fmt: skip


def test_a_table_is_matched_by_its_headers_and_every_row_is_accounted_for() -> None:
    found = from_frame(pd.DataFrame(TABLE), now=NOW, source="crm", zone="Asia/Shanghai")
    assert dict(found.columns) == {
        "words": "投诉内容", "received_at": "投诉时间", "channel": "渠道", "customer": "客户编号", "key": "工单编号",
    }  # fmt: skip
    assert found.unused == ("备注",)
    assert [(case.row, case.fields["channel"], case.customer) for case in found.cases] == [
        (1, "phone", "4711"), (3, "social", ""), (5, "desk", "4713"),
    ]  # fmt: skip
    assert found.repeated == (4,)
    assert {one.row: str(one.reason) for one in found.refused} == {
        2: "Row 2: there are no words; say what the customer brought forward.",
        6: "Row 6: the key T4 stands in an earlier row that says something else.",
        7: "Row 7: “someday” is no time; write it as 2026-03-01 10:00.",
        8: "Row 8: received at 2027-01-01T00:00:00+08:00, which is after now (2026-03-03T12:00+00:00); "
        "check the date and its time zone.",
    }
    assert len(found.cases) + len(found.refused) + len(found.repeated) == found.n_rows == 8
    assert found.cases[0].fields["received_at"] == dt.datetime(2026, 3, 1, 2, tzinfo=dt.UTC)


def test_the_same_row_has_the_same_key_whenever_it_comes() -> None:
    frame = pd.DataFrame(TABLE)
    keys = {case.row: case.key for case in from_frame(frame, now=NOW, source="crm").cases}
    mixed = from_frame(frame.iloc[[4, 0]].reset_index(drop=True), now=NOW + dt.timedelta(days=9), source="crm")
    assert [case.key for case in mixed.cases] == [keys[5], keys[1]]
    assert from_frame(frame, now=NOW, source="other").cases[0].key != keys[1]
    without = from_frame(frame.drop(columns="工单编号"), now=NOW, source="crm")
    assert len({case.key for case in without.cases}) == len(without.cases)


def test_columns_can_be_named_and_what_is_not_there_is_an_error() -> None:
    frame = pd.DataFrame({"what": ["bad"], "when": [dt.datetime(2026, 3, 1)], "who": ["li"]})  # noqa: DTZ001
    chosen = {"words": "what", "received_at": "when", "customer": "who"}
    assert from_frame(frame, now=NOW, source="x", columns=chosen, channel="desk").cases[0].customer == "li"
    with pytest.raises(ColumnNotFoundError, match="words"):
        from_frame(frame, now=NOW, source="x", channel="desk")
    with pytest.raises(ColumnNotFoundError, match="wat"):
        from_frame(frame, now=NOW, source="x", columns={"words": "wat"}, channel="desk")
    with pytest.raises(ValueError, match="There is no field colour"):
        from_frame(frame, now=NOW, source="x", columns={"colour": "what"}, channel="desk")
    with pytest.raises(ValueError, match="Several columns could be words: complaint, text"):
        from_frame(frame.assign(complaint="a", text="b", date="2026-03-01"), now=NOW, source="x", channel="desk")


def test_reviews_with_few_stars_are_public_cases_and_the_others_are_counted() -> None:
    frame = pd.DataFrame({"评论": ["差", "好", "一般"], "评价时间": ["2026-03-01"] * 3, "星级": [1, 5, 2]})
    found = from_reviews(frame, now=NOW, source="shop")
    assert [(case.fields["score"], case.fields["public_exposure"]) for case in found.cases] == [
        (1.0, True),
        (2.0, True),
    ]
    assert [str(one.reason) for one in found.refused] == ["Row 2: 5.0 stars call for nobody."]
    with pytest.raises(ColumnNotFoundError, match="score"):
        from_reviews(frame.drop(columns="星级"), now=NOW, source="shop")


def test_hostile_text_is_kept_as_it_was_written() -> None:
    words = "=HYPERLINK(1)<script>'; DROP TABLE--"
    frame = pd.DataFrame({"text": [words], "date": ["2026-03-01"], "channel": ["email"]})
    assert from_frame(frame, now=NOW, source="x").cases[0].fields["words"] == words


TODAY = dt.date(2026, 3, 3)
HOTLINE = Channel(
    id="hotline", channel="phone", address="400 000 0000", languages=("zh-CN",), easy_to_find=True,
    tests=(ReachabilityTest(tested_on=dt.date(2026, 1, 5), by="Li", reached=True, minutes=3),),
)  # fmt: skip
MAIL = Channel(id="mail", channel="email", address="help@example.com", easy_to_find=True).tested(
    ReachabilityTest(tested_on=TODAY, by="Li", reached=True)
)


def test_a_good_register_has_no_findings() -> None:
    assert list(channel_findings([HOTLINE, MAIL], TODAY, languages=["zh-CN", "en"])) == []


@pytest.mark.parametrize(
    ("channels", "rule"),
    [
        ([], "channel_none"),
        ([HOTLINE], "channel_one_way"),
        ([HOTLINE.model_copy(update={"tests": ()}), MAIL], "channel_untested"),
        ([HOTLINE.tested(ReachabilityTest(tested_on=TODAY, by="Li", reached=False)), MAIL], "channel_unreachable"),
        ([HOTLINE.model_copy(update={"easy_to_find": False}), MAIL], "channel_hidden"),
        ([HOTLINE.model_copy(update={"easy_to_find": None}), MAIL], "channel_unknown_place"),
        ([HOTLINE.model_copy(update={"address": ""}), MAIL], "channel_no_address"),
    ],
)
def test_what_is_amiss_with_a_channel_is_found(channels: list[Channel], rule: str) -> None:
    assert channel_findings(channels, TODAY).rules == (rule,)


def test_a_reachability_test_grows_old_and_a_language_may_be_missing() -> None:
    later = HOTLINE.tests[0].tested_on + dt.timedelta(days=90)
    fresh = MAIL.tested(ReachabilityTest(tested_on=later, by="Li", reached=True))
    assert channel_findings([HOTLINE, fresh], later).rules == ()
    assert channel_findings([HOTLINE, fresh], later + dt.timedelta(days=1)).rules == ("channel_test_old",)
    only = HOTLINE.model_copy(update={"tests": fresh.tests})
    other = fresh.model_copy(update={"languages": ("zh-CN",)})
    assert channel_findings([only, other], later, languages=["fr"]).rules == ("channel_language",)


def test_a_channel_is_kept_and_read_back_as_a_setting() -> None:
    assert Channel.model_validate(HOTLINE.model_dump(mode="json")) == HOTLINE
    assert HOTLINE.last_reachability_test == HOTLINE.tests[0]


def test_shares_of_channels_have_intervals_and_name_the_unused_and_the_unregistered() -> None:
    found = channel_shares(["phone"] * 6 + ["social"] * 2, [HOTLINE, MAIL])
    rows = found.rows()
    assert [(row["channel"], row["n"], row["registered"]) for row in rows] == [
        ("phone", 6, True), ("social", 2, False), ("email", 0, True),
    ]  # fmt: skip
    limits = share_interval(6, 8)
    assert (rows[0]["ci_low"], rows[0]["ci_high"]) == (float(limits.low), float(limits.high))
    assert [str(note) for note in found.notes] == [
        "Registered, but no case came by them: e-mail. Are they easy to find?",
        "Cases came by channels that are not in the register: social media.",
    ]
    assert str(channel_shares([], [HOTLINE]).sentence) == "No case came in yet."
