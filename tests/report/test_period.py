"""Days and hours are those of the clinic's clock, also where it is set."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.errors import MisuseError
from ivr.report.period import Period, last_month, month, week

NEW_YORK = ZoneInfo("America/New_York")


def test_a_month_is_its_days() -> None:
    october = month("2026-10", NEW_YORK)
    assert october is not None
    assert (october.first, october.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert october.begins == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert october.ends == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert (str(october), october.short) == ("October 2026", "2026-10")
    assert str(october.before) == "September 2026"


def test_a_week_begins_on_monday() -> None:
    found = week("2026-W41", NEW_YORK)
    assert found is not None
    assert (found.first, found.last) == (date(2026, 10, 5), date(2026, 10, 11))
    assert str(found) == "October 5, 2026 to October 11, 2026"
    assert found.short == "2026-10-05-to-2026-10-11"
    assert found.before.first == date(2026, 9, 28)


@pytest.mark.parametrize("written", ["2026-13", "2026-1", "0000-01", "9999-12", "2026-10-01", "x"])
def test_what_is_no_month_is_none(written: str) -> None:
    assert month(written, None) is None


@pytest.mark.parametrize("written", ["2026-W54", "2026-41", "0000-W01", "W41", ""])
def test_what_is_no_week_is_none(written: str) -> None:
    assert week(written, None) is None


def test_the_last_month_of_january_is_december() -> None:
    assert str(last_month(date(2026, 1, 31), None)) == "December 2025"


def test_where_the_clock_is_set_back_an_hour_is_there_twice() -> None:
    hours = Period(date(2026, 11, 1), date(2026, 11, 2), NEW_YORK).hours()
    assert sum(hours.values()) == 25
    assert hours[6, 1] == 2


def test_where_the_clock_is_set_forward_an_hour_is_missing() -> None:
    hours = Period(date(2026, 3, 8), date(2026, 3, 9), NEW_YORK).hours()
    assert sum(hours.values()) == 23
    assert (6, 2) not in hours


def test_clocks_that_differ_by_quarters_of_an_hour_are_right() -> None:
    day = Period(date(2026, 5, 4), date(2026, 5, 5), ZoneInfo("Asia/Kathmandu"))
    assert day.begins == datetime(2026, 5, 3, 18, 15, tzinfo=UTC)
    assert day.hours() == {(0, hour): 1 for hour in range(24)}


def test_a_period_without_a_day_is_none() -> None:
    with pytest.raises(MisuseError):
        Period(date(2026, 5, 4), date(2026, 5, 4))
