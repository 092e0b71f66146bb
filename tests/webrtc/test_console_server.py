"""The console's sockets, as pages and as others who reach the port use them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ivr.errors import CallError, LegBroken, LegLost
from ivr.handoff.agents import Agent, Presence, Role
from ivr.handoff.commands import TalkPhase
from ivr.webrtc.floor import TalkRow
from ivr.webrtc.lockout import TRIES_OF_A_NAME
from ivr.webrtc.server import SLIPS_AT_MOST, ConsoleServer
from tests.support.browser_peer import BrowserPeer
from tests.support.console import CARD, DANA, KIM, NO_ROSTER, PASSWORD, SAM, FakeActions, serving
from tests.webrtc.test_messages import VALUES

PATIENCE = 10.0  # seconds

Told = dict[str, Any]


class Tab:
    """A page without a browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def say(self, kind: str, **members: object) -> None:
        await self._socket.send(json.dumps({"type": kind, **members}))

    async def log_in(self, agent: Agent = DANA, password: str = PASSWORD) -> Told:
        await self.say("log_in", version=1, name=agent.name, password=password)
        return await self.hear("welcome")

    async def hear(self, kind: str, **members: object) -> Told:
        """Wait for a message with these members."""
        async with asyncio.timeout(PATIENCE):
            while True:
                told: Told = json.loads(await self._socket.recv())
                if told["type"] == kind and members.items() <= told.items():
                    return told

    async def reason(self) -> str:
        """Wait for the goodbye, and for the end of the socket."""
        reason: str = (await self.hear("goodbye"))["reason"]
        async with asyncio.timeout(PATIENCE):
            await self._socket.wait_closed()
        return reason

    async def leave(self) -> None:
        await self._socket.close()


@contextlib.asynccontextmanager
async def tab(server: ConsoleServer) -> AsyncIterator[Tab]:
    address = f"127.0.0.1:{server.port}"
    async with connect(f"ws://{address}/socket", origin=f"http://{address}") as socket:  # type: ignore[arg-type]
        yield Tab(socket)


async def until_presence(actions: FakeActions, presence: Presence) -> None:
    async with asyncio.timeout(PATIENCE):
        while actions.presences["Dana"].presence is not presence:  # noqa: ASYNC110 - a fake has no event
            await asyncio.sleep(0.01)


async def ring(server: ConsoleServer, agent: Agent = DANA, *, ring_for: float = 10.0) -> CallError:
    with pytest.raises(CallError) as caught:
        await server.ring(agent, CARD, ring_for=ring_for)
    return caught.value


# ---------------------------------------------------------------- logging in


def test_a_wrong_password_is_refused_and_locks_the_name_after_five() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server:
            reasons = []
            for password in ["wrong"] * TRIES_OF_A_NAME + [PASSWORD]:
                async with tab(server) as page:
                    await page.say("log_in", version=1, name="Dana", password=password)
                    reasons.append(await page.reason())
            assert reasons == ["wrong_password"] * TRIES_OF_A_NAME + ["locked_out"]

    asyncio.run(scene())


def test_a_roster_that_is_away_is_no_wrong_password() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server:
            for _ in range(TRIES_OF_A_NAME + 1):
                async with tab(server) as page:
                    await page.say("log_in", version=1, name=NO_ROSTER, password=PASSWORD)
                    assert await page.reason() == "unavailable"

    asyncio.run(scene())


def test_an_agent_who_logs_in_is_paused_and_gets_ready() -> None:
    async def scene() -> None:
        actions = FakeActions()
        async with serving(actions) as server, tab(server) as page:
            await page.log_in()
            you = await page.hear("you")
            assert (you["name"], you["presence"], you["offer"]) == ("Dana", "paused", None)
            await page.say("ready")
            await page.hear("you", presence="ready")
            await page.say("log_out")
            assert await page.reason() == "logged_out"
            await until_presence(actions, Presence.OFFLINE)

    asyncio.run(scene())


