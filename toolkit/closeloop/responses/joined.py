"""Several choices in one cell: parted so that an option with a comma in it, or a write-in with one, comes out whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

_NEVER_TYPED = frozenset({"┋", "|", "→", "\n"})
"""Separators that nobody writes into an answer of their own: what stands between two of them is one choice."""
_SLACK = 2


def part_choices(
    text: str, separators: Sequence[str], known: Callable[[str], bool], labels: Iterable[str] = ()
) -> list[str]:
    """Part a cell into choices at that separator which makes most sense of it.

    At each place the longest run of pieces that is a known option is taken. What is left between two options is one
    write-in, separators included, unless the separator is one that people do not type.

    Parameters
    ----------
    text : str
        The cell.
    separators : sequence of str
        Candidates, the likeliest first.
    known : callable
        Says whether a text is an option.
    labels : iterable of str
        How options are written: they bound how many pieces an option can be made of.

    Returns
    -------
    list of str
        The choices in their order; the cell itself where no separator brings out an option.

    Examples
    --------
    >>> options = {"Price", "Price, fees", "Staff"}
    >>> part_choices("Price, fees, Staff, nice, but late", [";", ", "], options.__contains__, options)
    ['Price, fees', 'Staff', 'nice, but late']
    """
    whole = text.strip()
    if known(whole):
        return [whole]
    best: list[str] = [whole]
    best_size = 0
    spelled = list(labels)
    for separator in separators:
        if separator not in text:
            continue
        reach = _SLACK + max((label.count(separator.strip() or separator) for label in spelled), default=len(text))
        parts, size = _longest(text.split(separator), separator, known, reach)
        if size > best_size:
            best, best_size = parts, size
    return best


def _longest(pieces: Sequence[str], separator: str, known: Callable[[str], bool], reach: int) -> tuple[list[str], int]:
    """Return the choices, and how many letters of them are known options."""
    parts: list[str] = []
    unknown: list[str] = []
    size = 0
    start = 0
    while start < len(pieces):
        end = min(len(pieces), start + reach)
        while end > start and not known(separator.join(pieces[start:end]).strip()):
            end -= 1
        if end == start:
            unknown.append(pieces[start])
            start += 1
            continue
        parts += _written(unknown, separator)
        unknown = []
        option = separator.join(pieces[start:end]).strip()
        parts.append(option)
        size += len(option)
        start = end
    return parts + _written(unknown, separator), size


def _written(pieces: Sequence[str], separator: str) -> list[str]:
    texts = pieces if separator in _NEVER_TYPED else [separator.join(pieces)]
    return [text.strip() for text in texts if text.strip()]
