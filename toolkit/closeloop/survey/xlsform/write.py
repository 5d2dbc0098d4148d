"""A survey as an XLSForm workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.survey.findings import definition_error
from closeloop.survey.located import located
from closeloop.survey.whole_file import whole_workbook
from closeloop.survey.xlsform.sheet import Row, Sheets

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_ORDER = ("type", "list_name", "name", "label", "hint", "required", "required_message", "relevant", "constraint")
_WIDE = frozenset({"label", "hint", "relevant", "constraint"})


def write_xlsform(survey: Survey, path: Path) -> Path:
    """Write a survey as an XLSForm workbook; see `Survey.to_xlsform`."""
    sheets = Sheets(survey, located(survey))
    if sheets.faults:
        raise definition_error(str(survey.path or ""), sheets.faults)
    with whole_workbook(path) as workbook:
        tables = {"survey": sheets.survey_rows, "choices": sheets.choice_rows, "settings": [sheets.settings()]}
        bold = workbook.add_format({"bold": True})
        for name, rows in tables.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(_columns(rows)):
                sheet.set_column(place, place, 40 if column.partition(":")[0] in _WIDE else 16)
                sheet.write_string(0, place, column, bold)
                for line, row in enumerate(rows, start=1):
                    if column in row:
                        sheet.write_string(line, place, row[column])  # never a formula or a link, whatever it says
    return path


def _columns(rows: list[Row]) -> list[str]:
    """Return the headers of a sheet; those in several languages stay together."""
    found = dict.fromkeys(column for row in rows for column in row)
    order = {name: place for place, name in enumerate(_ORDER)}
    return sorted(found, key=lambda column: order.get(column.partition(":")[0], len(order)))