def test_a_second_login_takes_the_seat_and_the_first_is_told() -> None:
    async def scene() -> None:
        actions = FakeActions()
        async with serving(actions) as server, tab(server) as first, tab(server) as second:
            await first.log_in()
            await first.say("ready")
            await first.hear("you", presence="ready")
            await second.log_in()
            assert await first.reason() == "elsewhere"
            await second.hear("you", presence="ready")
            assert actions.is_ready(DANA)

    asyncio.run(scene())


def test_a_page_that_lost_its_socket_comes_back_as_it_was() -> None:
    async def scene() -> None:
        actions = FakeActions()
        async with serving(actions) as server:
            async with tab(server) as page:
                token = (await page.log_in())["token"]
                await page.say("pause", reason="Lunch")
                number = (await page.hear("you", reason="Lunch"))["number"]
            await until_presence(actions, Presence.OFFLINE)
            async with tab(server) as page:
                await page.say("return", version=1, token=token)
                you = await page.hear("you", reason="Lunch")
                assert you["number"] > number

    asyncio.run(scene())


def test_a_token_is_worthless_once_its_seat_was_cleared() -> None:
    async def scene() -> None:
        actions = FakeActions()
        async with serving(actions, return_within=0.01) as server:
            async with tab(server) as page:
                token = (await page.log_in())["token"]
            await until_presence(actions, Presence.OFFLINE)
            await asyncio.sleep(0.1)
            for worthless in (token, "made-up"):
                async with tab(server) as page:
                    await page.say("return", version=1, token=worthless)
                    assert await page.reason() == "not_known"

    asyncio.run(scene())


def test_who_was_removed_is_sent_away_and_what_rings_there_goes_on() -> None:
    async def scene() -> None:
        actions = FakeActions()
        async with serving(actions) as server, tab(server) as page:
            token = (await page.log_in())["token"]
            ringing = asyncio.ensure_future(ring(server))
            while (await page.hear("you"))["offer"] is None:
                pass
            server.know({})
            assert isinstance(await ringing, LegBroken)
            assert await page.reason() == "removed"
            async with tab(server) as again:
                await again.say("return", version=1, token=token)
                assert await again.reason() == "not_known"
            assert isinstance(await ring(server), LegBroken)
            assert actions.presences["Dana"].presence is Presence.PAUSED  # forgotten, not changed

    asyncio.run(scene())


def test_who_gets_another_role_has_it_at_once() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in()
            server.know({"Dana": replace(DANA, role=Role.SUPERVISOR)})
            await page.hear("you", role="supervisor")
            await page.hear("floor", talks=[])

    asyncio.run(scene())


# ---------------------------------------------------------------- ringing


def test_nobody_rings_where_no_page_is() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server:
            assert isinstance(await ring(server), LegBroken)
            async with tab(server) as page:
                await page.log_in()
                await page.leave()
                await asyncio.sleep(0.2)
                assert isinstance(await ring(server), LegBroken)

    asyncio.run(scene())


def test_declining_ringing_out_and_being_busy_are_told_apart() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in()
            ringing = asyncio.ensure_future(ring(server))
            offer = (await page.hear("you", talk=None))["offer"]
            while offer is None:
                offer = (await page.hear("you"))["offer"]
            busy = await ring(server)
            await page.say("decline", offer=offer["number"])
            declined = await ringing
            late = await ring(server, ring_for=0.05)
            assert [error.args[1] for error in (busy, declined, late)] == [486, 603, 408]
            assert {type(error) for error in (busy, declined, late)} == {LegLost}

    asyncio.run(scene())


def test_an_offer_is_withdrawn_when_the_caller_is_gone() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in()
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=10.0))
            while (await page.hear("you"))["offer"] is None:
                pass
            ringing.cancel()
            await asyncio.gather(ringing, return_exceptions=True)
            await page.hear("you", offer=None)

    asyncio.run(scene())


def test_an_offer_ends_with_its_page() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in()
            ringing = asyncio.ensure_future(ring(server))
            while (await page.hear("you"))["offer"] is None:
                pass
            await page.leave()
            assert isinstance(await ringing, LegBroken)

    asyncio.run(scene())


