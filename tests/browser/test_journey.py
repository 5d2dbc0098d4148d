"""One matter from a low score to the customer's yes, by hand, in a real JupyterLab: every station asks the kernel.

What is pressed is found by its role and its name, in the language of the journey, as somebody would find it who hears
the page read aloud. Pictures of each station go to ``out/browser/``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from closeloop.followup.commands.table import command_table
from closeloop.followup.stages.table import stage_table
from closeloop.survey.load import load_survey
from closeloop.text import message
from closeloop.widgets.board.command_menu import GROUPS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

CASE = "loop.case(1)"
CELLS = (
    """import closeloop as cl
cl.set_language({tag!r})
clock = {{"now": "2026-07-01T09:00+08:00"}}
loop = cl.open_loop(":memory:", actor={actor!r}, now=lambda: clock["now"], timezone="Asia/Shanghai")
survey = cl.load_survey("relationship-nps")
loop""",
    'form = survey.form({{"respondent_id": "C-1042"}}, to=loop)\nform',
    "board = loop.board()\nboard",
    "whys = cl.FiveWhys({problem!r}, author={actor!r})\neditor = whys.edit()\neditor",
)
WORDS = {
    "en": {
        "actor": "Lin Qiao", "second": "Chen Yu", "doer": "Wu Bin", "problem": "Parcels arrive late",
        "why": "The parcel came three days late, and nobody told me.", "summary": "A gift, needed by Saturday",
        "sought": "It comes by Saturday", "what": "Tracking", "source": "Carrier", "option": "Send it again by courier",
        "fast": "Minor, and there is one way", "offer": "It comes tomorrow by courier.", "at_once": "At once",
        "week": "Within the week", "gift": "The gift in time", "stays": "A customer who stays",
        "task": "Hand it to the courier", "done": "Delivered at 11:40", "thanks": "It is here, thank you!",
        "none": "One parcel", "cause": "The last pick-up moved to 16:00", "deeper": "The contract names no time",
        "other": "Addresses are typed by hand", "says": "1,212 of 1,240 stayed overnight", "scans": "Scans of June",
    },
    "zh-CN": {
        "actor": "林乔", "second": "陈宇", "doer": "吴斌", "problem": "包裹晚到",
        "why": "包裹晚到了三天，也没有人告诉我。", "summary": "是礼物，周六前要用", "sought": "周六前送到",
        "what": "物流轨迹", "source": "承运商", "option": "用快递重新寄一份", "fast": "情况轻微，只有一种办法",
        "offer": "明天快递送到。", "at_once": "马上", "week": "一周之内", "gift": "礼物按时到",
        "stays": "留住客户", "task": "交给快递", "done": "11:40 已签收", "thanks": "收到了，谢谢！",
        "none": "只此一件", "cause": "末班揽收提前到了 16:00", "deeper": "合同没有约定时间",
        "other": "地址靠手工录入", "says": "1240 件中有 1212 件在仓库过夜", "scans": "六月扫描记录",
    },
}  # fmt: skip


@dataclass
class Person:
    """Somebody at work in the notebook, in one language."""

    notebook: Any
    tag: str
    form: Locator = field(init=False)
    board: Locator = field(init=False)
    editor: Locator = field(init=False)

    def __post_init__(self) -> None:
        outputs = self.notebook.outputs
        self.form, self.board, self.editor = outputs.nth(1), outputs.nth(2), outputs.nth(3)

    @property
    def words(self) -> dict[str, str]:
        """What this person writes."""
        return WORDS[self.tag]

    def says(self, key: str, **values: Any) -> str:
        """Give a text of the page."""
        return message(key, **values).in_language(self.tag)

    def command(self, name: str) -> str:
        """Give what a command is called."""
        return command_table().commands[name].label.in_language(self.tag)

    def key(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        for each in keys:
            self.notebook.page.keyboard.press(each)

    def type(self, text: str) -> None:
        """Type, wherever the focus is; Chinese arrives as an input method gives it."""
        self.notebook.page.keyboard.insert_text(text)

    def picture(self, station: str, widget: Locator) -> None:
        """Keep a picture of a widget at a station, for people to look at."""
        self.notebook.keep_picture(f"journey_{self.tag}_{station}", widget)

    @property
    def panel(self) -> Locator:
        """The panel of the case."""
        return self.board.get_by_role("region", name=re.compile("#1"))

    def stage_is(self, stage: str) -> None:
        """Wait until the kernel has the case at a stage, and the panel says so."""
        self.notebook.until(f"{CASE}.stage", stage)

    def open_form(self, command: str) -> Locator:
        """Open the form of a command in the panel, from the menu that has it."""
        name = self.command(command)
        form = self.panel.get_by_role("form", name=name, exact=True)
        if form.is_visible():
            return form
        button = self.panel.get_by_role("button", name=name, exact=True, disabled=False)
        if command in stage_table().events:
            if not button.first.is_visible():
                self._unfold("case_panel.other_steps")
            button.first.click()
        else:
            group = next(group for group, names in GROUPS.items() if command in names)
            self._unfold("case_panel.record")
            label = self.says(f"case_panel.group_{group}")
            self.panel.get_by_role("group", name=label, exact=True).get_by_role("button", name=name, exact=True).click()
        form.wait_for()
        return form

    def _unfold(self, key: str) -> None:
        """Open one of the two menus of the panel, once what was recorded before has closed it."""
        self.panel.get_by_role("button", name=self.says(key), exact=True, expanded=False).click()

    def fill(self, form: Locator, command: str, **values: str) -> None:
        """Fill in the fields of a form, each found by its label."""
        fields = command_table().commands[command].fields
        form.wait_for()
        for name, value in values.items():
            base, _, part = name.partition("__")
            label = fields[base].label.in_language(self.tag)
            if part:
                label = self.says("case_panel.part", of=label, part=self.says(f"playbook.side_{part}"))
            control = form.get_by_label(re.compile(f"^{re.escape(label)}"))
            if fields[base].type in {"choices", "entries", "codes"}:
                form.get_by_role("group", name=re.compile(f"^{re.escape(label)}")).locator(
                    f"input[value='{value}']"
                ).check()
                continue
            if not control.is_visible():
                form.get_by_text(
                    re.compile(re.escape(self.says("case_panel.more_fields", n=99)).replace("99", r"\d+"))
                ).click()
            if control.evaluate("e => e.localName") == "select":
                control.select_option(value)
            else:
                control.fill(value)

    def record(self, command: str, **values: str) -> None:
        """Give a command with its fields, by the panel, and wait until the form is away."""
        form = self.open_form(command)
        self.fill(form, command, **values)
        form.get_by_role("button", name=self.says("case_panel.do"), exact=True).click()
        form.wait_for(state="detached")

    def refused(self, form: Locator, *guards: str) -> None:
        """Send a form that something is missing for, and see what is."""
        form.get_by_role("button", name=self.says("case_panel.do"), exact=True).click()
        alert = form.get_by_role("alert")
        for guard in guards:
            alert.get_by_text(self.says(f"case_panel.guard_{guard}"), exact=True).wait_for()


def focused(element: Locator) -> None:
    """Wait until the focus is where the next key is meant for."""
    element.and_(element.page.locator(":focus")).wait_for()


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, lab: Callable[[Path], Any], write_notebook: Callable[..., Path]
) -> Any:
    """Give a JupyterLab on a folder with one notebook in each language."""
    folder = tmp_path_factory.mktemp("journey")
    for tag, words in WORDS.items():
        write_notebook(folder / f"{tag}.ipynb", [cell.format(tag=tag, **words) for cell in CELLS])
    return lab(folder)


@pytest.mark.parametrize(
    ("tag", "themes"), [("zh-CN", "light then dark"), pytest.param("en", "dark", marks=pytest.mark.journeys)]
)
def test_from_a_low_score_to_the_customers_yes(page: Page, project: Any, tag: str, themes: str) -> None:
    with project.notebook(page, f"{tag}.ipynb", dark=themes == "dark") as notebook:
        notebook.run_all()
        assert notebook.errors() == []
        person = Person(notebook, tag)
        answer_the_survey(person)
        acknowledge(person)
        try_to_close_early(person)
        agree_on_a_solution(person)
        person.picture("3_agreed", person.board)
        if "then" in themes:
            notebook.use_theme(dark=True)
        ask_why_and_read_back(person)
        carry_out(person)
        hear_the_customer(person)
        close(person)
        assert notebook.errors() == []


def answer_the_survey(person: Person) -> None:
    """Give a low score by keyboard: what should be improved is asked for; then send."""
    form, notebook, words = person.form, person.notebook, person.words
    questions = {item.name: item for item in load_survey("relationship-nps").items}
    asked = {name: item.ask.in_language(person.tag) for name, item in questions.items() if getattr(item, "ask", None)}
    follow_up = form.get_by_role("group", name=re.compile(f"^{re.escape(asked['pains'])}"))
    assert follow_up.count() == 0
    score = form.get_by_role("radiogroup", name=re.compile(f"^{re.escape(asked['recommend'])}"))
    score.get_by_role("radio", name="0", exact=True).focus()
    person.key("ArrowRight", "ArrowRight")
    notebook.until("form.value.get('recommend')", 2)
    follow_up.wait_for()
    delivery = next(option for option in questions["pains"].options if option.value == "delivery")
    follow_up.get_by_role("checkbox", name=delivery.text.in_language(person.tag)).focus()
    person.key("Space")
    form.get_by_label(re.compile(f"^{re.escape(asked['why'])}")).focus()
    person.type(words["why"])
    notebook.until("[form.value.get('pains'), form.value.get('why')]", [["delivery"], words["why"]])
    person.picture("1_survey", person.form)
    form.get_by_role("button", name=person.says("form.to_review"), exact=True).press("Enter")
    form.get_by_role("button", name=person.says("form.send"), exact=True).press("Enter")
    notebook.until("form.response is not None and len(loop.cases())", 1)
    assert notebook.evaluate(f"[{CASE}.stage, {CASE}.state.value('score')]") == ["received", 2]


def acknowledge(person: Person) -> None:
    """Open the case from the board by keyboard; the owner is missing and is said in place."""
    board, words = person.board, person.words
    card = board.get_by_role("button", name=re.compile("^#1 "))
    card.wait_for()
    card.focus()
    person.key("m")
    step = board.get_by_role("menuitem", name=re.compile(f"^{re.escape(person.command('acknowledge'))}"))
    step.wait_for()
    step.press("Enter")
    name = person.command("acknowledge")
    form = person.panel.get_by_role("form", name=name, exact=True)
    form.wait_for()
    person.refused(form, "owner")
    person.picture("2_owner_missing", person.board)
    assign = person.command("assign")
    form.get_by_role("button", name=assign, exact=True).click()
    whose = person.panel.get_by_role("form", name=assign, exact=True)
    person.fill(whose, "assign", owner=words["actor"])
    person.key("Enter")
    person.notebook.until(f"{CASE}.owner", words["actor"])
    person.record("acknowledge", sent="true", channel="phone")
    person.stage_is("acknowledged")


def try_to_close_early(person: Person) -> None:
    """No step leads past the customer: the one that ends a case here says what it lacks, and nothing happens."""
    form = person.open_form("reject")
    person.refused(form, "evidence", "reason_code", "second_person")
    person.picture("2_not_closed", person.board)
    person.key("Escape")
    form.wait_for(state="detached")
    person.stage_is("acknowledged")


def agree_on_a_solution(person: Person) -> None:
    """From the customer's own summary to what both agreed on."""
    words = person.words
    person.record("playback", summary=words["summary"], agreed="true")
    person.record("add_stakeholder", role="customer", attitude="-1", influence="2")
    person.record("confirm_nature", code="promise_broken", severity="minor", remedy_sought=words["sought"])
    person.stage_is("confirmed")
    person.record("add_evidence", kind="transactions", what=words["what"], source=words["source"])
    person.record(
        "add_option",
        text=words["option"],
        remedies="replacement",
        owner=words["doer"],
        due_on="2026-07-02",
        lawful="yes",
    )
    person.record("propose", fast_track="true", reason=words["fast"])
    person.stage_is("proposed")
    option = str(person.notebook.evaluate(f"{CASE}.state.added('options')[0].seq"))
    person.record("offer", option=option, channel="phone", words=words["offer"])
    person.record(
        "agree", option=option, positions__customer=words["at_once"], positions__company=words["week"],
        interests__customer=words["gift"], interests__company=words["stays"],
    )  # fmt: skip
    person.stage_is("agreed")


