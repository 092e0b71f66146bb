"""`ivr agent --port N`: an agent's SIP phone that answers by itself."""

import argparse
import asyncio
import signal
from datetime import datetime
from pathlib import Path

from ivr.caller.agent import Conduct, Manner, agent_phone, greeting_of
from ivr.caller.performance import AGENT_SENTENCE
from ivr.caller.phone import known_sentences, texts_of
from ivr.caller.transcriber import transcribing
from ivr.cli.call import port
from ivr.cli.options import add_settings, read_settings
from ivr.settings import Line
from sip.endpoint import SipEndpoint

MANNERS = {
    Manner.ACCEPT: "hear the briefing, press 1, greet the caller (default)",
    Manner.REJECT: "hear the briefing, press 2",
    Manner.IGNORE: "answer and press nothing",
    Manner.DECLINE: "decline the call (603)",
    Manner.BUSY: "be busy (486)",
    Manner.RING: "let it ring",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `agent`."""
    parser = subparsers.add_parser(
        "agent",
        help="play an agent's SIP phone, to try handing calls over",
        description='Name it in the settings: [[handoff.agents]] uri = "sip:agent@127.0.0.1:PORT"',
    )
    parser.add_argument("--port", type=port, required=True, help="SIP port to listen on")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--says", metavar="TEXT", default=AGENT_SENTENCE, help="the greeting")
    manners = parser.add_mutually_exclusive_group()
    for manner, what in MANNERS.items():
        manners.add_argument(
            f"--{manner.value}", dest="manner", action="store_const", const=manner, help=what
        )
    add_settings(parser)
    parser.set_defaults(func=run, manner=Manner.ACCEPT)


def run(options: argparse.Namespace) -> int:
    """Answer calls until interrupted."""
    settings = read_settings(options)
    texts = texts_of(Path(settings.flows.folder), Path(settings.flows.prompts))
    asyncio.run(answer(options, texts))
    return 0


async def answer(options: argparse.Namespace, texts: tuple[str, ...]) -> None:
    """
    Answer calls until SIGINT or SIGTERM.

    Raises:
        SettingsError: The port is taken.
        SpeechError: There is no synthesiser or no recogniser.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs ignore the first
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    conduct = Conduct(options.manner, greeting=await greeting_of(options.says))
    async with (
        transcribing(known_sentences(texts, more=(options.says,))) as transcribe,
        agent_phone(conduct, tell=show, transcribe=transcribe) as phone,
    ):
        endpoint = SipEndpoint(Line(address=options.address, port=options.port), on_call=phone.ring)
        await endpoint.start()
        try:
            show(f"the agent is at sip:agent@{options.address}:{options.port} (Ctrl-C ends)")
            await stop.wait()
        finally:
            await endpoint.stop()


def show(what: str) -> None:
    """Print one line of what happens."""
    print(f"{datetime.now().astimezone():%H:%M:%S}  {what}", flush=True)
