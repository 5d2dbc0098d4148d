"""Generate the data of the six worked cases. All of it is invented.

    python sample_data/cases/make.py            writes beside this file
    python sample_data/cases/make.py --to DIR   writes elsewhere

The same seed gives the same bytes; nothing is read but the package's own files. What is true stands in `scenarios`.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace as replaced
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # the draws of the other sample data

import scenarios as s  # noqa: E402
from draws import Draws  # noqa: E402

from closeloop.followup.case.examples import load_example  # noqa: E402
from closeloop.followup.loop.opening import loop_of  # noqa: E402
from closeloop.followup.store.exchange.export_register import export_register  # noqa: E402
from closeloop.followup.store.store import Store  # noqa: E402

Row = dict[str, object]
LANGUAGES = ("en", "zh-CN")
ZONE = ZoneInfo("Asia/Shanghai")
META = {"loop_id": "5c" + "0" * 14, "subject_salt": "0" * 32, "public_key": "09" + "0" * 62}
FIRST_WORDS = {  # the customers whose cases the notebooks follow
    "SH": ("The rice cooker smoked on the second day. I want ten times the price, or I post the video.",
           "电饭煲第二天就冒烟，要求十倍赔偿，不然我就把视频发到网上！"),
    "PR": ("Up by twelve yuan, and nobody says why.", "一下涨了十二块，也没人说为什么。"),
    "RE": ("The high chair gave way with my child in it.", "孩子坐着，餐椅塌了。"),
}  # fmt: skip
"""Prefix of a file → what the customer who answers it last says."""
AGAIN = {"SA": ("SH", 5), "PJ": ("PR", 4), "RS": ("RE", 5)}
"""Prefix of a file → in which file this customer answered before, and the score this time."""


def main(arguments: Sequence[str]) -> None:
    """Write every file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=HERE)
    folder = parser.parse_args(arguments).to
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def files() -> dict[str, bytes]:
    """Make every file in memory."""
    made = {pulse.file: table(pulse_rows(pulse)) for pulse in s.PULSES}
    made |= {name: table(rows) for name, rows in retailer().items()}
    made["recall_chairs.csv"] = table(list(chairs(Draws(s.SEED, 12))))
    made["battery_complaints.csv"] = table(list(complaints(Draws(s.SEED, 13))))
    made |= {name: table(rows) for name, rows in airline(Draws(s.SEED, 14)).items()}
    for tag in LANGUAGES:
        made |= register(tag)
    return made


