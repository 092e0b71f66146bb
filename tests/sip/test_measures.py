"""Sums over the streams of a call, and what a far end's report means."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivr.story.media import Media
from sip.measures import DEAF_AFTER, FarReport, Measures

FIRST = Media("", datetime(2026, 3, 2, 12, tzinfo=UTC), received=100, lost=3, late=2, sent=110)


def test_one_stream_is_told_as_it_is() -> None:
    measures = Measures()
    assert measures.latest is None
    measures.read(FIRST)
    assert measures.latest == FIRST


def test_a_stream_that_begins_anew_goes_on_counting() -> None:
    measures = Measures()
    measures.read(replace(FIRST, far_lost=4, jitter=0.5))
    measures.read(replace(FIRST, received=10, lost=1, late=0, sent=12, jitter=0.1, codec="PCMA"))
    measures.read(replace(FIRST, received=20, lost=1, late=1, sent=22, jitter=0.2, codec="PCMA"))
    assert measures.latest == replace(
        FIRST, received=120, lost=4, late=3, sent=132, far_lost=4, jitter=0.2, codec="PCMA"
    )


def test_three_streams_add_up() -> None:
    measures = Measures()
    for received in (50, 20, 10):
        measures.read(replace(FIRST, received=received, lost=1, far_lost=2))
    assert measures.latest is not None
    assert (measures.latest.received, measures.latest.lost) == (80, 3)
    assert measures.latest.far_lost == 6


@pytest.mark.parametrize(
    ("report", "missed"),
    [
        (FarReport(count=0, after=0.0, lost=0, worst_jitter=0.0), None),
        (FarReport(count=2, after=0.0, lost=0, worst_jitter=0.0), None),
        (FarReport(count=3, after=DEAF_AFTER, lost=0, worst_jitter=0.0), 500),
        (FarReport(count=3, after=DEAF_AFTER, lost=0, worst_jitter=0.001), 0),
        (FarReport(count=1, after=0.5, lost=7, worst_jitter=0.0), 7),
    ],
)
def test_an_empty_report_is_none_at_first_and_deafness_later(
    report: FarReport, missed: int | None
) -> None:
    assert report.missed(500) == missed
