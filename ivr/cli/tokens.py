"""`ivr watch token`: let operators on other machines in."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from rich.console import Console

from ivr.cli.options import add_command, add_json, read_settings
from ivr.cli.tables import table
from ivr.errors import MisuseError, SettingsError
from ivr.watch.roles import Role
from ivr.watch.tokens import Token, TokenBook

EXIT_REFUSED = 1
T = TypeVar("T")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `watch token` and what can be done with tokens."""
    watch = subparsers.add_parser("watch", help="who may look at the line over the network")
    families = watch.add_subparsers(metavar="COMMAND", required=True)
    tokens = families.add_parser("token", help="tokens of operators on other machines")
    inner = tokens.add_subparsers(metavar="COMMAND", required=True)
    add = add_command(inner, "add", "make a token, shown this once", _add)
    add.add_argument("name", metavar="NAME", help="whose it is, for the audit log")
    add.add_argument("--role", choices=list(Role), default=Role.VIEWER, help="default: viewer")
    add.add_argument("--days", type=int, default=90, help="how long it opens; default: 90; 0: ever")
    add_json(add_command(inner, "list", "whose tokens there are", _list))
    remove = add_command(inner, "remove", "let a token open nothing any more", _remove)
    remove.add_argument("name", metavar="NAME", help="whose it is")


def _add(options: argparse.Namespace) -> int:
    if options.days < 0:
        raise SettingsError("--days", found=str(options.days), accepted="0 or more")
    now = datetime.now(UTC)
    expires = now + timedelta(days=options.days) if options.days else None
    token = Token(options.name, Role(options.role), now, expires)
    try:
        secret = _with_book(options, lambda book: book.add(token))
    except MisuseError as error:
        raise SettingsError("NAME", found=repr(options.name), accepted=str(error)) from error
    print(secret)
    return 0


def _list(options: argparse.Namespace) -> int:
    tokens = _with_book(options, lambda book: book.tokens())
    rows = [_row(token, datetime.now(UTC)) for token in tokens]
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print("No tokens: `ivr watch token add NAME --role operator` makes one.")
    else:
        titled = [{name.capitalize(): value for name, value in row.items()} for row in rows]
        Console().print(table(titled, whole=("Name",)))
    return 0


def _remove(options: argparse.Namespace) -> int:
    if not _with_book(options, lambda book: book.remove(options.name)):
        print(f"There is no token of {options.name}; `ivr watch token list` shows whose there are.")
        return EXIT_REFUSED
    print(f"The token of {options.name} opens nothing any more.")
    return 0


def _row(token: Token, now: datetime) -> dict[str, str]:
    if token.expires is None:
        until = "for ever"
    else:
        until = f"{'expired' if token.expires <= now else 'until'} {token.expires:%Y-%m-%d}"
    return {"name": token.name, "role": token.role.value, "opens": until}


def _with_book(options: argparse.Namespace, work: Callable[[TokenBook], Awaitable[T]]) -> T:
    async def run() -> T:
        book = TokenBook(read_settings(options).token_book)
        try:
            return await work(book)
        finally:
            await book.close()

    return asyncio.run(run())
