"""The course adds up: its minutes, its links, its two languages, and every model answer under the check that it claims.

The notebooks of the course are run by nbval; their form is checked by `tests/test_notebooks.py`.
"""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

import closeloop as cl
from closeloop.followup.playbook.cards import STYLES, load_deck
from closeloop.followup.playbook.phrases import STEPS
from closeloop.stats.intervals import share_interval
from closeloop.text import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "sample_data" / "course"
PAGES = {"en": ROOT / "docs" / "course" / "index.md", "zh-CN": ROOT / "docs" / "course" / "index.zh-CN.md"}
NOTEBOOKS = {"en": ROOT / "notebooks" / "course", "zh-CN": ROOT / "notebooks" / "zh" / "course"}
SHEETS = ("5w2h", "smart", "scqa")
CALLS = re.compile(r"\bcl\.\w+|\.[a-z]\w*(?=\()")


@cache
def page(tag: str) -> str:
    return PAGES[tag].read_text(encoding="utf-8")


@cache
def data(name: str, tag: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(DATA / f"{name}.{tag}.yaml")
    return loaded


@cache
def slips() -> pd.DataFrame:
    return pd.read_csv(DATA / "complaints.csv")


@pytest.fixture(params=LANGUAGES)
def tag(request: pytest.FixtureRequest) -> str:
    cl.set_language(request.param)
    return str(request.param)


def timetable(tag: str) -> list[tuple[str, int]]:
    """Give the rows of both days as (unit or – for a break, minutes)."""
    rows = re.findall(r"^\| (–|\d\.\d+) \| (\d+) \| [^|]+ \|[^|]*\|$", page(tag), re.M)
    return [(unit, int(minutes)) for unit, minutes in rows]


def keys(tree: object) -> object:
    """Give what two languages must have in common: keys and lengths, not words."""
    if isinstance(tree, dict):
        return {key: keys(value) for key, value in tree.items()}
    return [keys(each) for each in tree] if isinstance(tree, list) else None


def cells(path: Path, kind: str) -> list[str]:
    return [
        "".join(cell["source"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == kind
    ]


# The page.


@pytest.mark.parametrize("day", ["1", "2"])
def test_a_day_has_six_hours_and_breaks_that_are_counted_apart(tag: str, day: str) -> None:
    assert sum(minutes for unit, minutes in timetable(tag) if unit.startswith(f"{day}.")) == 360
    breaks = [minutes for unit, minutes in timetable(tag) if unit == "–"]
    assert sorted(breaks) == [15, 15, 15, 15, 60, 60]


def test_each_unit_is_described_once_with_the_minutes_of_the_timetable(tag: str) -> None:
    word = {"en": "min", "zh-CN": "分钟"}[tag]
    described = re.findall(rf"^### (\d\.\d+) .+ \((\d+) {word}\)$", page(tag), re.M)
    assert [(unit, int(minutes)) for unit, minutes in described] == [row for row in timetable(tag) if row[0] != "–"]


def test_each_unit_has_an_aim_something_to_do_and_a_check(tag: str) -> None:
    aim, do, check = {"en": ("Aim", "Do", "Check"), "zh-CN": ("目标", "怎么做", "核对")}[tag]
    units = re.split(r"^### (?=\d\.\d+ )", page(tag), flags=re.M)[1:]
    assert len(units) == 21
    for unit in units:
        text = re.split(r"^## ", unit, flags=re.M)[0]
        for word in (aim, do, check):
            assert re.search(rf"\*+{word}", text), (unit.split(" ")[0], word)


def test_both_languages_have_the_same_units_breaks_and_calls() -> None:
    assert timetable("en") == timetable("zh-CN")
    said = [re.findall(r"`([^`\n]*\([^`\n]*)`", page(tag)) for tag in LANGUAGES]
    assert len(said[0]) > 10
    assert said[0] == said[1]


@pytest.mark.parametrize("path", [*PAGES.values(), DATA / "README.md", DATA / "README.zh-CN.md"], ids=lambda p: p.name)
def test_every_link_resolves(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", path.read_text(encoding="utf-8"))
    assert links
    for link in links:
        target, _, anchor = link.partition("#")
        assert (path.parent / target).exists(), link
        if anchor:
            heads = re.findall(r"^#+ (.+)$", (path.parent / target).read_text(encoding="utf-8"), re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, link


def test_every_sheet_and_file_that_the_page_names_is_there(tag: str) -> None:
    named = set(re.findall(r"`([a-z0-9]+(?:-[a-z]+)*)`", page(tag)))
    shipped = set(cl.list_worksheets()["id"])
    assert {"pyramid", "5w2h", "gap", "smart", "world-cafe", "pdca", "negotiation", "reply"} <= named
    assert named - shipped == set()
    assert [each for each in re.findall(r"`(notebooks/[^`]+)`", page(tag)) if not (ROOT / each).exists()] == []


def test_the_first_game_has_one_way_until_it_has_a_shorter_one_and_then_only_that(tag: str) -> None:
    rows = [tuple(map(int, row)) for row in re.findall(r"^\| \d \|" + r" (\d+) \|" * 4 + "$", page(tag), re.M)]
    long = [b - a - 2 * c == wanted for a, b, c, wanted in rows]
    short = [wanted in {a - c, a + c} for a, _, c, wanted in rows]
    assert long == [True] * 6 + [False]
    assert short == [False] * 4 + [True] * 3


def test_the_case_says_the_figures_of_the_answers(tag: str) -> None:
    for figure in ("118", "31", "24", "22", "90"):
        assert figure in page(tag)
        assert figure in str(data("exercises", tag)["answers"])


# The notebooks.


@pytest.mark.parametrize("number", [1, 2])
def test_both_notebooks_of_a_part_make_the_same_calls(number: int) -> None:
    found = []
    for tag in LANGUAGES:
        (path,) = NOTEBOOKS[tag].glob(f"{number}_*.ipynb")
        calls = [CALLS.findall(source) for source in cells(path, "code")]
        found.append([[call for call in cell if call not in {"cl.set_language", ".replace"}] for cell in calls])
    assert found[0] == found[1]


def test_each_part_of_a_notebook_names_a_unit_of_the_timetable(tag: str) -> None:
    units = {unit for unit, _ in timetable(tag)}
    for path in NOTEBOOKS[tag].glob("*.ipynb"):
        heads = [head for cell in cells(path, "markdown") for head in re.findall(r"^## .+$", cell, re.M)]
        named = [set(re.findall(r"\d\.\d+", head)) for head in heads]
        assert named
        assert all(each and each <= units for each in named), path.name


# The exercises: what they start from is weak, and the model answer passes.


def test_the_data_of_the_exercises_have_the_same_keys_in_both_languages() -> None:
    for name in ("exercises", "role_play"):
        assert keys(data(name, "en")) == keys(data(name, "zh-CN"))


def test_drafts_do_not_begin_with_their_conclusion_and_the_answers_do(tag: str) -> None:
    course = data("exercises", tag)
    assert all("P01" in cl.pyramid_findings(draft).rules for draft in course["drafts"].values())
    assert [rule for draft in course["answers"]["drafts"].values() for rule in cl.pyramid_findings(draft).rules] == []


def test_the_pyramid_of_the_answer_stands_and_the_heap_does_not(tag: str) -> None:
    course = data("exercises", tag)
    heap, tree, good = cl.IssueTree("?"), cl.IssueTree("?"), course["answers"]["pyramid"]
    for fact in course["loose_facts"]:
        heap.add(None, fact)
    for group in good["groups"]:
        node = tree.add(None, group["claim"])
        for point in group["points"]:
            tree.add(node, point)
    tree.order(None, "structure", whole=good["whole"])
    assert heap.pyramid().findings().of("error")
    pyramid = tree.pyramid(good["answer"], because=good["because"], recommend=good["recommend"])
    assert pyramid.findings().rules == ()
    sentence = {"en": "Because .+ therefore .+ recommend", "zh-CN": "因为.+所以.+建议"}
    assert re.match(sentence[tag], str(pyramid.one_sentence))


def test_the_grouping_leaves_nothing_over_and_nothing_twice_and_still_cannot_tell(tag: str) -> None:
    book = cl.load_codebook(DATA / "complaints.codebook.yaml")
    assert len(slips()) == 40
    people = cl.Coding.from_table(slips(), unit="mention", code="group", text=tag, codebook=book)
    report = people.mece()
    assert (report.coverage.estimate, report.overlap.estimate, report.verdict) == (1.0, 0.0, "cannot tell")
    tree = cl.tree_from_codebook(book, "?").mece(people)
    assert isinstance(tree, cl.TreeMece)
    assert tree.verdict == "cannot tell"


def test_november_does_not_fit_into_the_five_groups_of_october() -> None:
    """Five of the twelve new slips; in October nothing was left over."""
    old = slips().assign(group=slips()["group"].where(slips()["group"] != "screen"))
    left = old["group"].isna().groupby(old["month"]).sum()
    assert left.to_dict() == {"2026-10": 0, "2026-11": 5}
    assert cl.Coding.from_table(old, unit="mention", code="group").mece().coverage.estimate == pytest.approx(35 / 40)


def test_the_rules_of_the_answer_find_every_slip_as_people_did(tag: str) -> None:
    book = cl.load_codebook(DATA / "complaints.codebook.yaml")
    people = cl.Coding.from_table(slips(), unit="mention", code="group", text=tag, codebook=book)
    rules = cl.code_mentions(slips()[tag], book, ids=slips()["id"])
    assert rules.n_mentions == 40
    assert (rules.under()[1] == people.under()[1]).all()


def test_the_grouping_that_the_exercise_begins_with_fails_for_gaps_and_overlaps() -> None:
    """Read from the notebook, so that the text above it stays true."""
    (path,) = NOTEBOOKS["en"].glob("1_*.ipynb")
    (source,) = (cell for cell in cells(path, "code") if cell.startswith("groups = {"))
    groups = dict(re.findall(r'"([a-z ]+)": "([\d ]+)"', source))
    pairs = [(f"K{number}", group) for group, members in groups.items() for number in members.split()]
    october = slips().query("month == '2026-10'")[["id"]]
    rows = october.merge(pd.DataFrame(pairs, columns=["id", "group"]), how="left")
    report = cl.Coding.from_table(rows, unit="mention", code="group").mece()
    assert report.verdict == "fail"
    assert min(1 - report.coverage.ci_high, report.overlap.ci_low) > 0.05


def test_one_row_of_the_revenue_does_not_recompute_and_mended_it_does() -> None:
    revenue, tree = pd.read_csv(DATA / "revenue.csv"), cl.four_p_tree()
    begun = tree.mece(revenue, period="month", by="product")
    mended = tree.mece(revenue.assign(volume=revenue["volume"].where(revenue.index != 5, 70)), period="month")
    assert isinstance(begun, cl.DriverCheck)
    assert "7 of 9" in str(begun.sentence)
    assert "All 9" in str(mended.sentence)


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_begins_weak_and_its_answer_is_complete(tag: str, name: str) -> None:
    course = data("exercises", tag)
    starts = course[name] if isinstance(course[name], list) else [course[name]]
    for start in starts:
        sheet = cl.worksheet(name).fill(**start)
        assert sheet.missing()
        assert sheet.findings().of("error") or sheet.findings().of("warn")
    sheet = cl.worksheet(name).fill(**course["answers"][name])
    assert sheet.missing() == ()
    assert [each for each in sheet.findings() if each.level != "info"] == []


def test_the_chain_begins_with_blame_and_a_system_and_the_answer_has_evidence_to_its_root(tag: str) -> None:
    course = data("exercises", tag)
    good = course["answers"]["whys"]
    gap = cl.Gap(metric="v", standard=0.85, actual=87 / 118, n=118, as_of="2026-10-31", ci=(0.651, 0.808))
    weak, whys = cl.FiveWhys(gap), cl.FiveWhys(gap, title=good["title"], author=good["author"])
    effect = weak.top
    for cause in course["whys"]:
        effect = weak.ask(effect, cause).cause
    assert {"W06", "W07", "W11", "W14"} <= set(weak.findings().rules)
    whys.rule_out(whys.rival(whys.top, good["rival"]).cause, **good["ruled_out"])
    effect = whys.top
    for step in good["chain"]:
        link = whys.ask(effect, step["cause"])
        whys.evidence(link, step["kind"], source=step["source"], says=step["says"])
        whys.readback(link, by=good["reader"], holds=True)
        effect = link.cause
    whys.stop(effect, "actionable")
    whys.counterfactual(effect, shrinks_to=gap.standard, by=good["author"])
    assert list(whys.findings().of("error")) == []
    assert [cause.text for cause in whys.verified_roots()] == [good["chain"][-1]["cause"]]


def test_the_cycle_begins_without_a_figure_and_its_check_cannot_tell(tag: str) -> None:
    course = data("exercises", tag)
    good = course["answers"]["pdca"]
    check = cl.Gap(**good["check"])
    assert set(cl.PdcaCycle(**course["pdca"]).findings().rules) == {"P01", "P02", "P03"}
    assert cl.PdcaCycle(**good | {"check": check}).findings().rules == ()
    assert check.verdict not in {"met", "missed"}
    assert good["act"] == "adapt"


def test_the_intervals_of_the_case_are_those_of_its_counts(tag: str) -> None:
    low, high = data("exercises", tag)["answers"]["pdca"]["check"]["ci"]
    found = [*share_interval(87, 118), *share_interval(105, 126)]
    assert found == pytest.approx([0.651, 0.808, low, high], abs=0.0006)


# The role-play.


def test_there_is_a_round_for_each_of_the_four_styles_with_its_card(tag: str) -> None:
    rounds, deck = data("role_play", tag)["rounds"], load_deck()
    assert [each["style"] for each in rounds] == [style for style in STYLES if style != "unknown"]
    for each in rounds:
        card = deck[f"style_{each['style']}"]
        assert card.steps
        assert card.avoid
        assert all(each["customer"].values())
        assert all(each["agent"].values())


def test_every_label_of_a_card_is_there(tag: str) -> None:
    course = data("role_play", tag)
    first = course["rounds"][0]
    needed = {"cards", "customer", "agent", *first["customer"], *first["agent"], *STEPS, *STYLES} - {"unknown"}
    assert set(course["labels"]) == needed


def test_sentences_show_each_style_twice_and_each_step_once_not_yet_in_order(tag: str) -> None:
    course = data("role_play", tag)
    heard = [line["style"] for line in course["lines"]]
    assert sorted(heard) == sorted(2 * [style for style in STYLES if style != "unknown"])
    said = [each["step"] for each in course["talk"]]
    assert sorted(said) == sorted(STEPS)
    assert said != list(STEPS)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("negotiation", {"interest_not_position", "beyond_authority", "interest_guessed", "standard_without_version"}),
        ("reply", {"blaming", "empty_comfort", "office_words", "vague_words", "no_appeal", "update_in_the_past"}),
        ("observer", {"proposed_too_early", "not_confirmed", "vague_words"}),
    ],
)
def test_a_sheet_of_the_talk_begins_weak_and_its_answer_is_complete(tag: str, name: str, rules: set[str]) -> None:
    course = data("role_play", tag)
    template = cl.worksheet(DATA / "observer.worksheet.yaml" if name == "observer" else name)
    assert rules <= set(template.fill(**course[name]).findings().rules)
    sheet = template.fill(**course["answers"][name])
    assert (sheet.missing(), sheet.findings().rules) == ((), ())


def test_the_observers_sheet_has_no_field_for_a_person_and_no_mark() -> None:
    template = cl.worksheet(DATA / "observer.worksheet.yaml").template
    items = [item for page in template.pages for item in page.items]
    assert {item.type for item in items} == {"single", "yesno", "text"}
    assert [item.name for item in items if re.search("name|person|score|mark|points", item.name)] == []


def test_the_role_cards_are_a_file_to_print(tag: str, tmp_path: Path) -> None:
    rounds = data("role_play", tag)["rounds"]
    parts = [text for each in rounds for text in (f"# {each['title']}", *each["customer"].values())]
    path = tmp_path / "role-cards.html"
    cl.report("Role cards", parts).to_html(path)
    written = html.unescape(path.read_text(encoding="utf-8"))
    assert all(each["title"] in written for each in rounds)
    assert "http://" not in re.sub(r"http://www\.w3\.org/\S+", "", written)
