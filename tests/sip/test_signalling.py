"""What the line says on the wire, asked by a telephone that writes its own bytes."""

import asyncio

import pytest

from ivr.errors import LegLost
from ivr.ports import Gone, MediaHeld, MediaResumed
from ivr.settings import Line, Trunk
from sip.sip_leg import SipLeg
from tests.sip.harness import (
    RunningLine,
    answer_and_play,
    keep_ringing,
    open_line,
    until,
)
from tests.support.rtpraw import HERE, ULAW_LOUD
from tests.support.sipraw import sdp


def test_a_call_is_rung_answered_and_ended() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            answer = await phone.call()
            assert answer.status == 200
            assert phone.provisional == [100, 180]
            await phone.rtp.talk(0.4)
            assert phone.rtp.loud > 5
            assert (await phone.hang_up()).status == 200
            await until(lambda: line.happened()[-1:] == [Gone(status=200)])
            await until(lambda: line.endpoint.calls == 0)

    asyncio.run(story())


def test_a_call_over_tcp() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone(tcp=True)
            assert (await phone.call()).status == 200
            await phone.rtp.talk(0.3)
            assert phone.rtp.loud > 3
            assert (await phone.hang_up()).status == 200

    asyncio.run(story())


def test_the_line_knows_who_rang_whom() -> None:
    async def story() -> None:
        async with open_line(keep_ringing) as line:
            phone = await line.phone()
            phone.dialog.target = f"sip:5550100@{HERE}:{line.endpoint.port}"
            phone.start(
                "INVITE", body=sdp(phone.rtp.port), headers=["P-Asserted-Identity: <sip:0@x>"]
            )
            await until(lambda: line.legs)
            info = line.legs[0].info
            assert (info.caller, info.called, info.trunk) == ("5550101", "5550100", "")

    asyncio.run(story())


def test_the_networks_word_about_the_caller_counts_from_a_trunk() -> None:
    async def story() -> None:
        trunks = (Trunk("carrier", addresses=("127.0.0.0/8",)),)
        async with open_line(
            keep_ringing, Line(port=0, trunks=trunks, open_to=("192.0.2.1",))
        ) as line:
            phone = await line.phone()
            headers = ['P-Asserted-Identity: "Nobody" <sip:5550142@carrier.invalid>']
            phone.start("INVITE", body=sdp(phone.rtp.port), headers=headers)
            await until(lambda: line.legs)
            assert line.legs[0].info.caller == "5550142"
            assert line.legs[0].info.trunk == "carrier"

    asyncio.run(story())


def test_a_stranger_is_forbidden_where_only_trunks_may_ring() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, open_to=("192.0.2.0/24",))) as line:
            phone = await line.phone()
            assert (await phone.call()).status == 403
            assert not line.legs

    asyncio.run(story())


def test_a_caller_who_changes_their_mind_is_cancelled() -> None:
    async def story() -> None:
        async with open_line(keep_ringing) as line:
            phone = await line.phone()
            phone.start("INVITE", body=sdp(phone.rtp.port))
            await until(lambda: line.legs)
            phone.cancel()
            assert (await phone.final("INVITE")).status == 487
            await until(lambda: line.happened() == [Gone(status=487)])

    asyncio.run(story())


def test_the_application_may_refuse_a_ringing_call() -> None:
    async def refuse(_line: RunningLine, leg: SipLeg) -> None:
        await leg.hang_up(status=480)

    async def story() -> None:
        async with open_line(refuse) as line:
            phone = await line.phone()
            assert (await phone.call()).status == 480

    asyncio.run(story())


def test_an_offer_may_come_late() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            answer = await phone.request("INVITE")
            assert answer.status == 200
            assert answer.rtp_port
            phone.ack(body=sdp(phone.rtp.port, payloads="8 101"))
            await phone.rtp.talk(0.4, kind=8)
            assert phone.rtp.loud > 5
            assert phone.rtp.payloads == {8}

    asyncio.run(story())


def test_hold_falls_silent_and_resume_sounds_again() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.2)
            answer = await phone.call(body=sdp(phone.rtp.port, direction="sendonly", version=2))
            assert "a=recvonly" in answer.body
            await until(lambda: MediaHeld() in line.happened())
            await phone.call(body=sdp(phone.rtp.port, version=3))
            await until(lambda: MediaResumed() in line.happened())
            phone.rtp.received.clear()
            await phone.rtp.talk(0.4)
            assert phone.rtp.loud > 5

    asyncio.run(story())


