import re

import pytest

from ivr.errors import FlowErrors
from ivr.flow.model import (
    Ask,
    Branch,
    Call,
    Choice,
    Confirm,
    Do,
    End,
    Flow,
    Handoff,
    Phi,
    Record,
    Return,
    Say,
    Slot,
)
from ivr.flow.reader import read_flow
from tests.flow.samples import MENU, REFILL, VERIFY

HEAD = "flow: example\ntitle: Example\nqueue: front_desk\nstart: first\n"


def read_state(body: str, *, slots: str = "") -> Ask | Say | Do | Call | Record | Handoff | End:
    flow = read_flow(f"{HEAD}{slots}\nstates:\n  first:\n{body}", file="example.yaml")
    state = flow.states["first"]
    assert not isinstance(state, Return)
    return state


def mistakes(text: str) -> list[str]:
    """Render each mistake as line:column rule."""
    with pytest.raises(FlowErrors) as caught:
        read_flow(text, file="example.yaml")
    return [f"{error.line}:{error.column} {error.rule}" for error in caught.value.errors]


def ask(more: str) -> Ask:
    state = read_state(
        f"    ask: number\n    prompt: Which?\n    next: first\n{more}",
        slots="slots: {number: {type: digits}}",
    )
    assert isinstance(state, Ask)
    return state


def test_the_head_of_a_flow_is_read() -> None:
    flow = read_flow(REFILL, file="refill_status.yaml")
    assert (flow.name, flow.title, flow.queue, flow.start) == (
        "refill_status",
        "Prescription refill status",
        "pharmacy",
        "known",
    )
    assert (flow.file, flow.language, flow.outcomes) == ("refill_status.yaml", "en", ())
    assert flow.for_agents == ""
    offered = read_flow("for_agents: Ask about a refill\n" + REFILL, file="refill_status.yaml")
    assert offered.for_agents == "Ask about a refill"


def test_a_flow_knows_the_outcomes_it_returns() -> None:
    assert read_flow(VERIFY, file="v.yaml").outcomes == ("verified", "failed")


def test_slots_are_read_with_their_length_and_privacy() -> None:
    slots = read_flow(REFILL, file="r.yaml").slots
    assert slots["rx_number"] == Slot("rx_number", "digits", Phi.MEDICAL, (7, 7), line=7)
    assert slots["more"] == Slot("more", "yes_no", line=8)


def test_slots_that_tell_who_somebody_is_are_personal_unless_said_otherwise() -> None:
    slots = read_flow(VERIFY, file="v.yaml").slots
    assert slots["date_of_birth"].phi is Phi.PERSONAL


def test_a_length_may_be_a_range() -> None:
    text = f"{HEAD}slots: {{n: {{type: digits, length: [6, 8]}}}}\nstates: {{first: {{end: Bye.}}}}"
    assert read_flow(text, file="r.yaml").slots["n"].length == (6, 8)


def test_a_question_has_the_defaults_of_the_line() -> None:
    question = ask("").question
    assert (question.attempts, question.barge_in, question.confirm) == (3, True, Confirm.AUTO)
    assert (question.no_input_after, question.inter_key, question.term_key) == (5.0, 3.0, "#")


def test_a_list_of_prompts_may_hold_questions_without_quotes() -> None:
    state = ask("    no_input: [I didn't hear you. What is it?, Please key it in.]\n")
    assert state.question.no_input == ("I didn't hear you. What is it?", "Please key it in.")


def test_one_prompt_needs_no_list() -> None:
    assert ask("    no_match: Pardon?\n").question.no_match == ("Pardon?",)


@pytest.mark.parametrize(
    ("written", "attribute", "value"),
    [
        ("bargein: false", "barge_in", False),
        ("barge_in: off", "barge_in", False),
        ("timeout: 7s", "no_input_after", 7.0),
        ("timeout: 2500ms", "no_input_after", 2.5),
        ("no_input_after: 2.5", "no_input_after", 2.5),
        ("interdigittimeout: 4", "inter_key", 4.0),
        ("interDigitTimeout: 4", "inter_key", 4.0),
        ('termchar: "#"', "term_key", "#"),
        ("finishOnKey: none", "term_key", ""),
        ("maxspeechtimeout: 20s", "utterance_limit", 20.0),
        ("attempts: 2", "attempts", 2),
        ("confirm: always", "confirm", Confirm.ALWAYS),
        ("help: It is on the label.", "help", "It is on the label."),
    ],
)
def test_a_question_takes_our_words_and_those_of_voicexml_and_jambonz(
    written: str, attribute: str, value: object
) -> None:
    assert getattr(ask(f"    {written}\n").question, attribute) == value


def test_num_digits_is_the_length_of_a_slot() -> None:
    text = f"{HEAD}slots: {{n: {{type: digits, numDigits: 4}}}}\nstates: {{first: {{end: Bye.}}}}"
    assert read_flow(text, file="r.yaml").slots["n"].length == (4, 4)


