"""Phrase banks of the invented customers' comments, in English and in Chinese.

Every sentence was written for this project. `{days}`, `{n}`, `{thing}`, `{month}` and `{fee}` are filled at random.
"""

from __future__ import annotations

from draws import Draws

THINGS = {
    "en": ("washing machine", "fridge", "dryer", "air purifier", "dishwasher", "water heater", "oven", "heat pump"),
    "zh-CN": ("洗衣机", "冰箱", "烘干机", "空气净化器", "洗碗机", "热水器", "烤箱", "空调"),
}
MONTHS = {
    "en": ("January", "March", "April", "June", "September", "October", "December"),
    "zh-CN": ("一月", "三月", "四月", "六月", "九月", "十月", "十二月"),
}

ABOUT: dict[str, dict[str, tuple[str, ...]]] = {
    "price": {
        "en": (
            "The monthly plan has become too expensive",
            "I pay {fee} yuan a month and get less than before",
            "Another increase of {fee} yuan and nobody explained it",
            "For this money I could buy my own {thing}",
            "Your competitors rent the same {thing} for less",
            "Prices go up faster than my salary",
            "The call-out charge is out of proportion",
            "New customers get a discount, loyal ones get the higher price",
            "It is good, but not {fee} yuan good",
            "The cost of the {thing} plan no longer adds up for us",
        ),
        "zh-CN": (
            "月租越来越贵了",
            "一个月{fee}块，服务反而比以前少",
            "又涨了{fee}元，也没人解释为什么",
            "这个价钱我自己都能买一台{thing}了",
            "同样的{thing}别家租金便宜不少",
            "涨价太快，有点负担不起",
            "上门费收得不合理",
            "新用户有优惠，老用户反而更贵",
            "性价比不如去年",
            "{thing}套餐的价格已经不划算了",
        ),
    },
    "delivery": {
        "en": (
            "The {thing} arrived {days} days late",
            "I took a day off and the delivery van never came",
            "Delivery slot changed {n} times without asking me",
            "The {thing} was left downstairs and I had to carry it up",
            "No one called before delivery",
            "Waited {days} days for a replacement {thing}",
            "The driver could not find our building and went away",
            "The box was crushed when it got here",
            "Tracking said delivered, but nothing had come",
            "Installation and delivery came on different days, so the {thing} sat in the hall",
        ),
        "zh-CN": (
            "{thing}晚到了{days}天",
            "请了一天假在家等，送货的根本没来",
            "送货时间改了{n}次，一次都没问过我",
            "{thing}直接放在楼下，还得自己搬上来",
            "送货前没有打电话",
            "换一台{thing}等了{days}天",
            "配送员找不到楼就走了，让我重新预约",
            "收到的时候箱子都压扁了",
            "物流显示已签收，其实根本没到",
            "送货和安装不在同一天，{thing}在走廊放了好几天",
        ),
    },
    "quality": {
        "en": (
            "The {thing} broke down after {days} days",
            "It has been repaired {n} times and still makes a noise",
            "They sent a used {thing} with scratches",
            "The {thing} leaks again",
            "The replacement part failed within {n} weeks",
            "The {thing} is louder than my old one",
            "Poor build, the door of the {thing} does not close",
            "It works one day and stops the next",
            "The filter they fitted did not even fit",
        ),
        "zh-CN": (
            "{thing}用了{days}天就坏了",
            "修了{n}次还是有异响",
            "送来的{thing}明显是旧的，有划痕",
            "{thing}又漏水了",
            "换的配件不到{n}周又坏",
            "{thing}噪音比我以前那台还大",
            "做工很差，{thing}的门都关不严",
            "时好时坏，用着不放心",
            "换的滤芯尺寸都不对",
        ),
    },
    "service": {
        "en": (
            "The agent was rude and hung up",
            "I was passed around between {n} people",
            "Refund refused, and nobody would say which rule",
            "I had to tell the same story {n} times",
            "They promised to call back and never did",
            "The staff did not seem to care",
            "Waited {days} minutes just to be told to try again later",
            "The technician blamed me for the fault",
            "The refund window is so short that it is useless",
            "Nobody takes responsibility",
        ),
        "zh-CN": (
            "客服态度很差，话没说完就挂了",
            "被转接了{n}次，没一个能解决",
            "退款被拒，问是哪条规定也说不清",
            "同一件事要说{n}遍",
            "说好回电，一直没等到",
            "工作人员爱理不理的",
            "等了{days}分钟，最后让我改天再打",
            "师傅上门先怪我使用不当",
            "退款期限改得那么短，等于没有",
            "互相推诿，没人负责",
        ),
    },
    "app": {
        "en": (
            "The app crashes when I book a repair",
            "I cannot find the contract in the app",
            "The app logs me out every time",
            "Booking takes {n} screens, why",
            "The new version of the app is slow",
            "Push messages all day, but not when the technician is coming",
            "The app would not accept my payment",
            "The search in the app finds nothing",
        ),
        "zh-CN": (
            "手机应用一预约维修就闪退",
            "在手机应用里找不到合同",
            "每次打开都要重新登录，太麻烦",
            "预约要点{n}个页面，太复杂",
            "新版应用特别卡",
            "天天推送广告，师傅几点来却不通知",
            "应用里付款一直失败",
            "应用的搜索什么都搜不到",
        ),
    },
    "billing": {
        "en": (
            "I was charged twice in {month}",
            "The bill has a fee that nobody can explain",
            "The invoice has been wrong {n} months in a row",
            "My refund is not on the bill after {days} days",
            "They kept charging after I had returned the {thing}",
            "The deposit of {fee} yuan is still not back",
            "I cannot tell from the bill what I am paying for",
        ),
        "zh-CN": (
            "{month}重复扣费了",
            "账单里有一项费用谁也说不清",
            "发票连续{n}个月开错",
            "退款过了{days}天账单上还没有",
            "{thing}都退了还在扣钱",
            "{fee}元押金到现在没退",
            "账单看不懂，不知道钱花在哪里",
        ),
    },
    "praise": {
        "en": (
            "The technician who came for the {thing} was on time and tidy",
            "Everything was solved in one call",
            "The {thing} has run without a fault for {n} years",
            "Friendly people in the store",
            "They swapped the {thing} the next day, no questions asked",
            "Clear advice and no pressure to buy",
            "Best service I have had for years",
            "Easy from the first call to the installation",
            "The reminder before the filter change is a nice touch",
            "I have already told my neighbours about you",
            "The new {thing} was up and running within {n} hours",
            "Someone even called after {days} days to ask whether the {thing} was all right",
            "I like that I can return the {thing} whenever I want",
            "They explained the {thing} patiently, {n} times if need be",
            "The {thing} saves us {n} hours a week",
            "Got an honest answer within {days} minutes",
        ),
        "zh-CN": (
            "修{thing}的师傅准时，走的时候还把地擦干净了",
            "一个电话就解决了",
            "{thing}用了{n}年没出过毛病",
            "门店的人很热情",
            "第二天就给换了新的{thing}，很爽快",
            "讲得清楚，也不强推",
            "这几年遇到的最好的服务",
            "从咨询到安装都很省心",
            "到期会提醒换滤芯，很贴心",
            "已经推荐给邻居了",
            "新{thing}不到{n}个小时就装好能用了",
            "过了{days}天还专门打电话问{thing}好不好用",
            "{thing}想退就退，没有套路",
            "讲解{thing}很耐心，问了{n}遍也不烦",
            "有了{thing}每周省下{n}个小时",
            "等了{days}分钟就有准确答复",
        ),
    },
    "vague_good": {
        "en": ("All fine", "No complaints", "Does what it should", "Happy so far", "Nothing to add"),
        "zh-CN": ("挺好的", "没什么意见", "一切正常", "目前满意", "还可以"),
    },
    "vague_middling": {
        "en": ("It is okay", "Average", "Some things good, some not", "Neither good nor bad", "Room for improvement"),
        "zh-CN": ("一般般", "还行吧", "有好有坏", "说不上好也说不上坏", "还有提升空间"),
    },
    "vague_bad": {
        "en": ("Not what I expected", "Disappointed", "I would not choose you again", "Too many small problems"),
        "zh-CN": ("和预期差距大", "比较失望", "下次不会再选了", "小问题太多"),
    },
}

