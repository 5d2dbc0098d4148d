"""A problem with its whole record, and the same problem on its first day."""

from __future__ import annotations

import closeloop as cl

GAP = cl.Gap(
    metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148), unit="percent",
    higher_is_better=False,
)  # fmt: skip
AFTER = cl.Gap(
    metric="late parcels", standard=0.05, actual=0.041, n=5120, as_of="2026-11-30", ci=(0.035, 0.047), unit="percent",
    higher_is_better=False,
)  # fmt: skip


def first_day() -> cl.Problem:
    """Give a problem of which only the gap is known."""
    return cl.Problem(GAP, id="P-017", title="Parcels arrive late", cases=["C-101", "C-107"])


def five_whys() -> cl.FiveWhys:
    """Give two links that were read back, and a rival that is ruled out."""
    whys = cl.FiveWhys(GAP, title="Parcels arrive after the promised day", author="Li Mei")
    packed = whys.ask(whys.top, "Parcels packed late stay in the warehouse overnight", subject="procedure")
    whys.evidence(packed, "query", source="Scans of September", says="nearly all of them stayed")
    signed = whys.ask(packed.cause, "The carrier's contract was renewed without operations", subject="information")
    whys.evidence(signed, "interview", source="Head of operations", says="We read it in July.")
    slow = whys.rival(whys.top, "The packers are slow")
    whys.rule_out(slow.cause, "test", source="Two shifts timed", says="as fast as in June")
    for link in (packed, signed):
        whys.readback(link, by="Chen Yu", holds=True)
    whys.stop(signed.cause, "actionable")
    return whys


def measure(kind: str, what: str, owner: str = "Zhao Ning") -> cl.Countermeasure:
    """Give a countermeasure that moves the late parcels from where they are to where they should be."""
    return cl.Countermeasure(
        cause="The carrier's contract was renewed without operations", what=what, kind=kind, action="process",
        owner=owner, accepted=True, due="2026-11-30", metric="late parcels", baseline=0.138, target=0.05,
        unit="percent",
    )  # fmt: skip


def planned() -> cl.Problem:
    """Give a problem whose cause is verified and about which something is to be done."""
    problem = first_day().add(five_whys())
    problem.concentrate("We promise by the shop's clock and ship by the carrier's.")
    problem.add(measure("containment", "promise the day after for late orders", owner="Wu Fan"))
    problem.add(measure("corrective", "move the last pick-up back"))
    problem.add(measure("preventive", "have operations sign every contract"))
    problem.add(cl.ActionTask(id="T1", what="List all contracts", owner="Zhao Ning", due="2026-10-16"))
    return problem


def solved() -> cl.Problem:
    """Give the problem with its effect measured and its lesson."""
    problem = planned()
    problem.add(
        cl.worksheet("8d").fill(leader="Li Mei", members="Wu Fan, Chen Yu", escape="Nobody held scans to the promise.")
    )
    problem.measure(AFTER, on="2026-12-01", by="Li Mei", customers_satisfied=True)
    problem.add(cl.Lesson(insight="A contract decides what we may promise", action="Operations sign first"))
    return problem
