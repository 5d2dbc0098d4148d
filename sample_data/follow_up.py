"""Half a year of following up, invented: the hotline's register, as the loop would export it.

A register of its own: its customers are not those of the other files. Words were never written, only how long they
were, so there is no key that could open anything. The steps are those of the ticket system from which the invented team
moved to the loop; it knew fewer than the loop does, and nothing guarded them.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import world
from draws import Draws

import closeloop as cl
from closeloop.followup.event import CaseEvent
from closeloop.followup.loop.opening import loop_of
from closeloop.followup.measure.waiting_list import NOW, WAIT
from closeloop.followup.store.exchange.export_register import export_register
from closeloop.followup.store.store import Store
from closeloop.followup.triage.changes import CaseToOpen
from closeloop.followup.triage.keys import subject_id
from closeloop.followup.triage.plan import TriagePlan, plan

FOLDER = "loop"
SURVEY = "relationship-nps"
SALT = "0" * 32
META = {"loop_id": "5a" + "0" * 14, "subject_salt": SALT, "public_key": "09" + "0" * 62}
ZONE = ZoneInfo("Asia/Shanghai")
BEGINS, LOT_BEGINS, ENDS = date(2026, 1, 5), date(2026, 4, 6), date(2026, 7, 1)
TODAY = datetime.combine(ENDS, time(9), ZONE)

BEFORE, BY_LOT = "before the lot", "by lot"
CUSTOMERS = {BEFORE: 125, BY_LOT: 240}
LATENT_MEAN, LATENT_SD, LATENT_RETEST = 6.4, 2.3, world.LATENT_RETEST
ANSWERS_AGAIN = {"detractor": 0.72, "others": 0.36}
ASKED_AGAIN_AFTER_DAYS = (8.0, 10.8)
EFFECT = {BEFORE: 0.0, BY_LOT: 2.0}

CONTACTED_WITHIN_24H, NEVER_CONTACTED = 0.62, 0.05
TURN_COMES_AFTER_DAYS = (11, 13)
STUCK, UNCONFIRMED, DENIED, REOPENED = 0.09, 0.34, 0.08, 0.06
ON_HOLD, PROMISED, BROKEN = 0.10, 0.14, 0.12
REJECTED, WITHDRAWN, UNREACHED, LEARNT = 0.03, 0.03, 0.12, 0.04

CODES = ("process", "response_speed", "attitude", "promise_broken", "defect")
FORM = "process"
FORM_SHARE = {"before": 0.42, "after": 0.16}
FORM_CHANGED_ON = date(2026, 4, 13)
OTHERS = (0.36, 0.26, 0.20, 0.18)
AGENTS = ("chen", "wu", "zhao", "sun")
AGAIN = "-2"
LESSONS = {
    "en": ("A refund needs a form that the branch signs", "Asked first what the money was for", "Nine days of waiting"),
    "zh-CN": ("退款须由门店签字的申请单", "先问清这笔钱要用在哪里", "客户多等了九天"),
}


Given = tuple[str, datetime, str, int, str]
"""An answer: its id, when, whose, the score, the language."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who was asked, and perhaps asked again."""

    name: str
    answered: datetime
    latent: float
    language: str
    half: str

    @property
    def score(self) -> int:
        """What the customer answered, 0 to 10."""
        return scale(self.latent)


@dataclass(slots=True)
class History:
    """The events of one case as they come about."""

    case_id: str
    stage: str = "received"
    events: list[CaseEvent] = field(default_factory=list)
    over: bool = False

    def add(self, type_: str, at: datetime, actor: str, command: str = "", **payload: Any) -> int:
        """Add an event, if it does not lie in the future; return its number (0: it has not happened yet)."""
        self.over = self.over or at > TODAY
        if self.over:
            return 0
        if command:
            payload = {"from": self.stage, "to": TARGETS[command], **payload}
            self.stage = TARGETS[command]
        moment = max(at.astimezone(UTC), self.events[-1].at) if self.events else at.astimezone(UTC)
        self.events.append(
            CaseEvent(
                case_id=self.case_id, seq=len(self.events) + 1, type=type_, at=moment, recorded_at=moment, actor=actor,
                zone="Asia/Shanghai", payload=payload,
            )
        )  # fmt: skip
        return len(self.events)


# Where a step led in the old system, which had none of the stages between.
TARGETS = {
    "confirm_nature": "confirmed", "agree": "agreed", "resolve": "resolved", "customer_confirms": "satisfied",
    "customer_denies": "analysing", "close": "closed", "no_answer_timeout": "closed_unconfirmed",
    "withdraw": "withdrawn", "reject": "rejected", "reopen": "received", "acknowledge": "acknowledged",
}  # fmt: skip


