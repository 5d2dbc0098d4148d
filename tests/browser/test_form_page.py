"""The survey form in a page: keyboard, input methods, focus, what is typed, hostile words, narrow places, axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.survey.load import survey_from_dict

pytestmark = pytest.mark.browser

SURVEY = cl.load_survey(Path(__file__).parents[1] / "widgets" / "all_types.survey.yaml")
WHOLE = {"recommend": 9, "pains": ["price"], "often": {"app": "daily", "site": "never"}}
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'

# Words with their looks, a drawing and a script, as another page puts them on the clipboard.
COPIED = """html => {
  const copied = document.body.appendChild(document.createElement('div'));
  copied.innerHTML = html;
  getSelection().selectAllChildren(copied);
}"""
# The height in the window of what a selector finds, and of the window.
SEEN = "at => [document.querySelector(at).getBoundingClientRect().top, innerHeight]"

Open = Callable[..., Any]


def focused(page: Any) -> str:
    """Give the label and the text of what has the focus."""
    found: str = page.evaluate("(document.activeElement.ariaLabel ?? '') + ' ' + document.activeElement.textContent")
    return found


def is_in_sight(page: Any, at: str) -> bool:
    """Say whether what a selector finds stands in the window."""
    top, height = page.evaluate(SEEN, at)
    return bool(0 <= top < height - 20)


def all_on_one_page() -> cl.Survey:
    """Give the survey with every type of question, all of them on one page and shown."""
    data = SURVEY.to_dict()
    items = [{k: v for k, v in item.items() if k != "show_if"} for page in data["pages"] for item in page["items"]]
    return survey_from_dict({**data, "pages": [{"name": "all", "items": items}]})


def with_hostile_texts(data: Any) -> Any:
    """Give a survey's data in which every text is a drawing and a script."""
    if isinstance(data, list):
        return [with_hostile_texts(each) for each in data]
    if not isinstance(data, dict):
        return data
    return {key: HOSTILE if key in {"en", "zh-CN"} else with_hostile_texts(each) for key, each in data.items()}


def test_a_low_score_is_given_by_keyboard_and_what_it_asks_for_appears(bare: Open, tmp_path: Path) -> None:
    survey = cl.load_survey("relationship-nps")
    form = survey.form(language="zh-CN", to=tmp_path / "r.csv")
    shown = bare(form)
    page = shown.page
    scale = page.get_by_role("radiogroup", name="您有多大可能把我们推荐给朋友或同事？")
    scale.get_by_role("radio", name="0", exact=True).focus()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.get_by_role("group", name="您认为我们最需要改进的是什么？").wait_for()
    assert form.value == {"recommend": 4}
    assert scale.get_by_role("radio", name="4", exact=True).evaluate("e => e === document.activeElement")
    for name in ("价格", "配送", "其他（请说明）"):
        page.get_by_role("checkbox", name=name).click()
    page.get_by_text("已选满 3 项").wait_for()
    full = page.get_by_role("checkbox", name="服务态度")
    assert full.get_attribute("aria-disabled") == "true"
    full.focus()
    page.keyboard.press("Space")
    assert not full.is_checked()
    page.get_by_label("其他（请说明）：请具体说明").fill("说明书看不懂")
    page.get_by_label("您打出这个分数的主要原因是什么？").fill("等了四天")
    # The second click comes when the review is there already: it must not send what nobody has looked over.
    page.get_by_role("button", name="检查答案").dblclick(delay=60)
    page.get_by_role("heading", name="请检查您的答案").wait_for()
    assert form.value["pains__other_text"] == "说明书看不懂"
    assert form.value["why"] == "等了四天"
    page.get_by_role("button", name="提交").dblclick()
    page.get_by_text("感谢您的坦诚").wait_for()
    assert cl.read_responses(tmp_path / "r.csv", survey).ledger["rows_in"] == 1
    assert is_in_sight(page, ".thanks")


