"""How far coders agree: the coders of one coding, or those of two codings of the same texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.stats.agreement import cohen_kappa, krippendorff_alpha
from closeloop.stats.limits import normal_quantile
from closeloop.stats.set_agreement import set_alpha
from closeloop.text import LocalText, message
from closeloop.themes.mece.agreement_report import AgreementReport, CodeAgreement, Confusion

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

BoolArray = npt.NDArray[np.bool_]


def agreement(
    coding: Coding, other: Coding | None = None, *, confidence_level: float = 0.95, draws: int = 2000, seed: int = 0
) -> AgreementReport:
    """Return how far coders agree beyond chance: overall and for each code, and which codes they mix up.

    Parameters
    ----------
    coding : Coding
        With at least two coders, unless `other` is given.
    other : Coding, optional
        Another coding of the same texts. Mentions are the same if response, start and end are; where the two split the
        texts differently, whole responses are compared, and a note says so.
    confidence_level : float
        Of the intervals.
    draws, seed : int
        How often mentions are resampled, and the start of the generator.

    Returns
    -------
    AgreementReport
        ``report.alpha`` takes the codes of a mention as a set (MASI distance); ``report.nominal`` counts two sets as
        the same or not. Whoever looked at a mention and gave no code judged it; whoever did not look did not.

    Raises
    ------
    ValueError
        If there is only one coder.

    References
    ----------
    Krippendorff K. (2004), Human Communication Research 30:411–433. Passonneau R. (2006), LREC 2006:831–836. Cohen J.
    (1960), Educational and Psychological Measurement 20:37–46.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": [1, 2, 3, 1, 2, 3], "code": ["late", "rude", "late", "late", "rude", "rude"],
    ...          "coder": ["Ann"] * 3 + ["Bo"] * 3}
    >>> report = agreement(Coding.from_table(table, unit="response", coder="coder"))
    >>> report.n, round(report.alpha.kappa, 4)
    (3, 0.4444)
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    by_response = False
    if other is None:
        unit, sets, judged = coding.unit, _sets(coding, coding.codes, "mention"), np.asarray(coding.judged, dtype=bool)
        codes, coders = coding.codes, coding.coders
    else:
        codes = (*coding.codes, *(code for code in other.codes if code not in set(coding.codes)))
        coders = _names(coding, other)
        by_response = not _same_spans(coding, other)
        unit = "response" if by_response or coding.unit == "response" else "mention"
        sets, judged = _joined(coding, other, codes, "response" if by_response else "mention")
    if judged.shape[1] < 2:
        raise ValueError(message("agreement.one_coder", coders=", ".join(coders) or "–"))
    how: dict[str, Any] = {"confidence_level": confidence_level, "draws": draws, "seed": seed}
    twice = judged.sum(axis=1) > 1
    sets, judged = sets[twice], judged[twice]
    return AgreementReport(
        unit=unit, coders=coders, n=int(twice.sum()), n_once=int((~twice).sum()),
        alpha=set_alpha(sets, judged, **how), nominal=set_alpha(sets, judged, distance="nominal", **how),
        codes=tuple(
            _of_code(code, _label(coding, other, code), sets[:, :, k], judged, how) for k, code in enumerate(codes)
        ),
        confusions=confusions(sets, judged, [_label(coding, other, code) for code in codes]),
        by_response=by_response, confidence_level=confidence_level,
    )  # fmt: skip


def confusions(sets: BoolArray, judged: BoolArray, labels: list[LocalText | str]) -> tuple[Confusion, ...]:
    """Return what one coder coded A and another B instead, the pair that is mixed up most often first.

    Examples
    --------
    >>> sets = np.array([[[1, 0], [0, 1]], [[1, 0], [0, 0]]], dtype=bool)
    >>> [(c.first, c.second, c.count) for c in confusions(sets, np.ones((2, 2), dtype=bool), ["late", "rude"])]
    [('late', 'rude', 1), ('late', None, 1)]
    """
    size = len(labels)
    mixed, alone = np.zeros((size, size)), np.zeros(size)
    for i in range(judged.shape[1]):
        for j in range(i + 1, judged.shape[1]):
            both = judged[:, i] & judged[:, j]
            one, two = sets[both, i], sets[both, j]
            differ = (one != two).any(axis=1)
            only_one, only_two = (one & ~two)[differ].astype(float), (two & ~one)[differ].astype(float)
            mixed += only_one.T @ only_two
            alone += only_one[~only_two.any(axis=1)].sum(axis=0) + only_two[~only_one.any(axis=1)].sum(axis=0)
    mixed = mixed + mixed.T
    met = np.triu(mixed > 0, 1)
    found = [Confusion(first=labels[a], second=labels[b], count=int(mixed[a, b])) for a, b in np.argwhere(met)]
    found += [Confusion(first=labels[a], second=None, count=int(alone[a])) for a in np.flatnonzero(alone)]
    return tuple(sorted(found, key=lambda pair: (-pair.count, pair.second is None)))


