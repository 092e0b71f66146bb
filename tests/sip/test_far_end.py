"""What an empty report of a far end means."""

import pytest

from sip.far_end import DEAF_AFTER, FarReport


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
