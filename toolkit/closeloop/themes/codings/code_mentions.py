"""Comments coded by the rules of a codebook: split into clauses, all rules looked for in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.frames import as_column, plain_value
from closeloop.text import message
from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codings.alphabet import Characters, read
from closeloop.themes.codings.characters import as_text, tables, whole_characters
from closeloop.themes.codings.clauses import text_begins, text_clauses
from closeloop.themes.codings.coding import Coding
from closeloop.themes.codings.coding_table import plain_id
from closeloop.themes.codings.hits import Hits
from closeloop.themes.codings.matcher import find_terms
from closeloop.themes.codings.needles import Needles, codebook_rules, compile_needles
from closeloop.themes.codings.patterns import find_patterns

Ints = npt.NDArray[np.int64]
_NONE: Ints = np.empty(0, np.int64)
_BLOCK = 1 << 20  # characters at a time: few calls, and what belongs together stays in the cache


def code_mentions(texts: Any, codebook: Codebook, *, ids: Any = None) -> Coding:
    """Return comments coded by the rules of a codebook, clause by clause.

    A clause gets a code if one of the code's rules matches within it and none of its ``unless`` does. Each assignment
    keeps the rule and the words that it matched; where several rules of a code match, the one that begins first, then
    the longest. Comments in other languages, empty ones and missing ones are kept, without codes.

    Parameters
    ----------
    texts : sequence of str
        A list, array or Series of any library.
    codebook : Codebook
    ids : sequence
        One per comment; without it, 0, 1, ….

    Returns
    -------
    Coding

    Raises
    ------
    ValueError
        If there are not as many ids as comments.

    Examples
    --------
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> coding = code_mentions(["Hello. But I am ANGRY now!", "气死我了！", None], load_codebook("emotions"))
    >>> coding
    Coding(3 responses, 3 mentions, 2 assignments of ... codes)
    >>> coding.to_frame()[["text", "code", "rule"]].iloc[1].tolist()
    ['But I am ANGRY now!', 'anger', 'angry']
    """
    comments = _comments(texts)
    names = _names(ids, len(comments))
    needles = compile_needles(codebook_rules(codebook))
    begins = text_begins(comments)
    parts = [_coded(comments[a:b], begins[a:b] - begins[a], a, needles) for a, b in _blocks(begins)]
    before = np.cumsum([0, *(part.text.size for part in parts)])
    columns = {name: _together(parts, name) for name in ("text", "start", "end", "rule", "found_start", "found_end")}
    substantive = np.concatenate([np.empty(0, bool), *(part.substantive for part in parts)])
    mention = np.concatenate([_NONE, *(part.mention + at for part, at in zip(parts, before, strict=False))])
    used = dict.fromkeys(rule.name for rule in needles.rules if not rule.vetoes)
    number = {name: at for at, name in enumerate(used)}
    of_rule = np.array([number.get(rule.name, -1) for rule in needles.rules], np.int64)
    texts_read = np.fromiter(chain.from_iterable(part.comments for part in parts), object, len(comments))
    return Coding(
        unit="mention", codebook=codebook, codes=tuple(code.id for code in codebook.codes), ids=names,
        texts=texts_read, response=columns["text"], start=columns["start"], end=columns["end"],
        substantive=substantive, mention=mention, code=needles.codes[columns["rule"]],
        coder=np.zeros(mention.size, np.int64),
        rule=of_rule[columns["rule"]], found_start=columns["found_start"], found_end=columns["found_end"],
        coders=(f"{codebook.id}@{codebook.version}",), rules=tuple(used),
        judged=np.ones((substantive.size, 1), bool),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some comments coded: their clauses, and per assignment the clause, the rule and the span that it matched."""

    comments: Sequence[str]
    text: Ints
    start: Ints
    end: Ints
    substantive: npt.NDArray[np.bool_]
    mention: Ints
    rule: Ints
    found_start: Ints
    found_end: Ints


def _together(parts: Sequence[_Part], name: str) -> Ints:
    return np.concatenate([_NONE, *(getattr(part, name) for part in parts)])


