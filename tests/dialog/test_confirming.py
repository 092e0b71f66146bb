from ivr.dialog.actions import Listen, Perform, Play
from ivr.dialog.events import Hypothesis
from tests.dialog.conversation import Conversation, at_menu, at_number, phrases, sure

SAID = "one two three four five six seven"
OTHER = "seven six five four three two one"


def doubted() -> Conversation:
    """Hear a number at a confidence that must be confirmed."""
    call = at_number()
    call.say(SAID, 0.5)
    assert call.said.endswith("Is that right?")
    return call


def test_a_sure_answer_is_not_read_back() -> None:
    call = at_number()
    call.say(SAID, 0.99)
    assert call.one(Perform).arguments["number"] == "1234567"


def test_an_unsure_answer_is_read_back_and_yes_takes_it() -> None:
    call = doubted()
    call.say("yes")
    assert call.one(Perform).arguments["number"] == "1234567"


def test_a_doubtful_yes_is_asked_again() -> None:
    call = doubted()
    call.say("yes", 0.5)
    assert call.said.endswith(phrases().confirm_again)


def test_a_doubtful_no_is_a_no() -> None:
    call = doubted()
    call.say("no", 0.5)
    assert call.said.startswith(phrases().not_confirmed)


def test_what_is_read_back_is_never_kept() -> None:
    assert not doubted().one(Play).cacheable


def test_what_is_read_back_of_a_menu_is_nobodys_data() -> None:
    call = at_menu()
    call.say("hours", 0.5)
    assert call.said.endswith("Is that right?")
    assert call.one(Play).cacheable


def test_at_a_read_back_yes_no_and_the_right_answer_are_listened_for() -> None:
    words = doubted().one(Listen).listening.words
    assert {"yes", "no", "seven"} <= set(words)


def test_no_asks_again_and_costs_half_a_miss() -> None:
    call = doubted()
    before = call.dialog.view.patience
    call.say("no")
    assert call.said == f"{phrases().not_confirmed} What is the number?"
    assert call.dialog.view.patience == before - 0.5


def test_keys_one_and_two_are_yes_and_no() -> None:
    call = doubted()
    call.press("2")
    assert call.said.startswith(phrases().not_confirmed)
    call.say(OTHER, 0.5)
    call.press("1")
    assert call.dialog.values["number"] == "7654321"


def test_a_refused_answer_is_not_taken_again_in_silence() -> None:
    call = doubted()
    call.say("no")
    call.say(SAID, 0.99)
    assert call.said.endswith("Is that right?")


def test_a_refused_answer_is_not_taken_in_silence_by_key_either() -> None:
    call = doubted()
    call.say("no")
    call.press("1234567")
    assert call.said.endswith("Is that right?")


def test_after_a_refusal_the_next_hypothesis_is_offered() -> None:
    call = doubted()
    call.say("no")
    call.hear(Hypothesis(SAID, 0.9), Hypothesis(OTHER, 0.9))
    assert call.said.endswith("Is that right?")
    call.say("yes")
    assert call.dialog.values["number"] == "7654321"


def test_another_number_instead_of_yes_or_no_is_a_correction() -> None:
    call = doubted()
    call.say(OTHER, 0.99)
    assert call.dialog.values["number"] == "7654321"


def test_an_unsure_correction_is_read_back_too() -> None:
    call = doubted()
    call.say(OTHER, 0.5)
    assert call.said.endswith("Is that right?")
    call.say("yes")
    assert call.dialog.values["number"] == "7654321"


def test_no_with_the_right_number_behind_it_is_a_correction() -> None:
    call = doubted()
    call.say(f"no {OTHER}", 0.99)
    assert call.dialog.values["number"] == "7654321"


def test_the_same_number_once_more_is_no_yes() -> None:
    call = doubted()
    call.say(SAID, 0.99)
    assert call.said.endswith(phrases().confirm_again)
    call.say("yes")
    assert call.dialog.values["number"] == "1234567"


def test_the_same_number_once_more_offers_the_next_hypothesis() -> None:
    call = doubted()
    call.hear(Hypothesis(SAID, 0.9), Hypothesis(OTHER, 0.9))
    assert call.said.endswith("Is that right?")
    call.say("yes")
    assert call.dialog.values["number"] == "7654321"


def test_silence_at_a_read_back_names_the_keys() -> None:
    call = doubted()
    call.stay_silent()
    assert call.said.endswith(phrases().confirm_again)


def test_a_read_back_does_not_go_on_for_ever() -> None:
    call = doubted()
    for _ in range(3):
        call.say("bananas")
    assert call.said == phrases().not_understood


def test_refusing_for_ever_reaches_a_person() -> None:
    call = doubted()
    for _ in range(20):
        call.say("no")
        if call.said == phrases().not_understood:
            break
        call.say(SAID, 0.5)
    assert call.said == phrases().not_understood


def test_confidence_too_low_is_not_understood() -> None:
    call = at_number()
    call.say(SAID, 0.01)
    assert call.said == "That was not it. The number?"


def test_always_reads_back_a_sure_answer() -> None:
    call = sure()
    call.finish_prompt()
    call.say("agree")
    call.say("one two", 0.99)
    assert call.said.endswith("Is that right?")


def test_never_takes_an_unsure_answer() -> None:
    call = sure()
    call.finish_prompt()
    call.say("agree")
    call.press("12#1")
    call.say("one two three four", 0.5)
    assert call.dialog.values["exact"] == "1234"
