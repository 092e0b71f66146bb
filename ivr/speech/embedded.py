"""
What a line understands with that can download nothing: two small recognisers, one opinion.

pocketsphinx knows every word but takes one human digit in five for another, and tells too
late that it did. The tiny Vosk model knows 41 words, digits among them, and errs elsewhere:
so where it knows every word that was heard, it is asked too. Agreement is worth more than
either's own confidence; disagreement is worth a question back, never an answer.
"""

from pathlib import Path

from ivr.errors import SpeechError
from ivr.speech.engines import Decoding, Question, Reading
from ivr.speech.shipped import TINY
from ivr.speech.sphinx import SphinxEngine
from ivr.speech.vosk_ import VoskEngine

SAME_WORD = {"oh": "zero"}

AGREED = 0.30  # of the doubt about the first opinion is left when the second is the same
DISAGREED = 0.50  # at most, when the second is another


class EmbeddedEngine:
    """
    pocketsphinx, with a second opinion from the tiny Vosk model where that is installed.

    Raises:
        SpeechError: pocketsphinx cannot be loaded.
    """

    name = "embedded"

    def __init__(self, data: Path) -> None:
        self._first = SphinxEngine(data)
        self._second = VoskEngine(TINY) if TINY.is_dir() else None

    def open(self, question: Question, /) -> Decoding:
        """Start to decode with both, or with the first where the second knows no word."""
        first = self._first.open(question)
        if self._second is None:
            return first
        known = Question(words=tuple(filter(self._second.knows, question.words)))
        try:
            second = self._second.open(known)
        except SpeechError:
            return first
        return TwoOpinions(first, second, self._second)


class TwoOpinions:
    """One utterance before two recognisers."""

    def __init__(self, first: Decoding, second: Decoding, model: VoskEngine) -> None:
        self._first = first
        self._second = second
        self._model = model

    def feed(self, pcm: bytes, /) -> str:
        """Feed both; the quicker one's text is not worth showing before both agree."""
        self._second.feed(pcm)
        return self._first.feed(pcm)

    def pause(self) -> None:
        """Let both decode."""
        self._first.pause()
        self._second.pause()

    def finish(self) -> tuple[Reading, ...]:
        """Weigh both."""
        first, second = self._first.finish(), self._second.finish()
        if not first or not all(self._model.knows(word) for word in first[0].text.split()):
            return first
        return weighed(first[0], second[0] if second else None)


def weighed(first: Reading, second: Reading | None) -> tuple[Reading, ...]:
    """Give both readings, with the confidence that their agreement warrants."""
    if second is not None and _same(first.text, second.text):
        doubt = (1 - first.confidence) * AGREED
        return (Reading(first.text, round(1 - doubt, 3), first.words),)
    capped = min(first.confidence, DISAGREED)
    readings = [Reading(first.text, round(capped, 3), first.words)]
    if second is not None:
        other = min(second.confidence, capped)
        readings.append(Reading(second.text, round(other, 3), second.words))
    return tuple(readings)


def _same(one: str, other: str) -> bool:
    first, second = ([SAME_WORD.get(w, w) for w in text.split()] for text in (one, other))
    return first == second
