"""Standard errors beside those of R's survey package, whose figures are recorded with version and call."""

from __future__ import annotations

import sys
from pathlib import Path

from figures import Figure

from closeloop.metrics.design import Design
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.score import score
from closeloop.metrics.spec import Nps

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from api_samples import APICLUS1, APISTRAT, expand  # the samples that the tests are about

# R survey 4.1-1, data(api), svymean and svyby of the NPS in points; as many digits as R printed.
STRATIFIED = Design(weight="w", strata="type", fpc="schools")
CALLS = {
    "weights": (Design(weight="w"), "", 7.51517572, 6.64062581),
    "strata": (Design(weight="w", strata="type"), "", 7.51517572, 6.61711238),
    "strata, fpc": (STRATIFIED, "", 7.51517572, 6.52832249),
    "strata, fpc, one domain": (STRATIFIED, "Yes", 15.10809599, 7.367484165),
    "clusters": (Design(cluster="district"), "", -2.18579235, 18.54606824),
    "clusters, fpc": (Design(cluster="district", fpc=757), "", -2.18579235, 18.36140315),
}


def measure() -> list[Figure]:
    strata = expand(APISTRAT, ["type", "met", "w", "schools"])
    clusters = expand(APICLUS1, ["district", "type", "met"])
    apart = {}
    for name, (design, met, nps, error) in CALLS.items():
        frame = clusters if design.cluster else strata
        found = score(frame, Nps("score"), "met" if met else None, design=design)
        result = found.result(met=met) if met else found.result()
        if not isinstance(result, NpsResult) or abs(result.score - nps) > 1e-7:
            raise RuntimeError(f"{name}: NPS {result.score}, R has {nps}")
        apart[name] = abs(result.std_error / error - 1)
    detail = ", ".join(f"{name} {value:.1e}" for name, value in apart.items())
    return [
        Figure(
            name="standard errors: largest relative difference from R survey 4.1-1", target="<= 1e-8",
            ratio=max(apart.values()), bar="r_errors", detail=f"{detail}; R prints nine digits",
        )
    ]  # fmt: skip
