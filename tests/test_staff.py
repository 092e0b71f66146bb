"""Who takes calls: the agents of the settings and of the roster, in the queue and at consoles."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.records.roster import Roster
from ivr.settings import Agent as NamedAgent
from ivr.settings import HandoffSettings
from ivr.staff import Staff
from ivr.store.memory import MemoryStore
from ivr.switchboard.sight import sign_in

NOW = 1_767_800_000.0
DANA = Agent("Dana", "sip:dana@127.0.0.1", ("billing",))
KIM = Agent("Kim", "sip:kim@127.0.0.1")
LEE = Agent("Lee", "browser:Lee")
SETTINGS = HandoffSettings((NamedAgent("Dana", "sip:dana@127.0.0.1", ("billing",)),))


@dataclass
class Practice:
    """One line's folder, and the queue it shares with others."""

    folder: Path
    store: MemoryStore = field(default_factory=MemoryStore)
    consoles: list[Sequence[str]] = field(default_factory=list)

    async def read(
        self, *added: Agent, removed: str = "", settings: HandoffSettings = SETTINGS
    ) -> int:
        """Change the roster; then let a line read it."""
        roster = Roster(self.folder / "agents.db")
        try:
            await roster.remove(removed)
            for agent in added:
                await roster.add(agent)
            return await self.staff(roster, settings).read()
        finally:
            await roster.close()

    def staff(self, roster: Roster, settings: HandoffSettings = SETTINGS) -> Staff:
        async def sign_all_in(agents: Iterable[Agent]) -> None:
            await sign_in(self.store, agents, now=NOW)

        def tell(agents: Mapping[str, Agent]) -> None:
            self.consoles.append(sorted(agents))

        return Staff(roster, self.store, settings, sign_in=sign_all_in, tell_consoles=tell)

    async def stand(self) -> dict[str, Presence]:
        return {one.agent.name: one.presence for one in await self.store.agents()}

    async def set(self, agent: str, presence: Presence, reason: str = "") -> None:
        await self.store.set_presence(agent, PresenceChange(presence, reason), now=NOW)


def test_phones_are_rung_at_once_and_consoles_when_somebody_logs_in(tmp_path: Path) -> None:
    async def story() -> None:
        practice = Practice(tmp_path)
        assert await practice.read(KIM, LEE) == 3
        assert await practice.stand() == {"Dana": Presence.READY, "Kim": Presence.READY}
        assert practice.consoles == [["Dana", "Kim", "Lee"]]

    asyncio.run(story())


def test_who_was_removed_is_forgotten_also_when_no_line_ran_meanwhile(tmp_path: Path) -> None:
    async def story() -> None:
        practice = Practice(tmp_path)
        await practice.read(KIM)
        await practice.read(removed="Kim")
        assert await practice.stand() == {"Dana": Presence.READY}
        await practice.read(settings=HandoffSettings())
        assert await practice.stand() == {}

    asyncio.run(story())


def test_agents_of_other_cells_stay(tmp_path: Path) -> None:
    async def story() -> None:
        practice = Practice(tmp_path)
        await practice.store.register(AgentStatus(KIM, Presence.READY, NOW))
        await practice.read(removed="Kim")
        assert "Kim" in await practice.stand()

    asyncio.run(story())


def test_who_is_changed_keeps_their_presence(tmp_path: Path) -> None:
    async def story() -> None:
        practice = Practice(tmp_path)
        await practice.read(KIM)
        await practice.set("Kim", Presence.PAUSED, "lunch")
        moved = Agent("Kim", "sip:kim@127.0.0.1", ("pharmacy",), frozenset({"nurse"}))
        await practice.read(moved)
        kim = (await practice.store.agents())[1]
        assert (kim.agent, kim.presence, kim.reason) == (moved, Presence.PAUSED, "lunch")

    asyncio.run(story())


def test_who_gets_a_phone_instead_of_the_console_is_rung_at_once_and_back(tmp_path: Path) -> None:
    async def story() -> None:
        practice = Practice(tmp_path)
        await practice.read(LEE)
        await practice.store.register(AgentStatus(LEE, Presence.OFFLINE, NOW))
        await practice.read(Agent("Lee", "sip:lee@127.0.0.1"))
        assert (await practice.stand())["Lee"] is Presence.READY
        await practice.read(LEE)
        assert "Lee" not in await practice.stand()

    asyncio.run(story())


def test_the_settings_have_the_last_word(tmp_path: Path) -> None:
    async def story() -> None:
        practice = Practice(tmp_path)
        await practice.read(Agent("Dana", "sip:elsewhere@127.0.0.1"))
        assert [one.agent for one in await practice.store.agents()] == [DANA]

    asyncio.run(story())


def test_without_a_roster_those_of_the_settings_are_rung(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        (tmp_path / "agents.db").write_text("no database at all, and long enough to be one" * 50)
        practice = Practice(tmp_path)
        roster = Roster(tmp_path / "agents.db", timeout=0.5)
        await practice.staff(roster).start()
        await roster.close()
        assert await practice.stand() == {"Dana": Presence.READY}
        assert practice.consoles == [["Dana"]]

    with caplog.at_level(logging.ERROR):
        asyncio.run(story())
    assert "roster not read" in caplog.text
