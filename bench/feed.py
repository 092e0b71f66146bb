"""
What watching costs the line: CPU of one fact in the hub, by how many follow.

`python -m bench.feed` makes 500 live calls on a real socket, with followers in a process of their
own, so that only the line's side is measured.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from ivr.story.calls import CallRow
from ivr.story.facts import Glimpse
from ivr.watch.doors import WatchSocket
from ivr.watch.follow import Follower
from ivr.watch.hub import Hub, Look
from ivr.watch.reach import Reach

CALLS, FACTS = 500, 5_000
A_SECOND = 1000  # facts; two a call, which is more than a busy line tells


def main() -> None:
    """Measure with nobody, one and ten who follow, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {followers: measured(followers) for followers in (0, 1, 10)}
    if options.json:
        json.dump(found, sys.stdout)
        return
    print(f"{CALLS} calls, {A_SECOND} facts a second, whole process of the line")
    for followers, cost in found.items():
        share = cost * A_SECOND / 1e6
        print(f"{followers:>3} follow: {cost:6.1f} µs of CPU a fact, {share:.1%} of a core")


def measured(followers: int) -> float:
    """Give the microseconds of CPU one fact costs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watch.sock"
        ready = multiprocessing.get_context("spawn").Semaphore(0)
        looking = multiprocessing.get_context("spawn").Process(
            target=watch, args=(path, followers, ready), daemon=True
        )
        looking.start()
        cost = asyncio.run(tell(path, followers, ready))
        looking.terminate()
        looking.join()
        return cost


async def tell(path: Path, followers: int, ready: "multiprocessing.synchronize.Semaphore") -> float:
    """Tell facts evenly, as fast as a line does."""

    async def nothing() -> dict[str, object]:
        return {}

    hub = Hub(Look(nothing, nothing, dict))
    began = datetime.now(UTC)
    calls = [f"{number:012x}" for number in range(CALLS)]
    for call in calls:
        hub.take(CallRow(call, began))
    door = WatchSocket(path, hub.answers)
    await door.start()
    for _ in range(followers):
        await asyncio.to_thread(ready.acquire)
    before = time.process_time()
    for turn in range(FACTS):
        now, words = datetime.now(UTC), "•••" * (turn % 4)
        hub.take(Glimpse(calls[turn % CALLS], now, began, turn=turn, words=words, playing=True))
        if turn % 10 == 0:
            await asyncio.sleep(10 / A_SECOND)
    cost = (time.process_time() - before) / FACTS * 1e6
    await door.stop()
    return cost


def watch(path: Path, followers: int, ready: "multiprocessing.synchronize.Semaphore") -> None:
    """Follow so many times, in this process."""

    async def follow(number: int) -> None:
        async with Follower([Reach(str(number), path)]) as follower:
            while (await anext(follower)).event["event"] != "snapshot":
                pass
            ready.release()
            async for _ in follower:
                pass

    async def all_of_them() -> None:
        await asyncio.gather(*(follow(number) for number in range(followers)))

    asyncio.run(all_of_them())


if __name__ == "__main__":
    main()
