"""One request a connection: what is asked rightly is answered, everything else refused."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.errors import SettingsError, StoreUnavailable
from ivr.watch.asking import Given, Question
from ivr.watch.doors import WatchSocket
from ivr.watch.reach import ask
from ivr.watch.roles import Asker


async def _calls() -> Mapping[str, object]:
    return {"calls": []}


@pytest.mark.parametrize(
    "request_bytes",
    [b"nonsense\n", b"{}\n", b"[1]\n", b'{"ask": ["x"]}\n', b"\xff\n", b"", b"x" * 9000],
)
def test_a_strange_request_is_answered_or_dropped_and_the_next_one_served(
    request_bytes: bytes, tmp_path: Path
) -> None:
    async def main() -> tuple[bytes, dict[str, object]]:
        path = tmp_path / "watch.sock"
        socket = WatchSocket(path, {"calls": _calls})
        await socket.start()
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(request_bytes)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        after = await ask(path, "calls")
        await socket.stop()
        return answer, after

    answer, after = asyncio.run(main())
    assert "error" in json.loads(answer)
    assert "calls" in after


def test_no_line_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="ivr serve"):
        asyncio.run(ask(tmp_path / "watch.sock", "calls"))


def test_a_data_folder_too_deep_for_a_socket_is_a_clear_error(tmp_path: Path) -> None:
    socket = WatchSocket(tmp_path / ("d" * 200) / "watch.sock", {})
    with pytest.raises(SettingsError, match="data"):
        asyncio.run(socket.start())


async def _echo(given: Given, _asker: Asker) -> Mapping[str, object]:
    return {"given": dict(given)}


def asked(tmp_path: Path, request: dict[str, object]) -> dict[str, object]:
    """What the socket answers to *request*."""

    async def main() -> dict[str, object]:
        question = Question(_echo, needs=("name",), takes=("reason",))
        socket = WatchSocket(tmp_path / "watch.sock", {"pause": question})
        await socket.start()
        try:
            reader, writer = await asyncio.open_unix_connection(tmp_path / "watch.sock")
            writer.write(json.dumps(request).encode() + b"\n")
            answer: dict[str, object] = json.loads(await reader.readline())
            writer.close()
            return answer
        finally:
            await socket.stop()

    return asyncio.run(main())


def test_a_question_is_given_its_arguments(tmp_path: Path) -> None:
    given = {"name": "dana", "reason": "lunch"}
    assert asked(tmp_path, {"ask": "pause", "with": given}) == {"given": given}


@pytest.mark.parametrize(
    "given", [{}, {"reason": "lunch"}, {"name": 1}, {"name": "x", "other": "y"}, [], "x", None]
)
def test_arguments_that_are_none_are_refused(tmp_path: Path, given: object) -> None:
    answer = asked(tmp_path, {"ask": "pause", "with": given})
    assert list(answer) == ["error"]
