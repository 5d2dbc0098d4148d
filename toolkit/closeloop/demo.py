"""The invented sample data, and the main job on it: two exports in, cases and a report in each language out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from closeloop.errors import CloseloopError
from closeloop.text import LANGUAGES, language, message, set_language

_NOW = "2026-07-01T09:00+08:00"  # the morning after the last of the sample answers
_SINCE = "2026-06-24T00:00+08:00"  # nobody calls customers about last year
_FILES = ("281746093_0_客户关系调查_4008_4008.xlsx", "relationship_qualtrics_2025-07_2026-06.csv")


def sample_data(name: str) -> Path:
    """Return the path of a part of the invented sample data.

    A wheel holds what the notebooks of ``closeloop new`` open: ``quickstart.csv`` and ``loop``. A checkout has all of
    it in ``sample_data``; elsewhere a folder of that name below the working directory is looked into as well.

    Parameters
    ----------
    name : str
        Of a file or folder: ``"quickstart.csv"``, ``"loop"``.

    Returns
    -------
    Path

    Raises
    ------
    CloseloopError
        If it is in none of these places.

    Examples
    --------
    >>> sample_data("quickstart.csv").name
    'quickstart.csv'
    """
    home = Path(__file__).resolve().parent
    places = (home / "_sample_data", home.parents[1] / "sample_data", Path.cwd() / "sample_data")
    for folder in places:
        if (folder / name).exists():
            return folder / name
    raise CloseloopError(message("cli.no_sample", name=name, folder=places[1]))


def run_demo(out: Path) -> Iterator[str]:
    """Read the sample exports, score them, open the cases they call for, and write a report in each language.

    Gives lines to print as it goes.

    The last line is the path of the report in the language in use.
    """
    from closeloop.followup.loop.opening import open_loop
    from closeloop.metrics.period import Period
    from closeloop.reports.report import report
    from closeloop.responses.read import read_responses

    files = [sample_data(name) for name in _FILES]
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
