"""What every benchmark does with its figures."""

import json
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def p95(ordered: Sequence[float]) -> float:
    """Return what 95 in 100 of *ordered*, smallest first, do not exceed."""
    return ordered[round(0.95 * (len(ordered) - 1))]


def keep(name: str, found: object) -> None:
    """Write *found* to `bench/results/NAME.json`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
