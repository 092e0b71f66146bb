from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.grammar.base import Answer, KeysComplete, KeysPartial, KeysPossible, KeysWrong
from ivr.dialog.grammar.calendar_words import MONTHS, WEEKDAYS, day_word, year_words
from ivr.dialog.grammar.dates import OLDEST, BirthDates, Dates
from tests.dialog.grammar.cases import TODAY

BIRTH = BirthDates("en", TODAY)
WHEN = Dates("en", TODAY)
THIRD = date(1982, 3, 3)

births = st.dates(date(TODAY.year - OLDEST, 1, 1), TODAY)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "said",
    [
        "march third nineteen eighty two",
        "March 3rd, 1982",
        "march three eighty-two",
        "march the third eighty two",
        "third of march eighty two",
        "the third of march nineteen eighty two",
        "three three eighty two",
        "oh three oh three nineteen eighty two",
        "zero three zero three one nine eight two",
        "oh three oh three eight two",
        "I was born on march third nineteen eighty two",
        "um my birthday is the third of march in nineteen eighty two please",
        "mar 3 82",
        "3/3/1982",
        "03031982",
        "march third nineteen um eighty two",
        "wednesday march third nineteen eighty two",
    ],
)
def test_a_birthday_is_understood_however_it_is_said(said: str) -> None:
    assert BIRTH.read(said) == Answer(THIRD)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("january first two thousand", date(2000, 1, 1)),
        ("may twenty first two thousand and five", date(2005, 5, 21)),
        ("june tenth oh nine", date(2009, 6, 10)),
        ("june tenth twenty oh nine", date(2009, 6, 10)),
        ("july fourth twenty twelve", date(2012, 7, 4)),
        ("may twenty twenty twenty", date(2020, 5, 20)),
        ("three twenty two thousand", date(2000, 3, 20)),
        ("twelve thirty one nineteen forty", date(1940, 12, 31)),
        ("october nineteenth nineteen hundred and five", date(1905, 10, 19)),
        ("february twenty ninth ninety six", date(1996, 2, 29)),
    ],
)
def test_years_are_understood(said: str, day: date) -> None:
    assert BIRTH.read(said) == Answer(day)


def test_two_digits_of_a_year_are_the_latest_that_is_past() -> None:
    assert BIRTH.read("march second twenty six") == Answer(TODAY)
    assert BIRTH.read("march third twenty six") == Answer(date(1926, 3, 3))
    assert BIRTH.read_keys("030226") == KeysPossible(TODAY)
    assert BIRTH.read_keys("030326") == KeysPossible(date(1926, 3, 3))


@pytest.mark.parametrize(
    "said",
    [
        "march third",
        "march",
        "eighty two",
        "february thirtieth nineteen eighty two",
        "february twenty ninth nineteen eighty one",
        "march third twenty twenty six",
        "march third two thousand fifty",
        "march third nineteen hundred",
        "tuesday march third nineteen eighty two",
        "one two three eight two",
        "march third billing nineteen eighty two",
        "tomorrow",
        "",
    ],
)
def test_no_birthday_is_made_of_what_is_none_or_may_be_two(said: str) -> None:
    assert BIRTH.read(said) is None


@given(births)
def test_a_birthday_is_read_as_it_is_read_back(day: date) -> None:
    for language in ("en", "es"):
        grammar = BirthDates(language, TODAY)
        assert grammar.read(grammar.read_back(day)) == Answer(day)


@given(births)
def test_a_birthday_is_complete_after_eight_keys_and_never_wrong_before(day: date) -> None:
    keys = f"{day:%m%d%Y}"
    for size in range(8):
        assert not isinstance(BIRTH.read_keys(keys[:size]), KeysWrong | KeysComplete)
    assert BIRTH.read_keys(keys) == KeysComplete(day)


@given(st.text(alphabet="0123456789", max_size=9))
def test_wrong_keys_are_those_no_birthday_begins_with(keys: str) -> None:
    if isinstance(BIRTH.read_keys(keys), KeysWrong):
        for key in "0123456789":
            assert BIRTH.read_keys(keys + key) == KeysWrong()


@pytest.mark.parametrize("keys", ["2", "13", "034", "0230", "02291981", "03030082", "03032026"])
def test_keys_of_no_day_that_was_are_wrong(keys: str) -> None:
    assert BIRTH.read_keys(keys) == KeysWrong()


def test_six_keys_are_a_birthday_unless_a_long_year_begins() -> None:
    assert BIRTH.read_keys("030382") == KeysPossible(THIRD)
    assert BIRTH.read_keys("030319") == BIRTH.read_keys("030320") == KeysPartial()
    assert BIRTH.read_keys("0303198") == KeysPartial()
    assert BIRTH.read_keys("0303821") == KeysWrong()


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", TODAY),
        ("tomorrow please", date(2026, 3, 3)),
        ("the day after tomorrow", date(2026, 3, 4)),
        ("tuesday", date(2026, 3, 3)),
        ("on monday", date(2026, 3, 9)),
        ("this friday", date(2026, 3, 6)),
        ("next tuesday", date(2026, 3, 10)),
        ("next sunday", date(2026, 3, 15)),
        ("march third", date(2026, 3, 3)),
        ("march second", TODAY),
        ("march first", date(2027, 3, 1)),
        ("the ninth", date(2026, 3, 9)),
        ("the first", date(2026, 4, 1)),
        ("the thirty first", date(2026, 3, 31)),
        ("wednesday the first", date(2026, 4, 1)),
        ("tuesday march third", date(2026, 3, 3)),
        ("three fifteen", date(2026, 3, 15)),
        ("june fifth twenty twenty seven", date(2027, 6, 5)),
        ("june fifth two thousand twenty", date(2020, 6, 5)),
        ("june fifth ninety nine", date(2099, 6, 5)),
    ],
)
def test_a_day_is_understood_however_it_is_said(said: str, day: date) -> None:
    assert WHEN.read(said) == Answer(day)


