"""A person from everywhere, on a telephone: in every state, by key and by voice."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest

from ivr.flow.model import Handoff
from tests.flows.shipped import book, places
from tests.line import serve_from_anywhere
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.speech.voices import on_the_phone
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import LineProcess
from tests.support.phone import Phone, RefusedError
from tests.support.voice import Renderer
from tests.support.waiting import until

pytestmark = pytest.mark.line

ALL = [f"{flow}.{state}" for flow, state in places()]
ASKED = [
    f"{flow}.{state}"
    for flow, state in places()
    if not isinstance(book().flows[flow].states[state], Handoff)
]
"""In a handoff nobody is asked what they want."""
AT_ONCE = 2  # callers; each has an agent, and a line carries four legs
WORDS_A_MINUTE = 160  # as shipped: an announcement must last until one can break in
PEOPLE = 12  # who share one telephone: whoever has just talked writes notes for five seconds
TRIES = 3
ANSWERED_WITHIN = 8.0  # seconds

UNWATCHED = {"records": {"replay": "off"}}  # what is replayed has a dialog of another kind
FROM_ANYWHERE = (sys.executable, "-m", "tests.line.serve_from_anywhere")


@contextmanager
def taken(line: LineProcess) -> Iterator[Phone]:
    """Ring until the line takes the call: the leg of the agent before ends after the caller's."""
    with ExitStack() as calls:
        found: list[Phone] = []

        def ring() -> bool:
            with suppress(RefusedError):
                found.append(calls.enter_context(Phone(line.port)))
            return bool(found)

        until(ring, what="a free place")
        yield found[0]


def call_each(line: LineProcess, places: list[str], ask: Callable[[Phone], None]) -> None:
    """Place a call from each of *places*; all must reach an agent."""

    def call(_place: str) -> None:
        with taken(line) as phone:
            ask(phone)

    with ThreadPoolExecutor(AT_ONCE) as callers:
        outcomes = [callers.submit(call, place) for place in places]
    assert [outcome.exception() for outcome in outcomes if outcome.exception()] == []
    rows = line.await_rows(len(places))
    astray = [row["path"] for row in rows if row["handoff"] != "served"]
    assert astray == []
    assert sorted(row["path"][0] for row in rows) == sorted(places)


@pytest.mark.timeout(400)
def test_key_zero_reaches_an_agent_from_every_state(
    new_line: NewLine, agent: AgentPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(serve_from_anywhere.PLACES, " ".join(ALL))

    def ask(phone: Phone) -> None:
        phone.press("0")
        hears(phone, AGENT_HZ, within=30.0)

    with new_line(UNWATCHED, agents=[agent.uri] * PEOPLE, prefix=FROM_ANYWHERE) as line:
        call_each(line, ALL, ask)


@pytest.mark.timeout(400)
def test_operator_said_in_every_state_reaches_an_agent(
    new_line: NewLine, agent: AgentPhone, voice: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(serve_from_anywhere.PLACES, " ".join(ASKED))
    operator = on_the_phone(voice("operator"))

    def ask(phone: Phone) -> None:
        for _ in range(TRIES):
            phone.say(operator)
            try:
                hears(phone, AGENT_HZ, within=ANSWERED_WITHIN)
            except TimeoutError:
                continue
            return
        raise AssertionError("nobody answered")

    settings = UNWATCHED | {"speech": {"engine": "auto", "rate": WORDS_A_MINUTE}}
    with new_line(settings, agents=[agent.uri] * PEOPLE, prefix=FROM_ANYWHERE) as line:
        call_each(line, ASKED, ask)
