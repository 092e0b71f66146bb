"""Reading scenario files: what they mean, and every mistake with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.caller.matching import words_of
from ivr.caller.scenario import (
    MAX_STEPS,
    Answer,
    Answers,
    Ends,
    Fault,
    Health,
    Hears,
    Keys,
    Noise,
    Part,
    Reply,
    Says,
    Scenario,
    Silence,
    Slots,
    Step,
    read_scenario,
)
from ivr.errors import FlowError, FlowErrors
from ivr.workbench.suite import run_text
from tests.flows.shipped import on_paper
from tests.support.need import ROOT

WHOLE = """\
title: A refill that is ready
flow: refill_status
state: ask_number
known: {patient: a1e50001, vip: unset}
voice: en-us+f3
steps:
  - hears: How can I help
  - hears: {text: date of birth, within: 10}
  - hears: {regex: "ready|waiting"}
  - says: check my refill
  - says: {recording: operator.wav, over: true}
  - keys: "0303 1982 #"
  - keys: {press: "0", over: yes}
  - silence: 6
  - noise: 1500ms
  - says: {text: seven, sure: 0.5}
  - slots: {rx_number: "4821507", zip: unset}
  - answers: {refills.status: ready}
  - answers: {refills.status: {outcome: ready, gives: {drug: aspirin}, after: 2.5}}
  - clinic: slow
  - voice: down
replies: {Anything else: no thanks}
ends: agent
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(FlowErrors) as caught:
        read_scenario(text, file="x.call")
    return [(error.line, error.rule) for error in caught.value.errors]


def test_everything_a_scenario_can_say_is_read() -> None:
    assert read_scenario(WHOLE, file="x.call") == Scenario(
        title="A refill that is ready",
        flow="refill_status",
        state="ask_number",
        known={"patient": "a1e50001", "vip": ""},
        voice="en-us+f3",
        steps=(
            Hears("How can I help", line=7),
            Hears("date of birth", within=10, line=8),
            Hears(pattern="ready|waiting", line=9),
            Says("check my refill", line=10),
            Says(recording="operator.wav", over=True, line=11),
            Keys("0303 1982 #", line=12),
            Keys("0", over=True, line=13),
            Silence(6, line=14),
            Noise(1.5, line=15),
            Says("seven", sure=0.5, line=16),
            Slots({"rx_number": "4821507", "zip": ""}, line=17),
            Answers((Answer("refills.status", "ready"),), line=18),
            Answers((Answer("refills.status", "ready", {"drug": "aspirin"}, 2.5),), line=19),
            Fault(Part.CLINIC, Health.SLOW, line=20),
            Fault(Part.VOICE, Health.DOWN, line=21),
        ),
        replies=(Reply(Hears("Anything else", line=22), Says("no thanks", line=22)),),
        ends=Ends.AGENT,
        file="x.call",
    )


def test_a_short_scenario_starts_at_the_main_menu_and_is_ended_by_the_line() -> None:
    scenario = read_scenario("title: t\nsteps: [silence: 1]", file="x.call")
    assert (scenario.flow, scenario.ends, scenario.voice) == ("main_menu", Ends.LINE, "")


def test_keys_keep_their_zeros_and_words_their_yes() -> None:
    scenario = read_scenario("title: t\nsteps:\n- keys: 0303\n- says: yes\n", file="x.call")
    assert scenario.steps == (Keys("0303", line=3), Says("yes", line=4))


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("hear: something", "unknown-key"),
        ("hears: {within: 5}", "missing-key"),
        ("hears: {text: a, regex: b}", "bad-value"),
        ("hears: {regex: '('}", "bad-value"),
        ("hears: {text: a, within: soon}", "bad-value"),
        ("hears: '...'", "bad-value"),
        ("hears: {text: a, over: true}", "unknown-key"),
        ("says: [a, b]", "wrong-shape"),
        ("says:", "wrong-shape"),
        (f"says: {'a ' * 300}", "bad-value"),
        ("keys: 12x", "bad-value"),
        ("keys: ''", "wrong-shape"),
        ("silence: long", "bad-value"),
        ("silence: {}", "missing-key"),
        ("{hears: a, says: b}", "wrong-shape"),
        ("just a text", "wrong-shape"),
        ("says: {text: a, sure: 2}", "bad-value"),
        ("noise: {}", "missing-key"),
        ("noise: 99", "bad-value"),
        ("slots: x", "wrong-shape"),
        ("slots: {a: [b]}", "wrong-shape"),
        ("answers: x", "wrong-shape"),
        ("answers: {refill.status: ready}", "unknown-operation"),
        ("answers: {refills.status: redy}", "unknown-outcome"),
        ("answers: {refills.status: {outcome: redy}}", "unknown-outcome"),
        ("answers: {refills.status: {after: 2}}", "missing-key"),
        ("answers: {refills.status: {outcome: ready, gives: {plan: a}}}", "unknown-key"),
        ("answers: {refills.status: {outcome: ready, gives: a}}", "wrong-shape"),
        ("answers: {refills.status: {outcome: ready, after: soon}}", "bad-value"),
        ("clinic: broken", "bad-value"),
        ("speech: slow", "bad-value"),
        ("voice: [down]", "wrong-shape"),
        ("says: *anchor", "no-alias"),
        ("says: !!python/object:os.system x", "no-tag"),
    ],
)
def test_a_mistake_in_a_step_is_told_with_its_line(step: str, rule: str) -> None:
    assert (3, rule) in mistakes(f"title: t\nsteps:\n- {step}\n")


