"""The speech process seen from its socket: polite clients, hostile clients, the end."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import unix_connect
from websockets.exceptions import ConnectionClosed

from ivr.errors import SpeechError
from ivr.speech import server as server_module
from ivr.speech.engines import Engine, Question, Reading
from ivr.speech.scripted import ScriptedDecoding, ScriptedEngine
from ivr.speech.server import SpeechServer
from ivr.speech.wire import EOF, PAUSE, config_frame, so_far_frame
from tests.speech.questions import question

LOUD = b"\x00\x20" * 1600
CONFIG = config_frame(question("yes", "no"), ours=True)


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ivr-") as folder:  # a socket's path must be short
        yield Path(folder, "socket")


@asynccontextmanager
async def serving(path: Path, engine: Engine | None = None) -> AsyncIterator[None]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    stop = asyncio.Event()
    server = SpeechServer(engine or ScriptedEngine(None))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(listener, stop))
        try:
            yield
        finally:
            stop.set()


async def ask(path: Path, *messages: str | bytes) -> list[dict[str, object]]:
    """Send *messages* on a connection of their own; return all that comes until it closes."""
    answers: list[dict[str, object]] = []
    connection = await unix_connect(str(path), compression=None)
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionClosed):
            for message in messages:
                await connection.send(message)
        with contextlib.suppress(ConnectionClosed):
            while True:
                answers.append(json.loads(await connection.recv()))
    return answers


def run(
    scenario: Callable[[Path], Awaitable[None]], path: Path, engine: Engine | None = None
) -> None:
    async def whole() -> None:
        async with serving(path, engine):
            await scenario(path)

    asyncio.run(whole())


def test_an_utterance_is_answered_and_the_connection_closed(path: Path) -> None:
    async def scenario(path: Path) -> None:
        (answer,) = await ask(path, CONFIG, LOUD, EOF)
        assert answer["text"] == "yes"
        assert answer["final"] is True

    run(scenario, path)


def test_after_a_pause_the_caller_may_go_on(path: Path) -> None:
    async def scenario(path: Path) -> None:
        (answer,) = await ask(path, CONFIG, bytes(320), PAUSE, LOUD, PAUSE, EOF)
        assert answer["text"] == "yes"

    run(scenario, path)


def test_a_pause_that_is_asked_about_is_answered_and_the_end_too(path: Path) -> None:
    async def scenario(path: Path) -> None:
        early, last = await ask(path, CONFIG, LOUD, so_far_frame(7), EOF)
        assert (early["text"], early["so_far"]) == ("yes", 7)
        assert "final" not in early
        assert last["final"] is True

    run(scenario, path)


class Slow(ScriptedEngine):
    """An engine that decodes a pause until nobody wants it any longer."""

    def open(self, question: Question, /) -> "SlowDecoding":
        return SlowDecoding(self, question)


class SlowDecoding(ScriptedDecoding):
    def so_far(self, wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        wait_for(lambda: not wanted())
        return super().so_far(wanted)


def test_who_goes_on_is_not_told_what_was_heard_before(path: Path) -> None:
    async def scenario(path: Path) -> None:
        (answer,) = await ask(path, CONFIG, LOUD, so_far_frame(1), LOUD, EOF)
        assert answer["final"] is True

    run(scenario, path, Slow(None))


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([CONFIG, '{"so_far": 0}'], id="a pause without a number"),
        pytest.param([CONFIG, '{"so_far": 1e9}'], id="a pause with a wild number"),
        pytest.param(["{"], id="no JSON"),
        pytest.param(["[]"], id="no object"),
        pytest.param([LOUD], id="audio before the question"),
        pytest.param([EOF], id="the end before the question"),
        pytest.param([CONFIG, CONFIG], id="two questions"),
        pytest.param([CONFIG, "hello"], id="small talk"),
        pytest.param([CONFIG, b"\x00"], id="half a sample"),
        pytest.param([CONFIG, bytes(64_002)], id="too much audio at once"),
        pytest.param([CONFIG, *[bytes(64_000)] * 31], id="audio for ever"),
        pytest.param(['{"config": {}}'], id="no grammar"),
        pytest.param(['{"config": {"words": ["a\\u0000"]}}'], id="a word that ends early"),
    ],
)
def test_who_breaks_the_protocol_is_told_and_closed_and_others_go_on(
    path: Path, messages: list[str | bytes]
) -> None:
    async def scenario(path: Path) -> None:
        answers = await ask(path, *messages)
        assert [list(answer) for answer in answers] == [["error"]]
        assert (await ask(path, CONFIG, LOUD, EOF))[0]["text"] == "yes"

    run(scenario, path)


def test_a_message_without_end_closes_its_connection_only(path: Path) -> None:
    async def scenario(path: Path) -> None:
        assert await ask(path, "x" * 2_000_000) == []
        assert (await ask(path, CONFIG, LOUD, EOF))[0]["text"] == "yes"

    run(scenario, path)


def test_bytes_that_are_no_websocket_disturb_nobody(path: Path) -> None:
    async def scenario(path: Path) -> None:
        for noise in (b"", b"\xff" * 4096, b"GET / HTTP/1.1\r\n\r\n", b"POST /x HTTP/1.0\r\n\r\n"):
            _, writer = await asyncio.open_unix_connection(str(path))
            writer.write(noise)
            writer.close()
        assert (await ask(path, CONFIG, LOUD, EOF))[0]["text"] == "yes"

    run(scenario, path)


def test_who_leaves_in_the_middle_disturbs_nobody(path: Path) -> None:
    async def scenario(path: Path) -> None:
        for _ in range(20):
            async with unix_connect(str(path), compression=None) as connection:
                await connection.send(CONFIG)
                await connection.send(LOUD)
                connection.transport.abort()
        assert (await ask(path, CONFIG, LOUD, EOF))[0]["text"] == "yes"

    run(scenario, path)


def test_who_asks_nothing_is_sent_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "CONFIG_WITHIN", 0.05)

    async def scenario(path: Path) -> None:
        assert await ask(path) == [{"error": "no question came"}]

    run(scenario, path)


def test_one_connection_too_many_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 1)

    async def scenario(path: Path) -> None:
        async with unix_connect(str(path), compression=None) as first:
            await first.send(CONFIG)
            await first.send(PAUSE)
            assert await ask(path, CONFIG) == [{"error": "too many connections"}]
            await first.send(LOUD)
            await first.send(EOF)
            assert json.loads(await first.recv())["text"] == "yes"

    run(scenario, path)


class Brittle:
    """An engine whose decodings break."""

    name = "brittle"

    def open(self, question: Question, /) -> "Brittle":
        if question.words == ("no", "yes"):
            return self
        raise SpeechError("brittle", "not this question", retryable=False)

    def feed(self, _pcm: bytes, /) -> str:
        raise ArithmeticError("a patient said something")

    def pause(self, _wanted: Callable[[], bool], /) -> None:
        raise AssertionError

    def so_far(self, _wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        raise AssertionError

    def finish(self) -> tuple[Reading, ...]:
        return (Reading("no", 0.5),)


def test_an_engine_that_breaks_costs_one_utterance_and_tells_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(path: Path) -> None:
        assert await ask(path, CONFIG, LOUD) == [{"error": "the engine failed"}]
        (refused,) = await ask(path, config_frame(question("other"), ours=True))
        assert "not this question" in str(refused["error"])
        assert (await ask(path, CONFIG, EOF))[0]["text"] == "no"

    run(scenario, path, Brittle())
    assert "ArithmeticError" in str(caplog.records[0].__dict__)
    assert "patient" not in caplog.text


# ---------------------------------------------------------------- the process


@pytest.fixture
def process(path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "ivr.speech.server", "--socket", str(path)]
    command += ["--engine", "scripted", "--until-stdin-closes", "--processes", "2"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        assert json.loads(started.stdout.readline()) == {"ready": True}
        yield started
        started.kill()


def workers_of(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return {int(child) for child in children.split()}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] == "Z"


def test_a_worker_that_is_killed_is_replaced(process: "subprocess.Popen[str]", path: Path) -> None:
    wait_for(lambda: len(workers_of(process.pid)) == 2)
    before = workers_of(process.pid)
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: len(workers_of(process.pid) - before) == 2)
    assert asyncio.run(ask(path, CONFIG, LOUD, EOF))[0]["text"] == "yes"


@pytest.mark.parametrize("how", ["stdin closed", "terminated", "killed"])
def test_nobody_is_left_when_the_process_ends(process: "subprocess.Popen[str]", how: str) -> None:
    wait_for(lambda: len(workers_of(process.pid)) == 2)
    workers = workers_of(process.pid)
    if how == "stdin closed":
        assert process.stdin is not None
        process.stdin.close()
    else:
        process.send_signal(signal.SIGTERM if how == "terminated" else signal.SIGKILL)
    process.wait(timeout=10)
    assert process.returncode == (-signal.SIGKILL if how == "killed" else 0)
    wait_for(lambda: all(map(is_gone, workers)))


def test_the_socket_is_for_this_user_only(process: "subprocess.Popen[str]", path: Path) -> None:
    assert process.poll() is None
    assert path.stat().st_mode & 0o077 == 0


def test_a_process_that_cannot_load_its_engine_says_why(path: Path) -> None:
    command = [sys.executable, "-m", "ivr.speech.server", "--socket", str(path)]
    command += ["--engine", "vosk", "--model", str(path.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "am/final.mdl is missing" in json.loads(done.stdout)["error"]
