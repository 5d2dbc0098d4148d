"""The eighteen rules by their codes, and running them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closeloop.rootcause.findings import Findings
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.lexicon import Lexicon
from closeloop.rootcause.whys.rules.finding import WhysFinding
from closeloop.rootcause.whys.rules.proof import w02_evidence, w03_read_back, w10_rivals
from closeloop.rootcause.whys.rules.reasoning import w05_sufficiency, w08_breach, w09_duty, w15_time, w16_cycle
from closeloop.rootcause.whys.rules.roots import (
    w11_stop,
    w12_counterfactual,
    w13_prediction,
    w17_countermeasure,
    w18_coverage,
)
from closeloop.rootcause.whys.rules.start import w01_measured_gap
from closeloop.rootcause.whys.rules.wording import w04_tautology, w06_blame, w07_vague, w14_solution

Rule = Callable[[CauseGraph], list[WhysFinding]]
WordRule = Callable[[CauseGraph, Lexicon], list[WhysFinding]]

WORD_RULES: Mapping[str, tuple[WordRule, str]] = {
    "W06": (w06_blame, "blame"),
    "W07": (w07_vague, "vague"),
    "W14": (w14_solution, "solution"),
}
"""Code → rule and the word list that it looks causes up in."""


def rules(lexicons: Mapping[str, Lexicon]) -> dict[str, Rule]:
    """Return the rules by code, in order, with word lists in their place.

    Examples
    --------
    >>> from closeloop.rootcause.whys.lexicon import chosen_lexicons
    >>> len(rules(chosen_lexicons()))
    18
    """
    plain: dict[str, Rule] = {
        "W01": w01_measured_gap, "W02": w02_evidence, "W03": w03_read_back, "W04": w04_tautology,
        "W05": w05_sufficiency, "W08": w08_breach, "W09": w09_duty, "W10": w10_rivals, "W11": w11_stop,
        "W12": w12_counterfactual, "W13": w13_prediction, "W15": w15_time, "W16": w16_cycle,
        "W17": w17_countermeasure, "W18": w18_coverage,
    }  # fmt: skip
    for code, (rule, name) in WORD_RULES.items():
        plain[code] = _with(rule, lexicons[name])
    return dict(sorted(plain.items()))


def judge(graph: CauseGraph, lexicons: Mapping[str, Lexicon]) -> Findings:
    """Return what the rules find in a graph, the gravest first, then by rule."""
    return Findings(finding for rule in rules(lexicons).values() for finding in rule(graph))


def _with(rule: WordRule, lexicon: Lexicon) -> Rule:
    def bound(graph: CauseGraph) -> list[WhysFinding]:
        return rule(graph, lexicon)

    return bound
