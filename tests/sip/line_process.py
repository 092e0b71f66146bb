"""
A line in a process of its own: answers, plays, counts; ends when its input does.

Prints its port, then, at the end, a JSON object with what happened.
"""

import asyncio
import json
import sys
from pathlib import Path

from ivr.ports import Keyed
from ivr.settings import Line
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from tests.sip.harness import LOUD

EVERY = 25  # calls between two looks at the memory


class Counting:
    """Answers every call and keeps the figures."""

    def __init__(self) -> None:
        self.calls = 0
        self.loud = 0
        self.keys = ""
        self.memory: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def on_call(self, leg: SipLeg) -> None:
        task = asyncio.create_task(self._serve(leg))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, leg: SipLeg) -> None:
        self.calls += 1
        if self.calls % EVERY == 0:
            self.memory.append(_memory())
        await leg.answer()
        leg.listen(self._hear)
        leg.play(LOUD, token=1, loop=True)
        async for event in leg.events():
            if isinstance(event, Keyed):
                self.keys += event.key

    def _hear(self, frame: bytes) -> None:
        self.loud += any(frame)


def _memory() -> int:
    """Return the resident memory in kB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


async def _main(codec: str) -> None:
    counting = Counting()
    line = Line(port=0, codecs=(codec,))
    endpoint = SipEndpoint(line, on_call=counting.on_call)
    await endpoint.start()
    sys.stdout.write(f"{endpoint.port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    left = endpoint.calls
    await endpoint.stop()
    figures = {
        "calls": counting.calls,
        "loud": counting.loud,
        "keys": counting.keys,
        "memory": counting.memory,
        "left": left,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
