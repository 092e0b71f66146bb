"""What operators may ask of the running line about its queue, beside its calls and its health."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ivr.dialog.actions import HandoffReason
from ivr.handoff.agents import Presence
from ivr.story.facts import Glimpse
from ivr.switchboard.front import Front
from ivr.watch.asking import Askable, Given, Question
from ivr.watch.roles import Asker

WORDS = {
    HandoffReason.ASKED: "asked for a person",
    HandoffReason.FLOW: "the flow sends them",
    HandoffReason.NOT_UNDERSTOOD: "not understood",
    HandoffReason.EMERGENCY: "may be in danger",
    HandoffReason.CLINIC_DOWN: "no answer from the clinic's data",
    HandoffReason.LINE_TROUBLE: "the line is in trouble",
    HandoffReason.SENT: "sent by an operator of the line",
}
CHOSEN = (Presence.READY, Presence.PAUSED)  # the others follow from what happens


def questions(front: Front, read_roster: Callable[[], Awaitable[int]]) -> dict[str, Askable]:
    """
    Give what `ivr queue`, `ivr agents` and `ivr callbacks` ask, for a `WatchSocket`.

    Args:
        front: Looks at the queue.
        read_roster: Reads anew who takes calls: `Staff.read`.
    """

    async def set_presence(given: Given, _asker: Asker) -> Mapping[str, Any]:
        if given["presence"] not in CHOSEN:
            return {"error": f"an agent is made {' or '.join(CHOSEN)}"}
        return await front.set_presence(
            given["name"], Presence(given["presence"]), given.get("reason", "")
        )

    async def move_up(given: Given, _asker: Asker) -> Mapping[str, Any]:
        return await front.move_up(given["call"])

    async def end_callback(given: Given, _asker: Asker) -> Mapping[str, Any]:
        return await front.end_callback(given["call"])

    async def roster(_given: Given, _asker: Asker) -> Mapping[str, Any]:
        return {"agents": await read_roster()}

    return {
        "queue": front.queue,
        "agents": front.agents,
        "roster": Question(roster),
        "agent_set": Question(set_presence, ("name", "presence"), ("reason",)),
        "move_up": Question(move_up, ("call",)),
        "callback_end": Question(end_callback, ("call",)),
    }


def reasons(last: Callable[[str], Glimpse | None]) -> Callable[[str], str]:
    """
    Tell by call why its caller goes to a person, in words: for `Front`.

    Args:
        last: Gives the last moment of a living call: `Hub.last`.
    """

    def why(call: str) -> str:
        seen = last(call)
        return WORDS[HandoffReason(seen.reason)] if seen and seen.reason else ""

    return why
