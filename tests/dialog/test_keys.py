from ivr.dialog.actions import HandoffReason, Perform, StopPlayback
from tests.dialog.conversation import (
    Conversation,
    at_birth,
    at_look_up,
    at_menu,
    at_number,
    phrases,
    sure,
)


def test_a_key_cuts_the_prompt_at_once() -> None:
    call = at_number()
    turn = call.turn
    assert call.press("1") == (StopPlayback(turn),)
    assert call.dialog.deadline == call.now + 3.0


def test_complete_keys_count_at_once() -> None:
    call = at_number()
    call.press("1234567")
    assert call.one(Perform).arguments["number"] == "1234567"


def test_keys_that_stop_too_early_are_not_understood() -> None:
    call = at_number()
    call.press("123")
    call.wait()
    assert call.said == "That was not it. The number?"


def test_the_termination_key_ends_an_answer_of_open_length() -> None:
    call = sure()
    call.finish_prompt()
    call.say("agree")
    call.press("12")
    assert call.said == ""
    call.press("#")
    assert call.said.endswith("Is that right?")


def test_a_pause_ends_an_answer_of_open_length() -> None:
    call = sure()
    call.finish_prompt()
    call.say("agree")
    call.press("123")
    call.wait()
    assert call.said.endswith("Is that right?")


def test_the_termination_key_alone_means_nothing() -> None:
    call = at_number()
    call.press("#")
    assert call.kinds == ["StopPlayback"]
    assert call.dialog.deadline == call.now + 5.0


def test_a_wrong_menu_key_is_answered_at_once() -> None:
    call = at_menu()
    call.press("9")
    assert call.said.startswith(phrases().no_match[0])


def test_wrong_digits_run_out_before_anything_is_said() -> None:
    call = at_birth()
    call.press("9941980")
    assert call.said == ""
    call.wait()
    assert call.said.startswith(phrases().no_match[0])


def test_keys_pressed_during_an_announcement_answer_the_next_question() -> None:
    call = Conversation().answer()
    assert call.press("2") == ()
    call.finish_prompt()
    assert call.said == "We open at nine."


def test_keys_typed_ahead_answer_one_question_after_the_other() -> None:
    call = Conversation().answer()
    call.press("2")
    call.press("2")
    call.finish_prompt()
    call.finish_prompt()
    assert call.said == "Goodbye then."


def test_keys_typed_ahead_in_part_are_waited_for() -> None:
    call = at_birth()
    call.press("03051980")
    call.press("123")
    call.operation("verified", {"patient": "p1"})
    assert call.kinds == ["Listen"]
    assert call.dialog.deadline == call.now + 3.0
    call.press("4567")
    assert call.one(Perform).operation == "refills.status"


def test_keys_typed_ahead_in_part_and_left_so_are_forgotten_without_a_miss() -> None:
    call = at_birth()
    call.press("03051980")
    call.press("123")
    call.operation("verified", {"patient": "p1"})
    before = call.dialog.view.patience
    call.wait()
    assert call.said == "What is the number?"
    assert call.dialog.view.patience == before


def test_an_error_prompt_clears_what_was_typed_ahead() -> None:
    call = Conversation().answer()
    call.press("9")
    call.press("2")
    call.finish_prompt()
    assert call.said == "Say refill, hours, or message."
    call.finish_prompt()
    call.wait()
    assert call.said.startswith(phrases().no_input[0])


def test_what_is_typed_ahead_is_bounded() -> None:
    call = Conversation().answer()
    call.press("2" * 200)
    call.finish_prompt()
    assert not call.dialog.ended


def test_the_star_key_clears_what_was_keyed() -> None:
    call = at_number()
    call.press("123*")
    assert call.said == ""
    call.press("7654321")
    assert call.dialog.values["number"] == "7654321"


def test_the_star_key_twice_repeats_the_prompt() -> None:
    call = at_number()
    call.press("123*")
    call.press("*")
    assert call.said == "What is the number?"
    assert call.dialog.view.patience == 7.0


def test_the_star_key_clears_what_was_typed_ahead() -> None:
    call = Conversation().answer()
    call.press("2*")
    call.finish_prompt()
    assert call.said == "Say refill, hours, or message."


def test_the_star_key_says_an_announcement_again() -> None:
    call = Conversation().answer()
    call.press("*")
    assert call.said == "Welcome to the clinic."


def test_letters_of_a_keypad_mean_nothing() -> None:
    call = at_menu()
    assert call.press("ABCD") == ()


def test_zero_reaches_a_person_at_once_from_a_menu() -> None:
    call = at_menu()
    call.press("0")
    assert call.kinds == ["StopPlayback", "StopListening", "HandOff"]
    assert call.handed_off.queue == "front_desk"
    assert call.handed_off.briefing.reason is HandoffReason.ASKED


def test_zero_reaches_a_person_at_once_from_an_announcement() -> None:
    call = Conversation().answer()
    call.press("0")
    assert call.handed_off.queue == "front_desk"


def test_zero_reaches_a_person_at_once_while_the_clinic_is_asked() -> None:
    call = at_look_up()
    call.press("0")
    assert call.handed_off.queue == "pharmacy"


def test_zero_reaches_a_person_at_once_at_a_read_back() -> None:
    call = at_number()
    call.say("one two three four five six seven", 0.5)
    assert call.said.endswith("Is that right?")
    call.press("0")
    assert call.handed_off.queue == "pharmacy"


def test_zero_alone_reaches_a_person_where_zero_is_a_digit_too() -> None:
    call = at_number()
    call.press("0")
    assert call.ending is None
    assert call.dialog.deadline == call.now + 3.0
    call.wait()
    assert call.handed_off.queue == "pharmacy"


def test_zero_and_the_termination_key_reach_a_person_at_once() -> None:
    call = at_number()
    call.press("0#")
    assert call.handed_off.queue == "pharmacy"


def test_a_number_may_begin_with_zero() -> None:
    call = at_number()
    call.press("0123456")
    assert call.dialog.values["number"] == "0123456"


def test_two_zeros_are_digits() -> None:
    call = at_number()
    call.press("00")
    call.wait()
    assert call.ending is None


def test_zero_within_digits_typed_ahead_is_a_digit() -> None:
    call = sure()
    call.press("0")
    assert call.handed_off.queue == "front_desk"


def test_keys_count_without_a_read_back() -> None:
    call = at_number()
    call.press("1234567")
    assert not call.said.endswith("Is that right?")


def test_keys_are_read_back_where_the_author_wants_every_answer_read_back() -> None:
    call = sure()
    call.finish_prompt()
    call.say("agree")
    call.press("1234")
    assert call.said.endswith("Is that right?")
    call.press("1")
    assert call.dialog.values["pin"] == "1234"