def _of_code(
    code: str, label: LocalText | str, given: BoolArray, judged: BoolArray, how: dict[str, Any]
) -> CodeAgreement:
    values = np.where(judged, given.astype(np.int64), -1)
    two = cohen_kappa(values[:, 0], values[:, 1], how["confidence_level"]) if values.shape[1] == 2 else None
    with_it = (given & judged).sum(axis=1)
    return CodeAgreement(
        code=code, label=label, n_any=int((with_it > 0).sum()), n_all=int((with_it == judged.sum(axis=1)).sum()),
        alpha=krippendorff_alpha(values, **how), kappa=two,
    )  # fmt: skip


def _sets(coding: Coding, codes: tuple[str, ...], rows: Any) -> BoolArray:
    """Return mentions (or responses) × coders × codes."""
    place = [codes.index(code) for code in coding.codes]
    given = np.stack([coding.matrix(rows, coder) for coder in coding.coders], axis=1).astype(bool)
    sets = np.zeros((*given.shape[:2], len(codes)), dtype=bool)
    sets[:, :, place] = given
    return sets


def _judged(coding: Coding, rows: str) -> BoolArray:
    judged = np.asarray(coding.judged, dtype=bool)
    if rows == "mention":
        return judged
    found = np.zeros((coding.n_responses, judged.shape[1]), dtype=bool)
    mention, coder = np.nonzero(judged)
    found[np.asarray(coding.response)[mention], coder] = True
    return found


def _keys(coding: Coding, rows: str) -> list[Any]:
    ids = list(coding.ids)
    if rows == "response":
        return ids
    spans = zip(coding.response.tolist(), coding.start.tolist(), coding.end.tolist(), strict=True)
    return [(ids[response], start, end) for response, start, end in spans]


def _same_spans(coding: Coding, other: Coding) -> bool:
    """Return whether both cut every response that they share into the same mentions."""
    if coding.unit != other.unit:
        return False
    shared = set(coding.ids.tolist()) & set(other.ids.tolist())
    one, two = ({key for key in _keys(each, "mention") if key[0] in shared} for each in (coding, other))
    return one == two


def _joined(coding: Coding, other: Coding, codes: tuple[str, ...], rows: str) -> tuple[BoolArray, BoolArray]:
    """Return the sets of all coders of both codings over all their mentions, and who judged which."""
    keys: dict[Any, int] = {}
    for each in (coding, other):
        for key in _keys(each, rows):
            keys.setdefault(key, len(keys))
    sets, judged = [], []
    for each in (coding, other):
        at = np.array([keys[key] for key in _keys(each, rows)], dtype=np.int64)
        whole = np.zeros((len(keys), len(each.coders), len(codes)), dtype=bool)
        seen = np.zeros((len(keys), len(each.coders)), dtype=bool)
        np.logical_or.at(whole, at, _sets(each, codes, rows))  # an id may stand twice
        np.logical_or.at(seen, at, _judged(each, rows))
        sets.append(whole)
        judged.append(seen)
    return np.concatenate(sets, axis=1), np.concatenate(judged, axis=1)


def _names(coding: Coding, other: Coding) -> tuple[str, ...]:
    """Return the coders of both; the second of two of the same name is told apart."""
    names = list(coding.coders)
    for name in other.coders:
        shown, count = name, 2
        while shown in names:
            shown, count = f"{name} ({count})", count + 1
        names.append(shown)
    return tuple(names)


def _label(coding: Coding, other: Coding | None, code: str) -> LocalText | str:
    for each in (coding, other):
        if each is not None and each.codebook is not None and code in {known.id for known in each.codebook.codes}:
            label: LocalText = each.codebook.code(code).label
            return label
    return code