def ask_why_and_read_back(person: Person) -> None:
    """Two branches and evidence, by keyboard; a second person says which steps hold."""
    editor, notebook, words = person.editor, person.notebook, person.words
    tree = editor.get_by_role("tree")

    def node(text: str) -> Locator:
        return tree.get_by_role("treeitem", name=re.compile(re.escape(text)))

    def go_to(text: str) -> None:
        rows = tree.get_by_role("treeitem")
        at = next(number for number, row in enumerate(rows.all_inner_texts()) if text in row)
        tree.locator("[tabindex='0']").focus()
        person.key("Home")
        focused(rows.first)
        for number in range(at):
            person.key("ArrowDown")
            focused(rows.nth(number + 1))

    def add(below: str, text: str) -> None:
        go_to(below)
        person.key("Insert")
        focused(editor.get_by_role("textbox", name=person.says("tree_editor.write_why"), exact=True))
        person.type(text)
        person.key("Enter")
        focused(node(text))

    add(words["problem"], words["cause"])
    add(words["cause"], words["deeper"])
    add(words["problem"], words["other"])
    notebook.until("len(whys.to_frame())", 3)
    go_to(words["cause"])
    person.key("e")
    kind = editor.get_by_role("combobox", name=person.says("tree_editor.kind"), exact=True)
    focused(kind)
    source = editor.get_by_label(re.compile(f"^{re.escape(person.says('tree_editor.source'))}"))
    kind.select_option("query")
    source.fill(words["scans"])
    editor.get_by_label(person.says("tree_editor.says"), exact=True).fill(words["says"])
    editor.get_by_label(person.says("tree_editor.on"), exact=True).fill("2026-06-30")
    source.press("Enter")
    notebook.until("[len(link.evidence) for link in whys.graph.links.values()].count(1)", 1)
    person.picture("4_whys", person.editor)
    go_to(words["problem"])
    person.key("r")
    focused(editor.get_by_label(person.says("tree_editor.reader"), exact=True))
    editor.get_by_label(person.says("tree_editor.reader"), exact=True).fill(words["second"])
    person.key("Enter")
    for number in (1, 2, 3):
        at = person.says("tree_editor.reading_at", at=number, n=3, by=words["second"])
        editor.get_by_text(at, exact=True).wait_for()
        if number == 1:
            person.picture("4_read_back", person.editor)
        person.key("1")
    editor.get_by_text(person.says("tree_editor.read_holds", n=3), exact=True).first.wait_for()
    person.key("Escape")
    notebook.until("sum(whys.graph.answer(link) == 'holds' for link in whys.graph.links.values())", 3)
    notebook.until("sum(whys.graph.status(link) == 'verified' for link in whys.graph.links.values())", 1)
    person.picture("4_verified", person.editor)


