"""`ivr doctor` on what it takes to reach a person: on real ports, certificates and a real Redis."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.cli.reaching import (
    call_backs,
    certificate,
    console,
    look_at_reaching,
    people,
    store,
)
from ivr.handoff.agents import Agent
from ivr.records.roster import Roster
from ivr.settings import Agent as NamedAgent
from ivr.settings import Console, HandoffSettings, Line, Settings, Store
from tests.support.certificate import certificate as certified
from tests.support.redis_server import RedisServer


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    try:
        yield server
    finally:
        server.kill()


def test_people_are_those_of_the_settings_and_of_the_roster(tmp_path: Path) -> None:
    async def add() -> None:
        roster = Roster(tmp_path / "agents.db")
        await roster.add(Agent("Kim", "browser:Kim"))
        await roster.close()

    settings = Settings(
        data=str(tmp_path), handoff=HandoffSettings((NamedAgent("Dana", "sip:dana@127.0.0.1"),))
    )
    assert people(settings).found == "Dana"
    asyncio.run(add())
    assert people(settings).found == "Dana, Kim"


def test_a_roster_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "agents.db").write_text("this is no database, whatever its name says" * 50)
    found = people(Settings(data=str(tmp_path)))
    assert (found.ok, "damaged" in found.found) == (False, True)


def test_a_line_with_nothing_set_says_what_it_cannot_do(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), console=Console(port=0))
    found = {one.what: one for one in look_at_reaching(settings, runs=False)}
    assert set(found) == {"people", "call-backs"}
    assert "ivr agents add" in found["people"].do
    assert "line.outbound" in found["call-backs"].do
    rings = Settings(line=Line(outbound="sip:{number}@carrier.example"))
    assert call_backs(rings).do == ""


def test_a_console_whose_port_is_taken_is_a_finding_unless_this_line_has_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = Console(port=other.getsockname()[1])
        assert not console(taken, runs=False).ok
        assert console(taken, runs=True).ok
    assert console(taken, runs=False).ok


def test_a_console_for_other_machines_needs_tls(tmp_path: Path) -> None:
    assert "TLS" in console(Console(address="0.0.0.0", port=1), runs=True).do  # noqa: S104 - nothing listens
    safe = replace(certified(tmp_path), address="0.0.0.0", port=1)  # noqa: S104 - nothing listens
    assert console(safe, runs=True).ok


def test_a_certificate_is_looked_at_as_a_browser_does(tmp_path: Path) -> None:
    lasting, ending, over = [certificate(certified(tmp_path, days=days)) for days in (90, 3, -1)]
    assert (lasting.ok, ending.ok, over.ok) == (True, True, False)
    assert (lasting.do, "renew" in ending.do, "renew" in over.do) == ("", True, True)


def test_a_certificate_that_cannot_be_used_is_a_finding(tmp_path: Path) -> None:
    good = certified(tmp_path)
    (tmp_path / "locked").mkdir()
    for broken in (
        replace(good, certificate=str(tmp_path / "none.pem")),
        replace(good, certificate=good.key),
        replace(good, key=""),
        certified(tmp_path / "locked", password=b"secret"),
    ):
        found = certificate(broken)
        assert not found.ok
        assert "PEM" in found.do


def test_redis_tells_its_version_and_a_dead_one_what_happens_meanwhile(
    redis_server: RedisServer,
) -> None:
    found = store(Store(url=redis_server.url))
    assert found.ok
    assert "answers within 0.6 s" in found.found
    redis_server.kill()
    found = store(Store(url=redis_server.url))
    assert not found.ok
    assert "alone" in found.do


def test_a_password_in_the_address_of_redis_is_not_shown() -> None:
    found = store(Store(url="redis://line:secret@127.0.0.1:1/0"))
    assert not found.ok
    assert "secret" not in f"{found.found}{found.do}"
