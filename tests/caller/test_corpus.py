"""What a line may say, collected from its files."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ivr.caller.corpus import prompts_in, sentences, usual_values

FLOW = """
flow: refill_status
states:
  ready:
    say: "Your {drug} is ready. Pick it up."
    next: done
  menu:
    no_input: [I didn't hear you., Please say it again.]
"""


def test_everything_of_more_than_one_word_may_be_said() -> None:
    assert set(prompts_in(FLOW)) == {
        "Your {drug} is ready. Pick it up.",
        "I didn't hear you.",
        "Please say it again.",
    }


@given(st.text())
def test_a_file_of_anything_is_read_without_complaint(text: str) -> None:
    assert all(isinstance(prompt, str) for prompt in prompts_in(text))


def test_a_template_becomes_sentences_whole_and_in_parts() -> None:
    found = sentences(["Your {drug} is ready. Pick it up."], values={"drug": ["aspirin"]})
    assert ("your", "aspirin", "is", "ready", "pick", "it", "up") in found
    assert ("pick", "it", "up") in found


def test_a_slot_of_an_unknown_name_takes_any_value_and_a_missing_one_is_silent() -> None:
    assert ("it", "is", "seven") in sentences(["It is {x}"], values={"y": ["7"]})
    assert ("it", "is") in sentences(["It is {x}"], values={})


def test_the_same_texts_make_the_same_sentences() -> None:
    values = usual_values(date(2026, 3, 3))
    assert sentences(["{a} {b}"], values=values) == sentences(["{a} {b}"], values=values)
    assert "lisinopril ten milligrams" in values["drug"]
