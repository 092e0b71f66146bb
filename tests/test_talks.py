"""Supervisors: what they hear, who hears them, and that it is noted first."""

import asyncio

import pytest

from ivr.errors import HandoffError
from ivr.handoff.card import Card
from ivr.handoff.commands import Attending, Done
from ivr.handoff.talk_actions import TalkEnding
from ivr.talk import TalkEnd
from ivr.talks import Conversation, Talks
from tests.support.talk_scene import Scene, play

CARD = Card("c1", "the front desk")


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


def test_a_supervisor_who_asks_twice_or_as_they_leave_does_no_harm() -> None:
    async def story(scene: Scene) -> None:
        await scene.talk.attend(scene.kim, Attending.LISTEN, by="Kim")
        await asyncio.sleep(1)
        await scene.kim.hang_up()
        await scene.talk.attend(scene.kim, Attending.JOIN, by="Kim")
        await asyncio.sleep(1)
        assert scene.hear_each_other(scene.caller, scene.dana)
        await scene.talk.attend(scene.boss, Attending.TAKE_OVER, by="Robin")
        await scene.talk.attend(scene.boss, Attending.TAKE_OVER, by="Robin")
        await asyncio.sleep(1)
        assert scene.hear_each_other(scene.caller, scene.boss)
        assert not scene.boss.gone

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


def test_a_supervisors_act_is_noted_before_it_is_done() -> None:
    noted: list[tuple[str, Attending, str]] = []

    async def audit(by: str, attending: Attending, call: str) -> None:
        noted.append((by, attending, call))

    async def story(scene: Scene) -> None:
        talks = Talks(audit)
        with talks.going_on(scene.talk, CARD, now=0.0):
            assert talks.now() == {"c1": Conversation(scene.talk, CARD, 0.0)}
            assert await talks.attend("c1", scene.boss, Attending.WHISPER, by="Robin") is CARD
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
        with talks.going_on(scene.talk, CARD, now=0.0), pytest.raises(HandoffError):
            await talks.attend("c1", scene.boss, Attending.LISTEN, by="Robin")
        await asyncio.sleep(1)
        assert scene.boss.hears == set()

    play(story)
