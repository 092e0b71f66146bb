"""A talk over legs without a network, on a virtual clock."""

import asyncio

import pytest

from ivr.errors import HandoffError, LegBroken, LegClosed, LegLost, StoreUnavailable
from ivr.handoff.commands import (
    AgentCommand,
    Attending,
    Complete,
    Consult,
    Done,
    EndConsult,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
    TalkPhase,
    TalkView,
)
from ivr.handoff.events import Refusal
from ivr.handoff.talk import FLOW_BROKE, RING_FOR
from ivr.handoff.talk_actions import TalkEnding
from ivr.ports import AudioLeg, Gone, Keyed, MediaHeld, MediaResumed
from ivr.refusing import refusal_of
from ivr.talk import Talk, TalkEnd, TalkMeans
from tests.support.talk_scene import MUSIC, RINGING, Console, Scene, play
from tests.support.virtual_loop import run


def test_they_talk_until_the_agent_is_done() -> None:
    async def story(scene: Scene) -> None:
        assert scene.hear_each_other(scene.caller, scene.dana)
        assert scene.dana.views == [TalkView(TalkPhase.TALKING)]
        await scene.ask(Done())
        assert await scene.task == TalkEnd(TalkEnding.DONE, "Dana")
        assert scene.dana.gone
        assert not scene.caller.gone
        assert scene.dana.views[-1] == TalkView(TalkPhase.ENDED)

    play(story)


def test_a_caller_on_hold_hears_music_that_goes_on_where_it_was_left() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Hold())
        assert (scene.caller.sound, scene.caller.hears) == (MUSIC, set())
        await scene.ask(Resume())
        assert scene.caller.sound == b""
        await scene.ask(Hold())
        assert scene.caller.sound != MUSIC
        assert sorted(scene.caller.sound) == sorted(MUSIC)

    play(story)


def test_an_agents_own_hold_key_is_music_for_the_caller_too() -> None:
    async def story(scene: Scene) -> None:
        scene.dana.happen(MediaHeld())
        await asyncio.sleep(1)
        assert scene.caller.sound == MUSIC
        scene.dana.happen(MediaResumed())
        await asyncio.sleep(1)
        assert scene.hear_each_other(scene.caller, scene.dana)

    play(story)


def test_a_warm_transfer_frees_the_agent_and_the_other_is_the_agent() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"))
        assert (scene.caller.sound, scene.dana.sound) == (MUSIC, RINGING)
        await asyncio.sleep(3)
        assert scene.hear_each_other(scene.dana, scene.kim)
        assert scene.caller.hears == set()
        await scene.ask(Complete())
        assert scene.hear_each_other(scene.caller, scene.kim)
        assert scene.dana.gone
        assert (scene.passed_on, scene.talk.agent) == (["Kim"], "Kim")
        scene.kim.command(Hold())
        await asyncio.sleep(1)
        assert scene.kim.views[-1] == TalkView(TalkPhase.HELD)
        scene.caller.happen(Gone())
        assert await scene.task == TalkEnd(TalkEnding.CALLER_LEFT, "Kim")
        assert scene.kim.gone

    play(story)


def test_whom_a_queue_sends_is_known_by_name() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("nurse_line"), wait=4)
        assert scene.dana.views[-1] == TalkView(TalkPhase.CONSULTING, "Kim")
        await scene.ask(Complete())
        assert scene.talk.agent == "Kim"

    play(story)


def test_who_comes_and_who_goes_is_told() -> None:
    async def story(scene: Scene) -> None:
        await scene.talk.attend(scene.boss, Attending.LISTEN, by="Robin")
        await scene.talk.attend(scene.boss, Attending.WHISPER, by="Robin")
        assert scene.joined == ["Robin"]
        await scene.ask(Consult("Kim"), wait=4)
        assert scene.parted == []
        await scene.ask(Complete())
        assert scene.parted == ["Dana"]
        scene.boss.happen(Gone())
        await asyncio.sleep(1)
        assert scene.parted == ["Dana", "Robin"]
        scene.caller.happen(Gone())
        await scene.task
        assert scene.parted == ["Dana", "Robin", "Kim"]

    play(story)


def test_who_is_consulted_may_say_done_and_nothing_else() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"), wait=4)
        scene.kim.command(Hold(), SendTo("billing"))
        await asyncio.sleep(1)
        assert scene.talk.phase is TalkPhase.CONSULTING
        scene.kim.command(Done())
        await asyncio.sleep(1)
        assert scene.dana.views[-1] == TalkView(TalkPhase.TALKING, trouble="Kim hung up.")

    play(story)


@pytest.mark.parametrize("command", [EndConsult(), Done()])
def test_nothing_rings_on_when_the_agent_thinks_better_of_it(command: AgentCommand) -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Consult("Kim"))
        await scene.ask(command, wait=5)
        assert scene.cancelled == ["Kim"]
        assert not scene.kim.hears

    play(story)


def test_nothing_rings_on_when_the_caller_hangs_up() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(SendTo("2125550142"))
        scene.caller.happen(Gone())
        assert await scene.task == TalkEnd(TalkEnding.CALLER_LEFT, "Dana")
        assert scene.cancelled == ["2125550142"]

    play(story)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LegLost("refused", 486), "Kim is busy."),
        (LegBroken("no route"), "Kim cannot be reached."),
        (HandoffError("Kim is not there."), "Kim is not there."),
        (StoreUnavailable("gone"), "Kim cannot be reached."),
        (RuntimeError("a bug"), "Kim cannot be reached."),
    ],
)
def test_whatever_keeps_the_other_away_the_agent_is_back_with_the_caller(
    error: Exception, words: str
) -> None:
    async def story(scene: Scene) -> None:
        scene.rings = error
        await scene.ask(Consult("Kim"))
        assert scene.hear_each_other(scene.caller, scene.dana)
        assert scene.dana.views[-1] == TalkView(TalkPhase.TALKING, trouble=words)

    play(story)


