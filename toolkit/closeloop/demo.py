"""The main job on the invented sample data: two exports in, cases and a report in each language out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from closeloop.errors import CloseloopError
from closeloop.text import LANGUAGES, language, message, set_language

_NOW = "2026-07-01T09:00+08:00"  # the morning after the last of the sample answers
_SINCE = "2026-06-24T00:00+08:00"  # nobody calls customers about last year
_FILES = ("281746093_0_客户关系调查_4008_4008.xlsx", "relationship_qualtrics_2025-07_2026-06.csv")


def sample_folder() -> Path:
    """Return the folder of the sample data: beside ``toolkit/`` in a checkout, below the working directory elsewhere.

    Raises
    ------
    CloseloopError
        If it is in neither place.
    """
    places = (Path(__file__).resolve().parents[2] / "sample_data", Path.cwd() / "sample_data")
    for folder in places:
        if (folder / _FILES[0]).is_file():
            return folder
    raise CloseloopError(message("cli.no_sample", folder=places[0]))


def run_demo(out: Path) -> Iterator[str]:
    """Read the sample exports, score them, open the cases they call for, and write a report in each language.

    Gives lines to print as it goes.

    The last line is the path of the report in the language in use.
    """
    from closeloop.followup.loop.opening import open_loop
    from closeloop.metrics.period import Period
    from closeloop.responses.read import read_responses
    from closeloop.views.report import report

    files = [sample_folder() / name for name in _FILES]
    yield str(message("cli.demo_reading", files=", ".join(f.name for f in files)))
    responses = read_responses(files, "relationship-nps")
    yield str(responses)
    overall = responses.score("nps", breakdowns=["region", "touchpoint"])
    months = responses.score("nps", by=Period("answered_at", "month"))
    others = responses.score(["csat", "ces"], by="touchpoint")
    yield f"\n{overall}\n"
    out.mkdir(parents=True, exist_ok=True)
    with open_loop(out / "loop.sqlite", actor="demo", now=_NOW, timezone="Asia/Shanghai") as loop:
        yield str(message("cli.demo_triage", file=out / "loop.sqlite"))
        triaged = loop.triage(responses, since=_SINCE)
        board = loop.glance()
        intact = loop.verify().sentence
    yield f"{triaged}\n\n{board}\n"
    asked = language()
    written: dict[str, Path] = {}
    for tag in LANGUAGES:
        set_language(tag)
        parts = [
            message("cli.demo_about"),
            f"# {message('cli.demo_segments')}",
            overall,
            f"# {message('cli.demo_months')}",
            months.plot(),
            months,
            f"# {message('cli.demo_measures')}",
            others,
            f"# {message('cli.demo_cases')}",
            triaged,
            board,
            intact,
            f"# {message('cli.demo_import')}",
            responses,
        ]
        written[tag] = (
            report(message("cli.demo_title"), parts, language=tag).to_html(out / f"report.{tag}.html").resolve()
        )
    set_language(asked)
    for tag in sorted(LANGUAGES, key=lambda name: name == asked):
        yield str(message("cli.demo_report", path=written[tag]))
