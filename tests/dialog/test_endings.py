from dataclasses import replace

from ivr.dialog.actions import Briefing, Deed, HandoffReason, HangUp, Remark, TakeMessage
from ivr.dialog.briefing import why
from ivr.dialog.events import SpeechStarted
from ivr.flow.compiler import compile_book
from ivr.flow.machine import FlowBook
from tests.dialog.conversation import (
    OPERATIONS,
    Conversation,
    at_birth,
    at_look_up,
    at_menu,
    at_number,
    phrases,
    sure,
)


def at_message() -> Conversation:
    call = at_menu()
    call.say("message")
    assert call.said == "Speak after the tone."
    return call


def test_a_handoff_is_announced_before_it_happens() -> None:
    call = at_look_up()
    call.operation("not_found")
    assert call.said == "Let me get someone."
    call.finish_prompt()
    assert call.handed_off.queue == "pharmacy"


def test_the_agent_learns_who_calls_and_what_for() -> None:
    call = at_look_up()
    call.operation("not_found")
    call.finish_prompt()
    briefing = call.handed_off.briefing
    assert (briefing.caller, briefing.verified) == ("Testa Exampleton", "date of birth")
    assert briefing.wanted == "Prescription refill"
    assert (briefing.reason, briefing.detail) == (HandoffReason.FLOW, "number not found")


def test_the_agent_learns_nothing_that_was_not_said() -> None:
    call = at_menu()
    call.say("operator")
    said = (Remark("operator", 0.95),)
    assert call.handed_off.briefing == Briefing("", "", "", HandoffReason.ASKED, said=said)


def test_what_was_proved_before_this_conversation_is_told_too() -> None:
    call = Conversation(values={"caller_name": "Testa Exampleton", "verified_by": "phone"})
    call.answer().press("0")
    assert call.handed_off.briefing.caller == "Testa Exampleton"
    assert call.handed_off.briefing.verified == "phone"


def test_the_errand_is_remembered_after_it_is_done() -> None:
    call = at_look_up()
    call.operation("ready", {"drug": "Placebex"})
    call.finish_prompt()
    call.say("operator")
    assert call.handed_off.queue == "front_desk"
    assert call.handed_off.briefing.wanted == "Prescription refill"


def test_the_briefing_tells_what_was_done_said_and_answered() -> None:
    call = at_number()
    call.say("one two three")
    call.press("1234567")
    call.operation("not_found")
    call.finish_prompt()
    briefing = call.handed_off.briefing
    assert briefing.done == (
        Deed("identity.verify", "verified"),
        Deed("refills.status", "not_found"),
    )
    assert briefing.said[-1].words == "one two three"
    assert briefing.known == ("birth", "number")
    assert briefing.language == "en"


def test_only_the_last_three_utterances_are_remembered() -> None:
    call = at_menu()
    for words in ("one", "two", "three", "four"):
        call.say(words)
    call.press("0")
    assert [remark.words for remark in call.handed_off.briefing.said] == ["two", "three", "four"]


def test_why_a_call_goes_to_a_person_is_said_in_the_authors_words_or_the_lines() -> None:
    for reason in HandoffReason:
        told = why(Briefing("", "", "", reason, "number not found"), phrases())
        assert told == "Number not found."
        assert bool(why(Briefing("", "", "", reason), phrases())) == (
            reason is not HandoffReason.FLOW
        )


def test_the_end_says_goodbye_and_hangs_up() -> None:
    call = at_menu()
    call.say("hours")
    call.finish_prompt()
    call.say("no")
    assert call.said == "Goodbye then."
    assert call.finish_prompt()[-1] == HangUp()
    assert call.dialog.ended


def test_a_goodbye_whose_end_is_never_reported_ends_the_call() -> None:
    call = at_menu()
    call.say("hours")
    call.finish_prompt()
    call.say("no")
    call.wait()
    assert call.kinds == ["StopPlayback", "StopListening", "HangUp"]


def test_operator_during_the_goodbye_still_reaches_a_person() -> None:
    call = at_menu()
    call.say("hours")
    call.finish_prompt()
    call.say("no")
    call.say("operator")
    assert call.handed_off.briefing.reason is HandoffReason.ASKED


def test_a_return_with_nothing_to_return_to_ends_politely() -> None:
    call = sure()
    call.finish_prompt()
    call.say("leave")
    assert call.said == phrases().goodbye
    assert call.finish_prompt()[-1] == HangUp()


def test_a_caller_whose_agent_waits_is_given_back_without_a_word() -> None:
    call = sure()
    call.dialog.lead_back()
    call.finish_prompt()
    call.say("leave")
    assert call.said == ""
    assert call.last[-1] == HangUp()


