"""
Speaking with pyttsx3 over espeak-ng, in one child process that may hang or die.

pyttsx3 is not thread-safe, sometimes never returns and sometimes writes an empty file, so
it runs alone: `python -m ivr.speech.pyttsx3_` reads one JSON request a line from standard
input and answers with one JSON line each. Lines, because reading one is atomic when the
waiting render is cancelled; numbered, because the answer to a cancelled one still comes.

espeak-ng comes from `espeakng-loader` (PyPI, no root needed) or, failing that, from the
system's libespeak-ng.so.1. What is spoken never touches a disk: the engine's WAV file is
a memfd.
"""

import asyncio
import base64
import contextlib
import ctypes
import json
import os
import signal
import sys
import time
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ivr
from ivr.errors import MisuseError, SpeechError
from ivr.printing import printable

ENGINE = "pyttsx3"
VOICES: Mapping[str, str] = {"en": "gmw/en-us", "es": "roa/es-419"}
SLOW = 0.75  # of the usual rate: 120 words a minute for 160
MAX_TEXT = 2000  # characters, two minutes of speech; longer can only be a mistake
TIME_LIMIT = 5.0  # seconds; a render takes about 0.02, the first one a second with the start
ATTEMPTS = 2  # a fresh child is as good as new, a third try would outlast the caller
OUTPUT = "2"  # version of the sound; raise it when rate, level or trimming change
MAX_ANSWER = 8 * 1024 * 1024  # bytes; base64 of four minutes

RENDERS = 4  # about one WAV in 500 comes out empty, independent of the text
SHORTEST = 1000  # frames at 22050 Hz; less is the engine's empty file
RATES = (80, 450)  # words a minute, the range of espeak-ng
RATE_LOOKS = 1000
RATE_LOOK_EVERY = 0.001  # seconds; it takes less than one look


class PyttsxSpeaker:
    """A `Speaker`. Renders are serialised; `close` ends the child."""

    def __init__(
        self,
        *,
        voices: Mapping[str, str] = VOICES,
        rate: int = 160,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        """
        Start nothing yet; the first render starts the child.

        Args:
            voices: espeak-ng voice by language, such as `gmw/en-us` or `en-us+f3`.
            rate: Words a minute.
            time_limit: Seconds after which a render counts as stuck.
        """
        self._voices = dict(voices)
        self._rate = rate
        self._time_limit = time_limit
        self._one_at_a_time = asyncio.Lock()
        self._child: _Child | None = None
        self._number = 0

    @property
    def pid(self) -> int | None:
        """Process id of the child; None while there is none."""
        return self._child.process.pid if self._child else None

    def voice_key(self, *, language: str, slow: bool) -> str:
        """Name everything but the text that the sound depends on."""
        return f"{ENGINE}/{OUTPUT}|{self._voice(language)}|{self._words_a_minute(slow=slow)}"

    async def render(
        self,
        text: str,
        *,
        language: str = "en",
        cacheable: bool = True,  # noqa: ARG002 - nothing is kept here, cacheable or not
        slow: bool = False,
    ) -> bytes:
        """
        Speak *text* (see `Speaker`).

        Text beyond `MAX_TEXT` is cut at a word. Cancelling is safe at any time.

        Raises:
            SpeechError: Unknown voice (not retryable); dead or stuck twice (retryable).
        """
        spoken = sanitise(text)
        if not spoken:
            return b""
        voice, rate = self._voice(language), self._words_a_minute(slow=slow)
        async with self._one_at_a_time:
            for _ in range(ATTEMPTS):
                try:
                    async with asyncio.timeout(self._time_limit):
                        answer = await self._ask({"text": spoken, "voice": voice, "rate": rate})
                    return _audio(answer, spoken)
                except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError):
                    await self._kill()
        raise SpeechError(ENGINE, "its process died or hung twice", retryable=True)

    async def close(self) -> None:
        """End the child; idempotent. A later render starts a new one."""
        async with self._one_at_a_time:
            await self._kill()

    def _voice(self, language: str) -> str:
        voice = self._voices.get(language)
        if voice is None:
            raise SpeechError(ENGINE, f"no voice for language {language!r}", retryable=False)
        return voice

    def _words_a_minute(self, *, slow: bool) -> int:
        wanted = round(self._rate * SLOW) if slow else self._rate
        return max(RATES[0], min(RATES[1], wanted))

    async def _ask(self, request: Mapping[str, object]) -> Mapping[str, Any]:
        child = await self._living_child()
        self._number += 1
        child.requests.write(json.dumps({"n": self._number, **request}).encode() + b"\n")
        await child.requests.drain()
        while True:
            answer = json.loads(await child.answers.readuntil(b"\n"))
            if isinstance(answer, dict) and answer.get("n") == self._number:
                return answer

    async def _living_child(self) -> "_Child":
        if self._child and self._child.process.returncode is not None:
            await self._kill()
        if self._child is None:
            self._child = await _start(self._time_limit)
        return self._child

    async def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.process.kill()
        child.requests.close()
        await child.process.communicate()


@dataclass(frozen=True, slots=True)
class _Child:
    process: asyncio.subprocess.Process
    requests: asyncio.StreamWriter
    answers: asyncio.StreamReader


async def _start(time_limit: float) -> _Child:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "ivr.speech.pyttsx3_",
        str(time_limit),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=_environment(),
        limit=MAX_ANSWER,
        start_new_session=True,  # Ctrl-C is for the line, which then closes us
    )
    if process.stdin is None or process.stdout is None:
        raise MisuseError("the speaking process was started without pipes")
    return _Child(process, process.stdin, process.stdout)