def test_what_is_typed_goes_along_and_stays(bare: Open) -> None:
    form = SURVEY.form({**WHOLE, "recommend": 3})
    form.do("next")
    form.do("next")
    page = bare(form, width=360).page
    story = page.get_by_label("What happened?")
    story.fill("שלום, המשלוח לא הגיע")
    assert story.evaluate("e => getComputedStyle(e).direction") == "rtl"
    story.fill("长" * 10_000)
    story.blur()
    page.get_by_text("please shorten it to 500").wait_for()
    assert page.get_by_text("10000 of 500").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # Rich text arrives as its words; what was typed a moment ago goes along with “Next”.
    page.evaluate(COPIED, "<h1>It <b>broke</b></h1>" + HOSTILE.replace("window.hit=1", ""))
    page.keyboard.press("Control+c")
    story.fill("")
    page.keyboard.press("Control+v")
    page.evaluate("() => [...document.querySelectorAll('main button')].find(b => b.textContent === 'Next').click()")
    page.get_by_label("Your name").wait_for()
    assert form.value["story"].strip() == "It broke"
    # What is no number stays in its field, with the reason; a button that it moves away still works.
    page.get_by_label("How many visits?").type("十")
    page.get_by_label("How much did you spend?").fill("1,5")
    box = page.get_by_role("button", name="Back").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.get_by_text("cannot be read as a number").wait_for()
    page.mouse.up()
    story.wait_for()
    page.get_by_role("button", name="Next").click()
    visits = page.get_by_label("How many visits?")
    visits.and_(page.locator("[aria-invalid=true]")).wait_for()
    assert visits.input_value() == "十"
    assert form.value["spent"] == 1.5
    visits.fill("10")
    visits.press("Enter")
    page.get_by_role("heading", name="Please check your answers").wait_for()
    assert form.value["visits"] == 10


def test_enter_that_ends_a_chinese_word_does_not_go_on(bare: Open) -> None:
    form = SURVEY.form(WHOLE, language="zh-CN")
    form.do("next")
    form.do("next")
    page = bare(form).page
    name = page.get_by_label("姓名")
    name.focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "li", "selectionStart": 2, "selectionEnd": 2})
    name.evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert form.view["stage"] == "fill"
    session.send("Input.insertText", {"text": "李"})
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="请检查您的答案").wait_for()
    assert form.value["name"] == "李"


def test_problems_and_pages_come_into_sight_with_the_focus(bare: Open) -> None:
    form = SURVEY.form()
    shown = bare(form, width=360)
    page = shown.page
    page.get_by_role("button", name="Next").click()
    page.get_by_role("alert").filter(has_text="1 answer needs another look.").wait_for()
    scale = page.get_by_role("radiogroup", name="How likely are you to recommend us?")
    page.wait_for_function("document.activeElement.type === 'radio'")
    assert is_in_sight(page, ".fld.nps")
    assert scale.get_attribute("aria-invalid") == "true"
    told = scale.get_attribute("aria-describedby").split()
    assert "Please choose a number from 0 to 10." in page.locator(f"[id='{told[-1]}']").inner_text()
    first = scale.get_by_role("radio").first
    assert (
        first.evaluate("e => document.getElementById(e.getAttribute('aria-describedby')).textContent")
        == "0 Not at all likely"
    )
    shown.picture("form-problem")
    page.keyboard.press("Space")
    scale.and_(page.locator(":not([aria-invalid])")).wait_for()
    form.do("answer", item="recommend", value=9)
    shown.sync()
    page.get_by_role("button", name="Next").press("Enter")
    page.get_by_role("heading", name="Page 2 of 3").wait_for()
    page.wait_for_function("document.activeElement.localName === 'h2'")
    assert is_in_sight(page, ".top")
    page.get_by_role("checkbox", name="Price").check()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="第 2 页，共 3 页").wait_for()
    assert page.get_by_role("checkbox", name="价格").is_checked()
    assert page.locator("form").get_attribute("lang") == "zh-CN"
    assert focused(page).strip().endswith("中文")


