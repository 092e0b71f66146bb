"""The attendant: takes calls, each from its ring to its end."""

from collections.abc import Coroutine
from datetime import UTC, datetime

from ivr import log
from ivr.desk import Waiting
from ivr.errors import CallError
from ivr.handoff.card import Card
from ivr.handoff.tickets import Ticket
from ivr.line import Line
from ivr.observing import Observed
from ivr.ports import AudioLeg, LegInfo
from ivr.story.calls import CallOutcome, CallRow
from ivr.visit import Visit

_log = log.get(__name__)


class Attendant:
    """Takes the calls of a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._visits: dict[str, Visit] = {}

    def visit(self, call: str) -> Visit | None:
        """Give *call* while it is under way, for operators who act on it."""
        return self._visits.get(call)

    def redirected(self, info: LegInfo, observed: Observed, *, call: str) -> None:
        """
        Note a caller who was sent elsewhere, because there was no room for them here.

        Args:
            info: Who rang.
            observed: Their SIP messages.
            call: Opaque id of the call that did not come about.
        """
        line, now = self._line, datetime.now(UTC)
        row = CallRow(
            call,
            now,
            ended=now,
            cell=line.cell,
            trunk=info.trunk,
            caller=line.pseudonym(info.caller),
            outcome=CallOutcome.REDIRECTED,
        )
        line.tell(row)
        observed.observe(call=call, role="caller", tell=line.tell)

    async def take(self, leg: AudioLeg, *, call: str) -> None:
        """
        Take one call, from its ring to its end; nothing but cancelling raises.

        Args:
            leg: An incoming leg that rings.
            call: Opaque id of the call.
        """
        with log.of_call(call):
            _log.info("call taken", extra={"leg": leg.info.key, "trunk": leg.info.trunk})
            visit = Visit(self._line, leg, call)

            async def talk() -> None:
                leg.observe(call=call, role="caller", tell=self._line.tell)
                await leg.answer()
                await visit.run()

            await self._see_through(visit, talk())

    async def take_back(
        self, leg: AudioLeg, waiting: Waiting, *, ticket: Ticket, card: Card, call: str
    ) -> bool:
        """
        Go on with a caller who kept their place and was rung back; nothing but cancelling raises.

        Args:
            leg: Theirs, answered; it is hung up in the end.
            waiting: Their place, whose first event is the agent who is reserved.
            ticket: What is known of it.
            card: What is known of them.
            call: Opaque id of this call, another one than of the call they hung up on.

        Returns:
            Whether they talked to a person, left a message or will be rung once more.
        """
        with log.of_call(call):
            _log.info("caller rung back", extra={"leg": leg.info.key, "queue": ticket.queue})
            visit = Visit(self._line, leg, call)
            leg.observe(call=call, role="caller", tell=self._line.tell)
            await self._see_through(visit, visit.go_on(waiting, ticket, card))
            return visit.helped

    async def _see_through(self, visit: Visit, talk: Coroutine[object, object, None]) -> None:
        self._visits[visit.call] = visit
        try:
            await talk
        except CallError:
            visit.left()  # the row tells how far they came
        except Exception as error:  # noqa: BLE001 - the row and the hang-up must still happen
            visit.broke(error)
        finally:
            del self._visits[visit.call]
            await visit.finish()
