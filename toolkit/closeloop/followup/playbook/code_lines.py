"""Codes of the shipped codebooks with those above them, so that what is said of a code holds for the ones below it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from closeloop.text import LocalText
from closeloop.themes.codebooks.codebook_file import load_codebook


@cache
def code_lines(codebook: str) -> Mapping[str, tuple[str, ...]]:
    """Return code → itself and the codes above it, nearest first.

    Examples
    --------
    >>> code_lines("remedy-types")["refund"]
    ('refund', 'amends')
    """
    parents = {code.id: code.parent for code in load_codebook(codebook).codes}
    lines: dict[str, tuple[str, ...]] = {}
    for code in parents:
        line, above = [code], parents[code]
        while above is not None:
            line.append(above)
            above = parents[above]
        lines[code] = tuple(line)
    return lines


def line_of(codebook: str, code: str) -> tuple[str, ...]:
    """Return a code and those above it; of one's own code only itself, of none nothing.

    Examples
    --------
    >>> line_of("emotions", "anger"), line_of("emotions", "saudade"), line_of("emotions", "")
    (('anger', 'negative'), ('saudade',), ())
    """
    return code_lines(codebook).get(code, (code,) if code else ())


def code_label(codebook: str, code: str) -> LocalText:
    """Return what a code is called; one that the codebook does not have is called by itself.

    Examples
    --------
    >>> code_label("remedy-types", "refund").zh, code_label("remedy-types", "cake").en
    ('退款', 'cake')
    """
    return load_codebook(codebook).code(code).label if code in code_lines(codebook) else LocalText(code)
