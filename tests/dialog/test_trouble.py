from ivr.dialog.actions import HandoffReason, Perform, StopPlayback
from tests.dialog.conversation import (
    Conversation,
    at_birth,
    at_look_up,
    at_menu,
    at_number,
    listens,
    phrases,
)


def test_without_a_recogniser_the_keys_are_offered() -> None:
    call = at_menu()
    call.lose_hearing()
    assert call.said.startswith(phrases().keys_only)
    assert "press" in call.said.lower()
    assert call.dialog.view.patience == 7.0
    call.press("2")
    assert call.said == "We open at nine."


def test_the_next_question_asks_for_keys_without_another_excuse() -> None:
    call = at_menu()
    call.lose_hearing()
    call.press("1")
    assert call.said.startswith("When were you born? ")
    turn = call.turn
    call.lose_hearing()
    assert call.turn == turn
    assert call.last == ()


def test_a_menu_that_was_not_heard_yet_is_said_before_its_keys() -> None:
    call = at_menu()
    call.lose_hearing()
    menu = "Say refill, hours, or message. For refill, press one"
    assert call.said.startswith(f"{phrases().keys_only} {menu}")


def test_yes_and_no_are_asked_for_by_key() -> None:
    call = at_number()
    call.say("one two three four five six seven", 0.5)
    call.lose_hearing()
    assert call.said.endswith(phrases().confirm_again)
    call.press("1")
    assert call.one(Perform).operation == "refills.status"


def test_a_recogniser_that_hears_again_is_believed() -> None:
    call = at_menu()
    call.lose_hearing()
    call.say("refill")
    assert call.said == "When were you born?"


def test_every_turn_tries_to_listen_again() -> None:
    call = at_menu()
    call.lose_hearing()
    assert listens(call)


def test_an_announcement_goes_on_without_a_recogniser() -> None:
    call = Conversation().answer()
    call.lose_hearing()
    assert call.last == ()
    call.finish_prompt()
    assert call.said == "Say refill, hours, or message."


def test_losing_the_recogniser_does_not_disturb_a_caller_who_keys() -> None:
    call = at_number()
    call.press("123")
    call.lose_hearing()
    assert call.last == ()
    call.press("4567")
    assert call.dialog.values["number"] == "1234567"


def test_a_recogniser_that_was_replaced_asks_again_without_a_miss() -> None:
    call = at_menu()
    call.restart_hearing()
    assert call.said == f"{phrases().say_again} Say refill, hours, or message."
    assert call.dialog.view.patience == 7.0


def test_a_recogniser_that_keeps_failing_is_as_good_as_none() -> None:
    call = at_menu()
    for _ in range(3):
        call.restart_hearing()
    assert call.said.startswith(phrases().keys_only)


def test_an_announcement_and_an_operation_go_on_with_a_replaced_recogniser() -> None:
    for call in (Conversation().answer(), at_look_up()):
        call.restart_hearing()
        assert call.last == ()


def test_a_prompt_that_could_not_be_spoken_is_tried_again() -> None:
    call = at_menu()
    call.lose_speech()
    assert call.said == "Say refill, hours, or message."


def test_two_prompts_in_a_row_that_could_not_be_spoken_reach_a_person() -> None:
    call = at_menu()
    call.lose_speech()
    call.lose_speech()
    assert call.handed_off.briefing.reason is HandoffReason.LINE_TROUBLE


def test_a_prompt_that_was_heard_between_starts_the_count_again() -> None:
    call = at_birth()
    call.lose_speech()
    call.finish_prompt()
    call.wait()
    call.lose_speech()
    assert call.ending is None


def test_a_goodbye_that_could_not_be_spoken_ends_the_call() -> None:
    call = at_menu()
    call.say("hours")
    call.finish_prompt()
    call.say("no")
    assert call.said == "Goodbye then."
    call.lose_speech()
    assert call.kinds[-1] == "HangUp"


def test_a_filler_is_said_when_the_clinic_takes_longer_than_a_moment() -> None:
    call = at_look_up()
    assert call.dialog.deadline == call.now + 1.2
    call.wait()
    assert call.said == "Looking it up."


def test_a_quick_answer_needs_no_filler() -> None:
    call = at_look_up()
    call.operation("ready", {"drug": "Placebex"})
    assert call.said == "Your Placebex is ready."


def test_a_filler_that_has_begun_is_heard_to_its_end() -> None:
    call = at_look_up()
    call.wait()
    call.operation("ready", {"drug": "Placebex"})
    assert call.last == ()
    call.finish_prompt()
    assert call.said == "Your Placebex is ready."


def test_a_filler_that_could_not_be_spoken_holds_nobody_up() -> None:
    call = at_look_up()
    call.wait()
    call.operation("ready", {"drug": "Placebex"})
    call.lose_speech()
    assert call.said == "Your Placebex is ready."


def test_a_long_wait_is_kept_company() -> None:
    call = at_look_up()
    call.wait()
    call.finish_prompt()
    call.wait()
    assert call.said == phrases().still_looking


def test_where_the_author_wrote_no_filler_the_line_has_one() -> None:
    call = at_birth()
    call.press("03051980")
    call.wait()
    assert call.said == phrases().filler


def test_a_clinic_that_never_answers_is_unavailable() -> None:
    call = at_look_up()
    asked = call.now
    while call.said != phrases().clinic_down:
        call.wait()
        assert call.now <= asked + 10.0
    call.finish_prompt()
    assert call.handed_off.briefing.reason is HandoffReason.CLINIC_DOWN
    assert call.handed_off.queue == "pharmacy"


def test_an_unavailable_clinic_is_excused_and_leads_to_a_person() -> None:
    call = at_look_up()
    call.operation("unavailable")
    assert call.said == phrases().clinic_down


def test_an_outcome_nobody_knows_leads_to_a_person() -> None:
    call = at_look_up()
    call.operation("exploded")
    assert call.said == phrases().clinic_down


def test_an_answer_that_comes_too_late_is_dropped() -> None:
    call = at_look_up()
    turn = call.turn
    call.operation("unavailable")
    assert call.turn > turn
    call.operation("ready", {"drug": "Placebex"})
    assert call.last == ()


def test_the_excuse_is_cut_by_zero_and_leads_to_the_same_person() -> None:
    call = at_look_up()
    call.operation("unavailable")
    turn = call.turn
    call.press("0")
    assert call.last[0] == StopPlayback(turn)
    assert call.handed_off.briefing.reason is HandoffReason.CLINIC_DOWN


def test_keys_pressed_while_the_clinic_is_asked_answer_the_next_question() -> None:
    call = at_look_up()
    call.press("2")
    call.operation("ready", {"drug": "Placebex"})
    call.finish_prompt()
    assert call.said == "Goodbye then."


def test_after_a_hold_what_was_left_to_wait_is_waited_for() -> None:
    call = at_menu()
    call.finish_prompt()
    call.now += 600.0
    call.dialog.resume(now=call.now)
    assert call.dialog.deadline == call.now + 5.0


def test_after_a_hold_a_prompt_may_be_played_anew() -> None:
    call = at_menu()
    deadline = call.dialog.deadline
    assert deadline is not None
    left = deadline - call.now
    call.now += 600.0
    call.dialog.resume(now=call.now)
    assert call.dialog.deadline == call.now + left


def test_before_the_first_and_after_the_last_word_a_hold_changes_nothing() -> None:
    call = Conversation()
    call.dialog.resume(now=1.0)
    assert call.dialog.deadline is None
