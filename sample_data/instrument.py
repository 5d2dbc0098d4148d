"""The wording of the survey `relationship-nps` as the platforms show it; a test compares it with the survey file."""

from __future__ import annotations

ID = "relationship-nps"
TITLE = {"en": "Relationship survey", "zh-CN": "客户关系调查"}
ORDER = ("region", "touchpoint", "recommend", "why", "pains", "overall", "effort", "callback")
REQUIRED = ("recommend",)
ASK = {
    "respondent_id": {"en": "Customer number", "zh-CN": "客户编号"},
    "region": {"en": "Which region do you live in?", "zh-CN": "您所在的地区是？"},
    "touchpoint": {"en": "Where were you in touch with us last?", "zh-CN": "您最近一次通过哪种方式与我们联系？"},
    "recommend": {
        "en": "How likely are you to recommend us to a friend or colleague?",
        "zh-CN": "您有多大可能把我们推荐给朋友或同事？",
    },
    "why": {"en": "What is the main reason for your score?", "zh-CN": "您打出这个分数的主要原因是什么？"},
    "pains": {
        "en": "What should we improve first? Choose up to three.",
        "zh-CN": "您认为我们最需要改进的是什么？最多选三项。",
    },
    "overall": {"en": "Overall, how satisfied are you with us?", "zh-CN": "总体而言，您对我们有多满意？"},
    "effort": {
        "en": "How far do you agree: the company made it easy for me to get my matter settled?",
        "zh-CN": "您在多大程度上同意：贵公司让我很轻松地办好了事情？",
    },
    "callback": {"en": "May we contact you about your answer?", "zh-CN": "我们可以就您的反馈与您联系吗？"},
}
OPTIONS: dict[str, dict[str, dict[str, str]]] = {
    "region": {
        "east": {"en": "East", "zh-CN": "华东"},
        "south": {"en": "South", "zh-CN": "华南"},
        "north": {"en": "North", "zh-CN": "华北"},
        "central": {"en": "Central", "zh-CN": "华中"},
        "southwest": {"en": "Southwest", "zh-CN": "西南"},
        "northeast": {"en": "Northeast", "zh-CN": "东北"},
    },
    "touchpoint": {
        "app": {"en": "App", "zh-CN": "手机应用"},
        "store": {"en": "Store", "zh-CN": "门店"},
        "hotline": {"en": "Hotline", "zh-CN": "客服热线"},
    },
    "pains": {
        "price": {"en": "Price", "zh-CN": "价格"},
        "delivery": {"en": "Delivery", "zh-CN": "配送"},
        "quality": {"en": "Product quality", "zh-CN": "产品质量"},
        "service": {"en": "Service", "zh-CN": "服务态度"},
        "app": {"en": "The app is hard to use", "zh-CN": "手机应用难用"},
        "billing": {"en": "Billing", "zh-CN": "账单问题"},
        "other": {"en": "Something else, namely", "zh-CN": "其他（请说明）"},
    },
    "overall": {
        "1": {"en": "Very dissatisfied", "zh-CN": "非常不满意"},
        "2": {"en": "Dissatisfied", "zh-CN": "不满意"},
        "3": {"en": "Neither", "zh-CN": "一般"},
        "4": {"en": "Satisfied", "zh-CN": "满意"},
        "5": {"en": "Very satisfied", "zh-CN": "非常满意"},
    },
    "callback": {
        "true": {"en": "Yes, please", "zh-CN": "可以"},
        "false": {"en": "No, thank you", "zh-CN": "不用了"},
    },
}


def text(item: str, value: str, language: str) -> str:
    """Give an option's text as shown to the respondent."""
    return OPTIONS[item][value][language]