def test_a_menu_leads_where_its_choices_say() -> None:
    menu = read_flow(MENU, file="m.yaml").states["menu"]
    assert isinstance(menu, Ask)
    assert menu.question.slot is None
    assert menu.question.choices[0] == Choice("refills", ("refill", "my prescription"), "1")
    assert menu.on["hours"] == (Branch("look_up_hours", line=14),)


def test_a_short_choice_leads_where_on_or_next_says() -> None:
    state = read_state(
        "    prompt: Which?\n"
        "    choices: {a: [Refill-Please., refill please], b: other, c: third}\n"
        "    on: {a: one}\n"
        "    next: two\n"
    )
    assert isinstance(state, Ask)
    assert state.question.choices[0].says == ("refill please",)
    assert {name: branches[0].to for name, branches in state.on.items()} == {
        "a": "one",
        "b": "two",
        "c": "two",
    }


def test_yes_and_no_of_a_question_become_guards() -> None:
    state = read_flow(REFILL, file="r.yaml").states["more"]
    assert isinstance(state, Ask)
    yes, otherwise = state.on["next"]
    assert (yes.to, yes.when and yes.when.text) == ("ask_number", "more == yes")
    assert (otherwise.to, otherwise.when) == ("bye", None)


def test_answers_with_branches_of_their_own_keep_their_guards() -> None:
    state = read_state(
        "    ask: more\n    prompt: More?\n    next: first\n"
        "    on: {yes: [{when: patient, to: a}, {to: b}]}\n",
        slots="slots: {more: {type: yes_no}}",
    )
    assert isinstance(state, Ask)
    assert [(branch.to, branch.when and branch.when.text) for branch in state.on["next"]] == [
        ("a", "more == yes and (patient)"),
        ("b", "more == yes"),
        ("first", None),
    ]


def test_every_kind_of_state_is_read() -> None:
    states = read_flow(MENU, file="m.yaml").states
    assert states["welcome"] == Say(
        "welcome", "Welcome to the clinic.", {"next": (Branch("menu", line=9),)}, line=7
    )
    assert states["refills"] == Call("refills", "refill_status", {}, line=15)
    assert isinstance(states["look_up_hours"], Do)
    assert isinstance(states["message"], Record)
    assert states["message"].limit == 90.0
    assert states["bye"] == End("bye", "Thank you. Goodbye.", line=30)
    assert states["person"] == Handoff("person", "front_desk", line=31)
    verified = read_flow(VERIFY, file="v.yaml").states["verified"]
    assert verified == Return("verified", "verified", line=24)


def test_a_state_with_only_next_is_a_junction() -> None:
    state = read_flow(REFILL, file="r.yaml").states["known"]
    assert isinstance(state, Say)
    assert state.prompt == ""
    assert [branch.to for branch in state.on["next"]] == ["ask_number", "verify"]


def test_a_flow_remembers_where_its_parts_stand() -> None:
    flow = read_flow(REFILL, file="r.yaml")
    assert flow.marks["states", "ready"] == (29, 3)
    assert flow.marks["states", "ready", "say"] == (30, 10)
    assert flow.marks["states", "known", "on", "next", "1"] == (14, 14)


def test_words_that_yaml_takes_for_truth_stay_words() -> None:
    text = (
        f"{HEAD}states:\n"
        "  first:\n    prompt: Yes or no?\n    choices: {yes: [yes], no: [no]}\n"
        "    on: {yes: on, no: off}\n"
        "  on: {end: Bye.}\n  off: {end: Bye.}\n"
    )
    flow = read_flow(text, file="r.yaml")
    assert set(flow.states) == {"first", "on", "off"}


def test_a_file_lists_its_ten_mistakes() -> None:
    text = """\
flow: Refills
titel: Prescription refills
queue: pharmacy
start: first
slots:
  number: {type: digit}
states:
  first:
    ask: number
    prompt: What is your {rx number}?
    timeout: 99
    no_input_after: 5
    next: [{when: patient = x, to: second}]
  second:
    say: Hello
    do: refills.status
  third:
    prompt: Which?
    choices: {a: {key: 1, next: first}}
"""
    assert mistakes(text) == [
        "1:7 bad-name",
        "2:1 unknown-key",
        "6:18 unknown-slot-type",
        "10:13 bad-template",
        "11:14 bad-value",
        "12:5 two-spellings",
        "13:12 missing-else",
        "13:19 bad-guard",
        "14:3 state-kind",
        "19:15 no-phrase",
    ]


def test_an_error_tells_what_was_meant() -> None:
    with pytest.raises(FlowErrors, match=re.escape("(did you mean prompt?)")):
        read_flow(f"{HEAD}states: {{first: {{ask: a, promt: x, next: first}}}}", file="e.yaml")


def test_a_flow_is_a_value() -> None:
    first, second = read_flow(MENU, file="m.yaml"), read_flow(MENU, file="m.yaml")
    assert isinstance(first, Flow)
    assert first == second
