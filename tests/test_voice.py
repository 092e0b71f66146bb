import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from ivr.audio.pcm import FRAME_SAMPLES
from ivr.dialog.actions import (
    Briefing,
    HandOff,
    HandoffReason,
    HangUp,
    Listen,
    Listening,
    Play,
    StopListening,
    StopPlayback,
    TakeMessage,
)
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Event,
    HearingLost,
    HearingRestarted,
    Hypothesis,
    KeyPressed,
    MessageTaken,
    PromptFinished,
    SpeakingLost,
    SpeechStarted,
    Utterance,
)
from ivr.errors import MisuseError, StoreUnavailable
from ivr.noting import EarClosed, EarTold, LegTold, Noted, PromptBegan, PromptCut, PromptLost
from ivr.ports import Deaf, Gone, Heard, Keyed, MediaHeld, MediaResumed, Onset, Partial, Restarted
from ivr.voice import Voice, VoiceLeg
from tests.support.fakes import FakeAudioLeg, FakeRecogniser, FakeSpeaker
from tests.support.virtual_loop import run

YES = Listening(jsgf="", words=("yes",), phrases=("yes",))
DATE = Listening(jsgf="", words=("march",), phrases=("march",), sensitive=True)
LOUD = (b"\x00\x20" * FRAME_SAMPLES)[:320]
QUIET = bytes(320)


class Scene:
    """A voice leg, its far end, and what it reported and kept."""

    def __init__(self) -> None:
        self.audio = FakeAudioLeg()
        self.speaker = FakeSpeaker()
        self.recogniser = FakeRecogniser()
        self.kept: list[bytes] = []
        self.disk_full = False
        self.discretion: list[bool] = []
        self.events: list[Event] = []
        self.noted: list[Noted] = []

    async def keep(self, pcm: bytes) -> None:
        if self.disk_full:
            raise StoreUnavailable("no space left")
        self.kept.append(pcm)

    def discreet(self, *, private: bool) -> None:
        self.discretion.append(private)

    @asynccontextmanager
    async def leg(self) -> AsyncIterator[VoiceLeg]:
        voice = Voice(self.speaker, self.recogniser, bytes(3200), self.keep)
        note = self.noted.append
        async with VoiceLeg(self.audio, voice, discretion=self.discreet, note=note) as leg:
            reader = asyncio.ensure_future(self._read(leg))
            yield leg
            await asyncio.sleep(0.01)
            reader.cancel()

    async def _read(self, leg: VoiceLeg) -> None:
        async for event in leg.events():
            self.events.append(event)


def play(scenario: Callable[[Scene, VoiceLeg], object]) -> Scene:
    """Run *scenario* on a fresh scene in virtual time."""

    async def main() -> Scene:
        scene = Scene()
        async with scene.leg() as leg:
            await scenario(scene, leg)  # type: ignore[misc]  # every scenario is a coroutine
        return scene

    return run(main())


def test_a_prompt_is_spoken_and_its_end_is_told() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Play(1, "Hello."))
        await asyncio.sleep(3)

    scene = play(scenario)
    assert scene.events == [CallAnswered(), PromptFinished(1)]
    assert scene.audio.note() == ["play 1"]


def test_a_cut_prompt_never_finishes() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Play(1, "Hello."))
        await asyncio.sleep(1)
        await leg.perform(StopPlayback(1))
        await asyncio.sleep(3)

    assert play(scenario).events == [CallAnswered()]


def test_what_the_ear_hears_is_told_with_its_turn() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Listen(4, YES))
        await asyncio.sleep(0.01)
        for event in (
            Onset(),
            Partial("ye"),
            Heard((Hypothesis("yes", 0.9),)),
            Restarted(),
            Deaf(),
        ):
            scene.recogniser.ears[0].happen(event)
        await asyncio.sleep(0.01)

    assert play(scenario).events[1:] == [
        SpeechStarted(4),
        Utterance(4, (Hypothesis("yes", 0.9),)),
        HearingRestarted(4),
        HearingLost(4),
    ]


def test_listening_anew_closes_the_old_ear() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Listen(1, YES))
        await leg.perform(Listen(2, YES))
        await leg.perform(StopListening(2))

    scene = play(scenario)
    assert [ear.closed for ear in scene.recogniser.ears] == [True, True]
    assert scene.audio.sink is None


def test_a_dumb_speaker_is_told_not_raised() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        scene.speaker.dumb = True
        await leg.perform(Play(1, "Hello."))
        await asyncio.sleep(0.1)

    assert play(scenario).events[-1] == SpeakingLost(1)


def test_a_prompt_nobody_heard_during_hold_is_said_again() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Play(1, "Hello."))
        await asyncio.sleep(1)
        scene.audio.happen(MediaHeld())
        await asyncio.sleep(60)
        assert leg.held
        scene.audio.happen(MediaResumed())
        await asyncio.sleep(3)
        assert not leg.held

    scene = play(scenario)
    assert scene.audio.note() == ["play 1", "MediaHeld", "stop", "MediaResumed", "play 1"]
    assert scene.events[-1] == PromptFinished(1)


