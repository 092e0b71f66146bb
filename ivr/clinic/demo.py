"""The embedded clinic: SQLite and invented patients, so that the line runs out of the box."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ivr import log
from ivr.clinic import answers
from ivr.clinic.messages import MessageBox
from ivr.clinic.operations import KEEP_PLACE, SPECS
from ivr.clinic.people import invent
from ivr.database import Database
from ivr.errors import ClinicError, StoreError
from ivr.flow.model import OperationSpec, Value
from ivr.ports import OperationResult

_log = log.get(__name__)
CALL_BACKS = frozenset({"messages.callback", KEEP_PLACE})


def wall_clock() -> datetime:
    """Return the local time of this machine, without a time zone."""
    return datetime.now(UTC).astimezone().replace(tzinfo=None)


class DemoClinic:
    """
    A practice of some two hundred invented patients, in a file.

    Its calendar is rewritten on the first question of each day, so it never ages. The
    file may vanish, be locked or be damaged at any time: questions then raise
    `ClinicError` within the time limit, and are answered again once it is back.
    """

    def __init__(
        self,
        database: Path,
        *,
        timeout: float,
        messages: MessageBox,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """
        Name the practice's file; nothing is touched before `open` or the first question.

        Args:
            database: SQLite file; made and filled when it is not there.
            timeout: Longest a question takes, in seconds.
            messages: Where call-back requests go; the caller closes it.
            clock: The practice's wall clock.
        """
        self._timeout = timeout
        self._clock = clock
        self._database = Database(database, schema=answers.SCHEMA, timeout=timeout)
        self._file = database.name
        self._messages = messages

    async def open(self) -> None:
        """
        Make the file ready.

        Raises:
            ClinicError: It is not; the clinic may be used all the same, it tries again.
        """
        try:
            await self._freshen(self._clock())
        except StoreError as error:
            raise ClinicError(f"clinic: {error}") from error

    async def close(self) -> None:
        """Let go of the file; never fails."""
        await self._database.close()

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        """The operations flows may name."""
        return SPECS

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        """
        Ask the practice; cancelling undoes what was not committed.

        Raises:
            ClinicError: The file is gone, damaged, locked, slow beyond the limit, or holds
                nonsense; or the question itself is none.
        """
        spec = SPECS.get(operation)
        if spec is None:
            raise ClinicError(f"clinic: no operation {operation}")
        for name in spec.needs:
            if name not in arguments:
                raise ClinicError(f"clinic: {operation} needs {name}")
        try:
            async with asyncio.timeout(self._timeout):
                result = await self._answer(operation, arguments)
        except StoreError as error:
            raise ClinicError(f"clinic: {error}") from error
        except TimeoutError:
            raise ClinicError(
                f"clinic: {self._file} did not answer {operation} within {self._timeout:g} s"
            ) from None
        except (ValueError, TypeError, ArithmeticError) as error:
            raise ClinicError(f"clinic: {operation} cannot be answered, bad value") from error
        if result.outcome not in spec.outcomes:
            raise ClinicError(f"clinic: {self._file} answers {operation} with nonsense")
        return result

    async def _answer(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        if operation in CALL_BACKS:
            return await self._call_back(arguments)
        now = self._clock()
        await self._freshen(now)
        if operation in answers.READS:
            ask = answers.READS[operation]
            return await self._database.read(lambda c: ask(c, arguments, now))
        do = answers.WRITES[operation]
        return await self._database.write(lambda c: do(c, arguments, now))

    async def _call_back(self, arguments: Mapping[str, Value]) -> OperationResult:
        number = str(arguments["number"])
        kept = await self._messages.keep_callback(number, call="", queue="", about="")
        return OperationResult("recorded" if kept else "full", {})

    async def _freshen(self, now: datetime) -> None:
        day = now.date()
        if await self._database.read(lambda c: answers.is_of(c, day)):
            return
        await self._database.write(lambda c: answers.rewrite(c, invent(day), day))
        _log.info("invented patients written", extra={"file": self._file})