def test_orders_tables_and_choices_are_made_and_taken_back(bare: Open) -> None:
    form = SURVEY.form(WHOLE)
    form.do("next")
    page = bare(form).page
    page.get_by_role("button", name="Care: put in place 1").press("Enter")
    page.get_by_role("button", name="Price: put in place 2").press("Enter")
    page.get_by_role("button", name="Move “Price” up").press("Enter")
    page.get_by_role("button", name="Move “Care” down").and_(page.locator("[aria-disabled]")).wait_for()
    assert form.value["rank"] == ("price", "care")
    assert "Price" in focused(page)
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Move “Price” down").and_(page.locator("[aria-disabled]")).wait_for()
    assert form.value["rank"] == ("care", "price")
    page.get_by_role("button", name="Take “Care” out of the order").click()
    page.get_by_role("button", name="Care: put in place 2").wait_for()

    service = page.get_by_role("group", name="How good were we?")
    table = service.get_by_role("table")
    assert table.get_by_role("rowheader").all_inner_texts() == ["Speed", "Kindness"]
    assert table.get_by_role("columnheader").count() == 5
    table.get_by_role("radio", name="Speed: 3").check()
    table.get_by_role("radio", name="Kindness: 5 Very good").check()
    page.wait_for_function("document.querySelectorAll('.mx.coded :checked').length === 2")
    assert form.value["service"] == {"speed": 3, "kind": 5}
    service.get_by_role("button", name="Clear answer").click()
    page.wait_for_function("document.querySelectorAll('.mx.coded :checked').length === 0")
    assert "service" not in form.value
    page.wait_for_function("document.activeElement.ariaLabel === 'Speed: 1 Poor'")

    contact = page.get_by_role("radiogroup", name="May we contact you?")
    contact.get_by_role("radio", name="Yes").check()
    contact.get_by_role("button", name="Clear answer").click()
    contact.get_by_role("button").wait_for(state="detached")
    assert "contact" not in form.value
    assert not contact.get_by_role("radio", name="Yes").is_checked()


def test_hostile_words_are_words_everywhere(bare: Open) -> None:
    form = survey_from_dict(with_hostile_texts(SURVEY.to_dict())).form(
        {**WHOLE, "recommend": 2, "story": HOSTILE, "channel": "other", "channel__other_text": HOSTILE}
    )
    page = bare(form).page
    assert page.get_by_text(HOSTILE).count() > 9
    for at in range(2, 6):
        page.get_by_role("button", name="Next").or_(page.get_by_role("button", name="Check your answers")).click()
        page.wait_for_function("at => document.querySelectorAll('.prog .done').length === at", arg=at)
    assert page.get_by_text(HOSTILE).count() > 18
    page.get_by_role("button", name="Send").click()
    page.locator(".thanks").wait_for()
    assert page.locator(".thanks").inner_text().strip() == HOSTILE
    assert page.evaluate("window.hit") is None
    assert page.locator("main :is(img, script)").count() == 0


def test_without_a_kernel_what_is_typed_stays_and_that_is_seen(bare: Open) -> None:
    form = all_on_one_page().form({**WHOLE, "recommend": 3})
    shown = bare(form, width=360)
    page = shown.page
    page.clock.install()
    page.evaluate("() => { window.deaf = true; }")
    story = page.get_by_label("What happened?")
    story.fill("ten minutes of work")
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Check your answers").click()
    page.clock.run_for(700)
    page.locator(".saved").filter(has_text="Working …").wait_for()
    page.clock.run_for(11_000)
    page.get_by_role("alert").filter(has_text="The kernel does not answer").wait_for()
    assert is_in_sight(page, ".cl-lost")
    form.refresh()
    shown.sync()
    assert story.input_value() == "ten minutes of work"
    assert page.get_by_role("radio", name="Yes").is_checked()


def test_two_views_of_one_form_show_the_same_and_a_new_one_where_somebody_was(bare: Open) -> None:
    form = SURVEY.form()
    page = bare(form).page
    page.evaluate(
        """html => {
          const again = document.querySelector('#cell').appendChild(document.createElement('div'));
          again.innerHTML = html;
        }""",
        form._repr_html_(),
    )
    scales = page.get_by_role("radiogroup", name="How likely are you to recommend us?")
    scales.nth(1).wait_for()
    scales.first.get_by_role("radio", name="7").check()
    page.wait_for_function("document.querySelectorAll('input:checked').length === 2")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(set(ids)) == len(ids)
    page.get_by_role("button", name="Next").first.click()
    page.get_by_role("heading", name="Page 2 of 3").nth(1).wait_for()
    page.evaluate("html => { document.querySelector('#cell').innerHTML = html; }", form._repr_html_())
    page.get_by_role("heading", name="Page 2 of 3").and_(page.locator(":only-of-type")).wait_for()