def test_a_key_passes_through_at_once() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        scene.audio.happen(Keyed("5"))
        await asyncio.sleep(0.01)

    assert play(scenario).events[-1] == KeyPressed("5")


def speak(scene: Scene, *frames: tuple[bytes, float]) -> None:
    for frame, seconds in frames:
        for _ in range(round(seconds / 0.02)):
            if scene.audio.sink is not None:
                scene.audio.sink(frame)


def test_a_message_ends_after_a_long_silence_and_is_kept() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(TakeMessage(3, limit=60))
        await asyncio.sleep(1)
        speak(scene, (QUIET, 1), (LOUD, 2), (QUIET, 5))
        await asyncio.sleep(0.1)

    scene = play(scenario)
    assert scene.events[-1] == MessageTaken(3, 2.0)
    assert len(scene.kept[0]) == 150 * 320  # the silence after the last word is not kept


def test_a_key_ends_a_message() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(TakeMessage(3, limit=60))
        await asyncio.sleep(1)
        speak(scene, (LOUD, 1))
        scene.audio.happen(Keyed("#"))
        await asyncio.sleep(0.1)

    scene = play(scenario)
    assert scene.events[-1] == MessageTaken(3, 1.0)
    assert len(scene.kept) == 1


def test_a_message_of_silence_is_no_message() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(TakeMessage(3, limit=60))
        await asyncio.sleep(1)
        speak(scene, (QUIET, 7))
        await asyncio.sleep(0.1)

    scene = play(scenario)
    assert scene.events[-1] == MessageTaken(3, 0.0)
    assert scene.kept == []


def test_hanging_up_in_mid_message_keeps_what_was_said() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(TakeMessage(3, limit=60))
        await asyncio.sleep(1)
        speak(scene, (LOUD, 1))
        scene.audio.happen(Gone())
        await asyncio.sleep(0.1)

    scene = play(scenario)
    assert CallerHungUp() in scene.events
    assert len(scene.kept) == 1


def test_a_full_disk_makes_the_message_empty_not_the_call_dead() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        scene.disk_full = True
        await leg.perform(TakeMessage(3, limit=60))
        await asyncio.sleep(1)
        speak(scene, (LOUD, 1), (QUIET, 5))
        await asyncio.sleep(0.1)

    assert play(scenario).events[-1] == MessageTaken(3, 0.0)


def test_private_questions_and_prompts_are_kept_out_of_recordings() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Play(1, "Your date of birth?"))
        await leg.perform(Listen(1, DATE))
        await leg.perform(StopListening(1))
        await leg.perform(Play(2, "Your refill …", cacheable=False))
        await asyncio.sleep(0.1)
        await leg.perform(Play(3, "Goodbye."))

    assert play(scenario).discretion == [True, False, True, False]


def test_what_is_said_and_heard_is_noted_with_its_turn() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Play(1, "Are you there?"))
        await leg.perform(Listen(1, YES))
        await asyncio.sleep(0.1)
        scene.audio.happen(Keyed("1"))
        await asyncio.sleep(0.1)
        await leg.perform(StopPlayback(1))
        scene.recogniser.ears[0].happen(Onset())
        speak(scene, (LOUD, 1))
        scene.recogniser.ears[0].happen(Heard(()))
        await asyncio.sleep(0.01)
        await leg.perform(StopListening(1))

    noted = [one for one in play(scenario).noted if not isinstance(one, PromptCut)]
    began, keyed, onset, heard, closed = noted
    assert began == PromptBegan(1)
    assert keyed == LegTold(Keyed("1"))
    assert (onset, heard) == (EarTold(1, Onset()), EarTold(1, Heard(())))
    assert isinstance(closed, EarClosed)
    assert closed.levels.frames == 50


def test_a_prompt_that_cannot_be_spoken_is_noted() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        scene.speaker.dumb = True
        await leg.perform(Play(1, "Are you there?"))
        await asyncio.sleep(0.1)

    assert PromptLost(1) in play(scenario).noted


def test_a_handoff_is_not_a_legs_business() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        with pytest.raises(MisuseError):
            await leg.perform(HandOff("front_desk", Briefing("", "", "", HandoffReason.ASKED)))

    play(scenario)


def test_hanging_up_ends_the_leg() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(HangUp())
        await asyncio.sleep(0.1)

    scene = play(scenario)
    assert scene.audio.gone
    assert scene.events[-1] == CallerHungUp()


def test_key_zero_in_a_message_ends_it_and_asks_for_a_person() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(TakeMessage(3, limit=60))
        await asyncio.sleep(1)
        speak(scene, (LOUD, 1))
        scene.audio.happen(Keyed("0"))
        await asyncio.sleep(0.1)

    scene = play(scenario)
    assert KeyPressed("0") in scene.events
    assert len(scene.kept) == 1


def test_a_deaf_ear_is_sent_no_more_frames() -> None:
    async def scenario(scene: Scene, leg: VoiceLeg) -> None:
        await leg.perform(Listen(4, YES))
        scene.recogniser.ears[0].happen(Deaf())
        await asyncio.sleep(0.01)
        assert scene.audio.sink is None

    assert HearingLost(4) in play(scenario).events
