"""The SIP messages of real calls, told as facts."""

import asyncio
from collections.abc import Callable

import pytest

from ivr.errors import LegLost
from ivr.observing import Observed
from ivr.ports import AudioLeg, LegInfo
from ivr.settings import Line
from ivr.story.facts import Fact
from ivr.story.signalling import Message
from sip.sip_leg import SipLeg
from tests.sip.harness import PATIENCE, RunningLine, answer_and_play, open_line, until
from tests.support.rtpraw import HERE
from tests.support.sipraw import sdp

CALL = "0123456789ab"
ELSEWHERE = Line(port=0, max_calls=2, overflow="sip:5550199@overflow.invalid")


def rungs(facts: list[Fact]) -> list[str]:
    """Write the ladder: `>` is ours, `~` a repetition."""
    return [
        f"{'>' if m.outward else '<'}{'~' if m.again else ''} {m.status or ''} {m.method}".replace(
            "  ", " "
        )
        for m in facts
        if isinstance(m, Message)
    ]


def observing(facts: list[Fact], role: str = "caller") -> Callable[[AudioLeg], None]:
    return lambda leg: leg.observe(call=CALL, role=role, tell=facts.append)


def _answering(facts: list[Fact]) -> Callable[[RunningLine, SipLeg], "asyncio.Future[None]"]:
    async def app(line: RunningLine, leg: SipLeg) -> None:
        observing(facts)(leg)
        await answer_and_play(line, leg)

    return lambda line, leg: asyncio.ensure_future(app(line, leg))


def test_a_call_from_the_invite_to_the_end() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line(_answering(facts)) as line:
            phone = await line.phone()
            await phone.call()
            await phone.hang_up()
            await until(lambda: "> 200 BYE" in rungs(facts))

    asyncio.run(story())
    assert rungs(facts) == [
        "< INVITE", "> 100 INVITE", "> 180 INVITE", "> 200 INVITE", "< ACK", "< BYE", "> 200 BYE"
    ]  # fmt: skip
    messages = [fact for fact in facts if isinstance(fact, Message)]
    assert {(m.call, m.leg) for m in messages} == {(CALL, "caller")}
    assert [m.at for m in messages] == sorted(m.at for m in messages)


def test_what_comes_after_our_goodbye_is_told_too() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line(_answering(facts)) as line:
            await (await line.phone()).call()
            await line.legs[0].hang_up()
            await until(lambda: "< 200 BYE" in rungs(facts))

    asyncio.run(story())
    goodbyes = [rung for rung in rungs(facts) if rung.endswith("BYE")]
    assert goodbyes[0] == "> BYE"  # pjsip may say it twice, when the ACK has only just come
    assert goodbyes[-1] == "< 200 BYE"


def test_a_caller_who_changes_their_mind() -> None:
    facts: list[Fact] = []

    async def ring(_line: RunningLine, leg: SipLeg) -> None:
        observing(facts)(leg)

    async def story() -> None:
        async with open_line(ring) as line:
            phone = await line.phone()
            phone.start("INVITE", body=sdp(phone.rtp.port))
            await until(lambda: "> 180 INVITE" in rungs(facts))
            phone.cancel()
            phone.ack_refusal(await phone.final("INVITE"))
            await until(lambda: "< ACK" in rungs(facts))

    asyncio.run(story())
    assert rungs(facts)[3:] == ["< CANCEL", "> 200 CANCEL", "> 487 INVITE", "< ACK"]


def test_an_answer_that_is_lost_is_repeated() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line(_answering(facts)) as line:
            phone = await line.phone()
            phone.start("INVITE", body=sdp(phone.rtp.port))
            await phone.final("INVITE")  # as if it had not come: no ACK
            phone.send(phone.write("INVITE", body=sdp(phone.rtp.port), branch=phone._branch))
            await until(lambda: "<~ INVITE" in rungs(facts))
            await until(lambda: "~ 200 INVITE" in " ".join(rungs(facts)))
            phone.ack()
            await phone.hang_up()

    asyncio.run(story())
    assert rungs(facts)[:4] == ["< INVITE", "> 100 INVITE", "> 180 INVITE", "> 200 INVITE"]
    assert {"<~ INVITE", ">~ 200 INVITE"} <= set(rungs(facts))


