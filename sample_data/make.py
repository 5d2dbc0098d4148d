"""Generate the sample data of an invented company, and the truth behind it.

    python sample_data/make.py            writes beside this file
    python sample_data/make.py --to DIR   writes elsewhere

The same seed gives the same bytes. Nothing is read: no network, no clock, no other file but the package's own.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import dirt as soil
import follow_up
import instrument
import layouts
import truth
import world
import xlsxwriter
from answers import Answer, Respondents
from draws import Draws
from layouts import Row
from yaml_text import yaml_text

HERE = Path(__file__).resolve().parent
QUALTRICS_FILE = "relationship_qualtrics_2025-07_2026-06.csv"
WJX_SURVEY = "281746093"
QUICKSTART_FILE = "quickstart.csv"
COMMENTS_FILE = "truth_comments.csv"
TRUTH_FILE = "truth.yaml"
SECOND_YEAR = (2025, 7)
PARTIAL_PER_MONTH = {"with_score": 10, "without_score": 5}
PREVIEWS = 25
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def draw_answers() -> tuple[list[Answer], list[Answer], list[Answer]]:
    """Draw everybody: first year, second year, and the panel's answers of both years."""
    people = Respondents(world.SEED)
    panel = people.panel()
    years: tuple[list[Answer], list[Answer]] = ([], [])
    for month, n in zip(world.MONTHS, world.monthly_one_time_answers(), strict=True):
        second = month >= SECOND_YEAR
        years[second].extend(people.one_time(*month, "qualtrics" if second else "wjx") for _ in range(n))
    for answer in panel:
        years[(answer.started.year, answer.started.month) >= SECOND_YEAR].append(answer)
    for month in world.MONTHS[12:]:
        for progress, n in ((50, PARTIAL_PER_MONTH["with_score"]), (25, PARTIAL_PER_MONTH["without_score"])):
            for _ in range(n):
                # A platform records an unfinished answer a week after its start; the week must not leave the month.
                answer = people.one_time(*month, "qualtrics", last_day=21)
                answer.status, answer.progress = "partial", progress
                years[1].append(answer)
    for k in range(PREVIEWS):
        answer = people.one_time(*world.MONTHS[12 + k % 12], "qualtrics")
        answer.status, answer.respondent, answer.recommend = "test", "", 10 * (k % 2)
        answer.comment, answer.callback, answer.pains, answer.other_text = "test", None, (), ""
        years[1].append(answer)
    return *years, panel


def qualtrics_rows(answers: list[Answer], draws: Draws) -> list[Row]:
    """Give the second year's rows in the order in which they were recorded."""
    for answer in answers:
        wait = timedelta(days=7) if answer.status == "partial" else timedelta(seconds=draws.below(3))
        answer.tags["recorded"] = str(answer.ended + wait)
        answer.tags["channel"] = draws.pick(("email", "email", "anonymous", "qr"))
        answer.key = "R_" + "".join(draws.pick(LETTERS) for _ in range(15))
    ordered = sorted(answers, key=lambda answer: (answer.tags["recorded"], answer.key))
    return [layouts.qualtrics_row(answer) for answer in ordered]


def wjx_rows(answers: list[Answer]) -> list[Row]:
    """Give the first year's rows, numbered in the order in which they were handed in."""
    ordered = sorted(answers, key=lambda answer: (answer.ended, answer.respondent))
    for number, answer in enumerate(ordered, start=1):
        answer.key = str(number)
    return [layouts.wjx_row(answer) for answer in ordered]


def quickstart_rows(rows: list[Row], draws: Draws) -> list[Row]:
    """Lay 1 194 of the clean answers out plainly: 1 180 to keep, 14 to spoil."""
    clean = [row.answer for row in rows if not row.marks and row.answer.status == "complete"]
    chosen = sorted((clean[index] for index in draws.sample(len(clean), 1194)), key=lambda answer: answer.ended)
    return [layouts.quickstart_row(answer, f"S{number:05d}") for number, answer in enumerate(chosen, start=1)]


def table(rows: list[Row], columns: list[str], *, by_order: bool = False) -> list[list[str]]:
    return [[(row.order if by_order else row.cells)[column] for column in columns] for row in rows]


