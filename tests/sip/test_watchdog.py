"""When a call is given up: as told the time, and on the wire."""

import asyncio

import pytest

from ivr.ports import Gone
from ivr.settings import Line
from sip import engine, watchdog
from sip.causes import CallState
from sip.stack import Audio
from sip.watchdog import Watch
from tests.sip.harness import RunningLine, answer_and_play, keep_ringing, open_line, until
from tests.support.sipraw import sdp

LIVE = Audio(0, live=True)
HELD = Audio(0, held=True)


def _watch(state: CallState) -> Watch:
    return Watch(state, 100.0, media_timeout=20.0)


def test_a_phone_that_says_nothing_is_given_up_in_four_seconds() -> None:
    watch = _watch(CallState.CALLING)
    assert watch.verdict(103.9) == ""
    assert watch.verdict(104.0) == "no response"


def test_a_phone_may_ring_for_three_minutes() -> None:
    watch = _watch(CallState.CALLING)
    watch.enter(CallState.RINGING, now=101.0)
    assert watch.verdict(280.9) == ""
    assert watch.verdict(281.0) == "never answered"


def test_a_call_without_audio_is_given_up_but_not_one_on_hold() -> None:
    watch = _watch(CallState.CONFIRMED)
    assert watch.verdict(104.9) == ""
    assert watch.verdict(105.0) == "no media"
    watch.hear(HELD, now=101.0)
    assert watch.verdict(10_000.0) == ""


def test_rtp_that_stops_is_waited_for_as_long_as_the_operator_says() -> None:
    watch = _watch(CallState.CONFIRMED)
    watch.hear(LIVE, now=100.0)
    watch.count(5, now=110.0)
    watch.count(5, now=129.0)
    assert watch.verdict(129.9) == ""
    assert watch.verdict(130.0) == "RTP stopped"
    watch.count(6, now=130.0)
    assert watch.verdict(130.0) == ""


def test_after_a_hold_the_whole_time_begins_again() -> None:
    watch = _watch(CallState.CONFIRMED)
    watch.hear(HELD, now=110.0)
    watch.hear(LIVE, now=500.0)
    assert watch.verdict(519.9) == ""
    assert watch.verdict(520.0) == "RTP stopped"


def test_no_media_timeout_means_never() -> None:
    watch = Watch(CallState.CONFIRMED, 0.0, media_timeout=0.0)
    watch.hear(LIVE, now=0.0)
    assert watch.verdict(1e6) == ""


def test_a_caller_whose_rtp_stops_is_lost() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, media_timeout=0.4)) as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.6)
            assert line.endpoint.calls == 1
            await phone.asked("BYE")
            await until(lambda: _lost(line))

    asyncio.run(story())


def test_a_caller_on_hold_is_not_lost() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, media_timeout=0.3)) as line:
            phone = await line.phone()
            await phone.call()
            await phone.call(body=sdp(phone.rtp.port, direction="sendonly", version=2))
            await asyncio.sleep(0.8)
            assert line.endpoint.calls == 1

    asyncio.run(story())


def test_a_late_offer_that_never_comes_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "MEDIALESS_AFTER", 0.3)

    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.request("INVITE")
            phone.ack()
            await phone.asked("BYE")
            await until(lambda: _lost(line))

    asyncio.run(story())


def test_an_answer_that_is_never_acknowledged_frees_its_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "TRANSACTION_PATIENCE", 1.0)

    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            answer = await phone.request("INVITE", body=sdp(phone.rtp.port))
            assert answer.status == 200
            talking = asyncio.create_task(phone.rtp.talk(5))
            await until(lambda: _lost(line))
            await until(lambda: line.endpoint.calls == 0)
            talking.cancel()

    asyncio.run(story())


def test_a_caller_who_does_not_confirm_the_end_does_not_keep_the_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "TRANSACTION_PATIENCE", 1.0)

    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            phone.auto = False
            await phone.call()
            await until(lambda: line.legs)
            await line.legs[0].hang_up()
            await until(lambda: line.endpoint.calls == 0)

    asyncio.run(story())


def test_a_call_that_the_application_forgets_is_refused_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watchdog, "UNANSWERED_AFTER", 0.3)

    async def story() -> None:
        async with open_line(keep_ringing) as line:
            phone = await line.phone()
            assert (await phone.call()).status == 408
            await until(lambda: _lost(line))

    asyncio.run(story())


def _lost(line: RunningLine) -> bool:
    return any(isinstance(event, Gone) and event.lost for event in line.happened())
