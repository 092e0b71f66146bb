"""
What a recogniser engine promises, and how one is found by name.

Engines live in speech processes only; cells talk to them through `ivr.speech.client`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from ivr.errors import SpeechError

ENGINES = ("sphinx", "vosk", "embedded", "scripted")


@dataclass(frozen=True, slots=True)
class Question:
    """What may be answered; every text in it was checked by `ivr.speech.wire`."""

    jsgf: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was heard."""

    text: str
    confidence: float
    start: float
    """Seconds since the first sample of the utterance."""
    end: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of an utterance."""

    text: str
    """Words of the question, single spaces, never empty."""
    confidence: float
    """How likely the whole text is right, 0 to 1."""
    words: tuple[Word, ...] = ()


class Decoding(Protocol):
    """
    One utterance on its way through an engine.

    Used by one thread at a time. `pause` and `so_far` may be called any number of times
    between `feed`s, `finish` once, last.
    """

    def feed(self, pcm: bytes, /) -> str:
        """Take audio (`ivr.audio.pcm`); return the text so far, empty when unknown yet."""
        ...

    def pause(self, wanted: Callable[[], bool], /) -> None:
        """
        Decode what there is, so that `finish` is quick if no more audio comes.

        Given up without harm as soon as *wanted* says no: the caller has gone on.
        """
        ...

    def so_far(self, wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        """
        Pause, and return what `finish` would if no more audio came.

        What is not settled by then is left out, also when it was given up: an answer here
        ends the utterance.
        """
        ...

    def finish(self) -> tuple[Reading, ...]:
        """Return the readings, best first; none when nothing was understood."""
        ...


@runtime_checkable
class Engine(Protocol):
    """A loaded recogniser; its decodings are independent of each other."""

    @property
    def name(self) -> str:
        """Its name in settings and messages."""
        ...

    def open(self, question: Question, /) -> Decoding:
        """
        Start to decode an utterance that answers *question*.

        Raises:
            SpeechError: The engine cannot listen for this question; others are not affected.
        """
        ...


def load(name: str, *, model: Path | None, data: Path) -> Engine:
    """
    Load an engine by *name*, one of `ENGINES`.

    Args:
        name: Which one.
        model: A Vosk model's folder, or the script of the scripted engine.
        data: Folder for files derived from models.

    Raises:
        SpeechError: It cannot be loaded; the text says why.
    """
    # Each engine's library is imported only in a process that uses it.
    match name:
        case "sphinx":
            from ivr.speech.sphinx import SphinxEngine  # noqa: PLC0415 - see above

            return SphinxEngine(data)
        case "vosk":
            from ivr.speech.vosk_ import VoskEngine  # noqa: PLC0415 - see above

            if model is None:
                raise SpeechError("vosk", "no model is configured", retryable=False)
            return VoskEngine(model)
        case "embedded":
            from ivr.speech.embedded import EmbeddedEngine  # noqa: PLC0415 - see above

            return EmbeddedEngine(data)
        case "scripted":
            from ivr.speech.scripted import ScriptedEngine  # noqa: PLC0415 - see above

            return ScriptedEngine(model)
        case _:
            raise SpeechError(name, "no such engine", retryable=False)
