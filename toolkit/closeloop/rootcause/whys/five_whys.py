"""Five whys: from a measured gap down to causes that survive a second look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.drawing import Drawing
from closeloop.frames import convert
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.whys.coverage import Coverage, coverage_of
from closeloop.rootcause.whys.cut_sets import MOST, cut_sets_of
from closeloop.rootcause.whys.debias import debias_questions
from closeloop.rootcause.whys.evidence import chosen
from closeloop.rootcause.whys.handles import Cause
from closeloop.rootcause.whys.lexicon import Lexicon, chosen_lexicons
from closeloop.rootcause.whys.read_aloud import read_aloud_of
from closeloop.rootcause.whys.recording import WhysRecording
from closeloop.rootcause.whys.rules.registry import judge
from closeloop.rootcause.whys.state import TOP
from closeloop.rootcause.whys.timeline import Moment, timeline_of
from closeloop.rootcause.whys.whys_frame import COLUMNS, link_rows
from closeloop.rootcause.whys.whys_markdown import whys_markdown
from closeloop.text import LocalText, language

if TYPE_CHECKING:
    from pathlib import Path

DRAWINGS = ("tree", "ishikawa", "fault-tree")


class FiveWhys(WhysRecording):
    """A graph of causes: what leads to the gap, what shows it, and who read it back.

    Several branches, causes that are needed together ("and") or each enough ("or"), causes with several effects. A link
    is *verified* once evidence supports it, none contradicts it, and a second person answered that it holds; until then
    it is a *hypothesis*; a cause can be *ruled out*. What people wrote is judged by `findings`; nothing is filled in.

    Parameters
    ----------
    gap_or_problem : Gap, Problem or str
        What is to be explained. Words alone are possible; then rule W01 asks for the measured gap.
    title : str, optional
        The problem in words (default: what the gap measures).
    author : str, optional
        Who writes; needed before anybody can read back.

    Examples
    --------
    >>> from closeloop.metrics.measured_gap import Gap
    >>> gap = Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", unit="percent",
    ...           higher_is_better=False)
    >>> whys = FiveWhys(gap, title="Parcels arrive after the promised day", author="Li Mei")
    >>> link = whys.ask(whys.top, "Parcels packed after 16:00 stay in the warehouse overnight")
    >>> whys.evidence(link, "query", source="scans of September", says="1 212 of 1 240 stayed")
    >>> whys.readback(link, by="Chen Yu", holds=True)
    >>> whys
    <FiveWhys: Parcels arrive after the promised day · 1 cause, 1 verified · 2 errors, 4 warnings>
    >>> print(whys.read_aloud())
    Parcels packed after 16:00 stay in the warehouse overnight, therefore Parcels arrive after the promised day.
    """

    def findings(self, *, lexicons: Mapping[str, Lexicon | str | Path] | None = None) -> Findings:
        """Return what the rules W01–W18 find, errors first.

        Parameters
        ----------
        lexicons : mapping, optional
            One's own word lists in place of shipped ones: ``"blame"``, ``"vague"`` or ``"solution"`` → a `Lexicon` or
            the path of its file.
        """
        return judge(self.graph, chosen_lexicons(lexicons))

    def read_aloud(self, cause: Cause | str | None = None) -> LocalText:
        """Return the chain from the bottom up as sentences: "A, therefore B" / “因为 A，所以 B”.

        Parameters
        ----------
        cause : Cause, optional
            Only what leads from it to the top.
        """
        return read_aloud_of(self.graph, None if cause is None else self.cause_state(cause).id)

    def roots(self) -> tuple[Cause, ...]:
        """Return where the asking ended, verified or not; what is ruled out is no end."""
        return tuple(Cause(self, name) for name in self.graph.leaves)

    def verified_roots(self) -> tuple[Cause, ...]:
        """Return the ends from which verified links lead to the top."""
        return tuple(Cause(self, name) for name in self.graph.roots)

    def depth(self, cause: Cause | str | None = None) -> int:
        """Return how many whys were asked down to a cause, or at most; ruled-out causes do not count."""
        if cause is None:
            return max(self.graph.reached.values())
        return self.graph.reached.get(self.cause_state(cause).id, 0)

    def coverage(self, cases: Iterable[str] | None = None) -> Coverage:
        """Return the share of this problem's cases that at least one verified root reaches, with Wilson's interval.

        Parameters
        ----------
        cases : iterable of str, optional
            Ids of all cases (default: those of the problem, see `cases`).
        """
        return coverage_of(self.graph, cases)

    def timeline(self) -> list[Moment]:
        """Return what stands in order of time, the undated last."""
        return timeline_of(self.graph)

    def cut_sets(self, limit: int = MOST) -> tuple[tuple[Cause, ...], ...]:
        """Return the minimal cut sets: the smallest sets of ends that together are enough for the problem.

        Raises
        ------
        ValueError
            If more than `limit` sets arise.

        Examples
        --------
        >>> whys = FiveWhys("Parcels arrive late")
        >>> _ = whys.ask(whys.top, "The pick-up is at 16:00", gate="and")
        >>> _ = whys.ask(whys.top, "The shop takes orders until 20:00", gate="and")
        >>> [[cause.number for cause in one] for one in whys.cut_sets()]
        [['1', '2']]
        """
        order = {name: at for at, name in enumerate(self.graph.reached)}
        found = cut_sets_of(self.graph, limit)
        return tuple(tuple(Cause(self, name) for name in sorted(one, key=order.__getitem__)) for one in found)

    def targets(self) -> list[dict[str, Any]]:
        """Return what the counterfactuals promise, as the SMART targets of countermeasures: one per verified root.

        Each has cause, metric, baseline, target, unit and higher_is_better, as `Countermeasure` takes them.
        """
        gap = self.state.gap
        found = []
        for name in self.graph.roots:
            expected = self.graph.causes[name].counterfactual
            if gap is not None and expected is not None:
                found.append(
                    {"cause": Cause(self, name), "metric": gap.metric, "baseline": gap.actual,
                     "target": expected.shrinks_to, "unit": gap.unit, "higher_is_better": gap.higher_is_better}
                )  # fmt: skip
        return found

    def debias(self) -> tuple[LocalText, ...]:
        """Return the questions against habits of thought that are asked before, and what this graph says to them."""
        return debias_questions(self.graph)

    def edit(
        self,
        *,
        path: str | Path | None = None,
        loop: Any = None,
        cases: Iterable[str] | None = None,
        language: str | None = None,
    ) -> Any:
        """Return an editor to be shown in a notebook; what is done there changes this very five-whys.

        Parameters
        ----------
        path : str or Path, optional
            The file that "Save" writes; `closeloop.load` reads it.
        loop : Loop, optional
            The loop in which "Save" keeps a version, in place of a file.
        cases : iterable of str, optional
            Ids of all cases of the problem, for the coverage (default: those of the problem, see `cases`).
        language : str, optional
            ``"en"`` or ``"zh-CN"``; the language in use, if left out.

        Returns
        -------
        WhysEditor

        Examples
        --------
        >>> whys = FiveWhys("Parcels arrive late", author="Li Mei")
        >>> editor = whys.edit()
        >>> editor.do("add", node="top", text="The last pick-up moved to 16:00")
        'Added: 1 The last pick-up moved to 16:00'
        """
        from closeloop.widgets.tree.whys_editor import WhysEditor

        return WhysEditor(self, path=path, loop=loop, cases=cases, language=language)

    def to_markdown(self) -> str:
        """Return all of it as markdown, in the language in use."""
        return whys_markdown(self.graph, self.findings(), language())

    def to_svg(self, kind: str = "tree") -> Drawing:
        """Return it as SVG, a text that needs no style sheet and shows itself in a notebook.

        Parameters
        ----------
        kind : {"tree", "ishikawa", "fault-tree"}
        """
        from closeloop.views.fault_tree_svg import fault_tree_svg
        from closeloop.views.ishikawa_svg import ishikawa_svg
        from closeloop.views.whys_block import whys_tree_svg

        chosen("kind", kind, DRAWINGS)
        draw = {"tree": whys_tree_svg, "ishikawa": ishikawa_svg, "fault-tree": fault_tree_svg}[kind]
        return Drawing(draw(self, language()))

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return the links as a frame: what leads to what, status, evidence counts, read-back."""
        import pandas as pd

        return convert(pd.DataFrame(link_rows(self.graph), columns=list(COLUMNS)), backend)

    def __repr__(self) -> str:
        found = self.findings()
        causes, verified = len(self.graph.causes) - 1, len(self.graph.verified)
        counts = [(causes, "cause"), (len(found.of("error")), "error"), (len(found.of("warn")), "warning")]
        said = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts]
        title = self.graph.words(TOP)
        return f"<FiveWhys: {title} · {said[0]}, {verified} verified · {said[1]}, {said[2]}>"

    def __str__(self) -> str:
        return self.to_markdown()
