"""The case board with 10 000 open cases: until it stands in a page, one step, and what a saved notebook holds."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import pkgutil
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import Figure

from closeloop.followup.event import CaseEvent
from closeloop.followup.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from closeloop.widgets.board.case_board import CaseBoard

CASES = 10_000
NOW = dt.datetime(2026, 10, 13, 1, 40, tzinfo=dt.UTC)

_ROUNDS = 5
_MOVES = 15
_OWNERS = ("Lin Mei", "Zhao Ning", "Chen Yu", "Wu Bin", "Sun Tao")
_CODES = ("response_speed", "attitude", "process", "promise_broken", "defect")
_PATH: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Acknowledged", "acknowledged", {"sent": True, "channel": "email"}),
    ("NatureConfirmed", "confirmed", {"remedy_sought": "refund", "customer_agreed": True}),
    ("AnalysisStarted", "analysing", {}),
    ("Proposed", "proposed", {"option_ids": [6], "cause_level": "root"}),
    ("Agreed", "agreed", {"option": 6, "positions": "refund", "interests": "be on time"}),
    ("ImplementationStarted", "implementing", {}),
    ("Resolved", "resolved", {"note": "refunded"}),
    ("CustomerConfirmed", "satisfied", {"words": {"private": 40}, "channel": "phone"}),
    ("Reviewed", "learning", {}),
)
_ENDS = (("Closed", "closed", {"no_problem": True}), ("Withdrawn", "withdrawn", {"reason": "settled by itself"}))


def open_cases(n: int, seed: int = 1, ended: int = 0) -> Iterator[list[CaseEvent]]:
    """Give the events of one case after the other: `n` that are open, in every stage, then some that have ended."""
    chance = random.Random(seed)
    for number in range(1, n + ended + 1):
        case_id = f"C-{number:08d}"
        at = NOW - dt.timedelta(hours=chance.uniform(0.2, 140))
        said = {
            "kind": "complaint", "channel": chance.choice(("survey", "survey", "phone", "email")), "form": "written",
            "scope": "customer", "number": number, "subject_id": f"S-{chance.randrange(10**8):08d}", "language": "en",
            "received_at": at.isoformat(), "rule_id": "detractor", "survey_id": "relationship-nps",
            "response_id": f"R-{number:08d}", "score": chance.randrange(7), "code": chance.choice(_CODES),
            "severity": chance.choice(("minor", "major", "severe")),
        }  # fmt: skip
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("CaseOpened", "", said),
            ("PolicyApplied", "", {"policy": "default", "version": 1}),
        ]
        if chance.random() < 0.85:
            steps.append(("OwnerChanged", "", {"owner": chance.choice(_OWNERS)}))
            steps += _PATH[: chance.choice((0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9))]
        if number > n:
            steps.append(chance.choice(_ENDS))
        elif chance.random() < 0.1:
            steps.append(("HoldStarted", "", {"on": chance.choice(("customer", "third_party")), "reason": "asked"}))
        events, stage = [], "received"
        for seq, (type_, to, fields) in enumerate(steps, start=1):
            payload = {**fields, "from": stage, "to": to} if to else dict(fields)
            stage = to or stage
            events.append(
                CaseEvent(case_id=case_id, seq=seq, type=type_, at=at, recorded_at=at, actor="Lin Mei", payload=payload)
            )
            at += dt.timedelta(hours=chance.uniform(0.05, 2))
        yield events


def write_register(path: Path, n: int, ended: int = 0) -> None:
    """Write a register with so many open cases."""
    import closeloop as cl

    rest = open_cases(n, ended=ended)
    with Store.open(path) as store:
        while some := list(islice(rest, 1000)):
            with store.writing() as tx:
                tx.append_many((events[0].case_id, 0, events) for events in some)
                tx.next_number(len(some))
    with cl.open_loop(path, actor="Lin Mei", now=NOW, timezone="Asia/Shanghai") as loop:
        loop.rebuild()


def measure() -> list[Figure]:
    import closeloop as cl

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "board.sqlite"
        write_register(path, CASES, ended=2000)
        with cl.open_loop(path, actor="Lin Mei", now=NOW, timezone="Asia/Shanghai") as loop:
            loop.board()  # imports, codebook and policies are read once
            seconds = [_seconds(lambda: loop.board()._repr_mimebundle_()) for _ in range(_ROUNDS)]
            board: CaseBoard = loop.board()
            notebook, state = _saved(path)
            sent = len(json.dumps(board.view))
            looks = [_seconds(partial(board.do, "look")) for _ in range(_ROUNDS)]
            paints = _paints(board)
            moves = _moves(loop, board)
            scripts = _scripts()
            size = scripts["CaseBoard"]
    made, move = statistics.median(seconds), statistics.median(moves)
    paint = statistics.median(paints) if paints else 0.0
    shown = f"{1000 * paint:.0f} ms in the page" if paints else "no Chromium here, so without the page"
    return [
        Figure(
            name="case board with 10 000 open cases: first paint, milliseconds of the processor", target="<= 1500",
            ratio=1000 * (made + paint), detail=f"{1000 * made:.0f} ms in the kernel, {shown}; {sent // 1000} kB",
        ),
        Figure(
            name="case board with 10 000 open cases: one step until the new view, milliseconds of the processor",
            target="<= 150", ratio=1000 * move, detail=f"median of {len(moves)}, slowest {1000 * max(moves):.0f} ms; "
            f"asking what others did {1000 * statistics.median(looks):.1f} ms",
        ),
        Figure(
            name="a saved notebook with a board of 10 000 cases, kB", target="<= 500", ratio=notebook / 1000,
            detail=f"run by nbclient, as a nightly job does; {state / 1000:.0f} kB of it are the state of the widget, "
            "of which the page needs nothing once the kernel is gone",
        ),
        Figure(
            name="script of the case board with its panel, bytes", target="<= 30000", ratio=size,
            detail="base, panel and board; without comments and indentation",
        ),
        Figure(
            name="largest script of a widget, bytes", target="<= 30000", ratio=max(scripts.values()),
            detail=", ".join(f"{name} {n:,}" for name, n in sorted(scripts.items(), key=lambda each: -each[1])),
        ),
    ]  # fmt: skip


_CELL = """import closeloop as cl
loop = cl.open_loop({place!r}, actor="Lin Mei", now={now!r}, timezone="Asia/Shanghai")
loop.board()"""


def _saved(path: Path) -> tuple[int, int]:
    """Return the bytes of a notebook with the board that was run and saved, and those of the widget's state in it."""
    import nbformat
    from nbclient import NotebookClient

    cell = nbformat.v4.new_code_cell(_CELL.format(place=str(path), now=NOW.isoformat()))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=300).execute()
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    return len(nbformat.writes(notebook).encode()), len(json.dumps(state))


