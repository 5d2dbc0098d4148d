"""The names that a case knows, so that they are found in what is written later, also where nothing announces them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from closeloop.followup.event import CaseEvent, is_private
from closeloop.followup.privacy.name_list import NameList
from closeloop.followup.privacy.reveal import opened
from closeloop.followup.privacy.screening import Screened, screen
from closeloop.followup.privacy.screening_file import load_screening
from closeloop.followup.privacy.vault import Vault

WITH_NAMES = ("contact", "name")
"""Private fields in which people's names stand."""

_HAN_RUN = re.compile("[\u4e00-\u9fff]{2,16}")
_TITLE = re.compile("(?:先生|女士|小姐|太太|老师|经理)$")
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’-]{1,30}(?: [A-ZÀ-Þ][A-Za-zÀ-ÿ'’-]{1,30}){1,3}")


def names_in(text: str) -> Iterator[str]:
    """Give the names in a field of contact details: Chinese ones by their surname, Latin ones by their capitals.

    Examples
    --------
    >>> list(names_in("王小明 13800138000")), list(names_in("Anna Schmidt, anna@example.com"))
    (['王小明'], ['Anna Schmidt', 'Schmidt'])
    """
    for run in _HAN_RUN.findall(text):
        name = _TITLE.sub("", run)
        if 2 <= len(name) <= 4 and name.startswith(_surnames()):
            yield name
    for name in _LATIN.findall(text):
        yield name
        if len(last := name.rpartition(" ")[2]) >= 4:
            yield last


def case_screen(vault: Vault, events: Sequence[CaseEvent], said: Mapping[str, Any]) -> Callable[[str], Screened]:
    """Return the screening for what is now written to a case: with the names that it knows, if the key file is at hand.

    Parameters
    ----------
    vault : Vault
    events : sequence of CaseEvent
        Of the case, up to now.
    said : mapping
        The fields of the command that is about to be written.

    Examples
    --------
    >>> from closeloop.followup.privacy.keyring import KeyRing
    >>> with KeyRing.open(":memory:") as ring:
    ...     case_screen(Vault(ring), [], {"contact": "王小明 13800138000"})("已联系王小明").masked
    '已联系[姓名]'
    """

    @cache
    def names() -> NameList:
        texts = [str(said[field]) for field in WITH_NAMES if said.get(field)]
        if vault.can_read:
            for event in events:
                if any(is_private(event.payload.get(field)) for field in WITH_NAMES):
                    found = (text for text in opened(vault, event) if text.field in WITH_NAMES)
                    texts += [text.text.plain for text in found]
        return NameList(name for text in texts for name in names_in(text))

    return lambda text: screen(text, names())


@cache
def _surnames() -> tuple[str, ...]:
    return load_screening().surnames
