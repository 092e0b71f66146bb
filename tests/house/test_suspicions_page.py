"""The page of suspicions says what the code does."""

import re

from ivr.cli.main import parser
from ivr.story.lore import LORE
from tests.house.suspects import PAGE, replaced


def test_the_page_of_suspicions_is_written_from_the_code() -> None:
    """When it is not: python -m tests.house.suspects."""
    text = PAGE.read_text(encoding="utf-8")
    assert replaced(text) == text


def test_every_command_that_is_advised_can_be_typed() -> None:
    for lore in LORE.values():
        if lore.command:
            command = lore.command.format(call="0a1b2c3d", flow="main_menu")
            _, *arguments = command.split()
            parser().parse_args(arguments)  # ends the test when it cannot


def test_every_setting_that_is_advised_is_documented() -> None:
    known = (PAGE.parent / "settings.md").read_text(encoding="utf-8")
    named = {name for lore in LORE.values() for name in re.findall(r"`(\w+)\.(\w+)`", lore.advice)}
    for table, setting in named:
        assert f"`{table}.{setting}`" in known
