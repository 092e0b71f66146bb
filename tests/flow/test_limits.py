"""
Whatever a file holds: problems or none, soon, and in little memory.

The worst files that fit under the limits of size are judged in a process of their own, whose memory
the system bounds. What time they take is bounded generously: machines differ.
"""

import subprocess
import sys
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.judging import judged
from tests.flow.samples import BOOK
from tests.flow.test_properties import damaged

ROOT = Path(__file__).parents[2]
MEGABYTES = 200  # beyond what the program and its dictionary take
SECONDS = 60  # for all files together; one takes less than one on an ordinary machine

WORDS = [
    *("flow", "title", "queue", "start", "states", "slots", "language", "first", "second", "bye"),
    *("ask", "say", "do", "call", "end", "return", "handoff", "record", "choices", "prompt", "on"),
    *("next", "to", "when", "says", "key", "type", "phi", "length", "yes_no", "choice", "medical"),
    *(
        "yes",
        "no",
        "1",
        "0",
        "*",
        "#",
        "{drug}",
        "patient",
        "patient == yes",
        "5s",
        "refills.status",
    ),
    *("press 1 for tea", "refill", "reschedule", "operator", "hours.today", "told", "gave_up", ""),
]
scalars = st.sampled_from(WORDS) | st.text(max_size=8) | st.integers() | st.none() | st.booleans()
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=30,
)
states = st.dictionaries(st.sampled_from(["first", "second", "bye"]), trees, max_size=3)
slots = st.dictionaries(st.sampled_from(["drug", "patient", "more"]), trees, max_size=3)


def judge(text: str) -> None:
    for problem in judged({"example.yaml": text}):
        assert problem.message
        assert 1 <= problem.line <= text.count("\n") + text.count("\r") + 2


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    judge(text)


@given(trees)
def test_any_yaml_is_judged(tree: object) -> None:
    judge(yaml.safe_dump(tree, allow_unicode=True))


@settings(max_examples=200)
@given(states, slots)
def test_any_yaml_in_the_place_of_states_and_slots_is_judged(
    states: dict[str, object], slots: dict[str, object]
) -> None:
    head = {"flow": "example", "title": "E", "queue": "front_desk", "start": "first"}
    judge(yaml.safe_dump({**head, "slots": slots, "states": states}, allow_unicode=True))


@settings(max_examples=60)
@given(st.sampled_from(sorted(BOOK)), damaged())
def test_a_damaged_book_is_judged(file: str, text: str) -> None:
    for problem in judged(BOOK | {file: text}, start="main_menu"):
        assert problem.message


def test_the_worst_files_take_little_time_and_memory() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.flow.worst_files", str(MEGABYTES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) > 10
