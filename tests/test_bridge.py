import asyncio

from ivr.bridge import Means, Report, Sounds, hand_over
from ivr.errors import LegBroken, LegLost
from ivr.handoff.actions import Announcement, Outcome
from ivr.handoff.agents import Agent
from ivr.handoff.events import Refusal
from ivr.handoff.handoff import Handoff, Limits
from ivr.ports import Gone, Keyed
from tests.support.fakes import FakeAudioLeg, FakeSpeaker
from tests.support.virtual_loop import run

DANA = Agent("Dana", "sip:dana@127.0.0.1")
KIM = Agent("Kim", "sip:kim@127.0.0.1")
SOUNDS = Sounds(
    {
        Announcement.FINDING: "finding",
        Announcement.STILL_LOOKING: "still looking",
        Announcement.CUT_OFF: "cut off",
    },
    briefing="a caller",
    music=bytes(320),
)


class FakeDialler:
    """Agents who pick up after three seconds, or refuse as told."""

    def __init__(self, **refusals: Exception) -> None:
        self.refusals = refusals
        self.legs: dict[str, FakeAudioLeg] = {}
        self.cancelled: list[str] = []

    async def dial(self, uri: str, *, ring_for: float) -> FakeAudioLeg:
        del ring_for
        name = uri.removeprefix("sip:").partition("@")[0]
        try:
            await asyncio.sleep(3)
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        if name in self.refusals:
            raise self.refusals[name]
        self.legs[name] = FakeAudioLeg()
        return self.legs[name]


class Scene:
    """A caller, agents, and a handoff under way."""

    def __init__(self, *agents: Agent, **refusals: Exception) -> None:
        self.caller = FakeAudioLeg()
        self.speaker = FakeSpeaker()
        self.dialler = FakeDialler(**refusals)
        means = Means(self.dialler, self.speaker, SOUNDS)
        self.task = asyncio.ensure_future(hand_over(self.caller, Handoff(agents, Limits()), means))


def test_an_agent_who_presses_one_talks_to_the_caller() -> None:
    async def main() -> tuple[Report, list[str], list[str], list[str]]:
        scene = Scene(DANA)
        await asyncio.sleep(8)
        dana = scene.dialler.legs["dana"]
        dana.happen(Keyed("1"))
        await asyncio.sleep(1)
        dana.happen(Gone())
        return await scene.task, scene.caller.note(), dana.note(), scene.speaker.texts

    report, caller, dana, texts = run(main())
    assert report == Report(Outcome.SERVED, "Dana", (), 8.0)
    assert caller == ["play 1", "play 2 loop", "connect", "disconnect"]
    assert dana == ["play 3", "hang up 0"]
    assert texts == ["finding", "a caller"]


def test_a_busy_and_a_dead_phone_lead_to_the_next_agent() -> None:
    async def main() -> Report:
        lee = Agent("Lee", "sip:lee@127.0.0.1")
        busy, dead = LegLost("refused", 486), LegBroken("no route")
        scene = Scene(DANA, KIM, lee, dana=busy, kim=dead)
        await asyncio.sleep(10)
        scene.dialler.legs["lee"].happen(Keyed("1"))
        await asyncio.sleep(1)
        scene.caller.happen(Gone())
        return await scene.task

    report = run(main())
    assert report.outcome is Outcome.SERVED
    assert report.refusals == (Refusal.BUSY, Refusal.UNREACHABLE)


def test_the_ringing_stops_when_the_caller_hangs_up() -> None:
    async def main() -> tuple[Report, list[str]]:
        scene = Scene(DANA)
        await asyncio.sleep(1)
        scene.caller.happen(Gone())
        return await scene.task, scene.dialler.cancelled

    report, cancelled = run(main())
    assert report.outcome is Outcome.CALLER_LEFT
    assert cancelled == ["dana"]


def test_nobody_leaves_the_caller_on_the_line_in_silence() -> None:
    async def main() -> tuple[Report, FakeAudioLeg]:
        scene = Scene(DANA, dana=LegLost("declined", 603))
        report = await scene.task
        return report, scene.caller

    report, caller = run(main())
    assert report.outcome is Outcome.NOBODY
    assert not caller.gone
    assert report.refusals == (Refusal.DECLINED,)


def test_an_agent_whose_line_breaks_in_mid_talk_is_replaced() -> None:
    async def main() -> tuple[Report, list[str]]:
        scene = Scene(DANA, KIM)
        await asyncio.sleep(5)
        scene.dialler.legs["dana"].happen(Keyed("1"))
        await asyncio.sleep(5)
        scene.dialler.legs["dana"].happen(Gone(lost=True))
        await asyncio.sleep(5)
        scene.dialler.legs["dana"].happen(Keyed("1"))
        await asyncio.sleep(5)
        scene.caller.happen(Gone())
        return await scene.task, scene.caller.note()

    report, caller = run(main())
    assert report.outcome is Outcome.SERVED
    assert caller.count("connect") == 2
    assert "play 1" in caller[caller.index("disconnect") :]


def test_a_voiceless_line_connects_without_a_briefing() -> None:
    async def main() -> tuple[Report, list[str]]:
        scene = Scene(DANA)
        scene.speaker.dumb = True
        await asyncio.sleep(5)
        scene.caller.happen(Gone())
        return await scene.task, scene.caller.note()

    report, caller = run(main())
    assert report.outcome is Outcome.SERVED
    assert caller[0] == "play 2 loop"
    assert "connect" in caller


def test_cancelling_leaves_no_agent_ringing() -> None:
    async def main() -> list[str]:
        scene = Scene(DANA)
        await asyncio.sleep(1)
        scene.task.cancel()
        await asyncio.gather(scene.task, return_exceptions=True)
        return scene.dialler.cancelled

    assert run(main()) == ["dana"]
