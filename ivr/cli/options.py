"""Options that several commands share."""

import argparse
import getpass
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ivr.settings import Settings
from ivr.settings_file import load


def add_command(
    inner: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    what: str,
    func: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """Add one command of a family, with the options that all have."""
    parser = inner.add_parser(name, help=what)
    add_settings(parser)
    parser.set_defaults(func=func)
    return parser


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add `--settings` and `--data`."""
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="settings file (TOML); default: none needed"
    )
    parser.add_argument(
        "--data", metavar="DIR", help="folder of everything the line writes; default: .data"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")


def read_settings(options: argparse.Namespace) -> Settings:
    """
    Read the settings that *options* name.

    Raises:
        SettingsError: They are wrong.
    """
    settings = load(options.settings)
    return replace(settings, data=str(Path(options.data).resolve())) if options.data else settings


def at_folder(settings: Settings, folder: str) -> Settings:
    """Read flows from *folder* instead."""
    return replace(settings, flows=replace(settings.flows, folder=folder))


def who() -> str:
    """Name the person at this terminal, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return f"user {os.getuid()}"
