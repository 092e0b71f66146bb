"""Whom an agent in a talk may ring, and what they read when they may not."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.consulting import NO_NUMBERS, NO_SUCH, NOT_ALLOWED, OTHER_PARTY, is_allowed
from ivr.errors import LegLost, StoreUnavailable
from ivr.handoff.agents import Presence, PresenceChange
from ivr.handoff.commands import Complete, Consult, EndConsult, SendTo, TalkPhase
from ivr.handoff.tickets import Ticket
from ivr.ports import Gone
from tests.support.talking_scene import KIM, LEE, ROBIN, Scene, play
from tests.switchboard.desk import clock

LUNCH = PresenceChange(Presence.PAUSED, "lunch")


def test_a_colleague_is_rung_by_name_with_the_card_for_their_role() -> None:
    async def story(scene: Scene) -> None:
        view = await scene.ask(Consult("Lee"), wait=4)
        assert (view.phase, view.other) == (TalkPhase.CONSULTING, "Lee")
        card = scene.phones.cards["Lee"]
        assert (card.caller, card.wanted, card.said) == ("Alex Sample", "", ())

    play(story, LEE)


def test_who_is_rung_or_consulted_is_offered_no_caller_and_then_is_what_they_were() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"))
        waiting = scene.board.enter(Ticket("c2", "billing", clock()))
        await asyncio.sleep(10)
        assert await scene.presence("Kim") is Presence.TALKING
        assert (await scene.store.ticket("c2")) is not None
        await scene.ask(EndConsult(), wait=0.01)
        assert await scene.presence("Kim") in {Presence.READY, Presence.OFFERED}
        await asyncio.sleep(2)
        kim = await scene.status("Kim")
        assert (kim.presence, kim.ticket) == (Presence.OFFERED, "c2")
        waiting.leave()

    play(story, KIM)


def test_somebody_in_a_pause_may_be_rung_by_name_and_has_their_pause_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.store.set_presence("Kim", LUNCH, now=clock())
        await scene.ask(Consult("Kim"), wait=4)
        assert await scene.presence("Kim") is Presence.TALKING
        scene.phones.legs["Kim"].happen(Gone())
        await asyncio.sleep(1)
        kim = await scene.status("Kim")
        assert (kim.presence, kim.reason) == (Presence.PAUSED, "lunch")

    play(story, KIM)


def test_who_declines_a_consultation_is_ready_as_before() -> None:
    async def story(scene: Scene) -> None:
        scene.phones.refusals["Kim"] = LegLost("declined", 603)
        view = await scene.ask(Consult("Kim"), wait=4)
        assert view.trouble == "Kim declined."
        assert await scene.presence("Kim") is Presence.READY

    play(story, KIM)


def test_who_is_rung_no_longer_is_ready_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"))
        await scene.ask(EndConsult())
        assert scene.phones.cancelled == ["Kim"]
        assert await scene.presence("Kim") is Presence.READY

    play(story, KIM)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("Dana", "Dana is in a call."),
        ("Kim", "Kim is not there."),
        ("nurse_line", "The nurse line: nobody is free just now."),
        ("kim", NO_SUCH),
        ("911", NO_SUCH),
        ("*67 212 555 0142", NO_SUCH),
        ("sip:kim@evil.example", NO_SUCH),
        ("٢١٢٥٥٥٠١٤٢", NO_SUCH),
        ("+44 20 7946 0958", NO_SUCH),
        ("011 44 20 7946 0958", NO_SUCH),
        ("1125550142", NO_SUCH),
        ("900-555-0142", NOT_ALLOWED),
    ],
)
def test_who_may_not_be_rung_is_not_and_the_agent_reads_why(to: str, words: str) -> None:
    async def story(scene: Scene) -> None:
        await scene.store.set_presence("Kim", PresenceChange(Presence.OFFLINE), now=clock())
        for command in (Consult(to), *(() if to == "nurse_line" else (SendTo(to),))):
            view = await scene.ask(command)
            assert (view.phase, view.trouble) == (TalkPhase.TALKING, words)
        assert scene.phones.rung == ["Dana"]
        assert scene.talk_together("Dana")

    play(story, KIM)


def test_who_rings_for_another_caller_is_not_rung() -> None:
    async def story(scene: Scene) -> None:
        waiting = scene.board.enter(Ticket("c2", "billing", clock()))
        await asyncio.sleep(2)
        view = await scene.ask(Consult("Kim"))
        assert view.trouble == "Another call rings at Kim's."
        kim = await scene.status("Kim")
        assert (kim.presence, kim.ticket) == (Presence.OFFERED, "c2")
        waiting.leave()

    play(story, KIM)


def test_a_queue_sends_who_is_idle_longest_of_those_who_answer_there() -> None:
    async def story(scene: Scene) -> None:
        ready = PresenceChange(Presence.READY)
        await scene.store.set_presence("Kim", LUNCH, now=clock())
        await scene.store.set_presence("Kim", ready, now=clock())
        view = await scene.ask(Consult("billing"), wait=4)
        assert (view.phase, view.other) == (TalkPhase.CONSULTING, "Lee")
        await scene.ask(EndConsult())
        await scene.store.set_presence("Lee", LUNCH, now=clock())
        assert (await scene.ask(Consult("billing"), wait=4)).other == "Kim"

    play(story, KIM, LEE, ROBIN)


@pytest.mark.parametrize("written", ["2125550142", "(212) 555-0142", "+1 212.555.0142"])
def test_a_number_that_may_be_dialled_is_rung_as_the_line_rings_numbers(written: str) -> None:
    async def story(scene: Scene) -> None:
        view = await scene.ask(Consult(written), wait=4)
        assert scene.phones.rung[1:] == ["sip:+12125550142@carrier.example"]
        assert (view.phase, view.other) == (TalkPhase.CONSULTING, OTHER_PARTY)
        await scene.ask(Complete())
        assert scene.talks.now()["00000001"].talk.agent == OTHER_PARTY

    play(story)


@pytest.mark.parametrize(("outbound", "may_dial"), [("", ("212555*",)), ("sip:{number}@c", ())])
def test_a_line_that_rings_no_numbers_says_so(outbound: str, may_dial: tuple[str, ...]) -> None:
    def prepare(scene: Scene) -> None:
        scene.outbound, scene.may_dial = outbound, may_dial

    async def story(scene: Scene) -> None:
        assert (await scene.ask(SendTo("2125550142"))).trouble == NO_NUMBERS

    play(story, prepare=prepare)


def test_with_the_store_away_the_agent_is_back_with_the_caller() -> None:
    async def story(scene: Scene) -> None:
        async def away() -> tuple[()]:
            raise StoreUnavailable("no answer")

        agents, scene.store.agents = scene.store.agents, away  # type: ignore[method-assign]
        view = await scene.ask(Consult("Kim"))
        scene.store.agents = agents  # type: ignore[method-assign]
        assert (view.phase, view.trouble) == (TalkPhase.TALKING, "Kim cannot be reached.")

    play(story, KIM)


@given(st.integers(2_000_000_000, 9_999_999_999), st.integers(3, 9))
def test_a_beginning_lets_in_what_begins_so_and_nothing_else(number: int, length: int) -> None:
    written = str(number)
    assert is_allowed(written, [written[:length] + "*"])
    assert is_allowed(written, [written])
    other = str((int(written[length - 1]) + 1) % 10)
    assert not is_allowed(written, [written[: length - 1] + other + "*"])
    assert not is_allowed(written, [])
