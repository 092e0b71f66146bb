"""A clinic to ask in tests: an embedded one, on a clock that stands still."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from pathlib import Path

from ivr.clinic.demo import DemoClinic
from ivr.clinic.messages import MessageBox
from ivr.flow.model import Value

NOON = datetime(2031, 5, 6, 12, 0)  # noqa: DTZ001 - the wall clock of the practice
Scenario = Callable[[DemoClinic], Coroutine[None, None, None]]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def with_clinic(
    folder: Path, scenario: Scenario, *, clock: Clock | None = None, timeout: float = 5.0
) -> None:
    async def main() -> None:
        box = MessageBox(folder / "messages.db")
        file = folder / "clinic.db"
        clinic = DemoClinic(file, timeout=timeout, messages=box, clock=clock or Clock())
        try:
            await scenario(clinic)
        finally:
            await clinic.close()
            await box.close()

    asyncio.run(main())


def born(day: date, **factor: str) -> dict[str, Value]:
    return {"date_of_birth": day, **factor}