def table(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV: UTF-8 with a mark, as a spreadsheet wants it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def pulse_rows(pulse: s.Pulse) -> list[Row]:
    """Draw the answers of one file, in the order in which they came."""
    draws = Draws(s.SEED, pulse.stream)
    drawn = [answer(pulse, wave, draws) for wave in pulse.waves for _ in range(wave.n)]
    drawn.sort(key=lambda row: str(row["answered_at"]))
    last = drawn[-1]
    for number, row in enumerate(drawn, start=1):
        row |= {"response_id": f"{pulse.prefix}{number:04}", "respondent_id": customer(pulse.prefix, number)}
    last, group = drawn[-1], dict(pulse.waves[-2].columns)  # of the group that was hit
    if pulse.prefix in FIRST_WORDS:
        last |= group | {pulse.item: 1, "why": FIRST_WORDS[pulse.prefix][last["language"] == "zh-CN"]}
        last |= {"callback": "true"} if "callback" in last else {"reasons": "interests_harmed"}
    if pulse.prefix in AGAIN:
        first, score = AGAIN[pulse.prefix]
        earlier = next(each for each in s.PULSES if each.prefix == first)
        last |= group | {pulse.item: score, "why": ""} | {key: "" for key in ("callback", "reasons") if key in last}
        last["respondent_id"] = customer(first, sum(wave.n for wave in earlier.waves))
    return drawn


def customer(prefix: str, number: int) -> str:
    """Return a customer number that does not give away when somebody answered."""
    return f"{prefix}{7919 * number % 90000 + 10000}"


def answer(pulse: s.Pulse, wave: s.Wave, draws: Draws) -> Row:
    """Draw one answer: satisfied or not, how far, and a word from the unhappy."""
    tag = draws.pick(LANGUAGES)
    at = moment(wave.first, wave.last, draws)
    score = 4 + draws.below(2) if draws.chance(wave.satisfied) else 3 - draws.weighted((0.4, 0.35, 0.25))
    unhappy = score <= 2
    row: Row = {"response_id": "", "respondent_id": "", "answered_at": at, "language": tag}
    row |= {**dict(wave.columns), pulse.item: score}
    why = draws.pick(wave.said)[tag == "zh-CN"] if unhappy and draws.chance(0.7) else ""
    if pulse.item == "rule":
        harmed, after = draws.chance(0.5), dict(wave.columns)["period"] == "after"
        reason = "interests_harmed" if harmed else "intention_not_understood"
        row["reasons"] = reason if unhappy and after else ""
        return row | {"why": why}
    may_call = draws.chance(0.6)
    return row | {"why": why, "callback": str(may_call).lower() if unhappy else ""}


def moment(first: date, last: date, draws: Draws) -> str:
    """Draw a minute of the day between two days, as the platform would write it."""
    day = first + timedelta(days=draws.below((last - first).days + 1))
    return f"{day}T{draws.between(8, 21):02}:{draws.below(60):02}:{draws.below(60):02}"


def retailer() -> dict[str, list[Row]]:
    """Draw customers of two branches who were asked in February and again in May; only one branch gave vouchers."""
    draws = Draws(s.SEED, 11)
    first: list[Row] = []
    second: list[Row] = []
    for branch in ("old town", "harbour"):
        for number in range(1, s.RETAILER_N + 1):
            who = f"{branch[0].upper()}{number:03}"
            before, after = draws.normal(), draws.normal()
            again = s.RETAILER_RETEST * before + (1 - s.RETAILER_RETEST**2) ** 0.5 * after
            score = scale(s.RETAILER_MEAN + s.RETAILER_SD * before)
            voucher = branch == "old town" and score <= 6
            common: Row = {"language": draws.pick(LANGUAGES), "branch": branch, "voucher": str(voucher).lower()}
            said = draws.pick(s.DYE)[common["language"] == "zh-CN"] if score <= 6 else ""
            day = moment(*s.month(2026, 2), draws)
            first.append({"response_id": f"F{who}", "respondent_id": who, "answered_at": day, **common,
                          "touchpoint": "store", "recommend": score, "why": said})  # fmt: skip
            day, answers = moment(*s.month(2026, 5), draws), draws.chance(s.RETAILER_ANSWERS_AGAIN)
            if answers:
                effect = s.VOUCHER_EFFECT * voucher - s.RETAILER_FALL
                score = scale(s.RETAILER_MEAN + s.RETAILER_SD * again + effect)
                second.append({"response_id": f"M{who}", "respondent_id": who, "answered_at": day, **common,
                               "touchpoint": "store", "recommend": score, "why": ""})  # fmt: skip
    return {"retailer_2026-02.csv": first, "retailer_2026-05.csv": second}


def scale(latent: float) -> int:
    """Return a latent score as an answer from 0 to 10."""
    return min(10, max(0, int(latent + 0.5)))


def chairs(draws: Draws) -> Iterator[Row]:
    """Draw the register of the recalled batch, 60 days on: days until out of use, and load tests of those found."""
    lost = set(draws.sample(s.CHAIRS, s.CHAIRS_LOST))
    for number in range(s.CHAIRS):
        found = number not in lost
        days = min(45, 1 + int(draws.lognormal(4.0, 0.9))) if found else 60
        faulty = draws.chance(s.CHAIRS_FAULTY)
        yield {
            "chair": f"B7-{number + 1:03}", "days": days, "out_of_use": str(found).lower(),
            "load_test_before": (1 if faulty else 2) if found else "", "load_test_after": 2 if found else "",
        }  # fmt: skip


def complaints(draws: Draws) -> Iterator[Row]:
    """Draw half a year of complaints: one of each kind a month, and then the week after the new phone was sold."""
    spoken = {
        "usability": s.FLAT,
        "response_speed": (("Nobody answers the phone.", "电话没人接。"),),
        "attitude": (("He hung up.", "客服直接挂断。"),),
    }
    days = [
        (code, date(2025, 10, 8) + timedelta(days=30 * turn + draws.below(20)))
        for turn in range(s.BATTERY_MONTHS)
        for code in spoken
    ]
    days += [("usability", date(2026, 4, 6) + timedelta(days=draws.below(5))) for _ in range(s.BATTERY_CLUSTER)]
    for number, (code, day) in enumerate(sorted(days, key=lambda one: (one[1], one[0])), start=1):
        tag = draws.pick(LANGUAGES)
        yield {
            "key": f"T{number:03}", "received_at": f"{day} {draws.between(8, 20):02}:{draws.below(60):02}",
            "channel": draws.pick(("phone", "email", "chat")), "customer": f"BC{4801 * number % 9000 + 1000}",
            "language": tag, "code": code, "words": draws.pick(spoken[code])[tag == "zh-CN"],
        }  # fmt: skip


def airline(draws: Draws) -> dict[str, list[Row]]:
    """Draw the passengers who complained, their trust before and after, and who flew again within half a year."""
    came: list[Row] = []
    before: list[Row] = []
    after: list[Row] = []
    answers = Draws(s.SEED, 15)
    for number in range(1, s.PASSENGERS + 1):
        who, tag = f"AP{number:03}", draws.pick(LANGUAGES)
        at = datetime(2026, 5, 11, 20, tzinfo=ZONE) + timedelta(minutes=draws.below(150))
        end = draws.weighted((s.CONFIRMS, s.WITHDRAWS, 1 - s.CONFIRMS - s.WITHDRAWS))
        channel = draws.pick(("social", "desk", "email"))
        day = datetime(2026, 5, 13, 9, tzinfo=ZONE) + timedelta(days=min(9, int(answers.lognormal(2.0, 0.9))))
        came.append({"key": who, "received_at": f"{at:%Y-%m-%d %H:%M}", "channel": channel, "customer": who,
                     "language": tag, "words": draws.pick(s.SILENCE)[tag == "zh-CN"],
                     "said_in_the_end": ("settled", "withdrawn", "")[end],
                     "said_at": f"{day:%Y-%m-%d %H:%M}" if end < 2 else ""})  # fmt: skip
        own, first, second = draws.normal(), draws.normal(), draws.normal()
        now = trust(s.TRUST_MEAN + own + 0.7 * first)
        later = trust(s.TRUST_MEAN + own + 0.7 * second + s.TRUST_RISE)
        common: Row = {"respondent_id": who, "language": tag}
        before.append({"response_id": f"B{who}", "answered_at": "2026-05-11T23:30:00", **common, "moment": "before",
                       "trust": now, "resolved": "", "overall": ""})  # fmt: skip
        if draws.chance(s.TRUST_ANSWERS_AGAIN):
            after.append({"response_id": f"A{who}", "answered_at": "2026-07-10T10:00:00", **common, "moment": "after",
                          "trust": later, "resolved": str(end == 0).lower(),
                          "overall": 4 + draws.below(2) if end == 0 else draws.between(2, 4)})  # fmt: skip
    flown: list[Row] = [
        {"passenger": f"{flight[0].upper()}{number:03}", "flight": flight, "flew_again": 2 if draws.chance(true) else 1}
        for flight, true in s.FLEW_AGAIN.items()
        for number in range(1, s.PER_GROUP + 1)
    ]
    return {
        "airline_complaints.csv": came,
        "airline_2026-05.csv": before,
        "airline_2026-07.csv": after,
        "airline_flown_again.csv": flown,
    }


def trust(latent: float) -> int:
    """Return a latent trust as an answer from 1 to 7."""
    return min(7, max(1, int(latent + 0.5)))


def register(tag: str) -> dict[str, bytes]:
    """Return the retailer's own history as a register: the shipped example, three weeks running, unguarded."""
    example = load_example("retailer")
    told = []
    for week in range(3):
        case_id = f"C-RETAILER{week + 1}"
        later = example.model_copy(update={"begins_on": example.begins_on + timedelta(days=7 * week)})
        events = next(iter(later.events(tag).values()))
        for event in events:
            payload = dict(event.payload)
            if "subject_id" in payload:
                payload |= {"subject_id": f"S-RETAILER{week + 1}", "number": week + 1}
            told.append((case_id, replaced(event, case_id=case_id, payload=payload)))
    at = datetime.combine(date(2026, 6, 1), time(9), ZONE)
    with tempfile.TemporaryDirectory() as place:
        store = Store.open(":memory:")
        with store.writing(alone=True) as tx:
            for key, value in META.items():
                tx.put_meta(key, value)
            tx.next_number(3)
            ids = dict.fromkeys(case_id for case_id, _ in told)
            tx.append_many([(one, 0, [event for case_id, event in told if case_id == one]) for one in ids])
        with loop_of(store, now=at) as loop:
            loop.rebuild()
            folder = export_register(store, Path(place, tag), at=at)
        return {f"retailer_{tag}/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


if __name__ == "__main__":
    main(sys.argv[1:])
