"""`ivr serve`: run the line."""

import argparse
import asyncio
import signal
from dataclasses import replace

from ivr import log
from ivr.app import RunningLine
from ivr.cli.options import add_settings, read_settings
from ivr.settings import Settings

CALLER = "sip:line@"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve`."""
    parser = subparsers.add_parser("serve", help="run the line until Ctrl-C")
    add_settings(parser)
    parser.add_argument(
        "--sip-port", type=int, metavar="N", help="SIP port; default: the settings', 5060"
    )
    parser.set_defaults(func=serve)


def serve(options: argparse.Namespace) -> int:
    """Run the line."""
    settings = read_settings(options)
    if options.sip_port is not None:
        settings = replace(settings, line=replace(settings.line, port=options.sip_port))
    log.setup(settings.log_level)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    line = RunningLine(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, line.reload)
    try:
        await line.start()
        print(_welcome(settings, line), flush=True)
        await stop.wait()
    finally:
        await line.stop()


def _welcome(settings: Settings, line: RunningLine) -> str:
    address = f"{settings.line.address}:{line.port}"
    agents = ", ".join(agent.name for agent in settings.handoff.agents)
    return "\n".join(
        (
            f"The line is up at {CALLER}{address}, {line.capacity - 1} callers at once.",
            f"  understanding: {line.hearing}",
            f"  people: {agents or 'nobody yet: callers leave a message or ask for a call-back'}",
            "Ring it from another shell:",
            f"  .venv/bin/ivr call {CALLER}{address} flows/scenarios/refill_ready.call",
            "or with any softphone at that address. Ctrl-C ends the line.",
        )
    )
