"""Talks of the running line: whoever takes a caller has all of `ivr.talk.Talk` with them."""

import asyncio
from functools import partial

from ivr.consulting import Consulting, ConsultMeans
from ivr.conversing import Converse
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.ports import AudioLeg
from ivr.speech.tones import hold_music, ringing
from ivr.switchboard.switchboard import QueueSwitchboard
from ivr.talk import RunFlow, Talk, TalkEnd, TalkMeans
from ivr.talks import Talks


class Talking:
    """Makes the `Converse` of each visit, which knows how its caller is led through a flow."""

    def __init__(self, talks: Talks, switchboard: QueueSwitchboard, means: ConsultMeans) -> None:
        """
        Prepare.

        Args:
            talks: Lists those that go on.
            switchboard: Learns who is in a talk, so that nobody is offered another caller.
            means: How somebody else is rung.
        """
        self._talks = talks
        self._switchboard = switchboard
        self._means = means

    def __call__(self, run_flow: RunFlow) -> Converse:
        """Let the caller talk whom *run_flow* leads through flows."""
        return partial(self._converse, run_flow)

    async def _converse(
        self, run_flow: RunFlow, caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card
    ) -> TalkEnd:
        engaged = self._switchboard.engaged(card.call)
        means = TalkMeans(
            ring=Consulting(self._means, engaged, card),
            run_flow=run_flow,
            music=hold_music(),
            ringing=ringing(),
            queues=self._means.office().queues,
            joined=engaged.join,
            passed_on=engaged.serve,
            parted=engaged.part,
        )
        talk = Talk(caller, agent, means, name=person.name)
        with self._talks.going_on(talk, card, now=asyncio.get_running_loop().time()):
            return await talk.run()
