"""
`python -m bench.endings`: are numbers with pauses in them heard out, and how soon do they end?

People's seven digits in two or three groups, with pauses between that are longer than the silence
that asks the recogniser and shorter than the one that ends anything, at the pace of speech; once
with what may end them early and once without. `broken off` must be nothing in both.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.speech import LENGTH, RECORDINGS, listening, on_the_phone, read_clips, room
from ivr.audio.pcm import FRAME, FRAME_BYTES
from ivr.dialog.actions import Listening
from ivr.ports import Heard, Hearing
from ivr.settings import Speech
from ivr.speech.client import SpeechClient

PAUSES = (0.45, 0.70)  # seconds between groups
FIRST_BREAK, LAST_BREAK = 2, LENGTH - 2  # digits before a pause
BEFORE, AFTER = 1.0, 2.0  # seconds of a quiet line


@dataclass(frozen=True, slots=True)
class Listened:
    """What became of one number."""

    broken_off: bool
    answered_after: float
    """Seconds from the end of the last digit."""


def main() -> int:
    """Measure both ways and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, default=RECORDINGS)
    parser.add_argument("--numbers", type=int, default=4, help="by each speaker")
    options = parser.parse_args()
    if not options.recordings.is_dir():
        print(f"skipped: there are no recordings of people in {options.recordings}")
        return 0
    numbers = list(in_groups(options.recordings, options.numbers))
    asked = listening("strings")
    for how, question in (("with endings", asked), ("without", replace(asked, endings=()))):
        found = asyncio.run(_listen(question, numbers))
        waits = sorted(one.answered_after for one in found if not one.broken_off)
        print(
            f"{how:<13} {len(found)} numbers, broken off {sum(one.broken_off for one in found)},"
            f" answered after the last digit: median {statistics.median(waits) * 1000:.0f} ms,"
            f" quickest {waits[0] * 1000:.0f}, slowest {waits[-1] * 1000:.0f}"
        )
    return 0


def in_groups(recordings: Path, count: int) -> Iterator[bytes]:
    """Give *count* numbers by each speaker, each with one or two pauses."""
    rng = np.random.default_rng(5)
    for digits in read_clips(recordings).values():
        for _ in range(count):
            number = [str(digit) for digit in rng.integers(0, 10, LENGTH)]
            takes = [digits[d][rng.integers(len(digits[d]))] for d in number]
            breaks = range(FIRST_BREAK, LAST_BREAK + 1)
            cuts = sorted(rng.choice(breaks, size=rng.integers(1, 3), replace=False))
            ends = zip([0, *cuts], [*cuts, LENGTH], strict=True)
            groups = [on_the_phone(takes[first:last], rng) for first, last in ends]
            pauses = [room(rng.uniform(*PAUSES)) for _ in cuts]
            yield groups[0] + b"".join(p + g for p, g in zip(pauses, groups[1:], strict=True))


async def _listen(asked: Listening, numbers: Sequence[bytes]) -> list[Listened]:
    with tempfile.TemporaryDirectory() as data:
        async with SpeechClient(Speech(), data=Path(data)) as client:
            return [await _listen_to(client, asked, pcm) for pcm in numbers]


async def _listen_to(client: SpeechClient, asked: Listening, pcm: bytes) -> Listened:
    hearing = client.open(asked)
    heard = asyncio.create_task(_heard_at(hearing))
    start = time.monotonic()
    said = room(BEFORE) + pcm
    over = start + len(said) // FRAME_BYTES * FRAME
    audio = said + room(AFTER)
    for number in range(len(audio) // FRAME_BYTES):
        if heard.done():
            break
        hearing.feed(audio[number * FRAME_BYTES : (number + 1) * FRAME_BYTES])
        await asyncio.sleep(max(0.0, start + (number + 1) * FRAME - time.monotonic()))
    at = await heard
    await hearing.close()
    return Listened(at < over, at - over)


async def _heard_at(hearing: Hearing) -> float:
    async for event in hearing.events():
        if isinstance(event, Heard):
            return time.monotonic()
    raise SystemExit("the line is deaf")


if __name__ == "__main__":
    sys.exit(main())
