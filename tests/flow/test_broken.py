"""
Flows that are broken, each with every problem that is to be found in it, and no other.

A file of the folder says in its first line what is wrong, and after `# expect` where the check must
say so: `line:column rule`. Where it holds a second file (`# file: other.yaml`), the lines of that
one are counted from there.
"""

import re
from pathlib import Path

import pytest

from ivr.flow.rules import Rule
from tests.flow.judging import judged

FOLDER = Path(__file__).parent / "broken"
BROKEN = sorted(FOLDER.glob("*.yaml"))
MAIN = "example.yaml"


def files_of(text: str) -> dict[str, str]:
    first, *others = re.split(r"^# file: (.+)\n", text, flags=re.MULTILINE)
    return {MAIN: first, **dict(zip(others[::2], others[1::2], strict=True))}


def told(text: str) -> list[str]:
    """Judge a file of the folder and render each problem as it is expected."""
    return [
        f"{_other(problem.file)}{problem.line}:{problem.column} {problem.rule}"
        for problem in judged(files_of(text))
    ]


def _other(file: str) -> str:
    return "" if file == MAIN else f"{file}:"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_problem_of_a_broken_flow_is_found_and_no_other(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = re.findall(r"^# expect (.+)$", text, re.MULTILINE)
    assert expected
    assert told(text) == expected


def test_every_problem_says_what_is_wrong_in_one_line() -> None:
    for path in BROKEN:
        for problem in judged(files_of(path.read_text(encoding="utf-8"))):
            assert problem.message
            assert "\n" not in str(problem)


def test_every_rule_is_broken_in_some_file() -> None:
    """Apart from the one of sheer size, which the page of rules shows."""
    text = "".join(path.read_text(encoding="utf-8") for path in BROKEN)
    named = set(re.findall(r"^# expect \S+ (.+)$", text, re.MULTILINE))
    assert set(Rule) - named <= {Rule.TOO_BIG}
    assert len(BROKEN) >= 60