def test_a_clerk_is_not_sent_what_is_medical() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in(KIM)
            ringing = asyncio.ensure_future(ring(server, KIM, ring_for=0.5))
            offer = None
            while offer is None:
                offer = (await page.hear("you"))["offer"]
            await ringing
            assert offer["card"]["caller"] == "Alex Sample"
            assert (offer["card"]["wanted"], offer["card"]["said"]) == ("", [])

    asyncio.run(scene())


# ---------------------------------------------------------------- supervisors


def test_only_supervisors_see_and_change_what_others_do() -> None:
    async def scene() -> None:
        actions = FakeActions()
        talk = TalkRow("5f1c20aa", "Lee", "the pharmacy", 5.0, TalkPhase.TALKING)
        actions.shown = replace(actions.shown, talks=(talk,))
        async with serving(actions) as server, tab(server) as agent, tab(server) as boss:
            await agent.log_in()
            assert "talks" not in await agent.hear("floor", current=True)
            await agent.say("move_up", ticket="t1")
            await agent.hear("notice", trouble=True)
            await boss.log_in(SAM)
            assert (await boss.hear("floor", current=True))["talks"]
            await boss.say("move_up", ticket="t2")
            await boss.say("pause", reason="Lunch")
            await boss.hear("you", reason="Lunch")
            assert actions.moved == [("Sam", "t2")]

    asyncio.run(scene())


# ---------------------------------------------------------------- strangers


@pytest.mark.parametrize("first", ["nonsense", '{"type": "ready"}', "{}", b"\x00\xff"])
def test_who_does_not_greet_is_sent_away(first: str | bytes) -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page._socket.send(first)
            assert await page.reason() == "misspoken"

    asyncio.run(scene())


def test_a_message_that_is_too_long_closes_the_socket() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page._socket.send("x" * 100_000)
            with pytest.raises(ConnectionClosed) as caught:
                await page.hear("you")
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1009

    asyncio.run(scene())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text() | VALUES.map(json.dumps), max_size=SLIPS_AT_MOST))
def test_a_console_outlives_what_cannot_be_understood(texts: list[str]) -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in()
            for text in texts:
                await page._socket.send(text)
            await page.say("pause", reason="still here")
            await page.hear("you", reason="still here")

    asyncio.run(scene())


def test_a_page_that_goes_on_speaking_nonsense_is_sent_away() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page:
            await page.log_in()
            with contextlib.suppress(ConnectionClosed):
                for _ in range(SLIPS_AT_MOST + 1):
                    await page._socket.send("nonsense")
            assert await page.reason() == "misspoken"

    asyncio.run(scene())


def test_sound_that_no_browser_offers_does_no_harm() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as server, tab(server) as page, tab(server) as caller:
            await page.log_in()
            ringing = asyncio.ensure_future(ring(server))
            offer = None
            while offer is None:
                offer = (await page.hear("you"))["offer"]
            await page.say("sound", offer=offer["number"], sdp="v=0\r\nm=nonsense")
            await page.hear("notice", trouble=True)
            await page.say("decline", offer=offer["number"])
            await ringing
            await caller.say("ring_line", version=1, sdp="nonsense")
            assert await caller.reason() == "misspoken"

    asyncio.run(scene())


def test_a_caller_whose_call_is_over_does_not_keep_the_place_of_another() -> None:
    async def scene() -> None:
        actions, browser = FakeActions(), BrowserPeer()
        async with serving(actions) as server, tab(server) as caller:
            await caller.say("ring_line", version=1, sdp=await browser.offer())
            leg = await asyncio.wait_for(actions.callers.get(), PATIENCE)
            await leg.hang_up()
            await caller.hear("call", phase="ended")
            assert await caller.reason() == "ended"
        await browser.close()

    asyncio.run(scene())


def test_a_line_that_stops_says_so() -> None:
    async def scene() -> None:
        actions = FakeActions()
        async with contextlib.AsyncExitStack() as stack:
            server = await stack.enter_async_context(serving(actions))
            page = await stack.enter_async_context(tab(server))
            await page.log_in()
            await server.stop()
            with pytest.raises(ConnectionClosed) as caught:
                await page.hear("never")
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1001
            assert actions.presences["Dana"].presence is Presence.OFFLINE

    asyncio.run(scene())
