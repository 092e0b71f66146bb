"""Performing scenarios on a line that is the test, on a virtual clock."""

import asyncio
from collections.abc import Callable

import pytest

from ivr.caller.matching import Words
from ivr.caller.performance import HANG_UP_WITHIN, MAX_REPLIES, Entry, Props, Verdict, perform
from ivr.caller.scenario import Noise, Says, read_scenario
from ivr.errors import SpeechError
from tests.caller.far_end import FarEnd
from tests.support.virtual_loop import run

Prepare = Callable[[FarEnd], None]


def sound_of(says: Says) -> bytes:
    """Half a second for each of the caller's sayings, different for each."""
    return bytes([says.line]) * 8000


def performance(steps: str, prepare: Prepare) -> tuple[Verdict, FarEnd, float]:
    """Perform *steps*; answer also the seconds it took."""
    scenario = read_scenario(f"title: t\n{steps}", file="x.call")
    sounds: dict[Says | Noise, bytes] = {says: sound_of(says) for says in scenario.sayings}

    async def call() -> tuple[Verdict, FarEnd, float]:
        line = FarEnd()
        prepare(line)
        told: list[Entry] = []
        props = Props(sounds, line.transcribe, told.append, "front desk how can I help")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(line.speak())
            verdict = await perform(scenario, line, props)
        assert told == verdict.transcript
        return verdict, line, asyncio.get_running_loop().time()

    return run(call())


def greeting(line: FarEnd) -> None:
    line.say("welcome how can I help")


def leave(line: FarEnd) -> None:
    line.say("it is ready goodbye")
    line.hang_up_soon(3.0)


def test_a_whole_visit_comes_true() -> None:
    def prepare(line: FarEnd) -> None:
        greeting(line)
        line.on_speech = lambda _: line.say("your number please")
        line.on_keys = lambda keys: leave(line) if "#" in keys else None

    verdict, line, _ = performance(
        "steps:\n- hears: how can I help\n- says: refill\n- hears: number\n"
        '- keys: "12 3#"\n- hears: is ready\nends: line\n',
        prepare,
    )
    assert verdict.passed
    assert verdict.came_true == 4
    assert line.keys == ["12", "3#"]
    assert line.spoken == [sound_of(Says("refill", line=4))]
    heard = [entry.what for entry in verdict.transcript if entry.who == "line"]
    assert heard == ["welcome how can i help", "your number please", "it is ready goodbye"]


def test_what_does_not_come_true_is_told_with_what_was_heard() -> None:
    verdict, line, _ = performance("steps:\n- hears: {text: good morning, within: 5}\n", greeting)
    assert not verdict.passed
    assert verdict.failure == (
        "line 3: expected 'hears: good morning', not within 5 s; heard: welcome how can i help"
    )
    assert line.gone


def test_a_line_that_says_nothing_fails_in_time() -> None:
    verdict, _, seconds = performance("steps:\n- hears: {text: hello, within: 7}\n", lambda _: None)
    assert "heard: nothing" in verdict.failure
    assert seconds == pytest.approx(7, abs=0.5)


def test_what_the_line_said_before_we_acted_does_not_count_afterwards() -> None:
    def prepare(line: FarEnd) -> None:
        line.say("say refill or operator")
        line.on_speech = lambda _: line.say("your number please")

    steps = "steps:\n- hears: say\n- says: hello\n- hears: {text: operator, within: 5}\n"
    verdict, _, _ = performance(steps, prepare)
    assert verdict.failure.endswith("heard: your number please")


def test_the_caller_waits_for_the_line_to_finish() -> None:
    def prepare(line: FarEnd) -> None:
        line.say("welcome")
        line.say("this is a long story that goes on and on")

    verdict, _, seconds = performance(
        "steps:\n- hears: welcome\n- keys: '1'\nends: caller", prepare
    )
    assert verdict.passed
    assert seconds > 11 * 0.4


def test_who_speaks_over_the_line_does_not_wait_and_hears_only_what_follows() -> None:
    def prepare(line: FarEnd) -> None:
        line.say("welcome")
        line.say("this is a long story about a number that goes on and on")
        line.on_keys = lambda _: line.say("your number please", at_once=True)

    verdict, _, seconds = performance(
        "steps:\n- hears: welcome\n- keys: {press: '1', over: true}\n- hears: number please\n"
        "ends: caller",
        prepare,
    )
    assert verdict.passed
    assert seconds < 5


def test_a_read_back_is_confirmed_on_the_way() -> None:
    def prepare(line: FarEnd) -> None:
        greeting(line)
        answers = iter(["I heard refill is that right", "your number please"])
        line.on_speech = lambda _: line.say(next(answers))

    steps = "steps:\n- hears: help\n- says: refill\n- hears: number please\nends: caller\n"
    verdict, line, _ = performance(steps, prepare)
    assert verdict.passed
    assert [e.what for e in verdict.transcript if e.who == "caller"] == ["refill", "yes"]
    assert len(line.spoken) == 2


