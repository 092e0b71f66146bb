"""
`make bench-speech`: what the recognisers understand of people's voices on a telephone.

People's digits, alone and in strings of seven with natural gaps, go through the telephone band
and G.711 and then through the line's own path: frames, detector, endpointer, speech process. What
comes back is judged as the dialog judges it. The one figure that must stay at nothing is `silently
wrong`: a number taken for another without a question back.

The recordings are of speakers the tiny Vosk model was trained on: its figures flatter it.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME, FRAME_BYTES, SAMPLE_RATE_HZ, duration
from ivr.dialog.actions import Listening
from ivr.dialog.confidence import Band, band
from ivr.dialog.events import Hypothesis
from ivr.dialog.grammar.build import listening_for
from ivr.dialog.grammar.digits import Digits
from ivr.ports import Heard, Hearing
from ivr.settings import Speech
from ivr.speech.client import SpeechClient
from ivr.speech.shipped import TINY

ROOT = Path(__file__).resolve().parents[1]
RECORDINGS = ROOT.parent / "shared" / "data" / "digits"
RESULTS = ROOT / "bench" / "results" / "speech.json"
TINY_KNOWS = frozenset({"jackson", "nicolas", "theo", "yweweler"})
ENGINES = {
    "sphinx": Speech(engine="sphinx"),
    "tiny vosk": Speech(engine="vosk", model=str(TINY)),
    "embedded": Speech(engine="auto"),
}
LENGTH = 7  # digits of a prescription number
GAPS = (0.06, 0.30)  # seconds between digits; people who read a number aloud
ROOM_RMS = 10.0  # of 32768
PEAK = (6000.0, 12000.0)
ANSWERED_WITHIN = 30.0
Samples = NDArray[np.float64]


class Outcome(StrEnum):
    """What becomes of a number."""

    RIGHT = "taken, right"
    SILENTLY_WRONG = "taken, silently wrong"
    CONFIRMED = "asked back, right"
    DENIED = "asked back, wrong"
    AGAIN = "asked again"


@dataclass(frozen=True, slots=True)
class Item:
    """One utterance."""

    kind: str
    speaker: str
    digits: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """What one engine made of one speaker's utterances of a kind."""

    engine: str
    kind: str
    speaker: str
    heard_in_training: bool
    count: int
    best_guess_right: float
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Speed:
    """What one engine costs."""

    engine: str
    real_time_factor: float
    """CPU seconds of the speech process for a second of audio."""
    answer_after_speech_median: float
    """Seconds from the last digit of a string to the answer."""
    answer_after_speech_worst: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, default=RECORDINGS)
    parser.add_argument("--takes", type=int, default=4, help="of each digit by each speaker")
    parser.add_argument("--strings", type=int, default=12, help="numbers by each speaker")
    parser.add_argument("--paced", type=int, default=6, help="numbers at the pace of speech")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    if not options.recordings.is_dir():
        print(f"skipped: there are no recordings of people in {options.recordings}")
        return 0
    clips = read_clips(options.recordings)
    items = [*alone(clips, options.takes), *strings(clips, options.strings)]
    rows: list[Row] = []
    speeds: list[Speed] = []
    for name, settings in ENGINES.items():
        answers, factor = asyncio.run(_listen_to(settings, items))
        rows += rows_of(name, items, answers)
        paced = [item for item in items if item.kind == "strings"][: options.paced]
        waits = asyncio.run(_wait_for(settings, paced))
        speeds.append(Speed(name, factor, float(np.median(waits)), max(waits)))
    _print(rows, speeds)
    options.results.parent.mkdir(exist_ok=True)
    written = {"rows": [asdict(row) for row in rows], "speeds": [asdict(s) for s in speeds]}
    options.results.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return 0


# ---------------------------------------------------------------- utterances


Clips = dict[str, dict[str, list[Samples]]]


