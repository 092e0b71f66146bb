"""The one command: which module is behind which subcommand."""

import argparse
import subprocess
import sys

import pytest

from ivr.cli.main import FAMILIES, parser


def commands_of(whole: argparse.ArgumentParser) -> list[str]:
    (subparsers,) = [a for a in whole._actions if isinstance(a, argparse._SubParsersAction)]
    return list(subparsers.choices)


def test_each_command_is_found_where_the_table_says() -> None:
    for commands in FAMILIES.values():
        assert commands_of(parser(commands[-1])) == list(commands)


@pytest.mark.parametrize("command", ["", "--help", "cals"])
def test_whoever_names_no_command_is_shown_all(command: str) -> None:
    assert commands_of(parser(command)) == [c for family in FAMILIES.values() for c in family]


@pytest.mark.parametrize("command", ["calls", "tail", "hang-up"])
def test_looking_at_the_line_loads_no_engine_and_no_database(command: str) -> None:
    program = (
        f"import sys; from ivr.cli.main import parser; parser('{command}'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"sqlalchemy", "numpy", "aiortc", "vosk", "pjsua2", "textual"}
    assert heavy & set(done.stdout.split()) == set()
