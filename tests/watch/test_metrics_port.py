"""The port of the figures: who gets them, and what hostile callers get."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.settings import MetricsSettings
from ivr.watch import figures, metrics_port
from ivr.watch.figures import Level
from ivr.watch.metrics import Metrics
from ivr.watch.metrics_port import MetricsPort

TOKEN = "s3cret-of-nobody"  # noqa: S105 - invented


async def nothing() -> Iterable[Level]:
    return ()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def listening(
    settings: MetricsSettings | None = None, read: metrics_port.Read = nothing
) -> AsyncIterator[MetricsPort]:
    port = MetricsPort(settings or MetricsSettings(port=free_port()), Metrics(), read)
    await port.start()
    try:
        yield port
    finally:
        await port.stop()


async def say(port: MetricsPort, request: bytes) -> bytes:
    """Send *request* and give everything that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
    try:
        writer.write(request)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def get(port: MetricsPort, path: str = "/metrics", *headers: str) -> bytes:
    return await say(port, "\r\n".join((f"GET {path} HTTP/1.1", *headers, "", "")).encode())


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_prometheus_gets_the_figures() -> None:
    async def main() -> None:
        async with listening() as port:
            answer = await get(port)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert status_of(answer) == 200
        assert f"Content-Length: {len(body)}".encode() in head
        assert b"ivr_calls 0.0" in body

    asyncio.run(main())


def test_the_form_is_what_the_scraper_understands_best() -> None:
    async def main() -> None:
        async with listening() as port:
            answer = await get(port, "/metrics", "Accept: application/openmetrics-text;q=0.9,*/*")
        assert answer.endswith(b"# EOF\n")
        assert b"application/openmetrics-text" in answer

    asyncio.run(main())


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET /metrics/../secret HTTP/1.1\r\n\r\n", 404),
        (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", 200),
        (b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405),
        (b"DELETE /metrics HTTP/1.1\r\n\r\n", 405),
        (b"hello\r\n\r\n", 400),
        (b"\xff\xfe\x00 \x01\r\n\r\n", 400),
    ],
)
def test_nothing_else_is_served(request_: bytes, status: int) -> None:
    async def main() -> None:
        async with listening() as port:
            assert status_of(await say(port, request_)) == status

    asyncio.run(main())


def test_who_sends_too_much_is_cut_off() -> None:
    async def main() -> None:
        async with listening() as port:
            assert await say(port, b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 100_000) == b""
            assert status_of(await get(port)) == 200

    asyncio.run(main())


def test_who_says_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_port, "REQUEST_WITHIN", 0.05)

    async def main() -> None:
        async with listening() as port:
            assert await say(port, b"GET /met") == b""

    asyncio.run(main())


def test_a_crowd_is_turned_away_and_then_served_again() -> None:
    async def main() -> None:
        async with listening() as port:
            crowd = [
                await asyncio.open_connection("127.0.0.1", port.port)
                for _ in range(metrics_port.MOST_AT_ONCE)
            ]
            assert await get(port) == b""
            for _, writer in crowd:
                writer.close()
            async with asyncio.timeout(10):
                while not await get(port):  # noqa: ASYNC110 - the port has no event for it
                    await asyncio.sleep(0.01)

    asyncio.run(main())


def test_whoever_asks_the_levels_are_read_once_a_second() -> None:
    reads = 0

    async def count() -> Iterable[Level]:
        nonlocal reads
        reads += 1
        return [Level(figures.LEGS, reads)]

    async def main() -> None:
        async with listening(read=count) as port:
            answers = await asyncio.gather(*(get(port) for _ in range(10)))
            assert all(b"ivr_legs 1.0" in answer for answer in answers)

    asyncio.run(main())


def test_a_stop_does_not_wait_for_who_is_connected() -> None:
    async def main() -> None:
        async with listening() as port:
            reader, _writer = await asyncio.open_connection("127.0.0.1", port.port)
            await asyncio.sleep(0)
            await port.stop()
            async with asyncio.timeout(10):
                assert await reader.read() == b""
            _writer.close()

    asyncio.run(main())


def test_a_taken_port_costs_the_metrics_and_not_the_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            settings = MetricsSettings(port=taken.getsockname()[1])
            async with listening(settings) as port:
                assert port.port == 0

    asyncio.run(main())
    assert "no metrics" in caplog.text


def test_no_port_is_no_metrics(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with listening(MetricsSettings(port=0)) as port:
            assert port.port == 0

    asyncio.run(main())
    assert caplog.text == ""


# ---------------------------------------------------------------- tokens


def settings_with(folder: Path, token: str) -> MetricsSettings:
    file = folder / "token"
    file.write_text(token, encoding="utf-8")
    return MetricsSettings(address="0.0.0.0", port=free_port(), token_file=str(file))  # noqa: S104 - others may ask


def test_others_need_the_token(tmp_path: Path) -> None:
    async def main() -> None:
        async with listening(settings_with(tmp_path, TOKEN + "\n")) as port:
            assert status_of(await get(port)) == 401
            assert status_of(await get(port, "/metrics", "Authorization: Bearer wrong")) == 401
            assert status_of(await get(port, "/metrics", f"Authorization: {TOKEN}")) == 401
            answer = await get(port, "/metrics", f"authorization: Bearer {TOKEN}")
            assert status_of(answer) == 200

    asyncio.run(main())


def test_the_figures_are_not_open_to_others_without_a_token() -> None:
    async def main() -> None:
        async with listening(MetricsSettings(address="0.0.0.0", port=free_port())):  # noqa: S104 - the mistake
            pass

    with pytest.raises(SettingsError, match=r"metrics\.token_file"):
        asyncio.run(main())


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_on_this_machine_alone_none_is_needed(address: str) -> None:
    assert metrics_port._token(MetricsSettings(address=address)) == b""


def test_an_empty_or_missing_token_file_is_a_clear_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="an empty file"):
        metrics_port._token(settings_with(tmp_path, "\n"))
    missing = MetricsSettings(token_file=str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="No such file"):
        metrics_port._token(missing)


def test_no_task_is_left_behind() -> None:
    async def main() -> None:
        async with listening() as port:
            await get(port)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    gc.collect()
