"""What operators may ask of the running line about its queue, beside its calls and its health."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ivr.handoff.agents import Presence
from ivr.switchboard.front import Front
from ivr.watch.live import Answer, Question

CHOSEN = (Presence.READY, Presence.PAUSED)  # the others follow from what happens


def questions(
    front: Front, read_roster: Callable[[], Awaitable[int]]
) -> dict[str, Answer | Question]:
    """
    Give what `ivr queue`, `ivr agents` and `ivr callbacks` ask, for a `WatchSocket`.

    Args:
        front: Looks at the queue.
        read_roster: Reads anew who takes calls: `Staff.read`.
    """

    async def set_presence(given: Mapping[str, str]) -> Mapping[str, Any]:
        if given["presence"] not in CHOSEN:
            return {"error": f"an agent is made {' or '.join(CHOSEN)}"}
        return await front.set_presence(
            given["name"], Presence(given["presence"]), given.get("reason", "")
        )

    async def roster() -> Mapping[str, Any]:
        return {"agents": await read_roster()}

    return {
        "queue": front.queue,
        "agents": front.agents,
        "roster": roster,
        "agent_set": Question(set_presence, ("name", "presence"), ("reason",)),
        "move_up": Question(lambda given: front.move_up(given["call"]), ("call",)),
        "callback_end": Question(lambda given: front.end_callback(given["call"]), ("call",)),
    }
