"""A codebook: the categories that comments are sorted into, as a versioned document in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from closeloop.errors import closest
from closeloop.forms.fields import Model, Remark, Text, fault, shown, unique
from closeloop.text import LocalText, language, message
from closeloop.themes.codebooks.changes import CodebookChange
from closeloop.themes.codebooks.codebook_check import Entry, codebook_faults
from closeloop.themes.codebooks.rules import Rules
from closeloop.versioned import Document, State

if TYPE_CHECKING:
    from closeloop.themes.residual.suggestion import Suggestion

_LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"


def _check_code_id(name: str) -> str:
    if not name.isascii() or not name[:1].islower() or not name.replace("-", "_").isidentifier():
        raise fault("codebook.code_id", found=shown(name))
    return name


CodeId = Annotated[str, AfterValidator(_check_code_id)]
BookId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Version = Annotated[int, Field(strict=True, ge=1)]
Languages = Annotated[
    tuple[Annotated[str, Field(pattern=_LANGUAGE)], ...],
    Field(min_length=1),
    AfterValidator(unique("survey.language_twice")),
]


class CodeText(Model):
    """What a codebook says of one code, beside its place in the tree."""

    id: CodeId
    label: Text
    definition: Text
    include: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    examples: tuple[Remark, ...] = ()
    split: Text | None = None
    other: bool = False
    rules: Rules = Rules()
    maps_to: dict[str, str] = Field(default_factory=dict)
    also_under: CodeId | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class Code(CodeText):
    """One category.

    Attributes
    ----------
    id : str
        Its name in data, stable over the versions.
    parent : str or None
        The code it is a part of; None at the top.
    label, definition : LocalText
        What it is called, and what belongs to it.
    include, exclude, examples : tuple of LocalText
        What just belongs to it, what just does not (and where it goes), and what people say.
    split : LocalText or None
        The one question that its children answer; there if it has children.
    other : bool
        Whether it is the “Other” of its parent, for what no sibling fits; it never counts as covered.
    rules : Rules
        What `code_mentions` looks for.
    maps_to : mapping
        Name of another scheme → what the code is called there.
    also_under : str or None
        A second parent: what has the code counts there, too.
    tags : mapping
        Anything else, by name.
    """

    parent: CodeId | None = None


class CodebookState(State):
    """What a codebook says: the codes in one list, each naming its parent."""

    id: BookId
    version: Version
    languages: Languages
    title: Text
    split: Text
    source: Remark | None = None
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]
    changes: tuple[CodebookChange, ...] = ()

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        entries = [
            Entry(
                id=code.id, path=(), parent=code.parent, also_under=code.also_under, split=code.split is not None,
                other=code.other, rules=code.rules.model_dump(),
            )
            for code in self.codes
        ]  # fmt: skip
        for found in codebook_faults(entries):
            raise fault("codebook.within", code=found.code_id, text=found.text)
        return self


class Codebook(Document[CodebookState]):
    """The categories that comments are sorted into; made by `load_codebook`, and by `accept` in its next version.

    Examples
    --------
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> codebook = load_codebook("emotions")
    >>> codebook.id, codebook.version, str(codebook.code("anger").label)
    ('emotions', 1, 'Anger')
    """

    kind: ClassVar[str] = "codebook"
    model: ClassVar[type[State]] = CodebookState

    @property
    def id(self) -> str:
        """Its name, stable over the versions."""
        return self.state.id

    @property
    def version(self) -> int:
        """Rises with every change of a code or a rule."""
        return self.state.version

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is written."""
        return self.state.languages

    @property
    def title(self) -> LocalText:
        """What it sorts."""
        return self.state.title

    @property
    def split(self) -> LocalText:
        """The one question that the codes at the top answer."""
        return self.state.split

    @property
    def source(self) -> LocalText | None:
        """Where it comes from."""
        return self.state.source

    @property
    def codes(self) -> tuple[Code, ...]:
        """All codes, each before its children."""
        return self.state.codes

    @property
    def changes(self) -> tuple[CodebookChange, ...]:
        """What each version since the first brought, and who decided."""
        return self.state.changes

    def code(self, id: str) -> Code:
        """Return the code called `id`.

        Raises
        ------
        ValueError
            If there is none; the message names the closest.
        """
        for code in self.codes:
            if code.id == id:
                return code
        names = [code.id for code in self.codes]
        near = closest(str(id), names) or names[:5]
        raise ValueError(message("codebook.unknown_code", code=shown(id), codebook=self.id, names=", ".join(near)))

    def children(self, id: str | None = None) -> tuple[Code, ...]:
        """Return the codes directly below `id` (None: those at the top), with those that are also under it.

        Examples
        --------
        >>> from closeloop.themes.codebooks.codebook_file import load_codebook
        >>> [code.id for code in load_codebook("emotions").children("negative")][:2]
        ['anger', 'disappointment']
        """
        if id is None:
            return tuple(code for code in self.codes if code.parent is None)
        self.code(id)
        own = tuple(code for code in self.codes if code.parent == id)
        return own + tuple(code for code in self.codes if code.also_under == id)

    def descendants(self, id: str) -> tuple[Code, ...]:
        """Return all codes below `id`, at any depth, each once, in the order of the codebook."""
        below: set[str] = set()
        waiting = [id]
        while waiting:
            found = {code.id for code in self.children(waiting.pop())} - below
            below |= found
            waiting.extend(found)
        return tuple(code for code in self.codes if code.id in below)

    def other(self, id: str | None = None) -> Code | None:
        """Return the “Other” among the children of `id` (None: at the top); None if there is none."""
        return next((code for code in self.children(id) if code.other), None)

    def splitting_question(self, id: str | None = None) -> LocalText:
        """Return the question that the children of `id` answer (None: those at the top); empty for a leaf."""
        return self.split if id is None else self.code(id).split or LocalText({})

    def accept(self, suggestion: Suggestion, **how: Any) -> Codebook:
        """Return the next version of the codebook, with a suggestion that a person accepts.

        Parameters
        ----------
        suggestion : Suggestion
            One of ``coding.suggest()``.
        **how
            See `closeloop.themes.codebooks.accept.accept`.
        """
        from closeloop.themes.codebooks.accept import accept

        return accept(self, suggestion, **how)

    def to_yaml(self, path: str | Path) -> Path:
        """Write the codebook as a file that people edit and `load_codebook` reads; nothing is lost.

        Parameters
        ----------
        path : str or Path
            Where to; a file that is there is replaced.

        Returns
        -------
        Path
            Where it was written.
        """
        from closeloop.themes.codebooks.codebook_file import write_codebook

        return write_codebook(self, path)

    def to_markdown(self) -> str:
        """Return the codebook as markdown, in the language in use."""
        from closeloop.themes.codebooks.codebook_text import codebook_markdown

        return codebook_markdown(self, language())

    def __str__(self) -> str:
        from closeloop.themes.codebooks.codebook_text import codebook_text

        return codebook_text(self, language())

    def __repr__(self) -> str:
        return f"Codebook({self.id}@{self.version}, {len(self.codes)} codes, {' '.join(self.languages)})"
