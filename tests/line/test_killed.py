"""A line that is killed in the middle of its calls has a truthful row of each."""

import signal
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from ivr.records.reading import reading, recent, story
from ivr.story.calls import CallOutcome
from tests.line.conftest import NewLine
from tests.support.phone import Phone
from tests.support.waiting import until

pytestmark = pytest.mark.line
AT_ONCE = 3  # callers; a fourth would be sent elsewhere
TOLD_LONG_AGO = 1.5  # seconds; what was told a second before the end is kept


def test_every_call_of_a_killed_line_is_told_as_far_as_it_came(new_line: NewLine) -> None:
    with new_line() as line:
        with ExitStack() as phones:
            for _ in range(AT_ONCE):
                phones.enter_context(Phone(line.port)).press("1")
            until(lambda: len(line.rows()) == AT_ONCE, every=0.1, what="the rows of all calls")
            time.sleep(TOLD_LONG_AGO)
            killed = datetime.now(UTC)
            assert line.end(signal.SIGKILL) == -signal.SIGKILL
        line.start()
        line.await_start()
        with reading(line.data / "calls.db") as records:
            rows = recent(records, 10)
            stories = [story(records, row.call) for row in rows]
    assert [row.outcome for row in rows] == [CallOutcome.CRASHED] * AT_ONCE
    for row, told in zip(rows, stories, strict=True):
        assert row.answered is not None
        assert row.ended is not None
        assert row.answered < row.ended <= killed
        assert told is not None
        assert {message.method for message in told.messages} >= {"INVITE", "ACK"}
