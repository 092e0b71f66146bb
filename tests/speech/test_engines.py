"""One contract for every engine; audio is real, and so are the engines."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.dialog.grammar.build import listening_for
from ivr.dialog.grammar.yes_no import YesNo
from ivr.errors import SpeechError
from ivr.speech.embedded import EmbeddedEngine
from ivr.speech.engines import ENGINES, Engine, Question, Reading, load
from ivr.speech.scripted import ScriptedEngine
from ivr.speech.shipped import TINY
from ivr.speech.sphinx import SphinxEngine
from ivr.speech.vosk_ import VoskEngine
from tests.speech.questions import COMMANDS, question
from tests.speech.voices import DIGITS, around, person_says, silence, spoken

MAKERS: dict[str, Callable[[Path], Engine]] = {
    "sphinx": SphinxEngine,
    "vosk": lambda _: VoskEngine(TINY),
    "embedded": EmbeddedEngine,
    "scripted": lambda _: ScriptedEngine(None),
}
HEARING = ("sphinx", "vosk", "embedded")


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Engine]:
    data = tmp_path_factory.mktemp("engines")
    return {name: make(data) for name, make in MAKERS.items()}


@pytest.fixture(params=MAKERS)
def engine(request: pytest.FixtureRequest, engines: dict[str, Engine]) -> Engine:
    return engines[request.param]


@pytest.fixture(params=HEARING)
def hearing_engine(request: pytest.FixtureRequest, engines: dict[str, Engine]) -> Engine:
    return engines[request.param]


def understood(engine: Engine, asked: Question, pcm: bytes, *, piece: int = 1600) -> str:
    return text_of(decoded(engine, asked, pcm, piece=piece))


def decoded(
    engine: Engine, asked: Question, pcm: bytes, *, piece: int = 1600
) -> tuple[Reading, ...]:
    decoding = engine.open(asked)
    for start in range(0, len(pcm), piece):
        decoding.feed(pcm[start : start + piece])
    return decoding.finish()


def always() -> bool:
    return True


def text_of(readings: tuple[Reading, ...]) -> str:
    return readings[0].text if readings else ""


# ---------------------------------------------------------------- every engine


def test_it_bears_the_name_it_is_loaded_by(engine: Engine, tmp_path: Path) -> None:
    assert engine.name in ENGINES
    model = {"vosk": TINY}.get(engine.name)
    assert load(engine.name, model=model, data=tmp_path).name == engine.name


def test_what_was_said_is_understood(engine: Engine) -> None:
    asked = question("operator", *COMMANDS)
    assert understood(engine, asked, around(spoken("operator"))) == "operator"


def test_a_quiet_line_says_nothing(engine: Engine) -> None:
    assert all(r.confidence < 0.4 for r in decoded(engine, question(*COMMANDS), silence(1.0)))


def test_no_audio_at_all_says_nothing(engine: Engine) -> None:
    assert engine.open(question(*COMMANDS)).finish() == ()


def test_readings_are_words_of_the_question_with_a_share_of_certainty(engine: Engine) -> None:
    readings = decoded(engine, question(*COMMANDS), around(spoken("representative")))
    assert readings
    for reading in readings:
        assert reading.text
        assert set(reading.text.split()) <= set(COMMANDS)
        assert 0.0 <= reading.confidence <= 1.0
        assert " ".join(word.text for word in reading.words) == reading.text
    assert all(one.confidence >= other.confidence for one, other in pairwise(readings))


def test_words_have_their_times(engine: Engine) -> None:
    pcm = around(spoken("operator"), before=0.5)
    (word,) = decoded(engine, question("operator"), pcm)[0].words
    assert 0 <= word.start < word.end <= len(pcm) / 16000 + 0.1


@pytest.mark.parametrize("piece", [320, 4800, 1_000_000])
def test_how_the_audio_is_cut_changes_nothing(engine: Engine, piece: int) -> None:
    pcm = around(spoken("representative"))
    asked = question("representative", *COMMANDS)
    assert understood(engine, asked, pcm, piece=piece) == "representative"


def test_what_was_said_so_far_is_what_the_end_tells(engine: Engine) -> None:
    decoding = engine.open(question("representative", *COMMANDS))
    decoding.feed(around(spoken("representative")))
    told = decoding.so_far(always)
    assert text_of(told) == "representative"
    assert decoding.finish() == told


def test_a_caller_who_goes_on_after_being_listened_to_is_heard_whole(
    hearing_engine: Engine,
) -> None:
    asked = question("cancel repeat", "cancel", "repeat")
    first, second = around(spoken("cancel")), around(spoken("repeat"), before=0.2)
    decoding = hearing_engine.open(asked)
    decoding.feed(first)
    assert text_of(decoding.so_far(always)) == "cancel"
    decoding.feed(second)
    assert text_of(decoding.finish()) == "cancel repeat"
    assert text_of(decoded(hearing_engine, asked, first + second)) == "cancel repeat"


def test_a_pause_before_the_end_changes_nothing(engine: Engine) -> None:
    pcm = around(spoken("representative"))
    decoding = engine.open(question("representative", *COMMANDS))
    decoding.feed(pcm)
    decoding.pause(always)
    assert text_of(decoding.finish()) == "representative"


def test_the_caller_may_go_on_after_a_pause(hearing_engine: Engine) -> None:
    decoding = hearing_engine.open(question("cancel", "repeat", "cancel representative"))
    decoding.feed(around(spoken("cancel")))
    decoding.pause(always)
    decoding.feed(around(spoken("representative")))
    assert text_of(decoding.finish()) == "cancel representative"


def test_a_decoding_given_up_half_way_loses_nothing(hearing_engine: Engine) -> None:
    decoding = hearing_engine.open(question(*COMMANDS))
    decoding.feed(around(spoken("representative")))
    for patience in range(4):
        asked = iter([True] * patience)
        decoding.pause(lambda asked=asked: next(asked, False))  # type: ignore[misc]
    assert text_of(decoding.finish()) == "representative"


def test_two_decodings_do_not_disturb_each_other(hearing_engine: Engine) -> None:
    one, other = hearing_engine.open(question(*COMMANDS)), hearing_engine.open(question(*DIGITS))
    first, second = around(spoken("operator")), around(person_says("seven"))
    for start in range(0, max(len(first), len(second)), 1600):
        one.feed(first[start : start + 1600])
        other.feed(second[start : start + 1600])
    assert text_of(one.finish()) == "operator"
    assert text_of(other.finish()) == "seven"


def test_the_same_audio_is_always_heard_the_same(hearing_engine: Engine) -> None:
    pcm = around(person_says("four", who="jackson"))
    assert len({decoded(hearing_engine, question(*DIGITS), pcm) for _ in range(3)}) == 1


@pytest.mark.parametrize("digit", DIGITS)
def test_a_person_saying_a_digit_is_understood_or_not_trusted(
    hearing_engine: Engine, digit: str
) -> None:
    readings = decoded(hearing_engine, question(*DIGITS), around(person_says(digit)))
    assert text_of(readings) == digit or readings[0].confidence < 0.85


def test_what_is_no_answer_is_not_trusted(hearing_engine: Engine) -> None:
    asked = listening_for(YesNo("en"), question=None, language="en", sensitive=False)
    yes_no = Question(asked.jsgf, asked.words, asked.phrases)
    for text in ("what time is it", "my dog is barking", "the weather is nice today"):
        readings = decoded(hearing_engine, yes_no, around(spoken(text)))
        assert all(reading.confidence < 0.6 for reading in readings)


@pytest.mark.parametrize(
    "asked",
    [
        Question(),
        Question(words=("qwertzuiop",), phrases=("qwertzuiop",), jsgf=""),
        Question(jsgf="nonsense", words=("<eps>",), phrases=("<eps>",)),
        Question(jsgf="#JSGF V1.0; grammar g; public <g> = ;", words=("",)),
    ],
    ids=["nothing", "unknown words", "markup", "empty words"],
)
def test_a_question_it_cannot_hear_is_refused_and_others_go_on(
    hearing_engine: Engine, asked: Question
) -> None:
    with pytest.raises(SpeechError):
        hearing_engine.open(asked)
    assert understood(hearing_engine, question(*COMMANDS), around(spoken("operator"))) == "operator"


# ---------------------------------------------------------------- one by one


def test_words_vosk_does_not_know_are_left_out(engines: dict[str, Engine]) -> None:
    asked = question("operator", "xylophone concerto", "yes")
    assert understood(engines["vosk"], asked, around(spoken("operator"))) == "operator"


def test_vosk_tells_what_is_being_said(engines: dict[str, Engine]) -> None:
    decoding = engines["vosk"].open(question(*COMMANDS))
    pcm = around(spoken("operator"))
    said = [decoding.feed(pcm[start : start + 1600]) for start in range(0, len(pcm), 1600)]
    assert said[-1] == "operator"


def test_sphinx_forgets_old_grammars_and_learns_them_again(engines: dict[str, Engine]) -> None:
    first = question("operator", *COMMANDS)
    for number in range(70):
        engines["sphinx"].open(question("yes", "no", DIGITS[number % 10], *(["oh"] * number)))
    assert understood(engines["sphinx"], first, around(spoken("operator"))) == "operator"


def test_sphinx_says_words_no_dictionary_has(engines: dict[str, Engine]) -> None:
    pcm = around(spoken("metformin"))
    asked = question("metformin", "lisinopril", "zorvalex")
    assert understood(engines["sphinx"], asked, pcm) == "metformin"


def test_the_script_is_followed_and_begins_again(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('["yes", ["operator", 0.3], ""]', encoding="utf-8")
    scripted = ScriptedEngine(script)
    answers = [decoded(scripted, question(*COMMANDS), spoken("no")) for _ in range(4)]
    assert [text_of(answer) for answer in answers] == ["yes", "operator", "", "yes"]
    assert answers[1][0].confidence == 0.3


@pytest.mark.parametrize("script", ["{", "7", '[["yes", 0.5, 0.5]]'])
def test_a_broken_script_is_refused(tmp_path: Path, script: str) -> None:
    (tmp_path / "script.json").write_text(script, encoding="utf-8")
    with pytest.raises(SpeechError, match="script"):
        ScriptedEngine(tmp_path / "script.json")


def test_an_engine_nobody_has_heard_of_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="no such engine"):
        load("oracle", model=None, data=tmp_path)


def test_vosk_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="no model"):
        load("vosk", model=None, data=tmp_path)
