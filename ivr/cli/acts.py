"""`ivr hand-off`, `hang-up`, `listen`, `drain`: what operators do, on record."""

import argparse
import asyncio
from contextlib import aclosing

from ivr.cli.asked import EXIT_REFUSED, ask_all, find_call
from ivr.cli.lines import add_lines
from ivr.errors import IvrError
from ivr.watch.follow import stream
from ivr.watch.reach import Reach, ask


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the four."""
    hand_off = subparsers.add_parser("hand-off", help="send a caller to a person now")
    hand_off.add_argument("--queue", default="", help="to whom; default: as their flow says")
    hand_off.set_defaults(func=_hand_off)
    hang_up = subparsers.add_parser("hang-up", help="end a call now")
    hang_up.set_defaults(func=_hang_up)
    listen = subparsers.add_parser("listen", help="have your phone rung, and hear a call")
    listen.add_argument(
        "--phone", default="", help="whose phone, or a number; default: the one of your own name"
    )
    listen.set_defaults(func=_listen)
    for parser in (hand_off, hang_up, listen):
        parser.add_argument("call", metavar="CALL", help="its id, or how it begins")
        add_lines(parser)
    drain = subparsers.add_parser("drain", help="take no new callers; calls under way go on")
    drain.add_argument("--off", action="store_true", help="take callers again")
    add_lines(drain)
    drain.set_defaults(func=_drain)


def _hand_off(options: argparse.Namespace) -> int:
    return _act(options, "hand_off", queue=options.queue)


def _hang_up(options: argparse.Namespace) -> int:
    return _act(options, "hang_up")


def _act(options: argparse.Namespace, what: str, **given: str) -> int:
    line, call = find_call(options, options.call)
    answer = asyncio.run(ask(line, what, call=call, **given))
    print(answer.get("error") or answer["done"])
    return EXIT_REFUSED if "error" in answer else 0


def _drain(options: argparse.Namespace) -> int:
    for line, answer in ask_all(options, "drain", on="no" if options.off else "yes"):
        print(f"{line.name}: {answer['done']}")
    return 0


def _listen(options: argparse.Namespace) -> int:
    line, call = find_call(options, options.call)
    try:
        asyncio.run(_hear(line, call, options.phone))
    except IvrError as error:
        print(error)
        return EXIT_REFUSED
    return 0


async def _hear(line: Reach, call: str, phone: str) -> None:
    given = {"call": call, "phone": phone}
    async with aclosing(stream(line, "listen", given)) as events:
        async for event in events:
            match event.get("event"):
                case "ringing":
                    print(f"Ringing {event.get('phone')} …", flush=True)
                case "listening":
                    print("Listening; a key on that phone, or Ctrl-C, ends it.", flush=True)
                case "over":
                    print(f"Over: {event.get('why')}.")
