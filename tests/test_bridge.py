import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import replace

from ivr.bridge import Aside, Report
from ivr.desk import Offered, Placed, Shut
from ivr.errors import LegBroken, LegLost
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.agents import Agent, Role
from ivr.handoff.card import Card
from ivr.handoff.events import AgentOffered, Refusal
from ivr.handoff.talk_actions import TalkEnding
from ivr.ports import AudioLeg, Gone, Keyed
from ivr.talk import TalkEnd
from tests.support.desk_scene import CARD, Scene
from tests.support.virtual_loop import run

DANA = Agent("Dana", "sip:dana@127.0.0.1")
KIM = Agent("Kim", "sip:kim@127.0.0.1")
MARIA = Agent("Maria", "browser:maria", role=Role.CLERK)


def in_scene(test: Coroutine[object, object, None]) -> None:
    run(test)


# ---------------------------------------------------------------- to a person


def test_an_agent_who_presses_one_talks_to_the_caller() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(8)
            dana = scene.phones.legs["Dana"]
            dana.happen(Keyed("1"))
            await asyncio.sleep(1)
            dana.happen(Gone())
            assert await scene.report() == Report(Outcome.SERVED, "Dana", (), 8.0)
            assert "hang up 0" in dana.note()
        assert scene.log == ["settle Dana", "wrap up Dana"]
        assert scene.speaker.texts == [
            "finding",
            "for the front desk",
            "coming Dana",
            "parting Dana",
        ]

    in_scene(main())


def test_what_plays_is_cut_before_the_two_are_connected() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(4)  # "Dana is coming" plays for two seconds from the third
            scene.phones.legs["Dana"].happen(Keyed("1"))
            await asyncio.sleep(0.001)
            at, told = scene.caller.log[-1]
            before = [what for when, what in scene.caller.log if when >= at]
            assert (before, told) == (["stop", "hear"], "hear")
            assert at == 4.0
            assert "stop" in scene.phones.legs["Dana"].note()

    in_scene(main())


def test_picking_up_in_the_browser_is_enough_and_a_clerk_learns_no_more_than_they_may() -> None:
    async def main() -> None:
        async with Scene(MARIA) as scene:
            await asyncio.sleep(3.5)
            assert scene.log == ["settle Maria"]
            assert scene.phones.cards["Maria"].wanted == ""
            assert not any(what.startswith("play") for what in scene.phones.legs["Maria"].note())

    in_scene(main())


def test_a_busy_and_a_dead_phone_lead_to_the_next_agent() -> None:
    async def main() -> None:
        lee = Agent("Lee", "sip:lee@127.0.0.1")
        busy, dead = LegLost("refused", 486), LegBroken("no route")
        async with Scene(DANA, KIM, lee, Dana=busy, Kim=dead) as scene:
            await asyncio.sleep(10)
            scene.phones.legs["Lee"].happen(Keyed("1"))
            await asyncio.sleep(1)
            scene.caller.happen(Gone())
            report = await scene.report()
            assert (report.outcome, report.agent) == (Outcome.SERVED, "Lee")
            assert report.refusals == (Refusal.BUSY, Refusal.UNREACHABLE)
        assert scene.log[:2] == ["release Dana busy", "release Kim unreachable"]

    in_scene(main())


def test_an_agent_whose_phone_breaks_in_an_unknown_way_is_passed_over() -> None:
    async def main() -> None:
        async with Scene(DANA, KIM, Dana=ValueError("rubble")) as scene:
            await asyncio.sleep(7)
            assert scene.log == ["release Dana unreachable"]
            assert "Kim" in scene.phones.legs

    in_scene(main())


def test_a_voiceless_line_connects_without_a_briefing() -> None:
    async def main() -> None:
        scene = Scene(DANA)
        scene.speaker.dumb = True
        async with scene:
            await asyncio.sleep(5)
            scene.caller.happen(Gone())
            assert (await scene.report()).outcome is Outcome.SERVED
            assert scene.caller.note()[0] == "play 0 loop"
            assert "hear" in scene.caller.note()

    in_scene(main())


def test_a_talk_that_breaks_brings_the_caller_back_into_the_queue() -> None:
    async def broken(caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card) -> TalkEnd:
        raise ValueError("rubble")

    async def main() -> None:
        async with Scene(MARIA, converse=broken) as scene:
            await asyncio.sleep(3.5)
            assert len(scene.switchboard.tickets) == 2

    in_scene(main())


def test_whom_a_clerk_consults_may_see_more_of_the_card_than_the_clerk() -> None:
    cards: list[Card] = []

    async def noting(caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card) -> TalkEnd:
        cards.append(card)
        return TalkEnd(TalkEnding.DONE, person.name)

    async def main() -> None:
        async with Scene(replace(MARIA, role=Role.CLERK), converse=noting) as scene:
            await asyncio.sleep(5)
            assert scene.phones.cards["Maria"].wanted == ""
            assert [card.wanted for card in cards] == ["Prescription refill"]

    in_scene(main())


# ---------------------------------------------------------------- cut off


def test_an_agent_whose_line_breaks_in_mid_talk_is_replaced_from_the_top_of_the_queue() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(5)
            scene.phones.legs["Dana"].happen(Keyed("1"))
            await asyncio.sleep(5)
            scene.phones.legs["Dana"].happen(Gone(lost=True))
            await asyncio.sleep(5)
            assert "cut_off" in scene.speaker.texts
            scene.phones.legs["Dana"].happen(Keyed("1"))
            await asyncio.sleep(5)
            scene.caller.happen(Gone())
            report = await scene.report()
            assert (report.outcome, report.waited) == (Outcome.SERVED, 5.0)
            assert report.troubles == (Trouble.AGENT_GONE,)
        assert [ticket.asked_at for ticket in scene.switchboard.tickets] == [0.0, 0.0]
        once = ["settle Dana", "wrap up Dana"]
        assert scene.log == [*once, "leave", *once]
        assert scene.caller.note().count("hear") == 2

    in_scene(main())


