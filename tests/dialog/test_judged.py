"""Why each answer was taken as it was: what is noted of every turn."""

from collections.abc import Callable

import pytest

from ivr.dialog.confidence import Band
from ivr.dialog.events import Hypothesis, SentToPerson, SpeechStarted
from ivr.dialog.turns import Answered, Judged, TurnRecord
from tests.dialog.conversation import Conversation, at_birth, at_menu, at_number, sure

SEVEN = "one two three four five six seven"


def last(call: Conversation) -> TurnRecord:
    return call.dialog.turns[-1]


def after_no(call: Conversation) -> Conversation:
    call.say(SEVEN, 0.5)
    call.say("no")
    return call


def at_pin() -> Conversation:
    call = sure()
    call.finish_prompt()
    call.press("1")
    return call


def gone_silent() -> Conversation:
    call = at_menu()
    call.stay_silent()
    return call


def speaking_on() -> Conversation:
    call = at_menu()
    call.hear()
    return call


def never_ending() -> Conversation:
    call = at_menu()
    call.happen(SpeechStarted(call.turn))
    call.wait()
    return call


def said(
    start: Callable[[], Conversation], text: str, sure: float = 0.95
) -> Callable[[], Conversation]:
    def talk() -> Conversation:
        call = start()
        call.say(text, sure)
        return call

    return talk


def keyed(start: Callable[[], Conversation], keys: str) -> Callable[[], Conversation]:
    def talk() -> Conversation:
        call = start()
        call.press(keys)
        return call

    return talk


def read_back() -> Conversation:
    call = at_number()
    call.say(SEVEN, 0.5)
    return call


def deaf() -> Conversation:
    call = at_menu()
    call.lose_hearing()
    return call


def half_heard() -> Conversation:
    call = at_menu()
    call.restart_hearing()
    return call


def sent() -> Conversation:
    call = at_menu()
    call.happen(SentToPerson("billing"))
    return call


CASES: dict[str, tuple[Callable[[], Conversation], str, Answered, Judged]] = {
    "sure": (said(at_menu, "hours"), "menu", Answered.SPEECH, Judged.ACCEPTED),
    "doubtful": (said(at_number, SEVEN, 0.5), "digits", Answered.SPEECH, Judged.READ_BACK),
    "refused before": (
        said(lambda: after_no(at_number()), SEVEN),
        "digits",
        Answered.SPEECH,
        Judged.READ_BACK,
    ),
    "read back always": (
        said(at_pin, "one two"),
        "digits",
        Answered.SPEECH,
        Judged.ALWAYS_READ_BACK,
    ),
    "keys read back always": (
        keyed(at_pin, "12#"),
        "digits",
        Answered.KEYS,
        Judged.ALWAYS_READ_BACK,
    ),
    "yes": (said(read_back, "yes"), "read_back", Answered.SPEECH, Judged.CONFIRMED),
    "yes by key": (keyed(read_back, "1"), "read_back", Answered.KEYS, Judged.CONFIRMED),
    "no": (said(read_back, "no"), "read_back", Answered.SPEECH, Judged.DENIED),
    "no by key": (keyed(read_back, "2"), "read_back", Answered.KEYS, Judged.DENIED),
    "doubtful yes": (
        said(read_back, "yes", 0.4),
        "read_back",
        Answered.NOT_UNDERSTOOD,
        Judged.TOO_UNSURE,
    ),
    "the same once more": (
        said(read_back, SEVEN),
        "read_back",
        Answered.NOT_UNDERSTOOD,
        Judged.NOT_AN_ANSWER,
    ),
    "unsure": (said(at_menu, "hours", 0.1), "menu", Answered.NOT_UNDERSTOOD, Judged.TOO_UNSURE),
    "no answer": (
        said(at_menu, "my name is sample"),
        "menu",
        Answered.NOT_UNDERSTOOD,
        Judged.NOT_AN_ANSWER,
    ),
    "no words": (said(at_menu, ""), "menu", Answered.NOT_UNDERSTOOD, Judged.NO_WORDS),
    "nothing": (speaking_on, "menu", Answered.NOT_UNDERSTOOD, Judged.NO_WORDS),
    "no end": (never_ending, "menu", Answered.NOT_UNDERSTOOD, Judged.WITHOUT_END),
    "wrong key": (keyed(at_menu, "9"), "menu", Answered.NOT_UNDERSTOOD, Judged.WRONG_KEYS),
    "key": (keyed(at_menu, "2"), "menu", Answered.KEYS, Judged.KEYED),
    "many keys": (keyed(at_birth, "03051980"), "date_of_birth", Answered.KEYS, Judged.KEYED),
    "operator": (said(at_menu, "operator"), "menu", Answered.SPEECH, Judged.WISH),
    "help": (said(at_menu, "help"), "menu", Answered.SPEECH, Judged.WISH),
    "zero": (keyed(at_menu, "0"), "menu", Answered.KEYS, Judged.WISH),
    "chest pain": (said(at_birth, "chest pain"), "date_of_birth", Answered.SPEECH, Judged.ALARM),
    "silence": (gone_silent, "menu", Answered.SILENCE, Judged.SILENT),
    "deaf": (deaf, "menu", Answered.EVENT, Judged.EAR_LOST),
    "half heard": (half_heard, "menu", Answered.EVENT, Judged.EAR_LOST),
    "sent": (sent, "menu", Answered.EVENT, Judged.NOT_ASKED),
    "told": (at_menu, "", Answered.EVENT, Judged.NOT_ASKED),
}


@pytest.mark.parametrize("case", CASES)
def test_every_turn_tells_what_was_asked_and_why_the_answer_was_taken_so(case: str) -> None:
    talk, asked, answered, judged = CASES[case]
    record = last(talk())
    assert (record.asked, record.answered, record.judged) == (asked, answered, judged)


def test_every_judgement_can_be_reached() -> None:
    assert {judged for *_, judged in CASES.values()} == set(Judged)


def test_a_correction_of_a_read_back_is_judged_as_an_answer_to_the_question() -> None:
    call = read_back()
    call.say("no seven six five four three two one")
    assert last(call).judged is Judged.ACCEPTED


def test_the_second_guess_is_read_back_however_sure_it_is() -> None:
    call = at_menu()
    call.hear(Hypothesis("nothing known", 0.95), Hypothesis("hours", 0.95))
    assert (last(call).judged, last(call).band) == (Judged.READ_BACK, Band.ACCEPT)


def test_who_keys_while_no_ear_can_be_had_is_noted_for_the_keys() -> None:
    call = deaf()
    call.finish_prompt()
    call.press("2")
    assert last(call).judged is Judged.KEYED


def test_a_caller_whom_an_operator_sends_goes_to_the_queue_that_was_named() -> None:
    call = sent()
    assert call.handed_off.queue == "billing"
    assert call.dialog.ended
