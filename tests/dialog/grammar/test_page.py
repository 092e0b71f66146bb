"""The page of what callers can say: its tables are the code's, and its examples are understood."""

import re
from collections.abc import Iterator

import pytest

from ivr.dialog.grammar.base import Answer, KeysComplete, KeysPossible
from ivr.dialog.grammar.build import grammar_for
from ivr.flow.model import Question, Slot, Value
from tests.dialog.grammar.cases import MENU, TODAY
from tests.dialog.grammar.page import PAGE, replaced

SLOTS = {
    "rx": Slot("rx", "digits", length=(7, 7)),
    **{kind: Slot(kind, kind) for kind in ("yes_no", "date", "date_of_birth", "phone", "zip")},
}
NOTHING = "*asked again*"
SECTIONS = re.findall(
    r"^### `(\w+)`[^\n]*\n(.*?)(?=^##|\Z)", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
)


def examples(mark: str) -> Iterator[tuple[str, str, str]]:
    """Yield kind of answer, what is said or pressed, and what it means."""
    for kind, text in SECTIONS:
        for given, meaning in re.findall(
            rf"^\| {mark}(.+?){mark} \| (.+?) \|$", text, re.MULTILINE
        ):
            for one in re.split(rf"{mark}, {mark}", given):
                yield kind, one, meaning.strip("`")


def told(value: Value | None) -> str:
    if value is None:
        return NOTHING
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def question(kind: str) -> Question:
    if kind == "choice":
        return Question(prompt="What can I do for you?", choices=MENU)
    return Question(prompt="Your answer?", slot="rx" if kind == "digits" else kind)


def test_the_tables_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == replaced(text), "write it anew: .venv/bin/python -m tests.dialog.grammar.page"


def test_each_kind_of_answer_has_spoken_and_keyed_examples() -> None:
    kinds = {"yes_no", "choice", "digits", "zip", "phone", "date", "date_of_birth"}
    assert {kind for kind, _, _ in examples('"')} == kinds
    assert {kind for kind, _, _ in examples("`")} == kinds


@pytest.mark.parametrize(("kind", "said", "meaning"), list(examples('"')))
def test_a_spoken_example_means_what_the_page_says(kind: str, said: str, meaning: str) -> None:
    language = "es" if meaning.endswith("(Spanish)") else "en"
    grammar = grammar_for(question(kind), SLOTS, language=language, today=TODAY)
    answer = grammar.read(said)
    assert told(answer.value if isinstance(answer, Answer) else None) == meaning.removesuffix(
        "` (Spanish)"
    )


@pytest.mark.parametrize(("kind", "keys", "meaning"), list(examples("`")))
def test_a_keyed_example_means_what_the_page_says(kind: str, keys: str, meaning: str) -> None:
    reading = grammar_for(question(kind), SLOTS, language="en", today=TODAY).read_keys(keys)
    value = reading.value if isinstance(reading, KeysComplete | KeysPossible) else None
    assert told(value) == meaning
