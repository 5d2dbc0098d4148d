"""A coding: who said what about which theme, mention by mention, and how each assignment came about."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from closeloop.errors import closest
from closeloop.text import LocalText, language, message
from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codings.coding_verbs import CodingVerbs

Unit = Literal["mention", "response"]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.uint8]
_UNITS = ("mention", "response")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Coding(CodingVerbs):
    """Comments with the codes that rules or people gave to them; immutable.

    Made by `code_mentions` and `Coding.from_table`. Nothing is dropped: a response without a comment is there, a
    mention without a code is there.

    Attributes
    ----------
    unit : str
        ``"mention"``: codes belong to a span of text; ``"response"``: they belong to the whole answer.
    codes : tuple of str
        The ids of the codes, in order; the columns of `matrix`.
    ids : ndarray of object
        One per response that was read, in order.
    texts : ndarray of object or None
        The comments; empty where there was none.
    response, start, end, substantive : ndarray
        Per mention: the response it stands in, the span within that response's text (−1 where unknown), and whether it
        holds a letter, a digit or an emoji.
    mention, code, coder, rule : ndarray
        Per assignment: positions in the mentions, `codes`, `coders` and `rules` (−1: no rule, a person decided).
    found_start, found_end : ndarray
        Per assignment: the span that the rule matched, within the response's text; −1 where a person decided.
    coders, rules : tuple of str
        Who coded; the rules that matched, as they are written in the codebook.
    judged : ndarray of bool
        Mentions × coders: who looked at what.
    codebook : Codebook or None
        The codebook it was coded by.
    weights : ndarray or None
        One per response.
    notes : tuple of LocalText
        What was done to the table it was made from.

    Examples
    --------
    >>> rows = {"id": [1, 1, 2], "code": ["price", "service", None]}
    >>> coding = Coding.from_table(rows, unit="response")
    >>> coding
    Coding(2 responses, 2 assignments of 2 codes to whole responses)
    >>> coding.matrix().tolist()
    [[1, 1], [0, 0]]
    """

    kind: ClassVar[str] = "coding"
    format: ClassVar[int] = 1

    unit: Unit
    codes: tuple[str, ...]
    ids: npt.NDArray[np.object_]
    texts: npt.NDArray[np.object_] | None = None
    response: Ints
    start: Ints
    end: Ints
    substantive: Flags
    mention: Ints
    code: Ints
    coder: Ints
    rule: Ints
    found_start: Ints
    found_end: Ints
    coders: tuple[str, ...]
    rules: tuple[str, ...] = ()
    judged: Flags
    codebook: Codebook | None = None
    weights: npt.NDArray[np.float64] | None = None
    notes: tuple[LocalText, ...] = ()

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                fixed = value.view()
                fixed.flags.writeable = False
                object.__setattr__(self, each.name, fixed)

    @property
    def n_responses(self) -> int:
        """How many responses were read, with and without a comment."""
        return len(self.ids)

    @property
    def n_mentions(self) -> int:
        """How many mentions there are, coded or not."""
        return len(self.response)

    @property
    def n_assignments(self) -> int:
        """How often a code was given to a mention, over all coders."""
        return len(self.mention)

    def matrix(self, unit: Unit = "mention", coder: str | None = None) -> Matrix:
        """Return which mention (or response) has which code; a code does not imply its parent.

        Parameters
        ----------
        unit : str
            The rows: ``"mention"`` or ``"response"``.
        coder : str
            One coder's view; without it, what any of them gave.

        Returns
        -------
        ndarray of uint8
            Rows × `codes`.
        """
        if unit not in _UNITS:
            raise ValueError(message("themes.unit", found=unit))
        rows = self.n_mentions if unit == "mention" else self.n_responses
        chosen = slice(None) if coder is None else self.coder == self.coder_number(coder)
        given = np.zeros((rows, len(self.codes)), np.uint8)
        at = self.mention[chosen] if unit == "mention" else self.response[self.mention[chosen]]
        given[at, self.code[chosen]] = 1
        return given

    def under(
        self, parent: str | None = None, *, unit: Unit = "mention", coder: str | None = None
    ) -> tuple[tuple[str, ...], Matrix]:
        """Return the children of a code and which mention has which; what is below a child counts as the child.

        Parameters
        ----------
        parent : str
            A code of the codebook; None: the top. Without a codebook all codes stand side by side at the top.
        unit, coder
            As in `matrix`.

        Returns
        -------
        codes : tuple of str
        matrix : ndarray of uint8
            Rows × children.
        """
        given = self.matrix(unit, coder)
        if self.codebook is None:
            if parent is not None:
                raise ValueError(message("themes.no_codebook", parent=parent))
            return self.codes, given
        children = self.codebook.children(parent)
        columns = {code: position for position, code in enumerate(self.codes)}
        rolled = np.zeros((len(given), len(children)), np.uint8)
        for position, child in enumerate(children):
            family = (child, *self.codebook.descendants(child.id))
            at = [columns[code.id] for code in family if code.id in columns]
            rolled[:, position] = given[:, at].any(axis=1)
        return tuple(child.id for child in children), rolled

    def coder_number(self, coder: str) -> int:
        """Return the position of a coder; a ValueError names the closest where nobody of this name coded."""
        if coder not in self.coders:
            near = closest(str(coder), self.coders) or self.coders[:5]
            raise ValueError(message("themes.unknown_coder", coder=coder, names=", ".join(near)))
        return self.coders.index(coder)

    def label(self, code: str) -> LocalText:
        """Return what a code is called; without a codebook, its id."""
        known = () if self.codebook is None else self.codebook.codes
        return next((each.label for each in known if each.id == code), LocalText({"en": code}))

    def mention_text(self, mention: int) -> str:
        """Return the words of a mention; empty where the text is not known."""
        if self.texts is None or self.start[mention] < 0:
            return ""
        text: str = self.texts[self.response[mention]]
        return text[self.start[mention] : self.end[mention]]

    @classmethod
    def from_table(
        cls,
        frame: Any,
        unit: Unit,
        *,
        id: str = "id",
        code: str = "code",
        coder: str | None = None,
        start: str | None = None,
        end: str | None = None,
        text: str | None = None,
        codes: list[str] | tuple[str, ...] | None = None,
        absent: object = None,
        codebook: Codebook | None = None,
        weights: str | None = None,
    ) -> Coding:
        """Return a coding that people (or another tool) wrote into a table.

        Long: one row per assignment, a missing code for what was looked at and got none. Wide (`codes` is given): one
        row per mention or response, one column per code; a cell counts unless it is missing or equal to `absent`.

        Parameters
        ----------
        frame : frame or mapping
            Any supported frame.
        unit : str
            ``"mention"`` if the codes belong to spans of text, ``"response"`` if to whole answers. Mentions are told
            apart by id, `start` and `end`; without spans by id and `text`; without both, each id is one mention.
        id, code, coder, text, weights : str
            Columns; without `coder` there is one, called ``"coder"``.
        start, end : str
            Columns with the span of the mention within `text`, which then is the whole comment.
        codes : list of str
            The columns of a wide table.
        absent : scalar or list
            What stands in a cell of a wide table that does not count.
        codebook : Codebook
            Codes that it does not have are refused.

        Raises
        ------
        ColumnNotFoundError
            If a column is not there.
        InsufficientDataError
            If the table has no rows.
        ValueError
            If ids are missing, codes are unknown, or spans lie outside their text.

        Examples
        --------
        >>> wide = {"id": ["a", "b"], "price": [1, -2], "taste": [0, 1]}
        >>> coding = Coding.from_table(wide, unit="response", codes=["price", "taste"], absent=-2)
        >>> coding.matrix().tolist()
        [[1, 1], [0, 1]]
        """
        from closeloop.themes.codings.coding_table import coding_from_table

        return coding_from_table(
            frame, unit, id=id, code=code, coder=coder, start=start, end=end, text=text, codes=codes, absent=absent,
            codebook=codebook, weights=weights,
        )  # fmt: skip

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return one row per assignment, and one with a missing code for each coder's mention that has none.

        Parameters
        ----------
        backend : str
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

        Returns
        -------
        frame
            id, mention, start, end, text, code, coder, rule, found (the words that the rule matched).
        """
        from closeloop.themes.codings.coding_frame import coding_frame

        return coding_frame(self, backend)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coding):
            return NotImplemented
        return all(_same(getattr(self, each.name), getattr(other, each.name)) for each in fields(self))

    __hash__ = None  # type: ignore[assignment]  # arrays

    def __repr__(self) -> str:
        counted = f"{self.n_assignments} assignments of {len(self.codes)} codes"
        if self.unit == "response":
            return f"Coding({self.n_responses} responses, {counted} to whole responses)"
        return f"Coding({self.n_responses} responses, {self.n_mentions} mentions, {counted})"

    def __str__(self) -> str:
        from closeloop.views.coding_block import coding_text

        return coding_text(self, language())

    def _repr_html_(self) -> str:
        from closeloop.views.coding_block import coding_block
        from closeloop.views.style import framed

        return framed(coding_block(self, language()), language())


def _same(one: object, two: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two)
    return bool(type(one) is type(two) and one == two)
