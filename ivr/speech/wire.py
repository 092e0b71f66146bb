"""
The protocol between a cell and a speech process: that of vosk-server, and a little more.

A connection carries one utterance. The cell sends `{"config": {…}}`, then audio as binary
frames, then exactly `{"eof" : 1}` (vosk-server compares the text); the process answers with
`{"partial": …}` when it likes and one or more `{"text": …, "result": [{conf, start, end,
word}]}`. Ours adds: `jsgf` in the configuration, `{"pause" : 1}` ("decode what you have; the
caller may go on") and, in the last answer, `"final": true` and `alternatives`. `{"so_far" : n}`
is a pause that is answered, by what the last answer would be with `"so_far": n` in place of
`"final"`, unless the caller has gone on by then.

Nothing that comes from the other side is trusted: every reader here returns a checked value
or raises `WireError`, whose text never quotes what was sent.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ivr.audio.pcm import SAMPLE_RATE_HZ
from ivr.dialog.events import Hypothesis
from ivr.speech.engines import Question, Reading, Word

MAX_TEXT_BYTES = 1_000_000  # a question's grammar, words and phrases
MAX_AUDIO_BYTES = 64_000  # one binary frame: four seconds
MAX_SECONDS = 120.0  # of one utterance
MAX_ITEMS = 20_000
MAX_ITEM = 400  # characters of a word or phrase
MAX_READINGS = 10
MAX_PAUSES = 10_000  # of one utterance; two minutes hold fewer

EOF = '{"eof" : 1}'
PAUSE = '{"pause" : 1}'


class WireError(ValueError):
    """The other side broke the protocol."""


# ---------------------------------------------------------------- what a process is told


@dataclass(frozen=True, slots=True)
class Configure:
    """The question of this utterance."""

    question: Question


@dataclass(frozen=True, slots=True)
class Pause:
    """Decode what you have; the caller may go on."""


@dataclass(frozen=True, slots=True)
class TellSoFar:
    """Pause, and tell what you have, with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Finish:
    """That was all; answer."""


Control = Configure | Pause | TellSoFar | Finish


def config_frame(question: Question, *, ours: bool) -> str:
    """
    Encode *question*.

    Args:
        question: What may be answered.
        ours: False for a plain vosk-server, whose `words` is a switch.
    """
    config: dict[str, object] = {
        "sample_rate": SAMPLE_RATE_HZ,
        "phrase_list": [*(question.phrases if ours else question.words), *_unknown(ours=ours)],
        "words": list(question.words) if ours else True,
    }
    if ours:
        config["jsgf"] = question.jsgf
    elif not question.words:
        del config["phrase_list"]
    return json.dumps({"config": config}, ensure_ascii=False)


def _unknown(*, ours: bool) -> tuple[str, ...]:
    """Let a plain vosk-server reject: ours adds what its engine needs by itself."""
    return () if ours else ("[unk]",)


def so_far_frame(number: int) -> str:
    """Ask what was understood so far; the answer repeats *number*, 1 or more."""
    return json.dumps({"so_far": number})


def read_control(text: str) -> Control:
    """
    Read a text frame from a cell.

    Raises:
        WireError: It is none of them, or not in order.
    """
    message = _object(text, limit=MAX_TEXT_BYTES)
    match message:
        case {"config": dict() as config}:
            return Configure(_question(config))
        case {"pause": 1}:
            return Pause()
        case {"so_far": int() as number} if 0 < number <= MAX_PAUSES:
            return TellSoFar(number)
        case {"eof": 1}:
            return Finish()
        case _:
            raise WireError("neither config, pause, so_far nor eof")


def _question(config: Mapping[str, object]) -> Question:
    if config.get("sample_rate", SAMPLE_RATE_HZ) != SAMPLE_RATE_HZ:
        raise WireError(f"the sample rate must be {SAMPLE_RATE_HZ}")
    jsgf = config.get("jsgf", "")
    if not isinstance(jsgf, str):
        raise WireError("jsgf must be a text")
    words = config.get("words", [])
    return Question(
        jsgf=jsgf,
        words=() if isinstance(words, bool) else _texts(words, "words"),
        phrases=_texts(config.get("phrase_list", []), "phrase_list"),
    )


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise WireError(f"{name} must be a list of at most {MAX_ITEMS} texts")
    for item in value:
        if not isinstance(item, str) or not 0 < len(item) <= MAX_ITEM or not item.isprintable():
            raise WireError(f"{name} must hold printable texts of 1 to {MAX_ITEM} characters")
    return tuple(value)


# ---------------------------------------------------------------- what a process answers


