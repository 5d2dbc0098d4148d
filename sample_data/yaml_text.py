"""Write plain data as YAML 1.2, with nothing but the standard library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WIDTH = 118


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Any, indent: int) -> list[str]:
    pad = "  " * indent
    found: list[str] = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = key if isinstance(key, str) and key.replace("_", "").isalnum() and key.isascii() else _flow(str(key))
            one = f"{pad}{name}: {_flow(inner)}"
            if not isinstance(inner, (Mapping, list)) or not inner or len(one) <= WIDTH:
                found.append(one)
            else:
                found += [f"{pad}{name}:", *_lines(inner, indent + 1)]
    elif value and all(not isinstance(inner, (Mapping, list)) for inner in value):
        found.append(pad + "[")
        row = pad + "  "
        for inner in value:
            if len(row) > WIDTH - 12:
                found.append(row.rstrip())
                row = pad + "  "
            row += _flow(inner) + ", "
        found += [row.rstrip().rstrip(","), pad + "]"]
    else:
        found += [f"{pad}- {_flow(inner)}" for inner in value]
    return found


def yaml_text(value: Mapping[str, Any]) -> str:
    """Give the YAML text: short branches on one line, long ones as blocks."""
    return "\n".join(_lines(value, 0)) + "\n"
