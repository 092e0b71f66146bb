"""`ivr messages`: what callers left for a person."""

import argparse
import asyncio
import json
from datetime import datetime

from rich.console import Console

from ivr.cli.options import add_json, add_settings, read_settings, who
from ivr.cli.tables import table
from ivr.clinic.messages import Message, MessageBox
from ivr.privacy.redaction import mask_number
from ivr.records.audit import Audit, Deed
from ivr.settings import Settings

EXIT_UNKNOWN = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `messages`."""
    parser = subparsers.add_parser("messages", help="what callers left for a person")
    add_settings(parser)
    add_json(parser)
    parser.add_argument(
        "--show",
        action="store_true",
        help="show telephone numbers and what it is about; noted in the audit log",
    )
    parser.add_argument("--done", metavar="MESSAGE", help="somebody saw to it: delete it")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """List the messages, or delete one."""
    settings = read_settings(options)
    if options.done:
        return _finish(settings, options.done)
    messages = asyncio.run(_kept(settings))
    if options.show:
        audit = Audit(settings.audit_log)
        for message in messages:
            audit.note(who(), Deed.SAW_MESSAGE, message.key)
    folder = settings.messages_database.parent / "messages"
    rows = [_row(message, show=options.show) for message in messages]
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print("No messages.")
    else:
        whole = ("Message", "Queue", "Number")
        Console().print(table([_shown(row) for row in rows], whole=whole))
        for row in rows:
            if row["file"]:
                print(f"{row['message']} is to be heard in {folder / row['file']}")
    return 0


async def _kept(settings: Settings) -> tuple[Message, ...]:
    box = MessageBox(settings.messages_database)
    try:
        return await box.kept()
    finally:
        await box.close()


def _finish(settings: Settings, key: str) -> int:
    async def delete() -> bool:
        box = MessageBox(settings.messages_database)
        try:
            if all(message.key != key for message in await box.kept()):
                return False
            Audit(settings.audit_log).note(who(), Deed.DELETED_MESSAGE, key)
            return await box.delete(key)
        finally:
            await box.close()

    if not asyncio.run(delete()):
        print(f"There is no message {key}.")
        return EXIT_UNKNOWN
    print(f"Message {key} is deleted.")
    return 0


def _row(message: Message, *, show: bool) -> dict[str, str]:
    return {
        "message": message.key,
        "at": _local(message.at),
        "kind": message.kind.value,
        "queue": message.queue,
        "number": message.number if show else mask_number(message.number),
        "about": message.about if show else "",
        "seconds": f"{message.seconds:.0f}" if message.file else "",
        "file": message.file,
    }


def _local(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _shown(row: dict[str, str]) -> dict[str, str]:
    return {name.capitalize(): value for name, value in row.items() if name != "file"}