def read_clips(folder: Path) -> Clips:
    """Read `<digit>_<speaker>_<take>.wav`, by speaker and digit."""
    clips: Clips = {}
    for path in sorted(folder.glob("[0-9]_*_*.wav")):
        digit, speaker, _ = path.stem.split("_")
        with wave.open(str(path)) as opened:
            pcm = opened.readframes(opened.getnframes())
        samples = np.frombuffer(pcm, "<i2").astype(float)
        clips.setdefault(speaker, {}).setdefault(digit, []).append(samples)
    return clips


def alone(clips: Clips, takes: int) -> Iterator[Item]:
    """Each digit by itself."""
    rng = np.random.default_rng(1)
    for speaker, digits in clips.items():
        for digit, recorded in digits.items():
            for take in recorded[:takes]:
                yield Item("alone", speaker, digit, on_the_phone([take], rng))


def strings(clips: Clips, count: int) -> Iterator[Item]:
    """Numbers put together of one speaker's digits."""
    rng = np.random.default_rng(2)
    for speaker, digits in clips.items():
        for _ in range(count):
            number = "".join(str(d) for d in rng.integers(0, 10, LENGTH))
            takes = [digits[d][rng.integers(len(digits[d]))] for d in number]
            yield Item("strings", speaker, number, on_the_phone(takes, rng))


def on_the_phone(takes: Sequence[Samples], rng: np.random.Generator) -> bytes:
    """Put *takes* after one another, with gaps, and send them through a telephone."""
    parts = []
    for take in takes:
        parts.append(take * (rng.uniform(*PEAK) / np.abs(take).max()))
        parts.append(np.zeros(round(rng.uniform(*GAPS) * SAMPLE_RATE_HZ)))
    said = np.concatenate(parts[:-1])
    taps = np.arange(257) - 128
    band_pass = (0.85 * np.sinc(0.85 * taps) - 0.075 * np.sinc(0.075 * taps)) * np.hamming(257)
    carried = np.convolve(said + rng.normal(0, ROOM_RMS, len(said)), band_pass, "same")
    return decode_ulaw(encode_ulaw(carried.clip(-32768, 32767).astype("<i2").tobytes()))


def room(seconds: float) -> bytes:
    """Give a quiet line."""
    noise = np.random.default_rng(3).normal(0, ROOM_RMS, round(seconds * SAMPLE_RATE_HZ))
    return decode_ulaw(encode_ulaw(noise.astype("<i2").tobytes()))


# ---------------------------------------------------------------- listening

Answer = tuple[Hypothesis, ...]


async def _listen_to(settings: Speech, items: Sequence[Item]) -> tuple[list[Answer], float]:
    """Return the answers and the CPU seconds for each second of audio."""
    spent_idle = await _spent(settings, [])
    before = _children_cpu()
    answers = await _answers(settings, items)
    spent = _children_cpu() - before - spent_idle
    return answers, spent / sum(duration(item.pcm) for item in items)


async def _spent(settings: Speech, items: Sequence[Item]) -> float:
    before = _children_cpu()
    await _answers(settings, items)
    return _children_cpu() - before


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _answers(settings: Speech, items: Sequence[Item]) -> list[Answer]:
    with tempfile.TemporaryDirectory() as data:
        async with SpeechClient(settings, data=Path(data)) as client:
            if not client.status.ok:
                raise SystemExit(client.status.text)
            return [await _answer(client, item) for item in items]


async def _answer(client: SpeechClient, item: Item) -> Answer:
    hearing = client.open(listening(item.kind))
    for frame in _frames(room(0.8) + item.pcm + room(1.4)):
        hearing.feed(frame)
        await asyncio.sleep(0)
    hypotheses: list[Hypothesis] = []
    heard = await _next_heard(hearing)
    hypotheses += heard
    await hearing.close()
    return tuple(hypotheses)


async def _next_heard(hearing: Hearing) -> Answer:
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            async for event in hearing.events():
                if isinstance(event, Heard):
                    return event.hypotheses
    except TimeoutError:
        pass
    return ()


