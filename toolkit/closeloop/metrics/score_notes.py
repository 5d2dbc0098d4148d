"""What a reader of a score table should know: small groups, hidden ones, weights, the sample design."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from closeloop.metrics.design import RAKED, Design
from closeloop.metrics.score_block import ScoreBlock
from closeloop.text import LocalText, message
from closeloop.written import told

_FEW = 30
"""Below so many answers a note recommends the score interval."""


def score_notes(
    blocks: Sequence[ScoreBlock], min_n: int, weight: str | None, design: Design | None
) -> tuple[LocalText, ...]:
    """Return what a reader of the figures should know."""
    notes = []
    few = alike = 0
    hidden = {"small": 0, "complementary": 0}
    for block in blocks:
        for group in block.groups or (block.total,):
            if group.reason is not None:
                hidden[group.reason] += 1
            elif block.metric.kind == "nps" and not block.method.startswith("score"):
                few += 0 < (group.n or 0) < _FEW
            alike += group.method is not None
    if alike:
        notes.append(message("scores.note_all_alike", count=alike))
    if few:
        notes.append(message("scores.note_small", count=few))
    if any(hidden.values()):
        key = "scores.note_hidden_both" if hidden["complementary"] else "scores.note_hidden"
        notes.append(message(key, small=hidden["small"], more=hidden["complementary"], min_n=min_n))
    weighted = any(block.moments is not None for block in blocks)
    if weight is not None and weighted:
        notes.append(message("scores.note_weighted", weight=weight))
    if design is not None:
        notes += _design_notes(blocks, design)
    return tuple(notes)


def _design_notes(blocks: Sequence[ScoreBlock], design: Design) -> list[LocalText]:
    """Return what the design was, what it costs, and what was done to strata with a single unit."""
    sampling = next((block.moments.sampling for block in blocks if block.moments is not None), None)
    shown = [g.result.design for b in blocks for g in b.groups or (b.total,) if g.result is not None]
    known = [p for p in shown if p is not None]
    if sampling is None or not known:
        return []
    effects = [p.deff for p in known if not math.isnan(p.deff)]
    facts = {
        "strata": told(len(set(sampling.plan.position.tolist())), "count"),
        "units": told(int(sampling.plan.n_psu.sum()), "count"),
        "deff": told(median(effects) if effects else math.nan, "decimal"),
    }
    key = "clusters" if sampling.clustered else "respondents"
    key = f"{key}_in_strata" if sampling.stratum_names else key
    found = [message(f"design.note_{key}", **facts)]
    if design.margins:
        margins = ", ".join(name.removeprefix(RAKED) for name in design.margins)
        found.append(message("design.note_margins", margins=margins))
    names = sampling.stratum_names
    if sampling.plan.merged:
        pairs = [f"{names[one]} + {names[other]}" for one, other in sampling.plan.merged]
        found.append(message("design.note_merged", pairs="; ".join(pairs[:5]), count=len(pairs)))
    elif sampling.plan.lonely.any():
        key = design.lonely.replace("-", "_")
        found.append(message(f"design.note_{key}", count=int(sampling.plan.lonely.sum())))
    if any(p.is_census for p in known):
        found.append(message("design.note_census"))
    nothing = sum(math.isnan(p.variance) for p in known)
    if nothing:
        found.append(message("design.note_no_df", count=nothing))
    return found