def test_a_message_is_taken_after_its_prompt() -> None:
    call = at_message()
    turn = call.turn
    call.finish_prompt()
    assert call.kinds == ["StopListening", "TakeMessage"]
    assert call.last[-1] == TakeMessage(turn, 60.0)
    call.message(12.0)
    assert call.said == "Thank you."


def test_a_message_of_silence_is_none() -> None:
    call = at_message()
    call.finish_prompt()
    call.message(0.0)
    assert call.said == "Say refill, hours, or message."


def test_a_message_that_is_never_reported_leads_to_a_person() -> None:
    call = at_message()
    call.finish_prompt()
    assert call.dialog.deadline == call.now + 60.0 + 10.0
    call.wait()
    assert call.said == phrases().line_trouble
    call.finish_prompt()
    assert call.handed_off.briefing.reason is HandoffReason.LINE_TROUBLE


def test_zero_ends_a_message_and_leads_to_a_person_once_it_is_kept() -> None:
    call = at_message()
    call.finish_prompt()
    call.press("0")
    assert call.ending is None
    call.message(5.0)
    assert call.handed_off.briefing.reason is HandoffReason.ASKED


def test_zero_in_a_message_that_is_never_kept_still_leads_to_a_person() -> None:
    call = at_message()
    call.finish_prompt()
    call.press("0")
    call.wait()
    assert call.handed_off.briefing.reason is HandoffReason.ASKED


def test_zero_before_the_tone_leads_to_a_person_at_once() -> None:
    call = at_message()
    call.press("0")
    assert call.handed_off.queue == "front_desk"


def test_a_message_reported_before_it_was_asked_for_is_dropped() -> None:
    call = at_message()
    call.message(5.0)
    assert call.last == ()


def test_a_silent_junction_is_no_turn() -> None:
    call = at_number()
    assert "refill.known" in call.dialog.path
    assert all(turn.state != "refill.known" for turn in call.dialog.turns)


def test_a_prompt_of_nothing_but_an_unset_slot_is_a_junction() -> None:
    text = """
flow: quiet
title: Quiet
queue: front_desk
start: ask
slots:
  pin: {type: digits, length: 4}
states:
  ask: {ask: pin, prompt: Your number?, next: tell}
  tell: {say: "{pin}", next: bye}
  bye: {end: Goodbye.}
"""
    book = compile_book({"quiet.yaml": text}, {}, start="quiet")
    flow = book.flows["quiet"]
    skipping = FlowBook({"quiet": replace(flow, start="tell")}, version="1", start="quiet")
    assert Conversation(skipping, start="quiet").answer().said == "Goodbye."


def test_the_path_names_every_state_in_order() -> None:
    call = at_birth()
    assert call.dialog.path == (
        "main.hello",
        "main.menu",
        "main.refill",
        "refill.known",
        "refill.birth",
    )


def test_a_call_that_never_comes_to_an_end_reaches_a_person() -> None:
    call = at_menu()
    for _ in range(500):
        if call.dialog.ended:
            break
        call.say("repeat that")
    assert call.handed_off.briefing.reason is HandoffReason.NOT_UNDERSTOOD


def test_a_flow_may_speak_spanish() -> None:
    text = """
flow: hola
title: Hola
queue: front_desk
language: es
start: menu
states:
  menu:
    prompt: Diga horario o salir.
    choices:
      hours: {key: "1", says: [horario], next: bye}
      leave: {key: "2", says: [salir], next: bye}
  bye: {end: Adiós.}
"""
    call = Conversation(compile_book({"hola.yaml": text}, OPERATIONS, start="hola"), start="hola")
    call.answer()
    call.say("")
    assert call.said == f"{phrases('es').no_match[0]} Diga horario o salir."
    call.say("español")
    assert call.said == "Diga horario o salir."
    call.say("operador")
    assert call.handed_off.queue == "front_desk"


def test_a_caller_who_speaks_as_an_announcement_ends_is_heard_out() -> None:
    call = at_look_up()
    call.operation("not_found")
    call.happen(SpeechStarted(call.turn))
    call.finish_prompt()
    assert call.ending is None
    call.hear()
    assert call.handed_off.queue == "pharmacy"


def test_speech_that_never_ends_holds_up_an_announcement_for_a_moment_only() -> None:
    call = at_look_up()
    call.operation("not_found")
    call.happen(SpeechStarted(call.turn))
    call.finish_prompt()
    call.wait()
    assert call.handed_off.queue == "pharmacy"