OPENERS = {
    "en": ("To be honest, ", "Honestly, ", "I have to say: ", "In our case, ", "For the record: "),
    "zh-CN": ("说实话，", "老实讲，", "不得不说，", "我们家的情况是，", "实话实说，"),
}
CLOSERS = {
    "bad": {
        "en": ("Please fix this", "I am thinking of leaving", "I want someone to call me", "This has to get better"),
        "zh-CN": ("希望尽快改进", "考虑退租了", "希望有人联系我", "真的要改一改了"),
    },
    "good": {
        "en": ("Keep it up", "Thank you", "Will stay with you", "Well done"),
        "zh-CN": ("继续保持", "谢谢", "会一直用下去", "点个赞"),
    },
}
BUT = {"en": "Still, ", "zh-CN": "不过"}
OTHER_PAINS = {
    "en": ("parking at the store", "opening hours", "packaging waste", "no branch nearby", "nothing", "contract terms"),
    "zh-CN": ("门店停车不便", "营业时间短", "包装浪费", "附近没有网点", "没什么特别的", "合同条款"),
}


def _fill(sentence: str, language: str, draws: Draws) -> str:
    return sentence.format(
        days=draws.between(3, 25),
        n=draws.between(2, 5),
        thing=draws.pick(THINGS[language]),
        month=draws.pick(MONTHS[language]),
        fee=10 * draws.between(2, 30),
    )


def _lower_first(text: str) -> str:
    return text if text[:2] in {"I ", "I'"} else text[:1].lower() + text[1:]


def comment(codes: tuple[str, ...], score: int, language: str, draws: Draws) -> str:
    """Write a comment that mentions exactly the given themes, or a vague one for none."""
    english = language == "en"
    if not codes:
        mood = "vague_bad" if score <= 6 else "vague_middling" if score <= 8 else "vague_good"
        codes = (mood,)
    sentences = [_fill(draws.pick(ABOUT[code][language]), language, draws) for code in codes]
    if len(sentences) > 1 and codes[0] == "praise":
        sentences[1] = BUT[language] + (_lower_first(sentences[1]) if english else sentences[1])
    if draws.chance(0.2) and not codes[0].startswith("vague"):
        sentences[0] = draws.pick(OPENERS[language]) + (_lower_first(sentences[0]) if english else sentences[0])
    if draws.chance(0.25):
        happy = codes in {("praise",), ("vague_good",)} and score >= 9
        sentences.append(draws.pick(CLOSERS["good" if happy else "bad"][language]) if happy or score <= 6 else "")
    kept = [sentence for sentence in sentences if sentence]
    if english:
        text = draws.pick((". ", ". ", "; ")).join(kept) if len(kept) > 1 else kept[0]
        text = text.lower() if draws.chance(0.08) else text
        return text if draws.chance(0.3) else text + "."
    text = draws.pick(("，", "。", "；")).join(kept)
    return text if draws.chance(0.4) else text + draws.pick(("。", "。", "！"))
