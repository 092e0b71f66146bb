"""What the page of rules does not show of guards that never hold and of loops."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.known import PROVED
from ivr.flow.progress import settable
from ivr.flow.rules import Rule
from tests.flow.judging import judged
from tests.flow.random_flows import flows, scene, walks
from tests.flow.samples import VERIFY

HEAD = "flow: example\ntitle: Example\nqueue: front_desk\nstart: first\n"
ASK = '  ask: {ask: size, prompt: "Which size?", next: bye, on: {gave_up: %s}}\n'


def rules(body: str) -> list[str]:
    files = {"example.yaml": HEAD + body, "verify_identity.yaml": VERIFY}
    return [problem.rule for problem in judged(files) if problem.file == "example.yaml"]


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_whatever_a_call_comes_to_know_could_be_set_there(seed: int, orderly: float) -> None:
    written = flows(seed, orderly=orderly)
    possible = settable(scene(written))
    for walk in walks(written, seed=seed):
        for place, known in walk.seen:
            assert known - {PROVED} <= possible[place]


def test_who_proved_themselves_in_a_called_flow_is_known_afterwards() -> None:
    body = """\
states:
  first: {call: verify_identity, on: {verified: which, failed: bye}}
  which: {next: [{when: patient, to: bye}, {to: first}]}
  bye: {end: Goodbye.}
"""
    assert Rule.NEVER_SET not in rules(body)


def test_before_the_call_nobody_is() -> None:
    body = """\
states:
  first: {next: [{when: patient, to: bye}, {to: prove}]}
  prove: {call: verify_identity, on: {verified: bye, failed: bye}}
  bye: {end: Goodbye.}
"""
    assert rules(body) == [Rule.NEVER_SET]


def loop(state: str) -> list[str]:
    """The rules broken when giving up leads to *state*, which leads back to the question."""
    slots = "slots: {size: {type: digits, length: 1}, more: {type: yes_no}}\n"
    head = "states:\n  first: {next: ask}\n"
    tail = "  bye: {end: Goodbye.}\n  person: {handoff: front_desk}\n"
    return rules(f"{slots}{head}{ASK % 'again'}{state}{tail}")


def test_a_choice_of_the_caller_is_progress() -> None:
    choices = "{more: {says: [more], next: ask}, done: {says: [done], next: person}}"
    assert loop(f"  again: {{prompt: Try again?, choices: {choices}}}\n") == []


def test_an_answer_that_decides_is_progress() -> None:
    again = "  again: {ask: more, prompt: Try again?, on: {yes: ask, no: person}}\n"
    assert loop(again) == []


def test_news_from_the_clinic_are_progress() -> None:
    again = "  again: {do: hours.today, on: {told: ask, unavailable: person}}\n"
    assert loop(again) == []


def test_a_clinic_that_is_down_is_none() -> None:
    again = "  again: {do: hours.today, on: {told: person, unavailable: ask}}\n"
    assert loop(again) == [Rule.NO_PROGRESS]
