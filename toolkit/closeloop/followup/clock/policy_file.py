"""Policies from files: ``<id>.policy.yaml``.

::

    format: 1
    id: example
    version: 1
    languages: [en, zh-CN]
    title: {en: Example, zh-CN: 示例}
    calendar: weekdays-9-18           # by which working time counts; id@version pins an edition
    warn_at: [50, 75, 100]            # percent of the target
    targets:
      first_response:
        - {amount: 24, unit: calendar_hours, source: {en: The sources, zh-CN: 资料}}
        - {amount: 4, unit: calendar_hours, channel: social}
        - {amount: 2, unit: business_hours, kind: [enquiry, suggestion]}
      resolution:
        - {amount: 10, unit: working_days, pausable: true, max_pause: {amount: 15, unit: working_days}}
      acknowledge: []                 # not set

Of several targets that fit a case the one with the most conditions holds, of equals the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from closeloop.followup.clock.policy import MaxPause, Policy, Target, Targets, policy_faults
from closeloop.forms.fields import Model
from closeloop.survey.defined import defined, finding_at
from closeloop.survey.document import read_document
from closeloop.survey.findings import Finding
from closeloop.survey.shipped import data_folder, definition_file, shipped_in
from closeloop.text import message

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".policy.yaml"
"""How the name of a policy file ends."""

_ENTRIES: dict[str, type[Model]] = {
    "targets": Targets, "max_pause": MaxPause, **dict.fromkeys(Targets.model_fields, Target),
}  # fmt: skip


def load_policy(name_or_path: str | Path) -> Policy:
    """Return a policy, shipped or one's own.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped one (see `shipped_policies`), or a file.

    Returns
    -------
    Policy

    Raises
    ------
    SurveyDefinitionError
        If there is no such policy, or the file has faults: all of them are collected, each with file and line.

    Examples
    --------
    >>> load_policy("default").key
    'default@1'
    """
    path = definition_file(name_or_path, data_folder("followup") / "policies", SUFFIX, "policy")
    file = path.stat()
    return _read(str(path), file.st_mtime_ns, file.st_size)


def shipped_policies() -> tuple[str, ...]:
    """Return the names of the shipped policies, sorted.

    Examples
    --------
    >>> shipped_policies()
    ('default', 'example')
    """
    return shipped_in(data_folder("followup") / "policies", SUFFIX)


@lru_cache(maxsize=32)
def _read(path: str, _changed: int, _size: int) -> Policy:
    document = read_document(path)

    def check(policy: Policy | None) -> Iterator[Finding]:
        for found in () if policy is None else policy_faults(policy.targets):
            yield finding_at(document, found.path, found.key, message(found.key, **found.fields))

    return defined(document, Policy, _ENTRIES, check, checked_later=True)