def test_a_read_back_that_is_expected_is_left_to_the_scenario() -> None:
    def prepare(line: FarEnd) -> None:
        line.say("I heard refill is that right")

    steps = "steps:\n- hears: is that right\n- says: nope\nends: caller\n"
    verdict, _, _ = performance(steps, prepare)
    assert [e.what for e in verdict.transcript if e.who == "caller"] == ["nope"]


def test_a_line_that_asks_the_same_for_ever_is_given_up() -> None:
    def prepare(line: FarEnd) -> None:
        line.say("is that right")
        line.on_speech = lambda _: line.say("is that right")

    verdict, line, _ = performance("steps:\n- hears: goodbye\n", prepare)
    assert not verdict.passed
    assert len(line.spoken) == MAX_REPLIES


def test_silence_lasts_and_what_the_line_says_meanwhile_counts() -> None:
    def prepare(line: FarEnd) -> None:
        greeting(line)
        asyncio.get_running_loop().call_later(8, line.say, "I did not hear you")

    steps = "steps:\n- hears: help\n- silence: 10\n- hears: did not hear\nends: caller\n"
    verdict, _, seconds = performance(steps, prepare)
    assert verdict.passed
    assert seconds > 2 + 10


def test_a_line_that_hangs_up_too_early_is_told() -> None:
    def prepare(line: FarEnd) -> None:
        greeting(line)
        line.hang_up_soon(4.0)

    verdict, _, _ = performance("steps:\n- hears: help\n- silence: 9\n- says: hello\n", prepare)
    assert verdict.failure == "line 5: expected 'says: hello', the line hung up before it"
    verdict, _, _ = performance("steps:\n- hears: goodbye\n", prepare)
    assert "the line hung up first" in verdict.failure


def test_the_last_words_before_a_hang_up_are_heard() -> None:
    def prepare(line: FarEnd) -> None:
        line.say("goodbye now")
        line.hang_up_soon(0.75)

    verdict, _, _ = performance("steps:\n- hears: goodbye now\n", prepare)
    assert verdict.passed


@pytest.mark.parametrize("mishears", [({"ready": "red"}, {}), ({}, {"ready": "red"})])
def test_what_one_of_two_listenings_understands_counts(
    mishears: tuple[dict[str, str], dict[str, str]],
) -> None:
    def prepare(line: FarEnd) -> None:
        line.mishears = mishears
        line.say("welcome")
        line.say("your refill is ready to be picked up")
        line.say("goodbye")

    steps = (
        "steps:\n- hears: welcome\n- hears: is ready\n- hears: picked up\n- hears: goodbye\n"
        "ends: caller\n"
    )
    assert performance(steps, prepare)[0].passed


def test_a_listening_that_hears_the_contrary_is_believed() -> None:
    def prepare(line: FarEnd) -> None:
        line.mishears = ({}, {"not": "now"})
        line.say("your refill is not ready")

    steps = "steps:\n- hears: {text: your refill is ready, within: 5}\nends: caller\n"
    assert not performance(steps, prepare)[0].passed


def test_words_are_used_up_once_however_often_they_were_listened_to() -> None:
    def prepare(line: FarEnd) -> None:
        line.mishears = ({"ready": "red"}, {})
        line.say("it is ready")

    steps = "steps:\n- hears: ready\n- hears: {text: ready, within: 3}\nends: caller\n"
    assert "expected 'hears: ready'" in performance(steps, prepare)[0].failure


def test_a_line_that_does_not_hang_up_is_told() -> None:
    verdict, _, seconds = performance("steps:\n- hears: help\nends: line\n", greeting)
    assert "did not" in verdict.failure
    assert seconds == pytest.approx(HANG_UP_WITHIN + 3, abs=2)


def test_an_agent_ends_a_scenario_by_speaking() -> None:
    def prepare(line: FarEnd) -> None:
        greeting(line)
        line.on_keys = lambda _: line.say("front desk how can I help")

    steps = "steps:\n- hears: welcome\n- keys: '0'\nends: agent\n"
    verdict, line, _ = performance(steps, prepare)
    assert verdict.passed
    assert line.gone
    verdict, _, _ = performance(steps, greeting)
    assert "an agent answers" in verdict.failure


def test_the_callers_own_hang_up_is_not_taken_for_the_lines() -> None:
    verdict, _, _ = performance("steps:\n- hears: help\nends: caller\n", greeting)
    assert [entry.what for entry in verdict.transcript if not entry.who] == [
        "expected, came true: help",
        "the caller hangs up",
    ]


def test_a_broken_recogniser_ends_the_call_at_once() -> None:
    async def broken(pcm: bytes, /, *, listening: int = 0) -> Words:
        assert listening == 0
        raise SpeechError("test", f"broke on {len(pcm)} bytes", retryable=False)

    def prepare(line: FarEnd) -> None:
        greeting(line)
        line.transcribe = broken  # type: ignore[method-assign]  # the point of this test

    with pytest.raises(ExceptionGroup) as caught:
        performance("steps:\n- hears: help\n", prepare)
    assert caught.group_contains(SpeechError, match="broke on")