def carry_out(person: Person) -> None:
    """Somebody has it to do by a day; it is done, with what shows it."""
    words = person.words
    person.record("add_task", what=words["task"], owner=words["doer"], due_on="2026-07-02")
    person.notebook.until(f"[t.get('owner') for t in {CASE}.state.added('tasks')]", [words["doer"]])
    person.panel.get_by_role("button", name=person.command("start"), exact=True).first.click()
    person.stage_is("implementing")
    person.picture("5_task", person.board)
    person.notebook.evaluate("clock.update(now='2026-07-02T11:45+08:00')")
    task = str(person.notebook.evaluate(f"{CASE}.state.added('tasks')[0].seq"))
    person.record("task_done", task=task, evidence=words["done"])
    person.record("resolve")
    person.stage_is("resolved")


def hear_the_customer(person: Person) -> None:
    """What the agent says the customer said does not count; what the customer wrote does."""
    words = person.words
    person.panel.get_by_role("button", name=person.command("customer_confirms"), exact=True, disabled=True).wait_for()
    lacking = person.panel.get_by_role("listitem").filter(
        has_text=person.says("case_panel.guard_customers_own_message")
    )
    lacking.wait_for()
    person.picture("6_not_confirmed", person.board)
    lacking.get_by_role("button", name=person.command("customer_message"), exact=True).click()
    person.record("customer_message", channel="phone", words=words["thanks"])
    person.record("customer_confirms", words=words["thanks"], channel="phone")
    person.stage_is("satisfied")


def close(person: Person) -> None:
    """Closing asks for a lesson, a problem and the day of asking again; then the board is empty."""
    words = person.words
    person.record("review")
    person.stage_is("learning")
    person.refused(person.open_form("close"), "lesson", "problem", "remeasure")
    person.picture("6_not_closed", person.board)
    person.record("close", no_lesson=words["none"], no_problem=words["none"], remeasure_on="2026-08-15")
    person.stage_is("closed")
    person.panel.get_by_role("button", name=person.says("case_panel.close"), exact=True).press("Enter")
    person.board.get_by_text(person.says("case_board.nothing_open"), exact=True).wait_for()
    person.picture("7_closed", person.board)
    assert person.notebook.evaluate("[loop.verify().is_intact, [str(f) for f in loop.case(1).findings()]]") == [
        True,
        [],
    ]