# ---------------------------------------------------------------- the caller goes


def test_the_ringing_stops_when_the_caller_hangs_up() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(1)
            scene.caller.happen(Gone())
            assert (await scene.report()).outcome is Outcome.CALLER_LEFT
            assert scene.phones.cancelled == ["Dana"]
        assert scene.log == ["release Dana caller_gone", "leave"]

    in_scene(main())


def test_a_caller_who_hangs_up_during_the_briefing_frees_the_agent() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(4)
            scene.caller.happen(Gone())
            await scene.report()
            assert scene.phones.legs["Dana"].gone

    in_scene(main())


def test_a_call_that_is_cancelled_leaves_no_agent_ringing_and_no_place_behind() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(1)
        assert scene.phones.cancelled == ["Dana"]
        assert scene.log == ["release Dana caller_gone", "leave"]

    in_scene(main())


def test_an_offer_that_comes_too_late_is_given_back() -> None:
    async def main() -> None:
        async with Scene() as scene:
            await asyncio.sleep(1)
            scene.caller.happen(Gone())
            await scene.report()
            scene.desk._inbox.put_nowait(AgentOffered(DANA))
        assert scene.log == ["leave", "release Dana caller_gone"]

    in_scene(main())


# ---------------------------------------------------------------- nobody comes


def test_a_closed_queue_is_told_with_what_the_practice_says() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.switchboard.places[0].decide(Shut(closed=True, says="We open at eight."))
            report = await scene.report()
            assert (report.outcome, report.says) == (Outcome.NOBODY, "We open at eight.")
            assert report.troubles == (Trouble.CLOSED,)
            assert not scene.caller.gone

    in_scene(main())


def test_a_queue_that_breaks_leaves_nobody_waiting_for_it() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.switchboard.places[0].leave()
            report = await scene.report()
            assert report.troubles == (Trouble.NOBODY_THERE,)

    in_scene(main())


# ---------------------------------------------------------------- what the caller hears and presses


def test_the_place_follows_the_first_words_and_music_follows_both() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.switchboard.places[0].decide(Placed(2, (3, 6)))
            await asyncio.sleep(10)
            assert scene.speaker.texts == ["finding", "place 2"]
            assert [(when, what) for when, what in scene.caller.log if "play" in what] == [
                (0.0, "play 0 loop"),
                (0.0, "play 1"),
                (2.0, "play 2"),
                (4.0, "play 0 loop"),
            ]

    in_scene(main())


def test_nobody_is_in_silence_for_a_second() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            scene.switchboard.places[0].decide(Placed(2, None))
            await asyncio.sleep(100)
            assert len(scene.speaker.texts) >= 5
            assert scene.caller.longest < 1.0

    in_scene(main())


def test_star_cuts_in_and_says_the_place_again() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.switchboard.places[0].decide(Placed(2, None))
            await asyncio.sleep(1)
            scene.press("*")
            await asyncio.sleep(0.1)
            assert scene.speaker.texts == ["finding", "place 2", "place 2"]
            assert scene.caller.log[-1] == (1.0, "play 2")

    in_scene(main())


def test_who_gives_their_number_keeps_the_place_and_may_come_back() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.press("1")
            assert await scene.desk.wait() == Aside()
            assert scene.log == []
            scene.desk.come_back()
            await asyncio.sleep(1)
            scene.press("1")
            assert await scene.desk.wait() == Aside()
            await scene.desk.keep_place("2125550142")
            assert (await scene.report()).outcome is Outcome.WANTS_CALLBACK
            assert scene.switchboard.places[0].card == CARD
        assert scene.log == ["keep 2125550142"]

    in_scene(main())


def test_an_agent_who_accepts_meanwhile_calls_the_caller_back_to_the_desk() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.press("1")
            await scene.desk.wait()
            scene.switchboard.places[0].decide(Offered(MARIA))
            await scene.desk.recalled()
            assert scene.log == []
            scene.desk.come_back()
            await asyncio.sleep(0.1)
            assert scene.log == ["settle Maria"]
            assert scene.caller.note()[-1] == "hear"

    in_scene(main())


def test_who_hangs_up_while_giving_a_number_leaves_the_queue() -> None:
    async def main() -> None:
        async with Scene() as scene:
            scene.press("1")
            await scene.desk.wait()
            scene.desk.caller_left()
            assert (await scene.report()).outcome is Outcome.CALLER_LEFT
        assert scene.log == ["leave"]

    in_scene(main())


def test_2_leads_to_a_message_and_stops_the_ringing() -> None:
    async def main() -> None:
        async with Scene(DANA) as scene:
            await asyncio.sleep(1)
            scene.press("2")
            assert (await scene.report()).outcome is Outcome.WANTS_MESSAGE
            assert scene.phones.cancelled == ["Dana"]

    in_scene(main())


def test_a_caller_who_leaves_at_any_moment_leaves_nothing_ringing_and_nobody_reserved() -> None:
    async def leave_after(seconds: float) -> None:
        async with Scene(DANA, KIM, Kim=LegLost("busy", 486)) as scene:
            await asyncio.sleep(seconds)
            scene.caller.happen(Gone())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await scene.desk.wait()
        open_legs = [name for name, leg in scene.phones.legs.items() if not leg.gone]
        assert open_legs == []
        offers = sum(line.startswith(("settle", "release")) for line in scene.log)
        assert offers == scene.switchboard.places[0].offered

    for moment in range(60):
        in_scene(leave_after(moment * 0.37))
