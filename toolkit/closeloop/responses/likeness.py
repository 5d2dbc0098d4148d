"""Which item a column may be where nothing is equal: by likeness of the wording, one column for one item.

Nothing found here is applied: it is proposed, with its reason, for a person to confirm.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.responses.labels import OTHER_TEXT, folded_text, parts_by_text
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.match import Match

SIMILAR = 0.6
"""From this likeness on a column is proposed for an item."""
_CLEAR = 0.03
_MOST = 0.95
_LABELS_SAY = 0.6  # options alone make a column worth a look, no more: matrices of one survey share their rows
_UNKNOWN_SAYS = 0.2  # of what a word of one text weighs: politeness is no other question

_NUMBER = re.compile(r"^\W*(?:q(?:uestion)?|第)?\s*\d+(?:[.-]\d+)*\s*(?:题\s*[、.:)\]]?|[、.:)\]])\s*", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z][^<>]*>")
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
_ENDING = re.compile(r"(?<=\w{3})(?:ings?|edly|e[ds]|ly|[se])$")
_SPREAD = ("option", "row", OTHER_TEXT, "place", "mention")
_OF_PARTS = ("multi", "single", "ranking", "matrix")


def wording(text: str) -> frozenset[str]:
    """Return what a text is made of: words without their endings; of Chinese, characters and pairs of them.

    Question numbers, markup, punctuation, width and case do not count.

    Examples
    --------
    >>> wording("3. Which branches?") == wording("which BRANCH")
    True
    >>> sorted(wording("第3题、门店？"))
    ['店', '门', '门店']
    """
    bare = _NUMBER.sub("", _MARKUP.sub(" ", folded_text(text)))
    parts: set[str] = set()
    for word in _WORD.findall(bare):
        if "\u3400" <= word[0] <= "\u9fff":
            parts |= {*word, *(word[i : i + 2] for i in range(len(word) - 1))}
        else:
            parts.add(_ENDING.sub("", word))
    return frozenset(parts)


class Likeness:
    """How alike texts are to those of a survey, from 0 to 1: the share of the wording in common.

    Words that many of the survey's texts use ("how satisfied are you with …") weigh little, words of one text much.

    Examples
    --------
    >>> alike = Likeness(["How fast were we?", "How friendly were we?"])
    >>> alike.scores(["how fast we were"]).round(2).tolist()
    [[1.0, 0.54]]
    """

    def __init__(self, known: Sequence[str]) -> None:
        self._known = [wording(text) for text in known]
        often = Counter(part for parts in self._known for part in parts)
        self._weight = {part: math.log(1 + len(self._known) / n) ** 2 for part, n in often.items()}
        self._total = np.array([self._heft(parts) for parts in self._known])
        users: dict[str, list[int]] = {}
        for place, parts in enumerate(self._known):
            for part in parts:
                users.setdefault(part, []).append(place)
        self._users = {part: np.array(places, dtype=np.intp) for part, places in users.items()}
        self._unknown = _UNKNOWN_SAYS * math.log(1 + len(self._known)) ** 2

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the likeness of each text (rows) to each known one (columns)."""
        found = np.zeros((len(texts), len(self._known)))
        for text, common in zip(texts, found, strict=True):
            asked = wording(text)
            known = sorted(asked & self._weight.keys())  # in one order: sums of the same parts are the same
            for part in known:
                common[self._users[part]] += 2 * self._weight[part]
            total = self._heft(known) + (len(asked) - len(known)) * self._unknown + self._total
            np.divide(common, total, out=common, where=total > 0)
        return found

    def _heft(self, parts: Iterable[str]) -> float:
        return sum(self._weight[part] for part in sorted(parts))


def one_to_one(scores: NDArray[np.float64]) -> tuple[dict[int, int], set[int]]:
    """Return the best pairing of rows with columns, and the rows whose pair is no better than another pairing.

    Pairs below `SIMILAR` are none.

    Examples
    --------
    >>> one_to_one(np.array([[0.9, 0.8], [0.9, 0.0]]))
    ({0: 1, 1: 0}, set())
    >>> one_to_one(np.array([[0.9], [0.9]]))
    ({0: 0}, {0})
    """
    from scipy.optimize import linear_sum_assignment

    worth = np.where(scores >= SIMILAR, scores, 0.0)
    rows, columns = np.flatnonzero(worth.any(axis=1)), np.flatnonzero(worth.any(axis=0))
    small = worth[np.ix_(rows, columns)]
    best = linear_sum_assignment(small, maximize=True)
    total = small[best].sum()
    pairs: dict[int, int] = {}
    doubtful: set[int] = set()
    for row, column in zip(*best, strict=True):
        if not small[row, column]:
            continue
        pairs[int(rows[row])] = int(columns[column])
        without = small.copy()
        without[row, column] = 0.0
        if total - without[linear_sum_assignment(without, maximize=True)].sum() < _CLEAR:
            doubtful.add(int(rows[row]))
    return pairs, doubtful


