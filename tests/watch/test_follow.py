"""Whoever follows has the line's own picture, whatever happens to the connection."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.story.facts import Fact
from ivr.watch import feed, follow
from ivr.watch.board import Board, OutOfStep
from ivr.watch.doors import WatchSocket
from ivr.watch.follow import Follower
from ivr.watch.hub import Hub
from ivr.watch.reach import Reach, ask
from ivr.watch.roles import Role
from tests.support.virtual_loop import run
from tests.watch.facts import CALLS, began, ended, glimpse, look, parts, told_words
from tests.watch.test_hub import follow as followed

SECONDS = 20.0  # no test waits so long


def anything(call: str) -> st.SearchStrategy[Fact]:
    """Give any fact of *call*."""
    moment = st.floats(0, 100).map(lambda seconds: round(seconds, 3))
    return st.one_of(
        st.just(began(call)),
        st.just(ended(call)),
        st.sampled_from(parts(call)),
        st.builds(told_words, st.just(call), moment),
        st.builds(
            glimpse,
            st.just(call),
            moment,
            phase=st.sampled_from(["talking", "waiting"]),
            turn=st.integers(0, 3),
            places=st.sampled_from([(), ("main_menu.ask",)]),
            speaking=st.booleans(),
        ),
    )


FACTS = st.lists(st.sampled_from(CALLS).flatmap(anything), max_size=40)


def picture(board: Board) -> object:
    """All that a board shows, but when."""
    lines = [
        (line.run, line.seq, line.role, line.queues, line.agents, line.row, tuple(line.ended))
        for line in board.lines.values()
    ]
    return lines, dict(board.calls)


@settings(max_examples=60, deadline=None)
@given(FACTS, FACTS, st.sampled_from([Role.VIEWER, Role.OPERATOR]))
def test_a_snapshot_and_what_followed_is_a_later_snapshot(
    before: list[Fact], after: list[Fact], role: Role
) -> None:
    async def story() -> tuple[Board, Board]:
        hub, early, late = Hub(look()), Board(), Board()
        for fact in before:
            hub.take(fact)
        lines = followed(hub, role)
        _apply(early, await anext(lines))
        for fact in after:
            hub.take(fact)
        while early.lines["here"].seq < hub._feeds[role].seq:
            _apply(early, await anext(lines))
        await lines.aclose()
        lines = followed(hub, role)
        _apply(late, await anext(lines))
        await lines.aclose()
        return early, late

    early, late = run(story())
    assert picture(early) == picture(late)
    assert early.lines["here"].unreadable == 0


def _apply(board: Board, piece: bytes) -> None:
    for line in piece.splitlines():
        board.apply("here", json.loads(line), now=0.0)


def test_who_leaves_in_the_moment_a_line_comes_leaves() -> None:
    async def story() -> None:
        reader = asyncio.StreamReader()
        reading = asyncio.ensure_future(follow._line(reader, 5.0))
        await asyncio.sleep(0)
        reader.feed_data(b"{}\n")
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(story())


def test_an_event_that_is_missing_is_noticed() -> None:
    board = Board()
    board.apply("here", {"event": "snapshot", "run": "1", "seq": 4, "at": "x"}, now=0.0)
    with pytest.raises(OutOfStep):
        board.apply("here", {"event": "over", "seq": 6, "call": CALLS[0]}, now=0.0)
    with pytest.raises(OutOfStep):
        board.apply("here", {"event": "beat", "seq": 5}, now=0.0)


@given(
    st.dictionaries(
        st.sampled_from(["event", "seq", "call", "set", "turn", "calls", "ended", "at", "role"]),
        st.none()
        | st.integers(0, 3)
        | st.sampled_from(["snapshot", "call", "over", "turn", "beat", "line", "queues"])
        | st.lists(st.dictionaries(st.sampled_from(["call", "over", "at"]), st.text(max_size=3))),
    )
)
def test_whatever_a_line_says_the_board_stays_whole(event: dict[str, object]) -> None:
    board = Board()
    board.apply("here", {"event": "snapshot", "run": "1", "seq": 0, "at": "x"}, now=0.0)
    with suppress(OutOfStep):
        board.apply("here", event, now=1.0)
    assert all(call.over is None for call in board.calls.values())


# ---------------------------------------------------------------- real sockets


@asynccontextmanager
async def cutting(target: Path, gate: Path, dice: random.Random) -> AsyncIterator[None]:
    """Stand between, and break each connection after a random number of bytes."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(target)
        back.write(await reader.readline())
        left = dice.randint(1, 3000)
        with suppress(OSError, asyncio.CancelledError):
            while left > 0 and (piece := await there.read(min(left, 700))):
                writer.write(piece)
                await writer.drain()
                left -= len(piece)
        back.close()
        writer.transport.abort()

    server = await asyncio.start_unix_server(relay, path=gate)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("ring", [feed.RING, 8])
