"""The audit log: everything that was done, in order, and nothing done without it."""

from pathlib import Path

import pytest

from ivr.errors import StoreUnavailable
from ivr.records.audit import Audit, Deed
from tests.support.faults import no_room_beyond


def test_deeds_are_told_in_order(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "data" / "audit.log")
    audit.note("front-desk", Deed.SAW_MESSAGE, "00c0ffee")
    audit.note("retention", Deed.DELETED_OLD, "3")
    told = [(e.who, e.did, e.what) for e in audit.entries()]
    assert told == [
        ("front-desk", Deed.SAW_MESSAGE, "00c0ffee"),
        ("retention", Deed.DELETED_OLD, "3"),
    ]
    assert (tmp_path / "data" / "audit.log").stat().st_mode & 0o777 == 0o600


def test_a_line_break_in_a_name_forges_no_entry(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.log")
    audit.note('x"}\n{"at": "2031-05-06T00:00:00"', Deed.SAW_MESSAGE, "00c0ffee")
    assert len(audit.entries()) == 1


def test_there_is_nothing_before_the_first_deed(tmp_path: Path) -> None:
    assert Audit(tmp_path / "audit.log").entries() == ()


def test_a_line_that_was_cut_short_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "audit.log"
    audit = Audit(file)
    audit.note("a", Deed.SAW_MESSAGE, "00c0ffee")
    with file.open("a") as cut:
        cut.write('{"at": "2031-')
    audit.note("b", Deed.SAW_MESSAGE, "00c0ffee")
    assert [entry.who for entry in audit.entries()] == ["a", "b"]


def test_what_cannot_be_noted_is_an_error_so_that_it_is_not_done(tmp_path: Path) -> None:
    file = tmp_path / "audit.log"
    audit = Audit(file)
    audit.note("a", Deed.SAW_MESSAGE, "00c0ffee")
    room = file.stat().st_size + 10
    with no_room_beyond(room), pytest.raises(StoreUnavailable, match=r"audit log audit\.log"):
        audit.note("b", Deed.SAW_MESSAGE, "00c0ffee")
    audit.note("c", Deed.SAW_MESSAGE, "00c0ffee")
    assert [entry.who for entry in audit.entries()] == ["a", "c"]


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="is a directory"):
        Audit(tmp_path).note("a", Deed.SAW_MESSAGE, "00c0ffee")
    with pytest.raises(StoreUnavailable, match="is a directory"):
        Audit(tmp_path).entries()
