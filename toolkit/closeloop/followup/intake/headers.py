"""By which headers the columns of a table of complaints are recognised, and how cells are spelt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from closeloop.errors import ColumnNotFoundError
from closeloop.text import message

HEADERS: Mapping[str, tuple[str, ...]] = {
    "words": ("words", "complaint", "text", "comment", "content", "description", "message", "review", "verbatim",
              "投诉内容", "内容", "客户原话", "描述", "评论", "评价内容", "留言", "问题描述", "反馈内容"),
    "received_at": ("received_at", "received", "date", "time", "created_at", "created", "posted_at", "complaint_date",
                    "受理时间", "投诉时间", "接收时间", "日期", "时间", "创建时间", "评价时间", "反馈时间"),
    "channel": ("channel", "source", "origin", "渠道", "来源", "投诉渠道", "受理渠道"),
    "customer": ("customer", "customer_id", "customer_no", "client_id", "respondent_id", "account", "member_id",
                 "客户", "客户编号", "会员号", "客户号", "用户id", "用户"),
    "contact": ("contact", "phone", "telephone", "mobile", "email", "e-mail", "address", "name",
                "联系方式", "电话", "手机", "手机号", "邮箱", "姓名", "客户姓名", "联系人"),
    "key": ("key", "id", "ticket", "ticket_id", "case_no", "complaint_id", "reference", "review_id",
            "编号", "工单号", "工单编号", "投诉编号", "流水号", "单号"),
    "kind": ("kind", "type", "类型", "反馈类型"),
    "severity": ("severity", "priority", "严重程度", "优先级"),
    "language": ("language", "lang", "语言"),
    "code": ("code", "category_code", "conflict_type", "类别编码", "冲突类型"),
    "score": ("score", "rating", "stars", "评分", "星级", "打分"),
    "form": ("form", "形式"),
}  # fmt: skip
"""Field → headers by which it is recognised, in both languages; case, spaces and underscores do not matter."""

SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "channel": {
        "telephone": "phone", "call": "phone", "hotline": "phone", "电话": "phone", "热线": "phone", "e-mail": "email",
        "mail": "email", "邮件": "email", "电子邮件": "email", "邮箱": "email", "online": "chat", "live chat": "chat",
        "在线客服": "chat", "在线": "chat", "聊天": "chat", "weibo": "social", "微博": "social",
        "social media": "social", "社交媒体": "social", "review": "social", "评价": "social", "点评": "social",
        "store": "desk", "shop": "desk",
        "counter": "desk", "柜台": "desk", "门店": "desk", "现场": "desk", "post": "letter", "信函": "letter",
        "来信": "letter", "survey": "survey", "问卷": "survey",
    },
    "kind": {"投诉": "complaint", "咨询": "enquiry", "inquiry": "enquiry", "question": "enquiry", "建议": "suggestion",
             "其他": "other"},
    "severity": {"轻微": "minor", "一般": "minor", "low": "minor", "较大": "major", "normal": "major",
                 "medium": "major", "严重": "severe", "high": "severe", "critical": "severe", "urgent": "severe"},
    "form": {"口头": "oral", "书面": "written", "spoken": "oral"},
}  # fmt: skip
"""Field → how a cell may be spelt → what it means."""


def spelt(field: str, cell: str) -> str:
    """Return what a cell for channel, kind, severity or form means; one that nobody knows stays as it is.

    Examples
    --------
    >>> spelt("channel", "热线"), spelt("kind", "Complaint"), spelt("channel", "pigeon")
    ('phone', 'complaint', 'pigeon')
    """
    value = cell.strip().casefold()
    return SPELLINGS[field].get(value, value)


def matched_columns(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return field → column: as told, else by the header.

    Parameters
    ----------
    names : sequence of str
        The headers of the table.
    given : mapping
        Field → column, where somebody says so.

    Raises
    ------
    ColumnNotFoundError
        If a column that is named is not there.
    ValueError
        If a field is unknown, or two columns could be the words.

    Examples
    --------
    >>> matched_columns(["Complaint ID", "投诉内容"], {})
    {'words': '投诉内容', 'key': 'Complaint ID'}
    """
    for field, column in given.items():
        if field not in HEADERS:
            raise ValueError(message("intake.unknown_field", found=field, known=", ".join(HEADERS)))
        if column not in names:
            raise ColumnNotFoundError(column, names, message("intake.the_table"))
    found = dict(given)
    for field, headers in HEADERS.items():
        if field in found:
            continue
        hits = [name for header in headers for name in names if _same(name, header) and name not in found.values()]
        if len(set(hits)) > 1 and field == "words":
            raise ValueError(message("intake.two_columns", field=field, names=", ".join(dict.fromkeys(hits))))
        if hits:
            found[field] = hits[0]
    return found


def _same(name: str, header: str) -> bool:
    def plain(text: str) -> str:
        return "".join(char for char in text.casefold() if char.isalnum())

    return plain(name) == plain(header)
