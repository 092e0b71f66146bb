"""Performing a scenario as text: what comes true, what does not, and what is told of it."""

import pytest

from ivr.caller.performance import Entry
from ivr.dialog.actions import HandOff, HangUp
from ivr.workbench.paper import Way
from ivr.workbench.suite import Failure
from tests.workbench.small import MENU, performed, small_line

WHOLE = """\
steps:
  - hears: Welcome
  - hears: Would you like
  - says: my refill
  - hears: What is the number
  - keys: "4821507"
  - hears: is noted
"""


def failure(text: str) -> Failure:
    found = performed(text).failure
    assert found is not None
    return found


def test_a_run_tells_which_way_the_call_took() -> None:
    run = performed(WHOLE)
    assert run.passed
    assert run.path == (
        "main_menu.welcome",
        "main_menu.menu",
        "main_menu.ask_number",
        "main_menu.look_up",
        "main_menu.told",
        "main_menu.bye",
    )
    assert run.transitions[-2:] == (
        Way("main_menu", "look_up", "recorded", 1, "told"),
        Way("main_menu", "told", "next", 0, "bye"),
    )
    assert run.outcomes == {("main_menu", "look_up", "recorded")}
    assert ("main_menu", "menu", "prompt") in run.prompts
    assert ("main_menu", "menu", "help") not in run.prompts
    assert isinstance(run.ending, HangUp)
    assert run.places == ()
    assert run.known == {"rx_number": "4821507"}


def test_what_did_not_come_true_is_told_with_its_place_and_all_before_it() -> None:
    run = performed(WHOLE.replace("What is the number", "What is the name"))
    assert run.failure == Failure(6, "hears: What is the name", "the line said: what is the number")
    assert run.transcript == (
        Entry(0.0, "line", "Welcome to the clinic."),
        Entry(0.0, "line", "Would you like a refill, or leave a message?"),
        Entry(0.0, "caller", "my refill"),
        Entry(0.0, "line", "What is the number?"),
    )


def test_what_was_said_before_the_caller_acted_does_not_count() -> None:
    found = failure("steps:\n- says: refill\n- hears: Welcome\n")
    assert found == Failure(4, "hears: Welcome", "the line said: what is the number")


def test_who_acts_after_the_end_is_told_so() -> None:
    found = failure("steps:\n- keys: '0'\n- says: hello\n")
    assert found.instead == "the call was over: a person of front_desk is rung"


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("steps: [hears: Welcome]\n", "the call goes on, in main_menu.menu"),
        ("steps: [keys: '0']\n", "a person of front_desk is rung"),
        ("steps: [keys: '0']\nends: caller\n", ""),
        ("steps: [keys: '0']\nends: any\n", ""),
        ("steps: [hears: Welcome]\nends: any\n", "the call goes on, in main_menu.menu"),
    ],
)
def test_a_call_must_end_as_the_scenario_says(text: str, instead: str) -> None:
    found = performed(text).failure
    assert (found.instead if found else "") == instead


def test_a_caller_may_speak_while_the_line_does() -> None:
    run = performed("steps:\n- says: {text: operator, over: true}\nends: agent\n")
    assert run.passed
    assert run.path == ("main_menu.welcome",)


def test_noise_is_not_understood_and_silence_is_no_noise() -> None:
    noise = "steps:\n- noise: 1\n- hears: I didn't get that\nends: caller\n"
    assert performed(noise).prompts >= {("main_menu", "menu", "no_match", "0")}
    silence = "steps:\n- silence: 8\n- hears: I didn't hear you\nends: caller\n"
    assert performed(silence).prompts >= {("main_menu", "menu", "no_input", "0")}


def test_two_prompts_of_the_same_words_are_told_apart_by_what_went_before() -> None:
    same = MENU.replace("I didn't get that.", "I didn't hear you.")
    run = performed("steps: [noise: 1]\nends: caller\n", small_line(same))
    assert ("main_menu", "menu", "no_match", "0") in run.prompts
    assert ("main_menu", "menu", "no_input", "0") not in run.prompts


