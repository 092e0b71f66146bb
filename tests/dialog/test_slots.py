import re
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.slots import speak
from ivr.flow.model import Value

TODAY = date(2026, 3, 2)  # a Monday
MOMENT = datetime(2026, 3, 3, 9, 30)  # noqa: DTZ001 - the clinic's wall clock


def english(value: Value, slot_type: str = "value") -> str:
    return speak(value, slot_type, language="en", today=TODAY)


def spanish(value: Value, slot_type: str = "value") -> str:
    return speak(value, slot_type, language="es", today=TODAY)


@pytest.mark.parametrize(
    ("value", "slot_type", "said"),
    [
        (True, "yes_no", "yes"),
        ("5550102", "digits", "five five five, zero one zero two"),
        ("0042", "digits", "zero zero four two"),
        ("90210", "zip", "nine zero two, one zero"),
        ("2025550143", "phone", "two zero two, five five five, zero one four three"),
        ("2025550143", "value", "two zero two, five five five, zero one four three"),
        ("5550102", "value", "five five five, zero one zero two"),
        ("90", "value", "ninety"),
        (3, "value", "three"),
        (1234, "value", "one thousand two hundred thirty four"),
        ("next_week", "choice", "next week"),
        ("the Elm Street pharmacy", "value", "the Elm Street pharmacy"),
    ],
)
def test_plain_values_are_said_as_people_say_them(value: Value, slot_type: str, said: str) -> None:
    assert english(value, slot_type) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 3, 2), "today, Monday, March second"),
        (date(2026, 3, 3), "tomorrow, Tuesday, March third"),
        (date(2026, 3, 1), "yesterday, Sunday, March first"),
        (date(2026, 3, 10), "Tuesday, March tenth"),
        (date(2025, 12, 24), "Wednesday, December twenty fourth"),
        (date(2027, 3, 3), "Wednesday, March third, twenty twenty seven"),
        (date(1850, 3, 3), "Sunday, March third, one thousand eight hundred fifty"),
        ("2026-03-03", "tomorrow, Tuesday, March third"),
        ("2026-13-03", "2026-13-03"),
    ],
)
def test_dates_are_said_with_weekday_and_nearness(value: Value, said: str) -> None:
    assert english(value, "date") == said


def test_a_birthday_is_said_with_its_year_and_nothing_else() -> None:
    assert english(date(1982, 3, 3), "date_of_birth") == "March third, nineteen eighty two"
    assert english("1982-03-03", "date_of_birth") == "March third, nineteen eighty two"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (time(9, 30), "nine thirty in the morning"),
        (time(9, 0), "nine in the morning"),
        (time(14, 5), "two oh five in the afternoon"),
        (time(12, 0), "noon"),
        (time(0, 0), "midnight"),
        (time(12, 15), "twelve fifteen in the afternoon"),
        (time(0, 45), "twelve forty five in the morning"),
        (time(18, 0), "six in the evening"),
        (time(21, 10), "nine ten at night"),
    ],
)
def test_times_are_said_with_the_part_of_the_day(value: time, said: str) -> None:
    assert english(value) == said


def test_a_moment_is_a_day_and_a_time() -> None:
    said = "tomorrow, Tuesday, March third, at nine thirty in the morning"
    assert english(MOMENT) == said
    assert english("2026-03-03T09:30") == english("2026-03-03 09:30:00") == said
    assert english("2026-03-03T09:30:00.000-05:00") == english("2026-03-03T09:30Z") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal(25), "twenty five dollars"),
        (Decimal("1.00"), "one dollar"),
        (Decimal("12.50"), "twelve dollars and fifty cents"),
        (Decimal("0.01"), "one cent"),
        (Decimal(0), "zero dollars"),
        (Decimal("-5.25"), "minus five dollars and twenty five cents"),
        (Decimal("0.005"), "one cent"),
        (Decimal("NaN"), "an unknown amount"),
    ],
)
def test_money_is_said_in_dollars_and_cents(value: Decimal, said: str) -> None:
    assert english(value) == said


@pytest.mark.parametrize(
    ("value", "slot_type", "said"),
    [
        (True, "yes_no", "sí"),
        (date(2026, 3, 3), "date", "mañana, martes, tres de marzo"),
        (date(1982, 3, 3), "date_of_birth", "tres de marzo de mil novecientos ochenta y dos"),
        (time(9, 30), "value", "las nueve y treinta de la mañana"),
        (time(13, 0), "value", "la una de la tarde"),
        (
            MOMENT,
            "value",
            "mañana, martes, tres de marzo, a las nueve y treinta de la mañana",
        ),
        (Decimal("21.50"), "value", "veintiún dólares con cincuenta centavos"),
        ("5550102", "digits", "cinco cinco cinco, cero uno cero dos"),
        (31000, "value", "treinta y un mil"),
        (100, "value", "cien"),
        (4101, "value", "cuatro mil ciento uno"),
    ],
)
def test_spanish_is_said_in_spanish(value: Value, slot_type: str, said: str) -> None:
    assert spanish(value, slot_type) == said


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.times())
def test_no_figure_is_left_to_the_synthesiser(day: date, hour: time) -> None:
    for say in (english, spanish):
        for value in (day, hour, datetime.combine(day, hour), str(day)):
            assert not re.search(r"\d", say(value))


@given(st.integers() | st.text() | st.decimals() | st.dates() | st.times() | st.datetimes())
def test_anything_can_be_said(value: Value) -> None:
    for slot_type in ("value", "digits", "phone", "date", "choice"):
        assert isinstance(english(value, slot_type), str)
        assert isinstance(spanish(value, slot_type), str)