@dataclass(frozen=True, slots=True)
class _Unit:
    """The columns of one question that nothing equal was found for; its item where a neighbour tells it."""

    places: tuple[int, ...]
    text: str
    header: str
    spread: bool
    item: str | None


def propose(matches: Sequence[Match], items: Mapping[str, Any], headers: Sequence[str], told: set[str]) -> list[Match]:
    """Return the matches with what the columns left over may be, as proposals that a person confirms.

    Parameters
    ----------
    headers : sequence of str
        The columns' names, as they can be told apart.
    told : set of str
        Headers about which the user has spoken: nothing is proposed for them.
    """
    result = list(matches)
    units = _units(matches, headers, told)
    if not units:
        return result
    taken = {match.item for match in matches} | {unit.item for unit in units}
    free = {name: item for name, item in items.items() if name not in taken}
    texts = [(name, text) for name, item in free.items() for text in _texts(item)]
    alike = Likeness([text for _, text in texts])
    owner = np.array([list(free).index(name) for name, _ in texts], dtype=np.intp)
    open_units = [unit for unit in units if unit.item is None]
    scores = np.zeros((len(open_units), len(free)))
    if texts:
        spelled = list(dict.fromkeys(text for unit in open_units for text in (unit.text, unit.header)))
        found = alike.scores(spelled)
        place = {text: i for i, text in enumerate(spelled)}
        for name in ("text", "header"):
            rows = [place[getattr(unit, name)] for unit in open_units]
            np.maximum.at(scores.T, owner, found[rows].T)
    _weigh_parts(scores, open_units, matches, list(free.values()))
    np.minimum(scores, _MOST, out=scores)
    pairs, doubtful = one_to_one(scores)
    names = list(free)
    leaders = np.argsort(-scores, axis=0, kind="stable")[:2]  # the two likest columns of each item
    for row, unit in enumerate(open_units):
        if row in pairs and row not in doubtful:
            _offer(result, unit, items[names[pairs[row]]], scores[row, pairs[row]], headers)
        elif len(names) and scores[row].max() >= SIMILAR:
            _only_say(result, unit, _why(row, scores, names, open_units, pairs, doubtful, leaders), scores[row].max())
    for unit in units:
        if unit.item is not None:
            _offer(result, unit, items[unit.item], _MOST, headers)
    _beside(result, items, headers, told)
    return result


def _beside(result: list[Match], items: Mapping[str, Any], headers: Sequence[str], told: set[str]) -> None:
    """Propose what was written beside "other" for the item that its question is proposed for."""
    owners = {m.column.question: m.item or m.proposal or "" for m in result if m.item or m.proposal}
    for place, match in enumerate(result):
        column = match.column
        free = match.item is None and match.proposal is None and headers[place] not in told
        owner = owners.get(column.question, "") if column.question else ""
        if column.role == OTHER_TEXT and free and owner in items and getattr(items[owner], "other", False):
            unit = _Unit((place,), column.question, "", True, owner)
            _offer(result, unit, items[owner], _MOST, headers)


def _units(matches: Sequence[Match], headers: Sequence[str], told: set[str]) -> list[_Unit]:
    groups: dict[object, list[int]] = {}
    owners: dict[str, str] = {}
    for place, match in enumerate(matches):
        column = match.column
        if column.group and match.item:
            owners.setdefault(column.group, match.item)
        if match.item or match.system or headers[place] in told or column.role not in ("answer", *_SPREAD):
            continue
        key: object = column.group if column.role in _SPREAD and column.group else place
        if column.role == OTHER_TEXT and not column.group:
            continue  # it goes with the column it stands beside
        groups.setdefault(key, []).append(place)
        if match.belongs and isinstance(key, str):
            owners.setdefault(key, match.belongs)
    units = []
    for key, places in groups.items():
        columns = [matches[place].column for place in places]
        spread = isinstance(key, str)
        text = next((c.question for c in columns if c.question), "" if spread else columns[0].header)
        header = "" if spread else columns[0].header
        units.append(_Unit(tuple(places), text, header, spread, owners.get(key) if isinstance(key, str) else None))
    return units


