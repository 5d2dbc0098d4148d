"""The type of the figures: the bundled font, which has Chinese, then what the machine has."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache
from importlib import resources

from closeloop.html import harmless
from closeloop.text import message

FAMILY = "Closeloop Sans SC"
_LATIN = "DejaVu Sans"
_INSTALLED = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK JP",
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "SimHei",
)  # fmt: skip
_PLACEHOLDER = "□"


class Typeface:
    """The fonts that a set of texts needs, in the order in which a glyph is looked for.

    Texts that no font can show are drawn with an empty square, and one warning says what to install; matplotlib alone
    would warn once for every glyph.

    Examples
    --------
    >>> Typeface(["净推荐值", "NPS"]).families
    ('Closeloop Sans SC', 'DejaVu Sans')
    """

    def __init__(self, texts: Iterable[str]) -> None:
        needed = {character for text in texts for character in harmless(text) if not character.isspace()}
        self.families: tuple[str, ...] = (_bundled(), _LATIN)
        missing = needed - _characters(FAMILY) - _characters(_LATIN)
        if missing and (installed := _first_installed()):
            self.families += (installed,)
            missing -= _characters(installed)
        self.missing = frozenset(missing)
        if missing:
            shown = " ".join(sorted(missing)[:8])
            warnings.warn(str(message("views.font_missing", count=len(missing), shown=shown)), stacklevel=4)

    def drawable(self, text: str) -> str:
        """Return a text on one line with a square in the place of each character that no font has."""
        line = re.sub(r"[^\S\u00a0]+", " ", harmless(text)).strip()  # a no-break space stays: "95 %" is one word
        return "".join(_PLACEHOLDER if character in self.missing else character for character in line)


@cache
def _bundled() -> str:
    """Make the bundled font known to matplotlib, once."""
    from matplotlib.font_manager import fontManager

    fontManager.addfont(str(resources.files("closeloop").joinpath("data", "fonts", "CloseloopSansSC-Regular.otf")))
    return FAMILY


@cache
def _first_installed() -> str | None:
    from matplotlib.font_manager import fontManager

    names = {font.name for font in fontManager.ttflist}
    return next((name for name in _INSTALLED if name in names), None)


@cache
def _characters(family: str) -> frozenset[str]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(map(chr, get_font(findfont(family)).get_charmap()))