def test_a_follower_whose_connection_breaks_anywhere_ends_with_the_same_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: int
) -> None:
    monkeypatch.setattr(follow, "PAUSES", (0.005,))
    monkeypatch.setattr(feed, "GATHER", 0.0)
    monkeypatch.setattr(feed, "RING", ring)
    dice = random.Random(7)

    async def story() -> None:
        hub, straight, broken = Hub(look()), Board(), []
        door = WatchSocket(tmp_path / "watch.sock", hub.answers)
        await door.start()
        gate = tmp_path / "gate.sock"
        async with (
            asyncio.timeout(SECONDS),
            cutting(tmp_path / "watch.sock", gate, dice),
            Follower([Reach("here", gate)]) as follower,
        ):
            for second in range(300):
                call = dice.choice(CALLS)
                hub.take(glimpse(call, second, turn=second))
                hub.take(dice.choice(parts(call, second)))
                if second % 40 == 0:
                    hub.take(ended(f"{second:012x}", second))
                await asyncio.sleep(0.001)
            operator = hub._feeds[Role.OPERATOR]
            while follower.board.lines["here"].seq < operator.seq:
                update = await anext(follower)
                broken += [update] if update.event["event"] == "lost" else []
            lines = followed(hub, Role.SUPERVISOR)
            _apply(straight, await anext(lines))
            await lines.aclose()
            assert picture(straight) == picture(follower.board)
            assert len(broken) > (15 if ring == feed.RING else 0)
            if ring == feed.RING:
                numbers = [entry.seq for entry in follower.board.tail]
                assert numbers == sorted(set(numbers))
        await door.stop()

    asyncio.run(story())


def test_one_follower_who_reads_nothing_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "watch.sock"

    async def story() -> None:
        hub = Hub(look())
        door = WatchSocket(path, hub.answers)
        await door.start()
        _, stuck = await asyncio.open_unix_connection(path)
        stuck.write(b'{"ask": "follow"}\n')
        boards = []
        async with asyncio.timeout(SECONDS):
            for number in range(9):
                follower = Follower([Reach(f"line {number}", path)])
                await follower.__aenter__()
                await anext(follower)
                boards.append(follower)
            for turn in range(3000):
                hub.take(glimpse(CALLS[turn % 3], turn, turn=turn, prompt="x" * 500))
                if turn % 100 == 0:
                    await asyncio.sleep(0)
            seq = hub._feeds[Role.OPERATOR].seq
            for number, follower in enumerate(boards):
                while follower.board.lines[f"line {number}"].seq < seq:
                    await anext(follower)
                assert follower.board.calls[f"line {number}", CALLS[0]].glimpse.turn == 2997
        for follower in boards:
            await follower.__aexit__(None, None, None)
        stuck.close()
        await door.stop()

    asyncio.run(story())


def test_a_drilled_story_misses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    path = tmp_path / "watch.sock"

    async def story() -> None:
        hub = Hub(look())
        hub.take(began())
        hub.take(parts(seconds=1.0)[0])
        door = WatchSocket(path, hub.answers)
        await door.start()
        async with asyncio.timeout(SECONDS), Follower([Reach("here", path)]) as follower:
            await anext(follower)
            hub.take(parts(seconds=2.0)[0])
            answer = await ask(path, "story", call=CALLS[0])
            hub.take(parts(seconds=3.0)[0])
            while follower.board.lines["here"].seq < hub._feeds[Role.OPERATOR].seq:
                await anext(follower)
            assert follower.board.open_story("here", CALLS[0], answer)
            hub.take(parts(seconds=4.0)[0])
            await anext(follower)
            story = follower.board.stories["here", CALLS[0]]
            assert [turn.at.second for turn in story.turns] == [1, 2, 3, 4]
        await door.stop()

    asyncio.run(story())


def test_a_line_that_is_gone_is_said_and_comes_back_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "PAUSES", (0.01,))
    path = tmp_path / "watch.sock"

    async def story() -> None:
        async with asyncio.timeout(SECONDS), Follower([Reach("here", path)]) as follower:
            assert "ivr serve" in (await anext(follower)).event["why"]
            assert not follower.board.lines["here"].connected
            hub = Hub(look())
            hub.take(began())
            door = WatchSocket(path, hub.answers)
            await door.start()
            while (await anext(follower)).event["event"] != "snapshot":
                pass
            assert follower.board.lines["here"].connected
            assert ("here", CALLS[0]) in follower.board.calls
            await door.stop()
            while (await anext(follower)).event["event"] != "lost":
                pass
            assert ("here", CALLS[0]) in follower.board.calls  # shown as it was, and as lost

    asyncio.run(story())