@pytest.mark.parametrize("payloads", ["0 101", "8 101", "9 101"])
def test_a_new_port_and_codec_keep_the_sound_both_ways(payloads: str) -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            heard: list[bytes] = []
            line.legs[0].listen(heard.append)
            first = phone.rtp
            phone.rtp = await type(first).open()
            await phone.call(body=sdp(phone.rtp.port, payloads=payloads, version=2))
            first.close()
            kind = int(payloads.split(maxsplit=1)[0])
            heard.clear()
            await phone.rtp.talk(0.5, payload=ULAW_LOUD, kind=kind)
            assert phone.rtp.loud > 8
            assert phone.rtp.payloads == {kind}
            assert sum(1 for frame in heard if any(frame)) > 8

    asyncio.run(story())


def test_session_timers_are_kept() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            headers = ["Supported: timer", "Session-Expires: 120;refresher=uac"]
            answer = await phone.call(headers=headers)
            assert answer.header("Session-Expires").startswith("120")
            refresh = await phone.request("UPDATE", headers=headers)
            assert refresh.status == 200

    asyncio.run(story())


def test_options_are_answered_in_and_out_of_a_call() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            assert (await phone.request("OPTIONS")).status == 200
            await phone.call()
            assert (await phone.request("OPTIONS")).status == 200

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("REFER", 603),
        ("SUBSCRIBE", 405),
        ("MESSAGE", 405),
        ("REGISTER", 405),
        ("INFO", 481),
        ("BYE", 481),
        ("WINK", 501),
    ],
)
def test_requests_that_belong_to_no_call_get_an_answer(method: str, status: int) -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            headers = ["Refer-To: <sip:5550199@example.invalid>", "Event: presence"]
            assert (await phone.request(method, headers=headers)).status == status

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "status"), [("REFER", 603), ("MESSAGE", 405), ("WINK", 501), ("NOTIFY", 481)]
)
def test_requests_the_line_does_not_serve_leave_the_call_alone(method: str, status: int) -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            headers = ["Refer-To: <sip:5550199@example.invalid>", "Event: presence"]
            assert (await phone.request(method, headers=headers)).status == status
            assert line.endpoint.calls == 1
            assert (await phone.hang_up()).status == 200

    asyncio.run(story())


def test_an_unknown_call_is_told_so() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            phone.dialog.remote += ";tag=nobody"
            assert (await phone.request("INFO", body="5", kind="application/dtmf")).status == 481
            assert (await phone.request("INVITE", body=sdp(phone.rtp.port))).status == 481

    asyncio.run(story())


def test_nobody_takes_over_a_call_by_replaces() -> None:
    async def story() -> None:
        async with open_line() as line:
            victim, thief = await line.phone(), await line.phone()
            await victim.call()
            tags = [
                part.rpartition("tag=")[2] for part in (victim.dialog.remote, victim.dialog.local)
            ]
            replaces = f"Replaces: {victim.dialog.call_id};to-tag={tags[0]};from-tag={tags[1]}"
            assert (await thief.call(headers=[replaces])).status == 603
            assert (await victim.hang_up()).status == 200

    asyncio.run(story())


def test_an_answer_that_comes_too_late_is_an_error() -> None:
    outcome: list[str] = []

    async def slow(_line: RunningLine, leg: SipLeg) -> None:
        async for _ in leg.events():
            pass
        try:
            await leg.answer()
        except LegLost as error:
            outcome.append(str(error))

    async def story() -> None:
        async with open_line(slow) as line:
            phone = await line.phone()
            phone.start("INVITE", body=sdp(phone.rtp.port))
            await until(lambda: line.legs)
            phone.cancel()
            await phone.final("INVITE")
            await until(lambda: outcome)

    asyncio.run(story())


def test_calls_in_a_row_reuse_everything() -> None:
    async def story() -> None:
        async with open_line(answer_and_play) as line:
            for _ in range(6):
                phone = await line.phone()
                assert (await phone.call()).status == 200
                await phone.hang_up()
            await until(lambda: line.endpoint.calls == 0)

    asyncio.run(story())
