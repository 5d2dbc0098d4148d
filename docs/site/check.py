"""What may be wrong with a site that was built: pages that ask something of a network, links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

TAG = re.compile(r"<(a|script|link|img|iframe|source|video|audio|object|embed)\b([^>]*)>", re.I)
PLACE = re.compile(r"""\b(?:src|href|data|srcset)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
IN_STYLE = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:https?:)?//[^"')\s]+)""", re.I)
AWAY = re.compile(r"(?:https?:)?//", re.I)
NO_FILE = re.compile(r"(?:data|mailto|javascript|blob):", re.I)
TOLD = re.compile(r'rel="(?:canonical|author|alternate)"')  # a browser fetches none of these


def faults(site: Path) -> Iterator[str]:
    """Give what is wrong with the pages: what they would fetch from a network, and links that lead nowhere."""
    for sheet in sorted(site.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        yield from (f"{sheet.relative_to(site)}: asks a network for {each}" for each in IN_STYLE.findall(text))
    for page in sorted(site.rglob("*.html")):
        yield from (f"{page.relative_to(site)}: {fault}" for fault in faults_of_page(page, site))


def faults_of_page(page: Path, site: Path) -> Iterator[str]:
    """Give what is wrong with one page."""
    text = page.read_text(encoding="utf-8")
    yield from (f"asks a network for {each}" for each in IN_STYLE.findall(text))
    for tag, attributes in TAG.findall(text):
        for place in (double or single for double, single in PLACE.findall(attributes)):
            if AWAY.match(place):
                if tag.lower() != "a" and not TOLD.search(attributes):
                    yield f"asks a network for {place}"
            elif tag.lower() == "a" and not NO_FILE.match(place):
                yield from ([] if leads_somewhere(page, place, site) else [f"its link {place} leads nowhere"])


def leads_somewhere(page: Path, place: str, site: Path) -> bool:
    """Say whether a link of a page leads to a file of the site and to a place in it that exists."""
    name, _, anchor = place.partition("#")
    file = (page.parent / unquote(name.partition("?")[0])).resolve() if name else page
    if not file.is_file() or not file.is_relative_to(site):
        return False
    return not anchor or file.suffix != ".html" or unquote(anchor) in anchors(file)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Give the places of a page that a link can lead to."""
    return frozenset(re.findall(r'\b(?:id|name)="([^"]+)"', page.read_text(encoding="utf-8")))
