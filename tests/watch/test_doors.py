"""The doors: who comes in, what they may, and that a stranger can harm nothing."""

import asyncio
import json
import os
import pwd
import ssl
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.errors import SettingsError, StoreUnavailable
from ivr.settings import Settings, Watch
from ivr.watch import doors, gate
from ivr.watch.asking import REQUEST_LIMIT, Given, Question
from ivr.watch.doors import WatchPort, WatchSocket, open_doors
from ivr.watch.follow import Follower
from ivr.watch.gate import Gate
from ivr.watch.hub import Hub
from ivr.watch.reach import Reach, ask, reach_of
from ivr.watch.roles import Asker, Role
from ivr.watch.tokens import Token, TokenBook
from tests.support.certificate import certificate
from tests.support.console_agent import free_port
from tests.watch.facts import SAID, VALUE, began, look, told_words

SECONDS = 20.0  # no test waits so long
HERE = "127.0.0.1"
NOW = datetime.now(UTC)


async def _who(_given: Given, asker: Asker) -> Mapping[str, Any]:
    return {"who": asker.who, "role": asker.role.value}


def answers(hub: Hub) -> dict[str, Any]:
    who = {f"who_{role}": Question(_who, role=role) for role in Role}
    return {**hub.answers, **who}


@asynccontextmanager
async def port(
    folder: Path, hub: Hub | None = None, *, tls: bool = True
) -> AsyncIterator[tuple[WatchPort, TokenBook]]:
    """Open a port with a certificate of its own, or with none, and a book of tokens."""
    made = certificate(folder)
    settings = Watch(port=0, certificate=made.certificate, key=made.key)
    book = TokenBook(folder / "tokens.db")
    opened = WatchPort(
        settings if tls else Watch(port=0), answers(Hub(look()) if hub is None else hub), book
    )
    await opened.start()
    try:
        async with asyncio.timeout(SECONDS):
            yield opened, book
    finally:
        await opened.stop()
        await book.close()


def reach(folder: Path, number: int, token: str) -> Reach:
    return reach_of(f"tls://{HERE}:{number}", token=token, ca=folder / "cert.pem")


def test_who_opens_the_socket_is_a_supervisor_of_their_own_name(tmp_path: Path) -> None:
    path = tmp_path / "watch.sock"

    async def main() -> None:
        door = WatchSocket(path, answers(Hub(look())))
        await door.start()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        name = pwd.getpwuid(os.getuid()).pw_name
        assert await ask(path, "who_supervisor") == {"who": name, "role": "supervisor"}
        viewer = Reach("here", path, role=Role.VIEWER)
        assert (await ask(viewer, "who_viewer"))["role"] == "viewer"
        assert "takes the role operator" in (await ask(viewer, "who_operator"))["error"]
        await door.stop()

    asyncio.run(main())


@pytest.mark.parametrize("role", list(Role))
def test_a_token_opens_what_its_role_may_and_no_more(tmp_path: Path, role: Role) -> None:
    async def main() -> None:
        async with port(tmp_path) as (opened, book):
            secret = await book.add(Token("Dana", role, NOW))
            line = reach(tmp_path, opened.port, secret)
            for other in Role:
                answer = await ask(line, f"who_{other}")
                assert ("error" in answer) == (not role.may(other))
            assert (await ask(line, "who_viewer")) == {"who": "Dana", "role": role.value}
            more = replace(line, role=Role.SUPERVISOR)
            assert (await ask(more, "who_viewer"))["role"] == role.value

    asyncio.run(main())


def test_a_token_that_is_none_expired_or_removed_opens_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with port(tmp_path) as (opened, book):
            old = await book.add(Token("Old", Role.VIEWER, NOW, NOW - timedelta(days=1)))
            gone = await book.add(Token("Gone", Role.VIEWER, NOW))
            assert await book.remove("Gone")
            assert not await book.remove("Gone")
            for token in (old, gone, "", "x" * 300):
                answer = await ask(reach(tmp_path, opened.port, token), "who_viewer")
                assert "ivr watch token add" in answer["error"]

    asyncio.run(main())


