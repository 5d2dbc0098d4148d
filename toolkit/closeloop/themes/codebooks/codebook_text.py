"""A codebook in words: as plain text, and as markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from closeloop.html import harmless
from closeloop.numbers import number
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook import Code, Codebook
from closeloop.written import told_joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A code with its number in the tree, such as ``2.1``, and how deep it stands."""

    number: str
    depth: int
    code: Code


def places(codebook: Codebook, parent: str | None = None, above: str = "", depth: int = 0) -> Iterator[Place]:
    """Give the codes of a codebook with their numbers, each before its children."""
    children = [code for code in codebook.codes if code.parent == parent]
    for position, code in enumerate(children, start=1):
        yield Place(number=f"{above}{position}", depth=depth, code=code)
        yield from places(codebook, code.id, f"{above}{position}.", depth + 1)


def book_title(codebook: Codebook) -> LocalText:
    """Return the title of a codebook with its version."""
    name = f"{codebook.id}@{codebook.version}"
    return message("themes.codebook_title", title=codebook.title, codebook=name)


def book_sentence(codebook: Codebook) -> LocalText:
    """Return how many codes there are, and which question those at the top answer."""
    n, top = number(len(codebook.codes)), number(len(codebook.children()))
    return message("themes.codes_counted", n=n, top=top, question=codebook.split)


def code_limits(codebook: Codebook, code: Code) -> list[LocalText]:
    """Return what stands below a code's definition, one line each."""
    lines = [
        message(f"themes.{key}", texts=_listed(texts))
        for key, texts in (("include", code.include), ("exclude", code.exclude), ("for_example", code.examples))
        if texts
    ]
    if code.other:
        lines.append(message("themes.is_other"))
    if code.also_under is not None:
        lines.append(message("themes.also_under", code=codebook.code(code.also_under).label))
    lines += [message("themes.maps_to", scheme=scheme, code=name) for scheme, name in code.maps_to.items()]
    if code.split is not None:
        lines.append(message("themes.splits_by", question=code.split))
    return lines


def _listed(texts: Sequence[LocalText]) -> LocalText:
    plain = [LocalText({tag: text.rstrip(".。") for tag, text in each.items()}) for each in texts]
    return told_joined([*plain[:-1], texts[-1]], "; ", "；")


def codebook_text(codebook: Codebook, tag: str) -> str:
    """Return a codebook as readable plain text, the codes as a numbered outline."""
    lines = [book_title(codebook).in_language(tag), book_sentence(codebook).in_language(tag)]
    for place in places(codebook):
        indent, code = "  " * place.depth, place.code
        label, meaning = code.label.in_language(tag), code.definition.in_language(tag)
        lines.append(f"{indent}{place.number} {label} ({code.id}) – {meaning}")
        if code.split is not None:
            lines.append(f"{indent}  {message('themes.splits_by', question=code.split).in_language(tag)}")
    return harmless("\n".join(lines))


def codebook_markdown(codebook: Codebook, tag: str) -> str:
    """Return a codebook as markdown: a nested list, with definitions, limits and examples."""
    lines = [f"# {_plain(book_title(codebook), tag)}", "", _plain(book_sentence(codebook), tag), ""]
    for place in places(codebook):
        indent, code = "  " * place.depth, place.code
        name = f"**{place.number} {_plain(code.label, tag)}** (`{code.id}`)"
        lines.append(f"{indent}- {name} – {_plain(code.definition, tag)}")
        lines += [f"{indent}  - {_plain(line, tag)}" for line in code_limits(codebook, code)]
    return "\n".join(lines) + "\n"


def _plain(text: LocalText, tag: str) -> str:
    """Return text that markdown shows as it is, on one line."""
    flat = " ".join(harmless(text.in_language(tag)).split())
    return "".join(f"\\{char}" if char in r"\`*_[]<>#|" else char for char in flat)
