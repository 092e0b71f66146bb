"""The line's ears, end to end: frames in, events out, real engines in processes of their own."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from ivr.dialog.actions import Listening, Wait
from ivr.errors import MisuseError
from ivr.ports import Deaf, Heard, Hearing, HearingEvent, Onset, Partial, Restarted
from ivr.settings import Speech
from ivr.speech import utterance
from ivr.speech.client import EarStatus, SpeechClient
from ivr.speech.shipped import TINY
from ivr.speech.wire import EOF
from tests.speech.questions import COMMANDS, listening
from tests.speech.voices import around, frames, person_says, silence, spoken

ANSWERED_WITHIN = 20.0  # seconds; a loaded machine is no failure
NUMBERS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


async def say(hearing: Hearing, pcm: bytes) -> None:
    """Feed *pcm* faster than a caller speaks, but let everybody else have their turn."""
    for frame in frames(pcm):
        hearing.feed(frame)
        await asyncio.sleep(0)


async def next_event(events: AsyncIterator[HearingEvent]) -> HearingEvent:
    async with asyncio.timeout(ANSWERED_WITHIN):
        while True:
            event = await anext(events)
            if not isinstance(event, Partial):
                return event


@asynccontextmanager
async def line(settings: Speech, data: Path) -> AsyncIterator[SpeechClient]:
    async with SpeechClient(settings, data=data) as client:
        yield client


def run(
    scenario: Callable[[SpeechClient], Awaitable[None]], settings: Speech, data: Path
) -> EarStatus:
    async def whole() -> EarStatus:
        async with line(settings, data) as client:
            await scenario(client)
            return client.status

    return asyncio.run(whole())


async def ask(client: SpeechClient, asked: Listening, pcm: bytes) -> Heard:
    """Open an ear, say *pcm*, and return what was understood."""
    hearing = client.open(asked)
    events = hearing.events()
    await say(hearing, around(pcm, before=0.8, after=1.2))
    assert await next_event(events) == Onset()
    heard = await next_event(events)
    await hearing.close()
    assert isinstance(heard, Heard)
    return heard


def text_of(heard: Heard) -> str:
    return heard.hypotheses[0].text if heard.hypotheses else ""


VOSK = Speech(engine="vosk", model=str(TINY))
ENGINES = {"sphinx": Speech(engine="sphinx"), "vosk": VOSK, "auto": Speech()}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_command_is_heard_and_the_next_one_too(engine: str, tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        events = hearing.events()
        for word in ("operator", "representative"):
            await say(hearing, around(spoken(word), before=0.8, after=1.2))
            assert await next_event(events) == Onset()
            heard = await next_event(events)
            assert isinstance(heard, Heard)
            assert text_of(heard) == word
            assert heard.hypotheses[0].confidence > 0.6
        await hearing.close()

    status = run(scenario, ENGINES[engine], tmp_path)
    assert status.ok, status.text


def test_people_saying_digits_are_understood_or_not_trusted(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        asked = listening(*NUMBERS, wait=Wait.LONG)
        for digit in ("one", "four", "seven"):
            heard = await ask(client, asked, person_says(digit, who="theo", take=1))
            assert text_of(heard) == digit or heard.hypotheses[0].confidence < 0.85

    run(scenario, Speech(), tmp_path)


def test_several_calls_are_heard_at_once(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        words = ("operator", "cancel", "repeat", "help")
        asked = listening(*COMMANDS)
        heard = await asyncio.gather(*(ask(client, asked, spoken(word)) for word in words))
        assert [text_of(one) for one in heard] == list(words)

    run(scenario, VOSK, tmp_path)


def test_the_line_tells_what_is_being_said(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        await say(hearing, around(spoken("representative"), before=0.8, after=1.2))
        seen = []
        async for event in hearing.events():
            seen.append(event)
            if isinstance(event, Heard):
                break
        assert Partial("representative") in seen

    run(scenario, VOSK, tmp_path)


def test_silence_and_frames_of_a_wrong_size_are_no_utterance(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        await say(hearing, silence(2.0))
        hearing.feed(b"")
        hearing.feed(bytes(321))
        await hearing.close()
        assert [event async for event in hearing.events()] == []

    run(scenario, VOSK, tmp_path)


def test_a_closed_ear_hears_nothing_and_may_be_closed_again(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        await hearing.close()
        await hearing.close()
        await say(hearing, around(spoken("operator")))
        assert [event async for event in hearing.events()] == []

    run(scenario, VOSK, tmp_path)


# ---------------------------------------------------------------- trouble


def processes_below(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children]


def speech_processes() -> list[int]:
    """The speech processes of this test, the parent first, then its workers."""
    found = []
    for thread in Path("/proc/self/task").iterdir():
        for child in (thread / "children").read_text(encoding="ascii").split():
            arguments = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if b"ivr.speech.server" in arguments:
                found += [int(child), *processes_below(int(child))]
    return found


@pytest.mark.parametrize("victim", ["worker", "all"])
@pytest.mark.parametrize("engine", ["auto", "vosk"])
def test_an_engine_killed_in_the_middle_of_a_word_is_replaced(
    engine: str, victim: str, tmp_path: Path
) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        events = hearing.events()
        await say(hearing, around(spoken("representative"), before=0.8, after=0.0))
        assert await next_event(events) == Onset()
        await asyncio.sleep(0.3)  # until the engine has the words
        for pid in speech_processes()[1 if victim == "worker" else 0 :]:
            os.kill(pid, signal.SIGKILL)
        assert await next_event(events) == Restarted()
        await hearing.close()
        heard = await ask(client, listening(*COMMANDS), spoken("operator"))
        assert text_of(heard) == "operator"

    assert run(scenario, ENGINES[engine], tmp_path).ok


def test_an_engine_killed_while_nobody_speaks_is_not_noticed(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        events = hearing.events()
        await asyncio.sleep(0.2)
        parent, worker = speech_processes()
        os.kill(worker, signal.SIGKILL)
        await asyncio.sleep(1.0)
        assert speech_processes()[0] == parent
        await say(hearing, around(spoken("operator"), before=0.8, after=1.2))
        assert await next_event(events) == Onset()
        assert text_of(await heard_next(events)) == "operator"
        await hearing.close()

    run(scenario, VOSK, tmp_path)


async def heard_next(events: AsyncIterator[HearingEvent]) -> Heard:
    event = await next_event(events)
    assert isinstance(event, Heard)
    return event


def test_an_engine_that_hangs_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        events = hearing.events()
        await asyncio.sleep(0.2)
        for pid in speech_processes():
            os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(utterance, "ANSWERS_WITHIN", 0.3)
        await say(hearing, around(spoken("operator"), before=0.8, after=1.2))
        assert await next_event(events) == Onset()
        assert await next_event(events) == Restarted()
        monkeypatch.setattr(utterance, "ANSWERS_WITHIN", 8.0)
        await hearing.close()
        heard = await ask(client, listening(*COMMANDS), spoken("operator"))
        assert text_of(heard) == "operator"

    run(scenario, VOSK, tmp_path)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Speech(engine="none"), "switched off"),
        (Speech(engine="vosk", model="/nowhere"), "folder does not exist"),
        (Speech(engine="vosk"), "no model"),
        (Speech(engine="remote", address="ws://127.0.0.1:9"), "127.0.0.1:9"),
        (Speech(engine="remote", address="nonsense"), "nonsense"),
    ],
    ids=["none", "no folder", "no model", "nobody there", "no address"],
)
def test_a_line_without_an_engine_is_deaf_and_says_why(
    settings: Speech, why: str, tmp_path: Path
) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening(*COMMANDS))
        await say(hearing, silence(0.1))
        assert await next_event(hearing.events()) == Deaf()
        await hearing.close()

    status = run(scenario, settings, tmp_path)
    assert not status.ok
    assert why in status.text


def test_a_question_no_engine_takes_makes_deaf_for_that_question_only(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        hearing = client.open(listening("qwertzuiop"))
        assert await next_event(hearing.events()) == Deaf()
        heard = await ask(client, listening(*COMMANDS), spoken("operator"))
        assert text_of(heard) == "operator"

    run(scenario, VOSK, tmp_path)


def test_a_client_is_started_once(tmp_path: Path) -> None:
    async def scenario(client: SpeechClient) -> None:
        with pytest.raises(MisuseError):
            await client.start()

    run(scenario, Speech(engine="none"), tmp_path)


def test_before_the_start_and_after_the_stop_the_line_is_deaf(tmp_path: Path) -> None:
    async def scenario() -> None:
        client = SpeechClient(VOSK, data=tmp_path)
        assert [e async for e in client.open(listening("yes")).events()] == [Deaf()]
        await client.start()
        hearing = client.open(listening("yes"))
        await client.stop()
        await client.stop()
        assert [e async for e in hearing.events()] == []
        assert [e async for e in client.open(listening("yes")).events()] == [Deaf()]
        assert speech_processes() == []

    asyncio.run(scenario())


# ---------------------------------------------------------------- a vosk-server elsewhere


class PlainServer:
    """What vosk-server's `asr_server.py` does, without an engine behind it."""

    def __init__(self, *results: str) -> None:
        self.results = results
        self.heard = 0
        self.config: dict[str, object] = {}

    async def __call__(self, connection: ServerConnection) -> None:
        results = iter(self.results)
        async for message in connection:
            if isinstance(message, bytes):
                self.heard += len(message)
                await connection.send('{"partial" : ""}')
            elif message == EOF:
                for result in results:
                    await connection.send(result)
                return
            else:
                self.config = json.loads(message)["config"]


