"""Run the journey in a real JupyterLab again and again, in Chinese and in English by turns; say how many passed.

Each run has a server, a browser and a kernel of its own. Ends with 1 if one of the runs fails, and says what failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
JOURNEY = "tests/browser/test_journey.py"
LANGUAGES = ("zh-CN", "en")


def run_once(tag: str) -> subprocess.CompletedProcess[str]:
    """Run the journey in one language."""
    command = [sys.executable, "-m", "pytest", JOURNEY, "-q", "-n0", "-p", "no:cacheprovider", "-k", tag]
    environment = os.environ | {"CI": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def main(times: int) -> int:
    """Run so many journeys, with a line for each; give the exit code."""
    passed = 0
    for number in range(1, times + 1):
        tag, began = LANGUAGES[(number - 1) % len(LANGUAGES)], time.monotonic()
        done = run_once(tag)
        took = time.monotonic() - began
        passed += done.returncode == 0
        print(f"journey {number} of {times}: {tag:5} {took:4.0f} s  {'passed' if not done.returncode else 'FAILED'}")
        if done.returncode:
            print(done.stdout + done.stderr, file=sys.stderr)
        sys.stdout.flush()
    print(f"{passed} of {times}")
    return int(passed < times)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
