"""Every kind of declared design, for samples that name their weights and sizes as they like."""

from __future__ import annotations

from collections.abc import Mapping

from closeloop.metrics.design import Design


def made_designs(weight: str, sizes: Mapping[str, float]) -> dict[str, Design]:
    """Return designs by what they declare, of a column of weights and the number of people in each stratum."""
    return {
        "weights": Design(weight=weight),
        "strata": Design(strata="stratum"),
        "strata, weights, fpc": Design(weight=weight, strata="stratum", fpc=sizes),
        "clusters": Design(cluster="branch"),
        "all": Design(weight=weight, strata="stratum", cluster="local", fpc="branches"),
        "population": Design(fpc=5000),
        "margins, weights": Design(weight=weight, margins=("sex", "age")),
        "margins, strata, base": Design(weight=weight, strata="stratum", margins=("sex", "age"), base_weight="base"),
        "margins, all": Design(
            weight=weight, strata="stratum", cluster="branch", fpc="branches", margins="sex", base_weight="base"
        ),
    }
