"""The page of the language: its flow is one, and its tables name keys that are known."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ivr.errors import FlowErrors
from ivr.flow.answers import SLOT_TYPES
from ivr.flow.compiler import compile_book
from ivr.flow.model import Phi, Question
from ivr.flow.reader import read_flow
from tests.flow.operations import OPERATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "flow-language.md").read_text("utf-8")
HEAD = "flow: example\ntitle: Example\nqueue: front_desk\nstart: first\n"


def section(title: str) -> str:
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def keys(title: str) -> list[str]:
    """Collect our key and the other spellings from the first two cells of each row."""
    rows = re.findall(r"^\| (`.+?\|.*?)\|", section(title), re.MULTILINE)
    return [key for row in rows for key in re.findall(r"`(\w+)`", row)]


def test_the_flow_on_the_page_is_one() -> None:
    text = re.search(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert text is not None
    book = compile_book({"parking.yaml": text[1]}, OPERATIONS, start="parking")
    assert len(book.flows["parking"].states) == 6


def test_the_branches_on_the_page_are_some() -> None:
    found = re.search(r"^~~~yaml\n(.*?)^~~~$", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    junction = "".join(f"    {line}\n" for line in found[1].splitlines())
    flow = read_flow(f"{HEAD}states:\n  first:\n{junction}", file="e.yaml")
    assert "first" in flow.states


@pytest.mark.parametrize("key", keys("Keys of a question or a menu"))
def test_a_key_in_the_table_of_questions_is_known(key: str) -> None:
    text = f"{HEAD}states: {{first: {{choices: {{a: [b]}}, {key}: x, zzz: x}}}}"
    with pytest.raises(FlowErrors) as caught:
        read_flow(text, file="e.yaml")
    unknown = [error.message for error in caught.value.errors if error.rule == "unknown-key"]
    assert unknown == ["zzz: is not known here"]


def test_the_table_of_questions_is_whole() -> None:
    ours = {field.name for field in fields(Question)} - {"slot", "choices"}
    assert ours <= set(keys("Keys of a question or a menu"))


def test_the_page_names_every_type_of_slot_and_every_privacy() -> None:
    named = set(re.findall(r"`(\w+)`", section("Slots")))
    assert set(SLOT_TYPES) | {phi.value for phi in Phi} <= named
