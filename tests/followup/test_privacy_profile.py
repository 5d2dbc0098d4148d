"""The customer file, how long people are remembered, and what they may ask to see."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from closeloop.errors import StoreError, SurveyDefinitionError
from closeloop.followup.loop.loop import Loop
from closeloop.followup.loop.opening import open_loop
from closeloop.followup.privacy.profile import Profile
from closeloop.followup.privacy.purposes import load_purposes
from closeloop.followup.privacy.retention import due_for_erasure
from closeloop.text import LANGUAGES, set_language

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WORDS = "Nobody called me back"


def noted(name: str = "preferred_channel", value: str = "WeChat", **more: Any) -> Profile:
    said = {"purposes": ("service",), "ground": "contract", "source": "said so at the desk", "at": NOON} | more
    return Profile(subject_id="S-7K2M9QPA").noting(name, value, **said)


# --- the customer file: purpose, consent and time to keep of each field ---


def test_a_field_is_used_for_what_it_was_noted_for_and_for_nothing_else() -> None:
    profile = noted().noting("size", "42", purposes=("contract",), ground="contract", source="order", at=NOON)
    assert profile.usable("service", NOON) == {"preferred_channel": "WeChat"}
    assert profile.usable("contract", NOON) == {"size": "42"}
    assert profile.usable("complaint", NOON) == {}


def test_marketing_is_off_until_somebody_agreed_to_just_that() -> None:
    profile = noted(purposes=("service", "marketing"))
    assert not profile.may("marketing", NOON)
    assert profile.usable("marketing", NOON) == {}
    other = profile.agreeing("research", wording="consent-research@2", channel="survey", at=NOON)
    assert not other.may("marketing", NOON)
    agreed = profile.agreeing("marketing", wording="consent-marketing@1", channel="desk", at=NOON)
    assert agreed.usable("marketing", NOON) == {"preferred_channel": "WeChat"}
    assert not agreed.may("marketing", NOON - DAY)


def test_agreeing_does_not_widen_what_a_field_was_noted_for() -> None:
    agreed = noted().agreeing("marketing", wording="consent-marketing@1", channel="desk", at=NOON)
    assert agreed.usable("marketing", NOON) == {}


def test_a_consent_ends_when_it_is_withdrawn_or_its_last_day_is_over() -> None:
    said = {"wording": "consent-marketing@1", "channel": "desk", "at": NOON}
    ended = noted().agreeing("marketing", until=NOON.date(), **said)
    assert ended.may("marketing", NOON)
    assert not ended.may("marketing", NOON + DAY)
    withdrawn = noted().agreeing("marketing", **said).withdrawing("marketing", at=NOON + DAY)
    assert withdrawn.may("marketing", NOON)
    assert not withdrawn.may("marketing", NOON + DAY)
    assert withdrawn.consents[0].given_at == NOON  # when it was given stays on record
    assert withdrawn.agreeing("marketing", **said | {"at": NOON + 2 * DAY}).may("marketing", NOON + 3 * DAY)


def test_what_rests_on_consent_has_to_go_with_it() -> None:
    profile = noted("birthday", "05-12", purposes=("marketing",), ground="consent").noting(
        "size", "42", purposes=("contract",), ground="contract", source="order", at=NOON
    )
    profile = profile.agreeing("marketing", wording="consent-marketing@1", channel="desk", at=NOON)
    assert profile.lapsed(NOON) == ()
    after = profile.withdrawing("marketing", at=NOON + DAY)
    assert [field.name for field in after.lapsed(NOON + DAY)] == ["birthday"]
    assert [field.name for field in after.without("birthday").fields] == ["size"]


def test_a_field_lapses_when_its_time_is_over() -> None:
    profile = noted(keep_days=30)
    assert profile.lapsed(NOON + 29 * DAY) == ()
    assert len(profile.lapsed(NOON + 30 * DAY)) == 1
    assert profile.usable("service", NOON + 30 * DAY) == {}


def test_noting_again_replaces_and_a_profile_shows_no_values() -> None:
    profile = noted().noting(
        "preferred_channel", "phone", purposes=("service",), ground="contract", source="call", at=NOON
    )
    assert profile.usable("service", NOON) == {"preferred_channel": "phone"}
    assert "phone" not in repr(profile)
    assert "S-7K2M9QPA" not in repr(profile)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purposes": ()}, "has no purpose"),
        ({"purposes": ("fun",)}, "no purpose “fun”"),
        ({"ground": "because"}, "is no ground"),
        ({"source": " "}, "has no source"),
    ],
)
def test_a_field_without_purpose_ground_or_source_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        noted(**change)


def test_a_consent_must_say_to_what() -> None:
    with pytest.raises(ValueError, match="needs the text that the person agreed to"):
        noted().agreeing("marketing", wording=" ", channel="desk", at=NOON)
    with pytest.raises(ValueError, match="no purpose “everything”"):
        noted().agreeing("everything", wording="all@1", channel="desk", at=NOON)


# --- the file of purposes ---


def test_shipped_purposes_preset_no_time_and_speak_both_languages() -> None:
    purposes = load_purposes()
    assert {purpose.keep_days for purpose in purposes.purposes} == {None}
    assert {purpose.id for purpose in purposes.purposes if purpose.own_consent} == {"research", "marketing"}
    for purpose in purposes.purposes:
        assert set(purpose.label) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{id: marketing, label: {en: m}, own_consent: false, keep_days: null}", "never covered by another purpose"),
        ("{id: a, label: {en: m}, own_consent: true, keep_days: -1}", "keep_days"),
        ("{id: a, label: {en: m}, own_consent: true}\n  - {id: a, label: {en: m}, own_consent: true}", "there twice"),
    ],
)
def test_a_faulty_file_of_purposes_is_refused_with_its_line(tmp_path: Path, entry: str, words: str) -> None:
    file = tmp_path / "purposes.yaml"
    head = "format: 1\nid: mine\nversion: 1\nlanguages: [en]\ntitle: {en: Mine}\npurposes:\n"
    file.write_text(f"{head}  - {entry}\n", encoding="utf-8")
    with pytest.raises(SurveyDefinitionError, match=words) as caught:
        load_purposes(file)
    assert caught.value.findings[0].line is not None


# --- retention ---


def ended(case_id: str, subject_id: str | None, days_ago: int | None, kind: str = "complaint") -> dict[str, Any]:
    end = None if days_ago is None else (NOON - days_ago * DAY).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"case_id": case_id, "subject_id": subject_id, "kind": kind, "is_open": end is None, "ended_at": end}


RULES = load_purposes().keeping(complaint=730, enquiry=90)


def states(*rows: dict[str, Any], **more: Any) -> dict[str, str]:
    return {row.subject_id: row.state for row in due_for_erasure(rows, NOON, RULES, **more).people}


def test_who_is_due() -> None:
    found = states(
        ended("C-1", "S-DUE", 731), ended("C-2", "S-WAITS", 700), ended("C-3", "S-OPEN", None),
        ended("C-4", "S-UNDECIDED", 5000, "suggestion"), ended("C-5", None, 731),
        ended("C-6", "S-SHORT", 90, "enquiry"),
    )  # fmt: skip
    assert found == {
        "S-DUE": "due", "C-5": "due", "S-SHORT": "due", "S-WAITS": "waits", "S-UNDECIDED": "undecided",
        "S-OPEN": "open",
    }  # fmt: skip


def test_a_person_is_due_when_the_last_of_their_cases_is() -> None:
    assert states(ended("C-1", "S-1", 2000), ended("C-2", "S-1", 10)) == {"S-1": "waits"}
    assert states(ended("C-1", "S-1", 2000), ended("C-2", "S-1", None)) == {"S-1": "open"}
    assert states(ended("C-1", "S-1", 2000), ended("C-2", "S-1", 2000, "other")) == {"S-1": "undecided"}
    (row,) = due_for_erasure([ended("C-1", "S-1", 100), ended("C-2", "S-1", 60, "enquiry")], NOON, RULES).people
    assert row.due_on == (NOON - 100 * DAY + 730 * DAY).date()


def test_the_very_day_counts() -> None:
    assert states(ended("C-1", "S-1", 730)) == {"S-1": "due"}
    assert states(ended("C-1", "S-1", 729)) == {"S-1": "waits"}


def test_who_was_forgotten_is_not_listed_again_unless_they_came_back() -> None:
    rows = [ended("C-1", "S-1", 2000), ended("C-2", "S-1", 1000)]
    assert states(*rows, erased={"C-1", "C-2"}) == {}
    assert states(*rows, erased={"C-1"}) == {"S-1": "due"}


def test_nothing_is_due_while_nobody_has_decided() -> None:
    plan = due_for_erasure([ended("C-1", "S-1", 5000)], NOON)
    assert plan.due == ()
    assert "Nobody has decided how long to keep: 1" in str(plan)


def test_the_dry_run_masks_ids_and_says_that_it_is_one() -> None:
    plan = due_for_erasure([ended("C-1", "S-7K2M9QPA", 800)], NOON, RULES)
    for tag in LANGUAGES:
        set_language(tag)
        for shown in (str(plan), plan._repr_html_(), repr(plan), plan.to_frame().to_string(), str(plan.to_dict())):
            assert "S-7K2M9QPA" not in shown
        assert ("dry run" if tag == "en" else "预演") in str(plan)
    assert plan.facts()["n_due"] == 1
    assert plan.plot().caption


# --- with a register ---


@pytest.fixture
def loop(store_url: str, tmp_path: Path) -> Iterator[Loop]:
    key_file = None if store_url == ":memory:" else tmp_path / "loop.keys"
    with open_loop(store_url, actor="li", now="2026-07-01T09:00+08:00", key_file=key_file) as opened:
        yield opened


def open_case(loop: Loop, words: str = WORDS, subject: str = "4711") -> tuple[str, str]:
    case = loop.open_case(words=words, channel="phone", received_at="2026-07-01T08:30+08:00", subject=subject)
    return case.case_id, str(case.state.value("subject_id"))


def test_a_plan_is_carried_out_and_only_for_those_who_are_due(loop: Loop) -> None:
    (first, gone), (second, stays) = open_case(loop), open_case(loop, subject="4712")
    case = loop.case(first)
    case.customer_message(channel="phone", words="never mind")
    case.do("withdraw", words="never mind")
    plan = loop.retention(RULES, now="2029-01-01T09:00+08:00")
    assert plan.due == (gone,)
    assert loop.reveal(first, "a dry run deletes nothing")["words"]
    (erasure,) = loop.forget_due(plan, "time to keep is over")
    assert erasure.case_ids == (first,)
    assert all(text.gone is not None for text in loop.reveal(first, "was asked"))
    assert loop.reveal(second, "calling back")["words"] == WORDS
    again = loop.retention(RULES, now="2029-01-01T09:00+08:00")
    assert [row.subject_id for row in again.people] == [stays]


def test_a_customer_file_comes_back_as_it_was_and_its_values_are_sealed(loop: Loop) -> None:
    _, subject_id = open_case(loop)
    said = {"ground": "contract", "source": "desk", "at": NOON}
    profile = Profile(subject_id=subject_id).noting("hobby", "Quokkas", purposes=("service",), keep_days=30, **said)
    profile = profile.agreeing("marketing", wording="m@1", channel="desk", at=NOON, until=dt.date(2027, 1, 1))
    profile = profile.withdrawing("marketing", at=NOON + DAY)
    loop.keep_profile(profile)
    assert loop.profile(subject_id) == profile
    with loop._desk.store.reading() as tx:
        assert "Quokkas" not in json.dumps([row["content"] for row in tx.documents("profile")])
    loop.keep_profile(profile.without("hobby"))
    assert loop.profile(subject_id).fields == ()
    with loop._desk.store.reading() as tx:
        assert len(tx.document_versions(f"profile-{subject_id}")) == 1  # what was taken out is gone
    assert loop.profile("S-NOBODY") == Profile(subject_id="S-NOBODY")


def test_a_customer_file_is_not_read_without_the_key_file(tmp_path: Path) -> None:
    file = tmp_path / "loop.sqlite"
    with open_loop(file, actor="li", now="2026-07-01T09:00+08:00") as loop:
        loop.keep_profile(noted())
    (tmp_path / "loop.sqlite.keys").rename(tmp_path / "away")
    with open_loop(file, actor="li", now="2026-07-01T09:00+08:00") as loop:
        with pytest.raises(StoreError, match="is not there"):
            loop.profile("S-7K2M9QPA")
        with pytest.raises(StoreError, match="is not there"):
            loop.export_subject("S-7K2M9QPA", "asked for it")


def test_all_that_is_known_of_a_person_in_one_piece_and_on_record(loop: Loop, tmp_path: Path) -> None:
    (first, subject_id), (second, _) = open_case(loop), open_case(loop, "Still nobody")
    open_case(loop, "Somebody else", "4712")
    loop.case(first).customer_message(channel="phone", words="Third call", at="2026-07-01T08:45+08:00")
    loop.keep_profile(
        Profile(subject_id=subject_id).noting(
            "hobby", "Quokkas", purposes=("service",), ground="contract", source="desk", at=NOON
        )
    )
    data = loop.export_subject(subject_id, "asked for it on 2026-06-30", actor="dpo")
    assert WORDS not in repr(data)
    written = data.write(tmp_path / "person.json")
    assert written.stat().st_mode & 0o777 == 0o600
    content = json.loads(written.read_text(encoding="utf-8"))
    text = json.dumps(content, ensure_ascii=False)
    assert [case["case"]["case_id"] for case in content["cases"]] == [first, second]
    for known in (WORDS, "Still nobody", "Third call", "Quokkas"):
        assert known in text
    assert "Somebody else" not in text
    for case_id in (first, second):
        last = loop.case(case_id).events[-1]
        assert (last.type, last.actor) == ("PiiRevealed", "dpo")
    assert loop.verify().is_intact


def test_of_a_forgotten_person_the_facts_are_handed_out_and_why_the_rest_is_gone(loop: Loop) -> None:
    first, subject_id = open_case(loop)
    loop.erase(subject_id, "asked for it")
    content = loop.export_subject(subject_id, "asked again").content
    said = content["cases"][0]["history"][0]["said"]
    assert said["words"]["unreadable"]["en"].startswith("Erased on 2026-07-01")
    assert said["channel"] == "phone"
    assert content["profile"] is None
    assert loop.case(first).events[-1].type == "PiiErased"  # nothing was revealed


def test_who_is_not_known_is_said_so(loop: Loop) -> None:
    with pytest.raises(StoreError, match=r"Nothing is known of S-…BODY"):
        loop.export_subject("S-SOMEBODY", "asked for it")
