"""Lay the answers out as the two platforms and a plain table do.

A laid-out row is a mapping from column to cell text; the dirt is put in afterwards, cell by cell (`dirt.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import instrument
import world
from answers import Answer

Cells = dict[str, str]

QUALTRICS_SYSTEM = {
    "StartDate": ("Start Date", "startDate"),
    "EndDate": ("End Date", "endDate"),
    "Status": ("Response Type", "status"),
    "IPAddress": ("IP Address", "ipAddress"),
    "Progress": ("Progress", "progress"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration"),
    "Finished": ("Finished", "finished"),
    "RecordedDate": ("Recorded Date", "recordedDate"),
    "ResponseId": ("Response ID", "_recordId"),
    "RecipientLastName": ("Recipient Last Name", "recipientLastName"),
    "RecipientFirstName": ("Recipient First Name", "recipientFirstName"),
    "RecipientEmail": ("Recipient Email", "recipientEmail"),
    "ExternalReference": ("External Data Reference", "externalDataReference"),
    "LocationLatitude": ("Location Latitude", "locationLatitude"),
    "LocationLongitude": ("Location Longitude", "locationLongitude"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel"),
    "UserLanguage": ("User Language", "userLanguage"),
}
TAG = {item: f"Q{number}" for number, item in enumerate(instrument.ORDER, start=1)}
PAINS = tuple(instrument.OPTIONS["pains"])
PAIN_TAG = {pain: f"{TAG['pains']}_{number}" for number, pain in enumerate(PAINS, start=1)}
OTHER_TAG = f"{PAIN_TAG['other']}_TEXT"
GROUP_TAG = f"{TAG['recommend']}_NPS_GROUP"
SEEN_UNANSWERED = "-99"

WJX_SYSTEM = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
WJX_ORDER = ("respondent_id", *instrument.ORDER)
WJX_NUMBER = {item: number for number, item in enumerate(WJX_ORDER, start=1)}
WJX_HEADER = {item: f"{WJX_NUMBER[item]}、{instrument.ASK[item]['zh-CN']}" for item in WJX_ORDER}
WJX_PAIN_HEADER = {pain: f"第{WJX_NUMBER['pains']}题({instrument.text('pains', pain, 'zh-CN')})" for pain in PAINS}
WJX_PLACES = {
    "east": ("上海-上海", "江苏-南京", "浙江-杭州"),
    "south": ("广东-广州", "广东-深圳", "福建-厦门"),
    "north": ("北京-北京", "天津-天津", "河北-石家庄"),
    "central": ("湖北-武汉", "湖南-长沙", "河南-郑州"),
    "southwest": ("四川-成都", "重庆-重庆", "云南-昆明"),
    "northeast": ("辽宁-沈阳", "吉林-长春", "黑龙江-哈尔滨"),
}
DOCUMENTATION_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
QUICKSTART_COLUMNS = ("response_id", "answered_at", "language", *WJX_ORDER)


@dataclass(slots=True)
class Row:
    """One row of an export: the answer behind it and its cells (`order` is the 按序号 twin of a 问卷星 row)."""

    answer: Answer
    cells: Cells
    order: Cells = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)


def group(score: int) -> str:
    return "Detractor" if score <= 6 else "Passive" if score <= 8 else "Promoter"


def _seen(answer: Answer, item: str) -> bool:
    """Tell whether the respondent got as far as the item and was shown it."""
    reached = instrument.ORDER.index(item) < round(len(instrument.ORDER) * answer.progress / 100)
    limit = {"pains": 8, "callback": 6}.get(item, 10)
    return reached and answer.recommend <= limit


def qualtrics_columns() -> list[tuple[str, str, str]]:
    """Give export tag, question text and ImportId of every column, in order."""
    found = [(tag, *pair) for tag, pair in QUALTRICS_SYSTEM.items()]
    for item in instrument.ORDER:
        tag, ask = TAG[item], instrument.ASK[item]["en"]
        if item == "recommend":
            found.append((GROUP_TAG, f"{ask} - Group", f"QID{GROUP_TAG[1:]}"))
        if item == "pains":
            for pain, column in PAIN_TAG.items():
                label = instrument.text("pains", pain, "en")
                found.append((column, f"{ask} - Selected Choice - {label}", f"QID{column[1:]}"))
            other = instrument.text("pains", "other", "en")
            found.append((OTHER_TAG, f"{ask} - {other} - Text", f"QID{OTHER_TAG[1:]}"))
        else:
            found.append((tag, ask, f"QID{tag[1:]}_TEXT" if item == "why" else f"QID{tag[1:]}"))
    return found


def qualtrics_row(answer: Answer) -> Row:
    """Lay an answer out with English labels; −99 marks a question that was seen and left unanswered."""
    cells = dict.fromkeys((tag for tag, _, _ in qualtrics_columns()), "")
    cells.update(
        {
            "StartDate": str(answer.started),
            "EndDate": str(answer.ended),
            "Status": "Survey Preview" if answer.status == "test" else "IP Address",
            "Progress": str(answer.progress),
            "Duration (in seconds)": str(answer.seconds),
            "Finished": "False" if answer.status == "partial" else "True",
            "RecordedDate": answer.tags["recorded"],
            "ResponseId": answer.key,
            "ExternalReference": answer.respondent,
            "DistributionChannel": "preview" if answer.status == "test" else answer.tags["channel"],
            "UserLanguage": {"en": "EN", "zh-CN": "ZH-S"}[answer.language],
        }
    )
    values = {
        "region": instrument.text("region", world.REGIONS[answer.region], "en"),
        "touchpoint": instrument.text("touchpoint", world.TOUCHPOINTS[answer.touchpoint], "en"),
        "recommend": str(answer.recommend),
        "why": answer.comment,
        "overall": "" if answer.overall is None else instrument.text("overall", str(answer.overall), "en"),
        "effort": "" if answer.effort is None else str(answer.effort),
        "callback": "" if answer.callback is None else instrument.text("callback", str(answer.callback).lower(), "en"),
    }
    for item, value in values.items():
        if _seen(answer, item):
            cells[TAG[item]] = value or SEEN_UNANSWERED
    if _seen(answer, "recommend"):
        cells[GROUP_TAG] = group(answer.recommend)
    if _seen(answer, "pains"):
        for pain, column in PAIN_TAG.items():
            cells[column] = instrument.text("pains", pain, "en") if pain in answer.pains else SEEN_UNANSWERED
        cells[OTHER_TAG] = answer.other_text or SEEN_UNANSWERED
    return Row(answer, cells)


def qualtrics_header() -> list[list[str]]:
    columns = qualtrics_columns()
    ids = [json.dumps({"ImportId": key}, separators=(",", ":")) for _, _, key in columns]
    return [[tag for tag, _, _ in columns], [label for _, label, _ in columns], ids]


def wjx_headers(*, by_order: bool) -> list[str]:
    """Give the headers of the 按序号 or of the 按文本 export."""
    found = list(WJX_SYSTEM)
    for item in WJX_ORDER:
        if item == "pains" and by_order:
            found.extend(WJX_PAIN_HEADER.values())
        else:
            found.append(WJX_HEADER[item])
    return found


def wjx_row(answer: Answer) -> Row:
    """Lay an answer out twice: with option texts, and with option numbers."""
    clock = answer.ended
    places = WJX_PLACES[world.REGIONS[answer.region]]
    network = DOCUMENTATION_NETWORKS[answer.ip % 3]
    system = {
        "序号": answer.key,
        "提交答卷时间": f"{clock.year}/{clock.month}/{clock.day} {clock.hour}:{clock:%M:%S}",
        "所用时间": f"{answer.seconds}秒",
        "来源": ("微信", "微信", "微信", "链接", "手机提交")[answer.ip % 5],
        "来源详情": ("直接访问", "公众号菜单", "订单完成页", "短信链接")[answer.ip % 4],
        "来自IP": f"{network}.*({places[answer.ip % len(places)]})",
    }
    text, order = dict(system), dict(system)

    def put(item: str, shown: str, number: str) -> None:
        seen = _seen(answer, item) if item in instrument.ORDER else True
        text[WJX_HEADER[item]] = (shown or "(空)") if seen else "(跳过)"
        order[WJX_HEADER[item]] = (number or "-2") if seen else "-3"

    put("respondent_id", answer.respondent, answer.respondent)
    region, touchpoint = world.REGIONS[answer.region], world.TOUCHPOINTS[answer.touchpoint]
    put("region", instrument.text("region", region, "zh-CN"), str(answer.region + 1))
    put("touchpoint", instrument.text("touchpoint", touchpoint, "zh-CN"), str(answer.touchpoint + 1))
    put("recommend", str(answer.recommend), str(answer.recommend))
    put("why", answer.comment, answer.comment)
    put("pains", "┋".join(_ticked_text(pain, answer) for pain in answer.pains), "")
    del order[WJX_HEADER["pains"]]
    blank = ("-2" if _seen(answer, "pains") else "-3") if not answer.pains else ""
    for pain, header in WJX_PAIN_HEADER.items():
        order[header] = blank or str(int(pain in answer.pains))
    overall = "" if answer.overall is None else str(answer.overall)
    put("overall", instrument.text("overall", overall, "zh-CN") if overall else "", overall)
    effort = "" if answer.effort is None else str(answer.effort)
    put("effort", effort, effort)
    yes = "" if answer.callback is None else str(answer.callback).lower()
    put("callback", instrument.text("callback", yes, "zh-CN") if yes else "", {"true": "1", "false": "2", "": ""}[yes])
    return Row(answer, text, order)


def _ticked_text(pain: str, answer: Answer) -> str:
    shown = instrument.text("pains", pain, "zh-CN")
    return f"{shown}〖{answer.other_text}〗" if pain == "other" and answer.other_text else shown


def quickstart_row(answer: Answer, key: str) -> Row:
    """Lay an answer out plainly: item names for headers, option values for answers."""
    cells = {
        "response_id": key,
        "answered_at": answer.ended.isoformat(),
        "language": answer.language,
        "respondent_id": answer.respondent,
        "region": world.REGIONS[answer.region],
        "touchpoint": world.TOUCHPOINTS[answer.touchpoint],
        "recommend": str(answer.recommend),
        "why": answer.comment,
        "pains": ";".join(answer.pains),
        "overall": "" if answer.overall is None else str(answer.overall),
        "effort": "" if answer.effort is None else str(answer.effort),
        "callback": "" if answer.callback is None else ("yes" if answer.callback else "no"),
    }
    return Row(answer, cells)
