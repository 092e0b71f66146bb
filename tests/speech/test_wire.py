import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.events import Hypothesis
from ivr.speech.engines import Question, Reading, Word
from ivr.speech.wire import (
    EOF,
    PAUSE,
    Configure,
    Finish,
    PartialText,
    Pause,
    Segment,
    SoFar,
    TellSoFar,
    Trouble,
    WireError,
    config_frame,
    error_frame,
    joined,
    partial_frame,
    read_answer,
    read_control,
    result_frame,
    so_far_frame,
    understood,
)

ASKED = Question("#JSGF V1.0;\ngrammar g;\npublic <g> = sí | no;\n", ("no", "sí"), ("sí", "no"))
HEARD = Reading("one two", 0.8, (Word("one", 0.9, 0.1, 0.4), Word("two", 0.8, 0.5, 0.9)))


def test_a_question_survives_the_wire() -> None:
    assert read_control(config_frame(ASKED, ours=True)) == Configure(ASKED)


def test_a_plain_vosk_server_gets_what_it_knows_and_nothing_else() -> None:
    config = json.loads(config_frame(ASKED, ours=False))["config"]
    assert config == {"sample_rate": 8000, "phrase_list": ["no", "sí", "[unk]"], "words": True}


def test_a_plain_vosk_server_gets_no_empty_list_it_would_crash_at() -> None:
    assert "phrase_list" not in json.loads(config_frame(Question(), ours=False))["config"]


def test_the_marks_are_read_and_the_last_is_the_very_text_vosk_server_compares() -> None:
    assert read_control(PAUSE) == Pause()
    assert read_control(EOF) == Finish()
    assert EOF == '{"eof" : 1}'


def test_readings_survive_the_wire_best_first() -> None:
    sent = result_frame([HEARD, Reading("one too", 0.3)])
    expected = (Hypothesis("one two", 0.8), Hypothesis("one too", 0.3))
    assert read_answer(sent) == Segment(expected, final=True)


def test_a_result_is_what_vosk_server_would_send_and_more() -> None:
    sent = json.loads(result_frame([HEARD]))
    assert sent["text"] == "one two"
    assert sent["result"][0] == {"conf": 0.9, "start": 0.1, "end": 0.4, "word": "one"}


def test_nothing_understood_is_an_answer_too() -> None:
    assert read_answer(result_frame([])) == Segment((), final=True)
    assert read_answer(result_frame([], so_far=3)) == SoFar(3, ())


def test_what_is_understood_so_far_survives_the_wire_with_its_number() -> None:
    assert read_control(so_far_frame(3)) == TellSoFar(3)
    sent = result_frame([HEARD], so_far=3)
    assert read_answer(sent) == SoFar(3, (Hypothesis("one two", 0.8),))


@pytest.mark.parametrize(
    "sent",
    ['{"text": "a", "so_far": 1}', '{"text": "a", "so_far": 1, "alternatives": "a"}'],
)
def test_what_is_understood_so_far_has_its_readings(sent: str) -> None:
    with pytest.raises(WireError):
        read_answer(sent)


def test_partial_texts_and_trouble_survive_the_wire() -> None:
    assert read_answer(partial_frame("one")) == PartialText("one")
    assert read_answer(error_frame("no grammar")) == Trouble("no grammar")


def test_a_vosk_servers_words_make_one_confidence() -> None:
    words = [{"word": "one", "conf": 0.5}, {"word": "two", "conf": 0.5}]
    sent = json.dumps({"text": "one two", "result": words})
    assert read_answer(sent) == Segment((Hypothesis("one two", 0.25),))


def test_words_outside_the_grammar_are_dropped_and_lower_the_confidence() -> None:
    words = (("[unk]", 1.0), ("yes", 0.8))
    assert understood("[unk] yes", words) == (Hypothesis("yes", 0.4),)
    assert understood("[unk]", (("[unk]", 1.0),)) == ()
    assert understood("", ()) == ()


def test_pieces_of_an_utterance_are_joined() -> None:
    one, two = (Hypothesis("one", 0.5),), (Hypothesis("two", 0.5),)
    assert joined([one, (), two]) == (Hypothesis("one two", 0.25),)
    assert joined([(), one]) == one
    assert joined([]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '"eof"',
        "{}",
        '{"eof": 0}',
        '{"pause": "1"}',
        '{"config": []}',
        '{"config": {"sample_rate": 16000}}',
        '{"config": {"jsgf": 7}}',
        '{"config": {"words": "yes"}}',
        '{"config": {"words": [7]}}',
        '{"config": {"words": [""]}}',
        '{"config": {"phrase_list": ["a\\u0000b"]}}',
        json.dumps({"config": {"words": ["x" * 401]}}),
        json.dumps({"config": {"words": ["x"] * 20_001}}),
        "[" * 100_000,
        "9" * 5000,
    ],
    ids=range(19),
)
def test_what_is_no_control_message_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        read_control(text)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"text": 7}',
        '{"text": "a", "result": 7}',
        '{"text": "a", "result": [7]}',
        '{"text": "a", "final": true, "alternatives": []}',
        '{"text": "a", "final": true, "alternatives": [{"text": "b", "confidence": 1}]}',
        '{"text": "a", "final": true, "alternatives": [{"text": "a"}]}',
    ],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        read_answer(text)


def test_a_refusal_never_quotes_what_was_sent() -> None:
    with pytest.raises(WireError) as refused:
        read_control('{"config": {"words": ["chest pain\\u0007"]}}')
    assert "chest" not in str(refused.value)


@pytest.mark.parametrize(
    ("sent", "read"), [("1.5", 1.0), ("-1", 0.0), ("NaN", 0.0), ("Infinity", 0.0)]
)
def test_a_confidence_is_brought_between_nothing_and_one(sent: str, read: float) -> None:
    answer = read_answer(f'{{"text": "a", "result": [{{"word": "a", "conf": {sent}}}]}}')
    assert answer == Segment((Hypothesis("a", read),))


@given(
    st.text()
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_control, read_answer):
        try:
            read(text)
        except WireError:
            continue
