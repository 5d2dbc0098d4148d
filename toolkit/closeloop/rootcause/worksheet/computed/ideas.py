"""Ideas collected without names: shuffled, so that nobody sees whose came first, merged, and voted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.whys.similarity import similarity
from closeloop.rootcause.worksheet.checks.similar_entries import ALIKE
from closeloop.rootcause.worksheet.computed.reading import amount_in, named, rows_of
from closeloop.text import LocalText, message
from closeloop.written import told_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """One idea, with those that went into it.

    Attributes
    ----------
    number : int
        By which others name it, from 1.
    text : str
    votes : int
        Its own and those of the ideas that went into it.
    origins : tuple of str
        The texts of the ideas that went into it, its own not among them.
    alike : tuple of int
        Ideas that seem to say the same; a person decides.
    """

    number: int
    text: str
    votes: int
    origins: tuple[str, ...]
    alike: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ideas(TableResult):
    """Ideas without authors.

    Attributes
    ----------
    ideas : tuple of Idea
        By votes; those with as many in an order that is drawn.
    seed : int
        Of the drawing.
    circular : tuple of int
        Ideas that were merged into one another in a circle and therefore stand alone.
    """

    kind: ClassVar[str] = "ideas"

    ideas: tuple[Idea, ...]
    seed: int
    circular: tuple[int, ...]

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("matrices.ideas_title", n=len(self.ideas))

    @property
    def sentence(self) -> LocalText:
        """Which idea has most votes."""
        top = [idea.text for idea in self.ideas if idea.votes and idea.votes == self.ideas[0].votes]
        if not top:
            return message("matrices.ideas_no_votes")
        return message("matrices.ideas_top", names=named(top), votes=self.ideas[0].votes)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """That no author is known, and what seems to be there twice."""
        found = [message("matrices.ideas_anonymous", seed=self.seed)]
        texts = {idea.number: idea.text for idea in self.ideas}
        for idea in self.ideas:
            later = [number for number in idea.alike if number > idea.number]
            if later:
                pair = [f"{number} ({texts[number]})" for number in (idea.number, *later)]
                found.append(message("matrices.ideas_alike", names=named(pair)))
        if self.circular:
            found.append(message("matrices.ideas_circle", names=named([str(n) for n in self.circular])))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Number, idea, votes, what went into it."""
        return (
            Shown("number", message("matrices.number"), "count"),
            Shown("idea", message("matrices.idea")),
            Shown("votes", message("matrices.votes"), "count"),
            Shown("origins", message("matrices.origins")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """One row per idea that stands."""
        return [
            {
                "number": idea.number, "idea": idea.text, "votes": idea.votes,
                "origins": told_list(idea.origins) if idea.origins else None, "alike": idea.alike,
            }
            for idea in self.ideas
        ]  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Return the seed of the order."""
        return {"seed": self.seed}

    def plot(self, ax: Any = None) -> Any:
        """Draw the votes."""
        from closeloop.views.option_chart import plot_ideas

        return plot_ideas(self, ax)


def ideas(collected: Sequence[Mapping[str, Any] | str], *, seed: int = 0) -> Ideas:
    """Show collected ideas without any trace of who had them.

    Only `text`, `votes` and `merged_into` are read; whatever else an entry holds (a name, a time) is not kept.

    Parameters
    ----------
    collected : sequence of mapping or str
        ``text``, ``votes`` (whole, from 0), ``merged_into`` (the number of the idea that it went into).
    seed : int
        Of the order in which ideas with as many votes are shown.

    Returns
    -------
    Ideas

    Raises
    ------
    TypeError
        If it is no list of mappings or texts.
    ValueError
        If there are none, votes are negative or not whole, or an idea was merged into one that does not exist.

    Examples
    --------
    >>> found = ideas([{"text": "call back within a day", "votes": 3, "author": "Li"},
    ...                {"text": "ring back the same day", "votes": 1, "merged_into": 1}])
    >>> [(idea.text, idea.votes, idea.origins) for idea in found.ideas]
    [('call back within a day', 4, ('ring back the same day',))]
    """
    if isinstance(collected, str) or not isinstance(collected, Sequence):
        raise TypeError(message("matrices.not_entries", what="ideas", found=type(collected).__name__))
    rows = rows_of([{"text": each} if isinstance(each, str) else each for each in collected], "ideas")
    texts = {number: " ".join(str(row.get("text") or "").split()) for number, row in enumerate(rows, 1)}
    texts = {number: text for number, text in texts.items() if text}
    if not texts:
        raise ValueError(message("matrices.none", what="ideas"))
    votes = {number: _votes(rows[number - 1], number) for number in texts}
    into = {number: _target(rows[number - 1], number, texts) for number in texts}
    roots = {number: _root(number, into) for number in texts}
    circular = tuple(number for number, root in roots.items() if root is None)
    found = []
    for number, text in texts.items():
        if roots[number] not in (number, None):
            continue
        parts = [other for other, root in roots.items() if root == number and other != number]
        total = votes[number] + sum(votes[other] for other in parts)
        found.append((number, text, total, tuple(texts[other] for other in parts)))
    order = np.random.default_rng(seed).permutation(len(found)).tolist()
    shuffled = sorted((found[at] for at in order), key=lambda each: -each[2])
    return Ideas(
        ideas=tuple(
            Idea(number=number, text=text, votes=total, origins=origins, alike=_alike(number, text, found))
            for number, text, total, origins in shuffled
        ),
        seed=seed,
        circular=circular,
    )


def _votes(row: Mapping[str, Any], number: int) -> int:
    votes = amount_in(row, "votes", f"#{number}")
    if votes == votes and votes != int(votes):
        raise ValueError(message("matrices.no_votes", n=number, found=votes))
    return 0 if votes != votes else int(votes)


def _target(row: Mapping[str, Any], number: int, texts: Mapping[int, str]) -> int:
    """Return the idea that one went into; itself if into none."""
    given = row.get("merged_into")
    if given is None or given == "":
        return number
    if isinstance(given, bool) or not isinstance(given, (int, float)) or given not in texts:
        raise ValueError(message("matrices.no_idea", n=number, found=given, most=max(texts)))
    return int(given)


def _root(number: int, into: Mapping[int, int]) -> int | None:
    """Return the idea at the end of the merges; None where they go round in a circle."""
    seen = [number]
    while into[seen[-1]] != seen[-1]:
        if into[seen[-1]] in seen:
            return None
        seen.append(into[seen[-1]])
    return seen[-1]


def _alike(number: int, text: str, found: Sequence[tuple[int, str, int, tuple[str, ...]]]) -> tuple[int, ...]:
    return tuple(other for other, words, _, _ in found if other != number and similarity(text, words) >= ALIKE)


def compute(given: Mapping[str, Any]) -> Ideas:
    """Return the ideas of a worksheet."""
    return ideas(given["ideas"])
