"""Trunks: registering with a carrier, and knowing who rings from which."""

import asyncio
from dataclasses import replace

import pytest

from ivr.errors import SettingsError
from ivr.settings import Line, Trunk
from sip import binding, endpoint, engine
from sip.trunk import Origin, Origins, TrunkStatus, addresses_of, host_of
from tests.sip.harness import answer_and_play, open_line, until
from tests.support.registrar import Registrar
from tests.support.rtpraw import HERE


def _line(registrar: Registrar, *, known: bool = True, expires: int = 60) -> Line:
    trunk = Trunk(
        "carrier",
        registrar=f"sip:{HERE}:{registrar.port}",
        username="clinic",
        password="correct" if known else "wrong",
        expires=expires,
    )
    return Line(port=0, trunks=(trunk,))


def test_the_line_registers_and_says_goodbye() -> None:
    async def story() -> None:
        async with (
            await Registrar.open("clinic", "correct") as registrar,
            open_line(answer_and_play, _line(registrar)) as line,
        ):
            assert line.endpoint.trunks[0].registers
            await until(lambda: line.endpoint.trunks[0].registered)
            status = line.statuses[-1]
            assert replace(status, at=None) == TrunkStatus("carrier", True, True, 200)
            assert status.at is not None
            assert f":{line.endpoint.port}" in registrar.contact
            await line.endpoint.stop()
            await until(lambda: registrar.granted == [60, 0])

    asyncio.run(story())


def test_a_call_through_the_registration_is_of_that_trunk() -> None:
    async def story() -> None:
        async with (
            await Registrar.open("clinic", "correct") as registrar,
            open_line(answer_and_play, _line(registrar)) as line,
        ):
            await until(lambda: line.endpoint.trunks[0].registered)
            phone = await line.phone()
            phone.dialog.target = registrar.contact.strip("<>")
            assert (await phone.call()).status == 200
            assert line.legs[0].info.trunk == "carrier"

    asyncio.run(story())


def test_a_registration_is_refreshed_before_it_ends() -> None:
    async def story() -> None:
        async with (
            await Registrar.open("clinic", "correct") as registrar,
            open_line(answer_and_play, _line(registrar, expires=6)),
        ):
            await until(lambda: len(registrar.granted) >= 2)

    asyncio.run(story())


def test_a_wrong_password_shows_in_the_status_and_the_line_works_on() -> None:
    async def story() -> None:
        async with (
            await Registrar.open("clinic", "correct") as registrar,
            open_line(answer_and_play, _line(registrar, known=False)) as line,
        ):
            await until(lambda: line.endpoint.trunks[0].status == 403)
            assert not line.endpoint.trunks[0].registered
            assert (await (await line.phone()).call()).status == 200

    asyncio.run(story())


def test_a_registrar_that_is_down_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "REGISTRATION_RETRY", 2)
    monkeypatch.setattr(engine, "TRANSACTION_PATIENCE", 0.6)

    async def story() -> None:
        async with await Registrar.open("clinic", "correct") as registrar:
            port, settings = registrar.port, _line(registrar)
        async with open_line(answer_and_play, settings) as line:
            await until(lambda: line.endpoint.trunks[0].status == 408)
            async with await Registrar.open("clinic", "correct", port=port):
                await until(lambda: line.endpoint.trunks[0].registered)

    asyncio.run(story())


def test_an_overloaded_registrar_is_left_alone_as_long_as_it_asks() -> None:
    async def story() -> None:
        async with await Registrar.open("clinic", "correct") as registrar:
            registrar.overloaded = True
            async with open_line(answer_and_play, _line(registrar)) as line:
                await until(lambda: line.endpoint.trunks[0].status == 503)
                registrar.overloaded = False
                await until(lambda: line.endpoint.trunks[0].registered)

    asyncio.run(story())


def test_a_registrar_is_found_by_name_and_asked_by_name() -> None:
    async def story() -> None:
        async with await Registrar.open("clinic", "correct") as registrar:
            trunk = replace(_line(registrar).trunks[0], registrar=f"sip:localhost:{registrar.port}")
            async with open_line(answer_and_play, Line(port=0, trunks=(trunk,))) as line:
                await until(lambda: line.endpoint.trunks[0].registered)
            first = registrar.asked[0]
            assert first.start == f"REGISTER sip:localhost:{registrar.port} SIP/2.0"
            assert first.header("Route") == ""

    asyncio.run(story())


def test_a_name_that_has_no_address_yet_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([(), (HERE,)])
    monkeypatch.setattr(endpoint, "RESOLVE_AGAIN", 0.05)

    async def look_up(_host: str) -> tuple[str, ...]:
        return next(answers)

    monkeypatch.setattr(endpoint, "addresses_of", look_up)

    async def story() -> None:
        async with (
            await Registrar.open("clinic", "correct") as registrar,
            open_line(answer_and_play, _line(registrar)) as line,
        ):
            await until(lambda: line.endpoint.trunks[0].registered)

    asyncio.run(story())


def test_a_registrar_that_is_no_sip_uri_is_the_operators_mistake() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, trunks=(Trunk("a", registrar="here"),))):
            pass

    with pytest.raises(SettingsError, match=r"line\.trunks\[0\]\.registrar"):
        asyncio.run(story())


def test_a_registrar_whose_name_does_not_exist_does_not_stop_the_line() -> None:
    async def story() -> None:
        trunk = Trunk("carrier", registrar="sip:nowhere.invalid", username="clinic")
        async with open_line(answer_and_play, Line(port=0, trunks=(trunk,))) as line:
            assert (await (await line.phone()).call()).status == 200
            assert not line.endpoint.trunks[0].registered

    asyncio.run(story())


def test_origins_tell_trunks_friends_and_strangers_apart() -> None:
    line = Line(
        trunks=(Trunk("a", addresses=("192.0.2.0/28",)), Trunk("b", registrar="sip:b.invalid")),
        open_to=("198.51.100.7",),
    )
    origins = Origins(line)
    origins.add("b", ["203.0.113.9"])
    assert origins.of("192.0.2.15:5060") == Origin(allowed=True, trunk="a")
    assert origins.of("203.0.113.9:5060") == Origin(allowed=True, trunk="b")
    assert origins.of("198.51.100.7:5060") == Origin(allowed=True)
    assert origins.of("198.51.100.8:5060") == Origin(allowed=False)
    assert origins.of("nonsense") == Origin(allowed=False)


def test_without_a_list_everybody_may_ring() -> None:
    assert Origins(Line()).of("198.51.100.8:5060") == Origin(allowed=True)


@pytest.mark.parametrize(
    "line",
    [Line(open_to=("everybody",)), Line(trunks=(Trunk("a", addresses=("carrier.invalid",)),))],
)
def test_a_list_with_something_else_in_it_is_the_operators_mistake(line: Line) -> None:
    with pytest.raises(SettingsError, match="an address or network"):
        Origins(line)


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("sip:carrier.invalid", "carrier.invalid"),
        ("sip:5550101@Carrier.invalid:5080;transport=tcp", "carrier.invalid"),
        ("<sips:a:b@192.0.2.1>", "192.0.2.1"),
        ("tel:5550101", ""),
        ("nonsense", ""),
    ],
)
def test_the_host_of_a_uri(uri: str, host: str) -> None:
    assert host_of(uri) == host


def test_a_name_that_does_not_exist_has_no_address() -> None:
    assert asyncio.run(addresses_of("nowhere.invalid")) == ()
    assert asyncio.run(addresses_of(HERE)) == (HERE,)
