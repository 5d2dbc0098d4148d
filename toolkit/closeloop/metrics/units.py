"""The units of each kind of metric: inside, in public, and as they are written.

Inside an NPS lies on −1…1 and a share on 0…1. In public an NPS is in points, a share stays on 0…1. The kinds are those
of the metrics and of their results: ``"nps"``, ``"top_box"`` and ``"mean"``.
"""

from __future__ import annotations

SCALE = {"nps": 100.0, "top_box": 1.0, "mean": 1.0}
"""What a figure inside is multiplied by to be published."""

SHOWN = {"nps": 1.0, "top_box": 100.0, "mean": 1.0}
"""What a public figure is multiplied by where its unit is said beside it: percentage points of a share."""

FORM = {"nps": "points", "top_box": "percent", "mean": "decimal"}
"""How scores are written, see `closeloop.written.FORMS`."""

DIGITS = {"nps": 0, "top_box": 0, "mean": 2}
"""Decimals of a score within a sentence; in a table it has those of its form."""
