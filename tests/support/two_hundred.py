"""Two hundred calls on a virtual clock, drawn by lot: what callers of every kind tell a line."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from ivr.attendant import Attendant
from ivr.cli.try_ import Practice
from ivr.clinic.operations import SPECS
from ivr.desk import Shut
from ivr.dialog.events import Hypothesis
from ivr.errors import ClinicError, LegLost
from ivr.flow.model import OperationSpec, Value
from ivr.ports import Gone, Heard, Onset, OperationResult
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Fact
from ivr.story.media import Media
from ivr.story.signalling import Message
from tests.test_attendant import DANA, MARIA, Visit

CALLS, AT_ONCE = 200, 10
WORDS = ("refill", "insurance", "yes", "no", "help", "repeat", "my cat", "operator", "español")
LOUD = (b"\x00\x20" + b"\x00\xe0") * 80  # 20 ms of 8 kHz that is somebody speaking
IDENTITY = ("03031982", "2125550142")
REFILL, INSURANCE = "2", "3"

Caller = Callable[["Scene"], Awaitable[None]]


class Clinic:
    """The invented clinic without a clock of its own; it fails now and then."""

    def __init__(self, practice: Practice, lot: Random) -> None:
        self._practice = practice
        self._lot = lot

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        return SPECS

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        await asyncio.sleep(self._lot.uniform(0.05, 3))
        if self._lot.random() < 0.1:
            raise ClinicError("clinic: down for this test")
        with ThreadPoolExecutor(1) as aside:  # it runs a loop of its own
            return aside.submit(self._practice, operation, arguments).result()


class Scene(Visit):
    """One call, and what the caller does."""

    def __init__(
        self, call: str, lot: Random, clinic: Clinic, tell: Callable[[Fact], None]
    ) -> None:
        super().__init__(*lot.choice(((), (DANA,), (MARIA,), (DANA, MARIA))))
        self.call = call
        self.lot = lot
        self.tell = tell
        if lot.random() < 0.3:
            self.phones.refusals["Dana"] = LegLost("leg 00000002: busy", 486)
        self.line = replace(self.line, clinic=clinic, tell=tell)
        self.attendant = Attendant(self.line)

    async def key(self, *answers: str) -> None:
        """Answer by keys, question after question; each begins after what is said first."""
        for answer in answers:
            await asyncio.sleep(self.lot.uniform(2, 8))
            await self.press(answer)

    async def say(self, words: str) -> None:
        if self.ears.ears:
            ear = self.ears.ears[-1]
            ear.happen(Onset())
            await asyncio.sleep(1)
            ear.happen(Heard((Hypothesis(words, round(self.lot.uniform(0.2, 1), 2)),)))

    async def speak_a_message(self) -> None:
        await asyncio.sleep(6)
        for _ in range(100):
            if self.leg.sink is not None:
                self.leg.sink(LOUD)
        await self.press("#")

    def network(self) -> None:
        """Tell what a real leg would; a fake one has no network."""
        now = datetime.now(UTC)
        for method in ("INVITE", "BYE"):
            self.tell(Message(self.call, now, "caller", outward=False, method=method))
        loss = self.lot.randrange(3)
        for seconds in (1, 2):
            sent, lost = 50 * seconds, loss * seconds
            self.tell(Media(self.call, now, received=sent - lost, lost=lost, sent=sent))

    def hang_up(self) -> None:
        self.leg.happen(Gone())


async def helped(scene: Scene) -> None:
    await scene.key(REFILL, *IDENTITY, "4821507", "2")


async def insured(scene: Scene) -> None:
    await scene.key(INSURANCE, *IDENTITY, "2")


async def wants_a_person(scene: Scene) -> None:
    await scene.key("0")
    await asyncio.sleep(scene.lot.uniform(5, 90))
    for leg in scene.phones.legs.values():
        leg.happen(Gone())


async def wants_a_call(scene: Scene) -> None:
    await scene.key("0", "1", "2125550142", "1")


async def leaves_a_message(scene: Scene) -> None:
    await scene.key("0")
    await asyncio.sleep(1)
    for place in scene.switchboard.places:
        place.decide(Shut(closed=scene.lot.random() < 0.5, says=""))
    await asyncio.sleep(6)
    await scene.key("1")
    await scene.speak_a_message()


async def talks(scene: Scene) -> None:
    for _ in range(scene.lot.randrange(8)):
        await asyncio.sleep(scene.lot.uniform(0.5, 6))
        await scene.say(scene.lot.choice(WORDS))


async def presses(scene: Scene) -> None:
    for _ in range(scene.lot.randrange(12)):
        await asyncio.sleep(scene.lot.uniform(0.1, 6))
        await scene.press(scene.lot.choice("0123456789*#"))


async def is_silent(scene: Scene) -> None:
    await asyncio.sleep(scene.lot.uniform(0, 60))


async def is_hung_up_on(scene: Scene) -> None:
    visit = scene.attendant.visit(scene.call)
    if visit is not None:
        await visit.hang_up(who="Sam")


async def finds_a_fault(scene: Scene) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    scene.switchboard.enter = broken  # type: ignore[assignment] # a mistake of ours
    await scene.key("0")


CALLERS: tuple[Caller, ...] = (
    *(helped, helped, insured, wants_a_person, wants_a_person, wants_a_call),
    *(leaves_a_message, talks, talks, presses, is_silent),
    *(is_hung_up_on, finds_a_fault),
)


async def ring_all(folder: Path, tell: Callable[[Fact], None], *, seed: int) -> None:
    """Let all callers ring, some of them at once, and tell every fact."""
    lot = Random(seed)
    clinic = Clinic(Practice(folder / "clinic.db"), lot)
    for first in range(1, CALLS, AT_ONCE):
        calls = range(first, first + AT_ONCE)
        await asyncio.gather(*(_call(f"{call:08x}", lot, clinic, tell) for call in calls))
    _send_on(tell)


async def _call(call: str, lot: Random, clinic: Clinic, tell: Callable[[Fact], None]) -> None:
    scene = Scene(call, lot, clinic, tell)
    under_way = asyncio.ensure_future(scene.attendant.take(scene.leg, call=call))
    await asyncio.sleep(lot.uniform(0, 30))
    scene.network()
    await lot.choice(CALLERS)(scene)
    await asyncio.sleep(lot.uniform(0, 40))
    scene.hang_up()
    await under_way


def _send_on(tell: Callable[[Fact], None]) -> None:
    """Tell of the caller for whom there was no place, as the endpoint does."""
    now = datetime.now(UTC)
    tell(CallRow("0fffffff", now, ended=now, outcome=CallOutcome.REDIRECTED))