def test_tokens_are_kept_as_hashes_and_shown_once(tmp_path: Path) -> None:
    async def main() -> None:
        book = TokenBook(tmp_path / "tokens.db")
        secret = await book.add(Token("Dana", Role.OPERATOR, NOW))
        again = await book.add(Token("Dana", Role.VIEWER, NOW))
        assert await book.check(secret, now=NOW) is None
        assert await book.check(again, now=NOW) == Asker("Dana", Role.VIEWER)
        await book.close()
        secrets.append(again)

    secrets: list[str] = []
    asyncio.run(main())
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secrets[0].encode() not in files
    assert stat.S_IMODE((tmp_path / "tokens.db").stat().st_mode) == 0o600


def test_a_follower_is_sent_away_when_the_token_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "CHECK_EVERY", 0.05)

    async def main() -> None:
        async with port(tmp_path) as (opened, book):
            line = reach(tmp_path, opened.port, await book.add(Token("Dana", Role.VIEWER, NOW)))
            async with Follower([line]) as follower:
                assert (await anext(follower)).event["event"] == "snapshot"
                await book.remove("Dana")
                while (update := await anext(follower)).event["event"] != "lost":
                    pass
                assert "closed" in update.event["why"]

    asyncio.run(main())


def test_over_tls_a_viewer_never_gets_a_word(tmp_path: Path) -> None:
    async def main() -> bytes:
        hub = Hub(look())
        async with port(tmp_path, hub) as (opened, book):
            line = reach(tmp_path, opened.port, await book.add(Token("Pat", Role.VIEWER, NOW)))
            hub.take(began())
            hub.take(told_words())
            heard = b""
            async with line.asked("follow", {}) as (reader, _):
                heard += await reader.readline()
                hub.take(told_words(seconds=2.0))
                hub.take(replace(told_words(seconds=3.0), phase="waiting"))
                heard += await reader.readline()
            return heard

    heard = asyncio.run(main())
    assert b'"phase":"waiting"' in heard
    for secret in (SAID, VALUE, "refill"):
        assert secret.encode() not in heard


def test_a_line_whose_settings_say_so_opens_both_doors_until_it_stops(tmp_path: Path) -> None:
    number = free_port()
    settings = Settings(data=str(tmp_path), watch=Watch(port=number))

    async def main() -> None:
        far = reach_of(f"tcp://{HERE}:{number}")
        async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
            await open_doors(settings, answers(Hub(look())), stack)
            assert (await ask(settings.watch_socket, "who_viewer"))["role"] == "supervisor"
            assert "token" in (await ask(far, "who_viewer"))["error"]
            book = TokenBook(settings.token_book)
            secret = await book.add(Token("Dana", Role.VIEWER, NOW))
            assert (await ask(replace(far, token=secret), "who_viewer"))["who"] == "Dana"
            await book.close()
        with pytest.raises(StoreUnavailable):
            await ask(far, "who_viewer")
        assert not settings.watch_socket.exists()

    asyncio.run(main())


def test_a_certificate_nobody_vouches_for_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async def main() -> None:
        async with port(tmp_path) as (opened, _):
            with pytest.raises(StoreUnavailable, match="--ca FILE"):
                await ask(reach_of(f"tls://{HERE}:{opened.port}"), "who_viewer")

    asyncio.run(main())


def test_without_tls_only_this_machine_is_answered(tmp_path: Path) -> None:
    async def main() -> None:
        async with port(tmp_path, tls=False) as (opened, book):
            secret = await book.add(Token("Dana", Role.VIEWER, NOW))
            line = reach_of(f"tcp://{HERE}:{opened.port}", token=secret)
            assert (await ask(line, "who_viewer"))["who"] == "Dana"
        everywhere = WatchPort(Watch("0.0.0.0"), {}, TokenBook(tmp_path / "t"))  # noqa: S104 - refused
        with pytest.raises(SettingsError, match=r"watch\.certificate"):
            await everywhere.start()

    asyncio.run(main())


@pytest.mark.parametrize(
    "written", ["tcp://192.0.2.1:1", "http://here:1", "tls://here", "tls://here:1:2"]
)
def test_an_address_that_would_show_the_token_or_is_none_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match="--line"):
        reach_of(written)


