"""All guards by the names that the tables use."""

from __future__ import annotations

from collections.abc import Mapping

from closeloop.followup.stages.guards import action, ending, nature, solution
from closeloop.followup.stages.guards.guard import Guard

GUARDS: Mapping[str, Guard] = {
    guard.id: guard
    for subject in (nature.guards, solution.guards, action.guards, ending.guards)
    for guard in subject.found
}
"""Name → guard.

Examples
--------
>>> GUARDS["second_person"].with_call, GUARDS["owner"].with_call
(True, False)
"""
