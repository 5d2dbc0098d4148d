"""What an ``expect`` may look at: of an item, of a page, of the whole survey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from closeloop.forms.counted import OTHER_TEXT, offered, parts_of
from closeloop.forms.items import NONE, OTHER, BaseItem, Matrix, Page
from closeloop.forms.operators import is_empty
from closeloop.forms.values import Problem
from closeloop.survey.branch_tests.report import CheckResult
from closeloop.survey.branch_tests.walk import Walk, did_you_mean, refused
from closeloop.text import LocalText

WHOLE = "survey"
"""The target that is the survey as a whole."""


def check_target(walk: Walk, target: str, expected: Any) -> Iterator[CheckResult]:
    """Give the outcome of every check of one target.

    Raises
    ------
    StepRefusedError
        If there is no such target or check, or what is expected cannot be compared.
    """
    if not isinstance(expected, Mapping) or not expected:
        raise refused("expect_empty", target=target)
    for check, value in expected.items():
        yield from _check(walk, target, str(check), value)


def _check(walk: Walk, target: str, check: str, expected: Any) -> Iterator[CheckResult]:
    if target == WHOLE:
        yield from _whole(walk, check, expected)
        return
    page = next((page for page in walk.form.pages if page.name == target), None)
    if walk.form.has(target):
        item = walk.form.item(target)
        _known(check, _OF_ITEM, target)
        if check == "choices" and item.scale is None and not item.values:
            raise refused("no_choices", item=target)
        found = _OF_ITEM[check](walk, item)
    elif page is not None:
        _known(check, _OF_PAGE, target)
        found = _OF_PAGE[check](walk, page)
    else:
        names = [item.name for item in walk.form.items] + [each.name for each in walk.form.pages] + [WHOLE]
        raise refused("no_item", did_you_mean(target, names), item=target)
    yield _compared(target, check, expected, found)


def _known(check: str, known: Mapping[str, Any], target: str) -> None:
    if check not in known:
        raise refused("no_check", did_you_mean(check, known), check=check, target=target, known=", ".join(known))


def _compared(target: str, check: str, expected: Any, found: Any) -> CheckResult:
    shown = found
    if check == "errors" and isinstance(found, list):
        problems: list[Problem] = found
        passed = isinstance(expected, list) and _errors_match(expected, problems)
        shown = [problem.code for problem in problems]
    elif isinstance(found, LocalText):
        passed, shown = _text_matches(expected, found), str(found)
    elif check in {"choices", "noValues"}:
        passed = isinstance(expected, list) and sorted(map(repr, expected)) == sorted(map(repr, found))
    else:
        passed = same(found, expected)
    return CheckResult(target=target, check=check, expected=plain(expected), found=plain(shown), passed=passed)


def _errors_match(expected: list[Any], problems: list[Problem]) -> bool:
    """Say whether each expected error (its text in either language, or its code) is one of the problems, and back."""
    left = list(problems)
    for each in expected:
        hit = next((problem for problem in left if each == problem.code or each in problem.message.values()), None)
        if hit is None:
            return False
        left.remove(hit)
    return not left


def _text_matches(expected: Any, found: LocalText) -> bool:
    if isinstance(expected, Mapping):
        return bool(expected) and all(found.get(str(tag)) == text for tag, text in expected.items())
    return expected in found.values()


def plain(value: Any) -> Any:
    """Return an answer as a survey file would have it: lists, ISO dates."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [plain(entry) for entry in value]
    return {key: plain(entry) for key, entry in value.items()} if isinstance(value, Mapping) else value


def same(found: Any, expected: Any) -> bool:
    """Say whether two plain values are the same; true is not 1, and nothing is the same as empty.

    Examples
    --------
    >>> same(("a", "b"), ["a", "b"]), same(True, 1), same(None, [])
    (True, False, True)
    """
    found, expected = plain(found), plain(expected)
    if is_empty(found) and is_empty(expected):
        return True
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return bool(found == expected)


def _choices(walk: Walk, item: BaseItem) -> list[Any]:
    if item.scale is not None:
        return list(item.scale)
    if isinstance(item, Matrix):
        return list(item.values)
    gone = {option.value for option in parts_of(item) if not offered(option, walk.seen.answers)}
    return [value for value in item.values if value not in gone or value in {OTHER, NONE}]


_OF_ITEM: Mapping[str, Callable[[Walk, BaseItem], Any]] = {
    "visible": Walk.is_visible,
    "required": Walk.must,
    "value": lambda walk, item: walk.seen.answers.get(item.name),
    "empty": lambda walk, item: is_empty(walk.seen.answers.get(item.name)),
    "comment": lambda walk, item: walk.seen.answers.get(f"{item.name}{OTHER_TEXT}"),
    "choices": _choices,
    "errors": Walk.problems,
    "errorCount": lambda walk, item: len(walk.problems(item)),
    "hasErrors": lambda walk, item: bool(walk.problems(item)),
    "title": lambda _, item: item.ask,
    "page": lambda walk, item: walk.page_of[item.name].name,
}


def _page_problems(walk: Walk, page: Page) -> list[Problem]:
    return [problem for item in page.items for problem in walk.problems(item)]


_OF_PAGE: Mapping[str, Callable[[Walk, Page], Any]] = {
    "visible": lambda walk, page: page in walk.pages,
    "errors": _page_problems,
    "errorCount": lambda walk, page: len(_page_problems(walk, page)),
    "hasErrors": lambda walk, page: bool(_page_problems(walk, page)),
    "title": lambda _, page: page.title,
}


def _all_problems(walk: Walk) -> list[Problem]:
    return [problem for page in walk.pages for problem in _page_problems(walk, page)]


_OF_SURVEY: Mapping[str, Callable[[Walk], Any]] = {
    "state": lambda walk: walk.state,
    "currentPage": lambda walk: walk.page,
    "pages": lambda walk: [page.name for page in walk.pages],
    "errorCount": lambda walk: len(_all_problems(walk)),
    "thanks": lambda walk: walk.thanks,
}
_PER_NAME = ("values", "noValues")


def _whole(walk: Walk, check: str, expected: Any) -> Iterator[CheckResult]:
    _known(check, {**_OF_SURVEY, **dict.fromkeys(_PER_NAME)}, WHOLE)
    if check not in _PER_NAME:
        yield _compared(WHOLE, check, expected, _OF_SURVEY[check](walk))
        return
    if not isinstance(expected, Mapping if check == "values" else list) or not expected:
        raise refused("expect_empty", target=f"{WHOLE}.{check}")
    for name in expected:
        found = walk.seen.answers.get(str(name))
        wanted = expected[name] if isinstance(expected, Mapping) else None
        yield _compared(f"{WHOLE}.{name}", "value", wanted, found)
