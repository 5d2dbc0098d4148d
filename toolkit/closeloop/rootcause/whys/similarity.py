"""How alike two short texts are, by the character sequences they share; the same measure for English and Chinese."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TAUTOLOGY = 0.6
"""From here on a cause says the same as its effect. A threshold of ours: reworded pairs in both languages reach 0.6 and
more, a cause beside its effect about the same thing stays below 0.5."""

_ENGLISH = re.compile(
    r"\b(?:a|an|the|is|are|was|were|be|been|being|has|have|had|do|does|did|it|its|that|there|this|of|to|in|on|at|so|too|"
    r"very|because|our|their|us|we|they)\b"
)
_CHINESE = re.compile(r"[的了是很太过被把已会在都也就让使其这那]|因为|所以|由于|导致|造成|非常|十分|比较|有点")
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W_]+")
_SHORT = 6
_ENDING = re.compile(r"(?:ing|ed|es|s|ly)$")


def similarity(first: str, second: str) -> float:
    """Return how much of their character sequences two texts share, 0…1.

    Parameters
    ----------
    first, second : str
        Texts; case, width, punctuation, word order, little words and English endings are left out of account.

    Returns
    -------
    float
        Dice's coefficient of the sets of character pairs (Chinese) and of character triples within words (others); 0
        where a text has no word.

    Examples
    --------
    >>> round(similarity("Parcels arrive late", "The parcels are arriving late"), 2)
    0.9
    >>> round(similarity("客户等待时间太长", "客户等待的时间过长"), 2)
    1.0
    """
    one, other = _pieces(first), _pieces(second)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def contrasted(first: str, second: str) -> bool:
    """Whether two short Chinese texts each say something the other does not: 夜班缺人 and 白班缺人.

    In so few characters one of them makes another statement, however much else is shared.

    Examples
    --------
    >>> contrasted("夜班缺人", "白班缺人"), contrasted("发货晚", "包裹发货晚了")
    (True, False)
    """
    one, other = (set("".join(_RUN.findall(_CHINESE.sub("", text)))) for text in (first, second))
    chinese = all("\u3400" <= char <= "\u9fff" for char in one | other)
    return chinese and max(len(one), len(other)) <= _SHORT and bool(one - other) and bool(other - one)


@lru_cache(maxsize=512)  # every text of a list is compared with every other
def _pieces(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: set[str] = set()
    for run in _RUN.findall(_CHINESE.sub("", _ENGLISH.sub(" ", plain))):
        if "\u3400" <= run[0] <= "\u9fff":
            found.update(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
        else:
            stem = _ENDING.sub("", run) if len(run) > 4 else run
            padded = f" {stem} "
            found.update(padded[at : at + 3] for at in range(max(len(padded) - 2, 1)))
    return frozenset(found)
