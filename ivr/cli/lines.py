"""Options of the commands that look at running lines: which, as whom, and shown what."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from ivr.cli.options import add_settings, read_settings
from ivr.errors import SettingsError
from ivr.watch.reach import Reach, reach_of
from ivr.watch.roles import Role

TOKEN = "IVR_TOKEN"  # noqa: S105 - the name of a variable


def add_lines(parser: argparse.ArgumentParser) -> None:
    """Add `--line`, `--as`, `--token-file` and `--ca`, beside `--settings` and `--data`."""
    add_settings(parser)
    parser.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="WHERE",
        help="data folder of a line, or tls://HOST:PORT; again for more; default: the settings'",
    )
    parser.add_argument(
        "--as", dest="role", choices=list(Role), help="be less than you are, such as viewer"
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help=f"holds the token for lines on other machines; default: ${TOKEN}",
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="certificate of such lines, if no known one"
    )


def lines_of(options: argparse.Namespace) -> list[Reach]:
    """
    Tell how the lines that *options* name are reached, each once.

    Raises:
        SettingsError: What they name cannot be.
    """
    token = _token(options.token_file)
    lines = [reach_of(where, token=token, ca=options.ca) for where in dict.fromkeys(options.line)]
    if not lines:
        socket = read_settings(options).watch_socket
        lines = [Reach(socket.parent.name, socket)]
    role = Role(options.role) if options.role else None
    return [replace(line, role=role) for line in lines]


def _token(file: Path | None) -> str:
    if file is None:
        return os.environ.get(TOKEN, "")
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(
            "--token-file", found=str(file), accepted="a file we can read, with a token alone"
        ) from error
