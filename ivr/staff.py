"""Who takes calls at this line: the agents of the settings and those of the roster."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from ivr.desk import QueueStore
from ivr.errors import StoreError
from ivr.handoff.agents import Agent
from ivr.records.roster import Roster
from ivr.settings import HandoffSettings

_log = logging.getLogger(__name__)
SignIn = Callable[[Iterable[Agent]], Awaitable[None]]


class Staff:
    """Keeps the queue's list of agents, and the consoles, as settings and roster have them."""

    def __init__(
        self,
        roster: Roster,
        store: QueueStore,
        settings: HandoffSettings,
        *,
        sign_in: SignIn,
        tell_consoles: Callable[[Mapping[str, Agent]], None] = lambda _agents: None,
    ) -> None:
        """
        Know where agents stand.

        Args:
            roster: Those whom an operator added.
            store: The queue's list; other cells have agents on it, too.
            settings: Their agents; no roster changes or removes these.
            sign_in: Puts agents on the list, or changes them there: `QueueSwitchboard.sign_in`.
            tell_consoles: Is given everybody by name, whenever that may have changed.
        """
        self._roster = roster
        self._store = store
        self._settled = [Agent(one.name, one.uri, one.queues) for one in settings.agents]
        self._sign_in = sign_in
        self._tell_consoles = tell_consoles

    async def start(self) -> None:
        """Sign everybody in; with a roster that cannot be read those of the settings."""
        try:
            await self.read()
        except StoreError as error:
            _log.error("roster not read, nobody of it is rung", extra={"error": error})
            self._tell_consoles({agent.name: agent for agent in self._settled})
            await self._sign_in(self._settled)

    async def read(self) -> int:
        """
        Sign in who was added, change who was changed, forget who was removed.

        A talk of somebody who was removed goes on to its end.

        Returns:
            How many agents there are.

        Raises:
            StoreError: The roster cannot be read, or the queue's list not be changed.
        """
        named = {agent.name: agent for agent in self._settled}
        added = [agent for agent in await self._roster.agents() if agent.name not in named]
        everybody = named | {agent.name: agent for agent in added}
        self._tell_consoles(everybody)  # first, because a console signs in again who is forgotten
        for name in await self._roster.told() - everybody.keys():
            await self._store.forget(name)
        await self._roster.note_told(everybody)
        await self._sign_in(everybody.values())
        return len(everybody)
