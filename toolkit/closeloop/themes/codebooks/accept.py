"""`accept`: a person takes up a suggestion, and the codebook has its next version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from closeloop.text import LocalText, message
from closeloop.themes.codebooks.changes import CodebookChange
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codings.characters import as_needle
from closeloop.themes.residual.ngrams import is_dense

if TYPE_CHECKING:
    from closeloop.themes.codebooks.codebook import Code
    from closeloop.themes.codebooks.rules import Rules
    from closeloop.themes.residual.suggestion import Suggestion

Texts = LocalText | Mapping[str, str] | str


def accept(
    codebook: Codebook,
    suggestion: Suggestion,
    *,
    by: str,
    id: str | None = None,
    label: Texts | None = None,
    definition: Texts | None = None,
    parent: str | None = None,
    split: Texts | None = None,
    terms: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    as_part_of: str | None = None,
    on: dt.date | None = None,
) -> Codebook:
    """Return the next version of a codebook, with a new code or with more terms for one that it has.

    The codebook itself stays as it is. Its log says who decided, when, and from which suggestion.

    Parameters
    ----------
    codebook : Codebook
    suggestion : Suggestion
        One of ``coding.suggest()``, whose comments somebody has read.
    by : str
        Who decides.
    id, label, definition : str or mapping
        Of a new code; label and definition in every language of the codebook: ``{"en": …, "zh-CN": …}``.
    parent : str, optional
        The code below which it goes; by default the top.
    split : str or mapping, optional
        The question that the children of `parent` answer, where it had none.
    terms : mapping or sequence of str, optional
        Language → words that the rules look for, or just words; by default those of the suggestion that are rare
        elsewhere.
    as_part_of : str, optional
        An existing code that gets the terms, in place of a new code.
    on : date, optional
        When it was decided.

    Returns
    -------
    Codebook

    Raises
    ------
    ValueError
        If what is needed is missing, the code is there already, another one looks for all of the terms, or it does not
        fit the codebook.

    Examples
    --------
    >>> from closeloop.themes.codings.code_mentions import code_mentions
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> said = [f"no parking {where}" for where in ("today", "again", "there", "anywhere", "at night")]
    >>> said += ["came by bus", "rain", "long ago", "who knows", "blue", "see you", "half past nine", "tall trees"]
    >>> coding = code_mentions(said, load_codebook("emotions"))
    >>> found = coding.suggest()[0]
    >>> text = {"en": "Parking", "zh-CN": "停车"}
    >>> book = coding.codebook.accept(found, by="Li Na", id="parking", label=text, definition=text)
    >>> book.version, book.code("parking").rules.terms, book.changes[0].kind
    (2, {'en': ('parking',)}, 'added')
    """
    if not by.strip():
        raise ValueError(message("recode.who"))
    added = _terms(suggestion, terms)
    if not any(added.values()):
        raise ValueError(message("recode.no_terms"))
    codes = [code.model_dump() for code in codebook.codes]
    if as_part_of is not None:
        if id is not None or label is not None or definition is not None:
            raise ValueError(message("recode.new_or_part"))
        code = codebook.code(as_part_of)
        at = next(i for i, one in enumerate(codebook.codes) if one.id == code.id)
        added = _new_words(added, code.rules)
        if not any(added.values()):
            raise ValueError(message("recode.has_them", code=code.id))
        for place, words in _placed(added).items():
            codes[at]["rules"][place] = _more(getattr(code.rules, place), words)
        named = code.id
    else:
        if id is None or label is None or definition is None:
            raise ValueError(message("recode.new_needs"))
        if any(code.id == id for code in codebook.codes):
            raise ValueError(message("recode.there_already", code=id))
        twin = _twin(codebook, added)
        if twin is not None:
            raise ValueError(message("recode.same_words", code=twin))
        if parent is not None and split is not None:
            at = codes.index(next(code for code in codes if code["id"] == codebook.code(parent).id))
            codes[at]["split"] = _given(split)
        entry = {
            "id": id, "label": _given(label), "definition": _given(definition), "parent": parent,
            "rules": _placed(added),
            "examples": [quote.text for quote in suggestion.quotes[:3]],
        }  # fmt: skip
        codes.insert(_place(codebook, parent), entry)
        named = id
    version = codebook.version + 1
    change = CodebookChange(
        version=version, code=named, kind="added" if as_part_of is None else "widened", by=by, on=on,
        terms={tag: tuple(words) for tag, words in added.items() if words}, suggested=_source(suggestion),
    )  # fmt: skip
    state = codebook.state.model_dump() | {"version": version, "codes": codes}
    state["changes"] = [*(one.model_dump() for one in codebook.changes), change.model_dump()]
    try:
        checked = CodebookState.model_validate(state, context={"languages": codebook.languages})
    except ValidationError as error:
        raise ValueError(message("recode.does_not_fit", reason=_reason(error))) from None
    return Codebook(checked)


def _terms(suggestion: Suggestion, terms: Any) -> dict[str, list[str]]:
    """Return language → words; a bare word goes to the language of its script."""
    given = suggestion.rule_terms if terms is None else terms
    if isinstance(given, Mapping):
        return {tag: [words] if isinstance(words, str) else list(words) for tag, words in given.items()}
    found: dict[str, list[str]] = {}
    for word in [given] if isinstance(given, str) else given:
        found.setdefault("zh-CN" if is_dense(word) else "en", []).append(word)
    return found


def _twin(codebook: Codebook, added: Mapping[str, Sequence[str]]) -> str | None:
    """Return the code that looks for all of these words already; a second one would only overlap with it."""
    words = {as_needle(word) for given in added.values() for word in given}
    return next((code.id for code in codebook.codes if words <= set(map(as_needle, code.rules.literals()))), None)


def _new_words(added: Mapping[str, Sequence[str]], rules: Rules) -> dict[str, list[str]]:
    """Return the words that the rules do not have, in whatever language."""
    known = {as_needle(word) for word in rules.literals()}
    return {tag: [word for word in words if as_needle(word) not in known] for tag, words in added.items()}


def _placed(added: Mapping[str, Sequence[str]]) -> dict[str, dict[str, list[str]]]:
    """Return words as terms, and several words in a row as phrases."""
    found: dict[str, dict[str, list[str]]] = {"terms": {}, "phrases": {}}
    for tag, words in added.items():
        for word in words:
            found["phrases" if " " in word.strip() else "terms"].setdefault(tag, []).append(word)
    return found


def _more(known: Mapping[str, Sequence[str]], added: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {tag: [*known.get(tag, ()), *added.get(tag, ())] for tag in {**known, **added}}


def _given(text: Texts) -> dict[str, str] | str:
    return text if isinstance(text, str) else dict(text)


def _place(codebook: Codebook, parent: str | None) -> int:
    """Return where a new code goes: after its siblings and what is below them, before their “Other”."""
    if parent is not None:
        codebook.code(parent)
    other = codebook.other(parent)
    if other is not None and other.parent == parent:
        return codebook.codes.index(other)
    if parent is None:
        return len(codebook.codes)
    family: list[Code] = [codebook.code(parent), *codebook.descendants(parent)]
    return max(codebook.codes.index(code) for code in family) + 1


def _source(suggestion: Suggestion) -> dict[str, str]:
    words = ", ".join(term.text for term in suggestion.terms)
    return {"number": str(suggestion.number), "mentions": str(suggestion.n), "words": words}


def _reason(error: ValidationError) -> LocalText:
    first = error.errors(include_url=False)[0]
    fields = (first.get("ctx") or {}).get("fields")
    place = ".".join(map(str, first["loc"])) or "–"
    said = LocalText(str(first["msg"])) if fields is None else message(first["type"], **fields)
    return message("recode.reason", place=place, text=said)
