"""Options that several commands share."""

import argparse
import getpass
import os
from dataclasses import replace
from pathlib import Path

from ivr.settings import Settings, load


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


def who() -> str:
    """Name the person at this terminal, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return f"user {os.getuid()}"
