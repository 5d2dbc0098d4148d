"""The words behind a bar of a Pareto."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from closeloop.themes.theme_groups import theme_hits

if TYPE_CHECKING:
    from closeloop.themes.pareto.pareto_result import Pareto

_COLUMNS = ["id", "mention", "start", "end", "text", "codes", "rules"]


def bar_mentions(pareto: Pareto, code: str | None, n: int | None) -> pd.DataFrame:
    """Return the mentions behind a bar, see `closeloop.themes.pareto.pareto_result.Pareto.mentions`."""
    coding = pareto.coding
    if code is None:
        members = set(coding.codes)
        hits = theme_hits(coding, (), coding.unit, pareto.node)
        at = hits.first[~hits.coded]
    else:
        pareto[code]  # refuses what is no bar
        column = next(i for i, group in enumerate(pareto.groups) if group.code == code)
        members = set(pareto.groups[column].members)
        hits = theme_hits(coding, pareto.groups, coding.unit, pareto.node)
        at = hits.first[hits.row[hits.column == column]]
    if coding.unit == "response":
        at = np.flatnonzero(np.isin(coding.response, at))
    listed = np.sort(at)[: None if n is None else max(n, 0)].tolist()
    said: dict[int, dict[str, None]] = {i: {} for i in listed}
    ruled: dict[int, dict[str, None]] = {i: {} for i in listed}
    for k in np.flatnonzero(np.isin(coding.mention, listed)).tolist():
        mention, name = int(coding.mention[k]), coding.codes[coding.code[k]]
        if name in members:
            said[mention][name] = None
            if coding.rule[k] >= 0:
                ruled[mention][coding.rules[coding.rule[k]]] = None
    rows = [
        (
            coding.ids[coding.response[i]], i, int(coding.start[i]), int(coding.end[i]), coding.mention_text(i),
            ", ".join(said[i]), ", ".join(ruled[i]),
        )
        for i in listed
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)
