import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from ivr.clinic.operations import SPECS
from ivr.dialog.actions import Action, HandOff, HandoffReason, Listen, Perform, Play
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Event,
    Hypothesis,
    KeyPressed,
    PromptFinished,
    Utterance,
)
from ivr.errors import ClinicError, LegBroken
from ivr.flow.model import OperationSpec, Value
from ivr.ports import OperationResult
from ivr.session import Ending, run_call
from tests.flows.shipped import book, book_starting_at, today, wording
from tests.support.virtual_loop import run

PROMPT = 2.0  # seconds every prompt takes


class TextLeg:
    """A caller who hears prompts in virtual time and answers as told."""

    def __init__(self, *answers: str) -> None:
        self.held = False
        self.said: list[str] = []
        self._answers = list(answers)
        self._inbox: asyncio.Queue[Event | Exception] = asyncio.Queue()
        self._listening = 0
        self._inbox.put_nowait(CallAnswered())

    def happen(self, event: Event | Exception) -> None:
        self._inbox.put_nowait(event)

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self._inbox.get()
            if isinstance(event, Exception):
                raise event
            yield event

    async def perform(self, action: Action) -> None:
        loop = asyncio.get_running_loop()
        match action:
            case Play(turn=turn, text=text):
                self.said.append(text)
                loop.call_later(PROMPT, self._finished, turn)
            case Listen(turn=turn):
                self._listening = turn
            case _:
                pass

    def _finished(self, turn: int) -> None:
        if self.held:
            return
        self.happen(PromptFinished(turn))
        if self._answers and turn == self._listening:
            text = self._answers.pop(0)
            self.happen(Utterance(turn, (Hypothesis(text, 1.0),)))


class FakeClinic:
    """A practice that is down, or that never answers."""

    def __init__(self, *, down: bool = False) -> None:
        self.down = down
        self.asked: list[str] = []

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        return SPECS

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        del arguments
        self.asked.append(operation)
        if self.down:
            raise ClinicError("the practice's computer is off")
        await asyncio.sleep(1e6)
        raise AssertionError("nobody waits that long")


def at_the_look_up() -> Dialog:
    """A dialog that asks the clinic at once."""
    flows = book_starting_at("refill_status", "look_up")
    values: Mapping[str, Value] = {"patient": "a1e50001", "rx_number": "4821507"}
    return Dialog(flows, wording(), start="refill_status", today=today(), values=values)


def from_the_start() -> Dialog:
    return Dialog(book(), wording(), start="main_menu", today=today())


def reason(ending: Ending) -> HandoffReason:
    assert isinstance(ending, HandOff)
    return ending.briefing.reason


async def talk(dialog: Dialog, leg: TextLeg, clinic: FakeClinic) -> tuple[Ending, float]:
    ending = await run_call(dialog, leg, clinic, queue="front_desk")
    return ending, asyncio.get_running_loop().time()


def test_a_caller_who_never_speaks_is_given_to_a_person() -> None:
    ending, _ = run(_with(from_the_start, FakeClinic()))
    assert reason(ending) is HandoffReason.NOT_UNDERSTOOD


def test_a_clinic_that_is_down_gives_the_caller_to_a_person() -> None:
    ending, _ = run(_with(at_the_look_up, FakeClinic(down=True)))
    assert reason(ending) is HandoffReason.CLINIC_DOWN


def test_a_clinic_that_never_answers_gives_the_caller_to_a_person() -> None:
    clinic = FakeClinic()
    ending, at = run(_with(at_the_look_up, clinic))
    assert clinic.asked == ["refills.status"]
    assert reason(ending) is HandoffReason.CLINIC_DOWN
    assert at < 30


async def _with(make: Callable[[], Dialog], clinic: FakeClinic) -> tuple[Ending, float]:
    return await talk(make(), TextLeg(), clinic)


def test_a_leg_that_breaks_inside_gives_the_caller_to_a_person() -> None:
    async def main() -> Ending:
        leg = TextLeg()
        asyncio.get_running_loop().call_later(3, leg.happen, RuntimeError("a bug"))
        return (await talk(from_the_start(), leg, FakeClinic()))[0]

    assert reason(run(main())) is HandoffReason.LINE_TROUBLE


def test_a_dialog_that_breaks_gives_the_caller_to_a_person() -> None:
    class Broken(Dialog):
        def handle(self, event: Event, *, now: float) -> tuple[Action, ...]:
            if isinstance(event, KeyPressed):
                raise RuntimeError("a bug")  # noqa: TRY004 - it plays a bug, not a check
            return super().handle(event, now=now)

    async def main() -> Ending:
        leg = TextLeg()
        asyncio.get_running_loop().call_later(3, leg.happen, KeyPressed("5"))
        dialog = Broken(book(), wording(), start="main_menu", today=today())
        return (await talk(dialog, leg, FakeClinic()))[0]

    assert reason(run(main())) is HandoffReason.LINE_TROUBLE


def test_a_leg_lost_on_the_way_is_a_caller_who_has_gone() -> None:
    async def main() -> Ending:
        leg = TextLeg()
        asyncio.get_running_loop().call_later(3, leg.happen, LegBroken("no route"))
        return (await talk(from_the_start(), leg, FakeClinic()))[0]

    assert run(main()) == CallerHungUp()


def test_a_caller_who_puts_us_on_hold_is_not_given_up_meanwhile() -> None:
    async def main() -> tuple[Ending, float]:
        leg = TextLeg("operator")
        loop = asyncio.get_running_loop()

        def hold() -> None:
            leg.held = True

        def resume() -> None:
            leg.held = False
            leg.happen(KeyPressed("0"))

        loop.call_later(1, hold)
        loop.call_later(600, resume)
        return await talk(from_the_start(), leg, FakeClinic())

    ending, at = run(main())
    assert reason(ending) is HandoffReason.ASKED
    assert at == 600


def test_hanging_up_ends_the_conversation() -> None:
    async def main() -> Ending:
        leg = TextLeg()
        asyncio.get_running_loop().call_later(3, leg.happen, CallerHungUp())
        return (await talk(from_the_start(), leg, FakeClinic()))[0]

    assert run(main()) == CallerHungUp()


def test_perform_never_reaches_the_leg() -> None:
    class Strict(TextLeg):
        async def perform(self, action: Action) -> None:
            assert not isinstance(action, Perform | HandOff)
            await super().perform(action)

    async def main() -> Ending:
        return (await talk(at_the_look_up(), Strict(), FakeClinic(down=True)))[0]

    assert reason(run(main())) is HandoffReason.CLINIC_DOWN