@pytest.mark.parametrize(
    "said",
    ["wednesday march third", "friday the second", "february twenty ninth", "third march fourth"],
)
def test_a_day_that_does_not_exist_is_not_guessed(said: str) -> None:
    assert WHEN.read(said) is None


@given(days)
def test_a_day_is_read_as_it_is_read_back(day: date) -> None:
    for language in ("en", "es"):
        grammar = Dates(language, TODAY)
        assert grammar.read(grammar.read_back(day)) == Answer(day)


def test_a_near_day_is_read_back_with_its_weekday_and_a_far_one_with_its_year() -> None:
    assert WHEN.read_back(date(2026, 3, 3)) == "Tuesday, March third"
    assert WHEN.read_back(date(2026, 3, 1)) == "Sunday, March first, twenty twenty six"
    assert BIRTH.read_back(THIRD) == "March third, nineteen eighty two"
    assert BirthDates("es", TODAY).read_back(THIRD) == (
        "tres de marzo de mil novecientos ochenta y dos"
    )


def test_four_keys_are_a_day_and_a_year_may_follow() -> None:
    assert WHEN.read_keys("0303") == KeysPossible(date(2026, 3, 3))
    assert WHEN.read_keys("03032") == WHEN.read_keys("030320") == KeysPartial()
    assert WHEN.read_keys("03032027") == KeysComplete(date(2027, 3, 3))
    assert WHEN.read_keys("030327") == KeysPossible(date(2027, 3, 3))
    assert WHEN.read_keys("0229") == KeysPartial()
    assert WHEN.read_keys("02292028") == KeysComplete(date(2028, 2, 29))


@given(st.text(alphabet="0123456789", max_size=9))
def test_wrong_keys_are_those_no_day_begins_with(keys: str) -> None:
    if isinstance(WHEN.read_keys(keys), KeysWrong):
        for key in "0123456789":
            assert WHEN.read_keys(keys + key) == KeysWrong()


@given(days)
def test_the_keys_of_a_day_are_never_wrong(day: date) -> None:
    keys = f"{day:%m%d%Y}"
    for size in range(8):
        assert not isinstance(WHEN.read_keys(keys[:size]), KeysWrong | KeysComplete)
    assert WHEN.read_keys(keys) == KeysComplete(day)


@pytest.mark.parametrize("grammar", [BIRTH, WHEN], ids=["birth", "when"])
def test_sample_phrases_hold_every_month_and_day(grammar: BirthDates | Dates) -> None:
    heard = " ".join(grammar.phrases())
    for name in (*MONTHS["en"], *(day_word(day, "en") for day in range(1, 32))):
        assert name in heard
    assert all(name in " ".join(WHEN.phrases()) for name in WEEKDAYS["en"])


def test_this_year_is_heard_in_every_year() -> None:
    for year in (2026, 2031, 2099):
        grammar = BirthDates("en", date(year, 12, 31))
        assert grammar.read(grammar.read_back(date(year, 1, 1))) == Answer(date(year, 1, 1))
        assert set(year_words(year, "en").split()) <= grammar.words()


def test_tomorrow_is_told_by_the_date_it_is_asked_on() -> None:
    later = Dates("en", TODAY + timedelta(days=30))
    assert later.read("tomorrow") == Answer(date(2026, 4, 2))


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("mañana", date(2026, 3, 3)),
        ("pasado mañana", date(2026, 3, 4)),
        ("el próximo martes", date(2026, 3, 3)),
        ("el martes que viene", date(2026, 3, 3)),
        ("el tres de marzo", date(2026, 3, 3)),
        ("martes tres de marzo", date(2026, 3, 3)),
        ("primero de enero de dos mil veintisiete", date(2027, 1, 1)),
    ],
)
def test_spanish_days_are_understood(said: str, day: date) -> None:
    assert Dates("es", TODAY).read(said) == Answer(day)


@pytest.mark.parametrize(
    "said",
    [
        "tres de marzo de mil novecientos ochenta y dos",
        "nací el tres de marzo del ochenta y dos",
        "3 de marzo de 1982",
    ],
)
def test_spanish_birthdays_are_understood(said: str) -> None:
    assert BirthDates("es", TODAY).read(said) == Answer(THIRD)


def test_keys_are_asked_for_in_a_sentence() -> None:
    assert "eight digits" in BIRTH.key_prompt()
    assert "four digits" in WHEN.key_prompt()
    assert "ocho dígitos" in BirthDates("es", TODAY).key_prompt()
