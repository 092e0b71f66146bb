"""An engine for tests: it answers what its script says, in order, to whatever was loud."""

import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import SpeechError
from ivr.speech.engines import Question, Reading, Word

AUDIBLE = 300  # of 32768; below it an utterance counts as silence
ALWAYS = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of the script."""

    text: str
    confidence: float = 0.95


class ScriptedEngine:
    """
    Answers utterances that are not silent, in the order of its script.

    The script is a JSON list of `"text"` or `["text", confidence]`; after its last line it
    starts again. Without a script every utterance gets the question's first phrase (or
    word).

    Raises:
        SpeechError: The script cannot be read.
    """

    name = "scripted"

    def __init__(self, script: Path | None) -> None:
        self._lines = _read(script) if script else ()
        self._turn = 0

    def open(self, question: Question, /) -> "ScriptedDecoding":
        """Start to wait for something loud."""
        if not (question.jsgf or question.words or question.phrases):
            raise SpeechError("scripted", "the question has no grammar", retryable=False)
        return ScriptedDecoding(self, question)

    def next_line(self, question: Question, *, take: bool = True) -> Line | None:
        """Give the next line of the script, None when there is nothing to say."""
        if self._lines:
            line = self._lines[self._turn % len(self._lines)]
            self._turn += take
            return line
        usual = (*question.phrases, *question.words)
        return Line(usual[0]) if usual else None


class ScriptedDecoding:
    """One utterance of which only the loudness matters."""

    def __init__(self, engine: ScriptedEngine, question: Question) -> None:
        self._engine = engine
        self._question = question
        self._bytes = 0
        self._loud = False

    def feed(self, pcm: bytes, /) -> str:
        """Notice whether *pcm* is loud."""
        self._bytes += len(pcm)
        self._loud = self._loud or max(map(abs, array("h", pcm)), default=0) > AUDIBLE
        return ""

    def pause(self, wanted: Callable[[], bool], /) -> None:
        """Nothing takes time here."""

    def so_far(self, _wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        """Answer the next line, which is still the next afterwards."""
        return self._answer(take=False)

    def finish(self) -> tuple[Reading, ...]:
        """Answer the next line when anything was loud."""
        return self._answer(take=True)

    def _answer(self, *, take: bool) -> tuple[Reading, ...]:
        line = self._engine.next_line(self._question, take=take) if self._loud else None
        if line is None or not line.text:
            return ()
        words = line.text.split()
        step = self._bytes / 16000 / len(words)
        timed = (
            Word(word, line.confidence, i * step, (i + 1) * step) for i, word in enumerate(words)
        )
        return (Reading(line.text, line.confidence, tuple(timed)),)


def _read(script: Path) -> tuple[Line, ...]:
    try:
        written = json.loads(script.read_text(encoding="utf-8"))
        return tuple(Line(*([item] if isinstance(item, str) else item)) for item in written)
    except (OSError, ValueError, TypeError) as error:
        raise SpeechError("scripted", "its script cannot be read", retryable=False) from error
