"""Which matrices a worksheet has: those from whose entries its computed views are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from closeloop.forms.items import BaseItem
from closeloop.forms.scales import ScaleItem
from closeloop.rootcause.worksheet.answers import Answers, entries_of
from closeloop.rootcause.worksheet.computed.grid_result import quadrant_of
from closeloop.rootcause.worksheet.computed.risk_matrix import BANDS, band_of, band_title
from closeloop.rootcause.worksheet.judge import item_label
from closeloop.rootcause.worksheet.template import Template
from closeloop.text import LocalText, language, message
from closeloop.widgets.sheet.plane import Field, Plane, Scale, Step
from closeloop.widgets.sheet.view_items import POINTS, ViewItems, point_name

_BAND_NAMES = tuple(name for _, name in reversed(BANDS))


def planes_of(template: Template, answers: Answers) -> tuple[Plane, ...]:
    """Return the matrices of a worksheet, in the language in use.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.load import shipped_template
    >>> [(plane.name, plane.page) for plane in planes_of(shipped_template("risk-matrix"), {})]
    [('risk_matrix', 'risks'), ('risk_matrix_after', 'risks')]
    """
    found: list[Plane] = []
    for use in template.computed:
        if use.view in _BUILDERS:
            found += _BUILDERS[use.view](ViewItems(template, use), answers)
    return tuple(found)


def _points(used: ViewItems, slot: str, *, down: bool, title: str = "") -> Scale | None:
    """Return the scale of an item that is answered by whole numbers; None if it is another kind of item."""
    item = used.item(slot)
    if item is None or not isinstance(item, ScaleItem) or item.scale is None:
        return None
    tag = language()
    texts = {item.scale[0]: item.low, item.scale[-1]: item.high, **item.labels}
    steps = [
        Step(value=point, sign=str(point).replace("-", "−"), text=_text(texts.get(point), tag)) for point in item.scale
    ]
    return Scale(
        item=item.name,
        title=title or item_label(item).in_language(tag),
        steps=tuple(reversed(steps) if down else steps),
    )


def _text(text: LocalText | None, tag: str) -> str:
    return "" if text is None else text.in_language(tag)


def _range(scale: Scale) -> range:
    """Return the whole numbers of a scale, upwards."""
    values = sorted(int(str(step.value)) for step in scale.steps)
    return range(values[0], values[-1] + 1, values[1] - values[0])


def _grid(
    used: ViewItems,
    slots: tuple[str, str, str],
    word: Callable[[int, int, range, range], Field],
    *,
    titles: tuple[str, str] = ("", ""),
    name: str = "",
    tab: str = "",
    every: bool = False,
) -> list[Plane]:
    """Return the matrix of two scales of points; `slots`: the item that names an entry, that to the right, that up."""
    naming, across, up = slots
    page = used.page(naming)
    x, y = _points(used, across, down=False, title=titles[0]), _points(used, up, down=True, title=titles[1])
    if page is None or x is None or y is None:
        return []
    sides = _range(x), _range(y)
    fields = tuple(
        tuple(word(int(str(column.value)), int(str(row.value)), *sides) for column in x.steps) for row in y.steps
    )
    title = str(message("sheet.plane_title", x=x.title, y=y.title))
    return [
        Plane(
            name=name or used.use.view, page=page.name, naming=used.item_name(naming), title=title, x=x, y=y,
            fields=fields, tab=tab, every=every,
        )
    ]  # fmt: skip


def _quadrants(words: Mapping[str, str]) -> Callable[[int, int, range, range], Field]:
    def word(x: int, y: int, across: range, up: range) -> Field:
        quadrant = quadrant_of(x, y, across, up)
        return Field(word=words[quadrant], tone=0 if quadrant == "middle" else 1)

    return word


_QUADRANTS = ("upper_left", "upper_right", "lower_left", "lower_right", "middle")


def _effort(used: ViewItems, _: Answers) -> list[Plane]:
    words = {name: str(message(f"matrices.effort_{name}")) for name in _QUADRANTS}
    return _grid(used, ("options.name", "options.effort", "options.effect"), _quadrants(words))


def _people(used: ViewItems, _: Answers) -> list[Plane]:
    words = {name: str(message(f"matrices.people_{name}")) for name in _QUADRANTS}
    slots = ("stakeholders.name", "stakeholders.attitude", "stakeholders.influence")
    return _grid(used, slots, _quadrants(words))


def _two(used: ViewItems, answers: Answers) -> list[Plane]:
    axes = {name: str(answers.get(used.item_name(f"{name}_title")) or message(f"matrices.two_{name}")) for name in "xy"}
    words = {
        name: str(
            answers.get(used.item_name(name)) or message(f"matrices.two_{name}", x_title=axes["x"], y_title=axes["y"])
        )
        for name in _QUADRANTS
    }
    slots = ("entries.name", "entries.x", "entries.y")
    return _grid(used, slots, _quadrants(words), titles=(axes["x"], axes["y"]))


def _risks(used: ViewItems, _: Answers) -> list[Plane]:
    def word(x: int, y: int, *_: range) -> Field:
        band = band_of(x * y)
        return Field(word=str(band_title(band)), tone=_BAND_NAMES.index(band))

    now, after = str(message("sheet.before_response")), str(message("sheet.after_response"))
    return [
        *_grid(used, ("risks.risk", "risks.likelihood", "risks.impact"), word, tab=now, every=True),
        *_grid(
            used, ("risks.risk", "risks.likelihood_after", "risks.impact_after"), word,
            name="risk_matrix_after", tab=after, every=True,
        ),
    ]  # fmt: skip


def _cross(used: ViewItems, answers: Answers) -> list[Plane]:
    page = used.page("cross.strategy")
    inner, outer = used.item("cross.internal"), used.item("cross.external")
    if page is None or inner is None or outer is None:
        return []
    x, y = _named(used, answers, outer, "OT"), _named(used, answers, inner, "SW")
    if not x.steps or not y.steps:
        return []
    fields = tuple(
        tuple(Field(word=str(message(f"matrices.swot_{row.sign[0]}{column.sign[0]}")), tone=0) for column in x.steps)
        for row in y.steps
    )
    title = str(message("sheet.plane_title", x=x.title, y=y.title))
    return [
        Plane(
            name=used.use.view, page=page.name, naming=used.item_name("cross.strategy"), title=title, x=x, y=y,
            fields=fields,
        )
    ]  # fmt: skip


def _named(used: ViewItems, answers: Answers, item: BaseItem, letters: Sequence[str]) -> Scale:
    """Return the points of a SWOT as a scale: S1, S2, W1 and so on."""
    steps = []
    for letter in letters:
        slot = f"{POINTS[letter]}.point"
        page = used.page(slot)
        for number, entry in enumerate(entries_of(answers, page.name) if page is not None else [], 1):
            sign = f"{letter}{number}"
            steps.append(Step(value=sign, sign=sign, text=" ".join(str(entry.get(used.item_name(slot), "")).split())))
    return Scale(item=item.name, title=item_label(item).in_language(language()), steps=tuple(steps), read=point_name)


def _groups(used: ViewItems, answers: Answers) -> list[Plane]:
    page, note, group = used.page("notes.text"), used.item("notes.text"), used.item("notes.group")
    if page is None or note is None or group is None:
        return []
    names = dict.fromkeys(
        name for entry in entries_of(answers, page.name) if (name := _group_name(entry.get(group.name)))
    )
    new = next(word for n in range(1, len(names) + 2) if (word := str(message("sheet.group_name", n=n))) not in names)
    steps = (
        *(Step(value=name, sign=name) for name in names),
        Step(value=new, sign=new, text=str(message("sheet.new"))),
    )
    title = item_label(group).in_language(language())
    one = Scale(item="", title="", steps=(Step(value=None, sign=""),))
    return [
        Plane(
            name=used.use.view, page=page.name, naming=note.name, title=title,
            x=Scale(item=group.name, title=title, steps=steps, read=_group_name), y=one,
            fields=(tuple(Field() for _ in steps),),
        )
    ]  # fmt: skip


def _group_name(value: object) -> str | None:
    return " ".join(str(value or "").split()) or None


_BUILDERS: Mapping[str, Callable[[ViewItems, Answers], list[Plane]]] = {
    "effort_effect": _effort,
    "stakeholders": _people,
    "two_by_two": _two,
    "risk_matrix": _risks,
    "swot_cross": _cross,
    "affinity": _groups,
}
