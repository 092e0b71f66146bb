"""`ivr serve`: run the line."""

import argparse
import asyncio
import signal
from collections.abc import Iterator
from dataclasses import replace

from ivr import log
from ivr.app import RunningLine
from ivr.cli.options import add_settings, read_settings
from ivr.settings import Console, Settings

CALLER = "sip:line@"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve`."""
    parser = subparsers.add_parser("serve", help="run the line until Ctrl-C")
    add_settings(parser)
    parser.add_argument(
        "--sip-port", type=int, metavar="N", help="SIP port; default: the settings', 5060"
    )
    parser.add_argument(
        "--console-port",
        type=int,
        metavar="N",
        help="port of the pages; 0: none; default: the settings', 8080",
    )
    parser.set_defaults(func=serve)


def serve(options: argparse.Namespace) -> int:
    """Run the line."""
    settings = read_settings(options)
    if options.sip_port is not None:
        settings = replace(settings, line=replace(settings.line, port=options.sip_port))
    if options.console_port is not None:
        settings = replace(settings, console=replace(settings.console, port=options.console_port))
    log.setup(settings.log_level, form=settings.log_format)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    line = RunningLine(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, line.publish)
    try:
        await line.start()
        print(_welcome(settings, line), flush=True)
        await stop.wait()
    finally:
        await line.stop()


def _welcome(settings: Settings, line: RunningLine) -> str:
    address = f"{settings.line.address}:{line.port}"
    people = ", ".join(line.people)
    return "\n".join(
        (
            f"The line is up at {CALLER}{address}, {line.capacity - 1} callers at once.",
            f"  understanding: {line.hearing}",
            f"  people: {people or 'nobody yet: callers leave a message. Add one: ivr agents add'}",
            *_pages(settings.console),
            "Ring it from another shell:",
            f"  .venv/bin/ivr call {CALLER}{address} flows/scenarios/refill_ready.call",
            "or with any softphone at that address. Ctrl-C ends the line.",
        )
    )


def _pages(console: Console) -> Iterator[str]:
    if not console.port:
        return
    scheme = "https" if console.certificate else "http"
    page = f"{scheme}://{console.address}:{console.port}"
    yield f"  console for agents: {page}/"
    if console.caller_page != "off":
        yield f"  ring it from the browser: {page}/call"
