"""A tree read out as a pyramid: the answer first, then the groups that carry it, then what stands in each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.tree.node import TreeNode, TreeState
from closeloop.rootcause.tree.outline_text import escaped
from closeloop.rootcause.tree.pyramid_rules import pyramid_faults
from closeloop.rootcause.tree.statement import Statement
from closeloop.text import LocalText, language, message
from closeloop.written import told_joined

_ENDS = ".。;；,，!！ "


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """An answer, and under it what it rests on; made by `IssueTree.pyramid`.

    Attributes
    ----------
    question : str
        What was asked.
    answer : str
        The answer; empty where nobody has given one: it is never made up.
    groups : tuple of Statement
        What the answer rests on, each with its own points.
    because : str
        The reason, for the sentence that says all; empty: the claims of the groups.
    recommend : str
        What is recommended; may be empty.
    order : str or None
        Why the groups stand in their order, as the tree says.
    asked : str
        The question that splits the answer into its groups.

    Examples
    --------
    >>> points = (Statement(text="The last pick-up moved to 16:00"), Statement(text="Nobody told the shop"))
    >>> pyramid = Pyramid(question="Why late?", answer="Parcels wait overnight", groups=points,
    ...                   recommend="operations signs every carrier contract")
    >>> print(pyramid.one_sentence)
    Because the last pick-up moved to 16:00 and nobody told the shop, therefore Parcels wait overnight;
    we recommend: operations signs every carrier contract.
    """

    question: str
    answer: str
    groups: tuple[Statement, ...] = ()
    because: str = ""
    recommend: str = ""
    order: str | None = None
    asked: str = ""

    @property
    def one_sentence(self) -> LocalText:
        """Because …, therefore …; we recommend … (因为…，所以…，建议…); what is missing is shown as missing."""
        reasons = [self.because] if self.because else [group.text for group in self.groups]
        seen = set(re.findall(r"\b[a-z]+\b", " ".join([self.question, self.answer, *reasons])))
        plain = len(reasons) < 3 and not any(mark in reason for reason in reasons for mark in ",;，；")
        because = told_joined(
            [_inside(reason, seen) for reason in reasons], *(" and ", "，") if plain else ("; ", "；")
        )
        gap = message("pyramid.missing")
        recommend = LocalText(self.recommend.rstrip(_ENDS)) if self.recommend else gap
        answer = LocalText(_inside(self.answer, seen)) if self.answer else gap
        return message("pyramid.one_sentence", because=because if reasons else gap, answer=answer, recommend=recommend)

    def findings(self) -> Findings:
        """Return what is weak, rules P01 to P07."""
        found = list(pyramid_faults(self.as_statement()))
        if not self.answer:
            found.append(
                Finding(rule="P01", level="error", subject=self.question, message=message("pyramid.no_answer"),
                        suggestion=message("pyramid.p01_do"))
            )  # fmt: skip
        if not self.recommend:
            found.append(Finding(rule="P07", level="info", subject=self.answer, message=message("pyramid.p07"),
                                 suggestion=message("pyramid.p07_do")))  # fmt: skip
        return Findings(found)

    def as_statement(self) -> Statement:
        """Return the pyramid as one statement with what stands below it."""
        return Statement(text=self.answer, children=self.groups, order=self.order, asked=self.asked)

    def to_markdown(self) -> str:
        """Return the pyramid as markdown: the answer as the heading, groups as headings, points as lists."""
        tag = language()
        lines = [f"# {escaped(self.answer or message('pyramid.no_answer').in_language(tag))}", ""]
        lines += [escaped(self.one_sentence.in_language(tag)), ""]
        lines += [f"*{message('pyramid.asked', question=escaped(self.question)).in_language(tag)}*", ""]
        for number, group in enumerate(self.groups, 1):
            lines += [f"## {number}. {escaped(group.text)}", ""]
            points = [f"{'  ' * depth}- {escaped(text)}" for depth, text in _points(group)]
            lines += [*points, ""] if points else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from closeloop.views.pyramid_block import pyramid_html

        return pyramid_html(self)

    def __repr__(self) -> str:
        return f"<Pyramid: {self.answer or '–'} ({len(self.groups)} groups)>"

    def __str__(self) -> str:
        tag = language()
        lines = [self.answer or message("pyramid.no_answer").in_language(tag), self.one_sentence.in_language(tag)]
        for number, group in enumerate(self.groups, 1):
            lines.append(f"{number} {group.text}")
            lines += [f"{'  ' * (depth + 1)}- {text}" for depth, text in _points(group)]
        return "\n".join(lines)


def tree_pyramid(
    state: TreeState, answer: str | None, *, because: str | None = None, recommend: str | None = None
) -> Pyramid:
    """Return a tree as a pyramid; without `answer` the root's own words, if the root is no question."""
    root = state.root
    given = answer.strip() if answer else "" if root.kind == "question" else root.text
    return Pyramid(
        question=root.text, answer=given, groups=tuple(statement(child, root) for child in root.children),
        because=because or "", recommend=recommend or "", order=root.order, asked=root.split or "",
    )  # fmt: skip


def statement(node: TreeNode, parent: TreeNode | None = None) -> Statement:
    """Return a node of a tree as a statement of a text."""
    return Statement(
        text=node.text, order=node.order, at=node.id, asked=node.split or "",
        part_of=parent.whole or "" if parent is not None else "",
        children=tuple(statement(child, node) for child in node.children),
    )  # fmt: skip


def _points(group: Statement) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    stack = [(0, child) for child in group.children[::-1]]
    while stack:
        depth, one = stack.pop()
        found.append((depth, one.text))
        stack += [(depth + 1, child) for child in one.children[::-1]]
    return found


def _inside(text: str, seen: set[str]) -> str:
    """Return a statement as a part of a sentence: no end mark, no capital where the first word is surely no name.

    It is none if it is a word of the grammar, or stands somewhere else without a capital (`seen`).
    """
    kept = text.rstrip(_ENDS)
    first = kept.split(" ")[0].lower()
    return f"{kept[:1].lower()}{kept[1:]}" if first in _NO_NAMES or first in seen else kept


_FIRST_WORDS = """
the a an this that these those our their its his her we they it there no nobody every each all some many most few more
less two three four five
"""
_NO_NAMES = frozenset(_FIRST_WORDS.split())
