"""Make the Chinese font that the figures carry: a subset of Noto Sans CJK SC, renamed.

Run once by a developer, when a character is missing; the result is committed::

    apt-get install fonts-noto-cjk
    python scripts/subset_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

The subset holds the 3,755 everyday characters (GB 2312 level 1), punctuation and full-width forms, Latin letters, and
every further character that the package's own texts use. It has a name of its own, as the Open Font License asks of a
modified version.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "toolkit" / "closeloop" / "data" / "fonts" / "CloseloopSansSC-Regular.otf"
FAMILY = "Closeloop Sans SC"
FACE = "Noto Sans CJK SC"


def rows(first: int, last: int) -> set[str]:
    """Return the characters of some rows of GB 2312, given by their lead bytes."""
    return {
        character
        for lead in range(first, last + 1)
        for trail in range(0xA1, 0xFF)
        for character in bytes([lead, trail]).decode("gb2312", errors="ignore")
    }


def wanted() -> set[str]:
    """Return every character that the subset shall hold."""
    latin = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))}
    signs = set("‐‑–—―‘’“”„†‡•…‰′″‹›€℃™←↑→↓−∞≈≠≤≥■□▲△▶▼▽◆◇○●✓½¼¾·‧　")
    punctuation_and_full_width, everyday = rows(0xA1, 0xA3), rows(0xB0, 0xD7)
    texts = [*ROOT.glob("toolkit/closeloop/data/**/*.yaml"), *ROOT.glob("surveys/*.yaml")]
    own = {character for path in texts for character in path.read_text(encoding="utf-8") if not character.isspace()}
    return latin | signs | punctuation_and_full_width | everyday | own


def rename(font: TTFont) -> None:
    """Give the font its own name and keep the copyright and licence lines."""
    names = font["name"]
    copyright_line, licence, address = (str(names.getDebugName(i)) for i in (0, 13, 14))
    names.names = []
    for number, text in {
        0: copyright_line,
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY} Regular, subset of {FACE} 2.004",
        4: f"{FAMILY} Regular",
        5: "Version 2.004",
        6: "CloseloopSansSC-Regular",
        10: f"A subset of {FACE} Regular, made for figures with Chinese labels.",
        13: licence,
        14: address,
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = ["CloseloopSansSC-Regular"]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{FAMILY} Regular", FAMILY
    for keyed in top.FDArray:
        keyed.FontName = keyed.FontName.replace("NotoSansCJKsc", "CloseloopSansSC")


def main(collection: str) -> None:
    """Write the subset of the collection's Simplified Chinese face."""
    fonts = TTCollection(collection).fonts
    font = next(font for font in fonts if font["name"].getDebugName(1) == FACE)
    options = subset.Options(layout_features=["kern"], notdef_outline=True, hinting=False, desubroutinize=False)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "GSUB", "GPOS"]
    options.name_IDs, options.recalc_timestamp = ["*"], False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in wanted()])
    subsetter.subset(font)
    rename(font)
    font["head"].modified = font["head"].created
    font.save(TARGET)
    held = font.getBestCmap()
    lost = sorted(character for character in wanted() if ord(character) not in held)
    print(f"{TARGET.relative_to(ROOT)}: {len(held)} characters, {TARGET.stat().st_size:,} bytes")
    print(f"not in {FACE}: {''.join(lost)}")


if __name__ == "__main__":
    main(sys.argv[1])
