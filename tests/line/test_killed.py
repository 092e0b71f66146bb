"""Lines that are killed with callers on them, and what the records say afterwards."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from ivr.records.reading import reading
from ivr.records.reading import story as story_in
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.steps import Happened
from ivr.story.story import Story
from tests.line.conftest import NewLine
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.postgres_server import PostgresServer
from tests.support.waiting import until

pytestmark = pytest.mark.line

CELLS = 3
MENU = "main_menu.menu"
AWAY = timedelta(seconds=20)  # between the last sign of life of a line, and its kill


NOBODY = "nobody_available.offer"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody on a line, and what they do there."""

    line: LineProcess
    phone: Phone
    call: str
    key: str
    state: str
    """Where the key leads to."""
    last: Happened | None = None
    """The last that happens to them beside their turns."""


@pytest.fixture
def database() -> Iterator[str]:
    """Give an empty database for several lines."""
    with PostgresServer() as server:
        yield server.new_database()


def test_ten_calls_of_killed_lines_have_truthful_rows(
    new_line: NewLine, database: str, agent: AgentPhone
) -> None:
    shared = {"records": {"url": database}}
    lines = [new_line(shared | {"cell": f"cell-{n}"}) for n in range(CELLS)]
    lines.append(new_line(shared | {"cell": "with-people"}, agents=[agent.uri]))
    with ExitStack() as stack:
        for line in lines:
            stack.push(line)
        start(lines)
        over = hung_up(lines[-1])
        callers = [one for line in lines[:CELLS] for one in alone(stack, line)]
        callers += with_people(stack, lines[-1])
        seen = act(callers, database)
        killed = kill(lines, callers)
        assert {found(database, one.call).row.outcome for one in callers} == {None}
        start(lines)
        for one in callers:
            story = found(database, one.call)
            assert (story.row.outcome, story.row.cell) == (CallOutcome.CRASHED, cell_of(one, lines))
            assert story.row.path[-1] in seen[one.call]
            assert {message.method for message in story.messages} >= {"INVITE", "ACK"}
            in_time(story.row, killed)
        assert found(database, over).row.outcome is CallOutcome.ABANDONED
        assert "the line's process ended" in lines[0].ivr("why", callers[0].call, status=1)


def start(lines: list[LineProcess]) -> None:
    for line in lines:
        line.start()
    for line in lines:
        line.await_start()


def act(callers: list[Caller], database: str) -> dict[str, set[str]]:
    """Let all of them do what they do; tell where each was seen last."""
    for one in callers:
        one.line.await_call(call=one.call, state=MENU)
        one.phone.press_all(one.key)
    for one in callers:
        one.line.await_call(call=one.call, state=one.state)
    until(lambda: all(told(database, one) for one in callers), every=0.2, what="ten rows")
    return {one.call: {one.state, place(one)} for one in callers}


def kill(lines: list[LineProcess], callers: list[Caller]) -> datetime:
    """Kill all *lines* at one time; tell when."""
    for line in lines:
        os.kill(line.pid, signal.SIGKILL)
    killed = datetime.now(UTC)
    for one in callers:
        one.phone.fall_dead()
    for line in lines:
        line.wait()
    return killed


def in_time(row: CallRow, killed: datetime) -> None:
    assert row.answered is not None
    assert row.ended is not None
    assert row.answered <= row.ended <= killed < row.ended + AWAY


def alone(stack: ExitStack, line: LineProcess) -> list[Caller]:
    """One hears the menu, one is asked for something, one is told that nobody is there."""
    return [
        Caller(line, *rings(stack, line), key="", state=MENU),
        Caller(line, *rings(stack, line), key="2", state="verify_identity.ask_birth"),
        Caller(line, *rings(stack, line), key="0", state=NOBODY, last=Happened.NOBODY),
    ]


def with_people(stack: ExitStack, line: LineProcess) -> list[Caller]:
    """One talks to the only person, one waits for them."""
    return [
        Caller(line, *rings(stack, line), key="0", state=MENU, last=Happened.BRIDGED),
        Caller(line, *rings(stack, line), key="0", state=MENU, last=Happened.QUEUED),
    ]


def rings(stack: ExitStack, line: LineProcess) -> tuple[Phone, str]:
    """Ring *line*; give the telephone and the call."""
    before = calls_of(line)
    phone = stack.enter_context(Phone(line.port))
    until(lambda: calls_of(line) - before, what="the call")
    (call,) = calls_of(line) - before
    return phone, call


def hung_up(line: LineProcess) -> str:
    with ExitStack() as stack:
        _, call = rings(stack, line)
    until(lambda: call not in calls_of(line), what="the end of a call")
    return call


def calls_of(line: LineProcess) -> set[str]:
    return {call["call"] for call in line.calls}


def place(caller: Caller) -> str:
    """Tell where *caller* is now; nobody stays anywhere for ever."""
    return str(caller.line.await_call(call=caller.call)["state"])


def told(database: str, caller: Caller) -> bool:
    """Tell whether the records know how far *caller* is."""
    known = story_of(database, caller.call)
    if known is None or not known.row.path:
        return False
    return caller.last is None or caller.last in {step.happened for step in known.steps}


def found(database: str, call: str) -> Story:
    known = story_of(database, call)
    assert known is not None
    return known


def story_of(database: str, call: str) -> Story | None:
    with reading(database) as connection:
        return story_in(connection, call)


def cell_of(caller: Caller, lines: list[LineProcess]) -> str:
    number = lines.index(caller.line)
    return f"cell-{number}" if number < CELLS else "with-people"
