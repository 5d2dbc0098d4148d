"""What a reader of a driver analysis should know, in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from closeloop.analysis.drivers.bootstrap import Resampled
from closeloop.analysis.drivers.result import Driver, Drivers
from closeloop.stats.importance import MOST_EXACT
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.written import told, told_level

_FEW_PER_ITEM = 10
_FEW_CLUSTERS = 20
_OVERLAP = 5.0
_MARKS = {"en": ("“", "”", ", "), "zh-CN": ("“", "”", "、")}


def quoted(names: Sequence[LocalText | str]) -> LocalText:
    """Return names in quotation marks, as a list within a sentence.

    Examples
    --------
    >>> quoted(["a", "b"]).zh
    '“a”、“b”'
    """
    texts = {}
    for tag in LANGUAGES:
        opening, closing, comma = _MARKS[tag]
        shown = [name.in_language(tag) if isinstance(name, LocalText) else str(name) for name in names]
        texts[tag] = comma.join(f"{opening}{name}{closing}" for name in shown)
    return LocalText(texts)


def reason_of_nothing(n: int, items: int, *, outcome_varies: bool) -> LocalText | None:
    """Return why nothing can be computed; None if it can.

    Examples
    --------
    >>> reason_of_nothing(100, 3, outcome_varies=True) is None
    True
    """
    if n < items + 2 or n < 2:
        return message("drivers.nothing_few", n=told(n, "count"), needed=items + 2)
    if not outcome_varies:
        return message("drivers.nothing_outcome")
    return None if items else message("drivers.nothing_items")


def cautions(
    result: Drivers,
    nothing: LocalText | None,
    close: Sequence[tuple[Driver, Driver]],
    drawn: Resampled | None,
    *,
    is_nps: bool,
    asymmetry: float,
) -> tuple[LocalText, ...]:
    """Return the notes: what is not known and why, what is doubtful, how it was done."""
    found = [] if nothing is None else [nothing]
    if nothing is None:
        found += [*_doubts(result, close), message("drivers.note_cause")]
    if result.n_missing:
        total = told(result.n + result.n_missing, "count")
        found.append(message("drivers.note_missing", count=told(result.n_missing, "count"), total=total))
    if is_nps:
        found.append(message("drivers.note_nps"))
    if result.weight is not None:
        found.append(message("drivers.note_weight", weight=result.weight))
    return (*found, *_how(result, drawn, asymmetry))


def _doubts(result: Drivers, close: Sequence[tuple[Driver, Driver]]) -> list[LocalText]:
    ranked = [driver for driver in result.items if driver.rank is not None]
    unknown = [driver for driver in result.items if driver.rank is None]
    found = []
    constant = [driver.label for driver in unknown if driver.correlation != driver.correlation]
    one_sided = [driver.label for driver in unknown if driver.correlation == driver.correlation]
    if constant:
        found.append(message("drivers.note_constant", items=quoted(constant)))
    if one_sided:
        found.append(message("drivers.note_one_sided", items=quoted(one_sided)))
    for run in _runs(close):
        key = "drivers.note_close_top" if run[0].rank == 1 else "drivers.note_close"
        found.append(message(key, items=quoted([driver.label for driver in run])))
    if result.n < _FEW_PER_ITEM * len(ranked):
        each = told(result.n / len(ranked), "decimal", 1)
        found.append(message("drivers.note_few", each=each, usual=_FEW_PER_ITEM))
    if result.n_clusters is not None and result.n_clusters < _FEW_CLUSTERS:
        found.append(message("drivers.note_few_clusters", count=result.n_clusters))
    overlapping = [driver.label for driver in ranked if driver.vif > _OVERLAP]
    if overlapping:
        found.append(message("drivers.note_overlap", items=quoted(overlapping), limit=f"{_OVERLAP:g}"))
    falling = [driver.label for driver in ranked if driver.correlation < 0]
    if falling:
        found.append(message("drivers.note_falling", items=quoted(falling)))
    wrong = [driver.label for driver in ranked if driver.more.get("wrong_sign")]
    if wrong:
        found.append(message("drivers.note_wrong_sign", items=quoted(wrong)))
    return found


def _runs(close: Sequence[tuple[Driver, Driver]]) -> list[list[Driver]]:
    """Return chains of neighbours of which each cannot be told apart from the next."""
    runs: list[list[Driver]] = []
    for first, second in close:
        if runs and runs[-1][-1] is first:
            runs[-1].append(second)
        else:
            runs.append([first, second])
    return runs


def _how(result: Drivers, drawn: Resampled | None, asymmetry: float) -> list[LocalText]:
    r_squared, adjusted = told(result.r_squared, "percent", 1), told(result.adjusted_r_squared, "percent", 1)
    if result.method == "penalty-reward":
        return [message("drivers.how_penalty", asymmetry=f"{asymmetry:g}", r_squared=r_squared)]
    if result.method == "ordered-logit":
        return [message("drivers.how_logit", r_squared=told(result.r_squared, "decimal", 3))]
    key = "drivers.how_lmg" if result.method == "lmg" else "drivers.how_johnson"
    found = [message(key, r_squared=r_squared, adjusted=adjusted)]
    if not math.isnan(result.drawing_error):
        found.append(message("drivers.how_sampled", most=MOST_EXACT, error=told(result.drawing_error, "percent", 2)))
    if drawn is None:
        return [*found, message("drivers.how_no_interval")] if not result.bootstrap else found
    key = "drivers.how_bootstrap" if result.cluster is None else "drivers.how_cluster_bootstrap"
    level = told_level(result.confidence_level)
    found.append(
        message(
            key, count=told(len(drawn.shares), "count"), seed=result.seed, level=level, cluster=result.cluster or ""
        )
    )
    if drawn.unusable:
        found.append(message("drivers.note_unusable", count=told(drawn.unusable, "count")))
    return found