def test_who_lets_it_ring_is_not_rung_for_ever() -> None:
    async def story(scene: Scene) -> None:
        scene.rings = 1000.0
        await scene.ask(Consult("Kim"), wait=RING_FOR + 1)
        assert scene.cancelled == ["Kim"]
        assert scene.dana.views[-1].trouble == "Kim did not answer."

    play(story)


def test_who_answers_as_their_time_is_over_is_let_go() -> None:
    async def story(scene: Scene) -> None:
        scene.rings = RING_FOR
        await scene.ask(Consult("Kim"), wait=RING_FOR + 1)
        consulting = scene.talk.phase is TalkPhase.CONSULTING
        assert consulting != (scene.kim.gone or scene.cancelled == ["Kim"])

    play(story)


def test_a_blind_transfer_goes_on_without_the_agent() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(SendTo("2125550142"))
        scene.dana.happen(Gone())
        await asyncio.sleep(3)
        assert scene.hear_each_other(scene.caller, scene.kim)
        assert scene.passed_on == ["2125550142"]

    play(story)


def test_a_caller_sent_to_a_queue_goes_there_with_music() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(SendTo("billing"))
        assert await scene.task == TalkEnd(TalkEnding.TO_QUEUE, "Dana", "billing")
        assert scene.caller.sound == MUSIC
        assert not scene.caller.gone

    play(story)


def test_a_lost_agent_sends_the_caller_back_with_music() -> None:
    async def story(scene: Scene) -> None:
        scene.dana.happen(Gone(lost=True))
        assert await scene.task == TalkEnd(TalkEnding.AGENT_GONE, "Dana")
        assert scene.caller.sound == MUSIC

    play(story)


def test_a_caller_who_left_as_the_agent_was_lost_has_left() -> None:
    async def story(scene: Scene) -> None:
        scene.dana.happen(Gone(lost=True))
        scene.caller.happen(Gone())
        assert (await scene.task).ending is TalkEnding.CALLER_LEFT

    play(story)


def test_the_keys_of_a_flow_are_the_flows_and_the_caller_comes_back() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(SendToFlow("pay"))
        assert (scene.caller.hears, scene.caller.sound) == (set(), b"")
        scene.caller.happen(Keyed("4"))
        scene.caller.happen(Keyed("#"))
        await asyncio.sleep(1)
        assert scene.hear_each_other(scene.caller, scene.dana)
        assert scene.dana.views[-1] == TalkView(TalkPhase.TALKING, told="Paid.")
        scene.caller.happen(Gone())
        assert (await scene.task).ending is TalkEnding.CALLER_LEFT

    play(story)


def test_a_flow_that_is_not_run_says_why() -> None:
    async def story(scene: Scene) -> None:
        async def refuses(_: AudioLeg) -> str:
            raise HandoffError("There is no such flow.")

        scene.flow = refuses
        await scene.ask(SendToFlow("pay"))
        assert scene.hear_each_other(scene.caller, scene.dana)
        assert scene.dana.views[-1].trouble == "There is no such flow."

    play(story)


def test_a_flow_that_breaks_gives_the_caller_back() -> None:
    async def story(scene: Scene) -> None:
        async def breaks(_: AudioLeg) -> str:
            raise RuntimeError("a bug")

        scene.flow = breaks
        await scene.ask(SendToFlow("pay"))
        assert scene.hear_each_other(scene.caller, scene.dana)
        assert scene.dana.views[-1].trouble == FLOW_BROKE

    play(story)


def test_a_caller_who_hangs_up_in_a_flow_has_left() -> None:
    async def story(scene: Scene) -> None:
        async def leaves(_: AudioLeg) -> str:
            raise LegLost("hung up")

        scene.flow = leaves
        await scene.ask(SendToFlow("pay"))
        assert (await scene.task).ending is TalkEnding.CALLER_LEFT

    play(story)


def test_a_leg_that_breaks_as_it_is_to_hear_counts_as_lost() -> None:
    class Deaf(Console):
        async def hear(self, other: AudioLeg) -> None:
            raise LegBroken(f"no bridge to {other.info.key}")

    async def main() -> TalkEnd:
        scene = Scene()
        means = TalkMeans(scene._ring, scene._run, MUSIC, RINGING)
        return await Talk(scene.caller, Deaf("00000005"), means, name="Lee").run()

    assert run(main()) == TalkEnd(TalkEnding.AGENT_GONE, "Lee")


def test_cancelling_leaves_the_caller_alone_on_the_line() -> None:
    async def story(scene: Scene) -> None:
        await scene.talk.attend(scene.boss, Attending.JOIN, by="Robin")
        await scene.ask(Consult("Kim"), wait=4)
        scene.task.cancel()
        await asyncio.gather(scene.task, return_exceptions=True)
        assert all(leg.gone for leg in (scene.dana, scene.kim, scene.boss))
        assert not scene.caller.gone

    play(story)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (LegLost("x", 600), Refusal.BUSY),
        (LegLost("x", 408), Refusal.NO_ANSWER),
        (LegLost("x"), Refusal.NO_ANSWER),
        (LegLost("x", 603), Refusal.DECLINED),
        (LegClosed("x"), Refusal.DECLINED),
        (LegBroken("x", 486), Refusal.UNREACHABLE),
    ],
)
def test_an_error_tells_why_nobody_answered(error: Exception, refusal: Refusal) -> None:
    assert refusal_of(error) is refusal
