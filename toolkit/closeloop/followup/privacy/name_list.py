"""Names of people, looked for in texts all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_SHORTEST = 2


class NameList:
    """Names to look for; a Latin one as whole words in any case, a Chinese one wherever it stands.

    However many names there are, a text is gone through once.

    Examples
    --------
    >>> names = NameList(["Ann Lee", "张伟"])
    >>> list(names.find("ann lee met Joann Leeds")), list(names.find("找张伟退款"))
    ([(0, 7)], [(1, 3)])
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {lowered for name in names if len(lowered := _lowered(" ".join(name.split()))) >= _SHORTEST}
        self._lengths: dict[str, list[int]] = {}
        for name in self._names:
            self._lengths.setdefault(name[0], []).append(len(name))
        self._lengths = {first: sorted(set(lengths), reverse=True) for first, lengths in self._lengths.items()}

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where names stand, the longest first where two begin alike; none overlaps another."""
        if not self._names:
            return
        plain, at = _lowered(text), 0
        while at < len(plain):
            end = self._end_at(plain, at)
            if end:
                yield at, end
            at = end or at + 1

    def _end_at(self, plain: str, at: int) -> int:
        for length in self._lengths.get(plain[at], ()):
            end = at + length
            if plain[at:end] in self._names and _is_edge(plain, at) and _is_edge(plain, end):
                return end
        return 0


def _lowered(text: str) -> str:
    """Return a text in small letters, as long as before."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _is_edge(text: str, at: int) -> bool:
    """Return whether no Latin (or other alphabetic) word goes on across a place."""
    if at in (0, len(text)):
        return True
    return not (_in_word(text[at - 1]) and _in_word(text[at]))


def _in_word(char: str) -> bool:
    return char.isalnum() and not "\u3400" <= char <= "\u9fff"
