"""`ivr top`: see every call as it happens, and step in."""

import argparse
import asyncio
import curses
import os
import shutil
import sys
import time

from ivr.cli.lines import add_lines, lines_of
from ivr.errors import SettingsError
from ivr.top.glyphs import ASCII, UNICODE, Glyphs
from ivr.top.page import heard_of, page
from ivr.watch.follow import Follower
from ivr.watch.reach import Reach

EXIT_NOT_REACHED = 1
COERCED = "C.UTF-8"
SIZE = ("COLUMNS", "LINES")  # where they are exported, they stay as the terminal once was
NARROW = 80  # columns where there is no terminal


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `top`."""
    parser = subparsers.add_parser("top", help="see every call as it happens, and step in")
    add_lines(parser)
    parser.add_argument("--once", action="store_true", help="print how it is now, and end")
    parser.add_argument("--ascii", action="store_true", help="draw with plain ASCII signs")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Show the lines until the operator leaves, or once."""
    lines, glyphs = lines_of(options), _glyphs(plain=options.ascii)
    if options.once:
        return _print(lines, glyphs)
    if not sys.stdin.isatty():
        raise SettingsError("ivr top", found="no terminal", accepted="a terminal, or --once")
    for name in SIZE:
        os.environ.pop(name, None)
    if not _has_colours():
        os.environ["NO_COLOR"] = "1"
    from ivr.top.app import Top  # noqa: PLC0415 - a fifth of a second that no other command needs

    app = Top(Follower(lines), glyphs=glyphs)
    app.run(mouse=False)
    return app.return_code or 0


def _print(lines: list[Reach], glyphs: Glyphs) -> int:
    board = asyncio.run(heard_of(Follower(lines)))
    width = shutil.get_terminal_size((NARROW, 24)).columns
    print(page(board, now=time.time(), width=width, glyphs=glyphs))
    return 0 if all(line.run for line in board.lines.values()) else EXIT_NOT_REACHED


def _glyphs(*, plain: bool) -> Glyphs:
    """
    Choose the signs this terminal can show, as the locale tells.

    Python sets LC_CTYPE to C.UTF-8 where there is no locale (PEP 538): that tells nothing.
    """
    named = [os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if named[1] == COERCED:
        named[1] = ""
    locale = next(filter(None, named), "")
    known = "UTF8" in locale.upper().replace("-", "")
    return UNICODE if known and not plain else ASCII


def _has_colours() -> bool:
    """Ask the terminal's description; what is not described is taken for a modern one."""
    try:
        curses.setupterm()
    except curses.error:
        return True
    return curses.tigetnum("colors") > 0
