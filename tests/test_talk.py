"""A talk over legs without a network, on a virtual clock."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from ivr.desk import Commanded
from ivr.errors import HandoffError, LegBroken, LegClosed, LegLost
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
from ivr.ports import AudioLeg, Gone, Keyed, LegEvent, MediaHeld, MediaResumed
from ivr.talk import Talk, TalkEnd, TalkMeans, refusal_of
from ivr.talks import Talks
from tests.support.fakes import FakeAudioLeg
from tests.support.virtual_loop import run

MUSIC = b"".join(step.to_bytes(2, "little") for step in range(10_000))
RINGING = bytes(320)


class Console(FakeAudioLeg):
    """An agent's leg with a screen; remembers what sounds it was given."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.views: list[TalkView] = []
        self.sound = b""

    def show(self, view: TalkView) -> None:
        self.views.append(view)

    def command(self, *commands: AgentCommand) -> None:
        for command in commands:
            self.happen(cast("LegEvent", Commanded(command)))

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        self.sound = pcm
        super().play(pcm, token=token, loop=loop)

    def stop_playing(self) -> None:
        self.sound = b""
        super().stop_playing()


class Scene:
    """Alex talks to Dana; Kim answers after three seconds."""

    def __init__(self) -> None:
        self.caller = Console("00000001")
        self.dana = Console("00000002")
        self.kim = Console("00000003")
        self.boss = Console("00000004")
        self.rings: Exception | float = 3.0
        self.flow: Callable[[AudioLeg], Awaitable[None]] = self._pay
        self.cancelled: list[str] = []
        self.passed_on: list[str] = []
        means = TalkMeans(
            ring=self._ring,
            run_flow=self._run,
            music=MUSIC,
            ringing=RINGING,
            queues=("billing",),
            passed_on=self.passed_on.append,
        )
        self.talk = Talk(self.caller, self.dana, means, name="Dana")
        self.task = asyncio.ensure_future(self.talk.run())

    async def _ring(self, to: str) -> AudioLeg:
        if isinstance(self.rings, Exception):
            raise self.rings
        try:
            await asyncio.sleep(self.rings)
        except asyncio.CancelledError:
            self.cancelled.append(to)
            raise
        return self.kim

    async def _run(self, flow: str, leg: AudioLeg) -> None:
        assert flow == "pay"
        await self.flow(leg)

    async def _pay(self, leg: AudioLeg) -> None:
        async for event in leg.events():
            if event == Keyed("#"):
                return

    async def ask(self, *commands: AgentCommand, wait: float = 1.0) -> None:
        self.dana.command(*commands)
        await asyncio.sleep(wait)

    def hear_each_other(self, one: FakeAudioLeg, other: FakeAudioLeg) -> bool:
        return other in one.hears and one in other.hears


def play(story: Callable[[Scene], Awaitable[None]]) -> None:
    async def main() -> None:
        scene = Scene()
        await asyncio.sleep(1)
        await story(scene)
        scene.task.cancel()
        await asyncio.gather(scene.task, return_exceptions=True)
        legs = (scene.dana, scene.kim, scene.boss)
        assert not any(leg.hears or leg in scene.caller.hears for leg in legs)

    run(main())


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
        (HandoffError("nobody works there"), "Kim cannot be reached."),
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
        scene.caller.happen(Gone())
        assert (await scene.task).ending is TalkEnding.CALLER_LEFT

    play(story)


def test_a_flow_that_breaks_gives_the_caller_back() -> None:
    async def story(scene: Scene) -> None:
        async def breaks(_: AudioLeg) -> None:
            raise RuntimeError("a bug")

        scene.flow = breaks
        await scene.ask(SendToFlow("pay"))
        assert scene.hear_each_other(scene.caller, scene.dana)
        assert scene.dana.views[-1].trouble == FLOW_BROKE

    play(story)


def test_a_caller_who_hangs_up_in_a_flow_has_left() -> None:
    async def story(scene: Scene) -> None:
        async def leaves(_: AudioLeg) -> None:
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


def test_a_supervisor_listens_whispers_joins_and_takes_over() -> None:
    async def story(scene: Scene) -> None:
        async def attend(attending: Attending) -> None:
            await scene.talk.attend(scene.boss, attending, by="Robin")
            await asyncio.sleep(1)

        await attend(Attending.LISTEN)
        assert scene.talk.supervisor == "Robin"
        assert scene.boss.hears == {scene.caller, scene.dana}
        assert scene.dana.hears == {scene.caller}
        await attend(Attending.WHISPER)
        assert scene.boss in scene.dana.hears
        assert scene.boss not in scene.caller.hears
        await attend(Attending.JOIN)
        assert scene.boss in scene.caller.hears
        await attend(Attending.TAKE_OVER)
        assert scene.hear_each_other(scene.caller, scene.boss)
        assert scene.dana.gone
        assert (scene.talk.agent, scene.talk.supervisor) == ("Robin", "")
        with pytest.raises(HandoffError):
            await attend(Attending.LISTEN)
        scene.boss.command(Done())
        assert await scene.task == TalkEnd(TalkEnding.DONE, "Robin")

    play(story)


def test_a_supervisor_leaves_by_hanging_up_and_another_may_come() -> None:
    async def story(scene: Scene) -> None:
        await scene.talk.attend(scene.boss, Attending.LISTEN, by="Robin")
        await asyncio.sleep(1)
        with pytest.raises(HandoffError):
            await scene.talk.attend(scene.kim, Attending.LISTEN, by="Kim")
        await scene.boss.hang_up()
        await asyncio.sleep(1)
        assert scene.hear_each_other(scene.caller, scene.dana)
        await scene.talk.attend(scene.kim, Attending.LISTEN, by="Kim")
        await asyncio.sleep(1)
        assert scene.kim.hears == {scene.caller, scene.dana}

    play(story)


def test_a_supervisor_who_comes_as_it_ends_is_not_left_on_the_line() -> None:
    async def story(scene: Scene) -> None:
        scene.dana.command(Done())
        await scene.talk.attend(scene.boss, Attending.JOIN, by="Robin")
        await scene.task
        assert scene.boss.gone
        with pytest.raises(HandoffError):
            await scene.talk.attend(scene.kim, Attending.JOIN, by="Kim")

    play(story)


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


def test_a_supervisors_act_is_noted_before_it_is_done() -> None:
    noted: list[tuple[str, Attending, str]] = []

    async def audit(by: str, attending: Attending, call: str) -> None:
        noted.append((by, attending, call))

    async def story(scene: Scene) -> None:
        talks = Talks(audit)
        with talks.going_on("c1", scene.talk):
            assert talks.now() == {"c1": scene.talk}
            await talks.attend("c1", scene.boss, Attending.WHISPER, by="Robin")
        with pytest.raises(HandoffError):
            await talks.attend("c1", scene.boss, Attending.JOIN, by="Robin")
        assert (talks.now(), [act[1] for act in noted]) == (
            {},
            [Attending.WHISPER, Attending.JOIN],
        )

    play(story)


def test_what_cannot_be_noted_is_not_done() -> None:
    async def audit(_by: str, _attending: Attending, _call: str) -> None:
        raise HandoffError("the disk is full")

    async def story(scene: Scene) -> None:
        talks = Talks(audit)
        with talks.going_on("c1", scene.talk), pytest.raises(HandoffError):
            await talks.attend("c1", scene.boss, Attending.LISTEN, by="Robin")
        await asyncio.sleep(1)
        assert scene.boss.hears == set()

    play(story)
