"""What the text form of 问卷星 is made of: question lines, marks and the labels of question types."""

from __future__ import annotations

import re
from collections.abc import Mapping

PAGE = "=== 分页 ==="
"""Stands between two pages."""
OPTIONAL = "（选填）"
"""Stands behind a question that need not be answered; all others have to be."""
ROWS, COLUMNS = "行：", "列："
OTHER, NONE = "其他（请注明）", "以上都不是"
"""What the two extra choices are called where the survey does not say."""

QUESTION = re.compile(
    r"(?:Q|第)?(?P<number>\d{1,4})题?\s?[.、．:：]\s?(?P<ask>.+?)\s?[\[【［](?P<label>[^\[\]【】［］]{1,20})[\]】］]\s?"
    r"(?:[（(](?P<mark>选填|选答|非必答|非必填|可选|必填|必答)[）)])?\s?\*?"
)
"""A question line, its white space made single; e.g. ``3. 您的部门 [下拉框]（选填）``."""
NUMBERED = re.compile(r"(?P<number>\d{1,4})[.、．]\s?(?P<ask>.+)")
"""A numbered line that does not say of what type the question is."""
RANGE = re.compile(r"(?P<low>-?\d{1,4})\s?[~～—–-]\s?(?P<high>-?\d{1,4})")
LETTER = re.compile(r"(?P<letter>[A-Za-z])(?:[.．、)）]\s*|\s+)(?=\S)")
"""The letter that may stand before an option; 问卷星 takes it away."""
OTHERS = re.compile(r"(?:其他|其它|others?)\s?(?:[（(,，:：].*)?", re.IGNORECASE)
NONES = re.compile(r"以上都不是|以上皆非|都没有|none of (?:the above|these)|none", re.IGNORECASE)
NPS = re.compile(r"\bnps\b|净推荐值", re.IGNORECASE)
LONG = re.compile(
    r"建议|意见|反馈|想法|原因|理由|为什么|看法|补充|详细|comments?\b|suggest|feedback|reason|why\b", re.IGNORECASE
)
"""Words of a question that is answered in one's own words."""

LEAST = re.compile(r"(?:至少|最少)(?:选择?)?\s?(?P<n>\d+|[一二两三四五六七八九十])\s?[项个]")
MOST = re.compile(r"(?:至多|最多|限)(?:选择?)?\s?(?P<n>\d+|[一二两三四五六七八九十])\s?[项个]")
_CHINESE = dict(zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))

TYPES: Mapping[str, str] = {
    "单选题": "single", "单选": "single", "下拉框": "dropdown", "下拉单选": "dropdown", "下拉题": "dropdown",
    "多选题": "multi", "多选": "multi", "评分多选": "multi_scored", "填空题": "line", "单项填空": "line",
    "简答题": "comment", "问答题": "comment", "多项填空题": "lines", "量表题": "scale", "NPS题": "nps",
    "NPS量表题": "nps", "评分单选": "scale", "评分题": "scale", "滑动条": "slider", "排序题": "ranking",
    "判断题": "yesno", "矩阵量表题": "matrix_scale", "矩阵单选题": "matrix", "矩阵题": "matrix",
    "矩阵多选题": "matrix_multi", "矩阵填空题": "matrix_lines", "多项简答题": "matrix_lines", "段落说明": "note",
}  # fmt: skip
"""The word in brackets → what it is here; a word that is not among these has no counterpart in a survey file."""


def number(text: str) -> int:
    """Return a number written in digits or as one Chinese numeral.

    Examples
    --------
    >>> number("3"), number("三")
    (3, 3)
    """
    return _CHINESE[text] if text in _CHINESE else int(text)


def limits_text(least: int | None, most: int | None) -> str:
    """Return how many options are to be ticked, as it stands behind a question.

    Examples
    --------
    >>> limits_text(None, 3), limits_text(1, 3), limits_text(None, None)
    ('（最多选3项）', '（至少选1项，最多选3项）', '')
    """
    words = [f"至少选{least}项"] * (least is not None) + [f"最多选{most}项"] * (most is not None)
    return f"（{'，'.join(words)}）" if words else ""
