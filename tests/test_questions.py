"""What operators ask of the running line, over its real socket."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.dialog.actions import HandoffReason
from ivr.errors import StoreUnavailable
from ivr.handoff.agents import Agent, AgentStatus, Presence
from ivr.handoff.office import Office
from ivr.handoff.tickets import Ticket
from ivr.questions import questions, reasons
from ivr.store.memory import MemoryStore
from ivr.story.facts import Glimpse
from ivr.switchboard.front import Front
from ivr.watch.doors import WatchSocket
from ivr.watch.reach import ask

NOW = 1_767_800_000.0
Asker = Callable[..., Awaitable[dict[str, Any]]]


class AwayStore(MemoryStore):
    """Does not answer."""

    async def agents(self) -> tuple[AgentStatus, ...]:
        raise StoreUnavailable("redis clinic-line: does not answer (roster)")


def tell(folder: Path, story: Callable[[Asker], Awaitable[None]], store: MemoryStore) -> None:
    """Let a line with *store* answer while *story* asks."""

    async def read_roster() -> int:
        return 2

    async def run() -> None:
        kim = Agent("Kim", "sip:kim@127.0.0.1")
        await store.register(AgentStatus(kim, Presence.READY, NOW))
        await store.register(AgentStatus(Agent("Lee", "browser:Lee"), Presence.OFFLINE, NOW))
        await store.put(Ticket("c1", "pharmacy", NOW - 50))
        await store.put(Ticket("c2", "pharmacy", NOW - 40))
        front = Front(
            store, Office, clock=lambda: NOW, why=lambda _: "asked", forget=lambda _: False
        )
        socket = WatchSocket(folder / "watch.sock", questions(front, read_roster))
        await socket.start()
        try:
            await story(lambda what, **given: ask(folder / "watch.sock", what, **given))
        finally:
            await socket.stop()

    asyncio.run(run())


def test_everything_the_commands_ask_is_answered(tmp_path: Path) -> None:
    async def story(line: Asker) -> None:
        assert [one["call"] for one in (await line("queue"))["callers"]] == ["c1", "c2"]
        assert await line("move_up", call="c2") == {"call": "c2", "moved_up": True}
        paused = await line("agent_set", name="Kim", presence="paused", reason="lunch")
        assert paused == {"agent": "Kim", "presence": "paused"}
        kim = (await line("agents"))["agents"][0]
        assert (kim["presence"], kim["reason"]) == ("paused", "lunch")
        assert await line("roster") == {"agents": 2}
        assert "error" in await line("callback_end", call="c1")

    tell(tmp_path, story, MemoryStore())


def test_what_cannot_be_is_told_in_words(tmp_path: Path) -> None:
    async def story(line: Asker) -> None:
        for given, words in (
            ({"name": "Kim", "presence": "talking"}, "ready or paused"),
            ({"name": "Pat", "presence": "ready"}, "known are: Kim, Lee"),
            ({"name": "Lee", "presence": "ready"}, "not at the console"),
        ):
            assert words in (await line("agent_set", **given))["error"]
        assert "nobody waits" in (await line("move_up", call="c9"))["error"]

    tell(tmp_path, story, MemoryStore())


def test_a_store_that_is_away_is_told_in_words(tmp_path: Path) -> None:
    async def story(line: Asker) -> None:
        for what in ("queue", "agents"):
            assert "does not answer" in (await line(what))["error"]

    tell(tmp_path, story, AwayStore())


def test_why_a_caller_goes_to_a_person_is_told_in_words_where_it_is_known() -> None:
    now = datetime.now(UTC)
    seen = {reason.value: Glimpse("c1", now, now, reason=reason) for reason in HandoffReason}
    why = reasons((seen | {"c2": Glimpse("c2", now, now)}).get)
    for reason in HandoffReason:
        assert why(reason.value) not in {"", reason}
    assert (why("c2"), why("c3")) == ("", "")
