"""What a group of texts is shown by: the terms that tell it apart, and what people wrote."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.themes.residual.clusters import Clusters
from closeloop.themes.residual.ngrams import is_dense, plain, readable
from closeloop.themes.residual.suggestion import Quote, Term

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_INSIDE = 1_000
_LIFT, _QUOTES, _ALIKE, _TERMS, _ADDS = 3.0, 5, 0.7, 6, 0.05
_COMPARE = 20  # with fewer other texts nothing can be said about what is frequent elsewhere


@dataclass(frozen=True, slots=True, eq=False)
class HeldTexts:
    """Texts, each once, with how often it occurs and in which mentions."""

    texts: list[str]
    count: FloatArray
    of_mention: IntArray
    mentions: IntArray

    @classmethod
    def of(cls, texts: Sequence[str], mentions: IntArray) -> HeldTexts:
        """Put texts that are the same but for case and punctuation together."""
        place: dict[str, int] = {}
        at = np.array([place.setdefault(plain(text), len(place)) for text in texts], np.int64)
        return cls(list(place), np.bincount(at, minlength=len(place)).astype(float), at, mentions)


def mention_words(coding: Coding, mention: int) -> str:
    """Return the words of a mention; where no span is known, those of the whole comment."""
    said = coding.mention_text(mention)
    if said or coding.texts is None:
        return said
    return str(coding.texts[coding.response[mention]] or "")


def group_terms(held: HeldTexts, groups: Clusters, number: int, elsewhere: list[str]) -> tuple[Term, ...]:
    """Return what tells a group apart, as people read it: terms much more frequent in it than elsewhere."""
    mine = np.flatnonzero(groups.member == number)
    mine = mine[np.argsort(-groups.similarity[mine], kind="stable")][:_INSIDE]
    weight = held.count[mine]
    size = float(weight.sum())
    inside: Counter[str] = Counter()
    for i, w in zip(mine.tolist(), weight.tolist(), strict=True):
        for term in readable(held.texts[i]):
            inside[term] += w
    candidates = {term: count for term, count in inside.items() if count >= max(2.0, 0.08 * size)}
    far: Counter[str] = Counter()
    for text in elsewhere:
        far.update(candidates.keys() & readable(text))
    found = []
    for term, count in candidates.items():
        near, away = count / size, far[term] / max(len(elsewhere), 1)
        lift = near / max(away, 0.5 / max(len(elsewhere), 1))
        if lift >= (_LIFT if len(elsewhere) >= _COMPARE else 1):
            found.append((near * math.log(lift), Term(text=term, share=near, elsewhere=away, lift=lift)))
    found.sort(key=lambda one: (-round(one[0], 9), one[1].text.count(" "), -len(one[1].text), one[1].text))
    said = [readable(held.texts[i]) for i in mine.tolist()]
    return _distinct([term for _, term in found], said, weight)


def _distinct(terms: list[Term], said: list[frozenset[str]], weight: FloatArray) -> tuple[Term, ...]:
    """Return the best terms, none within another; those first that together find the group.

    A piece of a longer run of characters that comes up about as often is no word of its own; where all say the same
    sentence there is nothing but such pieces, and the best one stands for it.
    """
    chosen: list[Term] = []
    reached = np.zeros(len(said), bool)
    for term in terms[:80]:
        longer = [one for one in terms if term.text in one.text and one != term and one.share >= 0.8 * term.share]
        dense = is_dense(term.text)
        if (dense and (longer or len(term.text) > 4)) or any(_within(term.text, one.text) for one in chosen):
            continue
        has = np.array([term.text in one for one in said])
        adds = float(weight[has & ~reached].sum() / weight.sum()) >= _ADDS
        reached |= has & adds
        chosen.append(replace(term, finds=adds))
        if len(chosen) == _TERMS:
            break
    return tuple(chosen or terms[:1])


def _within(one: str, two: str) -> bool:
    """Return whether a term lies within the other: as characters, or as a word of a pair."""
    if is_dense(one) or is_dense(two):
        return one in two or two in one
    return bool(set(one.split()) & set(two.split()))


def group_quotes(coding: Coding, held: HeldTexts, groups: Clusters, texts: IntArray, rows: Any) -> tuple[Quote, ...]:
    """Return the texts nearest the centre, as they were written, none much like another."""
    first: dict[int, int] = {}
    for place, mention in zip(held.of_mention.tolist(), held.mentions.tolist(), strict=True):
        first.setdefault(place, mention)
    order = texts[np.argsort(-groups.similarity[texts], kind="stable")].tolist()
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).reshape(-1))
    chosen: list[int] = []
    for text in order[:200]:
        if len(chosen) == _QUOTES:
            break
        alike = (rows[chosen] @ rows[[text]].T).toarray().reshape(-1) / (length[chosen] * length[text])
        if not (alike > _ALIKE).any():
            chosen.append(text)
    return tuple(
        Quote(
            id=coding.ids[coding.response[first[text]]], text=mention_words(coding, first[text]).strip(),
            count=int(held.count[text]),
        )
        for text in chosen
    )  # fmt: skip
