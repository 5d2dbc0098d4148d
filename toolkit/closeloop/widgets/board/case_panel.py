"""One case to be worked on, without the board round it; made by `Case.edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.views.case_block import case_html
from closeloop.widgets.base import Widget
from closeloop.widgets.board.panel import Panelled

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment


class CasePanel(Panelled, Widget):
    """The panel of one case.

    Parameters
    ----------
    loop : Loop
    case_id : str
    now : datetime or str, optional
        A fixed moment; left out, the time of the loop.
    language : str, optional

    Examples
    --------
    >>> import closeloop as cl
    >>> loop = cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00")
    >>> case = loop.open_case(words="Nobody called me back.", channel="phone", received_at="2026-07-01T08:30+08:00")
    >>> panel = case.edit()
    >>> panel
    <CasePanel #1: received, nobody>
    >>> panel.do("run", command="assign", fields={"owner": "li"})
    'Assign: recorded.'
    >>> panel
    <CasePanel #1: received, li>
    """

    scripts = ("panel", "case_panel")
    sheets = ("panel",)
    areas: ClassVar[tuple[str, ...]] = Panelled.areas

    def __init__(self, loop: Loop, case_id: str, *, now: Moment | None = None, language: str | None = None) -> None:
        self.loop, self.now = loop, now
        self._first = self._case_id = loop.case(case_id).case_id
        super().__init__(language=language)

    def do_close_panel(self) -> None:
        """Leave the case as it is; what was revealed is gone."""
        super().do_close_panel()
        self._case_id = self._first

    def _shown(self) -> dict[str, Any]:
        return {"panel": self.panel_view()}

    def _static(self) -> str:
        return case_html(self.loop.case(self._first))

    def __repr__(self) -> str:
        case = self.loop.case(self._first)
        return f"<CasePanel #{case.number}: {case.stage}, {case.owner or 'nobody'}>"
