"""The page of rules: every rule is there, and its examples do what they say."""

import re
from pathlib import Path

import pytest

from ivr.flow.rules import WARNINGS, Rule
from tests.flow.judging import judged

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "flow-rules.md"
HEAD = {"flow": "example", "title": "Example", "queue": "front_desk", "start": "first"}

SECTIONS = dict(
    re.findall(
        r"^### ([a-z-]+)\n(.*?)(?=^##|\Z)", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
)


def example(rule: str, kind: str) -> dict[str, str]:
    """Find the example of *kind* and put in what it leaves out."""
    found = re.findall(rf"^~~~yaml\n# {kind}\n(.*?)^~~~$", SECTIONS[rule], re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    first, *others = re.split(r"^# file: (.+)\n", found[0], flags=re.MULTILINE)
    files = {"example.yaml": first, **dict(zip(others[::2], others[1::2], strict=True))}
    return {name: completed(repeated(text)) for name, text in files.items()}


def repeated(text: str) -> str:
    """Write out a line that ends in `… 9 times`."""
    return re.sub(
        r"^(.*) … (\d+) times$", lambda m: f"{m[1]}\n" * int(m[2]), text, flags=re.MULTILINE
    )


def completed(text: str) -> str:
    written = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    head = [f"{key}: {value}\n" for key, value in HEAD.items() if key not in written]
    tail = [] if "states" in written else ["states: {first: {end: Goodbye.}}\n"]
    return "".join([*head, text, *tail])


def broken_rules(files: dict[str, str]) -> set[str]:
    return {problem.rule for problem in judged(files)}


def test_the_page_lists_every_rule_and_no_other() -> None:
    assert list(SECTIONS) == list(Rule)


@pytest.mark.parametrize("rule", Rule)
def test_the_wrong_example_breaks_its_rule_and_no_other(rule: Rule) -> None:
    assert broken_rules(example(rule, "wrong")) == {rule}


@pytest.mark.parametrize("rule", Rule)
def test_the_right_example_breaks_no_rule(rule: Rule) -> None:
    assert broken_rules(example(rule, "right")) == set()


@pytest.mark.parametrize("rule", Rule)
def test_the_page_tells_warnings_from_errors(rule: Rule) -> None:
    assert SECTIONS[rule].lstrip().startswith("*Warning.* ") == (rule in WARNINGS)
