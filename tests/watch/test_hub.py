"""The hub tells everything that happens, and to each role no more than it may see."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, cast

import pytest

from ivr.watch import feed
from ivr.watch.asking import Question, Stream
from ivr.watch.hub import ENDED_KEPT, Hub
from ivr.watch.roles import Asker, Role
from tests.support.virtual_loop import run
from tests.watch.facts import (
    CALLS,
    MASKED,
    SAID,
    VALUE,
    began,
    ended,
    glimpse,
    look,
    parts,
    told_words,
)

Lines = AsyncGenerator[bytes, None]


def follow(hub: Hub, role: Role = Role.OPERATOR, **given: str) -> Lines:
    return cast("Stream", hub.answers["follow"]).serve(given, Asker("dana", role))


async def ask(hub: Hub, what: str, role: Role = Role.OPERATOR, **given: str) -> Mapping[str, Any]:
    return await cast("Question", hub.answers[what]).answer(given, Asker("dana", role))


async def events(lines: Lines, *, until: str) -> list[dict[str, Any]]:
    """Read events up to one that is named *until*."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["event"] != until:
        piece = await anext(lines)
        found += [json.loads(line) for line in piece.splitlines()]
    return found


def whole_call(hub: Hub) -> None:
    hub.take(began())
    hub.take(told_words())
    for part in parts():
        hub.take(part)
    hub.take(glimpse(seconds=3.0, phase="waiting", queue="pharmacy", reason="asked"))


def test_a_follower_gets_a_snapshot_and_then_each_change() -> None:
    async def story() -> None:
        hub = Hub(look())
        hub.take(began())
        async with aclosing(follow(hub)) as lines:
            (snapshot,) = await events(lines, until="snapshot")
            assert [call["call"] for call in snapshot["calls"]] == [CALLS[0]]
            assert (snapshot["role"], snapshot["seq"]) == ("operator", 0)
            assert snapshot["callers"][0]["waited"] == 95
            whole_call(hub)
            hub.take(ended())
            seen = await events(lines, until="over")
        assert [event["seq"] for event in seen] == list(range(1, 8))
        names = ["call", "turn", "step", "media", "message", "call", "over"]
        assert [event["event"] for event in seen] == names
        assert seen[0]["set"]["words"] == MASKED
        assert "phase" not in seen[0]["set"]
        assert (seen[-1]["call"], seen[-1]["outcome"]) == (CALLS[0], "contained")

    run(story())


def test_nothing_is_made_as_long_as_nobody_follows() -> None:
    async def story() -> None:
        hub = Hub(look())
        whole_call(hub)
        operator = hub._feeds[Role.OPERATOR]
        assert operator.seq == 0
        async with aclosing(follow(hub)) as lines:
            await anext(lines)
            looking = asyncio.ensure_future(hub.run())
            hub.take(told_words(CALLS[1]))
            assert operator.seq == 1
        await asyncio.sleep(feed.LINGER + 2.0)
        asleep = operator.seq
        hub.take(told_words(CALLS[2]))
        assert operator.seq == asleep
        async with aclosing(follow(hub, run=operator.run, after="1")) as lines:
            (snapshot,) = await events(lines, until="snapshot")
        assert [call["call"] for call in snapshot["calls"]] == list(CALLS)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    run(story())


def test_who_comes_back_soon_goes_on_after_the_last_event() -> None:
    async def story() -> None:
        hub = Hub(look())
        async with aclosing(follow(hub)) as lines:
            run_name = json.loads(await anext(lines))["run"]
        whole_call(hub)
        async with aclosing(follow(hub, run=run_name, after="2")) as lines:
            first = (await events(lines, until="call"))[0]
            assert first["seq"] == 3
        last = str(hub._feeds[Role.OPERATOR].seq)
        async with aclosing(follow(hub, run=run_name, after=last)) as lines:
            assert json.loads(await anext(lines))["event"] == "beat"
        for stranger in ({"run": "other", "after": "2"}, {"run": run_name, "after": "x"}, {}):
            async with aclosing(follow(hub, **stranger)) as lines:
                assert json.loads(await anext(lines))["event"] == "snapshot"

    run(story())