@dataclass(frozen=True, slots=True)
class PartialText:
    """What seems to have been said so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished piece of the utterance; `final` when no other follows."""

    hypotheses: tuple[Hypothesis, ...]
    final: bool = False


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was understood up to the pause of this number."""

    number: int
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """The process cannot go on with this utterance."""

    what: str = field(repr=False)


Answer = PartialText | Segment | SoFar | Trouble


def partial_frame(text: str) -> str:
    """Encode what seems to have been said."""
    return json.dumps({"partial": text}, ensure_ascii=False)


def error_frame(what: str) -> str:
    """Encode why the connection is about to be closed."""
    return json.dumps({"error": what})


def result_frame(readings: Iterable[Reading], *, so_far: int = 0) -> str:
    """
    Encode an answer; best reading first, none for not understood.

    Args:
        readings: What was understood.
        so_far: Number of the pause it was asked at; 0 for the last answer.
    """
    ordered = list(readings)[:MAX_READINGS]
    message: dict[str, object] = {"text": ordered[0].text if ordered else ""}
    message |= {"so_far": so_far} if so_far else {"final": True}
    if ordered:
        message["result"] = [_word(word) for word in ordered[0].words]
        message["alternatives"] = [{"text": r.text, "confidence": r.confidence} for r in ordered]
    return json.dumps(message, ensure_ascii=False)


def _word(word: Word) -> dict[str, object]:
    return {"conf": word.confidence, "start": word.start, "end": word.end, "word": word.text}


def read_answer(text: str) -> Answer:
    """
    Read a text frame from a speech process or a vosk-server.

    Raises:
        WireError: It is not what such a server sends.
    """
    message = _object(text, limit=MAX_TEXT_BYTES)
    match message:
        case {"error": what}:
            return Trouble(str(what)[:200])
        case {"partial": str() as said}:
            return PartialText(said)
        case {"text": str() as said, "so_far": int() as number}:
            several = message.get("alternatives", [])
            if not isinstance(several, list):
                raise WireError("alternatives must be a list")
            return SoFar(number, _alternatives(said, several) if said else ())
        case {"text": str() as said, "alternatives": list() as several, "final": True}:
            return Segment(_alternatives(said, several), final=True)
        case {"text": str() as said}:
            final = message.get("final") is True
            found = understood(said, _confidences(message.get("result", [])))
            return Segment(found, final=final)
        case _:
            raise WireError("neither partial, text nor error")


def _alternatives(said: str, several: list[object]) -> tuple[Hypothesis, ...]:
    found = []
    for item in several[:MAX_READINGS]:
        match item:
            case {"text": str() as text, "confidence": int() | float() as confidence}:
                found.append(Hypothesis(text, _share(confidence)))
            case _:
                raise WireError("an alternative without text or confidence")
    if not found or found[0].text != said:
        raise WireError("the first alternative is not the text")
    return tuple(found)


def _confidences(result: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(result, list) or len(result) > MAX_ITEMS:
        raise WireError("result must be a list of words")
    found = []
    for item in result:
        match item:
            case {"word": str() as word, "conf": int() | float() as confidence}:
                found.append((word, _share(confidence)))
            case {"word": str() as word}:
                found.append((word, NO_CONFIDENCE))
            case _:
                raise WireError("result holds something else than words")
    return tuple(found)


NO_CONFIDENCE = 0.5  # a server that does not tell: worth a question back, not trust


def understood(text: str, words: tuple[tuple[str, float], ...]) -> tuple[Hypothesis, ...]:
    """
    Make a hypothesis of a vosk result: its words without `[unk]`, as sure as all of them.

    Every `[unk]` halves the confidence: something was said that is not in the text.
    """
    kept = [word for word in text.split() if word != "[unk]"]
    if not kept:
        return ()
    confidence = math.prod(c for word, c in words if word != "[unk]") if words else NO_CONFIDENCE
    strangers = len(text.split()) - len(kept)
    return (Hypothesis(" ".join(kept), confidence * 0.5**strangers),)


def joined(segments: Iterable[tuple[Hypothesis, ...]]) -> tuple[Hypothesis, ...]:
    """Put the pieces of one utterance together; a piece not understood adds nothing."""
    best = [segment for segment in segments if segment]
    if len(best) <= 1:
        return best[0] if best else ()
    text = " ".join(segment[0].text for segment in best)
    return (Hypothesis(text, math.prod(segment[0].confidence for segment in best)),)


def _share(value: float) -> float:
    """Bring a confidence into 0 to 1; vosk's may exceed 1 by rounding."""
    return min(1.0, max(0.0, float(value))) if math.isfinite(value) else 0.0


def _object(text: str, *, limit: int) -> dict[str, object]:
    if len(text) > limit:
        raise WireError("the message is too long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("the message is not JSON") from error
    if not isinstance(message, dict):
        raise WireError("the message is not a JSON object")
    return message
