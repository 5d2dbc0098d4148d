"""The words by which the linter of arguments goes, in English and in Chinese; hints for a reader, no more."""

from __future__ import annotations

import re

ANNOUNCES = re.compile(
    r"^(?:this|the|our) (?:report|document|paper|memo|presentation|deck|analysis|study|section|page|chapter)s?\b"
    r".{0,60}?\b(?:describes?|presents?|introduces?|explains?|covers?|summari[sz]es?|discusses|shows how|is about|"
    r"aims?|looks? at|gives? an overview|examines?|will)\b"
    r"|^in this (?:report|document|paper|memo|analysis)|^(?:the )?(?:purpose|aim|goal|objective|scope) (?:of|is)\b"
    r"|^(?:here|below|in the following),? (?:is|are|we|you|find)\b|^we (?:will|would like to|are going to)\b"
    r"|^(?:introduction|background|overview|summary|agenda|contents)\b[.:]?"
    r"|^(?:本|该|此|这份|这篇|这次)(?:报告|文档|文|份报告|次汇报|汇报|材料|页|章|节|分析|研究)[^，。]{0,12}?"
    r"(?:介绍|描述|说明|旨在|将|主要|阐述|汇报|分析了|讨论|梳理|总结了|包括|分为)"
    r"|^(?:为了|随着|近年来|近期以来|关于|以下(?:是|为)|下面|首先介绍|背景|前言|引言|概述|目录|目的)",
    re.IGNORECASE,
)
"""A first sentence that says what will be said."""
FIGURE = re.compile(
    r"\d|[一二三四五六七八九十百千万]+(?:个|成|倍|分之|%|％)|\b(?:half|twice|double|a third|a quarter)\b",
    re.IGNORECASE,
)
"""A figure, in digits or in words."""
VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|cannot|could|should|must|will|would|may|might|need|needs"
    r"|fell|rose|grew|lost|lose|loses|cost|costs|cut|leave|leaves|left|wait|waits|stay|stays|come|comes|came|go|goes|went"
    r"|make|makes|made|cause|causes|raise|raises|lower|lowers|keep|keeps|kept|miss|misses|pay|pays|want|wants|fail|fails"
    r"|rise|rises|fall|falls|drive|drives|happen|happens|arrive|arrives|buy|buys|sell|sells|sold|know|knows|knew|take"
    r"|takes|took|get|gets|got|give|gives|gave|told|explain|explains|depend|depends|improve|improves|hire|stop|stops"
    r"|[a-z]{3,}ed)\b|是|有|无|没|应|需|要|会|能|可以|必须|下降|上升|增加|减少|提高|降低|导致|造成|来自|源于|因为|由于|建议"
    r"|延误|超过|低于|高于|占|成为|改为|变|晚|早|滞留|流失|缺|不|未|已|被|让|使|把|将|等待|积压|取消|涨|跌",
    re.IGNORECASE,
)
"""A word that makes a claim of a title: common verbs, English past tenses."""
CLASS = re.compile(
    r"\b(?:reason|cause|step|stage|factor|problem|issue|part|option|risk|way|group|kind|type|area|driver|measure|action|"
    r"effect|benefit|source|need|channel|finding|point|argument|place|phase|team|customer|segment|market|product|"
    r"process|theme|topic|question|complaint|lever|task|change|condition|requirement|criterion|goal|cost)s\b|criteria|"
    r"\b(?:processes|boundaries|opportunities|possibilities|categories|priorities|difficulties)\b|"
    r"\b(?:two|three|four|five|six|seven|several|[2-7])\s+(?:[a-z-]+\s+){0,3}[a-z]+s\b|"
    r"(?:原因|问题|因素|方面|环节|步骤|阶段|部分|方案|风险|措施|对策|类|种|点|理由|结论|建议|渠道|需求|来源|条件|团队|"
    r"客户群|市场|产品|流程|主题|做法|影响|好处|困难|成本|标准|指标|情形|情况)(?:[：:]|$)|"
    r"[两二三四五六七2-7几]\s*(?:大|个|种|类|项|点|条|步|方面|部分|阶段)",
    re.IGNORECASE,
)
"""One noun in the plural (English), a class of things (Chinese)."""
ORDERED = re.compile(
    r"\b(?:(?:largest|biggest|smallest|oldest|most \w+|least \w+|latest) (?:ones? )?first|step by step|"
    r"in (?:the )?order|by (?:size|weight|importance|number|time|date|step|share|frequency)|from \w+ to \w+)\b"
    r"|按.{0,12}(?:排|序|顺序|先后)|先后|依次|由大到小|从大到小|由早到晚|从.{1,12}到",
    re.IGNORECASE,
)
"""Words of a parent that say in which order its points stand."""
NEXT = re.compile(
    r"\s*(?:first|second|third|fourth|then|next|finally|last|afterwards)(?:ly)?\b|\s*(?:首先|其次|再次|然后|接着|最后|"
    r"第[一二三四五六七]|[一二三四五六七]是|[一二三四五六七]、)",
    re.IGNORECASE,
)
"""How a point begins that stands in a sequence."""
QUANTITY = re.compile(
    r"(?<![\w.])[-−+]?\d[\d,.]*\s?(?:%|％|percent|points?|pp\b|个百分点|分(?!析|类|组)|万|亿|元|倍|€|\$|£|EUR|USD|RMB|CNY)|"
    r"(?:[€$£¥￥])\s?\d|(?<![\w.:/-])\d{1,3}(?:,\d{3})+(?![\w:])|\b\d+ (?:of|in|out of) \d+\b",
    re.IGNORECASE,
)
"""A figure that somebody measured: with a unit, a share, a thousand."""
SOURCE = re.compile(
    r"\bn\s?=|\b(?:source|sources|according to|based on|data|survey|sample|measured|counted|orders?|responses?|"
    r"answers?|respondents?|cases|as of|see|table|figure|fig)\b|https?://|\[\d+\]|\[\^|来源|数据|样本|问卷|调查|据|基于|统计|截至|"
    r"份|单|见表|见图|表\s?\d|图\s?\d|系统记录|抽样",
    re.IGNORECASE,
)
"""Where a figure comes from."""
