"""`make bench`: ring the line from a process of its own and measure it on the wire."""

import argparse
import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import asdict

from bench import handoff
from bench.figures import Figure, figure, keep
from bench.line import Line
from ivr.speech.pyttsx3_ import PyttsxSpeaker
from tests.support.phone import Phone
from tests.support.waiting import until

INTO_SENTENCE = 1.0  # seconds into the question
MID_WORD = 5  # loud packets in a row: not one of its pauses
LOAD_FOR = 10.0  # seconds of playing prompts per level
BIRTH, PHONE = "03031982", "2125550142"  # of a patient of the embedded clinic
NUMBER = "four eight two one five zero seven"

SET_UP = "set-up: INVITE to first word"
TURN_SPEECH = "turn: end of speech to our answer, in total"
TURN_KEYS = "turn: last key to our answer"
BARGE_SPEECH = "barge-in by speech: onset to last packet"
BARGE_KEY = "barge-in by key: key to last packet"
TURN_NUMBER = "turn: last spoken digit to our answer, seven digits"
OPERATOR = '"operator" to INVITE at the agent'
OPERATOR_AT_DATE = '"operator" at a date question to INVITE at the agent'
CALLS = (SET_UP, TURN_SPEECH, TURN_KEYS, BARGE_SPEECH, BARGE_KEY)
LOAD = ("CPU", "memory")


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=12, help="repetitions of each measurement")
    parser.add_argument("--only", default="", metavar="TEXT", help="only what has TEXT in its name")
    options = parser.parse_args()
    runs, only = int(options.runs), str(options.only)
    words = asyncio.run(_speak("refill", "operator", NUMBER))
    handed = max(3, runs // 3)
    figures: list[Figure] = []
    with Line() as line:
        measures: list[tuple[tuple[str, ...], Callable[[], list[Figure]]]] = [
            (CALLS, lambda: _calls(line, words, runs)),
            ((TURN_NUMBER,), lambda: _numbers(line, words, runs)),
            ((OPERATOR,), lambda: _handoffs(line, words, handed)),
            ((OPERATOR_AT_DATE,), lambda: _handoffs(line, words, handed, at_date=True)),
            (LOAD, lambda: _load(line, "with recognition")),
            (handoff.NAMES, lambda: handoff.measure(runs)),
        ]
        for names, measure in measures:
            figures += measure() if _wanted(only, names) else []
    if _wanted(only, LOAD):
        with Line(engine="none") as line:
            figures += _load(line, "without recognition")
    _report([one for one in figures if only in one.what], whole=not only)


def _wanted(only: str, names: tuple[str, ...]) -> bool:
    return any(only in name for name in names)


async def _speak(*texts: str) -> dict[str, bytes]:
    speaker = PyttsxSpeaker(voices={"en": "en-us+f3"})
    try:
        return {text: await speaker.render(text) for text in texts}
    finally:
        await speaker.close()


def _calls(line: Line, words: dict[str, bytes], runs: int) -> list[Figure]:
    setup: list[float] = []
    speech: list[float] = []
    keys: list[float] = []
    barge_speech: list[float] = []
    barge_key: list[float] = []
    for _ in range(runs):
        with Phone(line.port) as phone:
            began = time.monotonic()
            setup.append(phone.answered_after + phone.await_sound(after=0.0) - began)
            phone.await_silence(of=1.5)
            phone.say(words["refill"])
            speech.append(phone.await_sound(after=phone.spoke_until) - phone.spoke_until)
            phone.await_silence(of=1.0)
        with Phone(line.port) as phone:
            phone.await_silence(of=1.5)
            phone.press("2")
            keys.append(phone.await_sound(after=phone.keyed_at) - phone.keyed_at)
        barge_key.append(_barge_in(line, _press))
        barge_speech.append(_barge_in(line, lambda phone: _interrupt(phone, words["refill"])))
    return [
        figure(SET_UP, setup, ""),
        figure(TURN_SPEECH, speech, "p50 450, p95 700"),
        figure(TURN_KEYS, keys, "p95 100"),
        figure(BARGE_SPEECH, barge_speech, "p50 150, p95 250"),
        figure(BARGE_KEY, barge_key, "p95 60"),
    ]


def _numbers(line: Line, words: dict[str, bytes], runs: int) -> list[Figure]:
    """Say a prescription number; understood or asked back, something is answered."""
    seconds: list[float] = []
    for _ in range(runs):
        with Phone(line.port) as phone:
            phone.await_silence(of=1.5)
            for keys in ("2", BIRTH, PHONE):
                phone.press_all(keys)
                phone.await_sound(after=phone.keyed_at)
                phone.await_silence(of=1.5)
            phone.say(words[NUMBER])
            seconds.append(phone.await_sound(after=phone.spoke_until) - phone.spoke_until)
    return [figure(TURN_NUMBER, seconds, "")]


def _barge_in(line: Line, act: Callable[[Phone], float]) -> float:
    """Interrupt the question for the date of birth; give the seconds until the line is silent."""
    with Phone(line.port) as phone:
        phone.await_silence(of=1.5)
        phone.press("2")
        phone.await_sound(after=phone.keyed_at)
        time.sleep(INTO_SENTENCE)
        until(lambda: all(p.loud for p in phone.packets[-MID_WORD:]), every=0.005, what="a word")
        began = act(phone)
        return max(0.0, _last_of_prompt(phone, began) - began)


def _press(phone: Phone) -> float:
    began = time.monotonic()  # of the key's first packet: the line stops there, not at its end
    phone.press("1")
    return began


def _interrupt(phone: Phone, pcm: bytes) -> float:
    began = time.monotonic()
    phone.say(pcm)
    return began


def _last_of_prompt(phone: Phone, after: float) -> float:
    """Give the last loud packet before the first pause of 100 ms after *after*."""
    time.sleep(0.6)
    last = after
    for packet in phone.packets:
        if packet.at < after or not packet.loud:
            continue
        if packet.at - last > 0.1:
            break
        last = packet.at
    return last


def _handoffs(
    line: Line, words: dict[str, bytes], runs: int, *, at_date: bool = False
) -> list[Figure]:
    seconds: list[float] = []
    for _ in range(runs):
        with Phone(line.port) as phone:
            phone.await_silence(of=1.5)
            if at_date:
                phone.press("2")
                phone.await_sound(after=phone.keyed_at)
                phone.await_silence(of=1.5)
            phone.say(words["operator"])
            seconds.append(line.invite_arrival(within=10) - phone.spoke_until)
    return [figure(OPERATOR_AT_DATE if at_date else OPERATOR, seconds, "p95 500")]


def _load(line: Line, how: str) -> list[Figure]:
    """CPU and memory at 0 to 3 calls that hear prompts and say nothing."""
    figures: list[Figure] = []
    idle_share, idle_mb = _share(line)
    budget = "0.6" if how.startswith("without") else ""
    with contextlib.ExitStack() as phones:
        for level in (1, 2, 3):
            phones.enter_context(Phone(line.port))
            time.sleep(2.0)
            share, memory = _share(line)
            each, grown = (share - idle_share) / level, (memory - idle_mb) / level
            figures += [
                Figure(f"CPU a call, {level} at once, {how}", "% core", each, each, 1, budget),
                Figure(f"memory a call, {level} at once, {how}", "MB", grown, grown, 1, ""),
            ]
    return [
        *figures,
        Figure(f"CPU of an idle line, {how}", "% core", idle_share, idle_share, 1, ""),
        Figure(f"memory of an idle line, {how}", "MB", idle_mb, idle_mb, 1, ""),
    ]


def _share(line: Line) -> tuple[float, float]:
    before, began = line.cost(), time.monotonic()
    time.sleep(LOAD_FOR)
    after = line.cost()
    used = (after.line_cpu - before.line_cpu) / (time.monotonic() - began)
    return 100 * used, after.line_mb


def _report(figures: list[Figure], *, whole: bool) -> None:
    print(f"{'what':<52} {'median':>8} {'p95':>8}  {'unit':<7} {'runs':>4}  budget")
    for f in figures:
        print(f"{f.what:<52} {f.median:8.1f} {f.p95:8.1f}  {f.unit:<7} {f.runs:>4}  {f.budget}")
    if whole:
        keep("line", [asdict(one) for one in figures])


if __name__ == "__main__":
    main()
