"""`open_responses`: an import in a folder, scored where it lies."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.responses.ledger_text import ledger_text
from closeloop.text import LocalText, language, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.metrics.score import ScoreInput, ScoreTable
    from closeloop.survey.survey import Survey

LEDGER = "ledger.json"
SURVEY = "survey.yaml"


@dataclass(frozen=True, eq=False)
class StoredResponses:
    r"""An import in a folder: the tables stay on disk, figures are counted there.

    Made by `import_responses` and `open_responses`.

    Attributes
    ----------
    folder : Path
        Where it lies.
    survey : Survey
        What the responses were checked against.

    Examples
    --------
    >>> import closeloop as cl, tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     answers = Path(place) / "answers.csv"
    ...     _ = answers.write_text("recommend\n9\n10\n10\n7\n8\n6\n9\n10\n3\n10\n", encoding="utf-8")
    ...     stored = cl.import_responses(answers, "relationship-nps", Path(place) / "out")
    ...     stored.score("nps").result().score
    40.0
    """

    folder: Path
    survey: Survey
    _record: Mapping[str, Any] = field(repr=False)

    @property
    def ledger(self) -> dict[str, int]:
        """How many rows came in, and what became of them."""
        return dict(self._record["ledger"])

    @property
    def accepted(self) -> Any:
        """The rows that stand, as a lazy frame of DuckDB or Polars with the columns of `Responses.accepted`."""
        from closeloop.scan import scan_files

        return scan_files(str(self.folder / "accepted"))

    @cached_property
    def quarantined(self) -> pd.DataFrame:
        """The rows set aside, as text, with ``problems``."""
        return _text_table(self.folder / "quarantined.csv")

    @cached_property
    def issues(self) -> pd.DataFrame:
        """Everything that was not as it should be, one row a problem, as `Responses.issues` has it."""
        import pandas as pd

        return pd.read_parquet(self.folder / "issues").astype(dict.fromkeys(("source_row", "position"), "int32"))

    @cached_property
    def superseded(self) -> pd.DataFrame:
        """The rows that another row of the same id replaces, with ``superseded_by`` (file:row)."""
        import pandas as pd

        return pd.read_parquet(self.folder / "superseded")

    @property
    def period(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day on which an accepted response was answered; None where no time is known."""
        days = self._record["period"]
        return None if days is None else (dt.date.fromisoformat(days[0]), dt.date.fromisoformat(days[1]))

    @property
    def timezone(self) -> str:
        """The zone of ``answered_at``."""
        return str(self._record["timezone"])

    def score(self, metric: Any = None, by: Any = None, **options: Any) -> ScoreTable:
        """Return scores with intervals; without a metric, all that the survey declares.

        Parameters
        ----------
        metric, by, **options
            As in `closeloop.score`.

        Returns
        -------
        ScoreTable
        """
        from closeloop.metrics.score import score

        return score(self, metric, by, **options)

    def __closeloop_scores__(self) -> ScoreInput:
        """Return what `closeloop.score` counts: complete, late and answered partial rows, where they lie."""
        import narwhals.stable.v2 as nw

        from closeloop.responses.scoring import NOT_SCORED, scored_columns, scored_responses

        frame = nw.from_native(self.accepted)
        scored = scored_columns(self.survey, frame.collect_schema().names())
        answered = nw.col("status") != "partial"
        if scored:
            answered = answered | nw.any_horizontal(*(~nw.col(name).is_null() for name in scored), ignore_nulls=True)
        cautions = self._record["cautions"]
        return scored_responses(
            self.survey,
            frame.filter(~nw.col("status").is_in(NOT_SCORED), answered),
            source="",
            period=self.period,
            cautions={name: tuple(LocalText(text) for text in texts) for name, texts in cautions.items()},
        )

    def __repr__(self) -> str:
        counts = " · ".join(f"{self.ledger[k]:,} {k}" for k in ("accepted", "quarantined", "superseded"))
        return f"StoredResponses({self.survey.id} v{self.survey.version}: {counts})"

    def __str__(self) -> str:
        both = ("platform_label", "platform_reason")
        sources = ((each["name"], *(LocalText(each[name]) for name in both)) for each in self._record["sources"])
        counts: Counter[tuple[str, str, str]] = Counter()
        for _, effect, item, code, n in self._record["issues"]:
            counts[effect, item, code] += n
        notes = [note for note in self._record["notes"] if note["severity"] == "warning"]
        said = [LocalText({"en": note["message_en"], "zh-CN": note["message_zh"]}) for note in notes]
        return ledger_text(self.ledger, sources, counts, said)

    @property
    def has_errors(self) -> bool:
        """Whether an answer was set aside or blanked as wrong."""
        return any(severity == "error" for severity, *_ in self._record["issues"])

    def _repr_html_(self) -> str:
        from closeloop.html import element, join
        from closeloop.views.style import framed

        first, *rest = str(self).splitlines()
        said = element("ul", *(element("li", line.strip()) for line in rest))
        return framed(join([element("p", element("b", first)), said]), language())


def _text_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    from closeloop.responses.write import undone

    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    for name in table.columns:
        table[name] = table[name].map(undone)
    return table.astype({"source_row": "int32"})


def open_responses(folder: str | Path) -> StoredResponses:
    """Return an import that `import_responses` (or ``closeloop import``) wrote into a folder.

    Parameters
    ----------
    folder : path
        Where it was written.

    Returns
    -------
    StoredResponses

    Raises
    ------
    StoreError
        If there is no whole import in the folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     open_responses(place)
    Traceback (most recent call last):
    closeloop.errors.StoreError: ...
    """
    from closeloop.survey.load import load_survey

    place = Path(folder)
    try:
        record = json.loads((place / LEDGER).read_text(encoding="utf-8"))
        known = isinstance(record, dict) and {"ledger", "survey", "period", "issues"} <= record.keys()
    except (OSError, ValueError) as error:
        raise StoreError(message("stored.no_import", folder=place, file=LEDGER)) from error
    if not known or not (place / "accepted").is_dir():
        raise StoreError(message("stored.no_import", folder=place, file=LEDGER))
    return StoredResponses(place, load_survey(place / SURVEY), record)
