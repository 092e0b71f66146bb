from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.templates import fill, malformed, only_slot, slots_of


def test_slots_are_named_once_in_order() -> None:
    assert slots_of("{b} is {a} and {b}") == ("b", "a")


def test_a_template_is_filled_with_words() -> None:
    assert (
        fill("Your {drug} is ready.", {"drug": "aspirin"}.__getitem__) == "Your aspirin is ready."
    )


def test_what_is_filled_in_is_not_looked_into_again() -> None:
    assert fill("{a}", lambda _slot: "{b}") == "{b}"


def test_a_template_of_one_slot_passes_its_value() -> None:
    assert only_slot("{patient}") == "patient"
    assert only_slot("{patient} ") is None
    assert only_slot("patient") is None


def test_a_brace_that_is_no_slot_is_found() -> None:
    assert malformed("all {right}") is None
    assert malformed("{a} {A}") == 4
    assert malformed("{a.b}") == 0
    assert malformed("{a!r}") == 0
    assert malformed("a}") == 1
    assert malformed("{{a}}") == 0


@given(st.text(alphabet="{}ab_1 ", max_size=20))
def test_a_well_formed_template_keeps_no_brace(template: str) -> None:
    filled = fill(template, lambda slot: slot)
    assert (malformed(template) is None) == ("{" not in filled and "}" not in filled)
