"""The clinic as a caller in a queue asks it: keeping the place is the queue's to do."""

from collections.abc import Mapping

from ivr.bridge import Desk
from ivr.clinic.operations import KEEP_PLACE
from ivr.flow.model import OperationSpec, Value
from ivr.ports import Clinic, OperationResult


class PlaceKeeping:
    """A `Clinic` for one caller who waits at *desk*."""

    def __init__(self, clinic: Clinic, desk: Desk) -> None:
        self._clinic = clinic
        self._desk = desk

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        """The operations flows may name."""
        return self._clinic.operations

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        """Ask the queue or the clinic; raises what the clinic raises."""
        if operation != KEEP_PLACE:
            return await self._clinic.perform(operation, arguments)
        await self._desk.keep_place(str(arguments["number"]))
        return OperationResult("recorded", {})