def _texts(item: Any) -> list[str]:
    asked = [*(item.ask or {}).values(), *(item.label or {}).values()]
    return [*asked, item.name.replace("_", " ")]


def _weigh_parts(
    scores: NDArray[np.float64], units: Sequence[_Unit], matches: Sequence[Match], items: Sequence[Any]
) -> None:
    """Count the options of columns that hold one each; what is spread answers no item without parts, and vice versa."""
    spread = any(unit.spread for unit in units)
    for column, item in enumerate(items):
        find = parts_by_text(item) if spread and item.type in _OF_PARTS else None
        for row, unit in enumerate(units):
            if (unit.spread and find is None) or (not unit.spread and item.type == "matrix"):
                scores[row, column] = 0.0
            elif unit.spread and find is not None:
                labels = [matches[place].column.option or "" for place in unit.places]
                share = sum(find(label) is not None for label in labels) / len(labels)
                scores[row, column] = 1 - (1 - scores[row, column]) * (1 - _LABELS_SAY * share)


def _offer(result: list[Match], unit: _Unit, item: Any, score: float, headers: Sequence[str]) -> None:
    """Propose an item, or parts of it, for the columns of a question."""
    parts = _parts(result, unit, item) if unit.spread else {}
    for place in unit.places:
        if unit.spread and place not in parts:
            if result[place].verdict == "unused":
                option = result[place].column.option or ""
                reason = message("responses.reason_no_option", item=item.name, option=option)
                result[place] = replace(result[place], verdict="check", confidence=0.5, reason=reason)
            continue
        target = f"{item.name}.{parts[place]}" if unit.spread else item.name
        confidence = round(float(score), 2)
        reason = message("responses.reason_similar", percent=f"{confidence:.0%}", header=headers[place], item=target)
        result[place] = replace(result[place], verdict="check", confidence=confidence, reason=reason, proposal=target)


def _parts(result: Sequence[Match], unit: _Unit, item: Any) -> dict[int, str]:
    """Return which part of an item each of its columns may be: the same label, else the likest, each part once."""
    find = parts_by_text(item)
    taken = {match.part for match in result if match.item == item.name}
    parts: dict[int, str] = {}
    left: list[int] = []
    for place in unit.places:
        column = result[place].column
        part = find(column.option or "")
        if column.role == OTHER_TEXT:
            part = OTHER_TEXT if getattr(item, "other", False) else None
        elif column.role in ("place", "mention"):
            part = f"#{column.option}"
        if part is None:
            left.append(place)
        elif part not in taken:
            taken.add(part)
            parts[place] = part
    options = [
        o for o in (item.rows if item.type == "matrix" else getattr(item, "options", ())) if o.value not in taken
    ]
    texts = [(i, text) for i, option in enumerate(options) for text in (option.value, *option.text.values())]
    if left and texts:
        found = Likeness([text for _, text in texts]).scores([result[place].column.option or "" for place in left])
        scores = np.zeros((len(left), len(options)))
        for column_, (i, _) in enumerate(texts):
            scores[:, i] = np.maximum(scores[:, i], found[:, column_])
        pairs, doubtful = one_to_one(scores)
        parts |= {left[row]: str(options[i].value) for row, i in pairs.items() if row not in doubtful}
    return parts


def _only_say(result: list[Match], unit: _Unit, reason: LocalText, score: float) -> None:
    for place in unit.places:
        confidence = round(float(score), 2)
        result[place] = replace(result[place], verdict="check", confidence=confidence, reason=reason)


def _why(
    row: int,
    scores: NDArray[np.float64],
    names: Sequence[str],
    units: Sequence[_Unit],
    pairs: Mapping[int, int],
    doubtful: set[int],
    leaders: NDArray[np.intp],
) -> LocalText:
    """Say why a column that is like an item is not proposed for it."""
    order = np.argsort(-scores[row], kind="stable")
    best = int(order[0])
    if len(order) > 1 and scores[row, order[1]] >= scores[row, best] - _CLEAR:
        return message("responses.reason_two_items", first=names[best], second=names[int(order[1])])
    rival = next((int(leader) for leader in leaders[:, best] if leader != row), row)
    other = units[rival].header or units[rival].text
    same = scores[rival, best] - scores[row, best] < _CLEAR or pairs.get(rival) != best or rival in doubtful
    return message(
        "responses.reason_two_columns" if same else "responses.reason_better", item=names[best], header=other
    )