def scale(latent: float) -> int:
    return min(max(int(latent + 0.5) if latent >= 0 else 0, 0), 10)


def customers(draws: Draws) -> list[Customer]:
    """Draw who was asked, between nine in the morning and seven in the evening."""
    found = []
    for half, first, last in ((BEFORE, BEGINS, LOT_BEGINS), (BY_LOT, LOT_BEGINS, ENDS)):
        for _ in range(CUSTOMERS[half]):
            day = first + timedelta(days=draws.below((last - first).days))
            at = datetime.combine(day, time(9), ZONE) + timedelta(seconds=draws.below(10 * 3600))
            latent = LATENT_MEAN + LATENT_SD * draws.normal()
            language = "zh-CN" if draws.chance(0.5) else "en"
            found.append(Customer(f"H{len(found) + 1:04d}", at, latent, language, half))
    return found


def at_work(day: date, draws: Draws) -> datetime:
    """Draw a time of a working day's office hours; a weekend's falls on the Monday."""
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(9), ZONE) + timedelta(minutes=draws.below(510))


def first_call(customer: Customer, draws: Draws) -> datetime | None:
    """Draw when a person first spoke to the customer, if nobody was made to wait."""
    if draws.chance(NEVER_CONTACTED):
        return None
    at = customer.answered
    if draws.chance(CONTACTED_WITHIN_24H):
        soon = at + timedelta(minutes=20 + draws.below(200))
        if soon.hour < 19:
            return soon
        open_at = datetime.combine(at.date() + timedelta(days=1), time(9), ZONE)
        return open_at + timedelta(minutes=draws.below(max(int((at - open_at).total_seconds() // 60) + 1440 - 20, 1)))
    return at_work(at.date() + timedelta(days=2 + draws.below(4)), draws)


def lots(cases: Mapping[str, Customer], coin: Draws) -> dict[str, str]:
    """Toss a coin for each case: called at once, or eleven days later."""
    ordered = sorted(cases.items(), key=lambda pair: pair[1].name)
    return {case_id: WAIT if coin.chance(0.5) else NOW for case_id, who in ordered if who.half == BY_LOT}


def answers_table(answers: list[Given]) -> pd.DataFrame:
    columns = ["response_id", "answered_at", "respondent_id", "recommend", "language"]
    table = pd.DataFrame(answers, columns=columns).sort_values(["answered_at", "response_id"])
    table["answered_at"] = [at.astimezone(UTC).isoformat() for at in table["answered_at"]]
    return table.astype({"recommend": str}).assign(touchpoint="hotline", callback="true")


def history(
    opening: CaseToOpen,
    number: int,
    customer: Customer,
    call: datetime | None,
    drawn: Mapping[str, str],
    draws: Draws,
) -> History:
    """Draw what happened to one case."""
    case = History(opening.case_id)
    said = {**opening.fields, "number": number, "received_at": utc(opening.at)}
    said["contact"] = {"private": len(said["contact"])}
    case.add("CaseOpened", opening.at, "triage", words={"private": draws.between(20, 180)}, **said)
    case.add("PolicyApplied", opening.at, "triage", policy="default", version=1)
    case.add("Acknowledged", opening.at + timedelta(minutes=5), "triage", "acknowledge", sent=True, channel="phone")
    if opening.case_id in drawn:
        case.add("LotDrawn", opening.at + timedelta(minutes=5), "triage", arm=drawn[opening.case_id])
    if call is None:
        return case
    owner = AGENTS[number % len(AGENTS)]
    case.add("OwnerChanged", call - timedelta(minutes=12), owner, owner=owner)
    if draws.chance(UNREACHED):
        case.add("ContactAttempted", call - timedelta(minutes=10), owner, direction="outbound", channel="phone",
                 reached=False, human=True)  # fmt: skip
    case.add("ContactAttempted", call, owner, direction="outbound", channel="phone", reached=True, human=True,
             words={"private": draws.between(30, 240)})  # fmt: skip
    if draws.chance(WITHDRAWN):
        case.add("Withdrawn", call + timedelta(minutes=6), owner, "withdraw", words={"private": 24})
        return case
    after = call.date() >= FORM_CHANGED_ON
    is_form = draws.chance(FORM_SHARE["after" if after else "before"])
    code = FORM if is_form else CODES[1 + draws.weighted(OTHERS)]
    case.add("NatureConfirmed", call + timedelta(minutes=9), owner, "confirm_nature", code=code)
    if draws.chance(REJECTED):
        case.add("Rejected", call + timedelta(days=2), owner, "reject", reason_code="no_grounds", second_person="lin")
        return case
    if draws.chance(STUCK):
        return case
    handled(case, customer, call, owner, draws)
    return case


def handled(case: History, customer: Customer, call: datetime, owner: str, draws: Draws) -> None:
    """Add what leads from the first call to the end, and for a few back again."""
    agreed = at_work(call.date() + timedelta(days=1 + draws.below(4)), draws)
    promise = 0
    if draws.chance(PROMISED):
        said = {"what": "call back · 回电", "due_at": utc(agreed), "to": "customer"}
        promise = case.add("PromiseMade", call + timedelta(minutes=9), owner, **said)
    if draws.chance(ON_HOLD):
        case.add("HoldStarted", call + timedelta(hours=1), owner, on="customer", reason="receipt · 等客户提供收据")
        case.add("HoldEnded", agreed - timedelta(hours=1), owner)
    if promise and draws.chance(BROKEN):
        case.add("PromiseBroken", agreed + timedelta(minutes=1), owner, promise=promise, reason="illness · 员工病假")
    elif promise:
        case.add("PromiseKept", agreed - timedelta(minutes=30), owner, promise=promise)
    case.add("Agreed", agreed + timedelta(minutes=5), owner, "agree")
    done = at_work(agreed.date() + timedelta(days=1 + int(draws.lognormal(2.5, 0.6))), draws)
    case.add("Resolved", done, owner, "resolve")
    if draws.chance(DENIED):
        case.add("CustomerDenied", done + timedelta(days=1), owner, "customer_denies", objection={"private": 40})
        done = at_work(done.date() + timedelta(days=4 + draws.below(4)), draws)
        case.add("Resolved", done, owner, "resolve")
    if draws.chance(UNCONFIRMED):
        case.add("NoAnswerTimeout", done + timedelta(days=7), "triage", "no_answer_timeout")
        return
    ended = settled(case, customer, done, owner, draws)
    if draws.chance(REOPENED):
        again = at_work(ended.date() + timedelta(days=4 + draws.below(14)), draws)
        case.add("Reopened", again, owner, "reopen", reason="refund not booked · 退款没有到账")
        case.add("ContactAttempted", again + timedelta(minutes=20), owner, direction="outbound", channel="phone",
                 reached=True, human=True)  # fmt: skip
        done = at_work(again.date() + timedelta(days=2 + draws.below(4)), draws)
        case.add("Resolved", done, owner, "resolve")
        settled(case, customer, done, owner, draws)


def settled(case: History, customer: Customer, done: datetime, owner: str, draws: Draws) -> datetime:
    """Add the customer's own confirmation and the end; return when it ended."""
    heard = at_work(done.date() + timedelta(days=1 + draws.below(4)), draws)
    case.add("CustomerConfirmed", heard, owner, "customer_confirms", words={"private": draws.between(8, 90)},
             channel="phone")  # fmt: skip
    lesson = 0
    if draws.chance(LEARNT):
        root, gains, losses = LESSONS[customer.language]
        lesson = case.add("LessonRecorded", heard + timedelta(minutes=20), owner, root=root, gains=gains, losses=losses,
                          trigger=root, tags=["refund"])  # fmt: skip
    ended = heard + timedelta(minutes=30)
    case.add("Closed", ended, owner, "close", **({"lesson": lesson} if lesson else {}))
    return ended


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def generate() -> tuple[dict[str, bytes], dict[str, object]]:
    """Make the register in memory: the files of its export, and the truth behind it."""
    draws, calls, steps, others, again, coin = (Draws(world.SEED, stream) for stream in range(21, 27))
    everybody = customers(draws)
    survey = cl.load_survey(SURVEY)
    answers = [(c.name, c.answered, c.name, c.score, c.language) for c in everybody]
    # Who was content the first time is left alone, so that these answers hang on no lot; some of them open a case.
    answers += [row for c in everybody if c.score > 6 for row in asked_again(c, None, others)]
    asked = {name: at for name, at, _, _, _ in answers}
    by_name = {customer.name: customer for customer in everybody}
    whose = {}
    for opening in _plan(survey, answers).opens:
        name = opening.fields["response_id"]
        half = BEFORE if asked[name].date() < LOT_BEGINS else BY_LOT
        first = by_name[name.removesuffix(AGAIN)]
        whose[opening.case_id] = replace(first, name=name, answered=asked[name], half=half)
    drawn = lots(whose, coin)
    called = {}
    for case_id, customer in sorted(whose.items(), key=lambda pair: pair[1].name):
        call = first_call(customer, calls)
        if drawn.get(case_id) == WAIT:
            low, high = TURN_COMES_AFTER_DAYS
            call = at_work(customer.answered.date() + timedelta(days=calls.between(low, high)), calls)
        called[customer.name] = call
    answers += [row for c in everybody if c.score <= 6 for row in asked_again(c, called[c.name], again)]
    planned = _plan(survey, answers)
    histories = [
        history(opening, number, whose[opening.case_id], called[whose[opening.case_id].name], drawn, steps)
        for number, opening in enumerate(planned.opens, start=1)
    ]
    return export(planned, histories), known(planned, histories, drawn)


def asked_again(customer: Customer, call: datetime | None, draws: Draws) -> Iterator[Given]:
    """Draw what the customer answers when asked again, if there is an answer."""
    low, high = ASKED_AGAIN_AFTER_DAYS
    at = customer.answered + timedelta(days=low + (high - low) * draws.uniform())
    answers = draws.chance(ANSWERS_AGAIN["detractor" if customer.score <= 6 else "others"])
    noise, helped = draws.normal(), call is not None and call < at
    if not answers or at > TODAY:
        return
    own = LATENT_RETEST * (customer.latent - LATENT_MEAN) + LATENT_SD * (1 - LATENT_RETEST**2) ** 0.5 * noise
    effect = EFFECT[customer.half] if helped else 0.0
    yield f"{customer.name}{AGAIN}", at, customer.name, scale(LATENT_MEAN + own + effect), customer.language


def _plan(survey: cl.Survey, answers: list[Given]) -> TriagePlan:
    responses = cl.read_responses(answers_table(answers), survey)
    return plan(
        responses.accepted, survey, now=TODAY.astimezone(UTC), ledger=responses.ledger,
        subject_of=partial(subject_id, salt=SALT),
    )  # fmt: skip


def export(planned: TriagePlan, histories: list[History]) -> dict[str, bytes]:
    """Write everything into a register in memory, and that into files."""
    with tempfile.TemporaryDirectory() as place:
        store = Store.open(":memory:")
        with store.writing(alone=True) as tx:
            for key, value in META.items():
                tx.put_meta(key, value)
            tx.next_number(len(histories))
            tx.append_many([(case.case_id, 0, case.events) for case in histories])
            tx.put_responses([row.to_response() for row in planned.rows])
            fired = [row.to_alert(row.answered_at or TODAY) for row in planned.rows]
            tx.put_alerts([alert for alert in fired if alert is not None])
        with loop_of(store, now=TODAY) as loop:
            loop.rebuild()
            folder = export_register(store, Path(place, FOLDER), at=TODAY.astimezone(UTC))
        return {f"{FOLDER}/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


def known(planned: TriagePlan, histories: list[History], drawn: Mapping[str, str]) -> dict[str, object]:
    """Give the numbers behind the register, and what came of them in it."""
    types = Counter(event.type for case in histories for event in case.events)
    reached = {case.case_id: _waited(case) for case in histories}
    at_once = [hours for case_id, hours in reached.items() if drawn.get(case_id) != WAIT]
    outcomes = Counter(row.outcome for row in planned.rows if row.qualifies)
    return {
        "what": "the hotline's register of half a year; its customers are not those of the other files",
        "period": f"{BEGINS} to {ENDS - timedelta(days=1)}",
        "effect_in_points": {f"before {LOT_BEGINS}": EFFECT[BEFORE], f"from {LOT_BEGINS} on": EFFECT[BY_LOT]},
        "latent_score": {"mean": LATENT_MEAN, "sd": LATENT_SD, "test_retest_correlation": LATENT_RETEST},
        "answers_when_asked_again": ANSWERS_AGAIN,
        "asked_again_after_days": list(ASKED_AGAIN_AFTER_DAYS),
        "called_within_24_hours_unless_drawn_to_wait": CONTACTED_WITHIN_24H,
        "never_called": NEVER_CONTACTED,
        "waiting_list": {
            "from": LOT_BEGINS.isoformat(),
            "how": "a coin is tossed for each case when it is opened",
            "turn_comes_after_days": list(TURN_COMES_AFTER_DAYS),
        },
        "cumbersome_process": {
            "code": FORM, "changed_on": FORM_CHANGED_ON.isoformat(), "share_of_cases_called": FORM_SHARE,
        },
        "register": {
            "responses": len(planned.rows),
            "qualify": sum(outcomes.values()),
            "cases": len(histories),
            "suppressed": outcomes["suppressed"],
            "drawn": {arm: list(drawn.values()).count(arm) for arm in (NOW, WAIT)},
            "not_drawn_to_wait": len(at_once),
            "of_these_called_within_24_hours": sum(hours <= 24 for hours in at_once),
            "events": dict(sorted(types.items())),
        },
    }  # fmt: skip


def _waited(case: History) -> float:
    """Return the hours until a person spoke to the customer."""
    calls = [event.at for event in case.events if event.type == "ContactAttempted" and event.payload["reached"]]
    return (calls[0] - case.events[0].at).total_seconds() / 3600 if calls else math.inf
