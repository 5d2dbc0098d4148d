"""The command line.

``import``, ``score``, ``draft``, ``new``, ``lint``, ``test``, ``schema``, ``diff``, ``triage``, ``due``, ``report``,
``verify``, ``app``, ``demo``.

Exit codes: 0 done, 1 findings (with ``--strict``, and of ``diff``, ``verify``), 2 wrong use or unreadable input. A
fault in the input is a message with place and remedy on the error stream, never a traceback.
"""

from __future__ import annotations

import sys

from closeloop.cli import answers, example, followup, new, serving, surveys, versions  # noqa: F401  # each adds its commands
from closeloop.cli.terminal import app


def main() -> None:
    """Run the command line."""
    if hasattr(sys.stdout, "reconfigure"):  # Chinese text on a terminal that is not UTF-8 must not be an error
        sys.stdout.reconfigure(errors="replace")
    app()