def test_hold_keys_and_questions_within_a_call() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line(_answering(facts)) as line:
            phone = await line.phone()
            await phone.call()
            await phone.call(body=sdp(phone.rtp.port, direction="sendonly", version=2))
            await phone.request("INFO", body="5", kind="application/dtmf")
            await phone.request("OPTIONS")
            await phone.request("REFER", headers=["Refer-To: <sip:5550100@toll.invalid>"])
            await phone.request("NOTIFY", headers=["Event: refer"])
            await phone.request("ODDITY-OF-ALEX-SAMPLE")
            await phone.hang_up()
            await until(lambda: "> 200 BYE" in rungs(facts))

    asyncio.run(story())
    assert [rung for rung in rungs(facts)[5:] if not rung.endswith(" 100 INVITE")] == [
        "< INVITE", "> 200 INVITE", "< ACK",
        "< INFO", "> 200 INFO",
        "< OPTIONS", "> 200 OPTIONS",
        "< REFER", "> 603 REFER",
        "< NOTIFY", "> 481 NOTIFY",
        "< OTHER", "> 501 OTHER",
        "< BYE", "> 200 BYE",
    ]  # fmt: skip


def test_an_agent_who_is_busy() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line() as line:
            desk = await line.phone()
            uri = f"sip:desk@{HERE}:{desk.port}"
            dialling = asyncio.create_task(
                line.endpoint.dial(uri, ring_for=PATIENCE, on_leg=observing(facts, "agent"))
            )
            invite = await desk.asked("INVITE")
            desk.reply(invite, 180)
            desk.reply(invite, 486)
            with pytest.raises(LegLost):
                await dialling
            await until(lambda: "> ACK" in rungs(facts))

    asyncio.run(story())
    assert rungs(facts) == ["> INVITE", "< 180 INVITE", "< 486 INVITE", "> ACK"]
    assert {fact.leg for fact in facts if isinstance(fact, Message)} == {"agent"}


def test_an_agent_who_does_not_pick_up() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line() as line:
            desk = await line.phone()
            uri = f"sip:desk@{HERE}:{desk.port}"
            dialling = asyncio.create_task(
                line.endpoint.dial(uri, ring_for=0.3, on_leg=observing(facts, "agent"))
            )
            invite = await desk.asked("INVITE")
            desk.reply(invite, 180)
            with pytest.raises(LegLost):
                await dialling
            await desk.asked("CANCEL")
            desk.reply(invite, 487)
            await until(lambda: "> ACK" in rungs(facts))

    asyncio.run(story())
    assert rungs(facts)[2:] == ["> CANCEL", "< 200 CANCEL", "< 487 INVITE", "> ACK"]


def test_a_caller_for_whom_there_is_no_room_is_told_of_once() -> None:
    facts: list[Fact] = []
    redirected: list[LegInfo] = []

    def turned_away(info: LegInfo, observed: Observed) -> None:
        redirected.append(info)
        observed.observe(call=CALL, role="caller", tell=facts.append)

    async def story() -> None:
        async with open_line(settings=ELSEWHERE, on_redirected=turned_away) as line:
            await (await line.phone()).call()
            late = await line.phone()
            late.start("INVITE", body=sdp(late.rtp.port))
            late.send(late.write("INVITE", body=sdp(late.rtp.port), branch=late._branch))
            late.ack_refusal(await late.final("INVITE"))
            await until(lambda: "< ACK" in rungs(facts))
            assert line.endpoint.status().redirected == 1
            assert line.endpoint.status().refused == {302: 1}

    asyncio.run(story())
    assert [info.caller for info in redirected] == ["5550101"]
    assert sorted(rungs(facts)) == sorted(
        ["< INVITE", "> 302 INVITE", "<~ INVITE", ">~ 302 INVITE", "< ACK"]
    )
