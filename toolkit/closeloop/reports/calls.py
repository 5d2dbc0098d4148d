"""Which Python call gave what a report shows: below every figure stands where it comes from.

What a result does not know is not made up: ``…`` stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from closeloop.followup.board import Board
from closeloop.followup.measure.group_table import GroupTable
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import TableResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.written_call import UNKNOWN, as_code, written_call
from closeloop.responses.responses import Responses
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.tree.pyramid import Pyramid
from closeloop.themes.codings.coding import Coding
from closeloop.versioned import Document
from closeloop.views.chart import Chart
from closeloop.views.claim import Claim


@dataclass(frozen=True, slots=True)
class Called:
    """A part of a report together with the call that gave it, where the part cannot know it: a frame, for one.

    Parameters
    ----------
    part : object
        Whatever a report takes.
    call : str
        As a person would type it; empty for none.
    ahead : bool
        Whether its sheet stands before the others in a workbook.

    Examples
    --------
    >>> Called("text", "loop.actions()").call
    'loop.actions()'
    """

    part: Any
    call: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class _Maker:
    """How results of a kind are made.

    `name` is the public call, `given` what stands first in it, `known` its options that the result keeps (option →
    attribute); `rest` says that there are others, of which the result keeps nothing.
    """

    name: str
    given: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    rest: bool = False


_LEVEL = {"confidence_level": "confidence_level"}
_GROUPS = {**_LEVEL, "min_n": "min_n"}
_CHARTED = {"chart": "chart", **_LEVEL}

MAKERS: dict[str, _Maker | str] = {
    # scores and what is made of them
    "tally": _Maker("cl.tally", ("data", "metrics"), {"weight": "weight"}, rest=True),
    "difference": _Maker("cl.compare", ("a", "b"), {"names": "names", **_LEVEL}, rest=True),
    "gap": _Maker("cl.Gap", (), {"metric": "metric", "standard": "standard", "actual": "actual", "n": "n",
                                 "as_of": "as_of"}, rest=True),
    "league_table": _Maker("cl.league_table", ("table", "{metric}"),
                           {"false_discovery_rate": "false_discovery_rate"}, rest=True),
    "kano": _Maker("cl.kano", ("data", "pairs"), {"table": "table"}, rest=True),
    "importance_performance": _Maker("cl.importance_performance", ("data", "outcome", "items"),
                                     {"lines": "lines", "bootstrap": "n_bootstrap", "seed": "seed"}, rest=True),
    "reliability": _Maker("cl.reliability", ("data", "items"), _LEVEL, rest=True),
    "servqual": _Maker("cl.servqual", ("data", "spec"), _LEVEL, rest=True),
    "quality": _Maker("responses.quality", rest=True),
    # analyses
    "decomposition": _Maker("cl.decompose", ("before", "after", "{metric}", "{by}"), _GROUPS, rest=True),
    "paired_change": _Maker("cl.paired_change", ("before", "after"), {"metric": "metric", **_LEVEL}, rest=True),
    "three_blocks": _Maker("cl.monthly_report", ("responses",), rest=True),
    "drivers": _Maker("cl.drivers", ("data", "{outcome}", "items"),
                      {"method": "method", "weight": "weight", "bootstrap": "bootstrap", "seed": "seed",
                       "cluster": "cluster", **_LEVEL}, rest=True),
    "recovery": _Maker("cl.recovery", ("before", "after"), _LEVEL, rest=True),
    "effect": _Maker("cl.effect", ("data", "metric"), {"method": "method", **_LEVEL}, rest=True),
    "time_to": _Maker("cl.time_to", ("data",), {"unit": "unit", **_LEVEL}, rest=True),
    "theme_impact": _Maker("cl.theme_impact", ("coding", "data", "{metric}"), _GROUPS, rest=True),
    "is_is_not": _Maker("cl.is_is_not", ("data", "affected", "traits"), _GROUPS),
    "rating_comparison": _Maker("cl.compare_ratings", ("data", "{metric}"), _LEVEL, rest=True),
    "coverage": _Maker("cl.coverage", ("{n}", "mix"), _LEVEL, rest=True),
    "non_response": _Maker("cl.non_response", ("result", "{invited}"), {"difference": "difference"}),
    "sample_size": _Maker("cl.sample_size", rest=True),
    "trend": _Maker("cl.trend", ("data", "{metric}"),
                    {"every": "every", "by": "by", "weight": "weight", "min_n": "min_n", **_CHARTED}, rest=True),
    "trend_change": _Maker("cl.trend(…).change_point", (), {"permutations": "permutations"}, rest=True),
    "control_chart": _Maker("cl.control_chart", ("values", "sizes"), _CHARTED, rest=True),
    "raking": _Maker("cl.rake", ("data", "targets"), {"weight": "weight", "trim": "trim"}, rest=True),
    "replicate_score": _Maker("cl.replicate_score", ("data", "{metric}"), rest=True),
    # themes
    "pareto": _Maker("coding.pareto", rest=True),
    "mece": _Maker("coding.mece", rest=True),
    "mece_tree": _Maker("cl.mece_tree", ("coding",), rest=True),
    "mece_pairs": "coding.mece(…).pairs",
    "mece_categories": "coding.mece(…).categories",
    "agreement": _Maker("coding.agreement", rest=True),
    "suggestions": _Maker("coding.suggest", rest=True),
    "theme_trend": _Maker("coding.trend", ("times", "{every}"), rest=True),
    "recode": _Maker("cl.recode", ("coding", "codebook"), _LEVEL),
    # causes and worksheets
    "tree_mece": _Maker("tree.mece", ("coding",), rest=True),
    "driver_check": _Maker("tree.mece", ("frame",), rest=True),
    "driver_change": _Maker("tree.mece(…).change", rest=True),
    "gantt": _Maker("problem.gantt", ("{today}",)),
    "needs_trace": _Maker("cl.needs_trace", ("coding", "problems"), _LEVEL),
    "lesson_library": _Maker("cl.lesson_library", ("problems",), rest=True),
    "option_matrix": _Maker("cl.option_matrix", ("options",), {"seed": "seed"}, rest=True),
    "risk_matrix": _Maker("cl.risk_matrix", ("risks",)),
    "effort_effect": _Maker("cl.effort_effect", ("options",)),
    "stakeholders": _Maker("cl.stakeholder_matrix", ("stakeholders",)),
    "fmea": _Maker("cl.fmea", ("failures",)),
    "swot_cross": _Maker("cl.swot_cross", ("strengths", "weaknesses", "opportunities", "threats", "pairs")),
    "affinity": _Maker("sheet.result", ('"affinity"',)),
    "two_by_two": _Maker("sheet.result", (UNKNOWN,)),
    "grid": _Maker("sheet.result", (UNKNOWN,)),
    "ideas": _Maker("sheet.result", (UNKNOWN,)),
    # the loop
    "triage": _Maker("loop.triage", ("responses",)),
    "loop_report": _Maker("loop.measure", (), {"since": "since", "now": "now"}, rest=True),
    "loop_section": _Maker("loop.measure(…).section", ("{name}",)),
    "loop_table": _Maker("loop.measure(…).table", ("{name}",)),
    "reconciliation": _Maker("loop.report", rest=True),
    "followed_recovery": 'loop.measure(…).section("recovery").details["recovery"]',
    "programme_report": _Maker("cl.programme_report", ("loop.measure(…)",)),
    "public_report": _Maker("cl.public_report", ("loop.measure(…)",)),
    "revenue_at_risk": _Maker("cl.revenue_at_risk", ("{n_problem}", "{value}"),
                              {"source": "source", "currency": "currency", **_LEVEL}, rest=True),
    "waiting_list_effect": 'loop.measure(…).section("recovery").details["waiting"]',
    "consistency": _Maker("closeloop.followup.playbook.consistency.consistency", rest=True),
    "due_contacts": _Maker("closeloop.followup.playbook.due_contacts.due_contacts", ("relations", "{on}"), rest=True),
    "retention_plan": _Maker("loop.retention", rest=True),
    "case_counts": _Maker("loop.case_counts", ("{by}",), {"min_n": "min_n"}, rest=True),
    "channel_shares": _Maker("closeloop.followup.intake.channel_shares.channel_shares", ("cases", "channels")),
    "allowed": _Maker("loop.case({case_id}).allowed"),
    "history": _Maker("case.history"),
    "clocks": _Maker("loop.case({case_id}).clocks", ("{now}",)),
    "needs": _Maker("loop.case({case_id}).needs"),
    "negotiation": _Maker("loop.case({case_id}).negotiation", rest=True),
    "playbook": _Maker("loop.case({case_id}).playbook", rest=True),
    # documents
    "problem": _Maker("cl.Problem", ("gap",), rest=True),
    "issue-tree": _Maker("cl.IssueTree", ("{question}",)),
    "five-whys": _Maker("cl.FiveWhys", ("gap",)),
    "worksheet": _Maker("cl.worksheet", ("{id}",)),
    "codebook": _Maker("cl.load_codebook", ("{id}",)),
    "coding": _Maker("cl.code_mentions", ("texts", "codebook"), rest=True),
}  # fmt: skip
"""Kind of result → the public call behind it, or what to write down as it is."""


_DEFAULTS = {
    "confidence_level": 0.95, "min_n": 10, "chart": "shewhart", "every": "month", "bootstrap": 0, "seed": 0,
    "currency": "", "source": "", "lines": "mean", "false_discovery_rate": 0.05, "unit": "h", "permutations": 9_999,
}  # fmt: skip
_OWN_DEFAULTS = {
    ("cl.drivers", "method"): "lmg",
    ("cl.effect", "method"): "did",
    ("cl.effect", "unit"): None,
    ("cl.importance_performance", "bootstrap"): 500,
}
"""What stands in the signatures; a test holds them against one another."""
_BY = "by_"
"""How the tables of `measure_by` are called: by what."""


def call_of(part: Any) -> str:
    """Return the Python call that gives a part of a report; empty where it is nobody's result, such as a text.

    Examples
    --------
    >>> import closeloop as cl
    >>> call_of(cl.NpsResult(17, 12, 7))
    'cl.NpsResult(17, 12, 7)'
    >>> call_of(cl.IssueTree("Why late?"))
    'cl.IssueTree("Why late?")'
    >>> call_of("Nothing computed.")
    ''
    """
    if isinstance(part, ScoreTable):
        return part.call or f"cl.score(data, metric, {UNKNOWN})"
    if isinstance(part, NpsResult | ShareResult | MeanResult):
        return _counted(part)
    if isinstance(part, Chart):
        return f"{call_of(part.result)}.plot()" if part.result is not None else ""
    if isinstance(part, Claim):
        return call_of(part.result)
    if isinstance(part, GroupTable) and part.name.startswith(_BY):
        return f"loop.measure_by({as_code(part.name.removeprefix(_BY))}, {UNKNOWN})"
    if isinstance(part, TableResult | Document | Coding):
        maker = MAKERS[part.kind]
        return maker if isinstance(maker, str) else _written(maker, part)
    if isinstance(part, Responses):
        return _read(part)
    if isinstance(part, Board):
        return f"loop.glance({as_code(part.now.isoformat())})"
    if isinstance(part, Countermeasure):
        return f"cl.Countermeasure({UNKNOWN})"
    return f"tree.pyramid({UNKNOWN})" if isinstance(part, Pyramid) else ""


def _written(maker: _Maker, part: Any) -> str:
    given = [_filled(each, part) for each in maker.given]
    options = {}
    for option, attribute in maker.known.items():
        value = getattr(part, attribute, None)
        default = default_of(maker.name, option)
        left_out = value is None or value == () or _same(value, default)
        options[option] = (value, value if left_out else default)
    written = written_call(_filled(maker.name, part), given, options)
    if not maker.rest:
        return written
    return f"{written[:-1]}{', ' if written[-2] != '(' else ''}{UNKNOWN})"


def _filled(said: str, part: Any) -> str:
    """Put the value of an attribute where its name stands in braces."""
    start, _, rest = said.partition("{")
    name, _, end = rest.partition("}")
    return f"{start}{as_code(getattr(part, name, None))}{end}" if name else said


def _same(value: object, default: object) -> bool:
    return type(value) is type(default) and value == default


def default_of(name: str, option: str) -> Any:
    """Return what a public call takes an option to be where it is left out.

    Examples
    --------
    >>> default_of("cl.drivers", "method"), default_of("cl.trend", "min_n")
    ('lmg', 10)
    """
    return _OWN_DEFAULTS.get((name, option), _DEFAULTS.get(option))


def _counted(part: NpsResult | ShareResult | MeanResult) -> str:
    """Return the constructor with the counts; of a designed sample nobody types the numbers."""
    name = f"cl.{type(part).__name__}"
    if part.design is not None:
        return f"cl.score(data, metric, {UNKNOWN}).result({UNKNOWN})"
    given: tuple[float, ...]
    if isinstance(part, NpsResult):
        given = (part.promoters, part.passives, part.detractors)
    elif isinstance(part, ShareResult):
        given = (part.top, part.rest)
    else:
        given = (part.score, part.sd, part.n)
    return written_call(name, [as_code(_whole(each)) for each in given], {"n_missing": (part.n_missing, 0)})


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _read(part: Responses) -> str:
    names = [source.name for source in part.sources if source.name]
    files = as_code(names[0] if len(names) == 1 else names) if names else "data"
    survey = [] if part.survey is None else [as_code(part.survey.id)]
    return f"cl.read_responses({', '.join([files, *survey])})"
