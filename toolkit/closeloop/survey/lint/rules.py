"""The rules of lint, each with its code, its gravity and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.survey.lint.report import Level, LintFinding

if TYPE_CHECKING:
    from closeloop.survey.lint.subject import Subject

Look = Callable[["Subject"], Iterator[LintFinding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    code : str
        Stable, for programs; its words are ``lint.<code>`` in the catalogue, what to do is ``lint.<code>_mend``.
    level : {"error", "warning", "info"}
    look : callable or None
        Gives the findings in a survey; None where a survey with this fault does not even load.
    """

    code: str
    level: Level
    look: Look | None


_RULES: dict[str, Rule] = {}


def rule(**levels: Level) -> Callable[[Look], Look]:
    """Enter a function that looks for faults: their codes, each with its gravity."""

    def enter(look: Look) -> Look:
        _RULES.update({code: Rule(code, level, look) for code, level in levels.items()})
        return look

    return enter


_REFUSED = (
    "item_twice", "page_twice", "option_twice", "option_code_twice", "option_reserved", "rule_twice", "test_twice",
    "unknown_name", "metric_item", "source_item", "expression", "cycle", "unknown_key", "missing_key", "duplicate_key",
    "not_a_choice", "wrong_kind", "too_few", "limit_order", "limit_options", "scale_order", "scale_step", "scale_long",
    "smileys", "label_off_scale", "matrix_columns", "metric_type", "metric_points", "servqual_rows", "gap_pairs",
    "text_language_missing", "text_language_undeclared", "text_one_language", "name_pattern", "name_reserved",
    "pattern_invalid", "exclusive_single", "note_answer", "step_commands", "migration_versions", "timezone",
)  # fmt: skip
"""What a survey is refused for when it is loaded; lint of a file tells these as errors."""


def rules() -> Mapping[str, Rule]:
    """Return all rules by code: those of lint, and the faults for which a survey does not load.

    Examples
    --------
    >>> {rules()[code].level for code in ("cycle", "comparison_never", "pii_unmarked")} >= {"error", "warning"}
    True
    """
    from closeloop.survey.lint import branching, conditions, items, plans, released, wording  # noqa: F401  they enter theirs

    return {**{code: Rule(code, "error", None) for code in _REFUSED}, **_RULES}
