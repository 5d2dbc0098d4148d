"""Text in an SVG: how wide it is about, where its lines break, and how it is written without a style sheet."""

from __future__ import annotations

import unicodedata

from closeloop.html import Html, element

FONT = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'PingFang SC','Hiragino Sans GB',"
    "'Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
)
_NARROW, _WIDE = frozenset("iljtfr.,:;'|!()[]{}I- "), frozenset("mwMWQOG@%&—…")
_NEVER_FIRST = frozenset("，。；：？！、）》”’%％…,.;:?!)")


BOLD = 1.12
"""How much wider bold letters are."""


def width(text: str, size: float) -> float:
    """Return about how wide a text is, in pixels; rather too wide than too narrow.

    Examples
    --------
    >>> width("配送", 13), width("it", 13) < width("WO", 13)
    (26.0, True)
    """
    return size * sum(map(_share, text))


def _share(character: str) -> float:
    if unicodedata.combining(character) or character in "\u200b\u200c\u200d\ufe0e\ufe0f":
        return 0.0
    if ord(character) >= 0x1F000:
        return 1.4  # emoji
    if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0x2E7F:
        return 1.0
    if character in _NARROW:
        return 0.4
    if character in _WIDE:
        return 0.95
    return 0.72 if character.isupper() else 0.62


def wrap(text: str, room: float, size: float, most: int = 0) -> list[str]:
    """Break a text into lines of at most `room` pixels: between words, between Chinese characters, in long words.

    Parameters
    ----------
    text : str
        One line of text.
    room, size : float
        Pixels.
    most : int
        More lines than these are cut, with an ellipsis; 0: all.

    Examples
    --------
    >>> wrap("Parcels stay overnight", 90, 13), wrap("包裹在仓库过夜", 40, 13)
    (['Parcels stay', 'overnight'], ['包裹在', '仓库过', '夜'])
    """
    lines: list[str] = []
    current = ""
    for piece in _pieces(text):
        for part in _fitting(piece, room, size):
            hangs = len(part.rstrip()) == 1 and part[0] in _NEVER_FIRST  # a mark may stand a little outside
            if current and width((current + part).rstrip(), size) > room and not hangs:
                lines.append(current.rstrip())
                current = part.lstrip()
            else:
                current += part
    if current.strip() or not lines:
        lines.append(current.rstrip())
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and width(f"{last}…", size) > room:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last.rstrip()}…"]
    return lines


def write_lines(lines: list[str], x: float, y: float, size: float, step: float, **how: object) -> Html:
    """Return lines of text, the first with its baseline at (x, y); further arguments become attributes."""
    spans = [
        element("tspan", line, x=_pixel(x), y=_pixel(y + i * step)) for i, line in enumerate(lines)
    ]  # fmt: skip
    how = {"fill": "currentColor", "font_size": _pixel(size), **how}
    return element("text", *spans, **how)


def drawing(width_: float, height: float, title: str, desc: str, body: list[Html]) -> str:
    """Return an SVG: transparent, in the ink of the page, with a title and a description for screen readers."""
    parts = [element("title", title), element("desc", desc), *body]
    return element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_pixel(width_)} {_pixel(height)}",
        width=_pixel(width_), height=_pixel(height), role="img", aria_label=f"{title}. {desc}", font_family=FONT,
        style="max-width:100%;height:auto",
    )  # fmt: skip


def _pixel(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _pieces(text: str) -> list[str]:
    """Return what may not be broken: words with the space behind them, single Chinese characters."""
    found: list[str] = []
    word = ""
    for character in text:
        word += character
        if character == " " or ord(character) > 0x2E7F:
            found.append(word)
            word = ""
    return [*found, word] if word else found


def _fitting(piece: str, room: float, size: float) -> list[str]:
    """Return a piece as parts that fit on a line each."""
    found: list[str] = []
    part = ""
    for character in piece:
        if part and width((part + character).rstrip(), size) > room:
            found.append(part)
            part = ""
        part += character
    return [*found, part]