async def _wait_for(settings: Speech, items: Sequence[Item]) -> list[float]:
    """Speak at the pace of speech; return how long after the last word each answer came."""
    waits = []
    with tempfile.TemporaryDirectory() as data:
        async with SpeechClient(settings, data=Path(data)) as client:
            for item in items:
                asked = listening(item.kind)
                hearing = client.open(asked)
                answer = asyncio.create_task(_next_heard(hearing))
                start = time.monotonic()
                for number, frame in enumerate(_frames(room(1.5) + item.pcm + room(2.0)), 1):
                    hearing.feed(frame)
                    if answer.done():
                        break
                    await asyncio.sleep(max(0.0, start + number * FRAME - time.monotonic()))
                await answer
                waits.append(time.monotonic() - (start + 1.5 + duration(item.pcm)))
                await hearing.close()
    return waits


def listening(kind: str) -> Listening:
    """Ask as the line would: every universal may be said instead."""
    return listening_for(_grammar(kind), question=None, language="en", sensitive=False)


def _grammar(kind: str) -> Digits:
    length = LENGTH if kind == "strings" else 1
    return Digits(length, length, "en")


def _frames(pcm: bytes) -> Iterator[bytes]:
    for start in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES):
        yield pcm[start : start + FRAME_BYTES]


# ---------------------------------------------------------------- judging


def judged(item: Item, answer: Answer) -> Outcome:
    """Do as the dialog does: the best that is a number counts, unasked only when it is best."""
    grammar = _grammar(item.kind)
    for hypothesis in answer:
        meaning = band("digits", hypothesis.confidence)
        read = grammar.read(hypothesis.text) if hypothesis.text else None
        if read is None or meaning is Band.REJECT:
            continue
        right = read.value == item.digits
        if meaning is Band.ACCEPT and hypothesis is answer[0]:
            return Outcome.RIGHT if right else Outcome.SILENTLY_WRONG
        return Outcome.CONFIRMED if right else Outcome.DENIED
    return Outcome.AGAIN


def rows_of(engine: str, items: Sequence[Item], answers: Sequence[Answer]) -> Iterator[Row]:
    """Count by kind and speaker."""
    pairs = list(zip(items, answers, strict=True))
    for kind in dict.fromkeys(item.kind for item in items):
        for speaker in [*dict.fromkeys(item.speaker for item in items), "all"]:
            mine = [p for p in pairs if p[0].kind == kind and speaker in {p[0].speaker, "all"}]
            counted = Counter(judged(*pair) for pair in mine)
            right = sum(_best_is_right(*pair) for pair in mine)
            yield Row(
                engine,
                kind,
                speaker,
                engine != "sphinx" and any(item.speaker in TINY_KNOWS for item, _ in mine),
                len(mine),
                round(right / len(mine), 3),
                {outcome.value: round(counted[outcome] / len(mine), 3) for outcome in Outcome},
            )


def _best_is_right(item: Item, answer: Answer) -> bool:
    read = _grammar(item.kind).read(answer[0].text) if answer and answer[0].text else None
    return read is not None and read.value == item.digits


def _print(rows: Sequence[Row], speeds: Sequence[Speed]) -> None:
    heads = ("best right", *(outcome.value for outcome in Outcome))
    print(f"{'engine':<10} {'what':<8} {'who':<9} {'n':>4}  " + "  ".join(heads))
    for row in rows:
        who = row.speaker + ("*" if row.heard_in_training else "")
        cells = [row.best_guess_right, *(row.shares[outcome.value] for outcome in Outcome)]
        figures = "  ".join(f"{c:>{len(h)}.0%}" for c, h in zip(cells, heads, strict=True))
        print(f"{row.engine:<10} {row.kind:<8} {who:<9} {row.count:>4}  {figures}")
    print("* the tiny Vosk model was trained on this speaker")
    for speed in speeds:
        print(
            f"{speed.engine:<10} real-time factor {speed.real_time_factor:.3f}, answer"
            f" {speed.answer_after_speech_median * 1000:.0f} ms after the last digit (median;"
            f" worst {speed.answer_after_speech_worst * 1000:.0f})"
        )


if __name__ == "__main__":
    sys.exit(main())