def test_the_clinic_answers_as_it_is_told_from_there_on() -> None:
    steps = "steps:\n- says: refill\n- answers: {messages.callback: full}\n- keys: '4821507'\n"
    run = performed(steps + "ends: agent\n")
    assert run.passed
    assert run.outcomes == {("main_menu", "look_up", "full")}
    assert isinstance(run.ending, HandOff)


def test_a_slow_clinic_is_waited_for_and_counts_as_time() -> None:
    steps = "steps:\n- clinic: slow\n- says: refill\n- keys: '4821507'\n- hears: {}\n"
    assert performed(steps.format("One moment")).prompts >= {("main_menu", "look_up", "filler")}
    late = failure(steps.format("{text: is noted, within: 2}"))
    assert late.instead == "it came after 6 s, not within 2 s"


def test_a_clinic_that_is_down_leads_to_a_person_and_may_come_back() -> None:
    steps = "steps:\n- clinic: down\n{}- says: refill\n- keys: '4821507'\nends: {}\n"
    assert performed(steps.format("", "agent")).passed
    assert performed(steps.format("- clinic: up\n", "line")).passed


def test_without_ears_the_keys_are_offered_and_words_are_not_heard() -> None:
    run = performed("steps:\n- speech: down\n- hears: press\n- says: refill\nends: caller\n")
    assert run.passed
    assert run.places == ("main_menu.menu",)


def test_a_line_that_cannot_speak_gives_its_callers_to_people() -> None:
    run = performed("steps:\n- voice: down\n- silence: 1\nends: agent\n")
    assert run.passed
    assert run.said == ()


def test_what_the_line_knows_is_compared() -> None:
    steps = "known: {vip: yes, born: 1982-03-03}\nsteps:\n- says: refill\n- keys: '4821507'\n"
    good = "- slots: {rx_number: '482 1507', vip: yes, born: 1982-03-03, zip: unset}\n"
    line = small_line(MENU.replace("born: {type: date}", "born: {type: date}\n  zip: {type: zip}"))
    run = performed(steps + good, line)
    assert run.passed
    assert "main_menu.first" in run.path
    assert failure(steps + "- slots: {rx_number: '1'}\n").instead == "rx_number is 4821507"
    assert failure("steps:\n- slots: {vip: no}\n").instead == "vip is not known"


def test_a_doubtful_answer_is_read_back_and_confirmed_by_the_usual_reply() -> None:
    steps = "steps:\n- says: {text: refill, sure: 0.4}\n- hears: What is the number\nends: caller\n"
    run = performed(steps)
    assert run.passed
    assert [e.what for e in run.transcript if e.who == "caller"] == ["refill", "yes"]
    assert not performed(steps.replace("ends", "replies: {}\nends")).passed


def test_a_message_is_over_when_it_was_said_or_when_nothing_was() -> None:
    said = performed("steps:\n- says: message\n- says: please call me\n- hears: Goodbye\n")
    assert said.transitions[-1] == Way("main_menu", "note", "next", 0, "bye")
    empty = performed("steps:\n- says: message\n- silence: 9\n- hears: Would you\nends: caller\n")
    assert empty.transitions[-1] == Way("main_menu", "note", "empty", 0, "menu")


def test_a_scenario_may_begin_in_any_state() -> None:
    run = performed("state: ask_number\nsteps:\n- hears: What is the number\nends: caller\n")
    assert run.path == ("main_menu.ask_number",)


def test_one_scenario_leaves_nothing_behind_for_the_next() -> None:
    line = small_line()
    first = performed(
        "steps:\n- clinic: down\n- says: refill\n- keys: '4821507'\nends: agent\n", line
    )
    assert first.passed
    assert performed(WHOLE, line) == performed(WHOLE, line)
    assert performed(WHOLE, line).passed
