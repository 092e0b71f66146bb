"""Whole talks with the real queue behind them: who talks, who is free again, where callers go."""

import asyncio

import pytest

from ivr.handoff.actions import Outcome
from ivr.handoff.agents import Presence, PresenceChange
from ivr.handoff.commands import (
    Attending,
    Complete,
    Consult,
    Done,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
    TalkPhase,
)
from ivr.ports import Gone
from tests.support.talk_scene import Console
from tests.support.talking_scene import CALL, KIM, LEE, ROBIN, Scene, play
from tests.switchboard.desk import clock


def test_on_hold_the_caller_hears_music_and_then_their_agent_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Hold())
        assert len(scene.caller.sound) > 0
        assert scene.caller.hears == set()
        await scene.ask(Resume())
        assert scene.talk_together("Dana")

    play(story)


def test_a_talk_is_listed_while_it_goes_on_and_wraps_up_when_the_agent_is_done() -> None:
    async def story(scene: Scene) -> None:
        assert scene.talks.now()[CALL].card.call == CALL
        await scene.ask(Done())
        assert scene.talks.now() == {}
        report = await scene.over()
        assert (report.outcome, report.agent) == (Outcome.SERVED, "Dana")
        assert await scene.presence("Dana") is Presence.WRAPPING

    play(story)


def test_after_a_warm_transfer_the_first_wraps_up_at_once_and_the_second_at_the_end() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("billing"), wait=4)
        await scene.ask(Complete())
        assert scene.talk_together("Kim")
        assert await scene.presence("Dana") is Presence.WRAPPING
        assert await scene.presence("Kim") is Presence.TALKING
        await scene.ask(Hold(), by="Kim")
        assert scene.caller.hears == set()
        await scene.ask(Done(), by="Kim")
        report = await scene.over()
        assert (report.outcome, report.agent) == (Outcome.SERVED, "Kim")
        assert await scene.presence("Kim") is Presence.WRAPPING

    play(story, KIM)


def test_who_transferred_a_caller_takes_the_next_one_while_the_first_still_talks() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"), wait=4)
        await scene.ask(Complete())
        first = scene.phones.legs["Dana"]
        await scene.next_caller()
        assert scene.phones.legs["Dana"] is not first
        assert await scene.presence("Dana") is Presence.TALKING
        scene.caller.happen(Gone())
        await scene.over()
        await asyncio.sleep(1)
        assert (await scene.status("Dana")).ticket == "c2"

    play(story, KIM)


@pytest.mark.parametrize("lost", [True, False])
def test_a_second_agent_who_goes_leaves_nobody_stranded(*, lost: bool) -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"), wait=4)
        await scene.ask(Complete())
        scene.phones.legs["Kim"].happen(Gone(lost=lost))
        if lost:
            await asyncio.sleep(14)  # Dana writes her notes for ten seconds, then it rings
            assert scene.phones.rung == ["Dana", "Kim", "Dana"]
            assert scene.talk_together("Dana")
        else:
            assert (await scene.over()).agent == "Kim"

    play(story, KIM)


def test_a_caller_sent_to_a_queue_waits_there_and_the_agent_wraps_up() -> None:
    async def story(scene: Scene) -> None:
        await scene.store.set_presence("Kim", PresenceChange(Presence.PAUSED), now=clock())
        await scene.store.set_presence("Lee", PresenceChange(Presence.PAUSED), now=clock())
        await scene.ask(SendTo("billing"), wait=3)
        assert await scene.presence("Dana") is Presence.WRAPPING
        ticket = await scene.store.ticket(CALL)
        assert ticket is not None
        assert ticket.queue == "billing"
        assert any("sent_on" in text for text in scene.speaker.texts)
        await scene.store.set_presence("Kim", PresenceChange(Presence.READY), now=clock())
        await asyncio.sleep(5)
        assert scene.talk_together("Kim")
        assert (await scene.presence("Kim")) is Presence.TALKING

    play(story, KIM, LEE)


def test_a_supervisor_who_takes_over_serves_the_caller_and_then_is_ready_again() -> None:
    async def story(scene: Scene) -> None:
        boss = Console("00000009")
        await scene.talks.attend(CALL, boss, Attending.LISTEN, by="Robin")
        await asyncio.sleep(1)
        assert await scene.presence("Robin") is Presence.TALKING
        await scene.talks.attend(CALL, boss, Attending.TAKE_OVER, by="Robin")
        await asyncio.sleep(1)
        assert boss in scene.caller.hears
        assert await scene.presence("Dana") is Presence.WRAPPING
        boss.command(Done())
        assert (await scene.over()).agent == "Robin"
        await asyncio.sleep(1)
        assert await scene.presence("Robin") is Presence.WRAPPING

    play(story, ROBIN)


def test_what_comes_of_a_flow_is_told_to_the_agent() -> None:
    async def story(scene: Scene) -> None:
        view = await scene.ask(SendToFlow("verify_identity"), wait=1)
        assert view.phase is TalkPhase.IN_FLOW
        await asyncio.sleep(5)
        assert scene.phones.legs["Dana"].views[-1].told == "Back from verify_identity."
        assert scene.talk_together("Dana")

    play(story)


def test_a_line_that_stops_leaves_the_caller_with_nobody_and_everybody_free() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"), wait=4)
        await scene.end()
        await asyncio.sleep(1)
        assert scene.caller.hears == set()
        assert not scene.caller.gone
        assert await scene.presence("Kim") is Presence.READY

    play(story, KIM)
