"""
The embedded recogniser: pocketsphinx, whose model comes inside its wheel.

Utterances are decoded whole, at `pause` or `finish`: the features need the mean of the
utterance. What was heard counts as understood as far as the grammar explains the sound
better than a loop of any phones does; the two scores' difference becomes the confidence.
The decoder holds the interpreter lock, so it belongs in a process of its own.
"""

import contextlib
import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pocketsphinx import Config, Decoder, Vad, get_model_path

from ivr import log
from ivr.audio.pcm import FRAME, SAMPLE_BYTES, SAMPLE_RATE_HZ
from ivr.errors import SpeechError
from ivr.speech.engines import Question, Reading
from ivr.speech.jsgf import BadGrammarError, check
from ivr.speech.narrowband import (
    CEPSTRA,
    Cepstra,
    DerivedModel,
    Features,
    derive,
    write_if_changed,
)
from ivr.speech.pronunciations import Pronunciations
from ivr.speech.searchpath import SearchPath, Segment, judged

_log = log.get(__name__)

SHORTEST = 0.120  # seconds; less holds no word
GRAMMARS_KEPT = 64
STEP = 20  # cepstra a call: between calls other threads get the interpreter lock
LOG_BASE = math.log(1.0001)  # the library's scores are logarithms to this base
LOOP = "loop"
Tuning = tuple[tuple[str, float], ...]
# `topn` Gaussians scored a frame: 4 is the library's default, 16 understands more. Narrower beams
# than the library's cost nothing here and save a third of the time.
GRAMMAR: Tuning = (("topn", 16), ("beam", 1e-40), ("wbeam", 1e-24), ("pbeam", 1e-40))
# The loop is a yardstick, so it may be coarse.
YARDSTICK: Tuning = (
    ("topn", 4),
    ("beam", 1e-20),
    ("wbeam", 1e-12),
    ("pbeam", 1e-20),
    ("maxhmmpf", 500),
)
PHONES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW"
    " V W Y Z ZH"
)


class NoLongerWanted(Exception):
    """A decoding was given up half way."""


class SphinxEngine:
    """
    pocketsphinx on telephone-band models.

    Raises:
        SpeechError: The models cannot be derived or loaded.
    """

    name = "sphinx"

    def __init__(self, data: Path) -> None:
        root = Path(get_model_path())
        wide = root / "en-us" / "en-us"
        folder = data / "speech" / f"sphinx-{version('pocketsphinx')}"
        try:
            self._pronounce = Pronunciations(root / "en-us" / "cmudict-en-us.dict")
            models = derive(wide, folder)
            seed = folder / "seed.dict"
            write_if_changed(
                seed, "".join(f"{_loop_word(p)} {p}\n" for p in PHONES.split()).encode()
            )
            self._searches = {
                kind: _Searches(_decoder(wide, model, seed, GRAMMAR), self._pronounce)
                for kind, model in models.items()
            }
            self._loops = {
                kind: _decoder(wide, model, seed, YARDSTICK) for kind, model in models.items()
            }
        except (OSError, ValueError, RuntimeError) as error:
            raise SpeechError("sphinx", f"its model: {error}", retryable=False) from error
        self._features = Features()

    def open(self, question: Question, /) -> "SphinxDecoding":
        """Start to decode; the grammar is compiled here, not when the caller has spoken."""
        if not question.jsgf:
            raise SpeechError("sphinx", "the question has no JSGF grammar", retryable=False)
        try:
            words = check(question.jsgf)
        except BadGrammarError as error:
            raise SpeechError("sphinx", str(error), retryable=False) from error
        for searches in self._searches.values():
            searches.add(question.jsgf, words)
        return SphinxDecoding(self, question.jsgf, words)

    def guess(
        self, pcm: bytes, jsgf: str, words: frozenset[str], wanted: Callable[[], bool]
    ) -> "Guess | None":
        """
        Decode an utterance by a grammar; None when nothing fits.

        Raises:
            NoLongerWanted: *wanted* said no.
        """
        if len(pcm) < SHORTEST * SAMPLE_RATE_HZ * SAMPLE_BYTES:
            return None
        cepstra = self._features(pcm)
        if not cepstra.speech.any():
            return None
        searches = self._searches[cepstra.model]
        searches.add(jsgf, words)  # another question may have taken its place since
        heard = searches.run(jsgf, cepstra.raw, wanted)
        return Guess(heard, cepstra) if heard.words else None

    def judge(self, guess: "Guess", wanted: Callable[[], bool]) -> Reading:
        """
        Tell how likely *guess* is right, against a loop of any phones.

        Raises:
            NoLongerWanted: *wanted* said no.
        """
        anything = _run(self._loops[guess.cepstra.model], LOOP, guess.cepstra.raw, wanted)
        return judged(guess.heard, anything, guess.cepstra.speech)

    def dictation(self, model: Path, words: Iterable[str]) -> Callable[[bytes], tuple[str, ...]]:
        """
        Give a function that recognises what an n-gram model allows, rather than an answer.

        Args:
            model: The language model, ARPA.
            words: Every word of it.

        Raises:
            SpeechError: The model is refused.
        """
        for searches in self._searches.values():
            searches.add_model(model, frozenset(words))

        def recognise(pcm: bytes) -> tuple[str, ...]:
            cepstra = self._features(pcm)
            heard = self._searches[cepstra.model].run(str(model), cepstra.raw, _always)
            return tuple(heard.text.split())

        return recognise


