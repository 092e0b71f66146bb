"""Finding scenarios, and telling all that is wrong with them at once."""

from pathlib import Path

import pytest

from ivr.errors import FlowErrors
from ivr.workbench.files import files_under, load_suite
from tests.workbench.small import small_line

GOOD = "title: t\nsteps: [silence: 1]\n"


def test_scenarios_are_found_in_folders_and_by_name(tmp_path: Path) -> None:
    (tmp_path / "rare").mkdir()
    for name in ("b.call", "a.call", "rare/c.call", "a.txt"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    found = files_under([tmp_path / "b.call", tmp_path])
    assert [str(file.relative_to(tmp_path)) for file in found] == [
        "b.call",
        "a.call",
        "rare/c.call",
    ]


def test_every_mistake_of_every_file_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    texts = {
        "a.call": "title: t\nflow: main_manu\nsteps: [hear: x]\n",
        "b.call": "title: t\nflow: main_manu\nsteps: [silence: 1]\n",
        "c.call": "title: t\nstate: menue\nknown: {vipp: yes, vip: 7}\nsteps: [slots: {born: x}]\n",
        "d.call": GOOD,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FlowErrors) as caught:
        load_suite(files_under([tmp_path]), small_line().book)
    told = [str(error).removeprefix(f"{tmp_path}/") for error in caught.value.errors]
    assert told == [
        "a.call:2:7: unknown-flow: there is no flow main_manu (did you mean main_menu?)",
        "a.call:3:9: unknown-key: hear: is no step (did you mean hears?)",
        "b.call:2:7: unknown-flow: there is no flow main_manu (did you mean main_menu?)",
        "c.call:2:8: unknown-state: there is no state menue in main_menu (did you mean menu?)",
        "c.call:3:15: unknown-slot: there is no slot vipp (did you mean vip?)",
        "c.call:3:25: bad-value: vip cannot be '7' (a yes_no; dates are written 1982-03-03)",
        "c.call:4:23: bad-value: born cannot be 'x' (a date; dates are written 1982-03-03)",
    ]