def ask_remote(server: PlainServer, tmp_path: Path) -> Heard:
    async def scenario() -> Heard:
        async with serve(server, "127.0.0.1", 0) as listening_server:
            port = next(iter(listening_server.sockets)).getsockname()[1]
            settings = Speech(engine="remote", address=f"ws://127.0.0.1:{port}")
            async with SpeechClient(settings, data=tmp_path) as client:
                assert client.status.ok
                return await ask(client, listening(*COMMANDS), spoken("operator"))

    return asyncio.run(scenario())


def test_a_vosk_server_elsewhere_understands_in_pieces(tmp_path: Path) -> None:
    server = PlainServer(
        '{"text": "one", "result": [{"word": "one", "conf": 0.9, "start": 0, "end": 1}]}',
        '{"text": "two", "result": [{"word": "two", "conf": 0.5, "start": 1, "end": 2}]}',
    )
    heard = ask_remote(server, tmp_path)
    assert text_of(heard) == "one two"
    assert heard.hypotheses[0].confidence == pytest.approx(0.45)
    assert server.config["phrase_list"] == [*sorted(COMMANDS), "[unk]"]
    assert server.heard > 16000


def test_a_vosk_server_that_understood_nothing_says_so(tmp_path: Path) -> None:
    assert ask_remote(PlainServer('{"text": ""}'), tmp_path).hypotheses == ()


def test_nonsense_from_a_server_elsewhere_restarts_the_question(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serve(PlainServer("nonsense"), "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            settings = Speech(engine="remote", address=f"ws://127.0.0.1:{port}")
            async with SpeechClient(settings, data=tmp_path) as client:
                hearing = client.open(listening(*COMMANDS))
                events = hearing.events()
                await say(hearing, around(spoken("operator"), before=0.8, after=1.2))
                assert await next_event(events) == Onset()
                assert await next_event(events) == Restarted()
                await hearing.close()

    asyncio.run(scenario())