def voices_with(voice: str) -> Mapping[str, str]:
    """
    Return `VOICES` with *voice* for the language it speaks; `` changes nothing.

    The language is read off the id: `gmw/en-us+f3` and `en-us` speak `en`.
    """
    if not voice:
        return VOICES
    language = voice.rpartition("/")[2].partition("+")[0].partition("-")[0].lower()
    return {**VOICES, language: voice}


def sanitise(text: str) -> str:
    """Make control characters and runs of blanks single spaces, and cut at `MAX_TEXT`."""
    beginning = text[: MAX_TEXT * 4]
    clean = " ".join(printable(beginning).split())
    if len(clean) <= MAX_TEXT:
        return clean
    cut = clean[: MAX_TEXT + 1]
    return cut[: cut.rfind(" ")] if " " in cut else cut[:MAX_TEXT]


def _audio(answer: Mapping[str, Any], text: str) -> bytes:
    match answer:
        case {"pcm": str(encoded)}:
            pcm = base64.b64decode(encoded, validate=True)
            if not pcm and any(c.isalnum() for c in text):
                raise SpeechError(ENGINE, "it stayed silent on a text of words", retryable=True)
            return pcm
        case {"error": str(what)}:
            raise SpeechError(ENGINE, what, retryable=False)
        case _:
            raise ValueError("an answer that is none")


def _environment() -> dict[str, str]:
    root = str(Path(ivr.__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in (root, inherited) if p)}


# ---------------------------------------------------------------- inside the child


def serve(requests: IO[bytes], answers: IO[bytes], *, time_limit: float) -> None:
    """
    Answer requests until standard input ends.

    A render beyond *time_limit* kills this process (SIGALRM), so that none is left behind
    stuck when the line itself was killed.
    """
    engine: _Engine | str
    try:
        engine = _Engine()
    except (ImportError, OSError, RuntimeError) as error:
        engine = f"cannot start: {error}; install espeakng-loader or libespeak-ng1"
    for line in requests:
        signal.setitimer(signal.ITIMER_REAL, time_limit * 2)
        answer = _answer(engine, json.loads(line))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _answer(engine: "_Engine | str", request: Mapping[str, Any]) -> dict[str, object]:
    number = request["n"]
    if isinstance(engine, str):
        return {"n": number, "error": engine}
    try:
        pcm = engine.render(request["text"], voice=request["voice"], rate=request["rate"])
    except LookupError as error:
        return {"n": number, "error": str(error.args[0])}
    return {"n": number, "pcm": base64.b64encode(pcm).decode()}


class _Engine:
    """The one pyttsx3 engine of this process."""

    def __init__(self) -> None:
        _load_espeak()
        import pyttsx3  # noqa: PLC0415 - looks for libespeak-ng while it is imported

        self._engine = pyttsx3.init("espeak")
        self._memory = os.memfd_create("speech")
        # Until its first run the engine only queues properties, and that run drops the rate.
        self._engine.save_to_file("Hello.", f"/proc/self/fd/{self._memory}")
        self._engine.runAndWait()

    def render(self, text: str, *, voice: str, rate: int) -> bytes:
        """Speak; LookupError when there is no such voice, empty when nothing came out."""
        from ivr.speech.finishing import finish  # noqa: PLC0415 - numpy and soxr: the child's only

        for _ in range(RENDERS):
            samples, rate_hz = self._save(text, voice=voice, rate=rate)
            spoken = str(self._engine.getProperty("voice")).lower()
            if not f"/{spoken}".endswith(f"/{voice.lower()}"):
                raise LookupError(f"unknown voice {voice!r}")
            if len(samples) >= SHORTEST * 2:
                return finish(samples, rate_hz=rate_hz)
        return b""

    def _save(self, text: str, *, voice: str, rate: int) -> tuple[bytes, int]:
        os.ftruncate(self._memory, 0)
        self._engine.setProperty("voice", voice)
        self._set_rate(rate)
        self._engine.save_to_file(text, f"/proc/self/fd/{self._memory}")
        self._engine.runAndWait()
        try:
            with wave.open(f"/proc/self/fd/{self._memory}") as file:
                return file.readframes(file.getnframes()), file.getframerate()
        except (EOFError, wave.Error):
            return b"", 22050

    def _set_rate(self, rate: int) -> None:
        """
        Set the rate and see it set.

        espeak-ng sets it in a thread of its own, and `runAndWait` begins by cancelling what
        that thread has not done yet: the text would be spoken at the rate of the one before.
        """
        self._engine.setProperty("rate", rate)
        for _ in range(RATE_LOOKS):
            if self._engine.getProperty("rate") == rate:
                return
            time.sleep(RATE_LOOK_EVERY)
        raise TimeoutError("the rate was not accepted")


def _load_espeak() -> None:
    """Make libespeak-ng.so.1 resident before pyttsx3 asks the linker for it by that name."""
    try:
        import espeakng_loader  # noqa: PLC0415 - optional: the system's library does as well

        library, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    except (ImportError, OSError, RuntimeError):
        return
    os.environ["ESPEAK_DATA_PATH"] = data


def _main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # pyttsx3 prints on what is the protocol
    serve(sys.stdin.buffer, answers, time_limit=float(sys.argv[1]))


if __name__ == "__main__":
    _main()
