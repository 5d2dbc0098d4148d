"""How a cause is put: tautology (W04), blame (W06), vague negatives (W07), a solution in disguise (W14)."""

from __future__ import annotations

from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.lexicon import Lexicon
from closeloop.rootcause.whys.rules.finding import WhysFinding, found
from closeloop.rootcause.whys.similarity import TAUTOLOGY, contrasted, similarity
from closeloop.rootcause.whys.state import TOP
from closeloop.rootcause.whys.subjects import is_person
from closeloop.written import told


def w04_tautology(graph: CauseGraph) -> list[WhysFinding]:
    """Find causes that say their effect once more."""
    result = []
    for link in graph.standing:
        cause, its_effect = graph.words(link.cause), graph.words(link.effect)
        value = similarity(cause, its_effect)
        if value >= TAUTOLOGY and not contrasted(cause, its_effect):
            effect, figure = graph.text(link.effect), told(value, "decimal")
            result.append(found(graph, "W04", "warn", "same", link=link, effect=effect, value=figure, limit=TAUTOLOGY))
    return result


def w06_blame(graph: CauseGraph, lexicon: Lexicon) -> list[WhysFinding]:
    """Find causes that are a person's conduct: an error where nothing comes before them, a warning about the words."""
    result = []
    leaves = set(graph.leaves)
    causes = [cause for cause in graph.reached if cause != TOP]
    for cause in causes:
        word = lexicon.find(graph.words(cause))
        if cause in leaves:
            if word:
                result.append(found(graph, "W06", "error", "leaf", cause=cause, word=word))
            elif is_person(graph.causes[cause].subject):
                result.append(found(graph, "W06", "error", "person", cause=cause))
        elif word:
            result.append(found(graph, "W06", "warn", "inside", cause=cause, word=word))
    return result


def w07_vague(graph: CauseGraph, lexicon: Lexicon) -> list[WhysFinding]:
    """Find causes that only say that something is not good."""
    words = {cause: lexicon.find(graph.words(cause)) for cause in graph.reached if cause != TOP}
    return [found(graph, "W07", "warn", "vague", cause=cause, word=word) for cause, word in words.items() if word]


def w14_solution(graph: CauseGraph, lexicon: Lexicon) -> list[WhysFinding]:
    """Find causes that are the lack of a remedy somebody has in mind."""
    words = {cause: lexicon.find(graph.words(cause)) for cause in graph.reached if cause != TOP}
    return [found(graph, "W14", "warn", "disguise", cause=cause, word=word) for cause, word in words.items() if word]