def test_a_port_that_is_taken_or_a_certificate_that_is_none_is_a_clear_error(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with port(tmp_path) as (opened, book):
            with pytest.raises(SettingsError, match=r"watch\.port"):
                await WatchPort(Watch(port=opened.port), {}, book).start()
            (tmp_path / "no.pem").write_text("no")
            wrong = Watch(certificate=str(tmp_path / "no.pem"))
            with pytest.raises(SettingsError, match=r"watch\.certificate"):
                await WatchPort(wrong, {}, book).start()

    asyncio.run(main())


@pytest.mark.parametrize(
    "said",
    [b"", b"\n", b"\xff" * 100, b"GET / HTTP/1.1\r\n\r\n", b"x" * 100_000, b"[" * 4000 + b"\n"],
    ids=["nothing", "empty", "bytes", "http", "long", "deep"],
)
def test_garbage_is_answered_or_dropped_and_others_are_served(tmp_path: Path, said: bytes) -> None:
    async def main() -> None:
        async with port(tmp_path) as (opened, book):
            secret = await book.add(Token("Dana", Role.VIEWER, NOW))
            for tls in (reach(tmp_path, opened.port, "").tls, None):
                with suppress(OSError, asyncio.IncompleteReadError):
                    _, writer = await asyncio.open_connection(HERE, opened.port, ssl=tls)
                    writer.write(said)
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
            assert (await ask(reach(tmp_path, opened.port, secret), "who_viewer"))["who"] == "Dana"

    asyncio.run(main())


def test_a_crowd_of_silent_strangers_is_cut_off_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "OF_ADDRESS", 5)
    monkeypatch.setattr(doors, "BETWEEN_TWO", 0.0)
    monkeypatch.setattr(doors, "HANDSHAKE_WITHIN", 0.3)

    async def main() -> None:
        async with port(tmp_path) as (opened, book):
            secret = await book.add(Token("Dana", Role.VIEWER, NOW))
            crowd = [await asyncio.open_connection(HERE, opened.port) for _ in range(60)]
            refused = 0
            for reader, _ in crowd[
                :-5
            ]:  # those that are let in hear nothing until their time is up
                with suppress(OSError):
                    refused += await reader.read() == b""
            assert refused > 40
            for _, writer in crowd:
                writer.close()
            while opened._gate._inside:  # noqa: ASYNC110 - the gate is pure and tells nobody
                await asyncio.sleep(0.01)
            opened._gate._wrong.clear()
            assert (await ask(reach(tmp_path, opened.port, secret), "who_viewer"))["who"] == "Dana"

    asyncio.run(main())


def test_an_endless_request_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    async def main() -> bytes:
        async with port(tmp_path) as (opened, _):
            tls = reach(tmp_path, opened.port, "").tls
            reader, writer = await asyncio.open_connection(HERE, opened.port, ssl=tls)
            with suppress(OSError):
                for _ in range(100):
                    writer.write(b"y" * REQUEST_LIMIT)
                    await writer.drain()
            answer = b""
            with suppress(OSError, ssl.SSLError):
                answer = await reader.read()
            writer.transport.abort()
            return answer

    answer = asyncio.run(main())
    assert answer == b"" or "error" in json.loads(answer)


def test_wrong_tries_lock_an_address_for_a_while_and_nobody_else() -> None:
    guard = Gate()
    for _ in range(gate.WRONG):
        assert guard.enter("192.0.2.1", now=0.0)
        guard.failed("192.0.2.1", now=0.0)
        guard.leave("192.0.2.1")
    assert not guard.enter("192.0.2.1", now=gate.WINDOW - 1)
    assert guard.enter("192.0.2.2", now=1.0)
    assert guard.enter("192.0.2.1", now=gate.WINDOW)


def test_so_many_come_in_at_once_and_no_address_fills_the_house() -> None:
    guard = Gate()
    entered = [guard.enter("192.0.2.1", now=0.0) for _ in range(gate.OF_ADDRESS + 1)]
    assert entered.count(True) == gate.OF_ADDRESS
    others = [guard.enter(f"198.51.100.{number}", now=0.0) for number in range(gate.AT_ONCE)]
    assert others.count(True) == gate.AT_ONCE - gate.OF_ADDRESS
    guard.leave("192.0.2.1")
    assert guard.enter("203.0.113.9", now=0.0)


def test_who_tries_from_everywhere_does_not_fill_the_memory() -> None:
    guard = Gate()
    for number in range(gate.REMEMBERED + 50):
        guard.failed(str(number), now=0.0)
    assert len(guard._wrong) == gate.REMEMBERED
