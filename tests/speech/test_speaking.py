"""The real synthesiser in its real child process, also when that process is in trouble."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from ivr.audio.pcm import duration
from ivr.errors import SpeechError
from ivr.speech import pyttsx3_
from ivr.speech.finishing import EDGE_FRAME, HEAD, active_level, trim
from ivr.speech.pyttsx3_ import MAX_TEXT, VOICES, PyttsxSpeaker, sanitise, voices_with
from tests.support.need import ROOT, need_program

READY = "Your refill is ready at Cedar Street Pharmacy."
LONG = "Thank you for holding. " * 80


@asynccontextmanager
async def speaking(
    *, time_limit: float = 20.0, voices: dict[str, str] | None = None
) -> AsyncIterator[PyttsxSpeaker]:
    speaker = PyttsxSpeaker(time_limit=time_limit, voices=voices or VOICES)
    try:
        yield speaker
    finally:
        await speaker.close()


def floats(pcm: bytes) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def child_of(speaker: PyttsxSpeaker) -> int:
    assert speaker.pid is not None
    return speaker.pid


def bytes_written_to_disk(pid: int) -> int:
    counters = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(counters["write_bytes"])


def open_files(pid: int) -> list[str]:
    return [
        str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if int(entry.name) > 2
    ]


def test_a_sentence_is_spoken_loud_enough_and_without_dead_air() -> None:
    async def run() -> bytes:
        async with speaking() as speaker:
            return await speaker.render(READY)

    pcm = asyncio.run(run())
    assert 1.5 < duration(pcm) < 5
    assert 20 * np.log10(active_level(floats(pcm))) == pytest.approx(-18, abs=1)
    assert len(trim(floats(pcm))) >= len(floats(pcm)) - int((HEAD + EDGE_FRAME) * 8000)


def test_both_languages_and_slow_speech_sound_different() -> None:
    async def run() -> tuple[bytes, bytes, bytes]:
        async with speaking() as speaker:
            return (
                await speaker.render(READY),
                await speaker.render(READY, slow=True),
                await speaker.render(READY, language="es"),
            )

    english, slow, spanish = asyncio.run(run())
    assert duration(slow) > duration(english) * 1.15
    assert spanish != english


def test_the_pace_never_carries_over_to_the_next_sentence() -> None:
    async def run() -> list[tuple[str, bool, float]]:
        async with speaking() as speaker:
            orders = [(language, slow) for _ in range(3) for language in VOICES for slow in (1, 0)]
            return [
                (
                    language,
                    bool(slow),
                    duration(await speaker.render(READY, language=language, slow=bool(slow))),
                )
                for language, slow in orders
            ]

    spoken = asyncio.run(run())
    for language in VOICES:
        slow = [seconds for tongue, pace, seconds in spoken if tongue == language and pace]
        usual = [seconds for tongue, pace, seconds in spoken if tongue == language and not pace]
        assert min(slow) > max(usual) * 1.15
        assert max(usual) - min(usual) < 0.1


def test_many_calls_at_once_are_all_spoken() -> None:
    async def run() -> list[bytes]:
        async with speaking() as speaker:
            return await asyncio.gather(*(speaker.render(f"Number {n}.") for n in range(20)))

    assert min(duration(pcm) for pcm in asyncio.run(run())) > 0.5


def test_a_render_given_up_half_way_does_not_answer_the_next_one() -> None:
    async def run() -> bytes:
        async with speaking() as speaker:
            await speaker.render("Hello.")
            child = speaker.pid
            given_up = asyncio.create_task(speaker.render(LONG))
            await asyncio.sleep(0.02)
            given_up.cancel()
            pcm = await speaker.render("Hello.")
            assert speaker.pid == child
            return pcm

    assert duration(asyncio.run(run())) < 2


@pytest.mark.parametrize(("blow", "limit"), [(signal.SIGKILL, 20.0), (signal.SIGSTOP, 3.0)])
def test_a_child_killed_or_stuck_in_the_middle_is_replaced(
    blow: signal.Signals, limit: float
) -> None:
    async def run() -> bytes:
        async with speaking(time_limit=limit) as speaker:
            await speaker.render("Hello.")
            first = child_of(speaker)
            rendering = asyncio.create_task(speaker.render(LONG))
            await asyncio.sleep(0.02)
            os.kill(first, blow)
            pcm = await rendering
            assert child_of(speaker) != first
            return pcm

    assert duration(asyncio.run(run())) > 60


def test_a_child_that_cannot_live_is_an_error_worth_a_retry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    async def run() -> None:
        async with speaking() as speaker:
            await speaker.render("Hello.")

    with pytest.raises(SpeechError, match="died or hung twice") as caught:
        asyncio.run(run())
    assert caught.value.retryable


@pytest.mark.parametrize("voice", ["gmw/nobody", "en-us+nobody"])
def test_an_unknown_voice_is_an_error_not_another_voice(voice: str) -> None:
    async def run() -> None:
        async with speaking(voices={"en": voice}) as speaker:
            await speaker.render("Hello.")

    with pytest.raises(SpeechError, match="unknown voice") as caught:
        asyncio.run(run())
    assert not caught.value.retryable


def test_a_language_without_a_voice_is_an_error() -> None:
    async def run() -> None:
        async with speaking() as speaker:
            await speaker.render("Hallo.", language="de")

    with pytest.raises(SpeechError, match="no voice for language 'de'"):
        asyncio.run(run())


@pytest.mark.parametrize("text", ["", " \n", "\x00\x07\x1b", "...", "?!"])
def test_nothing_to_say_is_silence_at_once(text: str) -> None:
    async def run() -> bytes:
        async with speaking() as speaker:
            return await speaker.render(text)

    assert asyncio.run(run()) == b""


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "\ud800 hello", "<speak>hello", "[[h@l'oU]]", "🙂"]
)
def test_odd_text_is_spoken_somehow(text: str) -> None:
    async def run() -> bytes:
        async with speaking() as speaker:
            return await speaker.render(text)

    assert 0.1 < duration(asyncio.run(run())) < 200


def test_what_is_spoken_never_reaches_a_disk() -> None:
    async def run() -> None:
        async with speaking() as speaker:
            await speaker.render("Hello.")
            child = child_of(speaker)
            before = bytes_written_to_disk(child)
            for _ in range(10):
                await speaker.render(READY, cacheable=False)
            assert bytes_written_to_disk(child) == before
            files = [name for name in open_files(child) if not name.startswith(("pipe:", "/dev/"))]
            assert all(name.startswith("/memfd:") for name in files), files

    asyncio.run(run())


def test_an_empty_file_of_the_engine_is_asked_for_again() -> None:
    class Moody(pyttsx3_._Engine):
        saves = 0

        def _save(self, text: str, *, voice: str, rate: int) -> tuple[bytes, int]:
            self.saves += 1
            samples, rate_hz = super()._save(text, voice=voice, rate=rate)
            return (b"", rate_hz) if self.saves == 1 else (samples, rate_hz)

    moody = Moody()
    assert duration(moody.render("Hello.", voice="gmw/en-us", rate=160)) > 0.3
    assert moody.saves == 2


def test_the_systems_library_serves_where_the_one_from_pypi_is_missing() -> None:
    need_program("espeak-ng", package="espeak-ng")
    speak = (
        "import sys; sys.modules['espeakng_loader'] = None\n"
        "from ivr.speech.pyttsx3_ import _Engine\n"
        "assert len(_Engine().render('Hello there.', voice='en-us', rate=160)) > 8000\n"
        "libraries = {line.split()[-1] for line in open('/proc/self/maps') if '.so' in line}\n"
        "assert any('/usr/lib' in name and 'espeak-ng' in name for name in libraries)\n"
    )
    subprocess.run([sys.executable, "-c", speak], cwd=ROOT, check=True, capture_output=True)


def test_text_is_cut_at_a_word_and_loses_its_control_characters() -> None:
    assert sanitise("one\x00two\n\tthree  four") == "one two three four"
    assert sanitise("word " * 5000).endswith("word")
    assert len(sanitise("x" * 10**6)) == MAX_TEXT


def test_a_voice_is_used_for_the_language_it_speaks() -> None:
    assert voices_with("") == VOICES
    assert voices_with("roa/es") == {"en": VOICES["en"], "es": "roa/es"}
    assert voices_with("en-us+f3")["en"] == "en-us+f3"
