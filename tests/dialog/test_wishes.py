from collections.abc import Callable, Mapping

import pytest

from ivr.dialog.actions import HandoffReason, Play
from ivr.dialog.events import Hypothesis, Utterance
from tests.dialog.conversation import (
    PROVED,
    Conversation,
    at_birth,
    at_look_up,
    at_menu,
    at_number,
    phrases,
    sure,
)


def confirming() -> Conversation:
    call = at_number()
    call.say("one two three four five six seven", 0.5)
    return call


def leaving() -> Conversation:
    call = at_look_up()
    call.operation("not_found")
    assert call.said == "Let me get someone."
    return call


EVERYWHERE: Mapping[str, tuple[Callable[[], Conversation], str]] = {
    "announcement": (lambda: Conversation().answer(), "front_desk"),
    "menu": (at_menu, "front_desk"),
    "question": (at_number, "pharmacy"),
    "read-back": (confirming, "pharmacy"),
    "operation": (at_look_up, "pharmacy"),
    "must be heard": (sure, "front_desk"),
    "last words": (leaving, "pharmacy"),
}


@pytest.mark.parametrize("where", EVERYWHERE)
def test_operator_reaches_a_person_at_once(where: str) -> None:
    begin, queue = EVERYWHERE[where]
    call = begin()
    call.happen(Utterance(call.turn, (Hypothesis("operator", 0.95),)))
    assert call.handed_off.queue == queue
    assert not call.handed_off.urgent
    assert call.dialog.ended
    assert call.dialog.deadline is None


def test_operator_cuts_the_prompt() -> None:
    call = at_menu()
    call.happen(Utterance(call.turn, (Hypothesis("operator", 0.95),)))
    assert call.kinds == ["StopPlayback", "StopListening", "HandOff"]


def test_operator_before_the_end_of_a_handoffs_prompt_leads_where_it_leads() -> None:
    call = leaving()
    call.say("operator")
    assert call.handed_off.briefing.reason is HandoffReason.FLOW


def test_an_implausible_operator_is_not_understood() -> None:
    call = at_menu()
    call.say("operator", 0.01)
    assert call.said.startswith(phrases().no_match[0])


def test_help_says_the_authors_help_and_asks_again_without_a_miss() -> None:
    call = at_menu()
    call.say("help")
    assert call.said == "Refills are key one. Say refill, hours, or message."
    assert call.dialog.view.patience == 7.0


def test_help_without_an_authors_help_is_the_lines() -> None:
    call = at_birth()
    call.say("help")
    assert call.said == f"{phrases().help} When were you born?"


def test_help_at_a_read_back_names_the_keys() -> None:
    call = confirming()
    call.say("help")
    assert call.said.endswith(phrases().confirm_again)


def test_help_during_an_announcement_helps_and_says_it_again() -> None:
    call = Conversation().answer()
    call.say("help")
    assert call.said == f"{phrases().help} Welcome to the clinic."


def test_help_during_an_excuse_is_the_lines() -> None:
    call = at_look_up()
    call.operation("unavailable")
    call.say("help")
    assert call.said == f"{phrases().help} {phrases().clinic_down}"


def test_repeat_says_the_question_again_with_what_was_told_before_it() -> None:
    call = at_menu()
    call.say("hours")
    call.finish_prompt()
    assert call.said == "Anything else?"
    call.say("repeat that")
    assert call.said == "We open at nine. Anything else?"


def test_repeat_says_no_more_than_the_question_after_an_answer() -> None:
    call = at_birth()
    call.say("repeat that")
    assert call.said == "When were you born?"


def test_repeat_of_what_holds_a_patients_data_is_not_kept() -> None:
    call = at_look_up()
    call.operation("ready", {"drug": "Placebex"})
    call.finish_prompt()
    call.say("repeat that")
    assert call.said == "Your Placebex is ready. Anything else?"
    assert not call.one(Play).cacheable


def test_repeat_does_not_use_up_attempts() -> None:
    call = at_menu()
    for _ in range(10):
        call.say("repeat that")
    assert call.said.endswith("Say refill, hours, or message.")


