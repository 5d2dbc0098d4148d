"""The survey form without a browser: pages, branching, sending once, drafts, languages, modes, and its static twin."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.errors import ColumnNotFoundError, StoreError
from closeloop.survey.load import survey_from_dict
from closeloop.text import set_language
from closeloop.views.form_block import form_html
from closeloop.widgets.form.survey_form import SurveyForm

SURVEY = cl.load_survey(Path(__file__).with_name("all_types.survey.yaml"))
NOW = "2026-07-01T09:30+08:00"
WHOLE = {"recommend": 9, "pains": ["price"], "often": {"app": "daily", "site": "never"}}


def ask(form: SurveyForm, name: str, **fields: Any) -> dict[str, Any]:
    """Do what a page would ask for, and give the answer that it gets."""
    sent: list[dict[str, Any]] = []
    form.send = lambda content, buffers=None: sent.append(content)
    form._handle_custom_msg({"kind": "do", "view": "v", "seq": 1, "name": name, "fields": fields}, [])
    return sent[-1]


def a_survey(tag: str, pages: list[dict[str, Any]], title: str = "S") -> cl.Survey:
    """Give a survey in one language."""
    about = {"format": 1, "id": "s", "version": 1, "languages": [tag], "title": {tag: title}}
    return survey_from_dict({**about, "pages": pages})


def names(form: SurveyForm) -> list[str]:
    return [item["name"] for item in form.view["items"]]


def test_pages_follow_each_other_and_hidden_ones_are_not_counted() -> None:
    form = SURVEY.form()
    assert (form.view["page"], form.view["pages"], form.view["heading"]) == (1, 3, "Your visit")
    form.do("answer", item="recommend", value=2)
    assert form.view["pages"] == 4
    form.do("next")
    assert names(form)[0] == "channel"
    form.do("answer", item="pains", value=["price"])
    form.do("answer", item="often", value={"app": "daily", "site": "never"})
    form.do("next")
    assert form.view["heading"] == "What happened"
    form.do("back")
    form.do("back")
    form.do("answer", item="recommend", value=10)
    assert form.view["pages"] == 1
    form.do("next")
    assert form.view["stage"] == "review"
    form.do("back")
    assert form.view["page"] == 1


def test_next_stays_where_something_is_wrong_and_says_how_much() -> None:
    form = SURVEY.form()
    answer = ask(form, "next")
    assert answer["error"] == form.error == "1 answer needs another look."
    assert (form.view["page"], form.view["focus"]) == (1, "recommend")
    assert next(i["issues"] for i in form.view["items"] if i["name"] == "recommend") == [
        "Please choose a number from 0 to 10."
    ]
    ask(form, "answer", item="recommend", value=7)
    assert form.error == ""
    assert ask(form, "next")["error"] == ""
    assert ask(form, "next")["error"] == "1 answer needs another look."


def test_issues_come_when_a_question_was_left() -> None:
    form = SURVEY.form()
    assert not any(item["issues"] for item in form.view["items"])
    form.do("left", item="recommend")
    assert [item["name"] for item in form.view["items"] if item["issues"]] == ["recommend"]


def test_what_cannot_be_read_stays_in_its_field_without_an_alert() -> None:
    form = SURVEY.form(WHOLE)
    form.do("next")
    form.do("next")
    assert ask(form, "answer", item="visits", value="十")["error"] == ""
    (visits,) = [item for item in form.view["items"] if item["name"] == "visits"]
    assert (visits["value"], visits["issues"]) == (
        "十",
        ["“十” cannot be read as a number. Please write it in digits, such as 10 or 1.5."],
    )
    assert "visits" not in form.value
    with pytest.raises(ValueError, match="1 answer needs another look"):
        form.submit()


def test_submit_goes_to_the_first_page_with_a_problem() -> None:
    form = SURVEY.form({"recommend": 2, "contact": True})
    form.do("next")
    with pytest.raises(ValueError, match=re.escape("3 answers need another look.")):
        form.submit()
    assert form.view["page"] == 2
    form.do("answer", item="pains", value=["price"])
    form.do("answer", item="often", value={"app": "daily", "site": "never"})
    with pytest.raises(ValueError, match=r"2 answers need another look; the first is on page 3\."):
        form.submit()
    assert form.view["focus"] == "story"


def test_it_is_sent_once(tmp_path: Path) -> None:
    form = SURVEY.form(WHOLE, to=tmp_path / "r.csv", now=NOW)
    assert [ask(form, "submit")["say"] for _ in range(2)] == [
        "Your answers have been sent.",
        "These answers were sent already; they are not sent twice.",
    ]
    assert form.response is not None
    assert form.response["status"] == "complete"
    assert form.response["answered_at"] == "2026-07-01T09:30:00+08:00"
    assert form.view["thanks"] == "Thank you."
    assert cl.read_responses(tmp_path / "r.csv", SURVEY).ledger["rows_in"] == 1
    assert "can no longer be changed" in ask(form, "answer", item="recommend", value=1)["error"]
    assert form.value["recommend"] == 9


def test_the_first_thanks_that_fits_is_said() -> None:
    form = SURVEY.form({**WHOLE, "recommend": 5}, language="zh")
    form.submit()
    assert form.view["thanks"] == "非常抱歉。"


def test_a_low_score_opens_a_case_in_a_loop_and_a_second_form_another(tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    with cl.open_loop(":memory:", actor="li", now=NOW) as loop:
        for customer, score in (("C-1", 2), ("C-2", 9), ("C-3", 3)):
            answers = {**WHOLE, "recommend": score, "story": "Nobody came.", "respondent_id": customer}
            form = SURVEY.form(answers, to=loop, draft=draft)
            form.do("next")
            kept = draft.read_bytes()
            form.submit()
        draft.write_bytes(kept)  # the kernel was lost between the two
        SURVEY.form(to=loop, draft=draft).submit()
        assert repr(loop) == "<Loop in memory: 2 cases, 2 open>"


def test_an_interview_says_so_in_the_response() -> None:
    form = SURVEY.form({"recommend": 10}, mode="interview")
    assert form.view["keys"]
    form.do("interviewer", text=" Li ")
    form.submit()
    assert form.response is not None
    assert (form.response["channel_source"], form.response["interviewer"]) == ("interview", "Li")


def test_at_a_kiosk_the_next_person_starts_anew(tmp_path: Path) -> None:
    form = SURVEY.form({"order_no": "7"}, to=tmp_path / "r.csv", mode="kiosk", language="zh-CN")
    assert form.view["fresh"]
    for score in (10, 9):
        form.do("answer", item="recommend", value=score)
        assert not form.view["fresh"]
        if score == 9:
            break
        form.submit()
        form.do("language", tag="en")
        form.do("again")
    assert form.value == {"order_no": "7", "recommend": 9}
    assert form.view["lang"] == "zh-CN"
    assert cl.read_responses(tmp_path / "r.csv", SURVEY).accepted["order_no"].tolist() == ["7"]
    with pytest.raises(ValueError, match="kiosk"):
        SURVEY.form().do("again")


def test_an_interviewer_asks_the_next_one_unless_the_form_is_for_somebody(tmp_path: Path) -> None:
    form = SURVEY.form(mode="interview", to=tmp_path / "r.csv")
    form.do("interviewer", text="Li")
    for score in (10, 9):
        assert form.view["again"]
        form.do("answer", item="recommend", value=score)
        if score == 9:
            break
        form.submit()
        form.do("again")
    assert (form.value, form.view["interviewer"], form.view["stage"]) == ({"recommend": 9}, "Li", "fill")
    named = SURVEY.form({"respondent_id": "C-1"}, mode="interview")
    assert not named.view["again"]
    with pytest.raises(ValueError, match="one person"):
        named.do("again")


def test_the_language_changes_and_answers_and_page_stay() -> None:
    form = SURVEY.form({"recommend": 7})
    form.do("next")
    before = form.value
    form.do("language", tag="zh-CN")
    assert (form.view["page"], form.view["lang"], form.value) == (2, "zh-CN", before)
    assert form.labels["form.next"] == "下一页"
    assert form.view["items"][0]["label"] == "在哪里购买？"
    with pytest.raises(ValueError, match="not asked in “fr”"):
        form.do("language", tag="fr")


def test_it_opens_in_the_language_in_use_if_the_survey_has_it() -> None:
    set_language("zh-CN")
    assert SURVEY.form().view["lang"] == "zh-CN"
    assert SURVEY.form(language="en").view["lang"] == "en"
    form = a_survey("de", [{"name": "p", "items": [{"name": "n", "type": "nps", "ask": {"de": "Wie sehr?"}}]}]).form()
    assert (form.view["lang"], form.language, form.view["items"][0]["label"]) == ("de", "en", "Wie sehr?")


# --- drafts ---


def test_a_draft_holds_every_answer_and_goes_on_where_it_was(tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    form = SURVEY.form({"respondent_id": "C-1"}, draft=draft, language="zh-CN", to=tmp_path / "r.csv")
    assert not draft.exists()
    form.do("answer", item="recommend", value=4)
    form.do("next")
    form.do("answer", item="rank", value=["care"])
    assert json.loads(draft.read_text(encoding="utf-8"))["answers"]["rank"] == ["care"]
    again = SURVEY.form({"respondent_id": "C-1"}, draft=draft, to=tmp_path / "r.csv")
    assert (again.value, again.view["page"], again.view["lang"]) == (form.value, 2, "zh-CN")
    for item, value in (("pains", ["late"]), ("often", WHOLE["often"])):
        again.do("answer", item=item, value=value)
    again.submit()
    assert not draft.exists()


def test_a_draft_keeps_what_could_not_be_read(tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    SURVEY.form(WHOLE, draft=draft).do("answer", item="visits", value="ein paar")
    again = SURVEY.form(WHOLE, draft=draft)
    assert again.state.filling.unread["visits"][0] == "ein paar"


def test_a_response_that_was_sent_before_its_kernel_was_lost_is_not_sent_twice(tmp_path: Path) -> None:
    draft, path = tmp_path / "draft.json", tmp_path / "r.csv"
    first = SURVEY.form(WHOLE, draft=draft, to=path)
    first.do("next")
    kept = draft.read_bytes()
    first.submit()
    draft.write_bytes(kept)  # the kernel was lost between the two
    SURVEY.form(WHOLE, draft=draft, to=path).submit()
    assert cl.read_responses(path, SURVEY).ledger["rows_in"] == 1
    draft.write_bytes(kept)
    changed = SURVEY.form(draft=draft, to=path)
    changed.do("answer", item="recommend", value=8)
    assert "r.csv holds these answers already, but not the last changes" in ask(changed, "submit")["error"]
    assert (changed.response, changed.value["recommend"]) == (None, 8)
    assert cl.read_responses(path, SURVEY).accepted["recommend"].tolist() == [9]


def test_a_loop_that_knows_a_response_says_so_and_keeps_what_came_first(tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    with cl.open_loop(":memory:", actor="li", now=NOW) as loop:
        first = SURVEY.form(WHOLE, draft=draft, to=loop)
        first.do("next")
        kept = draft.read_bytes()
        assert first.submit() == "Your answers have been sent."
        assert first.view["remark"] == ""
        draft.write_bytes(kept)  # the kernel was lost between the two
        changed = SURVEY.form(draft=draft, to=loop)
        changed.do("answer", item="recommend", value=8)
        assert "What arrived then is kept; changes made since are not in it." in changed.submit()
        assert changed.view["remark"] == str(changed.remark)
        assert repr(loop) == "<Loop in memory: 0 cases, 0 open>"


def test_a_draft_half_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tmp_path / "draft.json"
    form = SURVEY.form(WHOLE, draft=draft)
    form.do("next")

    def killed(_: int) -> None:
        raise SystemExit

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(SystemExit):
        form.do("answer", item="rank", value=["care"])
    monkeypatch.undo()
    assert "rank" not in SURVEY.form(draft=draft).value


def test_a_draft_that_cannot_be_written_says_so_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = SURVEY.form(WHOLE, draft=tmp_path / "draft.json", to=tmp_path / "r.csv")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for name, fields in (("answer", {"item": "visits", "value": "2"}), ("next", {})):
        said = ask(form, name, **fields)["error"]
        assert said.startswith("The draft was not saved:")
        assert "No space left on device" in said
        assert said.endswith("Your answers are still here and can be sent.")
        assert not form.view["kept"]
    assert (form.value["visits"], form.view["page"], list(tmp_path.iterdir())) == (2, 2, [])
    monkeypatch.undo()
    form.do("answer", item="visits", value="3")
    assert form.view["kept"]
    form.submit()
    with pytest.raises(StoreError, match="not there"):
        SURVEY.form(draft=tmp_path / "no" / "d.json")
    with pytest.raises(StoreError, match="a folder"):
        SURVEY.form(draft=tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"closeloop": "form-draft", "survey": "all-types", "version": 2}', "a draft of all-types v2"),
        ('{"closeloop": "form-draft", "survey": "other", "version": 3}', "a draft of other v3"),
        ('{"closeloop": "form-draft", "survey": "all-types", "version": 3, "answers": []}', "not a draft"),
        ('{"closeloop": "worksheet"}', "not a draft"),
        ('{"closeloop": "form-draft", "survey": "all-types", "version": 3, "answ', "cut off"),
        ("no json", "cut off"),
    ],
)
def test_a_draft_of_something_else_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "d.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=words):
        SURVEY.form(draft=tmp_path / "d.json")
    assert (tmp_path / "d.json").read_text(encoding="utf-8") == text


def test_a_draft_of_somebody_else_is_refused(tmp_path: Path) -> None:
    draft = tmp_path / "d.json"
    SURVEY.form({"respondent_id": "C-1"}, draft=draft).do("answer", item="recommend", value=1)
    with pytest.raises(ValueError, match="somebody else: respondent_id is “C-1” there and “C-2” here"):
        SURVEY.form({"respondent_id": "C-2"}, draft=draft)


# --- what it says of itself ---


def test_repr_tells_how_far_it_is() -> None:
    form = cl.load_survey("relationship-nps").form()
    assert repr(form) == "<SurveyForm relationship-nps v1: 0 of 6 answered, page 1 of 1>"
    form.do("answer", item="recommend", value=4)
    assert repr(form) == "<SurveyForm relationship-nps v1: 1 of 8 answered, page 1 of 1>"
    form.do("next")
    assert repr(form) == "<SurveyForm relationship-nps v1: 1 of 8 answered, to be checked>"
    form.submit()
    assert repr(form) == "<SurveyForm relationship-nps v1: sent>"


def test_all_answers_are_looked_over_before_they_are_sent() -> None:
    form = SURVEY.form({**WHOLE, "channel": "other", "channel__other_text": "market", "contact": False})
    for _ in range(3):
        form.do("next")
    said = {line["name"]: line["answer"] for line in form.view["review"]}
    assert said["recommend"] == "9"
    assert said["channel"].endswith("market")
    assert said["often"] == "App: Every day; Site: Never"
    form.do("language", tag="zh-CN")
    assert "手机应用：每天；网站：从不" in [line["answer"] for line in form.view["review"]]
    assert (said["contact"], said["visits"]) == ("No", "")
    form.do("goto", item="visits")
    assert (form.view["page"], form.view["focus"]) == (3, "visits")
    with pytest.raises(ValueError, match="No question “story” is shown"):
        form.do("goto", item="story")


def test_a_value_that_nobody_can_mend_is_said_before_sending() -> None:
    data = SURVEY.to_dict()
    data["pages"][0]["items"][0]["required"] = True
    form = survey_from_dict(data).form({"recommend": 10})
    with pytest.raises(ValueError, match="come with the invitation"):
        form.submit()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"mode": "phone"}, "expected one of: self, interview, kiosk"),
        ({"language": "fr"}, "en, zh-CN"),
        ({"answers": {"recommend": "x"}}, "not a point"),
        ({"now": "tomorrow"}, "tomorrow"),
    ],
)
def test_what_cannot_be_opened_says_why(how: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SURVEY.form(**how)


def test_an_unknown_item_is_refused() -> None:
    with pytest.raises(ColumnNotFoundError, match="recommend"):
        SURVEY.form({"recomend": 3})


def test_a_page_that_branching_hides_under_a_person_gives_way() -> None:
    form = SURVEY.form({**WHOLE, "recommend": 2, "story": "x"})
    form.do("next")
    form.do("next")
    assert form.view["heading"] == "What happened"
    form.state.filling.answer("recommend", 9)  # in another view of the form
    form.do("answer", item="name", value="Li")
    assert form.view["page"] == 2


INVITED = {"period": "after", "code": "price"}


def given_by(item: dict[str, Any], turn: int) -> object:
    """Give what a person answers who sees a question: the first choice, the second, … of everything."""
    choices = [each["value"] for each in item.get("points") or item.get("options") or [{"value": None}]]
    chosen = choices[turn % len(choices)]
    match item["type"]:
        case "matrix":
            return {row["value"]: chosen for row in item["rows"]}
        case "multi":
            return [chosen]
        case "ranking":
            return sorted(choices, key=lambda value: value != chosen)
        case "number":
            return "3"
        case "date":
            return item["max"] or item["min"] or "2026-06-30"
        case "text" | "comment":
            return {"email": "a@example.org", "tel": "+86 10 5555 0100", "url": "https://example.org"}.get(
                item["format"], "等了四天，没有人打电话来。"
            )
    return chosen


@pytest.mark.parametrize("name", [*cl.list_surveys()["id"], "all types"])
@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_every_shipped_survey_is_filled_in_to_the_end_in_both_languages(name: str, tag: str, tmp_path: Path) -> None:
    survey = SURVEY if name == "all types" else cl.load_survey(name)
    answered: set[str] = set()
    everything = {item.name for item in survey.items if item.type != "hidden"}
    # Some questions are only for people whose invitation says so.
    invited = {item.name: INVITED[item.name] for item in survey.items if item.name in INVITED}
    for turn in range(12):
        form = survey.form(invited, language=tag, to=tmp_path / "r.csv", now=NOW)
        while form.view["stage"] == "fill":
            page = form.view["page"]
            seen: set[str] = set()
            while (item := next((i for i in form.view["items"] if i["name"] not in seen), None)) is not None:
                seen.add(item["name"])
                if item["type"] != "note":
                    assert ask(form, "answer", item=item["name"], value=given_by(item, turn))["error"] == ""
                json.dumps(form.view, allow_nan=False)
                assert len(json.dumps(form.view)) < 60_000
            assert ask(form, "next")["error"] == "", form.view
            assert form.view["page"] > page
            answered |= seen
        assert [line["answer"] for line in form.view["review"] if not line["answer"]] == []
        form.submit()
        assert form.response is not None
        assert form.response["language"] == tag
        if turn and answered == everything:
            break
    assert answered == everything
    responses = cl.read_responses(tmp_path / "r.csv", survey)
    assert (responses.ledger["accepted"], (responses.issues["severity"] == "error").sum()) == (turn + 1, 0)
    assert survey.title.in_language(tag) in form_html(survey, tag)


# --- the form on paper ---


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL))


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_on_paper_everything_is_said_without_style(tag: str) -> None:
    said = plain(form_html(SURVEY, tag))
    for item in SURVEY.items:
        if item.type == "hidden":
            assert item.name not in said
            continue
        texts = [item.ask, *(o.text for o in (*getattr(item, "options", ()), *getattr(item, "rows", ())))]
        assert all(text is None or text.in_language(tag) in said for text in texts), item.name


def test_on_paper_an_answer_of_a_person_is_not_shown() -> None:
    form = SURVEY.form({**WHOLE, "recommend": 2, "story": "my secret", "name": "<b>x</b>", "contact": True})
    data, _ = form._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html"}
    assert "my secret" not in data["text/html"]
    assert "☒ 2" in data["text/html"]
    assert "&lt;b&gt;x" in data["text/html"]
    assert f'data-cl-live="{form.key}"' in data["text/html"]


HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def test_hostile_words_are_words(tmp_path: Path) -> None:
    form = SURVEY.form({**WHOLE, "recommend": 2, "story": HOSTILE, "name": HOSTILE[:40]}, to=tmp_path / "r.csv")
    assert "<img" not in form._repr_html_()
    form.submit()
    assert cl.read_responses(tmp_path / "r.csv", SURVEY).accepted["story"].tolist() == [HOSTILE]


def test_hostile_words_of_a_survey_are_words() -> None:
    items = [
        {"name": "a", "type": "nps", "ask": {"en": HOSTILE}, "help": {"en": HOSTILE}, "low": {"en": HOSTILE}},
        {"name": "b", "type": "single", "ask": {"en": HOSTILE}, "options": [{"value": "x", "text": {"en": HOSTILE}}]},
    ]
    survey = a_survey("en", [{"name": "p", "title": {"en": HOSTILE}, "items": items}], title=HOSTILE)
    html = survey.form()._repr_html_()
    assert "<img" not in html
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 7


def test_a_language_is_written_from_its_own_side() -> None:
    page = {"name": "p", "items": [{"name": "n", "type": "nps", "ask": {"ar": "ما مدى احتمال أن توصي بنا؟"}}]}
    assert a_survey("ar", [page], title="استبيان").form().view["dir"] == "rtl"
    assert SURVEY.form(language="zh-CN").view["dir"] == "ltr"


def test_a_review_of_very_many_answers_says_how_many_are_not_in_it() -> None:
    items = [{"name": f"n{at}", "type": "text", "ask": {"en": str(at)}} for at in range(203)]
    form = a_survey("en", [{"name": "p", "items": items}]).form()
    form.do("next")
    assert (len(form.view["review"]), form.view["more"]) == (200, 3)


def test_ten_thousand_characters_are_an_issue_and_not_cut() -> None:
    form = SURVEY.form({**WHOLE, "recommend": 2})
    form.do("answer", item="story", value="长" * 10_000)
    with pytest.raises(ValueError, match="another look"):
        form.submit()
    story = next(item for item in form.view["items"] if item["name"] == "story")
    assert len(story["value"]) == 10_000
    assert story["issues"] == ["The text has 10000 characters; please shorten it to 500."]
