""" "Operator", said on a telephone in every state of every flow: the caller hears an agent."""

import sys

import pytest

from tests.flows.test_scenarios import PLACES
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.test_handoff import hears
from tests.support.agent_phone import AgentPhone
from tests.support.phone import Phone
from tests.support.voice import Renderer

pytestmark = pytest.mark.line

FROM_ANYWHERE = (sys.executable, "-m", "tests.line.serve_from_anywhere")


@pytest.mark.timeout(600)
def test_operator_said_in_any_state_is_answered_by_an_agent(
    new_line: NewLine, agent: AgentPhone, voice: Renderer
) -> None:
    operator = voice("operator")
    settings = {"speech": {"engine": "auto"}}
    with new_line(settings, agents=[agent.uri], prefix=FROM_ANYWHERE) as line:
        for number in range(1, len(PLACES) + 1):
            with Phone(line.port) as phone:
                phone.await_sound(after=0.0)
                phone.say(operator)
                call = agent.await_call(number=number, within=15)
                hears(phone, AGENT_HZ)
                agent.hang_up(call)
            line.await_no_call()