def test_a_quiet_line_beats() -> None:
    async def story() -> None:
        hub = Hub(look())
        async with aclosing(follow(hub)) as lines:
            await anext(lines)
            began_at = asyncio.get_running_loop().time()
            (beat,) = await events(lines, until="beat")
            assert asyncio.get_running_loop().time() - began_at == feed.BEAT
            assert beat["seq"] == 0

    run(story())


def test_who_reads_too_slowly_is_told_and_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RING", 5)

    async def story() -> None:
        hub = Hub(look())
        async with aclosing(follow(hub)) as lines:
            await anext(lines)
            for second in range(1, 20):
                hub.take(glimpse(seconds=second, turn=second))
            behind, snapshot = await events(lines, until="snapshot")
            assert behind == {"event": "behind"}
            assert snapshot["calls"][0]["turn"] == 19
            hub.take(glimpse(seconds=20, turn=20))
            (change,) = await events(lines, until="call")
            assert change["seq"] == snapshot["seq"] + 1

    run(story())


def test_a_viewer_never_gets_a_word_or_a_value() -> None:
    async def heard(role: Role) -> bytes:
        hub = Hub(look())
        whole_call(hub)
        pieces = []
        async with aclosing(follow(hub, role)) as lines:
            pieces.append(await anext(lines))
            hub.take(told_words(CALLS[1]))
            hub.take(told_words(CALLS[1], 2.0))
            hub.take(ended(CALLS[1]))
            pieces.append(await anext(lines))
        for what in ("calls", "story"):
            call = {"call": CALLS[0]} if what == "story" else {}
            pieces.append(json.dumps(dict(await ask(hub, what, role, **call))).encode())
        return b"".join(pieces)

    for role in Role:
        told = run(heard(role))
        assert SAID.encode() not in told
        assert (VALUE.encode() in told) == (role is not Role.VIEWER)
        assert (json.dumps(MASKED)[1:-1].encode() in told) == (role is not Role.VIEWER)


def test_words_are_told_as_they_come_until_the_call_is_over() -> None:
    async def story() -> None:
        hub = Hub(look())
        hub.take(began())
        async with aclosing(hub.words(CALLS[0])) as lines:
            assert json.loads(await anext(lines))["said"] == ""
            hub.take(told_words())
            assert json.loads(await anext(lines))["said"] == SAID
            hub.take(ended())
            assert json.loads(await anext(lines))["event"] == "over"
        assert len(hub._bells) == 0

    run(story())


def test_what_is_told_after_the_end_brings_no_call_back() -> None:
    async def story() -> None:
        hub = Hub(look())
        whole_call(hub)
        hub.take(ended())
        hub.take(glimpse(seconds=61.0))
        assert len(hub) == 0
        assert len((await ask(hub, "story", call=CALLS[0]))["story"]["turns"]) == 1

    run(story())


def test_a_story_tells_all_parts_also_just_after_the_end() -> None:
    async def story() -> None:
        hub = Hub(look())
        whole_call(hub)
        told = (await ask(hub, "story", call=CALLS[0]))["story"]
        assert {name: len(facts) for name, facts in told.items()} == {
            "turns": 1,
            "steps": 1,
            "media": 1,
            "messages": 1,
        }
        hub.take(ended())
        for number in range(ENDED_KEPT):
            call = f"{number:012x}"
            hub.take(began(call))
            hub.take(ended(call))
        assert "ivr why" in (await ask(hub, "story", call=CALLS[0]))["error"]

    run(story())


def test_a_redirected_caller_is_told_of_too() -> None:
    async def story() -> None:
        hub = Hub(look())
        async with aclosing(follow(hub)) as lines:
            await anext(lines)
            hub.take(ended())
            (over,) = await events(lines, until="over")
        assert over["call"] == CALLS[0]

    run(story())


def test_queues_people_and_line_are_told_when_they_change() -> None:
    async def story() -> None:
        hub = Hub(look())
        looking = asyncio.ensure_future(hub.run())
        async with aclosing(follow(hub)) as lines:
            snapshot = json.loads(await anext(lines))
            assert snapshot["agents"][0]["agent"] == "Kim"
            assert snapshot["line"]["capacity"] == 4
            for part in parts():
                hub.take(part)
            seen = await events(lines, until="line")
            assert seen[-1]["line"]["turn_latency"] == {"p50": 0.31, "p95": 0.31}
            assert seen[-1]["line"]["recogniser"] == {"p50": 0.05, "p95": 0.05}
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    run(story())
