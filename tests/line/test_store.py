"""Lines that share their queue over a real Redis server, and what callers hear when it is gone."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears, longest_silence
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import Settings
from tests.support.phone import Phone
from tests.support.redis_server import RedisServer
from tests.support.sound import tone
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.line

CALLER_HZ = 450.0
OTHER_HZ = 900.0
SERVED_WITHIN = 40.0  # seconds; the agent writes notes for some of them
SILENCE = 4.0  # seconds that nobody may be left in silence
AWAY_FOR = 30.0  # seconds

Trouble = Callable[[RedisServer], None]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


def sharing(redis: RedisServer) -> Settings:
    return {"store": {"url": redis.url}}


def test_an_agent_who_talks_to_a_caller_of_one_line_is_not_rung_by_the_other(
    redis: RedisServer, new_line: NewLine, agent: AgentPhone
) -> None:
    with (
        new_line(sharing(redis), agents=[agent.uri]) as here,
        new_line(sharing(redis), agents=[agent.uri]) as there,
        Phone(there.port) as second,
    ):
        with Phone(here.port) as first:
            first.press("0")
            hears(first, AGENT_HZ)
            second.press("0")
            there.await_call(phase="waiting")
            longest_silence(second, since=time.monotonic(), over=3.0)
            assert agent.rung == 1
        second.hum(tone(CALLER_HZ, 1.0))
        hears(second, AGENT_HZ, within=SERVED_WITHIN)
        hears(agent.await_call(number=2), CALLER_HZ)


@pytest.mark.parametrize("trouble", [RedisServer.kill, RedisServer.freeze])
def test_a_store_that_is_away_for_30_seconds_neither_loses_a_caller_nor_leaves_one_in_silence(
    trouble: Trouble, redis: RedisServer, new_line: NewLine, agent: AgentPhone
) -> None:
    with new_line(sharing(redis), agents=[agent.uri]) as line, Phone(line.port) as waits:
        with Phone(line.port) as first:
            first.press("0")
            hears(first, AGENT_HZ)
            waits.press("0")
            line.await_call(phase="waiting")
            trouble(redis)
            gone_at = time.monotonic()
            first.await_sound(after=gone_at)  # who talks, talks on
        hears(waits, AGENT_HZ, within=SERVED_WITHIN)
        waits.hum(tone(CALLER_HZ, 1.0))
        hears(agent.await_call(number=2), CALLER_HZ)
        assert longest_silence(waits, since=gone_at) < SILENCE
        waits.hang_up()
        with Phone(line.port) as during:
            during.press("0")
            hears(during, AGENT_HZ, within=SERVED_WITHIN)
            until(
                lambda: time.monotonic() > gone_at + AWAY_FOR,
                within=AWAY_FOR + PATIENCE,
                what="the end of the outage",
            )
            if trouble is RedisServer.kill:
                redis.start()
            else:
                redis.thaw()
            hears(during, AGENT_HZ)
        with Phone(line.port) as afterwards:
            afterwards.press("0")
            afterwards.hum(tone(OTHER_HZ, 1.0))
            hears(afterwards, AGENT_HZ, within=SERVED_WITHIN)
            hears(agent.await_call(number=4), OTHER_HZ)
        assert agent.rung == 4
    assert {row["handoff"] for row in line.rows()} == {"served"}
