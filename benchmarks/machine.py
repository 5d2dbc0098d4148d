"""What a run was measured on."""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "narwhals", "polars", "duckdb", "pyspark", "statsmodels", "ahocorasick-rs",
    "SQLAlchemy",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Return processor, cores, memory, system, versions, and how busy the machine is at this moment."""
    return {
        "cpu": _found(r"model name\s*:\s*(.+)", "/proc/cpuinfo") or platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(int(_found(r"MemTotal:\s*(\d+)", "/proc/meminfo") or 0) / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
        "load_at_start": [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
    }


def _found(pattern: str, path: str) -> str:
    """Return what a file of the Linux kernel says; nothing on another system."""
    file = Path(path)
    match = re.search(pattern, file.read_text(encoding="utf-8")) if file.exists() else None
    return match[1].strip() if match else ""


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
