"""By which channels cases come in, with intervals; also channels that nobody uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.commands.table import command_table
from closeloop.followup.intake.channel import Channel
from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_list


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ChannelShares(TableResult):
    """By which channels cases come in.

    Attributes
    ----------
    counts : mapping of str to int
        Kind of channel → cases.
    registered : tuple of str
        Kinds in the register.
    confidence_level : float

    Examples
    --------
    >>> print(channel_shares(["phone", "phone", "email"], []).sentence.en.replace(chr(0xA0), " "))
    67 % of 3 cases came by telephone (95 % interval 21 % to 94 %).
    """

    kind: ClassVar[str] = "channel_shares"

    counts: Mapping[str, int]
    registered: tuple[str, ...]
    confidence_level: float = 0.95

    @property
    def n(self) -> int:
        """How many cases."""
        return sum(self.counts.values())

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("intake.shares_title")

    @property
    def sentence(self) -> LocalText:
        """The channel by which most came."""
        if not self.n:
            return message("intake.shares_none")
        top = self.rows()[0]
        return message(
            "intake.shares_sentence", share=told(top["share"], "percent", 0), n=told(self.n, "count"),
            channel=top["title"], interval=told_interval(top["ci_low"], top["ci_high"], "percent", 0),
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Channels that nobody used, and channels that are not in the register."""
        unused = [name for name in self.registered if not self.counts.get(name)]
        unknown = [name for name in self.counts if self.counts[name] and name not in self.registered]
        notes = [message("intake.shares_unused", names=told_list([_label(name) for name in unused]))] if unused else []
        if unknown and self.registered:
            notes.append(message("intake.shares_unregistered", names=told_list([_label(n) for n in sorted(unknown)])))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Channel, cases, share with its interval, whether it is registered."""
        return (
            Shown("title", message("intake.channel")),
            Shown("n", message("intake.cases"), "count"),
            Shown("share", message("intake.share"), "percent", digits=0),
            Shown("ci_low", message("triage.interval"), "percent", high="ci_high", digits=0),
            Shown("registered", message("intake.registered"), "yes"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the channels, the one by which most came first."""
        names = sorted({*self.counts, *self.registered}, key=lambda name: (-self.counts.get(name, 0), name))
        rows = []
        for name in names:
            n = self.counts.get(name, 0)
            limits = share_interval(n, self.n, self.confidence_level)
            share = n / self.n if self.n else float("nan")
            row: dict[str, Any] = {"channel": name, "title": _label(name), "n": n, "share": share}
            row |= {"ci_low": float(limits.low), "ci_high": float(limits.high), "registered": name in self.registered}
            rows.append(row)
        return rows

    def plot(self, ax: Any = None) -> Any:
        """Draw the shares with their intervals."""
        from closeloop.views.triage_chart import plot_channels

        return plot_channels(self, ax)


def _label(channel: str) -> LocalText:
    return command_table().choices["channel"].get(channel, LocalText(channel))


def channel_shares(cases: Iterable[str], channels: Sequence[Channel]) -> ChannelShares:
    """Return by which channels cases came in.

    Parameters
    ----------
    cases : iterable of str
        The channel of each case.
    channels : sequence of Channel
        The register: a channel that nobody uses has a row, too.
    """
    counted = Counter(cases)
    registered = tuple(dict.fromkeys(channel.channel for channel in channels if channel.is_open))
    return ChannelShares(counts=dict(counted), registered=registered)
