"""The page of commands names every command and every argument, and none that is not there."""

import argparse
import re
from collections.abc import Iterator

from ivr.cli.main import parser
from tests.support.need import ROOT


def commands(top: argparse.ArgumentParser, name: str = "ivr") -> Iterator[tuple[str, set[str]]]:
    """Walk over the commands, each with its arguments as they are typed."""
    inner = [act for act in top._actions if isinstance(act, argparse._SubParsersAction)]
    for action in inner:
        for word, sub in action.choices.items():
            yield from commands(sub, f"{name} {word}")
    if not inner:
        yield name, set(_arguments(top))


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        yield (
            action.option_strings[-1]
            if action.option_strings
            else str(action.metavar or action.dest)
        )


def test_every_command_is_described_with_its_arguments() -> None:
    text = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    told = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        told[title.strip("` ")] = set(re.findall(r"^\| `([\w-]+)", body, re.MULTILINE))
    assert told == dict(commands(parser()))
