"""The register of channels on which customers can complain: whether they are easy to find, and anybody answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from closeloop.followup.intake.case_in import ChannelKind
from closeloop.forms.fields import Model, Text
from closeloop.rootcause.findings import Finding, Findings
from closeloop.text import message

TEST_EVERY_DAYS = 90
"""So old may the last reachability test be; ours, not from the sources."""


class ReachabilityTest(Model):
    """Somebody tried the channel as a customer would.

    Examples
    --------
    >>> ReachabilityTest(tested_on=dt.date(2026, 3, 2), by="Li", reached=True, minutes=4).reached
    True
    """

    tested_on: dt.date
    by: str
    reached: bool
    minutes: Annotated[float, Field(ge=0)] | None = None
    found_in_clicks: Annotated[int, Field(ge=0)] | None = None
    note: str = ""


class Channel(Model):
    """A channel; a frozen object that the loop keeps by version.

    Attributes
    ----------
    id : str
    channel : str
        Of which kind: ``"phone"``, ``"email"``, ``"chat"``, ``"social"``, ``"desk"``, ``"letter"``, ``"survey"``.
    address : str
        Number, address, link; of the company, so not private.
    hours : str
        When it is answered, such as a calendar's id.
    languages : tuple of str
    easy_to_find : bool, optional
        Whether it stands where customers look; None: nobody has looked.
    tests : tuple of ReachabilityTest
    title : LocalText, optional
    is_open : bool
        False: given up.

    Examples
    --------
    >>> Channel(id="hotline", channel="phone", address="400 000 0000").last_reachability_test is None
    True
    """

    kind: Literal["channel"] = "channel"
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    channel: ChannelKind
    address: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()
    easy_to_find: bool | None = None
    tests: tuple[ReachabilityTest, ...] = ()
    title: Text | None = None
    is_open: bool = Field(default=True, strict=True)

    @property
    def last_reachability_test(self) -> ReachabilityTest | None:
        """The latest test; None if nobody ever tried."""
        return max(self.tests, key=lambda test: test.tested_on, default=None)

    def tested(self, test: ReachabilityTest) -> Channel:
        """Return the channel with one more test."""
        return self.model_copy(update={"tests": (*self.tests, test)})


def channel_findings(
    channels: Sequence[Channel], today: dt.date, *, languages: Iterable[str] = (), every_days: int = TEST_EVERY_DAYS
) -> Findings:
    """Return what is amiss with the channels.

    Parameters
    ----------
    channels : sequence of Channel
    today : date
    languages : iterable of str
        Those of the customers: each needs a channel that speaks it.
    every_days : int
        So old may the last test be.

    Examples
    --------
    >>> found = channel_findings([Channel(id="hotline", channel="phone", address="400", easy_to_find=True)],
    ...                          dt.date(2026, 3, 2))
    >>> found.rules
    ('channel_untested', 'channel_one_way')
    """
    open_ones = [channel for channel in channels if channel.is_open]
    found = [one for channel in open_ones for one in _of_one(channel, today, every_days)]
    kinds = {channel.channel for channel in open_ones} - {"survey"}
    if not kinds:
        found.append(_finding("channel_none", "error", "", {}))
    elif len(kinds) == 1:
        found.append(_finding("channel_one_way", "info", "", {"channel": next(iter(kinds))}))
    found += [
        _finding("channel_language", "warn", "", {"language": tag})
        for tag in languages
        if not any(tag in channel.languages or not channel.languages for channel in open_ones)
    ]
    return Findings(found)


def _of_one(channel: Channel, today: dt.date, every_days: int) -> list[Finding]:
    found = []
    name = channel.title or channel.id
    last = channel.last_reachability_test
    if last is None:
        found.append(_finding("channel_untested", "warn", channel.id, {"channel": name}))
    else:
        age = (today - last.tested_on).days
        if age > every_days:
            found.append(_finding("channel_test_old", "warn", channel.id,
                                  {"channel": name, "days": age, "every": every_days}))  # fmt: skip
        if not last.reached:
            found.append(_finding("channel_unreachable", "error", channel.id,
                                  {"channel": name, "day": last.tested_on.isoformat()}))  # fmt: skip
    if channel.easy_to_find is False:
        found.append(_finding("channel_hidden", "warn", channel.id, {"channel": name}))
    if channel.easy_to_find is None:
        found.append(_finding("channel_unknown_place", "info", channel.id, {"channel": name}))
    if not channel.address and channel.channel != "survey":
        found.append(_finding("channel_no_address", "error", channel.id, {"channel": name}))
    return found


def _finding(rule: str, level: Any, at: str, fields: Mapping[str, Any]) -> Finding:
    subject = str(fields.get("channel", ""))
    return Finding(rule=rule, level=level, at=at, subject=subject, message=message(f"intake.{rule}", **fields))
