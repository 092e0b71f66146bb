"""Callers for whom the line has no room are in the books, too."""

import asyncio
from datetime import UTC, datetime

from ivr.observing import Observed
from ivr.ports import LegInfo
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.signalling import Message
from tests.test_attendant import Visit

CALL = "0123456789ab"


def test_a_redirected_caller_is_a_row_that_ends_as_it_begins_and_a_ladder() -> None:
    async def main() -> None:
        scene, observed = Visit(), Observed()
        observed.message(Message("", datetime.now(UTC), "", outward=False, method="INVITE"))
        info = LegInfo("0badcafe", caller="2125550142", trunk="carrier")
        scene.attendant.redirected(info, observed, call=CALL)
        row, message = scene.facts
        assert isinstance(row, CallRow)
        assert (row.call, row.trunk, row.outcome) == (CALL, "carrier", CallOutcome.REDIRECTED)
        assert row.ended == row.started
        assert "5550142" not in str(row)
        assert isinstance(message, Message)
        assert (message.call, message.leg, message.method) == (CALL, "caller", "INVITE")

    asyncio.run(main())
