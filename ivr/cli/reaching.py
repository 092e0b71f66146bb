"""What `ivr doctor` looks at so that callers reach people: agents, consoles, call-backs, Redis."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ivr.cli.roster import in_roster
from ivr.errors import IvrError, StoreError
from ivr.settings import Console, Settings, Store
from ivr.store.redis_ import ANSWER_WITHIN, RedisStore
from ivr.tls import server_context

RENEW_BEFORE = 14 * 86_400  # seconds
HERE = ("127.0.0.1", "::1", "localhost")
MESSAGES = 10  # of a TLS handshake that is over long before


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found."""

    what: str
    ok: bool
    found: str
    do: str = ""
    """What to do when it is not ok; or a word of advice when it is."""


def look_at_reaching(settings: Settings, *, runs: bool) -> Iterator[Finding]:
    """Look at everything; *runs* tells whether this very line has its ports already."""
    yield people(settings)
    yield call_backs(settings)
    if settings.console.port:
        yield console(settings.console, runs=runs)
    if settings.console.certificate or settings.console.key:
        yield certificate(settings.console)
    if settings.store.url:
        yield store(settings.store)


def people(settings: Settings) -> Finding:
    """Look who takes calls."""
    try:
        added = in_roster(settings, lambda roster: roster.agents())
    except StoreError as error:
        do = "move that file away, and add its people anew"
        return Finding("people", ok=False, found=str(error), do=do)
    named = {agent.name for agent in settings.handoff.agents}
    names = sorted(named | {agent.name for agent in added})
    if names:
        return Finding("people", ok=True, found=", ".join(names))
    do = "callers can only leave a message: ivr agents add NAME --sip URI"
    return Finding("people", ok=True, found="nobody", do=do)


def call_backs(settings: Settings) -> Finding:
    """Look whether the line can ring who kept their place."""
    if settings.line.outbound:
        return Finding("call-backs", ok=True, found=f"by {settings.line.outbound}")
    do = "kept places become messages: to have them rung, set line.outbound"
    return Finding("call-backs", ok=True, found="people ring back", do=do)


def console(console: Console, *, runs: bool) -> Finding:
    """Look whether the pages can be served, and browsers will give them a microphone."""
    scheme = "https" if console.certificate else "http"
    where = f"{scheme}://{console.address}:{console.port}"
    if not runs and (trouble := _taken(console)):
        do = "another program has it: stop that, or set console.port (0: none)"
        return Finding("console", ok=False, found=f"{where}: {trouble}", do=do)
    safe = console.certificate or console.address in HERE
    do = "" if safe else "no microphone without TLS: set console.certificate and .key"
    return Finding("console", ok=bool(safe), found=where, do=do)


def _taken(console: Console) -> str:
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            console.address, console.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or "cannot be had"
    return ""


def certificate(console: Console) -> Finding:
    """Look whether the certificate and its key can be used, and for how long."""
    do = "give PEM files, the key without a password, in [console]"
    try:
        ends = _valid_until(console)
    except ssl.SSLCertVerificationError as error:
        do = "browsers refuse it: renew it, then start the line again"
        return Finding("certificate", ok=False, found=error.verify_message, do=do)
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or "no certificate and its key"
        return Finding("certificate", ok=False, found=found, do=do)
    day = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d")
    soon = ends < time.time() + RENEW_BEFORE
    do = "renew it, then start the line again" if soon else ""
    return Finding("certificate", ok=True, found=f"valid until {day}", do=do)


def _valid_until(console: Console) -> int:
    """
    Let a browser of our own meet the certificate; return the Unix time when it ends.

    Raises:
        OSError: It cannot be used; `ssl.SSLCertVerificationError`: nobody would believe it now.
    """
    far = server_context(console.certificate, console.key)
    near = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    near.check_hostname = False
    near.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whoever signed it is not our business
    near.load_verify_locations(console.certificate)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    browser, line = near.wrap_bio(back, there), far.wrap_bio(there, back, server_side=True)
    for _ in range(MESSAGES):
        for end in (browser, line):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    met = browser.getpeercert() or {}
    return int(ssl.cert_time_to_seconds(str(met.get("notAfter"))))


def store(store: Store) -> Finding:
    """Ask the common queue's server for its version."""
    where = urlsplit(store.url).hostname or "a socket"  # the rest may hold a password
    try:
        version = asyncio.run(_version(store))
    except IvrError as error:
        do = "start it, or correct store.url; each line goes on alone"
        return Finding("redis", ok=False, found=str(error), do=do)
    found = f"{version} at {where}, answers within {ANSWER_WITHIN:g} s"
    return Finding("redis", ok=True, found=found)


async def _version(store: Store) -> str:
    redis = RedisStore(store.url, prefix=store.prefix)
    try:
        return await redis.version()
    finally:
        await redis.close()
