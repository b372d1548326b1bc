"""`performance.json`: the figures that docs/performance.md is made of, one part per measurement."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("performance.json")


def read() -> dict[str, Any]:
    """The parts by name; none if nothing was measured."""
    found: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def keep(part: str, value: Any) -> None:
    """Replace one part, and say on which machine, how loaded in the last 15 minutes."""
    found = read()
    found[part] = value
    loads = found.get("machine", {}).get("loads", {})
    found["machine"] = {
        "processors": os.cpu_count(),
        "loads": loads | {part: round(os.getloadavg()[2])},
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }
    FILE.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")


def keep_rows(
    part: str, rows: Sequence[dict[str, Any]], *, by: str, order: Callable[[dict[str, Any]], Any]
) -> None:
    """Replace the rows of a part that have these rows' ``by``; other sizes stay as they were."""
    measured = {row[by] for row in rows}
    others = [row for row in read().get(part, []) if row[by] not in measured]
    keep(part, sorted([*rows, *others], key=order))