def test_slower_speaks_slowly_from_then_on() -> None:
    call = at_menu()
    call.say("slower")
    assert call.one(Play).slow
    call.say("hours")
    assert call.one(Play).slow


def test_go_back_asks_the_question_before_and_forgets_its_answer() -> None:
    call = at_look_up()
    assert "number" in call.dialog.values
    call.say("go back")
    assert call.said == "What is the number?"
    assert "number" not in call.dialog.values


def test_go_back_leaves_a_flow_for_the_one_that_called_it() -> None:
    call = at_birth()
    call.say("go back")
    assert call.said == "Say refill, hours, or message."
    assert call.dialog.view.places == ("main.menu",)


def test_go_back_at_a_read_back_asks_the_question_itself() -> None:
    call = confirming()
    call.say("go back")
    assert call.said == "What is the number?"
    assert call.dialog.view.patience == 7.0 + 0.0


def test_go_back_at_the_first_question_asks_it_again() -> None:
    call = at_menu()
    call.say("go back")
    assert call.said == "Say refill, hours, or message."


def test_go_back_keeps_who_the_caller_is() -> None:
    call = at_number()
    call.say("go back")
    call.say("go back")
    assert call.said == "Say refill, hours, or message."
    assert call.dialog.values == PROVED


def test_start_over_begins_again_and_keeps_who_the_caller_is() -> None:
    call = at_look_up()
    call.say("start over")
    assert call.said == "Welcome to the clinic."
    assert call.dialog.values == PROVED
    call.finish_prompt()
    call.say("refill")
    assert call.said == "What is the number?"


def test_start_over_keeps_what_was_known_before_the_call() -> None:
    call = Conversation(values={"patient": "p2"}).answer()
    call.say("start over")
    assert call.dialog.values == {"patient": "p2"}


def test_spanish_reaches_someone_who_speaks_it() -> None:
    call = at_menu()
    call.say("español")
    assert call.one(Play).language == "es"
    assert call.said == phrases().spanish
    call.finish_prompt()
    assert call.handed_off.queue == "spanish"
    assert call.handed_off.briefing.reason is HandoffReason.ASKED


def test_a_wish_while_the_clinic_is_asked_is_answered_with_company() -> None:
    call = at_look_up()
    call.say("repeat that")
    assert call.said == "Looking it up."


def test_chest_pain_is_answered_before_anything_else() -> None:
    call = at_number()
    call.say("i have chest pain")
    assert call.said == phrases().emergency_medical
    call.finish_prompt()
    assert call.handed_off.urgent
    assert call.handed_off.queue == "pharmacy"
    assert call.handed_off.briefing.reason is HandoffReason.EMERGENCY


def test_a_crisis_is_answered_with_its_own_words() -> None:
    call = at_menu()
    call.say("i want to kill myself")
    assert call.said == phrases().emergency_crisis
    call.finish_prompt()
    assert call.handed_off.urgent


def test_an_alarm_in_a_worse_hypothesis_counts_too() -> None:
    call = at_menu()
    call.hear(Hypothesis("hours", 0.95), Hypothesis("chest pain", 0.9))
    assert call.said == phrases().emergency_medical


def test_an_alarm_is_heard_during_an_announcement_and_an_operation() -> None:
    for call in (Conversation().answer(), at_look_up()):
        call.say("chest pain")
        assert call.said == phrases().emergency_medical


def test_the_words_of_an_emergency_are_heard_in_full() -> None:
    call = at_menu()
    call.say("chest pain")
    assert "StopListening" in call.kinds
    assert call.say("operator") == ()
    assert call.say("chest pain") == ()
    assert call.press("5") == ()
    assert call.ending is None


def test_zero_cuts_the_words_of_an_emergency_and_keeps_the_urgency() -> None:
    call = at_menu()
    call.say("chest pain")
    call.press("0")
    assert call.handed_off.urgent
    assert call.handed_off.briefing.reason is HandoffReason.EMERGENCY


def test_the_words_of_an_emergency_that_cannot_be_spoken_hold_nobody_up() -> None:
    call = at_menu()
    call.say("chest pain")
    call.lose_speech()
    assert call.handed_off.urgent
