"""What the words of comments suggest: what they want, in which tone, and whether that fits the score.

By a list of words, so it is only ever a suggestion: irony, dialect and mixed feelings escape it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from closeloop.followup.rules.response_rule import COMMENT
from closeloop.forms.coded import UNANSWERED, Coded
from closeloop.survey.shipped import data_folder
from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.survey.survey import Survey

TONES = ("negative", "positive", "mixed", "neutral")
KINDS = ("suggestion", "enquiry", "other")
HIGH, LOW = 0.75, 0.25
"""From which share of its scale a score is a high or a low one (4 and 2 of 5); ours, not from the sources. An NPS
has its promoters and detractors."""


@cache
def comment_kinds() -> Codebook:
    """Return the word list that tells suggestions and enquiries."""
    return load_codebook(data_folder("followup") / "comment-kinds.codebook.yaml")


def comment_columns(texts: Sequence[str], accepted: pd.DataFrame, survey: Survey) -> dict[str, Coded]:
    """Return ``comment.kind``, ``comment.tone`` and ``comment.mismatch`` of each response.

    Parameters
    ----------
    texts : sequence of str
        What each customer wrote; unanswered where that is nothing.
    accepted : DataFrame
    survey : Survey
        Its first planned score is the one that a comment is held against.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> survey = cl.load_survey("relationship-nps")
    >>> answers = pd.DataFrame({"recommend": ["10", "9"], "why": ["I am furious", "Could you tell me the price?"]})
    >>> accepted = cl.read_responses(answers, survey).accepted
    >>> found = comment_columns(accepted["why"].tolist(), accepted, survey)
    >>> {name: [column.values[code] for code in column.codes] for name, column in found.items()}
    {'comment.kind': ['other', 'enquiry'], 'comment.tone': ['negative', 'neutral'], 'comment.mismatch': [True, False]}
    """
    said = np.array([bool(text.strip()) for text in texts], dtype=bool)
    wants = _has(texts, comment_kinds(), ("suggestion", "enquiry"))
    feels = _has(texts, load_codebook("emotions"), ("negative", "positive"))
    kind = np.select([wants[:, 0], wants[:, 1]], [0, 1], 2)
    tone = np.select([feels.all(axis=1), feels[:, 0], feels[:, 1]], [2, 0, 1], 3)
    height, scored = _height(accepted, survey)
    odd = ((height > 0) & (tone == 0)) | ((height < 0) & (tone == 1))
    return {
        f"{COMMENT}kind": Coded(np.where(said, kind, UNANSWERED), KINDS),
        f"{COMMENT}tone": Coded(np.where(said, tone, UNANSWERED), TONES),
        f"{COMMENT}mismatch": Coded(np.where(said & scored, odd, UNANSWERED).astype(np.int32), (False, True)),
    }


def _has(texts: Sequence[str], codebook: Codebook, codes: Sequence[str]) -> NDArray[np.bool_]:
    """Return which text has which code of the top, or one below it."""
    names, given = code_mentions(list(texts), codebook).under(unit="response")
    return np.column_stack([given[:, names.index(code)].astype(bool) for code in codes])


def _height(accepted: pd.DataFrame, survey: Survey) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return 1 for a high score, −1 for a low one, 0 for one in between, and where there is a score."""
    n = len(accepted)
    plan: Any = next((p for p in survey.metrics.values() if getattr(p, "item", "") in accepted), None)
    if plan is None:
        return np.zeros(n, np.int8), np.zeros(n, bool)
    values = accepted[plan.item].to_numpy(dtype=float, na_value=np.nan)
    scale = survey.item(plan.item).scale or range(11)
    if plan.kind == "nps":
        high, low = values >= 9, values <= 6
    else:
        share = (values - scale[0]) / max(scale[-1] - scale[0], 1)
        high, low = share >= HIGH, share <= LOW
    return high.astype(np.int8) - low.astype(np.int8), ~np.isnan(values)
