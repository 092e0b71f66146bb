from ivr.dialog.actions import HandoffReason, Listen, Play, StopPlayback
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Hypothesis,
    KeyPressed,
    PromptFinished,
    SpeechStarted,
    Utterance,
)
from tests.dialog.conversation import (
    Conversation,
    at_birth,
    at_menu,
    at_number,
    listens,
    phrases,
    sure,
)


def test_an_announcement_is_heard_with_an_open_ear() -> None:
    call = Conversation().answer()
    assert call.kinds == ["Play", "Listen"]
    assert call.said == "Welcome to the clinic."


def test_an_answer_over_the_prompt_cuts_it() -> None:
    call = at_menu()
    turn = call.turn
    assert call.happen(SpeechStarted(turn)) == (StopPlayback(turn),)
    call.happen(Utterance(turn, (Hypothesis("hours", 0.95),)))
    assert call.said == "We open at nine."


def test_speech_does_not_cut_an_announcement() -> None:
    call = Conversation().answer()
    assert call.happen(SpeechStarted(1)) == ()
    assert call.happen(Utterance(1, (Hypothesis("hours", 0.95),))) == ()


def test_events_of_an_earlier_turn_are_dropped() -> None:
    call = at_menu()
    call.say("hours")
    earlier = call.turn - 1
    assert call.happen(PromptFinished(earlier)) == ()
    assert call.happen(SpeechStarted(earlier)) == ()
    assert call.happen(Utterance(earlier, (Hypothesis("refill", 0.95),))) == ()
    assert call.said == ""


def test_nothing_follows_the_end_of_the_caller() -> None:
    call = at_menu()
    assert call.happen(CallerHungUp()) == ()
    assert call.dialog.ended
    assert call.dialog.deadline is None
    assert call.say("refill") == ()
    assert call.dialog.handle_deadline(now=1e9) == ()


def test_nothing_happens_before_the_call_is_answered() -> None:
    call = Conversation()
    assert call.press("0") == ()
    assert call.happen(PromptFinished(0)) == ()
    assert call.dialog.deadline is None


def test_a_second_answer_of_the_call_changes_nothing() -> None:
    call = at_menu()
    assert call.happen(CallAnswered()) == ()


def test_silence_is_counted_from_the_end_of_the_prompt() -> None:
    call = at_menu()
    call.finish_prompt()
    assert call.dialog.deadline == call.now + 5.0


def test_silence_prompts_change_each_time() -> None:
    call = at_number()
    call.stay_silent()
    assert call.said == "I heard nothing. The number?"
    call.stay_silent()
    assert call.said == "Key in the number."


def test_no_match_prompts_of_the_author_are_followed_by_the_keys_when_they_run_out() -> None:
    call = at_number()
    call.say("")
    assert call.said == "That was not it. The number?"
    call.say("")
    assert call.said.startswith("That was not it. The number? ")
    assert "key" in call.said.removeprefix("That was not it. The number? ").lower()


def test_where_the_author_wrote_nothing_the_line_has_words_of_its_own() -> None:
    call = at_birth()
    call.stay_silent()
    assert call.said == f"{phrases().no_input[0]} When were you born?"
    call.say("")
    assert call.said.startswith(f"{phrases().no_match[1]} When were you born?")
    assert call.said != f"{phrases().no_match[1]} When were you born?"


def test_a_menu_names_its_keys_at_the_second_miss() -> None:
    call = at_menu()
    call.say("")
    assert call.said == f"{phrases().no_match[0]} Say refill, hours, or message."
    call.say("")
    assert "press" in call.said.lower()
    assert "Say refill" not in call.said


def test_three_silences_reach_a_person() -> None:
    call = at_number()
    for _ in range(3):
        call.stay_silent()
    assert call.said == phrases().not_understood
    call.finish_prompt()
    assert call.handed_off.queue == "pharmacy"
    assert call.handed_off.briefing.reason is HandoffReason.NOT_UNDERSTOOD


def test_the_authors_way_out_is_taken_before_a_person() -> None:
    call = at_menu()
    call.say("hours")
    call.finish_prompt()
    for _ in range(3):
        call.stay_silent()
    assert call.said == "Goodbye then."


def test_speech_without_an_end_is_not_understood() -> None:
    call = at_menu()
    call.happen(SpeechStarted(call.turn))
    assert call.dialog.deadline == call.now + 15.0 + 3.0
    call.wait()
    assert call.said.startswith(phrases().no_match[0])


def test_a_prompt_whose_end_is_never_reported_holds_nobody_up() -> None:
    call = at_menu()
    turn = call.turn
    assert call.wait() == (StopPlayback(turn),)
    assert call.dialog.deadline == call.now + 5.0


def test_an_announcement_whose_end_is_never_reported_holds_nobody_up() -> None:
    call = Conversation().answer()
    call.wait()
    assert call.kinds == ["StopPlayback", "Play", "Listen"]


def test_a_prompt_that_must_be_heard_is_not_cut_by_speech() -> None:
    call = sure()
    assert call.say("agree") == ()
    call.finish_prompt()
    assert call.kinds == ["Listen"]
    call.say("agree")
    assert call.said == "Your number?"


def test_a_prompt_that_must_be_heard_keeps_keys_for_its_end() -> None:
    call = sure()
    assert call.press("1") == ()
    call.finish_prompt()
    assert call.said == "Your number?"


def test_words_of_the_answer_are_listened_for_only_after_a_prompt_that_must_be_heard() -> None:
    call = sure()
    assert "agree" not in call.one(Listen).listening.words
    assert "operator" in call.one(Listen).listening.words
    call.finish_prompt()
    assert "agree" in call.one(Listen).listening.words


def test_private_answers_are_listened_to_as_private() -> None:
    call = at_menu()
    assert call.say("refill")
    assert call.one(Listen).listening.sensitive
    assert not at_menu().one(Listen).listening.sensitive


def test_a_prompt_with_a_patients_data_is_never_kept() -> None:
    call = at_number()
    assert call.one(Play).cacheable
    call.press("1234567")
    call.operation("ready", {"drug": "Placebex"})
    assert call.said == "Your Placebex is ready."
    assert not call.one(Play).cacheable


def test_an_attempt_limit_of_the_author_counts() -> None:
    call = sure()
    call.finish_prompt()
    call.say("agree")
    call.press("12#")
    call.press("1")
    assert call.said == "Four digits?"
    call.stay_silent()
    call.stay_silent()
    assert call.said == phrases().not_understood


def test_the_best_hypothesis_that_is_an_answer_counts_only_after_asking() -> None:
    call = at_menu()
    call.hear(Hypothesis("bananas", 0.95), Hypothesis("hours", 0.95))
    assert "hours" in call.said
    assert call.said.endswith("Is that right?")


def test_a_spoken_answer_is_dropped_while_the_caller_keys() -> None:
    call = at_number()
    call.press("123")
    assert call.say("seven six five four three two one") == ()
    call.press("4567")
    assert call.dialog.values["number"] == "1234567"


def test_a_key_after_the_caller_began_to_speak_is_the_answer() -> None:
    call = at_menu()
    call.happen(SpeechStarted(call.turn))
    call.happen(KeyPressed("2"))
    assert call.said == "We open at nine."


def test_listening_goes_on_after_every_miss() -> None:
    call = at_menu()
    call.say("")
    assert listens(call)
