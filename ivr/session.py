"""
The shell's loop: one task that moves a `Dialog` along a `Leg` until the dialog ends.

It is the last line of the promise: whatever breaks in here, flow, engine or leg, becomes
a `HandOff`, never silence.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass

from ivr.dialog.actions import Action, Briefing, HandOff, HandoffReason, HangUp, Perform
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import CallerHungUp, Event, OperationFinished
from ivr.errors import CallError, ClinicError
from ivr.flow.model import UNAVAILABLE
from ivr.noting import Broke, ClinicAnswered, ClinicAsked, Note, Stepped, unnoted
from ivr.ports import Clinic, Leg

_log = logging.getLogger(__name__)

HOLD_LOOK = 0.5  # seconds between two looks whether the caller is back

Ending = HandOff | HangUp | CallerHungUp
"""How a conversation ended: to a person, by us, or by the caller."""


async def run_call(
    dialog: Dialog, leg: Leg, clinic: Clinic, *, queue: str, note: Note = unnoted
) -> Ending:
    """
    Drive *dialog* with what happens on *leg* until it ends.

    Cancelling it ends its tasks and leaves the leg as it is.

    Args:
        dialog: A fresh dialog.
        leg: An answered leg.
        clinic: Whom operations are asked.
        queue: Where the caller goes when the line itself breaks.
        note: Takes down what happens.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            conversation = _Conversation(_Parties(dialog, leg, clinic), tasks, note)
            ending = await conversation.run()
            conversation.stop()
            return ending
    except ExceptionGroup as broken:
        errors = _leaves(broken)
    if any(isinstance(error, CallError) for error in errors):
        return CallerHungUp()
    kinds = ", ".join(sorted({type(error).__name__ for error in errors}))
    note(Broke(kinds))
    _log.error(
        "conversation broke, caller goes to a person", exc_info=errors[0], extra={"kind": kinds}
    )
    return HandOff(queue, Briefing("", "", "", HandoffReason.LINE_TROUBLE))


def _leaves(group: ExceptionGroup[Exception]) -> list[Exception]:
    leaves: list[Exception] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, ExceptionGroup) else [error]
    return leaves


@dataclass(frozen=True, slots=True)
class _Parties:
    dialog: Dialog
    leg: Leg
    clinic: Clinic


class _Conversation:
    """The tasks of one run: a collector, the clinic's answers, and the loop itself."""

    def __init__(self, parties: _Parties, tasks: asyncio.TaskGroup, note: Note) -> None:
        self._dialog = parties.dialog
        self._leg = parties.leg
        self._clinic = parties.clinic
        self._group = tasks
        self._note = note
        self._inbox: asyncio.Queue[Event] = asyncio.Queue()
        self._own: list[asyncio.Task[None]] = []

    async def run(self) -> Ending:
        loop = asyncio.get_running_loop()
        self._spawn(self._collect())
        ending: Ending | None = None
        held = False
        while ending is None:
            if held and not self._leg.held:
                self._dialog.resume(now=loop.time())
            held = self._leg.held
            try:
                until = loop.time() + HOLD_LOOK if held else self._dialog.deadline
                async with asyncio.timeout_at(until):
                    event = await self._inbox.get()
            except TimeoutError:
                if not held:
                    ending = await self._do(self._dialog.handle_deadline(now=loop.time()))
                continue
            if isinstance(event, CallerHungUp):
                self._dialog.handle(event, now=loop.time())
                self._note(Stepped())
                return event
            ending = await self._do(self._dialog.handle(event, now=loop.time()))
        return ending

    def stop(self) -> None:
        for task in self._own:
            task.cancel()

    async def _collect(self) -> None:
        async for event in self._leg.events():
            self._inbox.put_nowait(event)
        self._inbox.put_nowait(CallerHungUp())

    async def _do(self, actions: tuple[Action, ...]) -> Ending | None:
        self._note(Stepped())
        for action in actions:
            match action:
                case HandOff() | HangUp():
                    return action
                case Perform():
                    self._spawn(self._ask_clinic(action))
                case _:
                    await self._leg.perform(action)
        return None

    async def _ask_clinic(self, asked: Perform) -> None:
        self._note(ClinicAsked(asked.turn, asked.operation))
        try:
            result = await self._clinic.perform(asked.operation, asked.arguments)
        except ClinicError as error:
            _log.warning(
                "clinic unavailable",
                extra={"operation": asked.operation, "kind": type(error).__name__},
            )
            self._note(ClinicAnswered(asked.turn, UNAVAILABLE))
            self._inbox.put_nowait(OperationFinished(asked.turn, UNAVAILABLE))
            return
        self._note(ClinicAnswered(asked.turn, result.outcome))
        self._inbox.put_nowait(OperationFinished(asked.turn, result.outcome, result.values))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        self._own.append(self._group.create_task(work))