def _scripts() -> dict[str, int]:
    """Return kind of widget → bytes of its script."""
    import closeloop.widgets
    from closeloop.widgets.base import Widget

    for module in pkgutil.walk_packages(closeloop.widgets.__path__, "closeloop.widgets."):
        importlib.import_module(module.name)
    found: dict[str, int] = {}
    waiting = [Widget]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found |= {kind.__name__: len(str(kind._esm).encode()) for kind in kinds if "scripts" in kind.__dict__}
    return found


def _moves(loop: Any, board: CaseBoard) -> list[float]:
    """Take a step with some cases; of each the seconds until the view shows it."""
    cases = loop.cases(stage="satisfied", is_open=True)
    seconds = []
    for case_id, version in zip(cases["case_id"][:_MOVES], cases["version"], strict=False):
        step = {"case_id": case_id, "event": "review", "version": int(version)}
        seconds.append(_seconds(partial(board.do, "move", **step)))
    return seconds


def _seconds(call: Any) -> float:
    """Return the seconds of the processor that a call takes; others who work do not count."""
    start = time.process_time()
    call()
    return time.process_time() - start


_PAGE = """async ([esm, css, state]) => {
  document.head.append(Object.assign(document.createElement('style'), {textContent: css}));
  const module = await import(URL.createObjectURL(new Blob([esm], {type: 'text/javascript'})));
  const model = {get: k => state[k], on() {}, off() {}, send() {}};
  const seconds = [];
  for (let turn = 0; turn < 5; turn++) {
    const place = document.body.appendChild(document.createElement('div'));
    const start = performance.now();
    const end = module.default.render({model, el: place});
    place.getBoundingClientRect();
    seconds.push((performance.now() - start) / 1000);
    end();
    place.remove();
  }
  return seconds;
}"""


def _paints(board: CaseBoard) -> list[float]:
    """Return the seconds that a page takes to build and lay out the board; none where there is no Chromium."""
    found = next(
        (each for name in ("chromium", "chromium-browser", "google-chrome") if (each := shutil.which(name))), ""
    )
    if not found:
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--headless", "--no-sandbox"])
        page: Page = browser.new_page(viewport={"width": 1280, "height": 1000})
        state = {name: getattr(board, name) for name in ("view", "labels", "language", "key")}
        seconds: list[float] = page.evaluate(_PAGE, [str(board._esm), str(board._css), state])
        browser.close()
    return seconds
