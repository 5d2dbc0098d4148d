"""What is promised about a table of stages, proved of any table: one's own is judged by the same rules.

Every stage can be reached; an event leads from a stage to one place; from every open stage a case can end; no way leads
to the confirmed end around any of the gates, in no cycle; a new cycle begins at the start; the stages out of which
nothing leads are just those that the table calls absorbing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from closeloop.errors import closest
from closeloop.followup.stages.table import StageTable, Transition
from closeloop.rootcause.findings import Finding, Findings
from closeloop.text import LocalText, message
from closeloop.written import told_joined


def check_stages(table: StageTable) -> Findings:
    """Return what a table of stages does not keep of what is promised.

    Parameters
    ----------
    table : StageTable

    Returns
    -------
    Findings
        Rules ``S1`` unknown or double names, ``S2`` an event that leads to two places, ``S3`` a stage that cannot be
        reached, ``S4`` an open stage that cannot end, ``S5`` a way around a gate, ``S6`` absorbing stages, ``S7`` new
        cycles, ``S8`` guards that do not exist; all of them errors.

    Examples
    --------
    >>> from closeloop.followup.stages.table import stage_table
    >>> check_stages(stage_table())
    <Findings: errors 0, warnings 0, remarks 0>
    """
    found = list(_names(table))
    if not found:  # what follows walks along names, so they have to be there
        found = [*_deterministic(table), *_reachable(table), *_ends(table), *_gates(table)]
        found += [*_absorbing(table), *_cycles(table)]
    return Findings([*found, *_guards(table)])


def _error(rule: str, at: str, text: LocalText) -> Finding:
    return Finding(rule=rule, level="error", at=at, message=text)


def _names(table: StageTable) -> Iterator[Finding]:
    known = [stage.id for stage in table.stages]
    for name, times in Counter(known).items():
        if times > 1:
            yield _error("S1", name, message("stages.stage_twice", stage=name))
    used: list[tuple[str, str]] = [("start", table.start), ("confirmed_end", table.confirmed_end)]
    used += [("absorbing", name) for name in table.absorbing]
    used += [(each.event, name) for each in table.transitions for name in (each.source, each.target)]
    for where, name in dict.fromkeys(used):
        if name not in known:
            near = ", ".join(closest(name, known) or known)
            yield _error("S1", where, message("stages.unknown_stage", where=where, found=name, near=near))
    for gate in table.gates:
        for event in gate:
            if event not in table.events:
                near = ", ".join(closest(event, table.events) or table.events)
                yield _error("S1", event, message("stages.unknown_event", found=event, near=near))


def _deterministic(table: StageTable) -> Iterator[Finding]:
    pairs = Counter((each.source, each.event) for each in table.transitions)
    for (stage, event), times in pairs.items():
        if times > 1:
            targets = [each.target for each in table.out_of(stage) if each.event == event]
            yield _error("S2", event, message("stages.two_places", stage=stage, event=event, to=", ".join(targets)))
    confirmed = table.stage(table.confirmed_end)
    if confirmed is not None and not confirmed.end:
        yield _error("S2", table.confirmed_end, message("stages.confirmed_open", stage=table.confirmed_end))


def _reachable(table: StageTable) -> Iterator[Finding]:
    there = _walk([table.start], table.transitions)
    for stage in table.stages:
        if stage.id not in there:
            yield _error("S3", stage.id, message("stages.unreachable", stage=stage.id, start=table.start))


def _ends(table: StageTable) -> Iterator[Finding]:
    for stage in table.open_stages:
        if not set(_walk([stage], table.transitions)) & set(table.end_stages):
            yield _error("S4", stage, message("stages.cannot_end", stage=stage))


def _gates(table: StageTable) -> Iterator[Finding]:
    """Look for a way around each gate, from the start of a case and from wherever a new cycle begins."""
    within = [each for each in table.transitions if not each.new_cycle]
    starts = dict.fromkeys([table.start, *(each.target for each in table.transitions if each.new_cycle)])
    for gate in table.gates:
        for start in starts:
            ways = _walk([start], [each for each in within if each.event not in gate])
            if table.confirmed_end in ways:
                way = ways[table.confirmed_end]
                events = " → ".join([start, *(each.event for each in way), table.confirmed_end])
                names = told_joined(gate, " / ")
                yield _error("S5", gate[0], message("stages.around_gate", gate=names, way=events))


def _absorbing(table: StageTable) -> Iterator[Finding]:
    for stage in table.stages:
        leaves = bool(table.out_of(stage.id))
        if not leaves and stage.id not in table.absorbing:
            yield _error("S6", stage.id, message("stages.dead_end", stage=stage.id))
        if leaves and stage.id in table.absorbing:
            yield _error("S6", stage.id, message("stages.not_absorbing", stage=stage.id))


def _cycles(table: StageTable) -> Iterator[Finding]:
    for each in table.transitions:
        if each.new_cycle and each.target != table.start:
            text = message("stages.cycle_elsewhere", event=each.event, to=each.target, start=table.start)
            yield _error("S7", each.event, text)
        if not each.new_cycle and each.target == table.start:
            yield _error("S7", each.event, message("stages.cycle_unsaid", event=each.event, start=table.start))


def _guards(table: StageTable) -> Iterator[Finding]:
    from closeloop.followup.stages.guards.registry import GUARDS

    for step in table.steps:
        for name in step.guards:
            if name not in GUARDS:
                near = ", ".join(closest(name, GUARDS) or GUARDS)
                yield _error("S8", step.event, message("stages.unknown_guard", found=name, known=near))


def _walk(starts: Iterable[str], transitions: Iterable[Transition]) -> dict[str, tuple[Transition, ...]]:
    """Return every stage that can be reached, with the shortest way there."""
    steps = list(transitions)
    ways: dict[str, tuple[Transition, ...]] = dict.fromkeys(starts, ())
    waiting = list(ways)
    for here in waiting:
        for step in steps:
            if step.source == here and step.target not in ways:
                ways[step.target] = (*ways[here], step)
                waiting.append(step.target)
    return ways
