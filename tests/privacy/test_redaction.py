"""No mask lets through what it hides."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.flow.model import Phi, Value
from ivr.privacy.classes import Role
from ivr.privacy.redaction import MASK, count_words, mask, mask_number, scrub

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.text(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.decimals()
)
WATCHERS = [Role.STRANGER, Role.OPERATOR, Role.RECORD]


@given(VALUES, st.sampled_from([Phi.PERSONAL, Phi.MEDICAL]), st.sampled_from(WATCHERS))
def test_every_private_value_has_the_same_mask(value: Value, phi: Phi, role: Role) -> None:
    assert mask(value, phi=phi, role=role) == MASK


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        ("by_phone", "by_phone"),
        ("refill_status.ready", "refill_status.ready"),
        (3, "3"),
        ("42", "42"),
        ("2125550142", "•••••42"),
        ("4821507", "•••••07"),
        (4821507, MASK),
        ("212-555-0142", MASK),
        ("Alex Sample", MASK),
        ("my chest hurts", MASK),
        ("two one two", MASK),
        ("march", MASK),
        ("", MASK),
        (date(1982, 3, 3), MASK),
        (datetime(1982, 3, 3, 9, 30), MASK),  # noqa: DTZ001 - slots have wall clock times
        (time(9, 30), MASK),
        (Decimal("25.00"), MASK),
    ],
)
def test_an_operator_sees_choices_and_short_numbers_only(value: Value, shown: str) -> None:
    assert mask(value, phi=Phi.NONE) == shown


def test_staff_see_what_they_need() -> None:
    assert mask("Alex Sample", phi=Phi.PERSONAL, role=Role.AGENT) == "Alex Sample"


@given(st.text("0123456789 ()-+.", max_size=20))
def test_a_masked_number_keeps_two_digits_at_most(number: str) -> None:
    kept = [c for c in mask_number(number) if c.isdigit()]
    assert len(kept) <= 2
    digits = [c for c in number if c.isdigit()]
    assert kept == digits[len(digits) - len(kept) :]


@given(st.text("0123456789", min_size=5, max_size=20), st.text("0123456789", min_size=5))
def test_numbers_with_the_same_end_look_the_same(one: str, other: str) -> None:
    assert (mask_number(one) == mask_number(other)) == (one[-2:] == other[-2:])


@given(st.text())
def test_counted_words_are_not_repeated(text: str) -> None:
    count, noun = count_words(text).split()
    assert int(count) == len(text.split())
    assert noun in ("word", "words")


@given(st.text())
@example("²½Ⅷ四")
def test_nothing_numeric_is_left_of_a_scrubbed_text(text: str) -> None:
    assert not any(character.isnumeric() for character in scrub(text))


@given(st.text())
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("no route to 2125550142", "no route to •••"),
        ("caller (212) 555-0142 left", "caller (••• left"),
        ("born 3/3/1982, verified", "born •••, verified"),
        ("born March 3rd, 1982, verified", "born •••, verified"),
        ("born on the third of march nineteen eighty two", "born on the •••"),
        ("rx four eight two one five oh seven ready", "rx ••• ready"),
        ("agent did not answer", "agent did not answer"),
        ("", ""),
    ],
)
def test_numbers_and_dates_go_and_the_rest_stays(text: str, scrubbed: str) -> None:
    assert scrub(text) == scrubbed


def test_a_long_text_is_scrubbed_in_no_time() -> None:
    """Regular expressions can take for ever; this one is linear."""
    assert scrub("a" * 200_000) == "a" * 200_000
    assert scrub("1 " * 50_000) == "••• "
