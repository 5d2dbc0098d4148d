"""A small register with everything a retrospective looks at: answers, cases, a problem, two meetings."""

from __future__ import annotations

import pandas as pd

import closeloop as cl

FEBRUARY, MARCH = "2026-02-02T18:00+08:00", "2026-03-01T18:00+08:00"
SINCE = "2026-02-01T00:00+08:00"
FORMULA = "=HYPERLINK(1,2)"
CUSTOMER = "王小明"


def answers() -> pd.DataFrame:
    """Give 24 answers a month, of which the second month is better."""
    at = [f"2026-0{1 + i // 24}-{1 + i % 24:02d}T10:00:00+08:00" for i in range(48)]
    points = [str((3, 9, 10, 7, 10, 8)[i % 6] + (6 if i >= 24 and i % 6 == 0 else 0)) for i in range(48)]
    columns = {"response_id": [f"r{i}" for i in range(48)], "respondent_id": [f"c{i}" for i in range(48)]}
    return pd.DataFrame(columns | {"answered_at": at, "recommend": points})


def problem(cases: list[str]) -> cl.Problem:
    """Give a problem with a tree, five whys, a countermeasure that is late, and a lesson."""
    gap = cl.Gap(metric="NPS", standard=30, actual=12, n=400, as_of="2026-02-28")
    made = cl.Problem(gap, id="P-1", title="Late parcels", cases=cases)
    tree = cl.IssueTree("Why are parcels late?", split="On which part of the way?")
    packing = tree.add(None, "Packing takes long")
    tree.add(packing, "Too few people")
    whys = cl.FiveWhys(gap)
    whys.ask(whys.top, "Parcels stay overnight")
    what = "Move the pick-up, back; to 18:00"
    measure = cl.Countermeasure(cause="pick-up", what=what, owner="Wu Fan", due="2026-02-20")
    lesson = cl.Lesson(insight="Nobody told packing", action="Tell packing first")
    return made.add(tree).add(whys).add(measure).add(lesson)


def loop() -> cl.Loop:
    """Give the register, in memory; it is 1 March 2026, in the evening."""
    clock = {"now": FEBRUARY}
    made = cl.open_loop(":memory:", actor="li", now=lambda: clock["now"], timezone="Asia/Shanghai")
    sheet = cl.worksheet("retrospective").fill(
        matter="Late parcels", held_on="2026-02-02",
        actions=[
            {"what": "List the hours", "aim": "detect", "owner": "Chen", "due": "2026-02-10"},
            {"what": "Ask the carrier", "aim": "detect", "owner": "Chen", "due": "2026-02-10", "done_on": "2026-02-09"},
        ],
    )  # fmt: skip
    made.save(sheet)
    clock["now"] = MARCH
    made.triage(cl.read_responses(answers(), cl.load_survey("relationship-nps"), timezone="Asia/Shanghai"))
    case = made.case(1)
    made.save(problem([case.case_id]))
    case.assign(owner="li")
    case.add_task(what=f"Ring {CUSTOMER}", owner="chen", due_on="2026-03-05")
    case.promise(what=f"Call {CUSTOMER}", due_at="2026-03-04T10:00+08:00", to=CUSTOMER)
    made.save(
        sheet.copy().fill(
            held_on="2026-03-01",
            observations=[
                {"side": "hindered", "observation": "Packing stops at 15:30", "condition": "Pick-up moved", "votes": 3},
                {"side": "helped", "observation": "Agents called back", "votes": 5},
            ],
            decisions=[{"decision": FORMULA, "decided_by": "Head of operations", "valid_from": "2026-03-15"}],
            actions=[{"what": "Tell packing", "aim": "prevent", "owner": "Wu Fan", "due": "2026-03-20"}],
        )
    )  # fmt: skip
    return made
