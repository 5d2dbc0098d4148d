"""The grammar of survey expressions, and what to say when a text does not follow it.

A subset of SurveyJS's language with its precedence: or < and < comparison < + - < * / < contains, anyof … < ``!``.
"""

from __future__ import annotations

import re
from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from closeloop.errors import SurveyDefinitionError, closest
from closeloop.text import LocalText, message

_GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction (OR conjunction)*              -> binary
?conjunction: comparison (AND comparison)*               -> binary
?comparison: sum (COMPARE sum)*                          -> binary
?sum: product ((PLUS | MINUS) product)*                  -> binary
?product: membership ((TIMES | DIVIDE) membership)*      -> binary
?membership: factor (MEMBER factor)*                     -> binary
?factor: "(" disjunction ")"
       | NOT factor                                      -> negation
       | IIF "(" disjunction "," disjunction ["," disjunction] ")"  -> choice
       | atom EMPTINESS                                  -> emptiness
       | atom
       | "[" [disjunction ("," disjunction)*] "]"        -> array
?atom: REFERENCE | TEXT | BOOLEAN | NUMBER | MINUS NUMBER -> negative

REFERENCE: /\{[^{}]*\}/
TEXT: /'(\\['"]|[^'"])*'/ | /"(\\['"]|[^'"])*"/
NUMBER: /(0|[1-9][0-9]*|[0-9]+(?=\.))(\.[0-9]+)?(?![0-9A-Za-z_.])/
BOOLEAN.2: /(true|false)(?![A-Za-z0-9_])/i
OR.2: "||" | /or(?![A-Za-z0-9_])/i
AND.2: "&&" | /and(?![A-Za-z0-9_])/i
NOT: /!(?!=)/
IIF.2: /iif(?=\s*\()/i
MEMBER.2: /(contains|notcontains|anyof|allof|noneof)(?![A-Za-z0-9_])/i
EMPTINESS.2: /(empty|notempty)(?![A-Za-z0-9_])/i
COMPARE: "<>" | "!=" | "<=" | "=<" | ">=" | "=>" | "==" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
DIVIDE: "/"
%ignore /[ \t\r\n]+/
"""

_WORDS = (
    "true", "false", "or", "and", "contains", "notcontains", "anyof", "allof", "noneof", "empty", "notempty", "iif",
)  # fmt: skip
_SYNONYMS = {
    "equal": "=", "equals": "=", "is": "=", "eq": "=", "notequal": "!=", "notequals": "!=", "ne": "!=",
    "less": "<", "lessorequal": "<=", "greater": ">", "greaterorequal": ">=", "in": "anyof", "has": "contains",
    "contain": "contains", "notcontain": "notcontains", "null": "empty", "none": "empty", "undefined": "empty",
}  # fmt: skip
_FULL_WIDTH = dict(zip("｛｝（）［］【】＝！＜＞，＋－＊／‘’“”＆｜≤≥≠", "{}()[][]=!<>,+-*/''''&|", strict=False))
_FULL_WIDTH |= {"≤": "<=", "≥": ">=", "≠": "!="}
_WORD = re.compile(r"[^\W\d]\w*")
_MOST_CHARACTERS = 10_000
_MOST_DIGITS = 300
_MOST_DEPTH = 200  # what is evaluated is a tree, and Python's own stack bears only so much of it
_MOST_LEVELS = 400  # of the grammar; a pair of parentheses takes several
_MOST_SHOWN = 200


class ExpressionError(SurveyDefinitionError):
    """An expression that cannot be read: where in it, and what to write instead.

    Attributes
    ----------
    expression : str
        The text as written.
    position : int
        The 1-based character at which reading stopped.
    suggestion : LocalText
        What to write instead.
    shown : str
        The text as messages quote it: not longer than they are.
    """

    def __init__(self, expression: str, position: int, suggestion: LocalText) -> None:
        self.expression = expression
        self.position = position
        self.suggestion = suggestion
        self.shown = expression if len(expression) <= _MOST_SHOWN else f"{expression[:_MOST_SHOWN]}…"
        super().__init__(message("forms.expression", expression=self.shown, position=position, suggestion=suggestion))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def parse_tree(text: str) -> Tree[Token] | Token:
    """Return lark's tree of an expression.

    Raises
    ------
    ExpressionError
        If the text does not follow the grammar, or is longer or nested deeper than any condition is.
    """
    if len(text) > _MOST_CHARACTERS:
        raise ExpressionError(text, _MOST_CHARACTERS, message("forms.expression_long", most=_MOST_CHARACTERS))
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise ExpressionError(text, *_diagnose(text, error)) from None
    _check_size(tree, text)
    return tree


def _check_size(tree: Tree[Token] | Token, text: str) -> None:
    waiting: list[tuple[Tree[Token] | Token, int, int]] = [(tree, 1, 1)]
    while waiting:
        node, level, depth = waiting.pop()
        if isinstance(node, Token):
            if node.type == "NUMBER" and len(node) > _MOST_DIGITS:
                raise ExpressionError(text, (node.start_pos or 0) + 1, message("forms.expression_number"))
            continue
        # Evaluated from the left, a chain of operators is as deep as it is long.
        depth += len(node.children) // 2 if node.data == "binary" else 1
        if depth > _MOST_DEPTH or level > _MOST_LEVELS:
            raise ExpressionError(text, len(text), message("forms.expression_deep", most=_MOST_DEPTH))
        waiting.extend((child, level + 1, depth) for child in node.children)


def _diagnose(text: str, error: UnexpectedInput) -> tuple[int, LocalText]:
    if not text.strip():
        return 1, message("forms.expression_blank")
    at_end = isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END")
    if at_end:
        return len(text) + 1, _open_end(text)
    position = (error.pos_in_stream or 0) if isinstance(error, (UnexpectedCharacters, UnexpectedToken)) else 0
    return position + 1, _advice(text, position)


def _open_end(text: str) -> LocalText:
    bare = re.sub(r"\{[^{}]*\}|'[^']*'|\"[^\"]*\"", "", text)
    for opening, closing in ("()", "[]"):
        if bare.count(opening) > bare.count(closing):
            return message("forms.expression_unclosed", opening=opening, closing=closing)
    return message("forms.expression_unfinished")


def _advice(text: str, position: int) -> LocalText:
    rest = text[position:]
    char = rest[0]
    if char in _FULL_WIDTH:
        return message("forms.expression_full_width", found=char, instead=_FULL_WIDTH[char])
    if char == "{":
        return message("forms.expression_unclosed", opening="{", closing="}") if "}" not in rest else _between()
    if char in "'\"":
        return message("forms.expression_quote")
    word = _WORD.match(rest)
    if word is not None:
        return _advice_for_word(word.group(), text, position)
    if re.match(r"\d", rest):
        return message("forms.expression_number") if re.match(r"\d+\w", rest) else _between()
    if char in "%^":
        return message("forms.expression_operator", found=char)
    return message("forms.expression_unexpected", found=char)


def _between() -> LocalText:
    return message("forms.expression_between")


def _advice_for_word(word: str, text: str, position: int) -> LocalText:
    lower = word.lower()
    if lower == "not":
        negated = _WORD.match(text[position + len(word) :].lstrip())
        if negated is not None and negated.group().lower() in {"contains", "empty"}:
            return message("forms.expression_synonym", found=f"not {negated.group()}", instead=f"not{negated.group()}")
        operand = re.match(r"\s*(\{[^{}]*\})", text[position + len(word) :])
        return message("forms.expression_not", instead="!" + (operand.group(1) if operand else "{…}"))
    if re.match(r"\w+'|\w+\"", text[position:]) and text[:position].count('"') + text[:position].count("'") >= 1:
        return message("forms.expression_quote")
    if lower in _SYNONYMS:
        return message("forms.expression_synonym", found=word, instead=_SYNONYMS[lower])
    if lower in _WORDS:
        return _between()
    if text[position + len(word) :].lstrip().startswith("("):
        return message("forms.expression_function", found=word)
    similar = closest(word, _WORDS, n=1)
    if similar:
        return message("forms.expression_synonym", found=word, instead=similar[0])
    return message("forms.expression_word", found=word)
