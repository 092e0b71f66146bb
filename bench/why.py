"""`python -m bench.why`: ring prepared bad calls, and see whether `ivr why` names the fault."""

import argparse
import json
import tempfile
from pathlib import Path

from ivr.story.written import text
from tests.support.bad_calls import BAD_CALLS
from tests.support.bad_line import Judged, judged
from tests.support.bad_scene import prepare

RESULT = Path(__file__).parent / "results" / "why.json"


def main() -> None:
    """Ring them all, print a table, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="calls whose fault has TEXT")
    parser.add_argument("--tell", action="store_true", help="print each account, too")
    options = parser.parse_args()
    calls = [call for call in BAD_CALLS if options.only in f"{call.suspect} {call.fault}"]
    results: list[Judged] = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in judged(calls, Path(scratch), prepare(Path(scratch))):
            results.append(one)
            mark = "right" if one.right else "WRONG"
            print(f"{mark}  {one.planted.fault:<50} {one.named}", flush=True)
            if options.tell or not one.right:
                print("\n".join(f"       | {line}" for line in text(one.told, one.account)))
    right = sum(one.right for one in results)
    print(f"{right} of {len(results)} planted faults are named first")
    if not options.only:
        figures = [_figure(one) for one in results]
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _figure(one: Judged) -> dict[str, object]:
    return {
        "fault": one.planted.fault,
        "planted": one.planted.suspect,
        "named": one.named,
        "evidence": one.account.suspicions[0].evidence if one.account.suspicions else "",
        "seconds": round(one.seconds, 1),
    }


if __name__ == "__main__":
    main()
