"""What is kept goes when its time is over, and nothing else goes with it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import StoreUnavailable
from ivr.records.retention import due, limit, sweep_recordings
from ivr.settings import Records

NOW = datetime(2031, 5, 6, 9, 0, tzinfo=UTC)
OLD, YOUNG = "0" * 32 + ".wav", "1" * 32 + ".wav"


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 100)), st.integers(1, 100))
def test_exactly_what_is_older_than_its_days_is_due(ages: dict[str, int], days: int) -> None:
    made = {name: NOW - timedelta(days=age) for name, age in ages.items()}
    told = due(made, days=days, now=NOW)
    assert set(told) == {name for name, age in ages.items() if age > days}
    assert [made[name] for name in told] == sorted(made[name] for name in told)


def test_zero_days_keep_for_ever() -> None:
    assert limit(0, now=NOW) is None
    assert due({"a": NOW - timedelta(days=10_000)}, days=0, now=NOW) == []


def test_the_house_rule_has_a_limit_for_everything() -> None:
    rule = Records()
    assert rule.recording_days > 0
    assert rule.message_days > 0
    assert rule.call_days > 0


def aged(path: Path, days: int) -> None:
    path.touch()
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


def test_old_recordings_go_and_young_ones_stay(tmp_path: Path) -> None:
    aged(tmp_path / OLD, 31)
    aged(tmp_path / YOUNG, 29)
    assert sweep_recordings(tmp_path, days=30, now=NOW) == 1
    assert [path.name for path in tmp_path.iterdir()] == [YOUNG]


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    aged(tmp_path / "README.md", 400)
    aged(tmp_path / "holiday.wav", 400)
    aged(tmp_path / "elsewhere", 400)
    (tmp_path / OLD).symlink_to(tmp_path / "elsewhere")
    (tmp_path / YOUNG).mkdir()
    assert sweep_recordings(tmp_path, days=1, now=NOW + timedelta(days=4000)) == 0
    assert len(list(tmp_path.iterdir())) == 5


def test_a_folder_that_is_not_there_has_nothing_old(tmp_path: Path) -> None:
    assert sweep_recordings(tmp_path / "none", days=1, now=NOW) == 0


def test_what_cannot_be_deleted_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged(tmp_path / OLD, 31)

    def refuse(_path: Path, *, missing_ok: bool) -> None:
        raise PermissionError(13, f"Permission denied, {missing_ok}")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreUnavailable, match="Permission denied"):
        sweep_recordings(tmp_path, days=30, now=NOW)
