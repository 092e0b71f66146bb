from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.handoff.hours import MIDNIGHT, Closed, Closure, Hours, Open, Span

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = (Span(8 * 60, 12 * 60), Span(13 * 60, 17 * 60))
WEEK = (*(OFFICE,) * 5, (Span(9 * 60, 13 * 60),), ())
SNOW = Closure(
    datetime.fromisoformat("2026-01-07 10:00"),
    datetime.fromisoformat("2026-01-08 09:00"),
    "We are closed for the snow.",
)


def at(text: str, zone: ZoneInfo = NEW_YORK) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def hours(**changes: object) -> Hours:
    return Hours(**{"week": WEEK, "zone": NEW_YORK} | changes)  # type: ignore[arg-type] # as keywords


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-01-05 07:59:59", False),
        ("2026-01-05 08:00", True),
        ("2026-01-05 12:00", False),
        ("2026-01-05 13:00", True),
        ("2026-01-05 16:59:59", True),
        ("2026-01-05 17:00", False),
        ("2026-01-10 12:59", True),
        ("2026-01-11 12:00", False),
    ],
)
def test_a_queue_is_open_from_the_first_second_until_the_last(when: str, *, is_open: bool) -> None:
    assert isinstance(hours().open_at(at(when)), Open) == is_open


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("2026-01-05 06:00", "We are closed now. We open again today at 8 AM."),
        ("2026-01-05 12:30", "We are closed now. We open again today at 1 PM."),
        ("2026-01-05 18:00", "We are closed now. We open again tomorrow at 8 AM."),
        ("2026-01-10 14:00", "We are closed now. We open again on Monday at 8 AM."),
    ],
)
def test_a_caller_is_told_when_it_opens_again(when: str, says: str) -> None:
    found = hours().open_at(at(when))
    assert isinstance(found, Closed)
    assert found.says == says


def test_a_spanish_speaker_is_told_in_spanish() -> None:
    found = hours().open_at(at("2026-01-10 14:00"), language="es")
    assert found == Closed(
        "Ahora estamos cerrados. Abrimos de nuevo el lunes a las 8 de la mañana.",
        at("2026-01-12 08:00"),
    )


def test_a_holiday_is_named_and_the_day_after_it_is_found() -> None:
    found = hours(holidays={date(2026, 12, 25): "Christmas"}).open_at(at("2026-12-25 10:00"))
    assert found == Closed(
        "We are closed today for Christmas. We open again tomorrow at 9 AM.",
        at("2026-12-26 09:00"),
    )


def test_a_closure_says_its_own_sentence_and_ends_when_it_says() -> None:
    closed = hours(closures=(SNOW,))
    assert isinstance(closed.open_at(at("2026-01-07 09:59")), Open)
    found = closed.open_at(at("2026-01-07 10:00"))
    assert found == Closed(
        "We are closed for the snow. We open again tomorrow at 9 AM.", at("2026-01-08 09:00")
    )
    assert isinstance(closed.open_at(at("2026-01-08 09:00")), Open)


def test_a_far_day_is_named_with_its_date() -> None:
    begins, ends = (datetime.fromisoformat(f"2026-07-{day}") for day in ("01", "20"))
    told = hours(closures=(Closure(begins, ends, "Gone."),)).open_at(at("2026-07-02 10:00"))
    assert isinstance(told, Closed)
    assert told.says == "Gone. We open again on Monday, July 20, at 8 AM."


def test_without_hours_it_is_open_day_and_night_and_after_a_holiday_from_midnight() -> None:
    always = Hours(holidays={date(2026, 1, 1): "New Year"}, zone=NEW_YORK)
    assert isinstance(always.open_at(at("2026-01-02 03:00")), Open)
    found = always.open_at(at("2026-01-01 03:00"))
    assert isinstance(found, Closed)
    assert found.says.endswith("We open again tomorrow at midnight.")


def test_who_never_opens_promises_nothing() -> None:
    assert hours(week=((),) * 7).open_at(at("2026-01-05 10:00")) == Closed(
        "We are closed now.", None
    )


def test_the_clock_of_the_wall_counts_when_summer_time_begins() -> None:
    before, after = at("2026-03-06 08:00"), at("2026-03-09 08:00")
    assert (after - before) % 86_400 == 82_800
    assert isinstance(hours().open_at(after), Open)
    assert isinstance(hours().open_at(after - 1), Closed)


spans = st.builds(
    lambda a, b: Span(min(a, b), max(a, b) + 1),
    st.integers(0, MIDNIGHT - 1),
    st.integers(0, MIDNIGHT - 1),
)
weeks = st.tuples(*[st.lists(spans, max_size=2).map(tuple)] * 7)
moments = st.floats(1_767_000_000, 1_799_000_000)
zones = st.sampled_from(
    [NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")]
)


@given(weeks, moments, zones, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_when_it_opens_next_it_is_open_and_it_was_not_before(
    week: tuple[tuple[Span, ...], ...], when: float, zone: ZoneInfo, day: date
) -> None:
    closure = Closure(datetime.combine(day, time(3)), datetime.combine(day, time(20)), "Shut.")
    known = Hours(week, {day: "Sample Day"}, (closure,), zone)
    found = known.open_at(when)
    if isinstance(found, Open) or found.opens_next is None:
        assert isinstance(found, Open) or not any(week) or found.says
        return
    assert found.opens_next > when
    assert isinstance(known.open_at(found.opens_next), Open)
    assert isinstance(known.open_at((when + found.opens_next) / 2), Closed)
    assert datetime.fromtimestamp(found.opens_next, UTC).second == 0
