"""What is on record about a problem, piece by piece, as reports show it; what is not, with the call that records it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import BaseItem
from closeloop.reports.measures import Measures
from closeloop.reports.rows import Rows
from closeloop.reports.slots import Slot, Slots
from closeloop.rootcause.whys.whys_words import answered, evidence_says, evidence_source, who_when
from closeloop.rootcause.worksheet.written import answer_text
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.views.claim import Claim, claim

if TYPE_CHECKING:
    from closeloop.rootcause.problem.effect_review import EffectReview
    from closeloop.rootcause.problem.problem import Problem
    from closeloop.rootcause.whys.five_whys import FiveWhys
    from closeloop.rootcause.worksheet.worksheet import Worksheet


def problem_conclusion(problem: Problem) -> Claim:
    """Return what a reader wants to know first: whether it worked, or how far it has come; with its figure.

    Examples
    --------
    >>> import closeloop as cl
    >>> gap = cl.Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30",
    ...              ci=(0.129, 0.148), unit="percent", higher_is_better=False)
    >>> print(problem_conclusion(cl.Problem(gap)).text.en.replace(chr(0xA0), " ").split(". ")[0])
    There is no answer yet: no countermeasure has been recorded
    """
    review = last_review(problem)
    if review is not None:
        key = f"problem_report.is_{review.verdict.replace(' ', '_')}"
        return claim(message(key, figure=review.after.sentence), review.after)
    if not problem.countermeasures:
        key = "problem_report.no_answer"
    elif any(one.started_on for one in problem.countermeasures):
        key = "problem_report.under_way"
    else:
        key = "problem_report.planned"
    return claim(message(key, figure=problem.gap.sentence), problem.gap)


def last_review(problem: Problem) -> EffectReview | None:
    """Return the last look at whether it worked: at the problem as a whole, else at a countermeasure."""
    whole = [each for each in problem.reviews if not each.countermeasure]
    every = whole or list(problem.reviews)
    return every[-1] if every else None


def sheet_of(problem: Problem, template: str) -> Worksheet | None:
    """Return the worksheet of a template that was added to a problem; the first, if there are several."""
    return next((sheet for sheet in problem.worksheets if sheet.id == template), None)


def sheet_slots(problem: Problem, template: str, names: Iterable[str], optional: Sequence[str] = ()) -> list[Slot]:
    """Return items of a worksheet as slots: their label and the answer, or the call that gives it.

    Parameters
    ----------
    problem : Problem
    template : str
        The worksheet.
    names : iterable of str
        Its items.
    optional : sequence of str
        Items that are left out while they have no answer.
    """
    from closeloop.rootcause.worksheet.load import load_template

    sheet = sheet_of(problem, template)
    form = load_template(template) if sheet is None else sheet.template
    items = {item.name: item for page in form.pages if page.repeat is None for item in page.items}
    slots = []
    for name in names:
        said = _answer(sheet, items[name])
        if said or name not in optional:
            slots.append(Slot(_label(items[name]), said, sheet_call(problem, template, name)))
    return slots


def sheet_call(problem: Problem, template: str, name: str) -> str:
    """Return the call that answers an item of a worksheet of the problem."""
    at = next((at for at, sheet in enumerate(problem.worksheets) if sheet.id == template), None)
    start = f'cl.worksheet("{template}")' if at is None else f"problem.worksheets[{at}]"
    return f"problem.add({start}.fill({name}=…))"


def sheet_text(problem: Problem, template: str, name: str) -> LocalText | None:
    """Return what a worksheet of the problem says under an item; None where there is nothing."""
    sheet = sheet_of(problem, template)
    if sheet is None:
        return None
    items = {item.name: item for page in sheet.template.pages if page.repeat is None for item in page.items}
    said = _answer(sheet, items[name])
    return said[0] if said else None


def sheet_rows(problem: Problem, template: str, page: str) -> list[dict[str, LocalText]]:
    """Return the entries of a repeated page of a worksheet, as people read them; none where there is no such sheet."""
    sheet = sheet_of(problem, template)
    if sheet is None:
        return []
    entries = sheet.answers.get(page, [])
    return [
        {item.name: each for item in sheet.items(page) if (each := _told(item, entry.get(item.name))) is not None}
        for entry in entries
    ]


def causes(problem: Problem) -> list[Any]:
    """Return each five-whys as rows: cause, whether it is verified, its evidence, who read it back; or what to do."""
    if not problem.whys:
        do = "problem.add(cl.FiveWhys(problem.gap, author=…))"
        return [Slots((Slot(message("problem_report.chain"), (), do),))]
    return [part for whys in problem.whys for part in (_cause_rows(whys), Slots(_roots(whys)))]


def _cause_rows(whys: FiveWhys) -> Rows:
    graph = whys.graph
    heads = ("cause", "status", "evidence", "read_back")
    rows = []
    for place in graph.places:
        if place.again:
            continue
        cause = graph.causes[place.cause]
        pieces = (*place.link.evidence, *(cause.ruled_out.evidence if cause.ruled_out else ()))
        rows.append(
            (
                _numbered(place.number, graph.text(place.cause)),
                message(f"whys.status_{graph.status(place.link)}"),
                tuple(_evidence(one) for one in pieces) or message("whys.no_evidence"),
                tuple(
                    message("problem_report.read_by", who=who_when(read.by, read.on),
                            answer=message(f"whys.{answered(read.holds)}"))
                    for read in graph.readings(place.link)
                ),
            )
        )  # fmt: skip
    title = message("problem_report.why", what=graph.text("top"))
    return Rows(title, tuple(message(f"problem_report.head_{name}") for name in heads), tuple(rows), narrow=(1,))


def _numbered(number: str, text: LocalText | str) -> LocalText:
    said = text if isinstance(text, LocalText) else LocalText(dict.fromkeys(LANGUAGES, text))
    return LocalText({tag: f"{number} {said.in_language(tag)}" for tag in LANGUAGES})


def _evidence(one: Any) -> LocalText:
    says, source = evidence_says(one), evidence_source(one)
    if not says:
        return source
    return message("problem_report.evidence", says=says, source=source)


def _roots(whys: FiveWhys) -> tuple[Slot, ...]:
    label = message("problem_report.roots")
    roots = tuple(root.text for root in whys.verified_roots())
    if roots:
        return (Slot(label, roots),)
    return (Slot(label, (), "whys.evidence(link, …); whys.readback(link, by=…, holds=True); problem.add(whys)"),)


def measures(problem: Problem, *kinds: str) -> list[Any]:
    """Return the countermeasures of some kinds as a table, with what they lack to be SMART; or what to do.

    Parameters
    ----------
    problem : Problem
    *kinds : {"containment", "corrective", "preventive"}
    """
    chosen = tuple(one for one in problem.countermeasures if one.kind in kinds)
    if not chosen:
        do = f'problem.add(cl.Countermeasure(kind="{kinds[0]}", cause=…, what=…, owner=…, due=…, metric=…, …))'
        return [Slots((Slot(message(f"problem.kind_{kinds[0]}"), (), do),))]
    return [Measures(chosen)]


def tasks(problem: Problem) -> list[Any]:
    """Return the tasks as rows: what, who, by when, what shows that it is done; or what to do."""
    found = sorted(problem.state.tasks, key=lambda task: (task.due, task.id))
    if not found:
        do = "problem.add(cl.ActionTask(id=…, what=…, owner=…, due=…))"
        return [Slots((Slot(message("problem_report.tasks"), (), do),))]
    heads = ("task", "owner", "due", "done", "proof")
    rows = tuple(
        (_numbered(task.id, task.what), task.owner, str(task.due), str(task.done_on or ""), task.evidence)
        for task in found
    )
    title = message("problem_report.tasks")
    return [Rows(title, tuple(message(f"problem_report.head_{name}") for name in heads), rows, narrow=(2, 3))]


def effects(problem: Problem, *, every: bool = True) -> list[Any]:
    """Return what was measured afterwards, with the three questions of a review; or what to do."""
    reviews = list(problem.reviews)
    if not reviews:
        do = "problem.measure(after, on=…, by=…)"
        return [Slots((Slot(message("problem_report.effect"), (), do),))]
    last = last_review(problem)
    parts: list[Any] = []
    for review in reviews if every else [each for each in reviews if each is last]:
        named = {one.id: one.what for one in problem.countermeasures}
        of = named.get(review.countermeasure, "") or message("problem_report.whole")
        slots = [Slot(message("problem_report.effect_of"), (of,))]
        slots += [Slot(ask, (said,)) for ask, said in review.answers()]
        if review.note:
            slots.append(Slot(message("problem_report.note"), (review.note,)))
        parts += [review.after, Slots(tuple(slots))]
    return parts


def lessons(problem: Problem) -> list[Slot]:
    """Return what was learnt, and what others are to do; or what to do."""
    label = message("problem.lessons")
    said = tuple(message("problem_report.lesson", insight=one.insight, action=one.action) for one in problem.lessons)
    if not said and problem.state.no_lesson:
        said = (message("problem_report.no_lesson", why=problem.state.no_lesson),)
    return [Slot(label, said, "problem.add(cl.Lesson(insight=…, action=…, review_by=…))")]


def people(problem: Problem) -> tuple[str, ...]:
    """Return everybody who is named in the record: owners, authors, those who read back, those who reviewed."""
    said = problem.state
    names = [one.owner for one in said.countermeasures] + [one.owner for one in said.tasks]
    for whys in problem.whys:
        names.append(str(whys.state.author or ""))
        names += [read.by for link in whys.graph.standing for read in whys.graph.readings(link)]
    names += [review.by for review in said.reviews]
    return tuple(dict.fromkeys(name.strip() for name in names if name and name.strip()))


def _label(item: BaseItem) -> LocalText:
    return item.label or item.ask or LocalText(item.name)


def _answer(sheet: Worksheet | None, item: BaseItem) -> tuple[LocalText, ...]:
    said = None if sheet is None else _told(item, sheet.answers.get(item.name))
    return () if said is None else (said,)


def _told(item: BaseItem, value: Any) -> LocalText | None:
    texts = {tag: answer_text(item, value, tag, "") for tag in LANGUAGES}
    return LocalText(texts) if any(texts.values()) else None
