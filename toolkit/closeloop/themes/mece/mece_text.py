"""What a MECE report says: its title, the verdict in a sentence, the reasons, and the notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import LocalText, message
from closeloop.themes.mece.agreement_report import Confusion
from closeloop.written import told, told_interval, told_joined, told_level, told_list

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_checks import Check
    from closeloop.themes.mece.mece_report import MeceReport
    from closeloop.themes.mece.mece_shares import Share

_MOST_NAMED = 8


def unit_words(unit: str) -> dict[str, LocalText]:
    """Return what was counted: in general, and one of it.

    Examples
    --------
    >>> {name: text.zh for name, text in unit_words("response").items()}
    {'what': '答卷', 'one': '份答卷'}
    """
    return {name: message(f"mece.{name}_{unit}") for name in ("what", "one")}


def title_of(report: MeceReport) -> LocalText:
    """Return what was judged."""
    if report.label is None:
        return message("mece.title")
    return message("mece.title_node", node=report.label)


def sentence_of(report: MeceReport) -> LocalText:
    """Return the verdict with the figures that decide it."""
    per_response = report.unit == "response" and report.n > 0
    if report.verdict == "cannot tell" and not per_response:
        return told_joined([message("mece.verdict_cannot_tell"), report.reasons[0]], " ", "")
    left, cover, shared = report.residual.total, report.coverage, report.overlap
    figures = {
        "n": told(report.n, "count"), "level": told_level(report.confidence_level),
        "coverage": told(cover.estimate, "percent"), "coverage_interval": _limits(cover),
        "residual": told(left.estimate, "percent"), "residual_interval": _limits(left),
        "overlap": told(shared.estimate, "percent"), "overlap_interval": _limits(shared),
    }  # fmt: skip
    if per_response:
        return message("mece.verdict_response", **figures)
    if report.verdict == "pass":
        return message("mece.verdict_pass", **figures)
    failed = {check.name.removesuffix("_weighted") for check in report.checks if check.outcome == "fail"}
    gaps, run_in = "residual" in failed, bool(failed & {"overlap", "pairs"})
    said = [message(f"mece.verdict_fail_{'both' if gaps and run_in else 'gaps' if gaps else 'overlap'}", **figures)]
    if report.pairs.hints and report.pairs.hints[0].sure:
        said += [report.pairs.hints[0].advice or LocalText({})]
    return told_joined(said, " ", "")


def reasons_of(report: MeceReport) -> tuple[LocalText, ...]:
    """Return why: what makes the measurement worthless, then what fails, then what is open, then what holds."""
    if not report.n:
        return (message("mece.why_nothing"),)
    asked = list(report.checks)
    first: list[LocalText] = []
    if report.unit == "response":
        first.append(message("mece.why_response"))
        asked = [check for check in asked if not check.name.startswith(("overlap", "pairs"))]
        first.append(message("mece.why_co_occurrence", **_told(report.overlap)))
    alpha = [check for check in asked if check.name == "alpha" and check.outcome != "pass"]
    first += [_why(report, check) for check in alpha]
    rest = sorted((check for check in asked if check not in alpha), key=_rank)
    return (*first, *dict.fromkeys(text for check in rest for text in _texts(report, check)))


def _rank(check: Check) -> int:
    return ("fail", "cannot tell", "pass").index(check.outcome)


def _texts(report: MeceReport, check: Check) -> list[LocalText]:
    if check.name == "pairs":
        return [pair.advice for pair in report.pairs.hints if pair.advice is not None]
    return [_why(report, check)]


def _why(report: MeceReport, check: Check) -> LocalText:
    outcome = check.outcome.replace(" ", "_")
    if check.name == "n":
        counts = {"n": told(report.n, "count"), "limit": told(check.limit, "count")}
        return message(f"mece.why_n_{outcome}", **counts, **unit_words(report.unit))
    if check.name == "alpha":
        return _why_alpha(report, check, outcome)
    if math.isnan(check.estimate):
        return message("mece.why_weightless")
    if math.isnan(check.ci_low):
        return message("mece.why_one_response")
    values: dict[str, Any] = {
        "share": told(check.estimate, "percent"), "interval": told_interval(check.ci_low, check.ci_high, "percent"),
        "level": told_level(report.confidence_level), "limit": told(check.limit, "percent", 0),
        **unit_words(report.unit),
    }  # fmt: skip
    key = f"mece.why_{check.name}_{outcome}"
    if check.name == "residual":
        return message(key, parts=_parts(report), **values)
    if check.name == "new":
        found = report.unseen
        once, kinds = told(found.once, "count"), told(found.kinds, "count")
        return message(key, found=told(found.found, "count"), once=once, kinds=kinds, **values)
    return message(key, **values)


def _parts(report: MeceReport) -> LocalText:
    """Return what the residual consists of; what there is none of is left out."""
    left = report.residual
    parent = "outside" if report.node is None else "parent_only"
    named = [
        message(f"mece.part_{name}", share=told(share.estimate, "percent"))
        for name, share in (("other", left.other), (parent, left.parent_only), ("uncoded", left.uncoded))
        if share.estimate > 0
    ]
    return told_joined(named, ", ", "，") if named else message("mece.part_none")


def _why_alpha(report: MeceReport, check: Check, outcome: str) -> LocalText:
    if math.isnan(check.estimate):
        return message("mece.why_alpha_undefined")
    said = message(
        f"mece.why_alpha_{outcome}", alpha=told(check.estimate, "decimal"), level=told_level(report.confidence_level),
        interval=told_interval(check.ci_low, check.ci_high, "decimal"), limit=told(check.limit, "decimal", 3),
    )  # fmt: skip
    mixed: tuple[Confusion, ...] = report.evidence.confusions[:2] if report.evidence else ()
    if outcome == "pass" or not mixed:
        return said
    pairs = told_joined([pair.sentence for pair in mixed], "; ", "；")
    return told_joined([said, message("mece.mixed_up", pairs=pairs)], " ", "")


def _told(share: Share) -> dict[str, LocalText]:
    return {"share": told(share.estimate, "percent"), "interval": _limits(share)}


def _limits(share: Share) -> LocalText:
    return told_interval(share.ci_low, share.ci_high, "percent")


def notes_of(report: MeceReport) -> tuple[LocalText, ...]:
    """Return what the report rests on, and what else was seen."""
    found = [_basis(report)]
    limits = report.thresholds
    found.append(
        message(
            "mece.note_thresholds", residual=told(limits.residual, "percent", 0),
            overlap=told(limits.overlap, "percent", 0), new=told(limits.new, "percent", 0),
            n=told(limits.n, "count"), alpha=told(limits.alpha, "decimal", 3),
            times=told(limits.tolerance, "decimal", 0 if limits.tolerance == int(limits.tolerance) else 1),
        )
    )  # fmt: skip
    found += [
        message("mece.note_declared", code=code, one=one, two=two) for code, one, two in report.declared if report.n
    ]
    if report.n and report.evidence is None:
        found.append(message("mece.note_one_coder" if len(report.coders) < 2 else "mece.note_shared_work"))
    if report.weighted is not None and not math.isnan(report.weighted.covered.estimate):
        size = told(report.weighted.covered.n_effective, "count")
        found.append(message("mece.note_weighted", n_effective=size, **_told(report.weighted.covered)))
    if report.unseen.found:
        seen = report.unseen
        found.append(
            message(
                "mece.note_unseen", found=told(seen.found, "count"), once=told(seen.once, "count"),
                share=told(seen.next_new, "percent"), kinds=told(seen.kinds, "count"),
            )
        )  # fmt: skip
    return (*found, *_of_balance(report))


def _basis(report: MeceReport) -> LocalText:
    coders = ", ".join(report.coders) or "–"
    counts = {"n": told(report.n, "count"), "responses": told(report.n_responses, "count")}
    key = "mece.note_basis" if report.unit == "mention" else "mece.note_basis_response"
    if report.codebook is None:
        return message(f"{key}_free", coders=coders, **counts)
    return message(key, codebook=f"{report.codebook}@{report.version}", coders=coders, **counts)


def _of_balance(report: MeceReport) -> list[LocalText]:
    balance = report.balance
    found = []
    if balance.dominant and balance.largest is not None and balance.largest_share is not None:
        share = told(balance.largest_share.estimate, "percent")
        words = unit_words(report.unit)
        found.append(message("mece.note_dominant", category=balance.largest, share=share, **words))
    if balance.empty and report.n:
        named = told_list(balance.empty[:_MOST_NAMED])
        more = len(balance.empty) - _MOST_NAMED
        key = "mece.note_empty_more" if more > 0 else "mece.note_empty"
        found.append(message(key, codes=named, more=told(max(more, 0), "count")))
    if balance.split_fault:
        found.append(message(f"mece.note_split_{balance.split_fault}"))
    return found
