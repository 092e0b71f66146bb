"""Letting somebody hear a call whom nobody hears."""

import asyncio

from ivr.ports import AudioLeg, Keyed

CALLER, LINE = "caller", "line"  # what is mixed for the ear


async def overhear(caller: AudioLeg, ear: AudioLeg) -> str:
    """
    Let the far end of *ear* hear the caller and all that the caller hears, until it ends it.

    Nothing goes the other way. Cancelling ends it; *ear* stays open.

    Args:
        caller: The leg of a call, whatever is done with it meanwhile.
        ear: An answered leg; nobody else reads its events.

    Returns:
        Why it ended.
    """
    loop = asyncio.get_running_loop()

    def hear(heard: bytes, said: bytes) -> None:
        ear.feed(CALLER, heard)
        ear.feed(LINE, said)

    def take(heard: bytes, said: bytes) -> None:  # in the media thread
        loop.call_soon_threadsafe(hear, heard, said)

    stop = caller.tap(take)
    try:
        async for event in ear.events():
            if isinstance(event, Keyed):
                return "a key was pressed"
    finally:
        stop()
    return "the phone hung up"