def _comments(texts: Any) -> list[str]:
    if isinstance(texts, list) and set(map(type, texts)) <= {str}:
        return texts
    values = as_column(texts).tolist()
    return [value if type(value) is str else _comment(value) for value in values]


def _comment(value: object) -> str:
    plain = plain_value(value)
    return "" if plain is None else str(plain)


def _names(ids: Any, n: int) -> npt.NDArray[np.object_]:
    if ids is None:
        return np.arange(n).astype(object)
    column = as_column(ids)
    if len(column) != n:
        raise ValueError(message("themes.ids_length", ids=len(column), texts=n))
    if column.isna().any():
        row = int(np.flatnonzero(column.isna())[0]) + 1
        raise ValueError(message("themes.ids_missing", n=int(column.isna().sum()), row=row))
    names = np.empty(n, object)
    names[:] = [plain_id(value) for value in column.tolist()]
    return names


def _blocks(begins: Ints) -> Iterator[tuple[int, int]]:
    """Give stretches of comments of about one block of characters each."""
    if begins.size:
        cuts = np.flatnonzero(np.diff(begins // _BLOCK)) + 1
        yield from zip([0, *cuts.tolist()], [*cuts.tolist(), begins.size], strict=True)


def _coded(comments: Sequence[str], begins: Ints, first: int, needles: Needles) -> _Part:
    """Return a stretch of comments coded: where each begins when they are joined, and the number of the first."""
    try:
        joined = read("\n".join(comments), needles.alphabet, "strict")
    except UnicodeEncodeError:  # half characters: what is left of them may be shorter
        comments = whole_characters(comments)
        joined, begins = read("\n".join(comments), needles.alphabet), text_begins(comments)
    clauses = text_clauses(joined, begins)
    offset = begins[clauses.text]
    start, end = clauses.start + offset, clauses.end + offset
    hits = _hits(needles, joined, start, end)
    mention = np.searchsorted(start, hits.start, side="right") - 1
    inside = (mention >= 0) & (hits.end <= end.take(mention, mode="clip")) if start.size else mention >= 0
    mention, hits = mention[inside], hits.where(inside)
    chosen = _chosen(needles, mention, hits)
    mention, hits = mention[chosen], hits.where(chosen)
    return _Part(
        comments=comments, text=clauses.text + first, start=clauses.start, end=clauses.end,
        substantive=clauses.substantive, mention=mention, rule=hits.rule,
        found_start=hits.start - offset[mention], found_end=hits.end - offset[mention],
    )  # fmt: skip


def _hits(needles: Needles, text: Characters, start: Ints, end: Ints) -> Hits:
    terms = find_terms(needles, text)
    patterns = [(at, rule.needle) for at, rule in enumerate(needles.rules) if rule.pattern]
    if not patterns:
        return terms
    plain = as_text(tables().fold[text.codes])
    clauses = [plain[begin:stop] for begin, stop in zip(start.tolist(), end.tolist(), strict=True)]
    return terms.joined(find_patterns(patterns, clauses, start))


def _chosen(needles: Needles, mention: Ints, hits: Hits) -> Ints:
    """Return the matches that give a code: no veto in the clause; of a code's matches the first, then the longest."""
    vetoes, codes = needles.vetoes[hits.rule], needles.codes[hits.rule]
    pair = mention * (int(codes.max(initial=0)) + 1) + codes
    left = np.flatnonzero(~np.isin(pair, pair[vetoes])) if vetoes.any() else np.arange(pair.size)
    order = left[np.argsort(pair[left], kind="stable")]
    again = np.zeros(order.size, bool)
    again[1:] = pair[order][1:] == pair[order][:-1]
    several = again | np.roll(again, -1)  # mostly few: only they have to be compared
    rival = order[several]
    length = hits.end[rival] - hits.start[rival]
    order[several] = rival[np.lexsort((hits.rule[rival], -length, hits.start[rival], pair[rival]))]
    return order[~again]