@dataclass(frozen=True, slots=True)
class Guess:
    """What the grammar made of an utterance, not judged yet."""

    heard: SearchPath
    cepstra: Cepstra


class SphinxDecoding:
    """One utterance, kept whole until it is decoded."""

    def __init__(self, engine: SphinxEngine, jsgf: str, words: frozenset[str]) -> None:
        self._engine = engine
        self._jsgf = jsgf
        self._words = words
        self._heard = bytearray()
        self._guessed = False
        self._guess: Guess | None = None
        self._reading: Reading | None = None

    def feed(self, pcm: bytes, /) -> str:
        """Keep *pcm*; there is no text before the end."""
        if pcm:
            self._heard += pcm
            self._forget()
        return ""

    def pause(self, wanted: Callable[[], bool], /) -> None:
        """Decode what there is."""
        with contextlib.suppress(NoLongerWanted):
            self._decode(wanted)

    def so_far(self, wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        """Return the reading of what there is; none when it was given up."""
        self.pause(wanted)
        return self._readings

    def finish(self) -> tuple[Reading, ...]:
        """Return the reading, if any; at once when nothing came since `pause`."""
        self._decode(_always)
        return self._readings

    @property
    def _readings(self) -> tuple[Reading, ...]:
        return () if self._reading is None else (self._reading,)

    def _guess_while(self, wanted: Callable[[], bool]) -> Guess | None:
        if not self._guessed:
            pcm = bytes(self._heard)
            self._guess = self._engine.guess(pcm, self._jsgf, self._words, wanted)
            self._guessed = True
        return self._guess

    def _decode(self, wanted: Callable[[], bool]) -> None:
        guess = self._guess_while(wanted)
        if self._reading is None and guess is not None:
            self._reading = self._engine.judge(guess, wanted)

    def _forget(self) -> None:
        self._guessed = False
        self._guess = self._reading = None


def _loop_word(phone: str) -> str:
    return f"_{phone.lower()}"


def _decoder(wide: Path, model: DerivedModel, words: Path, tuning: Tuning) -> Decoder:
    config = Config(
        hmm=str(wide),
        mean=str(model.means),
        var=str(model.variances),
        # The model's own feat.params would silently override every keyword here.
        featparams=str(model.parameters),
        samprate=SAMPLE_RATE_HZ,
        dict=str(words),
        lm=None,
        # The posterior of a phone loop's lattice takes 10 to 20 s.
        bestpath=False,
        loglevel="FATAL",
        **dict(tuning),
    )
    decoder = Decoder(config)
    loop = " | ".join(_loop_word(phone) for phone in PHONES.split())
    decoder.add_jsgf_string(LOOP, f"#JSGF V1.0; grammar loop; public <loop> = ( {loop} )+;")
    return decoder


class _Searches:
    """One decoder and the grammars it has compiled."""

    def __init__(self, decoder: Decoder, pronounce: Pronunciations) -> None:
        self._decoder = decoder
        self._pronounce = pronounce
        self._names: OrderedDict[str, str] = OrderedDict()

    def add(self, jsgf: str, words: frozenset[str]) -> None:
        """
        Compile *jsgf* unless it is there; forget the grammar used longest ago.

        Raises:
            SpeechError: The library refuses it.
        """
        if jsgf in self._names:
            self._names.move_to_end(jsgf)
            return
        self._add_words(words)
        name = hashlib.sha256(jsgf.encode()).hexdigest()
        try:
            self._decoder.add_jsgf_string(name, jsgf)
        except RuntimeError as error:
            raise SpeechError("sphinx", "its grammar is refused", retryable=False) from error
        self._names[jsgf] = name
        if len(self._names) > GRAMMARS_KEPT:
            _, oldest = self._names.popitem(last=False)
            self._decoder.activate_search(LOOP)  # an active search cannot be removed
            self._decoder.remove_search(oldest)

    def add_model(self, model: Path, words: frozenset[str]) -> None:
        """Load an n-gram model, under its path as name."""
        self._add_words(words)
        try:
            self._decoder.add_lm_file(str(model), str(model))
        except RuntimeError as error:
            raise SpeechError("sphinx", "its language model is refused", retryable=False) from error
        self._names[str(model)] = str(model)

    def _add_words(self, words: frozenset[str]) -> None:
        new = [word for word in sorted(words) if self._decoder.lookup_word(word) is None]
        guessed = 0
        for word in new:
            sounds = self._pronounce(word)
            if not sounds:
                raise SpeechError("sphinx", "a word of its grammar has no sound", retryable=False)
            guessed += not self._pronounce.knows(word)
            for number, phones in enumerate(sounds, start=1):
                spelling = word if number == 1 else f"{word}({number})"
                self._decoder.add_word(spelling, phones, update=False)
        if guessed:
            _log.warning("words not in the dictionary are guessed", extra={"words": guessed})

    def run(self, jsgf: str, cepstra: bytes, wanted: Callable[[], bool]) -> SearchPath:
        """Decode *cepstra* by a grammar that was added."""
        return _run(self._decoder, self._names[jsgf], cepstra, wanted)


def _always() -> bool:
    return True


def _run(decoder: Decoder, search: str, cepstra: bytes, wanted: Callable[[], bool]) -> SearchPath:
    decoder.activate_search(search)
    decoder.start_utt()
    size = STEP * CEPSTRA * 4
    try:
        for start in range(0, len(cepstra), size):
            if not wanted():
                raise NoLongerWanted
            decoder.process_cep(cepstra[start : start + size], full_utt=False)
    finally:
        decoder.end_utt()
    if decoder.hyp() is None:
        return SearchPath(())
    return SearchPath(tuple(_segment(seg) for seg in decoder.seg()))


def _segment(seg: object) -> Segment:
    word, first, last = str(seg.word), int(seg.start_frame), int(seg.end_frame)  # type: ignore[attr-defined]
    score = math.log(max(float(seg.ascore), 1e-300)) / LOG_BASE  # type: ignore[attr-defined]
    return Segment(word, first, last, score)


def voice_detector() -> Callable[[bytes], bool]:
    """Return the library's own voice activity detector, strictest, for frames of 20 ms."""
    vad = Vad(Vad.STRICT, SAMPLE_RATE_HZ, FRAME)
    return lambda frame: bool(vad.is_speech(frame))