def test_an_interviewer_picks_by_digits_and_no_key_reaches_the_notebook(bare: Open) -> None:
    form = SURVEY.form(mode="interview")
    shown = bare(form)
    page = shown.page
    page.get_by_role("radio", name="3", exact=True).first.focus()
    for key in ("d", "d", "x", "a", "b", "m", "Enter", "Shift+Enter", "Escape"):
        page.keyboard.press(key)
    assert [key for key in shown.leaked() if key != "Shift"] == []
    page.get_by_label("Interviewer").fill("Li")
    page.get_by_role("radiogroup", name="How likely").get_by_role("radio").first.focus()
    page.keyboard.press("1")
    page.keyboard.press("0")
    page.wait_for_function("document.querySelector('input:checked')?.value === '10'")
    page.get_by_role("radiogroup", name="How likely").get_by_role("radio", name="9").focus()
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 950))")
    page.keyboard.press("8")
    page.wait_for_function("document.querySelector('input:checked')?.value === '8'")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("radiogroup", name="May we contact you?").get_by_role("radio").first.focus()
    page.keyboard.press("2")
    page.wait_for_function("document.querySelectorAll('.yn :checked').length === 1")
    assert (form.value["recommend"], form.value["contact"], form.state.interviewer) == (8, False, "Li")


def test_at_a_kiosk_nobody_finds_the_answers_of_another(bare: Open) -> None:
    form = SURVEY.form(mode="kiosk")
    page = bare(form).page
    page.clock.install()
    page.evaluate("html => { document.querySelector('#cell').innerHTML = html; }", form._repr_html_())
    scale = page.get_by_role("radiogroup", name="How likely")
    scale.get_by_role("radio", name="2").check()
    page.wait_for_function("document.querySelectorAll('.prog i').length === 4")
    page.clock.run_for(62_000)
    page.get_by_role("alert").filter(has_text="Are you still there?").wait_for()
    page.get_by_role("button", name="I am still here").click()
    page.get_by_role("button", name="I am still here").wait_for(state="detached")
    assert form.value == {"recommend": 2}
    page.clock.run_for(62_000)
    page.clock.run_for(22_000)
    page.wait_for_function("document.querySelectorAll('input:checked').length === 0")
    assert form.value == {}


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_and_everything_is_large_enough(bare: Open, dark: bool) -> None:
    survey, answers = all_on_one_page(), {**WHOLE, "recommend": 2, "contact": True, "rank": ["care"], "stars": 3}
    if dark:
        shown = bare(survey.form(answers, mode="interview", language="zh-CN"), dark=True, width=360)
    else:  # with what is said of the answers that are missing
        form = survey.form({**answers, "pains": None})
        with pytest.raises(ValueError, match="another look"):
            form.do("next")
        shown = bare(form)
    assert shown.violations() == []
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = shown.page.evaluate(
        """() => [...document.querySelectorAll('main label:has(input), main button, main select')]
          .map(e => [e.textContent, e.getBoundingClientRect()])
          .filter(([, r]) => r.height && (r.width < 24 || r.height < 24)).map(([text]) => text)"""
    )
    assert small == []
    shown.picture(f"form-all-{'dark-360' if dark else 'light-1000'}")
    for item, value in (("pains", ["price"]), ("story", "Late."), ("email", "a@b.cn")):
        shown.widget.do("answer", item=item, value=value)
    shown.widget.do("next")
    shown.sync()
    shown.page.locator(".review").wait_for()
    if dark:
        assert shown.violations() == []
    shown.picture(f"form-review-{'dark-360' if dark else 'light-1000'}")
