"""What became of the rows of an import, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from closeloop.html import Html
from closeloop.reports.block import Block
from closeloop.responses.responses import Responses
from closeloop.views.responses_table import responses_block


@dataclass(frozen=True, slots=True, eq=False)
class KeptRows(Block):
    """The ledger of an import; a report that has it names the files at its foot.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> answers = pd.DataFrame({"response_id": ["a", "b"], "recommend": ["9", "11"]})
    >>> kept = KeptRows(cl.read_responses(answers, cl.load_survey("relationship-nps")))
    >>> "quarantined" in kept.block("en")
    True
    """

    responses: Responses

    def block(self, tag: str) -> Html:
        """Return the ledger and the files."""
        return responses_block(self.responses, tag, brief=True)