def csv_bytes(rows: list[list[str]], encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: list[list[str]]) -> bytes:
    """Write a workbook with one sheet; 序号 is a number, everything else text, as the platform has it."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": instrument.TITLE["zh-CN"], "created": datetime(2025, 7, 1)})  # noqa: DTZ001
        sheet = book.add_worksheet("Sheet1")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if row and column == 0:
                    sheet.write_number(row, column, int(cell))
                else:
                    sheet.write_string(row, column, cell)
    return target.getvalue()


def population_truth(rows: list[Row]) -> dict[str, object]:
    """Give the population behind a file (months weighted as in its scored rows), and what its scored rows say."""
    kept = [row.answer for row in rows if soil.scored(row)]
    counts = Counter((answer.started.year, answer.started.month) for answer in kept)
    months = {month: float(n) for month, n in sorted(counts.items())}
    whole = truth.population(months)

    def counted(answers: list[Answer]) -> dict[str, int]:
        groups = Counter(layouts.group(answer.recommend) for answer in answers)
        shares = {f"{name.lower()}s": groups[name] for name in ("Promoter", "Passive", "Detractor")}
        return {"n": len(answers), **shares}

    placed = [row.answer for row in rows if soil.scored(row) and "region_unknown_option" not in row.marks]
    regions = {name: [a for a in placed if a.region == k] for k, name in enumerate(world.REGIONS)}
    touchpoints = {name: [a for a in kept if a.touchpoint == k] for k, name in enumerate(world.TOUCHPOINTS)}
    return {
        "population": {
            "all": whole.scores() | whole.other_questions(),
            "by_region": {name: truth.population(months, region=k).scores() for k, name in enumerate(world.REGIONS)},
            "by_touchpoint": {
                name: truth.population(months, touchpoint=k).scores() for k, name in enumerate(world.TOUCHPOINTS)
            },
            "theme_rates": whole.themes(),
        },
        "scored_rows": {
            "all": counted(kept),
            "by_region": {name: counted(answers) for name, answers in regions.items()},
            "by_touchpoint": {name: counted(answers) for name, answers in touchpoints.items()},
        },
    }


def months_truth() -> dict[str, object]:
    by_month: list[dict[str, object]] = [
        {"month": "{}-{:02d}".format(*month), "complete_answers": n} | truth.population({month: 1.0}).scores()
        for month, n in zip(world.MONTHS, world.monthly_answers(), strict=True)
    ]

    def nps(**segment: int) -> list[float]:
        return [truth.population({month: 1.0}, **segment).scores()["nps"] for month in world.MONTHS]

    return {
        "all": by_month,
        "nps_by_region": {name: nps(region=k) for k, name in enumerate(world.REGIONS)},
        "nps_by_touchpoint": {name: nps(touchpoint=k) for k, name in enumerate(world.TOUCHPOINTS)},
    }


def themes_truth() -> dict[str, object]:
    rates = {
        stretch: {
            region: {
                how: dict(zip(world.THEMES, (round(x, 5) for x in world.theme_rates(s, r, t)), strict=True))
                for t, how in enumerate(world.TOUCHPOINTS)
            }
            for r, region in enumerate(world.REGIONS)
        }
        for s, stretch in enumerate(world.REGIMES)
    }
    return {
        "what": "probability that a customer has experienced the problem; problems are independent of one another",
        "stretches": {
            "before": "until " + str(world.POLICY_DAY - timedelta(days=1)),
            "policy": "from " + str(world.POLICY_DAY),
            "price": "from " + str(world.PRICE_DAY),
            "eased": "from " + str(world.PRICE_EASES_DAY),
        },
        "experienced": rates,
        "comment_given": world.COMMENT_RATE,
        "mentioned_in_a_comment_if_experienced": world.MENTION_RATE,
        "ticked_if_experienced_and_asked": world.TICK_RATE,
        "ticked_without_experience": world.STRAY_TICK_RATE,
        "praise_in_a_comment": world.PRAISE_RATE,
    }


def generate() -> dict[str, bytes]:
    """Make every file in memory: name to bytes."""
    first, second, panel = draw_answers()
    qualtrics = soil.soil_qualtrics(qualtrics_rows(second, Draws(world.SEED, 11)), Draws(world.SEED, 12))
    wjx = soil.soil_wjx(wjx_rows(first), Draws(world.SEED, 13))
    plain = quickstart_rows(wjx.rows + qualtrics.rows, Draws(world.SEED, 14))
    quick = soil.soil_quickstart(plain, Draws(world.SEED, 15))

    n, title = len(wjx.rows), instrument.TITLE["zh-CN"]
    wjx_text, wjx_order = f"{WJX_SURVEY}_0_{title}_{n}_{n}.xlsx", f"{WJX_SURVEY}_2_{title}_{n}_{n}.csv"
    tags = [tag for tag, _, _ in layouts.qualtrics_columns()]
    text_headers, order_headers = layouts.wjx_headers(by_order=False), layouts.wjx_headers(by_order=True)
    plain_headers = list(layouts.QUICKSTART_COLUMNS)
    comments = [["export", "source_row", "respondent_id", "codes"]]
    for export, found, headers in (("qualtrics", qualtrics, 3), ("wjx", wjx, 1), ("quickstart", quick, 1)):
        for number, row in enumerate(found.rows, start=headers + 1):
            readable = row.answer.comment and not soil.OVERWRITTEN & set(row.marks) and row.answer.status != "test"
            seen = row.answer.progress >= 50 and "duplicate_updated" not in row.marks
            if readable and seen:
                comments.append([export, str(number), row.answer.respondent, ";".join(row.answer.comment_codes)])

    register, followed_up = follow_up.generate()
    known = {
        "invented": "Everything here is invented: the company, the customers, the answers. Generated by make.py.",
        "company": world.COMPANY,
        "survey": instrument.ID,
        "seed": world.SEED,
        "timezone": "Asia/Shanghai (times in the exports are local and carry no offset)",
        "files": {
            QUALTRICS_FILE: {"header_rows": 3, "encoding": "utf-8", "ledger": soil.ledger(qualtrics.rows)},
            wjx_text: {"header_rows": 1, "encoding": "", "ledger": soil.ledger(wjx.rows)},
            wjx_order: {"header_rows": 1, "encoding": "gb18030", "ledger": soil.ledger(wjx.rows)},
            QUICKSTART_FILE: {"header_rows": 1, "encoding": "utf-8-sig", "ledger": soil.ledger(quick.rows)},
        },
        "model": truth.model_truth(),
        "events": truth.events_truth(),
        "months": months_truth(),
        "themes": themes_truth(),
        "panel": {
            "what": "the same people, asked in every wave; nobody was followed up: recovery is regression to the mean",
            "latent_test_retest_correlation": world.LATENT_RETEST,
            "waves": ["{}-{:02d}".format(*month) for month in world.PANEL_WAVES],
            "members_asked": world.PANEL_SIZE,
            "answers_per_wave": world.PANEL_ANSWERS_PER_WAVE,
            "pairs_of_waves": truth.panel_truth(panel),
            "respondents": sorted({answer.respondent for answer in panel}),
        },
        "exports": {
            "qualtrics": population_truth(qualtrics.rows),
            "wjx": population_truth(wjx.rows),
            "quickstart": population_truth(quick.rows),
        },
        "dirt": {
            QUALTRICS_FILE: soil.describe(qualtrics, 3),
            wjx_text: soil.describe(wjx, 1),
            wjx_order: soil.describe(wjx, 1, by_order=True),
            QUICKSTART_FILE: soil.describe(quick, 1),
        },
        "follow_up": followed_up,
    }
    return {
        QUALTRICS_FILE: csv_bytes(layouts.qualtrics_header() + table(qualtrics.rows, tags), "utf-8"),
        wjx_text: xlsx_bytes([text_headers, *table(wjx.rows, text_headers)]),
        wjx_order: csv_bytes([order_headers, *table(wjx.rows, order_headers, by_order=True)], "gb18030"),
        QUICKSTART_FILE: csv_bytes([plain_headers, *table(quick.rows, plain_headers)], "utf-8-sig"),
        COMMENTS_FILE: csv_bytes(comments, "utf-8"),
        TRUTH_FILE: yaml_text(known).encode("utf-8"),
        **register,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=HERE, help="the folder to write into (default: beside this script)")
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in generate().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        print(f"{len(content):>9,} bytes  {name}")


if __name__ == "__main__":
    main()
