"""Suggestions of codes: what the uncoded mentions have in common, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.themes.residual.ngrams import is_dense
from closeloop.written import told, told_interval, told_joined, told_level

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or a few, that tells a group apart.

    Attributes
    ----------
    text : str
        Without case and punctuation.
    share, elsewhere : float
        Share of the group's mentions that have it, and of the others.
    lift : float
        How many times as frequent it is in the group.
    finds : bool
        Whether it finds mentions of the group that no term before it finds.

    Examples
    --------
    >>> Term(text="parking", share=0.9, elsewhere=0.01, lift=90.0).language
    'en'
    """

    text: str
    share: float
    elsewhere: float
    lift: float
    finds: bool = True

    @property
    def language(self) -> str:
        """Under which language rules look for it: Chinese terms are found anywhere, others as whole words."""
        return "zh-CN" if is_dense(self.text) else "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What somebody wrote.

    Examples
    --------
    >>> Quote(id="r1", text="No parking!", count=2).count
    2
    """

    id: object
    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCode:
    """The existing code whose mentions are closest.

    Examples
    --------
    >>> NearCode(code="price", label=LocalText("Price"), distance=0.8, belongs=False).belongs
    False
    """

    code: str
    label: LocalText
    distance: float
    belongs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One group of uncoded mentions; it has no effect until a person accepts it.

    Attributes
    ----------
    number : int
        1 for the largest.
    n, n_responses : int
        Mentions, and the responses they stand in.
    share, ci_low, ci_high : float
        Of all mentions of substance.
    terms : tuple of Term
        What tells it apart, the best first.
    quotes : tuple of Quote
        The texts nearest its centre.
    near : NearCode or None
        The closest existing code.
    cohesion : float
        Mean cosine of its texts with their centre.
    stability : float
        How well it comes back in random halves, 0…1.
    mentions : tuple of int
        Which mentions of the coding.
    """

    number: int
    n: int
    n_responses: int
    share: float
    ci_low: float
    ci_high: float
    terms: tuple[Term, ...]
    quotes: tuple[Quote, ...]
    near: NearCode | None
    cohesion: float
    stability: float
    mentions: tuple[int, ...]

    @property
    def verdict(self) -> str:
        """``"new"``: a code of its own; ``"belongs"``: part of the closest code."""
        return "belongs" if self.near is not None and self.near.belongs else "new"

    @property
    def rule_terms(self) -> dict[str, tuple[str, ...]]:
        """The terms that find the group and are rare elsewhere, by language: what rules of a code could look for."""
        found: dict[str, list[str]] = {}
        rare = [term for term in self.terms if term.finds and term.elsewhere <= 0.01] or list(self.terms[:1])
        for term in rare:
            found.setdefault(term.language, []).append(term.text)
        return {language: tuple(texts) for language, texts in found.items()}

    @property
    def verdict_told(self) -> LocalText:
        """The verdict in words."""
        if self.near is not None and self.near.belongs:
            return message("residual.belongs", code=self.near.label)
        return message("residual.new")

    def __str__(self) -> str:
        said = " · ".join(quote.text for quote in self.quotes)
        share = told_interval(self.ci_low, self.ci_high, "percent")
        head = message("residual.one", number=self.number, terms=self.named, n=self.n, share=share)
        return "\n".join(str(part) for part in (head, self.verdict_told, said))

    @property
    def named(self) -> LocalText:
        """The first terms, as a name."""
        return told_joined([term.text for term in self.terms[:_NAMED]], ", ", "、")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Suggestions(TableResult):
    """Groups among the mentions without a code; the largest first.

    Attributes
    ----------
    suggestions : tuple of Suggestion
    n, n_residual : int
        Mentions of substance, and those without a code or with “Other” only.
    n_texts : int
        Different texts among the latter.
    n_smaller, n_smaller_groups : int
        Mentions in groups beyond those that were asked for, and these groups.
    n_rest : int
        Mentions in no group.
    fewest : int
        Smaller groups are none.
    confidence_level : float
    codebook : str or None
        Name and version of the codebook that has no code for them.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> said = [f"no parking {where}" for where in ("today", "again", "there", "anywhere", "at night")]
    >>> said += ["fine", "blue", "see you", "so so", "came by bus", "rain", "long ago", "who knows"]
    >>> coding = Coding.from_table({"id": range(13), "text": said, "code": [None] * 13}, unit="response", text="text")
    >>> [term.text for term in coding.suggest()[0].terms][:1]
    ['parking']
    """

    kind: ClassVar[str] = "suggestions"

    suggestions: tuple[Suggestion, ...]
    n: int
    n_residual: int
    n_texts: int
    n_smaller: int
    n_smaller_groups: int
    n_rest: int
    fewest: int
    confidence_level: float
    codebook: str | None

    def __len__(self) -> int:
        return len(self.suggestions)

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self.suggestions)

    def __getitem__(self, place: int) -> Suggestion:
        """Return a suggestion, counted from 0."""
        return self.suggestions[place]

    @property
    def title(self) -> LocalText:
        """What was looked at."""
        return message("residual.title")

    @property
    def sentence(self) -> LocalText:
        """How much has no code, and what comes up in it."""
        share = told(self.n_residual / self.n if self.n else 0.0, "percent", 0)
        counts = {"residual": told(self.n_residual, "count"), "n": told(self.n, "count"), "share": share}
        if not self.suggestions:
            return message("residual.nothing", **counts)
        named = [
            message("residual.group", terms=one.named, n=told(one.n, "count"), verdict=one.verdict_told)
            for one in self.suggestions[:_NAMED]
        ]
        rest = told(self.n_rest, "count")
        return message("residual.found", found=told_joined(named, "; ", "；"), rest=rest, **counts)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done; that it is but a suggestion."""
        notes = [message("residual.note_person"), message("residual.note_method", fewest=self.fewest)]
        if self.n_smaller_groups:
            notes.append(message("residual.note_more", groups=self.n_smaller_groups, n=told(self.n_smaller, "count")))
        notes.append(message("residual.note_rest", n=told(self.n_rest, "count")))
        shaky = [str(one.number) for one in self.suggestions if one.stability < 0.5]
        if shaky:
            notes.append(message("residual.note_shaky", numbers=", ".join(shaky)))
        notes.append(message("residual.note_words"))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Terms, size, verdict, quotes."""
        level = message("analysis.interval", level=told_level(self.confidence_level))
        return (
            Shown("number", message("residual.number"), "count"),
            Shown("terms", message("residual.terms")),
            Shown("n", message("pareto.head_mention"), "count"),
            Shown("share", message("pareto.share"), "percent"),
            Shown("ci_low", level, "percent", high="ci_high"),
            Shown("verdict_name", message("residual.verdict")),
            Shown("near_name", message("residual.near")),
            Shown("distance", message("residual.distance"), "decimal"),
            Shown("stability", message("residual.stability"), "decimal"),
            Shown("quotes", message("residual.quotes")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per suggestion."""
        return [
            {
                "number": one.number, "terms": told_joined([term.text for term in one.terms], ", ", "、"), "n": one.n,
                "n_responses": one.n_responses, "share": one.share, "ci_low": one.ci_low, "ci_high": one.ci_high,
                "verdict": one.verdict, "verdict_name": one.verdict_told,
                "near": None if one.near is None else one.near.code,
                "near_name": None if one.near is None else one.near.label,
                "distance": None if one.near is None else one.near.distance, "cohesion": one.cohesion,
                "stability": one.stability, "quotes": " · ".join(quote.text for quote in one.quotes),
            }
            for one in self.suggestions
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the counts of the whole."""
        return {
            "codebook": self.codebook, "n": self.n, "n_residual": self.n_residual, "n_texts": self.n_texts,
            "n_smaller": self.n_smaller, "n_rest": self.n_rest, "fewest": self.fewest,
            "confidence_level": self.confidence_level,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the groups by size, with intervals, and what lies in none."""
        from closeloop.views.suggestions_chart import plot_suggestions

        return plot_suggestions(self, ax)
