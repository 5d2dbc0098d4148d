"""HTML by hand: escaping, elements, and one small table writer.

Text is escaped unless it is `Html`, and only this module's functions make `Html`; so what people wrote (a group name, a
raw cell, a title) cannot become markup, however hostile it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape as escape_markup

_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters; tab and line feed are plain white space
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates that would turn the text after them round
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"  # not characters at all: no file could hold them
)
_VOID = frozenset({"br", "circle", "col", "img", "line", "meta", "path", "rect"})


class Html(str):
    """Text that is already HTML.

    Examples
    --------
    >>> escape(Html("<b>n</b>"))
    '<b>n</b>'
    """

    __slots__ = ()


def harmless(text: object) -> str:
    r"""Return any text without what could hide it or turn round what stands beside it.

    Control characters, direction overrides and half characters become the replacement character (U+FFFD): one still
    sees that something was there.

    Examples
    --------
    >>> harmless("East\u202e gnp.exe")
    'East� gnp.exe'
    """
    return _UNSAFE.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def escape(text: object) -> Html:
    """Return any text as HTML that shows it and does nothing else: markup and quotes escaped, the rest `harmless`.

    Examples
    --------
    >>> escape('<script>alert("x")</script>')
    '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;'
    """
    return text if isinstance(text, Html) else Html(escape_markup(harmless(text), quote=True))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Return the parts, each escaped unless it is `Html`, one after the other.

    Examples
    --------
    >>> join(["a < b", element("b", "!")], " ")
    'a &lt; b <b>!</b>'
    """
    return Html(escape(separator).join(escape(part) for part in parts))


def element(name: str, /, *children: object, **attributes: object) -> Html:
    """Return one element with its children; text among them is escaped.

    An attribute that is None or empty is left out; ``class_`` and ``aria_label`` mean ``class`` and ``aria-label``.

    Examples
    --------
    >>> element("td", "R&D", class_="num", colspan=None)
    '<td class="num">R&amp;D</td>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    if name in _VOID:
        return Html(f"<{name}{written}>") if name in {"br", "col", "img", "meta"} else Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: what its head says, its class (also on the ``col``), and the style of the ``col``."""

    head: object
    css: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell that differs from its column: spans several, or has a class of its own."""

    content: object
    css: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows under a heading of their own (empty: none); each row is a tuple of contents or `Cell`."""

    rows: tuple[tuple[object, ...], ...]
    heading: object = ""


def table(
    columns: tuple[Column, ...],
    sections: Iterable[Section],
    *,
    caption: object = "",
    foot: Iterable[tuple[object, ...]] = (),
    css: str = "",
    style: str = "",
) -> Html:
    r"""Return a table that a screen reader can follow: caption, column heads, a head in each row, headed sections.

    Parameters
    ----------
    columns : tuple of Column
        Head and class of each column.
    sections : iterable of Section
        The rows; a section with a heading gets a header row over all columns.
    caption : str or Html
        Says what the table says.
    foot : iterable of tuple
        Rows of totals.
    css : str
        Class of the table.
    style : str
        CSS variables of this one table (a computed width).

    Examples
    --------
    >>> written = table((Column(head="Region"), Column(head="n", css="num")), [Section(rows=(("East", 318),))])
    >>> print(written.replace("<t", "\n<t").strip())
    <table><colgroup><col><col class="num"></colgroup>
    <thead>
    <tr>
    <th scope="col">Region</th>
    <th scope="col" class="num">n</th></tr></thead>
    <tbody>
    <tr>
    <th scope="row">East</th>
    <td class="num">318</td></tr></tbody></table>
    """
    colgroup = join(element("col", class_=column.css, style=column.style) for column in columns)
    heads = join(element("th", column.head, scope="col", class_=column.css) for column in columns)
    bodies = []
    for section in sections:
        rows = [_row(row, columns) for row in section.rows]
        if section.heading:
            head = element("th", section.heading, colspan=len(columns), scope="rowgroup")
            rows.insert(0, element("tr", head, class_="grp"))
        bodies.append(element("tbody", *rows))
    feet = [_row(row, columns) for row in foot]
    return element(
        "table",
        element("caption", caption) if caption else Html(""),
        element("colgroup", colgroup),
        element("thead", element("tr", heads)),
        *bodies,
        element("tfoot", *feet) if feet else Html(""),
        class_=css,
        style=style,
    )


def _row(cells: tuple[object, ...], columns: tuple[Column, ...]) -> Html:
    written, at = [], 0
    for given in cells:
        cell = given if isinstance(given, Cell) else Cell(content=given)
        css = " ".join(name for name in (columns[at].css, cell.css) if name) if cell.span == 1 else cell.css
        span = cell.span if cell.span > 1 else None
        if at == 0:
            written.append(element("th", cell.content, scope="row", class_=css, colspan=span))
        else:
            written.append(element("td", cell.content, class_=css, colspan=span))
        at += cell.span
    return element("tr", *written)
