"""
vosk, with the question's grammar at run time.

libvosk aborts the process on inputs it does not expect (facts checked against 0.3.45: an
empty or malformed grammar, `<eps>` in one, a model whose configuration lacks the silence
phones). So grammars are built here from words the model knows, and model folders are tried
in a child process first (`ivr.speech.models`).
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import vosk

from ivr.audio.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ
from ivr.audio.resample import Resampler
from ivr.errors import SpeechError
from ivr.speech.engines import Question, Reading, Word
from ivr.speech.modelcheck import check_model, sample_rate_hz
from ivr.speech.wire import understood

UNKNOWN = "[unk]"
MAX_PHRASES = 256  # a longer list is a sample of the language and would bias it


class VoskEngine:
    """
    One Vosk model.

    Raises:
        SpeechError: The model cannot be loaded.
    """

    name = "vosk"

    def __init__(self, model: Path) -> None:
        vosk.SetLogLevel(-1)
        check = check_model(model, trial=False)
        if not check.ok:
            raise SpeechError("vosk", f"its model: {'; '.join(check.problems)}", retryable=False)
        self._rate_hz = sample_rate_hz(model)
        try:
            self._model = vosk.Model(str(model))
        except Exception as error:  # the library raises nothing narrower
            raise SpeechError("vosk", "its model cannot be loaded", retryable=False) from error

    def knows(self, word: str) -> bool:
        """Tell whether *word* is in the model's vocabulary."""
        # Greater than 0: -1 is unknown, and 0 is <eps>, which aborts the process.
        return "\0" not in word and self._model.vosk_model_find_word(word) > 0

    def open(self, question: Question, /) -> "VoskDecoding":
        """
        Start to decode; words the model lacks are left out.

        Raises:
            SpeechError: The model knows none of the question's words.
        """
        grammar = self._grammar(question)
        if not grammar:
            raise SpeechError("vosk", "its model knows no word of the question", retryable=False)
        if self.knows(UNKNOWN):
            grammar.append(UNKNOWN)
        return VoskDecoding(partial(self._recogniser, json.dumps(grammar)), self._rate_hz)

    def _recogniser(self, grammar: str) -> "vosk.KaldiRecognizer":
        try:
            recogniser = vosk.KaldiRecognizer(self._model, self._rate_hz, grammar)
        except Exception as error:  # the library raises nothing narrower
            raise SpeechError("vosk", "its model takes no grammar", retryable=False) from error
        recogniser.SetWords(True)
        return recogniser

    def _grammar(self, question: Question) -> list[str]:
        words = [word for word in _unique(question.words) if self.knows(word)]
        if len(question.phrases) > MAX_PHRASES:
            return words or self._phrases(question)[:MAX_PHRASES]
        phrases = self._phrases(question)
        covered = {word for phrase in phrases for word in phrase.split()}
        # Phrases become a bigram model, which helps as long as it knows every word.
        return phrases if phrases and covered.issuperset(words) else words

    def _phrases(self, question: Question) -> list[str]:
        candidates = _unique(" ".join(phrase.split()) for phrase in question.phrases)
        return [p for p in candidates if p and all(self.knows(word) for word in p.split())]


class VoskDecoding:
    """One utterance; the library decodes while it is fed."""

    def __init__(self, make: Callable[[], "vosk.KaldiRecognizer"], rate_hz: int) -> None:
        self._make = make
        self._rate_hz = rate_hz
        self._chunk = rate_hz // 5 * SAMPLE_BYTES  # a long one would be segmented differently
        self._heard = bytearray()
        self._begin()

    def _begin(self) -> None:
        self._recogniser = self._make()
        # A model of 16 kHz raises at anything slower; it never upsamples.
        faster = self._rate_hz != SAMPLE_RATE_HZ
        self._resampler = Resampler(to_hz=self._rate_hz) if faster else None
        self._done: list[Word] = []
        self._ended = False

    def feed(self, pcm: bytes, /) -> str:
        """Decode *pcm*; return what was said so far."""
        self._heard += pcm
        if pcm and self._ended:
            # The library cannot take an end back, and half a sentence is understood worse.
            self._begin()
            pcm = bytes(self._heard)
        self._accept(pcm, last=False)
        begun = json.loads(self._recogniser.PartialResult()).get("partial", "")
        return _text([*(word.text for word in self._done), *begun.split()])

    def pause(self, wanted: Callable[[], bool], /) -> None:
        """Nothing: all that came is decoded, and an end here would cut a sentence in two."""

    def so_far(self, wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        """End here; should more come, all of it is decoded again."""
        return self.finish() if wanted() else ()

    def finish(self) -> tuple[Reading, ...]:
        """Return the reading, if any."""
        if not self._ended:
            self._ended = True
            self._accept(b"", last=True)
            self._keep(self._recogniser.FinalResult())
        confidences = tuple((word.text, word.confidence) for word in self._done)
        found = understood(" ".join(word.text for word in self._done), confidences)
        heard = tuple(word for word in self._done if word.text != UNKNOWN)
        return tuple(Reading(h.text, round(h.confidence, 3), heard) for h in found)

    def _accept(self, pcm: bytes, *, last: bool) -> None:
        samples = self._resampler(pcm, last=last) if self._resampler else pcm
        for start in range(0, len(samples), self._chunk):
            if self._recogniser.AcceptWaveform(samples[start : start + self._chunk]):
                self._keep(self._recogniser.Result())

    def _keep(self, result: str) -> None:
        for word in json.loads(result).get("result", []):
            confidence = min(1.0, max(0.0, float(word["conf"])))
            self._done.append(Word(word["word"], confidence, word["start"], word["end"]))


def _text(words: Iterable[str]) -> str:
    return " ".join(word for word in words if word != UNKNOWN)


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
