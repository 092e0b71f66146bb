from ivr.dialog.confidence import Band
from ivr.dialog.events import Hypothesis
from ivr.dialog.turns import Answered
from ivr.dialog.view import HIDDEN
from tests.dialog.conversation import Conversation, at_look_up, at_menu, at_number

SAID = "one two three four five six seven"


def test_before_the_call_is_answered_there_is_nothing_to_see() -> None:
    view = Conversation().dialog.view
    assert (view.flow, view.state, view.places, view.turn) == ("", "", (), 0)


def test_the_view_names_every_flow_under_way() -> None:
    view = at_number().dialog.view
    assert (view.flow, view.state) == ("refill", "number")
    assert view.places == ("main.refill", "refill.number")


def test_the_view_shows_prompts_unfilled() -> None:
    call = at_look_up()
    call.operation("ready", {"drug": "Placebex"})
    assert call.dialog.view.prompt == "Your {drug} is ready."


def test_the_view_shows_a_read_back_unfilled() -> None:
    call = at_number()
    call.say(SAID, 0.5)
    assert call.dialog.view.prompt == "I heard: {answer}. Is that right?"


def test_private_slots_are_hidden_and_what_nobody_declared_too() -> None:
    call = at_look_up()
    assert call.dialog.view.slots["number"] == HIDDEN
    assert call.dialog.view.slots["patient"] == HIDDEN
    stray = Conversation(values={"stray": "Testa"}).answer()
    assert stray.dialog.view.slots["stray"] == HIDDEN


def test_slots_that_are_not_private_are_shown() -> None:
    assert at_look_up().dialog.view.slots["verified_by"] == "date of birth"


def test_last_words_are_shown_where_they_answer_a_question_that_is_not_private() -> None:
    call = at_menu()
    assert call.dialog.view.last_words == ""
    call.say("hours")
    assert call.dialog.view.last_words == "hours"


def test_last_words_are_hidden_where_they_are_private_or_unexpected() -> None:
    call = at_number()
    call.say(SAID, 0.5)
    assert call.dialog.view.last_words == HIDDEN
    for said in ("my name is testa", "i have chest pain", ""):
        call = at_menu()
        call.say("hours")
        call.finish_prompt()
        call.say(said)
        assert call.dialog.view.last_words == HIDDEN


def test_a_wish_is_shown_without_the_words_around_it() -> None:
    call = at_number()
    call.say("repeat that")
    assert call.dialog.view.last_words == "repeat"
    call.say("my name is testa and i want an operator")
    assert call.dialog.view.last_words == "operator"


def test_turns_tell_how_they_were_answered_and_nothing_of_the_answer() -> None:
    call = at_menu()
    call.say("hours", 0.95)
    call.finish_prompt()
    call.press("1")
    call.stay_silent()
    call.say("")
    states = [(turn.number, turn.state, turn.answered) for turn in call.dialog.turns]
    assert states == [
        (1, "main.hello", Answered.EVENT),
        (2, "main.menu", Answered.SPEECH),
        (3, "main.hours", Answered.EVENT),
        (4, "main.more", Answered.KEYS),
        (5, "main.menu", Answered.SILENCE),
        (6, "main.menu", Answered.NOT_UNDERSTOOD),
    ]
    assert call.dialog.turns[1].band is Band.ACCEPT
    assert call.dialog.turns[1].confidence == 0.95
    assert call.dialog.turns[3].band is None


def test_the_turn_that_ends_the_call_is_noted_too() -> None:
    call = at_menu()
    call.press("0")
    assert [turn.answered for turn in call.dialog.turns] == [Answered.EVENT, Answered.KEYS]


def test_after_the_end_the_view_stays_readable() -> None:
    call = at_look_up()
    call.press("0")
    view = call.dialog.view
    assert (view.flow, view.places) == ("", ())
    assert set(view.slots.values()) == {HIDDEN}


def test_last_words_that_could_have_been_others_are_hidden() -> None:
    call = at_menu()
    call.hear(Hypothesis("my name is testa", 0.95), Hypothesis("hours", 0.95))
    assert call.dialog.view.last_words == HIDDEN