@pytest.mark.parametrize("replies", ["yes", "[a, b]", "{a: {b: c}}", "{'?': yes}", "{a: ''}"])
def test_replies_are_questions_with_answers(replies: str) -> None:
    text = f"title: t\nsteps: [silence: 1]\nreplies: {replies}\n"
    assert mistakes(text) == [(3, "wrong-shape")]


def test_a_caller_confirms_what_was_understood_unless_told_otherwise() -> None:
    usual = read_scenario("title: t\nsteps: [silence: 1]", file="x.call")
    assert [(r.asked.text, r.says.text) for r in usual.replies] == [("Is that right", "yes")]
    none = read_scenario("title: t\nsteps: [silence: 1]\nreplies: {}", file="x.call")
    assert none.replies == ()


def test_all_mistakes_are_told_at_once() -> None:
    text = "steps:\n- hear: x\n- keys: q\nends: nobody\nfoo: bar\n"
    assert mistakes(text) == [
        (1, "missing-key"),
        (2, "unknown-key"),
        (3, "bad-value"),
        (4, "bad-value"),
        (5, "unknown-key"),
    ]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "42", "title: t\nsteps: []\n", "title: t\n"])
def test_a_file_without_steps_is_no_scenario(text: str) -> None:
    assert mistakes(text)


def test_a_scenario_has_a_limit() -> None:
    assert mistakes("title: t\nsteps:\n" + "- silence: 1\n" * (MAX_STEPS + 1)) == [(3, "too-big")]


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert "no-alias" in {rule for _, rule in mistakes("a0: &a0 [lol]\n" + levels)}


words = st.sampled_from(
    [
        *("title", "steps", "hears", "says", "keys", "silence", "text", "regex", "press", "ends"),
        *("known", "noise", "slots", "answers", "clinic", "refills.status", "gives", "sure"),
    ]
)
yaml_like = st.lists(
    st.one_of(words, st.sampled_from([": ", "\n- ", "\n  ", "{", "}", "[", "]", "&a ", "*a", "'"]))
    | st.text(max_size=5),
    max_size=40,
).map("".join)


@given(st.one_of(st.text(), yaml_like, yaml_like.map(lambda tail: WHOLE + tail)))
def test_any_text_is_a_scenario_or_a_list_of_mistakes(text: str) -> None:
    told: tuple[FlowError, ...] = ()
    steps: tuple[Step, ...] = ()
    try:
        steps = read_scenario(text, file="x.call").steps
    except FlowErrors as refused:
        told = refused.errors
    assert bool(told) != bool(steps)
    assert all(error.file == "x.call" and error.line >= 1 for error in told)


def on_the_page() -> list[str]:
    page = (ROOT / "docs/reference/scenarios.md").read_text(encoding="utf-8")
    return [block.split("```")[0] for block in page.split("```text\n")[1:]]


@pytest.mark.parametrize("text", on_the_page())
def test_the_scenarios_of_the_reference_page_come_true(text: str) -> None:
    scenario = read_scenario(text, file="scenarios.md")
    assert run_text(scenario, on_paper()).failure is None


def test_the_reference_page_has_an_example_of_every_step_and_key() -> None:
    scenarios = [read_scenario(text, file="scenarios.md") for text in on_the_page()]
    every: set[type[Step]] = {type(step) for scenario in scenarios for step in scenario.steps}
    assert every == {Hears, Says, Keys, Silence, Noise, Slots, Answers, Fault}
    assert {scenario.ends for scenario in scenarios} == {Ends.LINE, Ends.AGENT, Ends.CALLER}
    assert {s.part for sc in scenarios for s in sc.steps if isinstance(s, Fault)} == set(Part)


def test_an_expectation_uses_up_the_words_it_found() -> None:
    said = words_of("Thank you. How can I help? You can say refill.")
    assert Hears("how can i HELP").end_in(said) == 6
    assert Hears("help how").end_in(said) is None
    assert Hears(pattern=r"(you|we) can say").end_in(said) == 9
    assert Hears(pattern="refuse").end_in(said) is None
    assert Hears(pattern="^").end_in(said) == 0
