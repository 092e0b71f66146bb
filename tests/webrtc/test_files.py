"""The pages over HTTP: what is there, to whom, and nothing else."""

import asyncio
import http.client
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.settings import Console
from tests.support.certificate import certificate
from tests.support.console import FakeActions, serving

Answer = tuple[int, Mapping[str, str], bytes]


def asked(
    path: str,
    settings: Console | None = None,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask a line of its own for *path*."""

    async def scene() -> Answer:
        async with serving(FakeActions(), settings) as server:
            return await asyncio.to_thread(ask, server.port, path, method, headers or {})

    return asyncio.run(scene())


def ask(port: int, path: str, method: str, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=dict(headers))
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/console.js", "text/javascript"),
        ("/console.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
        ("/call?from=somewhere", "text/html"),
    ],
)
def test_a_file_is_served_with_its_type_and_is_not_kept(path: str, kind: str) -> None:
    status, headers, body = asked(path)
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind)
    assert int(headers["Content-Length"]) == len(body) > 100
    assert headers["Cache-Control"] == "no-store"
    assert headers["Connection"] == "close"


def test_pages_run_no_script_but_their_own_and_stand_in_no_frame() -> None:
    _, headers, body = asked("/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert b"http://" not in body
    assert b"https://" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/..%2fserver.py",
        "/static/console.html",
        "/console.html",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/nothing",
    ],
)
def test_nothing_but_the_pages_is_there(path: str) -> None:
    assert asked(path)[0] == 404


def test_head_is_answered_without_a_body_and_other_methods_are_refused() -> None:
    status, headers, body = asked("/", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 100
    assert asked("/", method="DELETE")[0] == 405


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1"])
def test_a_socket_is_opened_for_our_own_pages_only(origin: str) -> None:
    headers = {"Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket"}
    assert asked("/socket", headers=headers)[0] == 403


ON, OFF = Console(port=0, caller_page="on"), Console(port=0, caller_page="off")


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        (None, {}, 200),
        (None, {"Host": "line.example"}, 404),
        (None, {"X-Forwarded-For": "192.0.2.7"}, 404),
        (OFF, {}, 404),
        (ON, {"Host": "line.example", "X-Forwarded-For": "192.0.2.7"}, 200),
    ],
)
def test_the_callers_page_is_there_for_this_machine_or_when_it_is_on(
    settings: Console | None, headers: Mapping[str, str], status: int
) -> None:
    for path in ("/call", "/call.js"):
        assert asked(path, settings, headers=headers)[0] == status


def test_a_taken_port_and_a_wrong_certificate_are_named() -> None:
    async def scene() -> None:
        async with serving(FakeActions()) as first:
            with pytest.raises(SettingsError, match=r"console\.port"):
                async with serving(FakeActions(), Console(port=first.port)):
                    pass

    asyncio.run(scene())
    with pytest.raises(SettingsError, match=r"console\.certificate"):
        asked("/", Console(port=0, certificate=__file__))


def test_a_key_with_a_password_is_refused_instead_of_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"console\.key"):
        asked("/", certificate(tmp_path, password=b"harbor"))
