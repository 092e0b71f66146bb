"""
What a line understands with that can download nothing: two small recognisers, one opinion.

pocketsphinx knows every word but takes one human digit in five for another, and is too sure
of it. The tiny Vosk model knows 41 words, digits among them, and is no better, but it errs
elsewhere: so where it knows every word that was heard, it is asked too. Agreement is worth
more than either's own confidence; disagreement is worth a question back, never a number.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ivr import log
from ivr.errors import SpeechError
from ivr.speech.engines import Decoding, Question, Reading
from ivr.speech.shipped import TINY
from ivr.speech.sphinx import SphinxEngine
from ivr.speech.vosk_ import VoskEngine

_log = log.get(__name__)

SAME_WORD = {"oh": "zero"}

# Measured on people's digits, by three speakers whom the tiny model was trained on and one whom it
# was not, and on synthetic commands: of 190 numbers both gave not one was wrong; of answers
# pocketsphinx gave alone at 0.9 nine in ten were right, at 0.8 not even half.
AGREED = 0.25  # of the doubt about the first opinion is left when the second is the same
DISAGREED = 0.7  # of the confidence is left when it is another: never enough for a number
UNSURE, SURE = 0.5, 0.9
PREFERRED = 0.55  # the second opinion alone: worth a question back
HEARD = 0.3  # from here on the second opinion heard words of its own, not noise


class EmbeddedEngine:
    """
    pocketsphinx, with a second opinion from the tiny Vosk model where that is installed.

    Raises:
        SpeechError: pocketsphinx cannot be loaded.
    """

    name = "embedded"

    def __init__(self, data: Path) -> None:
        self._first = SphinxEngine(data)
        self._second = _second()

    def open(self, question: Question, /) -> Decoding:
        """Start to decode with both, or with the first where the second knows no word."""
        first, model = self._first.open(question), self._second
        known = tuple(filter(model.knows, question.words)) if model else ()
        if model is None or not known:
            return first
        return TwoOpinions(first, model.open(Question(words=known)), model)


def _second() -> VoskEngine | None:
    try:
        return VoskEngine(TINY)
    except SpeechError as error:
        _log.warning("no second opinion", extra={"error": error})
        return None


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

    def pause(self, wanted: Callable[[], bool], /) -> None:
        """Let both decode."""
        self._first.pause(wanted)
        self._second.pause(wanted)

    def so_far(self, wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        """Weigh both, if they are heard in time and nothing speaks against the first."""
        first = self._first.so_far(wanted)
        second = self._second.so_far(wanted)
        if not wanted() or (first and second and _speaks_against(second[0], first[0])):
            return ()
        return self._weigh(first, second)

    def finish(self) -> tuple[Reading, ...]:
        """Weigh both."""
        return self._weigh(self._first.finish(), self._second.finish())

    def _weigh(
        self, first: tuple[Reading, ...], second: tuple[Reading, ...]
    ) -> tuple[Reading, ...]:
        return weighed(
            first[0] if first else None, second[0] if second else None, knows=self._model.knows
        )


def weighed(
    first: Reading | None, second: Reading | None, *, knows: Callable[[str], bool]
) -> tuple[Reading, ...]:
    """
    Weigh two opinions.

    Args:
        first: pocketsphinx's.
        second: The tiny model's.
        knows: Whether the tiny model has a word; what it lacks it cannot contradict.
    """
    if first is None:
        return ()  # what neither the grammar nor the ear made anything of
    if second is not None and _same(first.text, second.text):
        sure = 1 - (1 - first.confidence) * AGREED
        return (replace(first, confidence=round(sure, 3)),)
    if second is not None and first.confidence < UNSURE and second.confidence >= SURE:
        other = round(first.confidence * DISAGREED, 3)
        return replace(second, confidence=PREFERRED), replace(first, confidence=other)
    less = round(first.confidence * DISAGREED, 3)
    if not all(map(knows, first.text.split())):
        # A grammar of seven digits hears a "ten" in a breath rather than only five of them.
        shared = any(map(knows, first.text.split()))
        if second is not None and shared and _speaks_against(second, first):
            return (replace(first, confidence=less),)
        return (first,)
    if second is None:
        return (replace(first, confidence=less),)
    other = min(less, second.confidence)
    return replace(first, confidence=less), replace(second, confidence=other)


def _speaks_against(second: Reading, first: Reading) -> bool:
    """Whether the second opinion heard a word that is not in the first."""
    if second.confidence < HEARD:
        return False
    remaining = iter(_plain(first.text))
    return not all(word in remaining for word in _plain(second.text))


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> list[str]:
    return [SAME_WORD.get(word, word) for word in text.split()]
