"""What every benchmark does with its figures."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing."""

    what: str
    unit: str
    median: float
    p95: float
    runs: int
    budget: str


def figure(what: str, seconds: Sequence[float], budget: str) -> Figure:
    """Sum *seconds* of several runs up, in milliseconds."""
    ordered = sorted(1000 * s for s in seconds)
    return Figure(what, "ms", statistics.median(ordered), p95(ordered), len(ordered), budget)


def p95(ordered: Sequence[float]) -> float:
    """Return what 95 in 100 of *ordered*, smallest first, do not exceed."""
    return ordered[round(0.95 * (len(ordered) - 1))]


def keep(name: str, found: object) -> None:
    """Write *found* to `bench/results/NAME.json`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
